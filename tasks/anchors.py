"""Anchors: each document's date of publication, chosen among what its lines, fields, markup and address say.

In     date lines found by strip, fields of the input, HTML dates, addresses, clusters     from strip, ingest, dedupe
Out    the published_… columns of the contract (`schema.ANCHORED`)                         to   resolve, assemble

Own date line > metadata > HTML > address > date of a duplicate > none. Where day and month could change places, the
site decides if at least three of its unambiguous lines agree to 90 %, else another source of the same document that
agrees with one reading; else the month-first reading stands, flagged `date_order_ambiguous`.

Limits  Looks at the whole corpus, so that it is computed anew in every run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from tasks import schema
from tasks.datelines import read_metadata_date, read_url_date
from tasks.model import DateLine
from tasks.tables import joined

READS = ["document_id", "site", "url", "found", "metadata", "html_published"]
MIN_SITE_LINES = 3
MIN_SITE_SHARE = 0.9
ORDERS = ("day_first", "month_first")


def choose_dates(documents: pa.Table, clusters: pa.Table) -> pa.Table:
    """One row a document, `schema.ANCHORED`, in the order given.

    Args:
        documents: columns document_id, site, url, found (list of `schema.DATE_LINE`), metadata (the date field as
            given) and html_published (ISO); more do no harm.
        clusters: `schema.CLUSTERS`.
    """
    rows = joined(documents.select(READS), clusters, "cluster_id").to_pylist()
    candidates = [_candidates(row) for row in rows]
    orders = _site_orders((row["site"], lines) for row, lines in zip(rows, candidates, strict=True))
    chosen = [_choose(lines, orders.get(row["site"])) for row, lines in zip(rows, candidates, strict=True)]
    lent = _lenders((row["cluster_id"], row["document_id"], line) for row, line in zip(rows, chosen, strict=True))
    anchored = [
        _columns(row["document_id"], line or lent.get(row["cluster_id"]))
        for row, line in zip(rows, chosen, strict=True)
    ]
    return pa.Table.from_pylist(anchored, schema.ANCHORED)


def _candidates(row: Mapping[str, Any]) -> list[DateLine]:
    """What a document's sources say of its date, best source first."""
    lines = [DateLine(**{**line, "flags": tuple(line["flags"] or ())}) for line in row["found"] or ()]
    others = (
        read_metadata_date(row["metadata"]) if row["metadata"] else None,
        read_metadata_date(row["html_published"], source="html") if row["html_published"] else None,
        read_url_date(row["url"]) if row["url"] else None,
    )
    return lines + [line for line in others if line is not None]


def _site_orders(found: Iterable[tuple[str | None, list[DateLine]]]) -> dict[str | None, str]:
    """{site: day_first or month_first} for the sites whose unambiguous lines agree."""
    counts: dict[str | None, Counter[str]] = defaultdict(Counter)
    for site, lines in found:
        counts[site].update(line.order for line in lines if line.order in ORDERS)
    return {
        site: order
        for site, seen in counts.items()
        for order, n in seen.items()
        if seen.total() >= MIN_SITE_LINES and n >= MIN_SITE_SHARE * seen.total()
    }


def _choose(lines: list[DateLine], site_order: str | None) -> DateLine | None:
    """The best source's line with the order of day and month settled."""
    if not lines:
        return None
    best = lines[0]
    if best.order != "ambiguous" or best.alternative is None:
        return best
    readings = {"month_first": best.local, "day_first": best.alternative}
    others = {line.local[:10] for line in lines[1:] if line.order != "ambiguous"}
    agreeing = [order for order, local in readings.items() if local[:10] in others]
    if site_order is None and len(agreeing) != 1:
        return replace(best, flags=(*best.flags, "date_order_ambiguous"))
    order = site_order or agreeing[0]
    return replace(best, local=readings[order], order=order, alternative=None)


def _lenders(rows: Iterable[tuple[str | None, str, DateLine | None]]) -> dict[str, DateLine]:
    """{cluster: the date its undated members borrow}: the earliest, ties by document."""
    earliest: dict[str, tuple[str, str, DateLine]] = {}
    for cluster, document, line in rows:
        if cluster is not None and line is not None:
            offer = (line.local, document, line)
            if cluster not in earliest or offer[:2] < earliest[cluster][:2]:
                earliest[cluster] = offer
    return {cluster: replace(line, source="cluster", flags=()) for cluster, (_, _, line) in earliest.items()}


def _columns(document_id: str, line: DateLine | None) -> dict[str, Any]:
    if line is None:
        return {"document_id": document_id, "flags": []}
    return {
        "document_id": document_id,
        "published_date": first_day(line.local),
        "published_at": _instant(line),
        "published_local": line.local,
        "published_precision": line.precision,
        "published_surface": line.surface,
        "published_source": line.source,
        "flags": sorted(line.flags),
    }


def first_day(local: str) -> date:
    """The first day that an ISO 8601 local time of any precision names.

    >>> first_day("2020-07"), first_day("2021-10-11T09:19:55")
    (datetime.date(2020, 7, 1), datetime.date(2021, 10, 11))
    """
    year, month, day = (*map(int, local[:10].split("-")), 1, 1)[:3]
    return date(year, month, day)


def _instant(line: DateLine) -> datetime | None:
    """The moment in UTC, where the words state a zone and a time."""
    if line.utc_offset is None or "T" not in line.local:
        return None
    try:
        return (datetime.fromisoformat(line.local) - timedelta(minutes=line.utc_offset)).replace(tzinfo=UTC)
    except OverflowError:  # in the first or last hours of the calendar
        return None
