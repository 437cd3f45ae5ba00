"""Sidecars: what they say of a file, and what they say in vain."""

import json
import zipfile

import pytest

from tasks.ingest import IngestSettings, read_batches, read_records, sidecars

TEXT = "The mill by the quay turned again on Monday.\n\nNobody had oiled it since the flood, the miller said."
ROW = {
    "id": 7,
    "title": "The mill",
    "date": "2021-03-04",
    "url": "https://www.example.org/mill#top",
    "author": "Mara Olsen; Jon Berg",
    "source": "Harbour Press",
    "text": TEXT,
}


def rows_of(folder, **limits):
    return read_records(folder, IngestSettings(**limits)).to_pylist()


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
