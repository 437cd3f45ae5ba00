"""What a word is, for every script.

In     any text
Out    patterns to build others from, and the words of a text

A word is a run of letters, digits and combining marks; an apostrophe between two of them belongs to it (`don't`,
`l’eau` is one word). In scripts that put no white space between words each character counts as a word.
`LETTER`, `LETTERS` and `WORD` are pieces of patterns; `WORD` matches a run as a whole also in unspaced scripts.

Limits  Hyphens separate words. Thai, Lao, Khmer and Myanmar words have several characters, marks among them: a count of
        words is too high there, as a count of Chinese words is.
"""

from __future__ import annotations

import re

from tasks.language_data.scripts import MARKS, UNSPACED

LETTER = r"[^\W\d_]"
LETTERS = rf"(?:[^\W\d_]++[{MARKS}]*+)++"  # possessive: never tried again in another way
_RUN = rf"(?:[^\W_]++[{MARKS}]*+)++"
WORD = rf"{_RUN}(?:['’]{_RUN})*+"

_WORD = re.compile(
    rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_][{MARKS}]*+)++(?:['’](?:(?![{UNSPACED}])[^\W_][{MARKS}]*+)++)*+"
)
_ASCII_WORD = re.compile(r"[^\W_]++(?:'[^\W_]++)*+", re.ASCII)
_HAS_UNSPACED = re.compile(f"[{UNSPACED}]")
_SPACED_WORD = re.compile(WORD)


def find_words(text: str) -> list[str]:
    """The words of a text in reading order, as they are written.

    >>> find_words("Don't ask the 水手, हिन्दी!")
    ["Don't", 'ask', 'the', '水', '手', 'हिन्दी']
    """
    if text.isascii():
        return _ASCII_WORD.findall(text)
    return (_WORD if _HAS_UNSPACED.search(text) else _SPACED_WORD).findall(text)
