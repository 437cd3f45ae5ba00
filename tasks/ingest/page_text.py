"""The text of a page, by trafilatura; by more thorough ways where its fast mode finds too little.

In     the tree of a page, and the article's text as JSON-LD gives it, where it does
Out    the text, one paragraph or heading a line, and who made it

The prose of a page is counted first: paragraphs, list items and quotes of `MIN_PROSE` characters and more that are no
links and belong to no list of other articles. What holds most of it is the article's place, whatever it is called. The
fast mode of trafilatura is right on nine pages of ten; where it finds less than `ENOUGH` of the prose, its thorough
mode is asked, and where that finds less than `LITTLE`, the page's own blocks are taken, or what JSON-LD states.

Limits  Measured in docs/input.md. Boxes about the author, pop-ups and lists of recent articles are told by the names of
        their classes only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from copy import deepcopy
from typing import NamedTuple

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Document

from tasks.ingest.page_header import is_elsewhere

EXTRACTION = f"trafilatura {trafilatura.__version__}"
WHOLE_FRAGMENT = f"{EXTRACTION}, whole fragment"
BLOCKS = "blocks of the page"
STATED = "JSON-LD articleBody"

MIN_PROSE = 80  # characters of a block
MAX_LINKED = 0.5  # share of a block's characters in links
ENOUGH, LITTLE = 0.8, 0.7  # of the page's prose
GAIN = 1.15  # how much longer another text must be
MAIN = 0.6  # of the page's prose: an element with more holds the article
MIN_STATED = 500  # characters of a text that JSON-LD states
MAX_BOX = 0.25  # of a page's text: a box with more may hold the article

_BLOCKS = (
    "p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "article", "figure",
)  # fmt: skip
_PROSE = ("p", "li", "blockquote", "dd", "td", "div", "section", "article", "main", "pre")
_PARAGRAPHS = frozenset(("p", "li", "blockquote", "dd"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BOXES = ("div", "section", "aside", "ul", "dialog", "p", "form")
_COMMENTS = re.compile(r"comment|disqus|respond", re.I)
_BOX = re.compile(r"(?:^|[ _-])(?:popup|modal|disclaimer|bio|pagination|recent|republish)", re.I)


class Block(NamedTuple):
    """A block of text of its own, without the blocks in it."""

    element: HtmlElement
    text: str
    is_prose: bool


def extract_text(tree: HtmlElement, stated: str | None = None) -> tuple[str | None, str]:
    """(text, extraction); text is None where there is none. The tree is used up.

    Args:
        tree: of a page, as parsed.
        stated: the article's text in the page's structured data.
    """
    _drop_boxes(tree)
    blocks = [block for block in find_blocks(tree) if block.is_prose]
    prose = sum(len(block.text) for block in blocks)
    spare = deepcopy(tree)
    text = _by_trafilatura(tree, fast=True)
    if prose and len(text) < ENOUGH * prose:
        thorough = _by_trafilatura(deepcopy(spare), fast=False)
        if len(thorough) > GAIN * len(text):
            text = thorough
    if prose and len(text) < LITTLE * prose:
        own = _text_of_page(spare)
        if len(own) > GAIN * len(text):
            return own, BLOCKS
    if stated and len(stated) >= MIN_STATED and len(text) < LITTLE * len(stated):
        return _parted(stated), STATED
    return text or None, EXTRACTION


def _by_trafilatura(tree: HtmlElement, fast: bool) -> str:
    page = trafilatura.bare_extraction(tree, fast=fast, include_comments=False)
    return page.text or "" if isinstance(page, Document) else ""


def _drop_boxes(tree: HtmlElement) -> None:
    """Take boxes out that belong to no article: about its author, other articles, pop-ups."""
    found = [
        element
        for element in tree.iter(*_BOXES)
        if _BOX.search(f"{element.get('class') or ''} {element.get('id') or ''}") and element.getparent() is not None
    ]
    whole = len(tree.text_content()) if found else 0
    for element in found:
        if len(element.text_content()) < MAX_BOX * whole and element.find(".//h1") is None:
            element.drop_tree()


def find_blocks(tree: HtmlElement) -> list[Block]:
    """The blocks of a page that have a text of their own, in its order."""
    found = [
        Block(element, text, _is_prose(element, text))
        for element in tree.iter(*_PROSE, *_HEADINGS)
        if (text := _own_text(element))
    ]
    main = _main_elements(found)
    return [block for block in found if not is_elsewhere(block.element, main)]


def _is_prose(element: HtmlElement, text: str) -> bool:
    return element.tag in _PARAGRAPHS and len(text) >= MIN_PROSE and _linked(element) < MAX_LINKED * len(text)


def _main_elements(blocks: list[Block]) -> set[HtmlElement]:
    """The elements that hold most of a page's prose: whatever they are called, the article is in them.

    Sites name what is around their articles by what stands beside them ("has-sidebar", "newsletter-post"). Comments
    alone may be longer than the article.
    """
    held: dict[HtmlElement, int] = defaultdict(int)
    for block in blocks:
        if block.is_prose:
            for element in block.element.iterancestors():
                held[element] += len(block.text)
    whole = max(held.values(), default=0)
    return {
        element
        for element, length in held.items()
        if length >= MAIN * whole and not _COMMENTS.search(f"{element.get('class') or ''} {element.get('id') or ''}")
    }


def _own_text(element: HtmlElement) -> str:
    """The text of an element without that of blocks in it."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _PROSE and child.tag not in _HEADINGS:
            parts.append(child.text_content() if child.tag not in ("script", "style", "ul", "ol", "table") else "")
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _linked(element: HtmlElement) -> int:
    return sum(len(link.text_content()) for link in element.iterchildren("a"))


def _text_of_page(tree: HtmlElement) -> str:
    """The blocks from the first prose to the last, one a line."""
    blocks = find_blocks(tree)
    places = [place for place, block in enumerate(blocks) if block.is_prose]
    return "\n".join(block.text for block in blocks[places[0] : places[-1] + 1]) if places else ""


def _parted(text: str) -> str:
    """A stated text with one paragraph a line."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def text_of_blocks(tree: HtmlElement) -> str:
    """All text of a fragment, one block a line."""
    tree = deepcopy(tree)
    etree.strip_elements(tree, "script", "style", with_tail=False)
    for block in tree.iter(*_BLOCKS):
        block.text = "\n" + (block.text or "")
        block.tail = "\n" + (block.tail or "")
    lines = (" ".join(line.split()) for line in tree.text_content().split("\n"))
    return "\n".join(line for line in lines if line)
