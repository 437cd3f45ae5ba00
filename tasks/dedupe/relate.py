"""Relate: from counts to a relation, with a score and evidence that a person can check.

In     counts of compared pairs                   from tasks.dedupe.compare
Out    a relation a pair, its score, evidence     to   tasks.dedupe.cluster, table

A pair is related when the longer text covers most of the shorter one, and what differs inside the shared wording is
not figures and names: the same form with other facts is a template, not a duplicate. `near` when both texts are
mostly covered, `contains` when only the shorter one is.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from tasks.dedupe import compare

NONE, NEAR, CONTAINS = 0, 1, 2
RELATION_NAMES = ("none", "near", "contains", "exact", "same_story")
LEAST_COVERED = 0.62  # of the shorter text
LEAST_COVERED_NEAR = 0.62  # of the longer text too
MOST_FIGURES_DIFFER = 0.34  # of the figures that face each other
LEAST_FIGURES = 2  # so many that differ make a template


def relate_pairs(counts: np.ndarray, lengths: np.ndarray, lengths_longer: np.ndarray) -> np.ndarray:
    """NONE, NEAR or CONTAINS for each compared pair, int8."""
    covered, covered_longer = covered_shares(counts, lengths, lengths_longer)
    related = (covered >= LEAST_COVERED) & ~is_template(counts)
    return np.where(related, np.where(covered_longer >= LEAST_COVERED_NEAR, NEAR, CONTAINS), NONE).astype(np.int8)


def covered_shares(
    counts: np.ndarray, lengths: np.ndarray, lengths_longer: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Share of the shorter and of the longer text that is covered, rounded to 4 places."""
    shorter = np.minimum(1.0, counts[:, compare.COVERED] / np.maximum(lengths, 1))
    longer = np.minimum(1.0, counts[:, compare.COVERED_LONGER] / np.maximum(lengths_longer, 1))
    return np.round(shorter, 4), np.round(longer, 4)


def is_template(counts: np.ndarray) -> np.ndarray:
    """Whether the wording agrees and the facts do not, bool a pair."""
    agree = counts[:, compare.FIGURES_AGREE]
    differ = counts[:, compare.FIGURES_DIFFER]
    return (differ >= LEAST_FIGURES) & (differ > MOST_FIGURES_DIFFER * (agree + differ))


def describe(row: np.ndarray, relation: int, score: float, shorter: int, longer: int, names: Any) -> str:
    """The evidence of one pair as a JSON object: sorted keys, rounded numbers.

    Args:
        row: the pair's counts.
        shorter, longer: words of the two texts.
        names: what to call (shorter, longer), ids or positions.
    """
    found: dict[str, Any] = {
        "covered": score,
        "words": [shorter, longer],
        "words_covered": [int(row[compare.COVERED]), int(row[compare.COVERED_LONGER])],
        "words_equal": int(row[compare.MATCHED]),
        "blocks": int(row[compare.BLOCKS]),
        "longest_block": int(row[compare.LONGEST]),
        "longest_block_at": [int(row[compare.FIRST_BLOCK]), int(row[compare.FIRST_BLOCK_LONGER])],
        "figures_agree": int(row[compare.FIGURES_AGREE]),
        "figures_differ": int(row[compare.FIGURES_DIFFER]),
        "names_agree": int(row[compare.NAMES_AGREE]),
        "names_differ": int(row[compare.NAMES_DIFFER]),
    }
    if relation == CONTAINS:
        found["contained"], found["container"] = names
    return json.dumps(found, sort_keys=True, ensure_ascii=False)
