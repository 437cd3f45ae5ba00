"""The headline of a page among what its headings, structured data and meta elements say.

In     candidates with their sources, the name of the site
Out    the candidate that is the headline, without the site's name

The main heading (`h1`) that agrees best with what the page says elsewhere is the headline; words around it that stand
nowhere else (a counter, a date, "Blog:") go. A page whose headings agree with nothing (the site's name, "Menu") has
its headline from structured data, else from OpenGraph, else from `<title>`.

Limits  Where `<title>` and the main heading are two headlines for one article, the heading wins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.ingest.stated import Stated, key

MIN_AGREEMENT = 0.2  # shared words of a heading and another candidate, of all their words
MIN_KEPT = 0.5  # of a heading's characters, where another candidate is a part of it
MAX_CHARS = 400
RANKS = ("structured", "meta", "html")

_BAR = re.compile(r"(\s+(?:[|–—⋆‹›»·•~]|::?|-)+\s+|\s*[|｜]\s*)")
_WORD = re.compile(r"\w+")


def choose_title(candidates: Sequence[Stated], site: str = "", host: str = "") -> Stated | None:
    """The headline; None where nothing is stated.

    Args:
        candidates: `html` for headings, the best of each source first.
        site: the publisher's name.
        host: of the page's address.

    >>> headings = [Stated("html", "Menu"), Stated("html", "12 Ferry runs again")]
    >>> choose_title([*headings, Stated("meta", "Ferry runs again | Quay")], "Quay")
    Stated(source='meta', value='Ferry runs again')
    """
    named = [Stated(source, without_site(text, site, host)) for source, text in candidates if "{{" not in text]
    named = [found for found in named if found.value and len(found.value) <= MAX_CHARS]
    headings = [found for found in named if found.source == "html" and key(found.value) != key(site)]
    others = sorted((found for found in named if found.source != "html"), key=lambda found: RANKS.index(found.source))
    if not headings or not others:
        return next(iter([*headings, *others]), None)
    agreement = [max(agree(heading.value, other.value) for other in others) for heading in headings]
    best = max(range(len(headings)), key=lambda n: (agreement[n], -n))
    if agreement[best] < MIN_AGREEMENT:
        return others[0]
    return _within(headings[best], others)


def agree(left: str, right: str) -> float:
    """Shared words, of all words of the two."""
    a, b = set(_WORD.findall(left.casefold())), set(_WORD.findall(right.casefold()))
    return len(a & b) / len(a | b) if a and b else 0.0


def _within(heading: Stated, others: Sequence[Stated]) -> Stated:
    """A candidate that two sources or OpenGraph give and that is a part of the heading, else the heading."""
    whole = key(heading.value)
    for other in others:
        part = key(other.value)
        if part != whole and part in whole and len(part) >= MIN_KEPT * len(whole):
            around = whole.replace(part, "", 1)
            if whole.endswith(part) or around.rstrip("0123456789") != around:
                return other
    return heading


def without_site(title: str, site: str = "", host: str = "") -> str:
    """A title without the site's name at its end or beginning.

    >>> without_site("Ferry runs again - Harbour News", "Harbour News"), without_site("Ferry - a story", "Harbour News")
    ('Ferry runs again', 'Ferry - a story')
    """
    parts = _BAR.split(title)
    if len(parts) < 3:
        return title
    if _is_site(parts[-1], site, host):
        return "".join(parts[:-2]).strip()
    if _is_site(parts[0], site, host):
        return "".join(parts[2:]).strip()
    return title


def _is_site(part: str, site: str, host: str) -> bool:
    name, labels = key(part), host.lower().removeprefix("www.").split(".")
    if not name:
        return False
    own = {key(site), key(host.lower().removeprefix("www.")), *(key(label) for label in labels[:-1] if len(label) > 3)}
    return name in own or (len(name) > 3 and any(name in key(label) for label in labels[:-1]))
