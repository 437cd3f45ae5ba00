"""Join: what neighbouring numbers share, and which of them are one figure.

In     candidates in reading order                        from tasks.normalise.figures.read
Out    the same, with shared units; two joined to one     to   tasks.normalise.figures.counts

    20 and 30 km                  two figures, one unit
    5 to 7 billion yuan           a range; scale and unit count for both ends
    from $75 a barrel to $46      two figures: the ends of a move
    three in four, 1 out of 5     a share
    6 feet 2 inches               one length;      13 dollars 45      one price
"""

from __future__ import annotations

import re

from tasks.normalise.figures.candidate import FigureCandidate
from tasks.normalise.figures.cues import compared_behind
from tasks.normalise.figures.guards import looks_like_year
from tasks.normalise.figures.view import View
from tasks.normalise.numbers import scaled

COMPARABLE = 100  # how many times the smaller of two amounts that share a unit the larger may be
SAME_SCALE = 20  # "200 to 4 million" is not 200 million: the first number may be this many times the second at most
FARTHEST = 24  # characters between two numbers that are one figure
LARGE = 100_000
RECORD = 100  # games won and lost
MAX_AGE = 120  # years

_DASH = re.compile(r" ?[-–—‑] ?")
_JOIN = re.compile(r"(?: ?[-–—‑] ?|-? (?:up )?to[ -]| (?:or|through|till|until) )(?:as (?:much|many|high) as )?")
_RATE = re.compile(r"(?: (?:us|u\.s\.))?(?: (?:per|a|an) [a-z]+)?(?: in \d{4})?,? to ")
_LIST = re.compile(r"(?:, |- (?:and|or) | and |, and | or |, or | to | ?[-–] ?)")
_NAME_BEHIND = re.compile(r" [A-Z][a-z]")
_IN_A_LIST = re.compile(r"\d, $")
_OF_THE = re.compile(r" (?:out )?of (?:the|its|their|a total) ")
_CONTEST = re.compile(
    r"(?<![a-z])(?:trails?|trailed|trailing|leads?|led|leading|ahead|behind|beats?|beating|vs\.?|lose|loses|losing|defeat(?:ed)?)(?![a-z])"
)  # who stands against whom, in a poll or a vote
_OUT_OF = re.compile(r" (?:in|out of)(?: every)? ")
_WORD_FOLLOWS = re.compile(r" ?[a-z]|-")
_FOLD = re.compile(r"(?:-? (?:to|or|and) |-)")
_SIDES = frozenset(["m", "cm", "mm", "km", "[ft_i]", "[in_i]", "[yd_i]", "[mi_i]"])
_AGES = re.compile(r"(?:, | and |, and | or | & | to | ?[-–] ?)")
_SHARED_KINDS = ("measure", "age", "percent", "percentage_point", "money", "multiple", "calendar")
SHARED = "shared_unit"


def share_units(view: View, candidates: list[FigureCandidate]) -> list[FigureCandidate]:
    """Lends units backwards: "20 and 30 km", "aged 23, 31 and 40"; the same candidates, some with a kind more."""
    shared = list(candidates)
    for i in range(len(shared) - 2, -1, -1):
        if shared[i].kind is None:
            shared[i] = _lent(view.low, shared[i], shared[i + 1])
    for i in range(1, len(shared)):
        if shared[i - 1].kind == "age" and shared[i].is_bare:
            shared[i] = _age_too(view.low, shared[i - 1], shared[i])
    return shared


def join_candidates(view: View, candidates: list[FigureCandidate]) -> list[FigureCandidate]:
    """Joins neighbours to ranges, shares, lengths and prices; leaves out what two of them show to be a code."""
    joined: list[FigureCandidate] = []
    is_code = False  # the last of `joined` is part of a code: kept until its neighbours are known
    for candidate in candidates:
        if joined and 0 < candidate.start - joined[-1].end < FARTHEST:
            left = joined[-1]
            both = None if is_code else _joined(view, left, candidate)
            if both is not None:
                joined[-1] = both
                continue
            if _are_code(view.low, left, candidate):
                joined[-1], is_code = left.but(end=candidate.end, number_end=candidate.end), True
                continue
        if is_code:
            joined.pop()
        joined.append(candidate)
        is_code = False
    return joined[:-1] if is_code else joined


# ------------------------------------------------------------------ what is shared


def _lent(low: str, left: FigureCandidate, right: FigureCandidate) -> FigureCandidate:
    """A bare candidate with the unit and the scale of the one behind it: "20 and 30 km", "5, 7 or 9 percent"."""
    between = right.start - left.end
    if between > FARTHEST or right.kind not in _SHARED_KINDS or not left.is_bare:
        return left
    if right.start != right.number.start and right.low >= 0:
        return left  # a sign stands before it: $5
    if left.form == "part" and right.kind == "money" and left.scale == 1:
        return left  # "one quarter or 17.8 million dollars"
    if right.form == "multiple" and right.kind == "multiple" and right.rule == "multiple.word":
        return left
    if (
        (left.scale > 1 or left.low >= LARGE)
        and right.kind == "money"
        and _OF_THE.fullmatch(low, left.end, right.start)
    ):
        return _with_unit(left, right)  # "280 million of the 1.5 billion yen"
    if _are_sides(low, left, right):
        return _with_unit(left, right)  # "5 by 7 feet"
    if not (between < 8 and _LIST.fullmatch(low, left.end, right.start) and _are_comparable(left, right)):
        return left
    if low.startswith("- ", left.end) and not low.startswith("-", right.number_end):
        return left  # "the three- and 5.5 pct for the six-month bill"
    if low.startswith(", or ", left.end) and not _IN_A_LIST.search(low, max(0, left.start - 4), left.start):
        return left  # "fell 36.49, or 1.4 percent": the same in other words
    return _share_scale(_with_unit(left, right), right)


def _with_unit(left: FigureCandidate, right: FigureCandidate) -> FigureCandidate:
    return left.but(kind=right.kind, unit=right.unit, rule=SHARED)


def _age_too(low: str, left: FigureCandidate, right: FigureCandidate) -> FigureCandidate:
    """A bare number behind an age as one as well: "aged 23, 31 and 40"."""
    is_age = right.form in ("digits", "words") and 0 < right.low < MAX_AGE and right.low % 1 == 0
    if not is_age or left.end != left.number_end or _WORD_FOLLOWS.match(low, right.end):
        return right
    return _with_unit(right, left) if _AGES.fullmatch(low, left.end, right.start) else right


def _are_sides(low: str, left: FigureCandidate, right: FigureCandidate) -> bool:
    """Whether two numbers are the sides of one thing: "5 by 7 feet", "20 x 30 m"."""
    is_length = right.unit is not None and right.unit.code in _SIDES
    return is_length and low[left.end : right.start] in (" by ", " x ", " × ")


def _are_comparable(left: FigureCandidate, right: FigureCandidate) -> bool:
    """Whether two numbers may be amounts of one thing: not "120,000 or 2.8 percent", not "10 percent to 43 billion"."""
    shares_scale = left.scale == 1 and left.number.mantissa < 1000 and left.low == left.number.mantissa
    small, large = sorted((abs(left.low), abs(right.number.mantissa if shares_scale else right.low)))
    return small == 0 or large <= COMPARABLE * small


def _share_scale(left: FigureCandidate, right: FigureCandidate) -> FigureCandidate:
    mantissa = left.number.mantissa
    if right.scale > 1 and left.scale == 1 and 0 < mantissa <= SAME_SCALE * right.number.mantissa and mantissa < 1000:
        return left.worth(scaled(left.low, right.scale))
    return left


# ------------------------------------------------------------------ what is one figure


def _joined(view: View, left: FigureCandidate, right: FigureCandidate) -> FigureCandidate | None:
    """The one figure that two candidates are; None where they are two."""
    low = view.low
    gap = low[left.end : right.start]
    if right.form == "multiple" or left.form == "multiple":
        return _fold_range(left, right, gap)
    if left.high is not None or right.high is not None:
        return None
    if _is_compound(low, left, right, gap):
        return _added(left, right)
    if _is_share(view, left, right, gap):
        return left.worth(
            left.low / right.low, end=right.end, number_end=right.number_end, kind="multiple", rule="multiple.ratio"
        )
    if _is_range(view, left, right, gap) or _is_this_or_next(view, left, right, gap):
        return _span(view, left, right)
    return None


def _are_code(low: str, left: FigureCandidate, right: FigureCandidate) -> bool:
    """Numbers that touch by a hyphen or a blank and are no range are codes: 020 7946 0958, 3-1, 555-14-20."""
    gap = low[left.end : right.start]
    if gap not in ("-", "–", " ") or left.kind is not None or not right.is_bare:
        return False
    right_goes_on = low.startswith("-", right.end)  # "three 12-seat planes"
    if gap == " " and left.form == "words" and (looks_like_year(right.number) or right_goes_on):
        return False
    return "digits" in (left.form, right.form) and "multiple" not in (left.form, right.form)


def _fold_range(left: FigureCandidate, right: FigureCandidate, gap: str) -> FigureCandidate | None:
    """ "two- to threefold", "four or fivefold"."""
    is_fold = left.is_bare and left.form in ("words", "digits") and right.kind == "multiple" and left.high is None
    if not is_fold or right.form != "multiple" or not _FOLD.fullmatch(gap) or not left.low < right.low < 101:
        return None
    return left.but(
        high=right.low,
        end=right.end,
        number_end=right.number_end,
        kind="multiple",
        form="multiple",
        rule="multiple.range",
    )


def _is_compound(low: str, left: FigureCandidate, right: FigureCandidate, gap: str) -> bool:
    if left.unit is None or gap not in (" ", " and ", "-", ", ") or left.rule == SHARED:
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
    named = left.start == left.number.start and left.end > left.number_end and left.scale == 1
    return named and right.is_bare and gap == " " and not _WORD_FOLLOWS.match(low, right.end)


def _added(left: FigureCandidate, right: FigureCandidate) -> FigureCandidate:
    """Feet and inches, dollars and cents."""
    is_feet = left.unit is not None and left.unit.code == "[ft_i]"
    value = scaled(left.low + right.low / (12 if is_feet else 100), 1.0)
    unit = (right.unit_start, right.unit_end) if right.unit_start >= 0 else (left.unit_start, left.unit_end)
    rule = "measure.compound" if is_feet else "money.compound"
    start, end = unit if unit[0] >= right.number_end else (-1, -1)
    return left.worth(value, end=right.end, number_end=right.number_end, unit_start=start, unit_end=end, rule=rule)


def _is_share(view: View, left: FigureCandidate, right: FigureCandidate, gap: str) -> bool:
    if not (left.is_bare and right.is_bare and _OUT_OF.fullmatch(gap)):
        return False
    if not 0 < left.low < right.low <= 1000 or left.low % 1 or right.grouped:
        return False
    if "out of" in gap or left.form == "words":
        return True
    # "1 in 5 people" and "3 in 10 people" are shares, "28 in 164 innings" is not
    is_told = view.low.startswith(" of ", right.end) or view.noun(right.end, right.low)
    return (left.low == 1 or right.low in (10, 100, 1000)) and bool(is_told)


# ------------------------------------------------------------------ ranges


def _is_range(view: View, left: FigureCandidate, right: FigureCandidate, gap: str) -> bool:
    is_joint = bool(_JOIN.fullmatch(gap))
    if not (is_joint or gap == " and " or _RATE.fullmatch(gap)):
        return False
    low, cues = view.low, view.cues(left.start)
    lead = cues.lead
    between = gap == " and " and (lead == "between" or "between" in low[left.start : left.number.start])
    rate = left.kind in ("money", "measure") and lead == "from" and _RATE.fullmatch(gap)
    if not (is_joint or between or rate):
        return False
    both = bool(left.kind and right.kind)
    if not (between or (both and gap != " or ") or _are_comparable(left, right)):
        return False
    if not _same_unit(view, left, right) or _is_poll(view, left, right, gap):
        return False
    if gap == " to " and cues.change in ("up", "down") and lead not in ("between", "from"):
        return left.rule == SHARED  # "fell 3% to 5%" is two figures
    if _is_record(view, left, right, gap):
        return False
    if _DASH.fullmatch(gap) or (gap == " to " and left.kind is None and lead not in ("between", "from")):
        return left.first < right.first  # a vote of 1,104 to 412 is no range
    if cues.change == "from" and both and left.rule != SHARED:
        return False  # each end of the move says its unit: two figures
    return left.first != right.first


def _is_poll(view: View, left: FigureCandidate, right: FigureCandidate, gap: str) -> bool:
    """Whether "X to Y" sets two sides against each other: "a vote of 54 percent to 46 percent", "leads 45% to 37%"."""
    if gap != " to " or not left.kind:
        return False
    lead = view.cues(left.start).lead
    if left.first <= right.first:
        is_share = left.kind in ("percent", "percentage_point") and lead not in ("from", "between")
        return is_share and bool(_CONTEST.search(view.before(left.start, 40)))
    if left.kind not in ("percent", "percentage_point"):
        return lead == "by"
    return lead not in ("from", "between")


def _is_record(view: View, left: FigureCandidate, right: FigureCandidate, gap: str) -> bool:
    """The 2-10 Cardinals."""
    is_small = left.kind is None and left.low < RECORD > right.low
    return is_small and bool(_DASH.fullmatch(gap)) and bool(_NAME_BEHIND.match(view.text, right.end))


def _is_this_or_next(view: View, left: FigureCandidate, right: FigureCandidate, gap: str) -> bool:
    """Whether two numbers in words are a guess: "two, three boats a day"."""
    is_step = gap == ", " and left.is_bare and right.is_bare and right.low == left.low + 1 and left.low < 20
    in_words = left.form == right.form == "words" and view.low[left.start - 2 : left.start] != ", "
    return is_step and in_words and bool(view.noun(right.end, right.low))


def _same_unit(view: View, left: FigureCandidate, right: FigureCandidate) -> bool:
    """Whether both ends have one unit, or one end has it for both."""
    if left.kind and right.kind:
        return left.kind == right.kind and (left.unit == right.unit or _both_dollars(left, right))
    if left.kind:
        if not right.is_bare or (left.kind != "money" and right.scale > left.scale):
            return False
        return view.noun(right.end, right.low) is None
    return left.is_bare


def _both_dollars(left: FigureCandidate, right: FigureCandidate) -> bool:
    """ "from $75 U.S. to $46": a bare sign behind a settled one means the same money."""
    pair = [candidate.unit for candidate in (left, right) if candidate.unit]
    return all(unit.kind == "money" for unit in pair) and {unit.currency for unit in pair} == {"USD", None}


def _span(view: View, left: FigureCandidate, right: FigureCandidate) -> FigureCandidate:
    if left.rule != SHARED and left.end == left.number_end and left.number.mantissa <= right.number.mantissa:
        left = _share_scale(left, right)
    first, second = left.low, right.low
    unit, spans = left.unit, (left.unit_start, left.unit_end)
    if unit is None or (right.unit and not unit.currency and right.unit.currency):
        unit = right.unit
    if right.unit_start >= right.number_end or left.unit_start < 0 or left.unit_start >= left.number_end:
        # the unit behind the second end; one between the two stays inside the number
        spans = (right.unit_start, right.unit_end) if right.unit_start >= right.number_end else (-1, -1)
    rule = "range"
    if view.cues(left.start).change == "from":  # the ends of a move
        rule = "rise" if first < second else "fall"
    kind = left.kind or right.kind
    return left.but(
        low=min(first, second),
        high=max(first, second),
        first=first,
        kind=kind,
        unit=unit,
        unit_start=spans[0],
        unit_end=spans[1],
        end=right.end,
        number_end=right.number_end,
        flag=left.flag or right.flag,
        grouped=left.grouped or right.grouped,
        rule=f"{kind or 'count'}.{rule}",
    )
