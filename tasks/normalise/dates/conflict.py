"""Conflicts: a text that tells of times which its date of publication does not allow.

In     scanned dates, what they came to when counted from the date of publication, that date
Out    `Content`: which mentions are in conflict and, where two or more are, when the text was written; or None

A page of April that tells how trade "rose in the first seven months of this year" is a reprint: counted from April the
months are not over. The months before publication are tried one by one, latest first; the first at which nothing told
as past lies ahead, and nothing announced lies behind, is the latest the text can be from. News tells of what has just
been: it is taken to be from the month in which the last day or period it tells of as past was over, or the next.

Limits  Only times whose year the words tie down ("of this year", "in 2023") can be in conflict: a bare "in July" simply
        means another July. One conflict is marked and changes nothing: a single odd tense is no reprint. A text that
        counts in years which begin in another month ("the Iranian calendar year") is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from tasks.normalise.dates.context import Context, Found
from tasks.normalise.dates.evaluate import evaluate
from tasks.normalise.dates.periods import add_months, month_period
from tasks.normalise.dates.records import ScannedDate, this_year, ties_year
from tasks.normalise.dates.words import CONTEXT

MONTHS_BACK = 60  # a reprint older than five years is not looked for: "this year" would be wrong in other ways too
ENOUGH = 2  # conflicts that make a reprint (issue: "two or more")
SLACK = timedelta(15)  # reports of a half or quarter come out days before it ends
COMPLETE = frozenset(["half", "quarter", "first_n", "span"])  # told as past only when over


@dataclass(frozen=True, slots=True)
class Content:
    """Mentions in conflict with the date of publication; `value` and `anchor` where the text is older than its page."""

    conflicts: frozenset[int]
    value: str | None = None
    anchor: date | None = None


_OTHER_YEAR = re.compile(rf"\b(?:{'|'.join(sorted(CONTEXT['other_years']))})(?:\s+calendar)?\s+year", re.IGNORECASE)


def content_of(text: str, scanned: list[ScannedDate], found: list[Found], published: date) -> Content | None:
    """What contradicts the date of publication, and when the text was written if two or more mentions do."""
    conflicts = frozenset(
        i for i, (s, f) in enumerate(zip(scanned, found, strict=True)) if is_in_conflict(s, f, published)
    )
    if not conflicts or _OTHER_YEAR.search(text):
        return None
    if len(conflicts) < ENOUGH:
        return Content(conflicts)
    if ahead := [found[i].last for i in conflicts if this_year(scanned[i].expr) is None]:
        return _later(max(day for day in ahead if day is not None), conflicts)
    past = sum(scanned[i].tense == "past" for i in conflicts)
    tense = "past" if 2 * past >= len(conflicts) else "future"  # one misread clause must not outvote the others
    tied = [s for s in scanned if s.tense == tense and ties_year(s.expr)]
    month = published.replace(day=1)
    for _ in range(MONTHS_BACK):
        latest = month - timedelta(1)
        if not _conflicts_at(tied, latest):
            return _content(scanned, tied, latest, conflicts)
        month = latest.replace(day=1)
    return Content(conflicts)


def _later(last: date, conflicts: frozenset[int]) -> Content:
    """A page that is older than its text: the text is from the last day it tells of, or after it."""
    return Content(conflicts, f"{last.isoformat()}/..", last)


def is_in_conflict(scanned: ScannedDate, found: Found, anchor: date) -> bool:
    """Whether the tense of a mention contradicts its days, seen from `anchor`."""
    if scanned.tense is None or found.first is None or found.last is None or not ties_year(scanned.expr):
        return False
    if scanned.tense == "past":
        if this_year(scanned.expr) is None:
            return found.first > anchor + SLACK
        end = found.last if scanned.expr["k"] in COMPLETE else found.first
        return end > anchor + SLACK
    return this_year(scanned.expr) is not None and found.last < anchor and found.grain not in ("year", "half")


def _conflicts_at(tied: list[ScannedDate], anchor: date) -> bool:
    return any(is_in_conflict(s, evaluate(s, Context(anchor)), anchor) for s in tied)


def _content(scanned: list[ScannedDate], tied: list[ScannedDate], latest: date, conflicts: frozenset[int]) -> Content:
    """The month in which the last thing told as past was over, and the next, within the time without conflicts."""
    told = [f.last for s in tied if s.tense == "past" and (f := evaluate(s, Context(latest))).last and f.last <= latest]
    told += [
        f.last
        for s in scanned
        if s.expr["k"] == "date" and "d" in s.expr and s.tense == "past"
        if (f := evaluate(s, Context(latest))).last and f.last <= latest
    ]
    recent = [day for day in told if day is not None and day.year == latest.year]
    after = max(recent, default=latest)
    start = after if after.day < 28 else after + timedelta(1)  # a month told of as over ends before the text
    start = min(start, latest)
    following = add_months(start.replace(day=1), 1) or start
    end = min(following, latest)
    month = month_period(start.year, start.month)
    anchor = min(month.last, latest) if month else latest
    first, last = start.isoformat()[:7], end.isoformat()[:7]
    return Content(conflicts, first if first == last else f"{first}/{last}", anchor)
