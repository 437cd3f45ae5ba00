"""Results of earlier runs, so that a document is worked on once: by content, step fingerprint and context.

In     a per-document step, the keys of the rows it reads (tasks/row_keys.py)
Out    the rows it made earlier for exactly the same input, and a place to keep new ones

The folder is named by the step and its fingerprint (tasks/step.py). Nothing else is remembered between runs; deleting
the cache costs time only. Segments are append-only Arrow IPC files, read by memory map; a file's name carries the
digest of its bytes, so a damaged one is noticed and passed over.

Limits  Documents whose worker failed are not kept: the next run tries them again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.row_keys import KEY
from tasks.step import Step
from tasks.tables import take_rows

logger = logging.getLogger(__name__)

SEGMENTS_BEFORE_COMPACTION = 20
EARLIER_KEPT = 1  # fingerprints a step, beside the present one: settings are often changed back
_STEP_FOLDER = re.compile(r"([a-z][a-z_]*)-[0-9a-f]{16}")  # as `StepCache` names them
_STEP_FILE = re.compile(r"[0-9a-f]{32}\.arrow|[0-9]+\.part")  # as `_write_segment` names them


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
