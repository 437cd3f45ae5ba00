"""Versions that an earlier contract wrote are read, compared, verified and published again."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tasks import publish
from tasks.publish import versions
from tasks.publish.staging import finish_manifest, write_data_files
from tasks.publish.upgrade import upgraded
from tasks.report import diff_versions
from tasks.report.explain import explain
from tasks.schema import CONTRACT_VERSION, PUBLISHED
from tasks.storage import Disk

LATER = {  # what contract 1.1 added
    "articles": ["standfirst", "modified_at"],
    "documents": ["evidence"],
    "removals": ["detail"],
    "figures": ["number_start", "number_end", "unit_start", "unit_end"],
}


def without_later(name: str, table: pa.Table) -> pa.Table:
    """A table as contract 1.0 had it."""
    table = table.drop_columns(LATER.get(name, []))
    if name == "articles":
        kind = PUBLISHED["articles"].field("figures").type.value_type
        parts = pa.struct([part for part in kind if part.name not in LATER["figures"]])
        at = table.schema.get_field_index("figures")
        rows = [
            [{part.name: row[part.name] for part in parts} for row in rows] for rows in table["figures"].to_pylist()
        ]
        table = table.set_column(at, "figures", pa.array(rows, pa.list_(parts)))
    return table


@pytest.fixture
def earlier(publish_tables, published_tables, tmp_path):
    """A data set whose one version was written under contract 1.0."""
    tables = published_tables()
    publish_tables(tables, tmp_path)
    folder = tmp_path / "versions" / "v0001"
    manifest = versions.read_manifest(Disk(tmp_path), "v0001")
    files = write_data_files({name: without_later(name, table) for name, table in tables.items()}, folder)
    finish_manifest(folder, {**manifest, "contract_version": "1.0", "files": {**manifest["files"], **files}})
    versions.write_latest(Disk(tmp_path), "v0001")
    return tmp_path


def test_its_tables_have_the_columns_that_came_later_as_null(earlier):
    dataset = publish.open_dataset(earlier)

    for name, schema in PUBLISHED.items():
        assert dataset.table(name).schema.names == schema.names
    assert dataset.articles["standfirst"].isna().all()
    assert dataset.figures["number_start"].isna().all()
    narrow = publish.open_dataset(earlier, columns=["title", "standfirst"]).table("articles")
    assert narrow.schema.names == ["title", "standfirst"]


def test_it_verifies_and_is_explained(earlier):
    assert publish.verify(earlier) == []
    assert "Ferry returns" in str(explain(publish.open_dataset(earlier), "gazette/ferry.txt"))


def test_the_same_articles_under_the_present_contract_are_a_new_version_without_changes(
    earlier, publish_tables, published_tables
):
    assert publish_tables(published_tables(), earlier, "r2") == "v0002"

    diff = diff_versions(publish.open_dataset(earlier, "v0001"), publish.open_dataset(earlier))

    assert diff.counts == {"new": 0, "changed": 0, "removed": 0}
    assert publish.open_dataset(earlier).manifest["contract_version"] == CONTRACT_VERSION


def test_a_required_column_that_is_missing_is_not_made_up():
    table = pa.table({"document_id": ["doc_1"]})

    assert "status" not in upgraded("documents", table).column_names
    assert upgraded("documents", table)["evidence"].to_pylist() == [None]
