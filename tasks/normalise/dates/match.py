"""What builders work on: the tokens of a match and the text around them, and the usual shapes of what they return.

In     a rule's match in a run of tokens    from tasks.normalise.dates.scan
Out    `Match`, and helpers that make exprs  to   the build_* modules
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tasks.normalise.dates import periods
from tasks.normalise.dates.grammar import PatternRule
from tasks.normalise.dates.lexer import Token
from tasks.normalise.dates.records import Expr
from tasks.normalise.dates.words import CONTEXT, VALUES

Built = tuple[str, Expr, str | None]
Piece = tuple[int, int, Built]  # tokens from one index to another within a match, and what they say
Several = list[Piece]  # what a match of several mentions says; empty where it looks like a date and is none
FIRST_YEAR, LAST_YEAR = 1000, 2199  # bare four-digit numbers outside are counts
REPORT_REACH = 200  # characters to either side in which business is spoken of
_REPORT = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(CONTEXT['report'])))})(?!\w)", re.IGNORECASE)
VAGUE: Expr = {"k": "vague"}
NO_DATE: Several = []  # 31 November, the Good Friday Agreement: no date, and no part of it is one


@dataclass(frozen=True, slots=True)
class Match:
    """The tokens of a mention, the rule that found them, and where they stand."""

    rule: PatternRule
    tokens: list[Token]
    text: str
    before: Token | None  # the token of the run before the mention
    after: Token | None

    @property
    def words(self) -> list[str]:
        """The tokens' values as strings."""
        return [str(t.value) for t in self.tokens]

    def of_class(self, name: str) -> list[Any]:
        """Values of the tokens that are words of a class."""
        table = VALUES[name]
        return [table[t.value] for t in self.tokens if isinstance(t.value, str) and t.value in table]

    def first(self, *names: str) -> Any:
        """The value of the first token that is in one of the classes, or None."""
        return next((v for name in names for v in self.of_class(name)), None)

    def numbers(self, letters: str) -> list[Any]:
        """Values of the number tokens with one of the letters."""
        return [t.value for t in self.tokens if t.letter in letters]

    @property
    def year(self) -> int | None:
        """The year in figures or words, also '98."""
        years = self.numbers("y")
        if years:
            return int(years[-1])
        short = self.numbers("a")
        return century_of(int(short[-1][-2:])) if short else None

    @property
    def side(self) -> int | None:
        """-1 last, 0 this, 1 next, or None."""
        return self.first("last", "next", "this")

    @property
    def is_told(self) -> bool:
        """Whether it counts from the time spoken of: the following spring, the previous May."""
        return any(word in CONTEXT["told"] for word in self.words)

    @property
    def sided(self) -> Expr:
        """`side` as an expr has it: `told` counts from the time spoken of, `the` ("the next May") does in histories."""
        expr: Expr = {"side": self.side}
        if self.is_told:
            return expr | {"told": True}
        return expr | {"the": True} if self.side == 1 and self.words[0] == "the" else expr

    @property
    def text_of(self) -> str:
        """The words of the mention in lower case."""
        return self.text[self.tokens[0].start : self.tokens[-1].end].lower()

    @property
    def text_before(self) -> str:
        """The 40 characters before the mention."""
        start = self.tokens[0].start
        return self.text[max(0, start - 40) : start]

    def is_part_before(self) -> bool:
        """Whether a part of the unit is named before it: "later in" the day, "the end of" the month."""
        words = self.text_before.lower().split()[-2:]
        return len(words) == 2 and words[0] in CONTEXT["part_of_unit"] and words[1] in ("of", "in")

    def is_between(self) -> bool:
        """Whether "between" stands before it: "between May 3 and 9" is an interval."""
        return self.previous_word().lower() == "between"

    def is_report(self) -> bool:
        """Whether the words around speak of business: their halves and quarters are parts of a year, not of a game."""
        start, end = self.tokens[0].start, self.tokens[-1].end
        around = self.text[max(0, start - REPORT_REACH) : start] + " " + self.text[end : end + REPORT_REACH]
        return bool(_REPORT.search(around))

    @property
    def text_behind(self) -> str:
        """The 40 characters behind the mention."""
        end = self.tokens[-1].end
        return self.text[end : end + 40]

    def next_word(self) -> str:
        """The word of the text behind the mention, or the sign."""
        match = re.compile(r"\s*([^\W\d_]+|\S)").match(self.text, self.tokens[-1].end)
        return match[1] if match else ""

    def previous_word(self) -> str:
        """The word of the text before the mention, or the sign."""
        start = self.tokens[0].start
        match = re.search(r"([^\W\d_]+|\S)\s*$", self.text[max(0, start - 40) : start])
        return match[1] if match else ""


def century_of(short: int) -> int:
    """Two figures of a year in full: up to 30 this century, else the last."""
    return short + (2000 if short <= 30 else 1900)


def fixed(period: periods.Period | None) -> Expr | None:
    """A period that is known as it stands, as an expr."""
    if period is None:
        return None
    return {
        "k": "fixed",
        "v": period.value,
        "f": period.first.isoformat(),
        "l": period.last.isoformat(),
        "g": period.grain,
    }


def dated(expr: Expr | None) -> Built | None:
    """An expr as a DATE; None where there is none."""
    return ("DATE", expr, None) if expr else None


def is_day(month: int, day: int | None, year: int | None) -> bool:
    """Whether a month has a day (29 February where no year is named)."""
    if day is None:
        return True
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def is_year(year: int) -> bool:
    """Whether a number can be a year that a text names."""
    return FIRST_YEAR <= year <= LAST_YEAR


def amount_of(match: Match) -> float | None:
    """The number of units; None where the words are vague; a half behind is added."""
    numbers = match.numbers("denyzw123456")
    if numbers:
        number = float(numbers[0])
    elif match.of_class("few"):
        return None
    elif "couple" in match.words:
        number = 2.0
    elif "half" in match.words and "and" not in match.words:
        number = 0.5
    else:
        number = 1.0
    if "and" in match.words and "half" in match.words:
        number += 0.5
    return number


def is_title(match: Match) -> bool:
    """Whether the last word is written with a capital: This Week, a programme."""
    end = match.tokens[-1]
    word = match.text[end.start : end.end]
    return word[0].isupper() and not word.isupper()


Builder = Callable[[Match], Built | Several | None]


def by_name(*builders: Builder) -> dict[str, Builder]:
    """Builders under the names by which the pattern table calls them."""
    return {builder.__name__: builder for builder in builders}
