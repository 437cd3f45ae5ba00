"""Cluster: from verified relations to clusters that hold against their centre.

In     related pairs                      from tasks.dedupe.relate
Out    a label a text                     to   the caller

* Near relations join, and containers that are mostly the contained text. Any other contained text joins the one
  container that covers it best; so two containers are never joined by what they both contain.
* A text that contains several texts without any wording in common is a digest: it joins none of them.
* No chains: each member must hold against the cluster's centre, its longest text; the others leave and cluster
  among themselves.

Every tie is broken by the texts' digests, so the order of the input does not matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tasks.dedupe.candidates import LONG_POSTING
from tasks.dedupe.relate import NEAR

VERSION = 0.6  # a longer text that is the shorter one to this share is its version: joins as a near one does
WHOLE = 0.8  # a longer text covered to this share is a copy of its part, not a collection that holds it


MAX_ALL = 40  # members of a cluster that are all held against each other; of more each against its neighbours
NEIGHBOURS = 2
Judge = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Pairs:
    """Related pairs of texts; arrays of one length."""

    shorter: np.ndarray  # int64
    longer: np.ndarray
    relations: np.ndarray  # NEAR or CONTAINS
    scores: np.ndarray  # share of the shorter text that is covered
    scores_longer: np.ndarray  # the same of the longer text
    begins: np.ndarray  # where in the longer text the longest shared block begins, words
    lengths: np.ndarray  # of that block, words
    rules: np.ndarray  # number of the rule that decided, -1: none
    titles: np.ndarray  # likeness of the titles, below 0 where unknown
    days: np.ndarray  # days apart, below 0 where unknown

    def choose(self, which: np.ndarray | slice) -> Pairs:
        """The pairs that an index, a mask or a slice chooses."""
        return Pairs(*(getattr(self, field.name)[which] for field in fields(self)))


def cluster_pairs(
    ranks: np.ndarray,
    pairs: Pairs,
    touching: np.ndarray,
    holds: Judge,
    apart: Judge,
    compared: np.ndarray,
) -> np.ndarray:
    """One label a text; equal labels mean one cluster.

    Args:
        ranks: int64, (n_texts,), a strict order of the texts, the longest first, independent of the input's order.
        touching: int64, sorted `pair_keys` of texts that share any wording.
        holds: (members, centres) -> bool array, whether each member may be in its centre's cluster.
        apart: (members, members) -> bool array, whether two texts may not share a cluster, however they are linked.
        compared: int64, sorted `pair_keys` of the texts that were compared.
    """
    joining = pairs.choose(~in_digests(pairs, touching))
    is_version = (joining.relations == NEAR) | (joining.scores_longer >= VERSION)
    versions, inside = joining.choose(is_version), best_containers(ranks, joining.choose(~is_version))
    first, second = np.append(versions.shorter, inside.shorter), np.append(versions.longer, inside.longer)
    return split_by_centres(components(first, second, len(ranks)), ranks, first, second, holds, apart, compared)


def pair_keys(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """One number a pair, whichever comes first, int64."""
    return (np.minimum(one, other) << 32) | np.maximum(one, other)


def components(first: np.ndarray, second: np.ndarray, n_texts: int) -> np.ndarray:
    """Labels of the connected components of a graph."""
    graph = coo_matrix((np.ones(len(first), np.int8), (first, second)), shape=(n_texts, n_texts))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def best_containers(ranks: np.ndarray, pairs: Pairs) -> Pairs:
    """For each contained text the one pair whose container covers it best; of equals the closest in length."""
    pairs = pairs.choose(np.lexsort((-ranks[pairs.longer], -pairs.scores, pairs.shorter)))
    return pairs.choose(np.append(True, pairs.shorter[1:] != pairs.shorter[:-1])[: len(pairs.shorter)])


def in_digests(pairs: Pairs, touching: np.ndarray) -> np.ndarray:
    """Whether each pair joins a part with a digest: a text with several parts that have nothing in common.

    Parts have something in common when their places in the whole overlap, or when they share wording. A pair whose
    longer text is nearly all covered is no part of anything.
    """
    parts = np.flatnonzero(pairs.scores_longer < WHOLE)
    parts = parts[np.lexsort((pairs.begins[parts], pairs.longer[parts]))]
    wholes = pairs.longer[parts]
    # The next part begins behind all parts before it; positions of different wholes are moved apart.
    offset = wholes * (int((pairs.begins + pairs.lengths).max(initial=0)) + 1)
    reach = np.maximum.accumulate(offset + pairs.begins[parts] + pairs.lengths[parts])
    apart = np.flatnonzero((wholes[1:] == wholes[:-1]) & ((offset + pairs.begins[parts])[1:] >= reach[:-1]))
    digests = [
        whole for whole in np.unique(wholes[apart]).tolist() if _is_digest(pairs, parts, wholes, whole, touching)
    ]
    return np.isin(np.arange(len(pairs.longer)), parts[np.isin(wholes, digests)])


def _is_digest(pairs: Pairs, parts: np.ndarray, wholes: np.ndarray, whole: int, touching: np.ndarray) -> bool:
    """Whether the parts of one text fall into groups that have nothing in common."""
    mine = parts[np.searchsorted(wholes, whole) : np.searchsorted(wholes, whole, "right")]
    texts, begins = pairs.shorter[mine], pairs.begins[mine]
    ends = begins + pairs.lengths[mine]
    linked = (begins[:, None] < ends[None, :]) & (begins[None, :] < ends[:, None])
    linked |= is_among(pair_keys(texts[:, None], texts[None, :]), touching)
    reached = linked[0]
    while not reached.all():
        more = linked[reached].any(axis=0)
        if (more == reached).all():
            return True
        reached = more
    return False


def is_among(keys: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Whether each key is one of the known ones, which are sorted."""
    if not len(known):
        return np.zeros(keys.shape, bool)
    return known[np.minimum(np.searchsorted(known, keys), len(known) - 1)] == keys


def split_by_centres(
    labels: np.ndarray,
    ranks: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    holds: Judge,
    apart: Judge,
    compared: np.ndarray,
) -> np.ndarray:
    """Let members that do not hold against their cluster's longest text leave, until all hold."""
    n_texts = len(labels)
    result = np.arange(n_texts)
    waiting = np.flatnonzero(np.bincount(labels, minlength=n_texts)[labels] > 1)
    while len(waiting):
        order = waiting[np.lexsort((ranks[waiting], labels[waiting]))]
        starts = np.append(True, labels[order][1:] != labels[order][:-1])
        centres = order[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))]
        stays = starts | holds(order, centres)
        stays &= ~in_conflict(order, centres, stays, apart, compared)
        result[order[stays]] = centres[stays]
        waiting = order[~stays]
        if not len(waiting):
            break
        leaves = np.zeros(n_texts, bool)
        leaves[waiting] = True
        both = leaves[first] & leaves[second] & (labels[first] == labels[second])
        labels = components(first[both], second[both], n_texts)
        waiting = waiting[np.bincount(labels, minlength=n_texts)[labels[waiting]] > 1]
    return result


def in_conflict(
    order: np.ndarray, centres: np.ndarray, stays: np.ndarray, apart: Judge, compared: np.ndarray
) -> np.ndarray:
    """Which members of clusters have to leave, because an earlier member that stays must be kept apart from them.

    Args:
        order: int64, members, those of one cluster together, its centre first.
        centres: int64, the centre of each.
        stays: bool, whether each holds against its centre.
        compared: int64, sorted `pair_keys` of the texts that were compared.
    """
    places = np.flatnonzero(stays)
    sizes = np.bincount(centres[places], minlength=int(centres.max()) + 1)[centres[places]]
    reach = np.where(sizes <= MAX_ALL, MAX_ALL, NEIGHBOURS)
    one, other = [], []
    for step in range(1, min(MAX_ALL, int(sizes.max(initial=0)))):
        near = np.flatnonzero((centres[places[step:]] == centres[places[:-step]]) & (step <= reach[step:]))
        if len(near):
            one.append(places[near + step])
            other.append(places[near])
    leaves = np.zeros(len(order), bool)
    if not one:
        return leaves
    later, earlier = np.concatenate(one), np.concatenate(other)
    # Against its centre each was held already. Texts that share enough to be a template are candidates, and compared,
    # but for those of long postings, where each is linked with its neighbours only.
    sized = np.bincount(centres[places], minlength=int(centres.max()) + 1)[centres[later]]
    asked = (order[earlier] != centres[earlier]) & (
        (sized > LONG_POSTING) | is_among(pair_keys(order[later], order[earlier]), compared)
    )
    later, earlier = later[asked], earlier[asked]
    bad = apart(order[later], order[earlier])
    for k in np.lexsort((earlier[bad], later[bad])).tolist():
        leaves[later[bad][k]] |= not leaves[earlier[bad][k]]
    return leaves
