"""The words and patterns of date lines, built from tasks/rules/dates_lines.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tasks.rules import read_toml

TABLE: dict[str, Any] = read_toml("dates_lines")
EDGES = " \t\xa0\u3000|·•–—-[]()（）【】<>,;:：*#▪●◆▶★☆▲»«›‹/_~"


def words_of(section: str) -> list[str]:
    """All words of a section's lists, longest first."""
    words = {w for rows in TABLE[section].values() if isinstance(rows, list) for w in rows}
    return sorted(words, key=lambda w: (-len(w), w))


def numbered(section: str) -> dict[str, int]:
    """name -> 1-based number, for months and weekdays of every language."""
    numbers: dict[str, int] = {}
    for names in TABLE[section].values():
        if isinstance(names, list):
            for number, alternatives in enumerate(names, 1):
                for name in alternatives.split("|"):
                    numbers.setdefault(name.casefold(), number)
    return numbers


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, longest first; blanks in a word stand for any run of blanks."""
    longest_first = sorted(words, key=lambda w: (-len(w), w))
    return "|".join(re.escape(w).replace(r"\ ", r"[ \xa0_]{1,3}") for w in longest_first)


def whole_word(word: str) -> str:
    """A pattern for a word that is not part of a longer one; signs and unspaced scripts have no such edges."""
    before = r"(?<!\w)" if word[0].isalpha() and word.isascii() else ""
    after = r"(?!\w)" if word[-1].isalpha() and word.isascii() else ""
    return before + re.escape(word) + after


MONTHS = numbered("months")
WEEKDAYS = numbered("weekdays")
ZONES: dict[str, int] = TABLE["zones"]["offsets"]
UNSETTLED: list[str] = TABLE["zones"]["unsettled"]
MONTH = rf"(?:{any_of(MONTHS)})(?!\w)"
WEEKDAY = rf"(?:{any_of(w for w in WEEKDAYS if len(w) > 1)})(?![^\W\d_])"
SEPARATOR = r"[\s,\-|·•–—/]"
