"""Who wrote the article and when, as its page shows it: by-lines, author links, `<time>`, lines around the headline.

In     the tree of a page
Out    names, strongest evidence first; dates as stated

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

from tasks.datelines.moments import find_moments
from tasks.ingest.author_names import person_names
from tasks.ingest.stated import Stated, clean, key

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
_TIMES = XPath(".//time")
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
_DIGIT = re.compile(r"\d")
_PUBLISHED = re.compile(r"publish|posted|created|entry-date|pubdate|post-date|post_date", re.I)
_UPDATED = re.compile(r"updat|modif|review", re.I)


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


def seen_dates(tree: HtmlElement, header: Header) -> Iterator[Stated]:
    """The `<time>` elements that say when the article was published, those around the headline, then the others."""
    rest = []
    for value, around in _times(tree, header):
        if _UPDATED.search(around):
            continue
        if _PUBLISHED.search(around):
            yield Stated("html", value)
        else:
            rest.append(Stated("html", value))
    yield from (Stated("html", value) for value, is_change in _head_moments(header) if not is_change)
    yield from rest


def seen_changes(tree: HtmlElement, header: Header) -> Iterator[Stated]:
    """The dates of a later change that are shown around the headline or in a `<time>`."""
    yield from (Stated("html", value) for value, is_change in _head_moments(header) if is_change)
    yield from (Stated("html", value) for value, around in _times(tree, header) if _UPDATED.search(around))


def shows_day(tree: HtmlElement, header: Header, day: str) -> bool:
    """Whether a `<time>` or some short text of the page says this day (ISO date)."""
    if any((element.get("datetime") or "").startswith(day) for element in _TIMES(tree)[:100]):
        return True
    year = day[2:4]
    for text in header.texts:
        if len(text) <= MAX_LABEL and year in text:
            words = clean(text)
            if any(moment.local[:10] == day for moment in find_moments(words)):
                return True
    return False


def _times(tree: HtmlElement, header: Header) -> Iterator[tuple[str, str]]:
    """(value, names of its class and attributes) of each `<time>` of the article."""
    for element in _TIMES(tree)[:100]:
        value = element.get("datetime") or clean(element.text_content())
        if value and len(value) <= 60 and not is_elsewhere(element, header.around):
            yield value, f"{element.get('class') or ''} {element.get('itemprop') or ''} {' '.join(element.keys())}"


def _head_moments(header: Header) -> Iterator[tuple[str, bool]]:
    """(surface, whether it is of a later change) of dates in short texts around the headline, those below it first.

    Below it the search ends at the first paragraph; a standfirst may stand before.
    """
    if header.headline is None:
        return
    head = header.head()
    for place in (*range(header.headline, head.stop), *range(header.headline - 1, head.start - 1, -1)):
        text = clean(header.texts[place])
        if len(text) > PROSE and place > header.headline + STANDFIRST:
            return
        if len(text) > MAX_LABEL or not _DIGIT.search(text) or is_heading(header.texts[place].getparent()):
            continue
        moment = next((moment for moment in find_moments(text) if moment.precision != "month"), None)
        if moment is not None and not is_elsewhere(header.texts[place].getparent(), header.around):
            before = clean(header.texts[place - 1]) if place else ""
            is_change = bool(_UPDATED.search(text) or (len(before) < 40 and _UPDATED.search(before)))
            yield text[moment.start : moment.end], is_change
