"""Views of a text that keep its offsets: lines with their places, and a line's identity.

In     any text
Out    `Line`s (trimmed, never blank, with half-open offsets into the text), line keys, word counts

Blank lines, and blanks around a line, are nobody's: they lie between the lines' spans.
Source  Unicode 15: `str.splitlines` breaks and `str.isspace` blanks; BOM and zero-width space count as blanks at the
        edges of a line only, since inside one they may part words (Thai, Khmer).
Limits  A line is what the file calls a line; re-wrapping is the caller's business.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from tasks.language_data import UNSPACED

_WORDS = re.compile(r"\w+")
_EDGE = "".join(map(chr, (0xFEFF, 0x200B, 0x2060)))
_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"  # where str.splitlines splits
_BLANKS = (
    "\t \x1f\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
    + _BREAKS
    + _EDGE
)
_UNSPACED = re.compile(f"[{UNSPACED}]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text without the blanks around it: `text == whole[start:end]`."""

    start: int
    end: int
    text: str


def split_lines(text: str) -> list[Line]:
    """The lines of `text` that hold more than blanks, in order.

    >>> [(line.start, line.text) for line in split_lines("One \\r\\n\\n  two")]
    [(0, 'One'), (9, 'two')]
    """
    lines = []
    position = 0
    for raw in text.splitlines(keepends=True):
        left = raw.lstrip(_BLANKS)
        trimmed = left.rstrip(_BLANKS)
        if trimmed:
            start = position + len(raw) - len(left)
            lines.append(Line(start, start + len(trimmed), trimmed))
        position += len(raw)
    return lines


def line_key(line: str) -> str:
    """A line's identity: its words, lower-cased; marks and blanks do not matter.

    >>> line_key("“Read  more” »") == line_key("READ MORE")
    True
    """
    return " ".join(_WORDS.findall(line.casefold()))


def line_hash(line: str) -> int:
    """A line's identity as a signed 64-bit integer, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(line_key(line).encode(), digest_size=8).digest(), "big", signed=True)


def is_unspaced(text: str) -> bool:
    """Whether most of the first letters of `text` belong to a script that puts no blanks between words."""
    head = text[:2000]
    return 3 * len(_UNSPACED.findall(head)) > len(head)


def count_words(text: str) -> int:
    """Words that stand between blanks."""
    return len(text.split())
