"""Documents that another one of the input replaces: an entry of a feed by its page, a capture by a later one.

In     all records, with their address, kind and time of capture
Out    the records; those that are replaced have the reason `superseded`, and the document that stays has the id

Addresses are compared without scheme, fragment, and a stroke at the end. Of captures of one address the latest stays,
of several at the same moment the last one read.

Limits  Looks at the whole input, so it is computed anew in every run. A page that states another address than the entry
        has is not found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

SUPERSEDED = "superseded"
PAGE_IS_THERE, LATER_IS_THERE = "the page itself is in the input: {}", "a later capture of the page is in the input: {}"
_SCHEME = re.compile(r"^(?:https?:)?//(?:www\.)?", re.I)


class Copy(NamedTuple):
    """A record that claims an address."""

    row: int
    kind: str | None
    fetched: str
    is_refused: bool


def mark_superseded(records: pa.Table) -> pa.Table:
    """The records with reason, detail and ids of those that replace others and are replaced.

    Args:
        records: `schema.RECORDS`, in the order of (source_path, source_row).
    """
    if not pc.any(pc.is_valid(records["kind"])).as_py():
        return records
    names = ("document_id", "source_path", "reason", "detail")
    ids, paths, reasons, details = (records[name].to_pylist() for name in names)
    for copies in _same_address(records):
        for row, stays, words in _replaced(copies):
            reasons[row], details[row] = SUPERSEDED, words.format(paths[stays])
            if row < stays and reasons[stays] is None:  # the first to claim an address has the id that is made of it
                ids[row], ids[stays] = ids[stays], ids[row]
    for name, values in zip(("document_id", "reason", "detail"), (ids, reasons, details), strict=True):
        place = records.schema.get_field_index(name)
        records = records.set_column(place, records.schema.field(place), pa.array(values, pa.string()))
    return records


def _same_address(records: pa.Table) -> list[list[Copy]]:
    """The groups of records that claim one address, of which one at least is of a kind that can be replaced."""
    groups: dict[str, list[Copy]] = defaultdict(list)
    columns = (records[name].to_pylist() for name in ("url", "kind", "fetched", "reason"))
    for row, (url, kind, fetched, reason) in enumerate(zip(*columns, strict=True)):
        if url:
            groups[address_key(url)].append(Copy(row, kind, fetched or "", reason is not None))
    return [copies for copies in groups.values() if len(copies) > 1 and any(copy.kind for copy in copies)]


def _replaced(copies: Sequence[Copy]) -> list[tuple[int, int, str]]:
    """(row, row of the one that stays, why) of the copies that are replaced."""
    pages = [copy for copy in copies if copy.kind != "feed_entry" and not copy.is_refused]
    captures = [copy for copy in pages if copy.kind == "capture"]
    if not pages:
        return []
    latest = max(captures, key=lambda copy: (copy.fetched, copy.row), default=pages[0])
    found = [(copy.row, latest.row, LATER_IS_THERE) for copy in captures if copy is not latest]
    return found + [(copy.row, latest.row, PAGE_IS_THERE) for copy in copies if copy.kind == "feed_entry"]


def address_key(url: str) -> str:
    """What two spellings of one address have in common.

    >>> address_key("http://www.Example.org/a/#top") == address_key("https://example.org/a")
    True
    """
    host, slash, path = _SCHEME.sub("", url.strip()).partition("#")[0].partition("/")
    return f"{host.lower()}{slash}{path}".rstrip("/")
