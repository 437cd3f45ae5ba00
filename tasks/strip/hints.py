"""Hints: what is known of a text before it is read: the input's fields, what its page states, its site.

In     the mapping that callers of `strip_text` give; or a row of the strip's table
Out    `Hints`

An unknown hint is refused, so that a misspelt one is not passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.text import line_hash

NO_LINES: frozenset[int] = frozenset()
KNOWN = ("title", "url", "site", "authors", "publisher", "published", "section", "breadcrumbs", "repeated_lines")


@dataclass(frozen=True, slots=True)
class Values:
    """What one source says of a document: the input's fields, or the page's own statements."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    section: str | None = None
    standfirst: str | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """Everything that is known of a text from elsewhere; all of it may be missing."""

    given: Values = Values()
    page: Values = Values()
    published: str | None = None  # as given
    url: str = ""
    site: str = ""
    path: str = ""  # of a raw file that holds this document alone
    breadcrumbs: tuple[str, ...] = ()
    repeated: frozenset[int] = (
        NO_LINES  # hashes of lines that stand on other pages of the site (`tasks.text.line_hash`)
    )

    @property
    def host(self) -> str:
        """The host of the document's address, or its site."""
        return self.url or self.site


NO_HINTS = Hints()


def read_hints(hints: Mapping[str, Any] | None) -> Hints:
    """The hints of `strip_text`.

    Raises:
        ValueError: one of them is not known; the message names it and the known ones.
    """
    hints = hints or {}
    if unknown := sorted(set(hints) - set(KNOWN)):
        raise ValueError(f"unknown hint {unknown[0]!r}; known are {', '.join(KNOWN)}")
    given = Values(
        title=hints.get("title"),
        authors=_names(hints.get("authors")),
        publisher=hints.get("publisher"),
        section=hints.get("section"),
    )
    return Hints(
        given=given,
        published=_text(hints.get("published")),
        url=hints.get("url") or "",
        site=hints.get("site") or "",
        breadcrumbs=_names(hints.get("breadcrumbs")),
        repeated=frozenset(line_hash(line) for line in hints.get("repeated_lines") or ()),
    )


def hints_of(row: Mapping[str, Any]) -> Hints:
    """The hints in a row of the strip's table (its columns: tasks/strip/table.py)."""
    given = Values(
        row.get("title"),
        tuple(row.get("byline") or ()),
        row.get("publisher"),
        row.get("section"),
        row.get("standfirst"),
    )
    page = Values(
        row.get("html_title"),
        tuple(row.get("html_authors") or ()),
        row.get("html_publisher"),
        row.get("html_section"),
        row.get("html_standfirst"),
    )
    return Hints(
        given=given,
        page=page,
        published=row.get("published"),
        url=row.get("url") or "",
        site=row.get("site") or "",
        path=row.get("source_path") or "" if row.get("source_row") is None else "",
        breadcrumbs=tuple(row.get("html_breadcrumbs") or ()),
        repeated=frozenset(row.get("repeated_lines") or ()),
    )


def _names(value: str | Iterable[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
