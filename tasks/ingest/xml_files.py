"""`.xml`, `.rss` and `.atom` files: what one is, its root element says.

In     a stream of XML
Out    `Found` documents, by the reader of its kind
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from tasks.ingest import feeds, news_xml
from tasks.ingest.fields import RowReader
from tasks.ingest.records import Found
from tasks.ingest.xml_events import read_elements


def read_xml(stream: IO[bytes], rows: RowReader) -> Iterator[Found]:
    """An XML file of any kind that is read: feeds, NITF, NewsML-G2."""
    elements = read_elements(stream, feeds.ENTRIES | news_xml.ITEMS)
    root, _ = next(elements)
    if root in feeds.ROOTS:
        yield from feeds.read_entries(elements, rows)
    elif root in news_xml.ROOTS:
        yield from news_xml.read_items(elements, rows)
    else:
        raise feeds.no_entries(root)
