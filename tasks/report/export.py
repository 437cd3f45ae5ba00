"""A table of a version as a file for people: CSV, Excel, JSON lines or Parquet.

In     a version; a table, some of its columns, a condition in SQL
Out    one file, written row group by row group: a data set of any size needs little memory

Lists and structs are JSON in CSV and Excel. A text that a spreadsheet would take for a formula stays a text: Excel
cells are written as text, and in CSV such a text begins with an apostrophe.

Limits  Excel holds 1,048,576 rows and 32,767 characters a cell: more rows are refused, longer texts are cut and say so.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.errors import ConfigError
from tasks.publish import Dataset
from tasks.schema import PUBLISHED, SORTED_BY

BATCH = 5_000  # rows
MAX_XLSX_ROWS, MAX_CELL = 1_048_575, 32_767  # below the head; characters
CUT_MARK = " … [cut: longer than a cell holds]"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a text begins that a spreadsheet may compute


def export_table(
    dataset: Dataset,
    target: Path | IO[bytes],
    *,
    form: str,
    table: str = "articles",
    columns: Sequence[str] = (),
    where: str | None = None,
) -> int:
    """Write rows of a published table; returns how many.

    Args:
        target: a file, or a stream of bytes (not for xlsx).
        form: one of `FORMS`.
        columns: in this order; all where there are none.
        where: a condition in SQL over the table's columns; it can read nothing but this table.

    Raises:
        ConfigError: no such form, table or column, or a condition that SQL refuses.
        Damaged: the version's file cannot be read.
    """
    if form not in FORMS:
        raise ConfigError(f"--format {form}: no such format; there are {', '.join(FORMS)}")
    if table not in PUBLISHED:
        raise ConfigError(f"--table {table}: no such table; there are {', '.join(PUBLISHED)}")
    if odd := [name for name in columns if name not in PUBLISHED[table].names]:
        raise ConfigError(f"--columns {odd[0]}: no such column in {table}; see docs/dataset.md")
    schema = PUBLISHED[table]
    wanted = pa.schema([schema.field(name) for name in columns or schema.names])
    with _reading(dataset, table, wanted.names, where) as reader:
        return FORMS[form]((batch.cast(wanted) for batch in reader), wanted, target)


@contextmanager
def _reading(dataset: Dataset, table: str, columns: Sequence[str], where: str | None) -> Iterator[pa.RecordBatchReader]:
    """The rows asked for, in batches; the condition sees this table and no file, address or extension."""
    import duckdb

    chosen, order = (", ".join(f'"{name}"' for name in names) for names in (columns, SORTED_BY[table]))
    condition = f"WHERE ({where}\n)" if where else ""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("rows", dataset.scan(table))
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        try:
            # the condition is the operator's own, over their own file, and may change nothing
            rows = connection.sql(f"SELECT {chosen} FROM rows {condition} ORDER BY {order}")  # noqa: S608
            reader = rows.to_arrow_reader(BATCH)
        except duckdb.Error as error:
            raise ConfigError(f"--where {where}: {str(error).splitlines()[0]}") from error
        yield reader


def _write_parquet(batches: Iterator[pa.RecordBatch], schema: pa.Schema, target: Path | IO[bytes]) -> int:
    count = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def _write_jsonl(batches: Iterator[pa.RecordBatch], _schema: pa.Schema, target: Path | IO[bytes]) -> int:
    def write(file: IO[bytes]) -> int:
        count = 0
        for row in _rows(batches):
            file.write(json.dumps(row, ensure_ascii=False, default=_plain).encode("utf-8") + b"\n")
            count += 1
        return count

    return _with_file(target, write)


def _write_csv(batches: Iterator[pa.RecordBatch], schema: pa.Schema, target: Path | IO[bytes]) -> int:
    def write(file: IO[bytes]) -> int:
        """The header and the rows; how many rows."""
        count = 0
        writer = csv.writer(_Text(file), lineterminator="\r\n")
        writer.writerow(schema.names)
        for row in _rows(batches):
            writer.writerow([_safe(_cell(value)) for value in row.values()])
            count += 1
        return count

    return _with_file(target, write)


def _write_xlsx(batches: Iterator[pa.RecordBatch], schema: pa.Schema, target: Path | IO[bytes]) -> int:
    """Texts are written as texts, times as times without their zone (UTC), which Excel does not know."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with xlsxwriter.Workbook(target, {**options, "remove_timezone": True}) as book:
        sheet = book.add_worksheet("copydesk")
        formats = {"date": book.add_format({"num_format": "yyyy-mm-dd"})}
        formats["time"] = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, schema.names, book.add_format({"bold": True}))
        for row in _rows(batches):
            count += 1
            if count > MAX_XLSX_ROWS:
                raise ConfigError(
                    f"more than {MAX_XLSX_ROWS:,} rows do not fit a sheet; use --where, or another format"
                )
            for at, value in enumerate(row.values()):
                _write_xlsx_cell(sheet, count, at, value, formats)
    return count


def _write_xlsx_cell(sheet: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), formats["time"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), formats["date"])
    else:
        text = str(_cell(value))
        cut = text if len(text) <= MAX_CELL else text[: MAX_CELL - len(CUT_MARK)] + CUT_MARK
        sheet.write_string(row, column, cut)


def _rows(batches: Iterator[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    for batch in batches:
        yield from batch.to_pylist()


def _cell(value: Any) -> Any:
    """A value as it stands in one cell."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    if isinstance(value, datetime):
        return _plain(value)
    return value


def _safe(value: Any) -> Any:
    """A text that cannot be taken for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _plain(value: Any) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else str(value)


def _with_file(target: Path | IO[bytes], write: Callable[[IO[bytes]], int]) -> int:
    if isinstance(target, Path):
        with target.open("wb") as file:
            return write(file)
    return write(target)


class _Text:
    """A text file over a stream of bytes that stays open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode("utf-8"))


FORMS: dict[str, Callable[[Iterator[pa.RecordBatch], pa.Schema, Path | IO[bytes]], int]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
    "jsonl": _write_jsonl,
    "parquet": _write_parquet,
}
