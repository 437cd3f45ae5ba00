"""A Prefect server of our own, started as a child before Prefect is imported here.

Prefect's embedded server starts after its client, hangs on Ctrl-C and outlives SIGTERM. Ours starts while the client
imports, hears no Ctrl-C, and ends when its standard input closes, so that it cannot outlive us.
`PREFECT_API_URL` in the environment means a server that is there already; then none is started.

The listening socket stays open here, so that a server that died can be started again at the same address; what asks in
between waits. A thread looks after that; where the server dies again and again, the process ends as failed, and says
what the server said last.

    python -m flows.server FD      the child: serves the listening socket with that file descriptor
"""

from __future__ import annotations

import atexit
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from flows.terminal import say
from tasks.errors import ConfigError

SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "0",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "tasks,flows",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the flow's log has all lines; the terminal shows our own
}
# For one run: semi-private names of Prefect 3.8, without which the child would start services and a web page.
RUN_SETTINGS = {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1", "PREFECT_UI_ENABLED": "0"}
# For schedules: with the scheduler and the web page, and looking for due runs often enough for a cron of minutes.
SCHEDULE_SETTINGS = {"PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "5", "PREFECT_RUNNER_POLL_FREQUENCY": "2"}
ANSWER_SECONDS = 3
GRACE_SECONDS = 2
PAUSE_SECONDS = 1.0  # before a server is started again
END_SECONDS = 20  # to stop a run in progress when there is no server any more
ADVICE = "look at that database, or at PREFECT_HOME; `copydesk run --direct` does without Prefect"


@dataclass(frozen=True)
class Patience:
    """How often a server may die before it is given up."""

    restarts: int
    seconds: float  # deaths before that are forgotten


FOR_RUN = Patience(1, 300.0)  # who waits for one run wants to know soon
FOR_SCHEDULES = Patience(5, 300.0)


@dataclass
class Lost:
    """Whether the server was given up, and why in words; set once a process."""

    event: threading.Event = field(default_factory=threading.Event)
    words: str = ""

    def __bool__(self) -> bool:
        return self.event.is_set()

    def tell(self, words: str) -> None:
        """From now on the server is lost."""
        self.words = words
        self.event.set()


LOST = Lost()


class Keeper:
    """Looks after a server: starts it, starts it again when it dies, gives it up when it dies too often, stops it."""

    def __init__(
        self,
        start: Callable[[IO[bytes]], subprocess.Popen[bytes]],
        on_lost: Callable[[str], None],
        patience: Patience,
    ) -> None:
        self.start, self.on_lost, self.patience = start, on_lost, patience
        self.said = tempfile.TemporaryFile()  # noqa: SIM115  closed by `stop`
        self.child = start(self.said)
        self.stopping = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        """Start the server again each time it ends; call `on_lost` when it does so too often."""
        ends: deque[float] = deque(maxlen=self.patience.restarts)
        while True:
            code = self.child.wait()
            if self.child.stdin:
                self.child.stdin.close()
            if self.stopping.wait(PAUSE_SECONDS):
                return
            why = f"code {code}{self._last_words()}"
            if len(ends) == ends.maxlen and time.monotonic() - ends[0] < self.patience.seconds:
                times, minutes = self.patience.restarts + 1, self.patience.seconds / 60
                self.on_lost(f"Prefect's server ended {times} times within {minutes:.0f} minutes ({why}); {ADVICE}")
                return
            ends.append(time.monotonic())
            say(f"copydesk: Prefect's server ended ({why}); starting it again")
            self.child = self.start(self.said)

    def _last_words(self) -> str:
        """What the server wrote before it ended: its last line that names an error, else nothing."""
        self.said.seek(0)
        lines = self.said.read().decode("utf-8", "replace").splitlines()
        named = [line.strip() for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line)]
        return f": {named[-1][:300]}" if named else ""

    def stop(self) -> None:
        """End the server, for good."""
        self.stopping.set()
        _stop(self.child)
        self.said.close()


def prepare(schedules: bool = False) -> None:
    """Set Prefect's environment and see to it that there is a server; call this before `import prefect`.

    The stop is registered first, so that it runs after Prefect's own flush at exit.

    Args:
        schedules: the server must also start scheduled runs.

    Raises:
        ConfigError: `PREFECT_API_URL` names a server that does not answer.
    """
    for name, value in {**SETTINGS, **(SCHEDULE_SETTINGS if schedules else {})}.items():
        os.environ.setdefault(name, value)
    if not check_named():
        check_home()
        start = ({}, FOR_SCHEDULES) if schedules else (RUN_SETTINGS, FOR_RUN)
        os.environ["PREFECT_API_URL"] = _start(*start)


def check_home() -> None:
    """See to it that Prefect's server can keep its database.

    Raises:
        ConfigError: its folder cannot be made or written to.
    """
    if os.environ.get("PREFECT_API_DATABASE_CONNECTION_URL"):
        return
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        raise ConfigError(
            f"{home}: Prefect cannot keep its database there ({error.strerror}); "
            "let PREFECT_HOME name a folder that can be written to, or use --direct"
        ) from error


def check_named() -> bool:
    """Whether `PREFECT_API_URL` names a server.

    Raises:
        ConfigError: it does, and the server does not answer.
    """
    if url := os.environ.get("PREFECT_API_URL"):
        _refuse_silent(url)
    return bool(url)


def _end_process(words: str) -> None:
    """End this process as failed: in order if that can be done without a server, else all the same."""

    def give_up() -> None:
        say(f"copydesk: {words}")
        os._exit(1)

    timer = threading.Timer(END_SECONDS, give_up)
    timer.daemon = True
    timer.start()
    LOST.tell(words)
    os.kill(os.getpid(), signal.SIGTERM)


def _refuse_silent(url: str) -> None:
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname or "", port), timeout=ANSWER_SECONDS).close()
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"PREFECT_API_URL={url}: no server answers there ({error}); start it, unset the variable, or use --direct"
        ) from error


def _start(settings: dict[str, str], patience: Patience) -> str:
    """Start the child on a free port of 127.0.0.1; the socket listens already, so nobody has to poll."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
    # what we have set in the environment since then, PREFECT_API_URL above all, is not for the server; its web page
    # would look for an API at port 4200
    environment = {**os.environ, **settings, "PREFECT_UI_API_URL": url}

    def start(said: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", "flows.server", str(listener.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            pass_fds=[listener.fileno()],
            env=environment,
            start_new_session=True,
        )

    def lose(words: str) -> None:
        listener.close()  # who waits for an answer is refused at once
        _end_process(words)

    keeper = Keeper(start, lose, patience)
    atexit.register(keeper.stop)
    return url


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.stdin:
        child.stdin.close()
    try:
        child.wait(timeout=GRACE_SECONDS + 1)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def serve(descriptor: int) -> None:
    """Serve Prefect's API on a listening socket until standard input closes."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    uvicorn.run(create_app(), fd=descriptor, log_level="error", timeout_graceful_shutdown=GRACE_SECONDS)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
