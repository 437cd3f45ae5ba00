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
from itertools import groupby
from typing import Any

from tasks.model import DateMention
from tasks.normalise.dates.conflict import content_of
from tasks.normalise.dates.context import NOWHERE, Context, Found, Place
from tasks.normalise.dates.evaluate import evaluate
from tasks.normalise.dates.records import ScannedDate, named_year
from tasks.normalise.dates.tense import SENTENCE_END, is_aside, is_since
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
VAGUE_WORD = "vague_word"  # flag of "now", "recently" and the like, which carry no date
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
    places = places_of(text, scanned, published)
    context = Context(published, precision=grain, narrative=is_narrative(text, scanned, published))
    found = [evaluate(s, context, place) for s, place in zip(scanned, places, strict=True)]
    content = content_of(text, scanned, found, published) if published and grain == "day" else None
    if content is None:
        return Resolution(_mentions(text, scanned, found))
    if content.anchor is None:
        marked = [replace(f, status="conflict") if i in content.conflicts else f for i, f in enumerate(found)]
        return Resolution(_mentions(text, scanned, marked))
    context = Context(content.anchor, "content", narrative=is_narrative(text, scanned, content.anchor))
    found = [evaluate(s, context, place) for s, place in zip(scanned, places, strict=True)]
    return Resolution(_mentions(text, scanned, found), content.value, ("republication_suspected",))


def places_of(text: str, scanned: list[ScannedDate], anchor: date | None) -> list[Place]:
    """Where each scanned date stands, by one look at the text between them."""
    years = any(named_year(s.expr) is not None for s in scanned)
    if not years or not any(s.expr["k"] in LACK_A_YEAR and named_year(s.expr) is None for s in scanned):
        return [NOWHERE] * len(scanned)  # nothing to carry on, or nothing to carry it on to
    places: list[Place] = []
    paragraph = sentence = at = begin = 0
    for s in scanned:
        for end in SENTENCE_END.finditer(text, at, s.start + 1):
            paragraph, sentence, begin = paragraph + ("\n" in end[0]), sentence + 1, end.end()
        year = named_year(s.expr)
        aside = year is not None and (is_since(text, s.start) or is_aside(text, s.start))
        leads = s.start - begin <= LONGEST_LEAD and bool(_LEAD.fullmatch(text, begin, s.start))
        places.append(Place(paragraph, sentence, aside, leads))
        at = max(at, s.end)
    return places if anchor is None else _with_histories(text, scanned, places, anchor)


def _with_histories(text: str, scanned: list[ScannedDate], places: list[Place], anchor: date) -> list[Place]:
    """The places, with those marked as leading whose paragraph tells of long ago.

    Such a paragraph names two years past, or one long past, counts nothing from its own day and quotes nobody: "He
    joined the navy in 1942 and was wounded in May."
    """
    marked: list[Place] = []
    for _, group in groupby(zip(scanned, places, strict=True), key=lambda pair: pair[1].paragraph):
        pairs = list(group)
        years = [year for s, _ in pairs if (year := named_year(s.expr)) is not None]
        old = [year for year in years if year <= anchor.year - OLD]
        told = len(old) == len(years) and (len(old) > 1 or any(year <= anchor.year - LONG_AGO for year in old))
        told = told and not any(s.expr["k"] in COUNTED_FROM_NOW for s, _ in pairs)
        told = told and not _QUOTED.search(text, pairs[0][0].start, min(pairs[-1][0].end + 80, len(text)))
        marked += [replace(place, leads=place.leads or told) for _, place in pairs]
    return marked


LONG_AGO = 20  # years after which a month without a year is hardly the one just over
LACK_A_YEAR = frozenset(["date", "holiday", "season"])
LONGEST_LEAD = 16
_LEAD = re.compile(r"\W*(?:(?:But|And|Then) )?(?:In|By|During|On|Early in|Late in)\s+|\W*", re.IGNORECASE)


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


def _mentions(text: str, scanned: list[ScannedDate], found: list[Found]) -> tuple[DateMention, ...]:
    return tuple(_mention(text, s, f) for s, f in zip(scanned, found, strict=True))


def _mention(text: str, scanned: ScannedDate, found: Found) -> DateMention:
    says_nothing = scanned.type == "DATE" and scanned.rule.startswith("vague.")
    values: dict[str, Any] = {"mod": found.mod, "flag": VAGUE_WORD if says_nothing else scanned.flag}
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
