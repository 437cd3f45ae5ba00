"""The report: one page that shows what was done, whatever the documents hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from tasks import publish
from tasks.report import diff_tables, rewrite_report, write_report
from tasks.report.views import CLUSTERS, EXAMPLES, PAIRS, RAW_DOCUMENTS, REJECTED, Capped, cut_up, view_all

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """The page as a browser's parser sees it: its text, its ids, the links, tags left open."""

    def __init__(self, html):
        super().__init__()
        self.open, self.ids, self.links, self.loads, self.text = [], [], [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []
        self.loads += [
            value for name, value in attrs if name in ("src", "srcset", "data") or (tag == "link" and name == "href")
        ]
        assert not any(name.startswith("on") for name in given)
        assert tag != "script"
        self.text += " "
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data


def write(tables, path, **more):
    """The page for some tables."""
    return Page(write_report(tables, path / "report.html", version="v0002", created_at=NOON, **more).read_text())


def squeezed(text):
    return " ".join(text.split())


def test_the_page_stands_alone_and_is_well_formed(published_tables, tmp_path):
    page = write(published_tables(), tmp_path)

    assert page.open == []
    assert page.loads == []
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids)


def test_the_page_shows_what_was_done(published_tables, tmp_path):
    text = squeezed(write(published_tables(), tmp_path, warnings=("articles in nl: 0%, now 20%",)).text)

    assert "5 documents read" in text and "3 articles published" in text
    assert "articles in nl: 0%, now 20%" in text
    assert "tail.label_list · score 0.95 · gazette/ferry.txt" in text
    assert "took 30 days in dry dock. thirty days." in text
    assert "names harbour" in text
    assert "gazette/blank.txt empty empty: nothing to read" in text
    assert "2024-05-04 The island ferry will sail again on 4 May 2024 after" in text
    assert "tail_suspected 1 gazette/bridge.txt" in text


def test_changes_since_the_parent_are_shown(published_tables, letters, tmp_path):
    old, new = published_tables(letters("ab")), published_tables([{"name": "a", "text": "Other words."}])
    diff = diff_tables(old, new, names=("v0001", "v0002"))

    text = squeezed(write(new, tmp_path, diff=diff).text)

    assert "Changes since v0001" in text
    assert "Gone 1" in text and "Text changed 1" in text


def test_what_a_document_says_is_text_not_markup(published_tables, tmp_path):
    evil = '<script>alert("x")</script><img src=x onerror=alert(1)>'
    documents = [
        {"name": "a", "text": f"{evil} said the page.", "title": evil, "tail": f"\n\n{evil}"},
        {"name": "b", "text": f"{evil} said page two.", "copy_of": "a"},
        {"name": evil, "text": "", "rejected": "empty"},
    ]
    relations = [{"names": ("a", "b"), "relation": "near", "evidence": '{"<b>": "<i>"}'}]

    page = write(published_tables(documents, relations), tmp_path)

    assert evil in page.text


def test_no_documents_make_a_page_too(published_tables, tmp_path):
    assert "0 documents read" in squeezed(write(published_tables([]), tmp_path).text)


def test_the_page_stays_small(published_tables, tmp_path):
    text = "A long text about boats. " * 80
    documents = [{"name": f"a{at:04d}", "text": f"{at} {text}", "tail": "\n\nSee also"} for at in range(800)]
    copies = [{"name": f"c{at:04d}", "text": f"{at} {text}", "copy_of": f"a{at % 400:04d}"} for at in range(800)]
    rejected = [{"name": f"r{at:04d}", "text": "", "rejected": "empty"} for at in range(400)]
    relations = [{"names": (f"a{at:04d}", f"a{at + 1:04d}")} for at in range(300)]
    tables = published_tables(documents + copies + rejected, relations)

    shown = view_all(tables)
    page = write_report(tables, tmp_path / "r.html", version="v0001", created_at=NOON).read_text()

    assert len(shown["clusters"].rows) == CLUSTERS and shown["clusters"].left_out == 400 - CLUSTERS
    assert len(shown["stories"].rows) == PAIRS and len(shown["rejected"]["list"].rows) == REJECTED
    assert len(shown["documents"].rows) == RAW_DOCUMENTS
    assert all(len(rule["examples"]) <= EXAMPLES for role in shown["removals"] for rule in role["rules"])
    assert f"{400 - CLUSTERS} more clusters not shown here" in page
    assert len(page) < 1_000_000


def test_examples_are_the_least_certain_ones(published_tables):
    tables = published_tables([{"name": f"a{at}", "text": f"Text {at}.", "tail": "\n\nMore"} for at in range(9)])
    scores = [0.9, 0.8, 0.7, 0.1, 0.9, 0.3, 0.9, 0.9, 0.2]
    column = tables["removals"].schema.get_field_index("score")
    removals = tables["removals"].set_column(column, tables["removals"].schema.field(column), [scores])

    (role,) = view_all({**tables, "removals": removals})["removals"]

    assert [example["score"] for example in role["rules"][0]["examples"]] == [0.1, 0.2, 0.3, 0.7]


def test_what_is_lost_to_readers_comes_before_what_is_kept_in_a_column(published_tables, tmp_path):
    documents = [{"name": f"a{at}", "title": f"Title {at}", "text": f"Text {at}."} for at in range(3)]
    tables = published_tables([*documents, {"name": "b", "title": "B", "text": "Text.", "tail": "\n\nMore"}])

    page = write_report(tables, tmp_path / "r.html", version="v0001", created_at=NOON).read_text()

    cuts = page[page.index('id="cuts"') :]
    assert [role["role"] for role in view_all(tables)["removals"]] == ["related_tail", "title"]
    assert "<details open><summary><strong>related tail</strong>" in cuts
    assert "<details><summary><strong>title</strong>" in cuts


def test_a_raw_text_is_shown_whole(published_tables):
    raw = "Head\n\nBody text\n\nTail"
    cuts = [
        {"start": 0, "end": 6, "role": "title", "rule": "t", "score": 1.0, "kept_as": "title"},
        {"start": 15, "end": 21, "role": "related_tail", "rule": "r", "score": 0.5, "replacement": None},
    ]

    pieces = cut_up(raw, cuts)

    assert "".join(piece.text for piece in pieces) == raw
    assert [piece.role for piece in pieces] == ["title", None, "related_tail"]


def test_a_capped_list_says_how_many_it_left_out():
    assert Capped([1, 2], 5).left_out == 3


def test_a_published_versions_report_can_be_made_anew(publish_tables, published_tables, letters, tmp_path):
    publish_tables(published_tables(letters("a")), tmp_path)
    publish_tables(published_tables(letters("ab")), tmp_path, "r2", warnings=("look out",))

    path = rewrite_report(publish.open_dataset(tmp_path), tmp_path / "anew.html")

    text = squeezed(Page(path.read_text()).text)
    assert "Version v0002" in text and "after v0001" in text and "look out" in text and "New 1" in text


@pytest.mark.parametrize("pattern", [r"https?://", r"@import", r"url\("])
def test_the_template_loads_nothing(published_tables, tmp_path, pattern):
    tables = published_tables([{"name": "a", "text": "Plain."}])
    write_report(tables, tmp_path / "r.html", version="v0001", created_at=NOON)

    assert not re.search(pattern, (tmp_path / "r.html").read_text())
