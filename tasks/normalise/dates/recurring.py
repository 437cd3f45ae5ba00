"""Recurring times: hours and weekdays that come again are no single day.

In     the scanned dates of a text
Out    the same; those that recur are of type SET, with the period of what they stand beside, days and hours as one

"Fridays at 9 a.m.", "daily from 10 a.m. to 5 p.m.", "open Monday to Friday, 9 a.m. to 5 p.m." A time of day recurs
when only connecting words part it from a mention that does. A span of weekdays recurs where its sentence speaks of
opening hours in the present: "the strike lasted from Monday to Friday" is one week.

Limits  "The fair runs Monday to Friday" may be one fair or a yearly one's hours: it stays a span of days.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from tasks.normalise.dates.records import Expr, ScannedDate

WEEKLY: Expr = {"k": "every", "u": "week", "n": 1}

JOINING = frozenset(["set.clock", "set.opening_hours"])

_CONNECTED = re.compile(
    r"[ \t\xa0,;:()/–—-]*(?:(?:and|or|to|until|till|through|thru|from|between|at|on|the|starting|beginning|by|about|"
    r"around|shortly|after|before|weekdays|weekends|holidays|public|only|again)\b[ \t\xa0,;:()/–—-]*)*",
    re.IGNORECASE,
)
_WEEKDAYS_BEFORE = re.compile(r"\bweekdays,?(?: (?:at|from|between|until|after|before))? $", re.IGNORECASE)
_WEEKDAYS_BEHIND = re.compile(r",? (?:on )?weekdays\b", re.IGNORECASE)
_TO = re.compile(r"\s*(?:to|through|thru|till|until|-|–|—)\s*", re.IGNORECASE)
_HOURS = re.compile(
    r"\b(?:opening|office|visiting|business|working|trading|school|box office)\s+(?:hours|times)\b|"
    r"\bhours\s*(?:are\b|:)|"
    r"\b(?:is|are|stays?|remains?|keeps?)\s+(?:\w+ly\s+|also\s+|now\s+|only\s+|always\s+)?(?:open|closed|staffed)\b|"
    r"\b(?:operates|airs)\b|\bopen\s*:|\bopen\s+(?:daily|weekdays|from\s+\w+day|\w+day)\b",
    re.IGNORECASE,
)
_ONCE = re.compile(r"\b(?:will|was|were|had|been|stayed|remained)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?][\"'”’)]*\s+(?=[\"'“‘(]?[A-Z])|\n")
_ABBREVIATED = re.compile(r"\b[ap]\.m\.$", re.IGNORECASE)


def mark_recurring(text: str, found: list[ScannedDate]) -> list[ScannedDate]:
    """The dates of a text, in reading order, with those that recur as sets.

    >>> from tasks.normalise.dates.scan import scan_dates
    >>> [(s.type, s.rule) for s in scan_dates("It meets on Fridays at 9 a.m.")]
    [('SET', 'set.weekdays')]
    """
    if not any(_is_clock(mention) or _is_weekday(mention) for mention in found):
        return found
    marked = [_on_weekdays(text, mention) for mention in _mark_opening_hours(text, found)]
    for order in (list(range(len(marked))), list(reversed(range(len(marked))))):
        for here, there in pairwise(order):
            one, other = marked[here], marked[there]
            if one.type == "SET" and one.expr["k"] == "every" and _is_clock(other) and _are_connected(text, one, other):
                marked[there] = _as_set(other, one.expr, "set.clock")
    return _joined(text, marked)


def _on_weekdays(text: str, mention: ScannedDate) -> ScannedDate:
    """An hour straight behind or before "weekdays", which by itself is no mention: "weekdays at 6 a.m."."""
    if not _is_clock(mention):
        return mention
    recurs = _WEEKDAYS_BEFORE.search(text, max(0, mention.start - 40), mention.start) or _WEEKDAYS_BEHIND.match(
        text, mention.end
    )
    return _as_set(mention, WEEKLY, "set.clock") if recurs else mention


def _joined(text: str, found: list[ScannedDate]) -> list[ScannedDate]:
    """Days and hours that recur together as one mention, named by the rule of its days."""
    kept: list[ScannedDate] = []
    for mention in found:
        last = kept[-1] if kept else None
        if (
            last
            and {last.rule, mention.rule} & JOINING
            and last.expr == mention.expr
            and _are_connected(text, last, mention)
        ):
            rule = mention.rule if last.rule == "set.clock" else last.rule
            kept[-1] = replace(last, end=mention.end, rule=rule)
        else:
            kept.append(mention)
    return kept


def _is_clock(mention: ScannedDate) -> bool:
    return mention.expr["k"] == "clock"


def _is_weekday(mention: ScannedDate) -> bool:
    """Whether words name a weekday, perhaps with an hour, and nothing that says which one."""
    return mention.expr["k"] == "weekday" and mention.rule == "date.weekday" and "whole" not in mention.expr


def _is_week_span(mention: ScannedDate) -> bool:
    expr = mention.expr
    return expr["k"] == "span" and expr["a"]["k"] == expr["b"]["k"] == "weekday" and mention.rule == "date.range"


def _as_set(mention: ScannedDate, expr: Expr, rule: str) -> ScannedDate:
    return replace(mention, type="SET", rule=rule, expr=expr, mod=None, tense=None)


def _are_connected(text: str, one: ScannedDate, other: ScannedDate) -> bool:
    left, right = (one, other) if one.start < other.start else (other, one)
    return bool(_CONNECTED.fullmatch(text, left.end, right.start))


def _mark_opening_hours(text: str, found: list[ScannedDate]) -> list[ScannedDate]:
    """Weekdays that opening hours name: a span of them, and those that hours connect with it."""
    marked = list(found)
    inside = [_is_week_span(mention) for mention in found]
    for at, (left, right) in enumerate(pairwise(found)):
        if _is_weekday(left) and _is_weekday(right) and _TO.fullmatch(text, left.end, right.start):
            inside[at] = inside[at + 1] = True
    for at, mention in enumerate(found):
        if not inside[at] or not _tells_hours(text, mention.start):
            inside[at] = False
    for order in (list(range(len(found))), list(reversed(range(len(found))))):
        for here, there in pairwise(order):
            if inside[here] and not inside[there] and (_is_weekday(found[there]) or _is_clock(found[there])):
                inside[there] = _are_connected(text, found[here], found[there])
    for at, mention in enumerate(found):
        if inside[at]:
            marked[at] = _as_set(mention, WEEKLY, "set.clock" if _is_clock(mention) else "set.opening_hours")
    return marked


def _tells_hours(text: str, start: int) -> bool:
    """Whether the sentence up to a mention, or straight behind it, speaks of opening hours as they are."""
    first = max(0, start - 240)
    ends = [
        m.end()
        for m in _SENTENCE_END.finditer(text, first, start)
        if not _ABBREVIATED.search(text, first, m.start() + 1)
    ]
    before = text[ends[-1] if ends else first : start + 12]
    return bool(_HOURS.search(before)) and not _ONCE.search(before)
