"""A run, and the word that is passed on about it.

In     a configuration and a request
Out    what `flows.lifecycle.curate_data` gives or raises; before that, hooks and metrics are told how it ended

A dry run and a run that another one locked out are told to nobody: nothing happened.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from flows.config import Config
from flows.lifecycle import curate_data
from flows.metrics import write_metrics
from flows.notify import Message, Notify, tell
from flows.pipeline import Run, Watch, call, no_watch
from flows.request import NOTHING_NEW, Outcome, Request
from tasks.errors import ConfigError, CopydeskError, Damaged, GateRefused, LockHeld

logger = logging.getLogger(__name__)


def curate_and_tell(config: Config, request: Request, *, run: Run = call, watch: Watch = no_watch) -> Outcome:
    """`curate_data`, with everybody told who the settings name.

    Raises:
        ConfigError: `[notify]` or `[metrics]` cannot work; else as `curate_data`.
    """
    notify = Notify.read(config.notify, "copydesk.toml: [notify]")
    metrics = _metrics_file(config)
    try:
        outcome = curate_data(config, request, run=run, watch=watch)
    except LockHeld:
        raise
    except BaseException as error:
        if not request.dry_run:
            _pass_on(config, notify, metrics, _of_error(error))
        raise
    if not request.dry_run:
        event = "nothing_new" if outcome.why == NOTHING_NEW else "published"
        _pass_on(config, notify, metrics, Message(event, outcome.sentence(), outcome.as_dict()))
    return outcome


def _metrics_file(config: Config) -> Path | None:
    where = "copydesk.toml: [metrics]"
    if unknown := sorted(config.metrics.keys() - {"textfile"}):
        raise ConfigError(f"{where}: unknown setting '{unknown[0]}'; known is textfile")
    name = config.metrics.get("textfile")
    if name is not None and not isinstance(name, str):
        raise ConfigError(f"{where}: 'textfile' must be a path, found {name!r}")
    return Path(name) if name else None


def _of_error(error: BaseException) -> Message:
    """What ended a run, as a message."""
    if isinstance(error, GateRefused):
        facts = error.outcome.as_dict() if error.outcome else {}
        return Message("refused", f"Published nothing: {error}", {**facts, "exit_code": error.exit_code})
    if isinstance(error, CopydeskError):
        event = "damaged" if isinstance(error, Damaged) else "failed"
        return Message(event, f"Published nothing: {error}", {"exit_code": error.exit_code})
    if isinstance(error, Exception):
        kind = type(error).__name__
        return Message("failed", f"Published nothing: unexpected error ({kind})", {"exit_code": 1})
    return Message("interrupted", "Published nothing: interrupted; nothing was lost", {"exit_code": 130})


def _pass_on(config: Config, notify: Notify, metrics: Path | None, message: Message) -> None:
    """Tell hooks and metrics; what goes wrong there is a warning."""
    facts: dict[str, Any] = {"raw": str(config.raw), "curated": str(config.curated), **message.facts}
    message = Message(message.event, message.sentence, facts)
    tell(notify, message)
    if metrics is not None:
        try:
            write_metrics(metrics, message, now=time.time())
        except OSError as error:
            logger.warning("metrics: %s: %s", metrics, error.strerror or error)
