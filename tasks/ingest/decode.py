"""Bytes to text: which encoding, or why there is none.

In     the bytes of one document, and whether they are HTML
Out    text and the name of a Python codec: `raw.decode(encoding)` gives the text again

In this order: byte order mark; declared charset (HTML meta, XML); strict UTF-8; UTF-16 and UTF-32 without a mark, by
where their zero bytes stand; charset-normalizer, above a floor of confidence. A declared charset of one byte a
character fits any bytes, so it is not believed against text that is valid UTF-8.

Limits  Mojibake that was saved as valid UTF-8 is left as it is; strip repairs it.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from tasks.ingest.records import Refused

SNIFFED = 4096  # bytes looked at for binary content and declarations
MAX_CONTROL_SHARE = 0.05  # of bytes that no text encoding uses; files of text have none, pictures about 0.1
MAX_CHAOS = 0.1  # charset-normalizer's share of odd characters; above it guesses are mostly wrong
GUESSED = 65_536  # bytes that charset-normalizer sees

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
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
)
_CONTROL = bytes(b for b in range(32) if b not in b"\t\n\r\f\v\x1b\x1a") + b"\x7f"
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})|<meta[^>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.I,
)
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


def decode(raw: bytes, is_html: bool = False) -> tuple[str, str]:
    """The text of a document and its encoding.

    Raises:
        Refused: `binary` or `undecodable`.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _strictly(raw, encoding)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is not None:
        if b"\0" in raw or not text.isprintable():
            refuse_binary(raw)
            if wide := _zero_bytes(raw):
                return _strictly(raw, wide)
        return text, "utf-8"
    refuse_binary(raw)
    if wide := _zero_bytes(raw):
        return _strictly(raw, wide)
    declared = _declared(raw) if is_html else None
    if declared:
        try:
            return raw.decode(declared), declared
        except UnicodeDecodeError:
            pass
    return _guessed(raw)


def refuse_binary(raw: bytes) -> None:
    """Raises `Refused("binary", …)` for bytes that are no text in any encoding."""
    head = raw[:SNIFFED]
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise Refused("binary", f"the content is {what}, not text")
    if head.startswith(tuple(mark for mark, _ in _MARKS)) or _zero_bytes(raw):
        return
    share = 1 - len(head.translate(None, _CONTROL)) / max(len(head), 1)
    if share > MAX_CONTROL_SHARE:
        raise Refused("binary", f"{share:.0%} of the first bytes are control characters")


def _zero_bytes(raw: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, by the places of its zero bytes; None where they do not tell."""
    head = raw[: SNIFFED - SNIFFED % 4]
    zeros = [head[i::4].count(0) / max(len(head[i::4]), 1) for i in range(4)]
    if len(raw) % 4 == 0 and min(zeros[2], zeros[3]) > 0.9 and zeros[0] < 0.1:
        return "utf-32-le"
    if len(raw) % 4 == 0 and min(zeros[0], zeros[1]) > 0.9 and zeros[3] < 0.1:
        return "utf-32-be"
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if len(raw) % 2 == 0 and odd > 0.3 and even < 0.05:
        return "utf-16-le"
    if len(raw) % 2 == 0 and even > 0.3 and odd < 0.05:
        return "utf-16-be"
    return None


def _strictly(raw: bytes, encoding: str) -> tuple[str, str]:
    try:
        return raw.decode(encoding), encoding
    except UnicodeDecodeError as error:
        raise Refused(
            "undecodable", f"it begins like {encoding}, but byte {error.start} is not: {error.reason}"
        ) from None


def _declared(raw: bytes) -> str | None:
    """The codec of the charset that a page declares; None where it declares none that Python knows."""
    found = _DECLARED.search(raw[:SNIFFED])
    if not found:
        return None
    label = (found[1] or found[2]).decode("ascii", "replace").lower()
    try:
        return codecs.lookup(_WIDER.get(label, label)).name
    except LookupError:
        return None


def _guessed(raw: bytes) -> tuple[str, str]:
    best = from_bytes(raw[:GUESSED]).best()
    if best is None or best.chaos > MAX_CHAOS:
        raise Refused("undecodable", "not UTF-8, and no other encoding is likely enough")
    try:
        return raw.decode(best.encoding), best.encoding
    except UnicodeDecodeError:
        raise Refused("undecodable", f"not UTF-8; {best.encoding} fits its beginning only") from None
