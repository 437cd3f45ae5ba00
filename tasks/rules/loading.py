"""From a table's file to its rows, with every fault named by file, line and row.

In     the name of a table and the dataclass of its rows
Out    the rows, in the order of the file

A file holds rows as `[[row]]` and nothing else. A row that is incomplete or wrong, and a second row with the same id or
the same value in a field that is `unique`, are refused.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any, TypeVar

from tasks.errors import ConfigError
from tasks.rules.own import TableFile, in_use, rule_cache
from tasks.rules.rows import Row, make_row, unique_values

R = TypeVar("R", bound=Row)

_ROW = re.compile(r"^[ \t]*\[\[[ \t]*row[ \t]*\]\]", re.M)


@rule_cache()
def load(table: str, kind: type[R]) -> tuple[R, ...]:
    """The rows of `tasks/rules/<table>.toml`, in the order of the file, then those that a user adds to the table.

    Raises:
        ConfigError: a row is refused; the message names the file, the line and the row.
    """
    return read_rows((read_table(table), *in_use().of(table)), kind)


def read_table(table: str) -> TableFile:
    """The text of `tasks/rules/<table>.toml`."""
    text = files("tasks.rules").joinpath(f"{table}.toml").read_text(encoding="utf-8")
    return TableFile(table, f"rules/{table}.toml", text)


def read_rows(sources: Iterable[TableFile], kind: type[R]) -> tuple[R, ...]:
    """The rows of several files that make one table.

    Raises:
        ConfigError: a row is refused.
    """
    return tuple(row for _, row in place_rows(sources, kind))


def place_rows(sources: Iterable[TableFile], kind: type[R]) -> Iterator[tuple[str, R]]:
    """(file, line and id for messages; the row) of each row.

    Raises:
        ConfigError: a row is refused.
    """
    taken: dict[tuple[str, Any], str] = {}
    for source in sources:
        for place, given in _plain_rows(source):
            try:
                row = make_row(kind, given)
            except ValueError as error:
                raise ConfigError(f"{place}: {error}") from None
            for name, values in unique_values(row).items():
                for value in values:
                    if (name, value) in taken:
                        raise ConfigError(f"{place}: {name}: {value!r} stands already at {taken[name, value]}")
                    taken[name, value] = place
            yield place, row


def _plain_rows(source: TableFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """(file, line and id for messages; the plain values) of each row."""
    try:
        table = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source.place}: is no TOML: {error}") from None
    rows = table.pop("row", [])
    if table:
        raise ConfigError(f"{source.place}: has {min(table)!r}, where only [[row]] is known")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{source.place}: must hold its rows as [[row]]")
    starts = [found.start() for found in _ROW.finditer(source.text)]
    for number, row in enumerate(rows):
        line = source.text.count("\n", 0, starts[number]) + 1 if len(starts) == len(rows) else number + 1
        yield f"{source.place}:{line}: row {row.get('id', '(no id)')!r}", row
