"""Results of earlier runs, so that a document is worked on once: by content, step fingerprint and context.

In     a per-document step, the rows it reads
Out    the rows it made earlier for exactly the same input, and a place to keep new ones

A key is the digest of everything the step reads of a document (text and hints); the folder is named by the step and
its fingerprint: the source of every module of the project that the step's function imports, directly or not, with the
tables beside them; the rows that a user adds to tables it reads; its settings; the versions of the
libraries it imports with what they require; Python's minor version. Nothing else is remembered between runs; deleting
the cache costs time only.

Segments are append-only Arrow IPC files, read by memory map; a file's name carries the digest of its bytes, so a
damaged one is noticed and passed over.

Limits  Documents whose worker failed are not kept: the next run tries them again.
"""

from __future__ import annotations

import ast
import hashlib
import json
import logging
import os
import platform
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import metadata
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules import OwnRules, using

logger = logging.getLogger(__name__)

KEY = pa.binary(16)
PACKAGES = ("tasks", "flows")
SEGMENTS_BEFORE_COMPACTION = 20
EARLIER_KEPT = 1  # fingerprints a step, beside the present one: settings are often changed back
_STEP_FOLDER = re.compile(r"([a-z][a-z_]*)-[0-9a-f]{16}")  # as `StepCache` names them
_STEP_FILE = re.compile(r"[0-9a-f]{32}\.arrow|[0-9]+\.part")  # as `_write_segment` names them


@dataclass(frozen=True)
class Step:
    """A per-document step: a pure batch function, the columns it reads and the table it makes.

    `derived` names columns it reads that follow from the others by code in the same fingerprint; they are no part of
    the key.
    """

    name: str
    work: Callable[..., pa.Table]  # (batch, **settings) -> table of `schema`, one row a document, same order
    reads: tuple[str, ...]
    schema: pa.Schema
    settings: Mapping[str, Any] = field(default_factory=dict)
    derived: tuple[str, ...] = ()
    own: OwnRules = field(default_factory=OwnRules)  # rows that a user adds to the tables

    @property
    def keyed_by(self) -> tuple[str, ...]:
        """The columns whose values make the key."""
        return tuple(name for name in self.reads if name not in self.derived)

    @property
    def own_in_use(self) -> OwnRules:
        """Those of the user's own rows that the step reads: a table is read by its name, which then is in the code."""
        sources = [_source(name) for name in closure(self.work.__module__)[0]]
        return OwnRules(tuple(f for f in self.own.files if any(f'"{f.table}"' in source for source in sources)))

    def __call__(self, batch: pa.Table) -> pa.Table:
        """The results for a batch: columns as in `schema`, one row a document.

        Raises:
            ValueError: the step's function gave more or fewer rows.
        """
        with using(self.own):
            results = self.work(batch, **self.settings)
        if len(results) != len(batch):
            raise ValueError(f"{self.name}: {len(results)} results for {len(batch)} documents")
        return results.select(self.schema.names).cast(self.schema)

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that change when anything changes that may change the step's results."""
        parts = {
            "code": code_digest(self.work.__module__),
            "tables": tables_digest(self.work.__module__),
            "own rules": self.own_in_use.digest,
            "settings": json.dumps(dict(self.settings), sort_keys=True, default=str),
            "libraries": library_versions(self.work.__module__),
            "python": platform.python_version_tuple()[:2],
            "reads": self.reads,
            "schema": str(self.schema),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


# ------------------------------------------------------------------ fingerprints


@cache
def closure(module: str) -> tuple[frozenset[str], frozenset[str]]:
    """(modules of the project, top-level names of libraries) that a module imports, directly or through others."""
    ours: set[str] = set()
    theirs: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in ours:
            continue
        ours.add(name)
        for found in _imports(name):
            if found.split(".")[0] in PACKAGES:
                waiting.append(found)
            else:
                theirs.add(found.split(".")[0])
    return frozenset(ours), frozenset(theirs)


@cache
def _imports(module: str) -> frozenset[str]:
    """Full names of the modules that a module of the project imports anywhere, its own packages included."""
    source = _source(module)
    names = {module.rsplit(".", n)[0] for n in range(1, module.count(".") + 1)}  # importing a.b runs a
    for node in _statements(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {
                f"{node.module}.{alias.name}" for alias in node.names if _is_module(f"{node.module}.{alias.name}")
            }
    return frozenset(name for name in names if name.split(".")[0] not in PACKAGES or _is_module(name))


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements below a node; imports are statements, so that expressions need not be walked."""
    for block in ("body", "orelse", "finalbody", "handlers", "cases"):
        for child in getattr(node, block, ()):
            yield child
            yield from _statements(child)


@cache
def _is_module(name: str) -> bool:
    if name.split(".")[0] not in PACKAGES:
        return False
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # its parent is a module, no package
        return False


@cache
def _source(module: str) -> str:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{module}: no source to take a fingerprint of")
    return Path(spec.origin).read_text(encoding="utf-8")


@cache
def code_digest(module: str) -> str:
    """Digest of the source of a module's import closure inside the project."""
    ours, _ = closure(module)
    return hashlib.sha256("\0".join(f"{name}\0{_source(name)}" for name in sorted(ours)).encode()).hexdigest()


@cache
def tables_digest(module: str) -> str:
    """Digest of every table that lies beside a module of the import closure: a changed word may matter to any step."""
    folders = {_source_folder(name) for name in closure(module)[0]}
    tables = sorted(
        path for folder in folders for path in folder.iterdir() if path.suffix in {".toml", ".csv", ".json"}
    )
    return hashlib.sha256(b"\0".join(p.name.encode() + b"\0" + p.read_bytes() for p in tables)).hexdigest()


def _source_folder(module: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(module)
    return Path(spec.origin).parent


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Names of the distributions that bring each top-level module."""
    return metadata.packages_distributions()


@cache
def library_versions(module: str) -> tuple[str, ...]:
    """`name==version` of every library a module's closure imports, with everything those require."""
    _, theirs = closure(module)
    distributions = _distributions()
    waiting = [name for top in theirs for name in distributions.get(top, [])]
    found: dict[str, str] = {}
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found or (installed := _installed(name)) is None:
            continue
        found[name], required = installed
        waiting += required
    return tuple(f"{name}=={version}" for name, version in sorted(found.items()))


@cache
def _installed(name: str) -> tuple[str, list[str]] | None:
    """Version and requirements of a distribution; None for one that is not here, such as an extra's."""
    try:
        version, lines = metadata.version(name), metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return None
    return version, [match[0] for line in lines if (match := re.match(r"[\w.-]+", line))]


# ------------------------------------------------------------------ keys


def row_keys(table: pa.Table, columns: Iterable[str]) -> pa.Array:
    """A digest a row of the named columns: binary, 16 bytes."""
    parts = [part for name in columns for part in _spelled(table[name])]
    rows = pc.binary_join_element_wise(*parts, pa.scalar(b":", pa.large_binary()))
    digests = [
        hashlib.blake2b(memoryview(data)[start:end], digest_size=16).digest()
        for chunk in rows.chunks
        for data, offsets in [(chunk.buffers()[2] or b"", np.frombuffer(chunk.buffers()[1], np.int64))]
        for start, end in pairwise(offsets[chunk.offset : chunk.offset + len(chunk) + 1].tolist())
    ]
    return pa.array(digests, KEY)


def _spelled(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """How many bytes each value has when it is written out, "-" for null, and these bytes."""
    if pa.types.is_nested(column.type):
        written = (None if value is None else repr(value) for value in column.to_pylist())
        column = pa.chunked_array([pa.array(written, pa.large_string())])
    values = column.cast(pa.large_string()).cast(pa.large_binary())
    lengths = pc.fill_null(pc.binary_length(values).cast(pa.large_string()), "-")
    return lengths.cast(pa.large_binary()), pc.fill_null(values, b"")


# ------------------------------------------------------------------ segments


def take_rows(table: pa.Table, rows: np.ndarray) -> pa.Table:
    """The rows with these numbers, in this order, reading only the chunks they lie in.

    `Table.take` joins all chunks of a column first, which costs the whole table a call and fails above 2 GiB of text.
    """
    batches = table.to_batches()
    ends = np.cumsum([len(batch) for batch in batches])
    chunk_of = np.searchsorted(ends, rows, side="right")
    order = np.argsort(chunk_of, kind="stable")
    is_in_order = bool((np.diff(chunk_of) >= 0).all())
    taken = [table.schema.empty_table()]
    for chunk in np.unique(chunk_of):
        start = ends[chunk] - len(batches[chunk])
        taken.append(
            pa.Table.from_batches([batches[chunk].take(pa.array(rows[order][chunk_of[order] == chunk] - start))])
        )
    if is_in_order:
        return pa.concat_tables(taken)
    back = np.empty(len(rows), dtype=np.int64)
    back[order] = np.arange(len(rows))
    return pa.concat_tables(taken).take(pa.array(back))


class StepCache:
    """What earlier runs made of documents in one step; `None` as folder keeps nothing."""

    def __init__(self, folder: Path | None, step: Step) -> None:
        self.folder = None if folder is None else folder / f"{step.name}-{step.fingerprint}"
        self.schema = pa.schema([pa.field("key", KEY), *step.schema])
        self._kept = pa.concat_tables([self.schema.empty_table(), *self._segments()])
        self._keys = self._kept["key"].combine_chunks()

    def _segments(self) -> Iterator[pa.Table]:
        if self.folder is None or not self.folder.is_dir():
            return
        for path in sorted(self.folder.glob("*.arrow")):
            try:
                yield _read_segment(path, self.schema)
            except (ValueError, OSError, pa.ArrowInvalid) as error:
                logger.warning("cache: %s is damaged and will be computed again: %s", path, error)
                path.unlink(missing_ok=True)

    def find(self, keys: pa.Array) -> pa.Array:
        """For each key the row that holds its result, or null: int32."""
        return pc.index_in(keys, value_set=self._keys)

    def take(self, rows: np.ndarray) -> pa.Table:
        """The results in those rows, in that order."""
        return take_rows(self._kept, rows).drop_columns(["key"])

    def slice(self, start: int, length: int) -> pa.Table:
        """The results in rows that follow each other, left on disk."""
        return self._kept.slice(start, length).drop_columns(["key"])

    def add(self, keys: pa.Array, results: pa.Table) -> None:
        """Keep results for later runs, as one more segment."""
        if self.folder is None or not len(keys):
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            whole = results.combine_chunks()  # a later run reads piece by piece
            _write_segment(self.folder, whole.add_column(0, self.schema.field("key"), keys))
        except OSError as error:  # a cache costs time at most
            logger.warning("cache: %s takes nothing more, later runs will compute it again: %s", self.folder, error)
            self.folder = None

    def compact(self) -> None:
        """Write many segments as one; a reader of the old ones finds nothing missing but time.

        Where the disk is full, or another run took a segment away meanwhile, they stay as they are.
        """
        paths = [] if self.folder is None else sorted(self.folder.glob("*.arrow"))
        if self.folder is None or len(paths) <= SEGMENTS_BEFORE_COMPACTION:
            return
        try:
            written = _write_segment(self.folder, pa.concat_tables(_read_segment(p, self.schema) for p in paths))
            for path in paths:
                if path != written:
                    path.unlink(missing_ok=True)
        except (OSError, ValueError) as error:  # a cache costs time at most
            logger.warning("cache: the segments of %s stay as many as they are: %s", self.folder, error)


def _write_segment(folder: Path, table: pa.Table) -> Path:
    """Write a segment under a name that carries its digest; only a writer that was killed leaves a `.part` file."""
    part = folder / f"{os.getpid()}.part"
    try:
        with pa.OSFile(str(part), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=4096)
        path = folder / f"{_file_digest(part)}.arrow"
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _read_segment(path: Path, schema: pa.Schema) -> pa.Table:
    if _file_digest(path) != path.stem:
        raise ValueError("its digest is not the one in its name")
    table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    if not table.schema.equals(schema):
        raise ValueError("it holds other columns")
    return table


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


# ------------------------------------------------------------------ removal


def empty(folder: Path) -> None:
    """Remove every result that is kept in the folder, and nothing else: it may be one where others keep things, too."""
    for old in _step_folders(folder):
        _remove(old)


def prune(folder: Path, steps: Iterable[Step]) -> None:
    """Remove what other code, tables or settings left behind, so that the cache does not grow for ever.

    The results of `steps` stay, and of every step those of the newest other fingerprints.
    """
    present = {f"{step.name}-{step.fingerprint}" for step in steps}
    seen: Counter[str] = Counter()
    for old in _step_folders(folder):
        if old.name not in present:
            name = old.name.rpartition("-")[0]
            seen[name] += 1
            if seen[name] > EARLIER_KEPT:
                _remove(old)


def _step_folders(folder: Path) -> list[Path]:
    """The folders of steps in a cache, by the pattern of their names; those that were written to last come first."""
    try:
        found = [path for path in folder.iterdir() if _STEP_FOLDER.fullmatch(path.name) and path.is_dir()]
        return sorted(found, key=lambda path: (-path.stat().st_mtime_ns, path.name))
    except FileNotFoundError:  # no cache, or another run has just removed one of them
        return []
    except OSError as error:
        logger.warning("cache: %s cannot be listed, nothing was removed from it: %s", folder, error)
        return []


def _remove(step_folder: Path) -> None:
    """Remove a step's files, then its folder unless something else lies in it."""
    try:
        for path in step_folder.iterdir():
            if _STEP_FILE.fullmatch(path.name):
                path.unlink(missing_ok=True)
        if not any(step_folder.iterdir()):
            step_folder.rmdir()
    except OSError as error:
        logger.warning("cache: %s could not be removed, do it by hand: %s", step_folder, error)
