"""XML read element by element, safely: entities are not resolved, nothing is fetched, memory stays small.

In     a binary stream of XML in any encoding
Out    the root element's name, and elements of the wanted names, one at a time

Source  lxml's iterparse over libxml2. External and internal entities stay unread, document types are not loaded.
Limits  A stream that breaks off gives the elements before the break; then `Refused` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from html.entities import html5
from typing import IO, Any

from lxml import etree

from tasks.ingest.decode import recoded
from tasks.ingest.records import Refused

CHUNK = 1 << 16
HELD = 40  # bytes at the end of a piece that may be the beginning of a mark or a reference
HEAD = 4_096  # bytes in which the XML declaration and the root element stand

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""", re.I)
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[<>]{0,500}(?:\[.{0,60000}?\]\s*)?>", re.S)
_LOOSE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)([a-zA-Z][a-zA-Z0-9]{1,31};)?")
_SPACE_BEFORE = re.compile(rb"^[\s\xef\xbb\xbf]+")


def local_name(element: Any) -> str:
    """The name of an element without its namespace, as written; empty for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def read_elements(stream: IO[bytes], wanted: Set[str]) -> Iterator[tuple[str, Any]]:
    """(name of the root element, element) for every element of a wanted local name; each is emptied afterwards.

    The first pair has the root element itself, so that a caller knows the kind of a file without entries.

    Raises:
        Refused: `malformed`, after the last element that could be read.
    """
    stream, guessed = recoded(stream)
    head = stream.peek(HEAD)[:HEAD]  # type: ignore[attr-defined]
    declared = _DECLARED.match(head)
    is_utf8 = declared is None or declared[1].lower() in (b"utf-8", b"utf8")
    encoding = guessed if is_utf8 or guessed.startswith("utf-16") else None
    if encoding is not None and encoding.startswith(("utf-16", "utf-32")):
        encoding = "utf-8"  # as `recoded` gives them
    events = etree.iterparse(
        _Mended(stream),
        events=("end",),
        tag=[f"{{*}}{name}" for name in sorted(wanted)],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        encoding=_charset(encoding),
    )
    root = ""
    try:
        for _, element in events:
            if not root:
                top = element.getroottree().getroot()
                root = local_name(top)
                yield root, top
            yield root, element
            _let_go(element)
        if not root and events.root is not None:  # a file without entries
            root = local_name(events.root)
            yield root, events.root
    except etree.XMLSyntaxError as error:
        raise Refused("malformed", f"the XML cannot be read: {error}") from None
    fatal = [entry.message for entry in events.error_log if entry.level_name == "FATAL"]
    if broken := next((message for message in fatal if not message.startswith("Entity")), None):
        raise Refused("malformed", f"the XML is damaged: {broken[:120]}")
    if not root:
        raise Refused("malformed", "there is no XML element")


def _charset(encoding: str | None) -> str | None:
    """The name that libxml2 knows for a codec of Python's."""
    return None if encoding is None else encoding.replace("cp125", "windows-125").replace("_", "-")


def _let_go(element: Any) -> None:
    """Empty an element, and take those before it from its parent."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


class _Mended:
    """A stream of XML whose damage of the usual kinds is mended: feeds are written by templates, not by XML libraries.

    White space before the first character goes, and the document type with the entities that it declares; an entity of
    HTML becomes the number of its character, any other `&` the entity of the ampersand. What stands in CDATA stays. One
    reference to an entity that is not known would cost all later references in libxml2's recovery.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._started = self._in_cdata = False
        self._held = b""

    def read(self, _size: int = -1) -> bytes:
        """The next piece, mended; empty at the end only."""
        while True:
            data = self._stream.read(CHUNK)
            piece = self._held + data
            self._held = b""
            if not self._started and piece:
                piece, self._started = _DOCTYPE.sub(b"", _SPACE_BEFORE.sub(b"", piece), count=1), True
            if data:  # a mark or a reference may go on in the next piece
                cut = max(piece.rfind(mark, len(piece) - HELD) for mark in (b"&", b"<", b"]"))
                if cut > 0:
                    piece, self._held = piece[:cut], piece[cut:]
            if piece or not data:
                return self._mended(piece)

    def _mended(self, piece: bytes) -> bytes:
        parts = []
        while piece:
            mark = b"]]>" if self._in_cdata else b"<![CDATA["
            before, found, after = piece.partition(mark)
            parts.append(before if self._in_cdata else _LOOSE.sub(_reference, before))
            parts.append(found)
            if found:
                self._in_cdata = not self._in_cdata
            piece = after
        return b"".join(parts)


def _reference(match: re.Match[bytes]) -> bytes:
    """What an ampersand that begins no reference of XML stands for."""
    name = (match[1] or b"").decode("ascii")
    character = html5.get(name)
    return "".join(f"&#{ord(c)};" for c in character).encode() if character else b"&amp;" + (match[1] or b"")


def children(element: Any, *names: str) -> list[Any]:
    """The direct children of any of the names."""
    return [child for child in element if local_name(child) in names]


def text_of(element: Any) -> str:
    """All text in an element, with its white space."""
    return "".join(element.itertext())


def first_text(element: Any, *names: str) -> str | None:
    """The text of the first child of the first name that has one, white space single."""
    for name in names:
        for child in children(element, name):
            if text := " ".join(text_of(child).split()):
                return text
    return None
