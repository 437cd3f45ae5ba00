"""A per-document step over a whole table: what is cached is taken, the rest is computed and kept.

In     a `Step` and a table of documents
Out    the step's table, one row a document in the same order, with a column `failed`: null, or why there is no result

What is computed is spooled to disk; it and the cache are read by memory map, so that memory does not grow with the
corpus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from flows.executors import Executor
from tasks.cache import StepCache
from tasks.row_keys import KEY, row_keys
from tasks.step import Step
from tasks.tables import take_rows

BATCH_ROWS = 128
BATCH_BYTES = 4 << 20
SLICE_ROWS = 2048  # rows whose keys and results are in memory at a time
SEGMENT_ROWS = 8192  # results wait in memory for so many,
SEGMENT_BYTES = 64 << 20  # or for so much
LEAST_RUN = 64  # results that follow each other, on average: tables of shorter pieces are slow
FAILED = pa.field("failed", pa.string())

Progress = Callable[[int, int], None]  # (documents done, documents in all)


def no_progress(_done: int, _total: int) -> None:
    """The default: tells nobody."""


class Spool:
    """A folder of the run's own, where tables wait on disk instead of in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0

    def keep(self, schema: pa.Schema, batches: Iterable[pa.Table | pa.RecordBatch]) -> pa.Table:
        """The batches as one table that is read by memory map."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._count += 1
        path = self.folder / f"{self._count:03}.arrow"
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for batch in batches:
                writer.write(batch)
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()

    def put(self, table: pa.Table) -> pa.Table:
        """The table in one piece, on disk; where its columns fit into one."""
        return self.keep(table.schema, table.combine_chunks().to_batches())


@dataclass(frozen=True)
class Mapper:
    """A per-document step over a whole table: what is cached is taken, the rest is computed and kept."""

    executor: Executor
    spool: Spool
    cache: Path | None

    def __call__(self, step: Step, table: pa.Table, progress: Progress = no_progress) -> pa.Table:
        """The step's columns and `failed`, one row a row of `table`."""
        kept = StepCache(self.cache, step)
        keys = pa.concat_arrays([pa.array([], KEY), *(row_keys(s, step.keyed_by) for s in _slices(table, SLICE_ROWS))])
        found = kept.find(keys).to_numpy(zero_copy_only=False).astype(float)
        missing = np.flatnonzero(np.isnan(found))
        fresh = self._compute(step, table, keys, missing, kept, progress)
        kept.compact()
        place = np.where(np.isnan(found), 0, found).astype(np.int64)
        place[missing] = np.arange(len(missing))
        is_fresh = np.isnan(found)
        ends = [0, *(np.flatnonzero((np.diff(place) != 1) | np.diff(is_fresh)) + 1).tolist(), len(place)]
        if len(ends) <= 2 + len(place) // LEAST_RUN:
            return pa.concat_tables(_in_place(kept, fresh, place, is_fresh, ends))
        return self.spool.keep(fresh.schema, _copied(kept, fresh, place, is_fresh))

    def _compute(
        self, step: Step, table: pa.Table, keys: pa.Array, missing: np.ndarray, kept: StepCache, progress: Progress
    ) -> pa.Table:
        """Results for the rows that the cache does not hold, spooled; those that did not fail are kept."""
        schema = pa.schema([*step.schema, FAILED])
        needed = table.select(step.reads)
        batches = (
            batch
            for start in range(0, len(missing), SLICE_ROWS)
            for batch in _bounded(take_rows(needed, missing[start : start + SLICE_ROWS]))
        )
        waiting: list[tuple[pa.Array, pa.Table]] = []
        waiting_bytes = 0

        def flush() -> None:
            nonlocal waiting_bytes
            waiting_bytes = 0
            if waiting:
                kept.add(pa.concat_arrays([k for k, _ in waiting]), pa.concat_tables(r for _, r in waiting))
                waiting.clear()

        def computed() -> Iterator[pa.Table]:
            nonlocal waiting_bytes
            done = 0
            for part in self.executor.map(step, batches):
                failed = pa.array(part.failed, pa.string())
                good = np.flatnonzero([why is None for why in part.failed])
                rows = keys.take(pa.array(missing[done : done + len(failed)]))
                waiting.append((rows.take(pa.array(good)), part.results.take(pa.array(good))))
                waiting_bytes += waiting[-1][1].nbytes
                if sum(len(k) for k, _ in waiting) >= SEGMENT_ROWS or waiting_bytes >= SEGMENT_BYTES:
                    flush()
                done += len(failed)
                progress(done, len(missing))
                yield part.results.append_column(FAILED, failed)
            flush()

        return self.spool.keep(schema, computed())


def _slices(table: pa.Table, rows: int) -> Iterator[pa.Table]:
    for start in range(0, len(table), rows):
        yield table.slice(start, rows)


def _bounded(table: pa.Table) -> Iterator[pa.Table]:
    """The table in batches that are small in rows and in bytes."""
    for part in _slices(table, BATCH_ROWS):
        if part.nbytes <= BATCH_BYTES or len(part) == 1:
            yield part
        else:
            yield from _slices(part, max(1, len(part) * BATCH_BYTES // part.nbytes))


def _in_place(
    kept: StepCache, fresh: pa.Table, place: np.ndarray, is_fresh: np.ndarray, ends: list[int]
) -> Iterator[pa.Table]:
    """Old and new results in the order of the documents, each run of them left where it lies on disk."""
    yield fresh.slice(0, 0)
    for first, end in pairwise(ends):
        if first < end:
            source = fresh.slice if is_fresh[first] else lambda *run: _without_failure(kept.slice(*run))
            yield source(place[first], end - first)


def _copied(kept: StepCache, fresh: pa.Table, place: np.ndarray, is_fresh: np.ndarray) -> Iterator[pa.Table]:
    """The same where they alternate too often, as where many documents have one text."""
    for start in range(0, len(place), SLICE_ROWS):
        where, new = place[start : start + SLICE_ROWS], is_fresh[start : start + SLICE_ROWS]
        both = pa.concat_tables([_without_failure(kept.take(where[~new])), take_rows(fresh, where[new])])
        back = np.empty(len(where), dtype=np.int64)
        back[np.concatenate([np.flatnonzero(~new), np.flatnonzero(new)])] = np.arange(len(where))
        yield both.take(pa.array(back)).combine_chunks()


def _without_failure(old: pa.Table) -> pa.Table:
    return old.append_column(FAILED, pa.nulls(len(old), pa.string()))
