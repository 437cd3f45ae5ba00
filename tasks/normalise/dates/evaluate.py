"""Evaluation: one scanned date, counted from an anchor and from what was spoken of before.

In     a ScannedDate and the Context, which remembers the periods spoken of so far
Out    Found: value, days, grain, what it was counted from, status

Kinds of expr are listed in tasks.normalise.dates.build; each has a small function in kinds_parts or kinds_told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from tasks.normalise.dates import kinds_parts, kinds_told, periods
from tasks.normalise.dates.context import NOWHERE, Context, Found, Place, Stated
from tasks.normalise.dates.periods import Period
from tasks.normalise.dates.records import Expr, ScannedDate, named_year

Kind = Callable[[Expr, Context, Period | None], Period | None]
KINDS: dict[str, Kind] = {**kinds_parts.KINDS, **kinds_told.KINDS}


CARRIES = frozenset(["day", "month", "season"])  # grains whose year holds for what is told next
COUNTED = frozenset(["weekday", "day", "unit", "ago", "weekend"])


def _note_year(expr: Expr, period: Period, context: Context) -> None:
    """Note a year that is named with a month or day; what counts from today ends its reach."""
    carries = period.grain in CARRIES or (period.grain == "year" and context.place.leads)
    if named_year(expr) is not None and not context.place.aside and carries:
        ahead = context.anchor is not None and period.first > context.anchor
        context.stated = None if ahead else Stated(period, context.place)
    elif expr["k"] in COUNTED and context.used == context.anchor_name:
        context.stated = None


def evaluate(scanned: ScannedDate, context: Context, place: Place = NOWHERE) -> Found:
    """The value of one scanned date in its context; `place` is where it stands."""
    expr = scanned.expr
    kind = expr["k"]
    context.used, context.tense, context.doubt, context.place = "none", scanned.tense, "doubt" in expr, place
    if kind == "vague":
        return Found(grain=expr.get("u"), mod=scanned.mod, status="vague", relative=scanned.type == "DATE")
    if kind == "day" and expr["n"] == 0 and context.narrative and scanned.type == "DATE":
        return Found(mod=scanned.mod, status="vague", relative=True)  # "today the fort is a museum"
    if (kind in ("length", "first_n") and expr["u"] == "month") or (kind == "prev" and expr["u"] == "year"):
        context.reported = None  # "in the nine months": what is compared with them is no quarter
    if kind in ("length", "every"):
        value = periods.length_value(expr["n"], expr["u"])
        if "more" in expr:
            value = periods.sum_of_lengths(periods.length_value(*expr["more"]), value)
        return Found(value, grain=expr["u"], mod=scanned.mod)
    if kind == "bc":
        return Found(expr["v"], grain="year", mod=scanned.mod)
    if kind == "past":
        return _length_from_now(scanned, context, expr["n"])
    if kind == "first_n" and "whole" not in expr:
        if expr["last"]:  # "the last two months", of nothing named, end now
            return _length_from_now(scanned, context, -expr["n"])
        return Found(periods.length_value(expr["n"], expr["u"]), grain=expr["u"], mod=scanned.mod)
    period = period_of(expr, context)
    relative = context.used != "none"
    if period is None:
        return Found(mod=scanned.mod, relative=True, status="unanchored", grain=expr.get("u"))
    if kind not in ("year_ago", "clock") and "back" not in expr:  # what is compared with is not what is spoken of
        context.remember(period, aside="aside" in expr or (kind == "prev" and "y" in expr))
        _note_year(expr, period, context)
    found = Found(
        period.value, period.first, period.last, period.grain, scanned.mod, relative, context.used, "resolved", period
    )
    return _timed(_bounded(found), expr)


def _timed(found: Found, expr: Expr) -> Found:
    """The value with its time of day."""
    if "t" not in expr or found.value is None or found.first != found.last:
        return found
    return replace(
        found, value=f"{found.value[:10]}{expr['t']}", grain="second" if expr["t"].count(":") > 1 else "minute"
    )


def _bounded(found: Found) -> Found:
    """The days of a part: its start, middle or end third."""
    if found.mod not in ("start", "mid", "end") or found.first is None or found.last is None:
        return found
    days = (found.last - found.first).days + 1
    if days < 3:
        return found
    third = timedelta(days // 3)
    if found.mod == "start":
        return replace(found, last=found.first + third - timedelta(1))
    if found.mod == "end":
        return replace(found, first=found.last - third + timedelta(1))
    return replace(found, first=found.first + third, last=found.last - third)


def _length_from_now(scanned: ScannedDate, context: Context, count: float) -> Found:
    """A length that ends (negative counts) or begins with the day of writing."""
    unit = scanned.expr["u"]
    value = periods.length_value(abs(count), unit)
    now = context.now(unit)
    other = periods.add_units(now, unit, count) if now else None
    first, last = (None, None) if other is None or now is None else (min(now, other), max(now, other))
    return Found(value, first, last, unit, scanned.mod, True, context.used)


def period_of(expr: Expr, context: Context) -> Period | None:
    """The period an expr means, or None where nothing can be said."""
    if expr["k"] == "fixed":
        return Period(expr["v"], date.fromisoformat(expr["f"]), date.fromisoformat(expr["l"]), expr["g"])
    if expr["k"] == "span":
        return _span(expr, context)
    whole = period_of(expr["whole"], context) if "whole" in expr else None
    if "whole" in expr and whole is None:
        return None
    return KINDS[expr["k"]](expr, context, whole)


def _span(expr: Expr, context: Context) -> Period | None:
    """From one date to another; what only one end states holds for both."""
    a, b = dict(expr["a"]), dict(expr["b"])
    for left, right in ((a, b), (b, a)):
        for key in ("y", "whole"):
            if key in left and right["k"] == left["k"] and not {"y", "whole", "side"} & right.keys():
                right[key] = left[key]
    first, last = period_of(a, context), period_of(b, context)
    if first is not None and a["k"] == b["k"] == "weekday":
        day = periods.add_days(first.first, (b["w"] - a["w"]) % 7)
        last = periods.day_period(day) if day else None
    if first is None or last is None:
        return None
    if first.first > last.last and a["k"] == "date" and not {"y", "whole"} & a.keys():
        first = period_of(
            a | {"y": last.last.year if first.first.month <= last.last.month else last.last.year - 1}, context
        )
    if first is None or first.first > last.last:
        return None
    if first.grain == last.grain == "day":
        return periods.days_period(first.first, last.last, "day")
    if first.grain == last.grain and first.grain in ("month", "quarter", "half", "year", "decade", "century"):
        months = (last.last.year - first.first.year) * 12 + last.last.month - first.first.month + 1
        return periods.months_period(first.first.year, first.first.month, months, first.grain)
    return periods.days_period(first.first, last.last, "day")
