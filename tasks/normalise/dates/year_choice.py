"""The year of a month or day that names none: readings that compete, the best score wins.

In     the same month or day of several years, the day of writing, what the clause says, the year named before
Out    the period that is meant, or None

Each reading gets points for its distance from the day of writing, for the side that the tense of its clause looks
to, and for being the one that follows the year named just before. Two rules strike readings out first: what is
told as past does not lie far after the day of writing (a verb of the past may belong to another clause: "said it is
calling the bonds on Dec. 7"), and what goes on "since" then has begun.

Weights  tasks/rules/dates_year_weights.toml, fitted by bench/fit_year_weights.py
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import log2

from tasks.normalise.dates.periods import Period
from tasks.rules import read_toml

WEIGHTS: dict[str, float] = read_toml("dates_year_weights")["weights"]
DAYS_A_MONTH = 30.4
MAX_DAYS_AHEAD_IF_TOLD = 92


@dataclass(frozen=True, slots=True)
class Clause:
    """What the words around a date say of its side: `tense` past, future or None; `weak`: its cue may mislead."""

    tense: str | None = None
    weak: bool = False
    since: bool = False  # it began then and goes on


@dataclass(frozen=True, slots=True)
class Link:
    """A year named before: the reading that follows it, and how near it was named."""

    reading: Period
    near: str  # sentence, next or paragraph
    year_alone: bool = False  # no month or day was named with it


@dataclass(frozen=True, slots=True)
class Question:
    """All that the choice depends on."""

    readings: tuple[Period, ...]
    written: date
    clause: Clause
    link: Link | None = None


def choose_year(question: Question) -> Period | None:
    """The reading with the best score; of equals the latest.

    >>> from datetime import date
    >>> from tasks.normalise.dates.periods import month_period
    >>> may = tuple(month_period(year, 5) for year in (2020, 2021, 2022))
    >>> choose_year(Question(may, date(2021, 6, 16), Clause("past"))).value
    '2021-05'
    """
    readings = list(_standing(question))
    return max(readings, key=lambda reading: (score(reading, question), reading.first)) if readings else None


def _standing(question: Question) -> Iterator[Period]:
    """The readings that the rules leave; all of them where they leave none."""
    link = [question.link.reading] if question.link else []
    readings = list(dict.fromkeys([*question.readings, *link]))
    clause, now = question.clause, question.written
    told = clause.tense == "past" and not clause.weak
    farthest = 0 if clause.since else MAX_DAYS_AHEAD_IF_TOLD if told else None
    yield from [p for p in readings if farthest is None or (p.first - now).days <= farthest] or readings


def score(reading: Period, question: Question, weights: dict[str, float] | None = None) -> float:
    """Points of a reading; only differences between the readings of a question mean anything."""
    return sum((weights or WEIGHTS)[name] * amount for name, amount in features(reading, question))


def features(reading: Period, question: Question) -> Iterator[tuple[str, float]]:
    """(weight, amount) of each thing that speaks for a reading, or, with a negative amount, against it."""
    now, clause, link = question.written, question.clause, question.link
    grain = "day" if reading.grain == "day" else "month"
    carried = link is not None and reading == link.reading
    is_ahead = reading.first > now
    if not carried:
        distance = (reading.first - now).days if is_ahead else max((now - reading.last).days, 0)
        yield f"{'ahead' if is_ahead else 'back'}_{grain}", -log2(1 + distance / DAYS_A_MONTH)
    if is_ahead:
        yield "ahead", -1
    if clause.tense == "past" and is_ahead:
        yield "past_weak" if clause.weak else "past_sure", -1
    if clause.tense == "future" and reading.last < now:
        yield "future_weak" if clause.weak else "future_sure", -1
    if link is not None and carried:
        yield f"carried_{link.near}", 1
        if link.year_alone:
            yield "carried_year", 1
