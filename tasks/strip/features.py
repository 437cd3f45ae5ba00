"""The named numbers of every line of a text, from which the line model tells the article's lines from the others.

In     the looks of a text's lines, in order; which lines repeat on the site
Out    a float32 matrix, a row a line, a column a name of `FEATURES`

A line is described by itself (`views.OWN`), by its place, by what the prose elsewhere in the text speaks of, by labels
and rule matches above it, and by some numbers of the lines around it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from itertools import chain

import numpy as np

from tasks.strip.views import OWN, Look

FAR = 30  # lines; farther is the same
_BESIDE = (
    "characters",
    "words",
    "ends_in_stop",
    "capital_words",
    "function_share",
    "site_words",
    "picture_words",
    "kind_heading",
    "has_credit",
    "is_label",
    "digits",
)
_DERIVED = ("known_words", "any_rule")
_SHIFTS = (-3, -2, -1, 1, 2, 3)
_WINDOWS = (4, 10)
_AVERAGED = ("words", "ends_in_stop", "capital_words", "function_share", "site_words", "known_words", "any_rule")
CONTEXT = (
    "known_words",
    "known_often",
    "known_stems",
    "known_names",
    "new_names",
    "any_rule",
    "copies",
    "same_as_neighbour",
    "repeats_on_site",
    "place",
    "lines_below",
    "lines_above",
    "prose_share_above",
    "prose_lines_below",
    "to_prose_above",
    "to_prose_below",
    "lines",
    "prose_lines",
    "prose_characters",
    "run_length",
    "run_place",
    "run_characters",
    "since_label",
    "prose_since_label",
    "rules_above",
    "rules_below",
    "labels_above",
    "same_first_word",
    "prose_known_below",
)
FEATURES = (
    *OWN,
    *CONTEXT,
    *(f"{name}_{shift:+d}" for shift in _SHIFTS for name in (*_BESIDE, *_DERIVED)),
    *(f"{name}_mean_{width}" for width in _WINDOWS for name in _AVERAGED),
)
_OWN_AT = {name: i for i, name in enumerate(OWN)}
_CONTEXT_AT = {name: i for i, name in enumerate(CONTEXT)}
_NEAR_AT = [FEATURES.index(name) for name in (*_BESIDE, *_DERIVED)]
_AVERAGED_AT = [FEATURES.index(name) for name in _AVERAGED]
_SPOKEN = ("known_words", "known_often", "known_stems", "known_names", "new_names")
BEYOND = -2.0  # what stands for a number of a line above the first or below the last


def describe(looks: Sequence[Look], repeated: Set[int] = frozenset()) -> np.ndarray:
    """One row of numbers a line.

    Args:
        looks: of the text's lines.
        repeated: positions of lines that repeat on the site.

    Returns:
        float32, shape (n_lines, len(FEATURES)).
    """
    count = len(looks)
    own = np.array([look.numbers for look in looks], np.float32)
    context = np.zeros((count, len(CONTEXT)), np.float32)
    put = {name: context[:, i] for name, i in _CONTEXT_AT.items()}
    sizes = own[:, 0]
    prose = np.array([look.is_prose for look in looks])
    ruled = np.array([look.role != "none" or look.kind == "label" for look in looks])

    _speak(looks, prose, put)
    put["any_rule"][:] = ruled
    put["repeats_on_site"][list(repeated)] = 1
    _copy(looks, put)

    order = np.arange(count)
    above = np.cumsum(np.where(prose, sizes, 0))
    put["place"][:] = order / count
    put["lines_below"][:] = count - order
    put["lines_above"][:] = order
    put["prose_share_above"][:] = above / max(1.0, above[-1])
    put["prose_lines_below"][:] = np.cumsum(prose[::-1])[::-1] - prose
    put["lines"][:] = count
    put["prose_lines"][:] = prose.sum()
    put["prose_characters"][:] = above[-1]
    put["to_prose_above"][:] = _distance(prose)
    put["to_prose_below"][:] = _distance(prose[::-1])[::-1]
    rules_above = np.cumsum(ruled) - ruled
    put["rules_above"][:] = rules_above
    put["rules_below"][:] = ruled.sum() - rules_above - ruled
    _runs(prose, sizes, put)
    labels = own[:, _OWN_AT["is_label"]] > 0
    put["labels_above"][:] = np.cumsum(labels) - labels
    _since_label(labels, prose, put)
    return _joined(own, context)


def _speak(looks: Sequence[Look], prose: np.ndarray, put: dict[str, np.ndarray]) -> None:
    """Shares of a line's longer words, stems and names that the prose elsewhere uses."""
    spoken = [look for look in looks if look.is_prose]
    words = _in_more_than([look.long_words for look in spoken], 4)
    stems = _in_more_than([look.stems for look in spoken], 2)
    names = _in_more_than([look.names for look in spoken], 2)
    rows = []
    for look in looks:
        own = int(look.is_prose)  # a line of prose does not count itself
        n = len(look.long_words)
        known = len(look.names & names[own])
        rows.append(
            (
                len(look.long_words & words[own]) / n if n else -1,
                len(look.long_words & words[own + 2]) / n if n else -1,
                len(look.stems & stems[own]) / len(look.stems) if n else -1,
                known / len(look.names) if look.names else -1,
                len(look.names) - known,
            )
        )
    columns = np.array(rows, np.float32).T
    for name, column in zip(_SPOKEN, columns, strict=True):
        put[name][:] = column
    known_prose = np.where(prose, columns[0], 0)
    put["prose_known_below"][:] = np.cumsum(known_prose[::-1])[::-1] - known_prose


def _in_more_than(sets: Sequence[frozenset[str]], count: int) -> list[set[str]]:
    """What stands in more than 0, 1, … `count` - 1 of the sets.

    >>> _in_more_than([frozenset("ab"), frozenset("b")], 2) == [{"a", "b"}, {"b"}]
    True
    """
    counts = Counter(chain.from_iterable(sets))
    found = [set(counts)]
    for n in range(1, count):
        found.append({word for word in found[-1] if counts[word] > n})
    return found


def _copy(looks: Sequence[Look], put: dict[str, np.ndarray]) -> None:
    """How often a line stands in the text, whether its neighbour is the same, and how many lines begin as it does."""
    keys = [look.key for look in looks]
    counts = Counter(keys)
    firsts = [key.split(" ", 1)[0] for key in keys]
    first_counts = Counter(firsts)
    put["copies"][:] = [counts[key] if key else 0 for key in keys]
    put["same_first_word"][:] = [first_counts[first] if first else 0 for first in firsts]
    for i in range(len(keys) - 1):
        one, other = keys[i], keys[i + 1]
        if one and other and (one.startswith(other) or other.startswith(one)) and min(len(one), len(other)) > 12:
            put["same_as_neighbour"][i : i + 2] = 1


def _runs(prose: np.ndarray, sizes: np.ndarray, put: dict[str, np.ndarray]) -> None:
    """Of each line the run of lines of its sort (prose or not) that it stands in."""
    starts = np.flatnonzero(np.concatenate([[True], prose[1:] != prose[:-1]]))
    lengths = np.diff(starts, append=len(prose))
    put["run_length"][:] = np.repeat(lengths, lengths)
    put["run_place"][:] = np.arange(len(prose)) - np.repeat(starts, lengths)
    put["run_characters"][:] = np.repeat(np.add.reduceat(sizes, starts) / lengths.astype(np.float32), lengths)


def _since_label(labels: np.ndarray, prose: np.ndarray, put: dict[str, np.ndarray]) -> None:
    """Lines, and lines of prose, since the last label above."""
    order = np.arange(len(labels))
    last = np.maximum.accumulate(np.where(labels, order, -1))
    seen = np.cumsum(prose)
    put["since_label"][:] = np.where(last < 0, FAR, np.minimum(FAR, order - last))
    put["prose_since_label"][:] = np.where(last < 0, FAR, np.minimum(FAR, seen - seen[np.maximum(last, 0)]))


def _distance(prose: np.ndarray) -> np.ndarray:
    """Lines to the nearest prose above."""
    order = np.arange(len(prose))
    before = np.concatenate([[-FAR], np.maximum.accumulate(np.where(prose, order, -FAR))[:-1]])
    return np.minimum(FAR, order - before)


def _joined(own: np.ndarray, context: np.ndarray) -> np.ndarray:
    """The numbers of the lines with some numbers of the lines near by, in the order of `FEATURES`."""
    count, n_own = own.shape
    joined = np.empty((count, len(FEATURES)), np.float32)
    joined[:, :n_own] = own
    at = n_own + context.shape[1]
    joined[:, n_own:at] = context
    near = joined.take(_NEAR_AT, axis=1)
    for shift in _SHIFTS:
        moved = joined[:, at : at + len(_NEAR_AT)]
        if abs(shift) < count:
            moved[max(0, -shift) : count - max(0, shift)] = near[max(0, shift) : count + min(0, shift)]
        moved[: max(0, -shift)] = moved[max(0, count - max(0, shift)) :] = BEYOND
        at += len(_NEAR_AT)
    sums = np.zeros((count + 1, len(_AVERAGED_AT)))
    np.cumsum(joined.take(_AVERAGED_AT, axis=1), axis=0, dtype=np.float64, out=sums[1:])
    order = np.arange(count)
    for width in _WINDOWS:
        low, high = np.maximum(0, order - width), np.minimum(count, order + width + 1)
        joined[:, at : at + len(_AVERAGED_AT)] = (sums[high] - sums[low]) / (high - low)[:, None]
        at += len(_AVERAGED_AT)
    return joined
