"""HTML -> text, by trafilatura; plain text passes through.

In     a table with the columns media, content, url
Out    `schema.EXTRACTED`, row by row

The only place that parses HTML.
"""

from __future__ import annotations

import logging

import pyarrow as pa
import trafilatura
from trafilatura.settings import Document

from tasks import schema
from tasks.ingest.records import storable

EXTRACTION = f"trafilatura {trafilatura.__version__}"
# Fixed bounds instead of today, so that a page has the same date whenever it is read.
DATES = {"original_date": True, "extensive_search": False, "min_date": "1990-01-01", "max_date": "2100-12-31"}

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def extract_batch(batch: pa.Table) -> pa.Table:
    """`schema.EXTRACTED` for a table with the columns media, content (null: refused before) and url."""
    columns = [batch[name].to_pylist() for name in ("media", "content", "url")]
    rows = [_extract(*row) for row in zip(*columns, strict=True)]
    values = zip(*rows, strict=True) if rows else [() for _ in schema.EXTRACTED]
    arrays = [pa.array(column, field.type) for column, field in zip(values, schema.EXTRACTED, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema.EXTRACTED)


def _extract(media: str | None, content: str | None, url: str | None) -> tuple[str | None, ...]:
    if content is None:
        return (None,) * 6
    if media != "html":
        return storable(content), None, None, None, None, None
    page = trafilatura.bare_extraction(
        content, url=url, fast=True, include_comments=False, with_metadata=True, date_extraction_params=dict(DATES)
    )
    if not isinstance(page, Document) or not page.text:
        return None, EXTRACTION, None, None, "not_an_article", "no text was found in the page"
    return storable(page.text), EXTRACTION, page.title, page.date, None, None
