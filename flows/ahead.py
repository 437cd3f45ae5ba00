"""A look before Prefect is loaded: is there anything to do at all?

In     a configuration and a request
Out    whether the run would find nothing new; then it needs no server. It is recorded all the same: in `runs/` as every
       run, and with the shared server that `PREFECT_API_URL` names, in two requests without Prefect's client

The look takes no lock and decides nothing: the run looks again when it holds the lock.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from flows import shortcut
from flows.config import Config
from flows.request import Outcome, Request
from flows.session import describe_run
from tasks import ingest, publish
from tasks.errors import CopydeskError

logger = logging.getLogger(__name__)
FLOW = "curate"
ANSWER_SECONDS = 5
PAUSES_SECONDS = (0.3, 0.9, None)  # behind each try that the server answered with 5xx


def has_nothing_new(config: Config, request: Request) -> bool:
    """Whether raw files, code, settings and version are those of the last run."""
    if request.asks_more:
        return False
    try:
        if publish.read_latest(config.store).hold:
            return False
        look = shortcut.look_at(ingest.open_raw(config.raw), time.time_ns())
        latest = publish.open_dataset(config.store)
        return shortcut.recall(config.cache_folder, look, describe_run(config).digests, latest) is not None
    except CopydeskError:
        return False  # the run itself will say what is wrong


def record_with_server(outcome: Outcome, environment: Mapping[str, str] = os.environ) -> None:
    """Have a shared Prefect server keep a flow run that ended before it began; a server that refuses is a warning."""
    if not (url := environment.get("PREFECT_API_URL")):
        return
    try:
        flow = _post(url, "flows/", {"name": FLOW}, environment)
        state = {"type": "COMPLETED", "name": "Completed", "message": outcome.sentence()}
        _post(url, "flow_runs/", {"flow_id": flow["id"], "parameters": {}, "state": state}, environment)
    except (OSError, ValueError, KeyError) as error:
        logger.warning("this run could not be recorded with %s: %s", url, error)


def _post(url: str, path: str, body: Mapping[str, Any], environment: Mapping[str, str]) -> Any:
    headers = {"Content-Type": "application/json"}
    if key := environment.get("PREFECT_API_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    elif words := environment.get("PREFECT_API_AUTH_STRING"):
        headers["Authorization"] = f"Basic {base64.b64encode(words.encode()).decode()}"
    request = urllib.request.Request(  # noqa: S310  the operator's own server
        f"{url.rstrip('/')}/{path}", json.dumps(body).encode(), headers, method="POST"
    )
    for pause in PAUSES_SECONDS:
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code < 500 or pause is None:
                raise
            time.sleep(pause)  # a server on SQLite answers 503 while its database is locked
    raise AssertionError("the last try raises")
