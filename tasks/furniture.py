"""Furniture: which of a document's lines also stand on other pages of its site.

In     document_id, site and line hashes of all documents (or pages as (site, raw_text))
Out    for each document the subset of its own lines that repeat: hashes for tables, lines for `repeated_lines`

Two pages are enough. A line counts as repeated only between pages whose other lines differ: two copies of one article
(a reprint on the same site) are no evidence that the article is furniture. Pages of a site that share most of their
long lines are therefore one group; what repeats must stand in two groups. Yes or no, never a count: a further page with
the same menu changes nothing for the pages before it, so their strips stay valid.

How    lines become 64-bit hashes, a document at a time (a cached step of its own); per site these are sorted, counted.
       Linear in the lines, but for the sorting; no text is held.
Limits  A line is known by its words (case, marks and blanks aside); lines without letters are never furniture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa

from tasks.text import line_hash, line_key, split_lines

# Lines this long are the article's; two pages that share most of them are copies of one article.
LONG_LINE = 120
# Share of the long lines of the page with fewer of them from which two pages count as copies.
COPY_SHARE = 0.5
REPEATS = pa.schema([("document_id", pa.string()), ("repeated_lines", pa.list_(pa.int64()))])

_Hashes = np.ndarray  # int64, sorted, each once


def repeated_lines(pages: Sequence[tuple[str, str]]) -> list[set[str]]:
    """For each (site, raw_text) the lines of the text that also stand on another page of the site.

    >>> pages = [("a.example", "Menu\\nThe mill burned."), ("a.example", "Menu\\nThe mill was saved.")]
    >>> repeated_lines(pages)
    [{'Menu'}, {'Menu'}]
    """
    found = _repeats([site for site, _ in pages], [_hashes(text) for _, text in pages])
    return [
        {line.text for line in split_lines(text) if line_hash(line.text) in hashes}
        for (_, text), hashes in zip(pages, map(frozenset, (f.tolist() for f in found)), strict=True)
    ]


def hash_lines_batch(batch: pa.Table) -> pa.Table:
    """The hashes of every document's lines, `schema.LINES`; column raw_text, null for a document without text."""
    hashed = [_hashes(text or "") for text in batch["raw_text"].to_pylist()]
    return pa.table({"lines": _lists([h for h, _ in hashed]), "long_lines": _lists([h for _, h in hashed])})


def find_repeats(documents: pa.Table) -> pa.Table:
    """The lines of each document that repeat on its site.

    Args:
        documents: columns document_id, site (null: no site, nothing repeats), lines and long_lines (`schema.LINES`).

    Returns:
        document_id, repeated_lines (list of int64, sorted hashes of `tasks.text.line_hash`), in the documents' order.
    """
    hashed = zip(_arrays(documents["lines"]), _arrays(documents["long_lines"]), strict=True)
    found = _repeats(documents["site"].to_pylist(), list(hashed))
    return pa.table(
        {"document_id": documents["document_id"].cast(pa.string()), "repeated_lines": _lists(found)}, schema=REPEATS
    )


def _lists(arrays: Sequence[_Hashes]) -> pa.ListArray:
    offsets = np.concatenate([[0], np.cumsum([len(hashes) for hashes in arrays])]).astype(np.int32)
    values = np.concatenate(arrays) if arrays else np.empty(0, np.int64)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values, pa.int64()))


def _arrays(column: pa.ChunkedArray) -> Iterator[_Hashes]:
    """The lists of a column as arrays that share its memory."""
    for chunk in column.chunks:
        values, offsets = chunk.values.to_numpy(zero_copy_only=False), chunk.offsets.to_numpy()
        yield from (values[start:end] for start, end in pairwise(offsets.tolist()))


def _repeats(sites: Sequence[str | None], hashed: Sequence[tuple[_Hashes, _Hashes]]) -> list[_Hashes]:
    """For each page the hashes of its lines that also stand in another group of copies of its site.

    Args:
        hashed: of each page the hashes of its lines, and of its long lines; both sorted, each once.
    """
    found = [np.empty(0, np.int64)] * len(sites)
    by_site: dict[str, list[int]] = {}
    for page, site in enumerate(sites):
        if site:
            by_site.setdefault(site, []).append(page)
    for pages in by_site.values():
        if len(pages) < 2:
            continue
        values = np.concatenate([hashed[page][0] for page in pages])
        owners = np.repeat(np.arange(len(pages)), [len(hashed[page][0]) for page in pages])
        groups = np.array(_groups([hashed[page][1] for page in pages]))
        is_repeated = np.isin(values, _in_two_groups(values, groups[owners]))
        ends = np.cumsum(np.bincount(owners[is_repeated], minlength=len(pages)))
        for page, lines in zip(pages, np.split(values[is_repeated], ends[:-1]), strict=True):
            found[page] = lines
    return found


def _hashes(text: str) -> tuple[_Hashes, _Hashes]:
    """Hashes of a text's lines, and of its long lines."""
    lines = [line.text for line in split_lines(text)]
    hashed = {text: line_hash(text) for text in lines if any(map(str.isalpha, line_key(text)))}
    long = [h for text, h in hashed.items() if len(text) >= LONG_LINE]
    return np.unique(np.array([*hashed.values()], np.int64)), np.unique(np.array(long, np.int64))


def _groups(long_lines: Sequence[_Hashes]) -> list[int]:
    """For each page of a site the number of its group of copies.

    A page is compared with the pages that hold one of its long lines, those next to it in the order of their contents:
    the grouping does not depend on the order of arrival, and a line on a thousand pages makes no million pairs.
    """
    values = np.concatenate(long_lines)
    hashes, pages_with = np.unique(values, return_counts=True)
    is_shared = np.isin(values, hashes[pages_with > 1])
    sharing = np.unique(np.repeat(np.arange(len(long_lines)), [len(lines) for lines in long_lines])[is_shared])
    order = sorted(sharing.tolist(), key=lambda i: (len(long_lines[i]), long_lines[i].tolist()))
    group = list(range(len(long_lines)))

    def root(page: int) -> int:
        while group[page] != page:
            group[page] = group[group[page]]
            page = group[page]
        return page

    last: dict[int, int] = {}
    for page in order:
        for other in {last[h] for h in long_lines[page].tolist() if h in last}:
            shared = len(np.intersect1d(long_lines[page], long_lines[other], assume_unique=True))
            if shared >= COPY_SHARE * min(len(long_lines[page]), len(long_lines[other])):
                group[root(page)] = root(other)
        last.update(dict.fromkeys(long_lines[page].tolist(), page))
    return [root(page) for page in range(len(long_lines))]


def _in_two_groups(values: np.ndarray, groups: np.ndarray) -> _Hashes:
    """The hashes that stand in pages of two groups or more; `groups` has the group of each value's page."""
    order = np.lexsort((groups, values))
    values, groups = values[order], groups[order]
    return np.unique(values[1:][(values[1:] == values[:-1]) & (groups[1:] != groups[:-1])])
