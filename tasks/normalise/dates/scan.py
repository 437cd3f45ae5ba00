"""Scanning: which words of a text speak of time, without asking when it was written.

In     a text
Out    list[ScannedDate], in reading order, not overlapping   to tasks.normalise.dates.resolve, by way of the cache

Three steps: runs of known words (lexer), the longest pattern at each token (grammar, build), and joins of neighbours: a
modifier with what follows, a part with its whole, a day with its time, two ends of a range.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from tasks.normalise.dates.build import BUILDERS
from tasks.normalise.dates.grammar import BY_FIRST, PatternRule
from tasks.normalise.dates.join import join_mentions
from tasks.normalise.dates.lexer import Run, find_runs
from tasks.normalise.dates.match import Match
from tasks.normalise.dates.records import ScannedDate, this_year, ties_year
from tasks.normalise.dates.recurring import mark_recurring
from tasks.normalise.dates.tense import is_aside, is_since, is_told_on, steps_back, tense_and_doubt, tense_at

# Kinds whose value depends on which way the clause looks, or which a conflict can show in.
TENSED = frozenset(
    [
        "date",
        "weekday",
        "quarter",
        "half",
        "season",
        "first_n",
        "nth_unit",
        "nth_weekday",
        "unit",
        "weekend",
        "holiday",
        "span",
        "prev",
        "unit_end",
        "ended",
    ]
)


def scan_dates(text: str) -> list[ScannedDate]:
    """The dates, times, lengths and recurrences of `text`, not yet counted from any day.

    >>> [(s.expr["k"], s.tense) for s in scan_dates("Sales fell last year.")]
    [('unit', 'past')]
    """
    found: list[ScannedDate] = []
    for run in find_runs(text):
        found += join_mentions(text, list(_matches(text, run)))
    kept = [b for a, b in pairwise([None, *found]) if b is not None and not _is_told_twice(text, a, b)]
    kept = [_with_tense(text, mention) for mention in kept]
    return mark_recurring(text, [_with_month(text, kept, i) for i in range(len(kept))])


def _with_month(text: str, found: list[ScannedDate], at: int) -> ScannedDate:
    """A year earlier, told in one sentence with a month: "sales in May were up from a year earlier"."""
    mention = found[at]
    if mention.expr["k"] != "year_ago" or mention.expr["u"] != "year":
        return mention
    for before in reversed(found[max(0, at - 3) : at]):
        if _STOP.search(text, before.end, mention.start):
            break
        month = before.expr["k"] in ("date", "unit") and (before.expr.get("u") == "month" or "d" not in before.expr)
        if month and not is_aside(text, before.start):
            return replace(mention, expr=mention.expr | {"whole": before.expr})
    return mention


_STOP = re.compile(r"[.!?]\s+[A-Z]|\n\s*\n")


_ZONE_CLOSED = re.compile(r"(?:\s?[A-Z]{2,5})?\)")
_ELSEWHERE = re.compile(r"(?:\s+local time)?\s*\(")


def _is_told_twice(text: str, left: ScannedDate | None, right: ScannedDate) -> bool:
    """Whether a time of day in brackets is the one before it on another clock: 10:35 a.m. (0735 GMT)."""
    if left is None or right.expr["k"] != "clock" or not (left.expr["k"] == "clock" or "t" in left.expr):
        return False
    return bool(_ELSEWHERE.fullmatch(text, left.end, right.start) and _ZONE_CLOSED.match(text, right.end))


def _matches(text: str, run: Run) -> Iterator[ScannedDate]:
    """The longest pattern at each token, from left to right."""
    letters, tokens = run.letters, run.tokens
    at, size = 0, len(letters)
    while at < size:
        for end, start, rule in sorted(_candidates(letters, at), key=lambda c: -c[0]):
            inside = tokens[start:end]
            before = tokens[start - 1] if start else None
            built = BUILDERS[rule.build](Match(rule, inside, text, before, tokens[end] if end < size else None))
            if built is not None:
                for first, last, (kind, expr, mod) in built if isinstance(built, list) else [(0, len(inside), built)]:
                    flag = expr.pop("flag", None)
                    span = inside[first].start, inside[last - 1].end
                    yield ScannedDate(*span, kind, rule.id, expr, mod, None, flag)
                at = end - 1
                break
        at += 1


def _candidates(letters: str, at: int) -> list[tuple[int, int, PatternRule]]:
    """(end, start, rule) of the mentions that rules find from one token on."""
    found = []
    for rule in BY_FIRST.get(letters[at], ()):
        if match := rule.regex.match(letters, at):
            start, end = match.span(match.lastindex or 0)
            found.append((end, start, rule))
    return found


_IN = re.compile(r"\bin\s+$", re.IGNORECASE)
# "The wettest spring in ten years", "the first time in ten years" look back whatever the clause says.
_RANKED = re.compile(
    r"\b(?:[a-z]{3,}est|worst|best|least|most|first|last|only|more|less|fewer|time|once|second|third|fourth|fifth|"
    r"sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th))\b[^.!?,;]*$",
    re.IGNORECASE,
)


def _is_ahead(text: str, mention: ScannedDate) -> bool:
    """Whether a length says when something will be: "it will open in five years"."""
    if mention.mod or mention.expr["k"] != "length" or mention.expr["u"] not in ("day", "week", "month", "year"):
        return False
    words = text[mention.start : mention.end].lower()
    if "-" in words or not (words.endswith("s") or words.startswith(("one", "1 "))):
        return False  # paid in 10-year bonds
    before = text[max(0, mention.start - 64) : mention.start]
    if not _IN.search(before) or _RANKED.search(before) or text.startswith(" of", mention.end):
        return False
    return tense_at(text, mention.start, mention.end) == "future"


def _with_tense(text: str, mention: ScannedDate) -> ScannedDate:
    if mention.rule == "duration.count" and _is_ahead(text, mention):
        expr = mention.expr | {"k": "ago"}
        return replace(mention, type="DATE", rule="date.in_units", expr=expr, tense="future")
    if mention.expr["k"] not in TENSED:
        return mention
    expr = mention.expr
    if expr["k"] in ("date", "season") and not {"y", "whole"} & expr.keys() and steps_back(text, mention.start):
        expr = expr | {"had": True}
    if expr["k"] in ("date", "season", "weekday") and is_since(text, mention.start):
        expr = expr | {"since": True}
    if expr["k"] == "quarter" and is_aside(text, mention.start):
        expr = expr | {"aside": True}
    if this_year(mention.expr) is None and ties_year(mention.expr):  # a bond "due March 1, 2031" was sold in the past
        tense = "past" if is_told_on(text, mention.start, mention.end) else None
    else:
        tense, doubt = tense_and_doubt(text, mention.start, mention.end, strict=ties_year(mention.expr))
        if expr["k"] == "date" and "d" not in expr and (doubt or text[mention.end : mention.end + 2] in ("'s", "’s")):
            expr = expr | {"doubt": True}
    return ScannedDate(mention.start, mention.end, mention.type, mention.rule, expr, mention.mod, tense, mention.flag)
