"""Pair decisions: what people said of two documents, `same` or `different`, and what follows from it.

In     decisions about pairs; labels of clusters that the texts alone gave
Out    labels that heed them: documents that are the same share a cluster, those that differ never do

Documents that are the same are one unit and are never parted. A cluster that holds documents which must be apart is
dealt out anew, unit by unit: first the one with the cluster's longest text, then those that must be apart from another,
then the others. A unit goes to the group that it is most like among those that hold nothing it must be apart from;
where there is none, it begins a group. Nothing of this depends on the order of the documents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Likeness = Callable[[np.ndarray, np.ndarray], np.ndarray]  # pairs of positions -> how like their texts are, 0…1


@dataclass(frozen=True)
class PairDecision:
    """What somebody said of two documents; `told` has who, when and why."""

    left_id: str
    right_id: str
    is_same: bool
    told: Mapping[str, str] = field(default_factory=dict)


class JoinedIds:
    """Which documents are the same by what was said so far, and which of these units must be apart."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._apart: dict[str, set[str]] = defaultdict(set)  # by the head of a unit: heads of other units

    def head(self, name: str) -> str:
        """The document that stands for all that are the same as this one."""
        path = []
        while (above := self._parent.get(name, name)) != name:
            path.append(name)
            name = above
        for below in path:
            self._parent[below] = name
        return name

    def add(self, left: str, right: str, is_same: bool) -> bool:
        """Note a decision; False, and nothing noted, where it contradicts those before it.

        >>> joined = JoinedIds()
        >>> [joined.add("a", "b", True), joined.add("b", "c", True), joined.add("a", "c", False)]
        [True, True, False]
        """
        one, other = self.head(left), self.head(right)
        if not is_same:
            if one == other:
                return False
            self._apart[one].add(other)
            self._apart[other].add(one)
            return True
        if other in self._apart[one]:
            return False
        if one != other:
            self._parent[other] = one
            for third in self._apart.pop(other, set()):
                self._apart[third].discard(other)
                self._apart[third].add(one)
                self._apart[one].add(third)
        return True


def heed_pairs(
    labels: np.ndarray, ranks: np.ndarray, ids: Sequence[str], decisions: Sequence[PairDecision], likeness: Likeness
) -> np.ndarray:
    """Labels of clusters that heed what people said; a label is the position of the cluster's first document.

    Args:
        labels: int64, (n_documents,), equal for documents of one cluster.
        ranks: int64, (n_documents,), a strict order, the longest text first.
        ids: of the documents, sorted; decisions about others are passed over.
        decisions: they do not contradict each other.
        likeness: (positions, positions) -> float array.
    """
    place = {name: row for row, name in enumerate(ids)}
    known = [(place[d.left_id], place[d.right_id], d) for d in decisions if {d.left_id, d.right_id} <= place.keys()]
    if not known:
        return labels
    units, clusters = JoinedIds(), JoinedIds()
    for left, right, d in known:
        if d.is_same:
            units.add(ids[left], ids[right], True)
            clusters.add(str(labels[left]), str(labels[right]), True)
    apart: dict[str, set[str]] = defaultdict(set)
    for left, right, d in known:
        if not d.is_same:
            apart[units.head(ids[left])].add(units.head(ids[right]))
            apart[units.head(ids[right])].add(units.head(ids[left]))
    touched = np.unique([labels[row] for left, right, _ in known for row in (left, right)])
    members: dict[str, list[int]] = defaultdict(list)
    for row in np.flatnonzero(np.isin(labels, touched)).tolist():
        members[clusters.head(str(labels[row]))].append(row)
    result = labels.copy()
    for rows in members.values():
        for group in _dealt(rows, ranks, [units.head(ids[row]) for row in rows], apart, likeness):
            result[group] = min(group)
    return result


def _dealt(
    rows: list[int], ranks: np.ndarray, heads: list[str], apart: Mapping[str, set[str]], likeness: Likeness
) -> list[list[int]]:
    """A cluster's documents in groups that hold no two which must be apart."""
    here = set(heads)
    odd = {head for head in here if apart.get(head, set()) & here}
    if not odd:
        return [rows]
    units: dict[str, list[int]] = defaultdict(list)
    for row, head in sorted(zip(rows, heads, strict=True), key=lambda pair: ranks[pair[0]]):
        units[head].append(row)
    first, *others = units  # a unit's place is that of its longest text
    groups: list[list[int]] = []
    inside: list[set[str]] = []
    for head in [first, *sorted(others, key=lambda head: head not in odd)]:
        free = [k for k, names in enumerate(inside) if not names & apart.get(head, set())]
        if not free:
            groups.append([])
            inside.append(set())
            free = [len(groups) - 1]
        best = free[0] if len(free) == 1 else max(free, key=lambda k: (_most(units[head], groups[k], likeness), -k))
        groups[best] += units[head]
        inside[best].add(head)
    return groups


def _most(unit: list[int], group: list[int], likeness: Likeness) -> float:
    """How like a unit is to the first document of a group: its longest, or that which must be apart from others."""
    return float(likeness(np.array(unit), np.full(len(unit), group[0])).max())
