"""What may land in raw/: every kind gets its status and reason, its neighbours are read, and time stays bounded."""

import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tasks import schema
from tasks.ingest import IngestSettings, extract_batch, read_batches, read_records, sources

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("hostile_files", HERE / "hostile_files.py")
hostile_files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(hostile_files)
KINDS = hostile_files.KINDS

SECONDS = 10  # of CPU time a kind; the slowest takes about one on an idle machine
NEIGHBOURS = {"0 before.txt": None, "zz after.txt": None}


def write(folder: Path, kind: str) -> dict:
    """One kind among decent neighbours; what must come out."""
    folder.mkdir()
    for n, name in enumerate(NEIGHBOURS):
        (folder / name).write_text(hostile_files.good(8 + n))
    return KINDS[kind](folder) | NEIGHBOURS


def outcomes(folder: Path) -> dict:
    """{path or (path, row): reason} after ingest and extraction."""
    records = read_records(folder)
    for row in records.select(["reason", "detail"]).to_pylist():
        assert (row["reason"] is None) == (row["detail"] is None)
        assert row["detail"] is None or (len(row["detail"]) > 8 and not row["detail"].startswith("unexpected"))
    assert len(records["document_id"].unique()) == records.num_rows
    pages = extract_batch(records)
    reasons = [a or b for a, b in zip(records["reason"].to_pylist(), pages["reason"].to_pylist(), strict=True)]
    for reason, content in zip(reasons, pages["raw_text"].to_pylist(), strict=True):
        assert reason in (None, *schema.REASONS)
        assert content or reason
    places = zip(records["source_path"].to_pylist(), records["source_row"].to_pylist(), strict=True)
    return {path if row is None else (path, row): reason for (path, row), reason in zip(places, reasons, strict=True)}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_gets_its_reason_and_spares_its_neighbours(kind, tmp_path):
    folder = tmp_path / "raw"
    wanted = write(folder, kind)
    start = time.process_time()

    found = outcomes(folder)

    if kind == "truncated_gzip":  # how many rows come out before the break is zlib's affair
        found = {key: reason for key, reason in found.items() if reason or key in wanted}
        breaks = [key for key, reason in found.items() if isinstance(key, tuple) and reason == "malformed"]
        assert len(breaks) == 1
        found["a.jsonl.gz"] = found.pop(breaks[0])
    assert found == wanted
    assert time.process_time() - start < SECONDS


def test_there_are_forty_kinds_and_more():
    assert len(KINDS) >= 40


def test_a_lone_surrogate_and_a_nul_become_replacement_characters(tmp_path):
    folder = tmp_path / "raw"
    write(folder, "lone_surrogate_in_json")
    KINDS["nul_bytes"](folder)

    records = read_records(folder).to_pylist()

    assert [row["title"] for row in records if row["source_row"] == 1] == ["\ufffd"]
    assert {row["content"].count("\ufffd") for row in records if row["source_path"] == "a.txt"} == {1}
    assert {row["content"][-1] for row in records if row["source_row"] == 1} == {"\ufffd"}


def test_a_sidecar_that_cannot_be_read_flags_its_document(tmp_path):
    write(tmp_path / "raw", "broken_sidecar")

    flags = {row["source_path"]: row["flags"] for row in read_records(tmp_path / "raw").to_pylist()}

    assert flags == {name: [] if name in NEIGHBOURS else ["sidecar_malformed"] for name in flags}


def test_a_file_that_cannot_be_opened_is_unreadable(tmp_path, monkeypatch):
    for n in range(3):
        (tmp_path / f"{n}.txt").write_text(hostile_files.good(n))
    real = os.open

    def refuse(place, *args, **kwargs):
        if os.fsdecode(place).endswith("1.txt"):
            raise PermissionError(13, "Permission denied", place)
        return real(place, *args, **kwargs)

    monkeypatch.setattr(os, "open", refuse)

    assert outcomes(tmp_path) == {"0.txt": None, "1.txt": "unreadable", "2.txt": None}


def test_a_folder_that_cannot_be_listed_is_a_row(tmp_path, monkeypatch):
    (tmp_path / "shut").mkdir()
    (tmp_path / "open.txt").write_text(hostile_files.good())
    real = os.scandir

    def refuse(place):
        if os.fsdecode(place).endswith("shut"):
            raise PermissionError(13, "Permission denied", place)
        return real(place)

    monkeypatch.setattr(os, "scandir", refuse)

    assert outcomes(tmp_path) == {"open.txt": None, "shut": "unreadable"}


def test_a_file_that_vanishes_is_unreadable(tmp_path):
    for n in range(3):
        (tmp_path / f"{n}.jsonl").write_text(json.dumps({"text": hostile_files.good(n)}))
    reading = read_batches(tmp_path, IngestSettings(batch_rows=1))
    rows = next(reading).to_pylist()
    (tmp_path / "1.jsonl").unlink()
    rows += [row for batch in reading for row in batch.to_pylist()]

    assert [(row["source_path"], row["reason"]) for row in rows] == [
        ("0.jsonl", None), ("1.jsonl", "unreadable"), ("2.jsonl", None),
    ]  # fmt: skip


def test_a_file_that_is_written_to_while_it_is_read_says_so(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(
        json.dumps({"text": hostile_files.good(1)}) + "\n" + json.dumps({"text": hostile_files.good(2)}) + "\n"
    )
    reading = read_batches(tmp_path, IngestSettings(batch_rows=1))
    next(reading)
    with path.open("a") as out:
        out.write(json.dumps({"text": hostile_files.good(3)}) + "\n")

    last = [row for batch in reading for row in batch.to_pylist()][-1]

    assert (last["reason"], last["detail"]) == ("unreadable", "the file changed while it was read")


def test_a_file_of_one_document_that_changes_once_is_read_again(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text(hostile_files.good(1))
    real, calls = sources._open_file, []

    def change_after_opening(place):
        stream = real(place)
        calls.append(place)
        if len(calls) == 1:
            path.write_text(hostile_files.good(2) + "More.")
        return stream

    monkeypatch.setattr(sources, "_open_file", change_after_opening)

    row = read_records(tmp_path).to_pylist()[0]

    assert (row["content"], row["reason"], len(calls)) == (hostile_files.good(2) + "More.", None, 2)


def test_ten_thousand_tiny_files_are_read_in_seconds(tmp_path):
    for n in range(10_000):
        (tmp_path / f"{n:05}.txt").write_text(f"Note {n}")
    start = time.process_time()

    records = read_records(tmp_path)

    assert records.num_rows == 10_000
    assert time.process_time() - start < SECONDS


def test_a_whole_run_over_every_kind_ends_well_within_two_gigabytes(tmp_path):
    """Exit 0, the decent ones published, the bad ones rejected with their reasons, no traceback on stderr."""
    raw = tmp_path / "raw"
    raw.mkdir()
    wanted = {}
    heavy = {"line_of_64_mb", "gzip_bomb", "zstd_bomb", "zip_bomb"}  # for all three, once is enough: see above
    for kind in sorted(set(KINDS) - heavy | {"line_of_64_mb"}):
        (raw / kind).mkdir()
        wanted |= {(kind, key): reason for key, reason in KINDS[kind](raw / kind).items() if kind != "truncated_gzip"}
    (raw / "decent.txt").write_text(hostile_files.good(9))

    done = subprocess.run(
        [sys.executable, "-m", "flows", "run", "--direct", "--raw", raw, "--curated", tmp_path / "curated", "--json"],
        capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-2_000:]
    assert "Traceback" not in done.stderr
    version = json.loads(done.stdout)["version"]
    documents = pq.read_table(tmp_path / "curated" / "versions" / version / "documents.parquet")
    status = {
        (path, row): (status, reason)
        for path, row, status, reason in zip(
            *(documents[name].to_pylist() for name in ("source_path", "source_row", "status", "reason")), strict=True
        )
    }
    assert status["decent.txt", None][0] in ("article", "duplicate")
    for (kind, key), reason in wanted.items():
        path, row = key if isinstance(key, tuple) else (key, None)
        found = status[f"{kind}/{path}", row]
        fine = found == ("rejected", reason) if reason else found[0] != "rejected" or found[1] == "too_short"
        assert fine, (kind, key, found)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2 * 1024 * 1024  # KiB
