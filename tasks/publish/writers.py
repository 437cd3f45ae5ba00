"""The seven tables as Parquet files; the same rows give the same bytes.

In     a published table (`tasks.schema.PUBLISHED`), sorted
Out    `<table>.parquet`

Row groups hold at most 10,000 rows, and each is copied into one piece before it is written, because the pages that the
Parquet writer cuts depend on how its input is cut.

Limits  "Same bytes" holds for the locked version of pyarrow.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.errors import CopydeskError
from tasks.schema import PUBLISHED

ROWS_PER_GROUP = 10_000
ZSTD_LEVEL = 3


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


def json_line(row: dict[str, Any]) -> str:
    """One row as one line of JSON; dates and times as ISO 8601 strings.

    >>> json_line({"title": "Zoë", "day": date(2024, 2, 29)})
    '{"title":"Zoë","day":"2024-02-29"}\\n'
    """
    return _ENCODER.encode(row) + "\n"


def _as_text(value: Any) -> str:
    if isinstance(value, date):  # datetime is one too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_as_text)
