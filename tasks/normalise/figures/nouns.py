"""Counted nouns: what a bare number counts ("over 6500 direct investment enterprises").

In     a text, the same in lower case, the position behind a number     from tasks.normalise.figures
Out    the noun phrase in the singular, and where it ends               to   tasks.normalise.figures

Without a tagger: the phrase runs to the first plural; plurals that follow at once belong to it ("sports teams"). It may
be joined by "and" to a second plural ("countries and regions"). A phrase without a plural is none, except after one.

Limits  Words that look like plurals and are verbs ("30 boats ships") are rare behind a number; the table of words at
        which a phrase ends keeps most of them out. Phrases are at most five words.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tasks.rules import read_toml

_TABLE = read_toml("figures_nouns")
_STOP = frozenset(_TABLE["stop"]["words"].split())
_PLURAL = frozenset(_TABLE["plural"]["words"].split())
_NOT_PLURAL = frozenset(_TABLE["not_plural"]["words"].split())
_MEN = frozenset(_TABLE["men"]["words"].split())
_IDLE = frozenset(_TABLE["idle"]["words"].split())
_ATTRIBUTIVE = frozenset(_TABLE["attributive"]["words"].split())
_NOUNS_TOO = frozenset(_TABLE["nouns_too"]["words"].split())
_CALENDAR = frozenset(_TABLE["calendar"]["words"].split())
_SINGULAR: dict[str, str] = _TABLE["singular"]["words"]
_MAX_WORDS = 5
_MAX_SINGLE = 3
_QUOTES = frozenset("\"“'‘")
_VERB_ENDS = ("s", "ed", "ing")
_ADJECTIVES = frozenset(_TABLE["nouns_like_verbs"]["words"].split())
_BEHIND_ONE = frozenset(_TABLE["behind_one"]["words"].split())
_INITIALS = re.compile(r"[A-Z]{2,}s")  # RBIs, IPOs
_OBJECT = re.compile(
    r" (?:(?:a|an|the|his|her|its|their|that|it|him|them|no|another|more|less|up|out|back|about)(?![a-z])|[$€£\d])"
)  # behind a verb
_ONE_MORE = re.compile(r" (?:more|further|additional|other)(?= [a-z])")
_HEAD = re.compile(r" head of ([a-z]+)")  # 1,200 head of cattle
_BETWEEN = re.compile(
    r" (?:(?:19|20)\d\d(?= )|\d[\d,]*[- ]years?[- ]old"
    r"|\d[\d,.]*(?:-[a-z]+|[a-z]{1,3}| (?:g|kg|mg|ml|l|m|cm|mm|km|t))(?= ))"
)  # the seven 2024 finalists
_NAME_NUMBER = re.compile(r"(?: -|[ -])\d{1,4}[a-z]?(?= [a-z])")  # of a name inside a phrase: Boeing 737 jets
_MODELS = re.compile(r"(?: -|[ -])(\d{1,4})['’]?s(?![a-z])")  # of a plural: Boeing 707's, Model 3s
_OF_THEM = re.compile(r" of (?:the|its|their|his|her|our|these|those|[a-z]+['’]s)(?:(?= )(?: [a-z]+['’]s(?= ))?)")
_WORD = re.compile(r"(?:[ \t\u00a0\u202f]{1,2}|-)[\"“'‘]?([^\W\d_](?:[^\W_]|[-'’/&.](?=[^\W_]))*)")


def ends_phrase(word: str) -> bool:
    """Whether a counted noun phrase ends before `word`: a function word or a common verb."""
    return word in _STOP


def is_plural(word: str) -> bool:
    """Whether a word in lower case looks like a plural noun.

    >>> [is_plural(word) for word in ("boats", "people", "sub-forums", "business", "is")]
    [True, True, True, False, False]
    """
    if word in _NOT_PLURAL:
        return False
    last = word.rsplit("-", 1)[-1]
    if (
        last in _PLURAL
        or last.endswith(("children", "people"))
        or (last.endswith("men") and len(last) > 4 and last not in _MEN)
    ):
        return True
    return len(last) > 2 and last[-1] == "s" and last[-2] not in "sui'’" and last not in _STOP


def singular(word: str) -> str:
    """A plural noun in the singular.

    >>> [singular(word) for word in ("companies", "boxes", "sub-forums", "houses", "fishermen")]
    ['company', 'box', 'sub-forum', 'house', 'fisherman']
    """
    if word in _SINGULAR or word in _NOT_PLURAL:
        return _SINGULAR.get(word, word)
    if word.endswith("men"):
        return word[:-3] + "man"
    if word.endswith("children"):
        return word[:-3]
    if word.endswith("people"):
        return word[:-6] + "person"
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")):
        return word[:-2]
    if word in _PLURAL and word.endswith(("is", "us")):
        return word[:-1]  # Israelis, menus
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def is_calendar(noun: str) -> bool:
    """Whether a counted noun is a span of time, which dates take care of: "three consecutive years"."""
    return noun.rsplit(" ", 1)[-1] in _CALENDAR


class Noun(NamedTuple):
    """A counted noun phrase in the singular, and where its words begin and end."""

    name: str
    start: int
    end: int


def noun_behind(text: str, low: str, end: int, value: float | None) -> Noun | None:
    """The counted noun behind position `end`; None where there is none.

    >>> text = "119 countries and regions took part"
    >>> noun_behind(text, text, 3, 119.0)
    Noun(name='country and region', start=4, end=25)
    """
    if match := _BETWEEN.match(low, end):
        behind = noun_behind(text, low, match.end(), value)
        return Noun(behind.name, end, end) if behind else None  # the 500g of "three 500g tins" is a figure of its own
    if value == 1:
        more = _ONE_MORE.match(low, end)
        return _single_noun(text, low, more.end() if more else end)
    if match := _HEAD.match(low, end):
        return Noun(f"head of {match[1]}", end + 1, match.end())
    words = _phrase_words(text, low, end)
    return _joined(text, low, words) if words else None


def _phrase_words(text: str, low: str, end: int) -> list[tuple[int, int]]:
    """The words of the phrase behind `end`, up to its plural; none where it has no plural."""
    words: list[tuple[int, int]] = []
    position, last = _past_idle(low, end), 0  # `last`: how many words belong to the phrase
    while len(words) < _MAX_WORDS:
        match = _WORD.match(low, position)
        if match is None:
            if words and not last and (model := _MODELS.match(low, position)) and text[words[-1][0]].isupper():
                return [*words, model.span(1)]  # two Boeing 707's
            inner = _NAME_NUMBER.match(low, position)
            if not inner or last or not words:
                break
            if not text[words[-1][0]].isupper() and not text[inner.end() + 1].isupper():
                break  # of a name alone: two new 737 Max jets
            position = inner.end()  # 41,000 Pixel 9 handsets
            continue
        word = match[1]
        if _ends_phrase(low, word, match) and not _is_acronym(text, match):
            following = _WORD.match(low, match.end()) if word == "and" and words and not last else None
            if following and text[following.start(1)].isupper() <= text[words[0][0]].isupper():
                position = match.end()  # "digital and physical sales", not "17.5 stake and Banque Paribas"
                continue
            break
        opens_quote = match[0][1:2] in _QUOTES if len(match[0]) > 1 else False
        if last and (opens_quote or not _continues(text[slice(*words[last - 1])], word, text[match.start(1)])):
            break
        words.append(match.span(1))
        position = match.end()
        if is_plural(word) or _INITIALS.fullmatch(text, *match.span(1)):
            last = len(words)
    return words[:last]


def _is_acronym(text: str, match: re.Match[str]) -> bool:
    """Whether a word is written in capitals among words that are not: three US firms."""
    written, behind = text[match.start(1) : match.end(1)], text[match.end(1) + 1 : match.end(1) + 3]
    return len(written) > 1 and written.isupper() and behind.isalpha() and not behind.isupper()


def _past_idle(low: str, end: int) -> int:
    """Behind what stands between a number and its noun: "six of the passengers", "six more boats"."""
    if match := _OF_THEM.match(low, end):
        return match.end()
    match = _WORD.match(low, end)
    return match.end() if match and match[1] in _IDLE else end


def _ends_phrase(low: str, word: str, match: re.Match[str]) -> bool:
    """Whether a phrase ends before a word: by what it is, or, where it may be a verb, by what stands behind it."""
    if word in _STOP or (word.endswith(("'s", "’s")) and word[:-2] in _STOP):
        return True
    return is_verb_here(low, word, match.end())


def is_verb_here(low: str, word: str, end: int) -> bool:
    """Whether a word that may be noun or verb is a verb by what stands behind it: "needs another 40 beds"."""
    return word in _NOUNS_TOO and bool(_OBJECT.match(low, end))


def _single_noun(text: str, low: str, end: int) -> Noun | None:
    """What "one" counts: the next words, three at most; what looks like a verb ("one clerk asks") is none of it."""
    words: list[tuple[int, int]] = []
    position = end
    while len(words) <= _MAX_SINGLE and (match := _WORD.match(low, position)) and match[1] not in _STOP:
        word = match[1]
        if word.endswith(("'s", "’s")) or len(word) < 2:
            return None
        if not words and low.endswith("the one", 0, end) and text[match.start(1)].isupper():
            return None  # "the one Ann bought"
        if words and text[match.start(1)].isupper() and text[words[-1][0]].islower():
            break  # "one addition Ann made"
        if words and ((word.endswith(_VERB_ENDS) and word not in _ADJECTIVES) or word in _BEHIND_ONE):
            break
        words.append(match.span(1))
        position = match.end()
    if len(words) > _MAX_SINGLE:
        words = words[:2]  # longer than a phrase: some of it is no part of the noun
    return Noun(_phrase(text, words), words[0][0], words[-1][1]) if words else None


def _continues(plural: str, word: str, initial: str) -> bool:
    """Whether a second plural belongs to the first ("sports teams", "Williams shares") and is no verb."""
    is_name = plural[0].isupper() and not plural.isupper() and initial.islower()
    return (plural in _ATTRIBUTIVE or is_name) and is_plural(word)


def _phrase(text: str, words: list[tuple[int, int]]) -> str:
    """Words as they are written, the last one in the singular; names keep their capital."""
    *heads, (start, stop) = words
    last = text[start:stop]
    if _INITIALS.fullmatch(last):
        return _with_heads(text, heads, last[:-1])
    single = singular(last.lower())
    if single == last[: len(single)].lower():
        single = last[: len(single)]
    return _with_heads(text, heads, single)


def _with_heads(text: str, heads: list[tuple[int, int]], last: str) -> str:
    return " ".join([text[slice(*span)] for span in heads] + [last])


def _joined(text: str, low: str, words: list[tuple[int, int]]) -> Noun:
    """The phrase up to its plural, and a second noun that "and" joins to a single one."""
    phrase, stop = _phrase(text, words), words[-1][1]
    if len(words) == 1 and low.startswith(" and ", stop) and (match := _WORD.match(low, stop + 4)):
        behind = low[match.end() : match.end() + 1]
        if is_plural(match[1]) and match[1] not in _STOP and behind != "-":
            return Noun(f"{phrase} and {_phrase(text, [match.span(1)])}", words[0][0], match.end())
    return Noun(phrase, words[0][0], stop)
