"""Builders of days: whole dates, weekdays, today and its neighbours, times of day.

In     a Match
Out    (type, expr, mod), or None where the words are no date after all
"""

from __future__ import annotations

import re
from datetime import date

from tasks.normalise.dates import periods
from tasks.normalise.dates.match import (
    NO_DATE,
    VAGUE,
    Built,
    Match,
    Several,
    amount_of,
    by_name,
    century_of,
    dated,
    fixed,
    is_day,
    is_title,
    is_year,
)
from tasks.normalise.dates.records import Expr
from tasks.normalise.dates.words import CONTEXT, VALUES

# ------------------------------------------------------------------ whole dates


def iso(match: Match) -> Built | None:
    """2021-06-16, with or without a time; 2021-06."""
    words = str(match.tokens[0].value)
    if len(words) == 7:
        year, month = int(words[:4]), int(words[5:])
        if month > year % 100:  # 2010-11 is a season, 2010-12 a span of years; 2015-11 can only be a month
            return dated(fixed(periods.months_period(year, 1, 12 * (month - year % 100 + 1), "year")))
        return dated(fixed(periods.month_period(year, month))) if is_year(year) and year > 1799 else None
    try:
        day = date.fromisoformat(words[:10])
    except ValueError:
        return None
    expr = fixed(periods.day_period(day))
    if expr and len(words) > 10:
        clock = re.sub(r"\.\d+|z|[+-]\d\d:?\d\d$", "", words[11:])
        if int(clock[:2]) > 23 or int(clock[3:5]) > 59:
            return None
        expr |= {"v": f"{words[:10]}T{clock}", "g": "second" if len(clock) > 5 else "minute"}
        return "TIME", expr, None
    return dated(expr)


def slash(match: Match) -> Built | None:
    """16/06/2021, 16.6.2021: the day first behind dots or above 12, else the month, flagged where both fit."""
    a, b, year = (int(n) for n in re.split(r"[/.-]", str(match.tokens[0].value)))
    words = str(match.tokens[0].value)
    if len(words) - max(words.rfind(s) for s in "/.-") - 1 == 2:
        if "." in words or "-" in words:  # 1.10.12 may be a version, 3-10-15 a score
            return None
        year = century_of(year)
    day_first = "." in words or a > 12
    month, day = (b, a) if day_first else (a, b)
    if not (1 <= month <= 12 and is_year(year) and is_day(month, day, year)):
        return None
    expr = fixed(periods.day_period(date(year, month, day)))
    if expr and a <= 12 and b <= 12 and a != b and "." not in words:
        expr["flag"] = "order_ambiguous"
    return dated(expr)


def slashes(match: Match) -> Built | None:
    """10/1-11/2/2017: from one day to another, the month first unless it cannot be."""
    a, b, c, d, year = (int(n) for n in re.split(r"[/–-]", str(match.tokens[0].value)))
    year = century_of(year) if year < 100 else year
    day_first = a > 12 or c > 12
    (month, day), (last_month, last_day) = ((b, a), (d, c)) if day_first else ((a, b), (c, d))
    if not (1 <= month <= 12 and 1 <= last_month <= 12 and is_year(year)):
        return None
    if not (is_day(month, day, year) and is_day(last_month, last_day, year)):
        return None
    first, last = date(year, month, day), date(year, last_month, last_day)
    return dated(fixed(periods.days_period(first, last, "day"))) if first < last else None


def glued(match: Match) -> Built | Several | None:
    """13NOV2017."""
    found = re.fullmatch(r"(\d+)([a-z]+)(\d+)", str(match.tokens[0].value))
    if found is None or len(found[3]) == 3:
        return None
    year = int(found[3]) if len(found[3]) == 4 else century_of(int(found[3]))
    month, day = VALUES["month"][found[2]], int(found[1])
    return dated(fixed(periods.day_period(date(year, month, day)))) if is_day(month, day, year) else NO_DATE


def stamp(match: Match) -> Built | Several | None:
    """Wed Oct 26 15:50:06 2016, as programs write it."""
    month, day, year = match.first("month"), int(match.numbers("d")[0]), match.year
    built = clock_time(str(match.numbers("cC")[0]))
    if year is None or not is_day(month, day, year) or built is None:
        return NO_DATE
    return "TIME", {"k": "date", "m": month, "d": day, "y": year, "t": built}, None


def impossible(match: Match) -> Several | None:
    """July 42nd; May 45, 2019."""
    return NO_DATE if match.numbers("e6") else None


def day_list(match: Match) -> Several | None:
    """Sept. 12, 13 and 15: several days, each a mention; two that follow each other are an interval."""
    month, year, letters = match.first("month"), match.year, [t.letter for t in match.tokens]
    at = [i for i, letter in enumerate(letters) if letter in "d12345"]
    numbers = [int(match.tokens[i].value) for i in at]
    if match.next_word().lower() in CONTEXT["count_behind"] or match.next_word() in ("%", "$"):
        return None
    if sorted(set(numbers)) != numbers or (len(numbers) == 2 and numbers[1] == numbers[0] + 1):
        return None
    if not all(is_day(month, number, year) for number in numbers):
        return NO_DATE
    weekdays = [VALUES["weekday"].get(str(match.tokens[i - 1].value)) if i else None for i in at]
    tied = {"y": year} if year else {}
    pieces: Several = []
    for n, (i, number) in enumerate(zip(at, numbers, strict=True)):
        expr = {"k": "date", "m": month, "d": number} | tied
        if weekdays[n] and not year:
            expr["w"] = weekdays[n]
        start = 0 if n == 0 else i - bool(weekdays[n])
        end = len(letters) if n == len(at) - 1 else i + 1
        pieces.append((start, end, ("DATE", expr, None)))
    return pieces


def month_to_year(match: Match) -> Built | None:
    """June 2013 – 2020: from a month to the end of a year."""
    begin, end = (int(n) for n in match.numbers("y"))
    first, last = periods.month_period(begin, match.first("month")), periods.year_period(end)
    if first is None or last is None or not is_year(begin) or not is_year(end) or begin >= end:
        return None
    span = periods.Period(f"{first.value}/{last.value}", first.first, last.last, "month")
    return dated(fixed(span))


def day_in_month(match: Match) -> Built | None:
    """The 23rd of last month."""
    month: Expr = {"k": "unit", "u": "month", "n": match.side}
    return dated({"k": "nth_unit", "u": "day", "n": int(match.numbers("12345")[0]), "whole": month})


def that_month(match: Match) -> Built | None:
    """That April, of the year spoken of; "said that April sales fell" names the last April."""
    start = match.tokens[0].start
    told = match.text[start].isupper() or match.words[-1] == "day" or not match.next_word()[:1].isalnum()
    if not told:
        return None
    return dated({"k": "date", "m": match.first("month"), "whole": {"k": "prev", "u": "year", "that": True}})


def whole_date(match: Match) -> Built | Several | None:
    """A month with a day, a year, a weekday, or alone."""
    month = match.first("month")
    days = match.numbers("d12345")
    if match.rule.id == "date.day_hyphen_month":
        numbers = match.numbers("dey")
        year = match.year
        if year is None:
            year = century_of(int(numbers[1]))
            days = [numbers[0]]
    else:
        year = match.year
    day = int(days[0]) if days else None
    if month is None or "past" in match.words or (year is not None and not is_year(year)):
        return None
    if not is_day(month, day, year):
        return NO_DATE
    if year is None and (known := _known_day(match, month, day)) is not None:
        return dated(fixed(periods.day_period(known)))
    if day is None and year is not None and match.rule.id == "date.year_month":
        return dated({"k": "date", "m": month, "y": year})
    expr: Expr = {"k": "date", "m": month}
    if match.first("last") is not None:
        expr["side"] = -1
    if day is not None:
        expr["d"] = day
        if (weekday_number := match.first("weekday", "short_weekday")) is not None and year is None:
            expr["w"] = weekday_number
    if year is not None:
        expr["y"] = year
    if len(match.tokens) == 1 and (_is_name(match) or not _is_bare_month(match)):
        return None
    return dated(expr)


AROUND = 120  # characters to either side in which words tell that a day is the one that everybody knows
_OF_SEPTEMBER_11 = re.compile(rf"\b(?:{'|'.join(sorted(CONTEXT['september_11']))})\b", re.IGNORECASE)


def _known_day(match: Match, month: int, day: int | None) -> date | None:
    """The day that "September 11" is where terror is spoken of near it."""
    if (month, day) != (9, 11):
        return None
    start, end = match.tokens[0].start, match.tokens[-1].end
    around = match.text[max(0, start - AROUND) : start] + " " + match.text[end : end + AROUND]
    return date(2001, 9, 11) if _OF_SEPTEMBER_11.search(around) else None


_TITLE = re.compile(r"\b(?:mr|mrs|ms|dr|miss|sir|lady|lord|prof|sen|rep|gov|gen|sgt|capt|col)\.?\s+$", re.IGNORECASE)
_PLACE_BEHIND = re.compile(r"\s+on\s+(?![A-Z][a-z]+day\b)[A-Z]")


def _is_name(match: Match) -> bool:
    """Whether a month or weekday is somebody's or something's name: Ms. May, by Jan Orr, the March on Lorn."""
    if _TITLE.search(match.text_before):
        return True
    lead, after, word = match.previous_word(), match.next_word(), match.words[0]
    if word == "march" and lead.lower() == "the" and _PLACE_BEHIND.match(match.text_behind):
        return True
    given = word in CONTEXT["given_names"] and lead.lower() in CONTEXT["before_a_name"]
    return given and after[:1].isupper() and after not in CONTEXT["sentence_words"] and match.text_behind[:1] == " "


def month_midst(match: Match) -> Built | None:
    """March imports; a verb behind makes it a person or a tune."""
    before, after = match.previous_word(), match.next_word()
    if not match.text_before.endswith(" "):
        return None  # a new line or cell: "May lead to delays"
    if len(match.words[0]) < 5 - (match.words[0] == "may") * 2 or not (before[:1].islower() and after[:1].islower()):
        return None
    return None if after in CONTEXT["behind_a_name"] else dated({"k": "date", "m": match.first("month")})


_LEADS = (set(VALUES["in"]) - {"and", "or", "as", "than"}) | {
    "the",
    "its",
    "their",
    "our",
    "last",
    "this",
    "next",
    "early",
    "late",
    "mid",
}
_JOINS = frozenset(["-", "to", "through", "until"])


def _is_bare_month(match: Match) -> bool:
    """Whether a month's name alone is the month: no name of a person or firm, no day that the month has not."""
    token, after = match.tokens[0], match.next_word()
    led = match.before is not None and match.before.value in _LEADS
    joined = match.after is not None and match.after.value in _JOINS
    short = len(str(token.value)) <= 4 and token.value not in ("june", "july", "may")
    if short and not led and not joined and match.text[token.end : token.end + 1] != ".":
        return False
    if after[:1].isupper() and after not in ("I", "He", "She", "It", "The", "A") and not led:
        return False
    return match.after is None or match.after.letter != "d"


def days(match: Match) -> Built | Several | None:
    """Two days of one month."""
    month, year = match.first("month"), match.year
    first, last = (int(n) for n in match.numbers("d12345")[:2])
    if not is_day(month, max(first, last), year):
        return NO_DATE
    if first >= last or ("and" in match.words and last != first + 1 and not match.is_between()):
        return None
    expr: Expr = {"k": "date", "m": month, "d": first, "d2": last}
    return dated(expr | {"y": year} if year else expr)


def rel_month(match: Match) -> Built | None:
    """Last May, next April."""
    return dated({"k": "date", "m": match.first("month")} | match.sided)


def the_nth(match: Match) -> Built | None:
    """The 5th, of the month spoken of."""
    after = match.next_word()
    if not match.text[match.tokens[-1].start].isdigit() or (
        after[:1].isalpha() and after not in CONTEXT["behind_holiday"]
    ):
        return None  # the first afternoon, the 5th floor
    return dated({"k": "the_nth", "d": int(match.numbers("12345")[0])})


# ------------------------------------------------------------------ weekdays, days, times


def weekday(match: Match) -> Built | None:
    """Monday, last Monday, Monday night."""
    if match.words[0] == "following":
        return None  # following Thursday's game: after it
    if _is_named_weekday(match):
        return None
    if "week" in match.words or "weeks" in match.words:  # Thursday week, a week on Thursday, two weeks ago Thursday
        back = "ago" in match.words
        weeks = int(amount_of(match) or 1) if "weeks" in match.words or back else 1
        return dated({"k": "weekday", "w": match.first("weekday"), "weeks": -weeks if back else weeks})
    expr: Expr = {"k": "weekday", "w": match.first("weekday")}
    if match.after is not None and match.after.letter == "'":
        expr["own"] = True  # Friday's talks: what else the clause tells of says nothing about the side
    side = 1 if "coming" in match.words else match.side
    if side is not None and "this" in match.words and side != 1:
        side = 0
    if side is not None:
        expr["side"] = side
        if match.is_told:
            expr["told"] = True
    return ("TIME" if match.first("daypart") else "DATE"), expr, None


_DOMAIN = re.compile(r"\.[a-z]{2}")


def _is_named_weekday(match: Match) -> bool:
    """Whether a weekday is the name of a paper, a club or a day of the year: Sunday Times, Black Friday."""
    lead, after = match.previous_word(), match.next_word()
    if lead[:1].isupper() and lead.lower() in CONTEXT["named_weekday"]:
        return True
    if _DOMAIN.match(match.text_behind):
        return True
    if after[:1].isupper() and match.text_behind[:1] == " ":
        return after.lower() in CONTEXT["behind_named_weekday"] or lead.lower() in ("the", "a")
    return bool(_TITLE.search(match.text_before))


def set_weekday(_match: Match) -> Built | None:
    """Mondays: every week."""
    return "SET", {"k": "every", "u": "week", "n": 1}, None


def today(match: Match) -> Built | None:
    """Today, yesterday, tomorrow, with or without a part of the day."""
    if is_title(match) and match.previous_word()[:1].isupper():
        return None  # the name of a programme or paper
    timed = match.first("daypart") or "tonight" in match.words
    return ("TIME" if timed else "DATE"), {"k": "day", "n": match.first("today")}, None


def day_after(match: Match) -> Built | None:
    """The day before yesterday, the day after tomorrow."""
    return dated({"k": "day", "n": -2 if "before" in match.words else 2})


def daypart(match: Match) -> Built | None:
    """This morning, last night, that evening."""
    if "that" in match.words or "same" in match.words:
        return "TIME", {"k": "prev", "u": "day", "that": True}, None
    if "last" in match.words and match.first("daypart") != "night":
        return None
    return "TIME", {"k": "day", "n": -1 if "last" in match.words else 0}, None


def clock(match: Match) -> Built | None:
    """6:05 p.m., in 24 hours."""
    words = str(match.tokens[0].value)
    time = clock_time(words)
    if time is None or (match.tokens[0].letter == "c" and not re.search(r"\d\d", words)):
        return None
    return "TIME", {"k": "clock", "t": time}, None


def clock_time(words: str) -> str | None:
    """A time of day as ISO 8601 writes it behind a date, or None where the clock has no such time."""
    found = re.match(r"(\d\d?)(?:[:.]?(\d\d))?(?::(\d\d))?\s?([ap])?", words)
    if found is None:
        return None
    hour, minute, second = (int(found[i] or 0) for i in (1, 2, 3))
    if hour > 23 or minute > 59 or second > 59:
        return None
    if found[4] and hour <= 12:
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    return f"T{hour:02d}:{minute:02d}" + (f":{second:02d}" if found[3] else "")


def military(match: Match) -> Built | None:
    """1530 hrs; "1500 hours" behind a word that a time of day follows."""
    token = match.tokens[0]
    digits = match.text[token.start : token.end]
    if len(digits) != 4 or (
        match.words[1] == "hours" and match.previous_word().lower() not in CONTEXT["before_a_clock"]
    ):
        return None
    time = clock_time(digits)
    return ("TIME", {"k": "clock", "t": time}, None) if time else None


def next_daypart(match: Match) -> Built | None:
    """The next morning: of the day after the one spoken of."""
    if "same" in match.words:
        return "TIME", {"k": "prev", "u": "day", "that": True}, None
    return "TIME", {"k": "earlier", "u": "day", "n": 1}, None


def that_daypart(match: Match) -> Built | None:
    """In the evening: of the day spoken of; the night shift is none."""
    if match.next_word().lower() in CONTEXT["behind_a_daypart"]:
        return None
    return "TIME", {"k": "clock"}, None


def daypart_before(match: Match) -> Built | None:
    """The night before, the morning after; beside an event the day is not known."""
    if match.next_word()[:1].isalnum():
        return None if match.previous_word().lower() in ("in", "during", "by") else ("TIME", dict(VAGUE), None)
    return "TIME", {"k": "earlier", "u": "day", "n": -1 if match.words[-1] == "before" else 1}, None


def noon(match: Match) -> Built | None:
    """Noon and midnight as times of day."""
    return "TIME", {"k": "clock", "t": "T12:00" if match.first("daypart") == "noon" else "T00:00"}, None


BUILDERS = by_name(
    month_to_year, slashes, glued, stamp, impossible, day_list, day_in_month, that_month, military
) | by_name(
    iso,
    slash,
    whole_date,
    days,
    month_midst,
    rel_month,
    the_nth,
    weekday,
    set_weekday,
    today,
    day_after,
    daypart,
    clock,
    next_daypart,
    noon,
    that_daypart,
    daypart_before,
)
