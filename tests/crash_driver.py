"""Publishes again and again into copies of a data set, and stops each time one step later than before.

    python crash_driver.py TEMPLATE OUT kill|full      run by tests/test_publish_crashes.py, in a process of its own

A step is any call that changes the disk: opening a file to write, flush, rename, removal, a new folder. `kill` ends the
process there by SIGKILL; `full` lets this and every later write fail as on a full disk. Each try has its folder in OUT,
named by the step; the last one ran to its end.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from conftest import build_tables, sample_documents, sample_relations

from tasks import publish
from tasks.errors import CopydeskError
from tasks.storage import Disk

WRITES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "shutil.rmtree"}
SMALL_STEPS = 400  # more than a run has


def run(curated: Path, day: int) -> str:
    """One run's publishing half, under the lock."""
    moment = datetime(2024, 5, day, tzinfo=UTC)
    tables = build_tables(sample_documents(), sample_relations())
    info = publish.RunInfo(f"r{day}", moment, digests={"code": "c"})
    with publish.hold_lock(Disk(curated), run=info.id, host="here", pid=os.getpid(), clock=lambda: moment):
        found = publish.recover(curated)
        staged = publish.stage(tables, curated, latest=found.dataset, run=info)
        (staged.folder / "report.html").write_text("<html></html>")
        name = publish.publish(staged)
    publish.record_run(curated, info, {"published": True})
    return name


def stop_at(step: int, how: str) -> None:
    """From now on count the steps, and stop at this one."""
    count = 0

    def seen(event: str, args: tuple) -> None:
        nonlocal count
        writes = event in WRITES or (
            event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if not writes:
            return
        count += 1
        if count == step and how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if count >= step and how == "full" and event in ("open", "os.mkdir"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    flush = os.fsync

    def fsync(descriptor: int) -> None:
        seen("os.rename", ())
        flush(descriptor)

    os.fsync = fsync
    sys.addaudithook(seen)


def main(template: Path, out: Path, how: str) -> None:
    """Try every step in turn, after one whole run that imports what it needs."""
    shutil.copytree(template, out / "000")
    run(out / "000", 6)
    for step in range(1, SMALL_STEPS):
        curated = out / f"{step:03d}"
        shutil.copytree(template, curated)
        child = os.fork()
        if child == 0:
            try:
                stop_at(step, how)
                run(curated, 7)
            except (OSError, CopydeskError):
                os._exit(1)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            return
    raise SystemExit("the run has more steps than were tried")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
