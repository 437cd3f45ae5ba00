"""What writers and readers may rely on in an object store: the doors of a folder, by conditional writes."""

from __future__ import annotations

import obstore
import pytest
from obstore import exceptions

from tasks.errors import ConfigError, CopydeskError
from tasks.storage import lies_in, locate, open_storage
from tasks.storage.objects import CLAIM, SEAL, Overtaken


@pytest.fixture
def storage(bucket):
    return open_storage(f"{bucket}/a/b")


@pytest.fixture
def other(storage):
    """The same place, as another process opens it."""
    return open_storage(storage.bucket)


def folder_with(path, **files):
    path.mkdir()
    for name, text in files.items():
        (path / name.replace("_", ".")).write_text(text)
    return path


# ------------------------------------------------------------------ the doors


def test_an_object_is_read_as_it_was_written(storage):
    storage.write("a/b.json", b"one")
    storage.write("a/b.json", b"two")

    assert storage.read("a/b.json") == b"two"
    assert storage.names("a") == ["b.json"] and storage.sizes("a") == {"b.json": 3}
    assert b"".join(storage.chunks("a/b.json")) == b"two"
    assert storage.read("latest.json") is None and storage.names("versions") == []
    assert str(storage.place("a/b.json")) == f"{storage.bucket}/a/b.json"


def test_a_watched_object_is_not_written_over_another_writer(storage, other):
    for name, before in (("new.json", None), ("old.json", b"old")):
        if before:
            storage.write(name, before)
        storage.watch(name)
        other.write(name, b"theirs")

        with pytest.raises(Overtaken, match="another run has written it meanwhile"):
            storage.write(name, b"ours")
        assert storage.read(name) == b"theirs"


def test_a_watched_object_may_be_written_again_and_again(storage):
    storage.watch("latest.json")

    storage.write("latest.json", b"one")
    storage.write("latest.json", b"two")

    assert storage.read("latest.json") == b"two"


def test_a_write_whose_answer_was_lost_counts_as_done(storage, monkeypatch):
    storage.watch("latest.json")
    put = obstore.put

    def lose_the_answer(*args, **more):
        put(*args, **more)
        return put(*args, **more)  # the client tries again, and meets its own first try

    monkeypatch.setattr(obstore, "put", lose_the_answer)
    storage.write("latest.json", b"one")
    storage.write("latest.json", b"two")

    assert storage.read("latest.json") == b"two"


def test_a_lock_survives_a_heartbeat_whose_answer_was_lost(storage, other, monkeypatch):
    guard = storage.guard(".lock")
    guard.put("beat 1")
    put = obstore.put

    def lose_the_answer(*args, **more):
        put(*args, **more)
        raise exceptions.GenericError("the connection broke")

    monkeypatch.setattr(obstore, "put", lose_the_answer)
    with pytest.raises(CopydeskError):
        guard.put("beat 2")
    monkeypatch.undo()
    guard.put("beat 3")

    assert other.read(".lock") == b"beat 3"
    other.write(".lock", b"somebody else")
    with pytest.raises(Overtaken):
        guard.put("beat 4")


def test_a_name_that_was_taken_away_can_be_claimed_again(storage, tmp_path):
    for content in ("{}", "{ }"):
        storage.adopt(folder_with(tmp_path / content, manifest_json=content), "versions/.v0001.purged")
        storage.remove("versions/.v0001.purged")

    assert storage.names("versions") == []


def test_a_folder_is_there_when_its_manifest_is(storage, tmp_path, monkeypatch):
    folder = folder_with(tmp_path / "staged", data="x" * 10, manifest_json="{}")
    seen = []
    put = obstore.put

    def look_first(*args, **more):
        seen.append((args[1], storage.names("versions")))
        return put(*args, **more)

    monkeypatch.setattr(obstore, "put", look_first)
    storage.adopt(folder, "versions/v0001")

    assert [name.rpartition("/")[2] for name, _ in seen] == [CLAIM, "data", CLAIM, SEAL]
    assert all(names == [] for _, names in seen)
    assert storage.names("versions") == ["v0001"]
    assert storage.names("versions/v0001") == ["data", SEAL]
    assert not folder.exists()


def test_a_name_is_claimed_once(storage, other, tmp_path):
    assert storage.claim("versions/v0001") and storage.claim("versions/v0001")
    assert not other.claim("versions/v0001")

    with pytest.raises(FileExistsError):
        other.adopt(folder_with(tmp_path / "second", manifest_json="{}"), "versions/v0001")
    storage.adopt(folder_with(tmp_path / "first", manifest_json="{ }"), "versions/v0001")

    assert storage.read("versions/v0001/manifest.json") == b"{ }"


def test_a_writer_that_was_taken_for_dead_cannot_finish_its_folder(storage, other, tmp_path):
    storage.claim("versions/v0001")
    storage.write("versions/v0001/data", b"half")

    other.sweep("versions")
    assert not other.claim("versions/v0001")
    with pytest.raises(Overtaken):
        storage.adopt(folder_with(tmp_path / "late", data="x", manifest_json="{}"), "versions/v0001")

    assert storage.names("versions") == []
    other.sweep("versions")
    assert other.sizes("versions/v0001") == {SEAL: 0}


def test_a_folder_that_is_whole_is_not_swept(storage, other, tmp_path):
    storage.adopt(folder_with(tmp_path / "whole", data="x", manifest_json="{}"), "versions/v0001")

    other.sweep("versions")

    assert other.names("versions/v0001") == ["data", SEAL]


def test_an_object_written_by_hand_is_not_as_uploaded(storage, other, tmp_path):
    storage.adopt(folder_with(tmp_path / "whole", data="x", more="y", manifest_json="{}"), "versions/v0001")
    assert storage.as_uploaded("versions/v0001") == {"data", "more"}

    other.write("versions/v0001/data", b"z")
    assert storage.as_uploaded("versions/v0001") == {"more"}
    other.write(f"versions/v0001/{CLAIM}", b"nonsense")
    assert storage.as_uploaded("versions/v0001") == set()


def test_a_removed_folder_goes_manifest_first_and_claim_last(storage, tmp_path, monkeypatch):
    storage.adopt(folder_with(tmp_path / "whole", data="x", manifest_json="{}"), "versions/v0001")
    gone = []
    delete = obstore.delete
    monkeypatch.setattr(obstore, "delete", lambda client, names: (gone.extend(names), delete(client, names)))

    storage.remove("versions/v0001")

    assert [name.rpartition("/")[2] for name in gone] == [SEAL, "data", CLAIM]
    assert storage.list_all() == []


def test_an_upload_that_is_not_kept_whole_is_not_published(storage, tmp_path, monkeypatch):
    put = obstore.put

    def cut(client, name, data, **more):
        return put(client, name, b"" if name.endswith("data") else data, **more)

    monkeypatch.setattr(obstore, "put", cut)

    with pytest.raises(CopydeskError, match="did not keep it whole"):
        storage.adopt(folder_with(tmp_path / "cut", data="x", manifest_json="{}"), "versions/v0001")
    assert storage.names("versions") == []


def test_a_lock_goes_to_one_of_two(storage, other):
    mine, theirs = storage.guard(".lock"), other.guard(".lock")

    mine.put("mine")
    with pytest.raises(Overtaken):
        theirs.put("theirs")
    mine.put("mine, later")
    mine.close("")

    assert storage.read(".lock") == b""
    theirs.close("never held")
    assert storage.read(".lock") == b""


@pytest.mark.parametrize("ignored", ["create", "update"])
def test_a_store_that_ignores_conditions_is_refused(storage, monkeypatch, ignored):
    put = obstore.put

    def careless(*args, mode=None, **more):
        kind = "create" if mode == "create" else "update"
        return put(*args, mode=None if kind == ignored else mode, **more)

    monkeypatch.setattr(obstore, "put", careless)

    with pytest.raises(ConfigError, match="ignores conditional writes"):
        storage.guard(".lock").put("mine")


# ------------------------------------------------------------------ places


@pytest.mark.parametrize("text", ["s3://", "s3://-x/a", "s3://news/a//b", "s3://news/../b", "gs://news/a"])
def test_what_is_no_place_is_refused(text):
    with pytest.raises(ConfigError):
        locate(text)


def test_a_place_may_lie_in_another():
    assert lies_in(locate("s3://news/raw"), locate("s3://news"))
    assert not lies_in(locate("s3://news/raw2"), locate("s3://news/raw"))
    assert not lies_in(locate("s3://news2/raw"), locate("s3://news"))
