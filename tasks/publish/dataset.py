"""A published version, opened for reading: its tables as pandas data frames or Arrow tables, read when asked for.

In     the folder of a data set, perhaps a version and a choice of columns
Out    `Dataset`                                                           to   readers; gates, report, explain, diff

Limits  A `Dataset` stays on the version it was opened on, also when a newer one is published meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.errors import ConfigError, Damaged
from tasks.publish import versions
from tasks.publish.upgrade import upgraded
from tasks.schema import CONTRACT_VERSION, PUBLISHED
from tasks.storage import Location, open_storage

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow.dataset as ds

    from tasks.storage import Storage

Columns = Sequence[str] | Mapping[str, Sequence[str]] | None


class Dataset:
    """One version: `.articles` … `.figures` are pandas data frames, `.table(name)` is the same as an Arrow table."""

    def __init__(
        self,
        storage: Storage,
        version: str,
        manifest: dict[str, Any],
        columns: Columns = None,
        tables: Mapping[str, pa.Table] | None = None,
    ) -> None:
        self.version = version
        self.path: Path | str = storage.place(f"versions/{version}")  # the folder on disk, or the address
        self.manifest = manifest
        self.storage = storage
        self._columns = columns
        self._tables: dict[str, pa.Table] = dict(tables or {})

    def __repr__(self) -> str:
        return f"Dataset({str(self.path)!r})"

    def table(self, name: str) -> pa.Table:
        """A published table, with the columns that were asked for.

        Raises:
            KeyError: the contract has no table of that name.
            Damaged: the file cannot be read as Parquet.
        """
        if name not in PUBLISHED:
            raise KeyError(f"no table {name!r}; there are {', '.join(PUBLISHED)}")
        if name not in self._tables:
            self._tables[name] = self._read(name)
        return self._tables[name]

    def find(self, name: str, column: str, value: str) -> list[dict[str, Any]]:
        """The rows of a table in which a column has this value; reads only the row groups that may have it.

        Raises:
            Damaged: the file cannot be read as Parquet.
        """
        try:
            rows: list[dict[str, Any]] = upgraded(
                name, pq.read_table(self._source(name), filters=[(column, "=", value)])
            ).to_pylist()
            return rows
        except (OSError, ValueError) as error:
            raise self._damage(name, error) from error

    def scan(self, name: str) -> pa.Table | ds.Dataset:
        """The same for who reads some of its columns only, as DuckDB does: left on disk if it lies on this machine."""
        path = self.local(f"{name}.parquet")
        if path is None or name in self._tables:
            return self.table(name)
        from pyarrow import dataset as ds  # 0.05 s that most readers need not spend

        return ds.dataset(path, format="parquet", schema=PUBLISHED[name])

    def read(self, name: str, columns: Sequence[str]) -> pa.Table:
        """Some columns of a published table, read now and not kept."""
        found = self.scan(name)
        return found.select(columns) if isinstance(found, pa.Table) else found.to_table(columns=list(columns))

    def tables(self) -> dict[str, pa.Table]:
        """All seven tables by name."""
        return {name: self.table(name) for name in PUBLISHED}

    def _read(self, name: str) -> pa.Table:
        try:
            file = pq.ParquetFile(self._source(name), pre_buffer=True)
            chosen = _chosen(self._columns, name)
            return upgraded(name, file.read(columns=chosen), chosen)
        except (OSError, ValueError) as error:
            raise self._damage(name, error) from error

    def _frame(self, name: str) -> pd.DataFrame:
        """A table for pandas: int64 columns may be null (`source_row`), and null must not turn them into floats."""
        import pandas as pd

        frame: pd.DataFrame = self.table(name).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        return frame

    def local(self, name: str) -> Path | None:
        """Where a file of the version lies on this machine; None where it does not."""
        return self.storage.local(f"versions/{self.version}/{name}")

    def _source(self, name: str) -> Any:
        return self.storage.source(f"versions/{self.version}/{name}.parquet")

    def _damage(self, name: str, error: Exception) -> Damaged:
        return Damaged(
            f"{self.path}/{name}.parquet: cannot be read ({error}); `copydesk verify {self.version}` tells more"
        )

    @cached_property
    def articles(self) -> pd.DataFrame:
        """One row an article."""
        return self._frame("articles")

    @cached_property
    def documents(self) -> pd.DataFrame:
        """One row a document of the input, with what became of it."""
        return self._frame("documents")

    @cached_property
    def duplicates(self) -> pd.DataFrame:
        """One row a text that was not published because another copy was."""
        return self._frame("duplicates")

    @cached_property
    def relations(self) -> pd.DataFrame:
        """One row a verified pair of documents."""
        return self._frame("relations")

    @cached_property
    def removals(self) -> pd.DataFrame:
        """One row a span that was cut or moved out of a text."""
        return self._frame("removals")

    @cached_property
    def dates(self) -> pd.DataFrame:
        """One row a date mention of an article."""
        return self._frame("dates")

    @cached_property
    def figures(self) -> pd.DataFrame:
        """One row a figure mention of an article."""
        return self._frame("figures")


def open_dataset(path: str | Location | Storage, version: str | None = None, columns: Columns = None) -> Dataset:
    """Open a version of the data set in the folder `path`: the latest, or the one named.

    Args:
        columns: read only these: names that hold for every table that has them, or names by table.

    Raises:
        ConfigError: there is no such data set, version or column, or it was written by a newer copydesk.
        Damaged: the version's manifest cannot be read.
    """
    storage = open_storage(path)
    names = versions.version_names(storage)
    if not names:
        raise ConfigError(f"{path}: no published version here; `copydesk run` makes the first")
    _refuse_unknown(columns)
    name = version or _latest(storage, names)
    if name not in names:
        raise ConfigError(f"{path}: no version {name}; there are {', '.join(names)}")
    try:
        manifest = versions.read_manifest(storage, name)
    except ValueError as error:
        raise Damaged(f"{storage.place(f'versions/{name}')}: {error}; open another version") from error
    versions.refuse_newer(storage, CONTRACT_VERSION, reading=True)
    return Dataset(storage, name, manifest, columns)


def _latest(storage: Storage, names: list[str]) -> str:
    """The version that `latest.json` names; where it is gone, the newest whose manifest can be read."""
    latest = versions.read_latest(storage)
    if latest.version:
        return latest.version
    for name in reversed(names):
        try:
            versions.read_manifest(storage, name)
        except ValueError:
            continue
        return name
    raise Damaged(f"{storage}: latest.json is {latest.fault} and no version has a manifest that can be read")


def _chosen(columns: Columns, table: str) -> list[str] | None:
    if columns is None:
        return None
    if isinstance(columns, Mapping):
        return list(columns[table]) if table in columns else None
    return [name for name in PUBLISHED[table].names if name in columns]


def _refuse_unknown(columns: Columns) -> None:
    if columns is None:
        return
    if isinstance(columns, str):
        raise ConfigError(f"columns: a list of names is wanted, got the string {columns!r}")
    wanted = columns if isinstance(columns, Mapping) else dict.fromkeys(PUBLISHED, columns)
    known = {name: set(schema.names) for name, schema in PUBLISHED.items()}
    if tables := wanted.keys() - known.keys():
        raise ConfigError(f"columns: no table {', '.join(sorted(tables))}; there are {', '.join(PUBLISHED)}")
    everywhere = set().union(*known.values())
    for table, names in wanted.items():
        odd = set(names) - (known[table] if isinstance(columns, Mapping) else everywhere)
        if odd:
            raise ConfigError(f"columns: no column {', '.join(sorted(odd))} in {table}; see docs/dataset.md")
