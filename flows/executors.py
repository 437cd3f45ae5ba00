"""Spread a per-document step over batches, in this process or in a pool of processes that survives its workers.

In     a `Step` and batches of the rows it reads
Out    `Done` a batch, in the same order: results, and for documents that have none why

What one document does to its worker costs that document alone: a batch whose worker dies, runs out of memory or of
CPU time is split until the one bad document is found.

Source  `ProcessPoolExecutor` breaks as a whole when one worker dies, and has no limit a batch; hence the pool here.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol

import pyarrow as pa

from tasks.errors import CopydeskError
from tasks.step import Step

STARTED = "started"  # a worker's first word: from then on, what ends it is a document's fault
QUICK_SHARE = 0.25  # of the limit, for batches of several documents: finding a sick one takes eight splits
TO_START = 60  # seconds that a worker may take on a busy machine before its first batch counts
WALL_FACTOR = 10  # a worker that waits without using the CPU is ended after this many times its limit


@dataclass(frozen=True)
class Done:
    """A batch's results: rows of the step's schema and, for rows without one, why (else None)."""

    results: pa.Table
    failed: list[str | None]


class Executor(Protocol):
    """Applies a step's function to batches and yields their results in the same order."""

    def map(self, step: Step, batches: Iterable[pa.Table]) -> Iterator[Done]: ...


def _failure(step: Step, why: str) -> Done:
    return Done(pa.table([pa.nulls(1, item.type) for item in step.schema], schema=step.schema), [f"{step.name}: {why}"])


def _join(parts: Iterable[Done]) -> Done:
    parts = list(parts)
    return Done(pa.concat_tables(p.results for p in parts), [why for p in parts for why in p.failed])


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}"


# ------------------------------------------------------------------ in this process


class InProcess:
    """No workers: every batch here, one after the other; an exception costs one document."""

    def map(self, step: Step, batches: Iterable[pa.Table]) -> Iterator[Done]:
        """Results in the order of the batches."""
        for batch in batches:
            yield self._one(step, batch)

    def _one(self, step: Step, batch: pa.Table) -> Done:
        try:
            return Done(step(batch), [None] * len(batch))
        except Exception as error:
            if len(batch) == 1:
                return _failure(step, _words(error))
        half = len(batch) // 2
        return _join([self._one(step, batch.slice(0, half)), self._one(step, batch.slice(half))])


# ------------------------------------------------------------------ a pool of processes


@dataclass
class _Job:
    number: int  # of the batch it is a part of
    offset: int  # of its first row in that batch
    batch: pa.Table


@dataclass
class _Worker:
    process: Any
    pipe: Connection
    job: _Job | None = None
    deadline: float = float("inf")
    patience: float = float("inf")  # seconds for the batch at hand
    has_started: bool = False


@dataclass
class _Collected:
    rows: int
    parts: dict[int, Done] = field(default_factory=dict)

    def is_complete(self) -> bool:
        return sum(len(part.failed) for part in self.parts.values()) == self.rows

    def joined(self) -> Done:
        return _join(self.parts[offset] for offset in sorted(self.parts))


@dataclass(frozen=True)
class Pool:
    """Worker processes with a limit of CPU seconds a document and of memory a worker."""

    workers: int
    seconds: float = 60.0
    megabytes: int = 4096
    # modules that every worker needs: loaded once, before they are forked
    preload: Callable[[], Sequence[str]] = tuple

    def map(self, step: Step, batches: Iterable[pa.Table]) -> Iterator[Done]:
        """Results in the order of the batches; at most four batches a worker are under way or waiting."""
        run = _PoolRun(self, step)
        try:
            yield from run.results(enumerate(batches))
        finally:
            run.end()


class _PoolRun:
    """One step's run over a pool: who works on what, and what has come back."""

    def __init__(self, pool: Pool, step: Step) -> None:
        self.pool, self.step = pool, step
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["pyarrow", *pool.preload()])
        self.idle: list[_Worker] = []
        self.busy: list[_Worker] = []
        self.jobs: deque[_Job] = deque()
        self.collected: dict[int, _Collected] = {}

    def results(self, batches: Iterator[tuple[int, pa.Table]]) -> Iterator[Done]:
        following = 0
        while True:
            while len(self.collected) < 4 * self.pool.workers and (item := next(batches, None)) is not None:
                number, batch = item
                self.collected[number] = _Collected(len(batch))
                self.jobs.append(_Job(number, 0, batch))
            if following not in self.collected:
                return
            self._hand_out()
            self._take_back()
            while following in self.collected and self.collected[following].is_complete():
                yield self.collected.pop(following).joined()
                following += 1

    def _hand_out(self) -> None:
        while self.jobs and (self.idle or len(self.busy) < self.pool.workers):
            worker = self.idle.pop() if self.idle else self._start()
            job = self.jobs.popleft()
            limit = self.pool.seconds * (1 if len(job.batch) == 1 else QUICK_SHARE)
            worker.job, worker.patience = job, WALL_FACTOR * limit
            worker.deadline = time.monotonic() + worker.patience + (0 if worker.has_started else TO_START)
            self.busy.append(worker)
            with contextlib.suppress(OSError):  # a worker that is dead already is found by _take_back
                worker.pipe.send((limit, _to_bytes(job.batch)))

    def _take_back(self) -> None:
        nearest = min((w.deadline for w in self.busy), default=float("inf"))
        ready = wait([w.pipe for w in self.busy], timeout=max(0.0, nearest - time.monotonic()))
        for worker in [w for w in self.busy if w.pipe in ready]:
            self.busy.remove(worker)
            try:
                answer = worker.pipe.recv()
            except (EOFError, OSError):
                self._died(worker)
                continue
            if answer == STARTED:
                worker.has_started, worker.deadline = True, time.monotonic() + worker.patience
                self.busy.append(worker)
            else:
                self._answered(worker, answer)
        for worker in [w for w in self.busy if w.deadline <= time.monotonic()]:
            self.busy.remove(worker)
            _kill(worker)
            self._split_or_fail(worker.job, "gave no answer in time")

    def _answered(self, worker: _Worker, answer: bytes | str) -> None:
        job, worker.job, worker.deadline = worker.job, None, float("inf")
        self.idle.append(worker)
        if isinstance(answer, bytes):
            assert job is not None
            self.collected[job.number].parts[job.offset] = Done(_from_bytes(answer), [None] * len(job.batch))
        else:
            self._split_or_fail(job, answer)

    def _died(self, worker: _Worker) -> None:
        worker.process.join(timeout=5)
        code = worker.process.exitcode
        _kill(worker)
        if not worker.has_started:
            raise CopydeskError(
                f"a worker process ended before it began (exit code {code}): a script that starts a run must keep it "
                "under `if __name__ == '__main__':`; `--workers 1` works without processes"
            )
        why = "ran out of CPU time" if code == -signal.SIGXCPU else f"its worker died (exit code {code})"
        self._split_or_fail(worker.job, why)

    def _split_or_fail(self, job: _Job | None, why: str) -> None:
        assert job is not None
        if len(job.batch) == 1:
            self.collected[job.number].parts[job.offset] = _failure(self.step, why)
            return
        half = len(job.batch) // 2
        self.jobs.appendleft(_Job(job.number, job.offset + half, job.batch.slice(half)))
        self.jobs.appendleft(_Job(job.number, job.offset, job.batch.slice(0, half)))

    def _start(self) -> _Worker:
        ours, theirs = self.context.Pipe()
        process = self.context.Process(target=_serve, args=(theirs, self.step, self.pool.megabytes), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def end(self) -> None:
        for worker in [*self.idle, *self.busy]:
            _kill(worker)


def _kill(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()


def _serve(pipe: Connection, step: Step, megabytes: int) -> None:
    """A worker's life: batches in, results or the words of an exception out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner decides when we end
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _limit(resource.RLIMIT_DATA, megabytes << 20)
    pipe.send(STARTED)
    while True:
        try:
            seconds, data = pipe.recv()
        except (EOFError, OSError):
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 1)
        try:
            answer: bytes | str = _to_bytes(step(_from_bytes(data)))
        except Exception as error:
            answer = _words(error)
        pipe.send(answer)


def _limit(kind: int, soft: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _to_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _from_bytes(data: bytes) -> pa.Table:
    return pa.ipc.open_stream(data).read_all()


def usable_cores() -> int:
    """The cores that this process may use; systems that cannot say so (macOS) have their number of cores."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def choose_executor(workers: int, seconds: float, megabytes: int, preload: Callable[[], Sequence[str]]) -> Executor:
    """The executor for a number of workers; 0 means one a core that this process may use, 1 none beside this one."""
    count = workers or usable_cores()
    return InProcess() if count == 1 else Pool(count, seconds, megabytes, preload)
