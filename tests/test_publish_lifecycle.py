"""The life of a data set after publishing: going back, holding, pruning, taking documents out."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tasks import publish
from tasks.errors import ConfigError, Damaged
from tasks.publish import lifecycle, recovery, versions
from tasks.report import rewrite_report
from tasks.schema import PUBLISHED
from tasks.storage import Disk, disk

NOON = datetime(2024, 6, 7, 12, tzinfo=UTC)


@pytest.fixture
def curated(publish_tables, published_tables, letters, tmp_path):
    """A data set with three versions."""
    for at, names in enumerate(("ab", "abc", "abcd")):
        publish_tables(published_tables(letters(names)), tmp_path, f"r{at}")
    return tmp_path


def roll_back(curated, version):
    """A rollback as the command line does it."""
    found = publish.recover(curated)
    run = publish.RunInfo("back", NOON)
    staged = publish.stage_rollback(curated, version, latest=found.dataset, run=run)
    (staged.folder / "report.html").write_text("<html></html>")
    return publish.publish_rollback(staged, version, changes={}, reason="wrong rules")


# ------------------------------------------------------------------ rollback and hold


def test_a_rollback_is_a_new_version_with_the_old_tables(curated):
    name = roll_back(curated, "v0001")

    back, old = publish.open_dataset(curated), publish.open_dataset(curated, "v0001")
    assert (name, back.version, back.manifest["parent"], back.manifest["rollback_of"]) == (
        "v0004",
        "v0004",
        "v0003",
        "v0001",
    )
    assert all(back.table(table).equals(old.table(table)) for table in PUBLISHED)
    assert back.manifest["files"]["articles.parquet"]["sha256"] == old.manifest["files"]["articles.parquet"]["sha256"]
    assert publish.verify(curated) == []
    assert [info.rollback_of for info in publish.list_versions(curated)] == [None, None, None, "v0001"]


def test_a_rollback_holds_until_it_is_released(curated):
    roll_back(curated, "v0002")

    assert publish.recover(curated).hold == {"version": "v0004", "rollback_of": "v0002", "reason": "wrong rules"}
    assert publish.release(curated) is True
    assert publish.recover(curated).hold is None
    assert publish.release(curated) is False


def test_a_hold_outlives_a_lost_latest_json(curated):
    roll_back(curated, "v0002")
    (curated / "latest.json").unlink()

    assert publish.recover(curated).hold["reason"] == "rollback to v0002"


def test_publishing_after_a_release_ends_the_rollback(curated, publish_tables, published_tables, letters):
    roll_back(curated, "v0001")
    publish.release(curated)

    assert publish_tables(published_tables(letters("abcde")), curated, "r9") == "v0005"
    assert publish.recover(curated).hold is None


def test_a_rollback_to_nothing_or_to_damage_is_refused(curated):
    latest = publish.recover(curated).dataset
    run = publish.RunInfo("back", NOON)
    (curated / "versions" / "v0001" / "dates.parquet").write_bytes(b"x")

    with pytest.raises(ConfigError, match="latest version already"):
        publish.stage_rollback(curated, "v0003", latest=latest, run=run)
    with pytest.raises(ConfigError, match="no version v0009"):
        publish.stage_rollback(curated, "v0009", latest=latest, run=run)
    with pytest.raises(Damaged, match=r"v0001/dates\.parquet"):
        publish.stage_rollback(curated, "v0001", latest=latest, run=run)


# ------------------------------------------------------------------ prune


def test_pruning_keeps_the_newest_and_never_the_number(curated, publish_tables, published_tables, letters):
    assert publish.choose_prunable(curated, 2) == ["v0001"]

    assert publish.prune(curated, 1) == ["v0001", "v0002"]

    assert [info.version for info in publish.list_versions(curated)] == ["v0003"]
    assert publish.verify(curated) == []
    assert publish_tables(published_tables(letters("e")), curated, "r9") == "v0004"


def test_pruning_needs_something_to_keep(curated):
    with pytest.raises(ConfigError, match="at least one"):
        publish.prune(curated, 0)
    (curated / "latest.json").unlink()
    with pytest.raises(ConfigError, match=r"latest\.json"):
        publish.prune(curated, 1)


# ------------------------------------------------------------------ purge

SECRET = "The name of the witness was printed here by mistake"


@pytest.fixture
def leaky(publish_tables, published_tables, letters, tmp_path):
    """Three versions: one without the document, one with it and a copy, one where its text was changed."""
    first = {"name": "leak", "text": f"{SECRET}.", "title": "A trial", "tail": f"\n\n{SECRET} too"}
    copy = {"name": "copy", "text": f"{SECRET}, again.", "copy_of": "leak"}
    pair = [{"names": ("leak", "copy"), "relation": "near"}]
    publish_tables(published_tables(letters("ab")), tmp_path, "r1")
    publish_tables(published_tables([*letters("ab"), first, copy], pair), tmp_path, "r2", with_report=True)
    publish_tables(
        published_tables([*letters("abc"), first | {"text": "Nothing now."}]), tmp_path, "r3", with_report=True
    )
    publish_tables(published_tables(letters("abcd")), tmp_path, "r4", with_report=True)
    return tmp_path


def holds(curated, words):
    """The files under versions/ in which the words stand."""
    found = []
    for path in sorted(Path(curated, "versions").rglob("*.*")):
        if path.is_file():
            text = str(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else ""
            text += gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else ""
            if words in text or words.encode() in path.read_bytes():
                found.append(path.relative_to(curated).as_posix())
    return found


def test_a_purge_leaves_no_word_in_any_version(leaky):
    ids = publish.open_dataset(leaky, "v0002").documents.set_index("source_path").document_id
    assert {name.split("/")[1] for name in holds(leaky, SECRET)} == {"v0002", "v0003"}

    rewritten = publish.purge(leaky, [ids["leak.txt"]], reason="court order", at=NOON, report=rewrite_report)

    assert rewritten == ["v0002", "v0003", "v0004"]
    assert holds(leaky, SECRET) == []
    assert publish.verify(leaky) == []
    assert all(publish.verify(leaky, name) == [] for name in rewritten)
    left = publish.open_dataset(leaky, "v0002").documents.set_index("source_path")
    assert left.loc["leak.txt", "reason"] == left.loc["copy.txt", "reason"] == "taken_down"
    note = publish.open_dataset(leaky, "v0002").manifest["purged"][0]
    assert note == {
        "at": "2024-06-07T12:00:00Z",
        "documents": sorted([ids["leak.txt"], ids["copy.txt"]]),
        "reason": "court order",
    }
    assert publish.open_dataset(leaky, "v0001").manifest.get("purged") is None


def test_purging_what_is_not_there_changes_nothing(leaky):
    assert publish.purge(leaky, ["doc_" + "0" * 16], reason="x", at=NOON, report=rewrite_report) == []


@pytest.mark.parametrize("stop", range(1, 8))
def test_a_purge_that_dies_is_finished_by_the_next_run(leaky, monkeypatch, stop):
    ids = publish.open_dataset(leaky, "v0003").documents.set_index("source_path").document_id
    steps = iter(range(1, 100))

    def dying(function):
        def step(*args, **kwargs):
            if next(steps) == stop:
                raise KeyboardInterrupt
            return function(*args, **kwargs)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(disk, "sync_folder", dying(disk.sync_folder))
        patch.setattr(versions, "write_latest", dying(versions.write_latest))
        patch.setattr(lifecycle, "finish_purge", dying(recovery.finish_purge))
        with pytest.raises(KeyboardInterrupt):
            publish.purge(leaky, [ids["a.txt"]], reason="x", at=NOON, report=rewrite_report)

    publish.recover(leaky)
    assert publish.verify(leaky) == []
    publish.purge(leaky, [ids["a.txt"]], reason="x", at=NOON, report=rewrite_report)

    assert publish.verify(leaky) == []
    assert holds(leaky, "short text about a,") == []
    assert [info.state for info in publish.list_versions(leaky)] == ["older"] * 3 + ["latest"]
    assert [name for name in Disk(leaky).names("versions") if name.startswith(".")] == []


# ------------------------------------------------------------------ the list of versions


def _lose_a_file(folder):
    (folder / "dates.parquet").unlink()


def _cut_a_file_short(folder):
    file = folder / "dates.parquet"
    file.write_bytes(file.read_bytes()[:-4])


def _spoil_the_manifest(folder):
    (folder / "manifest.json").write_text("{")


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (_lose_a_file, "dates.parquet is missing"),
        (_cut_a_file_short, "dates.parquet has"),
        (_spoil_the_manifest, ""),
    ],
)
def test_a_damaged_version_is_listed_as_damaged_with_its_fault(curated, damage, fault):
    damage(curated / "versions" / "v0002")
    damage(curated / "versions" / "v0003")

    listed = publish.list_versions(curated)

    assert [(info.state, info.is_latest) for info in listed] == [
        ("older", False),
        ("damaged", False),
        ("damaged", True),
    ]
    assert listed[1].fault and listed[1].fault.startswith(fault)
