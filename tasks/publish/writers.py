"""Data files: the seven tables as Parquet, the articles as JSON lines too; the same rows give the same bytes.

In     a published table (`tasks.schema.PUBLISHED`), sorted
Out    `<table>.parquet`, `articles.jsonl.gz`

Row groups hold at most 10,000 rows, and each is copied into one piece before it is written, because the pages that the
Parquet writer cuts depend on how its input is cut. The gzip file is a row of members of 2,000 lines each, with no time
in their headers: readers take it as one file, and the members can be compressed side by side.

Limits  "Same bytes" holds for the locked versions of pyarrow, DuckDB and zlib.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.errors import CopydeskError
from tasks.schema import PUBLISHED

ROWS_PER_GROUP = 10_000
LINES_PER_MEMBER = 2_000
ZSTD_LEVEL = 3
GZIP_LEVEL = 6


def conform(name: str, table: pa.Table) -> pa.Table:
    """The table with exactly the contract's columns, in its order and types, and no metadata.

    Raises:
        CopydeskError: a column is missing, has values of another type, or null where the contract forbids it.
    """
    schema = PUBLISHED[name]
    if missing := [column for column in schema.names if column not in table.column_names]:
        raise CopydeskError(f"table {name}: no column {', '.join(missing)}; see tasks/schema.py")
    try:
        return pa.Table.from_batches(
            table.select(schema.names).replace_schema_metadata(None).cast(schema).to_batches(), schema=schema
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise CopydeskError(f"table {name}: {error}; wanted the types of tasks/schema.py") from error


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a conforming table: zstd, explicit schema, row groups of at most 10,000 rows."""
    with pq.ParquetWriter(
        path, table.schema, compression="zstd", compression_level=ZSTD_LEVEL, version="2.6"
    ) as writer:
        for start in range(0, table.num_rows, ROWS_PER_GROUP):
            writer.write_table(in_one_piece(table.slice(start, ROWS_PER_GROUP)), row_group_size=ROWS_PER_GROUP)


def in_one_piece(table: pa.Table) -> pa.Table:
    """A copy whose every column is one contiguous array that begins at offset 0."""
    rows = pa.array(range(table.num_rows), pa.int64())
    return pa.table([pc.take(column.combine_chunks(), rows) for column in table.columns], schema=table.schema)


def write_jsonl(table: pa.Table, path: Path, *, threads: int = 2) -> None:
    """Write a table as gzipped JSON lines: UTF-8, no NaN, dates and times as ISO 8601 strings.

    Raises:
        ValueError: a number is NaN or infinite, which JSON cannot say.
    """
    with path.open("wb") as file, ThreadPoolExecutor(threads) as pool:
        pending = []
        for lines in _members(table):
            pending.append(pool.submit(gzip.compress, lines, GZIP_LEVEL, mtime=0))
            if len(pending) > 2 * threads:
                file.write(pending.pop(0).result())
        for member in pending:
            file.write(member.result())


def _members(table: pa.Table) -> Iterator[bytes]:
    """The lines of each gzip member; one empty member where there are no rows, so that the file is a gzip file."""
    for start in range(0, max(table.num_rows, 1), LINES_PER_MEMBER):
        rows = table.slice(start, LINES_PER_MEMBER).to_pylist()
        yield "".join(json_line(row) for row in rows).encode("utf-8")


def json_line(row: dict[str, Any]) -> str:
    """One row as one line of JSON, for whatever a reader takes to be the end of a line.

    >>> json_line({"title": "Zoë\\u2028", "day": date(2024, 2, 29)})
    '{"title":"Zoë\\\\u2028","day":"2024-02-29"}\\n'
    """
    line = _ENCODER.encode(row)
    if any(end in line for end in _LINE_ENDS):
        line = line.translate(str.maketrans(_LINE_ENDS))
    return line + "\n"


def _as_text(value: Any) -> str:
    if isinstance(value, date):  # datetime is one too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_as_text)
# JSON leaves these as they are, and Python's str.splitlines, among others, ends a line at each
_LINE_ENDS: dict[str, int | str | None] = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}
