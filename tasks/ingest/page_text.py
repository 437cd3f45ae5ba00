"""The text of a page, by trafilatura.

In     the tree of a page, and the article's text as JSON-LD gives it, where it does
Out    the text, one paragraph or heading a line, and who made it
"""

from __future__ import annotations

from copy import deepcopy

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Document

EXTRACTION = f"trafilatura {trafilatura.__version__}"
WHOLE_FRAGMENT = f"{EXTRACTION}, whole fragment"

_BLOCKS = tuple("p div br li tr h1 h2 h3 h4 h5 h6 blockquote section article figure".split())  # noqa: SIM905


def extract_text(tree: HtmlElement, _stated: str | None) -> tuple[str | None, str]:
    """(text, extraction); text is None where there is none. The tree is used up."""
    page = trafilatura.bare_extraction(tree, fast=True, include_comments=False)
    if not isinstance(page, Document) or not page.text:
        return None, EXTRACTION
    return page.text, EXTRACTION


def text_of_blocks(tree: HtmlElement) -> str:
    """All text of a fragment, one block a line."""
    tree = deepcopy(tree)
    etree.strip_elements(tree, "script", "style", with_tail=False)
    for block in tree.iter(*_BLOCKS):
        block.text = "\n" + (block.text or "")
        block.tail = "\n" + (block.tail or "")
    lines = (" ".join(line.split()) for line in tree.text_content().split("\n"))
    return "\n".join(line for line in lines if line)
