"""Compare: word by word, what two texts share and what differs inside the shared parts.

In     words of a batch, pairs (shorter, longer)     from tasks.dedupe.words, candidates
Out    one row of counts a pair (`COUNTS`)           to   tasks.dedupe.relate

Runs of equal words are put together to blocks. A gap between two runs is filled, and counts as covered, only where
both texts advance together through it: a replaced word, a misread one, another figure. Missing or foreign paragraphs
end a block. Blocks may stand in another order. Inside the gaps figures and names are held against each other.

Limits  A block needs `LEAST_BLOCK` equal words, so a text chopped finer than that shares nothing.
"""

# The kernel mixes numpy integers with plain ones, which numba types by itself.
# mypy: disable-error-code="assignment,operator"

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tasks.dedupe.compiled import compiled
from tasks.dedupe.words import Words

# Counts of words, over the shorter text unless said otherwise.
COUNTS = (
    "covered",  # in blocks, filled gaps included
    "matched",  # in blocks and equal
    "blocks",
    "longest",  # words of the longest block
    "covered_longer",  # words of the longer text in blocks
    "figures_agree",  # figures (weekdays and months are such too) in blocks that are equal
    "figures_differ",  # figures in gaps that face another figure
    "figures_differ_edge",  # of those, in short lines above or below the text, where sites put dates
    "figures_lost",  # figures in gaps that face none
    "names_agree",
    "names_differ",
    "first_block",  # where the longest block starts in the shorter text
    "first_block_longer",  # the same in the longer text
    "lead",  # covered of the first LEAD words
    "lead_longer",  # the same in the longer text
)
(
    COVERED, MATCHED, BLOCKS, LONGEST, COVERED_LONGER, FIGURES_AGREE, FIGURES_DIFFER, FIGURES_DIFFER_EDGE,
    FIGURES_LOST, NAMES_AGREE, NAMES_DIFFER, FIRST_BLOCK, FIRST_BLOCK_LONGER, LEAD_COVERED, LEAD_COVERED_LONGER,
) = range(len(COUNTS))  # fmt: skip
LEAST_BLOCK = 4  # equal words; and at least a third of the block's words are equal
LEAST_START = 3  # equal words in a row begin a block, two go on with it
LONGEST_GAP = 12  # words that may differ between two runs of one block
JOINING_BONUS = 8  # words that a run elsewhere must be longer than one that goes on with the block
MOST_PLACES = 16  # of a pair of words in the longer text that are looked at
PAIRS_AT_ONCE, THREADS = 10_000, 2
LEAD = 20  # words: a news text says in its first sentence what it is about
# What `details` holds of a pair: how many, then so many of (start, length, start in the longer, length there) of
# blocks; of figures that agree; of (figure, figure in the longer) that differ.
BLOCKS_KEPT, FIGURES_KEPT = 3, 5
BLOCKS_AT, AGREE_AT = 0, 1 + 4 * BLOCKS_KEPT
DIFFER_AT = AGREE_AT + 1 + FIGURES_KEPT
DETAILS = DIFFER_AT + 1 + 2 * FIGURES_KEPT


def compare_pairs(words: Words, shorter: np.ndarray, longer: np.ndarray) -> np.ndarray:
    """Counts for each pair of texts, int32, shape (n_pairs, len(COUNTS)); fast where pairs come sorted by `longer`."""
    return _align(words, shorter, longer, 0)[0]


def detail_pairs(words: Words, shorter: np.ndarray, longer: np.ndarray) -> np.ndarray:
    """Word positions of a few blocks and figures of each pair, int32, shape (n_pairs, DETAILS)."""
    return _align(words, shorter, longer, len(shorter))[1]


def _align(words: Words, shorter: np.ndarray, longer: np.ndarray, n_details: int) -> tuple[np.ndarray, np.ndarray]:
    counts = np.zeros((len(shorter), len(COUNTS)), np.int32)
    details = np.zeros((n_details, DETAILS), np.int32)

    def align(start: int) -> None:
        """Fill the rows of `PAIRS_AT_ONCE` pairs."""
        part = slice(start, start + PAIRS_AT_ONCE)
        most = int(words.lengths[longer[part]].max())
        slots, following = np.empty(1 << (8 * most + 8).bit_length(), np.int32), np.empty(most + 1, np.int32)
        used = np.zeros(most + 1, np.int64)
        align_pairs(
            words.hashes, words.marks, words.ends, shorter[part], longer[part], slots, following, used, counts[part],
            details[part],
        )  # fmt: skip

    with ThreadPoolExecutor(THREADS) as pool:  # each pair has its own rows, so who fills them when does not matter
        list(pool.map(align, range(0, len(shorter), PAIRS_AT_ONCE)))
    return counts, details


@compiled("i8(u4[::1], i8, i8, i4[::1], i8)")
def find_slot(hashes, position, begin, slots, mask):
    """Where the two words at a position are in the index of the text that begins at `begin`, or would be."""
    odd = np.uint64(0x9E3779B97F4A7C15)
    first, second = hashes[position], hashes[position + 1]
    slot = np.int64(((np.uint64(first) * odd ^ np.uint64(second)) * odd) >> np.uint64(33)) & mask
    while slots[slot] >= 0 and (hashes[begin + slots[slot]] != first or hashes[begin + slots[slot] + 1] != second):
        slot = (slot + 1) & mask
    return slot


@compiled("i8(u4[::1], i8, i8, i4[::1], i4[::1])")
def index_pairs_of_words(hashes, begin, length, slots, following):
    """Index where each two neighbouring words of a text stand; `following` leads to their next place, or to -1."""
    size = np.int64(4)
    while size < 8 * length:
        size *= 2
    slots[:size] = -1
    for j in range(length - 2, -1, -1):
        slot = find_slot(hashes, begin + j, begin, slots, size - 1)
        following[j] = slots[slot]
        slots[slot] = j
    return size - 1


@compiled("void(i4[:, ::1], i8, i8, i8, i8, i8)")
def keep_detail(details, pair, at, most, first, second):
    """Note one thing about a pair, unless `most` are there; a second number below 0 is none."""
    if pair < len(details) and details[pair, at] < most:
        if second < 0:
            details[pair, at + 1 + details[pair, at]] = first
        else:
            details[pair, at + 1 + 2 * details[pair, at]] = first
            details[pair, at + 2 + 2 * details[pair, at]] = second
        details[pair, at] += 1


@compiled("void(u4[::1], u1[::1], i8, i8, i8, i8, i8, i8, i8[::1], i4[:, ::1], i8)")
def weigh_gap(hashes, marks, a, a_end, b, b_end, a0, b0, facts, details, pair):
    """Hold the figures and names of a gap, words a to a_end, against the words b to b_end that face it."""
    for k in range(a, a_end):
        is_figure, is_name = marks[k] & 1, (marks[k] & 7) == 2
        if not is_figure and not is_name:
            continue
        equal, facing = False, np.int64(-1)
        for x in range(b, b_end):
            equal = equal or hashes[x] == hashes[k]
            if (is_figure and marks[x] & 1) or (is_name and marks[x] & 2):
                facing = x
        if is_figure and equal:
            facts[0] += 1
        elif is_figure and facing >= 0:
            facts[1] += 1
            facts[2] += (marks[k] >> 6) & 1
            keep_detail(details, pair, DIFFER_AT, FIGURES_KEPT, k - a0, facing - b0)
        elif is_figure:
            facts[3] += 1
        elif equal:
            facts[4] += 1
        elif facing >= 0:
            facts[5] += 1


@compiled("void(u4[::1], u1[::1], i8[::1], i8[::1], i8[::1], i4[::1], i4[::1], i8[::1], i4[:, ::1], i4[:, ::1])")
def align_pairs(hashes, marks, ends, shorter, longer, slots, following, used, counts, details):
    """Fill `counts`, and `details` if it has rows; the three before are working memory for the longest text."""
    indexed, mask = np.int64(-1), np.int64(0)
    facts = np.zeros(6, np.int64)  # of the block: the counts from FIGURES_AGREE to NAMES_DIFFER
    for pair in range(len(shorter)):
        a0, b0 = ends[shorter[pair]], ends[longer[pair]]
        n, m = ends[shorter[pair] + 1] - a0, ends[longer[pair] + 1] - b0
        if longer[pair] != indexed:
            indexed = longer[pair]
            mask = index_pairs_of_words(hashes, b0, m, slots, following)
        stamp = pair + 1  # in `used`: words of the longer text that are in a block of this pair
        count = counts[pair]
        i, in_block = np.int64(0), False
        last_i, last_j, start_i, start_j, matched = np.int64(-1), np.int64(-1), np.int64(0), np.int64(0), np.int64(0)
        while i <= n:
            best_j, best_length, best_score, best_joins = np.int64(-1), np.int64(0), np.int64(0), False
            skip = np.int64(1)
            if i + 1 < n:
                j = np.int64(slots[find_slot(hashes, a0 + i, b0, slots, mask)])
                tries = 0
                while j >= 0 and tries < MOST_PLACES:
                    length = np.int64(2)
                    while i + length < n and j + length < m and hashes[a0 + i + length] == hashes[b0 + j + length]:
                        length += 1
                    gap_i, gap_j = i - last_i - 1, j - last_j - 1
                    joins = (
                        in_block
                        and j > last_j
                        and max(gap_i, gap_j) <= LONGEST_GAP
                        and abs(gap_i - gap_j) <= 2 + gap_i // 4
                    )
                    score = length + (JOINING_BONUS - abs(gap_i - gap_j) if joins else 0)
                    taken = np.int64(0)  # words that a block has already, this one included
                    while taken < length and (
                        used[j + taken] == stamp or (in_block and start_j <= j + taken <= last_j)
                    ):
                        taken += 1
                    if taken:
                        score -= length
                        skip = max(skip, min(taken, length - 1))
                    if (joins or length >= LEAST_START) and score > best_score:
                        best_j, best_length, best_score, best_joins = j, length, score, joins
                    j = np.int64(following[j])
                    tries += 1
            if in_block and (i >= n or (best_score > 0 and not best_joins) or i - last_i - 1 > LONGEST_GAP):
                span = last_i - start_i + 1
                if matched >= LEAST_BLOCK and 3 * matched >= span:
                    count[COVERED] += span
                    count[MATCHED] += matched
                    count[BLOCKS] += 1
                    if span > count[LONGEST]:
                        count[LONGEST], count[FIRST_BLOCK], count[FIRST_BLOCK_LONGER] = span, start_i, start_j
                    if pair < len(details) and details[pair, BLOCKS_AT] < BLOCKS_KEPT:
                        at = BLOCKS_AT + 1 + 4 * details[pair, BLOCKS_AT]
                        details[pair, at], details[pair, at + 1] = start_i, span
                        details[pair, at + 2], details[pair, at + 3] = start_j, last_j - start_j + 1
                        details[pair, BLOCKS_AT] += 1
                    for k in range(start_j, last_j + 1):
                        if used[k] != stamp:
                            used[k] = stamp
                            count[COVERED_LONGER] += 1
                            count[LEAD_COVERED_LONGER] += k < LEAD
                    count[LEAD_COVERED] += max(0, min(LEAD, last_i + 1) - start_i)
                    for k in range(6):
                        count[FIGURES_AGREE + k] += facts[k]
                in_block = False
            if best_score <= 0:
                i += skip
                continue
            if not in_block:
                in_block, start_i, start_j, matched = True, i, best_j, 0
                facts[:] = 0
            else:
                for k in range(1, min(i - last_i, best_j - last_j)):
                    # A single equal word counts as matched where it stands at the same place in the gap.
                    matched += hashes[a0 + last_i + k] == hashes[b0 + last_j + k]
                weigh_gap(
                    hashes, marks, a0 + last_i + 1, a0 + i, b0 + last_j + 1, b0 + best_j, a0, b0, facts, details, pair
                )
            for k in range(i, i + best_length):
                mark = marks[a0 + k]
                if mark & 1:
                    facts[0] += 1
                    keep_detail(details, pair, AGREE_AT, FIGURES_KEPT, k, -1)
                elif (mark & 6) == 2:
                    facts[4] += 1
            matched += best_length
            i += best_length
            last_i, last_j = i - 1, best_j + best_length - 1
