"""Builders of times counted from another: from the day of writing, or from what was spoken of last.

In     a Match
Out    (type, expr, mod), or None
"""

from __future__ import annotations

import re

from tasks.normalise.dates.lexer import Token
from tasks.normalise.dates.match import VAGUE, Built, Match, amount_of, by_name, dated, is_title
from tasks.normalise.dates.records import Expr
from tasks.normalise.dates.words import CONTEXT, VALUES

# ------------------------------------------------------------------ counted from now


def rel_unit(match: Match) -> Built | None:
    """Last year, this week, the past month (a length), the previous day (of the one spoken of)."""
    unit, side = match.first("unit"), match.side
    words = match.words
    if (len(words) > 1 and is_title(match)) or (words[-1] == "day" and "this" in words):
        return None  # "this day" is the one told of, or any
    if "past" in words and unit == "weekend":
        return dated({"k": "unit", "u": unit, "n": -1})
    lately = "the" in words and "last" in words and match.previous_word().lower() in CONTEXT["length_before"]
    if (
        lately and unit in ("week", "month", "year") and len(words) == 3
    ):  # over the last year: the twelve months up to now
        return "DURATION", {"k": "past", "u": unit, "n": -1}, None
    if "past" in words:
        if unit in ("year", "month", "week", "decade", "century", "quarter", "day"):
            return "DURATION", {"k": "past", "u": unit, "n": -1}, None
        return None
    if side == 1 and unit in ("decade", "century") and "the" in words:  # ten years from now, or from then
        kind = {"k": "length", "n": 1} if match.is_told else {"k": "past", "n": 1}
        return "DURATION", kind | {"u": unit}, None
    if side == 1 and unit == "day" and "the" in words and match.previous_word().lower() in ("over", "within", "for"):
        return "DURATION", {"k": "length", "u": "day", "n": 1}, None
    if side == 1 and unit == "day":
        return dated({"k": "earlier", "u": "day", "n": 1})
    if side and match.is_told:
        return dated({"k": "earlier", "u": unit, "n": side, "whole_unit": True})
    if "the" in words and "last" in words and unit in ("decade", "century"):
        return dated({"k": "unit", "u": unit, "n": -1})
    expr: Expr = {"k": "unit", "u": unit, "n": side}
    return dated(expr | {"the": True} if side == 1 and words[0] == "the" else expr)


def unit_before_last(match: Match) -> Built | None:
    """The week before last, the month after next."""
    return dated({"k": "unit", "u": match.first("unit"), "n": -2 if "before" in match.words else 2})


def past_n(match: Match) -> Built | None:
    """The past ten years, the next few weeks."""
    unit = match.first("units", "unit")
    amount = amount_of(match)
    if match.words[0] == "last" and match.previous_word().lower() in CONTEXT["last_is_a_verb"]:
        return None  # expected to last 8 months
    if amount is None:
        return "DURATION", {"k": "vague", "u": unit}, None
    return "DURATION", {"k": "past", "u": unit, "n": amount * (1 if match.first("next") else -1)}, None


def recent_units(match: Match) -> Built | None:
    """Recent weeks are a length without a number; recent years are a time."""
    unit = match.first("units")
    if match.words[-1] in ("ahead", "come"):
        return "DURATION", {"k": "vague", "u": unit}, None
    kind = "DURATION" if unit in ("day", "week", "month") else "DATE"
    return kind, {"k": "vague", "u": unit} if kind == "DURATION" else dict(VAGUE), None


def vague(match: Match) -> Built | None:
    """Now, recently, in the past."""
    if match.words == ["a", "while"] and match.text_before.lower().endswith("once in "):
        return None
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
    """Current and recent before a noun."""
    after = match.next_word()
    if not after[:1].isalpha() or after.lower() in CONTEXT["no_adjective_behind"]:
        return None
    return "DATE", dict(VAGUE), None


def _is_noun_ahead(match: Match) -> bool:
    """Whether a word follows that `past` or `present` would describe: the present government."""
    after = match.next_word()
    if match.words[-1] == "future" or not after[:1].isalpha():
        return False
    return after.lower() not in CONTEXT["after_the_past"]


def ago(match: Match) -> Built | None:
    """Ten years ago; "a year ago" is what reports compare with."""
    unit = match.first("units", "unit")
    if match.tokens[0].letter in "123456":
        return None
    if match.words[:2] == ["a", "year"]:
        return dated({"k": "year_ago", "u": "year"})
    amount = amount_of(match) if len(match.numbers("denyzw")) < 2 else None
    if unit in ("decade", "century") and amount is not None:  # a decade ago is a year about then, not the decade before
        unit, amount = "year", amount * (10 if unit == "decade" else 100)
    if amount is None or amount > 10000:
        return "DATE", dict(VAGUE), None
    return dated({"k": "ago", "u": unit, "n": -amount})


def compound_ago(match: Match) -> Built | None:
    """1 month and 2 days ago."""
    coarse, *_ = match.of_class("unit") or match.of_class("units")
    fine = match.of_class("units")[-1]
    numbers = match.numbers("denyzw")
    first, last = (numbers[0] if len(numbers) > 1 else 1), numbers[-1]
    if coarse == fine or first > 1000 or last > 1000:
        return None
    return dated({"k": "ago", "u": fine, "n": -last, "more": [-first, coarse]})


def year_ago(match: Match) -> Built | None:
    """The year-earlier quarter."""
    if units := match.first("units"):
        return "DURATION", {"k": "length", "u": units, "n": match.numbers("denyzw")[0]}, None
    expr: Expr = {"k": "year_ago", "u": match.first("unit")}
    if numbers := match.numbers("1234"):
        expr["q"] = int(numbers[0])
    if "quarter" in match.words:
        expr["base"] = "quarter"
    return dated(expr)


def earlier(match: Match) -> Built | None:
    """Two days later, a year earlier, three weeks from now."""
    unit = match.first("units", "unit")
    amount = amount_of(match)
    words = match.words
    if words[-1] in ("before", "after") and match.next_word()[:1].isalnum():
        return None  # a week before the vote: a length, and the vote is no date
    if amount is None or amount > 10000:
        return "DURATION", {"k": "vague", "u": unit}, None
    if unit in ("hour", "minute", "second"):  # 30 minutes later: how long is known, the time is not
        return "DURATION", {"k": "length", "u": unit, "n": amount}, None
    if unit in ("decade", "century"):  # a decade later is a year about then
        unit, amount = "year", amount * (10 if unit == "decade" else 100)
    if match.next_word() == "than" and words[-1] in ("earlier", "later"):  # a month earlier than usual
        return "DURATION", {"k": "length", "u": unit, "n": amount}, None
    if words[-2:] == ["from", "today"]:
        return dated({"k": "ago", "u": unit, "n": amount, "exact": True})
    if words[-2:] == ["from", "now"] or words[-1] == "hence":
        return dated({"k": "ago", "u": unit, "n": amount})
    back = words[-1] in ("earlier", "before", "previously")
    if back and amount == 1 and unit == "year" and words[0] in ("a", "one"):
        return dated({"k": "year_ago", "u": unit})
    return dated({"k": "earlier", "u": unit, "n": -amount if back else amount})


def unit_beside(match: Match) -> Built | None:
    """The week before the vote: which week that was is not in the words."""
    after = match.next_word()
    if not after[:1].isalpha() or after in ("last", "next", "yesterday", "tomorrow") or match.is_part_before():
        return None  # the week before last; later in the day before she left
    return "DATE", dict(VAGUE), None


def same_period(match: Match) -> Built | None:
    """The same period last year, the latest quarter."""
    words = match.words
    if "latest" in words and words[-1] not in ("period", "quarter", "year", "half", "month"):
        return None
    if words[-1] == "time" or words == ["that", "half"]:
        return None
    if words[-1] == "month" and match.year is None and match.first("last") is None:
        return dated({"k": "prev", "u": "month", "that": True})
    expr: Expr = {"k": "same"}
    if "quarter" in words:
        expr["u"] = "quarter"
    if match.year is not None:
        expr["y"] = match.year
    elif "last" in words or "previous" in words or "ago" in words or "earlier" in words or "year-ago" in words:
        expr["back"] = 1
    return dated(expr)


def the_period(match: Match) -> Built | None:
    """The quarter, that year, the 1989 period."""
    unit = match.first("unit") or "year"
    if is_title(match) or match.text.startswith("-to-", match.tokens[-1].end):
        return None  # quarter-to-quarter
    if unit == "year" and (match.next_word() in ("ended", "ending") or _TO_A_MONTH.match(match.text_behind)):
        return "DURATION", {"k": "length", "u": "year", "n": 1}, None  # of the books: no calendar year
    if unit == "quarter" and match.next_word() in ("ended", "ending") and match.year is None:
        return dated({"k": "unit", "u": "quarter", "n": -1})
    bare = match.words[0] == "the" and len(match.words) == 2
    if bare and unit == "day" and match.text_before.lower().endswith("at the end of "):
        return None  # an idiom more often than an evening
    if bare and unit in ("day", "decade", "month", "century") and not match.is_part_before():
        return None
    if "latest" in match.words and unit == "year":  # the last that has ended
        return dated({"k": "unit", "u": "year", "n": -1})
    expr: Expr = {"k": "prev", "u": unit}
    if match.words[0] in ("that", "same"):
        expr["that"] = True
    if match.year is not None:
        expr["y"] = match.year
    if match.words[-1] == "period":
        expr["u"] = "period"
    if numbers := match.numbers("1234"):
        return dated({"k": "quarter", "n": int(numbers[0]), "y": match.year})
    return dated(expr)


_MONTHS = "|".join(sorted(VALUES["month"], key=len, reverse=True))
_TO_A_MONTH = re.compile(rf"\s+(?:to|through)\s+(?:the\s+end\s+of\s+|end[- ])?(?:\d\d?\s+)?(?i:{_MONTHS})\b")


def current_fiscal(match: Match) -> Built | None:
    """The current fiscal, the last fiscal: a year of the books, which counts as the calendar's."""
    return dated({"k": "unit", "u": "year", "n": match.side})


def unit_end(match: Match) -> Built | None:
    """Year-end, month-end."""
    return "DATE", {"k": "unit_end", "u": match.first("unit")}, "end"


def mid_unit(match: Match) -> Built | None:
    """Midyear, mid-month."""
    unit = match.first("unit") or "year"
    if unit == "century" and match.previous_word().lower() not in CONTEXT["before_mid_century"]:
        return None  # a mid-century sofa
    return "DATE", {"k": "prev", "u": unit}, "mid"


def weekend(_match: Match) -> Built | None:
    """The weekend."""
    return dated({"k": "weekend"})


BUILDERS = by_name(
    rel_unit, unit_before_last, past_n, recent_units, vague, vague_adjective, ago, year_ago, earlier, unit_beside
) | by_name(compound_ago, current_fiscal, same_period, the_period, unit_end, mid_unit, weekend)
