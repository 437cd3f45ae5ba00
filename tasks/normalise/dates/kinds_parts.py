"""Kinds of dates that are a part of a year or of another whole: days, months, quarters, seasons, runs of units.

In     an expr, the context, and the period of its `whole` where it names one
Out    a Period, or None where nothing can be said

Which year a part belongs to, where its words do not say: see `nearest` for news, `following` for histories.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date as day_of
from typing import Any

from tasks.normalise.dates import periods
from tasks.normalise.dates.context import Context, Stated
from tasks.normalise.dates.periods import Period
from tasks.normalise.dates.records import Expr
from tasks.normalise.dates.words import RULES
from tasks.normalise.dates.year_choice import Clause, Link, Question, choose_year

Make = Callable[[int], Period | None]  # a part of the year that is given

HOLIDAYS: dict[str, dict[str, Any]] = {
    row["holiday"]["id"]: row["holiday"] for row in RULES if row["build"] == "holiday"
}
# Days. A day without a year that is `close` to the text is meant if its other year is `far` (TimeBank, tuning part).
CLOSE, FAR = 60, 200
AHEAD_AT_MOST = 300  # a day that a clause looks ahead to: longer, and the year would be named
CLOSE_IF_PAST = 45  # the same where the clause tells of the past
# Days. A month ahead this near is meant: last year's would be called so ("last May").
MONTH_AHEAD, MONTH_AHEAD_IF_PAST = 92, 31
JUST_OVER = 75  # days since the end of a month that is still spoken of by its name
STEP_BACK = 330  # days that a clause with "had" looks back
FORWARD, BACKWARD = 260, 105  # days: a story goes on; what lies this far back was told before it


def nearest(candidates: list[Period], context: Context) -> Period | None:
    """Of the same part of several years, the one the clause looks at.

    Days close to the text are meant whatever the tense (a dividend "is payable Nov. 16"), quarters are those of the
    report (the nearest), and the rest is the last begun, or behind a future cue the first not over.
    """
    now = context.now(candidates[0].grain) if candidates else None
    if now is None:
        return None
    begun = [p for p in candidates if p.first <= now]
    ahead = [p for p in candidates if p.last >= now]
    if not begun or not ahead:
        return begun[-1] if begun else ahead[0] if ahead else None
    past, future = begun[-1], ahead[0]
    back, ahead_days = (now - past.last).days, (future.first - now).days
    if past.grain == "day":
        close = CLOSE_IF_PAST if context.tense == "past" else CLOSE
        if min(back, ahead_days) <= close and max(back, ahead_days) >= FAR:
            return past if back < ahead_days else future
        return future if context.tense == "future" and ahead_days <= AHEAD_AT_MOST else past
    if past.grain == "quarter":
        if context.tense == "past":
            return past
        return min(candidates, key=lambda p: (abs((p.first - now).days + (p.last - now).days), p.first))
    if context.doubt and past.grain == "month" and back <= JUST_OVER and ahead_days >= FAR:
        return past  # "February's rise could be undone": the one just over
    near = MONTH_AHEAD_IF_PAST if context.tense == "past" else MONTH_AHEAD
    if context.tense == "future" or (past.grain == "month" and 0 < ahead_days <= near < back):
        return future
    return past


def following(told: Period, make: Make, *, had: bool = False) -> Period | None:
    """Of a part of several years, the one nearest to the time told last, rather after it than before.

    `had` says that the clause steps back ("those who had set out in June").
    """
    year = told.first.year
    if told.grain == "year" and not had:  # of several years the first: a story begins with the span of its war
        return make(year)
    near = [p for y in (year - 1, year, told.last.year, told.last.year + 1) if 1 <= y <= 9999 and (p := make(y))]
    before = [p for p in near if 0 < (told.first - p.first).days <= (STEP_BACK if had else BACKWARD)]
    after = [p for p in near if told.first <= p.first and (p.first - told.last).days <= FORWARD]
    fitting = (before[-1:] or after) if had else (after or before[-1:])
    return fitting[0] if fitting else make(year)


def _is_against(told: Period, context: Context) -> bool:
    """Whether a clause looks back at a period that lies ahead, or ahead to one that is over."""
    now = context.anchor
    if now is None or context.doubt:
        return False
    return (context.tense == "past" and told.first > now) or (context.tense == "future" and told.last < now)


def in_year(expr: Expr, context: Context, whole: Period | None, make: Make) -> Period | None:
    """A part of a year: of the year named, of its whole, or of the year the clause looks at."""
    if "y" in expr:
        return make(expr["y"])
    if whole is not None:
        return make(whole.first.year)
    if context.line is not None and (context.narrative or context.anchor is None) and "side" not in expr:
        told = following(context.line, make, had="had" in expr)
        ahead = told is not None and context.anchor is not None and told.first > context.anchor
        if not ahead or context.tense == "future":  # nothing that is told lies after the day of writing
            context.used = "previous"
            return told
    now = context.anchor
    if context.narrative and "the" in expr:
        expr = expr | {"told": True}
    if now is None and "told" in expr and context.recent is not None:
        now = context.recent.first
    if now is None:
        return None
    key = (expr.get("m", 0), expr.get("d", 0), expr.get("d2", 0))
    if expr["k"] == "date" and "side" not in expr and key in context.years_of:  # one sense a text
        told = make(context.years_of[key])
        if told is None or "d" in expr or not _is_against(told, context):
            context.now("month")
            return told
    years = [p for y in range(now.year - 1, now.year + 2) if 1 <= y <= 9999 and (p := make(y)) is not None]
    if "w" in expr:  # a weekday that one year alone fits decides
        years = [p for p in years if p.first.isoweekday() == expr["w"]] or years
    if "side" in expr:
        if "told" in expr and context.recent is not None:
            context.used = "previous"
            now = context.recent.last if expr["side"] > 0 else context.recent.first
            years = [p for y in range(now.year - 1, now.year + 2) if 1 <= y <= 9999 and (p := make(y)) is not None]
        elif context.now("year") is None:
            return None
        if expr["side"] < 0:
            before = [p for p in years if p.last < now]
            return before[-1] if before else None
        if expr["side"] > 0:
            after = [p for p in years if p.first > now]
            return after[0] if after else None
        return next((p for p in years if p.first.year == now.year), None)
    found = _nearest_or_carried(expr, context, years, make)
    if found is not None and expr["k"] == "date":
        context.years_of[key] = found.first.year
    return found


def _nearest_or_carried(expr: Expr, context: Context, years: list[Period], make: Make) -> Period | None:
    """Of the same part of several years, the one that its clause, its distance and the years named before speak for."""
    if not years or expr["k"] not in ("date", "holiday", "season") or years[0].grain not in SCORED:
        return nearest(years, context)
    link = _link(context, make) if "w" not in expr or len(years) > 1 else None
    now = context.now(years[0].grain)
    if now is None:
        return None
    clause = Clause(context.tense, context.doubt, "since" in expr)
    found = choose_year(Question(tuple(years), now, clause, link))
    if link is not None and found == link.reading:
        context.used = "previous"
        context.stated = Stated(link.reading, context.place)
    return found


MAX_SENTENCES = 3  # that a year named with a month or day is carried on over
SCORED = frozenset(["day", "month", "season"])


def _link(context: Context, make: Make) -> Link | None:
    """The reading that follows the year named last, where that was near and nothing in between counts from today."""
    stated, now = context.stated, context.anchor
    if stated is None or now is None or stated.place.paragraph != context.place.paragraph:
        return None
    sentences = context.place.sentence - stated.place.sentence
    reading = following(stated.period, make)
    if reading is None or sentences > MAX_SENTENCES or (reading.first > now and context.tense != "future"):
        return None
    near = "sentence" if sentences == 0 else "next" if sentences == 1 else "paragraph"
    return Link(reading, near, stated.period.grain == "year")


def date(expr: Expr, context: Context, whole: Period | None) -> Period | None:
    """A month, a day, or a run of either."""

    def make(year: int) -> Period | None:
        """The same in a year; None where that year has no such day."""
        month, day, last = expr["m"], expr.get("d"), expr.get("d2")
        if "m2" in expr:
            return periods.months_period(year, month, expr["m2"] - month + 1, "month")
        try:
            if day is None:
                return periods.month_period(year, month)
            if last is None:
                return periods.day_period(day_of(year, month, day))
            return periods.days_period(day_of(year, month, day), day_of(year, month, last), "day")
        except ValueError:  # 29 February
            return None

    return in_year(expr, context, whole, make)


def quarter(expr: Expr, context: Context, whole: Period | None) -> Period | None:
    """A quarter of a year."""

    if whole is not None and whole.grain == "century":
        return periods.months_period(whole.first.year // 100 * 100 + 25 * (expr["n"] - 1), 1, 300, "year")

    def make(year: int) -> Period | None:
        if "n2" in expr:
            return periods.months_period(year, 3 * expr["n"] - 2, 3 * (expr["n2"] - expr["n"] + 1), "quarter")
        return periods.quarter_period(year, expr["n"])

    return in_year(expr, context, whole, make)


def half(expr: Expr, context: Context, whole: Period | None) -> Period | None:
    """A half of a year, or of another whole by its days."""
    if whole is not None and whole.grain not in ("year",):
        return share_of(whole, expr["n"])

    def make(year: int) -> Period | None:
        return periods.half_period(year, expr["n"])

    return in_year(expr, context, whole, make)


def share_of(whole: Period, number: int) -> Period | None:
    """Half of a decade, month or quarter, by its days."""
    if whole.grain == "decade":
        return periods.months_period(whole.first.year + 5 * (number - 1), 1, 60, "year")
    middle = (whole.last - whole.first).days // 2
    if number == 1:
        return periods.days_period(whole.first, periods.add_days(whole.first, middle) or whole.last, "day")
    return periods.days_period(periods.add_days(whole.first, middle + 1) or whole.first, whole.last, "day")


def season(expr: Expr, context: Context, whole: Period | None) -> Period | None:
    """A season of a year."""

    def make(year: int) -> Period | None:
        return periods.season_period(year, expr["n"])

    return in_year(expr, context, whole, make)


def first_n(expr: Expr, _context: Context, whole: Period | None) -> Period | None:
    """The first or last n units of a whole."""
    if whole is None:
        return None
    unit, count = expr["u"], expr["n"]
    if unit in periods.MONTHS_IN:
        months = round(periods.MONTHS_IN[unit] * count)
        total = (whole.last.year - whole.first.year) * 12 + whole.last.month - whole.first.month + 1
        if not 0 < months <= total:
            return None
        start = whole.first.month + (total - months if expr["last"] else 0)
        return periods.months_period(whole.first.year, start, months, "month" if unit == "month" else unit)
    days = periods.DAYS_IN.get(unit, 0) * count
    if not 0 < days <= (whole.last - whole.first).days + 1:
        return None
    if expr["last"]:
        return periods.days_period(periods.add_days(whole.last, 1 - round(days)) or whole.first, whole.last, "day")
    return periods.days_period(whole.first, periods.add_days(whole.first, round(days) - 1) or whole.last, "day")


def nth_unit(expr: Expr, _context: Context, whole: Period | None) -> Period | None:
    """The nth day, week, month or year of a whole; weeks run from the whole's first day."""
    if whole is None:
        return None
    unit, number = expr["u"], expr["n"]
    if unit in ("week", "weekend"):
        first = periods.add_days(whole.first, 7 * (number - 1)) if number > 0 else periods.add_days(whole.last, -6)
        last = periods.add_days(first, 6) if first else None
        if first is None or last is None or last > whole.last:
            return None
        return periods.weekend_period(first) if unit == "weekend" else periods.days_period(first, last, "week")
    first = periods.add_units(whole.first, unit, number - 1) if number > 0 else whole.last
    return periods.unit_period(unit, first) if first is not None and first <= whole.last else None


def nth_weekday(expr: Expr, _context: Context, whole: Period | None) -> Period | None:
    """The nth weekday of a month; -1 is its last."""
    if whole is None or whole.grain != "month":
        return None
    day = _nth_weekday_of(whole, expr["w"], expr["n"])
    return periods.day_period(day) if day is not None and day <= whole.last else None


def _nth_weekday_of(month: Period, weekday: int, nth: int) -> day_of | None:
    """The nth weekday from a month's start, or, where `nth` is negative, its last."""
    if nth < 0:
        return periods.add_days(month.last, -((month.last.isoweekday() - weekday) % 7))
    return periods.add_days(month.first, (weekday - month.first.isoweekday()) % 7 + 7 * (nth - 1))


def holiday(expr: Expr, context: Context, whole: Period | None) -> Period | None:
    """A holiday of a year."""
    row = HOLIDAYS[expr["id"]]

    def make(year: int) -> Period | None:
        day = holiday_in(row, year)
        if day is not None and "u" in expr:  # a Monday's weekend is the one before it
            monday = expr["u"] == "weekend" and day.isoweekday() == 1
            return periods.unit_period(expr["u"], periods.add_days(day, -1) or day if monday else day)
        return periods.day_period(day) if day else None

    return in_year(expr, context, whole, make)


def holiday_in(row: dict[str, Any], year: int) -> day_of | None:
    """The day of a holiday in a year: fixed, the nth weekday of a month (negative: from its end), or from Easter."""
    if "day" in row:
        return day_of(year, row["month"], row["day"])
    if "easter" in row:
        return periods.add_days(easter(year), row["easter"]) if year > 1582 else None
    month = periods.month_period(year, row["month"])
    return _nth_weekday_of(month, row["weekday"], row["nth"]) if month else None


def easter(year: int) -> day_of:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return day_of(year, f // 31, f % 31 + 1)


KINDS = {f.__name__: f for f in (date, quarter, half, season, first_n, nth_unit, nth_weekday, holiday)}
