"""The Arrow schemas of every table that passes between steps, and of every table that is published.

Published tables are the contract's, section 3, and declared in `tasks.columns`; a change to one is a new
`CONTRACT_VERSION` and a line in CHANGELOG.md.
The joints (`RECORDS` … `RESOLVED`) are private to the project and may change with the steps.
"""

from __future__ import annotations

import pyarrow as pa

from tasks import columns
from tasks.terms import DATE_SOURCES as DATE_SOURCES
from tasks.terms import REASONS as REASONS
from tasks.terms import ROLES as ROLES
from tasks.terms import STATUSES as STATUSES
from tasks.terms import TITLE_ORIGINS as TITLE_ORIGINS

CONTRACT_VERSION = "1.1"

_str, _int, _day = pa.string(), pa.int32(), pa.date32()


def _schema(*fields: tuple[str, pa.DataType], required: str = "") -> pa.Schema:
    """A schema whose columns may be null unless `required` names them."""
    names = set(required.split())
    return pa.schema([pa.field(name, kind, nullable=name not in names) for name, kind in fields])


# ------------------------------------------------------------------ parts of rows

STRINGS = columns.STRINGS
CAPTION = columns.struct_of(columns.CAPTION)
REMOVAL = columns.struct_of(columns.REMOVAL)
DATE_MENTION = columns.struct_of(columns.DATE_MENTION)
FIGURE_MENTION = columns.struct_of(columns.FIGURE_MENTION)
DATE_LINE = pa.struct(
    [
        ("surface", _str),
        ("local", _str),
        ("precision", _str),
        ("source", _str),
        ("utc_offset", _int),
        ("order", _str),
        ("alternative", _str),
        ("flags", STRINGS),
    ]
)
STATED_DATE = pa.struct([("source", _str), ("value", _str)])  # source as in ingest/page_dates.py

# ------------------------------------------------------------------ published tables

PUBLISHED: dict[str, pa.Schema] = {name: columns.schema_of(table.fields) for name, table in columns.TABLES.items()}
SORTED_BY: dict[str, tuple[str, ...]] = {name: table.sorted_by for name, table in columns.TABLES.items()}
ARTICLES, DOCUMENTS, DUPLICATES, RELATIONS, REMOVALS, DATES, FIGURES = (
    PUBLISHED[name] for name in ("articles", "documents", "duplicates", "relations", "removals", "dates", "figures")
)
# ------------------------------------------------------------------ joints between steps

# `evidence` of a step: a JSON object as a string, {field: [{"value": …, "source": …}, …]} with the values that lost to
# the one chosen; null where none did. Fields are called as in `ARTICLES`, sources as in `title_origin` and
# `published_source`. Steps write it with `tasks.lost_values.dump_lost`; triage and assemble merge what they wrote.

# ingest -> extract: one row a document as found, sorted by (source_path, source_row). `content` is decoded text, or the
# markup where `media` is "html"; null where the document was refused (`reason`, `detail`).
RECORDS = _schema(
    ("document_id", _str),
    ("source_path", _str),
    ("source_row", pa.int64()),
    ("url", _str),
    ("site", _str),
    ("raw_sha256", _str),
    ("n_bytes", pa.int64()),
    ("encoding", _str),
    ("media", _str),  # text, html
    ("content", _str),
    ("title", _str),  # from fields or a sidecar, as given
    ("published", _str),  # from fields or a sidecar, as given
    ("byline", STRINGS),
    ("publisher", _str),
    ("section", _str),  # these three as given, too; ingest fills them
    ("modified", _str),
    ("standfirst", _str),
    ("kind", _str),  # feed_entry, capture (of a WARC); null for all others
    ("fetched", _str),  # when the page was fetched, ISO 8601; of captures and saved pages
    ("file_day", _str),  # ISO date in UTC of the last change to the raw file; null where its time says nothing
    ("flags", STRINGS),
    ("reason", _str),
    ("detail", _str),
    required="document_id source_path",
)
# extract: what an HTML page's markup says; plain text passes through. The values are the best of what the page states
# (JSON-LD, OpenGraph, meta, elements), as stated; `evidence` has the others, in the form told above.
EXTRACTED = _schema(
    ("raw_text", _str),
    ("extraction", _str),
    ("html_title", _str),
    ("html_published", pa.list_(STATED_DATE)),  # dates of publication that the page states, best first, one a day
    ("html_modified", _str),  # the date of its last change
    ("html_day_order", _str),  # day_first, month_first, where the page tells
    ("html_authors", STRINGS),
    ("html_publisher", _str),
    ("html_section", _str),
    ("html_standfirst", _str),
    ("html_captions", pa.list_(CAPTION)),
    ("html_breadcrumbs", STRINGS),  # labels of the path to the page, outermost first
    ("html_language", _str),  # as stated, e.g. en-GB
    ("html_url", _str),  # the canonical address that the page states
    ("evidence", _str),
    ("flags", STRINGS),  # e.g. index_page_suspected
    ("reason", _str),
    ("detail", _str),
)
# furniture: a document's different lines, sorted by hash: words, whether they may be an article's, place from both ends
LINES = _schema(
    ("lines", pa.list_(pa.int64())),
    ("line_words", pa.list_(pa.int32())),
    ("line_guarded", pa.list_(pa.bool_())),
    ("line_from_start", pa.list_(pa.int32())),
    ("line_from_end", pa.list_(pa.int32())),
)
# strip: one row a document, fields of tasks.model.Stripped
STRIPPED = _schema(
    ("text", _str),
    ("title", _str),
    ("title_origin", _str),
    ("standfirst", _str),
    ("published", pa.list_(DATE_LINE)),
    ("modified", pa.list_(DATE_LINE)),  # candidates for the last change, best first
    ("byline", STRINGS),
    ("translators", STRINGS),
    ("publisher", _str),
    ("section", _str),
    ("captions", pa.list_(CAPTION)),
    ("removals", pa.list_(REMOVAL)),
    ("evidence", _str),
    ("flags", STRINGS),
    ("reason", _str),
    ("detail", _str),
)
LANGUAGES = _schema(("language", _str), ("language_score", pa.float32()))
# scan: mentions found without an anchor. `scanned_dates` holds what resolving needs, as one JSON array a text.
SCANNED = _schema(("scanned_dates", _str), ("figures", pa.list_(FIGURE_MENTION)))
# dedupe: every document that has a text, and the cluster it is in
CLUSTERS = _schema(("document_id", _str), ("cluster_id", _str), required="document_id cluster_id")
# anchors: the chosen date of publication; the contract's columns
ANCHORED = _schema(
    ("document_id", _str),
    ("published_date", _day),
    ("published_at", pa.timestamp("us", tz="UTC")),
    ("published_local", _str),
    ("published_precision", _str),
    ("published_surface", _str),
    ("published_source", _str),
    ("modified_at", pa.timestamp("us", tz="UTC")),
    ("evidence", _str),  # dates that lost
    ("flags", STRINGS),
    required="document_id",
)
# resolve: mentions with values
RESOLVED = _schema(
    ("dates", pa.list_(DATE_MENTION)),
    ("figures", pa.list_(FIGURE_MENTION)),
    ("text_normalised", _str),
    ("content_date", _str),
    ("flags", STRINGS),
)
