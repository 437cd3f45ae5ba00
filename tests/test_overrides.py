"""A person's word is remembered: what the file says holds in every run, and a wrong line never stops one."""

from __future__ import annotations

import json

import pytest

from flows.config import Config
from flows.lifecycle import curate_data
from flows.request import Request
from tasks import publish
from tasks.overrides import read_overrides

WALL = "The town will raise wall number {n} by 2 metres this year, the council said on Monday, and pay for the stones."
DIVERS = "Divers who worked in bay {n} found cracks after the storms of last winter, when many stones had moved away."
ID = "doc_0123456789abcdef"


@pytest.fixture
def data_set(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for n in range(12):
        body = [WALL.format(n=n), DIVERS.format(n=n), f"Bay {n} stays shut until the end of May."]
        text = "\n\n".join([f"Report {n * 7919}", *body])
        (raw / f"{n}.txt").write_text(text, encoding="utf-8")
    (raw / "short.txt").write_text("Too short to be kept by the limit.", encoding="utf-8")
    return Config(raw=raw, curated=tmp_path / "curated", workers=1)


def run(config, **words):
    return curate_data(config, Request(**words))


def decide(config, *rows):
    (config.curated / "overrides.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def ids_of(config):
    documents = publish.open_dataset(config.curated).documents
    return dict(zip(documents.source_path, documents.document_id, strict=True))


def test_each_decision_holds_and_an_incremental_run_equals_a_full_one(data_set, tmp_path):
    run(data_set)
    ids = ids_of(data_set)
    rows = [
        {"what": "cut", "document_id": ids["1.txt"], "words": DIVERS.format(n=1), "why": "of another report"},
        {"what": "field", "document_id": ids["2.txt"], "field": "title", "value": "Bay shut", "who": "ada"},
        {"what": "field", "document_id": ids["2.txt"], "field": "byline", "value": ["Ada Quill"]},
        {"what": "reject", "document_id": ids["3.txt"], "why": "a test page"},
        {"what": "accept", "document_id": ids["short.txt"]},
        {"what": "keep", "document_id": ids["4.txt"], "words": "words that are gone"},
    ]
    decide(data_set, *rows)
    outcome = run(data_set, accept=frozenset({"shrink"}))
    found = publish.open_dataset(data_set.curated)
    articles = found.articles.set_index("source_path")
    other = Config(raw=data_set.raw, curated=tmp_path / "other", workers=1)
    other.curated.mkdir()
    decide(other, *rows)
    run(other, full=True)

    assert "Divers" not in articles.loc["1.txt", "text"]
    assert "override" in set(found.removals.rule)
    assert articles.loc["2.txt", "title"] == "Bay shut" and list(articles.loc["2.txt", "byline"]) == ["Ada Quill"]
    assert "3.txt" not in articles.index and "short.txt" in articles.index
    assert any("line 6" in warning for warning in outcome.warnings)
    assert publish.verify(data_set.curated) == []
    for name in ("articles", "documents", "removals", "dates", "figures", "relations", "duplicates"):
        assert found.table(name).equals(publish.open_dataset(other.curated).table(name)), name


def test_a_text_that_is_cut_short_by_hand_is_rejected_and_can_be_kept_again(data_set):
    run(data_set)
    name = ids_of(data_set)["5.txt"]
    whole = [WALL.format(n=5), DIVERS.format(n=5)]
    cuts = [{"what": "cut", "document_id": name, "words": words} for words in whole]
    decide(data_set, *cuts)
    run(data_set, accept=frozenset({"shrink"}))
    short = publish.open_dataset(data_set.curated).documents.set_index("source_path").loc["5.txt"]
    decide(data_set, *cuts, {"what": "undo", "line": 1}, {"what": "undo", "line": 2})
    run(data_set)
    again = publish.open_dataset(data_set.curated).documents.set_index("source_path").loc["5.txt"]

    assert (short.status, short.reason) == ("rejected", "too_short")
    assert again.status != "rejected"


@pytest.mark.parametrize(
    "line, said",
    [
        ("{", "line 1"),
        ("[]", "JSON object"),
        ('{"what": "cut", "document_id": "doc_1"}', "16 hex"),
        (json.dumps({"what": "cut", "document_id": ID}), "words must"),
        (json.dumps({"what": "undo", "line": 9}), "holds no decision"),
        (json.dumps({"what": "field", "document_id": ID, "field": "text", "value": "x"}), "field must"),
    ],
)
def test_a_wrong_line_is_a_warning_and_the_rest_counts(line, said):
    found = read_overrides(line + "\n" + json.dumps({"what": "reject", "document_id": ID}))

    assert len(found.warnings) == 1 and said in found.warnings[0]
    assert [d.what for d in found.by_document[ID]] == ["reject"]


def test_the_earlier_of_two_lines_holds_until_it_is_undone():
    rows = [{"what": "accept", "document_id": ID}, {"what": "reject", "document_id": ID}]
    undone = [*rows, {"what": "undo", "line": 1}]

    first, second = (read_overrides("\n".join(map(json.dumps, lines))) for lines in (rows, undone))

    assert [d.what for d in first.by_document[ID]] == ["accept"] and "contradicts line 1" in first.warnings[0]
    assert [d.what for d in second.by_document[ID]] == ["reject"] and second.warnings == ()
