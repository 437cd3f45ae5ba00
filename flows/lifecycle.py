"""The life of a run: lock, recover, build, gates, stage, report, publish.

In     a configuration and a request; the clock, the host and the process, which no step sees
Out    an `Outcome`, a new version or none, and a small file in `runs/`

`run=` decides how a step is called: plainly here, as a Prefect task in `flows.curate`.
"""

from __future__ import annotations

import os
import resource
import shutil
import socket
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from flows import steps
from flows.config import Config
from flows.executors import choose_executor
from flows.mapper import Mapper, Spool
from flows.steps import Pipeline, Run, Watch, build_tables, call, document_steps, no_watch
from tasks import cache, gates, ingest, publish, report
from tasks.errors import ConfigError, CopydeskError, GateRefused
from tasks.publish.manifest import count_rows
from tasks.storage import open_storage


@dataclass(frozen=True)
class Request:
    """What a run is asked for beyond its configuration."""

    full: bool = False  # compute everything anew
    dry_run: bool = False  # publish nothing
    release: bool = False  # lift the hold of a rollback
    accept: frozenset[str] = frozenset()  # gates that may be passed this once


@dataclass(frozen=True)
class Outcome:
    """What a run did; `run --json` prints it."""

    version: str | None
    published: bool
    counts: Mapping[str, int]
    seconds: Mapping[str, float]
    why: str  # published, nothing new, dry run
    report: str | None = None
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for `--json`."""
        return asdict(self)

    def sentence(self) -> str:
        """The outcome in one line."""
        counts = "{articles:,} articles, {duplicates:,} duplicates, {rejected:,} rejected".format(**self.counts)
        if self.published:
            return f"Published {self.version}: {counts}"
        return f"Published nothing ({self.why}); latest is {self.version or 'none yet'}: {counts}"

    def describe(self) -> str:
        """The outcome for a person: what changed, and where to look."""
        changes = "{new:,} new, {changed:,} changed, {removed:,} removed articles".format(**self.counts)
        return "\n".join(filter(None, [self.sentence(), changes, self.report and f"Report: {self.report}"]))


def curate_data(config: Config, request: Request, *, run: Run = call, watch: Watch = no_watch) -> Outcome:
    """One run over a data set: nothing that readers see changes until all checks are passed.

    Raises:
        ConfigError: no input, or settings that do not fit; nothing was touched.
        GateRefused: a gate or a hold refused to publish.
        LockHeld: another run holds the data set.
    """
    check_input(config.raw)
    about = describe_run(config)
    storage = open_storage(config.curated)
    with publish.hold_lock(storage, run=about.id, host=socket.gethostname(), pid=os.getpid(), clock=now):
        record: dict[str, Any] = {"exit_code": 1}
        try:
            outcome = _curate(config, request, about, run, watch)
            record = {"exit_code": 0, **asdict(outcome)}
        except CopydeskError as error:
            record = {"exit_code": error.exit_code, "why": str(error)}
            raise
        except KeyboardInterrupt:
            record = {"exit_code": 130, "why": "interrupted"}
            raise
        finally:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            publish.record_run(config.curated, about, {**record, "finished_at": now().isoformat(), "peak_mib": peak})
    return outcome


def _curate(config: Config, request: Request, about: publish.RunInfo, run: Run, watch: Watch) -> Outcome:
    found = publish.recover(config.curated)
    if found.hold and not request.release and not request.dry_run:
        raise GateRefused(
            f"{config.curated}: held since a rollback ({found.hold}); lift it with `copydesk run --release`"
        )
    with working_folder(config.curated / ".staging" / f"{about.id}.work") as folder:
        pipeline = Pipeline(run, make_mapper(config, request, folder), watch)
        tables = build_tables(config.raw, config.rules, pipeline)
        verdict = pipeline.step(
            "gates",
            gates.check,
            tables,
            found.dataset,
            accept=request.accept,
            max_gone=config.rules.max_shrink,
            today=about.started_at.date(),
        )
        if not verdict.ok:
            raise GateRefused(str(verdict))
        about = replace(about, digests={**about.digests, "inputs": digest_inputs(tables["documents"])})
        staged = pipeline.step("stage", publish.stage, tables, config.curated, latest=found.dataset, run=about)
        changes = compare(staged, found.dataset)
        counts = {**count_rows(staged.tables), **changes.counts}
        warnings = (*found.warnings, *verdict.warnings)
        outcome = partial(Outcome, counts=counts, seconds=pipeline.seconds, warnings=warnings)
        if request.dry_run or (staged.unchanged and not (found.hold and request.release)):
            staged.discard()
            why = "dry run" if request.dry_run else "nothing new"
            return outcome(found.dataset.version if found.dataset else None, False, why=why)
        pipeline.step(
            "report",
            report.write_report,
            staged.tables,
            staged.folder / "report.html",
            version=staged.version,
            created_at=about.started_at,
            diff=changes,
            warnings=warnings,
            made_from=about.digests,
        )
        version = pipeline.step("publish", publish.publish, staged, changes=changes.as_dict(), warnings=warnings)
    path = config.curated / "versions" / version / "report.html"
    return outcome(version, True, why="published", report=str(path))


def check_input(raw: Path) -> None:
    """Refuse to start where there is nothing to read.

    Raises:
        ConfigError: no such folder, or no raw file in it.
    """
    if not raw.is_dir():
        raise ConfigError(f"{raw}: no such folder; name the folder that holds the raw files (--raw DIR)")
    if next(ingest.read_batches(raw), None) is None:
        raise ConfigError(
            f"{raw}: no raw files in it; put .txt, .html, .jsonl, .json, .csv, .tsv or .parquet files there"
        )


def describe_run(config: Config) -> publish.RunInfo:
    """A new run's name, time and the digests that its version will carry."""
    digests = {
        "code": sha256((cache.code_digest(steps.__name__) + cache.tables_digest()).encode()).hexdigest(),
        "lock": sha256("\n".join(cache.library_versions(steps.__name__)).encode()).hexdigest(),
        "settings": config.rules.digest(),
    }
    return publish.RunInfo(id=uuid.uuid4().hex[:12], started_at=now(), digests=digests, settings=asdict(config.rules))


def make_mapper(config: Config, request: Request, folder: Path) -> Mapper:
    """How this run maps a step over documents: its workers, its spool, its cache."""
    modules = tuple(sorted({step.work.__module__ for step in document_steps(config.rules).values()}))
    executor = choose_executor(config.workers, config.seconds_per_document, config.megabytes_per_worker, modules)
    kept = config.cache or config.curated / ".cache"
    return Mapper(executor, Spool(folder), None if request.full else kept)


@contextmanager
def working_folder(path: Path) -> Iterator[Path]:
    """A folder that is gone when the run ends."""
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def compare(staged: publish.StagedVersion, latest: publish.Dataset | None) -> report.VersionDiff:
    """What a version that is about to be published changes against the one before it."""
    if latest is None:
        return report.diff_tables(None, staged.tables, names=(None, staged.version))
    digests = (latest.manifest.get("digests", {}), staged.run.digests)
    return report.diff_tables(latest.tables(), staged.tables, names=(latest.version, staged.version), digests=digests)


def digest_inputs(documents: pa.Table) -> str:
    """Hex sha256 of what every document was read from."""
    rows = zip(documents["document_id"].to_pylist(), documents["raw_sha256"].to_pylist(), strict=True)
    return sha256("\n".join(f"{name} {digest}" for name, digest in rows).encode()).hexdigest()


def now() -> datetime:
    """The present time; only the flow looks at a clock."""
    return datetime.now(UTC)
