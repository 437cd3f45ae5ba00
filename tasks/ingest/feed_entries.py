"""What an entry of a feed becomes: a document with its text, or a row that says there is only a summary.

In     the parts of an entry, as RSS, Atom and JSON Feed have them
Out    `Found`

A text that is called content is the full text, unless it ends as summaries do ("…", "Read more"). A description or
summary is the full text only where it is long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.ingest.fields import media_of
from tasks.ingest.records import Fields, Found, digest, without_nul
from tasks.ingest.stated import clean

FULL_CHARS = 1_200  # of a description that is the full text; summaries have 100 to 500
CUT_CHARS = 800  # a text that ends like a summary and is shorter is one
END_CHARS = 400  # of a text, in which "Read more" stands
END_WORDS = 120  # characters of these that are looked at
_CUT = re.compile(r"(?:\[?(?:…|\.\.\.)\]?|\bread more\b\W*|\bcontinue reading\b.{0,80}|\bweiterlesen\b\W*)$", re.I)
_TAG = re.compile(r"<[^<>]{1,2000}>")
_MARKUP = re.compile(r"<(?:p|div|br|a|img|ul|ol|h[1-6]|blockquote|strong|em|figure|span)\b[^<>]*>", re.I)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed, as it states itself."""

    content: str | None = None  # markup or text
    summary: str | None = None
    title: str | None = None
    url: str | None = None
    id: str | None = None
    published: str | None = None
    modified: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    section: str | None = None


def found_entry(row: int, entry: Entry, raw: bytes, encoding: str) -> Found:
    """The document of an entry."""
    fields = Fields(
        title=clean(entry.title) or None,
        published=entry.published,
        url=entry.url,
        id=entry.id,
        byline=entry.authors,
        publisher=entry.publisher,
        section=clean(entry.section) or None,
        modified=entry.modified,
        standfirst=(clean(entry.summary) or None) if entry.content else None,
        kind="feed_entry",
    )
    sha, size = digest(raw), len(raw)
    text = full_text(entry)
    if text is None:
        stated = clean(entry.content or entry.summary)
        reason = "summary_only" if stated else "empty"
        detail = f"the entry has a summary of {len(stated):,} characters only" if stated else "the entry has no text"
        return Found(row, None, encoding, None, sha, size, fields, reason, detail)
    text = without_nul(text)
    return Found(row, text, encoding, "html" if _MARKUP.search(text) else media_of(text), sha, size, fields)


def full_text(entry: Entry) -> str | None:
    """The full text of an entry; None where it has a summary only.

    >>> full_text(Entry(summary="The mill turns again, says the miller …")) is None
    True
    """
    if entry.content and not _is_cut(entry.content):
        return entry.content
    if entry.summary and len(_TAG.sub("", entry.summary)) >= FULL_CHARS and not _ends_cut(entry.summary):
        return entry.summary
    return None


def _is_cut(text: str) -> bool:
    plain = _TAG.sub("", text)
    return len(plain) < CUT_CHARS and (not plain.strip() or _ends_cut(text))


def _ends_cut(text: str) -> bool:
    end = clean(_TAG.sub(" ", text[-END_CHARS:]))[-END_WORDS:]
    return _CUT.search(end) is not None
