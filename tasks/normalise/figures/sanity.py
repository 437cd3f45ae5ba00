"""Sanity: figures whose unit or size cannot be meant, by a table of what is plausible for which thing.

In     a text in lower case, a finished candidate, its values     from tasks.normalise.figures
Out    whether it gets the flag `implausible_unit`

A row of rules/figures_plausible.toml says: near these nouns, in this unit, between `least` and `most`. The nouns must
stand in the figure's sentence, at most 60 characters away; no row, no doubt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.normalise.figures.candidate import FigureCandidate
from tasks.normalise.numbers import trie
from tasks.rules import Row, load

REACH = 60

_STOP_LEFT = re.compile(r"[.!?]\s|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlausibleRow(Row):
    """What sizes are plausible of things: in one of `units`, near one of the nouns in `near` (or anywhere)."""

    units: frozenset[str]
    near: frozenset[str] = frozenset()
    least: float = float("-inf")
    most: float = float("inf")

    def reading(self, text: str) -> bool:
        """Whether a figure of the text is flagged, by a unit that the row speaks of."""
        from tasks.normalise.figures.find import find_figures  # the whole of the stages: above this room

        return any(figure.flag == "implausible_unit" and figure.unit in self.units for figure in find_figures(text))


_ROWS: dict[str, list[PlausibleRow]] = {}
_NEAR: dict[str, re.Pattern[str]] = {}
for _row in load("figures_plausible", PlausibleRow):
    if _row.near:
        _NEAR[_row.id] = re.compile(rf"(?<![a-z])(?:{trie(sorted(_row.near))})(?![a-z])")
    for _unit in _row.units:
        _ROWS.setdefault(_unit, []).append(_row)
DOUBTED = frozenset(_ROWS)  # the units that some row speaks of


def is_implausible(low: str, candidate: FigureCandidate, values: tuple[float, float]) -> bool:
    """Whether a figure lies outside what its surroundings allow."""
    code = candidate.unit.code if candidate.unit else None
    doubtful = [row for row in _ROWS.get(code or "", ()) if values[0] < row.least or values[1] > row.most]
    if not doubtful:
        return False
    around = _sentence(low, candidate.start, candidate.end)
    return any(row.id not in _NEAR or _NEAR[row.id].search(around) for row in doubtful)


def _sentence(low: str, start: int, end: int) -> str:
    """The words around a span that belong to its sentence, as far as they count."""
    left = _STOP_LEFT.split(low[max(0, start - REACH) : start])[-1]
    right = _STOP_LEFT.split(low[end : end + REACH], maxsplit=1)[0]
    return f"{left} {right}"
