"""Candidates: pairs of texts that share enough shingles to be worth an exact comparison.

In     sorted shingle keys                     from tasks.dedupe.shingles
Out    pairs of text numbers, left < right     to   tasks.dedupe.compare

A shingle that few texts hold links each of them with each other. One that many hold (a boilerplate sentence, a story
copied two thousand times) links neighbours only: copies of a story share many shingles, and stay connected; texts
that share nothing else fall below the threshold. The work is therefore linear in the number of shingles.
"""

from __future__ import annotations

import numpy as np

from tasks.dedupe.compiled import compiled

LONG_POSTING = 12  # texts; above it neighbours only
NEIGHBOURS = 1  # texts on either side; a posting is longer than that
LEAST_SHARED = 2  # shingles
LEAST_SHARE = 0.05  # of the smaller text's kept shingles; an eighth of the characters misread leaves about 15 %


def candidate_pairs(keys: np.ndarray, bits: int, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pairs that share at least `LEAST_SHARED` shingles and `LEAST_SHARE` of the smaller text's.

    Args:
        kept: int64, (n_texts,), how many shingles of each text were kept.

    Returns:
        left, right: int64, left < right, sorted.
    """
    packed = np.empty(count_links(keys, np.uint64(bits), NEIGHBOURS), np.uint64)
    write_links(keys, np.uint64(bits), NEIGHBOURS, packed)
    packed.sort()
    firsts = (
        np.flatnonzero(np.concatenate(([True], packed[1:] != packed[:-1]))) if len(packed) else np.zeros(0, np.int64)
    )
    shared = np.diff(np.append(firsts, len(packed)))
    pairs = packed[firsts]
    left, right = (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)
    smaller = np.minimum(kept[left], kept[right])
    enough = (shared >= LEAST_SHARED) & (shared >= LEAST_SHARE * smaller)
    return left[enough], right[enough]


@compiled("i8(u8[::1], u8, i8)")
def count_links(keys, bits, neighbours):
    """How many links `write_links` will write."""
    count, start = 0, 0
    for i in range(1, len(keys) + 1):
        if i == len(keys) or (keys[i] >> bits) != (keys[start] >> bits):
            size = i - start
            if size <= 12:
                count += size * (size - 1) // 2
            else:
                for step in range(1, neighbours + 1):
                    count += size - step
            start = i
    return count


@compiled("void(u8[::1], u8, i8, u8[::1])")
def write_links(keys, bits, neighbours, packed):
    """Write one `left << 32 | right` for every key that links two texts; long postings link only neighbours."""
    mask = (np.uint64(1) << bits) - np.uint64(1)
    count, start = 0, 0
    for i in range(1, len(keys) + 1):
        if i == len(keys) or (keys[i] >> bits) != (keys[start] >> bits):
            reach = i - start if i - start <= 12 else neighbours + 1
            for j in range(start, i):
                for k in range(j + 1, min(i, j + reach)):
                    packed[count] = ((keys[j] & mask) << np.uint64(32)) | (keys[k] & mask)
                    count += 1
            start = i
