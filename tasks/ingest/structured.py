"""Structured data of a page: JSON-LD and microdata, as flat nodes.

In     the tree of a page
Out    `Node`s in the order of the page: the types in lower case, and the properties as the page gives them

Every object of every JSON-LD block is a node, in lists, in `@graph` and inside of other nodes; a value that is only a
reference (`{"@id": …}`) is replaced by the node that it names. JSON that does not parse is mended where the damage is
of a known kind (comments, trailing commas, entities, a text that breaks off); else only the few plain `"name": "value"`
pairs that are asked for are read.

Source  schema.org, JSON-LD 1.1 (the part of it that pages use), the microdata of the HTML standard.
Limits  Contexts are not resolved, so a property under another prefix is not seen. Blocks of more than `MAX_BLOCK`
        characters and objects nested deeper than `MAX_DEPTH` are passed over.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml.etree import XPath
from lxml.html import HtmlElement

MAX_BLOCK = 1_000_000  # characters of one JSON-LD block; those of articles have a few thousand
MAX_BLOCKS = 50
MAX_NODES = 2_000
MAX_DEPTH = 12

_JSON_LD = XPath('.//script[contains(@type, "ld+json")]')
_SCOPES = XPath(".//*[@itemscope and @itemtype]")
_WRAPPER = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$", re.S)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_PAIR = re.compile(
    r'"(headline|datePublished|dateModified|dateCreated|articleSection|articleBody|description)"\s*:\s*"((?:[^"\\]|\\.)*)"'
)
_AUTHOR_PAIR = re.compile(r'"author"\s*:\s*[\[{][^}\]]*?"name"\s*:\s*"((?:[^"\\]|\\.)*)"')
_ESCAPED_SCRIPT = re.compile(r"\\(?![\"\\/bfnrtu])")


class Node(NamedTuple):
    """An object of structured data."""

    types: frozenset[str]  # lower case, without their address: newsarticle
    values: dict[str, Any]


def find_nodes(tree: HtmlElement) -> list[Node]:
    """The nodes of a page: those of JSON-LD, then those of microdata."""
    roots = [root for block in _JSON_LD(tree)[:MAX_BLOCKS] for root in _roots(block.text_content())]
    known = {node["@id"]: node for root in roots for node in _objects(root) if _is_described(node)}
    nodes: list[Node] = []
    for root in roots:
        for value in _objects(root):
            if len(nodes) < MAX_NODES:
                nodes.append(Node(_types(value.get("@type")), _resolved(value, known)))
    return nodes + [_of_scope(scope) for scope in _SCOPES(tree)[:MAX_NODES]]


# ------------------------------------------------------------------ JSON-LD


def _roots(block: str) -> list[Any]:
    """What one JSON-LD block holds: mostly one object or list."""
    if not block or len(block) > MAX_BLOCK:
        return []
    for attempt in (block, _mended(block)):
        try:
            return [json.loads(attempt, strict=False)]
        except (ValueError, RecursionError):
            continue
    return _pairs(block)


def _mended(block: str) -> str:
    """The block without what is no JSON around it and in it."""
    text = block.strip()
    for _ in range(3):  # a CDATA mark inside a comment
        text = _WRAPPER.sub("", text).strip()
    text = _ESCAPED_SCRIPT.sub(r"\\\\", _TRAILING_COMMA.sub(r"\1", text))
    if "&quot;" in text and text.count('"') < text.count("&quot;"):
        text = html.unescape(text)
    decoder = json.JSONDecoder(strict=False)
    try:
        _, end = decoder.raw_decode(text)
        return text[:end]
    except (ValueError, RecursionError):
        return text


def _pairs(block: str) -> list[Any]:
    """The plain values of a block that cannot be parsed, as one article."""
    found: dict[str, Any] = {}
    for name, value in _PAIR.findall(block):
        found.setdefault(name, _string(value))
    if names := _AUTHOR_PAIR.findall(block):
        found["author"] = [{"@type": "Person", "name": _string(names[0])}]
    return [{"@type": "Article", **found}] if "headline" in found or "datePublished" in found else []


def _string(escaped: str) -> str:
    try:
        return str(json.loads(f'"{escaped}"', strict=False))
    except ValueError:
        return escaped


def _objects(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, outer ones first."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            if isinstance(inner, dict | list):
                yield from _objects(inner, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item, depth + 1)


def _is_described(value: dict[str, Any]) -> bool:
    """Whether an object has an id and says more than that."""
    return isinstance(value.get("@id"), str) and len(value) > 1 and ("name" in value or "@type" in value)


def _resolved(value: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """An object whose references, one level deep, are replaced by what they name."""
    return {key: _target(item, known) for key, item in value.items()}


def _target(item: Any, known: dict[str, dict[str, Any]]) -> Any:
    if isinstance(item, list):
        return [_target(one, known) for one in item]
    if isinstance(item, dict) and "name" not in item and isinstance(item.get("@id"), str):
        return known.get(item["@id"], item)
    return item


def _types(value: Any) -> frozenset[str]:
    names = value if isinstance(value, list) else [value]
    return frozenset(re.split(r"[/#:]", name)[-1].lower() for name in names if isinstance(name, str))


# ------------------------------------------------------------------ microdata


def _of_scope(scope: HtmlElement) -> Node:
    """The item that an element with `itemscope` describes; items within it are nodes as values."""
    values: dict[str, Any] = {}
    for element in _own_properties(scope):
        value = _value(element)
        for name in element.get("itemprop", "").split():
            if name in values:
                first = values[name]
                values[name] = [*(first if isinstance(first, list) else [first]), value]
            else:
                values[name] = value
    return Node(_types(scope.get("itemtype", "").split()), values)


_PROPERTIES = XPath(".//*[@itemprop]")


def _own_properties(scope: HtmlElement) -> Iterator[HtmlElement]:
    """The elements with a property of this item, not of one within it."""
    for element in _PROPERTIES(scope):
        owner = element.getparent()
        while owner is not None and owner is not scope and owner.get("itemscope") is None:
            owner = owner.getparent()
        if owner is scope:
            yield element


def _value(element: HtmlElement) -> Any:
    if element.get("itemscope") is not None:
        node = _of_scope(element)
        text = " ".join(element.text_content().split())
        return {"@type": [*node.types], "name": text, **node.values} if len(text) < 100 else node.values
    for name in ("content", "datetime"):
        if element.get(name):
            return element.get(name)
    return " ".join(element.text_content().split())
