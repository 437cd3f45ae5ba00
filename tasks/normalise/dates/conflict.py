"""Conflicts: a text that tells of times its date of publication does not allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tasks.normalise.dates.evaluate import Found
from tasks.normalise.dates.records import ScannedDate


@dataclass(frozen=True, slots=True)
class Content:
    """When the text was written, as its own words show."""

    value: str
    anchor: date
    conflicts: frozenset[int]
    suspected: bool


def content_date_of(scanned: list[ScannedDate], found: list[Found], published: date) -> Content | None:
    """The latest time at which what is told in the past was past; None without conflicts."""
    return None
