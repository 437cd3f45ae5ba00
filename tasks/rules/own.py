"""Rows that users add to the tables, without a change to the project.

In     the texts of their files, read once when a run begins
Out    the same to `load`, for as long as `using` holds, in whatever process a step works

The rows in use are no state of a process: a step carries them, and whoever carries a step out says `using(step.own)`.
What is computed from tables and kept must be kept apart for each set of rows: `rule_cache` does so, `lru_cache` not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, lru_cache, wraps
from hashlib import sha256
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class TableFile:
    """The text of a file with rows of one table, and what messages call the file."""

    table: str
    place: str
    text: str


@dataclass(frozen=True)
class OwnRules:
    """The files of a user's own rows."""

    files: tuple[TableFile, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Hex sha256 of the tables' names and the texts, wherever the files lie; "" where there are none."""
        if not self.files:
            return ""
        return sha256(b"\0".join(f"{f.table}\0{len(f.text)}\0{f.text}".encode() for f in self.files)).hexdigest()

    def of(self, table: str) -> tuple[TableFile, ...]:
        """The files that add to a table."""
        return tuple(file for file in self.files if file.table == table)


NONE = OwnRules()
_in_use: ContextVar[OwnRules] = ContextVar("own_rules", default=NONE)


def in_use() -> OwnRules:
    """The rows that are added to the tables here and now."""
    return _in_use.get()


@contextmanager
def using(own: OwnRules) -> Iterator[None]:
    """Add these rows to the tables, for what is called inside."""
    token = _in_use.set(own)
    try:
        yield
    finally:
        _in_use.reset(token)


def rule_cache(maxsize: int | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """`lru_cache` for what is computed from tables of rules: results are kept apart for each set of users' own rows."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        """The function with a cache for each set of rows."""
        kept: dict[str, Any] = {}

        @wraps(function)
        def ask(*args: P.args, **kwargs: P.kwargs) -> T:
            """The result for the rows in use."""
            digest = _in_use.get().digest
            try:
                cached = kept[digest]
            except KeyError:
                cached = kept[digest] = lru_cache(maxsize)(function)
            result: T = cached(*args, **kwargs)
            return result

        # as functions of `lru_cache` have it
        ask.cache_clear = kept.clear  # type: ignore[attr-defined]
        ask.cache_parameters = lambda: {"maxsize": maxsize}  # type: ignore[attr-defined]
        return ask

    return decorate
