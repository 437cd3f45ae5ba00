"""The data files: the same rows give the same bytes; members of the version before are copied only where they fit."""

from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.errors import CopydeskError
from tasks.publish import jsonl
from tasks.publish.jsonl import member_bounds, read_members, write_jsonl
from tasks.publish.writers import conform, write_parquet
from tasks.schema import ARTICLES, PUBLISHED

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)


def test_parquet_is_zstd_in_groups_of_ten_thousand_with_the_contracts_schema(published_tables, tmp_path):
    row = published_tables()["relations"].slice(0, 1)
    many = pa.concat_tables([row] * 10_001)

    write_parquet(conform("relations", many), tmp_path / "relations.parquet")

    meta = pq.read_metadata(tmp_path / "relations.parquet")
    assert [meta.row_group(at).num_rows for at in range(meta.num_row_groups)] == [10_000, 1]
    assert {meta.row_group(0).column(at).compression for at in range(meta.num_columns)} == {"ZSTD"}
    assert pq.read_schema(tmp_path / "relations.parquet").equals(PUBLISHED["relations"], check_metadata=True)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 40), max_size=4))
def test_the_same_rows_give_the_same_bytes_however_they_came(published_tables, letters, tmp_path, cuts):
    table = published_tables(letters([f"n{at}" for at in range(40)]))["articles"]
    bounds = [0, *sorted(cuts), 40]
    pieces = pa.concat_tables([table.slice(a, b - a) for a, b in pairwise(bounds)])

    for name, rows in (("one", table), ("other", pieces.replace_schema_metadata({"made": "elsewhere"}))):
        write_parquet(conform("articles", rows), tmp_path / f"{name}.parquet")
        write_jsonl(conform("articles", rows), tmp_path / f"{name}.gz", threads=len(name) - 2)

    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "other.gz").read_bytes()


def test_json_lines_hold_what_parquet_holds(publish_tables, published_tables, tmp_path):
    publish_tables(published_tables(), tmp_path)
    folder = tmp_path / "versions" / "v0001"
    packed = (folder / "articles.jsonl.gz").read_bytes()

    rows = [json.loads(line) for line in gzip.decompress(packed).decode().splitlines()]

    stored = pq.read_table(folder / "articles.parquet").to_pylist()
    assert packed[4:8] == bytes(4)
    assert [list(row) for row in rows] == [list(row) for row in stored]
    assert [row["text"] for row in rows] == [row["text"] for row in stored]
    assert {row["published_date"] for row in rows} == {None, "2024-05-02"}


def test_a_line_of_json_is_one_line_for_every_reader(published_tables, tmp_path):
    tables = published_tables([{"name": "a", "text": "One\u2028two\x85three\u2029four “five”"}])

    write_jsonl(tables["articles"], tmp_path / "a.gz")

    lines = gzip.decompress((tmp_path / "a.gz").read_bytes()).decode().splitlines()
    assert len(lines) == 1 and "“five”" in lines[0]
    assert json.loads(lines[0])["text"] == "One\u2028two\x85three\u2029four “five”"


def test_members_of_the_version_before_are_copied_and_the_bytes_are_those_of_a_full_run(
    published_tables, letters, tmp_path, monkeypatch
):
    names = [f"n{at}" for at in range(600)]
    old, new = published_tables(letters(names))["articles"], published_tables(letters([*names[5:], "more"]))["articles"]
    write_jsonl(old, tmp_path / "old.gz")
    write_jsonl(new, tmp_path / "full.gz")
    packed = []
    monkeypatch.setattr(jsonl, "pack", lambda *args, pack=jsonl.pack: packed.append(args) or pack(*args))

    write_jsonl(new, tmp_path / "incremental.gz", before=tmp_path / "old.gz")

    assert (tmp_path / "incremental.gz").read_bytes() == (tmp_path / "full.gz").read_bytes()
    assert 1 <= len(packed) <= 6 < len(member_bounds(new["article_id"])) - 1
    rows = [json.loads(line) for line in gzip.decompress((tmp_path / "full.gz").read_bytes()).splitlines()]
    assert [row["article_id"] for row in rows] == new["article_id"].to_pylist()


@pytest.mark.parametrize("column", ARTICLES.names[1:])
def test_a_member_is_not_copied_when_any_column_of_a_row_changed(published_tables, tmp_path, column):
    old = published_tables()["articles"]
    at, kind, values = old.schema.get_field_index(column), old.schema.field(column).type, old[column].to_pylist()
    other = {pa.string(): "x", pa.int64(): 7, pa.date32(): NOON.date(), pa.timestamp("us", tz="UTC"): NOON}
    values[0] = other[kind] if values[0] is None else None
    new = old.set_column(at, pa.field(column, kind), pa.array(values, kind))
    write_jsonl(old, tmp_path / "old.gz")

    write_jsonl(new, tmp_path / "new.gz", before=tmp_path / "old.gz")

    assert read_members(tmp_path / "new.gz").keys().isdisjoint(read_members(tmp_path / "old.gz"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((["A"], []), ([], ["A"])),
        ((["A", "B"], ["C"]), (["A"], ["B", "C"])),
        (([], ["A"]), ([None], ["A"])),
        (([], []), ([None], [])),
    ],
)
def test_a_member_is_not_copied_when_a_name_moved_to_the_next_list(published_tables, tmp_path, before, after):
    rows = published_tables()["articles"].to_pylist()[:1]
    for name, (byline, translators) in (("old", before), ("new", after)):
        table = pa.Table.from_pylist([{**rows[0], "byline": byline, "translators": translators}], ARTICLES)
        write_jsonl(table, tmp_path / f"{name}.gz", before=tmp_path / "old.gz")

    assert read_members(tmp_path / "new.gz").keys().isdisjoint(read_members(tmp_path / "old.gz"))


@pytest.mark.parametrize(
    ("surface", "value", "unit"), [("30 days", 30.0, None), ("d", 30.0, "30 days"), ("30 days", None, "d")]
)
def test_a_member_is_not_copied_when_a_part_of_a_mention_changed(published_tables, tmp_path, surface, value, unit):
    old = published_tables()["articles"]
    rows = old.to_pylist()
    figure = next(row["figures"][0] for row in rows if row["figures"])
    figure |= {"surface": surface, "value": value, "unit": unit}
    write_jsonl(old, tmp_path / "old.gz")

    write_jsonl(pa.Table.from_pylist(rows, old.schema), tmp_path / "new.gz", before=tmp_path / "old.gz")

    assert read_members(tmp_path / "new.gz").keys().isdisjoint(read_members(tmp_path / "old.gz"))


@pytest.mark.parametrize("data", [b"", b"no gzip", gzip.compress(b"{}\n"), b"\x1f\x8b\x08\x04" + bytes(60)])
def test_a_file_that_was_written_otherwise_is_not_copied_from(published_tables, tmp_path, data):
    (tmp_path / "before.gz").write_bytes(data)
    table = published_tables()["articles"]

    write_jsonl(table, tmp_path / "a.gz", before=tmp_path / "before.gz")
    write_jsonl(table, tmp_path / "b.gz", before=tmp_path / "missing.gz")

    assert read_members(tmp_path / "before.gz") == {}
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


@pytest.fixture(params=["UTC", "Asia/Tokyo"])
def zone(request):
    """A time zone that the process is in for the length of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


def test_times_are_written_in_utc_wherever_the_machine_is(published_tables, tmp_path, zone):
    table = published_tables([{"name": "a", "text": "Plain."}, {"name": "b", "text": "Plainer."}])["articles"]
    item = table.schema.field("published_at")
    moments = [NOON, NOON + timedelta(microseconds=5)]
    table = table.set_column(table.schema.get_field_index("published_at"), item, pa.array(moments, item.type))

    write_jsonl(table, tmp_path / "a.gz")

    rows = [json.loads(line) for line in gzip.decompress((tmp_path / "a.gz").read_bytes()).splitlines()]
    assert [row["published_at"] for row in rows] == ["2024-05-06T12:00:00Z", "2024-05-06T12:00:00.000005Z"]


def test_a_table_without_a_column_is_refused(published_tables):
    with pytest.raises(CopydeskError, match=r"table dates: no column rule"):
        conform("dates", published_tables()["dates"].drop_columns(["rule"]))
