"""Scheduled runs: a deployment of the flow, served from this process until it is stopped.

Overlap is refused by the lock of the data set, and here one run starts at a time. The deployment itself has no limit:
its slot would stay taken for ever when a server ends during a run, and every later run would be cancelled. Runs that
were missed are made up for one after the other; a run with nothing new costs next to nothing.

Call `flows.server.prepare()` before importing this module, or set `PREFECT_API_URL`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
import warnings
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from prefect import get_client
from prefect.runner import Runner
from prefect.schedules import Cron, Interval
from prefect.types.entrypoint import EntrypointType

from flows.config import Config
from flows.curate import curate
from flows.schedule import Schedule, watch_folder
from flows.shortcut import look_at
from flows.terminal import say
from tasks import ingest
from tasks.errors import ConfigError

NAME = "copydesk"
PATIENCE_SECONDS = 30  # for a run to end in order


class OrderlyRunner(Runner):
    """Prefect's runner, which on SIGTERM lets a run in progress end before itself.

    The runner of Prefect 3.8 goes first: the run is killed, and its flow run stays `Running` for ever.
    """

    def handle_sigterm(self, *_args: Any, **_words: Any) -> None:
        """Pass the signal on, wait until the runs have told how they ended, then end."""
        runs = running_flows()
        for pid in runs:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        begin = time.monotonic()
        while set(runs) & set(running_flows()) and time.monotonic() - begin < PATIENCE_SECONDS:
            time.sleep(0.1)
        raise SystemExit(0)


def running_flows() -> list[int]:
    """Process ids of the flow runs that this process has started and that have not ended; needs Linux."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            facts = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            if int(facts["PPid"]) == os.getpid() and not facts["State"].startswith("Z"):
                words = (status.parent / "cmdline").read_bytes().split(b"\0")
                found += [int(facts["Pid"])] if b"prefect.engine" in words else []
    return found


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
        runner = OrderlyRunner(pause_on_shutdown=True, limit=1)
        runner.add_deployment(deployment)
        with suppress(SystemExit):
            asyncio.run(runner.start())
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
