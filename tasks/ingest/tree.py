"""Markup -> a tree that is light enough for the extractor. The only place that parses HTML.

In     the markup of a page or of a fragment
Out    its tree, or None where there is nothing in it

Limits  libxml2 drops all that is nested deeper than 256 elements, without a word: such markup is flattened first. The
        extractor takes cubic time over thousands of links in one block, quadratic over other inline elements: the
        former go, the latter lose their tags.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

MAX_DEPTH = 200  # elements within elements; libxml2 gives up at 256
MAX_INLINE = 400  # links or other inline elements in one block; articles have a few dozen

_IMPLIED_END = frozenset("p li dt dd tr td th thead tbody tfoot option optgroup colgroup rp rt".split())  # noqa: SIM905
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr !doctype".split())  # noqa: SIM905
_TAG = re.compile(r"<(/?)([a-zA-Z!][a-zA-Z0-9]*)(?:\s[^<>]*)?>")
_INLINE = frozenset("span b i em strong font u small sup sub mark abbr code tt label".split())  # noqa: SIM905
# What XML forbids: the parser takes a page with such a byte for one in another encoding, lxml refuses to write them
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# The number has to end there: `&#8211;` is a dash, not the control character 8
_CONTROL_ENTITY = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef])(?![0-9a-f])"
    r"|0*(?:[0-8]|1[124-9]|2\d|3[01])(?!\d));?",
    re.I,
)


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
