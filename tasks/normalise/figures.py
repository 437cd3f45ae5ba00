"""Figures: money, shares, measures, counts, ages and multiples that a text states.

In     a text, and the dates found in it                 from tasks.normalise.table, or any caller
Out    `FigureMention` records, in reading order         to   tasks.normalise.table

Every number of the text (tasks.normalise.numbers) becomes a draft: its sign or unit, its kind. Neighbouring drafts then
share scales and units ("5 to 7 billion yuan") or become ranges. What is a name or a date goes; the words around give
bound, change and basis. Nothing is computed but the value: 1,000 km2 for a hall stays so, with a flag.

Limits  English only. Spans of days to years are dates, not figures. No scores.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from tasks.model import FigureMention
from tasks.normalise.figures_cues import Cues, basis_near, bound_behind, change_behind, cues_before
from tasks.normalise.figures_guard import counts_by_hyphen, is_code, is_name, is_numbering
from tasks.normalise.figures_nouns import noun_behind
from tasks.normalise.numbers import Number, find_numbers, lower
from tasks.normalise.units import Context, Unit, currency_before, unit_behind

_AGE_BEHIND = re.compile(r"[ \u00a0-]{0,2}(year|month|week|day)s?[ -](?:old|of age)(?![a-z])")
_AGE_BEFORE = re.compile(
    r"(?:(?:at )?(?:the )?ages? (?:of )?|aged |(?:he|she|who) (?:is|was|turned|turns|will be) |turned |turns )$"
)
_AGE_CODES = {"year": "a", "month": "mo", "week": "wk", "day": "d"}
_NAME_AGE = re.compile(r"[A-Z][\w'’.-]+, $")
_TIMES = re.compile(r"(?: times(?! (?:a|per|in|this|last)\b)|-?(?: )?fold|x)(?![a-z0-9])")
_JOIN = re.compile(r"(?: ?[-–—] ?| to | or | through )")
_BETWEEN = re.compile(r" and ")
_LIST = re.compile(r"(?:, | and |, and | or | to )")
_MINUS = re.compile(r"(?:(?:^|[\s(\[:,])[-−–]|minus[ -])$")
_US_BEHIND = re.compile(r" (?:US|U\.S\.)(?! [A-Z]|[a-z])")
_PER = re.compile(r" (?:per|a|an|each|every) (day|week|month|year|hour|minute|capita|person)(?![a-z])")


class _Draft:
    """A number on its way to being a figure; `end` is behind its unit, `number.end` behind the number alone."""

    __slots__ = ("cues", "end", "flag", "high", "joined", "kind", "low", "noun", "number", "rule", "start", "unit")

    def __init__(self, number: Number):
        self.number = number
        self.start, self.end = number.start, number.end
        self.low, self.high = number.value, number.high
        self.kind: str | None = None
        self.unit: Unit | None = None
        self.noun: str | None = None
        self.flag: str | None = None
        self.rule = number.form
        self.joined = False
        self.cues: Cues | None = None


def find_figures(text: str, *, dates: Iterable[Any] | None = None) -> list[FigureMention]:
    """Find the figures of an English text.

    Args:
        text: any text; offsets of the result are code points into it.
        dates: mentions already found (anything with `start` and `end`): what lies in them is left alone. Without them a
            light guard passes over what looks like a date.

    Returns:
        Mentions in reading order, not overlapping; values are finite. Never raises for any text.

    >>> [(f.surface, f.value, f.currency, f.change) for f in find_figures("It rose to 3.5 billion yuan.")]
    [('3.5 billion yuan', 3500000000.0, 'CNY', 'to')]
    """
    low = lower(text)
    numbers = find_numbers(low)
    if not numbers:
        return []
    context = Context(low)
    busy = _Busy(dates)
    drafts = [draft for number in numbers if (draft := _draft(text, low, number, context, busy))]
    _share(low, drafts)
    drafts = _ranges(low, drafts)
    return _mentions(text, low, drafts)


class _Busy:
    """The spans of the dates, to ask whether something overlaps one."""

    def __init__(self, dates: Iterable[Any] | None):
        self.known = dates is not None
        self.spans = sorted((date.start, date.end) for date in dates) if dates else []
        self.starts = [start for start, _ in self.spans]

    def overlaps(self, start: int, end: int) -> bool:
        at = bisect_right(self.starts, start)
        return (at > 0 and self.spans[at - 1][1] > start) or (at < len(self.starts) and self.starts[at] < end)


# ------------------------------------------------------------------ one number


def _draft(text: str, low: str, number: Number, context: Context, busy: _Busy) -> _Draft | None:
    """The draft of a number, or None where it is a code, a date or the numbering of a list."""
    draft = _Draft(number)
    if number.form == "multiple":
        draft.kind = "multiple"
        return draft
    before = currency_before(text, number.start) if number.form == "digits" else None
    if before:
        _take_currency(text, low, draft, before, context)
    elif not _take_age(text, low, draft):
        _take_unit(text, low, draft, context)
    if busy.spans and draft.kind != "age" and busy.overlaps(number.start, number.end):
        return None
    if number.form == "digits":
        tail = draft.end > number.end
        if is_code(text, draft.number, before is not None, tail) or (draft.kind is None and is_numbering(text, number)):
            return None
    if number.decimal_comma and draft.kind is None:
        return None
    if draft.kind in ("measure", "percent", "money", None) and _MINUS.search(
        text, max(0, draft.start - 7), draft.start
    ):
        _negate(text, draft)
    return draft


def _negate(text: str, draft: _Draft) -> None:
    draft.low = -draft.low
    sign = (
        "minus"
        if text[draft.start - 1] not in "-−–" or text[max(0, draft.start - 6) : draft.start - 1] == "minus"
        else "-"
    )
    draft.start -= 6 if sign == "minus" else 1


def _take_currency(text: str, low: str, draft: _Draft, before: tuple[Unit, int], context: Context) -> None:
    """Money whose sign stands before the number, with a weak scale and a repeated name behind it: $5m US."""
    unit, draft.start = before
    number = draft.number
    if text[number.start - 1] in "-−–":
        draft.low = -draft.low
    if number.weak_end:
        _scale_up(draft)
    behind = unit_behind(text, low, draft.end, in_words=True)
    if behind and behind[0].kind == "money" and low[draft.end] in " -":
        if unit.shared and not behind[0].shared:
            unit = behind[0]
        draft.end = behind[1]
    elif unit.shared == "dollar" and (match := _US_BEHIND.match(text, draft.end)):
        unit, draft.end = Unit("money", currency="USD"), match.end()
    draft.kind, draft.unit = "money", context.settle(unit)
    draft.flag = draft.unit.flag


def _scale_up(draft: _Draft) -> None:
    number = draft.number
    number.scale, number.end, number.grouped = number.weak_scale, number.weak_end, True
    number.value = number.mantissa * number.scale
    draft.low, draft.end = float(f"{number.mantissa:.12g}") * number.scale, number.end


def _take_age(text: str, low: str, draft: _Draft) -> bool:
    """Ages: "44-year-old", "aged 44", ", 44," behind a name."""
    number = draft.number
    if match := _AGE_BEHIND.match(low, number.end):
        draft.kind, draft.end = "age", match.end()
        draft.unit = Unit("age", _AGE_CODES[match[1]])
        return True
    if number.grouped or not 0 < number.value < 120 or number.form != "digits":
        return False
    after = text[number.end : number.end + 1]
    if after not in ("", ",", ".", " ", ")", ";", "\n", "-", "–"):
        return False
    if match := _AGE_BEFORE.search(low, max(0, number.start - 16), number.start):
        if (" " in match[0].strip() and match[0].split()[0] in ("he", "she", "who")) or match[0].startswith("turn"):
            if unit_behind(text, low, number.end) or noun_behind(low, number.end, number.value):
                return False
            if number.value < 10 or low.startswith((" of", " in", " per", " or", " to"), number.end):
                return False
        elif match[0].startswith(("age", "the", "at")) and match[0].startswith("at"):
            pass
        draft.kind, draft.unit = "age", Unit("age", "a")
        if "age" in match[0]:
            draft.start = match.start() + (3 if match[0].startswith("at ") else 0)
        return True
    if (
        after == ","
        and _NAME_AGE.search(text, max(0, number.start - 24), number.start)
        and not text[number.end + 2 : number.end + 3].isdigit()
    ):
        draft.kind, draft.unit = "age", Unit("age", "a")
        return True
    return False


def _take_unit(text: str, low: str, draft: _Draft, context: Context) -> None:
    """The unit, currency or multiple behind the number."""
    number = draft.number
    if number.form != "crowd" and (match := _TIMES.match(low, number.end)):
        draft.kind, draft.end = "multiple", match.end()
        return
    position = number.end
    if number.form == "crowd" and low.startswith(" of ", position):
        position += 3
    behind = unit_behind(text, low, position, in_words=number.form not in ("digits",))
    if number.weak_end and (behind is None or behind[1] <= number.weak_end):
        behind = _weak(text, low, draft, behind)
    if behind is None:
        return
    unit = context.settle(behind[0])
    if unit.kind == "money" and behind[0].shared == "pound" and unit.currency is None:
        unit = Unit("money", currency="GBP") if number.scale >= 1e6 else Unit("measure", "[lb_av]")
    if unit.kind == "money" and not unit.code and not unit.currency:
        return
    draft.kind, draft.unit, draft.end, draft.flag = unit.kind, unit, behind[1], unit.flag


def _weak(text: str, low: str, draft: _Draft, behind: tuple[Unit, int] | None) -> tuple[Unit, int] | None:
    """Settles a letter that may be a scale: 5m euros, 4.3M users, 37m (metres)."""
    number = draft.number
    money = unit_behind(text, low, number.weak_end)
    if money and money[0].kind == "money":
        _scale_up(draft)
        return money
    letter = text[number.weak_end - 1]
    if letter in "MBkK" or (letter == "m" and noun_behind(low, number.weak_end, None)):
        _scale_up(draft)
        return None
    return behind


# ------------------------------------------------------------------ neighbours


def _share(low: str, drafts: list[_Draft]) -> None:
    """Lends a unit backwards: "20 and 30 km", "5, 7 or 9 percent"."""
    for left, right in zip(reversed(drafts[:-1]), reversed(drafts[1:]), strict=True):
        if (
            left.kind is None
            and right.kind in ("measure", "percent", "money", "calendar")
            and right.start == right.number.start
        ):
            if left.end == left.number.end and _LIST.fullmatch(low, left.end, right.start):
                left.kind, left.unit = right.kind, right.unit
                left.rule = "shared_unit"
                if right.number.scale > 1 and left.number.scale == 1 and _fits(left, right):
                    left.low *= right.number.scale


def _fits(left: _Draft, right: _Draft) -> bool:
    """Whether the scale of the right number is meant for the left one too: 2 to 3 million, not 200 to 4 million."""
    return 0 < left.number.mantissa <= 20 * right.number.mantissa and left.number.mantissa < 1000


def _ranges(low: str, drafts: list[_Draft]) -> list[_Draft]:
    """Joins the ends of ranges: "5 to 7 billion yuan", "between $3 and $4", "from 13 percent to 18"."""
    joined: list[_Draft] = []
    for draft in drafts:
        left = joined[-1] if joined else None
        if left is not None and _is_range(low, left, draft):
            _join(left, draft)
        else:
            joined.append(draft)
    return joined


def _is_range(low: str, left: _Draft, right: _Draft) -> bool:
    if left.joined or left.high is not None or right.high is not None:
        return False
    if not 0 < right.start - left.end < 6 or "multiple" in (left.number.form, right.number.form):
        return False
    gap = low[left.end : right.start]
    if left.cues is None:
        left.cues = cues_before(low, left.start)
    lead = left.cues.lead
    if not _JOIN.fullmatch(gap) and not (gap == " and " and lead == "between"):
        return False
    if left.kind and right.kind and (left.kind, left.unit) != (right.kind, right.unit):
        return False
    if left.kind and not right.kind and right.end != right.number.end:
        return False
    if gap == " to " and left.cues.change in ("up", "down") and lead not in ("between", "from"):
        return left.kind is None or left.rule == "shared_unit"
    if gap in ("-", "–") and not (left.kind or right.kind) and left.low >= right.low:
        return False
    return True


def _join(left: _Draft, right: _Draft) -> None:
    first, second = left.low, right.low
    if (
        (right.number.scale > 1
        and left.number.scale == 1
        and left.rule != "shared_unit"
        and left.kind != "money")
        or (left.kind == "money" and left.number.scale == 1 and right.number.scale > 1 and left.end == left.number.end)
    ):
        if _fits(left, right) and left.number.mantissa <= right.number.mantissa:
            first *= right.number.scale
    left.low, left.high = min(first, second), max(first, second)
    left.kind, left.unit = left.kind or right.kind, left.unit or right.unit
    left.end, left.flag, left.joined = right.end, left.flag or right.flag, True
    left.number.end, left.number.grouped = right.number.end, left.number.grouped or right.number.grouped
    left.rule = "range"


# ------------------------------------------------------------------ mentions


def _mentions(text: str, low: str, drafts: list[_Draft]) -> list[FigureMention]:
    found: list[FigureMention] = []
    last_end = 0
    for draft in drafts:
        if draft.kind is None and not _count(text, low, draft):
            continue
        if draft.kind == "calendar":
            continue
        if draft.start < last_end:
            continue
        mention = _mention(text, low, draft, found[-1] if found else None, last_end)
        found.append(mention)
        last_end = mention.end
    return found


def _count(text: str, low: str, draft: _Draft) -> bool:
    """Settles a number without a unit: a count with its noun, a bare figure, or nothing."""
    number = draft.number
    behind = counts_by_hyphen(low, number.end)
    if behind is None:
        position = number.end
        if number.form == "crowd" or (number.form == "part" and low.startswith(" of ", position)):
            position += 3
        behind = noun_behind(low, position, number.value) if low[number.end : number.end + 1] != "-" else None
    if is_name(text, low, number, behind[0] if behind else None):
        return False
    draft.kind = "multiple" if number.form == "part" and number.scale == 1 else "count"
    if draft.kind == "multiple":
        return number.form == "part" and low.startswith(" of ", number.end)
    if behind:
        draft.noun, draft.end = behind
        if match := _PER.match(low, draft.end):
            draft.noun, draft.end = f"{draft.noun} per {match[1]}", match.end()
        return True
    return _stands_alone(text, low, draft)


def _stands_alone(text: str, low: str, draft: _Draft) -> bool:
    """Whether a number without unit and noun is a figure: it must be written like one, or be led up to as one."""
    number = draft.number
    after = low[number.end : number.end + 1]
    if after in ("-", "–") or number.form == "crowd":
        return False
    word = re.match(r"[ ]([a-z]+)", low[number.end : number.end + 20])
    if word and not _FUNCTION.get(word[1]):
        return False
    if number.grouped or draft.high is not None:
        return number.value != 1
    if number.form == "words":
        return False
    draft.cues = draft.cues or cues_before(low, draft.start)
    return (
        draft.cues.bound is not None
        or draft.cues.change is not None
        or draft.cues.lead in ("all", "reached", "reach", "totaled", "totalled", "numbered", "only")
    )


_FUNCTION = dict.fromkeys(
    "in of on at by for from to with and or but as than that which who was were is are had has have when while after before since "
    "last this next per during between compared versus".split(),
    True,
)


def _mention(text: str, low: str, draft: _Draft, left: FigureMention | None, last_end: int) -> FigureMention:
    cues = draft.cues or cues_before(low, draft.start)
    start, end = draft.start, draft.end
    bound = cues.bound
    if bound and cues.start >= last_end:
        start = cues.start
    if (behind := bound_behind(low, end)) and bound in (None, "~"):
        bound, end = behind
    elif low[end : end + 1] == "+" and bound is None:
        bound, end = ">=", end + 1
    change = cues.change
    is_share = draft.kind in ("percent", "percentage_point")
    if (
        change in ("up", "down")
        and draft.kind in ("age", "count")
        and cues.lead in ("lost", "cut", "raised", "added", "gain")
    ):
        change = None
    sign = text[draft.start - 1 : draft.start]
    if sign == "+" and is_share:
        change, start = "up", min(start, draft.start - 1)
    if change is None and draft.number.form == "multiple":
        change = "down" if draft.low < 1 else "up"
    if change is None and is_share and draft.high is None and (named := change_behind(low, end)):
        change = named
    if left is not None and bound is None and text[start - 1 : start] == "(" and start - left.end <= 2:
        bound = left.bound if left.bound != "range" and left.kind == draft.kind else None
    basis = basis_near(low, start, end, is_share, change is not None) if is_share or change else None
    if draft.high is not None:
        bound = "range"
    unit = draft.unit
    factor = unit.factor if unit else 1.0
    currency = unit.currency if unit else None
    if unit is None:
        code = draft.noun
    elif draft.kind == "money":
        code = None if currency else unit.code
        if unit.factor != 1 and not currency:
            factor = 1.0
    else:
        code = unit.code
    return FigureMention(
        start=start,
        end=end,
        surface=text[start:end],
        kind=draft.kind or "count",
        value=None if draft.high is not None else _times(draft.low, factor),
        value_min=None if draft.high is None else _times(draft.low, factor),
        value_max=None if draft.high is None else _times(draft.high, factor),
        unit=code,
        currency=currency,
        bound=bound or "=",
        change=change,
        basis=basis,
        rule=f"figure.{draft.kind}.{draft.rule}",
        flag=draft.flag,
    )


def _times(value: float, factor: float) -> float:
    return value if factor == 1.0 else float(f"{value * factor:.12g}")
