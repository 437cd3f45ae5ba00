"""Builders of lengths, recurrences, holidays, and of the modifiers that are joined to what follows.

In     a Match
Out    (type, expr, mod), or None
"""

from __future__ import annotations

import re

from tasks.normalise.dates.match import NO_DATE, Built, Match, Several, amount_of, by_name, dated
from tasks.normalise.dates.records import Expr
from tasks.normalise.dates.words import CONTEXT, VALUES

_HOLIDAY_NAME = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Miss|Sir|Lord|Lady)\.?\s+$")
_MANY = re.compile(r"\b(?:hundreds|thousands|dozens|tens|scores|a number)\s+of\s+$", re.IGNORECASE)
# Ages 6 months and up, aged 5 years to 11 years.
_AGE = re.compile(
    r"\bage[sd]?\s+(?:of\s+)?(?:\d+\s*(?:years|months|weeks)?\s*(?:to|-|–|and|or|through)\s*)?$", re.IGNORECASE
)
_WAR = re.compile(r"['’]?\s+War\b")  # the Thirty Years' War

# ------------------------------------------------------------------ lengths and recurrences


def duration(match: Match) -> Built | None:
    """A number of units; ages and shares are none."""
    unit = match.first("units", "unit")
    if unit == "quarter" and match.words[-1] == "quarters" and amount_of(match) == 3:
        return None  # three-quarters of the house
    if match.tokens[0].letter == "y" and match.words[-1] in VALUES["unit"] and "-" not in match.words:
        return None  # the 1996 calendar year, the 2023 season
    if _AGE.search(match.text_before) or _WAR.match(match.text, match.tokens[-1].end):
        return None
    if match.text_of == "one day" and match.next_word() in ("last", "this", "next"):
        return None  # one day last week
    if match.text_of == "one day" and match.previous_word().lower() in CONTEXT["one_day_behind"]:
        return "DATE", {"k": "vague"}, None
    if match.words[:2] == ["a", "quarter"]:
        return "DURATION", {"k": "length", "u": "year", "n": 25}, None
    amount = amount_of(match)
    if amount is None:
        return "DURATION", {"k": "vague", "u": unit}, None
    if amount > 10**9:
        return None
    return "DURATION", {"k": "length", "u": unit, "n": amount}, None


def a_unit_told(match: Match) -> Built | None:
    """A week left, a year since, give him a day."""
    before, after = match.previous_word().lower(), match.next_word().lower()
    led = not before.isalnum() or before in CONTEXT["may_lead_a_length"]
    if before in CONTEXT["gives_a_length"] or (led and before != "%" and after in CONTEXT["behind_a_length"]):
        return duration(match)
    return None


def nights(match: Match) -> Built | None:
    """Two nights."""
    return "DURATION", {"k": "length", "u": "day", "n": match.numbers("denyzw")[0]}, None


def duration_range(match: Match) -> Built | None:
    """12 to 18 months: a length without one value."""
    return "DURATION", {"k": "vague", "u": match.first("units", "unit")}, None


def long(match: Match) -> Built | None:
    """Day-long, weeklong."""
    unit = match.first("unit") or match.words[0].removesuffix("long")
    return "DURATION", {"k": "length", "u": unit, "n": 1}, None


def half_duration(match: Match) -> Built | None:
    """Half a year, a half-hour."""
    return "DURATION", {"k": "length", "u": match.first("unit"), "n": 0.5}, None


def vague_duration(match: Match) -> Built | None:
    """Several weeks, a couple of years (two), weeks."""
    if "couple" in match.words:
        return "DURATION", {"k": "length", "u": match.first("units"), "n": 2}, "approx"
    counted = match.before is not None and match.before.letter in "denyzw"
    before = match.previous_word().lower()
    named = match.after is not None and match.after.letter == "y"  # the years 1710 to 1736
    many = before == "of" and bool(_MANY.search(match.text_before))
    described = (
        counted
        or named
        or (before in ("of", "-") and not many)
        or before in ("hour", "hours", "kilowatt", "megawatt", "gigawatt", "watt", "man")
        or before in CONTEXT["millions"]
        or before in VALUES["season_name"]
    )
    if match.rule.id == "duration.bare" and described:
        return None  # hundreds of years; a number that is an age; the winter months
    return "DURATION", {"k": "vague", "u": match.first("units", "unit")}, None


def set_every(match: Match) -> Built | None:
    """Every two weeks, every Monday, every other day."""
    numbers = match.numbers("denyzw123456")
    number = float(numbers[0]) if numbers else 2.0 if "other" in match.words else 1.0
    unit = match.first("unit", "units")
    if unit is None:
        unit = "week" if match.of_class("weekday") else "day" if match.of_class("daypart") else "year"
    return "SET", {"k": "every", "u": unit, "n": number}, None


def set_adverb(match: Match) -> Built | None:
    """Daily, monthly; not the name of a paper."""
    word = match.words[0]
    if word == "quarterly" and (match.next_word()[:1].islower() or match.next_word() == "of"):
        return None  # the reports of a quarter
    if match.text[match.tokens[0].start].isupper() and match.previous_word()[:1].isupper():
        return None  # the name of a paper
    if word == "daily" and match.next_word()[:1].isupper():
        return None
    if match.previous_word().lower() == "average" or match.next_word().lower() in CONTEXT["papers"]:
        return None  # a measure ("average daily volume") or a kind of paper
    return "SET", {"k": "every", "u": match.first("adverb"), "n": 1}, None


def set_per(match: Match) -> Built | None:
    """Twice a week, per day: only behind what is counted."""
    before = match.previous_word().lower()
    if match.words[0] != "per" and not _is_counted(before):
        return None
    return "SET", {"k": "every", "u": match.first("unit"), "n": 1}, None


def set_share(match: Match) -> Built | None:
    """24 hours a day: every day."""
    return "SET", {"k": "every", "u": match.of_class("unit")[-1], "n": 1}, None


def _is_counted(word: str) -> bool:
    """Whether a word is what a rate counts: times, tons, per cent."""
    if word in CONTEXT["no_rate_before"]:
        return False
    return word in CONTEXT["rate_before"] or bool(re.fullmatch(r"[a-z]+[^s\W]s", word))


def holiday(match: Match) -> Built | Several | None:
    """A holiday, written with a capital: last Christmas, Boxing Day, but no Christmas tune."""
    if not match.text[match.tokens[0].start].isupper():
        return None
    expr: Expr = {"k": "holiday", "id": match.rule.row["holiday"]["id"]}
    lead = str(match.before.value) if match.before is not None else ""
    if match.words[-1] in ("week", "weekend"):
        expr["u"] = match.words[-1]
    side = next((VALUES[name][lead] for name in ("last", "this", "next") if lead in VALUES[name]), None)
    if side is not None:
        return dated(expr | {"side": side})
    after = match.next_word()
    capital = after[:1].isupper() and after not in CONTEXT["sentence_words"] and match.text_behind[:1] == " "
    if capital or _HOLIDAY_NAME.search(match.text_before):
        return NO_DATE  # Good Friday Agreement, Mr. Christmas
    describes = len(match.words) == 1 and after[:1].isalpha() and after.lower() not in CONTEXT["behind_holiday"]
    return None if describes else dated(expr)


def modifier(match: Match) -> Built | None:
    """Words that sharpen or blur what follows."""
    words = match.words
    if match.rule.id == "mod.about":
        mod = next((m for m in ("more_than", "less_than", "approx") if " ".join(words) in CONTEXT[m]), None)
        return ("MOD", {"k": "mod", "m": mod, "with": "any" if mod == "approx" else "number"}, None) if mod else None
    if match.rule.id == "mod.units":
        return "MOD", {"k": "mod", "m": "start" if words[1] in ("1", "opening") else "end", "with": "point"}, None
    verb = next((w for w in words if w in CONTEXT["part_or_verb"]), None)
    if verb and not {"the", "of", "-"} & set(words) and match.previous_word().lower() not in CONTEXT["part_led"]:
        return None  # the shops close on Friday, the talks end in May
    mod = next((m for w in words for m, name in _PARTS.items() if w in VALUES[name]), None)
    return "MOD", {"k": "mod", "m": mod, "with": "point"}, None


def daypart_of(_match: Match) -> Built | None:
    """ "The morning of", "dawn on": the day follows."""
    return "MOD", {"k": "mod", "m": None, "with": "day"}, None


_PARTS = {"start": "early", "mid": "mid", "end": "late"}  # mod -> class of words

BUILDERS = by_name(duration, a_unit_told, nights, duration_range, long, half_duration, vague_duration) | by_name(
    set_every, set_adverb, set_per, set_share, holiday, modifier, daypart_of
)
