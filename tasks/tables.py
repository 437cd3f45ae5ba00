"""Tables of one row a document: put side by side, looked up by id, columns replaced."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def beside(left: pa.Table, right: pa.Table, *names: str) -> pa.Table:
    """`left` with columns of `right`, which has the same rows in the same order; all that are new if none is named."""
    for name in names or [n for n in right.column_names if n not in left.column_names]:
        left = left.append_column(right.schema.field(name), right[name])
    return left


def joined(left: pa.Table, right: pa.Table, *names: str) -> pa.Table:
    """`left` with columns of the row of `right` that has the same document_id; null where it has none."""
    place = pc.index_in(left["document_id"], value_set=right["document_id"].combine_chunks())
    for name in names:
        left = left.append_column(pa.field(name, right.schema.field(name).type), right[name].take(place))
    return left


def sorted_by(table: pa.Table, *keys: str) -> pa.Table:
    """The rows in the order of some columns; the table itself where they are in that order already."""
    order = pc.sort_indices(table, sort_keys=[(key, "ascending") for key in keys])
    return table if bool((np.diff(order.to_numpy().astype(np.int64)) == 1).all()) else table.take(order)


def merged_lists(*columns: pa.ChunkedArray) -> pa.Array:
    """Row by row the sorted union of lists of strings; nulls count as empty."""
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    return pa.array([sorted({word for words in row for word in words or ()}) for row in rows], pa.list_(pa.string()))
