"""What a run logs for machines and for whoever wants more: `--log json`, `-v`.

In     records of the loggers `flows` and `tasks`; fields that a caller gives with `extra=` (step, event, rows, seconds)
Out    one JSON object a line on stderr (time, level, run, event, message, and those fields), or plain lines

A scheduled run is a process that Prefect starts; it knows from `COPYDESK_LOG` and `COPYDESK_VERBOSE` what is wanted.
The text of an article is never logged.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime

from tasks.errors import ConfigError

FORM_VARIABLE, VERBOSE_VARIABLE = "COPYDESK_LOG", "COPYDESK_VERBOSE"
LOGGERS = ("flows", "tasks")
FIELDS = ("step", "rows", "seconds", "exit_code", "why", "version", "counts")  # what `extra=` may give
_run: list[str] = [""]  # the run that this process is busy with


def name_run(run: str) -> None:
    """From now on lines belong to this run."""
    _run[0] = run


def set_up(form: str | None, verbose: bool) -> None:
    """Send what is logged to stderr in the form that was asked for; without one only warnings, and not from here.

    The environment gets the choice too, for runs in processes of their own.

    Raises:
        ConfigError: there is no such form.
    """
    if form not in (None, "json"):
        raise ConfigError(f"--log {form}: must be json")
    os.environ.update({FORM_VARIABLE: form or "", VERBOSE_VARIABLE: "1" if verbose else ""})
    from_environment()


def from_environment() -> None:
    """The same, as the environment says; called twice it changes nothing."""
    form, verbose = os.environ.get(FORM_VARIABLE), os.environ.get(VERBOSE_VARIABLE)
    if not (form or verbose):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.set_name("copydesk")
    handler.setLevel(logging.INFO)
    handler.setFormatter(JsonLines() if form else logging.Formatter("copydesk: %(asctime)s %(message)s", "%H:%M:%S"))
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        if "copydesk" not in {known.name for known in logger.handlers}:
            logger.addHandler(handler)


class JsonLines(logging.Formatter):
    """A record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The object; `event` is what the caller names, else `note`."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        given = {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        line = {
            "time": time,
            "level": record.levelname.lower(),
            "run": _run[0],
            "event": getattr(record, "event", "note"),
            **given,
            "message": record.getMessage(),
        }
        return json.dumps(line, ensure_ascii=False, default=str)
