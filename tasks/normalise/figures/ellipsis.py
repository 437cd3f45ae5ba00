"""Ellipsis: a bare number that takes the unit or the noun of the figure it stands beside.

In     candidates                                         from tasks.normalise.figures.join, .counts
Out    the same, bare numbers with what they leave out; what still has no kind is gone     to   .record

    12.3 mln shares, down from 15 mln                     what is compared
    900 tonnes from Oslo and 7,000 from Bergen            what goes on
    left 14 dead and 30 hurt                              what is said of people by a participle
    lost 212 points to 34,907                             an index and its points

Two stages: amounts of money, measures and shares are lent before ranges are joined (`lend_units`), counted nouns once
they are known (`lend_nouns`), by the rows of rules/figures_ellipsis.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tasks.normalise.figures.candidate import FigureCandidate
from tasks.normalise.figures.guards import looks_like_year
from tasks.normalise.figures.join import COMPARABLE, SHARED
from tasks.normalise.figures.view import View
from tasks.rules import Row, load

LARGE = 1000
AMOUNT = 100_000  # as large as what is written with a scale
NEAR = 10  # how many times as large a bare amount may be that is compared with one
FARTHEST_COMPARED = 60  # characters between an amount and one it is compared with
FARTHEST_NOUN = 120  # characters between a count and one that is compared with it
MANY = 1000  # from here on a bare number behind "from" or "versus" counts what the number before it counts

_COMPARED = re.compile(
    r"(?: (?:a|per) [a-z]+| of [a-z]+(?: [a-z]+)?)?,? (?:(?:up|down) )?(from|to|against|versus"
    r"|vs\.?|compared (?:with|to)|and"
    r"|beating|topping|missing|above|below|ahead of|short of|more than|less than|than)"
    r"(?: [a-z]+){0,4} "
)
_AGAINST = ("from", "against", "versus", "vs", "vs.", "compared with", "compared to")
_COMPARED_LATER = re.compile(r"[^.,;:()]{1,30}? (from|to|against|versus|vs\.?|compared (?:with|to))(?: [a-z]+){0,3} ")
_LIMIT = re.compile(r"[^.;!?\n]{2,50} (?:limit|threshold|target|norm|standard|ceiling|cap|average|maximum|minimum) of ")
_DRIVEN = re.compile(r" (?:on the )?(?:city|highway|hwy|combined)(?![a-z])")
_COORDINATE = re.compile(r" [^.;:()\d]{2,50}?(?:,| and|, and) (?:another |a further |about |some )?")
_NEXT_PARTY = re.compile(
    r"(?:,| and|, and|;| with| while|, with|, while) [a-z' -]{2,40} (?:on|at|got|won|took|had|has|polled) "
)
_POLL_ENDS = re.compile(r"[.,;)]|$| and(?![a-z])")
_PLACE = re.compile(r" (?:in|on|from|at|for|through|via|to|by|with)(?![a-z])")
_SENTENCE_END = re.compile(r"[.!?] |[;\n]")


# ------------------------------------------------------------------ units


def lend_units(view: View, candidates: list[FigureCandidate]) -> list[FigureCandidate]:
    """Lends units forwards: "9 million euros, up 6 percent from 8.5 million"."""
    lent: list[FigureCandidate] = []
    solid: list[FigureCandidate] = []  # the last few that have a unit, or lack none
    for candidate in candidates:
        is_amount = bool(solid) and solid[-1].kind in ("money", "measure", "percent")
        if candidate.is_bare and is_amount and candidate.start - solid[-1].end <= FARTHEST_COMPARED:
            candidate = _lent(view, solid, candidate)
        lent.append(candidate)
        if candidate.kind:
            solid = [*solid[-2:], candidate]
    return lent


def _lent(view: View, before: list[FigureCandidate], right: FigureCandidate) -> FigureCandidate:
    low, left = view.low, before[-1]
    if left.kind == "percent" and _is_next_in_poll(view, left, right):
        return right.but(kind=left.kind, unit=left.unit, rule=SHARED)
    goes_on = _is_coordinate(low, left, right) or _is_mileage(low, left, right) or _is_limit(low, left, right)
    lender = left if goes_on else _compared_with(view, before, right)
    if lender is None or view.noun(right.end, right.low) is not None:
        return right
    return right.but(kind=lender.kind, unit=lender.unit, flag=lender.flag, rule=SHARED)


def _compared_with(view: View, before: list[FigureCandidate], right: FigureCandidate) -> FigureCandidate | None:
    """The candidate that a bare amount is compared with."""
    low, left = view.low, before[-1]
    match = _COMPARED.fullmatch(low, left.end, right.start)
    if match is None and left.kind == "money" and _is_large(left) and _is_large(right):
        match = _COMPARED_LATER.fullmatch(low, left.end, right.start)
    if match is None:
        return None
    if _is_large(right) and (left.kind == "percent" or (left.unit is not None and left.unit.factor < 1)):
        whole = [one for one in before if one.kind == "money" and _is_large(one)]
        if not whole or low.find(". ", whole[-1].end, right.start) > 0:
            return None
        left = whole[-1]  # not the share or the cents between the two
    if _is_large(right) and left.kind == "money":
        return left
    if match[1] == "to" and _is_moved_price(view, left, right):
        return left  # "fell 13 marks to 532"
    return left if match[1] in _AGAINST and _is_near(left, right) and not looks_like_year(right.number) else None


def _is_moved_price(view: View, left: FigureCandidate, right: FigureCandidate) -> bool:
    if left.kind != "money" or left.unit is None or left.scale != 1:
        return False
    if left.unit.factor != 1 and right.low % 1:
        return False  # "lost 3 cents to 12.40": of the whole currency
    return view.cues(left.start).change in ("up", "down") and right.low > left.low


def _is_large(one: FigureCandidate) -> bool:
    return one.scale >= 1000 or one.low >= AMOUNT


def _is_near(left: FigureCandidate, right: FigureCandidate) -> bool:
    """Whether an amount is of the size of the one before it, and not one of the small numbers of a date."""
    small, large = sorted((abs(left.low), abs(right.low)))
    if large > NEAR * small:
        return False
    return right.low % 1 != 0 or right.low >= 100 or left.kind in ("measure", "percent")


def _is_mileage(low: str, left: FigureCandidate, right: FigureCandidate) -> bool:
    """Whether a bare number is the next of a car's: "21 mpg city, 27 highway and 23 combined"."""
    return left.unit is not None and left.unit.code == "[mi_i]/[gal_us]" and bool(_DRIVEN.match(low, right.end))


def _is_limit(low: str, left: FigureCandidate, right: FigureCandidate) -> bool:
    """Whether a bare number is what a measure is held against: "180 units, far above the limit of 35"."""
    return left.kind in ("measure", "percent") and bool(_LIMIT.fullmatch(low, left.end, right.start))


def _is_next_in_poll(view: View, left: FigureCandidate, right: FigureCandidate) -> bool:
    """Whether a bare number is the share of the next party: "44 per cent and the Tories on 27"."""
    if not 0 < right.low < 100 or right.grouped or not _POLL_ENDS.match(view.low, right.end):
        return False
    return bool(_NEXT_PARTY.fullmatch(view.low, left.end, right.start))


def _is_coordinate(low: str, left: FigureCandidate, right: FigureCandidate) -> bool:
    """Whether a large bare number is said of another place: "900 tonnes from Oslo and 7,000 from Bergen"."""
    if not (right.scale > 1 or right.low >= LARGE) or left.kind == "percent" or right.form != "digits":
        return False
    small, large = sorted((abs(left.low), abs(right.low)))
    is_told = _COORDINATE.fullmatch(low, left.end, right.start) and _PLACE.match(low, right.end)
    return is_told is not None and large <= COMPARABLE * small


# ------------------------------------------------------------------ nouns


@dataclass(frozen=True, slots=True, kw_only=True)
class EllipsisRow(Row):
    """What must stand around a bare number, and which figure may stand before it, for it to count something unsaid."""

    before: re.Pattern[str] | None = None  # ends right before the number
    behind: re.Pattern[str] | None = None  # begins right behind it
    behind_exact: re.Pattern[str] | None = None  # the same in the case of the text
    left: frozenset[str] = frozenset()  # kinds of the figure before; empty: none is needed
    units: frozenset[str] = frozenset()  # its nouns; empty: any
    noun: Literal["", "left"] = ""  # "left": that of the figure before
    least: float = 0.0
    near: float = 0.0  # how many times larger or smaller than the one before it may be; 0: any
    exact: bool = False  # `before` in the case of the text

    def reading(self, text: str) -> bool:
        """Whether a number of the text is filled in by this row."""
        from tasks.normalise.figures.find import find_figures  # the whole of the stages: above this room

        return any(figure.rule == f"figure.count.{self.id}" for figure in find_figures(text))


_ROWS = load("figures_ellipsis", EllipsisRow)
REACH = 64


def lend_nouns(view: View, candidates: list[FigureCandidate]) -> list[FigureCandidate]:
    """Bare numbers as counts of what the figure before counts, or of people; what has no kind then is no figure."""
    found: list[FigureCandidate] = []
    for candidate in candidates:
        is_open = candidate.kind is None and candidate.is_bare and candidate.form in ("digits", "words", "part")
        is_plain = candidate.kind == "count" and candidate.noun is None
        if is_open or is_plain:
            left = _left(view, found, candidate)
            row = next((row for row in _ROWS if _holds(view, row, candidate, left)), None)
            candidate = _filled(candidate, row, left) if row else candidate
        if candidate.kind and not (found and candidate.start < found[-1].end):
            found.append(candidate)
    return found


def _left(view: View, found: list[FigureCandidate], candidate: FigureCandidate) -> list[FigureCandidate]:
    """The figures before in the same sentence, nearest last."""
    near = [one for one in found[-3:] if candidate.start - one.end < FARTHEST_NOUN]
    if not near:
        return near
    return [one for one in near if not _SENTENCE_END.search(view.low, one.end, candidate.start)]


def _holds(view: View, row: EllipsisRow, candidate: FigureCandidate, left: list[FigureCandidate]) -> bool:
    if candidate.low < row.least or (candidate.low == 1 and candidate.form == "words"):
        return False
    if row.left and (not left or _lender(row, candidate, left) is None):
        return False
    start = candidate.start
    head = view.text[max(0, start - REACH) : start] if row.exact else view.before(start, REACH)
    if row.before and not row.before.search(head):
        return False
    if row.behind_exact and not row.behind_exact.match(view.text, candidate.number_end):
        return False
    return row.behind is None or row.behind.match(view.low, candidate.number_end) is not None


def _lender(row: EllipsisRow, candidate: FigureCandidate, left: list[FigureCandidate]) -> FigureCandidate | None:
    """The nearest figure before whose kind, unit and size are those the row wants."""
    for one in reversed(left):
        if one.kind not in row.left or (row.units and one.noun not in row.units):
            continue
        small, large = sorted((abs(one.low), abs(candidate.low)))
        if not row.near or (small and large <= row.near * small):
            return one
    return None


def _filled(candidate: FigureCandidate, row: EllipsisRow, left: list[FigureCandidate]) -> FigureCandidate:
    lender = _lender(row, candidate, left) if row.left else None
    if row.noun == "left" and lender is not None:
        return candidate.but(kind=lender.kind, noun=lender.noun, unit=lender.unit, rule=f"count.{row.id}")
    if candidate.kind:
        return candidate
    return candidate.but(kind="count", rule=f"count.{row.id}")
