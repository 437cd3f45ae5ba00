"""A Prefect server of our own, started as a child before Prefect is imported here.

Prefect's embedded server starts after its client, hangs on Ctrl-C and outlives SIGTERM. Ours starts while the client
imports, hears no Ctrl-C, and ends when its standard input closes, so that it cannot outlive us.
`PREFECT_API_URL` in the environment means a server that is there already; then none is started.

The listening socket stays open here, so that a server that died can be started again at the same address; what asks in
between waits. For schedules a thread looks after that; where it dies again and again, the process ends.

    python -m flows.server FD      the child: serves the listening socket with that file descriptor
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
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
MOST_RESTARTS, WITHIN_SECONDS, PAUSE_SECONDS = 5, 300.0, 1.0
END_SECONDS = 20  # to stop a run in progress when there is no server any more


class Keeper:
    """Looks after a server: starts it, starts it again when it dies, stops it."""

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]], on_lost: Callable[[], None] | None) -> None:
        self.start, self.on_lost = start, on_lost
        self.child = start()
        self.stopping = threading.Event()
        if on_lost:
            threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        """Start the server again each time it ends; call `on_lost` when it does so too often."""
        ends: deque[float] = deque(maxlen=MOST_RESTARTS)
        while True:
            code = self.child.wait()
            if self.stopping.wait(PAUSE_SECONDS):
                return
            if len(ends) == ends.maxlen and time.monotonic() - ends[0] < WITHIN_SECONDS:
                assert self.on_lost is not None
                say(f"copydesk: Prefect's server ended {MOST_RESTARTS + 1} times in {WITHIN_SECONDS / 60:.0f} minutes")
                self.on_lost()
                return
            ends.append(time.monotonic())
            say(f"copydesk: Prefect's server ended (code {code}); starting it again")
            self.child = self.start()

    def stop(self) -> None:
        """End the server, for good."""
        self.stopping.set()
        _stop(self.child)


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
        os.environ["PREFECT_API_URL"] = _start({} if schedules else RUN_SETTINGS, _end_process if schedules else None)


def check_named() -> bool:
    """Whether `PREFECT_API_URL` names a server.

    Raises:
        ConfigError: it does, and the server does not answer.
    """
    if url := os.environ.get("PREFECT_API_URL"):
        _refuse_silent(url)
    return bool(url)


def _end_process() -> None:
    """End this process as failed: in order if that can be done without a server, else all the same."""
    timer = threading.Timer(END_SECONDS, os._exit, [1])
    timer.daemon = True
    timer.start()
    LOST.set()
    os.kill(os.getpid(), signal.SIGTERM)


LOST = threading.Event()  # set when the server could not be kept alive; then the exit code says so


def _refuse_silent(url: str) -> None:
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname or "", port), timeout=ANSWER_SECONDS).close()
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"PREFECT_API_URL={url}: no server answers there ({error}); start it, unset the variable, or use --direct"
        ) from error


def _start(settings: dict[str, str], on_lost: Callable[[], None] | None) -> str:
    """Start the child on a free port of 127.0.0.1; the socket listens already, so nobody has to poll."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
    # what we have set in the environment since then, PREFECT_API_URL above all, is not for the server; its web page
    # would look for an API at port 4200
    environment = {**os.environ, **settings, "PREFECT_UI_API_URL": url}

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", "flows.server", str(listener.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
            env=environment,
            start_new_session=True,
        )

    keeper = Keeper(start, on_lost)
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
