"""Mails and saved pages in MIME: `.eml`, `.mbox`, `.mhtml`.

In     a stream of one message, or of many
Out    `Found` documents: the message's page, else its plain text, with subject, sender and date

Attachments are no documents. Of a page saved as MHTML the address is where it was saved from.

Source  Python's `email`; mbox as RFC 4155 has it, messages parted by lines that begin with "From ".
Limits  A message is held in memory; one past `line_bytes` is `too_large`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from typing import IO

from tasks.ingest.decode import decode
from tasks.ingest.fields import RowReader, media_of
from tasks.ingest.records import Fields, Found, Refused, digest, without_nul

_POSTMARK = re.compile(rb"^From \S.*\d{4}\s*$")
_ADDRESS = re.compile(r"\s*<[^<>]*>\s*|\s*\([^()]*\)\s*")


def read_eml(stream: IO[bytes], rows: RowReader) -> Iterator[Found]:
    """An `.eml` file: one message."""
    yield _message(None, _whole(stream, rows), rows)


def read_mhtml(stream: IO[bytes], rows: RowReader) -> Iterator[Found]:
    """An `.mhtml` file: one saved page."""
    yield _message(None, _whole(stream, rows), rows, is_page=True)


def _whole(stream: IO[bytes], rows: RowReader) -> bytes:
    limit = rows.settings.line_bytes
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise Refused("too_large", f"the message has more than {limit:,} bytes")
    if not raw.strip():
        raise Refused("empty", "nothing but blanks" if raw else "the file has no bytes")
    return raw


def read_mbox(stream: IO[bytes], rows: RowReader) -> Iterator[Found]:
    """An `.mbox` file: one document a message."""
    limit = rows.settings.line_bytes
    held: list[bytes] = []
    size = row = 0
    blank, started = True, False
    while line := stream.readline(limit):
        if blank and _POSTMARK.match(line):
            if started:
                yield _held(row, held, size, rows)
                row += 1
            held, size, started = [], 0, True
        elif not started:
            raise Refused("malformed", 'an mbox begins with a line "From …"')
        else:
            size += len(line)
            if size <= limit:
                held.append(line[1:] if line.startswith(b">From ") else line)
        blank = not line.strip()
    if started:
        yield _held(row, held, size, rows)


def _held(row: int, held: list[bytes], size: int, rows: RowReader) -> Found:
    if size > rows.settings.line_bytes:
        detail = f"the message has {size:,} bytes; the limit is {rows.settings.line_bytes:,}"
        return Found(row, None, n_bytes=size, reason="too_large", detail=detail)
    return _message(row, b"".join(held), rows)


def _message(row: int | None, raw: bytes, rows: RowReader, is_page: bool = False) -> Found:
    """The document of one message."""
    sha, size = digest(raw), len(raw)
    fields = Fields()
    try:
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        fields = _fields(message, is_page)
        text, encoding, is_html = _body(message, rows.settings.document_bytes)
    except Refused as refused:
        return Found(row, None, None, None, sha, size, fields, refused.reason, refused.detail)
    except (MessageError, ValueError, LookupError, AttributeError, IndexError, TypeError) as error:
        detail = f"the message cannot be read: {type(error).__name__}"
        return Found(row, None, None, None, sha, size, fields, "malformed", detail)
    media = "html" if is_html else media_of(text)
    return Found(row, without_nul(text), encoding, media, sha, size, fields)


def _body(message: EmailMessage, limit: int) -> tuple[str, str, bool]:
    """(text, encoding, whether it is a page) of the part to read: the page, else the plain text."""
    parts = [part for part in message.walk() if not part.is_multipart() and not part.is_attachment()]
    for kind in ("text/html", "application/xhtml+xml", "text/plain"):
        for part in parts:
            if part.get_content_type() != kind:
                continue
            raw = part.get_payload(decode=True)
            if not isinstance(raw, bytes) or not raw.strip():
                continue
            if len(raw) > limit:
                raise Refused("too_large", f"the text has {len(raw):,} bytes; the limit is {limit:,}")
            text, encoding = _decoded(raw, part.get_content_charset(), kind != "text/plain")
            return text, encoding, kind != "text/plain"
    raise Refused("empty", "the message has no text, only attachments" if parts else "the message has no body")


def _decoded(raw: bytes, charset: str | None, is_html: bool) -> tuple[str, str]:
    """The text in the charset that the part states, where it fits, else as any document."""
    if charset and charset.lower() not in ("us-ascii", "ascii"):
        try:
            return raw.decode(charset), charset
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(raw, is_html)


def _fields(message: EmailMessage, is_page: bool) -> Fields:
    address = str(message.get("Snapshot-Content-Location") or message.get("Content-Location") or "").strip() or None
    subject = " ".join(str(message.get("Subject") or "").split()) or None
    if is_page:
        return Fields(title=subject, url=address, fetched=str(message.get("Date") or "") or None)
    sender = _ADDRESS.sub("", str(message.get("From") or "")).strip(' "')
    return Fields(
        title=subject,
        published=str(message.get("Date") or "").strip() or None,
        url=address,
        id=str(message.get("Message-ID") or "").strip() or None,
        byline=(),
        publisher=sender if sender and "@" not in sender else None,
    )
