"""Evaluation: one scanned date, counted from an anchor and from what was spoken of before.

In     a ScannedDate and the Context, which remembers the periods spoken of so far
Out    Found: value, days, grain, what it was counted from, status

Each kind of expr has one small function, which returns a Period, or None where nothing can be said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tasks.normalise.dates import periods
from tasks.normalise.dates.periods import Period
from tasks.normalise.dates.records import Expr, ScannedDate
from tasks.normalise.dates.words import RULES

HOLIDAYS: dict[str, dict[str, Any]] = {
    row["holiday"]["id"]: row["holiday"] for row in RULES if row["build"] == "holiday"
}
REPORTED = ("month", "quarter", "half", "year", "season")  # grains that "a year earlier" can compare with
CLOSE_PAST = (45, 200)  # the same where the clause tells of the past
CLOSE = (60, 200)  # days: a day without a year this near is meant if its other year is that far (TimeBank, tuning part)


@dataclass(frozen=True, slots=True)
class Found:
    """A mention's value and days, and how they came about."""

    value: str | None = None
    first: date | None = None
    last: date | None = None
    grain: str | None = None
    mod: str | None = None
    relative: bool = False
    anchor: str = "none"
    status: str = "resolved"
    period: Period | None = None


@dataclass(slots=True)
class Context:
    """What dates are counted from: the anchor, and the periods spoken of so far."""

    anchor: date | None
    anchor_name: str = "published"
    precision: str = "day"  # how finely the anchor is known: day, month or year
    said: dict[str, Period] = field(default_factory=dict)  # the last period of each grain
    reported: Period | None = None  # the quarter or half that figures are told of; None while they are of other spans
    years_of: dict[tuple[int, ...], int] = field(default_factory=dict)  # the year a day or month has been given
    recent: Period | None = None  # the last period of any grain
    narrative: bool = False  # a history: what has no year follows the time told last
    used: str = "none"  # what the evaluation at hand has counted from
    tense: str | None = None

    def now(self, unit: str = "day") -> date | None:
        """The day of writing, to count in `unit` from; notes that it was used. None where it is not known that finely."""
        if self.anchor is None or (self.precision != "day" and not _as_fine(self.precision, unit)):
            return None
        self.used = self.anchor_name
        return self.anchor

    def remember(self, period: Period) -> None:
        if period.grain in ("quarter", "half") and (self.anchor is None or period.first <= self.anchor):
            self.reported = period
        self.said[period.grain] = period
        self.recent = period


def evaluate(scanned: ScannedDate, context: Context) -> Found:
    """The value of one scanned date in its context."""
    expr = scanned.expr
    kind = expr["k"]
    context.used, context.tense = "none", scanned.tense
    if kind == "vague":
        return Found(grain=expr.get("u"), mod=scanned.mod, status="vague", relative=scanned.type == "DATE")
    if kind in ("length", "first_n") and expr["u"] == "month" or kind == "prev" and expr["u"] == "year":
        context.reported = None  # "in the nine months": what is compared with them is no quarter
    if kind in ("length", "every"):
        value = periods.length_value(expr["n"], expr["u"])
        return Found(value, grain=expr["u"], mod=scanned.mod)
    if kind == "bc":
        return Found(expr["v"], grain="year", mod=scanned.mod)
    if kind == "past":
        return _length_from_now(scanned, context)
    if kind == "first_n" and "whole" not in expr:
        return Found(periods.length_value(expr["n"], expr["u"]), grain=expr["u"], mod=scanned.mod)
    period = _period(expr, context)
    relative = context.used != "none"
    if period is None:
        return Found(mod=scanned.mod, relative=True, status="unanchored", grain=expr.get("u"))
    if kind not in ("year_ago", "clock") and "back" not in expr:  # what is compared with is not what is spoken of
        context.remember(period)
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
    third = ((found.last - found.first).days + 1) // 3
    first, last = found.first, found.last
    if third == 0:
        return found
    if found.mod == "start":
        last = periods.add_days(first, third - 1)
    elif found.mod == "end":
        first = periods.add_days(last, 1 - third)  # type: ignore[assignment]
    else:
        first, last = periods.add_days(first, third), periods.add_days(last, -third)  # type: ignore[assignment]
    return replace(found, first=first, last=last)


def _length_from_now(scanned: ScannedDate, context: Context) -> Found:
    """A length that ends or begins with the day of writing."""
    unit, count = scanned.expr["u"], scanned.expr["n"]
    value = periods.length_value(abs(count), unit)
    now = context.now(unit)
    other = periods.add_units(now, unit, count) if now else None
    first, last = (None, None) if other is None or now is None else (min(now, other), max(now, other))
    return Found(value, first, last, unit, scanned.mod, True, context.used)


# ------------------------------------------------------------------ kinds


def _period(expr: Expr, context: Context) -> Period | None:
    """The period an expr means."""
    return KINDS[expr["k"]](expr, context)


def _fixed(expr: Expr, context: Context) -> Period | None:
    return Period(expr["v"], date.fromisoformat(expr["f"]), date.fromisoformat(expr["l"]), expr["g"])


def _whole(expr: Expr, context: Context) -> Period | None:
    return _period(expr["whole"], context) if "whole" in expr else None


def _nearest(candidates: list[Period], context: Context) -> Period | None:
    """Of the same part of several years, the one the clause looks at.

    Days within `CLOSE` of the text are meant whatever the tense (a dividend "is payable Nov. 16"), quarters are those of
    the report (the nearest), and the rest is the last begun, or behind a future cue the first not over.
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
        close, far = CLOSE if context.tense != "past" else CLOSE_PAST
        if min(back, ahead_days) <= close and max(back, ahead_days) >= far:
            return past if back < ahead_days else future
        return future if context.tense == "future" and ahead_days <= far else past
    if past.grain == "quarter":
        if context.tense == "past":
            return past
        return min(candidates, key=lambda p: (abs((p.first - now).days + (p.last - now).days), p.first))
    near = 62 if context.tense == "past" else 92  # months: last year's next month would be called so
    if context.tense == "future" or (past.grain == "month" and 0 < ahead_days <= near < back):
        return future
    return past


FORWARD, BACKWARD = 245, 120  # days: a story goes on; what lies this far back was told before it


def _following(told: Period, make: Callable[[int], Period | None]) -> Period | None:
    """Of a part of several years, the one nearest to the time told last, rather after it than before."""
    year = told.first.year
    if told.grain in ("year", "decade", "century"):
        return make(told.last.year if told.grain == "year" else year)
    near = [p for y in (year - 1, year, year + 1) if 1 <= y <= 9999 and (p := make(y)) is not None]
    fitting = [p for p in near if -BACKWARD <= (p.first - told.first).days <= FORWARD]
    return fitting[0] if fitting else make(year)


def _in_year(expr: Expr, context: Context, make: Callable[[int], Period | None]) -> Period | None:
    """A part of a year: of the year named, of its whole, or of the year the clause looks at."""
    if "y" in expr:
        return make(expr["y"])
    if "whole" in expr:
        whole = _whole(expr, context)
        return make(whole.first.year) if whole else None
    if context.recent is not None and (context.narrative or context.anchor is None) and "side" not in expr:
        context.used = "previous"
        return _following(context.recent, make)
    now = context.anchor
    if now is None:
        return None
    key = (expr.get("m", 0), expr.get("d", 0), expr.get("d2", 0))
    if expr["k"] == "date" and "side" not in expr and key in context.years_of:  # one sense a text
        context.now("month")
        return make(context.years_of[key])
    years = [p for y in range(now.year - 1, now.year + 2) if 1 <= y <= 9999 and (p := make(y)) is not None]
    if "w" in expr:  # a weekday that one year alone fits decides
        years = [p for p in years if p.first.isoweekday() == expr["w"]] or years
    if "side" in expr:
        if context.now("year") is None:
            return None
        if expr["side"] < 0:
            before = [p for p in years if p.last < now]
            return before[-1] if before else None
        if expr["side"] > 0:
            after = [p for p in years if p.first > now]
            return after[0] if after else None
        return next((p for p in years if p.first.year == now.year), None)
    nearest = _nearest(years, context)
    if nearest is not None and expr["k"] == "date":
        context.years_of[key] = nearest.first.year
    return nearest


def _date(expr: Expr, context: Context) -> Period | None:
    def make(year: int) -> Period | None:
        month, day, last = expr["m"], expr.get("d"), expr.get("d2")
        try:
            if day is None:
                return periods.month_period(year, month)
            if last is None:
                return periods.day_period(date(year, month, day))
            return periods.days_period(date(year, month, day), date(year, month, last), "day")
        except ValueError:  # 29 February
            return None

    return _in_year(expr, context, make)


def _weekday(expr: Expr, context: Context) -> Period | None:
    if "whole" in expr:
        whole = _whole(expr, context)
        day = periods.add_days(whole.first, expr["w"] - 1) if whole else None
        return periods.day_period(day) if day else None
    recent = context.recent
    if context.narrative and recent is not None and recent.grain in ("day", "week") and "side" not in expr:
        context.used = "previous"
        day = periods.add_days(recent.first, (expr["w"] - recent.first.isoweekday()) % 7)
        return periods.day_period(day) if day else None
    now = context.now()
    if now is None:
        return None
    offset = expr["w"] - now.isoweekday()
    side, tense = expr.get("side"), None if "own" in expr else context.tense
    if side is not None and side < 0:
        offset = offset - 7 if offset >= 0 else offset
    elif side == 1 or (side is None and tense == "future"):
        offset = offset + 7 if offset < 0 or (side == 1 and offset == 0) else offset
    elif side is None:
        offset = offset - 7 if offset > 0 else offset
    day = periods.add_days(now, offset)
    return periods.day_period(day) if day else None


def _day(expr: Expr, context: Context) -> Period | None:
    now = context.now()
    day = periods.add_days(now, expr["n"]) if now else None
    return periods.day_period(day) if day else None


def _unit(expr: Expr, context: Context) -> Period | None:
    now = context.now(expr["u"])
    return periods.shifted(expr["u"], now, expr["n"]) if now else None


def _ago(expr: Expr, context: Context) -> Period | None:
    now = context.now(expr["u"])
    return periods.shifted(expr["u"], now, expr["n"]) if now else None


def _earlier(expr: Expr, context: Context) -> Period | None:
    """Counted from what was spoken of last, if that is known as finely; else from now."""
    unit, recent = expr["u"], context.recent
    if recent is not None and (context.narrative or context.anchor is None or _as_fine(recent.grain, unit)):
        context.used = "previous"
        if _as_fine(recent.grain, unit):
            return periods.shifted(unit, recent.first, expr["n"])
        return periods.shifted(unit, recent.last, expr["n"]) if unit == "month" and expr["n"] > 0 else None
    now = context.now(unit)
    return periods.shifted(unit, now, expr["n"]) if now else None


def _as_fine(grain: str, unit: str) -> bool:
    """Whether a time of one grain can be counted on from in a unit: two days from a month cannot."""
    return periods.GRAINS.index(grain) <= periods.GRAINS.index(unit)


def _quarter(expr: Expr, context: Context) -> Period | None:
    def make(year: int) -> Period | None:
        return periods.quarter_period(year, expr["n"])

    return _in_year(expr, context, make)


def _half(expr: Expr, context: Context) -> Period | None:
    whole = _whole(expr, context)
    if whole is not None and whole.grain not in ("year",):
        return _share(whole, expr["n"])

    def make(year: int) -> Period | None:
        return periods.half_period(year, expr["n"])

    return _in_year(expr, context, make)


def _share(whole: Period, number: int) -> Period | None:
    """Half of a decade, month or quarter, by its days."""
    if whole.grain == "decade":
        return periods.months_period(whole.first.year + 5 * (number - 1), 1, 60, "year")
    middle = (whole.last - whole.first).days // 2
    if number == 1:
        return periods.days_period(whole.first, periods.add_days(whole.first, middle) or whole.last, "day")
    return periods.days_period(periods.add_days(whole.first, middle + 1) or whole.first, whole.last, "day")


def _season(expr: Expr, context: Context) -> Period | None:
    def make(year: int) -> Period | None:
        return periods.season_period(year, expr["n"])

    return _in_year(expr, context, make)


def _first_n(expr: Expr, context: Context) -> Period | None:
    """The first or last n units of a whole."""
    whole = _whole(expr, context)
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


def _nth_unit(expr: Expr, context: Context) -> Period | None:
    """The nth day, week, month or year of a whole; weeks run from the whole's first day."""
    whole = _whole(expr, context)
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


def _year_ago(expr: Expr, context: Context) -> Period | None:
    """The period spoken of last, one year (or unit) back: reports compare with it."""
    if "q" in expr:
        now = context.now("year")
        return periods.quarter_period(now.year - 1, expr["q"]) if now else None
    if expr["u"] == "year" and (base := _reported(context, expr.get("base"))) is not None:
        context.used = "previous"
        return _year_back(base)
    now = context.now(expr["u"])
    return periods.shifted(expr["u"], now, -1) if now else None


def _reported(context: Context, of: str | None) -> Period | None:
    """The quarter, half, month or year that figures were last told of."""
    if of is not None:
        return context.said.get(of)
    return context.reported


def _year_back(base: Period, count: int = 1) -> Period | None:
    if base.grain == "quarter":
        return periods.quarter_period(base.first.year - count, (base.first.month + 2) // 3)
    if base.grain == "half":
        return periods.half_period(base.first.year - count, (base.first.month + 5) // 6)
    months = (base.last.year - base.first.year) * 12 + base.last.month - base.first.month + 1
    return periods.months_period(base.first.year - count, base.first.month, months, base.grain)


def _same(expr: Expr, context: Context) -> Period | None:
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


def _prev(expr: Expr, context: Context) -> Period | None:
    """The unit spoken of last; without one, the unit the text is written in (a quarter: the last that ended)."""
    unit = expr["u"]
    if "y" in expr:
        base = context.said.get("quarter")
        if base is not None and unit in ("quarter", "period"):
            context.used = "previous"
            return periods.quarter_period(expr["y"], (base.first.month + 2) // 3)
        return periods.year_period(expr["y"])
    if "that" in expr and (told := context.recent) is not None:
        context.used = "previous"
        return periods.unit_period(unit, told.first) if _as_fine(told.grain, unit) else None
    if unit in context.said and unit != "year":
        context.used = "previous"
        return context.said[unit]
    if unit == "day" and context.recent is not None and context.recent.grain == "day":
        return context.recent
    if context.narrative and context.recent is not None and unit in periods.GRAINS:
        context.used = "previous"
        return periods.unit_period(unit, context.recent.first)
    now = context.now("quarter" if unit == "period" else unit)
    if now is None:
        return None
    return periods.shifted(unit, now, -1 if unit in ("quarter", "period") else 0)


def _the_nth(expr: Expr, context: Context) -> Period | None:
    month = context.said.get("month") or context.said.get("day")
    first = month.first if month else context.now()
    if first is None:
        return None
    try:
        return periods.day_period(first.replace(day=expr["d"]))
    except ValueError:
        return None


def _clock(expr: Expr, context: Context) -> Period | None:
    day = context.said.get("day")
    if day is not None:
        context.used = "previous"
        return day
    now = context.now()
    return periods.day_period(now) if now else None


def _weekend(expr: Expr, context: Context) -> Period | None:
    now = context.now()
    if now is None:
        return None
    this = periods.weekend_period(now)
    if context.tense == "future" or (this is not None and this.first <= now):
        return this
    before = periods.add_days(now, -7)
    return periods.weekend_period(before) if before else None


def _holiday(expr: Expr, context: Context) -> Period | None:
    row = HOLIDAYS[expr["id"]]

    def make(year: int) -> Period | None:
        day = holiday_in(row, year)
        return periods.day_period(day) if day else None

    return _in_year(expr, context, make)


def holiday_in(row: dict[str, Any], year: int) -> date | None:
    """The day of a holiday in a year: fixed, the nth weekday of a month (negative: from its end), or counted from Easter."""
    if "day" in row:
        return date(year, row["month"], row["day"])
    if "easter" in row:
        return periods.add_days(easter(year), row["easter"]) if year > 1582 else None
    if row["nth"] < 0:
        last = periods.months_period(year, row["month"], 1, "month")
        return periods.add_days(last.last, -((last.last.isoweekday() - row["weekday"]) % 7)) if last else None
    first = date(year, row["month"], 1)
    return periods.add_days(first, (row["weekday"] - first.isoweekday()) % 7 + 7 * (row["nth"] - 1))


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def _span(expr: Expr, context: Context) -> Period | None:
    """From one date to another; what only one end states holds for both."""
    a, b = dict(expr["a"]), dict(expr["b"])
    for left, right in ((a, b), (b, a)):
        for key in ("y", "whole"):
            if key in left and right["k"] == left["k"] and not {"y", "whole", "side"} & right.keys():
                right[key] = left[key]
    first, last = _period(a, context), _period(b, context)
    if first is None or last is None:
        return None
    if first.first > last.last and a["k"] == "date" and not {"y", "whole"} & a.keys():
        first = _period(
            a | {"y": last.last.year if first.first.month <= last.last.month else last.last.year - 1}, context
        )
    if first is None or first.first > last.last:
        return None
    if first.grain == last.grain == "day":
        return periods.days_period(first.first, last.last, "day")
    if first.grain == last.grain and first.grain in ("month", "quarter", "half", "year"):
        months = (last.last.year - first.first.year) * 12 + last.last.month - first.first.month + 1
        return periods.months_period(first.first.year, first.first.month, months, first.grain)
    return periods.days_period(first.first, last.last, "day")


KINDS: dict[str, Callable[[Expr, Context], Period | None]] = {
    "fixed": _fixed,
    "date": _date,
    "weekday": _weekday,
    "day": _day,
    "unit": _unit,
    "ago": _ago,
    "earlier": _earlier,
    "quarter": _quarter,
    "half": _half,
    "season": _season,
    "first_n": _first_n,
    "nth_unit": _nth_unit,
    "year_ago": _year_ago,
    "same": _same,
    "prev": _prev,
    "the_nth": _the_nth,
    "clock": _clock,
    "weekend": _weekend,
    "holiday": _holiday,
    "span": _span,
}
