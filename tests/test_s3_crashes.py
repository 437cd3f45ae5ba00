"""Whatever ends a writer in an object store: readers have a whole version, and the next writer goes on."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import obstore
import pytest

from tasks import publish
from tasks.errors import ConfigError, CopydeskError, LockHeld
from tasks.publish import lock, versions
from tasks.report import rewrite_report
from tasks.storage import open_storage

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
EVERY = int(os.environ.get("COPYDESK_S3_STEPS", "7"))  # one step in so many is tried; docs/reliability.md: every one
WRITES, READS = ("put", "copy", "delete"), ("get", "head", "list")


class Killed(BaseException):
    """Stands for SIGKILL: nothing that the process does afterwards reaches the store."""


@contextlib.contextmanager
def losing(step):
    """Let the answer to the n-th request that writes get lost on its way; yields whether it has."""
    seen, lost = count(1), []

    def wrap(real):
        def call(*args, **more):
            answer = real(*args, **more)
            if next(seen) == step:
                lost.append(True)
                raise obstore.exceptions.GenericError("Error performing PUT - HTTP error: connection reset")
            return answer

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in WRITES:
            patch.setattr(obstore, name, wrap(getattr(obstore, name)))
        with contextlib.suppress(CopydeskError):
            yield lost


@contextlib.contextmanager
def dying(step):
    """Let the process die in the place of its n-th request that writes; yields whether it has."""
    real = {name: getattr(obstore, name) for name in WRITES + READS}
    seen, died = count(1), []

    def wrap(name):
        def call(*args, **more):
            if died or (name in WRITES and next(seen) == step):
                died.append(True)
                raise Killed
            return real[name](*args, **more)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in WRITES + READS:
            patch.setattr(obstore, name, wrap(name))
        with contextlib.suppress(Killed):
            yield died


@pytest.fixture(scope="module")
def dead():
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@contextlib.contextmanager
def writer(place, name, pid, *, host="here", now=NOON):
    """A writer's hold on a data set, as a process of its own has it: with a client of its own."""
    storage = open_storage(place)
    with publish.hold_lock(storage, run=name, host=host, pid=pid, clock=lambda: now):
        yield storage, publish.recover(storage)


def stage(storage, latest, tables, name):
    """A run's first half: everything but making it visible."""
    staged = publish.stage(tables, storage, latest=latest, run=publish.RunInfo(name, NOON, digests={"code": "c"}))
    (staged.folder / "report.html").write_text("<html></html>")
    return staged


def run(place, tables, name, pid):
    """A run's publishing half; the new version's name, or None where nothing is new."""
    with writer(place, name, pid) as (storage, found):
        staged = stage(storage, found.dataset, tables, name)
        if staged.unchanged:
            staged.discard()
            return None
        return publish.publish(staged.claimed())


def copy_objects(source, target):
    """A data set once more, under another prefix."""
    old, new = open_storage(source), open_storage(target)
    for entry in old.list_all():
        new.write(entry.name, old.read(entry.name))
    return target


def check_readers(place, rows):
    """What `latest.json` names is whole, and can be loaded."""
    storage = open_storage(place)
    latest = versions.read_latest(storage)
    assert latest.fault is None
    assert versions.find_faults(storage, latest.version) == []
    assert publish.open_dataset(place).table("documents").num_rows in rows
    return latest.version


@pytest.fixture
def template(bucket, published_tables, letters):
    """A data set with one version of three documents."""
    run(f"{bucket}/template", published_tables(letters("abc")), "r1", os.getpid())
    return f"{bucket}/template"


@pytest.mark.parametrize("end", [dying, losing])
def test_a_run_may_end_at_any_request(template, bucket, published_tables, dead, end):
    tables = published_tables()
    for step in range(1, 400, EVERY):
        place = copy_objects(template, f"{bucket}/{step:03}")
        with end(step) as died:
            run(place, tables, "r2", dead)
        named = check_readers(place, (3, 5))

        after = run(place, tables, "r3", os.getpid()) or check_readers(place, (5,))

        assert publish.verify(place) == []
        assert versions.number(after) >= versions.number(named)
        assert publish.open_dataset(place).table("articles").equals(tables["articles"])
        assert {info.state for info in publish.list_versions(place)} == {"latest", "older"}
        if not died:
            break
    assert not died and step > 12


def test_a_purge_that_is_killed_is_finished_by_the_next_writer(template, bucket, published_tables, letters, dead):
    run(template, published_tables(letters("abd")), "r2", os.getpid())
    leak = next(d for d in publish.open_dataset(template).table("documents").to_pylist() if d["source_path"] == "a.txt")

    def purge(place, pid):
        with writer(place, "purge", pid) as (storage, _):
            publish.purge(storage, [leak["document_id"]], reason="court order", at=NOON, report=rewrite_report)

    for step in range(1, 400, EVERY if EVERY == 1 else 8 * EVERY):
        place = copy_objects(template, f"{bucket}/purge{step:03}")
        with dying(step) as died:
            purge(place, dead)

        purge(place, os.getpid())

        assert publish.verify(place) == []
        storage = open_storage(place)
        assert not any(b"short text about a," in storage.read(e.name) for e in storage.list_all())
        assert storage.names("versions") == ["v0001", "v0002"]
        if not died:
            break
    assert not died and step > 30


def test_pruning_that_is_killed_leaves_whole_versions(template, bucket, published_tables, letters, dead):
    run(template, published_tables(letters("abd")), "r2", os.getpid())
    run(template, published_tables(letters("abe")), "r3", os.getpid())
    for step in range(1, 20, (EVERY + 1) // 2):
        place = copy_objects(template, f"{bucket}/prune{step:03}")
        with dying(step) as died, writer(place, "prune", dead) as (storage, _):
            publish.prune(storage, 1)

        assert publish.verify(place) == []
        with writer(place, "prune", os.getpid()) as (storage, _):
            publish.prune(storage, 1)
        assert [info.state for info in publish.list_versions(place)] == ["latest"]
        if not died:
            break
    assert not died and step > 6


# ------------------------------------------------------------------ two writers


def test_two_publishers_never_take_one_number(template, published_tables, letters):
    """Both past the lock, as when one was taken for dead: one publishes, the other is told and leaves nothing."""
    first, second = open_storage(template), open_storage(template)
    found = publish.recover(first), publish.recover(second)
    a = stage(first, found[0].dataset, published_tables(letters("abcd")), "a").claimed()
    b = stage(second, found[1].dataset, published_tables(letters("abce")), "b").claimed()

    assert publish.publish(b) == "v0003"
    with pytest.raises(LockHeld, match="another run has written it meanwhile"):
        publish.publish(a)

    assert a.version == "v0002"
    assert [(info.version, info.state) for info in publish.list_versions(template)] == [
        ("v0001", "older"),
        ("v0003", "latest"),
    ]
    assert publish.verify(template) == []
    assert run(template, published_tables(letters("abcd")), "c", os.getpid()) == "v0004"


def test_many_at_once_get_a_number_each(template):
    with ThreadPoolExecutor(6) as pool:
        names = list(pool.map(lambda _: versions.claim_name(open_storage(template)), range(12)))

    assert sorted(names) == [f"v{n:04}" for n in range(2, 14)]


def test_a_swap_that_was_lost_to_who_named_the_same_version_is_no_loss(template, published_tables, monkeypatch):
    storage = open_storage(template)
    staged = stage(storage, publish.recover(storage).dataset, published_tables(), "slow").claimed()
    write_latest = versions.write_latest

    def be_overtaken(*args):
        monkeypatch.setattr(versions, "write_latest", write_latest)
        publish.recover(open_storage(template))  # the next writer finds the version whole, and names it
        write_latest(*args)

    monkeypatch.setattr(versions, "write_latest", be_overtaken)
    assert publish.publish(staged) == "v0002"
    assert check_readers(template, (5,)) == "v0002"


def test_a_writer_without_a_heartbeat_is_overtaken_and_publishes_nothing(template, published_tables, letters):
    late = NOON + timedelta(seconds=lock.STALE_SECONDS + 1)
    with contextlib.suppress(LockHeld), writer(template, "slow", 1, host="far") as (storage, found):
        staged = stage(storage, found.dataset, published_tables(), "slow").claimed()

        with (
            pytest.raises(LockHeld, match=r"run slow \(process 1 on far"),
            writer(template, "early", 2, host="near", now=NOON + timedelta(seconds=lock.STALE_SECONDS - 1)),
        ):
            pass
        with writer(template, "next", 2, host="near", now=late) as (other, theirs):
            named = publish.publish(stage(other, theirs.dataset, published_tables(letters("abcd")), "next").claimed())

            with pytest.raises(CopydeskError):
                publish.publish(staged)
            assert lock.read_holder(other).run == "next"

    assert named == "v0003"
    assert check_readers(template, (4,)) == named
    assert publish.verify(template) == []


def test_a_holder_that_was_overtaken_leaves_the_lock_alone(template):
    storage = open_storage(template)
    with publish.hold_lock(storage, run="slow", host="far", pid=1, clock=lambda: NOON) as held:
        late = NOON + timedelta(seconds=lock.STALE_SECONDS + 1)
        with publish.hold_lock(open_storage(template), run="next", host="near", pid=2, clock=lambda: late):
            with pytest.raises(LockHeld):
                held.beat(late)
            assert lock.read_holder(storage).run == "next"
    assert lock.read_holder(storage) is None


def test_a_dead_process_of_this_machine_is_overtaken_at_once(template, dead):
    guard = open_storage(template).guard(lock.LOCK)
    held = lock.Held(lock.Holder("gone", "here", dead, "", "", lock._boot()), _guard=guard)
    held.beat(NOON)

    with publish.hold_lock(open_storage(template), run="next", host="here", pid=os.getpid(), clock=lambda: NOON) as now:
        assert now.overtaken.run == "gone"


def test_a_lost_connection_does_not_end_a_run_by_its_heartbeat(template, monkeypatch):
    storage = open_storage(template)
    with publish.hold_lock(storage, run="r", host="h", pid=1, clock=lambda: NOON, every=0.01) as held:
        monkeypatch.setattr(type(held), "beat", lambda *_: (_ for _ in ()).throw(CopydeskError("no network")))
        time.sleep(0.05)
        monkeypatch.undo()


# ------------------------------------------------------------------ latest.json


@pytest.mark.parametrize("damage", [None, b"", b"{", b"[]"])
def test_a_latest_json_that_is_gone_or_damaged_is_written_anew(template, damage):
    storage = open_storage(template)
    if damage is None:
        storage.remove(versions.LATEST)
    else:
        storage.write(versions.LATEST, damage)

    assert [info.version for info in publish.list_versions(template)] == ["v0001"]
    with writer(template, "next", 2) as (_, found):
        assert "it now names v0001, the newest whole version" in found.warnings[-1]

    assert check_readers(template, (3,)) == "v0001"
    assert publish.verify(template) == []


def test_a_file_that_was_changed_by_hand_is_named_and_not_built_on(template, published_tables, letters):
    storage = open_storage(template)
    data = storage.read("versions/v0001/dates.parquet")
    storage.write("versions/v0001/dates.parquet", data[:-1] + bytes([data[-1] ^ 1]))

    assert [fault.file for fault in publish.verify(template)] == ["versions/v0001/dates.parquet"]
    with writer(template, "next", 2) as (_, found):
        assert found.dataset is None
        assert "v0001 is not built on" in found.warnings[0]
    assert run(template, published_tables(letters("abc")), "r2", os.getpid()) == "v0002"


def test_a_run_trusts_uploads_and_verify_reads_them(template, monkeypatch):
    read = []
    chunks = type(open_storage(template)).chunks
    monkeypatch.setattr(type(open_storage(template)), "chunks", lambda self, n: (read.append(n), chunks(self, n))[1])

    with writer(template, "next", 2):
        pass
    assert read == []
    publish.verify(template)
    assert len(read) > 8


def test_a_data_set_of_a_newer_contract_is_left_alone(template):
    storage = open_storage(template)
    manifest = storage.read("versions/v0001/manifest.json").replace(b'"contract_version": "', b'"contract_version": "9')
    storage.write("versions/v0001/manifest.json", manifest)
    before = storage.list_all()

    with pytest.raises(ConfigError, match="was written by contract 9"):
        publish.recover(replace(storage))
    assert storage.list_all() == before
