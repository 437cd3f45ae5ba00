"""Ingest: formats, fields, identity, order, limits. What is hostile is in tests/hostile/."""

import csv
import dataclasses
import gzip
import hashlib
import io
import json
import random
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks import schema
from tasks.ingest import IngestSettings, extract_batch, mark_shared, read_batches, read_records, sidecars
from tasks.ingest.fields import media_of
from tasks.ingest.formats import READERS
from tasks.ingest.lines import JsonSplitter, TooLong, read_lines
from tasks.ingest.settings import FIELDS
from tasks.ingest.tables import csv_records

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


def test_a_sidecar_gives_the_fields_of_its_file(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.txt.meta.json").write_text(json.dumps({**ROW, "text": "not this"}))
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": TEXT}) + "\n" + json.dumps({"text": TEXT, "source": "Own"}))
    (tmp_path / "b.jsonl.meta.json").write_text(json.dumps(ROW))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as out:
        out.writestr("in.txt.meta.json", json.dumps({"title": "In the archive"}))
        out.writestr("in.txt", TEXT)

    single, row, own, member = rows_of(tmp_path)

    assert (single["title"], single["url"], single["content"]) == ("The mill", ROW["url"], TEXT)
    assert (row["publisher"], own["publisher"], row["title"], row["url"]) == ("Harbour Press", "Own", None, None)
    assert member["title"] == "In the archive"


# ------------------------------------------------------------------ identity


def test_what_a_sidecar_says_in_vain_is_told_with_file_and_key_and_the_document_is_kept(tmp_path):
    sidecars = {
        "a.txt": {"published": "soon", "titel": "The mill", "url": ["a", "b"], "author": "Mara Olsen"},
        "b.txt": {"publishd": "2021-03-04", "text": "not this"},
        "c.txt": ["no", "object"],
        "gone.txt": {"title": "Left behind"},
    }
    for name, content in sidecars.items():
        if name != "gone.txt":
            (tmp_path / name).write_text(f"{name} {TEXT}")
        (tmp_path / f"{name}.meta.json").write_text(json.dumps(content))

    reading = read_batches(tmp_path)
    (batch,) = reading
    said = "\n".join(reading.warnings)

    assert batch["source_path"].to_pylist() == ["a.txt", "b.txt", "c.txt"]
    assert batch["reason"].null_count == 3
    assert batch["byline"][0].as_py() == ["Mara Olsen"]
    for wanted in (
        "a.txt.meta.json: 'published' is no date; not taken",
        "a.txt.meta.json: 'titel' is no field; did you mean 'title'?; not taken",
        "a.txt.meta.json: 'url' is a list, not a short string; not taken",
        "b.txt.meta.json: 'publishd' is no field; did you mean 'published'?; not taken",
        "b.txt.meta.json: 'text': the text is the file's own; not taken from a sidecar",
        "c.txt.meta.json: the sidecar is not taken: it is no JSON object",
        "gone.txt.meta.json: a sidecar of no document; not taken",
    ):
        assert wanted in said
    assert len(reading.warnings) == 7


def test_what_many_sidecars_say_in_vain_is_told_once(tmp_path):
    for number in range(30):
        (tmp_path / f"{number:02}.txt").write_text(f"{number} {TEXT}")
        (tmp_path / f"{number:02}.txt.meta.json").write_text(json.dumps({"crawl": 1, f"odd{number}": 1}))

    reading = read_batches(tmp_path)
    list(reading)

    assert reading.warnings[0] == "00.txt.meta.json: 'crawl' is no field; not taken (and in 29 more)"
    assert len(reading.warnings) == 21
    assert reading.warnings[-1] == "11 more odd values in sidecars, of other kinds"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"published": "when Orsolya Vane moved"}, "no date"),
        ({"title": ["Orsolya", "Vane"]}, "a list"),
        ({"title": {"said": "Orsolya Vane"}}, "an object"),
        ({"title": "Orsolya Vane " * 1000}, "a long string"),
        ({"title": True}, "true or false"),
        ({"Orsol": "Vane"}, "no field"),
    ],
)
def test_no_value_of_a_sidecar_stands_in_a_warning(tmp_path, content, kind):
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.txt.meta.json").write_text(json.dumps(content))

    reading = read_batches(tmp_path)
    list(reading)
    (said,) = reading.warnings

    assert kind in said
    assert "Vane" not in said


def test_odd_keys_are_shown_shortened_looked_up_once_and_only_counted_when_there_are_many(tmp_path, monkeypatch):
    looked_up = []
    monkeypatch.setattr(sidecars, "get_close_matches", lambda key, *_: looked_up.append(key) or [])
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"{number} {TEXT}")
        odd = {"k" * 5000: 1} | {f"odd{key:03}": 1 for key in range(200)}
        (tmp_path / f"{number}.txt.meta.json").write_text(json.dumps(odd))

    reading = read_batches(tmp_path)
    list(reading)

    assert reading.warnings[0] == f"0.txt.meta.json: '{'k' * 40}…' is no field; not taken (and in 2 more)"
    assert reading.warnings[-1] == "543 more odd values in sidecars, of other kinds"
    assert (len(looked_up), max(map(len, looked_up))) == (20, 41)


def test_a_good_sidecar_is_no_reason_to_warn(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.txt.meta.json").write_text(json.dumps({"date": "2021-03-04T05:06:07Z", "source": {"name": "Wire"}}))

    reading = read_batches(tmp_path)
    list(reading)

    assert reading.warnings == ()


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


# ------------------------------------------------------------------ cutting

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just('a "quote" \\ [x] {y}, z'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


class Dribble(io.BytesIO):
    """A stream that gives out a few bytes at a time, as sockets and unpackers do."""

    def __init__(self, data, step):
        super().__init__(data)
        self.step = step

    def read1(self, size=-1):
        return super().read1(min(size, self.step) if size >= 0 else self.step)


@settings(max_examples=150, deadline=None)
@given(st.lists(JSON_VALUES, max_size=6), st.integers(1, 9), st.booleans(), st.sampled_from([None, 1]))
def test_a_json_array_is_cut_into_the_elements_that_json_reads(values, step, is_ascii, indent):
    data = json.dumps(values, ensure_ascii=is_ascii, indent=indent).encode("utf-8", "surrogatepass")

    splitter = JsonSplitter(Dribble(data, step), 10_000)
    pieces = list(splitter)

    assert [json.loads(piece) for piece in pieces] == values
    assert splitter.ended


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(max_size=4), JSON_VALUES, max_size=3), min_size=1, max_size=5), st.integers(1, 9)
)
def test_objects_one_after_the_other_are_cut_too(values, step):
    data = " ".join(json.dumps(value) for value in values).encode()

    assert [json.loads(piece) for piece in JsonSplitter(Dribble(data, step), 10_000)] == values


def test_an_element_past_the_limit_is_counted_and_the_next_one_read():
    long = json.dumps("x" * 500)

    pieces = list(JsonSplitter(Dribble(f"[1, {long}, 2]".encode(), 7), 100))

    assert pieces == [b"1", TooLong(len(long) + 1), b"2"]


@pytest.mark.parametrize("data", [b"[1, 2", b'{"a": ', b'["abc'])
def test_a_text_that_breaks_off_has_not_ended(data):
    splitter = JsonSplitter(io.BytesIO(data), 100)
    list(splitter)

    assert not splitter.ended


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.integers(1, 9))
def test_lines_are_those_between_newlines_but_the_empty_ones(lines, step):
    found = list(read_lines(Dribble(b"\n".join(lines), step), 20))

    assert found == [TooLong(len(line)) if len(line) > 20 else line for line in lines if line]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.text("ab,\"\n\r'é", max_size=6), min_size=2, max_size=3), min_size=1, max_size=6))
def test_csv_rows_are_cut_as_the_csv_module_reads_them(rows):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    whole = list(csv.reader(io.StringIO(buffer.getvalue(), newline="")))

    pieces = list(csv_records(io.StringIO(buffer.getvalue(), newline=""), 10_000))

    assert [row for piece in pieces for row in csv.reader(io.StringIO(piece, newline=""))] == whole


# ------------------------------------------------------------------ extraction


def page(inside, head=""):
    return f"<html><head><title>Mill turns - Harbour Press</title>{head}</head><body>{inside}</body></html>"


def extracted(content, media="html", url=None):
    table = pa.table(
        {"media": [media], "content": pa.array([content], pa.string()), "url": pa.array([url], pa.string())}
    )
    found = extract_batch(table)
    assert found.schema == schema.EXTRACTED
    return found.to_pylist()[0]


PARAGRAPHS = "".join(
    f"<p>{sentence} The council had asked for it in winter, and the miller had agreed.</p>"
    for sentence in ("The mill by the quay turned again on Monday.", "Nobody had oiled it since the flood.", "It hums.")
)


def test_plain_text_passes_through():
    row = extracted("One\r\n\r\ntwo <b>three</b>\u2028", media="text")

    assert row["raw_text"] == "One\r\n\r\ntwo <b>three</b>\u2028"
    assert (row["extraction"], row["html_title"], row["reason"]) == (None, None, None)


def test_a_page_gives_text_title_and_the_date_of_its_markup():
    head = '<meta property="article:published_time" content="2021-03-04T05:06:07+08:00">'
    inside = f"<nav><a href=/>Home</a></nav><article><h1>The mill turns</h1>{PARAGRAPHS}</article>"

    row = extracted(page(inside, head))

    assert row["raw_text"].startswith("The mill turns\nThe mill by the quay")
    assert "Home" not in row["raw_text"]
    assert row["extraction"].startswith("trafilatura ")
    assert (row["html_title"], row["html_published"]) == ("The mill turns", "2021-03-04T05:06:07+08:00")


def test_comments_of_readers_are_left_out():
    inside = (
        f'<article><h1>The mill</h1>{PARAGRAPHS}</article><div id="comments"><p>Great mill, loved it there!</p></div>'
    )

    assert "Great mill" not in extracted(page(inside))["raw_text"]


def test_a_page_without_a_date_has_none_today_or_any_day():
    assert extracted(page(f"<article>{PARAGRAPHS}</article>"))["html_published"] is None


def test_a_fragment_of_markup_is_taken_whole():
    assert extracted("<p>One short line.</p>\n<p>And a <b>second</b> one.</p>")["raw_text"] == (
        "One short line.\nAnd a second one."
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (page(""), "not_an_article"),
        ("<html><head><script>let x = 1</script></head><body></body></html>", "empty"),
        ("<html></html>", "empty"),
        (page("<h1>Page not found</h1><p>Try the search, or go back to where you came from.</p>"), "not_an_article"),
    ],
)
def test_a_page_without_an_article_says_so(content, reason):
    row = extracted(content)

    assert row["reason"] == reason
    assert len(row["detail"]) > 8


def test_a_document_refused_before_stays_empty():
    row = extracted(None, media=None)

    assert [value for name, value in row.items() if name != "flags"] == [None] * 6


def test_batches_and_their_order_do_not_matter():
    pages = [page(f"<article><h1>Number {n}</h1>{PARAGRAPHS}</article>") for n in range(6)]
    table = pa.table({"media": ["html"] * 6, "content": pages, "url": pa.array([None] * 6, pa.string())})
    order = random.Random(3).sample(range(6), 6)

    whole = extract_batch(table)
    shuffled = extract_batch(table.take(order))

    assert shuffled.equals(whole.take(order).combine_chunks())


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
    folder[".txt"], folder[".html"] = TEXT.encode(), page(f"<article>{PARAGRAPHS}</article>").encode()
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
