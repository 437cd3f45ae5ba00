"""What the words of a matched pattern say: one small function for each `build` of the pattern table.

In     the tokens of a match, and the text around it
Out    (type, expr, mod), or None where the words are no date after all

Kinds of expr ("k"), with fields; `whole` is the expr of a period that the date is a part of:
    fixed    v (EDTF), f, l (ISO days), g (grain)        known as it stands
    date     m, d?, d2?, m2?, y?, side?, time?           month, day or days, or months m to m2; side -1 last, 1 next
    weekday  w, side?          day  n                    today 0         unit  u, n         this year 0, last year -1
    ago      u, n              earlier  u, n             counted from now; from the time spoken of last
    quarter, half, season  n, y?, side?                  part of a year
    first_n  u, n, last        nth_unit  u, n            a run of units, one unit, of a whole
    year_ago u?                same  side?, y?           the period spoken of last, a year back or moved to a year
    prev     u, y?, n?         the_nth  d                the unit spoken of last
    length   u, n              past  u, n                a length; one that ends (n < 0) or begins now
    clock    t                 holiday  id               every  u, n
    vague                      span  a, b                mod  m, with   (joined to what follows)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tasks.normalise.dates import periods
from tasks.normalise.dates.grammar import PatternRule
from tasks.normalise.dates.lexer import Token
from tasks.normalise.dates.records import Expr
from tasks.normalise.dates.words import VALUES

Built = tuple[str, Expr, str | None]
FIRST_YEAR, LAST_YEAR = 1000, 2199  # bare four-digit numbers outside are counts
VAGUE: Expr = {"k": "vague"}


@dataclass(frozen=True, slots=True)
class Match:
    """The tokens of a mention, the rule that found them, and where they stand."""

    rule: PatternRule
    tokens: list[Token]
    text: str
    before: Token | None  # the token of the run before the mention
    after: Token | None

    @property
    def words(self) -> list[str]:
        return [str(t.value) for t in self.tokens]

    def of_class(self, name: str) -> list[Any]:
        """Values of the tokens that are words of a class."""
        table = VALUES[name]
        return [table[t.value] for t in self.tokens if isinstance(t.value, str) and t.value in table]

    def first(self, *names: str) -> Any:
        """The value of the first token that is in one of the classes, or None."""
        return next((v for name in names for v in self.of_class(name)), None)

    def numbers(self, letters: str) -> list[Any]:
        """Values of the number tokens with one of the letters."""
        return [t.value for t in self.tokens if t.letter in letters]

    @property
    def year(self) -> int | None:
        """The year in figures or words, also '98."""
        years = self.numbers("y")
        if years:
            return int(years[-1])
        short = self.numbers("a")
        return _century_of(int(short[-1][-2:])) if short else None

    @property
    def side(self) -> int | None:
        """-1 last, 0 this, 1 next, or None."""
        return self.first("last", "next", "this")

    @property
    def text_before(self) -> str:
        """The 40 characters before the mention."""
        start = self.tokens[0].start
        return self.text[max(0, start - 40) : start]

    def next_word(self) -> str:
        """The word of the text behind the mention, or the sign."""
        match = re.compile(r"\s*([^\W\d_]+|\S)").match(self.text, self.tokens[-1].end)
        return match[1] if match else ""

    def previous_word(self) -> str:
        """The word of the text before the mention, or the sign."""
        start = self.tokens[0].start
        match = re.search(r"([^\W\d_]+|\S)\s*$", self.text[max(0, start - 40) : start])
        return match[1] if match else ""


def _century_of(short: int) -> int:
    """Two figures of a year in full: up to 30 this century, else the last."""
    return short + (2000 if short <= 30 else 1900)


def _fixed(period: periods.Period | None) -> Expr | None:
    if period is None:
        return None
    return {
        "k": "fixed",
        "v": period.value,
        "f": period.first.isoformat(),
        "l": period.last.isoformat(),
        "g": period.grain,
    }


def _date(expr: Expr | None) -> Built | None:
    return ("DATE", expr, None) if expr else None


def _valid_day(month: int, day: int | None, year: int | None) -> bool:
    if day is None:
        return True
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True


# ------------------------------------------------------------------ whole dates


def iso(match: Match) -> Built | None:
    words = str(match.tokens[0].value)
    if len(words) == 7:
        year, month = int(words[:4]), int(words[5:])
        return _date(_fixed(periods.month_period(year, month))) if _year_fits(year) and year > 1799 else None
    try:
        day = date.fromisoformat(words[:10])
    except ValueError:
        return None
    expr = _fixed(periods.day_period(day))
    if expr and len(words) > 10:
        clock = re.sub(r"\.\d+|z|[+-]\d\d:?\d\d$", "", words[11:])
        if int(clock[:2]) > 23 or int(clock[3:5]) > 59:
            return None
        expr |= {"v": f"{words[:10]}T{clock}", "g": "second" if len(clock) > 5 else "minute"}
        return "TIME", expr, None
    return _date(expr)


def slash(match: Match) -> Built | None:
    a, b, year = (int(n) for n in re.split(r"[/.-]", str(match.tokens[0].value)))
    words = str(match.tokens[0].value)
    if len(words) - max(words.rfind(s) for s in "/.-") - 1 == 2:
        if "." in words or "-" in words:  # 1.10.12 may be a version, 3-10-15 a score
            return None
        year = _century_of(year)
    day_first = "." in words or a > 12
    month, day = (b, a) if day_first else (a, b)
    if not (1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR and _valid_day(month, day, year)):
        return None
    expr = _fixed(periods.day_period(date(year, month, day)))
    if expr and a <= 12 and b <= 12 and a != b and "." not in words:
        expr["flag"] = "order_ambiguous"
    return _date(expr)


def whole_date(match: Match) -> Built | None:
    month = match.first("month")
    days = match.numbers("d12345")
    if match.rule.id == "date.day_hyphen_month":
        numbers = match.numbers("dey")
        year = match.year
        if year is None:
            year = _century_of(int(numbers[1]))
            days = [numbers[0]]
    else:
        year = match.year
    day = int(days[0]) if days else None
    if (
        month is None
        or "past" in match.words
        or not _valid_day(month, day, year)
        or (year is not None and not _year_fits(year))
    ):
        return None
    if day is None and year is not None and match.rule.id == "date.year_month":
        return _date({"k": "date", "m": month, "y": year})
    expr: Expr = {"k": "date", "m": month}
    if match.first("last") is not None:
        expr["side"] = -1
    if day is not None:
        expr["d"] = day
        if (weekday_number := match.first("weekday", "short_weekday")) is not None and year is None:
            expr["w"] = weekday_number
    if year is not None:
        expr["y"] = year
    if len(match.tokens) == 1 and not _is_bare_month(match):
        return None
    return _date(expr)


_LEADS = (set(VALUES["in"]) - {"and", "or", "as", "than"}) | {"the", "last", "this", "next", "early", "late", "mid"}
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


def days(match: Match) -> Built | None:
    month, year = match.first("month"), match.year
    first, last = (int(n) for n in match.numbers("d12345")[:2])
    if first >= last or not _valid_day(month, last, year):
        return None
    expr: Expr = {"k": "date", "m": month, "d": first, "d2": last}
    return _date(expr | {"y": year} if year else expr)


def rel_month(match: Match) -> Built | None:
    return _date({"k": "date", "m": match.first("month"), "side": match.side})


def the_nth(match: Match) -> Built | None:
    return _date({"k": "the_nth", "d": int(match.numbers("12345")[0])})


# ------------------------------------------------------------------ weekdays, days, times


def weekday(match: Match) -> Built | None:
    expr: Expr = {"k": "weekday", "w": match.first("weekday")}
    if match.after is not None and match.after.letter == "'":
        expr["own"] = True  # Friday's talks: what else the clause tells of says nothing about the side
    side = 1 if "coming" in match.words else match.side
    if side is not None and "this" in match.words and side != 1:
        side = 0
    if side is not None:
        expr["side"] = side
    return ("TIME" if match.first("daypart") else "DATE"), expr, None


def set_weekday(match: Match) -> Built | None:
    return "SET", {"k": "every", "u": "week", "n": 1}, None


def today(match: Match) -> Built | None:
    if _is_title(match) and match.previous_word()[:1].isupper():
        return None  # the name of a programme or paper
    timed = match.first("daypart") or "tonight" in match.words
    return ("TIME" if timed else "DATE"), {"k": "day", "n": match.first("today")}, None


def day_after(match: Match) -> Built | None:
    return _date({"k": "day", "n": -2 if "before" in match.words else 2})


def daypart(match: Match) -> Built | None:
    if "that" in match.words or "same" in match.words:
        return "TIME", {"k": "prev", "u": "day", "that": True}, None
    if "last" in match.words and match.first("daypart") != "night":
        return None
    return "TIME", {"k": "day", "n": -1 if "last" in match.words else 0}, None


def clock(match: Match) -> Built | None:
    found = re.match(r"(\d\d?)(?::(\d\d))?(?::(\d\d))?\s?([ap])?", str(match.tokens[0].value))
    if found is None:
        return None
    hour, minute, second = (int(found[i] or 0) for i in (1, 2, 3))
    if hour > 23 or minute > 59 or second > 59:
        return None
    if found[4] and hour <= 12:
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    return "TIME", {"k": "clock", "t": f"T{hour:02d}:{minute:02d}" + (f":{second:02d}" if found[3] else "")}, None


def next_daypart(match: Match) -> Built | None:
    if "same" in match.words:
        return "TIME", {"k": "prev", "u": "day", "that": True}, None
    return "TIME", {"k": "earlier", "u": "day", "n": 1}, None


def noon(match: Match) -> Built | None:
    return "TIME", {"k": "prev", "u": "day"}, None


# ------------------------------------------------------------------ years

_COUNTED = re.compile(
    r"(?i)people|percent|per|miles?|men|women|children|dollars?|yuan|euros?|pounds?|rupees|troops|feet|metres?|meters?|"
    r"kilomet\w+|tons?|tonnes?|hectares|acres|barrels|shares|points|cases|votes?|jobs|workers|times|km|kg|square|cubic|"
    r"degrees|rpm|am|pm|hours|seats?|words|million|billion|or|soldiers|students|deaths|homes|units"
)
_YEAR_BEFORE = frozenset(
    [
        "in",
        "of",
        "since",
        "by",
        "until",
        "till",
        "from",
        "to",
        "before",
        "after",
        "through",
        "and",
        "during",
        "for",
        "between",
        "the",
        "than",
    ]
)
_COUNT_BEFORE = frozenset(
    [
        "about",
        "some",
        "nearly",
        "almost",
        "over",
        "approximately",
        "roughly",
        "around",
        "only",
        "another",
        "least",
        "most",
        "than",
        "up",
    ]
)


_PART_BEFORE = re.compile(
    r"(?i)(?:half|quarter|months|weeks|days|season|summer|winter|spring|autumn|fall|end|start|beginning|january|february|march|"
    r"april|may|june|july|august|september|october|november|december)\s+of\s*$"
)


def _year_fits(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


def year(match: Match) -> Built | None:
    value = match.year if match.year is not None else int((match.numbers("w") or match.numbers("dez") or [0])[0])
    if match.rule.id == "date.short_year":
        return _date(_fixed(periods.year_period(value)))
    if not _year_fits(value):
        return None
    if match.rule.id == "date.year":
        before, after = match.previous_word().lower(), match.next_word()
        if not 1500 <= value <= 2100 and before not in ("in", "since", "by", "until", "from"):
            return None
        if _COUNTED.fullmatch(after) and after.lower() not in ("or", "per"):
            return None
        if before in _COUNT_BEFORE or before in (
            "no",
            "nr",
            "number",
            "page",
            "room",
            "flight",
            "route",
            "highway",
            "act",
        ):
            return None
        if before == "of" and _PART_BEFORE.search(
            match.text, max(0, match.tokens[0].start - 20), match.tokens[0].start
        ):
            return _date(_fixed(periods.year_period(value)))
        plural = re.fullmatch(r"[a-z]{3,}s", after) and not re.search(r"(?:ss|us|is)$", after)
        if plural and before not in ("in", "the", "since", "by", "late", "early", "mid", "fiscal"):
            return None
    return _date(_fixed(periods.year_period(value)))


def years(match: Match) -> Built | None:
    found = match.numbers("y")
    first = int(found[0])
    if len(found) > 1:
        last = int(found[1])
    else:
        last = first - first % 100 + int(match.numbers("de")[-1])
    if (
        "and" in match.words
        and (match.before is None or match.before.value != "between")
        and "between" not in match.words
    ):
        return None
    if not (_year_fits(first) and _year_fits(last) and first < last):
        return None
    return _date(_fixed(periods.months_period(first, 1, 12 * (last - first + 1), "year")))


def buddhist(match: Match) -> Built | None:
    value = int(match.numbers("y")[0]) - 543
    return _date(_fixed(periods.year_period(value))) if 1800 <= value <= 2100 else None


def era(match: Match) -> Built | None:
    value = int(match.numbers("deny")[0])
    if not 0 < value < 5000:
        return None
    if {"bc", "bce"} & set(match.words):
        return _date({"k": "bc", "v": f"-{value - 1:04d}" if value > 1 else "0000"})
    if "ad" in match.words and not match.text[match.tokens[match.words.index("ad")].start].isupper():
        return None
    return _date(_fixed(periods.year_period(value)))


def decade(match: Match) -> Built | None:
    words = [str(v) for v in match.numbers("D")]
    if words:
        digits = re.sub(r"\D", "", words[0])
        value = int(digits) if len(digits) == 4 else 1900 + int(digits) if int(digits) >= 20 else 2000 + int(digits)
        if len(digits) == 2 and "'" not in words[0] and "’" not in words[0] and "‘" not in words[0]:
            if match.words[0] != "the" or int(digits) < 20:  # the 50s; "in her 50s" is an age
                return None
        if value % 10 or not _year_fits(value):
            return None
        return _date(_fixed(periods.decade_period(value)))
    value = 1900 + match.first("decade_name")
    return _date(_fixed(periods.decade_period(value)))


def century(match: Match) -> Built | None:
    nth = int(match.numbers("123456")[0])
    return _date(_fixed(periods.century_period(nth - 1))) if 2 <= nth <= 30 else None


# ------------------------------------------------------------------ parts of years


def quarter(match: Match) -> Built | None:
    numbers = match.numbers("1234") or match.numbers("Q")
    expr: Expr = {"k": "quarter", "n": int(numbers[0])}
    return _date(expr)


def half(match: Match) -> Built | None:
    numbers = match.numbers("12") or match.numbers("H")
    number = int(numbers[0]) if numbers else 2
    expr: Expr = {"k": "half", "n": number}
    if "last" in match.words or "latter" in match.words:
        expr["of"] = True  # only of a named whole
    return _date(expr)


def first_n(match: Match) -> Built | None:
    number = match.numbers("denyzw")[0]
    if not float(number).is_integer():
        return None
    unit = match.first("units", "unit")
    return "DURATION", {"k": "first_n", "u": unit, "n": number, "last": not match.numbers("1")}, None


def nth_unit(match: Match) -> Built | None:
    numbers = match.numbers("12345")
    expr: Expr = {"k": "nth_unit", "u": match.first("unit"), "n": int(numbers[0]) if numbers else -1}
    return _date(expr if numbers else expr | {"of": True})


_SEASON_BEFORE = frozenset(
    ["in", "since", "during", "over", "by", "until", "of", "into", "through", "throughout", "for", "last", "before"]
)


def season(match: Match) -> Built | None:
    if match.words[0] in ("fall", "spring", "winter", "summer") and match.year is None:
        after = match.next_word()
        if after[:1].isupper() and match.before is None:
            return None
    if match.words[0] == "the" and len(match.words) == 2 and match.previous_word().lower() not in _SEASON_BEFORE:
        return None  # the spring in the hills
    expr: Expr = {"k": "season", "n": match.first("season_name")}
    if match.year is not None:
        expr["y"] = match.year
    elif match.first("that") is not None:
        expr["whole"] = {"k": "prev", "u": "year", "that": True}
    elif match.side is not None:
        expr["side"] = match.side
    return _date(expr)


# ------------------------------------------------------------------ counted from now


def _is_title(match: Match) -> bool:
    """Whether the last word is written with a capital: This Week, a programme."""
    end = match.tokens[-1]
    word = match.text[end.start : end.end]
    return word[0].isupper() and not word.isupper()


def rel_unit(match: Match) -> Built | None:
    unit, side = match.first("unit"), match.side
    words = match.words
    if len(words) > 1 and _is_title(match):
        return None
    if "past" in words:
        if unit in ("year", "month", "week", "decade", "century", "quarter", "day"):
            return "DURATION", {"k": "past", "u": unit, "n": -1}, None
        return None
    if side == 1 and unit == "day":
        return _date({"k": "earlier", "u": "day", "n": 1})
    if side and any(w in words for w in ("previous", "preceding", "prior", "following", "subsequent")):
        return _date({"k": "earlier", "u": unit, "n": side, "whole_unit": True})
    if "the" in words and "last" in words and unit in ("decade", "century"):
        return _date({"k": "unit", "u": unit, "n": -1})
    return _date({"k": "unit", "u": unit, "n": side})


def _amount(match: Match) -> float | None:
    """The number of units; None where the words are vague; a half behind is added."""
    numbers = match.numbers("denyzw123456")
    if numbers:
        number = float(numbers[0])
    elif match.of_class("few"):
        return None
    elif "couple" in match.words:
        number = 2.0
    elif "half" in match.words and "and" not in match.words:
        number = 0.5
    else:
        number = 1.0
    if "and" in match.words and "half" in match.words:
        number += 0.5
    return number


def past_n(match: Match) -> Built | None:
    unit = match.first("units", "unit")
    amount = _amount(match)
    if amount is None:
        return "DURATION", {"k": "vague", "u": unit}, None
    return "DURATION", {"k": "past", "u": unit, "n": amount * (1 if match.first("next") else -1)}, None


def vague(match: Match) -> Built | None:
    if match.words == ["now"] and (match.next_word() in ("-", "‑") or match.previous_word() == "-"):
        return None
    if match.words[-1] == "past" and match.after is not None and _is_measure(match.after):
        return None  # in the past ten years
    bare = match.words[0] == "the" and match.words[-1] in ("past", "present", "future")
    if bare and (match.next_word() in ("-", "‑") or _is_noun_ahead(match)):
        return None
    return "DATE", dict(VAGUE), None


def _is_measure(token: Token) -> bool:
    """Whether a token is a number, an amount or a unit."""
    return token.letter in "denyzw" or any(token.value in VALUES[name] for name in ("few", "unit", "units"))


def vague_adjective(match: Match) -> Built | None:
    after = match.next_word()
    if not after[:1].isalpha() or after.lower() in ("account", "accounts", "and", "or", "of", "in", "is", "was"):
        return None
    return "DATE", dict(VAGUE), None


def _is_noun_ahead(match: Match) -> bool:
    """Whether a word follows that `past` or `present` would describe: the present government."""
    after = match.next_word()
    if match.words[-1] == "future" or not after[:1].isalpha():
        return False
    return after.lower() not in _YEAR_BEFORE | {
        "have",
        "has",
        "had",
        "is",
        "was",
        "are",
        "were",
        "when",
        "as",
        "that",
        "he",
    }


def ago(match: Match) -> Built | None:
    unit = match.first("units", "unit")
    if match.tokens[0].letter in "123456":
        return None
    if match.words[:2] == ["a", "year"]:
        return _date({"k": "year_ago", "u": "year"})
    amount = _amount(match)
    if unit == "decade" and amount is not None:  # a decade ago is a year about then, not the decade before
        unit, amount = "year", 10 * amount
    if amount is None or amount > 10000:
        return "DATE", dict(VAGUE), None
    return _date({"k": "ago", "u": unit, "n": -amount})


def year_ago(match: Match) -> Built | None:
    expr: Expr = {"k": "year_ago", "u": match.first("unit")}
    if numbers := match.numbers("1234"):
        expr["q"] = int(numbers[0])
    if "quarter" in match.words:
        expr["base"] = "quarter"
    return _date(expr)


def earlier(match: Match) -> Built | None:
    unit = match.first("units", "unit")
    amount = _amount(match)
    words = match.words
    if words[-1] in ("before", "after") and match.next_word()[:1].isalnum():
        return None  # a week before the vote: a length, and the vote is no date
    if amount is None or amount > 10000:
        return "DATE", dict(VAGUE), None
    if words[-2:] == ["from", "now"] or words[-1] == "hence":
        return _date({"k": "ago", "u": unit, "n": amount})
    back = words[-1] in ("earlier", "before", "previously")
    if back and amount == 1 and unit == "year" and words[0] in ("a", "one"):
        return _date({"k": "year_ago", "u": unit})
    return _date({"k": "earlier", "u": unit, "n": -amount if back else amount})


def same_period(match: Match) -> Built | None:
    words = match.words
    if "latest" in words and words[-1] not in ("period", "quarter", "year", "half", "month"):
        return None
    if words[-1] == "time":
        return None
    expr: Expr = {"k": "same"}
    if "quarter" in words:
        expr["u"] = "quarter"
    if match.year is not None:
        expr["y"] = match.year
    elif "last" in words or "previous" in words or "ago" in words or "earlier" in words or "year-ago" in words:
        expr["back"] = 1
    return _date(expr)


def the_period(match: Match) -> Built | None:
    unit = match.first("unit") or "year"
    if _is_title(match):
        return None
    if unit == "year" and match.next_word() in ("ended", "ending"):
        return "DURATION", {"k": "length", "u": "year", "n": 1}, None  # of the books: no calendar year
    if unit == "quarter" and match.next_word() in ("ended", "ending") and match.year is None:
        return _date({"k": "unit", "u": "quarter", "n": -1})
    if unit in ("day", "decade", "month") and match.words[0] == "the" and len(match.words) == 2:
        part = re.search(
            r"(?i)(?:end|later|earlier|beginning|start|rest|middle|most|part|day|week|early|late)\s+(?:of|in)\s*$",
            match.text_before,
        )
        if part is None:
            return None
    expr: Expr = {"k": "prev", "u": unit}
    if match.words[0] in ("that", "same"):
        expr["that"] = True
    if match.year is not None:
        expr["y"] = match.year
    if match.words[-1] == "period":
        expr["u"] = "period"
    if numbers := match.numbers("1234"):
        return _date({"k": "quarter", "n": int(numbers[0]), "y": match.year})
    return _date(expr)


def unit_end(match: Match) -> Built | None:
    return "DATE", {"k": "prev", "u": match.first("unit")}, "end"


def weekend(match: Match) -> Built | None:
    return _date({"k": "weekend"})


# ------------------------------------------------------------------ lengths and recurrences


def duration(match: Match) -> Built | None:
    unit = match.first("units", "unit")
    if unit == "quarter" and match.words[-1] == "quarters" and _amount(match) == 3:
        return None  # three-quarters of the house
    amount = _amount(match)
    if amount is None:
        return "DURATION", {"k": "vague", "u": unit}, None
    if amount > 10**9:
        return None
    if match.rule.id == "duration.count" and match.after and match.after.value == "'s" and match.next_word() == "old":
        return None
    return "DURATION", {"k": "length", "u": unit, "n": amount}, None


def duration_range(match: Match) -> Built | None:
    return "DURATION", {"k": "vague", "u": match.first("units", "unit")}, None


def half_duration(match: Match) -> Built | None:
    return "DURATION", {"k": "length", "u": match.first("unit"), "n": 0.5}, None


def vague_duration(match: Match) -> Built | None:
    if "couple" in match.words:
        return "DURATION", {"k": "length", "u": match.first("units"), "n": 2}, "approx"
    if match.previous_word() in ("of", "-") and match.rule.id == "duration.bare":
        return None  # hundreds of years
    return "DURATION", {"k": "vague", "u": match.first("units", "unit")}, None


def set_every(match: Match) -> Built | None:
    numbers = match.numbers("denyzw123456")
    number = float(numbers[0]) if numbers else 2.0 if "other" in match.words else 1.0
    unit = match.first("unit", "units")
    if unit is None:
        unit = "week" if match.of_class("weekday") else "day" if match.of_class("daypart") else "year"
        number = 1.0
    return "SET", {"k": "every", "u": unit, "n": number}, None


def set_adverb(match: Match) -> Built | None:
    word = match.words[0]
    if word == "quarterly" and (match.next_word()[:1].islower() or match.next_word() == "of"):
        return None  # the reports of a quarter
    if match.text[match.tokens[0].start].isupper() and match.previous_word()[:1].isupper():
        return None  # the name of a paper
    if word == "daily" and match.next_word()[:1].isupper():
        return None
    return "SET", {"k": "every", "u": match.first("adverb"), "n": 1}, None


_NO_RATE_BEFORE = frozenset(
    [
        "in",
        "for",
        "within",
        "after",
        "over",
        "about",
        "than",
        "such",
        "quite",
        "only",
        "is",
        "was",
        "of",
        "to",
        "as",
        "from",
        "at",
        "by",
        "on",
        "and",
        "or",
        "with",
        "that",
        "what",
        "half",
        "once",
        "not",
        "with",
    ]
)


def set_per(match: Match) -> Built | None:
    unit = match.first("unit")
    if match.words[0] != "per":
        before = match.previous_word().lower()
        rate = re.fullmatch(
            r"[a-z]+s|twice|once|thrice|million|billion|thousand|percent|cent|%|yen|yuan|people|men", before
        )
        if (
            (before in _NO_RATE_BEFORE and before != "once")
            or not rate
            or re.search(r"ss$|^(?:is|was|has|as|this|does|lasts|takes|spends)$", before)
        ):
            return None
    return "SET", {"k": "every", "u": unit, "n": 1}, None


def holiday(match: Match) -> Built | None:
    if not match.text[match.tokens[0].start].isupper():
        return None
    return _date({"k": "holiday", "id": match.rule.row["holiday"]["id"]})


# ------------------------------------------------------------------ modifiers

_BOUNDS = {
    "approx": {"about", "around", "approximately", "roughly", "circa", "nearly", "almost", "some", "barely", "just"},
    "start": set(VALUES["early"]),
    "end": set(VALUES["late"]),
    "mid": set(VALUES["mid"]),
}


def modifier(match: Match) -> Built | None:
    words = match.words
    if match.rule.id == "mod.about":
        joined = " ".join(words)
        if joined in ("more than", "at least", "over", "no less than", "as long as", "no fewer than"):
            return "MOD", {"k": "mod", "m": "more_than", "with": "number"}, None
        if joined in ("less than", "at most", "under", "up to", "no more than", "fewer than", "as little as"):
            return "MOD", {"k": "mod", "m": "less_than", "with": "number"}, None
        mod = next((m for m, names in _BOUNDS.items() if words[0] in names), None)
        return ("MOD", {"k": "mod", "m": mod, "with": "any"}, None) if mod else None
    mod = next((m for m in ("start", "mid", "end") for w in words if w in _BOUNDS[m]), None)
    return "MOD", {"k": "mod", "m": mod, "with": "point"}, None


_BY_NAME = (
    iso,
    slash,
    days,
    rel_month,
    the_nth,
    weekday,
    set_weekday,
    today,
    day_after,
    daypart,
    next_daypart,
    clock,
    noon,
)
_BY_NAME += (
    year,
    years,
    era,
    buddhist,
    decade,
    century,
    quarter,
    half,
    first_n,
    nth_unit,
    season,
    rel_unit,
    past_n,
    vague,
)
_BY_NAME += (
    vague_adjective,
    ago,
    year_ago,
    earlier,
    same_period,
    the_period,
    unit_end,
    weekend,
    duration,
    duration_range,
)
_BY_NAME += (half_duration, vague_duration, set_every, set_adverb, set_per, holiday, modifier)
BUILDERS: dict[str, Callable[[Match], Built | None]] = {"date": whole_date} | {f.__name__: f for f in _BY_NAME}
