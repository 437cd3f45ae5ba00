"""Stories: pairs of different texts that tell of one event, seen by the rare figures and names they share.

In     words, the texts to look at (one a cluster), pairs of them that share wording, dates
Out    pairs of texts with a score and evidence         relation `same_story`

A figure tells the more the more digits it has and the fewer texts hold it: its weight is the smaller of both, in bits.
A name (a capital inside a sentence) weighs by its rarity alone. In a corpus of five texts rarity says little, so a
corpus counts as at least `LEAST_CORPUS` texts, and what is asked for is a share: most of the names that the text with
fewer of them holds. One event has its own figures too; names alone are a topic. Where both texts quote the same
wording, names are enough; the same form with other facts is another story. Where both are dated, they may lie at most
`MOST_DAYS` apart.

Limits  Texts without capitals, or in capitals throughout, have no names and so no stories; nor have scripts without
        capitals.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from tasks.dedupe.candidates import IS_NEXT, WITH_NEXT, links_of
from tasks.dedupe.compiled import compiled
from tasks.dedupe.known import NO_DAY
from tasks.dedupe.shingles import drop_repeats
from tasks.dedupe.words import MARK_CAPITAL, MARK_CHARACTER, MARK_DIGITS, MARK_FIGURE, MARK_OPENS, Words

LEAST_CORPUS = 1000  # texts
MOST_DAYS = 7
# Either a figure and most names, five at least; or several figures and some names, or the same wording and some names.
LEAST_FIGURE_BITS, LEAST_NAMES, LEAST_NAMES_SHARE = 5, 5, 0.5
MANY_FIGURE_BITS, FEW_NAMES, FEW_NAMES_SHARE = 13, 3, 0.3
LEAST_WORDING, WORDING_NAMES, WORDING_NAMES_SHARE = 0.3, 4, 0.25
TEMPLATE = -1.0  # stands for the share of wording of two texts with the same form and other facts
LEAST_SHARED = 2  # rare figures and names, for two texts to be held against each other
MOST_HOLDERS = 200  # texts; what more of them hold leads to no pair
DIGIT_BITS = (0, 2, 5, 9)  # of a figure with so many telling digits: leading digits are mostly small


@dataclass(frozen=True)
class Features:
    """Rare figures and names of the chosen texts, sorted by text, then by hash."""

    hashes: np.ndarray  # uint32, (n_features,)
    texts: np.ndarray  # int64: position in the chosen texts
    weights: np.ndarray  # int64, hundredths of a bit
    is_figure: np.ndarray  # bool
    holders: np.ndarray  # int64: how many of the texts hold it
    ends: np.ndarray  # int64, (n_chosen + 1,)

    def name_bits(self) -> np.ndarray:
        """Hundredths of a bit that each text's names have together, int64."""
        names = np.where(self.is_figure, 0, self.weights)
        return np.diff(np.concatenate(([0], np.cumsum(names)))[self.ends])


@dataclass(frozen=True)
class Stories:
    """Pairs of positions in the chosen texts, left < right, and what they share."""

    left: np.ndarray
    right: np.ndarray
    figures: np.ndarray  # how many telling figures both hold
    names: np.ndarray
    wording: np.ndarray  # covered share of the shorter text, 0 where they were not compared
    scores: np.ndarray  # share of the names of the text with fewer that the other holds too

    def choose(self, keep: np.ndarray) -> Stories:
        """The pairs for which `keep` is true."""
        return Stories(*(getattr(self, field.name)[keep] for field in fields(self)))


@dataclass(frozen=True)
class Quotes:
    """Pairs of positions in the chosen texts that share wording and are no duplicates."""

    left: np.ndarray
    right: np.ndarray
    shares: np.ndarray  # covered share of the shorter text; TEMPLATE where the facts differ


def is_feature(marks: np.ndarray) -> np.ndarray:
    """Whether words are telling figures or names, by their marks; bool a word."""
    return (marks & (3 * MARK_DIGITS) > 0) | (
        marks & (MARK_FIGURE | MARK_CAPITAL | MARK_OPENS | MARK_CHARACTER) == MARK_CAPITAL
    )


def find_pairs(words: Words, chosen: np.ndarray, quotes: Quotes, days: np.ndarray | None = None) -> Stories:
    """Pairs of the chosen texts that tell one story.

    Args:
        days: int64, (n_chosen,), day numbers; `NO_DAY` where unknown.
    """
    features = rare_features(words, chosen)
    left, right, wording = with_quotes(*linked_pairs(features, len(chosen)), quotes)
    told = wording != TEMPLATE
    left, right, wording = left[told], right[told], wording[told]
    shared = np.zeros((len(left), 4), np.int64)
    share_features(features.hashes, features.weights, features.is_figure, features.ends, left, right, shared)
    name_bits = features.name_bits()
    names_share = np.round(shared[:, 3] / np.maximum(1, np.minimum(name_bits[left], name_bits[right])), 4)
    figure_bits, names = shared[:, 1] / 100, shared[:, 2]
    enough = (
        ((figure_bits >= LEAST_FIGURE_BITS) & (names >= LEAST_NAMES) & (names_share >= LEAST_NAMES_SHARE))
        | ((figure_bits >= MANY_FIGURE_BITS) & (names >= FEW_NAMES) & (names_share >= FEW_NAMES_SHARE))
        | ((wording >= LEAST_WORDING) & (names >= WORDING_NAMES) & (names_share >= WORDING_NAMES_SHARE))
    )
    if days is not None:
        known = (days[left] != NO_DAY) & (days[right] != NO_DAY)
        enough &= ~known | (np.abs(days[left] - days[right]) <= MOST_DAYS)
    return Stories(left[enough], right[enough], shared[enough, 0], names[enough], wording[enough], names_share[enough])


def with_quotes(left: np.ndarray, right: np.ndarray, quotes: Quotes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pairs and those of the quotes, each once, with the share of wording where it is known."""
    keys = np.concatenate(((quotes.left << 32) | quotes.right, (left << 32) | right))
    keys, first = np.unique(keys, return_index=True)
    wording = np.append(quotes.shares, np.zeros(len(left)))[first]
    return keys >> 32, keys & 0xFFFFFFFF, wording


def rare_features(words: Words, chosen: np.ndarray) -> Features:
    """The figures and names of the chosen texts with their weights."""
    lengths = words.lengths[chosen]
    keys = np.empty(int(lengths.sum()), np.uint64)
    count = collect_features(words.hashes, words.marks, words.ends, chosen, keys)
    keys = keys[:count]
    keys.sort()
    keys = keys[: drop_repeats(keys)]
    kinds = (keys & np.uint64(7)).astype(np.int64)
    hashes, texts = (
        ((keys >> np.uint64(3)) & np.uint64(0xFFFFFFFF)).astype(np.uint32),
        (keys >> np.uint64(35)).astype(np.int64),
    )
    slots = np.zeros((2, 1 << (2 * len(keys)).bit_length()), np.uint32)
    holders = np.zeros(len(keys), np.int64)
    count_holders(hashes, slots, holders)
    corpus = max(LEAST_CORPUS, len(chosen))
    rarity = np.floor(100 * np.log2(corpus / np.arange(1, len(chosen) + 2))).astype(np.int64)[holders - 1]
    limits = np.array([*(100 * bits for bits in DIGIT_BITS), 10_000])[kinds]
    ends = np.searchsorted(texts, np.arange(len(chosen) + 1))
    return Features(hashes, texts, np.minimum(rarity, limits), kinds < 4, holders, ends)


def linked_pairs(features: Features, n_texts: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs that share at least `LEAST_SHARED` figures or names; of an event told by many texts not every pair."""
    bits = max(1, int(n_texts - 1).bit_length())
    use = (~features.is_figure | (features.weights >= 100 * LEAST_FIGURE_BITS)) & (features.holders <= MOST_HOLDERS)
    keys = (features.hashes[use].astype(np.uint64) << np.uint64(bits)) | features.texts[use].astype(np.uint64)
    keys.sort()
    links = links_of(keys, bits, WITH_NEXT) & ~IS_NEXT
    links.sort()
    pairs = np.unique(links[: max(0, len(links) - 1)][links[1:] == links[:-1]]).astype(np.int64)
    return pairs >> 32, pairs & 0xFFFFFFFF


@compiled("i8(u4[::1], u1[::1], i8[::1], i8[::1], u8[::1])")
def collect_features(hashes, marks, ends, chosen, keys):
    """Write `text << 35 | hash << 3 | kind` of figures and names; the kind is a figure's telling digits, or 4.

    Where more than half of the words begin with a capital, a capital says nothing.
    """
    count = 0
    for number in range(len(chosen)):
        text = chosen[number]
        capitals = 0
        for i in range(ends[text], ends[text + 1]):
            capitals += (marks[i] >> 1) & 1
        has_names = 2 * capitals <= ends[text + 1] - ends[text]
        for i in range(ends[text], ends[text + 1]):
            mark = marks[i]
            telling = (mark >> 4) & 3
            if telling or (has_names and (mark & 15) == 2):
                kind = np.uint64(telling if telling else 4)
                keys[count] = (np.uint64(number) << np.uint64(35)) | (np.uint64(hashes[i]) << np.uint64(3)) | kind
                count += 1
    return count


@compiled("void(u4[::1], u4[:, ::1], i8[::1])")
def count_holders(hashes, slots, holders):
    """How many features have the same hash, for each; `slots` is empty working memory, a power of two."""
    mask = np.uint32(slots.shape[1] - 1)
    for rounds in range(2):
        for i in range(len(hashes)):
            slot = (hashes[i] * np.uint32(0x9E3779B1)) & mask
            while slots[1, slot] != 0 and slots[0, slot] != hashes[i]:
                slot = (slot + np.uint32(1)) & mask
            if rounds == 0:
                slots[0, slot] = hashes[i]
                slots[1, slot] += np.uint32(1)
            else:
                holders[i] = slots[1, slot]


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
