"""Moments: dates, with their time of day and zone, wherever they stand in a line.

In     a string
Out    every `Moment` in it, in reading order

Weekdays only check; an order of day and month that the words leave open is kept open; a half of the day that
contradicts the hour is ignored and flagged; a zone counts only where its name means one offset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from tasks.datelines.words import MONTH, MONTHS, SEPARATOR, UNSETTLED, WEEKDAY, WEEKDAYS, ZONES, any_of
from tasks.model import DateLine

# Years that a publication on a page, or a digitised paper, can have.
FIRST_YEAR, LAST_YEAR = 1600, 2199
# Midnight of 1970 in UTC and west of it: what a page shows whose date is missing.
_EPOCH_ZERO = frozenset(["1969-12-31", "1970-01-01"])
_MERIDIEM_PM = {"下午", "晚上", "午後", "오후"}

DATE = re.compile(
    rf"""(?<![A-Za-zÀ-ɏ\d_/.\-+])(?<!\d:)
    (?:(?P<weekday>{WEEKDAY})\.?{SEPARATOR}{{0,4}}(?:den\s|le\s|the\s)?)?
    (?:
        (?P<y1>\d{{4}})(?P<s1>[-/.])(?P<m1>\d\d?)(?P=s1)(?P<d1>\d\d?)(?![\d/]|[-.]\d)\.?
      | (?P<y2>\d{{4}})\s?[年년]\s?(?P<m2>\d\d?)\s?[月월]\s?(?P<d2>\d\d?)\s?[日号號일]
            (?:\s?[（(]?(?P<weekday2>{WEEKDAY}|[月火水木金土日월화수목금토](?=[)）]))[)）]?)?
      | (?P<d3>\d\d?)(?:st|nd|rd|th|er|\.|º|ª|)(?:[ \xa0\-/.]{{1,2}}|(?<=\.))(?:(?:de|of|di|del)\s)?(?P<n3>{MONTH})
            (?:\.|,|[ \xa0\-/]){{0,3}}(?:(?:de|del)\s)?(?P<y3>\d{{4}}|['’]\d\d|(?<=-)\d\d)(?!\d)
      | (?P<n4>{MONTH})(?:\.|[ \xa0\-/]){{1,2}}(?:the\s)?(?P<d4>\d\d?)(?:st|nd|rd|th)?
            (?:,|[ \xa0\-/]){{1,3}}(?P<y4>\d{{4}})(?!\d)
      | (?P<y6>\d{{4}})[-/ ,]{{1,2}}(?P<n6>{MONTH})\.?[-/ ]{{1,2}}(?P<d6>\d\d?)(?!\d)
      | (?P<a5>\d\d?)(?P<s5>[-/.])(?P<b5>\d\d?)(?P=s5)(?P<y5>\d{{4}}|\d\d)(?![\d/]|[-.]\d)\.?
      | (?P<n7>{MONTH})\.?,?\s(?P<y7>\d{{4}})(?!\d)
      | (?P<y8>\d{{4}})[-/](?P<m8>\d\d)(?![\w/\-])
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# A zone that states its offset, one whose name has one offset, one whose name leaves it open; blanks match themselves.
_ZONE = (
    r"\s?\(?(?:(?P<utc>(?:GMT|UTC)?\s?[+\-−]\s?\d\d?(?::?\d\d)?)(?!\d)"
    rf"|(?P<named>{any_of(ZONES)})(?!\w)|(?P<unsettled>{any_of(UNSETTLED)})(?!\w))\)?"
)
_TIME = re.compile(
    rf"""(?:{SEPARATOR}{{0,6}}|{SEPARATOR}{{1,4}}(?:at|um|à|a\sles|a\slas|às|alle(?:\sore)?|ore|om|kl\.?|klo|o|в|saat|pukul|lúc)\s{{1,3}}|T|\sT|[（(])
    (?P<before>上午|下午|晚上|中午|凌晨|早上|午前|午後|오전|오후)?\s?
    (?:
        (?P<h1>\d\d?)(?P<colon>[:：.h])(?P<min1>\d\d)(?:[:：.](?P<sec1>\d\d)(?:[.,]\d{{1,9}})?)?(?![\d:])
      | (?P<h2>\d\d?)\s?[时時시点]\s?(?:(?P<min2>\d\d?)\s?[分분])?
      | (?P<h3>\d\d?)(?=\s?[ap]\.?m)
      | (?P<h4>\d\d?)(?:h|\suhr)(?!\w)
    )
    (?:\s?(?P<half>[ap])\.?\s?m(?!\w)\.?)?(?:\s?(?:uhr|hrs|hours|uur)(?!\w))?
    (?P<zone>{_ZONE})?""",
    re.IGNORECASE | re.VERBOSE,
)
TIME_FIRST = re.compile(
    r"(?<![\d:.])(?P<hour>\d\d?)(?:[:.h](?P<minute>\d\d)(?::(?P<second>\d\d))?(?!\d)|(?=\s?[ap]\.?m))"
    rf"(?:\s?(?P<half>[ap])\.?\s?m(?!\w)\.?)?(?:\s?(?:uhr|hrs)(?!\w))?(?:{_ZONE})?{SEPARATOR}{{1,4}}(?:on\s|am\s)?$",
    re.IGNORECASE,
)


# Wed Oct 26 15:50:06 UTC 2016, as programs write it: the year stands last.
_STAMP = re.compile(
    rf"(?:\b(?:{WEEKDAY})\.?,?\s+)?\b(?P<month>{MONTH})\s+(?P<day>\d\d?)\s+(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d)"
    r"\s+(?:(?P<zone>[A-Z]{3,4})\s+)?(?P<year>\d{4})(?!\d)",
    re.IGNORECASE,
)


# What every date holds, and every stamp: asked first, because nearly all lines have neither.
_HAS_YEAR = re.compile(r"\d(?:(?<=[-/.'’]\d)\d|\d{3})")
_HAS_SECONDS = re.compile(r":\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, perhaps with a time, read at [start, end) of a string."""

    start: int
    end: int
    local: str
    precision: str
    utc_offset: int | None = None
    order: str | None = None
    alternative: str | None = None
    flags: tuple[str, ...] = ()
    short_year: bool = False


def iso_day(year: int, month: int, day: int) -> str | None:
    """The ISO date, or None where the calendar has no such day or the year is no year of publication."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _full_year(digits: str) -> int:
    """A year in full; two digits mean the hundred years up to 2049."""
    year = int(digits.lstrip("'’"))
    return year if len(digits) == 4 else year + (2000 if year < 50 else 1900)


def find_moments(line: str) -> Iterator[Moment]:
    """Every date in the line, with its time and zone where they stand beside it."""
    if not _HAS_YEAR.search(line):
        return
    for match in _STAMP.finditer(line) if _HAS_SECONDS.search(line) else ():
        day = iso_day(int(match["year"]), MONTHS[match["month"].casefold()], int(match["day"]))
        clock = read_clock(match["hour"], match["minute"], match["second"], None)
        if day is not None and clock is not None:
            zone = ZONES.get((match["zone"] or "").casefold())
            yield Moment(*match.span(), f"{day}T{clock[0]}", "second", utc_offset=zone)
    for match in DATE.finditer(line):
        moment = _read_date(match)
        if moment is not None:
            yield _with_time(line, moment)


def _read_date(match: re.Match[str]) -> Moment | None:
    """The date of one match of `DATE`, if the calendar has it."""
    g = match.groupdict()
    start, end = match.span()
    month_only = g["n7"] or g["m8"]
    if month_only:
        month = int(g["m8"]) if g["m8"] else MONTHS[g["n7"].casefold()]
        first = iso_day(int(g["y7"] or g["y8"]), month, 1)
        return Moment(start, end, first[:7], "month") if first else None
    if g["a5"]:
        return _read_numeric(g, start, end)
    year = g["y1"] or g["y2"] or g["y3"] or g["y4"] or g["y6"]
    name = g["n3"] or g["n4"] or g["n6"]
    number = g["m1"] or g["m2"]
    month = MONTHS[name.casefold()] if name else int(number)
    day = int(g["d1"] or g["d2"] or g["d3"] or g["d4"] or g["d6"])
    local = iso_day(_full_year(year), month, day)
    if local is None or local in _EPOCH_ZERO:
        return None
    flags = () if _weekday_fits(g["weekday"] or g["weekday2"], local) else ("weekday_mismatch",)
    return Moment(start, end, local, "day", flags=flags, short_year=len(year) < 4)


def _weekday_fits(weekday: str | None, local: str) -> bool:
    """Whether the weekday named beside a date is that date's."""
    number = WEEKDAYS.get(weekday.casefold()) if weekday else None
    return number is None or number == date.fromisoformat(local).isoweekday()


def _read_numeric(g: dict[str, str], start: int, end: int) -> Moment | None:
    """A date in three numbers with the year last: which of the first two is the month may stay open."""
    year, a, b = _full_year(g["y5"]), int(g["a5"]), int(g["b5"])
    month_first, day_first = iso_day(year, a, b), iso_day(year, b, a)
    if g["s5"] == ".":  # no country that writes dots puts the month first
        month_first = None if a != b else month_first
    short = len(g["y5"]) < 4
    if month_first and day_first and a != b:
        fitting = [d for d in (month_first, day_first) if g["weekday"] and _weekday_fits(g["weekday"], d)]
        if len(fitting) != 1:
            return Moment(start, end, month_first, "day", order="ambiguous", alternative=day_first, short_year=short)
        month_first = month_first if fitting == [month_first] else None
    local = month_first or day_first
    if local is None:
        return None
    order = None if a == b else "month_first" if month_first else "day_first"
    flags = () if _weekday_fits(g["weekday"], local) else ("weekday_mismatch",)
    return Moment(start, end, local, "day", order=order, flags=flags, short_year=short)


def day_first(moment: Moment) -> Moment:
    """The moment with its open order of day and month decided for the day."""
    if moment.order != "ambiguous" or moment.alternative is None:
        return moment
    return replace(moment, local=moment.alternative, order="day_first", alternative=None)


def _with_time(line: str, moment: Moment) -> Moment:
    """The moment with the time of day that stands straight behind it or straight before it."""
    if moment.precision != "day":
        return moment
    if (match := _TIME.match(line, moment.end)) and (clock := clock_of(match)):
        time, precision, flags = clock
        return replace(
            at_time(moment, time, precision, flags), end=match.end(), utc_offset=offset_of(match["utc"], match["named"])
        )
    before = line[max(0, moment.start - 40) : moment.start]
    match = TIME_FIRST.search(before)
    if match and (clock := read_clock(match["hour"], match["minute"], match["second"], match["half"])):
        time, precision, flags = clock
        start = moment.start - (len(before) - match.start())
        return replace(
            at_time(moment, time, precision, flags), start=start, utc_offset=offset_of(match["utc"], match["named"])
        )
    return moment


def at_time(moment: Moment, time: str, precision: str, flags: tuple[str, ...]) -> Moment:
    """The moment at a time of day."""
    return replace(
        moment,
        local=f"{moment.local}T{time}",
        alternative=f"{moment.alternative}T{time}" if moment.alternative else None,
        precision=precision,
        flags=moment.flags + flags,
    )


def clock_of(match: re.Match[str]) -> tuple[str, str, tuple[str, ...]] | None:
    """(time, precision, flags) of a match of `_TIME`; None where the clock has no such time."""
    half = match["half"]
    if match["before"]:
        half = "p" if match["before"] in _MERIDIEM_PM else "a"
    if match["colon"] == "." and not (half or "uhr" in match[0].lower() or match["sec1"] or match["zone"]):
        return None  # 2019-04-16 18.05 may be a number
    hour = match["h1"] or match["h2"] or match["h3"] or match["h4"]
    return read_clock(hour, match["min1"] or match["min2"], match["sec1"], half)


def read_clock(
    hour: str, minute: str | None, second: str | None, half: str | None
) -> tuple[str, str, tuple[str, ...]] | None:
    """(time, precision, flags); a half of the day that contradicts the hour is ignored, and flagged."""
    h, m, s = int(hour), int(minute or 0), int(second or 0)
    if h > 23 or m > 59 or s > 59:
        return None
    flags: tuple[str, ...] = ()
    if half and (h > 12 or h == 0):
        flags = ("meridiem_ignored",)
    elif half:
        h = h % 12 + (12 if half.lower() == "p" else 0)
    if second is not None:
        return f"{h:02d}:{m:02d}:{s:02d}", "second", flags
    return f"{h:02d}:{m:02d}", "minute", flags


def offset_of(utc: str | None, named: str | None) -> int | None:
    """Minutes east of UTC that a zone's words state."""
    if named:
        return ZONES[re.sub(r"\s+", " ", named.casefold())]
    if not utc:
        return None
    match = re.search(r"([+\-−])\s?(\d\d?):?(\d\d)?$", utc)
    if match is None or int(match[2]) > 14:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return minutes if match[1] == "+" else -minutes


def as_date_line(surface: str, moment: Moment, source: str = "header") -> DateLine:
    """The moment as the record that other steps read."""
    return DateLine(
        surface=surface,
        local=moment.local,
        precision=moment.precision,
        source=source,
        utc_offset=moment.utc_offset,
        order=moment.order,
        alternative=moment.alternative,
        flags=tuple(sorted(moment.flags)),
    )
