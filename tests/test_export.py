"""Tables for people: every format holds the rows, and no cell can be run."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pandas as pd
import pytest

from tasks import publish
from tasks.errors import ConfigError
from tasks.report import export
from tasks.report.export import CUT_MARK, MAX_CELL, export_table

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def dataset(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path / "curated")
    return publish.open_dataset(tmp_path / "curated")


@pytest.fixture
def odd(publish_tables, published_tables, letters, tmp_path):
    """An article with a title that a spreadsheet would compute, and a text that is longer than a cell."""
    rows = letters("ab")
    rows[0]["title"] = FORMULA
    rows[1]["text"] = "word " * 10_000 + "end"
    publish_tables(published_tables(rows), tmp_path / "odd")
    return publish.open_dataset(tmp_path / "odd")


def read_csv(dataset, **more):
    file = io.BytesIO()
    export_table(dataset, file, form="csv", **more)
    return list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8"), newline="")))


def test_parquet_is_the_table_itself(dataset, tmp_path):
    assert export_table(dataset, tmp_path / "a.parquet", form="parquet") == 3

    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "a.parquet"), pd.read_parquet(dataset.path / "articles.parquet")
    )


def test_json_lines_hold_every_column(dataset):
    file = io.BytesIO()
    export_table(dataset, file, form="jsonl")

    rows = [json.loads(line) for line in file.getvalue().splitlines()]
    assert [row["article_id"] for row in rows] == list(dataset.articles["article_id"])
    ferry = next(row for row in rows if row["title"] == "Ferry returns")
    assert ferry["published_date"] == "2024-05-02" and ferry["dates"][0]["start_date"] == "2024-05-04"


def test_columns_and_rows_can_be_chosen(dataset):
    rows = read_csv(dataset, columns=["title", "n_words"], where="title LIKE 'Ferry%'")

    assert [list(row) for row in rows] == [["title", "n_words"]]
    assert rows[0]["title"] == "Ferry returns"


def test_every_table_can_be_exported(dataset):
    assert {row["status"] for row in read_csv(dataset, table="documents")} == {"article", "duplicate", "rejected"}


def test_no_cell_of_a_csv_is_a_formula(odd):
    titles = {row["title"] for row in read_csv(odd)}

    assert titles == {"'" + FORMULA, ""}


def test_excel_holds_texts_dates_and_numbers_and_no_formula(odd, dataset, tmp_path):
    export_table(odd, tmp_path / "odd.xlsx", form="xlsx")
    export_table(dataset, tmp_path / "a.xlsx", form="xlsx")

    with zipfile.ZipFile(tmp_path / "odd.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
    assert "<f>" not in sheet and FORMULA in sheet and CUT_MARK in sheet
    assert MAX_CELL - len(CUT_MARK) < 5 * 10_000
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
    assert "<v>45414</v>" in sheet  # 2 May 2024 as Excel counts days


def test_more_rows_than_a_sheet_holds_are_refused(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "MAX_XLSX_ROWS", 2)

    with pytest.raises(ConfigError, match="more than 2 rows"):
        export_table(dataset, tmp_path / "a.xlsx", form="xlsx")


@pytest.mark.parametrize(
    "more, words",
    [
        ({"form": "xls"}, "--format xls: no such format; there are csv, xlsx, jsonl, parquet"),
        ({"table": "article"}, "--table article: no such table"),
        ({"columns": ["titel"]}, "--columns titel: no such column in articles"),
        ({"where": "titel = 1"}, "--where titel = 1: "),
        ({"where": "1=1) UNION SELECT * FROM read_csv('/etc/hosts') --"}, "--where "),
        ({"where": "title = (SELECT content FROM read_text('/etc/hostname'))"}, "--where "),
        ({"where": "1 = 1; COPY rows TO 'x.csv'"}, "--where "),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(dataset, more, words, tmp_path):
    with pytest.raises(ConfigError) as raised:
        export_table(dataset, io.BytesIO(), **{"form": "csv", **more})

    assert str(raised.value).startswith(words)
