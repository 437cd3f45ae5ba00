"""Hard-wrapped text: lines that a writer's program broke at a fixed width, joined to paragraphs again.

In     the lines of a raw text
Out    its paragraphs as lines, and the repairs (a line break becomes a blank)

A text counts as wrapped when most of the breaks inside its blocks (lines without a blank line between them) stand
inside a sentence: no full stop before the break, a lower-case letter or a digit behind it. In such a text a break goes
where it stands inside a sentence, or where the line above is so full that the next word had no room.

Limits  Verse whose lines begin in lower case and are long is joined too. Hyphens at the end of a line stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tasks.strip.removals import Cut
from tasks.text import Line

MIN_BREAKS = 2  # inside sentences
MIN_SHARE = 0.5  # of the breaks inside blocks
MIN_WIDTH, MAX_WIDTH = 50, 130  # characters of the widest line of wrapped text
FULL = 0.75  # of the width: a line of this length was broken, not ended
_STOP = re.compile(r"[.!?:;。！？：；…][\"”’'»)\]]{0,3}$")
_INSIDE = re.compile(r"[a-zß-öø-ÿа-яё\d]")


def join_wrapped(raw: str, lines: Sequence[Line]) -> tuple[list[Line], list[Cut]]:
    """The lines with broken paragraphs joined, and the repairs that join them.

    >>> raw = "The boat that was built in the north was sold in May\\n2018 to the museum of the town\\nin the south."
    >>> from tasks.text import split_lines
    >>> joined, cuts = join_wrapped(raw, split_lines(raw))
    >>> len(joined), [cut.replacement for cut in cuts]
    (1, [' ', ' '])
    """
    if len(lines) < MIN_BREAKS + 1:
        return list(lines), []
    beside = [raw.count("\n", one.end, other.start) == 1 for one, other in pairwise(lines)]
    inside = [near and _is_inside(one, other) for near, (one, other) in zip(beside, pairwise(lines), strict=True)]
    if sum(inside) < MIN_BREAKS or sum(inside) < MIN_SHARE * sum(beside):
        return list(lines), []
    width = max(len(line.text) for line, near in zip(lines, [*inside, False], strict=True) if near)
    if not MIN_WIDTH <= width <= MAX_WIDTH:
        return list(lines), []
    joined, cuts = [lines[0]], []
    for n, (one, other) in enumerate(pairwise(lines)):
        if not (inside[n] or (beside[n] and _is_full(one, other, width))):
            joined.append(other)
            continue
        cuts.append(Cut(one.end, other.start, "repair", "repair.wrapped", 0.9, replacement=" "))
        last = joined[-1]
        joined[-1] = Line(last.start, other.end, last.text + " " * (other.start - one.end) + other.text)
    return joined, cuts


def _is_inside(one: Line, other: Line) -> bool:
    """Whether the break between two lines stands inside a sentence."""
    return not _STOP.search(one.text, max(0, len(one.text) - 5)) and bool(_INSIDE.match(other.text))


def _is_full(one: Line, other: Line, width: int) -> bool:
    """Whether the first word of a line had no room in the line above."""
    return len(one.text) >= FULL * width and len(one.text) + 1 + len(other.text.split(" ", 1)[0]) > width
