"""Guards: numbers that are no figures, by what they touch and what stands around them.

In     a view, a candidate, what it would count           from tasks.normalise.figures.counts, .read
Out    the id of the guard that holds, or None

`is_code` holds whatever unit follows ("10+3", "G20"). The guards of `GUARDS` are asked in their order, first the rows
of rules/figures_guards.toml, then those that need more than a pattern; most for bare numbers alone ("Flight 261",
"in 2019", "one by one"), some for numbers with a unit as well ("50 Cent"). Words: rules/figures_guard.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tasks.normalise.figures.candidate import FigureCandidate, candidate_of
from tasks.normalise.figures.view import View, last_words
from tasks.normalise.numbers import Number, find_numbers
from tasks.rules import Row, load, read_toml

FIRST_YEAR, LAST_YEAR = 1500, 2100
RECENT_YEARS = range(1960, 2041)  # written without a comma, these are years first of all
QUOTE = 50  # characters a slogan may have on either side of its number
MANY_CLASSES = 20  # "type 2", "level 3", but "case 40 boats"
REACH = 24
_OPENING_QUOTES = frozenset('"“‘')
_QUOTES = (('"', '"'), ("“", "”"), ("‘", "’"), ("'", "'"), ("”", "”"))

_TABLE = read_toml("figures_guard")
_NAME_WORDS = frozenset(_TABLE["name_words"]["words"].split())
_EXEMPT = frozenset(_TABLE["name_words"]["exempt"].split())  # ordinary words: names only when capitalised
_CLASSES = frozenset(_TABLE["name_words"]["classes"].split())
_IDIOMS = tuple(sorted(_TABLE["idioms"]["phrases"], key=len, reverse=True))
_IDIOM = re.compile(rf"(?:{'|'.join(map(re.escape, _IDIOMS))})(?![a-z])")
_BEFORE_ONE = frozenset(_TABLE["idioms"]["before"])
_LED = {word: tuple(phrases) for word, phrases in _TABLE["idioms"]["led"].items()}
_BEFORE_HALF = frozenset(_TABLE["idioms"]["before_half"])
_MONTHS = frozenset(_TABLE["dates"]["months"].split())
_CLOCK = frozenset(_TABLE["dates"]["clock"].split())
_YEAR_LEADS = frozenset(_TABLE["dates"]["year_leads"].split())
_YEARLY = frozenset(_TABLE["dates"]["yearly"].split())
_COUNT_LEADS = frozenset(_TABLE["dates"]["count_leads"].split())
_NO_COUNT_LEADS = frozenset(_TABLE["dates"]["no_count_leads"].split())
_COUNTED = frozenset(_TABLE["dates"]["counted"].split())
_OWNED_ONLY = ("the only ", "an only ", "his only ", "her only ", "its only ", "their only ")
_BRAND = re.compile("|".join(map(re.escape, sorted(_TABLE["brands"]["names"], key=len, reverse=True))))
_COMPOUND = re.compile(rf"-(?:{'|'.join(_TABLE['compounds']['words'].split())})(?![a-z])")
_LONGEST_HEAD = 10  # characters of a brand before its number
_STREET = re.compile(
    r" (?:[NSEW]\.? )?(?:[A-Z][\w'’.]+ ){1,3}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Boulevard|Blvd|Way|Place|Terrace|Crescent)\b"
)  # 14 Mill Lane
_WORDS_BEFORE = re.compile(r"[a-z]+(?=[ -]$)")
_WORD_BEHIND = re.compile(r"[ \u00a0]?([a-z]+(?:\.m\.?)?)")
_VERSION = re.compile(r"1?\d\.\d")  # Web 3.0


# ------------------------------------------------------------------ by the characters that touch


def is_code(text: str, start: int, end: int, has_currency: bool, has_unit: bool, joined_at: int) -> bool:
    """Whether digits are part of a code by the characters that touch them.

    `has_currency`: a sign of money touches the left side, `has_unit`: a unit the right side; `joined_at` is where the
    number before ended: a hyphen between the two makes a range, no code.
    """
    if start and text[start - 1] == " " and text[end : end + 1] in (" ", ",", ")"):
        return False  # true of most numbers, and quickly seen
    return not (has_currency or _is_free_left(text, start, joined_at)) or not _is_free_right(text, end, has_unit)


def _is_free_left(text: str, start: int, joined_at: int) -> bool:
    before = text[start - 1] if start else " "
    if before.isalnum() or before in "_#@§№&×":
        return False
    two = text[start - 2] if start > 1 else " "
    if before in "-–—‑":
        if joined_at == start - 1:
            return True
        if two.isalpha():
            if before == "—":
                return True  # Economy—70.4%
            return text[max(0, start - 6) : start - 1].lower().endswith(("minus", " sub"))
        return not two.isdigit()
    if before in "+/:":
        return not two.isalnum()
    if before == "." and (two == "." or text[start] == "." or two.isalpha()):
        return False  # ". . . .8", a line of dots; "said.7 Later", a note
    return not (before in ".,’" and two.isdigit()) and before != "'"


def _is_free_right(text: str, end: int, has_unit: bool) -> bool:
    after, two = text[end : end + 1], text[end + 1 : end + 2]
    if (after in ("+", ":", "/", ".") and two.isdigit()) or after == "×":
        return False
    if has_unit or not after:
        return True
    if after in "-–‑" and two.isupper():
        return text[end + 2 : end + 3].islower()  # 10-K, but 30-Asean-nation
    return not (after.isalnum() or after == "_")


def is_numbering(text: str, number: Number) -> bool:
    """Whether a number opens a line as the numbering of a list: "1. Wash the rice"."""
    head = text[max(0, number.start - 4) : number.start].rstrip(" \t(")
    return (
        (not head or head[-1] == "\n")
        and text[number.end : number.end + 2] in (". ", ") ", ".\t", ")\t")
        and number.value < 100
    )


# ------------------------------------------------------------------ by a pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRow(Row):
    """A pattern that ends right before a number, or begins right behind it, and makes it no figure."""

    side: Literal["before", "behind"]
    pattern: re.Pattern[str]
    exact: bool = False  # in the case of the text
    forms: frozenset[str] = frozenset()  # of numbers; empty: all
    below: float = float("inf")
    unit: bool = False  # holds for numbers with a unit as well

    def holds(self, view: View, candidate: FigureCandidate) -> bool:
        """Whether the number is no figure by this row."""
        number = candidate.number
        if (self.forms and candidate.form not in self.forms) or candidate.low >= self.below:
            return False
        text = view.text if self.exact else view.low
        if self.side == "behind":
            return self.pattern.match(text, number.end) is not None
        return self.pattern.search(text[max(0, number.start - REACH) : number.start]) is not None

    def reading(self, text: str) -> bool:
        """Whether the row holds back a number of the text."""
        view = View(text)
        return any(self.holds(view, candidate_of(number)) for number in find_numbers(view.low))


_ROWS = load("figures_guards", GuardRow)
_BEFORE_ROWS = tuple(row for row in _ROWS if row.side == "before")
_BEHIND_ROWS = tuple(row for row in _ROWS if row.side == "behind")
_LAST_WORDS = frozenset().union(*(last_words(row.pattern.pattern) for row in _BEFORE_ROWS))
_BEHIND_ANY = re.compile("|".join(f"(?:{row.pattern.pattern})" for row in _BEHIND_ROWS if not row.exact))
_BEHIND_EXACT = re.compile("|".join(f"(?:{row.pattern.pattern})" for row in _BEHIND_ROWS if row.exact))


def _rows_near(view: View, number: Number) -> tuple[GuardRow, ...]:
    """The rows that may hold: told by the word before the number and by one look behind it."""
    word = view.word_before(number.start)
    is_known = word.rstrip(".-–").rsplit("-", 1)[-1].lower() in _LAST_WORDS or word[-1:] in "-–"
    is_behind = _BEHIND_ANY.match(view.low, number.end) or _BEHIND_EXACT.match(view.text, number.end)
    return (_BEFORE_ROWS if is_known else ()) + (_BEHIND_ROWS if is_behind else ())


_UNIT_ROWS = tuple(row for row in _ROWS if row.unit)
_UNIT_WORDS = frozenset().union(*(last_words(row.pattern.pattern) for row in _UNIT_ROWS if row.side == "before"))
_UNIT_STARTS = frozenset(
    [" C", "-E", "-U", "-Z", " –", " -"]
)  # of what those rows look for behind a number with a unit


def guard_of_unit(view: View, candidate: FigureCandidate) -> str | None:
    """The guard that holds for a number whatever its unit: "50 Cent", "doubled down"."""
    end = candidate.number.end
    may_hold = candidate.form == "multiple" or view.text[end : end + 2] in _UNIT_STARTS
    if not may_hold and view.word_before(candidate.number.start).lower() not in _UNIT_WORDS:
        return None
    return next((row.id for row in _UNIT_ROWS if row.holds(view, candidate)), None)


def guard_of_bare(view: View, candidate: FigureCandidate, noun: str | None) -> str | None:
    """The guard that holds for a number without a unit; `noun` is what it would count."""
    row = next((row for row in _rows_near(view, candidate.number) if row.holds(view, candidate)), None)
    return row.id if row else next((name for name, holds in GUARDS if holds(view, candidate, noun)), None)


# ------------------------------------------------------------------ by more than a pattern


def _touches_word(view: View, start: int) -> bool:
    """Whether one blank and then a word stand before a position."""
    return view.text[start - 1 : start] == " " and not view.text[start - 2 : start - 1].isspace()


def _is_idiom(view: View, candidate: FigureCandidate, noun: str | None) -> bool:
    if candidate.form not in ("words", "part"):
        return False
    low, number = view.low, candidate.number
    word = low[number.start : number.end]
    if _IDIOM.match(low, number.start):
        return True
    if word != "half" and number.value > 2:
        return False
    before = _WORDS_BEFORE.search(low, max(0, number.start - REACH), number.start)
    if before is None or (before[0] == "than" and low.endswith("more than ", 0, number.start)):
        return False  # "more than one partner"
    if noun and before[0] == "only" and not low.endswith(_OWNED_ONLY, 0, number.start):
        return False  # "only one person was hurt", but not "the only one left"
    if before[0] in (_BEFORE_HALF if word == "half" else _BEFORE_ONE if word == "one" else ()):
        return True
    return low.startswith(_LED.get(before[0], ()), number.start) if before[0] in _LED else False


def _is_brand(view: View, candidate: FigureCandidate, _noun: str | None) -> bool:
    """Whether a number is part of a name of the table: "3M", "Maroon 5"."""
    text, start, end = view.text, candidate.number.start, candidate.end
    if not (text[start].isupper() or text[end - 1 : end].isupper() or text[end : end + 2].strip()[:1].isupper()):
        head = text[max(0, start - _LONGEST_HEAD) : start]
        if head == head.lower():
            return False
    near = text[max(0, start - _LONGEST_HEAD) : end + 20]
    at = start - max(0, start - _LONGEST_HEAD)
    return any(match.start() <= at < match.end() for match in _BRAND.finditer(near))


def _is_address(view: View, candidate: FigureCandidate, _noun: str | None) -> bool:
    return candidate.form == "digits" and bool(_STREET.match(view.text, candidate.number_end))


def _is_headline(view: View, candidate: FigureCandidate, noun: str | None) -> bool:
    """“5 Questions With a Baker,”"""
    return bool(noun) and noun[0].isupper() and view.text[candidate.start - 1 : candidate.start] in _OPENING_QUOTES  # type: ignore[index]


def _is_named(view: View, candidate: FigureCandidate, noun: str | None) -> bool:
    """Whether a number belongs to the word before it: "Terminal 5", "Group of 77"; not "Profit 3,000"."""
    start = candidate.start
    word = view.word_before(start)
    if word == "of" and view.text.endswith("Group of ", 0, start):
        return True
    if not word or not _touches_word(view, start):
        return False
    lower = word.lower()
    if lower in _NAME_WORDS:
        is_class = lower in _CLASSES and candidate.form == "digits" and candidate.low < MANY_CLASSES
        if is_class or word[0].isupper() or lower not in _EXEMPT:
            return True
    return noun is None and word[0].isupper() and _names(view, candidate, start - 1 - len(word))


def _names(view: View, candidate: FigureCandidate, word_start: int) -> bool:
    """Whether a number behind a capitalised word belongs to it: "Terminal 5", "Web 3.0"; not "Profit 3,000"."""
    number = candidate.number
    if view.low.endswith(".0", number.start, number.end):
        return True
    is_plain = not candidate.grouped or bool(_VERSION.fullmatch(view.low, number.start, number.end))
    return is_plain and not opens_sentence(view.text, word_start)


def _is_date(view: View, candidate: FigureCandidate, noun: str | None) -> bool:
    """The light guard against dates: month names, clock times, decades, ordinals, years."""
    if candidate.form != "digits":
        return False
    before, value = view.word_before(candidate.start).lower(), candidate.low
    behind = _WORD_BEHIND.match(view.low, candidate.number_end)
    if behind and (behind[1] in _CLOCK or (behind[1].rstrip(".") in _MONTHS and value <= 31)):
        return True
    if before.rstrip(".") in _MONTHS and (value <= 31 or 1000 <= value < 2200):
        return True
    return not candidate.grouped and FIRST_YEAR <= value < LAST_YEAR and _is_year(view, candidate, noun, before)


def _is_year(view: View, candidate: FigureCandidate, noun: str | None, before: str) -> bool:
    """Four digits without a comma are a year, unless they count something: "hurt 1600 people", "up to 2000 eggs"."""
    if noun is None:
        return True
    is_yearly = noun.rsplit(" ", 1)[-1] in _YEARLY
    if _COMPOUND.match(view.low, candidate.number_end) and not is_yearly:
        return False  # "the 1500-seat hall"
    if before in _COUNT_LEADS:
        return before in ("of", "over") and is_yearly  # "70 percent of 2019 levels", "one percent over 1985 expenses"
    if view.cues(candidate.start).bound is not None:
        return False
    # "counted 1640 cases", "cut 1900 jobs": behind a verb, and no year of our days
    if is_yearly or before in _NO_COUNT_LEADS or not before.isalpha():
        return True
    return int(candidate.low) in RECENT_YEARS and noun.rsplit(" ", 1)[-1] not in _COUNTED


def _is_title_case(view: View, candidate: FigureCandidate, _noun: str | None) -> bool:
    """The Five Towns."""
    start = candidate.start
    is_upper = candidate.form != "digits" and view.text[start].isupper()
    return is_upper and not opens_sentence(view.text, start)


def _is_slogan(view: View, candidate: FigureCandidate, _noun: str | None) -> bool:
    return in_short_quotes(view.text, candidate.start, candidate.end)


Guard = Callable[[View, FigureCandidate, str | None], bool]
GUARDS: tuple[tuple[str, Guard], ...] = (
    ("idiom", _is_idiom),
    ("brand", _is_brand),
    ("address", _is_address),
    ("headline", _is_headline),
    ("named", _is_named),
    ("date", _is_date),
    ("title_case", _is_title_case),
    ("slogan", _is_slogan),
)


def looks_like_year(number: Number) -> bool:
    """Whether a number is written as years are: four digits and nothing else."""
    return number.form == "digits" and not number.grouped and FIRST_YEAR <= number.value < LAST_YEAR


def is_year(low: str, number: Number) -> bool:
    """Whether bare digits are a year by the word before them: "in 2008 to 29" is no range."""
    if not looks_like_year(number):
        return False
    before = _WORDS_BEFORE.search(low, max(0, number.start - REACH), number.start)
    return bool(before) and (before[0] in _YEAR_LEADS or before[0] in _MONTHS)  # type: ignore[index]


def opens_sentence(text: str, start: int) -> bool:
    """Whether position `start` is where a sentence begins."""
    head = text[max(0, start - 4) : start].rstrip(" \u00a0\t\"“‘'(")
    return not head or head[-1] in ".!?\n:;•–—"


def is_title(text: str, candidate: FigureCandidate) -> bool:
    """Whether a measure is all that quotation marks enclose, with a capital: the film “9 Mile”."""
    opening, closing = text[candidate.start - 1 : candidate.start], text[candidate.end : candidate.end + 1]
    unit = text[candidate.number_end : candidate.end].strip()
    return (opening, closing.strip(",.")) in _QUOTES and unit[:1].isupper()


def in_short_quotes(text: str, start: int, end: int) -> bool:
    """Whether a span stands inside a quotation of at most six words: a slogan or a name, not speech."""
    before = text[max(0, start - QUOTE) : start]
    for opening, closing in _QUOTES:
        if opening not in before:
            continue
        left = text.rfind(opening, max(0, start - QUOTE), start)
        if opening == "'" and left and text[left - 1].isalnum():
            continue
        right = text.find(closing, end, end + QUOTE)
        inner = text[left + 1 : right] if right > 0 else ""
        if not inner or closing in text[left + 1 : start] or "\n" in inner:
            continue
        if len(inner.split()) <= 6 and inner[-1] not in ".,!?":
            return True
    return False
