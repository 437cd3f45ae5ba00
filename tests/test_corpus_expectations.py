"""The golden expectations agree with the samples they speak of: nothing here runs the pipeline."""

import csv
import datetime
import gzip
import html
import io
import json
import re
import tomllib
from functools import cache
from pathlib import Path

import ftfy
import pytest

ROOT = Path(__file__).resolve().parent.parent
RAW = ROOT / "raw"
CORPUS = ROOT / "tests" / "corpus"
EXPECTED = tomllib.loads((CORPUS / "expected.toml").read_text(encoding="utf-8"))
DOCUMENTS = EXPECTED["document"]
STORIES = [json.loads(line) for line in (CORPUS / "stories.jsonl").read_text(encoding="utf-8").splitlines()]
MENTION_KEYS = {
    "dates": {"surface", "within", "type", "value", "start", "end", "mod", "status"},
    "figures": {"surface", "within", "kind", "value", "value_min", "value_max", "unit", "currency", "bound"}
    | {"change", "basis"},
}
KEYS = {
    *("path", "row", "status", "reason", "duplicate_of", "relation", "title", "title_origin", "url", "site"),
    *("publisher", "section", "language", "cluster_size", "published_date", "published_local", "published_at"),
    *("published_precision", "published_source", "content_date", "byline", "byline_has", "translators", "captions"),
    *("flags", "flags_absent", "first_words", "last_words", "text_contains", "text_lacks", "cut_or_flagged"),
    *("whole", "roles", "dates", "figures", "not_dates", "not_figures"),
}


def name(document: dict) -> str:
    """`path`, or `path#row` in a file of many."""
    return document["path"] + (f"#{document['row']}" if "row" in document else "")


def raw_names() -> list[str]:
    """Every document under raw/, named as in the expectations."""
    names = []
    for path in sorted(RAW.rglob("*")):
        relative = path.relative_to(RAW).as_posix()
        if path.is_dir() or path.name.startswith((".", "README")) or path.name.endswith(".meta.json"):
            continue
        if path.suffix in (".jsonl", ".csv"):
            names += [f"{relative}#{row}" for row in range(len(rows(relative)))]
        else:
            names.append(relative)
    return names


@cache
def rows(path: str) -> list[dict]:
    text = (RAW / path).read_text(encoding="utf-8")
    if path.endswith(".csv"):
        return list(csv.DictReader(io.StringIO(text, newline="")))
    return [json.loads(line) for line in text.splitlines()]


@cache
def raw_text(document_name: str) -> str:
    """All words of a document, fields and sidecar included, encodings undone, tags dropped, blanks folded."""
    path, _, row = document_name.partition("#")
    content = (RAW / path).read_bytes()
    if row:
        text = "\n".join(str(value) for value in rows(path)[int(row)].values())
    elif path.endswith(".json"):
        text = "\n".join(str(value) for value in json.loads(content).values())
    else:
        content = gzip.decompress(content) if path.endswith(".gz") else content
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    if path.endswith(".html"):
        text = html.unescape(re.sub(r"(?s)<script.*?</script>|<[^>]+>", " ", text))
    text = "\n".join(ftfy.fix_encoding(line) for line in text.splitlines())
    sidecar = RAW / f"{path}.meta.json"
    if sidecar.exists():
        text += "\n" + "\n".join(str(value) for value in json.loads(sidecar.read_text(encoding="utf-8")).values())
    return fold(text.replace(". ; ", ". "))


def fold(text: str) -> str:
    return " ".join(text.split())


EACH = pytest.mark.parametrize("document", [pytest.param(d, id=name(d)) for d in DOCUMENTS])


def test_every_document_has_one_expectation():
    names = [name(document) for document in DOCUMENTS]

    assert sorted(names) == sorted(raw_names())


def test_the_readme_of_the_samples_names_every_file():
    readme = (RAW / "README.md").read_text(encoding="utf-8")
    paths = {name.partition("#")[0] for name in raw_names()}

    assert [path for path in sorted(paths) if f"`{path}`" not in readme] == []


@EACH
def test_keys_are_known_and_phrases_stand_in_the_sample(document):
    """A phrase that is to be kept is in the sample, and so is every surface; the title is, unless it is borrowed."""
    assert set(document) <= KEYS
    words = raw_text(name(document))
    phrases = [*document.get("text_contains", []), *document.get("cut_or_flagged", [])]
    phrases += [document[key] for key in ("first_words", "last_words") if key in document]
    phrases += [caption["text"] for caption in document.get("captions", [])]
    if document.get("title", "null") != "null" and document.get("title_origin") != "cluster":
        phrases.append(document["title"])
    for key in ("byline", "byline_has", "translators"):
        phrases += document.get(key, [])
    for kind in ("dates", "figures"):
        for mention in document.get(kind, []):
            assert set(mention) <= MENTION_KEYS[kind]
            phrases += [mention["surface"], *([mention["within"]] if "within" in mention else [])]
            assert mention["surface"] in mention.get("within", mention["surface"])
        phrases += document.get(f"not_{kind}", [])

    assert [phrase for phrase in phrases if fold(phrase) not in words] == []


@EACH
def test_what_is_to_be_cut_stands_in_the_sample_and_in_no_kept_phrase(document):
    words = raw_text(name(document))
    kept = [*document.get("text_contains", []), document.get("first_words", ""), document.get("last_words", "")]
    # the marks of broken encoding and of doubled blanks are undone by `raw_text`
    lacks = [phrase for phrase in document.get("text_lacks", []) if phrase not in ("â", "Ã", "  ", ". ;")]

    assert [phrase for phrase in lacks if fold(phrase) not in words] == []
    assert [(phrase, keep) for phrase in lacks for keep in kept if phrase in keep] == []


@pytest.mark.parametrize("document", [pytest.param(d, id=name(d)) for d in DOCUMENTS if "whole" in d])
def test_a_whole_text_holds_what_the_other_keys_say(document):
    """Each paragraph of a complete text is in the sample; phrases, surfaces and ends agree with it."""
    text = (CORPUS / "texts" / f"{document['whole']}.txt").read_text(encoding="utf-8").removesuffix("\n")
    words = raw_text(name(document))
    glued = document["title"] if document.get("title_origin") == "recovered" else None
    if glued:
        words = words.replace(glued, "")

    assert [p for p in text.split("\n\n") if p != p.strip() or "\n" in p or fold(p) not in words] == []
    assert text.startswith(document.get("first_words", ""))
    assert text.endswith(document.get("last_words", ""))
    assert [phrase for phrase in document.get("text_contains", []) if phrase not in text] == []
    assert [phrase for phrase in document.get("text_lacks", []) if phrase in text] == []
    mentions = [*document.get("dates", []), *document.get("figures", [])]
    assert [m["surface"] for m in mentions if m.get("within", m["surface"]) not in text] == []


def test_duplicates_point_at_articles_whose_cluster_counts_them():
    by_name = {name(document): document for document in DOCUMENTS}
    sizes = {}
    for document in DOCUMENTS:
        if document["status"] == "duplicate":
            assert by_name[document["duplicate_of"]]["status"] == "article"
            assert document["relation"] in ("exact", "near", "contains")
            sizes[document["duplicate_of"]] = sizes.get(document["duplicate_of"], 1) + 1

    assert {canonical: by_name[canonical]["cluster_size"] for canonical in sizes} == sizes


def test_related_and_unrelated_pairs_are_articles():
    by_name = {name(document): document for document in DOCUMENTS}
    pairs = [*EXPECTED["same_story"], *EXPECTED["unrelated"]]

    assert all(by_name[pair[side]]["status"] == "article" for pair in pairs for side in ("left", "right"))


def test_days_are_days_and_ranges_have_two_ends():
    for document in DOCUMENTS:
        for mention in document.get("dates", []):
            days = [datetime.date.fromisoformat(mention[key]) for key in ("start", "end") if key in mention]
            assert days == sorted(days), (name(document), mention)
        for mention in document.get("figures", []):
            assert ("value_min" in mention) == ("value_max" in mention), (name(document), mention)
            assert ("value" in mention) != ("value_min" in mention), (name(document), mention)


def test_the_pairs_of_stories_are_balanced_short_and_one_text_an_id():
    """At least 24 pairs, at least a third of each label, 120 to 220 words a text."""
    labels = [pair["label"] for pair in STORIES]
    texts = {}
    for pair in STORIES:
        for side in (pair["a"], pair["b"]):
            assert texts.setdefault(side["id"], side) == side
            assert 120 <= len(side["text"].split()) <= 220
            datetime.date.fromisoformat(side["published"])

    assert set(labels) == {"same_story", "different"}
    assert len(labels) >= 24
    assert min(labels.count("same_story"), labels.count("different")) * 3 >= len(labels)
    assert len({pair["id"] for pair in STORIES}) == len(STORIES)
