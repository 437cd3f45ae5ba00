"""What readers may rely on when a data set is written: the old state or the new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.errors import ConfigError
from tasks.storage import Disk, open_storage


def test_a_file_is_read_as_it_was_written(tmp_path):
    storage = Disk(tmp_path)

    storage.write("a/b.json", b"one")
    storage.write("a/b.json", b"two")

    assert storage.read("a/b.json") == b"two"
    assert storage.names("a") == ["b.json"]


def test_what_is_not_there_is_none(tmp_path):
    storage = Disk(tmp_path)

    assert storage.read("latest.json") is None
    assert storage.names("versions") == []


def test_a_write_that_dies_leaves_the_old_file(tmp_path, monkeypatch):
    storage = Disk(tmp_path)
    storage.write("latest.json", b"old")

    def power_cut(*_):
        raise OSError("no power")

    monkeypatch.setattr(Path, "replace", power_cut)
    with pytest.raises(OSError, match="no power"):
        storage.write("latest.json", b"new")

    assert storage.read("latest.json") == b"old"


def test_a_folder_is_adopted_whole_and_only_once(tmp_path):
    storage = Disk(tmp_path)
    for text in ("first", "second"):
        (tmp_path / text).mkdir()
        (tmp_path / text / "data").write_text(text)

    storage.adopt(tmp_path / "first", "versions/v0001")
    with pytest.raises(FileExistsError):
        storage.adopt(tmp_path / "second", "versions/v0001")

    assert storage.read("versions/v0001/data") == b"first"
    assert (tmp_path / "second" / "data").read_text() == "second"


def test_a_folder_is_removed_with_all_that_is_in_it(tmp_path):
    storage = Disk(tmp_path)
    storage.write("versions/v0001/data", b"x")

    storage.remove("versions/v0001")

    assert storage.names("versions") == []


def test_a_place_that_cannot_be_a_data_set_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(ConfigError, match="is a file"):
        open_storage(tmp_path / "file")
    with pytest.raises(ConfigError, match=r"only folders on this machine and s3://"):
        open_storage("ftp://example.org/curated")
