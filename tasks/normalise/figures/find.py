"""Find: the figures of a text, stage by stage.

In     a text, and the dates found in it                 from tasks.normalise.table, or any caller
Out    `FigureMention` records, in reading order         to   tasks.normalise.table
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tasks.model import FigureMention
from tasks.normalise.figures.busy import Busy
from tasks.normalise.figures.counts import count_candidates
from tasks.normalise.figures.ellipsis import lend_nouns, lend_units
from tasks.normalise.figures.join import join_candidates, share_units
from tasks.normalise.figures.read import read_candidates
from tasks.normalise.figures.record import record_figures
from tasks.normalise.figures.view import View

STAGES = (share_units, lend_units, join_candidates, count_candidates, lend_nouns)


def find_figures(text: str, *, dates: Iterable[Any] | None = None) -> list[FigureMention]:
    """Find the figures of an English text.

    Args:
        text: any text; offsets of the result are code points into it.
        dates: mentions already found (anything with `start` and `end`): what lies in them is left alone, but for ages.
            Without them a light guard passes over what looks like a date.

    Returns:
        Mentions in reading order, not overlapping; values are finite. Never raises for any text.

    >>> [(f.surface, f.value, f.currency, f.change) for f in find_figures("It rose to 3.5 billion yuan.")]
    [('3.5 billion yuan', 3500000000.0, 'CNY', 'to')]
    """
    view = View(text)
    candidates = read_candidates(view, Busy(dates) if dates else None)
    for stage in STAGES:
        if not candidates:
            return []
        candidates = stage(view, candidates)
    return record_figures(view, candidates)
