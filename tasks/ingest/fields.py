"""What the columns of a row, or the keys of a sidecar, say about a document.

In     mappings of names to values, as a format gives them
Out    the text as it stands there, and `Fields`

Of the names that a field may have, the first whose value is not empty wins; names are looked for as written, then
without regard to case. Rows of a file mostly have the same names, so which name is which field is worked out once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from tasks.ingest.decode import decode
from tasks.ingest.records import Fields, Found, Refused, without_nul
from tasks.ingest.settings import FIELDS, IngestSettings

MAX_CHARS = 10_000  # of one field other than the text; longer ones are no title, name or address
MAX_NAMES = 100  # authors
MAX_LAYOUTS = 1_000  # sets of names remembered

_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html\b|head\b|body\b)", re.I | re.S
)
_FRAGMENT = re.compile(r"\s*<(?:p|div|article|section|main|h[1-6]|span|figure|table|ul)\b[^>]*>", re.I)
_CLOSING = re.compile(r"</(?:p|div|article|section|main|figure|table|ul)\s*>\s*\Z", re.I)


def media_of(text: str) -> str:
    """`html` for text that is a page, or a fragment of markup from its first to its last character, else `text`."""
    if text.find("<", 0, 2_000) >= 0 and (
        _PAGE.match(text) or (_FRAGMENT.match(text) and _CLOSING.search(text[-200:]))
    ):
        return "html"
    return "text"


class RowReader:
    """Reads rows under one configuration."""

    def __init__(self, settings: IngestSettings):
        self.settings = settings
        self._layouts: dict[tuple[object, ...], dict[str, list[Any]]] = {}

    def document(self, row: int | None, value: Any) -> Found:
        """The document that a row describes; encoding, digest and size are left to the caller.

        Raises:
            Refused: it is no object, has no text, or too much of it.
        """
        if not isinstance(value, Mapping):
            raise Refused("malformed", f"it is not an object but {_kind(value)}")
        layout = self.layout(value)
        text = self._text(value, layout)
        return Found(row, text, None, media_of(text), None, None, self._fields(value, layout))

    def fields(self, row: Mapping[Any, Any]) -> Fields:
        """Everything but the text. Values that are no short strings are left out, and flagged."""
        return self._fields(row, self.layout(row))

    def layout(self, names: Iterable[Any]) -> dict[str, list[Any]]:
        """Which names of a row stand for which field, best first."""
        key = tuple(names)
        found = self._layouts.get(key)
        if found is None:
            if len(self._layouts) >= MAX_LAYOUTS:
                self._layouts.clear()
            folded = {name.strip().casefold(): name for name in reversed(key) if isinstance(name, str)}
            found = {}
            for field in FIELDS:
                wanted = self.settings.names(field)
                exact = [name for name in wanted if name in key]
                found[field] = exact + [
                    folded[name.casefold()]
                    for name in wanted
                    if name.casefold() in folded and folded[name.casefold()] not in exact
                ]
            self._layouts[key] = found
        return found

    def no_text_field(self, names: Iterable[object]) -> Refused:
        """The refusal of a row or table without a column for the text."""
        found = ", ".join(repr(str(name)[:40]) for name in list(names)[:8]) or "no fields at all"
        wanted = self.settings.names("text")[0]
        return Refused("malformed", f"no text field; found {found}; name one {wanted!r}, or map it in copydesk.toml")

    def _fields(self, row: Mapping[Any, Any], layout: dict[str, list[Any]]) -> Fields:
        flags: list[str] = []
        return Fields(
            _plain(_first(row, layout["title"]), flags),
            _plain(_first(row, layout["published"]), flags),
            _plain(_first(row, layout["url"]), flags),
            _plain(_first(row, layout["id"]), flags),
            _names(_first(row, layout["byline"]), flags),
            _plain(_first(row, layout["publisher"]), flags),
            flags=tuple(flags[:1]),
        )

    def _text(self, row: Mapping[Any, Any], layout: dict[str, list[Any]]) -> str:
        if not layout["text"]:
            raise self.no_text_field(row)
        value = _first(row, layout["text"])
        if isinstance(value, bytes):
            value = decode(value)[0]
        if value is None:
            raise Refused("empty", "the text is null or empty")
        if not isinstance(value, str):
            raise Refused("malformed", f"the text is not a string but {_kind(value)}")
        if value.isspace():
            raise Refused("empty", "the text is nothing but blanks")
        if len(value) > self.settings.document_bytes:
            limit = self.settings.document_bytes
            raise Refused("too_large", f"the text has {len(value):,} characters; the limit is {limit:,}")
        return without_nul(value)


def _kind(value: Any) -> str:
    return {dict: "an object", list: "a list", str: "a string", type(None): "null"}.get(
        type(value), type(value).__name__
    )


def _first(row: Mapping[Any, Any], names: list[Any]) -> Any:
    """The first value that is not empty; None where there is none."""
    for name in names:
        value = row[name]
        if value is not None and value != "":
            return value
    return None


def _plain(value: Any, flags: list[str]) -> str | None:
    """A value as a short string; a mapping stands for its `name` (JSON-LD), a list of one for its member."""
    if value is None:
        return None
    if not isinstance(value, str):
        value = _as_string(value)
        if value is None:
            flags.append("field_ignored")
            return None
    if len(value) > MAX_CHARS:
        flags.append("field_ignored")
        return None
    return without_nul(value.strip()) or None


def _as_string(value: Any) -> str | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("url")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, str | int | float) and not isinstance(value, bool) and value == value:  # NaN is no value
        return str(value)
    return None


def _names(value: Any, flags: list[str]) -> tuple[str, ...]:
    """Names of persons: a list as it is, a string parted at semicolons only (commas stand inside names)."""
    if isinstance(value, list):
        found = [_plain(item, flags) for item in value[:MAX_NAMES]]
    else:
        plain = _plain(value, flags)
        found = [part.strip() for part in plain.split(";")] if plain else []
    return tuple(name for name in found if name)
