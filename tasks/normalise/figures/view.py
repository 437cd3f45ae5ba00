"""View: one text as the stages look at it: its words before and behind a place, and what was already read there.

In     a text                                             from tasks.normalise.figures.find
Out    short pieces of it in lower case; cues and counted nouns, each read once a place     to   all stages
"""

from __future__ import annotations

import re
from functools import cached_property

from tasks.normalise.currencies import Evidence, Unit
from tasks.normalise.figures.cues import Cues, cues_before
from tasks.normalise.figures.nouns import Noun, noun_behind
from tasks.normalise.numbers import lower

REACH = 24  # characters before a number in which its last word is looked for
_MARKS = re.compile(r"[\"“”()\[\],;:!?\s]")


def last_words(pattern: str) -> frozenset[str]:
    """Every word that stands in a pattern, in lower case: what may be its last one is among them."""
    found = re.findall(r"(?<!\\)([A-Za-z]+)(\??)", pattern)
    return frozenset(form.lower() for word, may in found for form in (word, word[:-1] if may else word) if form)


class View:
    """A text, the same in lower case code point for code point, and what is remembered of its places."""

    def __init__(self, text: str):
        self.text = text
        self.low = lower(text)
        self._words: dict[int, str] = {}
        self._cues: dict[int, Cues] = {}
        self._nouns: dict[tuple[int, bool], Noun | None] = {}

    @cached_property
    def evidence(self) -> Evidence:
        """Whose money the text speaks of."""
        return Evidence(self.low)

    def before(self, position: int, n: int) -> str:
        """At most `n` characters in lower case that end at `position`.

        >>> View("Over 40 boats").before(5, 3), View("Over 40 boats").after(7, 4)
        ('er ', ' boa')
        """
        return self.low[max(0, position - n) : position]

    def after(self, position: int, n: int) -> str:
        """At most `n` characters in lower case that begin at `position`."""
        return self.low[position : position + n]

    def word_before(self, position: int) -> str:
        """The word that ends at `position`, white space aside, as it is written; "" where none stands there."""
        word = self._words.get(position)
        if word is None:
            words = self.text[max(0, position - REACH) : position].rsplit(None, 1)
            word = words[-1] if words else ""
            word = self._words[position] = word if word.isalpha() else _MARKS.split(word)[-1]
        return word

    def cues(self, position: int) -> Cues:
        """What the words before a number say of its bound and its change."""
        if position not in self._cues:
            self._cues[position] = cues_before(self.low, position)
        return self._cues[position]

    def noun(self, position: int, value: float | None) -> Noun | None:
        """What a number that ends at `position` counts."""
        key = (position, value == 1)
        if key not in self._nouns:
            self._nouns[key] = noun_behind(self.text, self.low, position, value)
        return self._nouns[key]

    def evidence_takes(self, unit: Unit, sign: str, is_touching: bool, is_amount: bool) -> bool:
        """Whether letters beside a number are a sign of money here (`Evidence.takes`)."""
        return self.evidence.takes(unit, sign, is_touching, is_amount)
