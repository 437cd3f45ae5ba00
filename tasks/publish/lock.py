"""The lock of a data set: one writer at a time, and a dead one does not stop the next.

In     a data set's storage, who wants to write, and a clock      from the flow
Out    a held lock, or `LockHeld` naming the holder

On one host the kernel decides: `.lock` is locked with flock, which ends with its process however that dies. Other hosts
may not see flock (network file systems), so the file also says who holds it and since when, and the holder renews its
`heartbeat` every few seconds: a lock of another host counts as long as its heartbeat is fresh. The file is emptied on
release and never deleted: deleting it would let two runs lock two different files of that name.

Limits  Two hosts that find the same stale lock in the same second may both take it; the rename onto a name that nothing
        has yet then lets one of them publish, and stops the other.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tasks.errors import ConfigError, LockHeld
from tasks.storage import Disk

LOCK = ".lock"
HEARTBEAT_SECONDS = 10.0
STALE_SECONDS = 120.0  # twelve heartbeats: a holder that was only stopped or swapped out is not overtaken


@dataclass(frozen=True)
class Holder:
    """Who holds a lock. Times are ISO 8601 with a zone."""

    run: str
    host: str
    pid: int
    since: str
    heartbeat: str


@dataclass
class Held:
    """A lock that is held; `overtaken` is the dead holder it was taken from, if there was one."""

    holder: Holder
    overtaken: Holder | None = None
    _file: Any = field(default=None, repr=False)

    def beat(self, now: datetime) -> None:
        """Say that the holder is still alive."""
        self.holder = Holder(**{**asdict(self.holder), "heartbeat": now.isoformat(timespec="seconds")})
        _put(self._file, json.dumps(asdict(self.holder)))


@contextlib.contextmanager
def hold_lock(
    storage: Disk, *, run: str, host: str, pid: int, clock: Callable[[], datetime], every: float = HEARTBEAT_SECONDS
) -> Iterator[Held]:
    """Hold the data set's lock for the length of a `with` block.

    Args:
        run: the id of the run, for messages.
        clock: gives the present time with its zone; called once now and at each heartbeat.
        every: seconds between heartbeats.

    Raises:
        LockHeld: a living process, here or on another host, holds it; the message names it.
        ConfigError: the folder cannot be made or written to.
    """
    with _open(storage) as file:
        held = _take(file, storage, run, host, pid, clock())
        stop = threading.Event()
        beats = threading.Thread(target=_keep_beating, args=(held, clock, every, stop), daemon=True)
        beats.start()
        try:
            yield held
        finally:
            stop.set()
            beats.join()
            _put(file, "")


def _open(storage: Disk) -> Any:
    try:
        storage.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(storage.path(LOCK), os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ConfigError(
            f"{storage.root}: cannot be written to ({error.strerror}); give a folder that you may write to"
        ) from error
    return os.fdopen(descriptor, "r+", encoding="utf-8")


def read_holder(storage: Disk) -> Holder | None:
    """Who is named in the lock file, alive or not; None where nobody is."""
    return _parse((storage.read(LOCK) or b"").decode("utf-8", "replace"))


def _take(file: Any, storage: Disk, run: str, host: str, pid: int, now: datetime) -> Held:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _refusal(storage, read_holder(storage)) from None
    file.seek(0)
    before = _parse(file.read())
    if before and before.host != host and _is_fresh(before, now):
        raise _refusal(storage, before)
    stamp = now.isoformat(timespec="seconds")
    held = Held(Holder(run, host, pid, stamp, stamp), before, file)
    held.beat(now)
    return held


def _refusal(storage: Disk, holder: Holder | None) -> LockHeld:
    who = f"run {holder.run} (process {holder.pid} on {holder.host}, since {holder.since})" if holder else "another run"
    error = LockHeld(f"{storage.root}: {who} is writing to this data set; wait for it, or stop it and run again")
    error.holder = holder  # type: ignore[attr-defined]
    return error


def _is_fresh(holder: Holder, now: datetime) -> bool:
    try:
        return now - datetime.fromisoformat(holder.heartbeat) < timedelta(seconds=STALE_SECONDS)
    except (ValueError, TypeError):
        return False


def _parse(text: str) -> Holder | None:
    try:
        return Holder(**json.loads(text))
    except (ValueError, TypeError):
        return None


def _put(file: Any, text: str) -> None:
    file.seek(0)
    file.write(text)
    file.flush()
    file.truncate(len(text.encode()))  # last, so that nobody reads an empty file and takes the lock for free
    os.fsync(file.fileno())


def _keep_beating(held: Held, clock: Callable[[], datetime], every: float, stop: threading.Event) -> None:
    while not stop.wait(every):
        with contextlib.suppress(OSError):  # a full disk must not end the run by its heartbeat
            held.beat(clock())
