"""Joins: neighbouring mentions that are one.

In     the mentions of one run, modifiers among them
Out    the mentions that stand; modifiers that met no date are gone

"early" + "next year" · "the first half" of "this year" · "July" "this year" · "next year"'s "first quarter" ·
"5 p.m." "Friday" · from "January" to "July" · between "March 5" and "April 2". Few words may stand between.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from tasks.normalise.dates.records import Expr, ScannedDate
from tasks.normalise.dates.words import CONTEXT

Join = Callable[[str, ScannedDate, ScannedDate], ScannedDate | None]
PARTS = frozenset(["nth_weekday", "quarter", "half", "season", "first_n", "nth_unit", "date", "weekday", "holiday"])
YEARLY = frozenset(["unit", "fixed", "prev", "earlier", "year_ago", "same"])
TOLD = frozenset(["prev", "earlier"])
POINTS = frozenset(["fixed", "date", "weekday", "day", "unit", "ago", "quarter", "half", "season"])

_BLANK = re.compile(r"\s*,?\s*$")
_OF = re.compile(r"\s*(?:,\s*)?(?:of|in|for|during)?\s*(?:the\s)?$", re.IGNORECASE)
_ENDED = re.compile(r"\s+(ended|ending|to|of|beginning|starting)\s+(?:on\s+)?", re.IGNORECASE)
_RANGE = re.compile(r"\s*,?\s*(?:-|–|-?to-?|through|until|till)\s*(?:the\s)?$", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:,|and|or|,\s*and)\s*$", re.IGNORECASE)
_AND = re.compile(r"\s*and\s*$", re.IGNORECASE)
_FROM = re.compile(r"(?:\bfrom|\bbetween)\s+(?:the\s)?$", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s+(?:the\s)?$", re.IGNORECASE)
_CLOCK_GAP = re.compile(r"\s*,?\s*(?:(?:local time|[a-z]{2,4})\s*,?\s*)?(?:on|at|of)?\s*$", re.IGNORECASE)


def join_mentions(text: str, found: list[ScannedDate]) -> list[ScannedDate]:
    """The mentions of one run after joining."""
    if len(found) > 1:
        found = _share_years(text, found)
        found = _bound(text, found)
        found = _fold(text, found, _join_whole)
        found = _fold(text, found, _join_clock)
        found = _fold(text, found, _join_range)
        found = _fold(text, found, _join_lengths)
    if any(m.type == "MOD" for m in found):
        found = _fold(text, list(reversed(found)), _join_modifier)[::-1]
    found = [_alone(m) for m in found]
    return [m for m in found if m.type != "MOD" and not m.expr.get("of")]


def _alone(mention: ScannedDate) -> ScannedDate:
    """A part that met no whole, as what it says by itself: "last Sunday" in Rome."""
    if "else" not in mention.expr:
        return mention
    expr = dict(mention.expr["else"])
    return replace(mention, rule=expr.pop("rule"), expr=expr)


def _fold(text: str, found: list[ScannedDate], join: Join) -> list[ScannedDate]:
    """Join each mention to the one kept before it, where `join` makes one of two."""
    kept: list[ScannedDate] = []
    for mention in found:
        joined = join(text, kept[-1], mention) if kept else None
        if joined is not None:
            kept[-1] = joined
        else:
            kept.append(mention)
    return kept


def _share_years(text: str, found: list[ScannedDate]) -> list[ScannedDate]:
    """A month or day takes the year that is named behind the next one: "in January and February 1942"."""
    for i in range(len(found) - 2, -1, -1):
        left, right = found[i], found[i + 1]
        listed = _LISTED.match(text[left.end : right.start])
        both = left.expr["k"] == right.expr["k"] and left.expr["k"] in ("date", "season")
        both = both and ("d" in left.expr) == ("d" in right.expr)
        if listed and both and "y" in right.expr and _lacks_year(left.expr):
            order = "m" if left.expr["k"] == "date" else "n"
            year = right.expr["y"] - (left.expr[order] > right.expr[order])
            found[i] = replace(left, expr=left.expr | {"y": year})
    return found


def _bound(text: str, found: list[ScannedDate]) -> list[ScannedDate]:
    """A quarter or week takes its days from the day behind it: "the quarter ended July 31", "the week of May 3"."""
    bound: set[int] = set()
    for i, (left, right) in enumerate(pairwise(found)):
        match = _ENDED.fullmatch(text, left.end, right.start)
        unit = left.expr.get("u")
        if match is None or left.rule != "date.the_period" or unit not in ("quarter", "week"):
            continue
        to = match[1].lower() in ("ended", "ending", "to")
        day = right.expr["k"] == "date" and "m2" not in right.expr and "d2" not in right.expr
        if not day or not (to or unit == "week") or not ("d" in right.expr or unit == "quarter"):
            continue
        expr = {"k": "ended", "u": unit, "whole": right.expr, "to": to}
        if to and "d" in right.expr:  # the day stays a mention of its own: "the quarter ended" "July 31"
            found[i] = replace(left, expr=expr)
        else:
            found[i] = replace(left, end=right.end, expr=expr)
            bound.add(i + 1)
    return [mention for i, mention in enumerate(found) if i not in bound]


def _is_year(expr: Expr) -> bool:
    """Whether an expr names one year."""
    if expr["k"] == "fixed":
        return expr["g"] == "year" and "/" not in expr["v"]
    return (expr["k"] in YEARLY and expr.get("u") == "year") or expr["k"] == "year_ago"


def _lacks_year(expr: Expr) -> bool:
    return expr["k"] in PARTS and "y" not in expr and "whole" not in expr and "side" not in expr


def _is_whole_of(part: Expr, whole: Expr) -> bool:
    """Whether `whole` can be what `part` is a part of."""
    if _is_year(whole):
        return part["k"] != "weekday"
    if part["k"] == "weekday":
        return whole["k"] in ("unit", "earlier") and whole["u"] == "week"
    if part["k"] == "nth_weekday":
        return whole["k"] == "date" and "d" not in whole
    if part["k"] == "nth_unit" and part["u"] == "day" and whole["k"] == "date" and "d" not in whole:
        return True
    if part["k"] == "quarter" and whole["k"] == "fixed" and whole["g"] == "century":
        return True
    if part["k"] in ("nth_unit", "first_n", "half"):
        if whole["k"] == "date":
            return "d" not in whole and part.get("u") != "month"
        return whole["k"] in ("unit", "prev", "season", "quarter") or (
            whole["k"] == "fixed" and whole["g"] in ("decade", "century")
        )
    return False


def _join_whole(text: str, left: ScannedDate, right: ScannedDate) -> ScannedDate | None:
    """A part and its whole: "July" + "this year", "the first half" + of + "1989", "next year" + 's + "first half"."""
    gap = text[left.end : right.start]
    if _lacks_year(left.expr) and _OF.match(gap) and _is_whole_of(left.expr, right.expr) and _joinable(left, gap):
        expr = {key: value for key, value in left.expr.items() if key not in ("of", "else")} | {"whole": right.expr}
        return replace(left, end=right.end, expr=expr, type="DATE")
    if left.expr["k"] == "unit_end" and _is_year(right.expr) and gap.strip() in ("", "of"):
        return replace(left, end=right.end, expr=left.expr | {"whole": right.expr})
    if left.rule == "date.rel_weekday" and right.expr["k"] == "date" and "d" in right.expr and gap.strip() == ",":
        checked = right.expr if "y" in right.expr else right.expr | {"w": left.expr["w"]}
        return replace(right, start=left.start, expr=checked)
    if left.expr["k"] == "unit" and left.expr["u"] == "week" and right.expr["k"] == "weekday" and gap.isspace():
        return replace(right, start=left.start, expr=right.expr | {"whole": left.expr})
    possessive = gap in ("'s ", "’s ") or (gap.isspace() and left.expr["k"] == "fixed")
    if (
        possessive
        and _is_year(left.expr)
        and _lacks_year(right.expr)
        and right.expr["k"] not in ("weekday", "date", "holiday")
    ):
        return replace(right, start=left.start, expr=right.expr | {"whole": left.expr}, type="DATE")
    return None


def _joinable(left: ScannedDate, gap: str) -> bool:
    """A length needs its `of`: "the first two years" in 1989 is no part of it."""
    return left.expr["k"] not in ("first_n", "nth_unit") or bool(re.search(r"\b(?:of|in)\b", gap, re.IGNORECASE))


def _join_clock(text: str, left: ScannedDate, right: ScannedDate) -> ScannedDate | None:
    """A time of day and its day, in either order."""
    gap = text[left.end : right.start]
    if not _CLOCK_GAP.match(gap):
        return None

    def is_day(expr: Expr) -> bool:
        return expr["k"] in ("date", "weekday", "day", "fixed") or (expr.get("u") == "day" and expr["k"] in TOLD)

    if left.expr["k"] == "clock" and is_day(right.expr):
        return replace(right, start=left.start, type="TIME", expr=right.expr | _time_of(left.expr))
    if right.expr["k"] == "clock" and is_day(left.expr) and "t" not in left.expr:
        return replace(left, end=right.end, type="TIME", expr=left.expr | _time_of(right.expr))
    return None


def _time_of(clock: Expr) -> Expr:
    """The time of day as a field; "in the evening" has none."""
    return {"t": clock["t"]} if "t" in clock else {}


def _join_range(text: str, left: ScannedDate, right: ScannedDate) -> ScannedDate | None:
    """Two ends of a span of time, joined by words that say so."""
    if left.expr["k"] not in POINTS or right.expr["k"] not in POINTS or left.type != "DATE" or right.type != "DATE":
        return None
    if left.expr["k"] != right.expr["k"] and not {left.expr["k"], right.expr["k"]} <= {"date", "fixed"}:
        return None  # "from Sept. 14 to Thursday", "today through Nov. 17" stay two
    gap = text[left.end : right.start]
    before = text[max(0, left.start - 16) : left.start]
    hyphen = gap.strip() in ("-", "–") and left.expr["k"] == right.expr["k"]
    worded = bool(_RANGE.match(gap)) and not hyphen and bool(_FROM.search(before) or _same_form(left.expr, right.expr))
    between = bool(_AND.match(gap)) and bool(_BETWEEN.search(before))
    if not (hyphen or worded or between):
        return None
    return replace(left, end=right.end, expr={"k": "span", "a": left.expr, "b": right.expr}, rule="date.range")


_FINER = ("year", "month", "week", "day", "hour", "minute", "second")
_PLUS = re.compile(r"\s*(?:,|and|,\s*and)?\s+$", re.IGNORECASE)


def _join_lengths(text: str, left: ScannedDate, right: ScannedDate) -> ScannedDate | None:
    """Two hours and 20 minutes."""
    a, b = left.expr, right.expr
    if not (a["k"] == b["k"] == "length" and right.rule == "duration.count" and {a["u"], b["u"]} <= set(_FINER)):
        return None
    if _FINER.index(a["u"]) >= _FINER.index(b["u"]) or "-" in text[left.start : right.end] or a["n"] % 1:
        return None
    if right.mod or not _PLUS.fullmatch(text, left.end, right.start):
        return None
    return replace(left, end=right.end, expr={"k": "length", "u": b["u"], "n": b["n"], "more": [a["n"], a["u"]]})


def _same_form(a: Expr, b: Expr) -> bool:
    """Whether two exprs state the same things: month and month, day and day; two weekdays of one week."""
    if a["k"] == b["k"] == "weekday":
        return "whole" in b
    return a["k"] == b["k"] and a["k"] in ("date", "fixed") and ("d" in a) == ("d" in b)


def _join_modifier(text: str, right: ScannedDate, left: ScannedDate) -> ScannedDate | None:
    """A modifier and what follows it (the fold runs from the right)."""
    if left.type != "MOD" or right.type == "MOD" or right.type == "SET":
        return None
    gap = text[left.end : right.start]
    if gap.strip() or right.mod is not None or right.expr["k"] == "vague":
        return None
    wants = left.expr["with"]
    first_word = text[left.start : left.end].lower()
    if first_word in CONTEXT["prepositions"] and right.expr["k"] in ("past", "first_n", "weekday", "unit"):
        return None  # over the past year: a preposition
    if wants == "day":
        named = right.expr["k"] in ("date", "weekday", "fixed", "day") and "t" not in right.expr
        return replace(right, start=left.start, type="TIME") if named else None
    lengths = right.type == "DURATION" or right.expr["k"] in ("ago", "earlier")
    if (wants == "number" and not lengths) or (wants == "point" and lengths):
        return None
    return replace(right, start=left.start, mod=left.expr["m"])
