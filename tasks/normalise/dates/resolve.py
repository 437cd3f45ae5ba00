"""Resolving: from what words say and the day the text was written to values.

In     a text, its scanned dates, the date of publication (or None)
Out    `Resolution`: mentions with values, the day of writing where it contradicts the date of publication, flags

What counts from the day of writing counts from the date of publication. Where two or more mentions say that this cannot
be (a period that had not ended is told in the past), the text is older than its page: `content_date` is the latest
time at which all of them would have been true, and everything counts from there (anchor `content`). In a history, and
without a date of publication, months and days follow the time told last (`previous`); the rest stays `unanchored`.

Limits  Weeks run from Monday to Sunday; fiscal years count as calendar years; seasons are the northern ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tasks.model import DateMention
from tasks.normalise.dates.conflict import content_of
from tasks.normalise.dates.context import Context, Found
from tasks.normalise.dates.evaluate import evaluate
from tasks.normalise.dates.records import Expr, ScannedDate
from tasks.normalise.dates.words import CONTEXT

# Chosen on histories and news written for the tests (tests/cases/dates_history.toml).
OLD = 3  # years before its own that a history speaks of
ENOUGH_OLD = 3
OLD_PER_NEAR = 2
PAST, PAST_PER_NEAR = 5, 5  # years before its own, however near, that a text of a late war names
NAMED_NOW = 3  # a year named as the present one speaks louder than a weekday
# Features quote every few sentences, histories seldom.
QUOTES, CHARACTERS_PER_QUOTE = 1, 2400
_QUOTED = re.compile(rf"\b(?:{'|'.join(sorted(CONTEXT['quotes']))})\b", re.IGNORECASE)
COUNTED_FROM_NOW = frozenset(["weekday", "day", "unit", "ago"])


@dataclass(frozen=True, slots=True)
class Resolution:
    """The dates of one text; `content_date` is EDTF, flags are sorted."""

    mentions: tuple[DateMention, ...]
    content_date: str | None = None
    flags: tuple[str, ...] = ()


def resolve_dates(
    text: str, scanned: list[ScannedDate], published: date | None, *, precision: str = "day"
) -> Resolution:
    """Count the scanned dates of `text` from its date of publication.

    Args:
        text: the text that was scanned.
        scanned: what `scan_dates` found in it.
        published: the day of publication, or the first day of its month or year where `precision` says so.
        precision: second, minute, day, month, year. A day cannot be counted from a month: relative days are unanchored.
    """
    grain = precision if precision in ("month", "year") else "day"
    context = Context(published, precision=grain, narrative=is_narrative(text, scanned, published))
    found = [evaluate(s, context) for s in scanned]
    content = content_of(text, scanned, found, published) if published and grain == "day" else None
    if content is None:
        return Resolution(_mentions(text, scanned, found))
    if content.anchor is None:
        marked = [replace(f, status="conflict") if i in content.conflicts else f for i, f in enumerate(found)]
        return Resolution(_mentions(text, scanned, marked))
    context = Context(content.anchor, "content", narrative=is_narrative(text, scanned, content.anchor))
    found = [evaluate(s, context) for s in scanned]
    return Resolution(_mentions(text, scanned, found), content.value, ("republication_suspected",))


def is_narrative(text: str, scanned: list[ScannedDate], anchor: date | None) -> bool:
    """Whether a text tells a history.

    Years long past are named often, little is counted from the text's own day, and hardly anybody is quoted: a feature
    that looks back names old years as well, but its "in March" is the March before its own day.
    """
    if anchor is None:
        return False
    old = past = near = 0
    for s in scanned:
        year = named_year(s.expr)
        if year is not None and year <= anchor.year - OLD:
            old += 1
        elif year is not None or s.expr["k"] in COUNTED_FROM_NOW:
            past += year is not None and year < anchor.year
            near += NAMED_NOW if year == anchor.year else 1
    tells_of_old = (old >= ENOUGH_OLD or (old > 1 and not near)) and old >= OLD_PER_NEAR * near
    tells_of_late = old + past >= PAST and old + past >= PAST_PER_NEAR * (near - past)
    if not (tells_of_old or tells_of_late):
        return False
    quotes = sum(1 for _ in _QUOTED.finditer(text))
    return quotes <= QUOTES or quotes * CHARACTERS_PER_QUOTE <= len(text)


def named_year(expr: Expr) -> int | None:
    """The year that a date states in words, or None."""
    if expr["k"] == "fixed":
        return int(expr["f"][:4])
    if expr["k"] == "span" or "whole" in expr:
        return named_year(expr["a"] if expr["k"] == "span" else expr["whole"])
    return expr.get("y")


def _mentions(text: str, scanned: list[ScannedDate], found: list[Found]) -> tuple[DateMention, ...]:
    return tuple(_mention(text, s, f) for s, f in zip(scanned, found, strict=True))


def _mention(text: str, scanned: ScannedDate, found: Found) -> DateMention:
    values: dict[str, Any] = {"mod": found.mod, "flag": scanned.flag}
    return DateMention(
        start=scanned.start,
        end=scanned.end,
        surface=text[scanned.start : scanned.end],
        type=scanned.type if scanned.type in ("DATE", "TIME", "DURATION", "SET") else "DATE",
        value=found.value,
        start_date=found.first,
        end_date=found.last,
        grain=found.grain,
        relative=found.relative,
        anchor=found.anchor,
        status=found.status,
        rule=scanned.rule,
        **values,
    )
