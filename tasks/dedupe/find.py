"""Find: the steps of deduplication one after the other, for a sequence of texts.

In     texts; titles and dates where they are known
Out    `Found` (arrays, for the tables), `Clusters` (labels and edges, for callers from outside)

Identical texts are set aside first, so ten thousand copies of one text cost as much as one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.dedupe.candidates import candidate_pairs
from tasks.dedupe.cluster import Pairs, cluster_pairs, is_among, pair_keys
from tasks.dedupe.compare import COUNTS, COVERED, FIRST_BLOCK_LONGER, LONGEST, Corpus, compare_pairs
from tasks.dedupe.compiled import compiled
from tasks.dedupe.decisions import MIN_COVERED_SAME_OPENING, decide, holds_against, is_template, keeps_apart
from tasks.dedupe.evidence import describe_exact, describe_pairs, describe_stories
from tasks.dedupe.known import Fields, Texts, day_numbers, like_starts
from tasks.dedupe.misread import like_characters, may_be_misread
from tasks.dedupe.rarity import count_texts_of_words
from tasks.dedupe.relate import NONE, RELATION_NAMES, Evidence, covered_shares, gather_evidence, nothing_known
from tasks.dedupe.stories import LEAST_WORDING, TEMPLATE, Quotes, Stories, find_pairs
from tasks.dedupe.words import MARK_CAPITAL, Words, encode, read_words

Edge = tuple[int, int, str, float, str]
TOUCHING = 8  # words that two texts must share to count as touching
BORDERLINE = 0.9  # covered share below which the first words are looked at


@dataclass(frozen=True)
class Compared:
    """Pairs of texts that were compared word by word."""

    keys: np.ndarray  # int64, (n_pairs,), sorted `pair_keys`
    counts: np.ndarray  # int32, (n_pairs, len(COUNTS))


NOTHING_COMPARED = Compared(np.empty(0, np.int64), np.empty((0, len(COUNTS)), np.int32))


@dataclass(frozen=True)
class Batch:
    """Texts and all that is asked to compare two of them; numbers of texts are positions in it."""

    texts: Texts
    words: Words
    fields: Fields
    corpus: Corpus
    compared: Compared = NOTHING_COMPARED

    def look_up(self, shorter: np.ndarray, longer: np.ndarray) -> np.ndarray:
        """The counts of some pairs; those that were not compared are compared now."""
        keys = pair_keys(shorter, longer)
        known = is_among(keys, self.compared.keys)
        counts = np.empty((len(keys), len(COUNTS)), np.int32)
        counts[known] = self.compared.counts[np.searchsorted(self.compared.keys, keys[known])]
        counts[~known] = compare_pairs(self.words, shorter[~known], longer[~known], self.corpus)
        return counts

    def evidence(self, shorter: np.ndarray, longer: np.ndarray, counts: np.ndarray) -> Evidence:
        """All that is known of some pairs, from their counts, titles, dates and, where it is close, first words."""
        lengths = self.words.lengths
        covered = counts[:, COVERED] / np.maximum(lengths[shorter], 1)
        ask = np.flatnonzero(covered >= MIN_COVERED_SAME_OPENING)
        known = nothing_known(len(shorter))
        told = self.fields.of_pairs(shorter[ask], longer[ask])
        known.title[ask], known.days[ask] = told.title, told.days
        close = ask[covered[ask] < BORDERLINE]
        known.start[close] = like_starts(self.texts, shorter[close], longer[close])
        short = np.flatnonzero(may_be_misread(self.words, shorter, longer))
        known.misread[short] = like_characters(self.texts, self.words, shorter[short], longer[short])
        return gather_evidence(counts, lengths[shorter], lengths[longer], known)


@dataclass(frozen=True)
class Found:
    """What was found about a batch of texts; all numbers are positions in it."""

    batch: Batch
    same_as: np.ndarray  # int64, (n_texts,): the first text of the same words, itself if there is none
    pairs: Pairs  # related pairs of different texts
    counts: np.ndarray  # int32, (n_pairs, len(COUNTS))
    labels: np.ndarray  # int64, (n_texts,): the cluster's first text
    quotes: tuple[np.ndarray, np.ndarray, np.ndarray]  # (shorter, longer, share): pairs that share wording, no more
    ranks: np.ndarray  # int64, (n_texts,): a strict order, the longest first, independent of the input's

    @property
    def words(self) -> Words:
        """The words of all texts."""
        return self.batch.words


@dataclass(frozen=True)
class Clusters:
    """The answer of `cluster_texts`: equal labels mean one cluster; edges say why."""

    labels: np.ndarray
    found: Found
    fullest: np.ndarray  # int64: the longest text of each cluster, by which stories are told
    stories: Stories  # pairs of positions in `fullest`

    @cached_property
    def edges(self) -> list[Edge]:
        """(left, right, relation, score, evidence) with left < right; the evidence is written when first asked for."""
        related = related_edges(self.found, range(len(self.labels)))
        return sorted([*related, *story_edges(self.found, self.fullest, self.stories)])


def cluster_texts(
    texts: Sequence[str] | pa.Array,
    *,
    titles: Sequence[str | None] | None = None,
    published: Sequence[date | None] | pa.Array | None = None,
) -> Clusters:
    """Group texts that are copies, versions or excerpts of one another, and link clusters that tell one story.

    Args:
        titles, published: a title and a date a text, where known; what is missing is no evidence.

    >>> cluster_texts(["The ferry was late again.", "THE FERRY was late again", "Rain."]).labels.tolist()
    [0, 0, 2]
    """
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    days = None if published is None else day_numbers(published)
    found = find_related(texts, Fields(titles, days))
    fullest = fullest_members(found)
    return Clusters(found.labels, found, fullest, tell_stories(found, fullest, None if days is None else days[fullest]))


def find_related(texts: Texts, fields: Fields = Fields()) -> Found:  # noqa: B008
    """Relations and clusters of a batch of texts."""
    words = read_words(texts)
    same_as, chosen, ranks = fold_identical(words, texts)
    left, right, common = candidate_pairs(words, chosen)
    longer, shorter = chosen[left], chosen[right]  # the longest come first
    batch = Batch(texts, words, fields, Corpus(count_texts_of_words(words, chosen), common))
    counts = batch.look_up(shorter, longer)
    order = np.argsort(pair_keys(shorter, longer))
    shorter, longer, counts = shorter[order], longer[order], counts[order]
    batch = replace(batch, compared=Compared(pair_keys(shorter, longer), counts))
    pairs, related, quotes = _judge(batch, shorter, longer, counts)

    def judge(members: np.ndarray, others: np.ndarray, verdict: Callable[[Evidence], np.ndarray]) -> np.ndarray:
        swap = ranks[members] < ranks[others]
        one, other = np.where(swap, others, members), np.where(swap, members, others)
        return verdict(batch.evidence(one, other, batch.look_up(one, other)))

    known = np.sort(pair_keys(pairs.shorter, pairs.longer))

    def holds(members: np.ndarray, centres: np.ndarray) -> np.ndarray:
        fine = is_among(pair_keys(members, centres), known)
        fine[~fine] = judge(members[~fine], centres[~fine], holds_against)
        return fine

    def apart(members: np.ndarray, others: np.ndarray) -> np.ndarray:
        bad = ~is_among(pair_keys(members, others), known)
        bad[bad] = judge(members[bad], others[bad], keeps_apart)
        return bad

    touches = counts[:, COVERED] >= TOUCHING
    touching = np.sort(pair_keys(shorter[touches], longer[touches]))
    labels = cluster_pairs(ranks, pairs, touching, holds, apart, batch.compared.keys)[same_as]
    return Found(
        batch=batch,
        same_as=same_as,
        pairs=pairs,
        counts=counts[related],
        labels=first_members(labels),
        quotes=quotes,
        ranks=ranks,
    )


def find_among(found: Found, texts: np.ndarray) -> Found:
    """What would be found about some of the texts alone, each of which stands for itself; one a cluster, say.

    Args:
        found: of all texts; what was compared for it is not compared again.
        texts: int64, positions of texts, no two of the same words.
    """
    words = found.words
    chosen = texts[np.argsort(found.ranks[texts])]
    chosen = chosen[words.lengths[chosen] > 0]
    left, right, _ = candidate_pairs(words, chosen)
    longer, shorter = chosen[left], chosen[right]
    counts = found.batch.look_up(shorter, longer)
    pairs, related, quotes = _judge(found.batch, shorter, longer, counts)
    return replace(found, pairs=pairs, counts=counts[related], quotes=quotes, labels=np.arange(len(found.labels)))


def _judge(
    batch: Batch, shorter: np.ndarray, longer: np.ndarray, counts: np.ndarray
) -> tuple[Pairs, np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The related pairs, which of the compared ones they are, and those that share wording and no more."""
    lengths = batch.words.lengths
    evidence = batch.evidence(shorter, longer, counts)
    relations, rules = decide(evidence)
    scores, scores_longer = covered_shares(counts, lengths[shorter], lengths[longer])
    related = relations != NONE
    pairs = Pairs(
        shorter, longer, relations, scores, scores_longer, counts[:, FIRST_BLOCK_LONGER], counts[:, LONGEST], rules,
        evidence.title, evidence.days,
    )  # fmt: skip
    templates = is_template(evidence)
    quoting = ~related & ((scores >= LEAST_WORDING) | templates)
    quotes = (shorter[quoting], longer[quoting], np.where(templates, TEMPLATE, scores)[quoting])
    return pairs.choose(related), related, quotes


def fold_identical(words: Words, texts: Texts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Set aside texts of the same words.

    Returns:
        same_as: the text that stands for each text: of those with the same words the one with most capitals (names
            are seen by them), unless most of its words have one; then the one with the smallest digest of its bytes.
            Texts without any word are the same only where their bytes are.
        chosen: the texts that stand for themselves and have words, in the order of their ranks.
        ranks: a strict order of all texts, the longest first, that does not depend on the input's order.
    """
    lengths, digests = words.lengths, words.digests.copy()
    order = np.lexsort((digests, -lengths))
    again = (np.diff(lengths[order]) == 0) & (np.diff(digests[order]) == 0)
    alike = np.union1d(order[1:][again], order[:-1][again])
    raw, capitals = np.zeros(len(order), np.uint64), np.zeros(len(order), np.int64)
    raw[alike] = [_digest(texts[k]) for k in alike.tolist()]
    useful_capitals(words.marks, words.ends, alike, capitals)
    digests = np.where(lengths > 0, digests, raw)
    order = np.lexsort((raw, -capitals, digests, -lengths))
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    new = np.append(True, (np.diff(lengths[order]) != 0) | (np.diff(digests[order]) != 0))[: len(order)]
    starts = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    same_as = np.empty(len(order), np.int64)
    same_as[order] = order[starts]
    return same_as, order[new & (lengths[order] > 0)], ranks


@compiled("void(u1[::1], i8[::1], i8[::1], i8[::1])")
def useful_capitals(marks, ends, texts, capitals):
    """How many words of each of the texts begin with a capital; none where most of them do."""
    for text in texts:
        count = 0
        for i in range(ends[text], ends[text + 1]):
            count += (marks[i] & MARK_CAPITAL) > 0
        capitals[text] = count if 2 * count <= ends[text + 1] - ends[text] else 0


def _digest(text: str | pa.Scalar | None) -> int:
    if isinstance(text, pa.Scalar):
        text = text.as_py()
    return int.from_bytes(blake2b(encode(text or ""), digest_size=8).digest(), "big")


def fullest_members(found: Found) -> np.ndarray:
    """The longest text of each cluster that has words, in the order of their ranks."""
    ranked = np.argsort(found.ranks)
    firsts = np.sort(np.unique(found.labels[ranked], return_index=True)[1])
    return ranked[firsts][found.words.lengths[ranked[firsts]] > 0]


def tell_stories(found: Found, texts: np.ndarray, days: np.ndarray | None) -> Stories:
    """The pairs of the texts that tell one story and have no other relation.

    Args:
        texts: int64, one text a cluster.
        days: int64, a day number a text, or None.
    """
    number = np.full(len(found.labels), -1)
    number[found.labels[texts]] = np.arange(len(texts))
    number = number[found.labels]  # of the text that stands for each text's cluster
    shorter, longer, shares = found.quotes
    stories = find_pairs(found.words, texts, quotes_among(number[shorter], number[longer], shares), days)
    related = np.sort(pair_keys(number[found.pairs.shorter], number[found.pairs.longer]))
    return stories.choose(~is_among(pair_keys(stories.left, stories.right), related))


def quotes_among(one: np.ndarray, other: np.ndarray, shares: np.ndarray) -> Quotes:
    """Quotes with the smaller number first, without those inside one cluster."""
    apart = one != other
    one, other = one[apart], other[apart]
    return Quotes(np.minimum(one, other), np.maximum(one, other), shares[apart])


def first_members(labels: np.ndarray) -> np.ndarray:
    """Labels renamed to the first text of each cluster."""
    _, firsts, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return firsts[inverse]


def related_edges(found: Found, names: Sequence[Any]) -> list[Edge]:
    """Exact, near and contains relations as edges; `names[k]` is what the evidence calls text k."""
    lengths, pairs = found.words.lengths, found.pairs
    edges: list[Edge] = []
    for copy in np.flatnonzero(found.same_as != np.arange(len(found.same_as))).tolist():
        left, right = sorted((copy, int(found.same_as[copy])))
        edges.append((left, right, "exact", 1.0, describe_exact(int(lengths[copy]))))
    evidence = describe_pairs(found.batch.texts, found.batch.corpus, pairs, found.counts, names)
    left, right = np.minimum(pairs.shorter, pairs.longer), np.maximum(pairs.shorter, pairs.longer)
    relations = [RELATION_NAMES[kind] for kind in pairs.relations.tolist()]
    edges += zip(left.tolist(), right.tolist(), relations, pairs.scores.tolist(), evidence, strict=True)
    return edges


def story_edges(found: Found, chosen: np.ndarray, stories: Stories) -> list[Edge]:
    """`same_story` relations as edges; number k of the stories stands for text `chosen[k]`."""
    left, right = chosen[stories.left], chosen[stories.right]
    left, right = np.minimum(left, right), np.maximum(left, right)
    evidence = describe_stories(found.batch.texts, chosen, stories)
    kind = ["same_story"] * len(left)
    return list(zip(left.tolist(), right.tolist(), kind, stories.scores.tolist(), evidence, strict=True))
