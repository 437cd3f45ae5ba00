"""Publishing: readers see the old version or the new one, whole, whatever happens to a run."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks import publish
from tasks.errors import ConfigError, CopydeskError, Damaged, LockHeld
from tasks.publish import jsonl, versions
from tasks.publish.jsonl import member_bounds, read_members, write_jsonl
from tasks.publish.staging import DATA_FILES
from tasks.publish.writers import conform, write_parquet
from tasks.schema import ARTICLES, PUBLISHED
from tasks.storage import Disk

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)


# ------------------------------------------------------------------ a version


def test_a_version_has_every_file_and_verifies(publish_tables, published_tables, tmp_path):
    name = publish_tables(published_tables(), tmp_path)

    folder = tmp_path / "versions" / name
    assert name == "v0001"
    assert {path.name for path in folder.iterdir()} == {
        *DATA_FILES,
        "README.md",
        "croissant.json",
        "manifest.json",
        "report.html",
    }
    assert publish.verify(tmp_path) == []
    assert not list((tmp_path / ".staging").iterdir())


def test_the_manifest_says_what_is_there_and_what_it_was_made_from(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path, changes={"counts": {"new": 3, "changed": 0, "removed": 0}})

    manifest = publish.open_dataset(tmp_path).manifest
    assert manifest["contract_version"] == "1.0"
    assert manifest["parent"] is None
    assert manifest["created_at"] == "2024-05-06T12:00:00Z"
    assert (
        manifest["counts"] | {"documents": 5, "articles": 3, "duplicates": 1, "rejected": 1, "new": 3}
        == manifest["counts"]
    )
    assert manifest["rules"]["removals"] == {"tail.label_list": 1, "title.first_line": 3}
    assert manifest["digests"] == {"code": "c", "inputs": None, "lock": None, "settings": None}
    assert manifest["files"]["articles.jsonl.gz"]["rows"] == 3
    assert [column["name"] for column in manifest["schema"]["relations"]][:2] == ["left_id", "right_id"]


def test_nothing_new_publishes_nothing(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)

    assert publish_tables(published_tables(), tmp_path, "r2") is None
    assert [info.version for info in publish.list_versions(tmp_path)] == ["v0001"]


def test_versions_are_told_from_their_manifests(publish_tables, published_tables, letters, tmp_path):
    publish_tables(published_tables(), tmp_path)
    publish_tables(published_tables(letters("ab")), tmp_path, "r2")

    first, second = publish.list_versions(tmp_path)

    assert (first.version, first.state, first.parent, first.counts["articles"]) == ("v0001", "older", None, 3)
    assert (second.version, second.state, second.parent, second.counts["articles"]) == ("v0002", "latest", "v0001", 2)


def test_listing_versions_imports_nothing_heavy(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)
    code = (
        "import sys; from tasks.publish import list_versions; assert list_versions(sys.argv[1]); "
        "print([m for m in ('pandas', 'pyarrow', 'numba', 'numpy', 'prefect', 'duckdb') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_run_leaves_a_small_file(tmp_path):
    path = publish.record_run(tmp_path, publish.RunInfo("abc", NOON), {"published": False, "exit_code": 3})

    assert path.name == "20240506T120000Z-abc.json"
    assert json.loads(path.read_text())["exit_code"] == 3


# ------------------------------------------------------------------ data files


def test_parquet_is_zstd_in_groups_of_ten_thousand_with_the_contracts_schema(published_tables, tmp_path):
    row = published_tables()["relations"].slice(0, 1)
    many = pa.concat_tables([row] * 10_001)

    write_parquet(conform("relations", many), tmp_path / "relations.parquet")

    meta = pq.read_metadata(tmp_path / "relations.parquet")
    assert [meta.row_group(at).num_rows for at in range(meta.num_row_groups)] == [10_000, 1]
    assert {meta.row_group(0).column(at).compression for at in range(meta.num_columns)} == {"ZSTD"}
    assert pq.read_schema(tmp_path / "relations.parquet").equals(PUBLISHED["relations"], check_metadata=True)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 40), max_size=4))
def test_the_same_rows_give_the_same_bytes_however_they_came(published_tables, letters, tmp_path, cuts):
    table = published_tables(letters([f"n{at}" for at in range(40)]))["articles"]
    bounds = [0, *sorted(cuts), 40]
    pieces = pa.concat_tables([table.slice(a, b - a) for a, b in pairwise(bounds)])

    for name, rows in (("one", table), ("other", pieces.replace_schema_metadata({"made": "elsewhere"}))):
        write_parquet(conform("articles", rows), tmp_path / f"{name}.parquet")
        write_jsonl(conform("articles", rows), tmp_path / f"{name}.gz", threads=len(name) - 2)

    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "other.gz").read_bytes()


def test_json_lines_hold_what_parquet_holds(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)
    folder = tmp_path / "versions" / "v0001"
    packed = (folder / "articles.jsonl.gz").read_bytes()

    rows = [json.loads(line) for line in gzip.decompress(packed).decode().splitlines()]

    stored = pq.read_table(folder / "articles.parquet").to_pylist()
    assert packed[4:8] == bytes(4)
    assert [list(row) for row in rows] == [list(row) for row in stored]
    assert [row["text"] for row in rows] == [row["text"] for row in stored]
    assert {row["published_date"] for row in rows} == {None, "2024-05-02"}


def test_a_line_of_json_is_one_line_for_every_reader(published_tables, tmp_path):
    tables = published_tables([{"name": "a", "text": "One\u2028two\x85three\u2029four “five”"}])

    write_jsonl(tables["articles"], tmp_path / "a.gz")

    lines = gzip.decompress((tmp_path / "a.gz").read_bytes()).decode().splitlines()
    assert len(lines) == 1 and "“five”" in lines[0]
    assert json.loads(lines[0])["text"] == "One\u2028two\x85three\u2029four “five”"


def test_members_of_the_version_before_are_copied_and_the_bytes_are_those_of_a_full_run(
    published_tables, letters, tmp_path, monkeypatch
):
    names = [f"n{at}" for at in range(600)]
    old, new = published_tables(letters(names))["articles"], published_tables(letters([*names[5:], "more"]))["articles"]
    write_jsonl(old, tmp_path / "old.gz")
    write_jsonl(new, tmp_path / "full.gz")
    packed = []
    monkeypatch.setattr(jsonl, "pack", lambda *args, pack=jsonl.pack: packed.append(args) or pack(*args))

    write_jsonl(new, tmp_path / "incremental.gz", before=tmp_path / "old.gz")

    assert (tmp_path / "incremental.gz").read_bytes() == (tmp_path / "full.gz").read_bytes()
    assert 1 <= len(packed) <= 6 < len(member_bounds(new["article_id"])) - 1
    rows = [json.loads(line) for line in gzip.decompress((tmp_path / "full.gz").read_bytes()).splitlines()]
    assert [row["article_id"] for row in rows] == new["article_id"].to_pylist()


@pytest.mark.parametrize("column", ARTICLES.names[1:])
def test_a_member_is_not_copied_when_any_column_of_a_row_changed(published_tables, tmp_path, column):
    old = published_tables()["articles"]
    at, kind, values = old.schema.get_field_index(column), old.schema.field(column).type, old[column].to_pylist()
    other = {pa.string(): "x", pa.int64(): 7, pa.date32(): NOON.date(), pa.timestamp("us", tz="UTC"): NOON}
    values[0] = other[kind] if values[0] is None else None
    new = old.set_column(at, pa.field(column, kind), pa.array(values, kind))
    write_jsonl(old, tmp_path / "old.gz")

    write_jsonl(new, tmp_path / "new.gz", before=tmp_path / "old.gz")

    assert read_members(tmp_path / "new.gz").keys().isdisjoint(read_members(tmp_path / "old.gz"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((["A"], []), ([], ["A"])),
        ((["A", "B"], ["C"]), (["A"], ["B", "C"])),
        (([], ["A"]), ([None], ["A"])),
        (([], []), ([None], [])),
    ],
)
def test_a_member_is_not_copied_when_a_name_moved_to_the_next_list(published_tables, tmp_path, before, after):
    rows = published_tables()["articles"].to_pylist()[:1]
    for name, (byline, translators) in (("old", before), ("new", after)):
        table = pa.Table.from_pylist([{**rows[0], "byline": byline, "translators": translators}], ARTICLES)
        write_jsonl(table, tmp_path / f"{name}.gz", before=tmp_path / "old.gz")

    assert read_members(tmp_path / "new.gz").keys().isdisjoint(read_members(tmp_path / "old.gz"))


@pytest.mark.parametrize(
    ("surface", "value", "unit"), [("30 days", 30.0, None), ("d", 30.0, "30 days"), ("30 days", None, "d")]
)
def test_a_member_is_not_copied_when_a_part_of_a_mention_changed(published_tables, tmp_path, surface, value, unit):
    old = published_tables()["articles"]
    rows = old.to_pylist()
    figure = next(row["figures"][0] for row in rows if row["figures"])
    figure |= {"surface": surface, "value": value, "unit": unit}
    write_jsonl(old, tmp_path / "old.gz")

    write_jsonl(pa.Table.from_pylist(rows, old.schema), tmp_path / "new.gz", before=tmp_path / "old.gz")

    assert read_members(tmp_path / "new.gz").keys().isdisjoint(read_members(tmp_path / "old.gz"))


@pytest.mark.parametrize("data", [b"", b"no gzip", gzip.compress(b"{}\n"), b"\x1f\x8b\x08\x04" + bytes(60)])
def test_a_file_that_was_written_otherwise_is_not_copied_from(published_tables, tmp_path, data):
    (tmp_path / "before.gz").write_bytes(data)
    table = published_tables()["articles"]

    write_jsonl(table, tmp_path / "a.gz", before=tmp_path / "before.gz")
    write_jsonl(table, tmp_path / "b.gz", before=tmp_path / "missing.gz")

    assert read_members(tmp_path / "before.gz") == {}
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


@pytest.fixture(params=["UTC", "Asia/Tokyo"])
def zone(request):
    """A time zone that the process is in for the length of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


def test_times_are_written_in_utc_wherever_the_machine_is(published_tables, tmp_path, zone):
    table = published_tables([{"name": "a", "text": "Plain."}, {"name": "b", "text": "Plainer."}])["articles"]
    item = table.schema.field("published_at")
    moments = [NOON, NOON + timedelta(microseconds=5)]
    table = table.set_column(table.schema.get_field_index("published_at"), item, pa.array(moments, item.type))

    write_jsonl(table, tmp_path / "a.gz")

    rows = [json.loads(line) for line in gzip.decompress((tmp_path / "a.gz").read_bytes()).splitlines()]
    assert [row["published_at"] for row in rows] == ["2024-05-06T12:00:00Z", "2024-05-06T12:00:00.000005Z"]


def test_a_table_without_a_column_is_refused(published_tables):
    with pytest.raises(CopydeskError, match=r"table dates: no column rule"):
        conform("dates", published_tables()["dates"].drop_columns(["rule"]))


def test_a_full_disk_leaves_nothing_behind(publish_tables, published_tables, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(versions, "file_sha256", full)
    with pytest.raises(CopydeskError, match="No space left on device; nothing was published; make room"):
        publish_tables(published_tables(), tmp_path)

    assert not list((tmp_path / ".staging").iterdir())
    assert publish.list_versions(tmp_path) == []


def test_files_are_on_disk_before_anything_names_them(publish_tables, published_tables, tmp_path, monkeypatch):
    steps = []
    sync, rename, replace = os.fsync, Path.rename, Path.replace

    def synced(descriptor):
        steps.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", lambda path, to: steps.append(("rename", Path(to).name)) or rename(path, to))
    monkeypatch.setattr(Path, "replace", lambda path, to: steps.append(("rename", Path(to).name)) or replace(path, to))

    publish_tables(published_tables(), tmp_path)

    shown, named = steps.index(("rename", "v0001")), steps.index(("rename", "latest.json"))
    before = {name for what, name in steps[:shown] if what == "sync"}
    assert {*DATA_FILES, "manifest.json", "report.html", "r1"} <= before
    assert ("sync", "versions") in steps[shown:named]
    assert ("sync", "latest.json.part") in steps[shown:named]
    assert steps[named + 1 :] == [("sync", tmp_path.name)]


# ------------------------------------------------------------------ card and Croissant


def test_the_card_opens_as_a_hugging_face_data_set(publish_tables, published_tables, tmp_path):
    yaml = pytest.importorskip("yaml")
    tables = published_tables([{"name": "a", "text": "Det regner.", "language": "no"}])
    publish_tables(tables, tmp_path)

    card = (tmp_path / "versions" / "v0001" / "README.md").read_text()

    front = yaml.safe_load(card.split("---\n")[1])
    assert front["language"] == ["no"]
    assert {config["config_name"] for config in front["configs"]} == set(PUBLISHED)
    assert [config["config_name"] for config in front["configs"] if config.get("default")] == ["articles"]
    assert front["configs"][0]["data_files"] == [{"split": "train", "path": "articles.parquet"}]


def test_the_card_tells_what_changed(publish_tables, published_tables, letters, tmp_path):
    publish_tables(published_tables(letters("a")), tmp_path)
    rows = [{"id": f"art_{at}", "title": "A *bold* <move>", "cause": "input"} for at in range(25)]
    changes = {"counts": {"new": 25}, "kinds": {"new": 25, "gone": 0}, "lists": {"new": rows, "gone": []}}
    publish_tables(published_tables(), tmp_path, "r2", changes=changes)

    card = (tmp_path / "versions" / "v0002" / "README.md").read_text()

    assert "## Changes since v0001" in card
    assert r"`art_0` A \*bold\* \<move\> (input)" in card
    assert "… and 5 more" in card


@pytest.mark.filterwarnings("ignore")
def test_croissant_is_valid_and_loads(publish_tables, published_tables, tmp_path):
    mlcroissant = pytest.importorskip("mlcroissant")
    publish_tables(published_tables(), tmp_path)

    described = mlcroissant.Dataset(jsonld=str(tmp_path / "versions" / "v0001" / "croissant.json"))

    assert not described.metadata.issues.errors
    assert {record_set.name for record_set in described.metadata.record_sets} == set(PUBLISHED)
    row = next(iter(described.records("relations")))
    assert row["relations/relation"] == b"same_story"


# ------------------------------------------------------------------ verify


@pytest.mark.parametrize("name", [*DATA_FILES, "manifest.json", "report.html", "README.md", "croissant.json"])
def test_a_changed_byte_is_found_and_its_file_named(publish_tables, published_tables, tmp_path, name):
    publish_tables(published_tables(), tmp_path)
    path = tmp_path / "versions" / "v0001" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    faults = publish.verify(tmp_path)

    assert faults and faults[0].file == f"versions/v0001/{name}"


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"files": []}', b'{"files": {"a": 1}}', b'{"files": {"a": {"sha256": "x", "bytes": "many"}}}'],
)
def test_a_manifest_that_is_none_is_told_as_damage(publish_tables, published_tables, tmp_path, content):
    publish_tables(published_tables(), tmp_path)
    (tmp_path / "versions" / "v0001" / "manifest.json").write_bytes(content)

    assert [info.state for info in publish.list_versions(tmp_path)] == ["damaged"]
    assert publish.verify(tmp_path)[0].file == "versions/v0001/manifest.json"
    assert publish.recover(tmp_path).dataset is None
    with pytest.raises(Damaged, match="open another version"):
        publish.open_dataset(tmp_path)


def test_missing_and_strange_files_are_found(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)
    folder = tmp_path / "versions" / "v0001"
    (folder / "dates.parquet").unlink()
    (folder / "notes.txt").write_text("mine")

    faults = {fault.file: fault.message for fault in publish.verify(tmp_path, "v0001")}

    assert faults == {
        "versions/v0001/dates.parquet": "is missing",
        "versions/v0001/notes.txt": "is not in the manifest",
    }


def test_tables_that_break_the_contract_do_not_verify(publish_tables, published_tables, tmp_path):
    tables = published_tables()
    publish_tables({**tables, "removals": tables["removals"].slice(1)}, tmp_path)

    assert "rebuild the raw text" in str(publish.verify(tmp_path)[0])


def test_an_unknown_version_is_named(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)

    with pytest.raises(ConfigError, match=r"no version v0007; there are v0001"):
        publish.verify(tmp_path, "v0007")


# ------------------------------------------------------------------ recovery


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"version": 3}', b'{"version": "v1", "manifest_sha256": "x"}'])
def test_latest_json_is_written_anew_when_it_is_gone_or_damaged(
    publish_tables, published_tables, letters, tmp_path, content
):
    publish_tables(published_tables(letters("a")), tmp_path)
    publish_tables(published_tables(letters("ab")), tmp_path, "r2")
    path = tmp_path / "latest.json"
    path.unlink() if content is None else path.write_bytes(content)

    listed = [info.version for info in publish.list_versions(tmp_path)]
    opened = publish.open_dataset(tmp_path).version
    found = publish.recover(tmp_path)

    assert (listed, opened, found.dataset.version) == (["v0001", "v0002"], "v0002", "v0002")
    assert "latest.json was" in found.warnings[0]
    assert versions.read_latest(Disk(tmp_path)).version == "v0002"
    assert publish.verify(tmp_path) == []


@pytest.mark.parametrize("name", ["articles.parquet", "manifest.json"])
def test_a_version_edited_by_hand_is_not_built_on(publish_tables, published_tables, letters, tmp_path, name):
    publish_tables(published_tables(letters("a")), tmp_path)
    publish_tables(published_tables(letters("ab")), tmp_path, "r2")
    path = tmp_path / "versions" / "v0002" / name
    path.write_bytes(path.read_bytes() + b" ")

    found = publish.recover(tmp_path)
    again = publish_tables(published_tables(letters("a")), tmp_path, "r3")

    assert found.dataset.version == "v0001"
    assert name in found.warnings[0]
    assert again == "v0003", "the same tables as v0001, and yet published: readers must get away from v0002"
    assert publish.open_dataset(tmp_path).manifest["parent"] == "v0001"


def test_a_number_is_not_used_again_when_its_version_was_lost(publish_tables, published_tables, letters, tmp_path):
    publish_tables(published_tables(letters("a")), tmp_path)
    publish_tables(published_tables(letters("ab")), tmp_path, "r2")
    shutil.rmtree(tmp_path / "versions" / "v0002")

    found = publish.recover(tmp_path)

    assert found.dataset.version == "v0001"
    assert publish_tables(published_tables(letters("abc")), tmp_path, "r3") == "v0003"


def test_a_newer_contract_is_left_alone(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)
    path = tmp_path / "versions" / "v0001" / "manifest.json"
    path.write_text(path.read_text().replace('"contract_version": "1.0"', '"contract_version": "2.0"'))
    (tmp_path / ".staging" / "left").mkdir()

    with pytest.raises(ConfigError, match=r"contract 2\.0, this copydesk knows 1\.0"):
        publish.recover(tmp_path)
    with pytest.raises(ConfigError, match="upgrade"):
        publish.open_dataset(tmp_path)
    assert (tmp_path / ".staging" / "left").exists()


# ------------------------------------------------------------------ the lock


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
