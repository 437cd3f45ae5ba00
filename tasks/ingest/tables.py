"""Rows of CSV, TSV and Parquet files as documents.

In     a binary stream
Out    `Found` documents, in the order of their rows

A row of a CSV file is cut out by the parity of its quotation marks before it is parsed, so that its length can be
bounded, and a quotation mark that is never closed costs one row. The bytes of a row (for its digest) are those of its
lines in UTF-8; of a row of a Parquet file, its understood fields as a JSON array.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.ingest.decode import decode
from tasks.ingest.fields import document_of, has_name
from tasks.ingest.lines import TooLong
from tasks.ingest.records import Found, Refused, digest
from tasks.ingest.settings import FIELDS, IngestSettings
from tasks.ingest.sources import spooled

SAMPLE = 1 << 18  # bytes from which the encoding of a CSV file is told
DELIMITERS = ",;\t|"
PARQUET_ROWS = 64  # decoded at a time


def read_csv(stream: IO[bytes], settings: IngestSettings) -> Iterator[Found]:
    """A `.csv` or `.tsv` file with a header; the delimiter is the one that finds a text column in the header."""
    csv.field_size_limit(sys.maxsize)  # rows are bounded before they are parsed
    text, encoding = _text_stream(stream)
    records = csv_records(text, settings.line_bytes)
    header_line = next(records, None)
    if not isinstance(header_line, str):
        raise Refused("malformed", "the header line is missing or too long")
    header, delimiter = _header(header_line, settings)
    row = 0
    for record in records:
        if isinstance(record, TooLong):
            detail = f"row {row} has {record.n_bytes:,} characters; the limit is {settings.line_bytes:,}"
            yield Found(row, None, reason="too_large", detail=detail)
            row += 1
            continue
        for cells in csv.reader(record.splitlines(keepends=True), delimiter=delimiter):
            if cells:
                yield _csv_document(row, cells, header, record, encoding, settings)
                row += 1


def csv_records(lines: IO[str], limit: int) -> Iterator[str | TooLong]:
    """Runs of lines in which every quotation mark is closed: one row each, seldom several.

    >>> list(csv_records(io.StringIO('a,b\\n"x\\ny",z\\n'), 100))
    ['a,b\\n', '"x\\ny",z\\n']
    """
    held: list[str] = []
    size = quotes = 0
    while line := lines.readline(limit + 1):
        quotes += line.count('"')
        size += len(line)
        if size <= limit:
            held.append(line)
        else:
            held = []
        if quotes % 2 == 0 and line.endswith(("\n", "\r")):
            yield TooLong(size) if size > limit else "".join(held)
            held, size, quotes = [], 0, 0
    if size > limit:
        yield TooLong(size)
    elif quotes % 2:  # never closed: the row where it was opened is lost, those after it are not
        yield from held[:1]
        yield from csv_records(io.StringIO("".join(held[1:]), newline=""), limit)
    elif held:
        yield "".join(held)


def _text_stream(stream: IO[bytes]) -> tuple[IO[str], str]:
    """The stream as text; what the encoding cannot read becomes lone surrogates, which its row pays for."""
    head = stream.read(SAMPLE)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        encoding = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
        decode(head.decode("utf-8", "ignore").encode())  # UTF-16 without a mark is valid UTF-8 too
    except UnicodeDecodeError:
        _, encoding = decode(head[: head.rfind(b"\n") + 1] or head)
    rest = io.BufferedReader(_Joined(head, stream))
    return io.TextIOWrapper(rest, encoding, errors="surrogateescape", newline=""), encoding


class _Joined(io.RawIOBase):
    """Bytes already read, then the rest of their stream."""

    def __init__(self, head: bytes, rest: IO[bytes]):
        self._head, self._rest = io.BytesIO(head), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._head.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _header(line: str, settings: IngestSettings) -> tuple[list[str], str]:
    names = settings.names("text")
    for delimiter in DELIMITERS:
        header = next(csv.reader([line], delimiter=delimiter), [])
        if has_name(header, names):
            return header, delimiter
    found = ", ".join(repr(name[:40]) for name in next(csv.reader([line]), [])[:8])
    raise Refused("malformed", f"no text column; found {found}; name one 'text' or 'body', or map it in copydesk.toml")


def _csv_document(
    row: int, cells: list[str], header: list[str], record: str, encoding: str, settings: IngestSettings
) -> Found:
    raw = record.encode("utf-8", "surrogateescape")
    sha, size = digest(raw), len(raw)
    try:
        if len(cells) > len(header):
            raise Refused("malformed", f"row {row} has {len(cells)} cells, the header {len(header)}")
        if not record.isascii() and any("\udc80" <= char <= "\udcff" for char in record):
            raise Refused("undecodable", f"row {row} is not {encoding}")
        found = document_of(
            row,
            dict(zip(reversed(header), reversed([*cells, *[""] * (len(header) - len(cells))]), strict=True)),
            settings,
        )
    except Refused as refused:
        return Found(row, None, raw_sha256=sha, n_bytes=size, reason=refused.reason, detail=refused.detail)
    return Found(row, found.content, encoding, found.media, sha, size, found.fields)


def read_parquet(stream: IO[bytes], settings: IngestSettings) -> Iterator[Found]:
    """A `.parquet` file; only the columns that are understood are read."""
    if not stream.seekable():
        stream = spooled(stream)
    with stream:
        file = pq.ParquetFile(stream, pre_buffer=False, buffer_size=1 << 20)
        columns = _columns(file.schema_arrow, settings)
        row = 0
        for batch in file.iter_batches(PARQUET_ROWS, columns=columns):
            for values in _rows(batch):
                yield _parquet_document(row, values, settings)
                row += 1


def _columns(columns: pa.Schema, settings: IngestSettings) -> list[str]:
    if not has_name(columns.names, settings.names("text")):
        found = ", ".join(repr(name[:40]) for name in columns.names[:8])
        raise Refused(
            "malformed", f"no text column; found {found}; name one 'text' or 'body', or map it in copydesk.toml"
        )
    wanted = {name.casefold() for field in FIELDS for name in settings.names(field)}
    return [name for name in columns.names if name.casefold() in wanted]


def _rows(batch: pa.RecordBatch) -> Iterator[Mapping[str, Any] | None]:
    """The rows as mappings; None for one that holds strings which are not UTF-8."""
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:
        for i in range(batch.num_rows):
            try:
                yield batch.slice(i, 1).to_pylist()[0]
            except UnicodeDecodeError:
                yield None


def _parquet_document(row: int, values: Mapping[str, Any] | None, settings: IngestSettings) -> Found:
    raw = json.dumps(list((values or {}).values()), ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
    sha, size = digest(raw), len(raw)
    try:
        if values is None:
            raise Refused("undecodable", f"row {row} holds a string that is not UTF-8")
        found = document_of(row, values, settings)
    except Refused as refused:
        return Found(row, None, raw_sha256=sha, n_bytes=size, reason=refused.reason, detail=refused.detail)
    return Found(row, found.content, "utf-8", found.media, sha, size, found.fields)
