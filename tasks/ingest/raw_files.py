"""A file under raw/, wherever it lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, NamedTuple


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
