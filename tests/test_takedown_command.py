"""Taking a document down: on the list, and out of every version."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from flows import shortcut
from flows.cli import app
from flows.config import Config, load_config
from flows.lifecycle import curate_data
from flows.request import Request
from flows.takedown import take_down
from tasks import publish
from tasks.errors import ConfigError, LockHeld
from tasks.storage import Disk
from tasks.takedowns import match_batch, read_takedowns

TEXT = "The witness, who asked not to be named, told the court on Monday that the gate had been left open all night."


@pytest.fixture
def curated(publish_tables, published_tables, letters, tmp_path):
    """Two versions; the first has a document that the second has not."""
    folder = tmp_path / "curated"
    leak = {"name": "leak", "text": TEXT, "title": "At the lock", "url": "https://gazette.example/lock"}
    publish_tables(published_tables([*letters("ab"), leak]), folder)
    publish_tables(published_tables(letters("abc")), folder, "r2")
    return folder


def test_a_takedown_is_listed_with_its_signature_and_without_its_text(curated, tmp_path):
    listed = tmp_path / "takedowns.toml"
    listed.write_text("# kept by the desk\n")

    done = take_down(Config(curated=curated, takedowns=listed), "https://gazette.example/lock", reason="wrong name")

    (entry,) = read_takedowns(listed.read_text())
    assert listed.read_text().startswith("# kept by the desk\n")
    assert entry == done.entry and entry.reason == "wrong name" and entry.document_id.startswith("doc_")
    assert "witness" not in listed.read_text()
    assert match_batch(pa.table({"text": [f"{TEXT} More."]}), signatures=[entry.signature])["taken"].to_pylist() == [0]
    assert done.rewritten == ()
    (record,) = (curated / "runs").iterdir()
    assert json.loads(record.read_text())["taken_down"] == entry.document_id
    assert "signature" not in done.as_dict()


def test_what_goes_with_a_document_is_listed_before_and_after(
    publish_tables, published_tables, letters, tmp_path, capsys
):
    leak = {"name": "leak", "text": TEXT, "title": "At the lock"}
    copy = {"name": "copy", "text": f"{TEXT} A later line.", "copy_of": "leak"}
    publish_tables(published_tables([*letters("ab"), leak, copy]), tmp_path / "curated")
    words = ["takedown", "leak.txt", "--reason", "wrong name", "--curated", str(tmp_path / "curated"), "--json"]

    assert app([*words, "--dry-run"]) == 0
    would = json.loads(capsys.readouterr().out)
    assert not (tmp_path / "curated" / "takedowns.toml").exists() and not (tmp_path / "curated" / "runs").exists()
    assert app(words) == 0
    done = json.loads(capsys.readouterr().out)

    assert would["also"] == done["also"] == ["copy.txt"]


def test_a_second_takedown_of_the_same_document_adds_nothing(curated, tmp_path):
    listed = tmp_path / "takedowns.toml"
    take_down(Config(curated=curated, takedowns=listed), "leak.txt", reason="wrong name")
    take_down(Config(curated=curated, takedowns=listed), "https://gazette.example/lock", reason="again")

    assert len(read_takedowns(listed.read_text())) == 1


def test_a_purge_takes_the_document_out_of_old_versions_and_the_cache(curated, tmp_path):
    step = curated / ".cache" / "strip-0123456789abcdef"
    step.mkdir(parents=True)
    (step / f"{'0a' * 16}.arrow").write_bytes(b"texts")

    done = take_down(
        Config(curated=curated, takedowns=tmp_path / "t.toml"), "leak.txt", reason="court order", purge=True
    )

    assert done.rewritten == ("v0001", "v0002")
    assert list((curated / ".cache").iterdir()) == []
    assert publish.verify(curated, "v0001") == [] == publish.verify(curated)
    rows = publish.open_dataset(curated, "v0001").documents.set_index("source_path")
    assert rows.loc["leak.txt", "reason"] == "taken_down"


def test_a_purge_leaves_alone_what_others_keep_in_the_folder_named_as_cache(curated, tmp_path):
    cache = tmp_path / "home"
    ours = ["scan-0123456789abcdef/" + "0a" * 16 + ".arrow", "scan-0123456789abcdef/71.part"]
    theirs = [
        "letter.txt",
        "mail/inbox",
        "strip-0123456789abcdef0/" + "0a" * 16 + ".arrow",
        "strip-0123456789abcdef/notes.txt",
        "part-fedcba9876543210",
    ]
    for name in [*ours, *theirs]:
        (cache / name).parent.mkdir(parents=True, exist_ok=True)
        (cache / name).write_text("x")
    (cache / shortcut.FILE).write_text('{"key": "k", "counts": {}}')
    config = Config(curated=curated, takedowns=tmp_path / "t.toml", cache=cache)

    take_down(config, "leak.txt", reason="court order", purge=True)

    assert sorted(str(p.relative_to(cache)) for p in cache.rglob("*") if p.is_file()) == sorted(theirs)
    assert not (cache / "scan-0123456789abcdef").exists()


@pytest.mark.parametrize("content", ["[1]", "no json", '{"films": ["one"]}'])
def test_a_purge_leaves_a_list_of_the_same_name_that_is_not_ours(curated, tmp_path, content):
    (tmp_path / shortcut.FILE).write_text(content)
    config = Config(curated=curated, takedowns=tmp_path / "t.toml", cache=tmp_path)

    take_down(config, "leak.txt", reason="court order", purge=True)

    assert (tmp_path / shortcut.FILE).read_text() == content


def test_the_command_empties_the_cache_it_is_told(curated, tmp_path):
    segment = tmp_path / "kept" / "scan-0123456789abcdef" / f"{'0a' * 16}.arrow"
    segment.parent.mkdir(parents=True)
    segment.write_bytes(b"texts")
    words = ["takedown", "leak.txt", "--reason", "court order", "--purge", "--curated", str(curated)]

    assert app([*words, "--cache", str(tmp_path / "kept")]) == 0
    assert not segment.exists()


def test_a_purged_document_is_in_no_version_any_more(curated, tmp_path):
    take_down(Config(curated=curated, takedowns=tmp_path / "t.toml"), "leak.txt", reason="court order", purge=True)

    with pytest.raises(ConfigError, match="in no version"):
        take_down(Config(curated=curated, takedowns=tmp_path / "other.toml"), "leak.txt", reason="court order")


def test_a_url_that_no_version_has_can_be_kept_out(curated, tmp_path):
    done = take_down(
        Config(curated=curated, takedowns=tmp_path / "t.toml"), "https://gazette.example/new", reason="embargo"
    )

    assert (done.entry.url, done.entry.document_id, done.entry.signature) == ("https://gazette.example/new", None, ())


@pytest.mark.parametrize("name, reason", [("leak.txt", " "), ("nothing.txt", "x")])
def test_a_wrong_takedown_touches_nothing(curated, tmp_path, name, reason):
    with pytest.raises(ConfigError):
        take_down(Config(curated=curated, takedowns=tmp_path / "t.toml"), name, reason=reason)

    assert not (tmp_path / "t.toml").exists()


def test_nothing_is_done_while_a_run_is_on(curated):
    lock = publish.hold_lock(Disk(curated), run="r", host="h", pid=1, clock=lambda: datetime.now(UTC))

    with lock, pytest.raises(LockHeld):
        take_down(Config(curated=curated, takedowns=curated / "t.toml"), "leak.txt", reason="x")


def test_a_document_that_was_taken_down_stays_out_with_its_copies(tmp_path):
    raw, settings = tmp_path / "raw", tmp_path / "copydesk.toml"
    raw.mkdir()
    other = (
        "The ferry sails again on Monday, after thirty days in dry dock and a bill that made the council blink twice."
    )
    (raw / "leak.txt").write_text(TEXT)
    (raw / "ferry.txt").write_text(other)
    settings.write_text(
        f'raw = "{raw}"\ncurated = "{tmp_path / "curated"}"\ntakedowns = "{tmp_path / "t.toml"}"\nworkers = 1\n'
    )
    config = load_config(settings)
    curate_data(config, Request())

    take_down(config, "leak.txt", reason="wrong name")
    (raw / "reprint.txt").write_text(f"{TEXT} This is a reprint.")
    curate_data(load_config(settings), Request())

    documents = publish.open_dataset(config.curated).documents.set_index("source_path")
    assert documents.status.to_dict() == {"leak.txt": "rejected", "reprint.txt": "rejected", "ferry.txt": "article"}
    assert documents.reason["leak.txt"] == documents.reason["reprint.txt"] == "taken_down"
    assert documents.detail["leak.txt"].endswith("wrong name")
    assert "witness" not in publish.open_dataset(config.curated).removals.to_json()
    assert publish.verify(config.curated) == []
