"""HTML -> text, by trafilatura; plain text passes through; what is no article says so.

In     a table with the columns media, content, url                from tasks.ingest.read
Out    `schema.EXTRACTED`, row by row                               to   furniture, strip

The only place that parses HTML. trafilatura runs in its fast mode, without comments; a fragment of markup, such as a
field of an export, is taken whole where the extractor finds nothing in it. The date is the one that the markup states,
with its time of day where it has one, within fixed bounds, so that a page has the same date whenever it is read.

Limits  libxml2 drops all that is nested deeper than 256 elements, without a word: such markup is flattened first. The
        extractor takes cubic time over thousands of links in one block, quadratic over other inline elements: the
        former go, the latter lose their tags.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Set
from copy import deepcopy
from typing import Any

import pyarrow as pa
import trafilatura
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura.settings import Document

from tasks import schema
from tasks.ingest.pages import judge_page
from tasks.ingest.records import storable
from tasks.tables import with_nulls

EXTRACTION = f"trafilatura {trafilatura.__version__}"
WHOLE_FRAGMENT = f"{EXTRACTION}, whole fragment"
DATES: dict[str, Any] = {
    "original_date": True,
    "extensive_search": False,
    "min_date": "1990-01-01",
    "max_date": "2100-12-31",  # instead of today
}
MAX_DEPTH = 200  # elements within elements; libxml2 gives up at 256
MAX_INLINE = 400  # links or other inline elements in one block; articles have a few dozen
MIN_SHARE = 0.8  # of a fragment: an extractor that finds less has taken a part of it for furniture
NO_TEXT = "no text was found in the page"

_IMPLIED_END = frozenset("p li dt dd tr td th thead tbody tfoot option optgroup colgroup rp rt".split())  # noqa: SIM905
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr !doctype".split())  # noqa: SIM905
_TAG = re.compile(r"<(/?)([a-zA-Z!][a-zA-Z0-9]*)(?:\s[^<>]*)?>")
_INLINE = frozenset("span b i em strong font u small sup sub mark abbr code tt label".split())  # noqa: SIM905
_BLOCKS = (
    "p",
    "div",
    "br",
    "li",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "section",
    "article",
    "figure",
)
_DOCUMENT = re.compile(r"<(?:!doctype|html|body|head)\b", re.I)
_SCRIPT = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>", re.I | re.S)
# What XML forbids: the parser takes a page with such a byte for one in another encoding, lxml refuses to write them
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# The number has to end there: `&#8211;` is a dash, not the control character 8
_CONTROL_ENTITY = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef])(?![0-9a-f])"
    r"|0*(?:[0-8]|1[124-9]|2\d|3[01])(?!\d));?",
    re.I,
)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$")
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{10,40})"')

for _library in ("trafilatura", "htmldate"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)  # they warn of every page without a text

FOUND = ("raw_text", "extraction", "html_title", "html_published", "flags", "reason", "detail")  # columns of a `Row`
Row = tuple[str | None, str | None, str | None, str | None, list[str], str | None, str | None]


def extract_batch(batch: pa.Table) -> pa.Table:
    """`schema.EXTRACTED` for a table with the columns media, content (null: refused before) and url."""
    rows = [_extracted(*row) for row in zip(*(batch[name].to_pylist() for name in ("media", "content")), strict=True)]
    values = zip(*rows, strict=True) if rows else [() for _ in FOUND]
    return with_nulls(dict(zip(FOUND, values, strict=True)), schema.EXTRACTED)


def _extracted(media: str | None, content: str | None) -> Row:
    """One row of `schema.EXTRACTED`."""
    if content is None:
        return None, None, None, None, [], None, None
    if media != "html":
        return _judged(storable(content), None, None, None)
    text, extraction, title, published = extract_html(content)
    if not text:
        return None, extraction, title, published, [], *_nothing(content)
    return _judged(text, extraction, title, published)


def _judged(text: str, extraction: str | None, title: str | None, published: str | None) -> Row:
    verdict = judge_page(text, title)
    if verdict is None:
        return text, extraction, title, published, [], None, None
    if verdict.flag:
        return text, extraction, title, published, [verdict.flag], None, None
    return text, extraction, title, published, [], "not_an_article", f"{verdict.rule}: {verdict.line}"


def _nothing(markup: str) -> tuple[str, str]:
    """(reason, detail) for a page without a text."""
    visible = re.sub(r"<[^>]*>", " ", _SCRIPT.sub(" ", markup))
    if not visible.strip():
        return "empty", "the page has markup, but no text"
    return "not_an_article", NO_TEXT


def extract_html(markup: str) -> tuple[str | None, str, str | None, str | None]:
    """(text, extraction, title, date) of a page or a fragment of markup; text is None where there is none."""
    is_fragment = not _DOCUMENT.search(markup[:2_000])
    tree = parse(f"<html><body><div>{markup}</div></body></html>" if is_fragment else markup)
    if tree is None:
        return None, EXTRACTION, None, None
    whole = _text_of_blocks(tree) if is_fragment else ""
    page = trafilatura.bare_extraction(
        tree, fast=True, include_comments=False, with_metadata=True, date_extraction_params=dict(DATES)
    )
    if not isinstance(page, Document) or not page.text:
        page = None
    if is_fragment and whole and (page is None or len(page.text or "") < MIN_SHARE * len(whole)):
        return storable(whole), WHOLE_FRAGMENT, None, None
    if page is None:
        return None, EXTRACTION, _title(tree), None
    return storable(page.text or ""), EXTRACTION, page.title, _with_time(tree, markup, page.date)


def parse(markup: str) -> HtmlElement | None:
    """The tree of a page, made light enough for the extractor; None where there is nothing in it."""
    tree, is_cut = _parsed(markup)
    if is_cut:
        tree, _ = _parsed(flattened(markup))
    if tree is not None:
        _lighten(tree)
    return tree


def _parsed(markup: str) -> tuple[HtmlElement | None, bool]:
    """The tree, and whether the parser gave up because of its depth."""
    parser = HTMLParser(
        collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
    )
    try:
        tree = document_fromstring(_writable(markup).encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError):
        tree = None
    return tree, any("depth" in entry.message for entry in parser.error_log)


def _writable(markup: str) -> str:
    """The markup without characters that XML forbids, as such or as entities."""
    return _CONTROL_ENTITY.sub("\ufffd", _CONTROL.sub("\ufffd", markup))


def flattened(markup: str) -> str:
    """The markup without the tags that are nested deeper than `MAX_DEPTH`; their text stays.

    >>> flattened("<i>" * 300 + "deep" + "</i>" * 300).count("<i>")
    200
    """
    open_tags: list[tuple[str, bool]] = []
    parts, at = [], 0
    for match in _TAG.finditer(markup):
        closing, name = match[1], match[2].lower()
        if name in _VOID or name in _IMPLIED_END:
            continue
        kept = True
        if not closing:
            kept = len(open_tags) < MAX_DEPTH
            open_tags.append((name, kept))
        elif open_tags and open_tags[-1][0] == name:
            kept = open_tags.pop()[1]
        if not kept:
            parts.append(markup[at : match.start()])
            at = match.end()
    return "".join([*parts, markup[at:]])


def _lighten(tree: HtmlElement) -> None:
    """Takes out of blocks with very many inline elements what the extractor would take minutes over."""
    for block in [element for element in tree.iter(etree.Element) if len(element) > MAX_INLINE]:
        names = Counter(child.tag for child in block)
        if names["a"] > MAX_INLINE:
            _unwrap(block, {"a"}, keep_text=False)
        if sum(names[name] for name in _INLINE) > MAX_INLINE:
            _unwrap(block, _INLINE, keep_text=True)


def _unwrap(block: HtmlElement, names: Set[str], keep_text: bool) -> None:
    """Takes children of these names out of a block, in linear time (lxml's strip_tags takes quadratic)."""
    kept: list[HtmlElement] = []
    texts = [[block.text or ""]]  # before the first that is kept, and after each of them
    for child in list(block):
        if child.tag in names:
            texts[-1] += [*child.itertext()] if keep_text else []
        else:
            kept.append(child)
            texts.append([])
        texts[-1].append(child.tail or "")
    del block[:]
    block.text = "".join(texts[0])
    for child, after in zip(kept, texts[1:], strict=True):
        child.tail = "".join(after)
        block.append(child)


def _text_of_blocks(tree: HtmlElement) -> str:
    """All text of a fragment, one block a line."""
    tree = deepcopy(tree)
    etree.strip_elements(tree, "script", "style", with_tail=False)
    for block in tree.iter(*_BLOCKS):
        block.text = "\n" + (block.text or "")
        block.tail = "\n" + (block.tail or "")
    lines = (" ".join(line.split()) for line in tree.text_content().split("\n"))
    return "\n".join(line for line in lines if line)


def _title(tree: HtmlElement) -> str | None:
    title = tree.findtext(".//title")
    return title.strip() or None if title else None


def _with_time(tree: HtmlElement, markup: str, day: str | None) -> str | None:
    """The date of the markup with its time of day and zone, where they stand beside the same date."""
    if not day:
        return None
    places = ('.//meta[@property="article:published_time"]', './/meta[@itemprop="datePublished"]')
    stated = [element.get("content", "") for place in places for element in tree.iterfind(place)]
    stated += _JSON_DATE.findall(markup)
    stated += [element.get("datetime", "") for element in tree.iterfind(".//time")]
    return next((value for value in map(str.strip, stated) if value.startswith(day) and _ISO.match(value)), day)
