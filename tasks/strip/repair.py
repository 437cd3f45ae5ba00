"""Repairs inside lines: mojibake, HTML crumbs, doubled marks, wrong closing quotes. Each keeps its original.

In     a draft
Out    cuts of role `repair`, each the smallest piece that changes

Mojibake is mended by ftfy with everything else it does switched off (its defaults straighten quotes and full-width
forms, which ruins Chinese); its result is compared with the line word by word, and only what differs is replaced.
Limits  Lines longer than `LONGEST_LINE`, and mojibake that ftfy is not sure of, are left alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import ftfy

from tasks.strip.draft import Draft
from tasks.strip.removals import Cut
from tasks.text import Line

LONGEST_LINE = 20_000
# What UTF-8 looks like when it was read as a one-byte encoding; only lines with it are shown to ftfy.
_MOJIBAKE = re.compile(
    "[\u00c2\u00c3\u00e2\u00d0\u00d1\u00d8\u00d9\u00e4-\u00e9\u00ef\u00f0\u0192]"
    "[\x80-\xbf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019\u201c\u201d"
    "\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"
)
_FTFY = ftfy.TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=False,
    remove_control_chars=False,
    normalization=None,
    restore_byte_a0=False,
    replace_lossy_sequences=False,
)
_WORD = re.compile(r"\S+")
_ENTITY = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z]{2,8});")
_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|em|strong|img|ul|ol|li|h[1-6]|blockquote|figure|figcaption|iframe|script|style|font|center"
    r"|table|tbody|tr|td|th|sup|sub|section|article|hr)(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
# "â€" is the beginning of a quotation mark that is itself still to be mended
_SURPLUS_MARK = re.compile(r"(?<=[.!?] )[;,] ?(?=[A-Z“‘\"]|â€)|(?<=…) …(?!\w)|(?<=\w) (?=,(?:\s|$))")
_PRIME = re.compile("“[^“”″]{1,300}(″)")
_CUES = ("″", "<", "&", "… …", " ;", " ,")  # a line without any of these needs no repair of marks


def repair_lines(draft: Draft) -> None:
    """Add the repairs of everything that stands."""
    raw = draft.raw
    garbled = not raw.isascii() and _MOJIBAKE.search(raw) is not None
    marked = any(map(raw.__contains__, _CUES))
    if not garbled and not marked:
        return
    for line in list(draft.pieces()):
        if len(line.text) <= LONGEST_LINE:
            cuts = _unmixed(line) if garbled and _MOJIBAKE.search(line.text) else []
            taken = {position for cut in cuts for position in range(cut.start, cut.end)}
            draft.cuts += cuts
            draft.cuts += [cut for cut in _marks(line) if marked and taken.isdisjoint(range(cut.start, cut.end))]


def repaired(text: str) -> str:
    """A field's words with their mojibake mended."""
    return ftfy.fix_text(text, _FTFY) if not text.isascii() and _MOJIBAKE.search(text) else text


def _unmixed(line: Line) -> list[Cut]:
    return [_cut(line, *piece, "repair.mojibake") for piece in _differences(line.text, ftfy.fix_text(line.text, _FTFY))]


def _marks(line: Line) -> list[Cut]:
    text = line.text
    if not any(map(text.__contains__, _CUES)):
        return []
    cuts = [_cut(line, m.start(), m.end(), None, "repair.marks") for m in _SURPLUS_MARK.finditer(text)]
    cuts += [_cut(line, m.start(1), m.end(1), "”", "repair.prime") for m in _PRIME.finditer(text)]
    cuts += [_cut(line, *piece, "repair.html") for piece in _crumbs(text)]
    return cuts


def _crumbs(text: str) -> Iterator[tuple[int, int, str | None]]:
    """HTML tags and character references that an extractor left behind."""
    for match in _TAG.finditer(text):
        between = text[match.start() - 1 : match.start()].isalnum() and text[match.end() : match.end() + 1].isalnum()
        yield (
            match.start(),
            match.end(),
            " " if between and match.group().lower().startswith(("<br", "<p", "</p")) else None,
        )
    for match in _ENTITY.finditer(text):
        meant = html.unescape(match.group())
        if meant != match.group() and (meant.isprintable() or meant == "\xa0") and len(meant) == 1:
            yield match.start(), match.end(), " " if meant == "\xa0" else meant


def _differences(text: str, fixed: str) -> Iterator[tuple[int, int, str | None]]:
    """(start, end, replacement) of the pieces of a line that `fixed` has otherwise, word by word."""
    if fixed == text:
        return
    words, fixed_words = list(_WORD.finditer(text)), _WORD.findall(fixed)
    if len(words) != len(fixed_words):
        yield _trimmed(text, fixed, 0)
        return
    for word, fixed_word in zip(words, fixed_words, strict=True):
        if word.group() != fixed_word:
            yield _trimmed(word.group(), fixed_word, word.start())


def _trimmed(old: str, new: str, offset: int) -> tuple[int, int, str | None]:
    """The differing middle of two strings."""
    shorter = min(len(old), len(new))
    start = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    same = next((i for i in range(shorter - start) if old[-1 - i] != new[-1 - i]), shorter - start)
    return offset + start, offset + len(old) - same, new[start : len(new) - same] or None


def _cut(line: Line, start: int, end: int, replacement: str | None, rule: str) -> Cut:
    return Cut(line.start + start, line.start + end, "repair", rule, 0.95, None, replacement)
