"""The life of a run: lock, recover, build, gates, stage, report, publish.

In     a configuration and a request; the clock, the host and the process, which no step sees
Out    an `Outcome`, a new version or none, and a small file in `runs/`

`run=` decides how a step is called: plainly here, as a Prefect task in `flows.curate`.
"""

from __future__ import annotations

import logging
import os
import resource
import shutil
import socket
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows import shortcut, steps
from flows.config import Config, StoredFile, check_folders
from flows.executors import choose_executor
from flows.mapper import Mapper, Spool
from flows.steps import Pipeline, Run, Watch, build_tables, call, document_steps, no_watch
from tasks import cache, gates, ingest, publish, report
from tasks.errors import ConfigError, CopydeskError, GateRefused
from tasks.publish import count_rows
from tasks.tables import joined
from tasks.takedowns import (
    Takedown,
    digest_takedowns,
    match_batch,
    match_step,
    read_takedowns,
    reject_taken_down,
)

if TYPE_CHECKING:
    from tasks.storage import Storage

logger = logging.getLogger(__name__)

NOTHING_NEW = "nothing new"
WITH_TEXT, OWN_TEXT = ("articles", "duplicates"), ["document_id", "text"]


@dataclass(frozen=True)
class Request:
    """What a run is asked for beyond its configuration."""

    full: bool = False  # compute everything anew
    dry_run: bool = False  # publish nothing
    release: bool = False  # lift the hold of a rollback
    accept: frozenset[str] = frozenset()  # gates that may be passed this once

    @property
    def asks_more(self) -> bool:
        """Something is wanted that a look at the raw files cannot answer."""
        return self.full or self.dry_run or self.release


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
    check_folders(config)
    raw = ingest.open_raw(config.raw)
    check_input(raw)
    gates.check_names(request.accept)
    read_gates(config)
    steps.input_settings(config.rules)
    with (
        writing(config) as writer,
        working_folder(config.store.work / ".staging" / f"{writer.about.id}.work") as folder,
    ):
        if writer.found.hold and not request.release and not request.dry_run:
            raise GateRefused(
                f"{config.curated}: held since a rollback ({describe_hold(writer.found.hold)}); "
                "`copydesk run --release` lifts it"
            )
        pipeline = Pipeline(run, make_mapper(config, request, folder), watch)
        look = pipeline.step("look", shortcut.look_at, raw, time.time_ns())
        outcome = None if request.asks_more else _known(config, writer, pipeline, look)
        if outcome is None:
            taken_down = read_list(config.takedown_list)
            tables = build_tables(raw, config.rules, pipeline, taken_down)
            outcome = _judge_and_publish(config, request, writer, pipeline, tables)
            if outcome.version and not request.dry_run and "failed" not in tables["documents"]["reason"].to_pylist():
                dataset = publish.open_dataset(config.store, outcome.version)
                shortcut.remember(config.cache_folder, look, writer.about.digests, dataset, outcome.counts)
            if not request.dry_run:
                taken = [match_step(taken_down)] if taken_down else []
                cache.prune(config.cache_folder, [*document_steps(config.rules).values(), *taken])
        writer.record |= outcome.as_dict()
    return outcome


def _known(config: Config, writer: Writer, pipeline: Pipeline, look: shortcut.Look) -> Outcome | None:
    """The outcome, where the last run saw the very same; else None."""
    latest = writer.found.dataset
    counts = shortcut.recall(config.cache_folder, look, writer.about.digests, latest)
    if latest is None or counts is None:
        return None
    counts |= dict.fromkeys(("new", "changed", "removed"), 0)
    return Outcome(latest.version, False, counts, pipeline.seconds, NOTHING_NEW, warnings=writer.found.warnings)


def _judge_and_publish(
    config: Config, request: Request, writer: Writer, pipeline: Pipeline, tables: dict[str, pa.Table]
) -> Outcome:
    """Gates, then a new version if anything changed."""
    latest, about = writer.found.dataset, writer.about
    verdict = pipeline.step(
        "gates",
        gates.check,
        tables,
        latest,
        accept=request.accept,
        limits=read_gates(config),
        today=about.started_at.date(),
    )
    writer.record |= {"gates": verdict.as_list(), "accepted": list(verdict.accepted)}
    if not verdict.ok:
        raise GateRefused(str(verdict))
    about = replace(
        about,
        digests={**about.digests, "inputs": digest_inputs(tables["documents"])},
        gates=verdict.as_list(),
        accepted=verdict.accepted,
    )
    staged = pipeline.step("stage", publish.stage, tables, config.store, latest=latest, run=about)
    publishes = not (request.dry_run or staged.unchanged)
    if publishes:
        staged = staged.claimed()
    changes = pipeline.step("compare", compare, staged, latest)
    warnings = (*writer.found.warnings, *pipeline.warnings, *verdict.warnings)
    counts = {**count_rows(staged.tables), **changes.counts}
    outcome = partial(Outcome, counts=counts, seconds=pipeline.seconds, warnings=warnings)
    if not publishes:
        staged.discard()
        if writer.found.hold and request.release and not request.dry_run:
            publish.release(config.store)
        name = latest.version if latest else None
        return outcome(name, False, why="dry run" if request.dry_run else NOTHING_NEW)
    pipeline.step("report", write_page, staged, changes, warnings)
    version = pipeline.step("publish", publish.publish, staged, changes=changes.as_dict(), warnings=warnings)
    return outcome(version, True, why="published", report=str(config.store.place(f"versions/{version}/report.html")))


def read_gates(config: Config) -> dict[str, gates.Limits]:
    """The limits of every gate: the table `[gates]` of the settings over the defaults.

    Raises:
        ConfigError: a gate that does not exist, or a limit that is none.
    """
    return gates.read_limits(config.gates, gates.LIMITS, "copydesk.toml: [gates]")


def roll_back(config: Config, version: str, reason: str = "") -> str:
    """Publish an older version's tables as a new version, and hold further runs; returns the new version's name.

    Raises:
        ConfigError: there is no such version, or nothing to roll back from.
        Damaged: the version is not what its manifest says.
    """
    check_data_set(config.store)
    with writing(config) as writer:
        latest = writer.found.dataset
        if latest is None:
            raise ConfigError(f"{config.curated}: no version that could be rolled back; see `copydesk versions`")
        refuse_taken_down(publish.open_dataset(config.store, version), read_list(config.takedown_list))
        staged = publish.stage_rollback(config.store, version, latest=latest, run=writer.about)
        changes = compare(staged, latest)
        write_page(staged, changes, writer.found.warnings)
        name = publish.publish_rollback(staged, version, changes=changes.as_dict(), reason=reason)
        writer.record |= {"version": name, "rollback_of": version, "why": reason or "rollback"}
    return name


@dataclass
class Writer:
    """A writer's hold on a data set: who it is, what it found, and what will be told of it in `runs/`."""

    about: publish.RunInfo
    found: publish.Found
    record: dict[str, Any]


@contextmanager
def writing(config: Config) -> Iterator[Writer]:
    """Hold the data set's lock, bring it into order, and record how the run ended, published or not.

    Raises:
        LockHeld: another run holds the data set; that is not recorded, since nothing was done.
    """
    about = describe_run(config)
    with publish.hold_lock(config.store, run=about.id, host=socket.gethostname(), pid=os.getpid(), clock=now):
        record: dict[str, Any] = {"exit_code": 1, "why": "unexpected error"}
        try:
            writer = Writer(about, publish.recover(config.store), record)
            yield writer
            record["exit_code"] = 0
        except CopydeskError as error:
            record |= {"exit_code": error.exit_code, "why": str(error)}
            raise
        except KeyboardInterrupt:
            record |= {"exit_code": 130, "why": "interrupted"}
            raise
        finally:
            record["finished_at"] = now().isoformat()
            record["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            try:
                publish.record_run(config.store, about, record)
            except (OSError, CopydeskError) as error:  # says less than what ended the run
                logger.warning("this run could not be recorded in runs/: %s", error)


def check_input(raw: Path | ingest.RawBucket) -> None:
    """Refuse to start where there is nothing to read.

    Raises:
        ConfigError: no raw file in it.
    """
    if not ingest.has_files(raw):
        raise ConfigError(
            f"{raw}: no raw files in it; put .txt, .html, .jsonl, .json, .csv, .tsv or .parquet files there"
        )


def refuse_taken_down(dataset: publish.Dataset, entries: tuple[Takedown, ...]) -> None:
    """Refuse to bring back what was taken down.

    Raises:
        ConfigError: the version has documents that the list names.
    """
    documents = dataset.table("documents")
    live = documents.filter(pc.not_equal(documents["status"], "rejected"))
    signatures = match_step(entries).settings
    texts = joined(live, pa.concat_tables([dataset.table(name).select(OWN_TEXT) for name in WITH_TEXT]), "text")
    back = reject_taken_down(live, entries, match_batch(texts, **signatures))["reason"]
    names = [path for path, reason in zip(live["source_path"].to_pylist(), back.to_pylist(), strict=True) if reason]
    if names:
        raise ConfigError(
            f"{dataset.version} has documents that were taken down since ({', '.join(names[:3])}); "
            "take them out of it first: copydesk takedown DOCUMENT --reason TEXT --purge"
        )


def describe_hold(hold: Mapping[str, Any]) -> str:
    """A hold in words."""
    return f"{hold.get('version')} is {hold.get('rollback_of')} again: {hold.get('reason')}"


def check_data_set(curated: Storage) -> None:
    """Refuse to work on a data set that is not there, before anything is made.

    Raises:
        ConfigError: no such folder, or no version in it.
    """
    if not publish.list_versions(curated):
        raise ConfigError(f"{curated}: no data set there (no versions); name its folder with --curated DIR")


def describe_run(config: Config) -> publish.RunInfo:
    """A new run's name, time and the digests that its version will carry."""
    digests = {
        "code": sha256((cache.code_digest(steps.__name__) + cache.tables_digest(steps.__name__)).encode()).hexdigest(),
        "lock": sha256("\n".join(cache.library_versions(steps.__name__)).encode()).hexdigest(),
        "settings": sha256(
            (config.rules.digest() + digest_takedowns(read_list(config.takedown_list))).encode()
        ).hexdigest(),
    }
    return publish.RunInfo(id=uuid.uuid4().hex[:12], started_at=now(), digests=digests, settings=config.rules.as_dict())


def read_list(file: StoredFile) -> tuple[Takedown, ...]:
    """The list of takedowns; empty where there is no such file."""
    return read_takedowns(file.read(), str(file))


def make_mapper(config: Config, request: Request, folder: Path) -> Mapper:
    """How this run maps a step over documents: its workers, its spool, its cache."""
    modules = tuple(sorted({step.work.__module__ for step in document_steps(config.rules).values()}))
    executor = choose_executor(config.workers, config.seconds_per_document, config.megabytes_per_worker, modules)
    return Mapper(executor, Spool(folder), None if request.full else config.cache_folder)


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
    return report.diff_tables(
        report.scan(latest), staged.tables, names=(latest.version, staged.version), digests=digests
    )


def write_page(staged: publish.StagedVersion, changes: report.VersionDiff, warnings: tuple[str, ...]) -> Path:
    """Write the report of a staged version beside its files."""
    return report.write_report(
        staged.tables,
        staged.folder / "report.html",
        version=staged.version,
        created_at=staged.run.started_at,
        diff=changes,
        warnings=warnings,
        made_from=staged.run.digests,
    )


def digest_inputs(documents: pa.Table) -> str:
    """Hex sha256 of what every document was read from."""
    rows = zip(documents["document_id"].to_pylist(), documents["raw_sha256"].to_pylist(), strict=True)
    return sha256("\n".join(f"{name} {digest}" for name, digest in rows).encode()).hexdigest()


def now() -> datetime:
    """The present time; only the flow looks at a clock."""
    return datetime.now(UTC)
