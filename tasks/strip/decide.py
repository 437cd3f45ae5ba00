"""Which lines are not the article's: the odds of every line, and what a wrong cut costs against a wrong line left.

In     the looks of a text's lines, which lines repeat on the site, `caution`
Out    a `Judgement`: odds of every line, and the lines that should go

A lost character of the article costs as much as `caution` characters of something else that stay. A line goes where
the odds that it is something else are higher than that cost, and its neighbours pay for the change of sides.
A text of which nothing would be left keeps everything: then the model has not understood it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from tasks.strip.features import describe
from tasks.strip.line_model import UNIT, heaviest, log_odds
from tasks.strip.views import Look

RULE = "line_model"
CAUTION = 4.0
# Of a whole page most lines are not the article's; a shorter text is an article with something around it.
PAGE_CAUTION, PAGE_LINES = 1.4, 140
# A change of sides costs so much, in logs of odds: one doubtful line between two of the other side goes with them.
CHANGE = 0.3
# Prose: a line of so many words is some paragraph, and goes only on odds so much higher (log).
PROSE_WORDS, PROSE_CAUTION = 20, 0.7


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the line model says of a text's lines."""

    numbers: np.ndarray  # float32, shape (n_lines, n_features)
    odds: np.ndarray  # float64, shape (n_lines,): logs of the odds that a line is something else
    goes: tuple[bool, ...]

    def score(self, line: int) -> float:
        """How likely the line is something else, 0…1."""
        return round(1 / (1 + math.exp(-min(30.0, max(-30.0, float(self.odds[line]))))), 2)

    def detail(self, line: int) -> str:
        """The three features that weighed most."""
        return ", ".join(heaviest(self.numbers[line]))


def caution_for(n_lines: int, is_page: bool) -> float:
    """What a lost character costs in a text of so many lines."""
    return PAGE_CAUTION if is_page and n_lines >= PAGE_LINES else CAUTION


def judge(looks: Sequence[Look], repeated: Set[int] = frozenset(), caution: float = CAUTION) -> Judgement:
    """Say of every line whether it should go.

    Args:
        looks: of the text's lines, in order; at least one.
        repeated: positions of lines that repeat on the site.
        caution: how many characters left in weigh as much as one that is lost; above 0.
    """
    numbers = describe(looks, repeated)
    odds = log_odds(numbers) / UNIT
    extra = np.array([PROSE_CAUTION if look.words >= PROSE_WORDS else 0.0 for look in looks])
    goes = cheapest_sides(odds - math.log(caution) - extra, CHANGE)
    return Judgement(numbers, odds, tuple(goes) if not all(goes) else (False,) * len(goes))


def cheapest_sides(scores: Sequence[float] | np.ndarray, change: float) -> list[bool]:
    """For each line whether it goes: the sides with the highest total, a change of sides costing `change`.

    >>> cheapest_sides([-2.0, 3.0, -0.1, 3.0], change=1.0)
    [False, True, True, True]
    """
    stay, go = 0.0, 0.0
    came: list[tuple[bool, bool]] = []
    for score in np.asarray(scores).tolist():
        came.append((go - change > stay, go >= stay - change))
        stay, go = max(stay, go - change), max(go, stay - change) + score
    found, goes = [], go > stay
    for went_when_stays, went_when_goes in reversed(came):
        found.append(goes)
        goes = went_when_goes if goes else went_when_stays
    return found[::-1]
