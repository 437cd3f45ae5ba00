"""Who wrote the article, as its page shows it: by-lines, author links, lines around the headline.

In     the tree of a page
Out    the place of the headline among its texts; names, strongest evidence first

The texts of a page are looked at in its order. Names are found in four ways: behind "by" or "written by"; in links and
elements that are called author or by-line; in links to a page of authors; and, between the headline and the first
paragraph, alone on a line beside a date or a reading time.

Limits  What stands in comments, menus, footers and lists of other articles is passed over, as told by names of classes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml.etree import XPath
from lxml.html import HtmlElement

from tasks.ingest.author_names import person_names
from tasks.ingest.stated import clean, key

MAX_TEXTS = 6_000
HEAD_BEFORE, HEAD_AFTER = 12, 40  # texts around the headline in which by-lines stand
PROSE = 160  # characters: the first paragraph
STANDFIRST = 1  # texts below the headline that may be as long
NEAR_DATE = 4  # texts between a name and a date or reading time
MAX_LABEL = 120  # characters of a by-line

_TEXTS = XPath(
    ".//text()[normalize-space() and not(parent::script or parent::style or parent::noscript or parent::title)]"
)
_CALLED = XPath(
    './/*[@rel="author" or contains(@itemprop, "author") or contains(@class, "author") or contains(@class, "Author")'
    ' or contains(@class, "byline") or contains(@class, "Byline") or contains(@class, "by-line")'
    ' or contains(@id, "author") or contains(@id, "byline") or contains(@href, "/author")'
    ' or contains(@href, "/people/")'
    ' or contains(@href, "/contributor") or contains(@href, "/profile") or contains(@href, "/writer")'
    ' or contains(@href, "/staff/") or contains(@href, "/by/") or contains(@href, "/reporter")]'
)
# What belongs to another text than the article
_ELSEWHERE = re.compile(
    r"comment|related|sidebar|footer|recommend|popular|latest|teaser|promo|newsletter|trending|read-more|more-posts"
    r"|navbar|navigation|pagination|menu|modal|disqus|respond|(?:^|[ _-])cards?(?:$|[ _-])",
    re.I,
)
_ASIDE = frozenset(("aside", "footer", "nav"))
_BY = re.compile(
    r"(?i)^\W*(?:(?:written|words|story|posted|article|text|reported|authored|published|contributed)\s+)?by(?:\s*:\s*|\s+|$)"
    r"|^\W*(?:authors?|written by|words)\s*[:：]\s*"
)
_DATE = re.compile(
    r"(?i)\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\bmin(?:ute)?s?\.? read|\breading time"
    r"|\b(?:days?|hours?) ago"
)


@dataclass(frozen=True)
class Header:
    """The texts of a page, and where its headline is among them."""

    texts: Sequence[Any]  # strings that know their element
    headline: int | None

    @cached_property
    def around(self) -> frozenset[HtmlElement]:
        """The elements that hold the headline: whatever they are called, the article is in them."""
        if self.headline is None:
            return frozenset()
        return frozenset(self.texts[self.headline].getparent().iterancestors())

    def head(self) -> range:
        """The places where a by-line of the article stands."""
        if self.headline is None:
            return range(0)
        return range(max(0, self.headline - HEAD_BEFORE), min(len(self.texts), self.headline + HEAD_AFTER))


NO_HEADER = Header((), None)


def read_header(tree: HtmlElement, title: str) -> Header:
    """The texts of a page; the headline is the main heading that says `title`, else a text that does."""
    texts = _TEXTS(tree)[:MAX_TEXTS]
    wanted = key(title)
    place = None
    if wanted:
        for n, text in enumerate(texts):
            if (
                len(text) >= 4
                and (found := key(text))
                and (found == wanted or (len(found) > 12 and wanted.startswith(found)))
            ):
                parent = text.getparent()
                if is_heading(parent):
                    return Header(texts, n)
                place = n if place is None and not text.is_tail else place
    return Header(texts, place)


def is_heading(element: HtmlElement | None) -> bool:
    """Whether an element is a main heading or stands in one."""
    for _ in range(4):
        if element is None:
            return False
        if element.tag in ("h1", "h2"):
            return True
        element = element.getparent()
    return False


def seen_authors(tree: HtmlElement, header: Header, publisher: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(source, names), strongest evidence first."""
    called = _called_author(tree, header, publisher)
    for names in (*_by_lines(header, publisher), *called, *_beside_date(header, publisher)):
        yield "html", names


def _by_lines(header: Header, publisher: str) -> Iterator[tuple[str, ...]]:
    """Names behind "by", those near the headline first."""
    head = header.head()
    later = []
    for place, text in enumerate(header.texts):
        if len(text) > 4 * MAX_LABEL or not (said := _BY.match(text)):
            continue
        rest = clean(text[said.end() :])
        if not rest and place + 1 < len(header.texts):
            rest = clean(header.texts[place + 1])
        names = _named(rest, publisher)
        if names and not is_elsewhere(text.getparent(), header.around):
            if place in head:
                yield names
            else:
                later.append(names)
    yield from later[:1]


def _named(words: str, publisher: str) -> tuple[str, ...]:
    """The names of a short text; of a line with a date or a job behind the names, those before it."""
    if len(words) > MAX_LABEL:
        return ()
    return person_names(words, publisher)


def _called_author(tree: HtmlElement, header: Header, publisher: str) -> Iterator[tuple[str, ...]]:
    """Names in elements that are called author or by-line; links and small elements before large ones."""
    found = []
    for place, element in enumerate(_CALLED(tree)[:200]):
        if element.tag in ("body", "html", "main", "article") or is_elsewhere(element, header.around):
            continue
        names = next((names for text in _small_texts(element) if (names := _named(text, publisher))), ())
        if names:
            is_stated = element.get("rel") == "author" or "author" in (element.get("itemprop") or "")
            found.append((not is_stated, place, names))
    for _, _, names in sorted(found):
        yield names


def _small_texts(element: HtmlElement) -> Iterator[str]:
    """The whole text of an element where it is short, then its first pieces."""
    pieces = [piece for text in _TEXTS(element)[:12] for line in text.split("\n") if (piece := clean(line))]
    whole = " ".join(pieces)
    if len(whole) <= MAX_LABEL:
        yield whole
    yield from pieces[:5]


def _beside_date(header: Header, publisher: str) -> Iterator[tuple[str, ...]]:
    """Names that stand alone between the headline and the first paragraph, beside a date."""
    if header.headline is None:
        return
    places = range(header.headline + 1, min(len(header.texts), header.headline + HEAD_AFTER))
    head = []
    for place in places:
        text = clean(header.texts[place])
        if len(text) > PROSE:
            break
        head.append((place, text))
    dates = [place for place, text in head if _DATE.search(text) and len(text) < 80]
    for place, text in head:
        if any(abs(place - date) <= NEAR_DATE for date in dates) and 5 <= len(text) <= 60:
            names = _named(text, publisher)
            if names and len(names[0].split()) > 1 and not is_elsewhere(header.texts[place].getparent(), header.around):
                yield names


def is_elsewhere(element: HtmlElement | None, around: Collection[HtmlElement] = ()) -> bool:
    """Whether an element stands in comments, lists of other articles, menus or footers.

    Args:
        around: elements that hold the headline, which are never such a place.
    """
    for _ in range(10):
        if element is None or element.tag in ("body", "main") or element in around:
            return False
        if element.tag in _ASIDE or _ELSEWHERE.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            return True
        element = element.getparent()
    return False
