"""Misread: whether two short texts are one text of which words were misread or mistyped.

In     two short texts                         from tasks.dedupe.find
Out    likeness of their characters, or that a word was replaced     to   tasks.dedupe.relate

In a short text of which every other word is damaged no two words in a row may be left, so nothing of it is found by
equal words. Characters tell: every replaced word looks like the one that it replaces, and nothing else differs. Where a
word does not, the short text is another report of its form: what it says is in a word or two.

Limits  A name that differs in one letter behind its first one ("Marlin", "Martin") counts as misread, as everywhere in
        this step. Texts without white space between words are left alone: their pieces are too short to tell.
"""

from __future__ import annotations

import re

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from tasks.dedupe.candidates import SHORT
from tasks.dedupe.known import Texts, text_at
from tasks.dedupe.relate import UNKNOWN
from tasks.dedupe.vocabulary import DATE_AND_NUMBER_WORDS
from tasks.dedupe.words import MARK_CHARACTER, Words
from tasks.language_data import find_words

LONGEST = SHORT
LEAST = 6  # words
MAX_LENGTHS = 1.25  # times as many words in the one as in the other
MIN_RATIO = 85  # of 100: an eighth of the characters misread
MIN_REPLACED = 0.05  # of the words
LONG_WORD = 5  # letters
MIN_ALIKE, MIN_ALIKE_LONG = 0.5, 0.6  # of each replaced word: "at" and "af"
_FIGURE = re.compile(r"\d+")


def may_be_misread(words: Words, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether each pair of texts is short and about as long as each other; bool."""
    lengths = words.lengths
    shorter, longer = np.minimum(lengths[one], lengths[other]), np.maximum(lengths[one], lengths[other])
    return (shorter >= LEAST) & (longer <= LONGEST) & (longer <= MAX_LENGTHS * shorter)


def like_characters(texts: Texts, words: Words, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """`like_misread` of pairs of short texts; UNKNOWN where one is of a script without white space."""
    result = np.full(len(one), float(UNKNOWN))
    for k, (left, right) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
        if not _has_pieces(words, left) and not _has_pieces(words, right):
            result[k] = like_misread(text_at(texts, left), text_at(texts, right))
    return result


def like_misread(one: str, other: str) -> float:
    """Likeness of two texts, 0…1, where misread words alone differ; 0 if one word of twenty was replaced; else UNKNOWN.

    >>> like_misread("The old ferry sails again on Sunday", "Tbe old ferry sails agaln on Sunday")
    0.9429
    >>> like_misread("The old ferry sails again on Sunday", "The old ferry sails again from Holm")
    0.0
    >>> like_misread("The old ferry sails again on Sunday", "The ferry sails again on Sunday")
    -1
    """
    left, right = find_words(one), find_words(other)
    only_misread, replaced = True, 0
    for edit in Levenshtein.opcodes([word.lower() for word in left], [word.lower() for word in right]):
        gap, facing = left[edit.src_start : edit.src_end], right[edit.dest_start : edit.dest_end]
        if edit.tag == "equal" or _is_misread(gap, facing):
            continue
        replaced += min(sum(map(_says_something, gap)), sum(map(_says_something, facing)))
        only_misread = False
    if replaced >= max(1, MIN_REPLACED * min(len(left), len(right))):
        return 0.0
    ratio = fuzz.ratio(one.lower(), other.lower(), score_cutoff=MIN_RATIO) if only_misread else 0
    return round(ratio / 100, 4) or UNKNOWN


def _says_something(word: str) -> bool:
    """Whether a word is likely to carry a fact: a name, a figure or a longer word."""
    return len(word) >= LONG_WORD or not word.islower()


def _is_misread(one: list[str], other: list[str]) -> bool:
    """Whether the words of one gap may be those of the other, misread; word by word where they are as many."""
    if len(one) == len(other):
        return all(_looks_like(left, right) for left, right in zip(one, other, strict=True))
    return _looks_like("".join(one), "".join(other))


def _looks_like(one: str, other: str) -> bool:
    """Whether one word may be the other, misread: not two figures, weekdays or names with other first letters."""
    if not one or not other or (_FIGURE.fullmatch(one) and _FIGURE.fullmatch(other)):
        return False
    if one[0].isupper() and other[0].isupper() and one[0] != other[0]:
        return False
    one, other = one.lower(), other.lower()
    if one in DATE_AND_NUMBER_WORDS and other in DATE_AND_NUMBER_WORDS:
        return False
    least = MIN_ALIKE_LONG if max(len(one), len(other)) >= LONG_WORD else MIN_ALIKE
    return Levenshtein.normalized_similarity(one, other) >= least


def _has_pieces(words: Words, text: int) -> bool:
    return bool((words.marks[words.ends[text] : words.ends[text + 1]] & MARK_CHARACTER).any())
