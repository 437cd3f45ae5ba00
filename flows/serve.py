"""Scheduled runs: a deployment of the flow, served from this process until it is stopped.

Overlap is refused by the lock of the data set, and here one run starts at a time. The deployment itself has no limit:
its slot would stay taken for ever when a server ends during a run, and every later run would be cancelled. Runs that
were missed are made up for one after the other; a run with nothing new costs next to nothing.

Call `flows.server.prepare()` before importing this module, or set `PREFECT_API_URL`.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from prefect import serve
from prefect.deployments.runner import EntrypointType
from prefect.schedules import Cron

from flows.config import Config
from flows.curate import curate
from tasks.errors import ConfigError


def serve_schedule(settings: Config, file: Path | None, cron: str, timezone: str) -> None:
    """Serve the flow on a schedule; returns when interrupted.

    Raises:
        ConfigError: the cron expression or the time zone is not one.
    """
    try:
        schedule = Cron(cron, timezone=ZoneInfo(timezone).key)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise ConfigError(f"--cron {cron!r} --timezone {timezone!r}: {error}") from error
    parameters = {
        "raw": str(settings.raw.absolute()),
        "curated": str(settings.curated.absolute()),
        "config": str(file.absolute()) if file else None,
        "cache": str(settings.cache.absolute()) if settings.cache else None,
        "workers": settings.workers,
    }
    deployment: Any = curate.to_deployment(
        name="copydesk",
        schedule=schedule,
        parameters=parameters,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    # Prefect's own way of stopping forgets to wait for one of its coroutines, and says so
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop' was never awaited")
    serve(deployment, limit=1)
