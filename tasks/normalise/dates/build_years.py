"""Builders of years and more, and of their parts: quarters, halves, seasons, runs of months.

In     a Match
Out    (type, expr, mod), or None where the number is a count or the words are a name
"""

from __future__ import annotations

import re

from tasks.normalise.dates import periods
from tasks.normalise.dates.match import VAGUE, Built, Match, by_name, century_of, dated, fixed, is_day, is_year
from tasks.normalise.dates.records import Expr
from tasks.normalise.dates.words import CONTEXT

# ------------------------------------------------------------------ years

EARLIEST_BARE, LATEST_BARE = 1500, 2100  # outside, a four-digit number is a year only where a preposition says so
_CIRCA = re.compile(r"\b(?:c|ca|circa)\.?\s*$", re.IGNORECASE)
_THE_PART = re.compile(r"\bthe (?:early |late |mid-)$", re.IGNORECASE)
_IN_THE_PART = re.compile(
    r"\b(?:in|during|since|of|by|until|from|through|throughout) the (?:early |late |mid-)$", re.IGNORECASE
)
_MID = re.compile(r"\bmid-$", re.IGNORECASE)
_PLURAL = re.compile(
    r"(?!\w+wards\b|always\b|perhaps\b|whereas\b|besides\b)[a-z]{2,}[^sui]s|[a-z]*(?:children|men|women|people|folk)"
)
_VOLUME = re.compile(r"\d(?:\(\w+\))?:\s?$")  # 2021;25(11):1544-1553 are pages
_OLD = re.compile(r"[- ](?:years?|yrs?|months?|weeks?|days?)[- ]olds?\b", re.IGNORECASE)
_STREET = re.compile(
    r"\s(?:[NSEW]{1,2}\.?\s)?(?:[A-Z0-9][\w'’.]*\s){1,3}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Ln|Drive|Dr|Way|Parkway|Pkwy|Court|Place|Square|Terrace|"
    r"Highway|Hwy|Crescent|Close|Quay|Row)\b"
)
_NUMBERED = re.compile(rf"\b(?:{'|'.join(sorted(CONTEXT['numbered'], key=len, reverse=True))})\.?,?\s+$", re.IGNORECASE)


def _is_a_number(match: Match) -> bool:
    """Whether a four-digit number is part of an address, an age, a measure or a thing's name."""
    before, behind = match.text_before, match.text_behind
    if _NUMBERED.search(before) or _OLD.match(behind) or _VOLUME.search(before):
        return True
    if behind[:1] == "-" and re.split(r"[^a-z]", behind[1:].lower(), maxsplit=1)[0] in CONTEXT["measured"]:
        return True
    return bool(_STREET.match(behind)) and match.previous_word().lower() not in ("in", "since", "of", "by", "the")


def year(match: Match) -> Built | None:
    """A year in figures or words, fiscal or not."""
    value = match.year if match.year is not None else int((match.numbers("w") or match.numbers("dez") or [0])[0])
    if match.numbers("F"):
        first, _, second = re.sub(r"[–/]", "-", str(match.numbers("F")[0]).lstrip("fy \xa0")).partition("-")
        digits = re.sub(r"\D", "", first)
        if second:
            year = int(digits) if len(digits) == 4 else century_of(int(digits))
            return (
                dated(fixed(periods.months_period(year, 1, 24, "year")))
                if (year + 1) % 100 == int(second[-2:])
                else None
            )
        value = int(digits) if len(digits) == 4 else century_of(int(digits))
    if match.rule.id == "date.year" and not _is_bare_year(match, value):
        return None
    built = dated(fixed(periods.year_period(value))) if is_year(value) else None
    return (*built[:2], "approx") if built and _CIRCA.search(match.text_before) else built


def _is_bare_year(match: Match, value: int) -> bool:
    """Whether a four-digit number alone is a year, by the words beside it."""
    before, after = match.previous_word().lower(), match.next_word()
    if _is_a_number(match):
        return False
    if before in ("a", "an") and EARLIEST_BARE <= value <= LATEST_BARE and after[:1].isalpha():
        return after.lower() not in CONTEXT["count_behind"]  # a 2019 analysis
    if not (_PLURAL.fullmatch(after) or after.lower() in CONTEXT["count_behind"]) and _is_about_a_year(match):
        return True
    if 1900 <= value <= 2050 and _is_dated(match, before, after.lower()):
        return True
    led = before in CONTEXT["medieval"] or bool(_MID.search(match.text_before))
    if not (EARLIEST_BARE <= value <= LATEST_BARE or led):
        return False
    if after.lower() in CONTEXT["count_behind"] or before in CONTEXT["count_before"]:
        return False
    if before == "of" and _words_before(match)[-2:-1] and _words_before(match)[-2] in CONTEXT["part_before"]:
        return True
    return before in CONTEXT["year_before"] or not _PLURAL.fullmatch(after)


def _is_dated(match: Match, before: str, after: str) -> bool:
    """Whether the words around tell by year: its 1986 earnings, since at least 1982, up over 1985."""
    if after in CONTEXT["count_behind"]:
        return False
    if before in ("its", "their", "his", "her", "our") or before == "s" or after in CONTEXT["told_by_year"]:
        return before not in CONTEXT["count_before"] or before == "over"
    if before == "least":
        return _words_before(match)[-3:-1] == ["since", "at"]
    return before == "over" and not after.isalpha() and bool(_RISE.search(match.text_before))


_RISE = re.compile(
    r"\b(?:increase|rise|gain|growth|up|improvement|pct|percent|per cent)\b[^.]*$|%[^.]*$", re.IGNORECASE
)


def _is_about_a_year(match: Match) -> bool:
    """Whether the words before say that a number is about a year: circa, "born about"."""
    if _CIRCA.search(match.text_before):
        return True
    words = _words_before(match)[-2:]
    return len(words) == 2 and words[1] in CONTEXT["approx"] and words[0] in CONTEXT["about_a_year"]


def _words_before(match: Match) -> list[str]:
    return match.text_before.lower().split()


def years(match: Match) -> Built | None:
    """1986 to 1999, 2014-15."""
    found = match.numbers("y")
    first = int(found[0])
    last = int(found[1]) if len(found) > 1 else first - first % 100 + int(match.numbers("de")[-1])
    if _is_a_number(match):
        return None  # pages 1998-2003
    if "and" in match.words and (match.before is None or match.before.value != "between"):
        return None  # 1986 and 1999 are two years
    if not (is_year(first) and is_year(last) and first < last):
        return None
    return dated(fixed(periods.months_period(first, 1, 12 * (last - first + 1), "year")))


def two_years(match: Match) -> Built | None:
    """2014/15."""
    first, last = (int(n) for n in str(match.numbers("Z")[0]).split("/"))
    if (first + 1) % 100 != last:
        return None  # 2019/06 is a month, 2014/42 a number
    return dated(fixed(periods.months_period(first, 1, 24, "year")))


def centuries(match: Match) -> Built | None:
    """The 16th and 17th centuries, the 5th and 4th centuries BC."""
    first, last = (int(n) for n in match.numbers("123456")[:2])
    if _is_before_our_era(match):
        return dated({"k": "bc", "v": f"-{100 * first - 1:04d}/-{100 * (last - 1):04d}"}) if first > last > 1 else None
    if not 2 <= first < last <= 30:
        return None
    return dated(fixed(periods.months_period(100 * (first - 1), 1, 1200 * (last - first + 1), "century")))


def buddhist(match: Match) -> Built | None:
    """2562 BE."""
    value = int(match.numbers("y")[0]) - 543
    return dated(fixed(periods.year_period(value))) if 1800 <= value <= 2100 else None


def _is_before_our_era(match: Match) -> bool:
    return match.words[-1] in ("bc", "bce")


def _bc_year(value: int) -> str:
    """A year before our era in EDTF, which counts it from 0."""
    return f"-{value - 1:04d}" if value > 1 else "0000"


def era(match: Match) -> Built | None:
    """264 BC, 264 to 241 BC, AD 378."""
    value = int(match.numbers("deny")[0])
    if not 0 < value < 5000:
        return None
    if _is_before_our_era(match):
        last = int(match.numbers("deny")[-1])
        if last > value or (last == value and len(match.words) > 2):
            return None
        return dated({"k": "bc", "v": _bc_year(value) if last == value else f"{_bc_year(value)}/{_bc_year(last)}"})
    if "ad" in match.words:
        token = match.tokens[match.words.index("ad")]
        if not match.text[token.start : token.end].isupper():
            return None  # 500 ads
    return dated(fixed(periods.year_period(value)))


def era_part(match: Match) -> Built | None:
    """2 August 216 BC, the spring of 203 BC."""
    *days, year = (int(n) for n in match.numbers("deny"))
    month, day = match.first("month", "season_name"), days[0] if days else None
    if not 0 < year < 5000 or (month <= 12 and not is_day(month, day, None)):
        return None
    return dated({"k": "bc", "v": f"{_bc_year(year)}-{month:02d}" + (f"-{day:02d}" if day else "")})


def decade(match: Match) -> Built | None:
    """The 1980s, the '80s, the eighties."""
    words = [str(v) for v in match.numbers("D")]
    if words:
        digits = re.sub(r"\D", "", words[0])
        value = int(digits) if len(digits) == 4 else 1900 + int(digits) if int(digits) >= 20 else 2000 + int(digits)
        plain = len(digits) == 2 and words[0][0].isdigit()
        named = match.words[0] == "the" or bool(_THE_PART.search(match.text_before))
        if plain and (not named or int(digits) < 20):
            return None  # "in her 50s" is an age
        if value % 10 or not is_year(value):
            return None
        if value % 100 == 0 and value < 2000:
            return dated(fixed(periods.century_period(value // 100)))
        return dated(fixed(periods.decade_period(value)))
    hundreds = int((match.numbers("dew") or [19])[0])
    if hundreds not in (18, 19) or not (
        match.words[0] == "the" or match.numbers("dew") or _IN_THE_PART.search(match.text_before)
    ):
        return None  # in her late eighties
    value = 100 * hundreds + match.first("decade_name")
    return dated(fixed(periods.decade_period(value)))


def century(match: Match) -> Built | None:
    """The 19th century, the 4th century BC."""
    nth = int(match.numbers("123456")[0])
    if _is_before_our_era(match):
        return dated({"k": "bc", "v": f"-{nth - 1:02d}XX"}) if 2 <= nth <= 50 else None
    first = 1 if {"ad", "ce"} & set(match.words) else 2
    return dated(fixed(periods.century_period(nth - 1))) if first <= nth <= 30 else None


# ------------------------------------------------------------------ parts of years


def quarter(match: Match) -> Built | None:
    """The third quarter, Q3."""
    numbers = match.numbers("1234") or match.numbers("Q")
    expr: Expr = {"k": "quarter", "n": int(numbers[0]) if numbers else 4}
    if (not numbers and "final" not in match.words) or (not match.numbers("Q") and not match.is_report()):
        expr["of"] = True
    return dated(expr)


def part_of_year(match: Match) -> Built | None:
    """1H24, 4Q19, Q3FY24; of a fiscal year the months are not in the words."""
    words = str(match.tokens[0].value)
    half = "h" in words[:2]
    digits = re.sub(r"\D", "", re.split(r"[qh]", words)[-1] if words[0].isdigit() else words[2:])
    number = int(words[0] if words[0].isdigit() else words[1])
    if "fy" in words:
        return dated({"k": "vague"})
    expr: Expr = {
        "k": "half" if half else "quarter",
        "n": number,
        "y": int(digits) if len(digits) == 4 else century_of(int(digits)),
    }
    return dated(expr)


def month_span_quarter(match: Match) -> Built | None:
    """The July-September quarter."""
    first, last = match.of_class("month")[:2]
    if (last - first) % 12 != 2 or first > last:
        return None
    expr: Expr = {"k": "quarter", "n": last // 3} if last % 3 == 0 else {"k": "date", "m": first, "m2": last}
    return dated(expr | {"y": match.year} if match.year else expr)


def quarters(match: Match) -> Built | None:
    """The third and fourth quarters."""
    first, last = (int(n) for n in match.numbers("1234")[:2])
    if last - first != 1 and "and" in match.words:
        return "DATE", dict(VAGUE), None
    return dated({"k": "quarter", "n": first, "n2": last}) if first < last else None


def month_quarter(match: Match) -> Built | None:
    """The June quarter: April to June."""
    expr: Expr = {"k": "quarter", "n": match.first("month") // 3}
    return dated(expr | {"y": match.year} if match.year else expr)


def half(match: Match) -> Built | None:
    """The first half; "the latter half" only of a named whole."""
    numbers = match.numbers("12") or match.numbers("H")
    number = int(numbers[0]) if numbers else 2
    expr: Expr = {"k": "half", "n": number}
    if (
        "last" in match.words
        or "latter" in match.words
        or not match.is_report()
        or match.text_behind.startswith(" of ")
    ):
        expr["of"] = True  # only of a named whole
    return dated(expr)


def first_n(match: Match) -> Built | None:
    """The first seven months, the last two weeks."""
    number = match.numbers("denyzw")[0]
    if not float(number).is_integer():
        return None
    unit = match.first("units", "unit")
    return "DURATION", {"k": "first_n", "u": unit, "n": number, "last": not match.numbers("1")}, None


def numbered_months(match: Match) -> Built | None:
    """1-7 months: January to July."""
    first, last = (int(n) for n in match.numbers("d")[:2])
    return dated({"k": "date", "m": first, "m2": last, "of": True}) if 1 <= first < last <= 12 else None


def nth_weekday(match: Match) -> Built | None:
    """The first Monday, the last Friday."""
    numbers = match.numbers("12345")
    expr: Expr = {"k": "nth_weekday", "w": match.first("weekday"), "n": int(numbers[0]) if numbers else -1, "of": True}
    if match.words[0] == "last":  # last Sunday in Rome
        expr["else"] = {"rule": "date.rel_weekday", "k": "weekday", "w": expr["w"], "side": -1}
    return dated(expr)


def nth_unit(match: Match) -> Built | None:
    """The first week, the last day."""
    numbers = match.numbers("123456")
    expr: Expr = {"k": "nth_unit", "u": match.first("unit"), "n": int(numbers[0]) if numbers else -1, "of": True}
    if expr["u"] == "day" and expr["n"] > 1 and _GOES_ON.search(match.text_before):
        expr["else"] = {"rule": "date.nth_day", "k": "prev", "u": "day"}  # of a strike, not of a month
    if match.words[0] == "last" and expr["u"] not in ("day", "decade"):  # growth last year of nine percent
        expr["else"] = {"rule": "date.rel_unit", "k": "unit", "u": expr["u"], "n": -1}
    return dated(expr)


_GOES_ON = re.compile(
    r"(?:\b(?:is|was|be|enters?|entered|entering|marks?|marked|into|for|[a-z]+day,?)|\bit['’]s)\s+$", re.IGNORECASE
)


def nth_day(match: Match) -> Built | None:
    """Its third day, the second day of a strike: the day spoken of where the words say that it goes on."""
    if _GOES_ON.search(match.text_before):
        return dated({"k": "prev", "u": "day"})
    return "DATE", dict(VAGUE), None


_SEASON_PART = re.compile(r"(?:mid|early|late)-$", re.IGNORECASE)


def season(match: Match) -> Built | None:
    """Last summer, winter 2019, that spring."""
    if match.words[0] in ("fall", "spring", "winter", "summer") and match.year is None:
        after = match.next_word()
        if after[:1].isupper() and match.before is None:
            return None
    if (
        match.words[0] == "the"
        and len(match.words) == (3 if match.words[-1] == "months" else 2)
        and match.previous_word().lower() not in CONTEXT["season_before"]
    ):
        return None  # the spring in the hills
    after = match.next_word()
    if match.words == ["that", "fall"] and after[:1].islower() and after not in CONTEXT["behind_holiday"]:
        return None  # companies that fall victim
    if match.words == ["fall"] and match.text_before.endswith("-") and not _SEASON_PART.search(match.text_before):
        return None  # slip-and-fall
    expr: Expr = {"k": "season", "n": match.first("season_name")}
    year = match.year or int(next(iter(match.numbers("Z")), "0/").split("/")[0])
    if year:
        expr["y"] = year
    elif match.first("that") is not None:
        expr["whole"] = {"k": "prev", "u": "year", "that": True}
    elif match.side is not None:
        expr |= match.sided
    return dated(expr)


BUILDERS = by_name(year, years, two_years, buddhist, era, era_part, decade, century, centuries) | by_name(
    part_of_year,
    month_span_quarter,
    quarter,
    quarters,
    month_quarter,
    half,
    first_n,
    nth_unit,
    nth_day,
    nth_weekday,
    numbered_months,
    season,
)
