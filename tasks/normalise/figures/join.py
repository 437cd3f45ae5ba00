"""Joins: what neighbouring numbers share, and which of them are one figure.

In     drafts in reading order                            from tasks.normalise.figures
Out    the same, with shared units; two joined to one     to   tasks.normalise.figures

    20 and 30 km                  two figures, one unit
    5 to 7 billion yuan           a range; scale and unit count for both ends
    from $75 a barrel to $46      two figures: the ends of a move
    three in four, 1 out of 5     a share
    6 feet 2 inches               one length;      13 dollars 45      one price
"""

from __future__ import annotations

import re
from itertools import pairwise

from tasks.normalise.figures.cues import compared_behind, cues_before
from tasks.normalise.figures.draft import Draft
from tasks.normalise.figures.guard import looks_like_year
from tasks.normalise.figures.nouns import noun_behind
from tasks.normalise.numbers import scaled

LARGE = 1000
COMPARABLE = 100  # how many times the smaller of two amounts that share a unit the larger may be
NEAR = 10  # how many times as large a bare amount may be that is compared with one
SAME_SCALE = 20  # "200 to 4 million" is not 200 million: the first number may be this many times the second at most

FARTHEST_COMPARED = 60  # characters between an amount and one it is compared with
FARTHEST = 24  # characters between two numbers that are one figure

_DASH = re.compile(r" ?[-–—‑] ?")
_JOIN = re.compile(r"(?: ?[-–—‑] ?|-? (?:up )?to[ -]| (?:or|through|till|until) )(?:as (?:much|many|high) as )?")
_RATE = re.compile(r"(?: (?:us|u\.s\.))?(?: (?:per|a|an) [a-z]+)?(?: in \d{4})?,? to ")
_LIST = re.compile(r"(?:, |- (?:and|or) | and |, and | or |, or | to | ?[-–] ?)")
RECORD = 100  # games won and lost
_NAME_BEHIND = re.compile(r" [A-Z][a-z]")
_IN_A_LIST = re.compile(r"\d, $")
_OF_THE = re.compile(r" (?:out )?of (?:the|its|their|a total) ")
_COMPARED = re.compile(
    r"(?: (?:a|per) [a-z]+)?,? (?:(?:up|down) )?(from|to|against|versus|vs\.?|compared (?:with|to)|and"
    r"|beating|topping|missing|above|below|ahead of|short of|more than|less than)"
    r"(?: [a-z]+){0,4} "
)
_AGAINST = ("from", "against", "versus", "vs", "vs.", "compared with", "compared to")
_COMPARED_LATER = re.compile(r"[^.,;:()]{1,30}? (from|to|against|versus|vs\.?|compared (?:with|to))(?: [a-z]+){0,3} ")
_DRIVEN = re.compile(r" (?:on the )?(?:city|highway|hwy|combined)(?![a-z])")
_COORDINATE = re.compile(r" [^.;:()\d]{2,50}?(?:,| and|, and) (?:another |a further |about |some )?")
_PLACE = re.compile(r" (?:in|on|from|at|for|through|via|to|by|with)(?![a-z])")
_OUT_OF = re.compile(r" (?:in|out of)(?: every)? ")
_WORD_FOLLOWS = re.compile(r" ?[a-z]|-")
_SIDES = frozenset(["m", "cm", "mm", "km", "[ft_i]", "[in_i]", "[yd_i]", "[mi_i]"])
_AGES = re.compile(r"(?:, | and |, and | or | & )")
MAX_AGE = 120  # years
_SHARED_KINDS = ("measure", "age", "percent", "percentage_point", "money", "multiple", "calendar")


def join_drafts(text: str, low: str, drafts: list[Draft]) -> list[Draft]:
    """Shares units backwards, then joins neighbours from left to right."""
    for i in range(len(drafts) - 2, -1, -1):
        if drafts[i].kind is None:
            _share(low, drafts[i], drafts[i + 1])
    solid: list[Draft] = []  # those that have a unit or lack none
    for left, right in pairwise(drafts):
        if left.kind:
            solid.append(left)
        if left.kind == "age" and right.is_bare and _AGES.fullmatch(low, left.end, right.start):
            _share_age(low, left, right)
        if right.kind is None and solid and solid[-1].kind in ("money", "measure", "percent"):
            _share_forward(text, low, solid[-3:], right)
    joined = drafts[:1]
    for draft in drafts[1:]:
        apart = draft.start - joined[-1].end
        if not 0 < apart < FARTHEST or not _joins(text, low, joined[-1], draft):
            joined.append(draft)
    return joined


def _share(low: str, left: Draft, right: Draft) -> None:
    """Lends the right draft's unit and scale to a bare left one: "20 and 30 km", "5, 7 or 9 percent"."""
    between = right.start - left.end
    if between > FARTHEST or right.kind not in _SHARED_KINDS or not left.is_bare or right.start != right.number.start:
        return
    if left.number.scale > 1 and right.kind == "money" and _OF_THE.fullmatch(low, left.end, right.start):
        left.kind, left.unit, left.rule = right.kind, right.unit, "shared_unit"  # "280 million of the 1.5 billion yen"
    elif _are_sides(low, left, right):
        left.kind, left.unit, left.rule = right.kind, right.unit, "shared_unit"  # "5 by 7 feet"
    elif between < 8 and _LIST.fullmatch(low, left.end, right.start) and _are_comparable(left, right):
        if low.startswith("- ", left.end) and not low.startswith("-", right.number_end):
            return  # "the three- and 5.5 pct for the six-month bill"
        if low.startswith(", or ", left.end) and not _IN_A_LIST.search(low, max(0, left.start - 4), left.start):
            return  # "fell 36.49, or 1.4 percent": the same in other words
        left.kind, left.unit, left.rule = right.kind, right.unit, "shared_unit"
        _share_scale(left, right)


def _share_age(low: str, left: Draft, right: Draft) -> None:
    """Makes a bare number behind an age one as well: "aged 23, 31 and 40"."""
    is_age = right.number.form == "digits" and 0 < right.low < MAX_AGE and right.low % 1 == 0
    if is_age and left.end == left.number_end and not _WORD_FOLLOWS.match(low, right.end):
        right.kind, right.unit, right.rule = "age", left.unit, "shared_unit"


def _are_sides(low: str, left: Draft, right: Draft) -> bool:
    """Whether two numbers are the sides of one thing: "5 by 7 feet", "20 x 30 m"."""
    is_length = right.unit is not None and right.unit.code in _SIDES
    return is_length and low[left.end : right.start] in (" by ", " x ", " × ")


def _are_comparable(left: Draft, right: Draft) -> bool:
    """Whether two numbers may be amounts of one thing: not "120,000 or 2.8 percent", not "10 percent to 43 billion"."""
    shares_scale = left.number.scale == 1 and left.number.mantissa < 1000
    small, large = sorted((abs(left.low), abs(right.number.mantissa if shares_scale else right.low)))
    return small == 0 or large <= COMPARABLE * small


def _share_forward(text: str, low: str, before: list[Draft], right: Draft) -> None:
    """Lends a draft's unit to a bare amount behind it that is compared with it or goes on with it."""
    if not right.is_bare or right.start - before[-1].end > FARTHEST_COMPARED:
        return
    goes_on = _is_coordinate(low, before[-1], right) or _is_mileage(low, before[-1], right)
    lender = before[-1] if goes_on else _compared_with(low, before, right)
    if lender and noun_behind(text, low, right.end, right.low) is None:
        right.kind, right.unit, right.flag, right.rule = lender.kind, lender.unit, lender.flag, "shared_unit"


def _compared_with(low: str, before: list[Draft], right: Draft) -> Draft | None:
    """The draft that a bare amount is compared with: "9 million euros, up 6 percent from 8.5 million"."""
    left = before[-1]
    match = _COMPARED.fullmatch(low, left.end, right.start)
    if match is None and left.kind == "money" and min(left.number.scale, right.number.scale) >= 1e5:
        match = _COMPARED_LATER.fullmatch(low, left.end, right.start)
    if match is None:
        return None
    if right.number.scale >= 1000 and (left.kind == "percent" or (left.unit is not None and left.unit.factor < 1)):
        whole = [draft for draft in before if draft.kind == "money" and draft.number.scale >= 1000]
        if not whole or low.find(". ", whole[-1].end, right.start) > 0:
            return None
        left = whole[-1]  # not the share or the cents between the two
    if right.number.scale >= 1000 and left.kind == "money":
        return left
    if match[1] == "to" and left.kind == "money" and left.unit is not None and left.unit.factor == 1:
        left.cues = left.cues or cues_before(low, left.start)
        if left.cues.change in ("up", "down") and right.low > left.low:
            return left  # "fell 13 marks to 532"
    small, large = sorted((abs(left.low), abs(right.low)))
    is_near = large <= NEAR * small and (right.low % 1 != 0 or right.low >= 100)
    return left if match[1] in _AGAINST and is_near else None


def _is_mileage(low: str, left: Draft, right: Draft) -> bool:
    """Whether a bare number is the next of a car's: "21 mpg city, 27 highway and 23 combined"."""
    return left.unit is not None and left.unit.code == "[mi_i]/[gal_us]" and bool(_DRIVEN.match(low, right.end))


def _is_coordinate(low: str, left: Draft, right: Draft) -> bool:
    """Whether a large bare number is said of another place: "900 tonnes from Oslo and 7,000 from Bergen"."""
    if not (right.number.scale > 1 or right.low >= LARGE) or left.kind == "percent" or right.number.form != "digits":
        return False
    small, large = sorted((abs(left.low), abs(right.low)))
    is_told = _COORDINATE.fullmatch(low, left.end, right.start) and _PLACE.match(low, right.end)
    return is_told is not None and large <= COMPARABLE * small


def _share_scale(left: Draft, right: Draft) -> None:
    scale, mantissa = right.number.scale, left.number.mantissa
    if scale > 1 and left.number.scale == 1 and 0 < mantissa <= SAME_SCALE * right.number.mantissa and mantissa < 1000:
        left.low = left.first = scaled(left.low, scale)


def _joins(text: str, low: str, left: Draft, right: Draft) -> bool:
    """Whether `right` became part of `left`."""
    gap = low[left.end : right.start]
    if "multiple" in (left.number.form, right.number.form) or left.rule == "dropped":
        return _drops(low, gap, left, right)
    if left.high is None and right.high is None:
        if _is_compound(low, left, right, gap):
            return _add(left, right)
        if _is_share(text, low, left, right, gap):
            return _divide(left, right)
        if _is_range(text, low, left, right, gap) or _is_this_or_next(text, low, left, right, gap):
            return _span(left, right)
    return _drops(low, gap, left, right)


def _drops(low: str, gap: str, left: Draft, right: Draft) -> bool:
    """Numbers that touch by a hyphen or a blank and are no range are codes: 020 7946 0958, 3-1, 555-14-20."""
    right_goes_on = low.startswith("-", right.end)  # "three 12-seat planes"
    if (
        gap in ("-", "–", " ")
        and not (gap == " " and left.number.form == "words" and (looks_like_year(right.number) or right_goes_on))
        and left.kind is None
        and right.is_bare
        and "digits" in (left.number.form, right.number.form)
    ):
        left.rule, left.end = "dropped", right.end
        return True
    return False


# ------------------------------------------------------------------ sums and shares


def _is_compound(low: str, left: Draft, right: Draft, gap: str) -> bool:
    if left.unit is None or gap not in (" ", " and ", "-", ", ") or left.rule == "shared_unit":
        return False
    if left.unit.code == "[ft_i]":
        inches = right.unit is not None and right.unit.code == "[in_i]"
        return 0 <= right.low < 12 and (inches or (gap == "-" and right.kind is None))
    if left.low % 1 or (gap == ", " and compared_behind(low, right.end)):
        return False  # "1.62 euros, 9 cents more than in May"
    if left.kind != "money" or left.unit.factor != 1 or not 0 < right.low < 100 or right.low % 1:
        return False
    if right.kind == "money" and right.unit is not None and right.unit.factor == 0.01:
        return left.start == left.number.start
    named = left.start == left.number.start and left.end > left.number_end and left.number.scale == 1
    return named and right.is_bare and gap == " " and not _WORD_FOLLOWS.match(low, right.end)


def _add(left: Draft, right: Draft) -> bool:
    """Feet and inches, dollars and cents."""
    part = 12 if left.unit is not None and left.unit.code == "[ft_i]" else 100
    left.low = left.first = scaled(left.low + right.low / part, 1.0)
    left.end, left.rule = right.end, "compound"
    return True


def _is_share(text: str, low: str, left: Draft, right: Draft, gap: str) -> bool:
    if not (left.is_bare and right.is_bare and _OUT_OF.fullmatch(gap)):
        return False
    if not 0 < left.low < right.low <= 1000 or left.low % 1 or right.number.grouped:
        return False
    if "out of" in gap or left.number.form == "words":
        return True
    # "1 in 5 people" and "3 in 10 people" are shares, "28 in 164 innings" is not
    is_told = low.startswith(" of ", right.end) or noun_behind(text, low, right.end, right.low)
    return (left.low == 1 or right.low in (10, 100, 1000)) and bool(is_told)


def _divide(left: Draft, right: Draft) -> bool:
    left.low = left.first = left.low / right.low
    left.end, left.number_end, left.kind, left.rule = right.end, right.end, "multiple", "ratio"
    return True


# ------------------------------------------------------------------ ranges


def _is_range(text: str, low: str, left: Draft, right: Draft, gap: str) -> bool:
    if not (_JOIN.fullmatch(gap) or gap == " and " or _RATE.fullmatch(gap)):
        return False
    if left.cues is None:
        left.cues = cues_before(low, left.start)
    lead = left.cues.lead
    between = gap == " and " and (lead == "between" or "between" in low[left.start : left.number.start])
    rate = left.kind in ("money", "measure") and lead == "from" and _RATE.fullmatch(gap)
    if not (_JOIN.fullmatch(gap) or between or rate):
        return False
    stated = between or (left.kind and right.kind)
    if not (stated or _are_comparable(left, right)) or not _same_unit(text, low, left, right):
        return False
    if gap == " to " and left.kind and right.kind and left.first > right.first and lead == "by":
        return False  # a vote of 54 percent to 46 percent
    if gap == " to " and left.cues.change in ("up", "down") and lead not in ("between", "from"):
        return left.rule == "shared_unit"  # "fell 3% to 5%" is two figures
    if (
        _DASH.fullmatch(gap)
        and left.kind is None
        and left.low < RECORD > right.low
        and _NAME_BEHIND.match(text, right.end)
    ):
        return False  # the 2-10 Cardinals
    if _DASH.fullmatch(gap) or (gap == " to " and left.kind is None and lead not in ("between", "from")):
        return left.first < right.first  # a vote of 1,104 to 412 is no range
    if left.cues.change == "from" and left.kind and right.kind and left.rule != "shared_unit":
        return False  # each end of the move says its unit: two figures
    return left.first != right.first


def _is_this_or_next(text: str, low: str, left: Draft, right: Draft, gap: str) -> bool:
    """Whether two numbers in words are a guess: "two, three boats a day"."""
    is_step = gap == ", " and left.is_bare and right.is_bare and right.low == left.low + 1 and left.low < 20
    in_words = left.number.form == right.number.form == "words" and low[left.start - 2 : left.start] != ", "
    return is_step and in_words and bool(noun_behind(text, low, right.end, right.low))


def _same_unit(text: str, low: str, left: Draft, right: Draft) -> bool:
    """Whether both ends have one unit, or one end has it for both."""
    if left.kind and right.kind:
        return left.kind == right.kind and (left.unit == right.unit or _both_dollars(left, right))
    if left.kind:
        if not right.is_bare:
            return False
        if left.kind != "money" and right.number.scale > left.number.scale:
            return False
        return noun_behind(text, low, right.end, right.low) is None
    return left.is_bare


def _both_dollars(left: Draft, right: Draft) -> bool:
    """ "from $75 U.S. to $46": a bare sign behind a settled one means the same money."""
    pair = [draft.unit for draft in (left, right) if draft.unit]
    return all(unit.kind == "money" for unit in pair) and {unit.currency for unit in pair} == {"USD", None}


def _span(left: Draft, right: Draft) -> bool:
    if left.rule != "shared_unit" and left.end == left.number_end and left.number.mantissa <= right.number.mantissa:
        _share_scale(left, right)
    left.first, second = left.low, right.low
    left.low, left.high = min(left.first, second), max(left.first, second)
    left.kind = left.kind or right.kind
    if left.unit is None or (right.unit and not left.unit.currency and right.unit.currency):
        left.unit = right.unit
    left.end, left.number_end, left.flag = right.end, right.number_end, left.flag or right.flag
    left.number.grouped, left.number.end = left.number.grouped or right.number.grouped, right.number.end
    left.rule = "range"
    if left.cues and left.cues.change == "from":  # the ends of a move
        left.rule = "rise" if left.first < second else "fall"
    return True
