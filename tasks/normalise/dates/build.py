"""What the words of a matched pattern say: one small function for each `build` of the pattern table.

In     the tokens of a match, and the text around it
Out    (type, expr, mod), or None where the words are no date after all

Kinds of expr ("k"), with fields; `whole` is the expr of a period that the date is a part of:
    fixed    v (EDTF), f, l (ISO days), g (grain)        known as it stands
    date     m, d?, d2?, m2?, y?, side?, time?           month, day or days, or months m to m2; side -1 last, 1 next
    weekday  w, side?          day  n                    today 0         unit  u, n         this year 0, last year -1
    ago      u, n              earlier  u, n             counted from now; from the time spoken of last
    quarter, half, season  n, y?, side?                  part of a year
    first_n  u, n, last        nth_unit  u, n            a run of units, one unit, of a whole
    year_ago u?                same  side?, y?           the period spoken of last, a year back or moved to a year
    prev     u, y?, n?         the_nth  d                the unit spoken of last
    length   u, n              past  u, n                a length; one that ends (n < 0) or begins now
    clock    t                 holiday  id               every  u, n
    vague                      span  a, b                mod  m, with   (joined to what follows)
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
