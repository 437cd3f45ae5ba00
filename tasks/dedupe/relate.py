"""Relate: from counts to a relation and a score.

In     counts of compared pairs                   from tasks.dedupe.compare
Out    a relation a pair, and its score           to   tasks.dedupe.cluster, table

A pair is related when the longer text covers most of the shorter one, and what differs inside the shared wording is
not figures and names: the same form with other facts is a template, not a duplicate. `near` when both texts are
covered alike, `contains` when the longer one holds much else.
"""

from __future__ import annotations

import numpy as np

from tasks.dedupe import compare

NONE, NEAR, CONTAINS, EXACT = 0, 1, 2, 3
RELATION_NAMES = ("none", "near", "contains", "exact")
LEAST_COVERED = 0.72  # of the shorter text
LEAST_COVERED_SAME_LEAD = 0.56  # the same, where both texts open alike: an abridged or revised story does, other news
LEAST_LEAD = 0.5  # over the same standing paragraphs does not. Share of both first sentences that is covered
MOST_CONTAINED = 0.75  # the longer text's share is smaller than this part of the shorter one's: it holds much else
LEAST_COVERED_HOLDS = 0.5  # of a member against its cluster's centre; it has a relation with another member
# A template has other figures in the same words. In a damaged copy words differ as often as figures do.
LEAST_FIGURES = 2  # figures that differ
LEAST_FIGURES_SHARE = 0.01  # of the shared wording: the year in a copyright line makes no template of a long text
LEAST_SHARE_OF_DIFFERENCES = 0.12  # of all words that differ inside the shared wording
LEAST_FIGURE_ODDS = 1.2  # how much more often figures differ than other words
# The same with names, which are corrected and misread as well: some figure must differ too.
LEAST_FACTS = 4  # figures and names that differ
LEAST_FACTS_SHARE = 0.5  # of all words that differ inside the shared wording
LEAST_FACT_ODDS = 2


def relate_pairs(counts: np.ndarray, lengths: np.ndarray, lengths_longer: np.ndarray) -> np.ndarray:
    """NONE, NEAR or CONTAINS for each compared pair, int8."""
    covered, covered_longer = covered_shares(counts, lengths, lengths_longer)
    lead = np.minimum(counts[:, compare.LEAD_COVERED], counts[:, compare.LEAD_COVERED_LONGER])
    same_lead = lead >= LEAST_LEAD * np.minimum(compare.LEAD, lengths)
    enough = (covered >= LEAST_COVERED) | (same_lead & (covered >= LEAST_COVERED_SAME_LEAD))
    kinds = np.where(covered_longer >= MOST_CONTAINED * covered, NEAR, CONTAINS)
    return np.where(enough & ~is_template(counts), kinds, NONE).astype(np.int8)


def holds_against(counts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Whether a member may stay in the cluster of the centre it was compared with, bool a pair."""
    return (counts[:, compare.COVERED] >= LEAST_COVERED_HOLDS * lengths) & ~is_template(counts)


def covered_shares(
    counts: np.ndarray, lengths: np.ndarray, lengths_longer: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Share of the shorter and of the longer text that is covered, rounded to 4 places."""
    shorter = np.minimum(1.0, counts[:, compare.COVERED] / np.maximum(lengths, 1))
    longer = np.minimum(1.0, counts[:, compare.COVERED_LONGER] / np.maximum(lengths_longer, 1))
    return np.round(shorter, 4), np.round(longer, 4)


def is_template(counts: np.ndarray) -> np.ndarray:
    """Whether the wording agrees and the facts do not, bool a pair."""
    figures = counts[:, compare.FIGURES_DIFFER] - counts[:, compare.FIGURES_DIFFER_EDGE]
    facts = figures + counts[:, compare.NAMES_DIFFER]
    changed = counts[:, compare.COVERED] - counts[:, compare.MATCHED]
    all_figures = figures + counts[:, compare.FIGURES_AGREE]
    all_facts = facts + counts[:, compare.FIGURES_AGREE] + counts[:, compare.NAMES_AGREE]
    by_figures = (
        (figures >= LEAST_FIGURES)
        & (figures >= LEAST_FIGURES_SHARE * counts[:, compare.COVERED])
        & (figures >= LEAST_SHARE_OF_DIFFERENCES * changed)
        & _differ_more_often(figures, all_figures, changed, counts[:, compare.COVERED], LEAST_FIGURE_ODDS)
    )
    by_names = (
        (figures > 0)
        & (facts >= LEAST_FACTS)
        & (facts >= LEAST_FACTS_SHARE * changed)
        & _differ_more_often(facts, all_facts, changed, counts[:, compare.COVERED], LEAST_FACT_ODDS)
    )
    return by_figures | by_names


def _differ_more_often(
    differ: np.ndarray, of: np.ndarray, changed: np.ndarray, words: np.ndarray, odds: float
) -> np.ndarray:
    """Whether the share of some words that differ is `odds` times that of all other words, without a division."""
    return differ * (words - of) >= odds * of * (changed - differ)
