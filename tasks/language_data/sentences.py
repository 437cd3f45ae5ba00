"""Where sentences end.

In     any text
Out    pieces of patterns, whether a text or a place in it ends a sentence, and the spans of sentences

A sentence ends with one of `ENDING`, then perhaps closing quotes or brackets, then white space or the end of the text.
The wide forms of East Asia (`WIDE_ENDING`) need no white space. A full stop ends no sentence behind an initial
(`J. Smith`, `U.S. troops`), behind a title or a usual short form (`Dr.`, `No.`, `approx.`), between digits, or before
a lower-case letter.

Source  Unicode 15, property Sentence_Terminal, of the scripts that news is written in.
Limits  Thai and Lao have no such punctuation. Short forms are English, and the titles of some other languages;
        "He lives in the U.S. The law …" is taken for one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tasks.rules import Row, load

WIDE_ENDING = "。！？｡"  # no white space needs to follow
# ASCII, ellipsis, double punctuation, Armenian, Arabic, Syriac, Devanagari, Myanmar, Ethiopic, Khmer, wide forms
_OTHER_ENDING = "‼‽⁇⁈⁉\u0589\u061e\u061f\u06d4\u0700-\u0702\u0964\u0965\u104a\u104b\u1362\u1367\u1368\u17d4\u17d5\uff0e"
ENDING = f".!?…{_OTHER_ENDING}{WIDE_ENDING}"
CLOSING = "\"'”’»›)\\]）］」』】》〉*"
OPENING = "\"'“‘„«‹(\\[（［「『【《〈¿¡"
MAX_CLOSING = 3

_ENDS = re.compile(rf"[{ENDING}][{CLOSING}]{{0,{MAX_CLOSING}}}\s*$")
_END = re.compile(
    rf"[{ENDING}]+(?:[{CLOSING}]{{0,{MAX_CLOSING}}}(?=\s|$)|(?<=[{WIDE_ENDING}])[{CLOSING}]{{0,{MAX_CLOSING}}})"
)
_BREAK = re.compile(rf"{_END.pattern}|\n\s*\n|\n")
_INITIAL = re.compile(r"(?:^|[\s(\[\"'“‘.-])[^\W\d_]$")  # one letter before the full stop
_LAST_WORD = re.compile(r"[^\W\d_][^\W\d_.]*$")
_LOWER_NEXT = re.compile(rf"\s+[{OPENING}]*([^\W\d_])")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortForms(Row):
    """Words, in lower case, that a full stop shortens and that something follows in the same sentence."""

    words: frozenset[str]

    def reading(self, text: str) -> bool:
        """Whether the first full stop of the text stands inside a sentence."""
        return not is_sentence_end(text, text.index("."))


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does; white space at its end does not matter.

    >>> [ends_sentence(text) for text in ("It rained.", "“It rained!” ", "Rain in May", "下雨了。", "…and rain…")]
    [True, True, False, True, True]
    """
    return _ENDS.search(text[-40:]) is not None


def is_sentence_end(text: str, start: int) -> bool:
    """Whether the punctuation at `start` ends a sentence: false for full stops of short forms, initials and numbers.

    >>> text = "Mr. Smith paid 3.5 million. He left."
    >>> [at for at, character in enumerate(text) if character == "." and is_sentence_end(text, at)]
    [26, 35]
    """
    match = _END.match(text, start)
    return match is not None and not _is_inner(text, match)


def find_sentences(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences of a text, without the white space around them; a line break ends one, too.

    >>> text = "It rained. “We know,” said Dr. Lee.\\nRivers rose"
    >>> [text[start:end] for start, end in find_sentences(text)]
    ['It rained.', '“We know,” said Dr. Lee.', 'Rivers rose']
    """
    return list(_spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _BREAK.finditer(text):
        is_line_break = match[0].isspace()
        if not is_line_break and _is_inner(text, match):
            continue
        yield from _trimmed(text, start, match.start() if is_line_break else match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    if stripped := piece.strip():
        yield start + left, start + left + len(stripped)


def _is_inner(text: str, end: re.Match[str]) -> bool:
    """Whether a full stop stands inside a sentence."""
    if end[0] not in (".", ".)", ".’", ".'"):
        return False
    before = text[max(0, end.start() - 16) : end.start()]
    if _INITIAL.search(before):
        return True
    word = _LAST_WORD.search(before)
    if word and word[0].lower() in _short_forms():
        return True
    following = _LOWER_NEXT.match(text, end.end())
    return following is not None and following[1].islower()


@cache
def _short_forms() -> frozenset[str]:
    """The words of all rows."""
    return frozenset(word for row in load("language_short_forms", ShortForms) for word in row.words)
