"""The story of one document: everything that was decided about it."""

from __future__ import annotations

import json

import pytest

from tasks import publish
from tasks.errors import ConfigError
from tasks.report import explain


@pytest.fixture
def dataset(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)
    return publish.open_dataset(tmp_path)


@pytest.mark.parametrize("name", ["gazette/ferry.txt", "https://gazette.example/ferry", "id", "article id"])
def test_a_document_is_found_by_id_path_or_url(dataset, name):
    ferry = dataset.articles.set_index("source_path").loc["gazette/ferry.txt"]
    called = {"id": ferry.document_id, "article id": ferry.article_id}.get(name, name)

    story = explain(dataset, called)

    assert story.document["document_id"] == ferry.document_id


@pytest.mark.parametrize("form", ["doc_{}", "art_{}", "{}"])
def test_the_first_digits_of_an_id_are_enough_and_a_wrong_id_is_answered_with_the_likely_one(dataset, form):
    ferry = dataset.articles.set_index("source_path").loc["gazette/ferry.txt"].document_id

    assert explain(dataset, form.format(ferry[4:11])).document["document_id"] == ferry
    with pytest.raises(ConfigError, match=f"did you mean {ferry}"):
        explain(dataset, ferry[:-1] + "g")


def test_an_article_is_told_with_rule_score_and_words(dataset):
    told = str(explain(dataset, "gazette/ferry.txt"))

    assert "published as art_" in told
    assert "Ferry returns  [first_line]" in told
    assert "2024-05-02" in told
    assert "tail.label_list  0.95" in told and "“See also Harbour fees rise again”" in told
    assert "near with doc_" in told and "resemblance 0.8" in told
    assert "“4 May 2024”  = 2024-05-04" in told
    assert "“30 days”  = 30 d" in told


def test_a_duplicate_leads_to_its_canonical_copy(dataset):
    story = explain(dataset, "courier/ferry.txt")

    assert f"duplicate  of {story.document['canonical_id']}" in str(story)
    assert [member["source_path"] for member in story.members] == ["gazette/ferry.txt"]


def test_a_rejected_document_is_told_with_its_reason(dataset):
    assert "rejected   empty: empty: nothing to read" in str(explain(dataset, "blank.txt"))


def test_the_story_is_plain_data_too(dataset):
    plain = json.loads(json.dumps(explain(dataset, "gazette/ferry.txt").as_dict()))

    assert plain["fields"]["published_date"] == "2024-05-02"
    assert [cut["role"] for cut in plain["removals"]] == ["title", "related_tail"]
    assert plain["relations"][0]["evidence"] == {"resemblance": 0.8}


def test_an_unclear_name_is_answered_with_the_likely_ones(dataset):
    with pytest.raises(
        ConfigError, match=r"2 documents are called so; name one by its id: doc_\w{16} \((gazette|courier)/"
    ):
        explain(dataset, "ferry.txt")
    with pytest.raises(ConfigError, match=r"did you mean doc_\w{16} \(gazette/bridge\.txt\)"):
        explain(dataset, "tte/Bridge")
    with pytest.raises(ConfigError, match=r"did you mean gazette/bridge\.txt"):
        explain(dataset, "bridg.txt")
    with pytest.raises(ConfigError, match=r"did you mean gazette/bridge\.txt"):
        explain(dataset, "gazete/bridge.txt")
    with pytest.raises(ConfigError, match="give a document or article id"):
        explain(dataset, "zzz")


@pytest.mark.parametrize("name", ["many.jsonl:3", "many.jsonl#3"])
def test_a_row_of_a_file_is_found_by_its_number(publish_tables, published_tables, letters, tmp_path, name):
    tables = published_tables(letters("ab"))
    rows = [
        {**row, "source_path": "many.jsonl", "source_row": 3 + at}
        for at, row in enumerate(tables["documents"].to_pylist())
    ]
    documents = tables["documents"].from_pylist(rows, schema=tables["documents"].schema)
    publish_tables({**tables, "documents": documents}, tmp_path)

    story = explain(publish.open_dataset(tmp_path), name)

    assert story.document["source_row"] == 3
