"""Labels above lists of other articles: "Related stories", "More from Business", "Lesen Sie auch".

In     one trimmed line
Out    whether it is such a label

A label is a phrase of tasks/rules/strip_labels.toml, alone or with what its language lets follow: "today", "in Sport".
Capitals, accents, marks, bullets and a count at either end do not matter.
Limits  A line that goes on with a headline ("Related: the mill burns") is a line rule's business.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import product
from typing import NamedTuple

from tasks.rules import read_toml, rule_cache
from tasks.text import is_unspaced

LONGEST_LABEL = 70
MOST_WORDS = 9
LONGEST_SECTION = 5  # words of a section's name
# Vowel signs are letters here, which `\w` does not say of them.
_MARKS = re.compile(r"[^\w'\u0300-\u036f\u0591-\u05bd\u064b-\u0652\u0900-\u0963\u0966-\u0dff\u0e00-\u109f]+")
_ACCENTS = re.compile(r"[\u0300-\u036f\u0591-\u05bd\u064b-\u0652]")
_COUNT = re.compile(r"^\d{1,4} | \d{1,4}\b")
_NO_NAME = re.compile(r"[,;.!?]\W{0,2}(?:\s|$)")  # marks that no section's name holds or ends with


class _Labels(NamedTuple):
    """All phrases with the positions of their languages, and what these let follow."""

    phrases: dict[str, tuple[str, ...]]
    closers: dict[str, frozenset[str]]
    joins: dict[str, frozenset[str]]
    before_section: tuple[str, ...]
    unspaced_closers: tuple[str, ...]
    first_words: frozenset[str]  # of the phrases and what goes before a section


@rule_cache()
def _labels() -> _Labels:
    table = read_toml("strip_labels")
    languages: dict[str, set[str]] = {}
    openings: set[str] = set()
    for row in table["label"]:
        code = row["id"].split(".")[0]
        for phrase in (*row["whole"], *_pairs(row)):
            languages.setdefault(_key(phrase), set()).add(code)
        openings.update(f"{_key(opening)} " for opening in row.get("before_section", ()))
    closers = {row["code"]: frozenset(map(_key, row["closers"])) for row in table["language"]}
    return _Labels(
        {phrase: tuple(sorted(codes)) for phrase, codes in languages.items()},
        closers,
        {row["code"]: frozenset(map(_key, row["joins"])) for row in table["language"]},
        tuple(sorted(openings)),
        tuple(sorted(c for words in closers.values() for c in words if is_unspaced(c))),
        frozenset(phrase.split(" ", 1)[0] for phrase in (*languages, *openings)),
    )


def _pairs(row: dict[str, list[str]]) -> list[str]:
    """Every word of `first` with every word of `second`; side by side too where no blank parts them."""
    pairs = list(product(row.get("first", ()), row.get("second", ())))
    beside = [f"{a}{b}" for a, b in pairs if a.endswith("'") or is_unspaced(a + b)]
    return [f"{a} {b}" for a, b in pairs] + beside


def _key(text: str) -> str:
    """A line's words: lower-cased, without accents and marks, one blank between them."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ı", "i"))
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", text))
    return _MARKS.sub(" ", text.casefold()).strip()


@rule_cache(1 << 10)
def is_label(text: str) -> bool:
    """Whether a line is a label above a list of other articles.

    >>> is_label("» RELATED STORIES:"), is_label("Most read in Sport"), is_label("Related costs rose")
    (True, True, False)
    """
    if len(text) > LONGEST_LABEL:
        return False
    words = _key(text)
    table = _labels()
    if words.isascii() and words[:1].isalpha() and words.split(" ", 1)[0] not in table.first_words:
        return False
    if words in table.phrases or (words and _COUNT.sub("", words) in table.phrases):
        return True
    if words.count(" ") >= MOST_WORDS:
        return False
    if words.startswith(table.before_section) and not _NO_NAME.search(text):
        opening = max((o for o in table.before_section if words.startswith(o)), key=len)
        return words.count(" ") - opening.count(" ") < LONGEST_SECTION
    return _goes_on(words, text, table)


def _goes_on(words: str, text: str, table: _Labels) -> bool:
    """Whether the line is a phrase and what its language lets follow."""
    parts = words.split(" ")
    for n in range(len(parts) - 1, 0, -1):
        for code in table.phrases.get(" ".join(parts[:n]), ()):
            if " ".join(parts[n:]) in table.closers[code]:
                return True
            if n + 1 < len(parts) <= n + 4 and parts[n] in table.joins[code] and _names_section(text):
                return True
    if not words.endswith(table.unspaced_closers):
        return False
    return any(words.endswith(c) and words[: -len(c)].strip() in table.phrases for c in table.unspaced_closers)


def _names_section(text: str) -> bool:
    """Whether the last word is written as a name is, where a script can tell."""
    last = text.rstrip(" :»>›→.").rsplit(" ", 1)[-1].lstrip("(\"'“«„")
    return not last[:1].islower() and not _NO_NAME.search(text)
