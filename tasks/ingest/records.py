"""The records inside ingest: what a reader finds, and how it becomes rows of `schema.RECORDS`.

In     `Found` documents, in the order of (path, row)         from tasks.ingest.formats, tasks.ingest.tables
Out    record batches of `schema.RECORDS`, bounded in rows and bytes
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

import pyarrow as pa

from tasks import schema

_SURROGATE = re.compile("[\ud800-\udfff]")


class Refused(Exception):
    """A document, or the rest of a file, cannot be read; `reason` is one of `schema.REASONS`, `detail` says why."""

    def __init__(self, reason: str, detail: str):
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class Fields(NamedTuple):
    """What a row or a sidecar says about a document, as given."""

    title: str | None = None
    published: str | None = None
    url: str | None = None
    id: str | None = None
    byline: tuple[str, ...] = ()
    publisher: str | None = None
    section: str | None = None
    modified: str | None = None
    standfirst: str | None = None
    kind: str | None = None  # feed_entry, capture (of a WARC); else null
    fetched: str | None = None  # when a page was fetched, ISO 8601
    flags: tuple[str, ...] = ()


NO_FIELDS = Fields()


class Found(NamedTuple):
    """One document as found in a file, or the reason why there is none.

    `row` is null where a file holds one document; `content` is null where the document was refused. A tuple, because
    thousands a second are made.
    """

    row: int | None
    content: str | None
    encoding: str | None = None
    media: str | None = None
    raw_sha256: str | None = None
    n_bytes: int | None = None
    fields: Fields = NO_FIELDS
    reason: str | None = None
    detail: str | None = None


def digest(raw: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(raw).hexdigest()


def without_nul(text: str) -> str:
    """The text with NUL replaced by U+FFFD; lone surrogates, which are rarer still, are seen to by `BatchBuilder`."""
    return text.replace("\0", "\ufffd") if "\0" in text else text


def storable(text: str) -> str:
    """The text with lone surrogates and NUL replaced by U+FFFD, all else as it is.

    >>> storable("a\\0b \\ud83d c")
    'a\ufffdb \ufffd c'
    """
    return _SURROGATE.sub("\ufffd", without_nul(text))


class BatchBuilder:
    """Collects rows of `schema.RECORDS` and gives them out as batches."""

    def __init__(self, max_rows: int, max_bytes: int):
        self.max_rows, self.max_bytes = max_rows, max_bytes
        self._rows: list[tuple[object, ...]] = []
        self._bytes = 0

    def add(self, row: tuple[object, ...], n_bytes: int) -> bool:
        """Take one row, its values in the order of the schema; true when the batch is full."""
        self._rows.append(row)
        self._bytes += n_bytes
        return len(self._rows) >= self.max_rows or self._bytes >= self.max_bytes

    def take(self) -> pa.RecordBatch:
        """The rows since the last call, as one batch."""
        columns = zip(*self._rows, strict=True) if self._rows else [() for _ in schema.RECORDS]
        arrays = [_array(values, field.type) for values, field in zip(columns, schema.RECORDS, strict=True)]
        self._rows, self._bytes = [], 0
        return pa.RecordBatch.from_arrays(arrays, schema=schema.RECORDS)


def _array(values: tuple[object, ...], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:  # a lone surrogate somewhere: too rare for each string to be looked through
        return pa.array([_storable_value(value) for value in values], kind)


def _storable_value(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    return [storable(item) for item in value] if isinstance(value, tuple) else value
