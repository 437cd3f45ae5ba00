"""Copies: when two pages, or two texts, count as the same one.

In     for each page its parts (lines) as hashes with their weights (words), or two shares that were measured already
Out    yes or no

Both questions are about shares. A page is a copy of another one when half of the words of its lines stand there too,
the page with fewer words counting. A text is a copy of another one when its wording is in the other text to
`TEXT_SHARE`. Furniture asks the first question, deduplication the second.

Limits  A page knows lines only: a page with the same words in other lines is not seen as a copy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PAGE_SHARE = 0.5  # of the words of the page with fewer of them
MIN_PAGE_WORDS = 10  # of prose on both pages, else all lines are compared: a list, a poem, a table
TEXT_SHARE = 0.72  # of the words of the shorter text: tasks.dedupe


@dataclass(frozen=True)
class Parts:
    """The different lines of a page, sorted by hash."""

    hashes: np.ndarray  # int64, (n_lines,)
    words: np.ndarray  # int64: the weight of each
    is_prose: np.ndarray  # bool

    def choose(self, which: np.ndarray) -> Parts:
        """The lines that a mask chooses."""
        return Parts(self.hashes[which], self.words[which], self.is_prose[which])


def shared_share(one: Parts, other: Parts) -> float:
    """Share of the words of the page with fewer of them that stand in lines that both have, 0…1."""
    fewer = min(int(one.words.sum()), int(other.words.sum()))
    if not fewer:
        return 0.0
    _, mine, _ = np.intersect1d(one.hashes, other.hashes, assume_unique=True, return_indices=True)
    return float(one.words[mine].sum()) / fewer


def are_copies(one: Parts, other: Parts) -> bool:
    """Whether two pages are copies or versions of one article, by their prose where both have enough of it.

    >>> menu, first, second = (Parts(*(np.array([x]) for x in line)) for line in
    ...     ((1, 3, False), (2, 20, True), (3, 20, True)))
    >>> page = lambda *lines: Parts(*(np.concatenate([getattr(line, name) for line in lines])
    ...     for name in ("hashes", "words", "is_prose")))
    >>> are_copies(page(menu, first), page(menu, second)), are_copies(page(menu, first), first)
    (False, True)
    """
    prose, prose_other = one.choose(one.is_prose), other.choose(other.is_prose)
    if min(prose.words.sum(), prose_other.words.sum()) >= MIN_PAGE_WORDS:
        return shared_share(prose, prose_other) >= PAGE_SHARE
    return shared_share(one, other) >= PAGE_SHARE
