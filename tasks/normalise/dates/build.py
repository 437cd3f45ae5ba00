"""What the words of a matched pattern say: one small function for each `build` of the pattern table.

In     the tokens of a match, and the text around it
Out    (type, expr, mod), or None where the words are no date after all

Kinds of expr ("k"), with fields; `whole` is the expr of a period that the date is a part of, `side` is -1 last, 0 this,
1 next; `of` marks what is dropped unless it is joined to a whole, `else` what it then is instead:
    fixed     v (EDTF), f, l (ISO days), g (grain)      known as it stands
    bc        v (EDTF)                                  before our era: no days
    date      m, d?, d2?, m2?, w?, y?, side?, t?        a month, day, days d to d2, months m to m2; w checks the year
    weekday   w, side?, own?      day   n               today 0      unit   u, n      this year 0, last year -1
    ago       u, n                earlier  u, n         counted from now; from the time spoken of last
    quarter, half, season  n, y?, side?                 part of a year
    first_n   u, n, last          nth_unit  u, n        a run of units, one unit, of a whole
    nth_weekday  w, n             weekend               of a month; the nearest
    year_ago  u, q?, base?        same  u?, y?, back?   the period spoken of last, a year back or moved to a year
    prev      u, y?, that?        unit_end u    ended u, to    the_nth  d            the unit spoken of last
    length    u, n                past  u, n            a length; one that ends (n < 0) or begins now
    clock     t                   holiday  id           every  u, n
    vague     u?                  span  a, b            mod  m, with (joined to what follows)
"""

from __future__ import annotations

from tasks.normalise.dates import build_days, build_lengths, build_relative, build_years
from tasks.normalise.dates.match import Builder

BUILDERS: dict[str, Builder] = {
    "date": build_days.whole_date,
    **build_days.BUILDERS,
    **build_years.BUILDERS,
    **build_relative.BUILDERS,
    **build_lengths.BUILDERS,
}
