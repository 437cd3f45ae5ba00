"""Shingles: which runs of four words stand for a text when texts are looked for.

In     word hashes                          from tasks.dedupe.words
Out    sorted keys, one a kept shingle      to   tasks.dedupe.candidates

About one shingle in `SAMPLE_RATE` is kept, by value, so the same words are kept in every text. A short text inside a
long one therefore keeps a subset of the long one's shingles: this sees containment, which a signature of fixed
length (MinHash) does not. A key is the shingle's hash with the text's number in its last bits, so that one sort
brings the texts of a shingle together.

Source  A. Broder, On the resemblance and containment of documents, 1997 (the MOD m sketch).
Limits  Texts under four words keep nothing; exact hashing settles them.
"""

from __future__ import annotations

import numpy as np

from tasks.dedupe.compiled import compiled
from tasks.dedupe.words import Words

SHINGLE = 4  # words
SHORT_TEXT = 64  # words; shorter ones keep all their shingles
SAMPLE_RATE = 3  # one in so many is kept
COMMON_BITS = 30  # of a shingle's hash that say nothing in `common_table`: they may be a text's number


def sample_shingles(
    words: Words, texts: np.ndarray, rate: int = SAMPLE_RATE, part: int = 0, part_bits: int = 0
) -> tuple[np.ndarray, int, np.ndarray]:
    """Keep about one in `rate` of the shingles of the chosen texts.

    Args:
        texts: int64, the texts to look at; position k in it is the text's number in the keys.
        rate: 1 keeps every shingle.
        part: of the kept shingles only those whose first `part_bits` bits are this number.

    Returns:
        keys: uint64, sorted, without repetition.
        bits: how many of a key's last bits are the text's number.
        kept: int64, (n_texts,), how many keys each text has.

    Raises:
        ValueError: rate is below 1.
    """
    if rate < 1:
        raise ValueError(f"rate must be 1 or more, got {rate}")
    bits = max(1, int(len(texts) - 1).bit_length())
    keys = np.empty(int(words.lengths[texts].sum()) + 1, np.uint64)
    part_mask = ((1 << part_bits) - 1) << (64 - part_bits)
    count = keep_shingles(
        words.hashes, words.ends, texts, np.uint64(2**32 // rate - 1), np.uint64(bits),
        np.uint64(part << (64 - part_bits)), np.uint64(part_mask), keys,
    )  # fmt: skip
    keys = keys[:count]
    keys.sort()
    keys = keys[: drop_repeats(keys)]
    kept = np.zeros(len(texts), np.int64)
    count_texts(keys, np.uint64((1 << bits) - 1), kept)
    return keys, bits, kept


@compiled("u8(u4[::1], i8)")
def shingle_at(hashes, i):
    """The hash of the shingle that begins at a word; its low half decides whether it is kept."""
    odd = np.uint64(0x9E3779B97F4A7C15)
    second, third, fourth = np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9), np.uint64(0xD6E8FEB86659FD93)
    mixed = np.uint64(hashes[i]) * odd + np.uint64(hashes[i + 1]) * second
    mixed += np.uint64(hashes[i + 2]) * third + np.uint64(hashes[i + 3]) * fourth
    return (mixed ^ (mixed >> np.uint64(32))) * odd


@compiled("i8(u4[::1], i8[::1], i8[::1], u8, u8, u8, u8, u8[::1])")
def keep_shingles(hashes, ends, texts, limit, bits, part, part_mask, keys):
    """Write the keys of all shingles of one part whose hash is at most `limit`; returns how many."""
    mask = (np.uint64(1) << bits) - np.uint64(1)
    count = 0
    for number in range(len(texts)):
        text = texts[number]
        most = limit if ends[text + 1] - ends[text] >= SHORT_TEXT else np.uint64(0xFFFFFFFF)
        for i in range(ends[text], ends[text + 1] - (SHINGLE - 1)):
            mixed = shingle_at(hashes, i)
            # The low half decides who is kept, the high bits are the key. Always written, counted only when kept.
            keys[count] = (mixed & ~mask) | np.uint64(number)
            count += int(((mixed & np.uint64(0xFFFFFFFF)) <= most) & ((mixed & part_mask) == part))
    return count


@compiled("i8(u8[::1], u8, i8, u8[::1])")
def write_common(keys, bits, least, found):
    """Write the shingles, without their texts, that at least so many texts hold; returns how many."""
    count, start = 0, 0
    for i in range(1, len(keys) + 1):
        if i == len(keys) or (keys[i] >> bits) != (keys[start] >> bits):
            if i - start >= least:
                found[count] = keys[start] >> bits << bits
                count += 1
            start = i
    return count


def common_table(found: np.ndarray) -> np.ndarray:
    """Shingles in slots of a table, for `is_common`; only the bits that all keys have are compared."""
    table = np.zeros(1 << (2 * len(found) + 1).bit_length(), np.uint64)
    put_common(found >> np.uint64(COMMON_BITS), table)
    return table


@compiled("void(u8[::1], u8[::1])")
def put_common(found, table):
    """Put each shingle into its slot."""
    mask = np.uint64(len(table) - 1)
    for shingle in found:
        slot = shingle & mask
        while table[slot] != 0 and table[slot] != shingle:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = shingle


@compiled("b1(u8, u8[::1])")
def is_common(mixed, table):
    """Whether a shingle is in the table."""
    mask = np.uint64(len(table) - 1)
    shingle = mixed >> np.uint64(COMMON_BITS)
    slot = shingle & mask
    while table[slot] != 0:
        if table[slot] == shingle:
            return True
        slot = (slot + np.uint64(1)) & mask
    return False


@compiled("i8(u8[::1])")
def drop_repeats(keys):
    """Move the distinct ones of sorted keys to the front; returns how many there are."""
    count = 0
    for i in range(len(keys)):
        if count == 0 or keys[i] != keys[count - 1]:
            keys[count] = keys[i]
            count += 1
    return count


@compiled("void(u8[::1], u8, i8[::1])")
def count_texts(keys, mask, kept):
    """Add to `kept` how many keys each text has."""
    for i in range(len(keys)):
        kept[keys[i] & mask] += 1
