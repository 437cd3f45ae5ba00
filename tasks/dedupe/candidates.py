"""Candidates: pairs of texts that share enough shingles to be worth an exact comparison.

In     shingle keys, a part at a time          from tasks.dedupe.shingles
Out    pairs of text numbers, left < right     to   tasks.dedupe.compare

A shingle that few texts hold links each of them with each other. One that many hold (a boilerplate sentence, a story
copied two thousand times) links all with the first and each with the next, the longest texts first. The work is
therefore linear in the number of shingles. Links with the next are many and count only where they are a larger share:
copies of a story have that, texts with a common sentence have not.
"""

from __future__ import annotations

import numpy as np

from tasks.dedupe.compiled import compiled
from tasks.dedupe.shingles import (
    SAMPLE_RATE,
    common_table,
    count_texts,
    drop_repeats,
    sample_shingles,
    write_common,
)
from tasks.dedupe.words import Words

MOST_KEYS = 60_000_000  # 480 MB
SHORT = 40  # words of texts that may be damaged beyond shingles
LONG_POSTING = 12  # texts
LEAST_SHARED = 2  # shingles
LEAST_SHARE = 0.05  # of the smaller text's kept shingles; an eighth of the characters misread leaves about 15 %
LEAST_SHARE_NEXT = 0.2  # the same for links with the next text of a long posting
MIN_COMMON, COMMON_SHARE = 4, 0.001  # texts that hold a common shingle, and the same as a share of all
WITH_NEXT, WITH_FIRST = 1, 2  # how a long posting links: each text with the next; or all with the first as well
IS_NEXT = np.uint64(1 << 63)  # marks such a link


def candidate_pairs(
    words: Words, texts: np.ndarray, most_keys: int = MOST_KEYS
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pairs that share at least `LEAST_SHARED` shingles and `LEAST_SHARE` of the smaller text's.

    Args:
        texts: int64, the texts to look at, in the order of their ranks.
        most_keys: about so many shingles are in memory at a time; it does not change the result.

    Returns:
        left, right: int64, positions in `texts`, left < right, sorted.
        common: uint64, a table of the shingles that many texts hold, see `tasks.dedupe.shingles.common_table`.
    """
    n_keys = int(words.lengths[texts].sum()) // SAMPLE_RATE
    part_bits = (n_keys // most_keys).bit_length()
    links, common, kept = [], [], np.zeros(len(texts), np.int64)
    least = max(MIN_COMMON, int(COMMON_SHARE * len(texts)))
    for part in range(1 << part_bits):
        keys, bits, kept_here = sample_shingles(words, texts, part=part, part_bits=part_bits)
        links.append(links_of(keys, bits, WITH_FIRST))
        found = np.empty(len(keys) // least + 1, np.uint64)
        common.append(found[: write_common(keys, np.uint64(bits), least, found)])
        kept += kept_here
    pairs = enough_shared(links[0] if len(links) == 1 else np.concatenate(links), kept)
    pairs = join_pairs(pairs, short_pairs(words, texts))
    return *pairs, common_table(np.concatenate(common))


def short_pairs(words: Words, texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of short texts that share two couples of neighbouring words: of damaged ones little more is left."""
    short = np.flatnonzero(words.lengths[texts] <= SHORT)
    bits = np.uint64(max(1, int(len(short) - 1).bit_length()))
    keys = np.empty(int(words.lengths[texts[short]].sum()) + 1, np.uint64)
    keys = keys[: keep_couples(words.hashes, words.ends, texts[short], bits, keys)]
    keys.sort()
    keys = keys[: drop_repeats(keys)]
    kept = np.zeros(len(short), np.int64)
    count_texts(keys, (np.uint64(1) << bits) - np.uint64(1), kept)
    left, right = enough_shared(links_of(keys, int(bits), WITH_NEXT), kept)
    return short[left], short[right]


def join_pairs(
    some: tuple[np.ndarray, np.ndarray], more: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of both, sorted, none twice."""
    if not len(more[0]):
        return some
    keys = np.unique(np.append(some[0] << 32 | some[1], more[0] << 32 | more[1]))
    return keys >> 32, keys & 0xFFFFFFFF


@compiled("i8(u4[::1], i8[::1], i8[::1], u8, u8[::1])")
def keep_couples(hashes, ends, texts, bits, keys):
    """Write the keys of all couples of neighbouring words; returns how many."""
    mask = (np.uint64(1) << bits) - np.uint64(1)
    count = 0
    for number in range(len(texts)):
        for i in range(ends[texts[number]], ends[texts[number] + 1] - 1):
            mixed = np.uint64(hashes[i]) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(hashes[i + 1])
            mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0xC2B2AE3D27D4EB4F)
            keys[count] = (mixed & ~mask) | np.uint64(number)
            count += 1
    return count


def enough_shared(links: np.ndarray, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pairs whose links are enough.

    Args:
        links: as `write_links` gives them; sorted in place.
        kept: int64, (n_texts,), how many shingles of each text were kept.
    """
    links.sort()
    pairs = np.unique(links[: drop_weak(links, kept)]).astype(np.int64)
    return pairs >> 32, pairs & 0xFFFFFFFF


@compiled("i8(u8[::1], i8[::1])")
def drop_weak(links, kept):
    """Move the pairs whose links are enough to the front of sorted links, without marks; returns how many."""
    count, start = 0, 0
    for i in range(1, len(links) + 1):
        if i == len(links) or links[i] != links[start]:
            shared, is_next, pair = i - start, links[start] >= IS_NEXT, links[start] & ~IS_NEXT
            least = min(kept[pair >> np.uint64(32)], kept[pair & np.uint64(0xFFFFFFFF)])
            if shared >= LEAST_SHARED and shared >= (LEAST_SHARE_NEXT if is_next else LEAST_SHARE) * least:
                links[count] = pair
                count += 1
            start = i
    return count


def links_of(keys: np.ndarray, bits: int, how: int) -> np.ndarray:
    """All links of sorted keys, uint64, in no order; see `write_links`."""
    links = np.empty(len(keys) * max(how, LONG_POSTING // 2), np.uint64)  # untouched pages cost no memory
    return links[: write_links(keys, np.uint64(bits), how, links)]


@compiled("i8(u8[::1], u8, i8, u8[::1])")
def write_links(keys, bits, how, packed):
    """Write one `left << 32 | right` for every key that links two texts; returns how many.

    A long posting links each text with the next, which is marked, and if `how` is WITH_FIRST all with its first.
    """
    mask = (np.uint64(1) << bits) - np.uint64(1)
    count, start = 0, 0
    for i in range(1, len(keys) + 1):
        if i == len(keys) or (keys[i] >> bits) != (keys[start] >> bits):
            if i - start <= LONG_POSTING:
                for j in range(start, i):
                    for k in range(j + 1, i):
                        packed[count] = ((keys[j] & mask) << np.uint64(32)) | (keys[k] & mask)
                        count += 1
            else:
                for j in range(start + 1, i):
                    packed[count] = IS_NEXT | ((keys[j - 1] & mask) << np.uint64(32)) | (keys[j] & mask)
                    count += 1
                for j in range(start + 1, i if how == WITH_FIRST else 0):
                    packed[count] = ((keys[start] & mask) << np.uint64(32)) | (keys[j] & mask)
                    count += 1
            start = i
    return count
