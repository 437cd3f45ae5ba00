"""Render: the text with resolved dates and figures written in one plain form.

In     a text, its date mentions, its figure mentions     from tasks.normalise.table
Out    `text_normalised`                                  to   the articles table

    Sales rose to 3.59 trillion yuan last May      ->  Sales rose to 3590000000000 CNY 2023-05
    over 6500 enterprises, about 5.6 percent       ->  over 6500 enterprises, about 5.6%

Only the characters of a figure's number, of its scale and of its unit change (with the blank between the two); all
other words stay, and all of them where a plain number would be no English: thirds and halves, "tens of thousands",
number words up to ten before a noun, "five-year-old". A bare `$` is written as USD, its currency in English by CLDR,
where the text speaks of no other dollar and no peso; else it keeps its sign, as other money of an unknown country does
(docs/decisions/0011-bare-dollar.md).

Vague, unanchored and conflicting dates stay as well. What recurs becomes its period ("on Fridays" -> "on P1W"). Where
mentions overlap the longest wins, and of equals the date.

Limits  Fractions without an end are cut after six places.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from tasks.model import DateMention, FigureMention
from tasks.normalise.currencies import is_word, speaks_of_dollars
from tasks.normalise.dates import scan_dates
from tasks.normalise.figures import find_figures
from tasks.normalise.figures.cues import starts_bound_behind
from tasks.normalise.numbers import Number, find_numbers, lower

# words that say where in a period, or on which side of a length: the value does not hold them, `mod` does
_BOUNDING = re.compile(
    r"(?i)(?:(?:by|until|till|before|after|since)\s+)?(?:the\s+)?(?:very\s+)?"
    r"(?:(?:start|beginning|middle|end|close|turn)\s+of\s+(?:the\s+)?(?=\w)|(?:early|late|mid)(?:\s+in)?[-\s]+)"
    r"|(?:less|more|fewer|later|earlier)\s+than\s+|at\s+(?:least|most)\s+|no\s+(?:more|less)\s+than\s+"
    r"|(?:nearly|almost|about|around|some|over|under|up\s+to|roughly|approximately|within)\s+"
)
_MINUS = re.compile(r"(?:minus[ -]|[-−–])$")
_BLANKS = " \u00a0\u202f\u2009\t"
_PURE = re.compile(
    r"(?i)[\d.,\s\u00a0–—-]|(?:to|and|or|through|till|until|hundred|thousand|million|billion|trillion|[mb]n)(?![a-z])"
)
_SIGNS = "$€£¥₹%abcdefghijklmnopqrstuvwxyz"  # of money and scales, in lower case, about a dash: "$5m-$10m"
_WORDS_STAY = frozenset(
    ["figure.multiple.word", "figure.multiple.ratio", "figure.multiple.part", "figure.multiple.range"]
)
SHARED = ".shared_unit"  # the unit stands at a neighbour, and is written anew there
TEN = 10  # number words up to here stay before a noun
MANY = 100_000  # from here on a round number is a figure without a noun as well
YEARS = (1500, 2100)  # a count that would look like a year keeps its comma
SMALLEST, LARGEST = 1e-6, 1e21
AROUND = 200  # characters on both sides of a count that are read again to see whether it would be taken for a year
COMPARABLE = 100  # times: ends farther apart are no range where their unit is written once
DOLLAR = "USD"  # what `$` is in English where nothing says whose: CLDR, locale en
Mention = tuple[int, int, int, list["Splice"]]  # start, end, rank, what is written for it


class Splice(NamedTuple):
    """Characters of a text and what is written in their place."""

    start: int
    end: int
    form: str


def normalise_text(text: str, dates: Iterable[DateMention], figures: Iterable[FigureMention]) -> str:
    """`text` with every resolved date as ISO 8601 / EDTF and every figure as a plain number with its unit.

    >>> from tasks.normalise.figures import find_figures
    >>> text = "It paid 1.5 billion yuan, up 5.6 percent."
    >>> normalise_text(text, [], find_figures(text))
    'It paid 1500000000 CNY, up 5.6%.'
    """
    spliced = [(d.start, d.end, 0, [Splice(d.start, d.end, _date_form(d, text))]) for d in dates if _is_sure(d)]
    named = name_dollars(text, list(figures))
    spliced += [(figure.start, figure.end, 1, figure_splices(text, figure)) for figure in named]
    parts: list[str] = []
    position = 0
    for start, end, form in _longest_first(spliced):
        parts += (text[position:start], form)
        position = end
    return "".join((*parts, text[position:]))


def name_dollars(text: str, figures: list[FigureMention]) -> list[FigureMention]:
    """The figures as they are written: a bare `$`, and dollars and cents beside one, as USD where the text speaks of no
    other country whose money it is."""
    if not any(_is_bare_dollar(text, figure) for figure in figures) or speaks_of_dollars(lower(text)):
        return figures
    return [replace(figure, currency=DOLLAR) if figure.unit == "$" else figure for figure in figures]


def _is_bare_dollar(text: str, figure: FigureMention) -> bool:
    """Whether a figure is money of an unknown country whose sign is `$` itself: no "dollars", no "cents"."""
    return (
        figure.unit == "$"
        and figure.currency is None
        and figure.unit_start is not None
        and text[figure.unit_start : figure.unit_end] in ("$", "＄")
    )


def _is_sure(date: DateMention) -> bool:
    """Only what is vague, unanchored or in conflict stays in words: the contract; a recurrence is none of these."""
    return date.status == "resolved" and bool(date.value)


def _date_form(date: DateMention, text: str) -> str:
    """A date's value behind the words that bound it: "the end of 2025" keeps its end."""
    bounding = _BOUNDING.match(date.surface) if date.mod else None
    ends_sentence = date.surface.endswith("m.") and not text[date.end :].lstrip(" ")[:1].islower()
    stop = "." if ends_sentence and text[date.end : date.end + 1] not in (",", ";", ":", ")") else ""
    return f"{bounding[0] if bounding else ''}{date.value}{stop}"


def _longest_first(spliced: list[Mention]) -> list[Splice]:
    """What is written for the longest of overlapping mentions, of equally long ones for the date; in order."""
    kept: list[Splice] = []
    best: list[Mention] = []
    for item in sorted(spliced):
        if best and item[0] < max(end for _, end, _, _ in best):
            best.append(item)
            continue
        kept += _winners(best)
        best = [item]
    return kept + _winners(best)


def _winners(group: list[Mention]) -> list[Splice]:
    chosen: list[Mention] = []
    for mention in sorted(group, key=lambda item: (item[0] - item[1], item[2], item[0])):
        if all(mention[1] <= other[0] or mention[0] >= other[1] for other in chosen):
            chosen.append(mention)
    return [splice for mention in sorted(chosen) for splice in mention[3]]


# ------------------------------------------------------------------ one figure


def figure_splices(text: str, figure: FigureMention) -> list[Splice]:
    """What is written in the place of a figure's number and unit, by position; none where its words stay.

    >>> from tasks.normalise.figures import find_figures
    >>> text = "30 Airbus A320 planes cost $2.5bn"
    >>> [figure_splices(text, figure) for figure in find_figures(text)]
    [[], [Splice(start=28, end=33, form='2500000000')]]
    """
    start, end = figure.number_start, figure.number_end
    if start is None or end is None or _stays(text, figure, text[start:end]):
        return []
    words = text[start:end]
    number = _number_form(figure, words)
    if (
        number.startswith("-")
        and figure.unit_start is not None
        and figure.unit_start < start
        and _has_sign(text, figure)
    ):
        number = number[1:]  # the minus stands before the sign of money: -$5
    if not _takes_unit(text, figure):
        is_lent = figure.rule.endswith(SHARED) and (
            figure.kind != "money" or figure.currency or _ends(figure)[0] >= MANY
        )
        return _changed(text, [Splice(start, end, number)]) if is_lent or _says(words, figure) else []
    unit, unit_start, unit_end = _unit_form(figure, text), figure.unit_start, figure.unit_end
    if unit_start is None or unit_end is None or start <= unit_start < end:
        return _changed(text, [Splice(start, end, number + unit)])  # "5% to 10", "75 USD million"
    if unit_end <= start:
        if end < figure.end and not _is_bound(text[end : figure.end]):
            return []  # the money is named twice, before the number and behind it
        return _changed(text, [Splice(unit_start, end, number + unit)])
    gap = text[end:unit_start]
    if gap.strip(_BLANKS) and not (gap == "-" and figure.kind == "percent"):  # "a 9.1-percent rise": 9.1%
        return _changed(text, [Splice(start, end, number), Splice(unit_start, unit_end, unit.lstrip(" "))])  # 20 (kg)
    return _changed(text, [Splice(start, end, number), Splice(end, unit_end, unit)])


def _changed(text: str, splices: list[Splice]) -> list[Splice]:
    return [splice for splice in splices if text[splice.start : splice.end] != splice.form]


def _numbers_in(words: str) -> list[Number]:
    """The numbers of a figure's own words; groups parted by blanks are one number only before something counted."""
    return find_numbers(f"{lower(words)}%")


def _stays(text: str, figure: FigureMention, words: str) -> bool:
    """Whether a figure's words stay, since a plain number would read worse and say no more (docs/figures.md)."""
    if not words or figure.rule in _WORDS_STAY:
        return True
    numbers = _numbers_in(words)
    if not numbers or any(number.form in ("crowd", "multiple") for number in numbers):
        return True
    if any(number.form == "part" and number.scale == 1 and words[number.start].isalpha() for number in numbers):
        return True
    in_words = any(number.form == "words" for number in numbers)
    if in_words and text.startswith("-", figure.number_end):
        return True  # five-year-old
    if in_words and figure.kind in ("count", "multiple", "age") and all(number.value <= TEN for number in numbers):
        return True
    ends = _ends(figure)
    if len(ends) == 2 and 0 < ends[0] * COMPARABLE < ends[1]:
        return True  # with its unit written once, "$200 to $4 million" would be two figures
    if is_word(figure.currency):
        return True  # behind a plain number "8 ATS" is no money
    if figure.kind == "count" and not all(_is_readable(end, figure) for end in ends):
        return not _reads_back(text, figure)
    return any(not _is_exact(end) or not SMALLEST <= abs(end) <= LARGEST for end in ends if end)


def _is_readable(value: float, figure: FigureMention) -> bool:
    """Whether a count is still told from a year or a code without its comma or its scale."""
    if figure.unit_start is None:
        return value >= MANY and value % 1000 == 0
    return not (YEARS[0] <= value < YEARS[1] and value % 1 == 0)


def _reads_back(text: str, figure: FigureMention) -> bool:
    """Whether a count that may look like a year or a code is read as the same count once it is written."""
    start, end = figure.number_start, figure.number_end
    if start is None or end is None or figure.value is None:
        return False
    first = text.rfind("\n", max(0, start - AROUND), start) + 1 or max(0, start - AROUND)
    number = plain_number(figure.value)
    written = f"{text[first:start]}{number}{text[end : end + AROUND]}".split("\n", 1)[0]
    place = start - first
    if any(date.start < place + len(number) and place < date.end for date in scan_dates(written)):
        return False
    found = [(again.value, again.unit) for again in find_figures(written) if again.number_start == place]
    return found == [(figure.value, figure.unit)]


def _ends(figure: FigureMention) -> list[float]:
    ends = (figure.value_min, figure.value_max) if figure.value is None else (figure.value,)
    return [end for end in ends if end is not None]


def _is_exact(value: float) -> bool:
    return math.isclose(float(plain_number(value)), value, rel_tol=1e-13)


def _takes_unit(text: str, figure: FigureMention) -> bool:
    """Whether the unit is written anew: not a noun, no age, no money of an unknown country, nothing behind a hyphen."""
    if figure.kind in ("count", "age", "multiple") or (figure.kind == "money" and not figure.currency):
        return False
    if figure.unit_start is None:
        words = text[figure.number_start : figure.number_end]
        return len(_PURE.sub("", words)) > 0 and not words[0].isalpha()  # the unit stands inside: "5% to 10"
    return "-" not in text[figure.number_end : figure.unit_start] or figure.kind == "percent"


def _says(words: str, figure: FigureMention) -> bool:
    """Whether the number alone, its unit left as it is, says the value: not the 50 of "50 cents", worth 0.5."""
    ends, read = _ends(figure), _numbers_in(words)
    if len(read) != len(ends):
        return False
    scale = max((number.weak_scale or number.scale for number in read), default=1.0)
    by_first = sorted(read, key=lambda number: number.value)
    return all(
        any(
            math.isclose(abs(end), abs(value), rel_tol=1e-9)
            for value in (n.value, n.mantissa * scale, n.mantissa * (n.weak_scale or 1))
        )
        for end, n in zip(sorted(ends, key=abs), by_first, strict=True)
    )


def _has_sign(text: str, figure: FigureMention) -> bool:
    """Whether a minus stands before the sign of money: -$5."""
    before = text[figure.start : figure.unit_start].lower()
    return any(value < 0 for value in _ends(figure)) and bool(_MINUS.search(before))


def _is_bound(tail: str) -> bool:
    """Whether the end of a surface is words of bound: "$5 or more"."""
    return starts_bound_behind(tail.lower(), 0) == 0


def _number_form(figure: FigureMention, words: str) -> str:
    ends = [plain_number(end) for end in _ends(figure)]
    if len(ends) == 1:
        return ends[0]
    low, numbers = lower(words), _numbers_in(words)
    if len(numbers) < 2:
        return " to ".join(ends)
    left, right = numbers[0], numbers[-1]
    firsts = (left.value, left.mantissa * right.scale, left.mantissa * (right.weak_scale or 1.0))
    low_end, high_end = _ends(figure)
    if not any(math.isclose(low_end, first) for first in firsts) and any(
        math.isclose(high_end, first) for first in firsts
    ):
        ends.reverse()
    return _connective(low[left.end : right.start], ends).join(ends)


def _connective(between: str, ends: list[str]) -> str:
    """What joins the ends of a range: "between 3 and 5", "2 or 3", "5–10", and "to" for all others."""
    word = next((word for word in ("and", "or", "to") if re.search(rf"(?<![a-z]){word}(?![a-z])", between)), None)
    if word:
        return f" {word} "
    dash = between.strip(_SIGNS)
    return dash if dash in ("-", "–", "—") and not ends[1].startswith("-") else " to "


def _unit_form(figure: FigureMention, text: str) -> str:
    if figure.kind == "percent":
        return "%"
    if figure.kind == "percentage_point":  # "%" would make a share of it
        return (
            f" percentage point{'' if figure.value == 1 or text[figure.number_end : figure.unit_start] == '-' else 's'}"
        )
    return f" {figure.currency or figure.unit or ''}".rstrip()


def plain_number(value: float) -> str:
    """A number in digits: no exponent, no grouping, no binary noise.

    >>> plain_number(3.59e12), plain_number(0.1 + 0.2), plain_number(1 / 3), plain_number(71 / 12), plain_number(-2.0)
    ('3590000000000', '0.3', '0.333333', '5.916667', '-2')
    """
    if value == int(value):
        return str(int(value))
    short = f"{value:.12g}"
    if len(short) >= 13:  # no end in sight
        short = f"{value:.6g}" if abs(value) < 1 else f"{value:.6f}".rstrip("0").rstrip(".")
    return f"{Decimal(short):f}"
