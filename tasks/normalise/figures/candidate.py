"""FigureCandidate: what is known of a number until it is a figure, or none. Never changed: each stage makes new ones.

In     a number                                           from tasks.normalise.figures.read
Out    its kind, unit, spans and the rule that decided    to   join, ellipsis, counts, record
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tasks.normalise.currencies import Unit
from tasks.normalise.numbers import Number


class FigureCandidate(NamedTuple):
    """A number on its way to being a figure. Positions are code points of the text, -1 where there is none."""

    number: Number  # as it was read; `low`, `scale` and `grouped` below may say more
    start: int  # of the surface, as far as it is known
    end: int
    number_start: int  # of the number with its scale, its sign or its words
    number_end: int
    low: float  # the value, or the smaller end of a range
    first: float  # of a range, the end that stands first
    scale: float
    grouped: bool
    form: str  # digits, words, part, crowd, multiple
    rule: str  # the id of the row that decided, without "figure."; "" as long as nothing has
    high: float | None = None
    kind: str | None = None
    unit: Unit | None = None
    unit_start: int = -1
    unit_end: int = -1
    noun: str | None = None
    flag: str | None = None
    tail_bound: str | None = None

    @property
    def is_bare(self) -> bool:
        """Whether it is a number and nothing else yet."""
        return self.kind is None and self.end == self.number_end

    def but(self, **changes: Any) -> FigureCandidate:
        """The same with some fields changed."""
        values = list(self)  # three times as fast as `_replace`
        for name, value in changes.items():
            values[_AT[name]] = value
        return FigureCandidate._make(values)

    def worth(self, value: float, **changes: Any) -> FigureCandidate:
        """The same with another value."""
        return self.but(low=value, first=value, **changes)

    def take(self, kind: str, unit: Unit, start: int, end: int, rule: str) -> FigureCandidate:
        """The same with its kind and unit, whose words stand from `start` to `end`."""
        last = end if end > self.end else self.end
        return FigureCandidate(
            self.number, self.start, last, self.number_start, self.number_end, self.low, self.first,
            self.scale, self.grouped, self.form, rule, self.high,
            kind, unit, start, end, self.noun, unit.flag, self.tail_bound,
        )  # fmt: skip


_AT = {name: at for at, name in enumerate(FigureCandidate._fields)}


def candidate_of(number: Number) -> FigureCandidate:
    """A number of which nothing is known yet."""
    return FigureCandidate(
        number, number.start, number.end, number.start, number.end, number.value, number.value,
        number.scale, number.grouped, number.form, "", number.high,
    )  # fmt: skip
