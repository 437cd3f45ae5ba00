"""Which lines are not the article's: the odds of every line, and what a wrong cut costs against a wrong line left.

In     the looks of a text's lines, which lines repeat on the site, `caution`
Out    a `Judgement`: odds of every line, and the lines that should go

A lost character of the article costs as much as `caution` characters of something else that stay. A line goes where
the odds that it is something else are higher than that cost, and its neighbours pay for the change of sides.
A text of which nothing would be left keeps everything: then the model has not understood it. Rules that cut ask the
model too: where it is sure that a line is the article's, the line stays, whatever its form.
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
PAGE_CAUTION, PAGE_LINES = 1.7, 140
# A change of sides costs so much, in logs of odds: one doubtful line between two of the other side goes with them.
CHANGE = 0.3
# Prose: a line of so many words is some paragraph, and goes only on odds so much higher (log).
PROSE_WORDS, PROSE_CAUTION = 20, 0.7
# Where all that would go wins less than this (logs of odds), the text may be clean: more caution (log) is asked for.
LEAST_GAIN, CLEAN_CAUTION = 3.0, 1.0
# A short line without a stop that fits no rule, with paragraphs above and right below it, is a heading of theirs.
HEADING_WORDS, HEADING_CAUTION = 6, 1.5
# A rule's cut needs the line model's consent: logs of odds that a line must have, by the first part of the rule's id.
# Chosen on sites that the trees had not seen (bench/strip_folds.py): a rule asks for more, the more of what it cuts is
# the article's.
CONSENT = {
    "line_model": -100.0,
    "title": -100.0,  # a headline may be the article's line and the field's
    "tail": -100.0,  # a tail is asked for as a whole: LEAST_OF_TAIL
    "list": 0.0,
    "page": -100.0,
    "header.above_title": -100.0,
    "caption.above_credit": -1.0,
    "more": -1.0,
    "note": -4.5,
    "caption.position": 0.0,
}
OTHERWISE = -4.0
# Of the lines of a tail that the rules of the tail room find, on average, by its sign.
LEAST_OF_TAIL = {
    "tail.doubled_headline": -2.0,
    "tail.piped_headlines": -3.0,
    "tail.label": 0.0,
    "tail.headlines_to_the_end": 0.3,
    "tail.broken_off": 0.3,
    "tail.foreign_cut": 1.0,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the line model says of a text's lines."""

    numbers: np.ndarray  # float32, shape (n_lines, n_features)
    odds: np.ndarray  # float64, shape (n_lines,): logs of the odds that a line is something else
    goes: tuple[bool, ...]

    def consents(self, line: int, rule: str) -> bool:
        """Whether a rule may cut the line: the model is not too sure that it is the article's."""
        return bool(self.odds[line] >= CONSENT.get(rule, CONSENT.get(rule.partition(".")[0], OTHERWISE)))

    def consents_to_tail(self, lines: Sequence[int], rule: str) -> bool:
        """Whether these lines together may go as the text's tail."""
        return bool(self.odds[list(lines)].mean() >= LEAST_OF_TAIL[rule])

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
    scores = odds - math.log(caution) - _more_caution(looks)
    goes = cheapest_sides(scores, CHANGE)
    if scores[np.array(goes)].sum() < LEAST_GAIN:
        goes = cheapest_sides(scores - CLEAN_CAUTION, CHANGE)
    return Judgement(numbers, odds, tuple(goes) if not all(goes) else (False,) * len(goes))


def _more_caution(looks: Sequence[Look]) -> np.ndarray:
    """What is asked of each line beyond `caution`, in logs: of paragraphs, and of headings and items between them."""
    more = np.array([PROSE_CAUTION if look.words >= PROSE_WORDS else 0.0 for look in looks])
    is_own = np.array([look.is_prose for look in looks])
    for i, look in enumerate(looks[1:-1], 1):
        if look.kind == "heading" and look.role == "none" and look.words <= HEADING_WORDS and _near(is_own, i):
            more[i] = HEADING_CAUTION
    return more


def _near(is_own: np.ndarray, i: int) -> bool:
    return bool(is_own[i + 1] and is_own[max(0, i - 2) : i].any())


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
