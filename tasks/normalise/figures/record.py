"""Record: a candidate as the mention that is published, with bound, change and basis from the words around it.

In     candidates that are figures                        from tasks.normalise.figures.ellipsis
Out    `FigureMention` records, not overlapping           to   tasks.normalise.figures.find
"""

from __future__ import annotations

import re

from tasks.model import FigureMention
from tasks.normalise.figures.candidate import FigureCandidate
from tasks.normalise.figures.cues import (
    TRANSITIVE,
    Cues,
    basis_near,
    bound_behind,
    change_behind,
    compared_behind,
)
from tasks.normalise.figures.sanity import DOUBTED, is_implausible
from tasks.normalise.figures.view import View
from tasks.normalise.numbers import scaled

FARTHEST_END = 60  # characters between the ends of one move
PRICE = 1000  # money below this, without a scale, may be what a share or a barrel moved by

_LISTED = re.compile(r"(?: (?:on|in|from|over|for|by) [a-z -]{1,24})?,? and ")  # "up 2% by volume and 3% by value"
_SAME = frozenset({", or ", " or ", " ("})
_APPOSED = frozenset({*_SAME, ", "})  # the same move in other words: "down 12 points, or 0.5%"
_ELLIPSIS = re.compile(r",? (?:and |while )?[^,.;!?\n]{1,40} by ")  # "Oak fell by 2%, Elm by 3%"
_CLAUSE_END = re.compile(r"[;:!?\n]|\.(?: |$)|(?:, | )(?:and|but|while|which|who|as|when|after|because|by) ")
_PRICE_BEHIND = re.compile(
    r"(?: (?:a|per) [a-z]+)?(?:,? (?:to|at|or|from|on|in|by|after|before|over|when|as)(?![a-z])|[.,;)]|$| \()"
)
_SCORED = frozenset(["added", "adding", "adds"])  # said of players and of an index
_SCORES = range(60)  # points of a player
_SHARES = ("percent", "percentage_point")
_ENDS = ("to", "from")


def record_figures(view: View, candidates: list[FigureCandidate]) -> list[FigureMention]:
    """The mentions of the candidates that have a kind, in reading order."""
    found: list[FigureMention] = []
    for candidate in candidates:
        if candidate.kind is None or candidate.kind == "calendar" or candidate.end <= candidate.start:
            continue
        if found and candidate.start < found[-1].end:
            continue
        found.append(_mention(view, candidate, found[-1] if found else None))
    return found


def _mention(view: View, candidate: FigureCandidate, left: FigureMention | None) -> FigureMention:
    cues = view.cues(candidate.start)
    text, is_share = view.text, candidate.kind in _SHARES
    start, end, bound = _bounded(view, candidate, cues, left)
    change = _change(view, candidate, cues, (start, end), left)
    number_start = candidate.number_start
    if text[start - 1 : start] == "+" and is_share:
        start -= 1
    is_moved = change is not None or candidate.low < 0
    basis = basis_near(view.low, start, end, is_share, is_moved) if is_share or change else None
    values, unit = _values(candidate), candidate.unit
    is_doubted = unit is not None and unit.code in DOUBTED and is_implausible(view.low, candidate, values)
    return FigureMention(
        start=start,
        end=end,
        surface=text[start:end],
        kind=candidate.kind or "count",
        value=values[0] if candidate.high is None else None,
        value_min=None if candidate.high is None else values[0],
        value_max=None if candidate.high is None else values[1],
        unit=candidate.noun or None if unit is None else None if unit.currency else unit.code,
        currency=unit.currency if unit else None,
        bound="range" if candidate.high is not None else bound or "=",
        change=change,
        basis=basis,
        rule=_rule(candidate),
        flag="implausible_unit" if is_doubted else candidate.flag,
        number_start=number_start,
        number_end=candidate.number_end,
        unit_start=candidate.unit_start if 0 <= candidate.unit_start < candidate.unit_end else None,
        unit_end=candidate.unit_end if 0 <= candidate.unit_start < candidate.unit_end else None,
    )


def _rule(candidate: FigureCandidate) -> str:
    return f"figure.{candidate.rule}" if "." in candidate.rule else f"figure.{candidate.kind}.{candidate.rule}"


def _bounded(
    view: View, candidate: FigureCandidate, cues: Cues, left: FigureMention | None
) -> tuple[int, int, str | None]:
    """(start, end, bound) of a candidate with the words of bound that touch it."""
    text, low = view.text, view.low
    start, end, bound = candidate.start, candidate.end, cues.bound or candidate.tail_bound
    if cues.bound and cues.start >= (left.end if left else 0):
        start = cues.start
    if bound in (None, "~") and (behind := bound_behind(low, end)):
        bound, end = behind
    elif low[end : end + 1] == "+" and not low[end + 1 : end + 2].isalnum():
        bound, end = bound or ">=", end + 1
    if bound is None and left and left.kind == candidate.kind and left.bound != "range":
        between = text[left.end : start]
        if between in (" (", "(") or (between == " / " and ")" in text[end : end + 2]):
            bound = left.bound  # the same amount in another unit: "under 40 miles (64 km)"
    return start, end, bound


# ------------------------------------------------------------------ change


def _change(
    view: View, candidate: FigureCandidate, cues: Cues, span: tuple[int, int], left: FigureMention | None
) -> str | None:
    """Which way the quantity moved by this figure, or whether it moved to or from it."""
    if candidate.kind == "multiple" and candidate.form == "multiple":
        return "down" if candidate.low < 1 else "up"
    if candidate.kind in _SHARES and view.text[candidate.start - 1 : candidate.start] == "+":
        return "up"
    if candidate.high is not None and cues.change in _ENDS:
        return None  # the ends of a move: its rule says "rise" or "fall"
    if candidate.rule == "count.index" and cues.change is None:
        return "to"
    if cues.change is None:
        return _change_unsaid(view, candidate, cues, span, left)
    if cues.change in ("up", "down") and cues.change_word in TRANSITIVE and cues.lead not in ("by", "of"):
        return cues.change if _is_moved_by(view, candidate, cues) else None
    return cues.change


def _change_unsaid(
    view: View, candidate: FigureCandidate, cues: Cues, span: tuple[int, int], left: FigureMention | None
) -> str | None:
    """The change of a figure before which no word says one: that of the figure before, or what stands behind."""
    text, low, (start, end) = view.text, view.low, span
    if left and left.change:
        between = text[left.end : start]
        if between in _SAME:
            return left.change
        if left.change in ("up", "down") and _is_in_step(low, candidate, cues, left, start):
            return left.change
        if cues.lead in _ENDS and candidate.high is None and _is_same_move(low, left, start):
            return cues.lead  # "rose to 3 million in May from 2 million"
    if candidate.high is not None:
        return None
    if candidate.kind in _SHARES:
        return change_behind(low, end)
    is_place = candidate.kind == "measure" and low.startswith((" down", " up"), end)  # trapped 120 metres down
    return None if is_place or candidate.noun == "place" else compared_behind(low, end)


def _is_in_step(low: str, candidate: FigureCandidate, cues: Cues, left: FigureMention, start: int) -> bool:
    """Whether a figure moves as the one before it: in other words, or as the next of a list."""
    between = low[left.end : start]
    if between in _APPOSED or (cues.lead == "by" and left.kind == candidate.kind and _ELLIPSIS.fullmatch(between)):
        return True
    is_listed = left.kind == candidate.kind and candidate.kind in _SHARES
    return is_listed and _LISTED.fullmatch(low, left.end, start) is not None


def _is_moved_by(view: View, candidate: FigureCandidate, cues: Cues) -> bool:
    """Whether a verb with an object moves a quantity here: "added 146,000", "lost 12 cents"; not "lost two players"."""
    if candidate.kind in _SHARES or cues.change_word in ("up", "down"):
        return candidate.kind not in ("age", "count") or _is_amount(candidate)
    if candidate.kind in ("age", "count"):
        is_scored = candidate.noun == "point" and cues.change_word in _SCORED and candidate.low in _SCORES
        return _is_amount(candidate) and not is_scored
    if cues.lead in ("a", "an", "the"):
        return False  # "lost a $23bn contract", "cut a 33 kV cable"
    if candidate.kind == "money":
        return candidate.scale == 1 and candidate.low < PRICE and bool(_PRICE_BEHIND.match(view.low, candidate.end))
    return True


def _is_amount(candidate: FigureCandidate) -> bool:
    return candidate.noun == "point" or (candidate.noun is None and candidate.grouped)


def _is_same_move(low: str, left: FigureMention, start: int) -> bool:
    """Whether what stands behind `left` in the same clause is the other end of its move."""
    between = low[left.end : start]
    return len(between) <= FARTHEST_END and not _CLAUSE_END.search(between)


def _values(candidate: FigureCandidate) -> tuple[float, float]:
    """Both ends of a candidate in its unit; equal where it has one value."""
    factor = candidate.unit.factor if candidate.unit else 1.0
    high = candidate.low if candidate.high is None else candidate.high
    if factor == 1.0:
        return candidate.low, high
    return scaled(candidate.low, factor), scaled(high, factor)
