"""Word diffs: two texts as runs of words that both have, that only the old one has, that only the new one has.

In     two texts
Out    `Run`s in reading order; joined, the old text's runs give its words, and the new text's theirs

Source  Longest common subsequence of words (rapidfuzz's Indel distance).
Limits  Texts are compared up to `MAX_WORDS` words; what follows is told as one run of each kind.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rapidfuzz.distance import Indel

from tasks.language_data import UNSPACED

MAX_WORDS = 20_000
SAME, OLD, NEW, SKIPPED = "same", "old", "new", "skipped"
_TOKEN = re.compile(r"\s*\S+|\s+$")
# Each character of a script without spaces counts as a word
_UNSPACED = re.compile(rf"(?<=[{UNSPACED}])(?=\S)")


class Run(NamedTuple):
    """A run of words; `kind` is `same`, `old`, `new`, or `skipped` (left out of a shortened diff)."""

    kind: str
    text: str


def diff_words(old: str, new: str) -> list[Run]:
    """The runs that lead from `old` to `new`.

    >>> [tuple(run) for run in diff_words("the red boat sank", "the blue boat sank")]
    [('same', 'the'), ('old', ' red'), ('new', ' blue'), ('same', ' boat sank')]
    """
    left, right = split_words(old), split_words(new)
    runs: list[Run] = []
    for code in Indel.opcodes(_keys(left[:MAX_WORDS]), _keys(right[:MAX_WORDS])):
        if code.tag == "equal":
            _append(runs, SAME, right[code.dest_start : code.dest_end])
        else:
            _append(runs, OLD, left[code.src_start : code.src_end])
            _append(runs, NEW, right[code.dest_start : code.dest_end])
    _append(runs, OLD, left[MAX_WORDS:])
    _append(runs, NEW, right[MAX_WORDS:])
    return _grouped(runs)


def shorten(runs: list[Run], around: int = 12) -> list[Run]:
    """The same diff with long unchanged runs cut to `around` words beside each change.

    >>> shorten([Run("same", "a b c d e f"), Run("new", " g")], around=2)
    [Run(kind='skipped', text='…'), Run(kind='same', text=' e f'), Run(kind='new', text=' g')]
    """
    short: list[Run] = []
    for at, run in enumerate(runs):
        words = split_words(run.text) if run.kind == SAME else []
        head, tail = around if at else 0, around if at < len(runs) - 1 else 0
        if len(words) <= head + tail + 1:
            short.append(run)
            continue
        short += [Run(SAME, "".join(words[:head]))] if head else []
        short.append(Run(SKIPPED, "…"))
        short += [Run(SAME, "".join(words[len(words) - tail :]))] if tail else []
    return short


def split_words(text: str) -> list[str]:
    """Words with the white space before them; joined they give the text.

    >>> split_words("one two\\n")
    ['one', ' two', '\\n']
    """
    return [part for token in _TOKEN.findall(text) for part in _UNSPACED.split(token)]


def _keys(words: list[str]) -> list[str]:
    """What is compared: the words without the white space before them."""
    return [word.strip() for word in words]


def _append(runs: list[Run], kind: str, words: list[str]) -> None:
    if words:
        runs.append(Run(kind, "".join(words)))


def _grouped(runs: list[Run]) -> list[Run]:
    """Neighbouring changes as one old run and one new run."""
    grouped: list[Run] = []
    old, new = "", ""
    for run in [*runs, Run(SAME, "")]:
        if run.kind == SAME:
            grouped += [Run(OLD, old)] if old else []
            grouped += [Run(NEW, new)] if new else []
            grouped += [run] if run.text else []
            old = new = ""
        elif run.kind == OLD:
            old += run.text
        else:
            new += run.text
    return grouped
