"""Tables of versions that an earlier contract wrote, in the form of the present one: columns that came later are null.

In     a table as its Parquet file has it
Out    the same with all columns of `tasks.schema`, also inside records; columns that it does not know stay

Limits  Only what may be null is added: a required column that is missing stays missing, and a gate or `verify` says so.
"""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa

from tasks.schema import PUBLISHED


def upgraded(name: str, table: pa.Table, columns: Collection[str] | None = None) -> pa.Table:
    """A published table with the columns that a later contract added, all null; the order is the present contract's.

    Args:
        columns: only these are wanted.
    """
    schema = PUBLISHED[name]
    wanted = [item for item in schema if columns is None or item.name in columns]
    added = [item for item in wanted if item.name not in table.column_names and item.nullable]
    for item in added:
        table = table.append_column(item, pa.nulls(len(table), item.type))
    for item in wanted:
        at = table.schema.get_field_index(item.name)
        if at >= 0 and _has_fewer_parts(table.schema.field(at).type, item.type):
            table = table.set_column(at, item, table.column(at).cast(item.type))
    if not added:
        return table
    known = [column for column in schema.names if column in table.column_names]
    return table.select([*known, *(column for column in table.column_names if column not in known)])


def _has_fewer_parts(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a list of records lacks parts that the contract has, and has no other ones."""
    if not (pa.types.is_list(found) and pa.types.is_list(wanted) and pa.types.is_struct(wanted.value_type)):
        return False
    if not pa.types.is_struct(found.value_type):
        return False
    return {part.name for part in found.value_type} < {part.name for part in wanted.value_type}
