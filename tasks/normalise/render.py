"""Render: the text with resolved dates and figures written in one plain form.

In     a text, its date mentions, its figure mentions     from tasks.normalise.table
Out    `text_normalised`                                  to   the articles table

    Sales rose to 3.59 trillion yuan last May      ->  Sales rose to 3590000000000 CNY 2023-05
    over 6500 enterprises, about 5.6 percent       ->  over 6500 enterprises, about 5.6%

Words of bound and counted nouns stay as they are written: only the number and its unit change, or the date behind them.
Vague, unanchored and conflicting dates stay as well. What recurs becomes its period ("on Fridays" -> "on P1W"). Where
mentions overlap the longest wins, and of equals the date.

Limits  Fractions without an end are cut after six places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from tasks.model import DateMention, FigureMention
from tasks.normalise.figures.cues import starts_bound_behind
from tasks.normalise.numbers import Number, find_numbers, lower
from tasks.normalise.units import currency_before

# words that say where in a period, or on which side of a length: the value does not hold them, `mod` does
_BOUNDING = re.compile(
    r"(?i)(?:(?:by|until|till|before|after|since)\s+)?(?:the\s+)?(?:very\s+)?"
    r"(?:(?:start|beginning|middle|end|close|turn)\s+of\s+(?:the\s+)?(?=\w)|(?:early|late|mid)(?:\s+in)?[-\s]+)"
    r"|(?:less|more|fewer|later|earlier)\s+than\s+|at\s+(?:least|most)\s+|no\s+(?:more|less)\s+than\s+"
    r"|(?:nearly|almost|about|around|some|over|under|up\s+to|roughly|approximately|within)\s+"
)
_MINUS_BEFORE = re.compile(r"(?:minus[ -]|[-−–+])$")


def normalise_text(text: str, dates: Iterable[DateMention], figures: Iterable[FigureMention]) -> str:
    """`text` with every resolved date as ISO 8601 / EDTF and every figure as a plain number with its unit.

    >>> from tasks.normalise.figures import find_figures
    >>> text = "It paid 1.5 billion yuan, up 5.6 percent."
    >>> normalise_text(text, [], find_figures(text))
    'It paid 1500000000 CNY, up 5.6%.'
    """
    spliced = [(date.start, date.end, 0, _date_form(date, text)) for date in dates if _is_sure(date)]
    spliced += [(figure.start, figure.end, 1, figure_form(figure)) for figure in figures]
    parts: list[str] = []
    position = 0
    for start, end, form in _longest_first(spliced):
        parts += (text[position:start], form)
        position = end
    return "".join((*parts, text[position:]))


def _is_sure(date: DateMention) -> bool:
    """Only what is vague, unanchored or in conflict stays in words: the contract; a recurrence is none of these."""
    return date.status == "resolved" and bool(date.value)


def _date_form(date: DateMention, text: str) -> str:
    """A date's value behind the words that bound it: "the end of 2025" keeps its end."""
    bounding = _BOUNDING.match(date.surface) if date.mod else None
    ends_sentence = date.surface.endswith("m.") and not text[date.end :].lstrip(" ")[:1].islower()
    stop = "." if ends_sentence and text[date.end : date.end + 1] not in (",", ";", ":", ")") else ""
    return f"{bounding[0] if bounding else ''}{date.value}{stop}"


def _longest_first(spliced: list[tuple[int, int, int, str]]) -> list[tuple[int, int, str]]:
    """Of overlapping replacements the longest, of equally long ones the date; in the order of the text."""
    kept: list[tuple[int, int, str]] = []
    best: list[tuple[int, int, int, str]] = []
    for item in sorted(spliced):
        if best and item[0] < max(end for _, end, _, _ in best):
            best.append(item)
            continue
        kept += _winners(best)
        best = [item]
    return kept + _winners(best)


def _winners(group: list[tuple[int, int, int, str]]) -> list[tuple[int, int, str]]:
    chosen: list[tuple[int, int, str]] = []
    for start, end, _, form in sorted(group, key=lambda item: (item[0] - item[1], item[2], item[0])):
        if all(end <= other[0] or start >= other[1] for other in chosen):
            chosen.append((start, end, form))
    return sorted(chosen)


# ------------------------------------------------------------------ one figure


def figure_form(figure: FigureMention) -> str:
    """A figure's words with the number and its unit in plain form; the words around the number stay."""
    surface = figure.surface
    numbers = find_numbers(lower(surface))
    if not numbers or numbers[0].form == "multiple":
        return surface
    start, end = numbers[0].start, numbers[-1].end
    if sign := currency_before(surface, start):
        start = sign[1]
    if minus := _MINUS_BEFORE.search(surface[:start]):
        start = minus.start()
    plus = "+" if surface[start : start + 1] == "+" else ""
    values = _values(figure, _connective(surface, numbers))
    if figure.kind in ("count", "multiple"):
        rest = surface[end:].removeprefix(" of") if numbers[-1].form == "crowd" else surface[end:]
        return surface[:start] + plus + values + rest
    behind = starts_bound_behind(surface.lower(), end)
    tail = surface[behind:] if behind is not None and figure.bound != "=" else ""
    return surface[:start] + plus + values + _unit_form(figure) + tail


def _connective(surface: str, numbers: list[Number]) -> str:
    """The word between the ends of a range: "between 3 and 5", "2 or 3", and "to" for all others."""
    between = surface[numbers[0].end : numbers[1].start].lower() if len(numbers) > 1 else ""
    return next((word for word in ("and", "or") if f" {word} " in between), "to")


def _unit_form(figure: FigureMention) -> str:
    if figure.kind == "percent":
        return "%"
    if figure.kind == "percentage_point":
        return " percentage points"  # "%" would make a share of it
    return f" {figure.currency or figure.unit or ''}".rstrip()


def _values(figure: FigureMention, connective: str) -> str:
    ends = (figure.value_min, figure.value_max) if figure.value is None else (figure.value,)
    return f" {connective} ".join(plain_number(end) for end in ends if end is not None)


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
