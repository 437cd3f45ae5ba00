"""Tell somebody how a run ended: a command, a webhook, a file of metrics.

In     the settings `[notify]` and `[metrics]`; how the run ended, as plain data
Out    the data as JSON on a command's standard input and in a POST; numbers for a collector of metrics

A hook that fails, hangs or does not exist is a warning and never the run's fault. The steps know nothing of this.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import logging
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tasks.errors import ConfigError

logger = logging.getLogger(__name__)

EVENTS = ("published", "nothing_new", "refused", "failed", "damaged", "interrupted")
COMMAND_SECONDS = 60
POST_SECONDS = 10
TRIES, PAUSE_SECONDS = 3, 1.0  # of a webhook; the pause doubles
SECRET_VARIABLE = "COPYDESK_WEBHOOK_SECRET"  # noqa: S105  the name of a variable
SIGNATURE = "X-Copydesk-Signature"


@dataclass(frozen=True)
class Notify:
    """The table `[notify]` of the settings.

    `command` gets the JSON on its standard input; `webhook` gets it as a POST, signed where the environment has a
    secret (`COPYDESK_WEBHOOK_SECRET`); `events` are the ends of a run that are told.
    """

    command: tuple[str, ...] = ()
    webhook: str = ""
    events: tuple[str, ...] = EVENTS

    def check(self, where: str) -> None:
        """Refuse what cannot work, before a run starts.

        Raises:
            ConfigError: an event that does not exist, or an address that is none.
        """
        if unknown := sorted(set(self.events) - set(EVENTS)):
            raise ConfigError(f"{where}: no event '{unknown[0]}'; there are {', '.join(EVENTS)}")
        if self.webhook and not self.webhook.startswith(("http://", "https://")):
            raise ConfigError(f"{where}: 'webhook' must be an address (https://…), found {self.webhook!r}")


@dataclass(frozen=True)
class Message:
    """How a run ended: the event, one sentence for people, and the facts."""

    event: str
    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> bytes:
        """What the hooks get. `text` is the sentence again, which chat services show."""
        content = {"event": self.event, "text": f"copydesk: {self.sentence}", **self.facts}
        return json.dumps(content, ensure_ascii=False, default=str).encode("utf-8")


def tell(notify: Notify, message: Message, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Tell all hooks; returns a warning for each that failed."""
    if message.event not in notify.events:
        return []
    body = message.to_json()
    failures = []
    if notify.command and (fault := run_command(notify.command, body)):
        failures.append(f"notify: {notify.command[0]}: {fault}")
    if notify.webhook and (fault := post(notify.webhook, body, environment.get(SECRET_VARIABLE, ""))):
        failures.append(f"notify: {_without_query(notify.webhook)}: {fault}")
    for failure in failures:
        logger.warning("%s", failure)
    return failures


def run_command(command: Sequence[str], body: bytes, seconds: float = COMMAND_SECONDS) -> str | None:
    """Run a command with the message on its standard input; what went wrong, or None.

    A command that does not read its input is fine; one that runs too long is ended, with what it started.
    """
    with tempfile.TemporaryFile() as given:
        given.write(body)
        given.seek(0)
        try:
            child = subprocess.Popen(  # noqa: S603  the operator's own command
                command, stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
            )
        except (OSError, ValueError) as error:
            return f"cannot be started: {error}"
        try:
            _, errors = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            return f"still ran after {seconds:.0f} s and was ended"
    if child.returncode:
        words = errors.decode("utf-8", "replace").strip().splitlines()
        return f"ended with {child.returncode}" + (f": {words[-1][:200]}" if words else "")
    return None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A message is sent to the address that the operator wrote, and to no other."""

    def redirect_request(self, *_args: Any, **_words: Any) -> None:
        return None


def post(
    address: str, body: bytes, secret: str = "", *, seconds: float = POST_SECONDS, pause: float = PAUSE_SECONDS
) -> str | None:
    """POST the message, up to three times; what went wrong at last, or None.

    With a secret the header `X-Copydesk-Signature` holds `sha256=` and the hex HMAC of the body. An answer of 4xx or
    a redirect is final; 5xx and silence are tried again.
    """
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "copydesk"}
    if secret:
        headers[SIGNATURE] = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    opener = urllib.request.build_opener(_NoRedirects)
    fault = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        try:
            request = urllib.request.Request(address, data=body, headers=headers, method="POST")  # noqa: S310  checked
            with opener.open(request, timeout=seconds):
                return None
        except urllib.error.HTTPError as error:
            error.close()
            fault = f"answered {error.code}"
            if error.code < 500:
                return fault
        except (OSError, ValueError, http.client.HTTPException) as error:
            fault = f"did not answer: {getattr(error, 'reason', None) or error}"
    return f"{fault} ({TRIES} tries)"


def _without_query(address: str) -> str:
    """The address as it may stand in a log: what follows the host may be a key."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.split('/', 1)[0].rpartition('@')[2]}/…"


# ------------------------------------------------------------------ metrics


def write_metrics(path: Path, message: Message, *, now: float) -> None:
    """Write numbers of the run for node_exporter's textfile collector, whole or not at all.

    The time of the last success is kept from the file before where this run was none.

    Args:
        path: the file; its name should end in `.prom`.
        now: seconds since 1970, UTC.

    Raises:
        OSError: the file cannot be written.
    """
    succeeded = message.event in ("published", "nothing_new")
    values: dict[str, float] = {"last_run_timestamp_seconds": now, "last_run_success": float(succeeded)}
    last = now if succeeded else _last_success(path)
    if last is not None:
        values["last_success_timestamp_seconds"] = last
    values["run_seconds"] = sum(message.facts.get("seconds", {}).values())
    lines = [line for name, value in values.items() for line in _metric(name, value)]
    if counts := message.facts.get("counts", {}):
        lines.append("# TYPE copydesk_rows gauge")
        lines += [f'copydesk_rows{{what="{name}"}} {number}' for name, number in sorted(counts.items())]
    lines.append("# TYPE copydesk_gate_findings gauge")
    found: dict[tuple[str, str], int] = {}
    for finding in message.facts.get("gates", ()):
        key = (str(finding["gate"]), str(finding["level"]))
        found[key] = found.get(key, 0) + 1
    lines += [f'copydesk_gate_findings{{gate="{g}",level="{at}"}} {n}' for (g, at), n in sorted(found.items())]
    part = path.with_name(f".{path.name}.part")
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.replace(path)


def _metric(name: str, value: float) -> list[str]:
    return [f"# TYPE copydesk_{name} gauge", f"copydesk_{name} {value:.15g}"]


def _last_success(path: Path) -> float | None:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return next(float(x.split()[1]) for x in lines if x.startswith("copydesk_last_success_timestamp_seconds "))
    except (OSError, ValueError, IndexError, StopIteration):
        return None
