"""Which site a document belongs to."""

from __future__ import annotations

import re

_HOST = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?([^/?#:@\s\[\]]+|\[[0-9a-f:.]+\])", re.I)


def site_of(path: str, url: str | None) -> str | None:
    """The host of the url, else the top folder under raw/, else None.

    >>> site_of("wire/a.txt", "https://News.example.org:8080/a"), site_of("wire/a.txt", None), site_of("a.txt", None)
    ('news.example.org', 'wire', None)
    >>> site_of("wire/a.txt", "//user@[2001:db8::1]:80/"), site_of("wire/a.txt", "/a/b")
    ('[2001:db8::1]', 'wire')
    """
    if url and (host := _HOST.match(url)):
        return host[1].lower()
    folder, slash, _ = path.partition("/")
    return folder if slash else None
