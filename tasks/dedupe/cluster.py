"""Cluster: from verified relations to clusters that hold against their centre.

In     related pairs                      from tasks.dedupe.relate
Out    a label a text                     to   the caller

* Near relations join. A contained text joins the one container that covers it best; so two containers are never
  joined by what they both contain.
* A text that contains several texts without any wording in common is a digest: it joins none of them.
* No chains: each member must hold against the cluster's centre, its longest text; the others leave and cluster
  among themselves.

Every tie is broken by the texts' digests, so the order of the input does not matter.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tasks.dedupe.relate import CONTAINS, NEAR


def cluster_pairs(
    ranks: np.ndarray,
    shorter: np.ndarray,
    longer: np.ndarray,
    relations: np.ndarray,
    scores: np.ndarray,
    touching: tuple[np.ndarray, np.ndarray],
    holds: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> np.ndarray:
    """One label a text; equal labels mean one cluster.

    Args:
        ranks: int64, (n_texts,), a strict order of the texts, the longest first, independent of the input's order.
        shorter, longer, relations, scores: the compared pairs.
        touching: pairs of texts that share any wording.
        holds: (members, centres) -> bool array, whether each member may be in its centre's cluster.
    """
    near = relations == NEAR
    first, second = shorter[near], longer[near]
    inside, around = best_containers(ranks, shorter, longer, relations, scores)
    keep = ~in_digests(around, shorter, longer, relations, touching)
    first, second = np.append(first, inside[keep]), np.append(second, around[keep])
    return split_by_centres(components(first, second, len(ranks)), ranks, first, second, holds)


def components(first: np.ndarray, second: np.ndarray, n_texts: int) -> np.ndarray:
    """Labels of the connected components of a graph."""
    graph = coo_matrix((np.ones(len(first), np.int8), (first, second)), shape=(n_texts, n_texts))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def best_containers(
    ranks: np.ndarray, shorter: np.ndarray, longer: np.ndarray, relations: np.ndarray, scores: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Each contained text and the one container that covers it best; of equals the closest in length."""
    chosen = np.flatnonzero(relations == CONTAINS)
    order = chosen[np.lexsort((-ranks[longer[chosen]], -scores[chosen], shorter[chosen]))]
    firsts = np.append(True, shorter[order][1:] != shorter[order][:-1])[: len(order)]
    return shorter[order][firsts], longer[order][firsts]


def in_digests(
    containers: np.ndarray,
    shorter: np.ndarray,
    longer: np.ndarray,
    relations: np.ndarray,
    touching: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """Whether each of the containers is a digest, where a contained text joins nothing."""
    contained, container = shorter[relations == CONTAINS], longer[relations == CONTAINS]
    members: dict[int, list[int]] = {}
    for part, whole in zip(contained.tolist(), container.tolist(), strict=True):
        members.setdefault(whole, []).append(part)
    several = {whole: parts for whole, parts in members.items() if len(parts) > 1}
    if not several:
        return np.zeros(len(containers), bool)
    links = set(zip(*(side.tolist() for side in touching), strict=True))
    links |= {(right, left) for left, right in links}
    digests = {whole for whole, parts in several.items() if not _hang_together(parts, links)}
    return np.array([whole in digests for whole in containers.tolist()], bool)


def _hang_together(parts: list[int], links: set[tuple[int, int]]) -> bool:
    """Whether every text is linked with every other, over others of the list."""
    reached, waiting = {parts[0]}, [parts[0]]
    while waiting:
        here = waiting.pop()
        new = [part for part in parts if part not in reached and (here, part) in links]
        reached.update(new)
        waiting += new
    return len(reached) == len(parts)


def split_by_centres(
    labels: np.ndarray,
    ranks: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    holds: Callable[[np.ndarray, np.ndarray], np.ndarray],
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
