"""WARC: one document a response record that holds a page.

In     a stream of WARC records (unpacked, where the file is `.warc.gz`)
Out    `Found` documents with the address and the moment of the capture; other records are no rows

Source  ISO 28500, by warcio.
Limits  A capture says when it was fetched, not when the article was published: the latter the page has to say.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from tasks.ingest.decode import decode
from tasks.ingest.fields import RowReader
from tasks.ingest.records import Fields, Found, Refused, digest, without_nul

PAGES = ("text/html", "application/xhtml+xml")


class QuietIterator(ArchiveIterator):  # type: ignore[misc]  # warcio has no types
    """warcio's iterator, which counts a record of a wrong length in place of writing its text to stderr."""

    def _consume_blanklines(self) -> tuple[bytes | None, int]:
        size, is_first = 0, True
        while line := self.reader.readline():
            is_blank = not line.strip()
            if not is_blank and not is_first:
                return line, size
            self.err_count += not is_blank
            size, is_first = size + len(line), False
        return None, size


class Pieces:
    """A stream that gives what it has: of a file that is cut short, what stands before the cut is not lost."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, fewer where the next ones have to be waited for; b"" at the end."""
        if size < 0 or not isinstance(self._stream, io.BufferedReader):
            return self._stream.read(size)
        return self._stream.read1(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def read_warc(stream: IO[bytes], rows: RowReader) -> Iterator[Found]:
    """A `.warc` file: its pages that were answered with status 200."""
    row = 0
    records = QuietIterator(Pieces(stream))
    held: Found | None = None  # until it is known that the record ended where it said
    while True:
        errors = records.err_count
        try:
            record = next(records, None)
        except ArchiveLoadFailed as error:
            raise Refused("malformed", f"the WARC is damaged after {row:,} pages: {str(error)[:120]}") from None
        except (ValueError, IndexError, AttributeError, UnicodeDecodeError) as error:
            raise Refused("malformed", f"the WARC is damaged after {row:,} pages: {str(error)[:120]}") from None
        finally:
            if held is not None:
                wrong = records.err_count > errors and held.content is not None
                yield _of_wrong_length(held) if wrong else held
                held = None
        if record is None:
            stream.read(1)  # warcio takes a cut for an end; the stream knows better, and raises
            return
        if record.format != "warc":
            raise Refused("malformed", "the file is no WARC")
        if _is_page(record):
            held = _page(row, record, rows.settings.document_bytes)
            row += 1


def _of_wrong_length(found: Found) -> Found:
    detail = "the record does not end where its length says"
    return found._replace(content=None, media=None, encoding=None, reason="malformed", detail=detail)


def _is_page(record: Any) -> bool:
    if record.rec_type not in ("response", "resource"):
        return False
    headers = record.http_headers
    media = headers.get_header("Content-Type", "") if headers else record.rec_headers.get_header("Content-Type", "")
    status = headers.get_statuscode() if headers else "200"
    return status == "200" and str(media).partition(";")[0].strip().lower() in PAGES


def _page(row: int, record: Any, limit: int) -> Found:
    """The document of one record."""
    address = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ") or None
    fields = Fields(url=address, kind="capture", fetched=record.rec_headers.get_header("WARC-Date"))
    try:
        raw = record.content_stream().read(limit + 1)
    except Exception as error:  # what libraries for content encodings raise is of many kinds
        return Found(row, None, fields=fields, reason="malformed", detail=f"the page cannot be unpacked: {error}"[:200])
    sha, size = digest(raw), len(raw)
    if size > limit:
        detail = f"the page has more than {limit:,} bytes"
        return Found(row, None, None, None, sha, size, fields, "too_large", detail)
    stated = record.rec_headers.get_header("Content-Length") or ""
    if stated.isdigit() and record.raw_stream.limit > 0:
        detail = f"the record ends {record.raw_stream.limit:,} bytes before the length that it states"
        return Found(row, None, None, None, sha, size, fields, "malformed", detail)
    try:
        text, encoding = decode(raw, is_html=True)
        if not text or text.isspace():
            raise Refused("empty", "the page has no bytes" if not raw else "nothing but blanks")
    except Refused as refused:
        return Found(row, None, None, None, sha, size, fields, refused.reason, refused.detail)
    return Found(row, without_nul(text), encoding, "html", sha, size, fields)
