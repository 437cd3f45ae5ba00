"""What changed between two versions, in article terms, and what caused it."""

from __future__ import annotations

from datetime import date

import pytest

from tasks import publish
from tasks.report import diff_tables, diff_versions
from tasks.report.diff import KINDS
from tasks.report.words import diff_words, shorten, split_words


def one(name, text="The lamp on the pier burns again.", **more):
    return {"name": name, "text": text, **more}


def kinds(old, new, published_tables, **more):
    """The kinds of change between two lists of documents, those with any."""
    diff = diff_tables(published_tables(old), published_tables(new), **more)
    return {kind: count for kind, count in diff.kinds.items() if count}


def figure(value, start=0):
    rest = {"kind": "count", "bound": "=", "rule": "figure.count", "unit": "boat"}
    return {"start": start, "end": start + 3, "surface": "The", "value": value, **rest}


CASES = [
    ("nothing", [one("a")], [one("a")], {}),
    ("new", [one("a")], [one("a"), one("b")], {"new": 1}),
    ("gone", [one("a"), one("b")], [one("a")], {"gone": 1}),
    ("rejected", [one("a")], [one("a", rejected="taken_down")], {"gone": 1}),
    ("became_duplicate", [one("a"), one("b")], [one("a"), one("b", copy_of="a")], {"became_duplicate": 1}),
    (
        "became_canonical",
        [one("a"), one("b", copy_of="a")],
        [one("a", copy_of="b"), one("b")],
        {"became_canonical": 1, "became_duplicate": 1},
    ),
    ("text", [one("a", "Old words.")], [one("a", "New words.")], {"text_changed": 1}),
    ("title", [one("a", title="Lamp")], [one("a", title="Light")], {"title_changed": 1}),
    ("date", [one("a", day=date(2024, 1, 2))], [one("a", day=date(2024, 2, 1))], {"date_changed": 1}),
    ("language", [one("a")], [one("a", language="nl")], {"language_changed": 1}),
    ("flags", [one("a")], [one("a", flags=["body_damaged"])], {"other_changed": 1}),
    ("figures", [one("a", figures=[figure(3.0)])], [one("a", figures=[figure(4.0)])], {"figures_changed": 1}),
    ("moved figure", [one("a", figures=[figure(3.0)])], [one("a", figures=[figure(3.0, start=4)])], {}),
]


@pytest.mark.parametrize("old, new, wanted", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_kind_of_change_is_told_apart(published_tables, old, new, wanted):
    assert kinds(old, new, published_tables) == wanted


def test_an_article_that_changed_twice_counts_once(published_tables):
    old = published_tables([one("a", title="Lamp"), one("b")])
    new = published_tables([one("a", "Other words.", title="Light"), one("c")])

    diff = diff_tables(old, new)

    assert diff.counts == {"new": 1, "changed": 1, "removed": 1}
    assert (diff.kinds["text_changed"], diff.kinds["title_changed"]) == (1, 1)


def test_everything_is_new_in_a_first_version(published_tables):
    diff = diff_tables(None, published_tables())

    assert diff.counts == {"new": 3, "changed": 0, "removed": 0}


def test_clusters_that_merge_and_split_are_named(published_tables):
    apart = published_tables([one("a"), one("b")])
    together = published_tables([one("a"), one("b", copy_of="a")])
    ids = sorted(apart["articles"]["cluster_id"].to_pylist())

    merged, split = diff_tables(apart, together).clusters, diff_tables(together, apart).clusters

    assert merged == {"merged": [{"cluster": ids[0], "from": ids}], "split": []}
    assert split == {"merged": [], "split": [{"cluster": ids[0], "into": ids}]}


@pytest.mark.parametrize(
    "changed, cause",
    [
        ({"code": "2"}, "rule"),
        ({"settings": "2"}, "setting"),
        ({"lock": "2"}, "library"),
        ({"code": "2", "lock": "2"}, "rule or library"),
        ({"inputs": "2"}, "other documents"),
        ({}, "unknown"),
    ],
)
def test_a_change_in_an_unchanged_document_is_blamed_on_what_differs(published_tables, changed, cause):
    made = {"code": "1", "settings": "1", "lock": "1", "inputs": "1"}
    old, new = published_tables([one("a", raw="x")]), published_tables([one("a", "Cut.", raw="x")])

    diff = diff_tables(old, new, digests=(made, made | changed))

    assert diff.lists["text_changed"][0].cause == cause


def test_a_change_in_the_documents_bytes_is_blamed_on_the_input(published_tables):
    old, new = published_tables([one("a", "Old.")]), published_tables([one("a", "New.")])

    assert diff_tables(old, new, digests=({"code": "1"}, {"code": "2"})).lists["text_changed"][0].cause == "input"


def test_two_published_versions_are_compared(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables([one("a", "The red lamp.", raw="x")]), tmp_path)
    publish_tables(published_tables([one("a", "The blue lamp.", raw="x")]), tmp_path, "r2", {"code": "d"})

    diff = diff_versions(publish.open_dataset(tmp_path, "v0001"), publish.open_dataset(tmp_path))

    plain = diff.as_dict()
    assert list(plain) == ["old", "new", "counts", "kinds", "clusters", "lists"]
    assert list(plain["lists"]) == list(KINDS)
    assert plain["lists"]["text_changed"][0]["words"] == [
        ["same", "The"],
        ["old", " red"],
        ["new", " blue"],
        ["same", " lamp."],
    ]
    assert "v0001 -> v0002: 0 new, 1 changed, 0 removed" in str(diff)
    assert "The[- red-]{+ blue+} lamp." in str(diff)
    assert "(rule)" in str(diff)


# ------------------------------------------------------------------ words


@pytest.mark.parametrize(
    "old, new",
    [("", ""), ("a b", ""), ("", "a b"), ("a  b\nc", "a b c"), ("他去了北京", "她去了上海"), ("x " * 30, "x")],
)
def test_a_word_diff_holds_both_texts(old, new):
    runs = diff_words(old, new)

    assert "".join(run.text for run in runs if run.kind != "old") == new
    assert "".join(run.text for run in runs if run.kind != "new").split() == old.split()


def test_scripts_without_spaces_are_compared_by_character():
    assert split_words("他去了 a1") == ["他", "去", "了", " a1"]


def test_long_unchanged_runs_are_shortened():
    runs = shorten(diff_words("w " * 100 + "old " + "v " * 100, "w " * 100 + "new " + "v " * 100), around=3)

    assert [run.kind for run in runs] == ["skipped", "same", "old", "new", "same", "skipped"]
