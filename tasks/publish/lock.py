"""The lock of a data set: one writer at a time, and a dead one does not stop the next.

In     a data set's storage, who wants to write, and a clock      from the flow
Out    a held lock, or `LockHeld` naming the holder

On a disk the kernel decides between the processes of one host: `.lock` is locked with flock, which ends with its
process however that dies. Other hosts may not see flock (network file systems), and an object store has none: so the
file also says who holds it and since when, and the holder renews its `heartbeat` every few seconds. A lock counts as
long as its heartbeat is fresh, unless its process is known to be gone from this very machine. The file is emptied on
release and never deleted: deleting it would let two runs lock two different files of that name.

Limits  Two hosts that find the same stale lock in the same second may both take it on a shared disk; the rename onto a
        name that nothing has yet then lets one of them publish, and stops the other. In an object store one write wins.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.errors import CopydeskError, LockHeld

if TYPE_CHECKING:
    from tasks.storage import Storage

LOCK = ".lock"
HEARTBEAT_SECONDS = 10.0
STALE_SECONDS = 120.0  # twelve heartbeats: a holder that was only stopped or swapped out is not overtaken


@dataclass(frozen=True)
class Holder:
    """Who holds a lock. Times are ISO 8601 with a zone; `boot` names the machine's present life and its processes."""

    run: str
    host: str
    pid: int
    since: str
    heartbeat: str
    boot: str = ""


@dataclass
class Held:
    """A lock that is held; `overtaken` is the dead holder it was taken from, if there was one."""

    holder: Holder
    overtaken: Holder | None = None
    _guard: Any = field(default=None, repr=False)

    def beat(self, now: datetime) -> None:
        """Say that the holder is still alive.

        Raises:
            LockHeld: somebody else took it for dead and holds the lock now.
        """
        self.holder = Holder(**{**asdict(self.holder), "heartbeat": now.isoformat(timespec="seconds")})
        self._guard.put(json.dumps(asdict(self.holder)))


@contextlib.contextmanager
def hold_lock(
    storage: Storage, *, run: str, host: str, pid: int, clock: Callable[[], datetime], every: float = HEARTBEAT_SECONDS
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
    try:
        guard = storage.guard(LOCK)
    except BlockingIOError:
        raise _refusal(storage, read_holder(storage)) from None
    word = None  # what is left in the file: nothing is changed where the lock was not taken
    try:
        held = _take(guard, storage, Holder(run, host, pid, "", "", _boot()), clock())
        word = ""
        stop = threading.Event()
        beats = threading.Thread(target=_keep_beating, args=(held, clock, every, stop), daemon=True)
        beats.start()
        try:
            yield held
        finally:
            stop.set()
            beats.join()
    finally:
        guard.close(word)


def read_holder(storage: Storage) -> Holder | None:
    """Who is named in the lock file, alive or not; None where nobody is."""
    return _parse((storage.read(LOCK) or b"").decode("utf-8", "replace"))


def _take(guard: Any, storage: Storage, who: Holder, now: datetime) -> Held:
    before = _parse(guard.before)
    if before and not _is_dead(before, who, guard.proves_death) and _is_fresh(before, now):
        raise _refusal(storage, before)
    held = Held(replace(who, since=now.isoformat(timespec="seconds")), before, guard)
    try:
        held.beat(now)
    except LockHeld:  # somebody else was quicker
        raise _refusal(storage, read_holder(storage)) from None
    return held


def _is_dead(before: Holder, who: Holder, on_this_host: bool) -> bool:
    """Whether it is certain that the last holder has ended."""
    if on_this_host and before.host == who.host:
        return True
    return bool(who.boot) and before.boot == who.boot and not Path(f"/proc/{before.pid}").exists()


def _boot() -> str:
    """What all processes of this machine share until it starts again, as far as they see each other; "" if unknown."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116
    except OSError:
        return ""


def _refusal(storage: Storage, holder: Holder | None) -> LockHeld:
    who = f"run {holder.run} (process {holder.pid} on {holder.host}, since {holder.since})" if holder else "another run"
    error = LockHeld(f"{storage}: {who} is writing to this data set; wait for it, or stop it and run again")
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


def _keep_beating(held: Held, clock: Callable[[], datetime], every: float, stop: threading.Event) -> None:
    while not stop.wait(every):
        try:
            held.beat(clock())
        except LockHeld:
            return  # taken for dead: what is published from here on fails, since it is watched
        except (OSError, CopydeskError):
            continue  # a full disk or a network that is down must not end the run by its heartbeat
