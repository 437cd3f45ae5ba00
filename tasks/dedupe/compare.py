"""Compare: word by word, what two texts share and what differs inside the shared parts.

In     words of a batch, pairs (shorter, longer)     from tasks.dedupe.words, candidates
Out    one row of counts a pair (`COUNTS`)           to   tasks.dedupe.relate

Runs of equal words are put together to blocks. A gap between two runs is filled, and counts as covered, only where
both texts advance together through it: a replaced word, a misread one, another figure. Missing or foreign paragraphs
end a block. Blocks may stand in another order; how much of them stands in one order is counted.

Inside the gaps, what was replaced is held against what replaced it. A replaced word is a *slot* when it is rare on both
sides and no misreading: the same letters but for one or two. Rare is what few texts of the corpus hold, or far fewer
than hold the words around it: in a year of weather reports half of the texts say "rain", but all of them the frame.

Limits  A block needs `LEAST_BLOCK` equal words, so a text chopped finer than that shares nothing. Letters are compared
        as a set: "Marlin" and "Martin" count as one word misread.
"""

# The kernel mixes numpy integers with plain ones, which numba types by itself.
# mypy: disable-error-code="assignment,operator"

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from tasks.dedupe.compiled import compiled
from tasks.dedupe.rarity import Rarity, find_word
from tasks.dedupe.shingles import SAMPLE_RATE, SHINGLE, SHORT_TEXT, is_common, shingle_at
from tasks.dedupe.words import (
    MARK_CAPITAL,
    MARK_CHARACTER,
    MARK_DIGITS,
    MARK_EDGE,
    MARK_FIGURE,
    MARK_OPENS,
    MARK_TURN,
    MAX_TELLING,
    Words,
)

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
    "lead_equal",  # of the first LEAD words, those in blocks and equal
    "words_differ",  # slots: rare words, no figures, that face other rare words
    "rare_equal",  # words that are equal and as rare
    "turns_differ",  # words that deny, in a gap of one text and not of the other
    "turns_outside",  # words that deny outside all blocks, more in one text than in the other
    "ordered",  # covered words of the blocks that stand in the same order in both texts
    "sampled",  # kept shingles inside blocks
    "common",  # of those, shingles that many texts of the corpus hold
)
(
    COVERED, MATCHED, BLOCKS, LONGEST, COVERED_LONGER, FIGURES_AGREE, FIGURES_DIFFER, FIGURES_DIFFER_EDGE,
    FIGURES_LOST, NAMES_AGREE, NAMES_DIFFER, FIRST_BLOCK, FIRST_BLOCK_LONGER, LEAD_COVERED, LEAD_COVERED_LONGER,
    LEAD_EQUAL, WORDS_DIFFER, RARE_EQUAL, TURNS_DIFFER, TURNS_OUTSIDE, ORDERED, SAMPLED, COMMON,
) = range(len(COUNTS))  # fmt: skip
LEAST_BLOCK = 4  # equal words; and at least a third of the block's words are equal
LEAST_START = 3  # equal words in a row begin a block, two go on with it
LONGEST_GAP = 12  # words that may differ between two runs of one block
JOINING_BONUS = 8  # words that a run elsewhere must be longer than one that goes on with the block
MOST_PLACES = 16  # of a pair of words in the longer text that are looked at
LOW_HALF = np.uint64(2**32 - 1)
KEPT = np.uint64(2**32 // SAMPLE_RATE - 1)
TELLING = MAX_TELLING * MARK_DIGITS
NAME_MARKS = MARK_FIGURE | MARK_CAPITAL | MARK_OPENS
PAIRS_AT_ONCE, THREADS = 10_000, 2
MAX_BLOCKS = 128  # whose order is looked at
MAX_MISREAD = 2  # letters that a misread word has more or less, of MIN_LETTERS different ones in both together
MIN_LETTERS = 5
RANKS = 32  # powers of two
FRAME_STEP, FRAME_WORDS = 4, 128  # of the equal words of a text longer than that one in so many is looked up
FRAME_RANKS = 2  # a word is rare beside words that four times as many texts hold
LEAD = 20  # words: a news text says in its first sentence what it is about
# What `details` holds of a pair: how many, then so many of (start, length, start in the longer, length there) of
# blocks; of figures that agree; of (figure, figure in the longer) that differ.
BLOCKS_KEPT, FIGURES_KEPT = 3, 5
BLOCKS_AT, AGREE_AT = 0, 1 + 4 * BLOCKS_KEPT
DIFFER_AT = AGREE_AT + 1 + FIGURES_KEPT
DETAILS = DIFFER_AT + 1 + 2 * FIGURES_KEPT


@dataclass(frozen=True)
class Corpus:
    """What a comparison needs to know of all texts."""

    rarity: Rarity
    common: np.ndarray  # uint64: shingles that many texts hold, in slots as `tasks.dedupe.shingles` lays them out


def compare_pairs(words: Words, shorter: np.ndarray, longer: np.ndarray, corpus: Corpus) -> np.ndarray:
    """Counts for each pair of texts, int32, shape (n_pairs, len(COUNTS)); fast where pairs come sorted by `longer`."""
    return _align(words, shorter, longer, corpus, 0)[0]


def detail_pairs(words: Words, shorter: np.ndarray, longer: np.ndarray, corpus: Corpus) -> np.ndarray:
    """Word positions of a few blocks and slots of each pair, int32, shape (n_pairs, DETAILS)."""
    return _align(words, shorter, longer, corpus, len(shorter))[1]


def _align(
    words: Words, shorter: np.ndarray, longer: np.ndarray, corpus: Corpus, n_details: int
) -> tuple[np.ndarray, np.ndarray]:
    counts = np.zeros((len(shorter), len(COUNTS)), np.int32)
    details = np.zeros((n_details, DETAILS), np.int32)

    def align(start: int) -> None:
        """Fill the rows of `PAIRS_AT_ONCE` pairs."""
        part = slice(start, start + PAIRS_AT_ONCE)
        most = int(words.lengths[longer[part]].max())
        slots, following = np.empty(1 << (8 * most + 8).bit_length(), np.int32), np.empty(most + 1, np.int32)
        used = np.zeros(most + 1, np.int64)
        align_pairs(
            words.hashes, words.marks, words.letters, words.ends, shorter[part], longer[part], corpus.rarity.hashes,
            corpus.rarity.ranks, corpus.rarity.max_rare, corpus.common, slots, following, used, counts[part],
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


@compiled("b1(u4, u4)")
def is_misread(one, other):
    """Whether two words, given as their letters, may be one word that was misread."""
    differ, all_letters = one ^ other, one | other
    n_differ, n_all = 0, 0
    while all_letters:
        n_all += 1
        n_differ += (differ & all_letters & -all_letters) != 0
        all_letters &= all_letters - np.uint32(1)
    return n_differ <= MAX_MISREAD and n_all >= MIN_LETTERS


@compiled("i8(u4[::1], u1[::1], u4[::1], i8, i8, i8, i8)")
def next_other(hashes, marks, letters, k, end, facing, facing_end):
    """The next word from `k` on that the facing gap neither has, nor misread, nor another figure for; or `end`."""
    while k < end:
        known = False
        for x in range(facing, facing_end):
            both = marks[k] & marks[x]
            known = known or hashes[x] == hashes[k] or (both & MARK_FIGURE) > 0
            # Pieces of an unspaced script have too few characters to tell one misread from another word.
            known = known or (not (marks[k] | marks[x]) & MARK_CHARACTER and is_misread(letters[k], letters[x]))
        if not known:
            break
        k += 1
    return k


@compiled("i8(u1[::1], i8, i8)")
def count_marked(marks, begin, end):
    """How many words deny."""
    count = 0
    for k in range(begin, end):
        count += marks[k] >> 7  # MARK_TURN is the highest bit
    return count


@compiled("i8(u1[::1], u4[::1], i8, i8, i8, i8)")
def count_turns(marks, letters, a, a_end, b, b_end):
    """The words of a gap that deny, but for those that the facing gap has with a letter misread."""
    count = 0
    for k in range(a, a_end):
        turns = (marks[k] & MARK_TURN) > 0
        for x in range(b, b_end):
            differ = letters[k] ^ letters[x]
            differ &= differ - np.uint32(1 if differ else 0)
            differ &= differ - np.uint32(1 if differ else 0)
            turns = turns and (differ > 0 or (marks[x] & MARK_TURN) > 0)
        count += turns
    return count


@compiled("void(u4[::1], u1[::1], u4[::1], i8, i8, i8, i8, i8, i8, u4[::1], u1[::1], i8[::1], i8[::1], i4[:, ::1], i8)")
def weigh_words(hashes, marks, letters, a, a_end, b, b_end, a0, b0, rare, ranks, slots, turns, details, pair):
    """Count the replaced words of a gap in `slots` by the rank of the more common of the two, and its denials."""
    i = next_other(hashes, marks, letters, a, a_end, b, b_end)
    j = next_other(hashes, marks, letters, b, b_end, a, a_end)
    while i < a_end and j < b_end:
        if not marks[i] & MARK_EDGE:
            slots[max(ranks[find_word(hashes[i], rare)], ranks[find_word(hashes[j], rare)])] += 1
            keep_detail(details, pair, DIFFER_AT, FIGURES_KEPT, i - a0, j - b0)
        i = next_other(hashes, marks, letters, i + 1, a_end, b, b_end)
        j = next_other(hashes, marks, letters, j + 1, b_end, a, a_end)
    turns[0] += abs(count_turns(marks, letters, a, a_end, b, b_end) - count_turns(marks, letters, b, b_end, a, a_end))


@compiled("void(u4[::1], u1[::1], i8, i8, i8, i8, i8, i8, i8[::1], i4[:, ::1], i8)")
def weigh_gap(hashes, marks, a, a_end, b, b_end, a0, b0, facts, details, pair):
    """Hold the figures and names of a gap, words a to a_end, against the words b to b_end that face it."""
    for k in range(a, a_end):
        is_figure, is_name = marks[k] & MARK_FIGURE, (marks[k] & NAME_MARKS) == MARK_CAPITAL
        if not is_figure and not is_name:
            continue
        equal, facing = False, np.int64(-1)
        for x in range(b, b_end):
            equal = equal or hashes[x] == hashes[k]
            if (is_figure and marks[x] & MARK_FIGURE) or (is_name and marks[x] & MARK_CAPITAL):
                facing = x
        if is_figure and equal:
            facts[FIGURES_AGREE - FIGURES_AGREE] += 1
        elif is_figure and facing >= 0:
            facts[FIGURES_DIFFER - FIGURES_AGREE] += 1
            facts[FIGURES_DIFFER_EDGE - FIGURES_AGREE] += (marks[k] & MARK_EDGE) > 0
            keep_detail(details, pair, DIFFER_AT, FIGURES_KEPT, k - a0, facing - b0)
        elif is_figure:
            facts[FIGURES_LOST - FIGURES_AGREE] += 1
        elif equal:
            facts[NAMES_AGREE - FIGURES_AGREE] += 1
        elif facing >= 0:
            facts[NAMES_DIFFER - FIGURES_AGREE] += 1


@compiled("i8(i8[:, ::1], i8)")
def in_order(blocks, n_blocks):
    """Words of the heaviest row of blocks that stand in the same order in both texts.

    Args:
        blocks: start in the longer text, covered words, working memory; in the order of the shorter text.
    """
    most = np.int64(0)
    for k in range(n_blocks):
        best = np.int64(0)
        for earlier in range(k):
            if blocks[earlier, 0] < blocks[k, 0] and blocks[earlier, 2] > best:
                best = blocks[earlier, 2]
        blocks[k, 2] = best + blocks[k, 1]
        most = max(most, blocks[k, 2])
    return most


@compiled("i8(i8[::1])")
def lower_quartile(ranks):
    """The rank that a quarter of the counted words has at most."""
    total = 0
    for count in ranks:
        total += count
    passed = 0
    for rank in range(len(ranks)):
        passed += ranks[rank]
        if 4 * passed >= total:
            return rank
    return 0


@compiled("i8(i8[::1], i8)")
def highest_rare(frame, max_rare):
    """The rank up to which a replaced word is rare: held by `max_rare` texts, or by far fewer than the words around."""
    most = 0
    while (1 << (most + 1)) <= max_rare:
        most += 1
    return max(most, lower_quartile(frame) - FRAME_RANKS)


@compiled(
    "void(u4[::1], u1[::1], u4[::1], i8[::1], i8[::1], i8[::1], u4[::1], u1[::1], i8, u8[::1], i4[::1], i4[::1], "
    "i8[::1], i4[:, ::1], i4[:, ::1])"
)
def align_pairs(
    hashes, marks, letters, ends, shorter, longer, rare, rare_ranks, max_rare, common, slots, following, used, counts,
    details,
):  # fmt: skip
    """Fill `counts`, and `details` if it has rows; the three before are working memory for the longest text."""
    blocks = np.zeros((MAX_BLOCKS, 3), np.int64)
    frame, replaced, block_replaced = np.zeros(RANKS, np.int64), np.zeros(RANKS, np.int64), np.zeros(RANKS, np.int64)
    turns = np.zeros(1, np.int64)  # of the block
    indexed, mask = np.int64(-1), np.int64(0)
    # Of the block: the counts from FIGURES_AGREE to NAMES_DIFFER.
    facts = np.zeros(NAMES_DIFFER - FIGURES_AGREE + 1, np.int64)
    for pair in range(len(shorter)):
        a0, b0 = ends[shorter[pair]], ends[longer[pair]]
        n, m = ends[shorter[pair] + 1] - a0, ends[longer[pair] + 1] - b0
        if longer[pair] != indexed:
            indexed = longer[pair]
            mask = index_pairs_of_words(hashes, b0, m, slots, following)
        stamp = pair + 1  # in `used`: words of the longer text that are in a block of this pair
        count = counts[pair]
        frame[:], replaced[:] = 0, 0
        kept = KEPT if max(n, m) >= SHORT_TEXT else LOW_HALF
        step = FRAME_STEP if n > FRAME_WORDS else 1
        lead_equal = np.int64(0)  # of the block
        outside = count_marked(marks, a0, a0 + n) - count_marked(marks, b0, b0 + m)
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
                    if count[BLOCKS] < MAX_BLOCKS:
                        blocks[count[BLOCKS], 0], blocks[count[BLOCKS], 1] = start_j, span
                    count[BLOCKS] += 1
                    if span > count[LONGEST]:
                        count[LONGEST], count[FIRST_BLOCK], count[FIRST_BLOCK_LONGER] = span, start_i, start_j
                    if pair < len(details) and details[pair, BLOCKS_AT] < BLOCKS_KEPT:
                        at = BLOCKS_AT + 1 + 4 * details[pair, BLOCKS_AT]
                        details[pair, at], details[pair, at + 1] = start_i, span
                        details[pair, at + 2], details[pair, at + 3] = start_j, last_j - start_j + 1
                        details[pair, BLOCKS_AT] += 1
                    for k in range(start_i, last_i + 1):
                        outside -= (marks[a0 + k] & MARK_TURN) > 0
                    for k in range(start_j, last_j + 1):
                        if used[k] != stamp:
                            used[k] = stamp
                            outside += (marks[b0 + k] & MARK_TURN) > 0
                            count[COVERED_LONGER] += 1
                            count[LEAD_COVERED_LONGER] += k < LEAD
                    count[LEAD_COVERED] += max(0, min(LEAD, last_i + 1) - start_i)
                    for k in range(len(facts)):
                        count[FIGURES_AGREE + k] += facts[k]
                    for k in range(RANKS):
                        replaced[k] += block_replaced[k]
                    count[TURNS_DIFFER] += turns[0]
                    count[LEAD_EQUAL] += lead_equal
                    for k in range(a0 + start_i, a0 + last_i + 1 - SHINGLE + 1):
                        mixed = shingle_at(hashes, k)
                        if (mixed & LOW_HALF) <= kept:
                            count[SAMPLED] += 1
                            count[COMMON] += is_common(mixed, common)
                in_block = False
            if best_score <= 0:
                i += skip
                continue
            if not in_block:
                in_block, start_i, start_j, matched = True, i, best_j, 0
                facts[:], block_replaced[:], turns[0], lead_equal = 0, 0, 0, 0
            else:
                for k in range(1, min(i - last_i, best_j - last_j)):
                    # A single equal word counts as matched where it stands at the same place in the gap.
                    matched += hashes[a0 + last_i + k] == hashes[b0 + last_j + k]
                weigh_gap(
                    hashes, marks, a0 + last_i + 1, a0 + i, b0 + last_j + 1, b0 + best_j, a0, b0, facts, details, pair
                )
                weigh_words(
                    hashes, marks, letters, a0 + last_i + 1, a0 + i, b0 + last_j + 1, b0 + best_j, a0, b0, rare,
                    rare_ranks, block_replaced, turns, details, pair,
                )  # fmt: skip
            for k in range(i, i + best_length):
                mark = marks[a0 + k]
                lead_equal += k < LEAD
                if mark & MARK_FIGURE:
                    facts[FIGURES_AGREE - FIGURES_AGREE] += 1
                    if mark & TELLING:
                        keep_detail(details, pair, AGREE_AT, FIGURES_KEPT, k, -1)
                    continue
                if (mark & (MARK_CAPITAL | MARK_OPENS)) == MARK_CAPITAL:
                    facts[NAMES_AGREE - FIGURES_AGREE] += 1
                if k % step == 0:
                    frame[rare_ranks[find_word(hashes[a0 + k], rare)]] += step
            matched += best_length
            i += best_length
            last_i, last_j = i - 1, best_j + best_length - 1
        for rank in range(highest_rare(frame, max_rare) + 1):
            count[WORDS_DIFFER] += replaced[rank]
            count[RARE_EQUAL] += frame[rank]
        count[TURNS_OUTSIDE] = abs(outside)
        count[ORDERED] = in_order(blocks, min(count[BLOCKS], MAX_BLOCKS)) if count[BLOCKS] <= MAX_BLOCKS else 0
