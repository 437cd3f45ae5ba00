"""Captions of pictures: `<figure>` and `<figcaption>`, with the credit.

In     the tree of a page
Out    `Caption`s in the order of the page, each once

The credit is what an element called credit, copyright or source holds, or what stands behind "Photo:", "Credit:" and
the like at the end.

Limits  Pictures of menus, teasers and footers are passed over by the names of their classes; a caption without a
        `<figcaption>` is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from lxml.etree import XPath
from lxml.html import HtmlElement

from tasks.ingest.page_header import is_elsewhere
from tasks.ingest.stated import clean
from tasks.model import Caption

MAX_CAPTIONS = 50
MAX_CHARS = 1_000

_CAPTIONS = XPath('.//figcaption | .//*[contains(@class, "wp-caption-text")]')
_CREDITS = XPath(
    './/*[contains(@class, "credit") or contains(@class, "Credit") or contains(@class, "copyright")'
    ' or contains(@class, "photographer") or contains(@class, "attribution") or self::cite or self::small]'
)
_BEHIND = re.compile(
    r"^(?P<text>.*?)[\s(|/.]*\b(?:(?:photo|image|picture|foto|illustration|photograph)s?(?:\s+(?:credit|courtesy(?:\s+of)?|by|from|via)"
    r"|:)|(?:photo\s*)?credits?\s*:|copyright|©|courtesy\s+of)\s*:?\s*(?P<credit>[^()]{2,80}?)[)\s.]*$",
    re.I | re.S,
)
_LABEL = re.compile(
    r"(?i)^\W*(?:photo|image|picture|credit|source|copyright|©)s?(?:\s+(?:by|credit|courtesy of))?\s*:?\s*"
)


def find_captions(tree: HtmlElement, around: Collection[HtmlElement] = ()) -> tuple[Caption, ...]:
    """The captions of a page's pictures; `around` are the elements that hold its headline."""
    found: dict[Caption, None] = {}
    for element in _CAPTIONS(tree)[: 4 * MAX_CAPTIONS]:
        if not is_elsewhere(element, around) and (caption := _caption(element)):
            found.setdefault(caption)
    return tuple(found)[:MAX_CAPTIONS]


def _caption(element: HtmlElement) -> Caption | None:
    text = clean(" ".join(element.itertext()))
    if len(text) > MAX_CHARS or not any(map(str.isalpha, text)):
        return None
    for part in _CREDITS(element):
        credit = clean(" ".join(part.itertext()))
        if credit and text.endswith(credit):
            return Caption(text.removesuffix(credit).strip(" |-–—"), _LABEL.sub("", credit).strip(" ()") or None)
    if behind := _BEHIND.match(text):
        return Caption(behind["text"].strip(), behind["credit"].strip())
    return Caption(text)
