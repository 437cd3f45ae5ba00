"""Rows of CSV, TSV and Parquet files as documents.

In     a binary stream and the `RowReader` of the run
Out    `Found` documents, in the order of their rows

A row of a CSV file is cut out by the parity of its quotation marks before it is parsed, so that its length can be
bounded, and a quotation mark that is never closed costs one row. The bytes of a row, for digest and size, are those of
its lines in UTF-8; of a row of a Parquet file, the understood columns as strings, parted by NUL.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.ingest.decode import WIDE, recoded
from tasks.ingest.fields import RowReader
from tasks.ingest.lines import TooLong
from tasks.ingest.records import Found, Refused, digest
from tasks.ingest.sources import spooled

DELIMITERS = ",;\t|"
PARQUET_ROWS = 512  # decoded at a time
_ESCAPED = re.compile("[\udc80-\udcff]")  # a byte that the encoding cannot read

# ------------------------------------------------------------------ CSV


def read_csv(stream: IO[bytes], rows: RowReader) -> Iterator[Found]:
    """A `.csv` or `.tsv` file with a header; the delimiter is the one that finds a text column in the header."""
    csv.field_size_limit(sys.maxsize)  # rows are bounded before they are parsed
    stream, encoding = recoded(stream)
    text = io.TextIOWrapper(stream, _codec(encoding), errors="surrogateescape", newline="")
    limit = rows.settings.line_bytes
    records = csv_records(text, limit)
    first = next(records, None)
    if first is None:
        return
    if isinstance(first, TooLong):
        raise Refused("malformed", f"the header has more than {limit:,} characters")
    header, delimiter = _header(first, rows)
    row = 0
    for record in records:
        if isinstance(record, TooLong):
            detail = f"row {row} has {record.n_bytes:,} characters; the limit is {limit:,}"
            yield Found(row, None, reason="too_large", detail=detail)
            row += 1
            continue
        for cells in _parsed(record, delimiter):
            yield _csv_document(row, cells, header, record, encoding, rows)
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
    elif quotes % 2:  # never closed: the line where it was opened stands alone, so that those after it are not lost
        yield from held[:1]
        yield from csv_records(io.StringIO("".join(held[1:]), newline=""), limit)
    elif held:
        yield "".join(held)


def _codec(encoding: str) -> str:
    return "utf-8" if encoding in WIDE else encoding


def _header(line: str, rows: RowReader) -> tuple[list[str], str]:
    for delimiter in DELIMITERS:
        header = next(iter(_parsed(line, delimiter)), [])
        if rows.layout(header)["text"]:
            return header, delimiter
    raise rows.no_text_field(next(iter(_parsed(line, DELIMITERS[0])), []))


def _parsed(record: str, delimiter: str) -> list[list[str]]:
    """The rows of a record, mostly one, without those that are empty; one empty row where it cannot be parsed."""
    try:
        return [cells for cells in csv.reader(io.StringIO(record, newline=""), delimiter=delimiter) if any(cells)]
    except csv.Error:
        return [[]]


def _csv_document(row: int, cells: list[str], header: list[str], record: str, encoding: str, rows: RowReader) -> Found:
    raw = record.encode("utf-8", "surrogateescape")
    sha, size = digest(raw), len(raw)
    try:
        if not cells:
            raise Refused("malformed", f"row {row} cannot be parsed as CSV")
        if len(cells) > len(header):
            raise Refused("malformed", f"row {row} has {len(cells)} cells, the header {len(header)}")
        if not record.isascii() and _ESCAPED.search(record):
            raise Refused("undecodable", f"row {row} is not {encoding}")
        if record.count('"') % 2:
            raise Refused("malformed", f"row {row} opens a quotation mark that is never closed")
        found = rows.document(row, dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=True)))
    except Refused as refused:
        return Found(row, None, encoding, None, sha, size, reason=refused.reason, detail=refused.detail)
    return Found(row, found.content, encoding, found.media, sha, size, found.fields)


# ------------------------------------------------------------------ Parquet


def read_parquet(stream: IO[bytes], rows: RowReader) -> Iterator[Found]:
    """A `.parquet` file; only the columns that are understood are read."""
    limit = rows.settings.spooled_bytes
    with stream if stream.seekable() else spooled(stream, limit) as seekable:
        if not seekable.seek(0, io.SEEK_END):
            return  # no bytes: an empty file, as of any format, not a damaged one
        seekable.seek(0)
        file = pq.ParquetFile(seekable, pre_buffer=False, buffer_size=1 << 20)
        layout = rows.layout(file.schema_arrow.names)
        if not layout["text"]:
            raise rows.no_text_field(file.schema_arrow.names)
        columns = [name for name in file.schema_arrow.names if any(name in names for names in layout.values())]
        limit = rows.settings.document_bytes
        row = 0
        for batch in file.iter_batches(PARQUET_ROWS, columns=columns, use_threads=False):
            for values in _rows(batch, limit):
                yield _parquet_document(row, values, rows)
                row += 1


def _rows(batch: pa.RecordBatch, limit: int) -> Iterator[Mapping[str, Any] | Refused]:
    """The rows as mappings of plain values; a refusal for one that cannot be had."""
    try:
        if not _has_long(batch, limit):
            names = batch.schema.names
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield dict(zip(names, values, strict=True))
            return
    except UnicodeDecodeError:
        pass
    for i in range(batch.num_rows):
        one = batch.slice(i, 1)
        if _has_long(one, limit):
            yield Refused("too_large", f"a value has more than {limit:,} bytes")
            continue
        try:
            yield one.to_pylist()[0]
        except UnicodeDecodeError:
            yield Refused("undecodable", "it holds a string that is not UTF-8")


def _has_long(batch: pa.RecordBatch, limit: int) -> bool:
    """Whether a string is longer than the limit: looked at before anything is made of it."""
    if batch.nbytes <= limit:
        return False
    strings = (c for c in batch.columns if pa.types.is_string(c.type) or pa.types.is_large_string(c.type))
    return any((pc.max(pc.binary_length(column)).as_py() or 0) > limit for column in strings)


def _parquet_document(row: int, values: Mapping[str, Any] | Refused, rows: RowReader) -> Found:
    sha = size = None
    try:
        if isinstance(values, Refused):
            raise values
        raw = "\0".join([v if isinstance(v, str) else str(v) for v in values.values()]).encode("utf-8", "surrogatepass")
        sha, size = digest(raw), len(raw)
        found = rows.document(row, values)
    except Refused as refused:
        return Found(row, None, None, None, sha, size, reason=refused.reason, detail=refused.detail)
    return Found(row, found.content, "utf-8", found.media, sha, size, found.fields)
