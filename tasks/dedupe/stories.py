"""Stories: pairs of different texts that tell of one event, seen by the rare figures and names they share.

In     words, the texts to look at (one a cluster), pairs that share wording, dates
Out    pairs of texts with a score and evidence         relation `same_story`

A figure tells the more the more digits it has and the fewer texts hold it: its weight is the smaller of both, in bits.
A name (a capital inside a sentence) weighs by its rarity alone. In a corpus of five texts rarity says little, so a
corpus counts as at least `LEAST_CORPUS` texts and a pair needs figures, not names alone. Where both texts are dated,
they may lie at most `MOST_DAYS` apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tasks.dedupe.candidates import count_links, write_links
from tasks.dedupe.compiled import compiled
from tasks.dedupe.words import Words

NO_DAY = np.iinfo(np.int64).min
LEAST_CORPUS = 1000  # texts
MOST_DAYS = 7
LEAST_FIGURE_BITS = 10  # of all shared figures together
LEAST_FIGURES = 2
LEAST_NAMES = 1
DIGIT_BITS = (0, 2, 5, 9)  # of a figure with so many telling digits: leading digits are mostly small


@dataclass(frozen=True)
class Features:
    """Rare figures and names of the chosen texts, sorted by text, then by hash."""

    hashes: np.ndarray  # uint32, (n_features,)
    texts: np.ndarray  # int64: position in the chosen texts
    weights: np.ndarray  # int64, hundredths of a bit
    is_figure: np.ndarray  # bool
    ends: np.ndarray  # int64, (n_chosen + 1,)


@dataclass(frozen=True)
class Stories:
    """Pairs of positions in the chosen texts, and what they share."""

    left: np.ndarray
    right: np.ndarray
    figures: np.ndarray  # how many rare figures both hold
    names: np.ndarray
    bits: np.ndarray  # hundredths of a bit, figures and names
    scores: np.ndarray

    def evidence(self, k: int) -> str:
        """What pair k shares, as a JSON object."""
        return json.dumps(
            {
                "bits": round(int(self.bits[k]) / 100, 1),
                "shared_figures": int(self.figures[k]),
                "shared_names": int(self.names[k]),
            },
            sort_keys=True,
        )


def find_pairs(words: Words, chosen: np.ndarray, days: np.ndarray | None = None) -> Stories:
    """Pairs of the chosen texts that tell one story.

    Args:
        days: int64, (n_chosen,), day numbers; the smallest int64 where unknown.
    """
    features = rare_features(words, chosen)
    left, right = pairs_with_figures(features, len(chosen))
    shared = np.zeros((len(left), 4), np.int64)
    share_features(features.hashes, features.weights, features.is_figure, features.ends, left, right, shared)
    enough = (shared[:, 0] >= LEAST_FIGURES) & (shared[:, 1] >= 100 * LEAST_FIGURE_BITS) & (shared[:, 2] >= LEAST_NAMES)
    if days is not None:
        known = (days[left] != NO_DAY) & (days[right] != NO_DAY)
        enough &= ~known | (np.abs(days[left] - days[right]) <= MOST_DAYS)
    left, right, shared = left[enough], right[enough], shared[enough]
    bits = shared[:, 1] + shared[:, 3]
    return Stories(left, right, shared[:, 0], shared[:, 2], bits, np.round(bits / (bits + 1000), 4))


def day_numbers(dates: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Days since 1970 as int64, `NO_DAY` for null."""
    days = dates.cast(pa.date32()).cast(pa.int32()).cast(pa.int64()).fill_null(int(NO_DAY))
    return np.asarray(days.to_numpy(zero_copy_only=False) if isinstance(days, pa.Array) else days.to_numpy())


def rare_features(words: Words, chosen: np.ndarray) -> Features:
    """The figures and names of the chosen texts with their weights."""
    lengths = words.lengths[chosen]
    keys = np.empty(int(lengths.sum()), np.uint64)
    kinds = np.empty(len(keys), np.uint8)
    count = collect_features(words.hashes, words.marks, words.ends, chosen, keys, kinds)
    keys, first = np.unique(keys[:count], return_index=True)
    kinds = kinds[:count][first]
    hashes, texts = (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32), (keys >> np.uint64(32)).astype(np.int64)
    _, inverse, held = np.unique(hashes, return_inverse=True, return_counts=True)
    rarity = np.floor(100 * np.log2(max(LEAST_CORPUS, len(chosen)) / held))[inverse].astype(np.int64)
    limits = np.array([*(100 * bits for bits in DIGIT_BITS), 10_000])[kinds]
    ends = np.searchsorted(texts, np.arange(len(chosen) + 1))
    return Features(hashes, texts, np.minimum(rarity, limits), kinds < 4, ends)


def pairs_with_figures(features: Features, n_texts: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs that share at least `LEAST_FIGURES` telling figures."""
    use = features.is_figure & (features.weights >= 500)
    bits = max(1, int(n_texts - 1).bit_length())
    keys = (features.hashes[use].astype(np.uint64) << np.uint64(bits)) | features.texts[use].astype(np.uint64)
    keys.sort()
    packed = np.empty(count_links(keys, np.uint64(bits)), np.uint64)
    write_links(keys, np.uint64(bits), packed)
    pairs, shared = np.unique(packed, return_counts=True)
    pairs = pairs[shared >= LEAST_FIGURES]
    return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


@compiled("i8(u4[::1], u1[::1], i8[::1], i8[::1], u8[::1], u1[::1])")
def collect_features(hashes, marks, ends, chosen, keys, kinds):
    """Write `text << 32 | hash` of figures and names, with the figure's telling digits or 4 for a name."""
    count = 0
    for number in range(len(chosen)):
        text = chosen[number]
        for i in range(ends[text], ends[text + 1]):
            mark = marks[i]
            telling = (mark >> 4) & 3
            if telling or (mark & 15) == 2:
                keys[count] = (np.uint64(number) << np.uint64(32)) | np.uint64(hashes[i])
                kinds[count] = telling if telling else 4
                count += 1
    return count


@compiled("void(u4[::1], i8[::1], b1[::1], i8[::1], i8[::1], i8[::1], i8[:, ::1])")
def share_features(hashes, weights, is_figure, ends, left, right, shared):
    """For each pair: shared figures, their bits, shared names, their bits."""
    for pair in range(len(left)):
        i, i_end = ends[left[pair]], ends[left[pair] + 1]
        j, j_end = ends[right[pair]], ends[right[pair] + 1]
        while i < i_end and j < j_end:
            if hashes[i] < hashes[j]:
                i += 1
            elif hashes[i] > hashes[j]:
                j += 1
            else:
                column = 0 if is_figure[i] else 2
                shared[pair, column] += 1
                shared[pair, column + 1] += weights[i]
                i += 1
                j += 1
