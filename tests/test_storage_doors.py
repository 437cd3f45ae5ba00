"""What a data set may rely on wherever it lies: one contract, asked of a folder and of an object store."""

import pytest

from tasks.storage import open_storage

MANIFEST = "manifest.json"


@pytest.fixture(params=["disk", "objects"])
def storage(request, tmp_path):
    if request.param == "disk":
        return open_storage(tmp_path / "data")
    return open_storage(f"{request.getfixturevalue('bucket')}/a/b", tmp_path / "cache")


@pytest.fixture
def staged(tmp_path):
    """Makes a finished folder on this machine, as a version is before it is published."""

    def make(name, data=b"x"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "data").write_bytes(data)
        (folder / MANIFEST).write_bytes(b"{}")
        return folder

    return make


def test_a_file_is_what_was_written_last(storage):
    storage.write("a/b.json", b"one")
    storage.write("a/b.json", b"two!")

    assert storage.read("a/b.json") == b"two!"
    assert b"".join(storage.chunks("a/b.json")) == b"two!"
    assert storage.names("a") == ["b.json"]
    assert storage.sizes("a") == {"b.json": 4}


def test_what_is_not_there_is_told_apart_from_what_is_empty(storage):
    storage.write("empty", b"")

    assert storage.read("empty") == b""
    assert storage.read("none") is None
    assert storage.names("none") == [] and storage.sizes("none") == {}
    with pytest.raises(FileNotFoundError):
        list(storage.chunks("none"))


def test_it_can_be_opened_again_from_its_root(storage):
    storage.write("latest.json", b"{}")

    assert open_storage(storage.root).read("latest.json") == b"{}"
    assert "latest.json" in str(storage.place("latest.json"))


def test_a_folder_appears_whole_under_a_free_name_only(storage, staged):
    first, second = staged("first", b"first"), staged("second", b"second")

    assert storage.claim("versions/v0001")
    storage.adopt(first, "versions/v0001")
    with pytest.raises(FileExistsError):
        open_storage(storage.root).adopt(second, "versions/v0001")

    assert storage.names("versions") == ["v0001"]
    assert storage.read("versions/v0001/data") == b"first"
    assert not first.exists() and (second / "data").read_bytes() == b"second"
    assert not open_storage(storage.root).claim("versions/v0001")


def test_a_folder_is_exchanged_for_another_however_often_that_is_asked(storage, staged):
    storage.adopt(staged("before", b"before"), "versions/v0001")
    storage.adopt(staged("after", b"after"), "versions/.v0001.new")

    for _ in range(2):
        storage.exchange("versions/.v0001.new", "versions/v0001", "versions/.v0001.old")

    assert storage.read("versions/v0001/data") == b"after"


def test_what_is_removed_is_gone_and_its_name_is_free(storage, staged):
    storage.write("runs/one.json", b"{}")
    storage.adopt(staged("first"), "versions/v0001")

    storage.remove("runs/one.json")
    storage.remove("versions/v0001")
    storage.remove("runs/never.json")

    assert storage.read("runs/one.json") is None and storage.names("versions") == []
    storage.adopt(staged("second", b"second"), "versions/v0001")
    assert storage.read("versions/v0001/data") == b"second"


def test_a_sweep_leaves_what_is_whole(storage, staged):
    storage.adopt(staged("first"), "versions/v0001")

    storage.sweep("versions")

    assert storage.names("versions") == ["v0001"]
    assert storage.read("versions/v0001/data") == b"x"


def test_a_lock_says_what_its_last_holder_said(storage):
    guard = storage.guard(".lock")
    guard.put("first")
    guard.close("done")

    again = open_storage(storage.root).guard(".lock")
    assert (guard.before, again.before) == ("", "done")
    again.close()
    assert storage.read(".lock") == b"done"
