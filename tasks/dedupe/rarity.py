"""Rarity: how many texts of the corpus hold a word, and which runs of words many of them hold.

In     words of a batch; sorted shingle keys             from tasks.dedupe.words, candidates
Out    `Rarity`: tables that kernels look words up in    to   tasks.dedupe.compare

Rarity is that of the run's own corpus, so it needs no list of words of any language. Of a large corpus `MAX_TEXTS`
texts stand for all, those of the first ranks of a mixed order that does not depend on the input's order.

Limits  When the table is full further words count as words of no other text.
"""

# The kernel mixes numpy integers with plain ones, which numba types by itself.
# mypy: disable-error-code="assignment,operator"

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.dedupe.compiled import compiled
from tasks.dedupe.words import Words

MAX_TEXTS = 4_000
MAX_SLOTS = 1 << 19
FULL_SHARE = 0.7  # of the slots
RARE_SHARE = 0.03  # of the texts hold a rare word at most
MIN_RARE = 3  # texts
SMALL_PART, SMALL_RARE = 8, 30  # a small corpus says little: what an eighth of it holds is rare, 30 texts at most


@dataclass(frozen=True)
class Rarity:
    """Words with the number of texts that hold them, by slots of a hash table."""

    hashes: np.ndarray  # uint32, (n_slots,), a power of two; 0 where the slot is empty
    ranks: np.ndarray  # uint8, (n_slots,): the power of two next above the number of texts; 0: one text
    n_texts: int  # that were counted

    @property
    def max_rare(self) -> int:
        """How many texts may hold a rare word."""
        return max(MIN_RARE, min(self.n_texts // SMALL_PART, SMALL_RARE), int(RARE_SHARE * self.n_texts))


def count_texts_of_words(words: Words, chosen: np.ndarray) -> Rarity:
    """How many of the chosen texts hold each word.

    Args:
        chosen: int64, different texts.
    """
    if len(chosen) > MAX_TEXTS:
        mixed = words.digests[chosen] * np.uint64(0x9E3779B97F4A7C15)
        chosen = chosen[np.argsort(mixed, kind="stable")[:MAX_TEXTS]]
    n_words = int(words.lengths[chosen].sum())
    n_slots = min(MAX_SLOTS, 1 << (n_words + 16).bit_length())
    hashes, counts = np.zeros(n_slots, np.uint32), np.zeros(n_slots, np.int32)
    last = np.full(n_slots, -1, np.int32)
    count_words(words.hashes, words.ends, chosen, int(FULL_SHARE * n_slots), hashes, counts, last)
    ranks = np.ceil(np.log2(np.maximum(np.arange(len(chosen) + 1), 1))).astype(np.uint8)
    return Rarity(hashes, ranks[counts], len(chosen))


@compiled("i8(u4, u4[::1])")
def find_word(word, hashes):
    """The slot of a word in the table, or the empty one where it would be."""
    mask = np.uint32(len(hashes) - 1)
    slot = (word * np.uint32(0x9E3779B1)) & mask
    while hashes[slot] != 0 and hashes[slot] != word:
        slot = (slot + np.uint32(1)) & mask
    return np.int64(slot)


@compiled("void(u4[::1], i8[::1], i8[::1], i8, u4[::1], i4[::1], i4[::1])")
def count_words(hashes, ends, chosen, most, table, counts, last):
    """Count in how many of the chosen texts each word stands; `most` words at most, `last` is working memory."""
    held = 0
    for number in range(len(chosen)):
        for i in range(ends[chosen[number]], ends[chosen[number] + 1]):
            slot = find_word(hashes[i], table)
            if table[slot] == 0:
                if held >= most or hashes[i] == 0:
                    continue
                table[slot] = hashes[i]
                held += 1
            if last[slot] != number:
                last[slot] = number
                counts[slot] += 1
