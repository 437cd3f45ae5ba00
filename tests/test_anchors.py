"""Anchors: which of a document's dates is its date of publication."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from tasks import schema
from tasks.anchors import READS, choose_dates

TYPES = dict.fromkeys(["found", "modified"], pa.list_(schema.DATE_LINE))
TYPES |= {"html_published": schema.EXTRACTED.field("html_published").type}
WIDE = pa.schema([pa.field(name, TYPES.get(name, pa.string())) for name in READS])


def line(local: str, **more) -> dict:
    precision = {4: "year", 7: "month", 10: "day", 16: "minute", 19: "second"}[len(local)]
    empty = {"utc_offset": None, "order": None, "alternative": None, "flags": []}
    return {"surface": f"Posted {local}", "local": local, "precision": precision, "source": "header", **empty, **more}


def page(*days: str, source: str = "html") -> list[dict]:
    return [{"source": source, "value": day} for day in days]


def ambiguous(day_first: str, month_first: str) -> dict:
    return line(month_first, order="ambiguous", alternative=day_first)


def chosen(*documents: dict, clusters: list[str] | None = None) -> list[dict]:
    rows = [{"document_id": f"doc_{n}", "site": "desk", **document} for n, document in enumerate(documents)]
    ids = [row["document_id"] for row in rows]
    table = pa.Table.from_pylist(rows, WIDE)
    return choose_dates(table, pa.table({"document_id": ids, "cluster_id": clusters or ids})).to_pylist()


@pytest.mark.parametrize(
    ("document", "local", "source"),
    [
        pytest.param(
            {"found": [line("2021-05-06")], "metadata": "2020-01-01", "html_published": page("2019-01-01")},
            "2020-01-01",
            "metadata",
            id="what the input gives first",
        ),
        pytest.param(
            {
                "found": [line("2021-05-06")],
                "html_published": page("2019-01-01", source="structured"),
            },
            "2019-01-01",
            "structured",
            id="then structured data",
        ),
        pytest.param(
            {"found": [line("2021-05-06")], "html_published": page("2019-01-01")},
            "2021-05-06",
            "header",
            id="then its own line",
        ),
        pytest.param(
            {"html_published": page("2019-01-01"), "url": "https://e.org/2018/03/04/x"},
            "2019-01-01",
            "html",
            id="then markup",
        ),
        pytest.param(
            {"found": [line("2021-05-06", surface="Updated: 2021-05-06")], "html_published": page("2021-05-01")},
            "2021-05-01",
            "html",
            id="a later change behind all statements of publication",
        ),
        pytest.param({"url": "https://e.org/2018/03/04/x"}, "2018-03-04", "url", id="then the address"),
        pytest.param(
            {"url": "https://e.org/x", "source_path": "desk/2018-03-04 A title.txt"},
            "2018-03-04",
            "path",
            id="then the name",
        ),
        pytest.param({}, None, None, id="else none"),
    ],
)
def test_the_best_source_decides(document, local, source):
    (row,) = chosen(document)

    assert (row["published_local"], row["published_source"]) == (local, source)


def test_a_zone_that_is_stated_gives_an_instant_and_none_is_made_up():
    stated, silent = chosen(
        {"found": [line("2021-05-06T01:30", utc_offset=120)]}, {"found": [line("2021-05-06T01:30")]}
    )

    assert stated["published_at"] == datetime(2021, 5, 5, 23, 30, tzinfo=UTC)
    assert stated["published_date"] == silent["published_date"] == date(2021, 5, 6)
    assert silent["published_at"] is None


def test_a_site_whose_other_lines_agree_decides_day_and_month():
    clear = [{"found": [line(f"2021-05-{day}", order="day_first")]} for day in (20, 21, 22)]

    *_, row = chosen(*clear, {"found": [ambiguous("2021-05-04", "2021-04-05")]})

    assert (row["published_local"], row["flags"]) == ("2021-05-04", [])


def test_a_site_of_two_lines_or_of_two_minds_decides_nothing():
    two = [{"found": [line(f"2021-05-{day}", order="day_first")]} for day in (20, 21)]
    other = {"found": [line("2021-05-23", order="month_first")]}
    unsure = {"found": [ambiguous("2021-05-04", "2021-04-05")]}

    assert chosen(*two, unsure)[-1]["flags"] == ["date_order_ambiguous"]
    assert chosen(*two, other, unsure)[-1]["flags"] == ["date_order_ambiguous"]


@pytest.mark.parametrize(
    ("language", "local", "flags"),
    [
        ("en-GB", "2021-05-04", []),
        ("en-US", "2021-04-05", ["date_order_ambiguous"]),
        ("en-CA", "2021-04-05", ["date_order_ambiguous"]),
        ("en", "2021-04-05", ["date_order_ambiguous"]),
        (None, "2021-04-05", ["date_order_ambiguous"]),
    ],
)
def test_the_region_of_a_page_s_language_decides_where_nothing_else_does(language, local, flags):
    (row,) = chosen({"found": [ambiguous("2021-05-04", "2021-04-05")], "html_language": language})

    assert (row["published_local"], row["flags"]) == (local, flags)


def test_another_source_that_agrees_with_one_reading_decides():
    (row,) = chosen({"found": [ambiguous("2021-05-04", "2021-04-05")], "url": "https://e.org/2021/05/04/x"})

    assert (row["published_local"], row["published_source"], row["flags"]) == ("2021-05-04", "header", [])


def test_a_bare_day_takes_its_time_from_a_worse_source():
    (row,) = chosen({"metadata": "2021-05-06", "found": [line("2021-05-06T07:15", utc_offset=60)]})

    assert (row["published_local"], row["published_source"]) == ("2021-05-06T07:15", "metadata")
    assert row["published_at"] == datetime(2021, 5, 6, 6, 15, tzinfo=UTC)


def test_sources_more_than_a_day_apart_are_flagged_and_zones_are_not():
    apart, zones = chosen(
        {"metadata": "2021-05-06", "found": [line("2021-05-08")]},
        {"metadata": "2021-05-06", "found": [line("2021-05-07")]},
    )

    assert (apart["published_local"], apart["flags"]) == ("2021-05-06", ["date_conflict"])
    assert zones["flags"] == []


def test_dates_that_lost_are_kept_and_the_last_change_needs_a_zone():
    (row,) = chosen(
        {
            "metadata": "2021-05-06",
            "found": [line("2021-05-07"), line("2021-05-06")],
            "given_modified": "2021-05-08",
            "html_modified": "2021-05-08T10:00:00Z",
        }
    )

    assert row["evidence"] == '{"published_date":[{"value":"2021-05-07","source":"header"}]}'
    assert row["modified_at"] == datetime(2021, 5, 8, 10, tzinfo=UTC)


def test_a_document_without_a_date_borrows_the_earliest_of_its_cluster():
    rows = chosen(
        {}, {"found": [line("2021-05-07")]}, {"found": [line("2021-05-06")]}, {}, clusters=["a", "a", "a", "b"]
    )

    assert [(row["published_local"], row["published_source"]) for row in rows] == [
        ("2021-05-06", "cluster"),
        ("2021-05-07", "header"),
        ("2021-05-06", "header"),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("document", "local", "lost"),
    [
        pytest.param(
            {"html_published": page("2099-01-01", "2021-05-04"), "file_day": "2021-06-01"},
            "2021-05-04",
            ["2099-01-01"],
            id="the page's next date",
        ),
        pytest.param(
            {"metadata": "2099-01-01", "found": [line("2021-05-04")], "file_day": "2021-06-01"},
            "2021-05-04",
            ["2099-01-01"],
            id="another source",
        ),
        pytest.param(
            {"html_published": page("2099-01-01"), "file_day": "2021-06-01"}, None, ["2099-01-01"], id="else none"
        ),
        pytest.param(
            {"html_published": page("2021-05-07"), "fetched": "2021-05-04T10:00:00Z", "file_day": "2024-01-01"},
            None,
            ["2021-05-07"],
            id="a capture is of its day",
        ),
    ],
)
def test_nothing_was_published_after_its_file_was_written(document, local, lost):
    (row,) = chosen(document)

    assert (row["published_local"], row["flags"]) == (local, ["date_conflict"])
    assert [value in row["evidence"] for value in lost] == [True]


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"html_published": page("2021-06-02"), "file_day": "2021-06-01"}, id="the day after: zones"),
        pytest.param({"html_published": page("2031-06-02")}, id="no time of the file is known"),
        pytest.param(
            {"metadata": "2021-07-01", "found": [line("2021-07-01")], "file_day": "2020-01-01"},
            id="two sources against the file's time",
        ),
        pytest.param(
            {"metadata": "2099-01-01", "file_day": "2021-06-01"}, id="what the input gives, where nothing else speaks"
        ),
    ],
)
def test_a_day_after_the_file_counts_where_the_file_may_be_wrong(document):
    (row,) = chosen(document)

    assert row["published_date"] is not None and "date_conflict" not in row["flags"]


@pytest.mark.parametrize(
    ("document", "local", "flags"),
    [
        pytest.param({"html_day_order": "day_first"}, "2021-05-04", [], id="the page's other dates"),
        pytest.param({"site": "harbour.example.co.uk"}, "2021-05-04", [], id="the country of the site"),
        pytest.param({"url": "https://e.org/2021/may/04/x"}, "2021-05-04", [], id="the address"),
        pytest.param({"url": "https://e.org/2021/05/x"}, "2021-05-04", [], id="its month"),
        pytest.param({"site": "e.org"}, "2021-04-05", ["date_order_ambiguous"], id="nothing"),
    ],
)
def test_more_evidence_settles_day_and_month(document, local, flags):
    (row,) = chosen({"found": [ambiguous("2021-05-04", "2021-04-05")], **document})

    assert (row["published_local"], row["flags"]) == (local, flags)


def test_numbers_between_hyphens_are_read_day_first_and_flagged():
    (row,) = chosen({"html_published": page("04-05-2021")})

    assert (row["published_local"], row["flags"]) == ("2021-05-04", ["date_order_ambiguous"])


def test_what_is_weak_says_so():
    guess, confirmed, change = chosen(
        {"html_published": page("2021-05-04", source="guess")},
        {"html_published": page("2021-05-04", source="guess"), "url": "https://e.org/2021/05/x"},
        {"html_published": page("2021-05-04", source="change")},
    )

    assert [row["flags"] for row in (guess, confirmed, change)] == [["date_unconfirmed"], [], ["date_of_change"]]
    assert {row["published_source"] for row in (guess, confirmed, change)} == {"html"}
