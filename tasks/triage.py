"""Triage: one row a document from what the steps made of it, and which documents have a text to publish.

In     records, and what extraction, strip, language and scanning made of each      one row a document, same order
Out    one table of all fields, with `reason` and `detail` where the document ends here

The first step that gave a reason is the one that counts; a step that failed on a document is the reason `failed`.
Fields that the input gives are chosen among by strip (tasks/strip/chosen.py), dates by anchors.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.lost_values import merge_lost
from tasks.tables import beside, merged_lists

TEXT_COLUMNS = [
    "document_id", "text", "title", "site", "url", "source_path", "found", "metadata", "html_published",
    "html_published_source", "modified", "given_modified", "html_modified", "removals", "flags",
]  # fmt: skip


MERGED_COLUMNS = [
    "content", "media", "title", "published", "byline", "publisher", "section", "modified", "standfirst", "flags",
    "reason", "detail",
]  # fmt: skip  # of the records, which come in under another name or together with what the steps found
FIELD_COLUMNS = [
    "text", "title", "title_origin", "standfirst", "modified", "byline", "translators", "publisher", "section",
    "captions", "removals",
]  # fmt: skip  # as strip gives them


def merge_results(
    records: pa.Table, pages: pa.Table, stripped: pa.Table, languages: pa.Table, scanned: pa.Table
) -> pa.Table:
    """Everything known about each document, in the order given.

    Returns:
        the columns of `records` but content, media and title; those of the other tables; `metadata` (the date as the
        input gave it), `found` (date lines), `given_modified` and `modified` (the same of the last change); `reason`
        and `detail`, null for documents whose text goes on.
    """
    reason, detail = settle([records, pages, stripped, languages, scanned])
    given = records.drop_columns(MERGED_COLUMNS)
    documents = beside(
        given, pages, "raw_text", "extraction", "html_published", "html_published_source", "html_modified"
    )
    documents = beside(documents, stripped, *FIELD_COLUMNS)
    documents = beside(documents, languages, "language", "language_score")
    documents = beside(documents, scanned, "scanned_dates", "figures")
    further = {
        "metadata": records["published"],
        "found": stripped["published"],
        "given_modified": records["modified"],
        "evidence": merge_lost(pages["evidence"], stripped["evidence"]),
        "flags": merged_lists(records["flags"], pages["flags"], stripped["flags"]),
        "reason": reason,
        "detail": detail,
    }
    for name, column in further.items():
        documents = documents.append_column(name, column)
    return documents


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
    live = documents.select(TEXT_COLUMNS).filter(pc.is_null(documents["reason"]))
    texts = live.drop_columns(["removals", "flags"])
    texts = texts.append_column("n_repairs", pa.chunked_array([*map(_repairs, live["removals"].chunks)], pa.int32()))
    texts = texts.append_column("n_flags", pc.list_value_length(live["flags"]))
    texts = texts.append_column("n_chars", pc.utf8_length(live["text"]))
    return texts.sort_by("document_id")


def _repairs(removals: pa.ListArray) -> pa.Array:
    """How many of each document's removals are repairs."""
    owners = pc.list_parent_indices(removals).to_numpy()
    are_repairs = pc.equal(pc.struct_field(pc.list_flatten(removals), "role"), "repair")
    counts = np.bincount(owners[are_repairs.to_numpy(zero_copy_only=False)], minlength=len(removals))
    return pa.array(counts.astype(np.int32))
