"""Tell somebody how a run ended: a command, a webhook.

In     the settings `[notify]`; how the run ended, as plain data
Out    the data as JSON on a command's standard input and in a POST

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

    @classmethod
    def read(cls, given: Mapping[str, Any], where: str) -> Notify:
        """The settings from a table of plain values.

        Raises:
            ConfigError: a setting that does not exist or cannot work.
        """
        if unknown := sorted(given.keys() - {"command", "webhook", "events"}):
            raise ConfigError(f"{where}: unknown setting '{unknown[0]}'; known are command, webhook, events")
        lists = {name: given[name] for name in ("command", "events") if name in given}
        for name, value in lists.items():
            if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
                raise ConfigError(f"{where}: '{name}' must be a list of words, found {value!r}")
        if not isinstance(webhook := given.get("webhook", ""), str):
            raise ConfigError(f"{where}: 'webhook' must be an address, found {webhook!r}")
        notify = cls(**{name: tuple(words) for name, words in lists.items()}, webhook=webhook)
        notify.check(where)
        return notify

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
