"""What a scheduled run says on the console of `copydesk serve`: one line a run.

The run is a process that Prefect starts; it knows from `COPYDESK_CONSOLE` what is wanted: `lines`, `json` or `quiet`
(only what failed). Without the variable nothing is said.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any

from flows.request import Outcome
from flows.terminal import give, say
from tasks.errors import CopydeskError, GateRefused

VARIABLE = "COPYDESK_CONSOLE"


def tell_console(began: datetime, result: Outcome | BaseException) -> None:
    """The line of a run that has ended."""
    if not (form := os.environ.get(VARIABLE)):
        return
    seconds = (datetime.now(UTC) - began).total_seconds()
    if form == "json":
        give(json.dumps({"time": _stamp(began), "run_seconds": round(seconds, 1), **_facts(result)}, default=str))
    elif form != "quiet" or isinstance(result, BaseException):
        say(f"{_stamp(began)}  {_words(result)}  {seconds:.1f} s")


def _stamp(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def _words(result: Outcome | BaseException) -> str:
    if isinstance(result, Outcome):
        return result.sentence()
    if isinstance(result, CopydeskError):
        return f"{'Refused' if isinstance(result, GateRefused) else 'Published nothing'}: {result}".replace("\n", " | ")
    if isinstance(result, Exception):
        return f"Published nothing: unexpected error ({type(result).__name__}); its flow run has the details"
    return "Interrupted; nothing was lost"


def _facts(result: Outcome | BaseException) -> dict[str, Any]:
    if isinstance(result, Outcome):
        return {"exit_code": 0, **result.as_dict()}
    found = result.outcome.as_dict() if isinstance(result, GateRefused) and result.outcome else {}
    code = result.exit_code if isinstance(result, CopydeskError) else 1 if isinstance(result, Exception) else 130
    return {**found, "exit_code": code, "why": _words(result)}
