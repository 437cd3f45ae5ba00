"""Scheduled runs: a deployment of the flow, served from this process until it is stopped.

Overlap is refused by the lock of the data set, and here one run starts at a time. The deployment itself has no limit:
its slot would stay taken for ever when a server ends during a run, and every later run would be cancelled. Runs that
were missed are made up for one after the other; a run with nothing new costs next to nothing.

Call `flows.server.prepare()` before importing this module, or set `PREFECT_API_URL`.
"""

from __future__ import annotations

import threading
import time
import warnings
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from prefect import get_client, serve
from prefect.deployments.runner import EntrypointType
from prefect.schedules import Cron, Interval

from flows.config import Config
from flows.curate import curate
from flows.schedule import Schedule, watch_folder
from flows.shortcut import look_at
from flows.terminal import say
from tasks import ingest
from tasks.errors import ConfigError

NAME = "copydesk"


def serve_schedule(settings: Config, file: Path | None, schedule: Schedule) -> None:
    """Serve the flow on a schedule; returns when interrupted.

    Raises:
        ConfigError: Prefect cannot read the cron expression.
    """
    parameters = {
        "raw": _full(settings.raw),
        "curated": _full(settings.curated),
        "config": str(file.absolute()) if file else None,
        "cache": str(settings.cache.absolute()) if settings.cache else None,
        "workers": settings.workers,
    }
    deployment: Any = curate.to_deployment(
        name=NAME,
        schedule=_for_prefect(schedule),
        parameters=parameters,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    # Prefect's own way of stopping forgets to wait for one of its coroutines, and says so
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop' was never awaited")
    stop = threading.Event()
    if schedule.watch:
        threading.Thread(target=_watch, args=(settings, stop), daemon=True).start()
    try:
        with suppress(SystemExit):  # how Prefect ends on SIGTERM, with code 0
            serve(deployment, limit=1, print_starting_message=False)
    finally:
        stop.set()


def _full(place: Any) -> str:
    return str(place.absolute()) if isinstance(place, Path) else str(place)


def _for_prefect(schedule: Schedule) -> Any:
    try:
        if schedule.cron:
            return Cron(schedule.cron, timezone=schedule.timezone)
    except ValueError as error:
        raise ConfigError(f"--cron {schedule.cron!r}: {error}") from error
    return Interval(timedelta(seconds=schedule.interval), timezone=schedule.timezone) if schedule.interval else None


def _watch(settings: Config, stop: threading.Event) -> None:
    watch_folder(
        lambda: look_at(ingest.open_raw(settings.raw), time.time_ns()).listing,
        _start_run,
        stop,
        complain=lambda words: say(f"copydesk: {words}"),
    )


def _start_run() -> None:
    """Have Prefect start a run of the deployment now."""
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(f"{curate.name}/{NAME}")
        client.create_flow_run_from_deployment(deployment.id)
