"""Columns are declared once: schema, triage, diff, explain, card, Croissant, docs and made-up tables follow from it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tasks import schema
from tasks.columns import TABLES, Field
from tasks.publish.upgrade import upgraded
from tasks.report import diff_tables

ROOT = Path(__file__).parent.parent
JOINTS = {
    "records": schema.RECORDS, "pages": schema.EXTRACTED, "stripped": schema.STRIPPED, "languages": schema.LANGUAGES,
    "scanned": schema.SCANNED,
}  # fmt: skip
EVERY = [(table, field) for table, spec in TABLES.items() for field in spec.fields]
TOLD = [
    pytest.param(table, field, id=f"{table}.{field.name}")
    for table, field in EVERY
    if table in ("articles", "documents") and field.diff
]
TEXT = "The lamp on the pier burns again."


@pytest.mark.parametrize("table, field", EVERY, ids=lambda value: value if isinstance(value, str) else value.name)
def test_every_column_says_what_it_holds(table, field):
    assert field.doc and field.since <= schema.CONTRACT_VERSION
    assert "|" not in field.doc, "it stands in a cell of a table"
    assert all(name in {known.name for known in TABLES[table].fields} for name in field.follows)
    if field.parts:
        assert [(part.name, part.type) for part in field.parts] == [(p.name, p.type) for p in field.type.value_type]


@pytest.mark.parametrize("field", [field for _, field in EVERY if field.merge], ids=lambda field: field.name)
def test_the_sources_of_a_field_are_columns_of_the_joints(field):
    for source in field.merge:
        joint, _, name = source.partition(".")
        assert JOINTS[joint].field(name).type == field.type


def test_the_page_on_the_data_set_says_the_same():
    made = subprocess.run([sys.executable, "bench/dataset_docs.py", "--check"], cwd=ROOT, check=False)

    assert made.returncode == 0, "run python bench/dataset_docs.py"


def other_value(field: Field) -> Any:
    """Some value of a column that made-up tables do not have."""
    if field.parts:
        return [{part.name: other_value(part) for part in field.parts}]
    if field.type == pa.list_(pa.string()):
        return ["other"]
    values = {pa.string(): "other", pa.date32(): date(2020, 2, 2), pa.bool_(): True}
    if pa.types.is_timestamp(field.type):
        return datetime(2020, 2, 2, tzinfo=UTC)
    return values.get(field.type, 77)


@pytest.mark.parametrize("table, field", TOLD)
def test_diff_tells_of_another_value_in_any_column(published_tables, table, field):
    old = published_tables([{"name": "a", "text": TEXT}])
    at = old[table].schema.get_field_index(field.name)
    value = pa.array([other_value(field)], field.type)
    new = {**old, table: old[table].set_column(at, old[table].schema.field(at), value)}

    diff = diff_tables(old, new)

    assert diff.changed == 1
    assert {kind for kind, count in diff.kinds.items() if count} == {field.diff}
    if field.diff == "other_changed":
        assert diff.lists["other_changed"][0].after == field.name


def test_what_follows_from_a_changed_text_is_not_told_of(published_tables):
    old, new = (published_tables([{"name": "a", "text": text}]) for text in (TEXT, "A lamp burns."))

    assert {kind for kind, count in diff_tables(old, new).kinds.items() if count} == {"text_changed"}


def test_columns_that_came_with_a_later_contract_may_be_missing():
    for name, spec in TABLES.items():
        later = [field.name for field in spec.fields if field.since > "1.0"]
        table = schema.PUBLISHED[name].empty_table().drop_columns(later)
        assert upgraded(name, table).schema.names == schema.PUBLISHED[name].names


NEW_COLUMN = """
import json, sys
from pathlib import Path
import pyarrow as pa
from tasks import columns
series = columns.Field("series", pa.string(), "the series it is part of", since="1.2",
                       merge=("stripped.series", "records.series"))
columns.ARTICLES = (*columns.ARTICLES, series)
columns.TABLES["articles"] = columns.TABLES["articles"].with_field(series, after="section")

sys.path[:0] = ["tests"]
import conftest
from bench import dataset_docs
from datetime import datetime, timezone
from tasks import publish, schema
from tasks.report import diff_tables
from tasks.report.explain import explain
from tasks.triage import merge_results

def table(joint, **said):
    return pa.table({i.name: pa.array([said.get(i.name)], i.type) for i in joint} | {k: [v] for k, v in said.items()})

merged = merge_results(
    table(schema.RECORDS, series="given"), table(schema.EXTRACTED), table(schema.STRIPPED, series="found"),
    table(schema.LANGUAGES), table(schema.SCANNED),
)
old, new = (
    conftest.build_tables([conftest.document("a", "A lamp burns.", series=value)]) for value in ("Lamps", "Lights")
)
curated = Path(sys.argv[1])
run = publish.RunInfo("r1", datetime(2024, 5, 6, tzinfo=timezone.utc))
staged = publish.stage(new, curated, latest=None, run=run)
(staged.folder / "report.html").write_text("")
publish.publish(staged)
folder = curated / "versions" / "v0001"
dataset = publish.open_dataset(curated)
fields = {f["name"]: f for f in json.loads((folder / "croissant.json").read_text())["recordSet"][0]["field"]}
print(json.dumps({
    "schema": "series" in schema.ARTICLES.names,
    "triage": merged["series"].to_pylist(),
    "diff": [change.after for change in diff_tables(old, new).lists["other_changed"]],
    "explain": "series     Lights" in str(explain(dataset, "a.txt")),
    "card": "| `series` | the series it is part of |" in (folder / "README.md").read_text(),
    "croissant": fields["series"]["description"],
    "frame": dataset.articles["series"].tolist(),
    "verify": publish.verify(curated),
    "docs": dataset_docs.rendered(page := dataset_docs.PAGE.read_text()) != page,
}))
"""


def test_a_new_column_is_known_everywhere(tmp_path):
    made = subprocess.run(
        [sys.executable, "-c", NEW_COLUMN, str(tmp_path)], cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert json.loads(made.stdout) == {
        "schema": True,
        "triage": ["found"],
        "diff": ["series"],
        "explain": True,
        "card": True,
        "croissant": "the series it is part of",
        "frame": ["Lights"],
        "verify": [],
        "docs": True,
    }
