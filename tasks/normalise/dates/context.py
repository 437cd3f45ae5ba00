"""What dates are counted from while one text is read from its start to its end, and what comes of one date.

In     the anchor and, as the reading goes on, every period spoken of
Out    `Context`, `Found`                                            to tasks.normalise.dates.evaluate and its kinds
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from tasks.normalise.dates.periods import GRAINS, Period

NEARLY_OVER = timedelta(15)  # results come out days before a quarter ends, but not weeks


def as_fine(grain: str, unit: str) -> bool:
    """Whether a time of one grain can be counted on from in a unit: two days from a month cannot."""
    return GRAINS.index(grain) <= GRAINS.index(unit)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mention stands: numbers of its paragraph and sentence.

    `aside` says that it is only compared with ("since 2008"), `leads` that it opens its sentence ("In 2008, ...") or
    stands in a paragraph that tells of long ago.
    """

    paragraph: int = 0
    sentence: int = 0
    aside: bool = False
    leads: bool = False


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Stated:
    """A time whose year the text has named, and where."""

    period: Period
    place: Place


@dataclass(frozen=True, slots=True)
class Found:
    """A mention's value and days, and how they came about."""

    value: str | None = None
    first: date | None = None
    last: date | None = None
    grain: str | None = None
    mod: str | None = None
    relative: bool = False
    anchor: str = "none"
    status: str = "resolved"
    period: Period | None = None


@dataclass(slots=True)
class Context:
    """What dates are counted from: the anchor, and the periods spoken of so far."""

    anchor: date | None
    anchor_name: str = "published"
    precision: str = "day"  # how finely the anchor is known: day, month or year
    said: dict[str, Period] = field(default_factory=dict)  # the last period of each grain
    reported: Period | None = None  # the quarter or half that figures are told of; None while they are of other spans
    years_of: dict[tuple[int, ...], int] = field(default_factory=dict)  # the year a day or month has been given
    recent: Period | None = None  # the last period of any grain
    line: Period | None = (
        None  # the last that the story has come to: an earlier year alone ("from 63 in 2007") is an aside
    )
    narrative: bool = False  # a history: what has no year follows the time told last
    used: str = "none"  # what the evaluation at hand has counted from
    tense: str | None = None
    doubt: bool = False  # whether the tense may mislead
    place: Place = NOWHERE  # where the mention at hand stands
    stated: Stated | None = None  # the last time whose year was named, or carried on from there

    def now(self, unit: str = "day") -> date | None:
        """The day of writing, to count in `unit` from, noted as used; None where it is not known that finely."""
        if self.anchor is None or (self.precision != "day" and not as_fine(self.precision, unit)):
            return None
        self.used = self.anchor_name
        return self.anchor

    def remember(self, period: Period, *, aside: bool = False) -> None:
        """Note that the text spoke of `period`; `aside` says that it was named to compare with another."""
        if period.grain in ("quarter", "half") and (self.anchor is None or period.first <= self.anchor):
            running = self.anchor is not None and period.last > self.anchor + NEARLY_OVER
            if self.reported is None or not (aside or running):
                self.reported = period
        if not (aside and period.grain in self.said):
            self.said[period.grain] = period
        if period.grain not in ("decade", "century"):  # too wide for anything to count from
            is_aside = period.grain == "year" and self.line is not None and period.last < self.line.first
            if not (is_aside and self.line is not None and as_fine(self.line.grain, "season")):
                self.line = period
            self.recent = period
