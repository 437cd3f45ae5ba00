"""One function a format: a stream in, the documents found in it out.

In     a binary stream and the `RowReader` of the run
Out    `Found` documents, in the order of their rows; refusals among them, each in its place

A new format is one function like these and one line in `READERS`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import IO, Any

from tasks.ingest.decode import decode, decode_as, recoded, refuse_binary
from tasks.ingest.documents import REFUSALS
from tasks.ingest.feed_entries import found_entry
from tasks.ingest.fields import RowReader, media_of
from tasks.ingest.json_feeds import entry_of, is_json_feed
from tasks.ingest.lines import JsonSplitter, TooLong, read_lines
from tasks.ingest.mails import read_eml, read_mbox, read_mhtml
from tasks.ingest.records import Found, Refused, digest, without_nul
from tasks.ingest.settings import IngestSettings
from tasks.ingest.tables import read_csv, read_parquet
from tasks.ingest.warcs import read_warc
from tasks.ingest.xml_files import read_xml

Reader = Callable[[IO[bytes], RowReader], Iterator[Found]]

# ------------------------------------------------------------------ one document a file


def read_text(stream: IO[bytes], rows: RowReader) -> Iterator[Found]:
    """A `.txt` file."""
    yield _one(stream, rows.settings, is_html=False)


def read_html(stream: IO[bytes], rows: RowReader) -> Iterator[Found]:
    """An `.html` file."""
    yield _one(stream, rows.settings, is_html=True)


def _one(stream: IO[bytes], settings: IngestSettings, is_html: bool) -> Found:
    limit = settings.document_bytes
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise Refused("too_large", f"the document has more than {limit:,} bytes")
    sha, size = digest(raw), len(raw)
    try:
        text, encoding = decode(raw, is_html)
        if not text or text.isspace():
            raise Refused("empty", "nothing but blanks" if raw else "the file has no bytes")
    except Refused as refused:
        return Found(None, None, raw_sha256=sha, n_bytes=size, reason=refused.reason, detail=refused.detail)
    return Found(None, without_nul(text), encoding, "html" if is_html else media_of(text), sha, size)


def read_unknown(stream: IO[bytes], _rows: RowReader) -> Iterator[Found]:
    """A file whose suffix says nothing to us: never a document, always a row."""
    head = stream.read(4096)
    if not head:
        raise Refused("empty", "the file has no bytes")
    refuse_binary(head)
    raise Refused("malformed", "unknown suffix; docs/input.md lists the formats that are read")
    yield  # a generator, like the other readers


# ------------------------------------------------------------------ JSON

# Numbers stay as they are written (an id of 5,000 digits, a date like 20210304); NaN and Infinity are null.
_json = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=lambda _: None)
_BRACKET = re.compile(rb'[\[{]|[\]}]|"(?:[^"\\]++|\\.)*+"?', re.S)


def read_jsonl(stream: IO[bytes], rows: RowReader) -> Iterator[Found]:
    """A `.jsonl` file: one object a line; blank lines are no rows."""
    row = 0
    stream, encoding = recoded(stream)
    for line in read_lines(stream, rows.settings.line_bytes):
        if isinstance(line, TooLong) or not line.isspace():
            yield _json_row(row, line, encoding, rows)
            row += 1


def read_json(stream: IO[bytes], rows: RowReader) -> Iterator[Found]:
    """A `.json` file: an array of objects, one object, objects one after the other, or an object that holds one array.

    An object without a text of its own, but with exactly one list of objects in it, stands for that list.
    """
    stream, encoding = recoded(stream)
    splitter = JsonSplitter(stream, rows.settings.line_bytes)
    row = 0
    for piece in splitter:
        for found in _json_rows(row, piece, encoding, rows):
            yield found
            row += 1
    if not splitter.ended:
        raise Refused("malformed", "the JSON text breaks off before its end")


def _json_rows(row: int, piece: bytes | TooLong, encoding: str, rows: RowReader) -> Iterator[Found]:
    """One value of a `.json` file as its rows: mostly one."""
    if isinstance(piece, bytes) and b"[" in piece and b'"' in piece[:1000]:
        try:
            value = parse_json(decode_as(piece, encoding)[0], piece, "", rows.settings)
        except Refused:
            value = None
        if isinstance(value, dict) and is_json_feed(value):
            for n, item in enumerate(value["items"]):
                yield found_entry(row + n, entry_of(item, value), _dumped(item), encoding)
            return
        if isinstance(value, dict) and (inner := _only_list(value, rows)) is not None:
            for n, item in enumerate(inner):
                yield _document(row + n, _dumped(item), encoding, lambda item=item: item, rows)  # type: ignore[misc]
            return
    yield _json_row(row, piece, encoding, rows)


def _dumped(item: Any) -> bytes:
    return json.dumps(item, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _only_list(value: dict[str, Any], rows: RowReader) -> list[Any] | None:
    if rows.layout(value)["text"]:
        return None
    lists = [item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)]
    return lists[0] if len(lists) == 1 else None


def _json_row(row: int, piece: bytes | TooLong, encoding: str, rows: RowReader) -> Found:
    if isinstance(piece, TooLong):
        detail = f"row {row} has {piece.n_bytes:,} bytes; the limit is {rows.settings.line_bytes:,}"
        return Found(row, None, n_bytes=piece.n_bytes, reason="too_large", detail=detail)
    try:
        text, encoding = decode_as(piece, encoding)
    except Refused as refused:
        return Found(row, None, None, None, digest(piece), len(piece), reason=refused.reason, detail=refused.detail)
    return _document(row, piece, encoding, lambda: parse_json(text, piece, f"row {row}", rows.settings), rows)


def _document(row: int, raw: bytes, encoding: str, value: Callable[[], Any], rows: RowReader) -> Found:
    sha, size = digest(raw), len(raw)
    try:
        found = rows.document(row, value())
    except Refused as refused:
        return Found(row, None, encoding, None, sha, size, reason=refused.reason, detail=refused.detail)
    return Found(row, found.content, encoding, found.media, sha, size, found.fields)


def parse_json(text: str, raw: bytes, where: str, settings: IngestSettings) -> Any:
    """A JSON value; of a key that comes twice, the last counts.

    Raises:
        Refused: `malformed`: it is no JSON, or nested too deep.
    """
    limit = settings.nesting
    if raw.count(b"[") + raw.count(b"{") > limit and _depth(raw) > limit:
        raise Refused("malformed", f"{where} is nested more than {limit} deep")
    try:
        return _json.decode(text)
    except json.JSONDecodeError as error:
        raise Refused("malformed", f"{where} is not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise Refused("malformed", f"{where} is nested too deep to be read") from None


def _depth(raw: bytes) -> int:
    """How deep a JSON text is nested; what stands in strings does not count."""
    depth = deepest = 0
    for match in _BRACKET.finditer(raw):
        mark = match[0][:1]
        if mark in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in b"]}":
            depth -= 1
    return deepest


READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".html": read_html,
    ".htm": read_html,
    ".jsonl": read_jsonl,
    ".json": read_json,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".parquet": read_parquet,
    **dict.fromkeys((".xml", ".rss", ".atom", ".rdf", ".nitf"), read_xml),
    ".warc": read_warc,
    **dict.fromkeys((".mhtml", ".mht"), read_mhtml),
    ".eml": read_eml,
    ".mbox": read_mbox,
    **REFUSALS,
}
