"""Words for small numbers, tens, hundred, thousand and million.

In     `rules/language_numbers.toml`
Out    sets of words in lower case, by language or of all languages

Values are the business of `tasks.normalise.numbers`, which reads English only; here a word only counts as one that
says a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tasks.rules import Row, load

MIN_LETTERS = 3  # of a word that counts in every language; shorter ones are other words elsewhere (`un`, `do`)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberWords(Row):
    """The words of one language (ISO 639-1)."""

    language: str
    words: frozenset[str]

    def reading(self, text: str) -> bool:
        """Whether the text is one of the words."""
        return text in self.words


@cache
def number_words(language: str | None = None) -> frozenset[str]:
    """Words that say a number in a language (ISO 639-1); of all languages, those of three letters and more.

    >>> "seven" in number_words("en"), "sieben" in number_words(), "un" in number_words()
    (True, True, False)
    """
    rows = load("language_numbers", NumberWords)
    if language is not None:
        return frozenset().union(*(row.words for row in rows if row.language == language))
    return frozenset(word for row in rows for word in row.words if len(word) >= MIN_LETTERS)
