"""A value that a page or feed states, with the kind of its source, and the plain text of attributes and elements."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

_TAG = re.compile(r"<[^<>]{1,200}>")


class Stated(NamedTuple):
    """A value as stated, and by which kind of source."""

    source: str  # structured, meta, html
    value: str


def clean(text: str | None) -> str:
    """Text of an attribute or element: entities and tags resolved, white space single.

    >>> clean("Ferry &amp;amp; <b>quay</b> \\n open")
    'Ferry & quay open'
    """
    if not text:
        return ""
    for _ in range(2):
        if "&" in text:
            text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    return " ".join(text.split())


def key(words: str) -> str:
    """Letters and digits alone, in lower case."""
    return "".join(filter(str.isalnum, words.casefold()))
