"""Ingest: formats, fields, identity, order, limits, any bytes. What is hostile is in tests/hostile/."""

import csv
import dataclasses
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import schema
from tasks.ingest import IngestSettings, mark_shared, read_batches, read_records
from tasks.ingest.fields import media_of
from tasks.ingest.formats import READERS
from tasks.ingest.settings import FIELDS

TEXT = "The mill by the quay turned again on Monday.\n\nNobody had oiled it since the flood, the miller said."


def rows_of(folder, **limits):
    return read_records(folder, IngestSettings(**limits)).to_pylist()


def digest(data):
    return hashlib.sha256(data).hexdigest()


# ------------------------------------------------------------------ formats


def test_a_text_file_is_one_document_as_it_is(tmp_path):
    raw = "\ufeffFirst line\r\nsecond — line\r".encode()
    (tmp_path / "wire").mkdir()
    (tmp_path / "wire" / "a.txt").write_bytes(raw)

    (row,) = rows_of(tmp_path)

    assert row["content"] == "First line\r\nsecond — line\r"
    assert raw.decode(row["encoding"]) == row["content"]
    assert (row["source_path"], row["source_row"], row["site"], row["media"]) == ("wire/a.txt", None, "wire", "text")
    assert (row["raw_sha256"], row["n_bytes"]) == (digest(raw), len(raw))


ROW = {
    "id": 7,
    "title": "The mill",
    "date": "2021-03-04",
    "url": "https://www.example.org/mill#top",
    "author": "Mara Olsen; Jon Berg",
    "source": "Harbour Press",
    "text": TEXT,
}


def write_jsonl(folder):
    (folder / "a.jsonl").write_text(f"\n{json.dumps(ROW)}\n\n{json.dumps(ROW | {'url': 'https://b.example.org/'})}")


def write_json(folder):
    (folder / "a.json").write_text(json.dumps([ROW, ROW | {"url": "https://b.example.org/"}], indent=1))


def write_wrapped_json(folder):
    rows = [ROW, ROW | {"url": "https://b.example.org/"}]
    (folder / "a.json").write_text(json.dumps({"status": "ok", "articles": rows}))


def write_objects(folder):
    (folder / "a.json").write_text(json.dumps(ROW, indent=2) + json.dumps(ROW | {"url": "https://b.example.org/"}))


def write_csv(folder):
    with (folder / "a.csv").open("w", newline="") as out:
        writer = csv.DictWriter(out, list(ROW), dialect="excel")
        writer.writeheader()
        writer.writerows([ROW, ROW | {"url": "https://b.example.org/"}])


def write_parquet(folder):
    pq.write_table(pa.Table.from_pylist([ROW, ROW | {"url": "https://b.example.org/"}]), folder / "a.parquet")


def write_gzip(folder):
    write_jsonl(folder)
    (folder / "a.jsonl.gz").write_bytes(gzip.compress((folder / "a.jsonl").read_bytes()))
    (folder / "a.jsonl").unlink()


def write_zstd(folder):
    write_json(folder)
    (folder / "a.json.zst").write_bytes(pa.compress((folder / "a.json").read_bytes(), "zstd", asbytes=True))
    (folder / "a.json").unlink()


def write_zip(folder):
    write_csv(folder)
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.write(folder / "a.csv", "in/a.csv")
    (folder / "a.csv").unlink()


def write_tar(folder):
    write_parquet(folder)
    with tarfile.open(folder / "a.tar.gz", "w:gz") as out:
        out.add(folder / "a.parquet", "in/a.parquet")
    (folder / "a.parquet").unlink()


@pytest.mark.parametrize(
    "write",
    [write_jsonl, write_json, write_wrapped_json, write_objects, write_csv, write_parquet, write_gzip, write_zstd,
     write_zip, write_tar],
)  # fmt: skip
def test_every_format_gives_the_same_documents(write, tmp_path):
    write(tmp_path)

    first, second = rows_of(tmp_path)

    assert (first["source_row"], second["source_row"]) == (0, 1)
    assert first["content"] == second["content"] == TEXT
    assert (first["title"], first["published"], first["publisher"]) == ("The mill", "2021-03-04", "Harbour Press")
    assert first["byline"] == ["Mara Olsen", "Jon Berg"]
    assert (first["url"], first["site"]) == ("https://www.example.org/mill#top", "www.example.org")
    assert first["document_id"] == "doc_" + digest(b"https://www.example.org/mill")[:16]
    assert first["raw_sha256"] != second["raw_sha256"]
    assert first["n_bytes"] > len(TEXT)


@pytest.mark.parametrize(
    "name", ["a.txt", "a.html", "a.jsonl", "a.json", "a.csv", "a.parquet", "a.txt.gz", "a.zip", "a.tar", "a.tar.gz"]
)
def test_a_file_without_bytes_is_empty_whatever_its_format(tmp_path, name):
    (tmp_path / name).touch()

    (row,) = rows_of(tmp_path)

    assert (row["reason"], row["detail"], row["n_bytes"]) == ("empty", "the file has no bytes", 0)


def test_a_row_of_a_jsonl_has_the_digest_of_its_line(tmp_path):
    write_jsonl(tmp_path)

    assert rows_of(tmp_path)[0]["raw_sha256"] == digest(json.dumps(ROW).encode())


def test_html_in_a_field_is_known_as_html(tmp_path):
    page = "<!doctype html><html><body><p>One</p></body></html>"
    texts = [page, "<p>One</p>\n<p>Two</p>", "<p> is an element", "a < b, said the pupil", "<i>Note</i> of the clerk"]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))

    assert [row["media"] for row in rows_of(tmp_path)] == ["html", "html", "text", "text", "text"]
    assert media_of("\n <?xml version='1.0'?>\n<HTML>") == "html"


# ------------------------------------------------------------------ fields and sidecars


def test_names_are_taken_in_order_without_regard_to_case_and_empty_ones_passed_over(tmp_path):
    lines = [{"text": "", "body": TEXT, "Headline": "A"}, {"TEXT": TEXT, "title": None, "headline": "B"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    found = rows_of(tmp_path)

    assert [(row["content"], row["title"]) for row in found] == [(TEXT, "A"), (TEXT, "B")]


def test_other_names_are_mapped_in_the_settings(tmp_path):
    (tmp_path / "a.csv").write_text("inhalt,wann\nDie Mühle am Kai,2021\n")

    (row,) = rows_of(tmp_path, fields={"text": ("inhalt",), "published": ("wann",)})

    assert (row["content"], row["published"]) == ("Die Mühle am Kai", "2021")


def test_odd_values_become_strings_or_are_flagged(tmp_path):
    odd = {
        "text": TEXT,
        "id": 17,
        "author": [{"name": "Mara Olsen"}, "Jon Berg", None],
        "publisher": {"name": "Harbour Press"},
        "title": ["Only one"],
        "date": {"odd": 1},
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(odd))

    (row,) = rows_of(tmp_path)

    assert (row["byline"], row["publisher"]) == (["Mara Olsen", "Jon Berg"], "Harbour Press")
    assert (row["title"], row["published"], row["flags"]) == ("Only one", None, ["field_ignored"])


# ------------------------------------------------------------------ identity


def test_the_id_is_of_the_url_else_of_id_and_folder_else_of_the_path(tmp_path):
    (tmp_path / "desk").mkdir()
    lines = [{"text": TEXT, "url": "https://example.org/a#b", "id": 1}, {"text": TEXT, "id": 1}, {"text": TEXT}]
    (tmp_path / "desk" / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    ids = [row["document_id"] for row in rows_of(tmp_path)]

    identities = (b"https://example.org/a", b"desk\x001", b"desk/a.jsonl\x002")
    assert ids == ["doc_" + digest(identity)[:16] for identity in identities]


def test_the_id_stays_when_the_text_changes(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    before = rows_of(tmp_path)[0]
    (tmp_path / "a.txt").write_text(TEXT + " More.")

    after = rows_of(tmp_path)[0]

    assert before["document_id"] == after["document_id"]
    assert before["raw_sha256"] != after["raw_sha256"]


def test_of_those_who_claim_one_identity_the_first_keeps_the_id_and_all_are_flagged(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"text": TEXT, "url": "https://example.org/x"}))
    (tmp_path / "d.txt").write_text(TEXT)

    *shared, alone = rows_of(tmp_path)

    assert shared[0]["document_id"] == "doc_" + digest(b"https://example.org/x")[:16]
    assert len({row["document_id"] for row in shared}) == 3
    assert [row["flags"] for row in shared] == [["identity_shared"]] * 3
    assert alone["flags"] == []


def test_flags_are_set_on_tables_of_other_columns_too():
    table = pa.table({"document_id": ["doc_1", "doc_2"], "flags": pa.array([["x"], None], schema.STRINGS)})

    marked = mark_shared(table, frozenset({"doc_1"}))

    assert marked["flags"].to_pylist() == [["identity_shared", "x"], None]


# ------------------------------------------------------------------ order and batches


def test_documents_come_out_by_path_and_row_archives_among_files(tmp_path):
    for name in ("b.txt", "a.zip-notes.txt", "a/z.txt", "Z.txt", "ä.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TEXT)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("n.txt", TEXT)
        out.writestr("m.jsonl", "\n".join(json.dumps({"text": f"{TEXT} {n}"}) for n in range(12)))

    found = [(row["source_path"], row["source_row"] or 0) for row in rows_of(tmp_path)]

    assert found == sorted(found)
    assert len(found) == 5 + 13


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 9), st.integers(1, 4_000))
def test_the_size_of_batches_changes_nothing_but_the_batches(tmp_path_factory, max_rows, max_bytes):
    folder = tmp_path_factory.mktemp("raw")
    (folder / "a.jsonl").write_text("\n".join(json.dumps({"text": TEXT * (n % 4 + 1), "id": n % 7}) for n in range(25)))
    whole = read_records(folder)
    seen = []

    batches = read_batches(folder, IngestSettings(batch_rows=max_rows, batch_bytes=max_bytes), progress=seen.append)
    parts = list(batches)

    assert mark_shared(pa.Table.from_batches(parts), batches.shared).equals(whole.combine_chunks())
    assert max(part.num_rows for part in parts) <= max_rows
    assert sum(seen) == 25


def test_an_empty_folder_has_no_batches(tmp_path):
    assert list(read_batches(tmp_path)) == []
    assert read_records(tmp_path).schema == schema.RECORDS


def test_a_reading_that_is_given_up_closes_its_files(tmp_path):
    """The suite turns a file left open into a failure."""
    for name in ("a", "b"):
        with tarfile.open(tmp_path / f"{name}.tar.gz", "w:gz") as out:
            for n in range(3):
                info = tarfile.TarInfo(f"{n}.txt")
                info.size = len(TEXT)
                out.addfile(info, io.BytesIO(TEXT.encode()))
    reading = read_batches(tmp_path, IngestSettings(batch_rows=1))
    next(reading)

    reading.close()

    assert list(reading) == []


# ------------------------------------------------------------------ limits


def test_past_a_limit_a_document_is_too_large_and_the_rest_goes_on(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT * 30)
    (tmp_path / "b.jsonl").write_text(f"{json.dumps({'text': TEXT * 30})}\n{json.dumps({'text': TEXT})}")
    (tmp_path / "c.jsonl").write_text("\n".join(json.dumps({"text": TEXT}) for _ in range(4)))
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as out:
        for n in range(4):
            out.writestr(f"{n}.txt", TEXT)

    found = rows_of(tmp_path, document_bytes=2_000, line_bytes=2_500, documents_per_file=3)

    reasons = {(row["source_path"], row["source_row"]): row["reason"] for row in found}
    assert reasons["a.txt", None] == reasons["b.jsonl", 0] == "too_large"
    assert reasons["b.jsonl", 1] is None
    assert [reasons["c.jsonl", n] for n in range(4)] == [None, None, None, "too_large"]
    assert reasons["d.zip", None] == "too_large"
    assert len(found) == 1 + 2 + 4 + 4


def test_a_file_past_the_limit_is_not_opened(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": TEXT}))

    (row,) = rows_of(tmp_path, file_bytes=50)

    assert (row["reason"], row["n_bytes"]) == ("too_large", len(json.dumps({"text": TEXT})))


# ------------------------------------------------------------------ documentation


def test_the_page_on_input_knows_every_setting_suffix_and_name():
    text = (Path(__file__).parent.parent / "docs" / "input.md").read_text(encoding="utf-8")
    names = {name for names in FIELDS.values() for name in names}

    missing = [
        word
        for word in (*(field.name for field in dataclasses.fields(IngestSettings)), *READERS, *names)
        if f"`{word}`" not in text and f"rules.ingest.{word}" not in text
    ]

    assert missing == []


# ------------------------------------------------------------------ any bytes


def _decent_files():
    folder = {}
    rows = "\n".join(json.dumps({"text": f"{TEXT} {n}", "id": n}) for n in range(5)).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        out.writestr("in/a.txt", TEXT)
        out.writestr("b.jsonl", rows)
    folder[".jsonl"], folder[".jsonl.gz"], folder[".zip"] = rows, gzip.compress(rows), buffer.getvalue()
    folder[".json"] = b"[" + rows.replace(b"\n", b",") + b"]"
    folder[".csv"] = b'id,text\n1,"' + TEXT.encode() + b'"\n2,three\n'
    folder[".txt"], folder[".html"] = (
        TEXT.encode(),
        f"<html><body><article><p>{TEXT * 3}</p></article></body></html>".encode(),
    )
    return folder


DECENT = _decent_files()
CHANGES = st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 40), st.binary(max_size=4)), max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(DECENT)), CHANGES, st.booleans())
def test_whatever_the_bytes_a_file_becomes_records_and_spares_its_neighbour(
    tmp_path_factory, suffix, changes, is_noise
):
    data = bytearray(b"" if is_noise else DECENT[suffix])
    for at, length, put in changes:
        data[at : at + length] = put
    folder = tmp_path_factory.mktemp("raw")
    (folder / f"a{suffix}").write_bytes(bytes(data))
    (folder / "b.txt").write_text(TEXT)

    *mine, neighbour = rows_of(folder)

    assert neighbour["content"] == TEXT
    assert mine
    for row in mine:
        assert (row["content"] is None) == (row["reason"] is not None)
        assert not (row["detail"] or "").startswith("unexpected")
