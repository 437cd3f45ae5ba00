"""View: one text as the stages look at it: its words before and behind a place, and what was already read there.

In     a text                                             from tasks.normalise.figures.find
Out    short pieces of it in lower case; cues and counted nouns, each read once a place     to   all stages
"""

from __future__ import annotations

from functools import cached_property

from tasks.normalise.currencies import Evidence, Unit
from tasks.normalise.figures.cues import Cues, cues_before
from tasks.normalise.figures.nouns import Noun, noun_behind
from tasks.normalise.numbers import lower


class View:
    """A text, the same in lower case code point for code point, and what is remembered of its places."""

    def __init__(self, text: str):
        self.text = text
        self.low = lower(text)
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
