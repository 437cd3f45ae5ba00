"""With which letters a line can begin that fits a pattern: what a line begins with tells which patterns to try at all.

In     the source of a pattern that is held against the beginning of a line
Out    the first letters or digits that it can match, or None where it does not say

Punctuation before the first letter is passed over, in the pattern and in the line, up to `MAX_MARKS` characters.

Limits  Reads the parse tree of Python's own `re` (private module `re._parser`); whatever it does not know is "None",
        so that a new kind of node makes a pattern slower to tell, never wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

MAX_MARKS = 12
DIGIT = "0"  # stands for every digit
_FIRST = re.compile(rf"\W{{0,{MAX_MARKS}}}(\w)")
_MAX_RANGE = 300  # characters of a range like a-z


class _Unknown(Exception):
    """The pattern can begin in a way that its tree does not tell."""


class _Start(NamedTuple):
    """How a part of a pattern can begin."""

    letters: frozenset[str]
    marks: int  # at most so many characters that are no letters before the first letter
    is_optional: bool  # whether it can match without any letter


def first_letter(line: str) -> str:
    """The first letter or digit of a line, as `first_letters` names it; "" where it does not begin with one.

    >>> first_letter("» Read more"), first_letter("12 views"), first_letter("***")
    ('R', '0', '')
    """
    found = _FIRST.match(line)
    return "" if found is None else DIGIT if found[1].isdecimal() else found[1]


def first_letters(source: str) -> frozenset[str] | None:
    r"""The first letters that a match of the pattern can have; None where they are not known.

    >>> sorted(first_letters(r"^\W{0,3}(?:read|see (?:more|also))\b"))
    ['r', 's']
    >>> first_letters(r"^\W{0,3}(?:\d+ )?\w+$") is None
    True
    """
    try:
        start = _of_sequence(parser.parse(source))
    except _Unknown:
        return None
    return None if start.is_optional or start.marks > MAX_MARKS else start.letters


def _of_sequence(items: Iterable[tuple[Any, Any]]) -> _Start:
    letters: frozenset[str] = frozenset()
    marks = 0
    for kind, value in items:
        part = _of_item(kind, value)
        letters |= part.letters
        marks += part.marks
        if not part.is_optional:
            return _Start(letters, marks, False)
    return _Start(letters, marks, True)


def _of_item(kind: Any, value: Any) -> _Start:
    reader = _READERS.get(kind)
    if reader is None:
        raise _Unknown
    return reader(value)


def _of_set(items: Iterable[tuple[Any, Any]]) -> _Start:
    """A set of characters: all of them letters, or none."""
    letters: set[str] = set()
    has_marks = False
    for kind, value in items:
        if (kind, value) in ((c.CATEGORY, c.CATEGORY_NOT_WORD), (c.CATEGORY, c.CATEGORY_SPACE)):
            has_marks = True
        elif (kind, value) == (c.CATEGORY, c.CATEGORY_DIGIT):
            letters.add(DIGIT)
        elif kind is c.LITERAL or (kind is c.RANGE and value[1] - value[0] < _MAX_RANGE):
            low, high = (value, value) if kind is c.LITERAL else value
            for character in map(chr, range(low, high + 1)):
                is_word = character.isalnum() or character == "_"
                has_marks |= not is_word
                if is_word:
                    letters.add(DIGIT if character.isdecimal() else character)
        else:
            raise _Unknown
    return _Start(frozenset(letters), int(has_marks), has_marks)


def _of_repeat(value: tuple[int, Any, Any]) -> _Start:
    least, most, items = value
    part = _of_sequence(items)
    if part.marks and (most is c.MAXREPEAT or most > MAX_MARKS):
        raise _Unknown
    return _Start(part.letters, part.marks * int(most) if part.marks else 0, part.is_optional or least == 0)


def _of_branches(value: tuple[Any, list[Any]]) -> _Start:
    parts = [_of_sequence(branch) for branch in value[1]]
    return _Start(
        frozenset().union(*(part.letters for part in parts)),
        max(part.marks for part in parts),
        any(part.is_optional for part in parts),
    )


def _of_group(value: tuple[Any, int, int, Any]) -> _Start:
    if value[1] or value[2]:  # flags that hold inside the group only
        raise _Unknown
    return _of_sequence(value[3])


def _nothing(_: Any) -> _Start:
    """What matches no characters: it can only forbid."""
    return _Start(frozenset(), 0, True)


_READERS: dict[Any, Callable[[Any], _Start]] = {
    c.LITERAL: lambda value: _of_set([(c.LITERAL, value)]),
    c.IN: _of_set,
    c.BRANCH: _of_branches,
    c.SUBPATTERN: _of_group,
    c.MAX_REPEAT: _of_repeat,
    c.MIN_REPEAT: _of_repeat,
    c.AT: _nothing,
    c.ASSERT: _nothing,
    c.ASSERT_NOT: _nothing,
}
