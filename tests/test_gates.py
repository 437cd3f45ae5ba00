"""What a run is refused for, and what it is only warned of."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tasks import gates, invariants
from tasks.errors import ConfigError
from tasks.schema import PUBLISHED


class Version:
    """A published version as the gates read it."""

    version = "v0001"

    def __init__(self, tables):
        self.read = lambda name, columns: tables[name].select(columns)


def changed(tables, table, column, change):
    """The tables with one column of one of them changed, value by value."""
    values = [change(value) for value in tables[table][column].to_pylist()]
    at = tables[table].schema.get_field_index(column)
    item = PUBLISHED[table].field(column)
    return {**tables, table: tables[table].set_column(at, item, pa.array(values, item.type))}


def without(tables, table, row):
    """The tables with one row of one of them left out."""
    rows = [at for at in range(tables[table].num_rows) if at != row]
    return {**tables, table: tables[table].take(pa.array(rows, pa.int64()))}


def refused(tables, **more):
    """The messages of the gates that refuse."""
    return [message for _, message in gates.check(tables, None, **more).refusals]


def test_tables_that_meet_the_contract_pass(published_tables):
    verdict = gates.check(published_tables(), None)

    assert verdict.ok
    assert verdict.warnings == ()


def test_no_articles_at_all_meet_the_contract_too(published_tables):
    assert gates.check(published_tables([]), None).ok


BROKEN = [
    ("articles", "article_id", lambda _: "art_0", "art_ and 16 hex digits"),
    ("documents", "document_id", lambda _: "doc_" + "0" * 16, "more than once"),
    ("documents", "status", lambda _: "lost", "does not know"),
    ("documents", "reason", lambda reason: reason and "bored", "does not know"),
    ("documents", "reason", lambda _: None, "reason stands without rejection"),
    ("documents", "canonical_id", lambda _: "doc_" + "0" * 16, "not its own canonical_id"),
    ("documents", "text_sha256", lambda _: "0" * 64, "documents.text_sha256"),
    ("documents", "raw_text_sha256", lambda _: "0" * 64, "rebuild the raw text"),
    ("documents", "flags", lambda _: ["b", "a"], "flags are not sorted"),
    ("documents", "cluster_id", lambda _: "clu_" + "f" * 16, "smallest member"),
    ("articles", "cluster_size", lambda size: size + 1, "cluster_size"),
    ("articles", "text_sha256", lambda _: "0" * 64, "articles.text_sha256"),
    ("articles", "n_chars", lambda n: n + 1, "n_chars"),
    ("articles", "language", lambda _: "english", "ISO 639-1"),
    ("articles", "language_score", lambda _: 1.5, "outside 0…1"),
    ("articles", "language_score", lambda _: float("nan"), "NaN or infinite"),
    ("articles", "published_date", lambda _: date(1999, 1, 1), "dates of publication"),
    ("duplicates", "canonical_id", lambda _: "doc_" + "0" * 16, "another than in documents"),
    ("duplicates", "relation", lambda _: "same_story", "does not know"),
    ("duplicates", "text", lambda text: text + "!", "rebuild the raw text"),
    ("relations", "right_id", lambda _: "doc_" + "0" * 16, "not smaller"),
    ("relations", "evidence", lambda _: "[]", "JSON object"),
    ("relations", "score", lambda _: -0.1, "outside 0…1"),
    ("relations", "relation", lambda _: "same_story", "not between two articles"),
    ("removals", "role", lambda _: "tail", "does not know"),
    ("removals", "start", lambda start: start + 1, "not as long as its span"),
    ("removals", "replacement", lambda _: "x", "is no repair"),
    ("removals", "kept_as", lambda _: "headline", "names no column"),
    ("removals", "document_id", lambda _: "doc_" + "0" * 16, "not in documents"),
    ("removals", "text", lambda text: text[::-1], "rebuild the raw text"),
    ("removals", "rule", lambda _: "", "without a rule"),
    ("dates", "start", lambda start: start + 1, "other values than articles.dates"),
    ("figures", "value", lambda _: float("inf"), "NaN or infinite"),
]


@pytest.mark.parametrize("table, column, change, words", BROKEN, ids=[f"{b[0]}.{b[1]}: {b[3]}" for b in BROKEN])
def test_what_breaks_the_contract_is_refused(published_tables, table, column, change, words):
    messages = refused(changed(published_tables(), table, column, change))

    assert any(words in message for message in messages), messages


def test_invariants_cannot_be_accepted_away(published_tables):
    broken = changed(published_tables(), "articles", "n_chars", lambda n: n + 1)

    assert not gates.check(broken, None, accept=frozenset({"shrink"})).ok
    with pytest.raises(ConfigError, match="--accept invariants: this gate holds the contract"):
        gates.check(broken, None, accept=frozenset({"invariants"}))


@pytest.mark.parametrize("table", ["articles", "documents", "duplicates", "dates", "figures"])
def test_a_row_that_is_missing_is_noticed(published_tables, table):
    assert refused(without(published_tables(), table, 0))


def test_rows_out_of_order_are_refused(published_tables):
    tables = published_tables()
    backwards = {**tables, "removals": tables["removals"].take([3, 2, 1, 0])}

    assert any("not sorted" in message for message in refused(backwards))


def test_overlapping_removals_are_refused(published_tables):
    tables = published_tables()
    twice = pa.concat_tables([tables["removals"].slice(0, 1), tables["removals"]])

    assert any("overlap" in message for message in refused({**tables, "removals": twice}))


def test_a_surface_must_be_quoted_from_the_text(published_tables):
    tables = published_tables()
    moved = changed(tables, "dates", "surface", lambda _: "5 May 2024")
    for row in (nested := tables["articles"]["dates"].to_pylist()):
        for mention in row:
            mention["surface"] = "5 May 2024"
    both = changed(moved, "articles", "dates", lambda _: nested.pop(0))

    assert any("is not the surface" in message for message in refused(both))


def test_a_missing_column_is_named(published_tables):
    tables = published_tables()
    verdict = gates.check({**tables, "relations": tables["relations"].drop_columns(["score"])}, None)

    assert verdict.refusals == (("schema", "relations.score is missing"),)


def test_too_many_articles_gone_is_refused_unless_accepted(published_tables, letters):
    before = Version(published_tables(letters("abcdef")))
    few, half = published_tables(letters("ab")), published_tables(letters("abc"))

    assert gates.check(few, before).refusals[0][0] == "shrink"
    assert gates.check(half, before).ok
    assert gates.check(few, before, limits={**gates.LIMITS, "shrink": gates.Limits(None, 0.9)}).ok
    accepted = gates.check(few, before, accept=frozenset({"shrink"}))
    assert accepted.ok and accepted.accepted == ("shrink",) and "accepted" in accepted.warnings[0]


def test_many_failed_documents_are_refused_unless_accepted(published_tables, letters):
    sick = [{"name": f"s{at:02d}", "text": "", "rejected": "failed"} for at in range(21)]
    fine = letters([f"f{at:03d}" for at in range(190)])

    assert gates.check(published_tables(sick[:20] + fine[:1]), None).ok
    assert gates.check(published_tables(sick + fine), None).ok
    (refusal,) = gates.check(published_tables(sick + fine[:100]), None).refusals
    assert refusal[0] == "failed" and "21 of 121 documents failed, first s" in refusal[1]
    assert gates.check(published_tables(sick), None, accept=frozenset({"failed"})).ok


def test_an_unknown_gate_cannot_be_accepted(published_tables):
    with pytest.raises(ConfigError, match="--accept shrnk: no such gate; there are shrink, failed, cluster"):
        gates.check(published_tables(), None, accept=frozenset({"shrnk"}))


def test_an_article_that_became_a_copy_of_another_old_one_is_gone(published_tables, letters):
    before = Version(published_tables(letters("abcd")))
    merged = letters("abcd")
    for one in merged[1:]:
        one["copy_of"] = "a"

    ((gate, message),) = gates.check(published_tables(merged), before).refusals

    assert gate == "shrink" and "3 of the 4 articles of v0001 would be gone: 3 became copies of others" in message


def test_an_article_whose_place_a_new_document_took_is_not_gone(published_tables, letters):
    before = Version(published_tables(letters("abcd")))
    reprinted = letters("abcdnopq")
    for one, copy in zip(reprinted[:4], "nopq", strict=True):
        one["copy_of"] = copy

    assert gates.check(published_tables(reprinted), before).ok


def test_a_date_in_the_future_is_warned_of(published_tables):
    tables = published_tables()

    assert not gates.check(tables, None, today=date(2024, 5, 2)).warnings
    assert "dated in the future" in gates.check(tables, None, today=date(2024, 4, 30)).warnings[0]


def with_titles(rows, count):
    """The rows, the first `count` with a title."""
    return [{**row, "title": "A headline"} if at < count else row for at, row in enumerate(rows)]


@pytest.mark.parametrize(
    "titled, level", [(60, None), (55, None), (54, None), (53, "warn"), (42, "warn"), (41, "fail"), (0, "fail")]
)
def test_a_share_that_falls_warns_and_then_refuses(published_tables, letters, titled, level):
    """The limits are a tenth and three tenths, and what lies on one is still below it."""
    rows = letters([f"n{i:02d}" for i in range(60)])
    before = Version(published_tables(with_titles(rows, 60)))

    findings = gates.check(published_tables(with_titles(rows, titled)), before).findings

    assert [f.level for f in findings if f.gate == "titles" and f.scope == "all"] == ([level] if level else [])


def test_a_small_data_set_is_only_warned(published_tables, letters):
    rows = letters([f"n{i:02d}" for i in range(29)])
    before = Version(published_tables(with_titles(rows, 29)))

    verdict = gates.check(published_tables(rows), before)

    assert verdict.ok
    assert any("articles with a title: 0% in 29 documents, 100% is usual" in warning for warning in verdict.warnings)


def test_odd_paragraphs_are_only_warned_of(published_tables):
    tables = published_tables([{"name": "a", "text": "One line\nanother line"}])

    verdict = gates.check(tables, None)

    assert verdict.ok
    assert "paragraphs" in verdict.warnings[0]


def test_removals_and_text_rebuild_what_a_repair_changed():
    raw = "A colour photo. Rain  fell."
    text = "Rain fell."
    spans = ([0, 20], [16, 22], [raw[:16], "  "], [None, " "])

    assert invariants.rebuild_raw(text, *spans) == raw
    assert invariants.rebuild_raw("Snow", *spans) is None


def test_chunks_do_not_matter(published_tables):
    tables = published_tables()
    chunked = {name: pa.concat_tables([t.slice(0, 1), t.slice(1)]) for name, t in tables.items()}

    assert gates.check(chunked, None).ok
    assert pc.sum(chunked["articles"]["n_chars"]) == pc.sum(tables["articles"]["n_chars"])


def test_the_docs_name_every_gate():
    page = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")

    assert [gate for gate in gates.LIMITS if f"`{gate}`" not in page] == []


@pytest.mark.parametrize(
    "given, words",
    [
        ({"titels": "off"}, "no gate 'titels'"),
        ({"titles": 0.3}, "'titles' must be"),
        ({"titles": {"fial": 0.3}}, "'titles' must be"),
        ({"titles": {"fail": -1}}, "titles.fail must be a number from 0 on"),
        ({"titles": {"fail": True}}, "titles.fail must be a number from 0 on"),
    ],
)
def test_limits_that_are_none_are_refused_by_name(given, words):
    with pytest.raises(ConfigError, match=words):
        gates.read_limits(given, gates.LIMITS, "copydesk.toml: [gates]")
