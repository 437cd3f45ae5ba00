"""Raw files in an object store: the same records as from a folder, and what may go wrong on the way."""

from __future__ import annotations

import io
import json
from urllib.request import Request, urlopen

import obstore
import pytest

from tasks.errors import ConfigError, CopydeskError
from tasks.ingest import bucket as raw_bucket
from tasks.ingest import list_raw, open_raw, read_records
from tasks.storage import Disk, objects, open_storage

RAW = {
    "site/a.txt": b"The ferry sails again on Monday, said the harbour master of the small town.",
    "site/b.jsonl.gz": None,
    "site/c.txt": b"",
    "site/a.txt.meta.json": b'{"title": "Ferry", "published": "2024-05-02"}',
    ".hidden/d.txt": b"not read",
    "site/.e.txt": b"not read",
    "README.md": b"not read",
    "z.zip": None,
    "strange.xyz": b"not known",
    "large.txt": b"A long text about the harbour and its ferry. " * 200,
}


def _raw_files():
    import gzip
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inner/b.txt", "A text in an archive, about a bridge and its engineers.")
        archive.writestr("inner/a.txt", "Another text in an archive, about a choir and its songs.")
    rows = b"".join(
        json.dumps({"id": str(n), "text": f"Row {n} about the weather."}).encode() + b"\n" for n in range(50)
    )
    return {**RAW, "site/b.jsonl.gz": gzip.compress(rows, mtime=0), "z.zip": packed.getvalue()}


@pytest.mark.parametrize("small", [1 << 20, 100])
def test_raw_files_give_the_same_records_from_a_bucket_as_from_a_folder(bucket, tmp_path, monkeypatch, small):
    monkeypatch.setattr(raw_bucket, "SMALL", small)  # with 100 bytes most are read in ranges
    store, disk = open_storage(f"{bucket}/raw"), Disk(tmp_path / "raw")
    for name, data in _raw_files().items():
        store.write(name, data)
        disk.write(name, data)

    from_bucket, from_folder = read_records(f"{bucket}/raw"), read_records(disk.root)

    assert from_bucket.equals(from_folder)
    assert from_folder.num_rows == 56


def test_what_stands_for_a_folder_is_no_raw_file(bucket, object_server):
    store = open_storage(f"{bucket}/raw")
    store.write("site/a.txt", b"A text about the harbour.")
    store.write("empty.txt", b"")
    for marker in ("", "site/", "nothing/"):
        urlopen(Request(f"{object_server}/{bucket[5:]}/raw/{marker}", method="PUT", data=b"")).close()

    assert read_records(f"{bucket}/raw")["source_path"].to_pylist() == ["empty.txt", "site/a.txt"]


@pytest.mark.parametrize("name", ["50% off.txt", "a#b?.txt", "a\\b.txt", "déjà ☃.txt", '"q" <x>.txt', "%2F.txt"])
def test_odd_names_are_read(bucket, name):
    open_storage(f"{bucket}/raw").write(name, b"A text about the harbour.")

    (row,) = read_records(f"{bucket}/raw").to_pylist()

    assert (row["source_path"], row["reason"]) == (name, None)


def test_a_name_that_cannot_be_a_path_is_told(bucket, object_server):
    urlopen(Request(f"{object_server}/{bucket[5:]}/raw/x//y.txt", method="PUT", data=b"x")).close()

    with pytest.raises(ConfigError, match=r"name that cannot be a path .*x//y\.txt"):
        read_records(f"{bucket}/raw")


def test_a_listing_changes_with_every_byte(bucket):
    store = open_storage(f"{bucket}/raw")
    store.write("a.txt", b"one")
    first = list_raw(open_raw(f"{bucket}/raw"))
    again = list_raw(open_raw(f"{bucket}/raw"))
    store.write("a.txt", b"two")

    assert first == again != list_raw(open_raw(f"{bucket}/raw"))


def test_raw_files_that_change_or_go_while_they_are_read_are_told(bucket, monkeypatch):
    monkeypatch.setattr(raw_bucket, "SMALL", 10)
    store = open_storage(f"{bucket}/raw")
    store.write("a.txt", b"x" * 100)
    store.write("b.txt", b"y" * 100)
    store.write("c.txt", b"short")
    raw = open_raw(f"{bucket}/raw")
    raw.walk()
    store.write("a.txt", b"z" * 100)
    store.remove("b.txt")
    store.remove("c.txt")

    rows = read_records(raw).to_pylist()

    assert [(row["reason"], row["detail"]) for row in rows] == [
        ("unreadable", "it cannot be read: the file changed while it was read"),
        ("unreadable", "it vanished before it was read"),
        ("unreadable", "it vanished before it was read"),
    ]


def test_a_large_raw_file_is_never_in_memory_as_a_whole(bucket, monkeypatch):
    monkeypatch.setattr(raw_bucket, "SMALL", 1000)
    monkeypatch.setattr(raw_bucket, "WINDOW", 5000)
    line = b'{"text": "A text about the harbour, its ferry and the weather of last week."}\n'
    open_storage(f"{bucket}/raw").write("large.jsonl", line * 2000)
    lengths = []
    fetch = objects.Objects.fetch_range

    def count(storage, entry, start, length):
        lengths.append(length)
        return fetch(storage, entry, start, length)

    monkeypatch.setattr(objects.Objects, "fetch_range", count)

    assert read_records(f"{bucket}/raw").num_rows == 2000
    assert max(lengths) <= 1 << 18 and sum(lengths) < 1.1 * len(line) * 2000


def test_raw_files_are_fetched_ahead_once_each(bucket, monkeypatch):
    monkeypatch.setattr(raw_bucket, "AHEAD", 4)
    store = open_storage(f"{bucket}/raw")
    for n in range(20):
        store.write(f"{n:02}.txt", f"Text {n} about the harbour.".encode())
    fetched = []
    read = objects.Objects.read
    monkeypatch.setattr(objects.Objects, "read", lambda self, name: (fetched.append(name), read(self, name))[1])

    table = read_records(f"{bucket}/raw")

    assert table.num_rows == 20 and sorted(fetched) == [f"{n:02}.txt" for n in range(20)]


def test_a_store_that_goes_away_ends_the_reading(bucket, monkeypatch):
    store = open_storage(f"{bucket}/raw")
    store.write("a.txt", b"A text about the harbour.")
    raw = open_raw(f"{bucket}/raw")
    raw.walk()

    def silent(*_args, **_more):
        raise obstore.exceptions.GenericError("Error performing GET - HTTP error: error sending request")

    monkeypatch.setattr(obstore, "get", silent)
    with pytest.raises(CopydeskError, match="does not answer"):
        read_records(raw)
