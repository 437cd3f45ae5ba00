"""Tables of one row a document: put side by side, looked up by id, columns replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def beside(left: pa.Table, right: pa.Table, *names: str) -> pa.Table:
    """`left` with columns of `right`, which has the same rows in the same order; all that are new if none is named."""
    for name in names or [n for n in right.column_names if n not in left.column_names]:
        left = left.append_column(right.schema.field(name), right[name])
    return left


def with_nulls(columns: Mapping[str, Any], schema: pa.Schema) -> pa.Table:
    """A table of the schema from some of its columns; the others are null.

    >>> with_nulls({"text": ["Rain."]}, pa.schema([("text", pa.string()), ("title", pa.string())])).to_pylist()
    [{'text': 'Rain.', 'title': None}]
    """
    n_rows = len(next(iter(columns.values())))
    arrays = [
        pa.array(columns[item.name], item.type) if item.name in columns else pa.nulls(n_rows, item.type)
        for item in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def joined(left: pa.Table, right: pa.Table, *names: str) -> pa.Table:
    """`left` with columns of the row of `right` that has the same document_id; null where it has none."""
    if left["document_id"].equals(right["document_id"]):
        return beside(left, right, *names)
    place = pc.index_in(left["document_id"], value_set=right["document_id"].combine_chunks())
    for name in names:
        left = left.append_column(pa.field(name, right.schema.field(name).type), right[name].take(place))
    return left


def sorted_by(table: pa.Table, *keys: str) -> pa.Table:
    """The rows in the order of some columns; the table itself where they are in that order already."""
    order = pc.sort_indices(table, sort_keys=[(key, "ascending") for key in keys])
    return table if bool((np.diff(order.to_numpy().astype(np.int64)) == 1).all()) else table.take(order)


def merged_lists(*columns: pa.ChunkedArray) -> pa.Array:
    """Row by row the sorted union of lists of strings; nulls count as empty.

    >>> merged_lists(*(pa.chunked_array([rows], pa.list_(pa.string())) for rows in ([["b"], None], [["a", "b"], None])))
    <pyarrow.lib.ListArray object at ...>
    [
      [
        "a",
        "b"
      ],
      []
    ]
    """
    lengths = [pc.fill_null(pc.list_value_length(column), 0).to_numpy() for column in columns]
    busy = np.flatnonzero(np.sum(lengths, axis=0))  # mostly few
    rows = zip(*(column.take(pa.array(busy)).to_pylist() for column in columns), strict=True)
    merged = [sorted({word for words in row for word in words or ()}) for row in rows]
    counts = np.zeros(len(columns[0]) + 1, np.int32)
    counts[busy + 1] = [len(words) for words in merged]
    words = pa.array([word for words in merged for word in words], pa.string())
    return pa.ListArray.from_arrays(pa.array(np.cumsum(counts, dtype=np.int32)), words)


def utf8(column: pa.ChunkedArray) -> Iterator[memoryview | None]:
    """The bytes of each string of a column, in place; None for null."""
    for chunk in column.chunks:
        whole = chunk.cast(pa.large_string())
        _, ends, data = whole.buffers()
        view = memoryview(data or b"")
        offsets = np.frombuffer(ends, np.int64)[whole.offset : whole.offset + len(whole) + 1].tolist() if ends else [0]
        is_there = whole.is_valid().to_pylist()
        yield from (view[a:b] if there else None for (a, b), there in zip(pairwise(offsets), is_there, strict=True))


def sha256_of(column: pa.ChunkedArray) -> pa.Array:
    """Hex sha256 of each string in UTF-8; null for null."""
    return pa.array((None if text is None else sha256(text).hexdigest() for text in utf8(column)), pa.string())


def take_rows(table: pa.Table, rows: np.ndarray) -> pa.Table:
    """The rows with these numbers, in this order, reading only the chunks they lie in.

    `Table.take` joins all chunks of a column first, which costs the whole table a call and fails above 2 GiB of text.
    """
    batches = table.to_batches()
    ends = np.cumsum([len(batch) for batch in batches])
    chunk_of = np.searchsorted(ends, rows, side="right")
    order = np.argsort(chunk_of, kind="stable")
    is_in_order = bool((np.diff(chunk_of) >= 0).all())
    taken = [table.schema.empty_table()]
    for chunk in np.unique(chunk_of):
        start = ends[chunk] - len(batches[chunk])
        taken.append(
            pa.Table.from_batches([batches[chunk].take(pa.array(rows[order][chunk_of[order] == chunk] - start))])
        )
    if is_in_order:
        return pa.concat_tables(taken)
    back = np.empty(len(rows), dtype=np.int64)
    back[order] = np.arange(len(rows))
    return pa.concat_tables(taken).take(pa.array(back))
