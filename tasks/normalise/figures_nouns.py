"""Counted nouns: what a bare number counts ("over 6500 direct investment enterprises").

In     a text in lower case, the position behind a number     from tasks.normalise.figures
Out    the noun phrase in the singular, and where it ends     to   tasks.normalise.figures

Without a tagger: the phrase runs to the first plural; plurals that follow at once belong to it ("sports teams"). It may
be joined by "and" to a second plural ("countries and regions"). A phrase without a plural is none, except after one.

Limits  Words that look like plurals and are verbs ("30 boats ships") are rare behind a number; the table of words at
        which a phrase ends keeps most of them out. Phrases are at most five words.
"""

from __future__ import annotations

import re

from tasks.rules import read_toml

_TABLE = read_toml("figures_nouns")
_STOP = frozenset(_TABLE["stop"]["words"].split())
_PLURAL = frozenset(_TABLE["plural"]["words"].split())
_NOT_PLURAL = frozenset(_TABLE["not_plural"]["words"].split())
_SINGULAR: dict[str, str] = _TABLE["singular"]["words"]
_MAX_WORDS = 5
_WORD = re.compile(r"(?:[ \t\u00a0\u202f]{1,2}|-)(?:[\"“'‘(])?([^\W\d_](?:[^\W_]|[-'’/&.](?=[^\W_]))*)")


def is_plural(word: str) -> bool:
    """Whether a word in lower case looks like a plural noun.

    >>> [is_plural(word) for word in ("boats", "people", "sub-forums", "business", "is")]
    [True, True, True, False, False]
    """
    if word in _NOT_PLURAL:
        return False
    last = word.rsplit("-", 1)[-1]
    if last in _PLURAL:
        return True
    return len(last) > 2 and last[-1] == "s" and last[-2] not in "sui'’" and last not in _STOP


def singular(word: str) -> str:
    """A plural noun in the singular.

    >>> [singular(word) for word in ("companies", "boxes", "sub-forums", "houses", "fishermen")]
    ['company', 'box', 'sub-forum', 'house', 'fisherman']
    """
    if word in _SINGULAR:
        return _SINGULAR[word]
    if word.endswith("men"):
        return word[:-3] + "man"
    if word.endswith("people"):
        return word[:-6] + "person"
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def noun_behind(low: str, end: int, value: float | None) -> tuple[str, int] | None:
    """The counted noun behind position `end`, in the singular, and where its phrase ends; None where there is none.

    >>> noun_behind("119 countries and regions took part", 3, 119.0)
    ('country and region', 25)
    """
    words: list[str] = []
    stop, position = 0, end
    while len(words) < _MAX_WORDS and (match := _WORD.match(low, position)):
        word = match[1].removesuffix("'s").removesuffix("’s")
        if word in _STOP:
            break
        if stop and not is_plural(word):
            break
        words.append(word)
        position = match.end()
        if is_plural(word):
            stop = position
        elif len(word) != len(match[1]):
            break  # a genitive: "two Koreas' armies" counts what comes behind, which may be anything
    if stop:
        return _joined(low, words, stop)
    if value == 1 and words:
        return _single(words, end, low)
    return None


def _joined(low: str, words: list[str], stop: int) -> tuple[str, int]:
    """The phrase up to its plural, and a second noun that "and" joins to a single one."""
    while words and not is_plural(words[-1]):
        words.pop()
    phrase = " ".join([*words[:-1], singular(words[-1])])
    if len(words) == 1 and low.startswith(" and ", stop) and (match := _WORD.match(low, stop + 4)):
        behind = low[match.end() : match.end() + 1]
        if is_plural(match[1]) and match[1] not in _STOP and behind != "-":
            return f"{phrase} and {singular(match[1])}", match.end()
    return phrase, stop


def _single(words: list[str], end: int, low: str) -> tuple[str, int] | None:
    """The noun after "one": as many words as stand before the next function word, two at most."""
    kept = words[:2]
    stop = end
    for _ in kept:
        match = _WORD.match(low, stop)
        stop = match.end() if match else stop
    return " ".join(kept), stop
