"""Guards: numbers that are no figures, by what they touch and what stands around them.

In     a text, a number in it                             from tasks.normalise.figures
Out    whether it is part of a name, a code, a date, an idiom, a list's numbering

Two guards: `is_code` holds whatever unit follows ("10+3", "G20"); `is_name` is asked only for numbers without a unit of
measure or money ("Flight 261", "in 2019", "one by one"). Words: rules/figures_guard.toml.
"""

from __future__ import annotations

import re

from tasks.normalise.numbers import Number
from tasks.rules import read_toml

_TABLE = read_toml("figures_guard")
_NAME_WORDS = frozenset(_TABLE["name_words"]["words"].split())
_EXEMPT = frozenset(_TABLE["name_words"]["exempt"].split())  # ordinary words: names only when capitalised
_IDIOMS = tuple(sorted(_TABLE["idioms"]["phrases"], key=len, reverse=True))
_IDIOM_WORDS = frozenset(re.split(r"[ '-]", phrase)[0] for phrase in _IDIOMS)
_IDIOM = re.compile(rf"(?:{'|'.join(map(re.escape, _IDIOMS))})(?![a-z])")
_BEFORE_ONE = frozenset(_TABLE["idioms"]["before"])
_MONTHS = frozenset(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
_DATE_LEADS = frozenset(
    "in since by until till from before after during of for through year and to between mid late early".split()
)
_WORD_BEFORE = re.compile(r"([^\s\"“”()\[\],;:!?]+)[\s\u00a0]*$")
_WORD_BEHIND = re.compile(r"[ \u00a0]?([a-z]+(?:\.m\.?)?)")
_CLOCK = frozenset({"am", "pm", "a.m", "p.m", "a.m.", "p.m.", "gmt", "utc", "o"})
_ORDINAL = re.compile(r"(?:st|nd|rd|th|s)(?![a-z])")


def is_code(text: str, number: Number, glued: bool, has_unit: bool) -> bool:
    """Whether a number is part of a code by the characters that touch it.

    `glued`: a currency touches its left side. `has_unit`: its right side is a unit or a scale.
    """
    start, end = number.start, number.end
    before = text[start - 1] if start else " "
    two = text[start - 2] if start > 1 else " "
    after, next_ = text[end : end + 1], text[end + 1 : end + 2]
    if not glued and (
        before.isalnum() or before in "_#@§№" or (before in "-–—/+.:'’&" and (two.isalpha() or before in "+:"))
    ):
        return not (before in "-–—" and text[max(0, start - 6) : start - 1].lower().endswith(("minus", " a")))
    if before in "+./:" and two.isdigit():
        return True
    if after and after in "+:/" and next_.isdigit():
        return True
    if after == "." and next_.isdigit():
        return True
    if has_unit:
        return False
    return bool(after) and (
        after.isalpha() or after == "_" or (after in "-–" and next_.isupper() and not text[end + 2 : end + 3].islower())
    )


def is_numbering(text: str, number: Number) -> bool:
    """Whether a number opens a line as the numbering of a list: "1. Wash the rice"."""
    line = text.rfind("\n", 0, number.start) + 1
    head = text[line : number.start].strip(" \t(")
    return not head and text[number.end : number.end + 2] in (". ", ") ", ".\t", ")\t") and number.value < 100


def is_name(text: str, low: str, number: Number, noun: str | None) -> bool:
    """Whether a number without a unit is part of a name, a date or an idiom; `noun` is what it would count."""
    start, end = number.start, number.end
    if number.form == "words" and _is_idiom(low, number):
        return True
    before = _WORD_BEFORE.search(text, max(0, start - 24), start)
    if before and _is_name_word(before[1]):
        return True
    if looks_like_date(text, low, number, noun, before[1].lower() if before else ""):
        return True
    if number.form == "words" and text[start].isupper() and not opens_sentence(text, start):
        return True  # the Five Towns
    capital = bool(before) and before[1][0].isupper() and not before[1].isupper()  # type: ignore[index]
    if noun is None and before and _touches(before, start, text) and (capital or before[1].isupper()):
        return not number.grouped and not opens_sentence(text, before.start())
    return in_short_quotes(text, start, end)


def _touches(before: re.Match[str], start: int, text: str) -> bool:
    return before.end() == start and text[before.end(1) : start] == " "


def _is_name_word(word: str) -> bool:
    lower = word.lower()
    if lower not in _NAME_WORDS:
        return False
    return word[0].isupper() or lower not in _EXEMPT


def _is_idiom(low: str, number: Number) -> bool:
    first = low[number.start : number.end].split("-")[0].split(" ")[0]
    if first in _IDIOM_WORDS and _IDIOM.match(low, number.start):
        return True
    if number.value == 1 and low[number.start : number.end] == "one":
        before = low[max(0, number.start - 16) : number.start].split()
        return bool(before) and before[-1].strip("\"“'‘(") in _BEFORE_ONE
    return False


def looks_like_date(text: str, low: str, number: Number, noun: str | None, before: str) -> bool:
    """The light guard against dates: month names, clock times, decades, ordinals, years.

    A four-digit number is a year unless it counts a plural without "in", "since" and the like before it.
    """
    if number.form != "digits":
        return False
    if _ORDINAL.match(low, number.end):
        return True
    behind = _WORD_BEHIND.match(low, number.end)
    if behind and (behind[1] in _CLOCK or (behind[1] in _MONTHS and number.value <= 31)):
        return True
    if before.rstrip(".") in _MONTHS and (number.value <= 31 or 1000 <= number.value < 2200):
        return True
    if not number.grouped and 1000 <= number.value < 2200 and number.end - number.start == 4:
        return noun is None or before in _DATE_LEADS
    return False


def opens_sentence(text: str, start: int) -> bool:
    """Whether position `start` is where a sentence begins."""
    head = text[max(0, start - 4) : start].rstrip(" \u00a0\t\"“‘'(")
    return not head or head[-1] in ".!?\n:;•–—" or "\n" in text[max(0, start - 3) : start]


def in_short_quotes(text: str, start: int, end: int) -> bool:
    """Whether a span stands inside a quotation of at most six words: a slogan or a name, not speech."""
    for opening, closing in (('"', '"'), ("“", "”"), ("‘", "’"), ("'", "'"), ("”", "”")):
        left = text.rfind(opening, max(0, start - 50), start)
        if left < 0 or (opening == "'" and left and text[left - 1].isalnum()):
            continue
        right = text.find(closing, end, end + 50)
        inner = text[left + 1 : right] if right > 0 else ""
        if not inner or closing in text[left + 1 : start] or "\n" in inner:
            continue
        if len(inner.split()) <= 6 and inner[-1] not in ".,!?":
            return True
    return False


def counts_by_hyphen(low: str, end: int) -> tuple[str, int] | None:
    """The noun of "a 12-member panel" behind position `end`, and where it ends."""
    match = _COMPOUND.match(low, end)
    return (match[1], match.end()) if match else None


_COMPOUND = re.compile(rf"-({'|'.join(_TABLE['compounds']['words'].split())})(?![a-z])")
