"""The life of a run: lock, recover, build, gates, stage, report, publish.

In     a configuration and a request
Out    an `Outcome`, a new version or none

`run=` decides how a step is called: plainly here, as a Prefect task in `flows.curate`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from flows import shortcut, steps
from flows.config import Config, check_folders
from flows.executors import choose_executor
from flows.mapper import Mapper, Spool
from flows.refused import keep_refused
from flows.request import HELD, NOTHING_NEW, Outcome, Request
from flows.session import Writer, read_list, working_folder, writing
from flows.steps import Pipeline, Run, Watch, build_tables, call, document_steps, no_watch
from flows.version_report import compare, write_page
from tasks import cache, gates, ingest, publish
from tasks.errors import ConfigError, GateRefused
from tasks.overrides import read_overrides
from tasks.publish import count_rows
from tasks.takedowns import match_step


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
            latest = writer.found.dataset
            raise GateRefused(
                f"{config.curated}: held since a rollback ({describe_hold(writer.found.hold)}); "
                "`copydesk run --release` lifts it",
                Outcome(latest.version if latest else None, False, {}, {}, HELD),
            )
        pipeline = Pipeline(run, make_mapper(config, request, folder), watch)
        look = pipeline.step("look", shortcut.look_at, raw, time.time_ns())
        outcome = None if request.asks_more else _known(config, writer, pipeline, look)
        if outcome is None:
            taken_down = read_list(config.takedown_list)
            decided = read_overrides(config.override_list.read())
            digests = {**writer.about.digests, "overrides": decided.digest}  # perhaps written since the run began
            digests = {name: digest for name, digest in digests.items() if digest}
            writer.about = replace(writer.about, overrides=decided.counts, digests=digests)
            tables = build_tables(raw, config.rules, pipeline, taken_down, decided)
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
    about = replace(
        about,
        digests={**about.digests, "inputs": digest_inputs(tables["documents"])},
        gates=verdict.as_list(),
        accepted=verdict.accepted,
    )
    if not verdict.ok:
        raise GateRefused(str(verdict), keep_refused(config.store, pipeline, verdict, tables, latest, about))
    staged = pipeline.step("stage", publish.stage, tables, config.store, latest=latest, run=about)
    publishes = not (request.dry_run or staged.unchanged)
    if publishes:
        staged = staged.claimed()
    changes = pipeline.step("compare", compare, staged, latest)
    warnings = (*writer.found.warnings, *pipeline.warnings, *verdict.warnings)
    counts = {**count_rows(staged.tables), **changes.counts}
    found = tuple(verdict.as_list())
    outcome = partial(Outcome, counts=counts, seconds=pipeline.seconds, warnings=warnings, gates=found)
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


def check_input(raw: Path | ingest.RawBucket) -> None:
    """Refuse to start where there is nothing to read.

    Raises:
        ConfigError: no raw file in it.
    """
    if not ingest.has_files(raw):
        raise ConfigError(
            f"{raw}: no raw files in it; put .txt, .html, .jsonl, .json, .csv, .tsv or .parquet files there"
        )


def describe_hold(hold: Mapping[str, Any]) -> str:
    """A hold in words."""
    return f"{hold.get('version')} is {hold.get('rollback_of')} again: {hold.get('reason')}"


def make_mapper(config: Config, request: Request, folder: Path) -> Mapper:
    """How this run maps a step over documents: its workers, its spool, its cache."""
    modules = tuple(sorted({step.work.__module__ for step in document_steps(config.rules).values()}))
    executor = choose_executor(config.workers, config.seconds_per_document, config.megabytes_per_worker, modules)
    return Mapper(executor, Spool(folder), None if request.full else config.cache_folder)


def digest_inputs(documents: pa.Table) -> str:
    """Hex sha256 of what every document was read from."""
    rows = zip(documents["document_id"].to_pylist(), documents["raw_sha256"].to_pylist(), strict=True)
    return sha256("\n".join(f"{name} {digest}" for name, digest in rows).encode()).hexdigest()
