"""Anchors: each document's date of publication, chosen among what its fields, lines, markup and address say.

In     fields of the input, date lines found by strip, dates of the page, addresses, clusters from ingest, strip, dedupe
Out    the published_… columns of the contract (`schema.ANCHORED`)                            to   resolve, assemble

The best source of `RANKS` that states a date wins: what a person decided, what the input gives, then the page's
structured data, its own date lines, its other markup, the address, the file name, the date of a duplicate. A line that
speaks of a later change ("Updated: ...") ranks behind everything but the address. Where a worse source states the same
day with its time, the date takes its time and zone from there. `date_conflict` says that the input, the structured data
and the date lines are more than a day apart.

Where day and month could change places, the site decides if at least three of its unambiguous lines agree to 90 %, else
another source of the same document that agrees with one reading, else a region in the page's language that writes the
day first (`en-GB`); else the month-first reading stands, flagged `date_order_ambiguous`.

Limits  Looks at the whole corpus, so that it is computed anew in every run.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from tasks import schema
from tasks.datelines import is_change, moment_in_utc, read_metadata_date, read_path_date, read_url_date
from tasks.lost_values import dump_lost
from tasks.model import DateLine
from tasks.tables import joined

RANKS = (
    "override",
    "metadata",
    "structured",
    "header",
    "footer",
    "html",
    "change",
    "url",
    "path",
)  # best first; then cluster
SPEAKS_FOR_THE_PAGE = ("metadata", "structured", "header", "footer")  # sources that can be in conflict
MAX_ZONES_APART = timedelta(days=1)  # the same moment has two dates in two zones
# Columns that are read where the table has them.
READS = ["document_id", "site", "url", "source_path", "found", "metadata", "html_published", "html_published_source"]
READS += ["modified", "given_modified", "html_modified", "html_language", "decided_date"]
TO_THE_DAY = ("day", "minute", "second")  # precisions
MIN_SITE_LINES = 3
MIN_SITE_SHARE = 0.9
ORDERS = ("day_first", "month_first")
# Regions that write the month or the year first, or both ways, by CLDR's short forms of dates
OTHER_ORDERS = frozenset((
    "US", "PH", "PR", "GU", "FM", "MH", "PW", "VI", "CA", "ZA", "KE",
    "CN", "JP", "KR", "KP", "TW", "HU", "LT", "MN", "SE", "IR", "BT",
))  # fmt: skip


def choose_dates(documents: pa.Table, clusters: pa.Table) -> pa.Table:
    """One row a document, `schema.ANCHORED`, in the order given.

    Args:
        documents: columns document_id, site, url, source_path, found (list of `schema.DATE_LINE`), metadata (the date
            field as given), html_published (as the page states it) and html_published_source (`structured` or `html`),
            and the same of the last change; document_id and site must be there; more do no harm.
        clusters: `schema.CLUSTERS`.
    """
    columns = [name for name in READS if name in documents.column_names]
    rows = joined(documents.select(columns), clusters, "cluster_id").to_pylist()
    candidates = [_candidates(row) for row in rows]
    chosen = _chosen(rows, candidates)
    lent = _lenders((row["cluster_id"], row["document_id"], line) for row, line in zip(rows, chosen, strict=True))
    anchored = [
        _columns(row["document_id"], line or lent.get(row["cluster_id"]))
        | {"modified_at": _modified_at(row), "evidence": _lost(line, lines)}
        for row, line, lines in zip(rows, chosen, candidates, strict=True)
    ]
    return pa.Table.from_pylist(anchored, schema.ANCHORED)


def own_dates(documents: pa.Table) -> pa.Table:
    """The day that each document itself states, for deduplication: nothing that a duplicate lends.

    Args:
        documents: as for `choose_dates`.

    Returns:
        document_id, own_date (date32, null where the document states no day), in the order given.
    """
    rows = documents.select([name for name in READS if name in documents.column_names]).to_pylist()
    chosen = _chosen(rows, [_candidates(row) for row in rows])
    columns = [_columns(row["document_id"], line) for row, line in zip(rows, chosen, strict=True)]
    days = [row.get("published_date") if row.get("published_precision") in TO_THE_DAY else None for row in columns]
    return pa.table({"document_id": documents["document_id"], "own_date": pa.array(days, pa.date32())})


def _chosen(rows: list[dict[str, Any]], candidates: list[list[DateLine]]) -> list[DateLine | None]:
    """The date of each document, the order of day and month settled by its site and page."""
    orders = _site_orders((row["site"], lines) for row, lines in zip(rows, candidates, strict=True))
    return [
        _choose(lines, orders.get(row["site"]), _is_day_first(row.get("html_language")))
        for row, lines in zip(rows, candidates, strict=True)
    ]


def _candidates(row: Mapping[str, Any]) -> list[DateLine]:
    """What a document's sources say of its date, best source first."""
    stated = _lines_of(row.get("found"))
    if row.get("decided_date"):
        stated.append(read_metadata_date(row["decided_date"], source="override"))
    if row.get("metadata"):
        stated.append(read_metadata_date(row["metadata"]))
    if row.get("html_published"):
        stated.append(read_metadata_date(row["html_published"], source=row.get("html_published_source") or "html"))
    if row.get("url"):
        stated.append(read_url_date(row["url"]))
    if row.get("source_path"):
        stated.append(read_path_date(row["source_path"]))
    return sorted((line for line in stated if line is not None), key=_rank)


def _lines_of(rows: Iterable[Mapping[str, Any]] | None) -> list[DateLine | None]:
    """Rows of `schema.DATE_LINE` as records."""
    return [DateLine(**{**row, "flags": tuple(row["flags"] or ())}) for row in rows or ()]


def _modified_at(row: Mapping[str, Any]) -> datetime | None:
    """The moment of the last change that the best source states with its zone: the input, the markup, the text."""
    stated = [read_metadata_date(row[name]) for name in ("given_modified", "html_modified") if row.get(name)]
    moments = (moment_in_utc(line) for line in [*stated, *_lines_of(row.get("modified"))] if line is not None)
    return next((moment for moment in moments if moment is not None), None)


def _lost(chosen: DateLine | None, candidates: list[DateLine]) -> str | None:
    """The dates that lost to the one chosen, as `documents.evidence` has them; the same day is no loss."""
    if chosen is None:
        return None
    apart = [line for line in candidates if line.local[:10] != chosen.local[:10]]
    return dump_lost({"published_date": [(line.local, line.source) for line in apart]})


def _rank(line: DateLine) -> int:
    """The place of a line's source in `RANKS`."""
    return RANKS.index("change" if line.source in ("header", "footer") and is_change(line.surface) else line.source)


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


def _is_day_first(language: str | None) -> bool:
    """Whether a page's language names a region that writes the day first: "en-GB".

    "en-US" says nothing: it is what software puts on pages where nobody has chosen.

    >>> _is_day_first("en-GB"), _is_day_first("de_AT"), _is_day_first("en-US"), _is_day_first("en")
    (True, True, False, False)
    """
    region = re.search(r"[-_]([A-Za-z]{2})$", (language or "").strip())
    return region is not None and region[1].upper() not in OTHER_ORDERS


def _choose(lines: list[DateLine], site_order: str | None, is_day_first: bool) -> DateLine | None:
    """The best source's line with the order of day and month settled."""
    if not lines:
        return None
    best = _with_time(_in_order(lines[0], lines[1:], site_order, is_day_first), lines[1:])
    return replace(best, flags=(*best.flags, "date_conflict")) if _is_contradicted(best, lines[1:]) else best


def _in_order(best: DateLine, others: list[DateLine], site_order: str | None, is_day_first: bool) -> DateLine:
    """A line whose day and month could change places, in the order that its site, another source or region gives it."""
    if best.order != "ambiguous" or best.alternative is None:
        return best
    readings = {"month_first": best.local, "day_first": best.alternative}
    days = {line.local[:10] for line in others if line.order != "ambiguous"}
    agreeing = [order for order, local in readings.items() if local[:10] in days]
    order = site_order or (agreeing[0] if len(agreeing) == 1 else "day_first" if is_day_first else None)
    if order is None:
        return replace(best, flags=(*best.flags, "date_order_ambiguous"))
    return replace(best, local=readings[order], order=order, alternative=None)


def _with_time(best: DateLine, others: list[DateLine]) -> DateLine:
    """A bare day with the time and zone of the first other line of publication that states the same day."""
    if best.precision != "day":
        return best
    timed = [line for line in others if line.precision in ("minute", "second") and line.local[:10] == best.local]
    timed = [line for line in timed if not is_change(line.surface) and line.order != "ambiguous"]
    return replace(timed[0], source=best.source, flags=best.flags) if timed else best


def _is_contradicted(best: DateLine, others: list[DateLine]) -> bool:
    """Whether another source that speaks for the page states a day that is more than a day away."""
    if best.source not in SPEAKS_FOR_THE_PAGE or best.precision in ("month", "year"):
        return False
    for line in others:
        if line.source not in SPEAKS_FOR_THE_PAGE or is_change(line.surface) or line.precision in ("month", "year"):
            continue
        days = [first_day(local) for local in (line.local, line.alternative) if local]
        if all(abs(day - first_day(best.local)) > MAX_ZONES_APART for day in days):
            return True
    return False


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
        "published_at": moment_in_utc(line),
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
