"""What people who load the data set may rely on."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tasks import publish
from tasks.errors import ConfigError, Damaged
from tasks.schema import PUBLISHED


def test_the_latest_version_opens_as_data_frames(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)

    ds = publish.open_dataset(tmp_path)

    assert (ds.version, ds.path, ds.manifest["version"]) == ("v0001", tmp_path / "versions" / "v0001", "v0001")
    for name, schema in PUBLISHED.items():
        assert list(getattr(ds, name).columns) == schema.names
    ferry = ds.articles.set_index("source_path").loc["gazette/ferry.txt"]
    assert ferry.published_date == date(2024, 5, 2)
    assert ferry.dates[0]["surface"] == "4 May 2024"
    assert set(ds.figures.article_id) <= set(ds.articles.article_id)


def test_rows_and_sizes_stay_whole_numbers_where_some_are_null(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)

    ds = publish.open_dataset(tmp_path)

    assert ds.articles["source_row"].isna().any()
    for column in (ds.articles["source_row"], ds.documents["source_row"], ds.documents["n_bytes"]):
        assert str(column.dtype) == "Int64"


def test_an_older_version_stays_readable(publish_tables, published_tables, letters, tmp_path):
    publish_tables(published_tables(letters("a")), tmp_path)
    publish_tables(published_tables(letters("ab")), tmp_path, "r2")

    assert len(publish.open_dataset(tmp_path, version="v0001").articles) == 1
    assert len(publish.open_dataset(str(tmp_path)).articles) == 2


def test_an_open_data_set_stays_on_its_version(publish_tables, published_tables, letters, tmp_path):
    publish_tables(published_tables(letters("a")), tmp_path)
    ds = publish.open_dataset(tmp_path)
    publish_tables(published_tables(letters("ab")), tmp_path, "r2")

    assert len(ds.articles) == 1


def test_only_the_columns_asked_for_are_read(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)

    everywhere = publish.open_dataset(tmp_path, columns=["document_id", "text"])
    by_table = publish.open_dataset(tmp_path, columns={"articles": ["text", "title"]})

    assert list(everywhere.articles.columns) == ["document_id", "text"]
    assert list(everywhere.documents.columns) == ["document_id"]
    assert list(by_table.articles.columns) == ["text", "title"]
    assert list(by_table.relations.columns) == PUBLISHED["relations"].names


@pytest.mark.parametrize(
    "columns, words",
    [
        (["headline"], "no column headline"),
        ({"articles": ["status"]}, "no column status in articles"),
        ({"pages": ["text"]}, "no table pages"),
        ("text", "a list of names is wanted"),
    ],
)
def test_an_unknown_column_is_named(publish_tables, published_tables, tmp_path, columns, words):
    publish_tables(published_tables(), tmp_path)

    with pytest.raises(ConfigError, match=words):
        publish.open_dataset(tmp_path, columns=columns)


def test_what_is_not_there_is_said(publish_tables, published_tables, tmp_path):
    with pytest.raises(ConfigError, match="no published version here"):
        publish.open_dataset(tmp_path)
    publish_tables(published_tables(), tmp_path)

    with pytest.raises(ConfigError, match="no version v0009; there are v0001"):
        publish.open_dataset(tmp_path, "v0009")
    with pytest.raises(KeyError, match="no table 'pages'"):
        publish.open_dataset(tmp_path).table("pages")


def test_a_damaged_table_is_named(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)
    (tmp_path / "versions" / "v0001" / "dates.parquet").write_bytes(b"no table")

    with pytest.raises(Damaged, match=r"dates\.parquet: cannot be read"):
        _ = publish.open_dataset(tmp_path).dates


DOCS = Path(__file__).parent.parent / "docs" / "dataset.md"


@pytest.mark.parametrize("table", PUBLISHED)
def test_the_docs_explain_every_column(table):
    chapter = DOCS.read_text().split(f"\n## {table}\n")[1].split("\n## ")[0]

    assert [name for name in PUBLISHED[table].names if f"`{name}`" not in chapter] == []


def test_the_docs_way_back_to_the_raw_text_works(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)
    ds = publish.open_dataset(tmp_path)
    code = DOCS.read_text().split("```python\ndef raw_text")[1].split("```")[0]
    scope = {}
    exec(f"def raw_text{code}", scope)

    ferry = ds.articles.set_index("source_path").loc["gazette/ferry.txt"]
    raw = scope["raw_text"](ferry.text, ds.removals[ds.removals.document_id == ferry.document_id])

    stated = ds.documents.set_index("document_id").raw_text_sha256[ferry.document_id]
    assert hashlib.sha256(raw.encode()).hexdigest() == stated


def test_the_files_open_without_copydesk(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)
    folder = tmp_path / "versions" / "v0001"

    frame = pd.read_parquet(folder / "articles.parquet", columns=["article_id", "title"])
    lines = duckdb.sql(f"SELECT article_id FROM read_json('{folder}/articles.jsonl.gz') ORDER BY 1").fetchall()

    assert [row[0] for row in lines] == frame.article_id.tolist()


def test_rows_are_found_by_a_value(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)
    ds = publish.open_dataset(tmp_path, columns=["document_id"])
    ferry = ds.duplicates.document_id[0]

    (row,) = ds.find("duplicates", "document_id", ferry)

    assert row["document_id"] == ferry and row["source_path"] == "courier/ferry.txt"
    assert ds.find("articles", "document_id", ferry) == []
