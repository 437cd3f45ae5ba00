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
LEAST_BLOCK = 4
LEAD = 30  # words: a news text says in its first sentence what it is about


def compare_pairs(words: Words, shorter: np.ndarray, longer: np.ndarray) -> np.ndarray:
    """Counts for each pair of texts, int32, shape (n_pairs, len(COUNTS)); fast where pairs come sorted by `longer`."""
    counts = np.zeros((len(shorter), len(COUNTS)), np.int32)
    if len(shorter):
        most = int(words.lengths[longer].max())
        slots = np.empty(1 << (2 * most + 2).bit_length(), np.int32)
        align_pairs(words.hashes, words.marks, words.ends, shorter, longer, slots, np.empty(most + 1, np.int32),
                    np.zeros(most + 1, np.int32), counts)  # fmt: skip
    return counts


@compiled("void(u4[::1], u1[::1], i8[::1], i8[::1], i8[::1], i4[::1], i4[::1], i4[::1], i4[:, ::1])")
def align_pairs(hashes, marks, ends, shorter, longer, slots, following, used, counts):
    """Fill `counts`; `slots`, `following` and `used` are working memory for the longest text."""
    odd = np.uint64(0x9E3779B97F4A7C15)
    indexed = np.int64(-1)
    mask = np.int64(0)
    for pair in range(len(shorter)):
        a0, a1 = ends[shorter[pair]], ends[shorter[pair] + 1]
        b0, b1 = ends[longer[pair]], ends[longer[pair] + 1]
        n, m = a1 - a0, b1 - b0
        if longer[pair] != indexed:
            indexed = longer[pair]
            size = np.int64(4)
            while size < 2 * m:
                size *= 2
            mask = size - 1
            slots[:size] = -1
            for j in range(m - 2, -1, -1):
                key = (np.uint64(hashes[b0 + j]) * odd) ^ np.uint64(hashes[b0 + j + 1])
                slot = np.int64((key * odd) >> np.uint64(33)) & mask
                while slots[slot] >= 0 and (
                    hashes[b0 + slots[slot]] != hashes[b0 + j] or hashes[b0 + slots[slot] + 1] != hashes[b0 + j + 1]
                ):
                    slot = (slot + 1) & mask
                following[j] = slots[slot]
                slots[slot] = j
        used[:m] = 0
        i = np.int64(0)
        in_block = False
        last_i, last_j, start_i, start_j, matched = np.int64(-1), np.int64(-1), np.int64(0), np.int64(0), np.int64(0)
        fa, fd, fe, fl, na, nd = np.int64(0), np.int64(0), np.int64(0), np.int64(0), np.int64(0), np.int64(0)
        while i <= n:
            best_j, best_length, best_score, best_joins = np.int64(-1), np.int64(0), np.int64(0), False
            if i + 1 < n:
                key = (np.uint64(hashes[a0 + i]) * odd) ^ np.uint64(hashes[a0 + i + 1])
                slot = np.int64((key * odd) >> np.uint64(33)) & mask
                while slots[slot] >= 0 and (
                    hashes[b0 + slots[slot]] != hashes[a0 + i] or hashes[b0 + slots[slot] + 1] != hashes[a0 + i + 1]
                ):
                    slot = (slot + 1) & mask
                j = slots[slot]
                tries = 0
                while j >= 0 and tries < 16:
                    length = np.int64(2)
                    while i + length < n and j + length < m and hashes[a0 + i + length] == hashes[b0 + j + length]:
                        length += 1
                    gap_i, gap_j = i - last_i - 1, j - last_j - 1
                    joins = (
                        in_block and j > last_j and gap_i <= 12 and gap_j <= 12 and abs(gap_i - gap_j) <= 2 + gap_i // 4
                    )
                    score = length + (8 - abs(gap_i - gap_j) if joins else 0) - (used[j] * length)
                    if (joins or length >= 3) and score > best_score:
                        best_j, best_length, best_score, best_joins = j, length, score, joins
                    j = np.int64(following[j])
                    tries += 1
            ends_block = in_block and (i >= n or (best_score > 0 and not best_joins) or i - last_i - 1 > 12)
            if ends_block:
                span = last_i - start_i + 1
                if matched >= LEAST_BLOCK and 3 * matched >= span:
                    counts[pair, COVERED] += span
                    counts[pair, MATCHED] += matched
                    counts[pair, BLOCKS] += 1
                    if span > counts[pair, LONGEST]:
                        counts[pair, LONGEST], counts[pair, FIRST_BLOCK], counts[pair, FIRST_BLOCK_LONGER] = (
                            span,
                            start_i,
                            start_j,
                        )
                    for k in range(start_j, last_j + 1):
                        if used[k] == 0:
                            counts[pair, COVERED_LONGER] += 1
                            if k < LEAD:
                                counts[pair, LEAD_COVERED_LONGER] += 1
                            used[k] = 1
                    counts[pair, LEAD_COVERED] += max(0, min(LEAD, last_i + 1) - start_i)
                    counts[pair, FIGURES_AGREE] += fa
                    counts[pair, FIGURES_DIFFER] += fd
                    counts[pair, FIGURES_DIFFER_EDGE] += fe
                    counts[pair, FIGURES_LOST] += fl
                    counts[pair, NAMES_AGREE] += na
                    counts[pair, NAMES_DIFFER] += nd
                in_block = False
            if best_score <= 0:
                i += 1
                continue
            if not in_block:
                in_block, start_i, start_j, matched = True, i, best_j, 0
                fa, fd, fe, fl, na, nd = 0, 0, 0, 0, 0, 0
            else:
                for k in range(last_i + 1, i):
                    # On the same diagonal a single equal word counts as matched.
                    facing_j = last_j + k - last_i
                    if facing_j < best_j and hashes[a0 + k] == hashes[b0 + facing_j]:
                        matched += 1
                    mark = marks[a0 + k]
                    is_figure, is_name = mark & 1, (mark & 6) == 2
                    if not is_figure and not is_name:
                        continue
                    equal, facing = False, False
                    for x in range(last_j + 1, best_j):
                        if hashes[b0 + x] == hashes[a0 + k]:
                            equal = True
                        other = marks[b0 + x]
                        if (is_figure and other & 1) or (is_name and (other & 2)):
                            facing = True
                    if is_figure:
                        if equal:
                            fa += 1
                        elif facing:
                            fd += 1
                            fe += (mark >> 6) & 1
                        else:
                            fl += 1
                    elif equal:
                        na += 1
                    elif facing:
                        nd += 1
            for k in range(i, i + best_length):
                mark = marks[a0 + k]
                if mark & 1:
                    fa += 1
                elif (mark & 6) == 2:
                    na += 1
            matched += best_length
            i += best_length
            last_i, last_j = i - 1, best_j + best_length - 1
