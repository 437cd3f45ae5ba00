"""Triage: one row a document from what the steps made of it, and which documents have a text to publish.

In     records, and what extraction, strip, language and scanning made of each      one row a document, same order
Out    one table of all fields, with `reason` and `detail` where the document ends here

The first step that gave a reason is the one that counts; a step that failed on a document is the reason `failed`.
Which of a field's sources comes first is declared in `tasks.columns`; what the input gives is weighed against what the
text says by strip (tasks/strip/chosen.py), dates by anchors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.columns import ARTICLES
from tasks.lost_values import merge_lost
from tasks.tables import beside, merged_lists
from tasks.terms import OVERRIDDEN

TEXT_COLUMNS = [
    "document_id", "text", "title", "site", "url", "source_path", "found", "metadata", "html_published", "modified",
    "given_modified", "html_modified", "html_language", "html_day_order", "fetched", "file_day", "removals", "flags",
    "decided_date",
]  # fmt: skip


# What each joint gives to the table of all documents beside the fields that `tasks.columns` declares with their sources
TAKEN = {
    "records": [
        "document_id", "source_path", "source_row", "url", "site", "raw_sha256", "n_bytes", "encoding", "fetched",
        "file_day",
    ],
    "pages": ["raw_text", "extraction", "html_published", "html_modified", "html_language", "html_day_order"],
    "stripped": ["text", "modified", "removals"],
    "languages": ["language", "language_score"],
    "scanned": ["scanned_dates", "figures"],
}  # fmt: skip


def merge_results(
    records: pa.Table, pages: pa.Table, stripped: pa.Table, languages: pa.Table, scanned: pa.Table
) -> pa.Table:
    """Everything known about each document, in the order given.

    Returns:
        the columns of `TAKEN`; the fields that have sources in `tasks.columns`; `metadata` (the date as the input gave
        it), `found` (date lines), `given_modified` and `modified` (the same of the last change); `evidence`, `flags`;
        `reason` and `detail`, null for documents whose text goes on.
    """
    joints = {
        "records": records, "pages": pages, "stripped": stripped, "languages": languages, "scanned": scanned
    }  # fmt: skip
    reason, detail = settle(list(joints.values()))
    documents = records.select([])
    for joint, names in TAKEN.items():
        documents = beside(documents, joints[joint], *names)
    further = {
        "metadata": records["published"],
        "found": stripped["published"],
        "given_modified": records["modified"],
        **{field.name: first_given(field.merge, joints) for field in ARTICLES if field.merge},
        "evidence": merge_lost(pages["evidence"], stripped["evidence"]),
        "flags": merged_lists(records["flags"], pages["flags"], stripped["flags"]),
        "reason": reason,
        "detail": detail,
    }
    for name, column in further.items():
        documents = documents.append_column(name, column)
    return documents


def first_given(sources: Sequence[str], joints: Mapping[str, pa.Table]) -> pa.ChunkedArray:
    """Row by row the first of several columns that has a value; an empty list is none.

    Args:
        sources: "joint.column", best first.
    """
    columns = [joints[joint][name] for joint, _, name in (source.partition(".") for source in sources)]
    chosen = columns[-1]
    for column in reversed(columns[:-1]):
        has_value = pc.is_valid(column)
        if pa.types.is_list(column.type):
            has_value = pc.fill_null(pc.greater(pc.list_value_length(column), 0), False)
        chosen = pc.if_else(has_value, column, chosen)
    return chosen


def settle(outcomes: list[pa.Table]) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """(reason, detail) a document, from the outcomes of the steps in their order.

    Args:
        outcomes: tables of equal length with any of the columns reason, detail (a verdict) and failed (why a step has
            no result).
    """
    nothing = pa.scalar(None, pa.string())
    reasons, details = [], []
    for table in outcomes:
        if "failed" in table.column_names:
            reasons.append(pc.if_else(pc.is_valid(table["failed"]), "failed", nothing))
            details.append(table["failed"])
        if "reason" in table.column_names:
            reasons.append(table["reason"])
            details.append(pc.if_else(pc.is_valid(table["reason"]), table["detail"], nothing))
    return pc.coalesce(*reasons), pc.coalesce(*details)


def texts_of(documents: pa.Table) -> pa.Table:
    """The documents whose text goes on, sorted by id, with what comparing, dating and choosing them needs."""
    columns = [name for name in TEXT_COLUMNS if name in documents.column_names]  # decided_date only where one is
    live = documents.select(columns).filter(pc.is_null(documents["reason"]))
    texts = live.drop_columns(["removals", "flags"])
    texts = texts.append_column("n_repairs", pa.chunked_array([*map(_repairs, live["removals"].chunks)], pa.int32()))
    told = [sum(flag != OVERRIDDEN for flag in flags or ()) for flags in live["flags"].to_pylist()]
    texts = texts.append_column("n_flags", pa.array(told, pa.int32()))  # that a person looked at it makes it no worse
    texts = texts.append_column("n_chars", pc.utf8_length(live["text"]))
    return texts.sort_by("document_id")


def _repairs(removals: pa.ListArray) -> pa.Array:
    """How many of each document's removals are repairs."""
    owners = pc.list_parent_indices(removals).to_numpy()
    are_repairs = pc.equal(pc.struct_field(pc.list_flatten(removals), "role"), "repair")
    counts = np.bincount(owners[are_repairs.to_numpy(zero_copy_only=False)], minlength=len(removals))
    return pa.array(counts.astype(np.int32))
