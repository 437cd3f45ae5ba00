"""The values of a field that lost to the one that was chosen, as `documents.evidence` holds them.

In     {field: [(value, source), …]} of one step; later the columns `evidence` of several steps
Out    a JSON object as a string, {field: [{"value": …, "source": …}, …]}; null where nothing lost

Fields are called as in `schema.ARTICLES`, sources as in `title_origin` and `published_source`. Keys are sorted and
nothing stands twice in a field, so that the same values give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Value = str | list[str]


def dump_lost(lost: Mapping[str, Iterable[tuple[Value, str]]]) -> str | None:
    """The evidence of one document as a string; None where no value lost.

    Args:
        lost: (value, source) of each value that lost, by field, in the order in which they would have been taken.

    >>> dump_lost({"title": [("Rain", "html")], "byline": []})
    '{"title":[{"value":"Rain","source":"html"}]}'
    """
    return _dumped({name: [{"value": v, "source": s} for v, s in values] for name, values in lost.items()})


def merge_lost(*columns: pa.ChunkedArray) -> pa.Array:
    """Row by row the union of the evidence of several steps, the first step's values first.

    >>> merge_lost(*(pa.chunked_array([[text, None]], pa.string()) for text in (None, '{"title":[]}'))).to_pylist()
    [None, None]
    """
    is_there = np.array([pc.is_valid(column).to_numpy() for column in columns])
    rows = np.flatnonzero(is_there.any(axis=0))  # few
    said = zip(*(column.take(pa.array(rows)).to_pylist() for column in columns), strict=True)
    merged: list[str | None] = [None] * len(columns[0])
    for row, texts in zip(rows.tolist(), said, strict=True):
        merged[row] = _merged(text for text in texts if text)
    return pa.array(merged, pa.string())


def _merged(texts: Iterable[str]) -> str | None:
    fields: dict[str, list[Any]] = {}
    for text in texts:
        for name, values in json.loads(text).items():
            fields.setdefault(name, []).extend(values)
    return _dumped(fields)


def _dumped(fields: Mapping[str, list[Any]]) -> str | None:
    kept: dict[str, list[Any]] = {}
    for name, values in sorted(fields.items()):
        for value in values:
            if value not in kept.setdefault(name, []):
                kept[name].append(value)
    kept = {name: values for name, values in kept.items() if values}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else None
