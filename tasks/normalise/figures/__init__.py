"""Figures: money, shares, measures, counts, ages and multiples that a text states.

In     a text, and the dates found in it                 from tasks.normalise.table, or any caller
Out    `FigureMention` records, in reading order         to   tasks.normalise.table

Every number of the text (tasks.normalise.numbers) becomes a draft: its sign or unit, its kind (touch). Neighbouring
drafts share scales and units or become ranges (join). What is a name or a date goes (guard); bare numbers get the noun
they count (nouns); the words around give bound, change and basis (cues). Values stay as written: 1,000 km2 for a hall
is flagged, not mended (sanity).

Limits  English only. Spans of days to years are dates, not figures. Scores of games are left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from tasks.model import FigureMention
from tasks.normalise.figures.cues import (
    TRANSITIVE,
    Cues,
    basis_near,
    bound_behind,
    change_behind,
    compared_behind,
    cues_before,
)
from tasks.normalise.figures.draft import Draft
from tasks.normalise.figures.guard import (
    claims_behind,
    counts_by_hyphen,
    counts_by_itself,
    is_expected,
    is_name,
    is_of_a_whole,
    is_short_of_a_figure,
    is_title,
)
from tasks.normalise.figures.join import join_drafts
from tasks.normalise.figures.nouns import is_calendar, noun_behind
from tasks.normalise.figures.sanity import DOUBTED, is_implausible
from tasks.normalise.figures.touch import draft_number
from tasks.normalise.numbers import find_numbers, lower, scaled
from tasks.normalise.units import Context

__all__ = ["find_figures"]

_PER = re.compile(r" (?:per|a|an|each|every) (day|week|month|year|hour|minute|capita|person)(?![a-z])")
_TAIL_WORD = re.compile(r"(?:[- ](odd|plus)| or (so|more)|\+)(?= [a-z])")
_HALF_THE = re.compile(r" (?:the|its|their|his|her|our|all|this)(?= )")
_OF_A_TOTAL = re.compile(
    r" (?:out )?of (?:(?:the |its |their |his |her |all )?(?:[a-z]+['’]s? )?)(?:last |past |first )?"
    r"(?:[\d,]+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?= )"
)
_LISTED = re.compile(r"(?: (?:on|in|from|over|for|by) [a-z -]{1,24})?,? and ")  # "up 2% by volume and 3% by value"
_SAME = frozenset({", or ", " or ", " ("})
_APPOSED = frozenset({*_SAME, ", "})  # the same move in other words: "down 12 points, or 0.5%"
_ELLIPSIS = re.compile(r",? (?:and |while )?[^,.;!?\n]{1,40} by ")  # "Oak fell by 2%, Elm by 3%"
MAX_MAGNITUDE = 10  # of earthquakes
_MAGNITUDE = re.compile(r"(?<![a-z])magnitude(?: of |[ -])$")
_ENDS = ("to", "from")
FARTHEST_PART = 60  # characters between a count and a part of it
FARTHEST_NOUN = 120  # characters between a count and one that is compared with it
PART_OF_COUNT = "figure.count.of_count"
_PARTED = re.compile(r" ?[–—:(-] ?(?:including |with |of which |among them )?|, (?:including |of which |among them )")
_PARTED_AGAIN = re.compile(r" [^.;\d]{2,40}?(?:,| and|, and|,? while|,? plus) (?:another |the other |a further )?")
_PLACE = re.compile(r" (?:in|on|from|at|for|by|with|of them|of whom|were|was|are)(?![a-z])")
MANY = 1000  # from here on a bare number behind "from" or "versus" counts what the number before it counts
_AGAINST = re.compile(
    r"(?<![a-z])(?:and|another|from|versus|vs\.?|against|compared (?:with|to)|than) "
    r"(?:(?:the|some|about|around|nearly|just|only|almost|[a-z]+['’]s) )?$"
)
_NEXT_PLACE = re.compile(r"(?:,| and|, and|;) (?:[A-Z][\w.]+ ){1,2}")  # "Dover had 9,000 jobs, Ayr 7,000"
_POINTS = re.compile(r" points?(?![a-z])")
_RATES = re.compile(r"(?<![a-z])(?:rates?|per ?cent|pct)(?![a-z])|%")
_LEVEL = frozenset([" to ", ", to ", " at ", " to close at ", " to end at "])
_SENTENCE_END = re.compile(r"[.!?] |[;\n]")
FARTHEST_END = 60  # characters between the ends of one move
_CLAUSE_END = re.compile(r"[;:!?\n]|\.(?: |$)|(?:, | )(?:and|but|while|which|who|as|when|after|because|by) ")
_SHARES = ("percent", "percentage_point")


def find_figures(text: str, *, dates: Iterable[Any] | None = None) -> list[FigureMention]:
    """Find the figures of an English text.

    Args:
        text: any text; offsets of the result are code points into it.
        dates: mentions already found (anything with `start` and `end`): what lies in them is left alone, but for ages.
            Without them a light guard passes over what looks like a date.

    Returns:
        Mentions in reading order, not overlapping; values are finite. Never raises for any text.

    >>> [(f.surface, f.value, f.currency, f.change) for f in find_figures("It rose to 3.5 billion yuan.")]
    [('3.5 billion yuan', 3500000000.0, 'CNY', 'to')]
    """
    low = lower(text)
    context = Context(low)
    busy = _Busy(dates) if dates else None
    drafts: list[Draft] = []
    previous: Draft | None = None
    for number in find_numbers(low):
        if previous and number.start < previous.end:
            continue  # the inches of "6ft 3in"
        draft = draft_number(text, low, number, context, previous)
        if draft is None or (busy and draft.kind != "age" and busy.overlaps(number.start, number.end)):
            continue
        drafts.append(draft)
        previous = draft
    return _mentions(text, low, join_drafts(text, low, drafts)) if drafts else []


class _Busy:
    """The spans of the dates, to ask whether something overlaps one."""

    def __init__(self, dates: Iterable[Any]):
        self.spans = sorted((date.start, date.end) for date in dates)
        self.starts = [start for start, _ in self.spans]

    def overlaps(self, start: int, end: int) -> bool:
        at = bisect_right(self.starts, start)
        return (at > 0 and self.spans[at - 1][1] > start) or (at < len(self.starts) and self.starts[at] < end)


def _mentions(text: str, low: str, drafts: list[Draft]) -> list[FigureMention]:
    found: list[FigureMention] = []
    last_end = 0
    for draft in drafts:
        if draft.rule == "dropped":
            continue
        if draft.kind is None:
            _count(text, low, draft)
            is_near = bool(found) and draft.start - found[-1].end < FARTHEST_NOUN
            if is_near and draft.kind == "count" and draft.noun is None and draft.low >= MANY:
                draft.noun = _noun_before(text, low, draft, found[-3:])
        if draft.kind is None and draft.low >= 2 and found and draft.start - found[-1].end < FARTHEST_PART:
            _count_part(low, draft, found[-1])
        if draft.kind == "measure" and is_title(text, draft):
            continue
        if draft.kind in (None, "calendar") or draft.start < last_end or draft.end <= draft.start:
            continue
        found.append(_mention(text, low, draft, found[-1] if found else None))
        last_end = found[-1].end
    return found


# ------------------------------------------------------------------ bare numbers


def _count(text: str, low: str, draft: Draft) -> None:
    """Makes a bare number a count with its noun, a share ("a third of") or a plain figure; else leaves it be."""
    number = draft.number
    if number.form == "part" and number.scale == 1:
        if match := _POINTS.match(low, draft.number_end):
            is_rate = _RATES.search(low, max(0, draft.start - 60), draft.number_end + 40)
            draft.kind, draft.noun = ("percentage_point", "%") if is_rate else ("count", "point")
            draft.end = match.end()
        elif _is_part(low, draft) and not is_name(text, low, draft, None):
            draft.kind = "multiple"
        return
    is_small = draft.low <= MAX_MAGNITUDE and "magnitude" in low[max(0, draft.start - 14) : draft.start]
    if is_small and (match := _MAGNITUDE.search(low, max(0, draft.start - 14), draft.start)):
        draft.kind, draft.noun, draft.start = "count", "magnitude", match.start()
        return
    behind = counts_by_hyphen(low, draft.number_end, draft.low) or _noun(text, low, draft)
    if behind is None:
        behind = counts_by_itself(low, draft.number_end, draft.low)
    elif draft.number.scale > 1 and is_expected(low, draft.number_end):
        behind = None  # "the 4.9 billion analysts had forecast"
    if is_name(text, low, draft, behind[0] if behind else None):
        return
    if behind is None:
        if not is_short_of_a_figure(text, low, draft):
            draft.kind = "count"
        return
    if is_calendar(behind[0]):
        draft.kind = "calendar"  # "three consecutive years"
        return
    draft.kind, (draft.noun, draft.end) = "count", behind
    if draft.noun and (match := _PER.match(low, draft.end)):
        draft.noun, draft.end = f"{draft.noun} per {match[1]}", match.end()


def _count_part(low: str, draft: Draft, left: FigureMention) -> None:
    """Makes a bare number a count where it parts the count before it: "152 boats: 120 at sea and 32 in port"."""
    if (
        left.kind != "count"
        or not left.unit
        or not left.value
        or draft.low >= left.value
        or draft.number.form == "part"
    ):
        return
    between = low[left.end : draft.start]
    opens = _PARTED.fullmatch(between)
    goes_on = left.rule == PART_OF_COUNT and _PARTED_AGAIN.fullmatch(between)
    if (opens or goes_on) and _PLACE.match(low, draft.number_end):
        draft.kind, draft.noun, draft.rule = "count", left.unit, "of_count"


def _noun_before(text: str, low: str, draft: Draft, found: list[FigureMention]) -> str | None:
    """The noun of the count that a large bare number is compared with: "9 million seats, up from 8.5 million"."""
    moved = found[-1].unit == "point" and found[-1].change in ("up", "down")
    if moved and low[found[-1].end : draft.start] in _LEVEL:
        return "point"  # "rose 12 points to 3,401"
    if not _AGAINST.search(low, max(0, draft.start - 30), draft.start):
        place = _NEXT_PLACE.fullmatch(text, found[-1].end, draft.start)
        return found[-1].unit if place and found[-1].kind == "count" else None
    for left in reversed(found):
        if _SENTENCE_END.search(low, left.end, draft.start):
            return None
        if left.kind == "count" and left.unit and left.value and 0.1 < left.value / draft.low < 10:
            return left.unit
    return None


def _is_part(low: str, draft: Draft) -> bool:
    """Whether a fraction is said of something: "a third of the crop", "half the crop", "fell by two-thirds"."""
    if (
        low.startswith(" of ", draft.number_end)
        or is_of_a_whole(low, draft.number_end)
        or (draft.low == 0.5 and _HALF_THE.match(low, draft.number_end))
    ):
        return True
    draft.cues = draft.cues or cues_before(low, draft.start)
    return bool(draft.cues.bound or draft.cues.change) and not claims_behind(low, draft.number_end)


def _noun(text: str, low: str, draft: Draft) -> tuple[str, int] | None:
    position = draft.number_end
    if match := _TAIL_WORD.match(low, position):
        is_about = match[1] == "odd" or match[2] == "so"
        draft.tail_bound, position = "~" if is_about else ">=", match.end()  # "20-odd boats", "65+ boats"
    if low[position : position + 1] in ("-", "–"):
        return None
    if match := _OF_A_TOTAL.match(low, position):  # "112 of 200 seats": what the total counts
        behind = noun_behind(text, low, match.end(), None)
        return (behind[0], position) if behind else None
    if low.startswith(" of ", position) and (draft.number.form == "crowd" or draft.number.scale > 1):
        position += 3
    return noun_behind(text, low, position, draft.low)


# ------------------------------------------------------------------ the record


def _mention(text: str, low: str, draft: Draft, left: FigureMention | None) -> FigureMention:
    cues = draft.cues or cues_before(low, draft.start)
    start, end, bound = _bounded(text, low, draft, cues, left)
    change = _change(text, low, draft, cues, (start, end), left)
    if text[start - 1 : start] == "+" and draft.kind in _SHARES:
        start -= 1
    is_share = draft.kind in _SHARES
    basis = basis_near(low, start, end, is_share, change is not None or draft.low < 0) if is_share or change else None
    values = _values(draft)
    unit = draft.unit
    return FigureMention(
        start=start,
        end=end,
        surface=text[start:end],
        kind=draft.kind or "count",
        value=values[0] if draft.high is None else None,
        value_min=None if draft.high is None else values[0],
        value_max=None if draft.high is None else values[1],
        unit=draft.noun or None if unit is None else None if unit.currency else unit.code,
        currency=unit.currency if unit else None,
        bound="range" if draft.high is not None else bound or "=",
        change=change,
        basis=basis,
        rule=f"figure.{draft.kind}.{draft.rule}",
        flag="implausible_unit" if unit and unit.code in DOUBTED and is_implausible(low, draft, values) else draft.flag,
    )


def _bounded(text: str, low: str, draft: Draft, cues: Cues, left: FigureMention | None) -> tuple[int, int, str | None]:
    """(start, end, bound) of a draft with the words of bound that touch it."""
    start, end, bound = draft.start, draft.end, cues.bound or draft.tail_bound
    if cues.bound and cues.start >= (left.end if left else 0):
        start = cues.start
    if bound in (None, "~") and (behind := bound_behind(low, end)):
        bound, end = behind
    elif low[end : end + 1] == "+" and not low[end + 1 : end + 2].isalnum():
        bound, end = bound or ">=", end + 1
    if bound is None and left and left.kind == draft.kind and left.bound != "range":
        between = text[left.end : start]
        if between in (" (", "(") or (between == " / " and ")" in text[end : end + 2]):
            bound = left.bound  # the same amount in another unit: "under 40 miles (64 km)"
    return start, end, bound


def _change(
    text: str, low: str, draft: Draft, cues: Cues, span: tuple[int, int], left: FigureMention | None
) -> str | None:
    """Which way the quantity moved by this figure, or whether it moved to or from it."""
    start, end = span
    if draft.kind == "multiple" and draft.number.form == "multiple":
        return "down" if draft.low < 1 else "up"
    if draft.kind in _SHARES and text[draft.start - 1 : draft.start] == "+":
        return "up"
    if draft.high is not None and cues.change in ("from", "to"):
        return None  # the ends of a move: its rule says "rise" or "fall"
    if cues.change is None and left and left.change and text[left.end : start] in _SAME:
        return left.change
    if cues.change is None and left and left.change in ("up", "down"):
        between = text[left.end : start]
        if between in _APPOSED or (cues.lead == "by" and left.kind == draft.kind and _ELLIPSIS.fullmatch(between)):
            return left.change
        if left.kind == draft.kind and draft.kind in _SHARES and _LISTED.fullmatch(low, left.end, start):
            return left.change
    ends_move = cues.change is None and cues.lead in _ENDS and draft.high is None
    if ends_move and left and left.change and _is_same_move(low, left, start):
        return cues.lead  # "rose to 3 million in May from 2 million"
    if (
        cues.change in ("up", "down")
        and draft.kind in ("age", "count")
        and cues.change_word in TRANSITIVE
        and cues.lead not in ("by", "of")
    ):
        is_amount = draft.noun == "point" or (draft.noun is None and draft.number.grouped)
        return cues.change if is_amount else None  # "added 146,000", but "lost two players"
    if cues.change is None and draft.high is None:
        return change_behind(low, end) if draft.kind in _SHARES else compared_behind(low, end)
    return cues.change


def _is_same_move(low: str, left: FigureMention, start: int) -> bool:
    """Whether what stands behind `left` in the same clause is the other end of its move."""
    between = low[left.end : start]
    return len(between) <= FARTHEST_END and not _CLAUSE_END.search(between)


def _values(draft: Draft) -> tuple[float, float]:
    """Both ends of a draft in its unit; equal where it has one value."""
    if draft.high is None and (draft.unit is None or draft.unit.factor == 1.0):
        return draft.low, draft.low
    factor = draft.unit.factor if draft.unit else 1.0
    high = draft.low if draft.high is None else draft.high
    return (draft.low, high) if factor == 1.0 else (scaled(draft.low, factor), scaled(high, factor))
