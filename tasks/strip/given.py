"""Given fields, made fit to be published: a title without its site's name, titles of files, names one by one.

In     the values of `Hints`
Out    the headline, section and publisher that are in a title; a title out of a file's name

A given title often carries more than the headline: the name of its site behind a bar or dash, the kind of the piece
before a colon, a player's label behind wide white space. What stands behind a dash goes only where it is the name of
the host; behind signs that part nothing else it goes where it looks like a name.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from tasks.names import host_label, name_key, publisher_name, words_of

_PARTING = re.compile(r"\s+([|–—‹›«»⋆·•~:-]|::)\s+")
_CERTAIN = frozenset("‹⋆")  # signs that content systems put between a title and the site's name, and nobody else
_LIKELY = frozenset("|»«›•")
MAX_SITE_WORDS = 4
MIN_TITLE_WORDS = 3
_PROMPT = re.compile(
    r"(?i)(?:\s{2,}(?:listen|watch|play|video|audio)\b[^\w]{0,3}[\d:]{0,8}|\s+read (?:more|the full (?:story|article))"
    r"(?: at| here)?:?\s*https?://\S+|\s+https?://\S+)\s*$"
)
_FILE_DATE = re.compile(
    r"^\W*(?:(?:19|20)\d\d[-_. ]?\d\d[-_. ]?\d\d)(?:[T_ -]\d\d[-:_h]?\d\d(?:[-:_m]?\d\d)?)?[\s_.–-]+"
)


class TitleParts(NamedTuple):
    """A headline, and what stood beside it."""

    title: str
    section: str | None = None
    site: str | None = None


def read_title(words: str, host: str = "") -> TitleParts:
    """The headline in a title as given.

    >>> read_title("Old ferry sold – Greyhaven Observer", "greyhavenobserver.example")
    TitleParts(title='Old ferry sold', section=None, site='Greyhaven Observer')
    >>> read_title("OPINION: The quay must be paid")
    TitleParts(title='The quay must be paid', section='Opinion', site=None)
    """
    title = " ".join(_PROMPT.sub("", words).split())
    title, site = _without_site(title, host)
    kind, colon, rest = title.partition(": ")
    if colon and kind in words_of("kinds") and len(rest.split()) >= MIN_TITLE_WORDS - 1:
        return TitleParts(rest.strip(), kind.capitalize(), site)
    return TitleParts(title, None, site)


def _without_site(title: str, host: str) -> tuple[str, str | None]:
    """A title without the name of its site at either end, and that name."""
    partings = list(_PARTING.finditer(title))
    if not partings:
        return title, None
    last, first = partings[-1], partings[0]
    tail, head = title[last.end() :], title[: first.start()]
    if _names_site(tail, host) or (last[1] in _CERTAIN | _LIKELY and _looks_like_site(tail, title, last)):
        return title[: last.start()], publisher_name(tail, host)
    if _names_site(head, host):
        return title[first.end() :], publisher_name(head, host)
    return title, None


def _names_site(words: str, host: str) -> bool:
    """Whether words are the name of the host, or hold it as a whole ("CNN International")."""
    key, label = name_key(words), host_label(host)
    whole = name_key(host.split("//")[-1].split("/")[0].removeprefix("www."))
    if not label or len(words.split()) > MAX_SITE_WORDS + 1:
        return False
    same = key in (label, whole) or key.removeprefix("the") == label.removeprefix("the")
    return same or (len(label) >= 4 and (key.startswith(label) or (label.startswith(key) and len(key) >= 4)))


def _looks_like_site(tail: str, title: str, parting: re.Match[str]) -> bool:
    """Whether the words behind a bar are few and begin in upper case, with a headline before them."""
    words = tail.split()
    headline = title[: parting.start()].split()
    few = len(words) <= MAX_SITE_WORDS and len(headline) >= max(MIN_TITLE_WORDS, len(words))
    return few and all(not word[0].islower() for word in words) and publisher_name(tail) is not None


def title_of_path(path: str) -> str | None:
    """The title in the name of a file that says a date and a title ("2015-10-02 Seeing the harbour.txt"), else None.

    >>> title_of_path("paper/2015-10-02 Seeing the harbour.txt"), title_of_path("paper/ferry-17.txt")
    ('Seeing the harbour', None)
    """
    name = PurePosixPath(path).name
    for _ in range(3):
        suffix = PurePosixPath(name).suffix
        if not re.fullmatch(r"\.(?:txt|html?|gz|zst|md|xml)", suffix, re.IGNORECASE):
            break
        name = name[: -len(suffix)]
    match = _FILE_DATE.match(name)
    rest = name[match.end() :] if match else name
    if " " not in rest.strip():
        rest = rest.replace("_", " ")
    title = " ".join(rest.split())
    enough = len(title.split()) >= (2 if match else MIN_TITLE_WORDS) and sum(map(str.isalpha, title)) >= len(title) / 2
    return title if enough and " " in rest else None
