"""NITF and NewsML-G2: the body of a news item and its fields.

In     the element of an item: `nitf`, or `newsItem`
Out    one `Found` an item; the text has one paragraph a line

Source  IPTC NITF 3, IPTC NewsML-G2 2 (the parts that hold text); an item may carry NITF, XHTML or plain text.
Limits  Items without a text (pictures, packages) are `empty`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from tasks.ingest.fields import RowReader
from tasks.ingest.records import Fields, Found, digest, without_nul
from tasks.ingest.xml_events import local_name, text_of

ROOTS = frozenset(("nitf", "newsItem", "newsMessage"))
ITEMS = frozenset(("nitf", "newsItem"))
_BLOCKS = frozenset(("p", "hl2", "h1", "h2", "h3", "h4", "li", "td", "bq", "blockquote", "pre"))


def read_items(elements: Iterator[tuple[str, Any]], rows: RowReader) -> Iterator[Found]:
    """The items of a file; a `nitf` inside of a `newsItem` is its body, not an item."""
    row = 0
    for _, element in elements:
        if any(local_name(parent) == "newsItem" for parent in element.iterancestors()):
            continue
        yield item_of(row, element, rows.settings.document_bytes)
        row += 1


def item_of(row: int, element: Any, limit: int) -> Found:
    """The document of an item."""
    raw = etree.tostring(element, encoding="utf-8", with_tail=False)
    sha, size = digest(raw), len(raw)
    if size > limit:
        return Found(row, None, n_bytes=size, reason="too_large", detail=f"the item has {size:,} bytes")
    fields = _fields(element)
    text = without_nul("\n\n".join(_paragraphs(element)))
    if not text:
        return Found(row, None, "utf-8", None, sha, size, fields, "empty", "the item has no text")
    return Found(row, text, "utf-8", "text", sha, size, fields)


def _fields(element: Any) -> Fields:
    return Fields(
        title=_first(element, "hl1", "headline", "title"),
        published=_attribute(element, "date.issue", "norm")
        or _first(element, "contentCreated", "firstCreated", "versionCreated"),
        url=_attribute(element, "doc-id", "url") or None,
        id=_attribute(element, "doc-id", "id-string") or element.get("guid"),
        byline=tuple(name for name in [_without_by(_first(element, "byline", "by"))] if name),
        publisher=_first(element, "creditline", "distributor", "copyrightHolder", "provider"),
        section=None,
        modified=_first(element, "versionCreated"),
        standfirst=_first(element, "abstract"),
    )


def _first(element: Any, *names: str) -> str | None:
    """The text of the first element within of the first name that has one."""
    for name in names:
        for found in element.iter("{*}" + name):
            if text := " ".join(text_of(found).split()):
                return text
    return None


def _attribute(element: Any, name: str, attribute: str) -> str | None:
    return next((value for found in element.iter("{*}" + name) if (value := found.get(attribute))), None)


def _without_by(name: str | None) -> str | None:
    return name[3:].strip() if name and name.lower().startswith("by ") else name


def _paragraphs(element: Any) -> list[str]:
    """The blocks of the body, in their order."""
    bodies = [found for name in ("body.content", "inlineXML", "inlineData") for found in element.iter("{*}" + name)]
    if not bodies:
        return []
    body = next(iter(bodies[0].iter("{*}body.content")), bodies[0])
    blocks = [
        found for found in body.iter(etree.Element) if local_name(found) in _BLOCKS and not _is_inside(found, body)
    ]
    texts = [text_of(block) for block in blocks] or text_of(body).split("\n")
    return [text for block in texts if (text := " ".join(block.split()))]


def _is_inside(element: Any, body: Any) -> bool:
    """Whether an element stands in another block, in the head of a page or below a picture."""
    for parent in element.iterancestors():
        if parent is body:
            return False
        if local_name(parent) in _BLOCKS or local_name(parent) in ("head", "media", "table"):
            return True
    return False
