"""Triage: which documents have a text that goes on, and why the others end here.

In     records, and what extraction, strip, language and scanning made of each      one row a document, same order
Out    the columns `reason` and `detail` of the contract, null for documents that go on

The first step that gave a reason is the one that counts; a step that failed on a document is the reason `failed`.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def settle(outcomes: list[pa.Table]) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """(reason, detail) a document, from the outcomes of the steps in their order.

    Args:
        outcomes: tables of equal length with any of the columns reason, detail (a verdict) and failed (why a step has
            no result).
    """
    reasons, details = [], []
    for table in outcomes:
        if "failed" in table.column_names:
            died = pc.is_valid(table["failed"])
            reasons.append(pc.if_else(died, "failed", pa.scalar(None, pa.string())))
            details.append(table["failed"])
        if "reason" in table.column_names:
            reasons.append(table["reason"])
            details.append(pc.if_else(pc.is_valid(table["reason"]), table["detail"], pa.scalar(None, pa.string())))
    return pc.coalesce(*reasons), pc.coalesce(*details)
