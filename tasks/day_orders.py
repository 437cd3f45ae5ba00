"""In which order a region writes day and month where both are numbers.

In     the language that a page states ("en-GB"), the site that it stands on
Out    whether day comes first

"en-US" says nothing: it is what software puts on pages where nobody has chosen. A country is known by the last part of
a host; hosts that anybody may take (.tv, .io) say nothing.

Table   rules/day_orders.toml, by CLDR's short forms of dates
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tasks.rules import Row, load, read_csv, rule_cache

_REGION = re.compile(r"[-_]([A-Za-z]{2})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOrder(Row):
    """Regions that do not write the day first, by their ISO 3166 codes."""

    regions: frozenset[str]

    def reading(self, text: str) -> bool:
        """Whether the region that a language names is of this row."""
        return _region(text) in self.regions


@rule_cache()
def _others() -> frozenset[str]:
    """Regions that write the month or the year first, or both ways."""
    return frozenset().union(*(row.regions for row in load("day_orders", RegionOrder)))


@cache
def _countries() -> frozenset[str]:
    """The last parts of hosts that stand for a country."""
    return frozenset(domain for row in read_csv("currencies_cldr") for domain in row["domains"].split("|") if domain)


def _region(language: str) -> str:
    region = _REGION.search(language.strip())
    return region[1].upper() if region else ""


def writes_day_first(language: str | None, site: str | None = None) -> bool:
    """Whether the region of a page's language, or else the country of its site, writes the day first.

    >>> writes_day_first("en-GB"), writes_day_first("de_AT"), writes_day_first("en-US"), writes_day_first("en")
    (True, True, False, False)
    >>> writes_day_first("en-US", "news.example.co.uk"), writes_day_first("", "wire")
    (True, False)
    """
    region = _region(language or "")
    if region and region not in _others():
        return True
    host, dot, last = (site or "").lower().rpartition(".")
    return bool(dot and host) and last in _countries() and last.upper() not in _others()
