"""The named numbers of every line of a text, from which the line model tells the article's lines from the others.

In     the looks of a text's lines, in order; which lines repeat on the site
Out    a float32 matrix, a row a line, a column a name of `FEATURES`

A line is described by itself (`views.OWN`), by its place, by what the prose elsewhere in the text speaks of, by labels
and rule matches above it, and by some numbers of the lines around it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set

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
    return np.hstack([own, context, *_around(own, put)]).astype(np.float32)


def _speak(looks: Sequence[Look], prose: np.ndarray, put: dict[str, np.ndarray]) -> None:
    """Shares of a line's longer words, stems and names that the prose elsewhere uses."""
    words: Counter[str] = Counter()
    stems: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for look, is_prose in zip(looks, prose.tolist(), strict=True):
        if is_prose:
            words.update(look.long_words)
            stems.update(look.stems)
            names.update(look.names)
    rows = np.zeros((5, len(looks)), np.float32)
    for i, (look, is_prose) in enumerate(zip(looks, prose.tolist(), strict=True)):
        own = int(is_prose)
        n = len(look.long_words)
        if n:
            counts = [words[word] - own for word in look.long_words]
            rows[0, i] = sum(c > 0 for c in counts) / n
            rows[1, i] = sum(c > 2 for c in counts) / n
            rows[2, i] = sum(stems[stem] > own for stem in look.stems) / len(look.stems)
        else:
            rows[:3, i] = -1
        if look.names:
            known = sum(names[name] > own for name in look.names)
            rows[3, i] = known / len(look.names)
            rows[4, i] = len(look.names) - known
        else:
            rows[3, i] = -1
    for name, row in zip(("known_words", "known_often", "known_stems", "known_names", "new_names"), rows, strict=True):
        put[name][:] = row
    known_prose = np.where(prose, rows[0], 0)
    put["prose_known_below"][:] = np.cumsum(known_prose[::-1])[::-1] - known_prose


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
    edges = np.flatnonzero(np.diff(prose.astype(np.int8))) + 1
    for start, end in zip(np.concatenate([[0], edges]), np.concatenate([edges, [len(prose)]]), strict=True):
        put["run_length"][start:end] = end - start
        put["run_place"][start:end] = np.arange(end - start)
        put["run_characters"][start:end] = sizes[start:end].mean()


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


def _around(own: np.ndarray, put: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Some numbers of the lines near by."""
    count = len(own)
    near = np.column_stack([own[:, [_OWN_AT[name] for name in _BESIDE]], *(put[name] for name in _DERIVED)])
    columns = []
    for shift in _SHIFTS:
        moved = np.full_like(near, -2.0)
        if abs(shift) < count:
            moved[max(0, -shift) : count - max(0, shift)] = near[max(0, shift) : count + min(0, shift)]
        columns.append(moved)
    averaged = np.column_stack([own[:, _OWN_AT[name]] if name in _OWN_AT else put[name] for name in _AVERAGED])
    sums = np.vstack([np.zeros((1, averaged.shape[1])), np.cumsum(averaged, axis=0, dtype=np.float64)])
    order = np.arange(count)
    for width in _WINDOWS:
        low, high = np.maximum(0, order - width), np.minimum(count, order + width + 1)
        columns.append((sums[high] - sums[low]) / (high - low)[:, None])
    return columns
