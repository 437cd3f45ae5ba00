"""Dates in a text: scanning without an anchor, resolving with one.

    scan_dates(text)                          -> list[ScannedDate]     which words speak of time, and what they say
    dump_scanned(list), load_scanned(str)                              the same as one JSON array, for the cache
    resolve_dates(text, scanned, published)   -> Resolution            mentions with values; the day of writing
    find_dates(text, published)               -> list[DateMention]     both at once

The grammar is data: `tasks/rules/dates_words.toml`, `dates_patterns.toml`, `dates_vague.toml`, `dates_holidays.toml`.
"""

from __future__ import annotations

from datetime import date

from tasks.model import DateMention
from tasks.normalise.dates.records import ScannedDate, dump_scanned, load_scanned
from tasks.normalise.dates.resolve import Resolution, resolve_dates
from tasks.normalise.dates.scan import scan_dates

__all__ = ["Resolution", "ScannedDate", "dump_scanned", "find_dates", "load_scanned", "resolve_dates", "scan_dates"]


def find_dates(text: str, published: date | None = None) -> list[DateMention]:
    """Every date, time, length and recurrence that `text` speaks of, in reading order, not overlapping.

    `published` is the day the text was published; without it, what counts from that day is `unanchored`.

    >>> [(m.surface, m.value) for m in find_dates("It fell from January to July this year.", date(2019, 8, 5))]
    [('January to July this year', '2019-01/2019-07')]
    """
    return list(resolve_dates(text, scan_dates(text), published).mentions)
