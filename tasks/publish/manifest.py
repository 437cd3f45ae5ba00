"""What a manifest says about the tables: counts of rows, of rules, and the schema.

In     the seven published tables
Out    plain data for `manifest.json`
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.schema import PUBLISHED, STATUSES


def count_rows(tables: Mapping[str, pa.Table]) -> dict[str, int]:
    """Documents, articles, duplicates, rejected; clusters of more than one document; rows of the other tables."""
    status = dict.fromkeys(STATUSES, 0) | count_values(tables["documents"]["status"])
    sizes = tables["articles"]["cluster_size"]
    return {
        "documents": tables["documents"].num_rows,
        "articles": status["article"],
        "duplicates": status["duplicate"],
        "rejected": status["rejected"],
        "clusters_of_several": pc.sum(pc.greater(sizes, 1)).as_py() or 0,
        **{name: tables[name].num_rows for name in ("relations", "removals", "dates", "figures")},
    }


def count_rules(tables: Mapping[str, pa.Table]) -> dict[str, dict[str, Any]]:
    """How often each rule fired, each reason rejected, each flag and relation stands."""
    removals = tables["removals"]
    return {
        "removals": count_values(removals["rule"]),
        "roles": count_values(removals["role"]),
        "dates": count_values(tables["dates"]["rule"]),
        "figures": count_values(tables["figures"]["rule"]),
        "rejected": count_values(tables["documents"]["reason"]),
        "flags": count_values(pc.list_flatten(tables["documents"]["flags"])),
        "relations": count_values(tables["relations"]["relation"]),
        "languages": count_values(tables["articles"]["language"]),
    }


def count_values(column: pa.ChunkedArray) -> dict[str, int]:
    """How often each value stands in a column, nulls aside; by name.

    >>> count_values(pa.chunked_array([["b", "a", None, "b"]]))
    {'a': 1, 'b': 2}
    """
    counts = ((row["values"], row["counts"]) for row in pc.value_counts(column).to_pylist())
    return dict(sorted((value, count) for value, count in counts if value is not None))


def table_schemas() -> dict[str, list[dict[str, Any]]]:
    """The columns of every table as name, Arrow type and whether they may be null."""
    return {
        name: [{"name": item.name, "type": str(item.type), "nullable": item.nullable} for item in schema]
        for name, schema in PUBLISHED.items()
    }
