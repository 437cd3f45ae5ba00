"""Busy: the spans of the dates of a text, in which no figure but an age is read.

In     date mentions                                      from tasks.normalise.figures.find
Out    whether a span overlaps one                        to   tasks.normalise.figures.read
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any


class Busy:
    """The spans of the dates, to ask whether something overlaps one."""

    def __init__(self, dates: Iterable[Any]):
        self.spans = sorted((date.start, date.end) for date in dates)
        self.starts = [start for start, _ in self.spans]

    def overlaps(self, start: int, end: int) -> bool:
        """Whether a span shares a character with a date."""
        at = bisect_right(self.starts, start)
        return (at > 0 and self.spans[at - 1][1] > start) or (at < len(self.starts) and self.starts[at] < end)
