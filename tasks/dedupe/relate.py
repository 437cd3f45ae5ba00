"""Relate: from what was measured of a pair to a relation, by a table of rules.

In     counts of compared pairs, titles and dates           from tasks.dedupe.compare, find
Out    `Evidence`, then a relation a pair and the rule that decided      to   tasks.dedupe.cluster, table

The first rule of `tasks.dedupe.decisions` that fits a pair decides. `near` when both texts are covered alike,
`contains` when the longer one holds much else.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from tasks.dedupe import compare

NONE, NEAR, CONTAINS, EXACT = 0, 1, 2, 3
RELATION_NAMES = ("none", "near", "contains", "exact")
MAX_CONTAINED = 0.75  # the longer text's share is smaller than this part of the shorter one's: it holds much else
UNKNOWN = -1  # of days and likeness


@dataclass(frozen=True)
class Evidence:
    """What is known of pairs of texts, shorter and longer; arrays of one length. Shares are 0…1."""

    words: np.ndarray  # int64: of the shorter text
    covered: np.ndarray  # share of its words in shared blocks, slots not counted
    covered_longer: np.ndarray  # share of the longer text's words in shared blocks
    wording: np.ndarray  # int64: words of the shorter text in shared blocks
    changed: np.ndarray  # int64: of those, words that are not equal
    slots: np.ndarray  # int64: figures, calendar words and rare words that were replaced
    figures: np.ndarray  # int64: of those, figures and calendar words
    slot_odds: np.ndarray  # how much more often rare words and figures differ than other words do
    figure_odds: np.ndarray  # the same of figures alone
    turns: np.ndarray  # int64: words that deny, in one text only, where both go on alike
    turns_outside: np.ndarray  # int64: the same outside the shared wording
    outside: np.ndarray  # int64: words of both texts outside the shared wording
    ordered: np.ndarray  # share of the covered words that stand in one order
    opening: np.ndarray  # share of both first `compare.LEAD` words that is covered, the smaller one
    opening_most: np.ndarray  # the larger one of the two
    opening_equal: np.ndarray  # share of the first words that is equal
    common: np.ndarray  # share of the shared wording that many texts of the corpus hold
    title: np.ndarray  # likeness of the titles, UNKNOWN where one has none
    start: np.ndarray  # likeness of the first thirty words, UNKNOWN where it was not asked for
    days: np.ndarray  # int64: days apart, UNKNOWN where a date is missing
    misread: (
        np.ndarray
    )  # of two short texts: likeness if misread words alone differ, 0 if a word was replaced, else UNKNOWN

    def choose(self, which: np.ndarray) -> Evidence:
        """The pairs that an index or a mask chooses."""
        return Evidence(*(getattr(self, field.name)[which] for field in fields(self)))

    @property
    def slot_share(self) -> np.ndarray:
        """Slots as a share of the shared wording."""
        return self.slots / np.maximum(self.wording, 1)


@dataclass(frozen=True)
class Known:
    """What is known of pairs beside their words; arrays of one length, UNKNOWN where nothing is."""

    title: np.ndarray
    start: np.ndarray
    days: np.ndarray
    misread: np.ndarray


def nothing_known(n_pairs: int) -> Known:
    """No titles, no dates."""
    unknown = float(UNKNOWN)
    floats = [np.full(n_pairs, unknown) for _ in range(3)]
    return Known(floats[0], floats[1], np.full(n_pairs, UNKNOWN), floats[2])


def gather_evidence(counts: np.ndarray, lengths: np.ndarray, lengths_longer: np.ndarray, known: Known) -> Evidence:
    """Evidence from the counts of `compare_pairs` and the lengths of the texts in words."""
    column = dict(zip(compare.COUNTS, counts.T.astype(np.int64), strict=True))
    figures = column["figures_differ"] - column["figures_differ_edge"]
    slots = figures + column["words_differ"]
    changed = np.maximum(0, column["covered"] - column["matched"])
    slot_odds = _odds(slots, slots + column["figures_agree"] + column["rare_equal"], changed, column["covered"])
    # Where rare words differ no more often than others do, the text is damaged, and what was replaced is covered.
    replaced = np.where(slot_odds >= 1, slots, 0)
    lead = np.minimum(compare.LEAD, np.maximum(1, lengths))
    return Evidence(
        words=lengths,
        covered=_share(column["covered"] - replaced, lengths),
        covered_longer=_share(column["covered_longer"], lengths_longer),
        wording=column["covered"],
        changed=changed,
        slots=slots,
        figures=figures,
        slot_odds=slot_odds,
        figure_odds=_odds(figures, figures + column["figures_agree"], changed, column["covered"]),
        turns=column["turns_differ"],
        turns_outside=column["turns_outside"],
        outside=lengths - column["covered"] + lengths_longer - column["covered_longer"],
        ordered=_share(column["ordered"], column["covered"]),
        opening=_share(np.minimum(column["lead"], column["lead_longer"]), lead),
        opening_most=_share(np.maximum(column["lead"], column["lead_longer"]), lead),
        opening_equal=_share(column["lead_equal"], lead),
        common=_share(column["common"], np.maximum(column["sampled"], MIN_SAMPLED)),
        title=known.title,
        start=known.start,
        days=known.days,
        misread=known.misread,
    )


MIN_SAMPLED = 3  # shingles, to say what share of them is common


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Rounded to 4 places."""
    return np.round(np.minimum(1.0, np.maximum(0, part) / np.maximum(whole, 1)), 4)


def _odds(differ: np.ndarray, of: np.ndarray, changed: np.ndarray, words: np.ndarray) -> np.ndarray:
    """The share of some words that differ, divided by that of all other words (half a word at least differs)."""
    others, others_of = np.maximum(changed - differ, 0.5), np.maximum(words - of, 1)
    return np.round((differ * others_of) / (np.maximum(of, 1) * others), 4)


def covered_shares(
    counts: np.ndarray, lengths: np.ndarray, lengths_longer: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Share of the shorter and of the longer text that is covered, rounded to 4 places."""
    return _share(counts[:, compare.COVERED], lengths), _share(counts[:, compare.COVERED_LONGER], lengths_longer)


def kinds_of(evidence: Evidence) -> np.ndarray:
    """NEAR or CONTAINS for each pair, were it related; int8."""
    is_near = evidence.covered_longer >= MAX_CONTAINED * evidence.covered
    return np.where(is_near, NEAR, CONTAINS).astype(np.int8)
