"""Bytes to text: which encoding, or why there is none.

In     the bytes of one document, or a stream of many
Out    text and the name of a Python codec: `raw.decode(encoding)` gives the text again

In this order: byte order mark; UTF-16 and UTF-32 without a mark, by where their zero bytes stand; a declared charset
(HTML meta, XML) of more than one byte a character; strict UTF-8; any declared charset; a guess. Declared charsets of
one byte a character fit any bytes, so they are not believed against text that is valid UTF-8.

A guess between one-byte encodings of Latin script goes by the letters of languages (`rules/ingest_alphabets.toml`);
all others are charset-normalizer's, above a floor of confidence.

Limits  Mojibake that was saved as valid UTF-8 is left as it is; strip repairs it. A document that is UTF-8 but for a
        few bytes is `undecodable`: which words they damage is not known.
"""

from __future__ import annotations

import codecs
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import IO, Any

from charset_normalizer import from_bytes

from tasks.ingest.records import Refused
from tasks.rules import Row, load

SNIFFED = 4096  # bytes looked at for binary content and declarations
GUESSED = 1 << 16  # bytes looked at for a guess
MAX_CONTROL_SHARE = 0.05  # of bytes that no text encoding uses; texts have none, pictures about a tenth
MAX_HIGH_SHARE = 0.35  # of bytes beyond ASCII, in Latin script; Vietnamese has most
MAX_PAIRED_SHARE = 0.5  # of bytes beyond ASCII that touch another; in East Asian encodings nearly all do
MIN_FIT = 0.95  # of bytes beyond ASCII that are letters of the language, or marks
MAX_CHAOS = 0.1  # charset-normalizer's share of odd characters

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3\0", "an SQLite database"),
)
# ISO 2022 uses ESC, old DOS texts end with SUB
_CONTROL = bytes(b for b in range(32) if b not in b"\t\n\r\f\v\x1b\x1a") + b"\x7f"
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})"""
    rb"""|<meta[^>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.I,
)
_JAPANESE_ESCAPE = b"\x1b$"  # ISO 2022 is made of ASCII bytes only
_HIGH = re.compile(rb"[\x80-\xff]+")
_PUNCTUATION = frozenset("“”„‟‘’‚–—…•«»‹›€£§°©®™·¿¡´\u00a0\u00ad")  # every language uses it; it speaks for no one
_UTF8_PAIR = re.compile(rb"[\xc3-\xf4][\x80-\xbf]+")
# Labels that browsers read as a wider charset (WHATWG Encoding Standard)
_WIDER = {
    **dict.fromkeys(("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis", "sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    "big5": "big5hkscs",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
}
_MULTI_BYTE = frozenset({"gb18030", "big5hkscs", "cp932", "cp949", "euc_jp", "iso2022_jp", "hz"})
# What charset-normalizer chooses from; more only adds look-alikes
_CANDIDATES = [
    *("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"),
    *("cp1251", "koi8_r", "koi8_u", "iso8859_5", "cp866", "cp1253", "iso8859_7"),
    *("cp1255", "cp1256", "iso8859_6", "cp874", "cp1258"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alphabets(Row):
    """Letters beyond a-z by language, in lower case, and the encodings that texts in these languages come in."""

    encodings: tuple[str, ...]
    languages: Mapping[str, str]

    def __post_init__(self) -> None:
        for encoding in self.encodings:
            try:
                codecs.lookup(encoding)
            except LookupError:
                raise ValueError(f"encodings: {encoding!r} is no encoding that Python knows") from None

    def letters(self) -> list[frozenset[str]]:
        """The letters of each language, in either case."""
        return [frozenset(letters + letters.upper()) for letters in self.languages.values()]

    def reading(self, text: str) -> bool:
        """Whether one of the languages has all letters of the text that are beyond ASCII."""
        high = frozenset(char for char in text if not char.isascii()) - _PUNCTUATION
        return any(high <= letters for letters in self.letters())


def decode(raw: bytes, is_html: bool = False) -> tuple[str, str]:
    """The text of a document and its encoding.

    Raises:
        Refused: `binary` or `undecodable`.

    >>> decode("Der Fluß führt Hochwasser.".encode("cp1252"))
    ('Der Fluß führt Hochwasser.', 'cp1252')
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _strictly(raw, encoding)
    if wide := _zero_bytes(raw):
        return _strictly(raw, wide)
    refuse_binary(raw)
    if _JAPANESE_ESCAPE in raw:
        try:
            return raw.decode("iso2022_jp"), "iso2022_jp"
        except UnicodeDecodeError:
            pass
    declared = _declared(raw) if is_html else None
    encodings = ["utf-8", declared] if declared not in _MULTI_BYTE else [declared, "utf-8"]
    for candidate in encodings:
        if candidate:
            try:
                return raw.decode(candidate), candidate
            except UnicodeDecodeError:
                pass
    return _strictly(raw, guess(raw))


def decode_as(raw: bytes, encoding: str) -> tuple[str, str]:
    """The text of one row of a stream that `recoded` has looked at, and its encoding.

    Raises:
        Refused: `undecodable`.
    """
    try:
        return raw.decode("utf-8"), encoding if encoding in WIDE else "utf-8"
    except UnicodeDecodeError:
        return _strictly(raw, encoding if encoding not in ("utf-8", *WIDE) else guess(raw))


def recoded(stream: IO[bytes]) -> tuple[IO[bytes], str]:
    """A stream of rows that can be parted at newlines: UTF-16 and UTF-32 become UTF-8, a byte order mark goes.

    Returns:
        stream: in UTF-8, or in another encoding that keeps ASCII as it is.
        encoding: the one in which the bytes came.

    Raises:
        Refused: `binary`.
    """
    head = stream.read(GUESSED)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            if encoding == "utf-8-sig":
                return _buffered(_Joined(head[len(mark) :], stream)), "utf-8"
            return _buffered(_Recoded(_Joined(head, stream), encoding)), encoding
    if wide := _zero_bytes(head):
        return _buffered(_Recoded(_Joined(head, stream), wide)), wide
    refuse_binary(head)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        encoding = "utf-8"
    except UnicodeDecodeError:
        try:
            encoding = guess(head)
        except Refused:
            encoding = "utf-8"  # each row pays for itself
    return _buffered(_Joined(head, stream)), encoding


def refuse_binary(raw: bytes) -> None:
    """Raises `Refused("binary", …)` for bytes that are no text in any encoding."""
    head = raw[:SNIFFED]
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise Refused("binary", f"the content is {what}, not text")
    n_control = len(head) - len(head.translate(None, _CONTROL))
    if n_control > MAX_CONTROL_SHARE * len(head):
        raise Refused("binary", f"{n_control:,} of the first {len(head):,} bytes are control characters")


def guess(raw: bytes) -> str:
    """The most likely encoding of bytes that are not UTF-8.

    Raises:
        Refused: `undecodable`: none is likely enough.
    """
    sample = _whole_characters(raw)
    runs = _HIGH.findall(sample)
    n_high = sum(map(len, runs))
    if not n_high:
        raise Refused("undecodable", "not UTF-8, and nothing tells which encoding it is")
    if n_high < MAX_HIGH_SHARE * len(sample):
        n_utf8 = len(_UTF8_PAIR.findall(sample))
        n_paired = sum(len(run) for run in runs if len(run) > 1)
        if n_utf8 and 2 * n_utf8 > len(runs):
            raise Refused("undecodable", f"UTF-8, but for some of its {len(runs):,} runs of bytes beyond ASCII")
        if n_paired <= MAX_PAIRED_SHARE * n_high and (encoding := _by_letters(b"".join(runs))):
            return encoding
    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    if best is None or best.chaos > MAX_CHAOS:
        raise Refused("undecodable", "not UTF-8, and no other encoding is likely enough")
    return best.encoding


def _whole_characters(raw: bytes) -> bytes:
    """Bytes from the line of the first one beyond ASCII on, cut where no encoding has the middle of a character."""
    if len(raw) <= GUESSED:
        return raw
    high = _HIGH.search(raw)
    start = raw.rfind(b"\n", 0, high.start()) + 1 if high else 0
    end = max(raw.rfind(b"\n", start, start + GUESSED), raw.rfind(b" ", start, start + GUESSED))
    return raw[start : end if end > start else start + GUESSED]


@cache
def _alphabets() -> list[tuple[str, list[frozenset[str]], frozenset[str]]]:
    """(encoding, the letters of each language, the marks), best first."""
    return [
        (encoding, row.letters(), _PUNCTUATION)
        for rank in range(3)
        for row in load("ingest_alphabets", Alphabets)
        for encoding in row.encodings[rank : rank + 1]
    ]


def _by_letters(high: bytes) -> str | None:
    """The one-byte encoding in which the bytes beyond ASCII are the letters of one language."""
    counted = Counter(high)
    best, best_fit = None, MIN_FIT
    for encoding, alphabets, marks in _alphabets():
        chars = Counter({bytes([byte]).decode(encoding, "replace"): n for byte, n in counted.items()})
        n_marks = sum(n for char, n in chars.items() if char in marks)
        fit = max(n_marks + sum(chars[letter] for letter in letters) for letters in alphabets) / len(high)
        if fit > best_fit or (fit == best_fit and best is None):
            best, best_fit = encoding, fit
    return best


def _zero_bytes(raw: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, by the places of its zero bytes; None where they do not tell."""
    head = raw[: SNIFFED - SNIFFED % 4]
    if b"\0" not in head:
        return None
    zeros = [head[i::4].count(0) / max(len(head[i::4]), 1) for i in range(4)]
    if len(head) % 4 == 0 and min(zeros[2], zeros[3]) > 0.9 and zeros[0] < 0.1:
        return "utf-32-le"
    if len(head) % 4 == 0 and min(zeros[0], zeros[1]) > 0.9 and zeros[3] < 0.1:
        return "utf-32-be"
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if len(head) % 2 == 0 and odd > 0.3 and even < 0.05:
        return "utf-16-le"
    if len(head) % 2 == 0 and even > 0.3 and odd < 0.05:
        return "utf-16-be"
    return None


def _strictly(raw: bytes, encoding: str) -> tuple[str, str]:
    try:
        return raw.decode(encoding), encoding
    except UnicodeDecodeError as error:
        detail = f"most like {encoding}, but byte {error.start:,} is not: {error.reason}"
        raise Refused("undecodable", detail) from None


def _declared(raw: bytes) -> str | None:
    """The codec of the charset that a page declares; None where it declares none that Python knows."""
    found = _DECLARED.search(raw[:SNIFFED])
    if not found:
        return None
    label = (found[1] or found[2]).decode("ascii", "replace").lower()
    try:
        codec = codecs.lookup(_WIDER.get(label, label))
    except LookupError:
        return None
    is_text = getattr(codec, "_is_text_encoding", True)  # rot13 and the like are no charsets
    return codec.name if is_text and codec.name not in WIDE else None  # a declaration that is read is not UTF-16


# ------------------------------------------------------------------ streams


def _buffered(raw: io.RawIOBase) -> IO[bytes]:
    return io.BufferedReader(raw, 1 << 18)


class _Joined(io.RawIOBase):
    """Bytes already read, then the rest of their stream."""

    def __init__(self, head: bytes, rest: IO[bytes]):
        self._head, self._rest = io.BytesIO(head), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._head.read(len(buffer)) or self._rest.read1(len(buffer))  # type: ignore[attr-defined]
        buffer[: len(data)] = data
        return len(data)


class _Recoded(io.RawIOBase):
    """A stream of UTF-16 or UTF-32 as UTF-8."""

    def __init__(self, stream: io.RawIOBase, encoding: str):
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """As every raw stream has it; `Refused` where the bytes stop being of the encoding."""
        while not self._left:
            packed = self._stream.read(len(buffer)) or b""
            try:
                self._left = self._decoder.decode(packed, final=not packed).encode("utf-8", "surrogatepass")
            except UnicodeDecodeError as error:
                raise Refused("undecodable", f"not {error.encoding} any more: {error.reason}") from None
            if not packed:
                break
        data, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)
