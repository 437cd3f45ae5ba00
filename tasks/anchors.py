"""Anchors: each document's date of publication, chosen among what its fields, lines, markup and address say.

In     fields of the input, date lines found by strip, dates of the page, addresses, clusters from ingest, strip, dedupe
Out    the published_… columns of the contract (`schema.ANCHORED`)                            to   resolve, assemble

The best source of `RANKS` that states a date wins: what a person decided, what the input gives, then the page's
structured data, its own date lines, its other markup, the address, the file name, the date of a duplicate. A line that
speaks of a later change ("Updated: ...") ranks behind everything but the address. Where a worse source states the same
day with its time, the date takes its time and zone from there. `date_conflict` says that the input, the structured data
and the date lines are more than a day apart.

Nothing was published after it was fetched. A day later than the one after that of the capture, else of the file's last
change, counts only where a second source names it, too; what is left out is kept as evidence, with `date_conflict`.
What htmldate finds and nothing confirms is flagged `date_unconfirmed`, a page's shown change that stands for its
publication `date_of_change`.

Where day and month could change places, the site decides if at least three of its unambiguous lines agree to 90 %, else
another source of the same document that agrees with one reading, else the page's other dates, else a region in its
language (`en-GB`) or a country in its address that writes the day first, else numbers between hyphens, which no region
writes month first; else the month-first reading stands. The last two are flagged `date_order_ambiguous`.

Limits  Looks at the whole corpus, so that it is computed anew in every run.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from tasks import schema
from tasks.datelines import is_change, moment_in_utc, read_metadata_date, read_path_date, read_url_date
from tasks.day_orders import writes_day_first
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
READS = ["document_id", "site", "url", "source_path", "found", "metadata", "html_published", "modified"]
READS += ["given_modified", "html_modified", "html_language", "html_day_order", "fetched", "file_day", "decided_date"]
TO_THE_DAY = ("day", "minute", "second")  # precisions
MIN_SITE_LINES = 3
MIN_SITE_SHARE = 0.9
ORDERS = ("day_first", "month_first")
UNCONFIRMED = "date_unconfirmed"
FLAGS_OF_PAGE = {"change": "date_of_change", "guess": UNCONFIRMED}  # by what a page's date is
GIVEN = "metadata"
MAX_AHEAD = timedelta(days=1)  # of the file's time: zones, and clocks that are wrong


@dataclass(frozen=True, slots=True)
class Said:
    """What the sources of one document say of its date."""

    dates: tuple[DateLine, ...] = ()  # best source first
    impossible: tuple[DateLine, ...] = ()  # those that name a later day than its file is of
    order: str | None = None  # of day and month, where the page tells
    custom: str | None = None  # the same, where its region or country does


def choose_dates(documents: pa.Table, clusters: pa.Table) -> pa.Table:
    """One row a document, `schema.ANCHORED`, in the order given.

    Args:
        documents: columns document_id, site, url, source_path, found (list of `schema.DATE_LINE`), metadata (the date
            field as given), html_published (`schema.STATED_DATE`s, best first), fetched and file_day (when the text
            was there), html_day_order, and the dates of the last change; document_id and site must be there; more do
            no harm.
        clusters: `schema.CLUSTERS`.
    """
    columns = [name for name in READS if name in documents.column_names]
    rows = joined(documents.select(columns), clusters, "cluster_id").to_pylist()
    said = [_said(row) for row in rows]
    chosen = _chosen(rows, said)
    lent = _lenders((row["cluster_id"], row["document_id"], line) for row, line in zip(rows, chosen, strict=True))
    anchored = [
        _columns(row["document_id"], line or lent.get(row["cluster_id"]))
        | {"modified_at": _modified_at(row), "evidence": _lost(line, (*of_row.impossible, *of_row.dates))}
        for row, line, of_row in zip(rows, chosen, said, strict=True)
    ]
    for row, of_row in zip(anchored, said, strict=True):
        if of_row.impossible:
            row["flags"] = sorted({*row["flags"], "date_conflict"})
    return pa.Table.from_pylist(anchored, schema.ANCHORED)


def own_dates(documents: pa.Table) -> pa.Table:
    """The day that each document itself states, for deduplication: nothing that a duplicate lends.

    Args:
        documents: as for `choose_dates`.

    Returns:
        document_id, own_date (date32, null where the document states no day), in the order given.
    """
    rows = documents.select([name for name in READS if name in documents.column_names]).to_pylist()
    chosen = _chosen(rows, [_said(row) for row in rows])
    columns = [_columns(row["document_id"], line) for row, line in zip(rows, chosen, strict=True)]
    days = [row.get("published_date") if row.get("published_precision") in TO_THE_DAY else None for row in columns]
    return pa.table({"document_id": documents["document_id"], "own_date": pa.array(days, pa.date32())})


def _chosen(rows: list[dict[str, Any]], said: list[Said]) -> list[DateLine | None]:
    """The date of each document, the order of day and month settled by its site and page."""
    orders = _site_orders((row["site"], of_row.dates) for row, of_row in zip(rows, said, strict=True))
    return [_choose(of_row, orders.get(row["site"])) for row, of_row in zip(rows, said, strict=True)]


def _said(row: Mapping[str, Any]) -> Said:
    """What a document's sources say of its date, best source first; of the page's dates the first that can be."""
    stated = _lines_of(row.get("found"))
    if row.get("decided_date"):
        stated.append(read_metadata_date(row["decided_date"], source="override"))
    for name, reader in (("metadata", read_metadata_date), ("url", read_url_date), ("source_path", read_path_date)):
        stated.append(reader(row[name]) if row.get(name) else None)
    others = [line for line in stated if line is not None]
    of_page = [line for found in row.get("html_published") or () if (line := _of_page(found)) is not None]
    everything, last = [*others, *of_page], _last_day(row)
    possible = {line: _is_possible(line, everything, last) for line in everything}
    if not row.get("fetched") and not any(possible.values()):
        possible |= {line: line.source == GIVEN for line in others}  # the file's time alone does not beat the input
    page = [line for line in of_page if possible[line]][:1]
    return Said(
        tuple(sorted((line for line in (*others, *page) if possible[line]), key=_rank)),
        tuple(line for line in everything if not possible[line]),
        row.get("html_day_order"),
        "day_first" if writes_day_first(row.get("html_language"), row.get("site")) else None,
    )


def _of_page(found: Mapping[str, str]) -> DateLine | None:
    """A date that a page states; a guess and a change are flagged."""
    flag = FLAGS_OF_PAGE.get(found["source"])
    source = "structured" if found["source"] == "structured" else "html"
    line = read_metadata_date(found["value"], source=source)
    return replace(line, flags=(*line.flags, flag)) if line and flag else line


def _last_day(row: Mapping[str, Any]) -> str:
    """The last ISO date that a document can be of, by the time of its capture or file; "9999" where none is known."""
    fetched = read_metadata_date(row.get("fetched") or "")
    day = fetched.local[:10] if fetched else row.get("file_day")
    return (first_day(day) + MAX_AHEAD).isoformat() if day else "9999"


def _is_possible(line: DateLine, others: Iterable[DateLine], last: str) -> bool:
    """Whether a date is not later than the last possible day in every reading, or another source names it, too."""
    readings = [local[:10] for local in (line.local, line.alternative) if local]
    if line.source == "override" or min(readings) <= last:
        return True
    return any(other.local[:10] == readings[0] for other in others if other.source != line.source)


def _lines_of(rows: Iterable[Mapping[str, Any]] | None) -> list[DateLine | None]:
    """Rows of `schema.DATE_LINE` as records."""
    return [DateLine(**{**row, "flags": tuple(row["flags"] or ())}) for row in rows or ()]


def _modified_at(row: Mapping[str, Any]) -> datetime | None:
    """The moment of the last change that the best source states with its zone: the input, the markup, the text."""
    stated = [read_metadata_date(row[name]) for name in ("given_modified", "html_modified") if row.get(name)]
    moments = (moment_in_utc(line) for line in [*stated, *_lines_of(row.get("modified"))] if line is not None)
    return next((moment for moment in moments if moment is not None), None)


def _lost(chosen: DateLine | None, candidates: Iterable[DateLine]) -> str | None:
    """The dates that lost to the one chosen, as `documents.evidence` has them; the same day is no loss."""
    apart = [line for line in candidates if chosen is None or line.local[:10] != chosen.local[:10]]
    return dump_lost({"published_date": [(line.local, line.source) for line in apart]})


def _rank(line: DateLine) -> int:
    """The place of a line's source in `RANKS`."""
    return RANKS.index("change" if line.source in ("header", "footer") and is_change(line.surface) else line.source)


def _site_orders(found: Iterable[tuple[str | None, Sequence[DateLine]]]) -> dict[str | None, str]:
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


def _choose(said: Said, site_order: str | None) -> DateLine | None:
    """The best source's line with the order of day and month settled."""
    if not said.dates:
        return None
    best, others = said.dates[0], list(said.dates[1:])
    best = _confirmed(_with_time(_in_order(best, others, site_order, said), others), others)
    return replace(best, flags=(*best.flags, "date_conflict")) if _is_contradicted(best, others) else best


def _in_order(best: DateLine, others: list[DateLine], site_order: str | None, said: Said) -> DateLine:
    """A line whose day and month could change places, in the order that the best of its evidence gives it."""
    if best.order != "ambiguous" or best.alternative is None:
        return best
    readings = {"month_first": best.local, "day_first": best.alternative}
    stated = {line.local[:10] for line in others if line.order != "ambiguous"}
    agreeing = [order for order, local in readings.items() if any(local.startswith(day) for day in stated if day[5:])]
    order = site_order or (agreeing[0] if len(agreeing) == 1 else said.order or said.custom)
    if order is not None:
        return replace(best, local=readings[order], order=order, alternative=None)
    local = best.alternative if _HYPHENS.search(best.surface) else best.local
    return replace(best, local=local, flags=(*best.flags, "date_order_ambiguous"))


_HYPHENS = re.compile(r"(?<!\d)\d\d?-\d\d?-\d{4}(?!\d)")


def _confirmed(best: DateLine, others: list[DateLine]) -> DateLine:
    """A guess that another source agrees with is none."""
    agrees = any(line.local[:7] == best.local[:7] and best.local.startswith(line.local[:10]) for line in others)
    return replace(best, flags=tuple(flag for flag in best.flags if flag != UNCONFIRMED)) if agrees else best


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
