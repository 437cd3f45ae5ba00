"""The table module of normalise: a batch of texts in, their mentions out. No rules of language here.

In     a batch of texts with their languages; later also their dates of publication     from the flow
Out    `schema.SCANNED`: mentions without an anchor · `schema.RESOLVED`: mentions with values, `text_normalised`

Scanning reads the text alone, so it is cached with the text; resolving is cheap and runs when the date of publication
is known. Only English texts have mentions.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from typing import Any

import pyarrow as pa

from tasks import schema
from tasks.model import DateMention, FigureMention
from tasks.normalise.dates import dump_scanned, load_scanned, resolve_dates, scan_dates
from tasks.normalise.figures import find_figures
from tasks.normalise.render import normalise_text
from tasks.normalise.site_money import settle_by_site

READ_LANGUAGE = "en"
_NOTHING_SCANNED: dict[str, Any] = {"scanned_dates": None, "figures": []}
_FIGURE_FIELDS = [field.name for field in fields(FigureMention)]


def scan_batch(batch: pa.Table) -> pa.Table:
    """Find the mentions of every row's text.

    Args:
        batch: columns text, language; both may be null.

    Returns:
        schema.SCANNED, one row a row of `batch`, in its order.
    """
    rows = [_scan_row(row["text"], row["language"]) for row in batch.select(["text", "language"]).to_pylist()]
    return pa.Table.from_pylist(rows, schema=schema.SCANNED)


def _scan_row(text: str | None, language: str | None) -> dict[str, Any]:
    if not text or language != READ_LANGUAGE:
        return _NOTHING_SCANNED
    dates = scan_dates(text)
    figures = find_figures(text, dates=dates)
    return {"scanned_dates": dump_scanned(dates), "figures": [asdict(figure) for figure in figures]}


def resolve_batch(batch: pa.Table) -> pa.Table:
    """Give every row's mentions their values, and write its text in plain form.

    Args:
        batch: columns text, language, scanned_dates, figures, published_date, published_precision, site; all may be
            null.

    Returns:
        schema.RESOLVED, one row a row of `batch`, in its order.
    """
    rows = [_resolve_row(row) for row in batch.to_pylist()]
    return pa.Table.from_pylist(rows, schema=schema.RESOLVED)


def _resolve_row(row: dict[str, Any]) -> dict[str, Any]:
    text = row["text"]
    if not text or row["scanned_dates"] is None:
        return {"dates": [], "figures": [], "text_normalised": text, "content_date": None, "flags": []}
    published: date | None = row["published_date"]
    precision = row["published_precision"] or "day"
    resolution = resolve_dates(text, load_scanned(row["scanned_dates"]), published, precision=precision)
    figures = [FigureMention(**{name: figure[name] for name in _FIGURE_FIELDS}) for figure in row["figures"] or []]
    figures = settle_by_site(text, figures, row["site"])
    dates = without_ages(resolution.mentions, figures)
    return {
        "dates": [asdict(mention) for mention in dates],
        "figures": [asdict(figure) for figure in figures],
        "text_normalised": normalise_text(text, dates, figures),
        "content_date": resolution.content_date,
        "flags": sorted({*resolution.flags, *(["implausible_unit"] if any(map(_is_implausible, figures)) else [])}),
    }


def without_ages(dates: Any, figures: list[FigureMention]) -> list[DateMention]:
    """The dates that are not the number of an age: "44 years" of "44 years old" is no span of time."""
    ages = [(figure.start, figure.end) for figure in figures if figure.kind == "age"]
    return [d for d in dates if not any(start <= d.start and d.end <= end for start, end in ages)]


def _is_implausible(figure: FigureMention) -> bool:
    return figure.flag == "implausible_unit"
