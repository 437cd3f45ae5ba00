"""RSS (0.9 to 2.0, RDF) and Atom: one document an entry.

In     a stream of XML
Out    `Found` documents; an entry with a summary only says so
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from tasks.ingest.feed_entries import Entry, found_entry
from tasks.ingest.fields import RowReader
from tasks.ingest.records import Found, Refused
from tasks.ingest.xml_events import children, first_text, local_name, text_of

ROOTS = frozenset(("rss", "RDF", "feed"))
AUTHORS = ("author", "creator", "contributor")
ENTRIES = frozenset(("item", "entry"))
_NAMESPACE = re.compile(r' xmlns(?::\w+)?="[^"]*"')


def read_entries(elements: Iterator[tuple[str, Any]], rows: RowReader) -> Iterator[Found]:
    """The entries of a feed."""
    limit = rows.settings.document_bytes
    publisher = None
    for row, (_, element) in enumerate(elements):
        if publisher is None:
            publisher = feed_title(element) or ""
        raw = etree.tostring(element, encoding="utf-8", with_tail=False)
        if len(raw) > limit:
            detail = f"the entry has {len(raw):,} bytes; the limit is {limit:,}"
            yield Found(row, None, n_bytes=len(raw), reason="too_large", detail=detail)
            continue
        yield found_entry(row, entry_of(element, publisher or None), raw, "utf-8")


def feed_title(element: Any) -> str | None:
    """The title of the feed that an entry stands in."""
    parent = element.getparent()
    if parent is None:
        return None
    channels = [parent, *children(parent, "channel")]  # in RDF the entries stand beside the channel
    title = next((name for channel in channels if (name := first_text(channel, "title"))), None)
    return title if title and len(title) <= 100 else None


def entry_of(element: Any, publisher: str | None) -> Entry:
    """What an entry says."""
    by_name: dict[str, list[Any]] = defaultdict(list)
    for child in element:
        by_name[local_name(child)].append(child)

    def first(*names: str) -> str | None:
        texts = (" ".join(text_of(child).split()) for name in names for child in by_name.get(name, ()))
        return next((text for text in texts if text), None)

    def longest(*names: str) -> str | None:
        texts = (_markup(child) for name in names for child in by_name.get(name, ()))
        return max((text for text in texts if text.strip()), key=len, default=None)

    labels = (child.get("label") or child.get("term") for child in by_name.get("category", ()))
    sources = (first_text(child, "title") for child in by_name.get("source", ()))
    return Entry(
        content=longest("encoded", "content"),
        summary=longest("description", "summary"),
        title=first("title"),
        url=_link(by_name),
        id=first("guid", "id"),
        published=first("pubDate", "published", "date", "issued", "created", "updated"),
        modified=first("updated", "modified"),
        authors=tuple(dict.fromkeys(_authors([c for n in AUTHORS for c in by_name.get(n, ())]))),
        publisher=next(filter(None, sources), publisher),
        section=first("category") or next(filter(None, labels), None),
    )


def _markup(element: Any) -> str:
    """The text of an element that holds escaped markup, or the markup of one that holds elements (XHTML)."""
    if element.get("src"):
        return ""
    if len(element) and any(isinstance(child.tag, str) for child in element):
        inner = element[0] if len(element) == 1 and local_name(element[0]) == "div" else element
        for child in inner.iter(etree.Element):
            child.tag = local_name(child)
        return _NAMESPACE.sub("", str(etree.tostring(inner, encoding="unicode", with_tail=False)))
    return text_of(element)


def _link(by_name: Mapping[str, list[Any]]) -> str | None:
    """The address of the page of an entry."""
    for link in by_name.get("link", ()):
        href = (link.get("href") or text_of(link)).strip()
        if href and link.get("rel", "alternate") == "alternate":
            return str(href)
    guid = next((g for g in by_name.get("guid", ()) if g.get("isPermaLink", "true") != "false"), None)
    address = text_of(guid).strip() if guid is not None else ""
    return address if address.startswith(("http:", "https:")) else None


def _authors(elements: list[Any]) -> Iterator[str]:
    """Names, without mail addresses: "ann@example.org (Ann Quill)" names Ann Quill."""
    for child in elements:
        text = first_text(child, "name") or " ".join(text_of(child).split())
        if "@" in text and "(" in text:
            text = text.partition("(")[2].rstrip(") ")
        if text and "@" not in text:
            yield text


def no_entries(root: str) -> Refused:
    """The refusal of XML that is of no kind that is read."""
    return Refused("malformed", f"the XML has the root element {root[:40]!r}: no feed and no news item")
