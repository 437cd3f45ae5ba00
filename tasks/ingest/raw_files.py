"""A file under raw/, wherever it lies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO, NamedTuple

FIRST_TIME, LAST_TIME = 946_684_800, 4_102_444_800  # 2000 and 2100: files have no times outside of these years


class RawFile(NamedTuple):
    """A file under raw/: `path` as published, `place` as the system knows it.

    A file that is not on a disk has no place, but a function that opens it, and a stamp that changes with its bytes.
    """

    path: str
    place: bytes
    size: int = 0
    problem: str | None = None  # why it is not read
    opened: Callable[[], IO[bytes]] | None = None
    stamp: str | None = None
    day: str | None = None  # ISO date in UTC of the last change; None where it is not known


def is_passed_over(name: str) -> bool:
    """True for hidden files and `README*`, which are no documents."""
    return name.startswith((".", "README"))


def day_of(seconds: float) -> str | None:
    """The ISO date of a file's time; None for times that tools put on every file (0, 1980)."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat() if FIRST_TIME <= seconds < LAST_TIME else None
