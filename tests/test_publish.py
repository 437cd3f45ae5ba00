"""Publishing: readers see the old version or the new one, whole, whatever happens to a run."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks import publish
from tasks.errors import ConfigError, CopydeskError, Damaged
from tasks.publish import versions
from tasks.publish.staging import DATA_FILES
from tasks.schema import CONTRACT_VERSION, PUBLISHED
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
    assert manifest["contract_version"] == CONTRACT_VERSION
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


# ------------------------------------------------------------------ disk


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
    path.write_text(path.read_text().replace('"contract_version": "1.', '"contract_version": "2.'))
    (tmp_path / ".staging" / "left").mkdir()

    with pytest.raises(ConfigError, match=r"contract 2\.\d, this copydesk knows 1\."):
        publish.recover(tmp_path)
    with pytest.raises(ConfigError, match="upgrade"):
        publish.open_dataset(tmp_path)
    assert (tmp_path / ".staging" / "left").exists()
