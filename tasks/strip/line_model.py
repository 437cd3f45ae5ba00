"""The line model: how likely each line of a text is not the article's.

In     the matrix of `features.describe`
Out    logs of the odds of "something else", and for single lines the features that weighed most

Boosted decision trees over named numbers; the log of odds of a line is the sum of the leaves it falls into. The leaves
are whole numbers (hundred-thousandths), so that sums are exact and do not depend on order or machine. Made by
bench/strip_fit.py from pages and articles of sites outside the part set aside; tasks/rules/strip_line_model.csv.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tasks.rules import read_csv, rule_cache
from tasks.strip.features import FEATURES

UNIT = 100_000  # of a leaf's value
CHUNK = 2_048  # lines at a time: bounds the memory


class Trees(NamedTuple):
    """All trees as arrays of shape (trees, nodes); a leaf leads to itself."""

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray  # int64; of an inner node the mean of the leaves below it
    depth: int
    bias: int


@rule_cache()
def trees() -> Trees:
    """The shipped trees."""
    rows = read_csv("strip_line_model")
    at = {name: i for i, name in enumerate(FEATURES)}
    bias = int(rows[0]["value"])  # the row of tree -1
    rows = rows[1:]
    n_trees = int(rows[-1]["tree"]) + 1
    n_nodes = 1 + max(int(row["node"]) for row in rows)
    feature = np.zeros((n_trees, n_nodes), np.int32)
    threshold = np.full((n_trees, n_nodes), np.inf, np.float32)
    left = np.tile(np.arange(n_nodes, dtype=np.int32), (n_trees, 1))
    right, value = left.copy(), np.zeros((n_trees, n_nodes), np.int64)
    for row in rows:
        place = int(row["tree"]), int(row["node"])
        value[place] = int(row["value"])
        if row["feature"]:
            feature[place], threshold[place] = at[row["feature"]], float(row["threshold"])
            left[place], right[place] = int(row["left"]), int(row["right"])
    return Trees(feature, threshold, left, right, value, _depth(left, right), bias)


def _depth(left: np.ndarray, right: np.ndarray) -> int:
    """Steps from the root to the deepest leaf of any tree."""
    level = [np.zeros(len(left), np.int32)]
    own = np.arange(len(left))
    depth = 0
    while True:
        below = [side[own, nodes] for nodes in level for side in (left, right)]
        if all((side == nodes).all() for side, nodes in zip(below, (n for n in level for _ in range(2)), strict=True)):
            return depth
        level, depth = below, depth + 1


def log_odds(numbers: np.ndarray) -> np.ndarray:
    """The log of odds that each line is something else than the article's, in `UNIT`s; int64, shape (n_lines,)."""
    sums = [_sums(numbers[i : i + CHUNK]) for i in range(0, len(numbers), CHUNK)]
    return np.concatenate(sums) if sums else np.empty(0, np.int64)


def _sums(numbers: np.ndarray) -> np.ndarray:
    """`log_odds` of a bounded number of lines: all of them go down all trees at once, one level at a time."""
    table, walk = trees(), _walk()
    flat = np.ascontiguousarray(numbers).ravel()
    first = (np.arange(len(numbers)) * numbers.shape[1])[:, None]  # where a line's numbers begin
    node = np.repeat(walk.roots[None, :], len(numbers), axis=0)
    for _ in range(table.depth):
        asked = flat.take(walk.feature.take(node) + first)
        node = walk.below.take(2 * node + (asked <= walk.threshold.take(node)))
    return walk.value.take(node).sum(axis=1) + table.bias


class _Walk(NamedTuple):
    """The trees as flat arrays over all nodes of all trees."""

    roots: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    below: np.ndarray  # of node n: [2 n] where its number is above the threshold, [2 n + 1] where it is not
    value: np.ndarray


@rule_cache()
def _walk() -> _Walk:
    table = trees()
    n_trees, n_nodes = table.left.shape
    roots = np.arange(n_trees) * n_nodes
    below = np.stack([table.right + roots[:, None], table.left + roots[:, None]], axis=-1)
    return _Walk(
        roots, table.feature.ravel().astype(np.int64), table.threshold.ravel(), below.ravel(), table.value.ravel()
    )


def heaviest(numbers: np.ndarray, count: int = 3) -> tuple[str, ...]:
    """Names of the features that raise one line's odds most, heaviest first.

    What a step down a tree changes in the mean of the leaves below is counted for the feature that the step asks for.

    Args:
        numbers: one row of the matrix, shape (n_features,).
    """
    table = trees()
    n_trees = len(table.left)
    own, node = np.arange(n_trees), np.zeros(n_trees, np.int32)
    weight = np.zeros(len(FEATURES), np.int64)
    for _ in range(table.depth):
        feature = table.feature[own, node]
        below = np.where(numbers[feature] <= table.threshold[own, node], table.left[own, node], table.right[own, node])
        np.add.at(weight, feature, table.value[own, below] - table.value[own, node])
        node = below
    order = sorted(np.flatnonzero(weight > 0).tolist(), key=lambda at: (-int(weight[at]), FEATURES[at]))
    return tuple(FEATURES[at] for at in order[:count])
