"""Known: what titles, dates and first words say of pairs of texts. Nothing is known of what is missing.

In     titles, day numbers, texts; pairs           from the caller of tasks.dedupe.find
Out    `tasks.dedupe.relate.Known`                 to   tasks.dedupe.relate

Source  likeness of titles and of first words: rapidfuzz (`token_set_ratio`, `ratio`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from rapidfuzz import fuzz, utils

from tasks.dedupe.relate import UNKNOWN, Known, nothing_known

Texts: TypeAlias = Sequence[str | None] | pa.Array

NO_DAY = np.iinfo(np.int64).min
START = 30  # words
START_CHARACTERS = 240  # at most


@dataclass(frozen=True)
class Fields:
    """What is known of texts beside their words; None where nothing is known of any."""

    titles: Sequence[str | None] | None = None
    days: np.ndarray | None = None  # int64, day numbers; NO_DAY where unknown

    def of_pairs(self, one: np.ndarray, other: np.ndarray) -> Known:
        """Days apart and likeness of titles; nothing of the texts' first words."""
        return replace(nothing_known(len(one)), title=self._likeness(one, other), days=self._apart(one, other))

    def _apart(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        if self.days is None:
            return np.full(len(one), UNKNOWN)
        is_known = (self.days[one] != NO_DAY) & (self.days[other] != NO_DAY)
        return np.where(is_known, np.abs(np.where(is_known, self.days[one] - self.days[other], 0)), UNKNOWN)

    def _likeness(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        if self.titles is None:
            return np.full(len(one), float(UNKNOWN))
        used = np.unique(np.append(one, other)).tolist()
        plain = {k: utils.default_process(self.titles[k] or "") for k in used}
        pairs = zip(one.tolist(), other.tolist(), strict=True)
        return np.array([like_titles(plain[left], plain[right]) for left, right in pairs], np.float64)


def like_titles(one: str, other: str) -> float:
    """Likeness of two titles in lower case without punctuation, 0…1; UNKNOWN where one is empty.

    >>> like_titles("storm hits the coast", "the coast storm hits"), like_titles("", "rain")
    (1.0, -1)
    """
    if not one or not other:
        return UNKNOWN
    return round(max(fuzz.token_set_ratio(one, other), fuzz.ratio(one, other)) / 100, 4)


def like_starts(texts: Texts, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Likeness of the first words of pairs of texts, 0…1."""
    starts: dict[int, str] = {}
    for k in np.unique(np.append(one, other)).tolist():
        starts[k] = " ".join(text_at(texts, k)[: 10 * START_CHARACTERS].split(None, START)[:START])[:START_CHARACTERS]
    pairs = zip(one.tolist(), other.tolist(), strict=True)
    return np.array([round(fuzz.ratio(starts[left], starts[right]) / 100, 4) for left, right in pairs], np.float64)


def text_at(texts: Texts, number: int) -> str:
    """One text; empty for null."""
    text = texts[number]
    return (text.as_py() if isinstance(text, pa.Scalar) else text) or ""


def day_numbers(dates: Sequence[date | None] | pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Days since 1970 as int64, `NO_DAY` for null."""
    column: Any = dates if isinstance(dates, pa.Array | pa.ChunkedArray) else pa.array(dates, pa.date32())
    days = column.cast(pa.date32()).cast(pa.int32()).cast(pa.int64()).fill_null(int(NO_DAY))
    return np.asarray(days.to_numpy(zero_copy_only=False) if isinstance(days, pa.Array) else days.to_numpy())
