"""The part of a run that has something to do: build the tables, gates, stage, report, publish.

In     a configuration, a request, a writer that holds the lock, what was seen of the raw files
Out    an `Outcome`, a new version or none

Apart from `flows.lifecycle`, since this part loads every step.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from hashlib import sha256

import pyarrow as pa

from flows import shortcut
from flows.config import Config
from flows.pipeline import Pipeline
from flows.refused import keep_refused
from flows.request import NOTHING_NEW, Outcome, Request
from flows.session import Writer, read_list
from flows.steps import build_tables, document_steps
from flows.version_report import compare, write_page
from tasks import cache, gates, ingest, publish
from tasks.errors import GateRefused
from tasks.overrides import read_overrides
from tasks.takedowns import match_step


def work_through(
    config: Config, request: Request, writer: Writer, pipeline: Pipeline, raw: ingest.Raw, look: shortcut.Look
) -> Outcome:
    """Everything behind the look at the raw files; `look` is remembered for the next run.

    Raises:
        GateRefused: a gate refused to publish.
    """
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
    return outcome


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
        limits=gates.read_limits(config.gates, gates.LIMITS, "copydesk.toml: [gates]"),
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
    counts = {**publish.count_rows(staged.tables), **changes.counts}
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


def digest_inputs(documents: pa.Table) -> str:
    """Hex sha256 of what every document was read from."""
    rows = zip(documents["document_id"].to_pylist(), documents["raw_sha256"].to_pylist(), strict=True)
    return sha256("\n".join(f"{name} {digest}" for name, digest in rows).encode()).hexdigest()
