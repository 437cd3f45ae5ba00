"""What the columns of a row, or the keys of a sidecar, say about a document.

In     a mapping of names to values, as a format gives it
Out    the text as it stands there, and `Fields`

The first name that has something in it wins; names are looked for as written, then without regard to case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tasks.ingest.records import Fields, Found, Refused, without_surrogates
from tasks.ingest.settings import IngestSettings

MAX_CHARS = 10_000  # of one field other than the text; longer ones are no title, name or address

_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html\b|head\b|body\b)", re.I | re.S
)
_FRAGMENT = re.compile(r"\s*<(?:p|div|article|section|main|h[1-6]|span|figure|table|ul)\b[^>]*>", re.I)
_CLOSING = re.compile(r"</(?:p|div|article|section|main|figure|table|ul)\s*>\s*\Z", re.I)


def document_of(row: int | None, value: Any, settings: IngestSettings) -> Found:
    """The document that a row's fields describe.

    Raises:
        Refused: it is no object, or has no text.
    """
    if not isinstance(value, Mapping):
        raise Refused("malformed", f"not an object but {type(value).__name__}")
    text = text_of(value, settings)
    if text.isspace():
        raise Refused("empty", "the text is nothing but blanks")
    if len(text) > settings.document_bytes:
        raise Refused("too_large", f"the text has {len(text):,} characters; the limit is {settings.document_bytes:,}")
    return Found(row, text, media=media_of(text), fields=fields_of(value, settings))


def media_of(text: str) -> str:
    """`html` for text that is a page or a fragment of markup from its first to its last character, else `text`."""
    if "<" not in text[:2_000]:
        return "text"
    if _PAGE.match(text) or (_FRAGMENT.match(text) and _CLOSING.search(text[-200:])):
        return "html"
    return "text"


def text_of(row: Mapping[str, Any], settings: IngestSettings) -> str:
    """The text of a row.

    Raises:
        Refused: there is no text column, or it holds no text.
    """
    names = settings.names("text")
    value = first(row, names)
    if isinstance(value, str):
        return without_surrogates(value)
    if value is not None:
        raise Refused("malformed", f"the text is not a string but {type(value).__name__}")
    if has_name(row, names):
        raise Refused("empty", "the text is null or empty")
    found = ", ".join(repr(str(key)[:40]) for key in list(row)[:8])
    raise Refused(
        "malformed",
        f"no text field; found {found or 'no fields at all'}; name one {names[0]!r}, or map it in copydesk.toml",
    )


def fields_of(row: Mapping[str, Any], settings: IngestSettings) -> Fields:
    """Everything but the text. Values that are no short strings are left out and flagged."""
    flags: set[str] = set()

    def plain(name: str) -> str | None:
        return _plain(first(row, settings.names(name)), flags)

    return Fields(
        title=plain("title"),
        published=plain("published"),
        url=plain("url"),
        id=plain("id"),
        byline=tuple(_names(first(row, settings.names("byline")), flags)),
        publisher=plain("publisher"),
        flags=tuple(sorted(flags)),
    )


def has_name(found: Iterable[object], names: tuple[str, ...]) -> bool:
    """True where one of the names is among those found, without regard to case."""
    folded = {str(name).strip().casefold() for name in found}
    return any(name.casefold() in folded for name in names)


def first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The first value that is not empty, by names in order; None where there is none."""
    for name in names:
        value = row.get(name)
        if value is not None and value != "":
            return value
    folded = {key.strip().casefold(): key for key in row if isinstance(key, str)}
    for name in names:
        value = row.get(folded.get(name.casefold(), ""))
        if value is not None and value != "":
            return value
    return None


def _plain(value: Any, flags: set[str]) -> str | None:
    """A value as a short string; a mapping stands for its `name` (JSON-LD), a list of one for its member."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("url")
    if value is None or value is True or value is False:
        return None
    if not isinstance(value, str | int | float):
        flags.add("field_ignored")
        return None
    text = without_surrogates(str(value)).strip()
    if len(text) > MAX_CHARS:
        flags.add("field_ignored")
        return None
    return text or None


def _names(value: Any, flags: set[str]) -> list[str]:
    """Names of persons: a list as it is, a string parted at semicolons only (commas stand inside names)."""
    if isinstance(value, list):
        found = [_plain(item, flags) for item in value[:100]]
    else:
        plain = _plain(value, flags)
        found = [part.strip() for part in plain.split(";")] if plain else []
    return [name for name in found if name]
