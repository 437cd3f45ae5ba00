"""When a page says that its article was published and changed, and which of its statements counts.

In     the tree of a page; what its structured data and meta elements state
Out    `PageDates`: the dates of publication, best first, the last change, and what day and month order the page has

Shown dates are those of `<time>` elements and of short texts around the headline. One is of a later change where its
label ("Updated"), or the name of its class, says so.

Limits  Of dates in comments, menus and lists of other articles none counts, as told by names of classes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from htmldate import find_date
from lxml.etree import XPath
from lxml.html import HtmlElement

from tasks.datelines import find_date_line, is_change, read_metadata_date
from tasks.datelines.moments import Moment, find_moments
from tasks.ingest.page_header import MAX_LABEL, PROSE, STANDFIRST, Header, is_elsewhere, is_heading
from tasks.ingest.stated import Stated, clean
from tasks.model import DateLine

FIRST_DATE, LAST_DATE = "1990-01-01", "2100-12-31"  # instead of today: a page has the same date whenever it is read
GUESSING: dict[str, Any] = {
    "original_date": True,
    "extensive_search": False,
    "min_date": FIRST_DATE,
    "max_date": LAST_DATE,
}
SHOWN, CHANGED, GUESSED = "html", "change", "guess"
MAX_TIMES = 100  # elements
MAX_TIME = 60  # characters of what it says
MAX_WORDS_BESIDE = 4  # beside a shown date: "Posted on", "10 min read"
MAX_STATED = 5  # dates kept, of different days
MAX_LABEL_BEFORE = 40  # characters of a text that is the label of the date behind it
MAX_ZONES_APART = timedelta(days=1)  # the same moment has two days in two zones
ORDERS = ("day_first", "month_first")

_TIMES = XPath(".//time")
_DIGIT = re.compile(r"\d")
_PUBLISHED = re.compile(r"publish|posted|created|entry-date|pubdate|post-date|post_date", re.I)
_REVIEWED = re.compile(r"review", re.I)  # a date of checking is one of a change, too


@dataclass(frozen=True)
class PageDates:
    """What a page states of its dates; values as stated."""

    published: tuple[Stated, ...] = ()  # best first, one a day; the sources are structured, meta, html, change, guess
    modified: str | None = None
    order: str | None = None  # day_first or month_first, where the page tells in which order it writes them
    is_disputed: bool = False  # its statements of the publication are more than a day apart


@dataclass(frozen=True, slots=True)
class Dated:
    """A statement with its reading."""

    source: str
    value: str
    line: DateLine

    @property
    def day(self) -> str:
        """The ISO date, or its beginning."""
        return self.line.local[:10]


# ------------------------------------------------------------------ the choice


def choose_dates(
    tree: HtmlElement, header: Header, published: Sequence[Stated], modified: Sequence[Stated], url: str | None = None
) -> PageDates:
    """The dates of a page, best first.

    A page that states no publication may show when it was changed, which then stands for it. Else htmldate is asked,
    and believed where a reader of the page could see the same day: else it is as often a date of something else.

    Args:
        published, modified: as structured data, meta elements and the page show them, best source first.
    """
    stated, changes = _read(published), _read(modified)
    dates = _ranked(stated, {change.day for change in changes})
    if not dates:
        dates = [replace(change, source=CHANGED) for change in changes if change.source == SHOWN]
    if not dates:
        day = find_date(tree, url=url, **GUESSING)
        dates = _read([Stated(GUESSED, day)]) if day and shows_day(tree, header, day) else []
    return PageDates(
        _one_a_day(dates),
        changes[0].value if changes else None,
        _page_order(tree, header, dates, changes),
        _is_disputed(dates),
    )


def _read(stated: Sequence[Stated]) -> list[Dated]:
    """The statements that are dates which a page can have."""
    lines = [(found, read_metadata_date(found.value)) for found in stated]
    return [
        Dated(found.source, found.value, line)
        for found, line in lines
        if line is not None and FIRST_DATE <= line.local[:10] <= LAST_DATE
    ]


def _ranked(stated: list[Dated], changed: Collection[str]) -> list[Dated]:
    """The dates with the best one first.

    The first counts, unless structured data disagrees with itself: then the day that the page shows, else the day that
    most of its statements name. Where what it calls the publication is the day of the last change, and the page shows
    an earlier one, that counts.
    """
    if not stated:
        return []
    hidden = [found for found in stated if found.source != SHOWN]
    shown = next((found for found in stated if found.source == SHOWN), None)
    first = stated[0]
    if shown is None or shown is first or shown.day == first.day:
        best = first if shown is not None else _most_named(hidden)
    else:
        best = next((found for found in hidden if found.day == shown.day), first)
        if best is first and first.day in changed and shown.day < first.day and not _is_near(shown, first):
            best = shown
    return [best, *(found for found in stated if found is not best)]


def _most_named(stated: list[Dated]) -> Dated:
    """Of statements that disagree the first of the day that most of them name."""
    counts = Counter(found.day for found in stated)
    return max(stated, key=lambda found: counts[found.day])


def _is_near(one: Dated, other: Dated) -> bool:
    """Whether two days may be one moment in two zones."""
    if len(one.day) < 10 or len(other.day) < 10:
        return one.day[:7] == other.day[:7]
    return abs(date.fromisoformat(one.day) - date.fromisoformat(other.day)) <= MAX_ZONES_APART


def _is_disputed(dates: list[Dated]) -> bool:
    """Whether statements of the publication are more than a day apart, other than by their order of day and month."""
    sure = [found for found in dates if found.line.order != "ambiguous"]
    return any(not _is_near(sure[0], found) for found in sure[1:])


def _one_a_day(dates: list[Dated]) -> tuple[Stated, ...]:
    """The first statement of each day."""
    kept: dict[str, Stated] = {}
    for found in dates:
        kept.setdefault(found.day, Stated(found.source, found.value))
    return tuple(kept.values())[:MAX_STATED]


# ------------------------------------------------------------------ day and month


def _page_order(tree: HtmlElement, header: Header, dates: list[Dated], changes: list[Dated]) -> str | None:
    """In which order a page writes day and month, where its best date leaves that open.

    Told by its other dates: they name one of the two readings, or are written in one order throughout. A publication
    after the last change is none.
    """
    if not dates or (best := dates[0].line).order != "ambiguous" or best.alternative is None:
        return None
    readings = {"month_first": best.local[:10], "day_first": best.alternative[:10]}
    moments = [
        moment
        for text in header.texts
        if len(text) <= MAX_LABEL and _DIGIT.search(text)
        for moment in find_moments(text)
    ]
    named = {moment.local[:10] for moment in moments if moment.order is None}
    named |= {(element.get("datetime") or "")[:10] for element in _TIMES(tree)[:MAX_TIMES]}
    agreeing = [order for order, day in readings.items() if day in named]
    if len(agreeing) == 1:
        return agreeing[0]
    orders = {moment.order for moment in moments if moment.order in ORDERS}
    if len(orders) == 1:
        return orders.pop()
    last = max((change.day for change in changes if change.line.order != "ambiguous"), default="")
    possible = [order for order, day in readings.items() if day <= last]
    return possible[0] if len(possible) == 1 else None


# ------------------------------------------------------------------ dates that a reader can see


def seen_dates(tree: HtmlElement, header: Header) -> Iterator[Stated]:
    """The dates that say when the article was published.

    First those around the headline: marked `<time>`s, then texts; then marked `<time>`s elsewhere. Others count where
    they all say one day: those of several days are of other articles.
    """
    times = [time for time in _times(tree, header) if not time.of_change]
    head = header.head()
    marked = [time for time in times if time.is_marked]
    yield from (Stated(SHOWN, time.value) for time in marked if time.place in head)
    yield from (Stated(SHOWN, value) for value, of_change in _head_moments(header) if not of_change)
    yield from (Stated(SHOWN, time.value) for time in marked if time.place not in head)
    rest = [time for time in times if not time.is_marked]
    if len({time.value[:10] for time in rest}) == 1:
        yield Stated(SHOWN, rest[0].value)


def seen_changes(tree: HtmlElement, header: Header) -> Iterator[Stated]:
    """The dates of a later change that are shown around the headline or in a `<time>`."""
    yield from (Stated(SHOWN, value) for value, of_change in _head_moments(header) if of_change)
    yield from (Stated(SHOWN, time.value) for time in _times(tree, header) if time.of_change)


def shows_day(tree: HtmlElement, header: Header, day: str) -> bool:
    """Whether a `<time>` or some short text of the page says this day (ISO date), not as that of a change."""
    if any((element.get("datetime") or "").startswith(day) for element in _TIMES(tree)[:MAX_TIMES]):
        return True
    year = day[2:4]
    for place, text in enumerate(header.texts):
        if len(text) <= MAX_LABEL and year in text and not _tells_change(header, place):
            words = clean(text)
            if any(moment.local[:10] == day for moment in find_moments(words)):
                return True
    return False


class Time(NamedTuple):
    """A `<time>` of the article: what it says, and where it stands among the texts of the page."""

    value: str
    place: int
    is_marked: bool  # its class or attributes say that it is the date of publication
    of_change: bool


def _times(tree: HtmlElement, header: Header) -> Iterator[Time]:
    """The `<time>` elements of the article, in the order of the page."""
    places: dict[Any, int] = {}
    for place, text in enumerate(header.texts):
        places.setdefault(text.getparent(), place)
    for element in _TIMES(tree)[:MAX_TIMES]:
        value = element.get("datetime") or clean(element.text_content())
        if value and len(value) <= MAX_TIME and not is_elsewhere(element, header.around):
            names = f"{element.get('class') or ''} {element.get('itemprop') or ''} {' '.join(element.keys())}"
            place = next((places[inner] for inner in element.iter() if inner in places), -1)
            of_change = _is_of_change(names) or (place >= 0 and _tells_change(header, place))
            yield Time(value, place, _PUBLISHED.search(names) is not None, of_change)


def _head_moments(header: Header) -> Iterator[tuple[str, bool]]:
    """(surface, whether it is of a later change) of dates in short texts around the headline, those below it first.

    Below it the search ends at the first paragraph; a standfirst may stand before.
    """
    for place in _head_places(header):
        text = clean(header.texts[place])
        if len(text) > MAX_LABEL or not _DIGIT.search(text) or is_heading(header.texts[place].getparent()):
            continue
        moment = next((moment for moment in find_moments(text) if moment.precision != "month"), None)
        if moment is None or not _is_statement(text, moment):
            continue
        if not is_elsewhere(header.texts[place].getparent(), header.around):
            yield text[moment.start : moment.end], _tells_change(header, place)


def _is_statement(text: str, moment: Moment) -> bool:
    """Whether a text says a date and hardly more, rather than telling of a day."""
    rest = f"{text[: moment.start]} {text[moment.end :]}".split()
    return len(rest) <= MAX_WORDS_BESIDE or find_date_line(text) is not None


def _head_places(header: Header) -> Iterator[int]:
    """The places of texts below the headline down to the first paragraph, then of those above it, nearest first."""
    if header.headline is None:
        return
    head = header.head()
    for place in range(header.headline, head.stop):
        if len(clean(header.texts[place])) > PROSE and place > header.headline + STANDFIRST:
            break
        yield place
    yield from range(header.headline - 1, head.start - 1, -1)


def _tells_change(header: Header, place: int) -> bool:
    """Whether a text, the label before it, or the name of its element says that it is of a later change."""
    text, element = clean(header.texts[place]), header.texts[place].getparent()
    before = clean(header.texts[place - 1]) if place else ""
    named = element.get("class") or "" if element is not None else ""
    return _is_of_change(text) or _is_of_change(named) or (len(before) < MAX_LABEL_BEFORE and _is_of_change(before))


def _is_of_change(words: str) -> bool:
    return is_change(words) or _REVIEWED.search(words) is not None
