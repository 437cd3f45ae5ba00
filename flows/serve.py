"""Scheduled runs: a deployment of the flow, served from this process until it is stopped.

Overlap is refused twice: here by the deployment's limit, and by the data set's own lock. Runs that were missed while
nothing was serving are cancelled by Prefect as soon as one of them runs; a run with nothing new costs next to nothing.

Call `flows.server.prepare()` before importing this module, or set `PREFECT_API_URL`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
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
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
    )
    serve(deployment)
