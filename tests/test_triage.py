"""Triage: the first step that gave a reason is the one that counts."""

import json

import pyarrow as pa

from tasks.lost_values import dump_lost, merge_lost
from tasks.triage import settle

STRING = pa.string()


def outcome(**columns: list) -> pa.Table:
    return pa.table({name: pa.chunked_array([pa.array(values, STRING)]) for name, values in columns.items()})


def test_the_first_reason_counts_and_brings_its_own_detail():
    records = outcome(reason=["empty", None, None, None], detail=["no bytes", None, None, None])
    stripped = outcome(reason=["too_short", "too_short", None, None], detail=["x", "3 words", "a note", None])
    scanned = outcome(failed=["scan: died", "scan: died", "scan: died", None])

    reasons, details = settle([records, stripped, scanned])

    assert reasons.to_pylist() == ["empty", "too_short", "failed", None]
    assert details.to_pylist() == ["no bytes", "3 words", "scan: died", None]


def test_values_that_lost_are_merged_by_field():
    said = [
        [dump_lost({"title": [("Rain", "html")], "publisher": [("Gazette", "structured")]}), None],
        [dump_lost({"title": [("Rain", "html"), ("Rain today", "first_line")]}), None],
    ]

    merged = merge_lost(*(pa.chunked_array([rows], STRING) for rows in said)).to_pylist()

    assert json.loads(merged[0]) == {
        "publisher": [{"value": "Gazette", "source": "structured"}],
        "title": [{"value": "Rain", "source": "html"}, {"value": "Rain today", "source": "first_line"}],
    }
    assert merged[1] is None
