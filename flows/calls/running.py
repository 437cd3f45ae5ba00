"""Calls that work on articles: `run`, `clean`, `serve`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from flows.calls.words import HERE, NO_LOG, PLAIN_OUTPUT, Log, Output, Switch, Where
from flows.terminal import give, say, watching
from tasks.errors import ConfigError, CopydeskError, GateRefused

if TYPE_CHECKING:
    from flows.config import Config
    from flows.pipeline import Watch
    from flows.request import Outcome, Request


def run(
    *,
    where: Where = HERE,
    raw: str | None = None,
    cache: str | None = None,
    workers: int | None = None,
    direct: Switch = False,
    full: Switch = False,
    dry_run: Switch = False,
    release: Switch = False,
    accept: Annotated[list[str] | None, Parameter(negative="")] = None,
    log: Log = NO_LOG,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Run the whole pipeline: raw files in, a new version out if anything changed.

    Parameters
    ----------
    raw
        Folder of the raw files, or s3://bucket/prefix [raw].
    cache
        Folder for results of earlier runs [curated/.cache; for s3://, in the user's cache folder].
    workers
        Processes to work with; 1 uses none beside this one [one a core].
    direct
        Without Prefect: the same steps, no flow run recorded.
    full
        Compute everything anew, ignoring what earlier runs kept.
    dry_run
        Do everything but publish.
    release
        Lift the hold that a rollback set.
    accept
        Pass this gate once, whatever it says (for example: shrink).
    """
    from flows.config import check_folders, load_config
    from flows.log import set_up
    from flows.request import Request

    set_up(log.log, log.verbose)
    words: dict[str, Any] = {"raw": raw, "curated": where.curated, "cache": cache, "workers": workers}
    settings = load_config(where.config, **words)
    check_folders(settings)
    choices: dict[str, Any] = {"full": full, "dry_run": dry_run, "release": release}
    silent = output.quiet or log.log is not None
    if not silent:
        say(f"copydesk: {settings.raw} -> {settings.curated}")
    try:
        with watching(silent) as watch:
            request = Request(**choices, accept=frozenset(accept or ()))
            if direct:
                from flows.announce import curate_and_tell

                outcome = curate_and_tell(settings, request, watch=watch)
            elif (early := _before_prefect(settings, request, watch)) is not None:
                outcome = early
            else:
                if not silent:
                    say("copydesk: starting Prefect; --direct does without it")
                outcome = _through_prefect(watch, {**words, "config": where.config, **choices, "accept": accept})
    except GateRefused as error:
        if output.json and error.outcome:
            give(json.dumps(error.outcome.as_dict(), ensure_ascii=False, default=str))
        if error.outcome and error.outcome.report:
            say(f"copydesk: what was refused, until the next run: {error.outcome.report}")
        raise
    if not silent:
        for warning in outcome.warnings:
            say(f"copydesk: warning: {warning}")
    output.tell(outcome.as_dict(), outcome.describe)
    return 0


def _before_prefect(settings: Config, request: Request, watch: Watch) -> Outcome | None:
    """A run that has nothing to do, carried out without loading Prefect; None where there may be something.

    Where raw files arrive between the look and the lock, the run works on them at once, and no flow run has its steps.
    """
    from flows import ahead, server

    if not ahead.has_nothing_new(settings, request):
        return None
    server.check_named()
    from flows.announce import curate_and_tell

    outcome = curate_and_tell(settings, request, watch=watch)
    ahead.record_with_server(outcome)
    return outcome


def _through_prefect(watch: Any, parameters: dict[str, Any]) -> Any:
    """Run the flow against a server of our own, or the one that PREFECT_API_URL names."""
    from flows import server

    server.prepare()
    from flows.curate import curate_through_prefect

    plain = {name: str(value) if isinstance(value, Path) else value for name, value in parameters.items()}
    try:
        return curate_through_prefect(watch, **plain)
    except KeyboardInterrupt:
        if server.LOST:
            raise CopydeskError(f"{server.LOST.words}; nothing was published") from None
        raise


def clean(
    file: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    config: Path | None = None,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Clean one raw file and print it; no data set needed. Exit code 2 when nothing in it could be cleaned.

    Parameters
    ----------
    file
        A raw file, or - for text from stdin.
    config
        Settings file [copydesk.toml, if there is one].
    """
    from flows.config import load_config
    from flows.single import clean_file, clean_stdin

    rules = load_config(config).rules
    cleaned = clean_stdin(sys.stdin.buffer.read(), rules) if file == "-" else clean_file(Path(file), rules)
    if output.json or cleaned.has_articles:
        output.answer(cleaned.as_dict(), cleaned.describe)
    for complaint in (*(f"warning: {warning}" for warning in cleaned.warnings), *cleaned.complaints()):
        say(f"copydesk: {complaint}")
    return 0 if cleaned.has_articles else ConfigError.exit_code


def serve(
    *,
    where: Where = HERE,
    cron: str | None = None,
    interval: str | None = None,
    watch: Switch = False,
    raw: str | None = None,
    cache: str | None = None,
    workers: int | None = None,
    timezone: str = "UTC",
    log: Log = NO_LOG,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Run the pipeline on a schedule, through a Prefect server, until stopped; a line for each run.

    Parameters
    ----------
    cron
        When, as a cron expression of five fields: "0 3 * * *" is every night at three.
    interval
        Time between two runs: seconds, or like 15m, 6h, 1d.
    watch
        Run also when the raw files have settled after a change.
    raw
        Folder of the raw files, or s3://bucket/prefix [raw].
    cache
        Folder for results of earlier runs [curated/.cache; for s3://, in the user's cache folder].
    workers
        Processes to work with [one a core].
    timezone
        Zone of the cron expression.
    """
    from flows.config import check_folders, load_config
    from flows.console import VARIABLE
    from flows.log import set_up
    from flows.schedule import read_schedule

    set_up(log.log, log.verbose)

    schedule = read_schedule(cron, interval, timezone, watch)
    settings = load_config(where.config, raw=raw, curated=where.curated, cache=cache, workers=workers)
    check_folders(settings)
    os.environ[VARIABLE] = "json" if output.json else "quiet" if output.quiet or log.log else "lines"
    if not (output.quiet or log.log):
        say(f"copydesk: {settings.raw} -> {settings.curated}, {schedule}; starting Prefect")
    from flows import server

    server.prepare(schedules=True)
    if not (output.quiet or log.log):
        say(f"copydesk: web page: {os.environ['PREFECT_API_URL'].removesuffix('/api')}")
    from flows.serve import serve_schedule

    serve_schedule(settings, where.config, schedule)
    if server.LOST:
        raise CopydeskError(f"schedules ended: {server.LOST.words}")
    return 130  # it ends only when it is interrupted
