"""A digest of what a step reads of each row: the key under which its result is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

KEY = pa.binary(16)


def row_keys(table: pa.Table, columns: Iterable[str]) -> pa.Array:
    """A digest a row of the named columns: binary, 16 bytes."""
    parts = [part for name in columns for part in _spelled(table[name])]
    rows = pc.binary_join_element_wise(*parts, pa.scalar(b":", pa.large_binary()))
    digests = [
        hashlib.blake2b(memoryview(data)[start:end], digest_size=16).digest()
        for chunk in rows.chunks
        for data, offsets in [(chunk.buffers()[2] or b"", np.frombuffer(chunk.buffers()[1], np.int64))]
        for start, end in pairwise(offsets[chunk.offset : chunk.offset + len(chunk) + 1].tolist())
    ]
    return pa.array(digests, KEY)


def _spelled(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """How many bytes each value has when it is written out, "-" for null, and these bytes."""
    if pa.types.is_nested(column.type):
        written = (None if value is None else repr(value) for value in column.to_pylist())
        column = pa.chunked_array([pa.array(written, pa.large_string())])
    values = column.cast(pa.large_string()).cast(pa.large_binary())
    lengths = pc.fill_null(pc.binary_length(values).cast(pa.large_string()), "-")
    return lengths.cast(pa.large_binary()), pc.fill_null(values, b"")
