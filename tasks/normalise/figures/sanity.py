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
from tasks.rules import read_toml

REACH = 60

_STOP_LEFT = re.compile(r"[.!?]\s|\n")


@dataclass(frozen=True, slots=True)
class _Row:
    least: float
    most: float
    near: re.Pattern[str] | None


def _rows() -> dict[str, list[_Row]]:
    rows: dict[str, list[_Row]] = {}
    for row in read_toml("figures_plausible")["plausible"]:
        near = re.compile(rf"(?<![a-z])(?:{trie(row['near'])})(?![a-z])") if row["near"] else None
        for unit in row["units"]:
            rows.setdefault(unit, []).append(_Row(row.get("least", float("-inf")), row.get("most", float("inf")), near))
    return rows


_ROWS = _rows()
DOUBTED = frozenset(_ROWS)  # the units that some row speaks of


def is_implausible(low: str, candidate: FigureCandidate, values: tuple[float, float]) -> bool:
    """Whether a figure lies outside what its surroundings allow."""
    code = candidate.unit.code if candidate.unit else None
    doubtful = [row for row in _ROWS.get(code or "", ()) if values[0] < row.least or values[1] > row.most]
    if not doubtful:
        return False
    around = _sentence(low, candidate.start, candidate.end)
    return any(row.near is None or row.near.search(around) for row in doubtful)


def _sentence(low: str, start: int, end: int) -> str:
    """The words around a span that belong to its sentence, as far as they count."""
    left = _STOP_LEFT.split(low[max(0, start - REACH) : start])[-1]
    right = _STOP_LEFT.split(low[end : end + REACH], maxsplit=1)[0]
    return f"{left} {right}"
