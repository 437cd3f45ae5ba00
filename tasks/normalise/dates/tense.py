"""Which way a clause looks: back to what was, ahead to what will be, or neither.

In     a text and a mention's span
Out    "past", "future" or None

The cue nearest before the mention in its sentence decides, else the nearest behind it. Words: dates_vague.toml, [tense].
"""

from __future__ import annotations

import re

from tasks.normalise.dates.words import TENSE

REACH = 160  # characters to either side; sentences are rarely longer than that from verb to date

_END = re.compile(r"[.!?;](?=\s)|\n\s*\n")
_CUE = re.compile(
    r"\b(?:(?P<future>" + "|".join(re.escape(w) for w in sorted(TENSE["future"], key=len, reverse=True)) + r")"
    r"|(?P<past>"
    + "|".join(re.escape(w) for w in sorted(TENSE["past"], key=len, reverse=True))
    + r"|(?!need|feed|seed|speed|indeed|exceed|red|bed|hundred)[a-z]{2,}ed))\b",
    re.IGNORECASE,
)


def tense_at(text: str, start: int, end: int) -> str | None:
    """The tense of the clause around [start, end)."""
    before = text[max(0, start - REACH) : start]
    for match in _END.finditer(before):
        before_start = match.end()
    else:
        ends = [m.end() for m in _END.finditer(before)]
        before_start = ends[-1] if ends else 0
    cues = list(_CUE.finditer(before, before_start))
    if cues:
        return cues[-1].lastgroup
    after = text[end : end + REACH]
    stop = _END.search(after)
    cue = _CUE.search(after, 0, stop.start() if stop else len(after))
    return cue.lastgroup if cue else None
