"""The pattern rules, compiled: from {class} notation to regular expressions over the letters of a run.

In     the rows of tasks.normalise.dates.words.RULES
Out    `BY_FIRST`: for each letter the rules that can begin with it, in the order of the tables

A rule's set of first letters is computed from its pattern, so that at each token only a handful of rules are tried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tasks.normalise.dates.words import CLASSES, LETTERS, RULES, VALUES

_PIECE = re.compile(r"\{[^}]*\}|'s(?=[\s|)?]|$)|'[^'\s]+'|\(\?<?[:=!]|[()|?*]|-|,|\S")
_NUMBER_LETTERS = {"w": "cardinal", "f": "ordinal"}


@dataclass(frozen=True, slots=True)
class PatternRule:
    """One rule of the grammar: `regex` runs over letters; its group, where one took part, is the mention."""

    id: str
    regex: re.Pattern[str]
    build: str
    row: dict[str, Any]


def compile_rule(row: dict[str, Any]) -> tuple[PatternRule, frozenset[str]]:
    """A row as a rule, with the letters it can begin with.

    Raises:
        ValueError: the pattern names a class that the tables do not have.
    """
    pieces = _PIECE.findall(row["pattern"])
    parser = _Parser(pieces, row["id"])
    source, first, _ = parser.alternatives()
    if parser.at != len(pieces):
        raise ValueError(f"dates_patterns.toml: rule {row['id']!r}: unbalanced pattern")
    return PatternRule(row["id"], re.compile(source), row["build"], row), frozenset(first)


class _Parser:
    """Recursive descent over the pieces of one pattern; each method returns (source, first letters, may be empty)."""

    def __init__(self, pieces: list[str], rule: str):
        self.pieces, self.rule, self.at = pieces, rule, 0

    def alternatives(self) -> tuple[str, set[str], bool]:
        """One or more sequences between bars."""
        source, first, empty = self.sequence()
        while self.at < len(self.pieces) and self.pieces[self.at] == "|":
            self.at += 1
            more, letters, also_empty = self.sequence()
            source, first, empty = f"{source}|{more}", first | letters, empty or also_empty
        return source, first, empty

    def sequence(self) -> tuple[str, set[str], bool]:
        """Items in a row."""
        source, first, empty = "", set[str](), True
        while self.at < len(self.pieces) and self.pieces[self.at] not in "|)":
            part, letters, part_empty = self.item()
            source += part
            if empty:
                first |= letters
            empty = empty and part_empty
        return source, first, empty

    def item(self) -> tuple[str, set[str], bool]:
        """A class, a word, a sign or a group, with its quantifier."""
        piece = self.pieces[self.at]
        self.at += 1
        if piece.startswith("("):
            inner, first, empty = self.alternatives()
            self.at += 1
            source = f"{piece}{inner})"
            if piece in ("(?=", "(?!", "(?<=", "(?<!"):
                first, empty = set(), True
        else:
            letters = self.letters(piece)
            source, first, empty = f"[{re.escape(letters)}]", set(letters), False
        if self.at < len(self.pieces) and self.pieces[self.at] in "?*":
            source, empty = source + self.pieces[self.at], True
            self.at += 1
        return source, first, empty

    def letters(self, piece: str) -> str:
        """The letters a piece stands for."""
        if piece == "'s":
            return "'"
        if piece.startswith("'"):
            return _word_letter(piece[1:-1])
        if not piece.startswith("{"):
            return piece
        name, _, values = piece[1:-1].partition(":")
        if name not in CLASSES:
            raise ValueError(f"dates_patterns.toml: rule {self.rule!r} names the class {name!r}, which no table has")
        if not values:
            return CLASSES[name]
        if name in ("nth", "dayth"):
            return values.replace("|", "")
        wanted = set(values.split("|"))
        return "".join(LETTERS[w] for w, value in VALUES[name].items() if str(value) in wanted)


def _word_letter(word: str) -> str:
    """A literal word's letter; number words have been put together, so the first ordinals have letters of their own."""
    letter = LETTERS[word]
    if letter == "f":
        value = VALUES["ordinal"][word]
        return str(value) if value <= 4 else "5"
    return letter


def _index() -> dict[str, tuple[PatternRule, ...]]:
    by_first: dict[str, list[PatternRule]] = {}
    for row in RULES:
        rule, first = compile_rule(row)
        for letter in first:
            by_first.setdefault(letter, []).append(rule)
    return {letter: tuple(rules) for letter, rules in by_first.items()}


BY_FIRST = _index()
