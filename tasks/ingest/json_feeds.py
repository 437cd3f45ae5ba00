"""JSON Feed: one document an item.

In     the object of a feed, or one of its items
Out    `Entry`

Source  jsonfeed.org, versions 1 and 1.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.ingest.feed_entries import Entry


def is_json_feed(value: Mapping[str, Any]) -> bool:
    """Whether an object says that it is a JSON Feed."""
    version = value.get("version")
    return isinstance(version, str) and "jsonfeed.org/version/" in version and isinstance(value.get("items"), list)


def entry_of(item: Any, feed: Mapping[str, Any]) -> Entry:
    """What an item says; one that is no object says nothing."""
    if not isinstance(item, Mapping):
        return Entry()
    return Entry(
        content=_string(item, "content_html") or _string(item, "content_text"),
        summary=_string(item, "summary"),
        title=_string(item, "title"),
        url=_string(item, "url") or _string(item, "external_url"),
        id=_string(item, "id"),
        published=_string(item, "date_published"),
        modified=_string(item, "date_modified"),
        authors=_authors(item) or _authors(feed),
        publisher=_string(feed, "title"),
    )


def _string(item: Mapping[str, Any], name: str) -> str | None:
    value = item.get(name)
    return value.strip() or None if isinstance(value, str) else None


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    listed = item.get("authors")
    authors = listed if isinstance(listed, list) else [item.get("author")]
    return tuple(name for author in authors if isinstance(author, Mapping) and (name := _string(author, "name")))
