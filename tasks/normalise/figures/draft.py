"""Drafts: the record on which the rooms of this folder work until a number is a figure, or none.

In     a number                                           from tasks.normalise.figures.touch
Out    what is known of it so far                         to   guard, join, sanity, tasks.normalise.figures
"""

from __future__ import annotations

from tasks.normalise.figures.cues import Cues
from tasks.normalise.numbers import Number
from tasks.normalise.units import Unit


class Draft:
    """A number on its way to being a figure: `end` is behind its unit, `number_end` behind the number alone."""

    __slots__ = (
        "cues", "end", "first", "flag", "high", "kind", "low", "noun", "number", "number_end", "rule", "start",
        "tail_bound", "unit",
    )  # fmt: skip

    def __init__(self, number: Number):
        self.number = number
        self.start, self.end, self.number_end = number.start, number.end, number.end
        self.low, self.high = number.value, number.high
        self.first = number.value  # of a range, the end that stands first
        self.kind: str | None = None
        self.unit: Unit | None = None
        self.noun: str | None = None
        self.flag: str | None = None
        self.rule = number.form
        self.cues: Cues | None = None
        self.tail_bound: str | None = None

    def take(self, kind: str, unit: Unit, end: int) -> None:
        """Give the draft its kind and unit, whose words end at `end`."""
        self.kind, self.unit, self.end, self.flag = kind, unit, end, unit.flag

    @property
    def is_bare(self) -> bool:
        """Whether it is a number and nothing else yet."""
        return self.kind is None and self.end == self.number_end
