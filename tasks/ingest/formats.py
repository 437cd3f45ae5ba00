"""One function a format: a source in, the documents found in it out.

In     a `Source` and the settings
Out    `Found` documents, in the order of their rows; refusals among them, each in its place

A new format is one function here and one line in `READERS`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import IO, Any

from tasks.ingest.decode import decode, refuse_binary
from tasks.ingest.fields import document_of, media_of
from tasks.ingest.lines import JsonSplitter, TooLong, read_lines
from tasks.ingest.records import Found, Refused, digest, without_surrogates
from tasks.ingest.settings import IngestSettings
from tasks.ingest.tables import read_csv, read_parquet

_BRACKET = re.compile(rb'[\[{]|[\]}]|"(?:[^"\\]++|\\.)*+"', re.S)


# ------------------------------------------------------------------ one document a file


def read_text(stream: IO[bytes], settings: IngestSettings) -> Iterator[Found]:
    """A `.txt` file."""
    yield _one(stream, settings, is_html=False)


def read_html(stream: IO[bytes], settings: IngestSettings) -> Iterator[Found]:
    """An `.html` file."""
    yield _one(stream, settings, is_html=True)


def _one(stream: IO[bytes], settings: IngestSettings, is_html: bool) -> Found:
    raw = _whole(stream, settings.document_bytes)
    sha, size = digest(raw), len(raw)
    try:
        text, encoding = decode(raw, is_html)
        text = without_surrogates(text)
        if not text or text.isspace():
            raise Refused("empty", "nothing but blanks" if raw else "the file has no bytes")
    except Refused as refused:
        return Found(None, None, raw_sha256=sha, n_bytes=size, reason=refused.reason, detail=refused.detail)
    media = "html" if is_html else media_of(text)
    return Found(None, text, encoding, media, sha, size)


def _whole(stream: IO[bytes], limit: int) -> bytes:
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise Refused("too_large", f"the document has more than {limit:,} bytes")
    return raw


def read_unknown(stream: IO[bytes], _settings: IngestSettings) -> Iterator[Found]:
    """A file whose suffix says nothing to us: never a document, always a row."""
    head = stream.read(4096)
    if not head:
        raise Refused("empty", "the file has no bytes")
    refuse_binary(head)
    raise Refused("malformed", "unknown suffix; docs/input.md lists the formats that are read")


# ------------------------------------------------------------------ JSON

_json = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=lambda _: None)


def read_jsonl(stream: IO[bytes], settings: IngestSettings) -> Iterator[Found]:
    """A `.jsonl` file: one object a line; blank lines are no rows."""
    row = 0
    for number, line in enumerate(read_lines(stream, settings.line_bytes), start=1):
        if isinstance(line, bytes):
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not line or line.isspace():
                continue
        yield _json_document(row, line, f"line {number}", settings)
        row += 1


def read_json(stream: IO[bytes], settings: IngestSettings) -> Iterator[Found]:
    """A `.json` file: an array of objects, one object, or objects one after the other."""
    splitter = JsonSplitter(stream, settings.line_bytes)
    for row, piece in enumerate(splitter):
        yield _json_document(row, piece, f"element {row}", settings)
    if not splitter.ended:
        raise Refused("malformed", "the JSON text breaks off before its end")


def _json_document(row: int, piece: bytes | TooLong, where: str, settings: IngestSettings) -> Found:
    if isinstance(piece, TooLong):
        detail = f"{where} has {piece.n_bytes:,} bytes; the limit is {settings.line_bytes:,}"
        return Found(row, None, n_bytes=piece.n_bytes, reason="too_large", detail=detail)
    sha, size = digest(piece), len(piece)
    try:
        text, encoding = decode(piece)
        value = parse_json(text, piece, where, settings)
        found = document_of(row, value, settings)
    except Refused as refused:
        return Found(row, None, raw_sha256=sha, n_bytes=size, reason=refused.reason, detail=refused.detail)
    return Found(row, found.content, encoding, found.media, sha, size, found.fields, found.reason, found.detail)


def parse_json(text: str, raw: bytes, where: str, settings: IngestSettings) -> Any:
    """A JSON value; numbers stay as they are written, NaN and Infinity are null.

    Raises:
        Refused: `malformed`.
    """
    if raw.count(b"[") + raw.count(b"{") > settings.nesting and _depth(raw) > settings.nesting:
        raise Refused("malformed", f"{where} is nested more than {settings.nesting} deep")
    try:
        return _json.decode(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise Refused("malformed", f"{where} is not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise Refused("malformed", f"{where} is nested too deep to be read") from None


def _depth(raw: bytes) -> int:
    """How deep a JSON text is nested; strings do not count."""
    depth = deepest = 0
    for match in _BRACKET.finditer(raw):
        mark = match[0][0]
        if mark in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in b"]}":
            depth -= 1
    return deepest


READERS: dict[str, Callable[[IO[bytes], IngestSettings], Iterator[Found]]] = {
    ".txt": read_text,
    ".html": read_html,
    ".htm": read_html,
    ".jsonl": read_jsonl,
    ".json": read_json,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".parquet": read_parquet,
}
