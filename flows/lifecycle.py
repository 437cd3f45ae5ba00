"""The life of a run: lock, recover, look; where there is something to do, the rest in `flows.working`.

In     a configuration and a request
Out    an `Outcome`, a new version or none

`run=` decides how a step is called: plainly here, as a Prefect task in `flows.curate`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from flows import shortcut
from flows.config import Config, Rules, check_folders, input_settings
from flows.executors import choose_executor
from flows.mapper import Mapper, Spool
from flows.pipeline import Pipeline, Run, Watch, call, no_watch
from flows.request import HELD, NOTHING_NEW, Outcome, Request
from flows.session import Writer, working_folder, writing
from tasks import gates, ingest
from tasks.errors import ConfigError, GateRefused


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
    read_limits(config)
    input_settings(config.rules)
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
            from flows.working import work_through  # loads all steps: seconds that nothing new can do without

            outcome = work_through(config, request, writer, pipeline, raw, look)
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


def read_limits(config: Config) -> dict[str, gates.Limits]:
    """The limits of every gate: the table `[gates]` of the settings over the defaults.

    Raises:
        ConfigError: a gate that does not exist, or a limit that is none.
    """
    return gates.read_limits(config.gates, gates.LIMITS, "copydesk.toml: [gates]")


def make_mapper(config: Config, request: Request, folder: Path) -> Mapper:
    """How this run maps a step over documents: its workers, its spool, its cache."""
    modules = partial(_modules_of_steps, config.rules)
    executor = choose_executor(config.workers, config.seconds_per_document, config.megabytes_per_worker, modules)
    return Mapper(executor, Spool(folder), None if request.full else config.cache_folder)


def _modules_of_steps(rules: Rules) -> list[str]:
    """The modules that workers need; asked for when the first of them starts."""
    from flows.steps import document_steps

    return sorted({step.work.__module__ for step in document_steps(rules).values()})
