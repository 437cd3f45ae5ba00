"""Every column of every published table, declared once: type, meaning, sources, how `diff` treats it.

In     nothing
Out    `TABLES`, by name, in the order in which they are published

From here follow the Arrow schemas and the joints (`tasks.schema`), the choice among the sources of a field
(`tasks.triage`), what `diff` compares and `explain` prints, the card, Croissant, the tables of docs/dataset.md
(bench/dataset_docs.py) and the made-up tables of the tests. How to add a column: CONTRIBUTING.md.

Source  the output contract, section 3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyarrow as pa

STR, INT, DAY, FLOAT, BOOL = pa.string(), pa.int32(), pa.date32(), pa.float64(), pa.bool_()
STRINGS = pa.list_(STR)
MOMENT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Field:
    """A column, or a part of a record.

    `merge` names the columns of the joints that it is taken from, best first: the first with a value counts. `diff` is
    the kind of change under which `diff` reports another value, None where it never does. `follows` names columns that
    it is made of: where one of them changed, that is told, and not what follows.
    """

    name: str
    type: pa.DataType
    doc: str  # one sentence or less, Markdown
    required: bool = False  # never null
    since: str = "1.0"  # contract version
    merge: tuple[str, ...] = ()  # "stripped.publisher"
    diff: str | None = "other_changed"
    follows: tuple[str, ...] = ()
    parts: tuple[Field, ...] = ()  # of the records, where it is a list of records


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A published table: what it holds, its columns, and the columns that its rows are sorted by."""

    doc: str
    fields: tuple[Field, ...]
    sorted_by: tuple[str, ...]

    def with_field(self, field: Field, *, after: str) -> TableSpec:
        """The same table with one more column."""
        at = [known.name for known in self.fields].index(after) + 1
        return replace(self, fields=(*self.fields[:at], field, *self.fields[at:]))


def struct_of(fields: Iterable[Field]) -> pa.StructType:
    """The type of a record with these parts."""
    return pa.struct([(field.name, field.type) for field in fields])


def schema_of(fields: Iterable[Field]) -> pa.Schema:
    """The schema of a table with these columns."""
    return pa.schema([pa.field(field.name, field.type, nullable=not field.required) for field in fields])


# ------------------------------------------------------------------ parts of rows

CAPTION = (
    Field("text", STR, "the words of the caption"),
    Field("credit", STR, "who is credited for the photo"),
)
REMOVAL = (
    Field("start", INT, "first code point in the decoded text", required=True),
    Field("end", INT, "behind the last code point; equal to `start` where something was only put in", required=True),
    Field("role", STR, "what it was: `title`, `caption`, `related_tail`, `whitespace`, `repair` …", required=True),
    Field("rule", STR, "which rule took it", required=True),
    Field("score", FLOAT, "how sure that rule is, 0…1", required=True),
    Field("text", STR, "the words that stood there", required=True),
    Field("replacement", STR, "what stands there now; null: nothing"),
    Field("kept_as", STR, "the column of `articles` that holds the words now"),
    Field("detail", STR, "why in short, e.g. the heaviest features of the line", since="1.1"),
)
DATE_MENTION = (
    Field("start", INT, "first code point in `text`", required=True, diff=None),
    Field("end", INT, "behind the last code point", required=True, diff=None),
    Field("surface", STR, "the words: `text[start:end]`"),
    Field("type", STR, "`DATE`, `TIME`, `DURATION`, `SET`"),
    Field("value", STR, "EDTF, or an ISO 8601 duration; null where vague or unanchored"),
    Field("start_date", DAY, "first day; null where open or unresolved"),
    Field("end_date", DAY, "last day"),
    Field("grain", STR, "the finest unit that is stated: `second` … `century`"),
    Field("mod", STR, "`approx`, `before`, `after`, `start`, `mid`, `end`, `less_than`, `more_than`, or null"),
    Field("relative", BOOL, "whether it counts from another date"),
    Field("anchor", STR, "what it counts from: `published`, `content`, `previous`, `none`"),
    Field("status", STR, "`resolved`, `vague`, `unanchored`, `conflict`"),
    Field("rule", STR, "which rule found it", diff=None),
    Field("flag", STR, "what is unsure, e.g. `order_ambiguous`"),
)
FIGURE_MENTION = (
    Field("start", INT, "first code point in `text`", required=True, diff=None),
    Field("end", INT, "behind the last code point", required=True, diff=None),
    Field("surface", STR, "the words: `text[start:end]`"),
    Field("number_start", INT, "where the number with its scale begins", since="1.1", diff=None),
    Field("number_end", INT, "and ends", since="1.1", diff=None),
    Field("unit_start", INT, "where the unit begins; null without one", since="1.1", diff=None),
    Field("unit_end", INT, "and ends", since="1.1", diff=None),
    Field("kind", STR, "`money`, `percent`, `percentage_point`, `measure`, `count`, `age`, `multiple`"),
    Field("value", FLOAT, "the number; null for a range"),
    Field("value_min", FLOAT, "lower end of a range"),
    Field("value_max", FLOAT, "upper end of a range"),
    Field("unit", STR, "UCUM, `%`, or the counted noun in the singular; `$` for dollars of an unknown country"),
    Field("currency", STR, "ISO 4217; null where unknown"),
    Field("bound", STR, "`=`, `~`, `>`, `>=`, `<`, `<=`, `range`"),
    Field("change", STR, "`up`, `down`, `to`, `from`, or null"),
    Field("basis", STR, "`yoy`, `qoq`, `mom`, `share`, or null"),
    Field("rule", STR, "which rule found it", diff=None),
    Field("flag", STR, "what is unsure, e.g. `implausible_unit`"),
)

# ------------------------------------------------------------------ published tables

_TEXT, _DATED = ("text_sha256",), "date_changed"
_DOCUMENT_ID = Field("document_id", STR, "`doc_` and 16 hex digits", required=True, diff=None)
_ARTICLE_ID = Field("article_id", STR, "of the article it stands in", required=True)
_PATH = Field("source_path", STR, "where it was found under `raw/`", required=True)
_ROW = Field("source_row", pa.int64(), "the row, from 0, in a file of many documents")
_URL = Field("url", STR, "as given by the input")
_PUBLISHED_DATE = Field("published_date", DAY, "day of publication of the article")

ARTICLES = (
    Field("article_id", STR, "`art_` and the 16 hex digits of `document_id`", required=True, diff=None),
    _DOCUMENT_ID,
    # who belongs together is told by the lists of clusters and of what came and went
    Field("cluster_id", STR, "its duplicate cluster", required=True, diff=None),
    Field("cluster_size", INT, "documents in that cluster, this one included", required=True, diff=None),
    _PATH,
    _ROW,
    _URL,
    Field("site", STR, "host of the url, else the top folder"),
    Field("title", STR, "the headline", merge=("stripped.title",), diff="title_changed"),
    Field(
        "standfirst",
        STR,
        "the summary line below the headline, where one is told apart; it also stays in `text` where it stands there",
        since="1.1",
        merge=("stripped.standfirst",),
    ),
    Field(
        "title_origin",
        STR,
        "`metadata` (the input), `structured` (JSON-LD, OpenGraph), `html`, `first_line`, `path` (file name), "
        "`recovered` (was glued to the body), `cluster` (from a copy)",
        merge=("stripped.title_origin",),
    ),
    Field("text", STR, "the body; paragraphs separated by one blank line", required=True, diff=None),
    Field(
        "text_normalised",
        STR,
        "the body with dates as ISO 8601 and figures as plain numbers with units",
        required=True,
        follows=("text_sha256", "dates", "figures"),
    ),
    Field("published_date", DAY, "day of publication", diff=_DATED),
    Field("published_at", MOMENT, "moment of publication, only where the time zone is known", diff=_DATED),
    Field("published_local", STR, "local time, ISO 8601, as precise as the source", diff=_DATED),
    Field("published_precision", STR, "`second`, `minute`, `day`, `month`, `year`", diff=_DATED),
    Field("published_surface", STR, "the words it was read from"),
    Field(
        "published_source",
        STR,
        "`metadata`, `structured`, `header`, `footer`, `html`, `url`, `path`, `cluster`",
    ),
    Field("modified_at", MOMENT, "when the source says it was last changed", since="1.1", diff=_DATED),
    Field(
        "content_date",
        STR,
        "EDTF: when the text itself was written, where that is known better or contradicts the date of publication",
        diff=_DATED,
    ),
    Field("byline", STRINGS, "authors and editors", merge=("stripped.byline",)),
    Field("translators", STRINGS, "who translated it", merge=("stripped.translators",)),
    Field("publisher", STR, "the credited source", merge=("stripped.publisher",)),
    Field("section", STR, "site or section line", merge=("stripped.section",)),
    Field(
        "captions",
        pa.list_(struct_of(CAPTION)),
        "photo captions that stood among the text, else those of the page's figures",
        parts=CAPTION,
        merge=("stripped.captions", "pages.html_captions"),
    ),
    Field("language", STR, "ISO 639-1, or `und`", required=True, diff="language_changed"),
    Field("language_score", pa.float32(), "0…1", follows=(*_TEXT, "language")),
    Field("n_chars", INT, "characters of `text`", follows=_TEXT),
    Field("n_words", INT, "words of `text`", follows=_TEXT),
    Field("flags", STRINGS, "what a careful reader should know; sorted"),
    Field(
        "dates",
        pa.list_(struct_of(DATE_MENTION)),
        "the mentions of dates; the flat table holds the same",
        diff="dates_changed",
        parts=DATE_MENTION,
    ),
    Field(
        "figures",
        pa.list_(struct_of(FIGURE_MENTION)),
        "the mentions of figures; the flat table holds the same",
        diff="figures_changed",
        parts=FIGURE_MENTION,
    ),
    Field("text_sha256", STR, "of `text` in UTF-8", required=True, diff="text_changed"),
)
# Of `documents`, diff compares what belongs to articles; what became of a document has lists of its own.
DOCUMENTS = (
    _DOCUMENT_ID,
    replace(_PATH, diff=None),
    replace(_ROW, diff=None),
    replace(_URL, diff=None),
    Field("raw_sha256", STR, "of the record's bytes as found", diff=None),
    Field("n_bytes", pa.int64(), "their number", diff=None),
    Field("encoding", STR, "how it was decoded"),
    Field("extraction", STR, "the HTML extractor and its version; null for plain text"),
    Field("raw_text_sha256", STR, "of the decoded text", follows=("raw_sha256", "extraction", "encoding")),
    Field("text_sha256", STR, "of the cleaned text", diff=None),
    Field("status", STR, "`article`, `duplicate`, `rejected`", required=True, diff=None),
    Field("reason", STR, "why it was rejected: a fixed word", diff=None),
    Field("detail", STR, "the same in a sentence", diff=None),
    Field(
        "evidence",
        STR,
        'values that lost to others, with their sources: a JSON object `{field: [{"value": …, "source": …}]}`, null '
        "where none did",
        since="1.1",
    ),
    Field("cluster_id", STR, "its cluster", diff=None),
    Field("canonical_id", STR, "the document that is published for it; its own id for an article", diff=None),
    Field("language", STR, "as in `articles`", diff=None),
    Field("flags", STRINGS, "as in `articles`", diff=None),
)

TABLES: dict[str, TableSpec] = {
    "articles": TableSpec("one row an article, ready to use", ARTICLES, ("article_id",)),
    "documents": TableSpec(
        "one row a document of the input, with what became of it and why", DOCUMENTS, ("document_id",)
    ),
    "duplicates": TableSpec(
        "the texts that were not published because another copy was",
        (
            _DOCUMENT_ID,
            Field("canonical_id", STR, "the document that is published for it", required=True),
            Field("relation", STR, "to the canonical copy: `exact`, `near`, `contains`", required=True),
            Field("title", STR, "the headline"),
            Field("text", STR, "the cleaned body", required=True),
            Field("published_date", DAY, "day of publication"),
            Field("published_local", STR, "local time, as precise as the source"),
            _URL,
            _PATH,
        ),
        ("document_id",),
    ),
    "relations": TableSpec(
        "verified pairs: exact and near copies, one text inside another, two tellings of one story",
        (
            Field("left_id", STR, "a document id, the smaller of the two", required=True),
            Field("right_id", STR, "the other document", required=True),
            Field("relation", STR, "`exact`, `near`, `contains`, `same_story` (both are published)", required=True),
            Field("score", FLOAT, "0…1", required=True),
            Field("evidence", STR, "what was found, a JSON object as text", required=True),
        ),
        ("left_id", "right_id", "relation"),
    ),
    "removals": TableSpec(
        "every span that was cut or moved out of a text, with its rule",
        (replace(_DOCUMENT_ID, doc="of an article or a duplicate"), *REMOVAL),
        ("document_id", "start"),
    ),
    "dates": TableSpec(
        "one row a date mention in an article", (_ARTICLE_ID, _PUBLISHED_DATE, *DATE_MENTION), ("article_id", "start")
    ),
    "figures": TableSpec(
        "one row a figure mention in an article",
        (_ARTICLE_ID, _PUBLISHED_DATE, *FIGURE_MENTION),
        ("article_id", "start"),
    ),
}
