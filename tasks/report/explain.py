"""The story of one document: everything that was decided about it, with rule, score and words.

In     an opened version, and an id, path or url
Out    `Story`: lines to print, or plain data

Limits  Of a rejected document only the reason is known, and of a duplicate's mentions nothing: mentions are found in
        articles.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.columns import ARTICLES, DOCUMENTS
from tasks.errors import ConfigError
from tasks.publish import Dataset
from tasks.report.mentions import mean_date, mean_figure

_QUOTED = 160  # characters of a removal that are printed
_SUGGESTED = 3
_ROW = re.compile(r"(.+)[#:](\d{1,18})")  # a row of a many-document file
_ID = re.compile(r"(?:doc|art|clu)_([0-9a-f]{1,16})|([0-9a-f]{6,16})")  # or its first digits
_LOOKED_AT = 20_000  # paths that are compared for a suggestion: about a second


@dataclass(frozen=True)
class Story:
    """All rows about one document. `fields` are those of its article or duplicate; `article` says which of the two."""

    version: str
    document: dict[str, Any]
    fields: dict[str, Any]
    removals: list[dict[str, Any]]
    relations: list[dict[str, Any]]
    members: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data; dates as ISO 8601 text."""
        plain = {
            "version": self.version,
            "document": self.document,
            "fields": self.fields,
            "removals": self.removals,
            "relations": self.relations,
            "cluster": self.members,
        }
        copied: dict[str, Any] = json.loads(json.dumps(plain, default=str, ensure_ascii=False))
        return copied

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def explain(dataset: Dataset, name: str) -> Story:
    """Everything decided about the document with this id (`doc_…`, `art_…`), path (`a/b.jsonl#3` for a row) or url.

    Raises:
        ConfigError: no document, or more than one, is called so; the message names the likely ones.
    """
    documents = dataset.table("documents")
    row = _find(documents, name)
    document = documents.slice(row, 1).to_pylist()[0]
    doc_id = document["document_id"]
    fields: dict[str, Any] = {}
    for table in ("articles", "duplicates"):
        fields = fields or next(iter(dataset.find(table, "document_id", doc_id)), {})
    relations = [*dataset.find("relations", "left_id", doc_id), *dataset.find("relations", "right_id", doc_id)]
    members = dataset.find("documents", "cluster_id", document["cluster_id"]) if document["cluster_id"] else []
    shown = ("document_id", "source_path", "source_row", "status")
    return Story(
        version=dataset.version,
        document=document,
        fields=fields,
        removals=dataset.find("removals", "document_id", doc_id),
        relations=[_read_evidence(pair) for pair in relations],
        members=[{key: member[key] for key in shown} for member in members if member["document_id"] != doc_id],
    )


def find_document(dataset: Dataset, name: str) -> str:
    """The id of the document that is called so.

    Raises:
        ConfigError: as for `explain`.
    """
    documents = dataset.table("documents")
    return str(documents["document_id"][_find(documents, name)].as_py())


def _find(documents: pa.Table, name: str) -> int:
    """The row of the one document that is called `name`."""
    for test in _readings(documents, name):
        rows = pc.indices_nonzero(pc.fill_null(test, False)).to_pylist()
        if len(rows) == 1:
            return int(rows[0])
        if rows:
            raise ConfigError(
                f"{name}: {len(rows)} documents are called so; name one by its id: {_named(documents, rows)}"
            )
    raise ConfigError(f"{name}: no such document in this version{_suggestion(documents, name)}")


def _readings(documents: pa.Table, name: str) -> Iterator[pa.Array]:
    """Which documents a name may mean, the strictest reading first."""
    paths = documents["source_path"]
    if found := _ID.fullmatch(name):
        yield pc.starts_with(documents["document_id"], f"doc_{found[1] or found[2]}")
    yield pc.equal(documents["url"], name)
    if found := _ROW.fullmatch(name):
        yield pc.and_(pc.equal(paths, found[1]), pc.equal(documents["source_row"], int(found[2])))
    yield pc.equal(paths, name)
    yield pc.ends_with(paths, f"/{name}")


def _named(documents: pa.Table, rows: list[int]) -> str:
    """Some documents by id and place."""
    shown = documents.select(["document_id", "source_path", "source_row"]).take(rows[:_SUGGESTED]).to_pylist()
    places = (
        f"{row['source_path']}{'' if row['source_row'] is None else '#' + str(row['source_row'])}" for row in shown
    )
    more = f" and {len(rows) - len(shown):,} more" if len(rows) > len(shown) else ""
    return ", ".join(f"{row['document_id']} ({place})" for row, place in zip(shown, places, strict=True)) + more


def _suggestion(documents: pa.Table, name: str) -> str:
    """Documents whose path, url or id has the name in it, else paths and ids that look like it."""
    columns = [documents[column] for column in ("source_path", "url", "document_id")]
    parts = [pc.fill_null(pc.match_substring(column, name, ignore_case=True), False) for column in columns]
    if rows := pc.indices_nonzero(pc.or_(pc.or_(*parts[:2]), parts[2])).to_pylist():
        return f"; did you mean {_named(documents, rows)}?"
    paths = columns[0].to_pylist()[:_LOOKED_AT]
    ends = {path.rpartition("/")[2]: path for path in reversed(paths)}
    close = get_close_matches(name, paths, _SUGGESTED)
    close = close or [ends[end] for end in get_close_matches(name.rpartition("/")[2], ends, _SUGGESTED)]
    close = close or get_close_matches(name, columns[2].to_pylist()[:_LOOKED_AT], 1, cutoff=0.8)
    wanted = "give a document or article id (or how it begins), a path under raw/, or a url"
    return f"; did you mean {' or '.join(close)}?" if close else f"; {wanted}"


def _read_evidence(pair: dict[str, Any]) -> dict[str, Any]:
    return {**pair, "evidence": json.loads(pair["evidence"])}


# ------------------------------------------------------------------ lines to print


def _lines(story: Story) -> Iterator[str]:
    document = story.document
    row = "" if document["source_row"] is None else f", row {document['source_row']}"
    yield f"{document['source_path']}{row}  ({document['document_id']}, version {story.version})"
    yield f"  {_fate(document)}"
    if document["url"]:
        yield f"  url        {document['url']}"
    extracted = f", text by {document['extraction']}" if document["extraction"] else ""
    yield f"  read       {document['n_bytes']} bytes as {document['encoding']}{extracted}"
    yield from _field_lines(story.fields)
    for name, values in json.loads(document["evidence"] or "{}").items():
        yield f"  lost       {name}: " + ", ".join(f"{_short(lost['value'])} [{lost['source']}]" for lost in values)
    if document["flags"]:
        yield f"  flags      {', '.join(document['flags'])}"
    yield from _pair_lines(story)
    yield from _removal_lines(story.removals)
    for name in ("dates", "figures"):
        yield from _mention_lines(name, story.fields.get(name) or [])


def _fate(document: Mapping[str, Any]) -> str:
    if document["status"] == "article":
        return f"article    published as art_{document['document_id'][4:]}, cluster {document['cluster_id']}"
    if document["status"] == "duplicate":
        return f"duplicate  of {document['canonical_id']}, cluster {document['cluster_id']}"
    return f"rejected   {document['reason']}: {document['detail'] or 'no further detail'}"


def _field_lines(fields: Mapping[str, Any]) -> Iterator[str]:
    """The fields of an article or a duplicate, in the order in which they are declared."""
    if not fields:
        return
    for field in ARTICLES:
        value = fields.get(field.name)
        if field.name in _SHOWN:
            yield from _SHOWN[field.name](fields)
        elif value not in (None, [], "") and field.name not in _SHOWN_ELSEWHERE:
            yield f"  {field.name:<11}{_plain(value)}"


def _title_line(fields: Mapping[str, Any]) -> Iterator[str]:
    origin = f"  [{fields['title_origin']}]" if fields.get("title_origin") else ""
    yield f"  title      {fields['title'] or 'none'}{origin}"


def _date_line(fields: Mapping[str, Any]) -> Iterator[str]:
    source = " ".join(filter(None, (fields.get("published_precision"), fields.get("published_source"))))
    surface = f', read from "{fields["published_surface"]}"' if fields.get("published_surface") else ""
    yield f"  published  {fields['published_local'] or 'unknown'}" + (f"  [{source}{surface}]" if source else "")


def _language_line(fields: Mapping[str, Any]) -> Iterator[str]:
    if fields.get("language"):
        yield f"  language   {fields['language']} ({fields['language_score'] or 0:.2f})"


def _text_line(fields: Mapping[str, Any]) -> Iterator[str]:
    yield f"  text       {len(fields['text'])} characters"


# Fields with a line of their own, and those that stand in these lines, or in those of the document, or below as lists
_SHOWN: Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "title": _title_line,
    "published_local": _date_line,
    "language": _language_line,
    "text_sha256": _text_line,
}
_SHOWN_ELSEWHERE = frozenset(field.name for field in (*DOCUMENTS, *ARTICLES[:4])) | {
    *("title_origin", "text", "text_normalised", "published_date", "published_at", "published_precision"),
    *("published_surface", "published_source", "language_score", "n_chars", "n_words", "dates", "figures"),
}


def _plain(value: Any) -> str:
    """A value of any column in one line."""
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, Mapping):
        return " ".join(_plain(part) for part in value.values() if part is not None)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return " ".join(str(value).split())[:_QUOTED]


def _pair_lines(story: Story) -> Iterator[str]:
    own = story.document["document_id"]
    if story.members or story.relations:
        yield "\nOther copies and tellings"
    for member in story.members:
        yield f"  {member['document_id']}  {member['status']:<9}  {member['source_path']}"
    for pair in story.relations:
        other = pair["right_id"] if pair["left_id"] == own else pair["left_id"]
        evidence = ", ".join(f"{key} {_short(value)}" for key, value in pair["evidence"].items())
        yield f"  {pair['relation']} with {other}, score {pair['score']:.2f}: {evidence or 'no evidence noted'}"


def _removal_lines(removals: list[dict[str, Any]]) -> Iterator[str]:
    visible = [removal for removal in removals if removal["role"] != "whitespace"]
    blank = len(removals) - len(visible)
    if removals:
        yield "\nCut or moved" + (f" (and {blank} changes of white space)" if blank else "")
    for removal in visible:
        kept = f" -> {removal['kept_as']}" if removal["kept_as"] else ""
        put = f" => {_short(removal['replacement'])}" if removal["replacement"] is not None else ""
        where = f"{removal['start']}-{removal['end']}"
        yield f"  {where:<13}{removal['role']}{kept}  {removal['rule']}  {removal['score']:.2f}"
        yield f"      {_short(removal['text'])}{put}"
        if removal["detail"]:
            yield f"      {removal['detail']}"


def _mention_lines(name: str, mentions: list[dict[str, Any]]) -> Iterator[str]:
    if mentions:
        yield f"\n{name.capitalize()}"
    for mention in mentions:
        where = f"{mention['start']}-{mention['end']}"
        yield f"  {where:<13}{_short(mention['surface'])}  = {_meaning(mention)}  {mention['rule']}"


def _meaning(mention: Mapping[str, Any]) -> str:
    if "kind" in mention:
        return mean_figure(mention)
    anchor = f" (from {mention['anchor']})" if mention["relative"] and mention["value"] else ""
    return mean_date(mention) + anchor


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else f"“{' '.join(value.split())}”"
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
