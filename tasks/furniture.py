"""Furniture: which of a document's lines also stand on other pages of its site.

In     document_id, site and lines of all documents (or pages as (site, raw_text))
Out    for each document the subset of its own lines that repeat: hashes for tables, lines for `repeated_lines`

A line counts as repeated only between pages that are no copies of each other (`tasks.copies`): a reprint, the same
page under another url or an updated version is no evidence that the article is furniture.

* Menus, labels, links (short lines without a full stop): two pages that are no copies are enough.
* Guarded lines (prose with its full stop, quotations, wrapped lines, lines with dates or figures) may be the
  article's: two articles share a background paragraph, a quotation, an appeal. They are furniture only on
  `MIN_PAGES` pages that are no copies and on half of the site's, and in one place: as many lines from the beginning
  or from the end of each page.
* Furniture never empties a document: if nothing else would be left, the document has none.

Yes or no, never a count: a further page with the same menu changes nothing for the pages before it, so their strips
stay valid.

How    lines become 64-bit hashes, a document at a time (a cached step of its own); per site these are sorted, counted.
       Linear in the lines, but for the sorting; no text is held.
Limits  A line is known by its words (case, marks and blanks aside); lines without letters are never furniture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from tasks import schema
from tasks.copies import MIN_PAGE_WORDS, Parts, are_copies
from tasks.text import line_hash, line_key, split_lines

MIN_PAGES = 8  # groups of copies, for a guarded line
MIN_SITE_SHARE = 0.5  # of the site's groups, for a guarded line
SAME_PLACE_SHARE = 0.75  # of the pages that hold a guarded line have it in the same place
MIN_SENTENCE = 4  # words before a full stop: "Ltd." ends no sentence
LONG_LINE = 25  # words: prose with or without a full stop
MIN_LEFT = 3  # words that stay when the furniture is gone, or the document has none
REPEATS = pa.schema([("document_id", pa.string()), ("repeated_lines", pa.list_(pa.int64()))])

_ENDS = re.compile(r"[.!?…。！？｡।॥؟۔։።]['\"’”»)\]\s]*$")
_QUOTED = re.compile(r"[\"“„«「『‘].+[\"”“»」』’]")
# A character of a script without blanks counts as half a word.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


@dataclass(frozen=True)
class PageLines:
    """The different lines of a page that have letters, sorted by hash; arrays of one length."""

    hashes: np.ndarray  # int64
    words: np.ndarray  # int64
    is_guarded: np.ndarray  # bool
    from_start: np.ndarray  # int64: lines of the page before this one
    from_end: np.ndarray  # int64: lines of the page behind it

    def __len__(self) -> int:
        return len(self.hashes)


def repeated_lines(pages: Sequence[tuple[str, str]]) -> list[set[str]]:
    """For each (site, raw_text) the lines of the text that also stand on another page of the site.

    >>> pages = [("a.example", "Menu\\nThe mill burned."), ("a.example", "Menu\\nThe mill was saved.")]
    >>> repeated_lines(pages)
    [{'Menu'}, {'Menu'}]
    """
    found = _repeats([site for site, _ in pages], [read_lines(text) for _, text in pages])
    return [
        {line.text for line in split_lines(text) if line_hash(line.text) in hashes}
        for (_, text), hashes in zip(pages, map(frozenset, (f.tolist() for f in found)), strict=True)
    ]


def hash_lines_batch(batch: pa.Table) -> pa.Table:
    """The lines of every document, `schema.LINES`; column raw_text, null for a document without text."""
    pages = [read_lines(text or "") for text in batch["raw_text"].to_pylist()]
    offsets = np.concatenate([[0], np.cumsum([len(page) for page in pages])]).astype(np.int32)
    columns = {
        field.name: pa.ListArray.from_arrays(
            pa.array(offsets),
            pa.array(_joined([getattr(page, _COLUMNS[field.name]) for page in pages]), field.type.value_type),
        )
        for field in schema.LINES
    }
    return pa.table(columns, schema=schema.LINES)


def find_repeats(documents: pa.Table) -> pa.Table:
    """The lines of each document that repeat on its site.

    Args:
        documents: columns document_id, site (null: no site, nothing repeats) and those of `schema.LINES`.

    Returns:
        document_id, repeated_lines (list of int64, sorted hashes of `tasks.text.line_hash`), in the documents' order.
    """
    columns = (_arrays(documents[name]) for name in schema.LINES.names)
    pages = [PageLines(*row) for row in zip(*columns, strict=True)]
    found = _repeats(documents["site"].to_pylist(), pages)
    offsets = np.concatenate([[0], np.cumsum([len(lines) for lines in found])]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(_joined(found), pa.int64()))
    return pa.table(
        {"document_id": documents["document_id"].cast(pa.string()), "repeated_lines": lists}, schema=REPEATS
    )


_COLUMNS = {
    "lines": "hashes",
    "line_words": "words",
    "line_guarded": "is_guarded",
    "line_from_start": "from_start",
    "line_from_end": "from_end",
}


def _joined(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.empty(0, np.int64)


def _arrays(column: pa.ChunkedArray) -> Iterator[np.ndarray]:
    """The lists of a column as arrays."""
    for chunk in column.chunks:
        values, offsets = chunk.values.to_numpy(zero_copy_only=False), chunk.offsets.to_numpy()
        yield from (values[start:end] for start, end in pairwise(offsets.tolist()))


# ------------------------------------------------------------------ one page


def read_lines(text: str) -> PageLines:
    """What furniture needs to know of a page; of equal lines the first counts."""
    lines = [line.text for line in split_lines(text)]
    seen: dict[int, tuple[int, bool, int, int]] = {}
    for at, line in enumerate(lines):
        if not any(map(str.isalpha, line)):
            continue
        words = count_words(line)
        following = lines[at + 1] if at + 1 < len(lines) else ""
        seen.setdefault(line_hash(line), (words, is_guarded(line, words, following), at, len(lines) - 1 - at))
    rows = np.array([(key, *values) for key, values in sorted(seen.items())], np.int64).reshape(-1, 5)
    return PageLines(rows[:, 0], rows[:, 1], rows[:, 2] > 0, rows[:, 3], rows[:, 4])


def count_words(line: str) -> int:
    """Words of a line; two characters of a script without blanks count as one.

    >>> count_words("The ferry is late."), count_words("渡轮又晚点了")
    (4, 3)
    """
    unspaced = len(_UNSPACED.findall(line))
    return unspaced // 2 + len(line_key(_UNSPACED.sub(" ", line) if unspaced else line).split())


def is_guarded(line: str, words: int, following: str = "") -> bool:
    """Whether a line may well be an article's: a sentence, a quotation, a wrapped line, a line with a figure.

    Args:
        following: the line below it, which tells a wrapped line: it goes on in lower case.

    >>> [is_guarded(line, count_words(line)) for line in ("Sign up for our letter", "The boat leaked.", "Born in 1951")]
    [False, False, True]
    >>> is_guarded("The boat has leaked since the", 6, "spring of last year.")
    True
    """
    return (
        words >= LONG_LINE
        or (words >= MIN_SENTENCE and _ENDS.search(line) is not None)
        or any(map(str.isdecimal, line))
        or (words >= MIN_SENTENCE and _QUOTED.search(line) is not None)
        or (words >= MIN_SENTENCE and line[0].islower())
        or (words >= MIN_SENTENCE and following[:1].islower())
    )


# ------------------------------------------------------------------ all pages of a site


def _repeats(sites: Sequence[str | None], pages: Sequence[PageLines]) -> list[np.ndarray]:
    """For each page the sorted hashes of its lines that repeat on its site."""
    found = [np.empty(0, np.int64)] * len(sites)
    by_site: dict[str, list[int]] = {}
    for page, site in enumerate(sites):
        if site:
            by_site.setdefault(site, []).append(page)
    for numbers in by_site.values():
        if len(numbers) < 2:
            continue
        for number, lines in zip(numbers, _repeats_of_site([pages[number] for number in numbers]), strict=True):
            found[number] = lines
    return found


def _repeats_of_site(pages: Sequence[PageLines]) -> list[np.ndarray]:
    """For each page of one site the sorted hashes of its lines that repeat there."""
    held = Held.of(pages)
    fixed = held.in_one_place()
    groups = np.array(_groups(pages, fixed))
    n_groups = held.count_groups(groups)
    enough = np.where(held.guarded, max(MIN_PAGES, MIN_SITE_SHARE * len(np.unique(groups))), 2)
    repeated = held.hashes[(n_groups >= enough) & (~held.guarded | fixed)]
    found = []
    for page in pages:
        goes = np.isin(page.hashes, repeated)
        found.append(page.hashes[goes if page.words[~goes].sum() >= MIN_LEFT else np.zeros(len(page), bool)])
    return found


@dataclass(frozen=True)
class Held:
    """The different lines of a site's pages, and which pages hold them."""

    hashes: np.ndarray  # int64, (n_lines,), sorted
    guarded: np.ndarray  # bool, (n_lines,): on one of its pages at least
    line_of: np.ndarray  # int64, (n_held,): position in `hashes` of every line of every page
    page_of: np.ndarray  # int64, (n_held,)
    from_start: np.ndarray  # int64, (n_held,)
    from_end: np.ndarray

    @classmethod
    def of(cls, pages: Sequence[PageLines]) -> Held:
        """The lines of all pages put together."""
        hashes, line_of = np.unique(_joined([page.hashes for page in pages]), return_inverse=True)
        is_guarded = _joined([page.is_guarded for page in pages]).astype(bool)
        return cls(
            hashes,
            np.bincount(line_of[is_guarded], minlength=len(hashes)) > 0,
            line_of,
            np.repeat(np.arange(len(pages)), [len(page) for page in pages]),
            _joined([page.from_start for page in pages]),
            _joined([page.from_end for page in pages]),
        )

    def count_groups(self, groups: np.ndarray) -> np.ndarray:
        """How many groups of copies hold each line, int64; `groups` has each page's group."""
        return np.bincount(np.unique(_pairs(self.line_of, groups[self.page_of])) >> 32, minlength=len(self.hashes))

    def in_one_place(self) -> np.ndarray:
        """Whether each line stands on `MIN_PAGES` pages and has the same distance from an end on most of them."""
        pages = np.bincount(self.line_of, minlength=len(self.hashes))
        most = np.maximum(self._most_alike(self.from_start), self._most_alike(self.from_end))
        in_place: np.ndarray = (pages >= MIN_PAGES) & (most >= SAME_PLACE_SHARE * pages)
        return in_place

    def _most_alike(self, places: np.ndarray) -> np.ndarray:
        """How many pages have each line in its most common place."""
        keys, counts = np.unique(_pairs(self.line_of, places), return_counts=True)
        most = np.zeros(len(self.hashes), np.int64)
        np.maximum.at(most, keys >> 32, counts)
        return most


def _pairs(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return (one.astype(np.int64) << 32) | other.astype(np.int64)


def _groups(pages: Sequence[PageLines], fixed: np.ndarray | None = None) -> list[int]:
    """For each page of a site the number of its group of copies.

    A page is compared with the pages that hold one of its lines, those next to it in the order of their contents:
    the grouping does not depend on the order of arrival, and a line on a thousand pages makes no million pairs.
    """
    parts = _own_parts(pages, fixed)
    values = np.concatenate([part.hashes for part in parts])
    hashes, pages_with = np.unique(values, return_counts=True)
    is_shared = np.isin(values, hashes[pages_with > 1])
    owners = np.repeat(np.arange(len(parts)), [len(part.hashes) for part in parts])
    sharing = np.unique(owners[is_shared]).tolist()
    order = sorted(sharing, key=lambda page: (int(parts[page].words.sum()), parts[page].hashes.tolist()))
    group = list(range(len(parts)))

    def root(page: int) -> int:
        while group[page] != page:
            group[page] = group[group[page]]
            page = group[page]
        return page

    last: dict[int, int] = {}
    for page in order:
        for other in sorted({last[line] for line in parts[page].hashes.tolist() if line in last}):
            if root(page) != root(other) and are_copies(parts[page], parts[other]):
                group[root(page)] = root(other)
        last.update(dict.fromkeys(parts[page].hashes.tolist(), page))
    return [root(page) for page in range(len(parts))]


def _own_parts(pages: Sequence[PageLines], fixed: np.ndarray | None) -> list[Parts]:
    """The lines by which pages are compared: without those in one place on many pages, if enough prose is left."""
    every = np.unique(_joined([page.hashes for page in pages]))
    chrome = every[fixed] if fixed is not None else every[:0]
    parts = []
    for page in pages:
        part = Parts(page.hashes, page.words, page.is_guarded)
        own = part.choose(~np.isin(part.hashes, chrome))
        parts.append(own if own.words[own.is_prose].sum() >= MIN_PAGE_WORDS else part)
    return parts
