"""Kinds of dates that are counted from another time: from the day of writing, or from what the text spoke of last.

In     an expr, the context, and the period of its `whole` where it names one
Out    a Period, or None where nothing can be said
"""

from __future__ import annotations

from tasks.normalise.dates import periods
from tasks.normalise.dates.context import Context, as_fine
from tasks.normalise.dates.periods import Period
from tasks.normalise.dates.records import Expr

MONTH_HALF = 15  # after this day the month's end is the next one, whatever the tense


def weekday(expr: Expr, context: Context, whole: Period | None) -> Period | None:
    """The weekday on the side its words or its clause look to; today counts as past."""
    if whole is not None:
        day = periods.add_days(whole.first, expr["w"] - 1)
        return periods.day_period(day) if day else None
    recent = context.recent
    if context.narrative and recent is not None and recent.grain in ("day", "week") and "side" not in expr:
        context.used = "previous"
        day = periods.add_days(recent.first, (expr["w"] - recent.first.isoweekday()) % 7)
        return periods.day_period(day) if day else None
    told = "told" in expr and recent is not None and recent.grain in ("day", "week")
    now = recent.first if told and recent is not None else context.now()
    if now is None:
        return None
    if told:
        context.used = "previous"
    offset = expr["w"] - now.isoweekday()
    if "weeks" in expr:
        days = offset if expr["weeks"] < 0 or offset > 0 else offset + 7
        day = periods.add_days(now, days + 7 * expr["weeks"])
        return periods.day_period(day) if day else None
    side, tense = expr.get("side"), None if expr.keys() & {"own", "since"} else context.tense
    if side is not None and side < 0:
        offset = offset - 7 if offset >= 0 else offset
    elif side == 1 or (side is None and tense == "future"):
        offset = offset + 7 if offset < 0 or (side == 1 and offset == 0) else offset
    elif side is None:
        offset = offset - 7 if offset > 0 else offset
    day = periods.add_days(now, offset)
    return periods.day_period(day) if day else None


def day(expr: Expr, context: Context, _whole: Period | None) -> Period | None:
    """Days from the day of writing."""
    now = context.now()
    day = periods.add_days(now, expr["n"]) if now else None
    return periods.day_period(day) if day else None


def unit(expr: Expr, context: Context, _whole: Period | None) -> Period | None:
    """The unit of the day of writing, or one beside it; in a story "the next year" is the one after that told."""
    if "the" in expr and context.narrative and context.recent is not None:
        return earlier(expr, context, None)
    now = context.now(expr["u"])
    found = periods.shifted(expr["u"], now, expr["n"]) if now else None
    this_weekend = expr["u"] == "weekend" and expr["n"] == 0 and context.tense == "past"
    if this_weekend and found is not None and now is not None and found.first > now:
        return periods.shifted("weekend", now, -1)  # "it rained this weekend", written on Monday
    return found


def ago(expr: Expr, context: Context, _whole: Period | None) -> Period | None:
    """The unit that lies so many units back, or ahead."""
    if expr["n"] > 0 and context.narrative and context.recent is not None:
        return earlier(expr, context, None)
    now = context.now(expr["u"])
    if now is None or not ("more" in expr or "exact" in expr):
        return periods.shifted(expr["u"], now, expr["n"]) if now else None
    amount, unit = expr.get("more", (0, "day"))
    begin = periods.add_units(now, unit, amount)
    day = periods.add_units(begin, expr["u"], expr["n"]) if begin else None
    return periods.unit_period("day" if "exact" in expr else expr["u"], day) if day else None


def earlier(expr: Expr, context: Context, _whole: Period | None) -> Period | None:
    """Counted from what was spoken of last, if that is known as finely; else from now."""
    unit, recent = expr["u"], context.recent
    if recent is not None and (context.narrative or context.anchor is None or as_fine(recent.grain, unit)):
        context.used = "previous"
        if as_fine(recent.grain, unit):
            return periods.shifted(unit, recent.last if expr["n"] > 0 else recent.first, expr["n"])
        return periods.shifted(unit, recent.last, expr["n"]) if unit == "month" and expr["n"] > 0 else None
    now = context.now(unit)
    return periods.shifted(unit, now, expr["n"]) if now else None


def year_ago(expr: Expr, context: Context, whole: Period | None) -> Period | None:
    """The period spoken of last, one year (or unit) back: reports compare with it."""
    if "q" in expr:
        now = context.now("year")
        return periods.quarter_period(now.year - 1, expr["q"]) if now else None
    if expr["u"] == "year" and (base := _reported(context, expr.get("base"))) is not None:
        context.used = "previous"
        return _year_back(base)
    if whole is not None and not context.narrative:
        context.used = "previous"
        return _year_back(whole)
    if context.narrative:
        return earlier(expr | {"n": -1}, context, None)
    now = context.now(expr["u"])
    return periods.shifted(expr["u"], now, -1) if now else None


def _reported(context: Context, of: str | None) -> Period | None:
    """The quarter, half, month or year that figures were last told of."""
    if of is not None:
        return context.said.get(of)
    return context.reported


def _year_back(base: Period, count: int = 1) -> Period | None:
    months = (base.last.year - base.first.year) * 12 + base.last.month - base.first.month + 1
    return periods.months_period(base.first.year - count, base.first.month, months, base.grain)


def same(expr: Expr, context: Context, _whole: Period | None) -> Period | None:
    """The period spoken of last, as it is, a year back, or in the year named."""
    base = (
        context.said.get(expr["u"])
        if "u" in expr
        else context.said.get("quarter") or context.said.get("half") or context.recent
    )
    if base is None or base.grain in ("day", "week"):
        now = context.now("year" if "y" in expr or "back" in expr else expr.get("u", "quarter"))
        if now is None:
            return None
        if "y" in expr or "back" in expr:
            return periods.year_period(expr.get("y", now.year - 1))
        return periods.shifted(expr.get("u", "quarter"), now, -1)
    context.used = "previous"
    if "y" in expr:
        return _year_back(base, base.first.year - expr["y"])
    return _year_back(base) if "back" in expr else base


def prev(expr: Expr, context: Context, _whole: Period | None) -> Period | None:
    """The unit spoken of last; without one, the unit the text is written in (a quarter: the last that ended)."""
    unit = expr["u"]
    if "y" in expr:
        told = context.reported
        base = told if told is not None and told.grain == "quarter" else context.said.get("quarter")
        if base is not None and unit in ("quarter", "period"):
            context.used = "previous"
            return periods.quarter_period(expr["y"], (base.first.month + 2) // 3)
        return periods.year_period(expr["y"])
    if "that" in expr and (told := context.recent) is not None:
        context.used = "previous"
        return periods.unit_period(unit, told.first) if as_fine(told.grain, unit) else None
    told = context.recent if context.narrative else None
    if told is not None and unit in ("week", "month") and told.grain != unit and as_fine(told.grain, unit):
        context.used = "previous"
        return periods.unit_period(unit, told.first)
    if unit in context.said and unit != "year":
        context.used = "previous"
        return context.said[unit]
    if unit == "day" and context.recent is not None and context.recent.grain == "day":
        return context.recent
    if context.narrative and context.recent is not None and unit in periods.GRAINS:
        context.used = "previous"
        return periods.unit_period(unit, context.recent.first) if as_fine(context.recent.grain, unit) else None
    now = context.now("quarter" if unit == "period" else unit)
    if now is None:
        return None
    return periods.shifted(unit, now, -1 if unit in ("quarter", "period") else 0)


def unit_end(expr: Expr, context: Context, whole: Period | None) -> Period | None:
    """The unit whose end is spoken of: the last one where the clause tells of the past ("at year-end debt was 3")."""
    if whole is not None:
        return whole
    if context.tense != "past" or context.narrative:
        return prev(expr, context, None)
    now = context.now(expr["u"])
    if now is not None and expr["u"] == "month" and now.day > MONTH_HALF:
        return prev(expr, context, None)
    return periods.shifted(expr["u"], now, -1) if now else None


def ended(expr: Expr, _context: Context, whole: Period | None) -> Period | None:
    """The quarter or week that ends with the day named, or the week that holds it."""
    if whole is None:
        return None
    last = whole.last
    if expr["u"] == "quarter":  # books close on a weekday near the month's end
        month = periods.add_days(last, -7) or last
        return periods.months_period(month.year, month.month - 2, 3, "quarter")
    first = periods.add_days(last, -6)
    return periods.days_period(first, last, "week") if expr.get("to") and first else periods.week_period(whole.first)


def the_nth(expr: Expr, context: Context, _whole: Period | None) -> Period | None:
    """A day of the month spoken of."""
    recent = context.recent
    told = recent if recent is not None and as_fine(recent.grain, "month") else context.said.get("month")
    if told is not None:
        context.used = "previous"
    first = told.first if told is not None else context.now()
    if first is None:
        return None
    try:
        return periods.day_period(first.replace(day=expr["d"]))
    except ValueError:
        return None


def clock(_expr: Expr, context: Context, _whole: Period | None) -> Period | None:
    """The day that a time of day belongs to."""
    if context.narrative and (context.recent is None or context.recent.grain != "day"):
        return None
    day = context.said.get("day")
    if day is not None and day.first == day.last:
        context.used = "previous"
        return day
    now = context.now()
    return periods.day_period(now) if now else None


def weekend(_expr: Expr, context: Context, _whole: Period | None) -> Period | None:
    """The last weekend begun, or behind a future cue the next."""
    now = context.now()
    if now is None:
        return None
    this = periods.weekend_period(now)
    if context.tense == "future" or (this is not None and this.first <= now):
        return this
    before = periods.add_days(now, -7)
    return periods.weekend_period(before) if before else None


KINDS = {
    f.__name__: f
    for f in (weekday, day, unit, ago, earlier, year_ago, same, prev, unit_end, ended, the_nth, clock, weekend)
}
