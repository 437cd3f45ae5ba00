"""HTML -> text and what the page says about itself; plain text passes through; what is no article says so.

In     a table with the columns media, content, url                from tasks.ingest.read
Out    `schema.EXTRACTED`, row by row                               to   furniture, strip, triage

A page is parsed once (`tree`). What it states of itself is read first (`page_fields`, `pictures`), then trafilatura
takes the text out of it (`page_text`). A fragment of markup, such as a field of an export, is taken whole where the
extractor finds nothing in it. Dates are those that the page states, within fixed bounds, never from today's date, so
that a page has the same date whenever it is read.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tasks import schema
from tasks.ingest.page_dates import PageDates, choose_dates
from tasks.ingest.page_fields import PageFields, read_fields
from tasks.ingest.page_text import EXTRACTION, WHOLE_FRAGMENT, extract_text, text_of_blocks
from tasks.ingest.pages import judge_page
from tasks.ingest.pictures import find_captions
from tasks.ingest.records import storable
from tasks.ingest.stated import Stated
from tasks.ingest.tree import parse
from tasks.lost_values import dump_lost
from tasks.model import Caption
from tasks.sites import site_of
from tasks.tables import with_nulls

MIN_SHARE = 0.8  # of a fragment: an extractor that finds less has taken a part of it for furniture
NO_TEXT = "no text was found in the page"

_DOCUMENT = re.compile(r"<(?:!doctype|html|body|head)\b", re.I)
_SCRIPT = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>", re.I | re.S)

for _library in ("trafilatura", "htmldate"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)  # they warn of every page without a text


@dataclass(slots=True)
class Extracted:
    """One row of `schema.EXTRACTED`; fields that are missing here are null there."""

    raw_text: str | None = None
    extraction: str | None = None
    html_title: str | None = None
    html_published: tuple[Stated, ...] | None = None
    html_modified: str | None = None
    html_day_order: str | None = None
    html_authors: tuple[str, ...] | None = None
    html_publisher: str | None = None
    html_section: str | None = None
    html_standfirst: str | None = None
    html_captions: tuple[Caption, ...] | None = None
    html_breadcrumbs: tuple[str, ...] | None = None
    html_language: str | None = None
    html_url: str | None = None
    evidence: str | None = None
    flags: tuple[str, ...] = ()
    reason: str | None = None
    detail: str | None = None


def extract_batch(batch: pa.Table) -> pa.Table:
    """`schema.EXTRACTED` for a table with the columns media, content (null: refused before) and url."""
    rows = [
        _extracted(*row) for row in zip(*(batch[name].to_pylist() for name in ("media", "content", "url")), strict=True)
    ]
    columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in Extracted.__slots__}
    columns["html_captions"] = [
        [{"text": caption.text, "credit": caption.credit} for caption in captions] if captions else None
        for captions in columns["html_captions"]
    ]
    columns["html_published"] = [
        [found._asdict() for found in dates] if dates else None for dates in columns["html_published"]
    ]
    return with_nulls(columns, schema.EXTRACTED)


def _extracted(media: str | None, content: str | None, url: str | None) -> Extracted:
    """One row of `schema.EXTRACTED`."""
    if content is None:
        return Extracted()
    if media != "html":
        return _judged(Extracted(storable(content)))
    found = extract_html(content, url)
    if not found.raw_text:
        found.raw_text = None
        found.reason, found.detail = _nothing(content)
        return found
    return _judged(found)


def _judged(found: Extracted) -> Extracted:
    """The same, with what kind of page its text is where it is no article."""
    verdict = judge_page(found.raw_text or "", found.html_title)
    if verdict is not None and verdict.flag:
        found.flags = (*found.flags, verdict.flag)
    elif verdict is not None:
        found.reason, found.detail = "not_an_article", f"{verdict.rule}: {verdict.line}"
    return found


def _nothing(markup: str) -> tuple[str, str]:
    """(reason, detail) for a page without a text."""
    visible = re.sub(r"<[^>]*>", " ", _SCRIPT.sub(" ", markup))
    if not visible.strip():
        return "empty", "the page has markup, but no text"
    return "not_an_article", NO_TEXT


def extract_html(markup: str, url: str | None = None) -> Extracted:
    """Text and fields of a page or a fragment of markup; `raw_text` is None where there is none."""
    is_fragment = not _DOCUMENT.search(markup[:2_000])
    tree = parse(f"<html><body><div>{markup}</div></body></html>" if is_fragment else markup)
    if tree is None:
        return Extracted(extraction=EXTRACTION)
    if is_fragment:
        whole = text_of_blocks(tree)
        text, extraction = extract_text(tree, None)
        if whole and len(text or "") < MIN_SHARE * len(whole):
            return Extracted(storable(whole), WHOLE_FRAGMENT)
        return Extracted(storable(text) if text else None, extraction)
    fields = read_fields(tree, site_of("", url) or "")
    found = _row(fields, choose_dates(tree, fields.header, fields.published, fields.modified, url))
    found.html_captions = find_captions(tree, fields.header.around) or None
    text, found.extraction = extract_text(tree, fields.body)
    found.raw_text = storable(text) if text else None
    return found


def _row(fields: PageFields, dates: PageDates) -> Extracted:
    """The best value of each field, and the others as evidence."""
    return Extracted(
        html_title=fields.title.value if fields.title else None,
        html_published=dates.published or None,
        html_modified=dates.modified,
        html_day_order=dates.order,
        html_authors=fields.authors[0][1] if fields.authors else None,
        html_publisher=fields.publisher,
        html_section=fields.section,
        html_standfirst=fields.standfirst,
        html_breadcrumbs=fields.breadcrumbs or None,
        html_language=fields.language,
        html_url=fields.url,
        evidence=dump_lost(
            {
                "byline": [
                    (list(names), source) for source, names in fields.authors[1:4] if names != fields.authors[0][1]
                ],
                "published_date": [(found.value, found.source) for found in dates.published[1:]],
            }
        ),
        flags=("date_conflict",) if dates.is_disputed else (),
    )
