"""Furniture: which of a document's lines also stand on other pages of its site.

In     document_id, site, raw_text of all documents (or pages as (site, raw_text))
Out    for each document the subset of its own lines that repeat: hashes for tables, lines for `repeated_lines`

Two pages are enough. A line counts as repeated only between pages whose other lines differ: two copies of one article
(a reprint on the same site) are no evidence that the article is furniture. Pages of a site with the same long lines are
therefore one page here; what repeats must repeat between two of these groups. Yes or no, never a count: a third page
changes nothing for the first two, so cached strips stay valid.

Limits  A line is known by its words (case, marks and blanks aside). Lines of digits only are never furniture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from tasks.text import line_hash, split_lines

# Lines this long are the article's; two pages that share most of them are copies of one article.
LONG_LINE = 120
# Share of the smaller page's long lines that two pages must share to count as copies.
COPY_SHARE = 0.5
REPEATS = pa.schema([("document_id", pa.string()), ("repeated_lines", pa.list_(pa.int64()))])


def repeated_lines(pages: Sequence[tuple[str, str]]) -> list[set[str]]:
    """For each (site, raw_text) the lines of the text that also stand on another page of the site.

    >>> pages = [("a.example", "Menu\\nThe mill burned."), ("a.example", "Menu\\nThe mill was saved.")]
    >>> repeated_lines(pages)
    [{'Menu'}, {'Menu'}]
    """
    hashed = [{line_hash(line.text): line.text for line in split_lines(text)} for _, text in pages]
    long_lines = [_long_lines(text) for _, text in pages]
    found = _repeats([site for site, _ in pages], [set(lines) for lines in hashed], long_lines)
    return [{lines[h] for h in repeats} for lines, repeats in zip(hashed, found, strict=True)]


def find_repeats(documents: pa.Table) -> pa.Table:
    """The lines of each document that repeat on its site.

    Args:
        documents: columns document_id, site (null: no site, nothing repeats), raw_text (null: no lines).

    Returns:
        document_id, repeated_lines (list of int64, sorted hashes of `tasks.text.line_hash`), in the documents' order.
    """
    sites = documents["site"].to_pylist()
    hashed, long_lines = [], []
    for text in _values(documents["raw_text"]):
        lines = split_lines(text or "")
        hashed.append({line_hash(line.text) for line in lines})
        long_lines.append(frozenset(line_hash(line.text) for line in lines if len(line.text) >= LONG_LINE))
    found = _repeats(sites, hashed, long_lines)
    return pa.table(
        {"document_id": documents["document_id"], "repeated_lines": [sorted(repeats) for repeats in found]},
        schema=REPEATS,
    )


def _values(column: pa.ChunkedArray) -> Iterator[str | None]:
    """The values of a column without holding all of them as Python strings."""
    for chunk in column.chunks:
        for value in chunk:
            yield value.as_py()


def _long_lines(text: str) -> frozenset[int]:
    return frozenset(line_hash(line.text) for line in split_lines(text) if len(line.text) >= LONG_LINE)


def _repeats(
    sites: Sequence[str | None], lines: Sequence[set[int]], long_lines: Sequence[frozenset[int]]
) -> list[set[int]]:
    """For each page the hashes that also stand in another group of copies of its site."""
    by_site: dict[str, list[int]] = defaultdict(list)
    for page, site in enumerate(sites):
        if site:
            by_site[site].append(page)
    found: list[set[int]] = [set() for _ in sites]
    for members in by_site.values():
        if len(members) > 1:
            groups = _copies(members, long_lines)
            for page, repeats in zip(members, _shared(members, groups, lines), strict=True):
                found[page] = repeats
    return found


def _copies(members: Sequence[int], long_lines: Sequence[frozenset[int]]) -> dict[int, int]:
    """page -> the group of copies it belongs to, named by the group's first page."""
    group = {page: page for page in members}

    def root(page: int) -> int:
        while group[page] != page:
            group[page] = group[group[page]]
            page = group[page]
        return page

    for left, right in _candidates(members, long_lines):
        shared = len(long_lines[left] & long_lines[right])
        if shared >= COPY_SHARE * min(len(long_lines[left]), len(long_lines[right])):
            one, other = sorted((root(left), root(right)))
            group[other] = one
    return {page: root(page) for page in members}


def _candidates(members: Sequence[int], long_lines: Sequence[frozenset[int]]) -> Iterable[tuple[int, int]]:
    """Pairs of pages next to each other in the list of some shared long line: linear in the lines."""
    last: dict[int, int] = {}
    pairs: dict[tuple[int, int], None] = {}
    for page in members:
        for line in sorted(long_lines[page]):
            if line in last:
                pairs[last[line], page] = None
            last[line] = page
    return pairs


def _shared(members: Sequence[int], groups: dict[int, int], lines: Sequence[set[int]]) -> list[set[int]]:
    first_group: dict[int, int] = {}
    repeated: set[int] = set()
    for page in members:
        for line in lines[page]:
            if first_group.setdefault(line, groups[page]) != groups[page]:
                repeated.add(line)
    return [lines[page] & repeated for page in members]
