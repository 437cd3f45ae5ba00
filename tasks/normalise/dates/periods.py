"""Periods: stretches of whole days with a grain, and how EDTF writes them.

In     years, months, days, units and amounts
Out    `Period`s, and arithmetic on them that never leaves the calendar of years 1 to 9999

Quarters, halves and weeks have no EDTF level 1 form: they are written as intervals of months or days. Seasons are
EDTF's 21 to 24 (whole months of the northern year, winter running into the next), decades 198X, centuries 19XX.

Source  ISO 8601-2:2019 annex A (EDTF level 1).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS_IN = {"month": 1, "quarter": 3, "season": 3, "half": 6, "year": 12, "decade": 120, "century": 1200}
DAYS_IN = {"day": 1, "week": 7, "fortnight": 14, "weekend": 2}
SECONDS_IN = {"second": 1, "minute": 60, "hour": 3600}
GRAINS: tuple[str, ...] = (
    "second",
    "minute",
    "hour",
    "day",
    "weekend",
    "week",
    "fortnight",
    "month",
    "quarter",
    "season",
    "half",
    "year",
)
GRAINS += ("decade", "century")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included; `value` is its EDTF form."""

    value: str
    first: date
    last: date
    grain: str


def day_period(day: date, grain: str = "day") -> Period:
    """One day."""
    return Period(day.isoformat(), day, day, grain)


def days_period(first: date, last: date, grain: str) -> Period:
    """A run of days as an interval."""
    return Period(f"{first.isoformat()}/{last.isoformat()}", first, last, grain)


def months_period(year: int, month: int, count: int, grain: str) -> Period | None:
    """`count` months from `month` of `year` on (month may lie outside 1…12); None outside the calendar."""
    index = year * 12 + month - 1
    year, month = divmod(index, 12)
    last_year, last_month = divmod(index + count - 1, 12)
    if not (year >= 1 and last_year <= 9999):
        return None
    first = date(year, month + 1, 1)
    last = date(last_year, last_month + 1, calendar.monthrange(last_year, last_month + 1)[1])
    return Period(_months_value(first, last), first, last, grain)


def _months_value(first: date, last: date) -> str:
    """EDTF of whole months: one month, whole years, or an interval of months."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%Y-%m}" if first.year > 999 else first.isoformat()[:7]
    if (first.month, last.month) == (1, 12):
        years = f"{first.year:04d}"
        return years if first.year == last.year else f"{years}/{last.year:04d}"
    return f"{first.isoformat()[:7]}/{last.isoformat()[:7]}"


def year_period(year: int) -> Period | None:
    """A calendar year."""
    return months_period(year, 1, 12, "year")


def month_period(year: int, month: int) -> Period | None:
    """A calendar month; `month` may lie outside 1…12."""
    return months_period(year, month, 1, "month")


def quarter_period(year: int, number: int) -> Period | None:
    """Quarter 1…4 of a calendar year; other numbers count on."""
    return months_period(year, 3 * number - 2, 3, "quarter")


def half_period(year: int, number: int) -> Period | None:
    """Half 1 or 2 of a calendar year; other numbers count on."""
    return months_period(year, 6 * number - 5, 6, "half")


def season_period(year: int, number: int) -> Period | None:
    """EDTF season 21 (spring) … 24 (winter, December to February)."""
    months = months_period(year, 3 * (number - 20), 3, "season")
    return Period(f"{year:04d}-{number}", months.first, months.last, "season") if months else None


def decade_period(year: int) -> Period | None:
    """The ten years with the same first three figures as `year`."""
    months = months_period(year - year % 10, 1, 120, "decade")
    return Period(f"{year // 10:03d}X", months.first, months.last, "decade") if months else None


def century_period(hundreds: int) -> Period | None:
    """The hundred years that begin with the figures `hundreds` (19: 1900 to 1999)."""
    months = (
        months_period(hundreds * 100 or 1, 1, 1200 if hundreds else 1188, "century") if 0 <= hundreds < 100 else None
    )
    return Period(f"{hundreds:02d}XX", months.first, months.last, "century") if months else None


def week_period(day: date) -> Period | None:
    """The week from Monday to Sunday that holds `day`."""
    return _run_of_days(day, -day.weekday(), 7, "week")


def weekend_period(day: date) -> Period | None:
    """Saturday and Sunday of the week that holds `day`."""
    return _run_of_days(day, 5 - day.weekday(), 2, "weekend")


def _run_of_days(day: date, offset: int, count: int, grain: str) -> Period | None:
    first = add_days(day, offset)
    last = add_days(first, count - 1) if first else None
    return days_period(first, last, grain) if first and last else None


def add_days(day: date, count: int) -> date | None:
    """`day` plus `count` days, or None outside the calendar."""
    try:
        return day + timedelta(days=count)
    except OverflowError:
        return None


def add_months(day: date, count: int) -> date | None:
    """`day` plus `count` months, at the month's last day where it has no such day; None outside the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_units(day: date, unit: str, count: float) -> date | None:
    """`day` plus `count` units; None outside the calendar or for clock units."""
    if abs(count) > 10**6:
        return None
    if unit in MONTHS_IN:
        return add_months(day, round(MONTHS_IN[unit] * count))
    if unit in DAYS_IN:
        return add_days(day, round((7 if unit == "weekend" else DAYS_IN[unit]) * count))
    return add_days(
        day, int(SECONDS_IN[unit] * count // 86400) if count > 0 else -int(-SECONDS_IN[unit] * count // 86400)
    )


def unit_period(unit: str, day: date) -> Period | None:
    """The calendar unit that holds `day`."""
    if unit in ("day", "hour", "minute", "second"):
        return day_period(day)
    if unit in ("week", "fortnight"):
        return week_period(day)
    if unit == "weekend":
        return weekend_period(day)
    if unit == "month":
        return month_period(day.year, day.month)
    if unit == "quarter":
        return quarter_period(day.year, (day.month + 2) // 3)
    if unit == "half":
        return half_period(day.year, (day.month + 5) // 6)
    if unit == "season":
        return season_period(day.year if day.month > 2 else day.year - 1, 20 + (day.month % 12 // 3 or 4))
    if unit == "decade":
        return decade_period(day.year)
    return century_period(day.year // 100) if unit == "century" else year_period(day.year)


def shifted(unit: str, day: date, count: float) -> Period | None:
    """The calendar unit `count` units from the one that holds `day`."""
    if unit in MONTHS_IN:  # from the first day, so that 31 March less a month is February
        day = day.replace(day=1)
    moved = add_units(day, unit, count)
    return unit_period(unit, moved) if moved else None


def length_value(amount: float, unit: str) -> str:
    """An amount of a unit as an ISO 8601 duration: P18M, P30Y for three decades, PT5H."""
    factor = {"quarter": 3, "half": 6, "decade": 10, "century": 100, "fortnight": 2, "weekend": 2, "season": 3}.get(
        unit, 1
    )
    letter = {"second": "TS", "minute": "TM", "hour": "TH", "day": "D", "weekend": "D", "week": "W", "fortnight": "W"}
    if unit in ("hour", "minute") and amount % 1:  # 5 1/2 hours are five hours and 30 minutes
        whole, rest = int(amount), round(amount % 1 * 60)
        finer = "M" if unit == "hour" else "S"
        return f"PT{whole or ''}{letter[unit][-1] if whole else ''}{rest}{finer}"
    code = letter.get(unit) or {"month": "M", "quarter": "M", "season": "M", "half": "M"}.get(unit, "Y")
    return f"P{'T' if len(code) == 2 else ''}{amount * factor:.10g}{code[-1]}"


def sum_of_lengths(coarse: str, fine: str) -> str:
    """Two durations as one, the coarser first.

    >>> sum_of_lengths("P4Y", "P6M"), sum_of_lengths("PT2H", "PT20M"), sum_of_lengths("P1D", "PT6H")
    ('P4Y6M', 'PT2H20M', 'P1DT6H')
    """
    days, _, clock = coarse[1:].partition("T")
    more_days, _, more_clock = fine[1:].partition("T")
    return f"P{days}{more_days}" + (f"T{clock}{more_clock}" if clock or more_clock else "")
