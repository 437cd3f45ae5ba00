"""Ages: "44-year-old", "aged 44", "he is 44", "her son, 4,", "(27)" behind a name, "65 and older".

In     a candidate that is a bare number                  from tasks.normalise.figures.read
Out    the candidate as an age, or None                   to   tasks.normalise.figures.read

Every way to say an age is a row of rules/figures_ages.toml: what must stand before the number and behind it, and how
old one must be. The first row that holds decides; its id is published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.normalise.currencies import Unit
from tasks.normalise.figures.candidate import FigureCandidate, candidate_of
from tasks.normalise.figures.view import View
from tasks.normalise.numbers import Number, find_numbers
from tasks.normalise.units import unit_behind
from tasks.rules import Row, load

MAX_AGE = 120
LONGEST_WORD = 14
REACH = 60  # characters before a number in which it may be called an age

_BEHIND = re.compile(r"[ \u00a0-]{0,2}(?:(year|yr|month|week|day)s?\.?[ -](?:olds?|of age)|y/?o|y\.o\.)(?![a-z])")
_CODES = {None: "a", "year": "a", "yr": "a", "month": "mo", "week": "wk", "day": "d"}
_GAPS = frozenset(" -\u00a0y")  # what may stand between a number and "year-old", "yo"
_STARTS = frozenset("ymwdo.- \u00a0/")
_BEHIND_STARTS = frozenset([" and", " or ", " yea"])
_UNITS = re.compile(r"[ \u00a0-]?(?:year|yr|month|week|day)s?(?![a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeRow(Row):
    """A way to say an age: what ends right before the number, what begins right behind it."""

    ends: tuple[str, ...]  # what may stand right before the number: a word, a comma, a bracket; looked at first
    before: re.Pattern[str]
    behind: re.Pattern[str] | None = None
    exact: bool = False  # in the case of the text
    least: int = 0
    words: bool = False  # number words as well
    alone: bool = False  # no noun may follow
    whole: bool = False  # the words before belong to the surface

    def reading(self, text: str) -> bool:
        """Whether a number of the text is an age by this row."""
        view = View(text)
        return any(_holds(view, self, candidate_of(number)) for number in find_numbers(view.low))


_ROWS = load("figures_ages", AgeRow)


def _by_last_word() -> dict[str, tuple[AgeRow, ...]]:
    found: dict[str, tuple[AgeRow, ...]] = {}
    for row in _ROWS:
        for word in row.ends:
            found[word] = (*found.get(word, ()), row)
    return found


_BY_WORD = _by_last_word()


def may_be_age(view: View, number: Number) -> bool:
    """Whether a number may be an age at all, by the characters that touch it: true of few numbers in dates."""
    return _may_be_told(view.low, number.end) or _word_at(view.low, number.start) in _BY_WORD


def _may_be_told(low: str, end: int) -> bool:
    return low[end : end + 1] in _GAPS and low[end + 1 : end + 2] in _STARTS


def take_age(view: View, candidate: FigureCandidate) -> FigureCandidate | None:
    """The candidate as an age, where the words around it make it one."""
    low, number = view.low, candidate.number
    after = low[number.end : number.end + 1]
    if _may_be_told(low, number.end) and (match := _BEHIND.match(low, number.end)):
        return candidate.take("age", Unit("age", _CODES[match[1]]), match.start(), match.end(), "age.old")
    if after.isalnum() or after in ("%", "/", ":") or number.grouped or number.form not in ("digits", "words"):
        return None
    if not 0 < number.value < MAX_AGE or number.value % 1:
        return None
    rows = _BY_WORD.get(_word_at(low, number.start), ())
    row = next((row for row in rows if _holds(view, row, candidate)), None)
    if row is None:
        return None
    taken = candidate.but(kind="age", unit=Unit("age", "a"), rule=f"age.{row.id}")
    if not row.whole:
        return taken
    match = row.before.search(view.before(number.start, REACH))
    return taken.but(start=number.start - len(match[0]) if match else number.start)


def _word_at(low: str, start: int) -> str:
    """The last word before a position, or the comma or the bracket that stands there."""
    if low[start - 1 : start] != " ":
        return low[start - 1 : start]
    if low[start - 2 : start - 1] == ",":
        return ","
    return low[low.rfind(" ", max(0, start - LONGEST_WORD), start - 1) + 1 : start - 1]


def _holds(view: View, row: AgeRow, candidate: FigureCandidate) -> bool:
    number = candidate.number
    if number.value < row.least or (number.form == "words" and not row.words):
        return False
    head = view.text[max(0, number.start - REACH) : number.start] if row.exact else view.before(number.start, REACH)
    if not row.before.search(head) or (row.behind and not row.behind.match(view.low, number.end)):
        return False
    if unit_behind(view.text, view.low, number.end) and not _UNITS.match(view.low, number.end):
        return False
    return not (row.alone and view.noun(number.end, number.value))
