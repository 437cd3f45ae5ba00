"""One writer at a time: who holds the lock, and when a lock is overtaken."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks import publish
from tasks.errors import ConfigError, LockHeld
from tasks.storage import Disk

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)


def hold(curated, run="r1", host="here", now=NOON, **more):
    return publish.hold_lock(Disk(Path(curated)), run=run, host=host, pid=1, clock=lambda: now, **more)


def test_a_second_run_is_told_who_holds_the_lock(tmp_path):
    with (
        hold(tmp_path, "first"),
        pytest.raises(LockHeld, match=r"run first \(process 1 on here"),
        hold(tmp_path, "second"),
    ):
        pass

    with hold(tmp_path, "third") as held:
        assert held.overtaken is None


def test_a_living_run_on_another_host_is_respected_and_a_dead_one_overtaken(tmp_path):
    there = {"run": "far", "host": "there", "pid": 9, "since": NOON.isoformat(), "heartbeat": NOON.isoformat()}
    (tmp_path / ".lock").write_text(json.dumps(there))

    with pytest.raises(LockHeld, match="far"), hold(tmp_path, now=NOON + timedelta(seconds=100)):
        pass
    with hold(tmp_path, now=NOON + timedelta(seconds=130)) as held:
        assert held.overtaken.run == "far"


def test_a_lock_of_a_dead_process_or_a_damaged_one_stops_nobody(tmp_path):
    dead = {"run": "dead", "host": "here", "pid": 9, "since": NOON.isoformat(), "heartbeat": NOON.isoformat()}
    for content in (json.dumps(dead), "", "{", "[]"):
        (tmp_path / ".lock").write_text(content)
        with hold(tmp_path) as held:
            assert held.holder.run == "r1"


def test_a_folder_that_cannot_be_written_to_is_refused_in_one_line(tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(ConfigError, match="cannot be written to"), hold(tmp_path / "file" / "curated"):
        pass


def test_the_heartbeat_is_renewed(tmp_path):
    ticks = iter(NOON + timedelta(seconds=at) for at in range(10_000))
    with publish.hold_lock(Disk(tmp_path), run="r", host="h", pid=1, clock=lambda: next(ticks), every=0.01):
        time.sleep(0.15)
        first = json.loads((tmp_path / ".lock").read_text())

    assert first["since"] == NOON.isoformat()
    assert first["heartbeat"] > first["since"]
    assert (tmp_path / ".lock").read_text() == ""
