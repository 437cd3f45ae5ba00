"""Scales: whether the letter right behind digits is a scale ("35m users") or a unit ("a wall 35m long").

In     a number with such a letter                        from tasks.normalise.figures.read
Out    whether the letter multiplies                      to   tasks.normalise.figures.read

An m is a million, a b a billion and a k a thousand unless a row of rules/figures_scales.toml says what else it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tasks.normalise.figures.view import View
from tasks.normalise.numbers import Number, find_numbers
from tasks.rules import Row, load

REACH = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRow(Row):
    """What makes a letter behind digits a unit or part of a name: a pattern before the number or behind the letter."""

    letters: str
    side: Literal["before", "behind"]
    pattern: re.Pattern[str]
    article: bool = False  # an article before the number, and no plural behind the letter

    def reading(self, text: str) -> bool:
        """Whether the row takes the letter of a number of the text for no scale."""
        low = text.lower()
        if self.article:
            view = View(text)
            return any(_is_attribute(view, number) for number in find_numbers(view.low) if number.weak_end)
        numbers = [n for n in find_numbers(low) if n.weak_end and low[n.weak_end - 1] in self.letters]
        if self.side == "behind":
            return any(self.pattern.match(low, number.weak_end) for number in numbers)
        return any(self.pattern.search(low[max(0, number.start - REACH) : number.start]) for number in numbers)


_ROWS = load("figures_scales", ScaleRow)
_NEVER = "(?!)"


def _any(side: str, letter: str) -> re.Pattern[str]:
    patterns = [row.pattern.pattern for row in _ROWS if row.side == side and letter in row.letters and not row.article]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or _NEVER)


_BEFORE = {letter: _any("before", letter) for letter in "mbkt"}
_BEHIND = {letter: _any("behind", letter) for letter in "mbkt"}
_ATTRIBUTE = next(row.pattern for row in _ROWS if row.article)
_ARTICLE = re.compile(r"(?<![a-z])(?:an?|the|his|her|its|their) $")
MANY_METRES = 1000  # from here on whole numbers with an m are metres: nobody writes a thousand millions so
_LENGTH_NEAR = re.compile(
    r"\d ?(?:km|cm|mm|metres?|meters?|kilomet(?:re|er)s?|feet|ft|miles?|yards?|t|tonnes|kg|kw|hp|mph|rpm)(?![a-z])"
)
_UNITS_FIRST = frozenset("t")  # tonnes; trillions are written tn or trn


def is_scale(view: View, number: Number) -> bool:
    """Whether the letter behind the number is its scale."""
    letter = view.low[number.weak_end - 1]
    if view.low.endswith("mil", number.start, number.weak_end):
        return True
    if letter not in _BEFORE:
        return False
    is_upper = view.text[number.weak_end - 1].isupper()
    if letter in _UNITS_FIRST:
        return False
    if is_upper and letter in "mb":
        return True
    if letter == "m" and number.mantissa % 1 == 0 and (number.mantissa >= MANY_METRES or _is_attribute(view, number)):
        return False
    if _BEHIND[letter].match(view.low, number.weak_end) or _BEFORE[letter].search(view.before(number.start, REACH)):
        return False
    return not (letter == "m" and number.mantissa % 1 == 0 and _is_among_lengths(view, number))


def _is_attribute(view: View, number: Number) -> bool:
    """Whether a number and its m stand before a thing whose size they are: "a 60m pool"."""
    if not _ATTRIBUTE.match(view.low, number.weak_end) or not _ARTICLE.search(view.before(number.start, 6)):
        return False
    return view.noun(number.weak_end, None) is None


def _is_among_lengths(view: View, number: Number) -> bool:
    """Whether other lengths stand close by, and nothing that is counted behind the number."""
    if view.noun(number.weak_end, None):
        return False
    return bool(
        _LENGTH_NEAR.search(view.before(number.start, REACH)) or _LENGTH_NEAR.search(view.after(number.weak_end, REACH))
    )
