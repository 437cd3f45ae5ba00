"""Read: a number with what touches it, its sign of money, its unit, or the words that make it an age.

In     a text, the numbers in it                          from tasks.normalise.figures.find
Out    candidates in reading order, without codes and list numbers     to   tasks.normalise.figures.join

Limits  A letter behind digits may be a scale or a unit ("5m"): figures_scales.toml decides by what stands around.
"""

from __future__ import annotations

import re

from tasks.normalise.currencies import BEFORE, MILLS, NAMES, Unit, currency_before
from tasks.normalise.currencies import SHARED as SHARED_NAMES
from tasks.normalise.figures.ages import may_be_age, take_age
from tasks.normalise.figures.busy import Busy
from tasks.normalise.figures.candidate import FigureCandidate, candidate_of
from tasks.normalise.figures.guards import is_code, is_numbering, is_year, opens_sentence
from tasks.normalise.figures.scales import is_scale
from tasks.normalise.figures.view import View
from tasks.normalise.numbers import Number, find_numbers, scaled, trie
from tasks.normalise.units import scale_behind, unit_behind

POUNDS_REACH = 40  # characters around pounds in which money or weight is spoken of
AMOUNTS = (1e6, 1e9)  # of letters behind digits: a T ends the name of a car as well
SMALL = 10  # below this a letter and a number are a name: P5
MODEL = 100  # times: from here on a capital X behind digits ends a name
MAX_PRIMES = 200  # ′ and ″ behind more than this are damaged quotation marks

_TIMES = re.compile(r"(?: times(?! (?:a|per|in|this|last|on|at|and)\b)|[- ]?fold|x)(?![a-z0-9])")
_TIMES_STARTS = frozenset("tfx")
_RANGE = re.compile(r" ?[-–] ?| to ")
_DASHES = "-−–"
_SIGNED = frozenset(["measure", "percent", "percentage_point", "money"])
_NO_UNIT_BEHIND = frozenset(["", *",.;:!?)]\n"])
_POUND = SHARED_NAMES["pound"]
_PAID = re.compile(rf"(?<![a-z])(?:{trie(_POUND.paid)})(?![a-z])")
_WEIGHED = re.compile(rf"(?<![a-z])(?:{trie(_POUND.weighed)})")
_MINUS = re.compile(r"(?:(?:^|[\s(\[:,])[-−–]|(?<![a-z])minus[ -])$")
_HYPHEN_BEFORE = re.compile(r" [-−–]")  # "COVID -19": a count has no sign
_BELOW_ZERO = re.compile(r"(?<![a-z])(?:below|above|to|of|at|from|around|reached|between|was|is) $")
_DIGIT_BEHIND = re.compile(r" ?\d")
_US_BEHIND = re.compile(r" (?:US|U\.S\.)(?! [A-Z]|[A-Za-z])")
_FEET_AND_INCHES = re.compile(
    r"(?: ?ft\.?|[- ]f(?:oo|ee)t,?|['′’])[- ]?(\d{1,2}(?:\.\d+)?)"
    r"(?:[ -]?(?:inch(?:es)?|ins?)(?![a-z])|[\"″”]|'')"
)
_COMPOUNDS = (  # large unit, small units in it, the code both are given in, its worth of the large one
    (_FEET_AND_INCHES, "[ft_i]", 1.0, 12),
    (re.compile(r"-foot-(\d{1,2})(?![\d-])"), "[ft_i]", 1.0, 12),
    (re.compile(r" ?(?:lbs?|pounds?),?(?: and)? (\d{1,2}) ?(?:oz|ounces?)(?![a-z])"), "[lb_av]", 1.0, 16),
    (re.compile(r" ?(?:st|stones?) ?(\d{1,2})[ -]?(?:lbs?|pounds?)(?![a-z])"), "[lb_av]", 14.0, 1),
)
_COMPOUND_STARTS = frozenset("flips'′’")
_FEET = re.compile(r"['’](?= (?:x|by|tall|high|long|wide|deep|above|below)(?![a-z]))")
_INCHES = re.compile(
    r"in(?= (?:by|x|wide|long|tall|deep|high|thick|across|of|screen|display|tv|pizza|wheel|tyre)s?(?![a-z]))"
)
_PART_OF = re.compile(r" (?:of (?:an? )?|(?<=half )an? )(?=[a-z])")
_POINT_STEP = re.compile(r"-point(?= (?:rate|interest|cut|hike|increase|rise|reduction|move|easing|drop|jump))")
_ROUND = re.compile(r"[1-9]\d{0,2}\.(?:\d00|\d50)")
_NAME_GOES_ON = re.compile(r" [A-Z][a-z]")
_SHARE_BEHIND = re.compile(r" (?:an?|per) (?:share|shr)(?![a-z])")
CARAT = "[car_m]"
_RATE_BEHIND = re.compile(r" ?(?:per|an?|each|/|to the) ")


def read_candidates(view: View, busy: Busy | None) -> list[FigureCandidate]:
    """A candidate for every number; `busy` are the spans of dates, in which only ages are read."""
    found: list[FigureCandidate] = []
    previous: FigureCandidate | None = None
    for number in find_numbers(view.low):
        if previous and number.start < previous.end:
            continue  # the inches of "6ft 3in"
        is_busy = busy is not None and busy.overlaps(number.start, number.end)
        candidate = None if is_busy and not may_be_age(view, number) else _read(view, number, previous)
        if candidate and not (is_busy and candidate.kind != "age"):
            found.append(candidate)
            previous = candidate
    return found


def _read(view: View, number: Number, previous: FigureCandidate | None) -> FigureCandidate | None:
    """The candidate of a number; None where it is part of a code or of a list's numbering.

    `previous` is the one before it: a hyphen between the two makes a range and no code.
    """
    candidate = candidate_of(number)
    if number.form == "multiple":
        return candidate.but(kind="multiple", rule="multiple.word")
    joined_at = previous.end if previous else -1
    money = _money_before(view, number, joined_at)
    if money:
        candidate = _take_money(view, candidate, *money)
    elif _ends_price_range(view.low, number, previous):
        candidate = _scale_up(candidate)  # "£5-10m"
    else:
        candidate = take_age(view, candidate) or _take_unit(view, candidate)
    if view.text[number.start].isdigit():
        checked = _checked(view, candidate, money is not None, joined_at)
        if checked is None:
            return None
        candidate = checked
    return _take_minus(view, candidate) if candidate.kind in _SIGNED else candidate


def _checked(view: View, candidate: FigureCandidate, has_sign: bool, joined_at: int) -> FigureCandidate | None:
    """A candidate of digits; None where they are a code, a year, the numbering of a list."""
    text, number = view.text, candidate.number
    is_bare = candidate.is_bare
    if is_code(text, number.start, candidate.end, has_sign or candidate.kind == "age", not is_bare, joined_at):
        return None
    if is_bare and is_year(view.low, number):
        return None
    if is_bare and _HYPHEN_BEFORE.match(text, number.start - 2):
        if not _BELOW_ZERO.search(view.before(number.start - 1, 12)):
            return None
        candidate = candidate.worth(-candidate.low, start=number.start - 1, number_start=number.start - 1)
    if candidate.kind is None and number.decimal_comma and candidate.scale == 1:
        return None
    return None if candidate.kind is None and is_numbering(text, number) else candidate


def _take_minus(view: View, candidate: FigureCandidate) -> FigureCandidate:
    """The sign of a measure, a share or money; a count has none."""
    low, text, start = view.low, view.text, candidate.start
    inner = start < candidate.number.start and text[candidate.number.start - 1] in _DASHES
    outer = None
    if start and (text[start - 1] in _DASHES or low.endswith(("minus ", "minus-"), 0, start)):
        outer = _MINUS.search(view.before(start, 7))
    if not inner and not outer:
        return candidate
    number_start = candidate.number_start - inner
    if outer is None:
        return candidate.worth(-candidate.low, number_start=number_start)
    begin = start - len(outer[0]) + (outer[0][0] in " \t\n([:,")
    if low.endswith("plus or ", 0, begin):
        return candidate  # "plus or minus 2 points"
    number_start = begin if start == candidate.number_start else number_start
    return candidate.worth(-candidate.low, start=begin, number_start=number_start)


# ------------------------------------------------------------------ money


def _money_before(view: View, number: Number, joined_at: int) -> tuple[Unit, int] | None:
    """The currency whose sign stands before a number, and where that begins."""
    if number.form != "digits":
        return None
    found = currency_before(view.text, number.start)
    if found is None or found[1] < joined_at:
        return None  # "17 USD 25": the sign belongs to the number before it
    unit, start, sign = found
    if sign == _ARTICLE and (opens_sentence(view.text, start) or not view.word_before(start).islower()):
        unit, start, sign = BEFORE["$"], start + len(sign) - 1, "$"  # "A $40 million plan"
    if sign in _PRODUCTS and not number.grouped and number.weak_scale in (0.0, 1e12, 1e3):
        return None  # a pound sign in some feeds and a games console; rand and the name of a car
    is_amount = number.grouped or number.weak_scale in AMOUNTS
    if not is_amount and number.value < SMALL and unit.shared and SHARED_NAMES[unit.shared].need == "evidence":
        return None  # P5 and P3 are titles
    is_touching = start + len(sign) == number.start
    if not sign[-1].isalpha() and not sign[0].isalpha():
        return unit, start
    return (unit, start) if view.evidence_takes(unit, sign, is_touching, is_amount) else None


_PRODUCTS = frozenset(["PS"])
_ARTICLE = "A $"  # Australian dollars, or a word and those of any country


def _ends_price_range(low: str, number: Number, previous: FigureCandidate | None) -> bool:
    is_weak = bool(number.weak_end) and not number.weak_apart and previous is not None and previous.kind == "money"
    return is_weak and _RANGE.fullmatch(low, previous.end, number.start) is not None  # type: ignore[union-attr]


def _take_money(view: View, candidate: FigureCandidate, unit: Unit, start: int) -> FigureCandidate:
    """Money whose sign stands before the number, with a weak scale and a repeated name behind it: $5m US."""
    if candidate.number.weak_end:
        candidate = _scale_up(candidate)
    if view.low.startswith("/-", candidate.end):
        candidate = candidate.but(end=candidate.end + 2)  # Rs 85/-
    behind = unit_behind(view.text, view.low, candidate.number_end, in_words=True)
    end = candidate.end
    if behind and behind[0].kind == "money" and behind[0].factor == 1:
        unit, end = (behind[0] if unit.shared and not behind[0].shared else unit), behind[2]
    elif unit.shared == "dollar" and (match := _US_BEHIND.match(view.text, candidate.end)):
        unit, end = Unit("money", currency="USD"), match.end()
    sign_end = candidate.number_start
    while view.text[sign_end - 1] in " \u00a0-−–":
        sign_end -= 1
    taken = candidate.take("money", view.evidence.settle(unit), start, sign_end, "money.sign")
    return _in_thousands(view, taken.but(start=start, end=end))


def _in_thousands(view: View, candidate: FigureCandidate) -> FigureCandidate:
    """Money whose point stands before thousands: "10.000 euros", "450.000 VND"; flagged."""
    unit, number = candidate.unit, candidate.number
    digits = view.text[number.start : number.end]
    if candidate.scale != 1 or unit is None or unit.factor != 1 or unit.currency in MILLS:
        return candidate
    if not _ROUND.fullmatch(digits) or _RATE_BEHIND.match(view.low, candidate.end):
        return candidate
    return candidate.worth(float(digits.replace(".", "")), flag="thousands_guessed", grouped=True)


def _scale_up(candidate: FigureCandidate) -> FigureCandidate:
    """Takes the letter behind the number as its scale."""
    number = candidate.number
    return candidate.worth(
        scaled(number.mantissa, number.weak_scale),
        scale=number.weak_scale,
        grouped=True,
        end=number.weak_end,
        number_end=number.weak_end,
    )


# ------------------------------------------------------------------ what stands behind


def _take_unit(view: View, candidate: FigureCandidate) -> FigureCandidate:
    """The unit, currency or multiple behind the number."""
    low, number = view.low, candidate.number
    if low.endswith("a factor of ", 0, number.start):
        return candidate.but(kind="multiple", rule="multiple.factor")
    after = low[number.end : number.end + 1]
    if after in _NO_UNIT_BEHIND:
        return candidate
    next_two = {after, low[number.end + 1 : number.end + 2]}
    may_be_compound = number.form == "digits" and not number.grouped and next_two & _COMPOUND_STARTS
    if may_be_compound and (compound := _compound(low, candidate)):
        return compound
    may_be_times = number.form in ("digits", "words") and next_two & _TIMES_STARTS
    if may_be_times and (match := _TIMES.match(low, number.end)):
        if view.text[match.end() - 1] == "X" and (number.value >= MODEL or _NAME_GOES_ON.match(view.text, match.end())):
            return candidate  # the name of a model: 5800X, 16X Aurora
        return candidate.but(kind="multiple", end=match.end(), rule="multiple.times")
    position = number.end
    if number.form == "part" and (match := _POINT_STEP.match(low, position)):
        return candidate.take(
            "percentage_point", Unit("percentage_point", "%"), position + 1, match.end(), "percentage_point.unit"
        )
    if number.form == "crowd" and low.startswith(" of", position):
        position += 3
    elif number.value < 1 and (match := _PART_OF.match(low, position)):
        position = match.end() - 1
    behind = unit_behind(view.text, low, position, in_words=number.form not in ("digits", "part"))
    if number.weak_end and not number.weak_apart and (behind is None or behind[2] <= number.weak_end):
        return _weak(view, candidate, behind)
    return _take_behind(view, candidate, behind)


def _take_behind(view: View, candidate: FigureCandidate, behind: tuple[Unit, int, int] | None) -> FigureCandidate:
    """The unit of measure or the currency that was found behind the number."""
    if behind is None or not _fits(view, candidate, behind):
        return candidate
    unit, start, end = behind
    if unit.code == CARAT and _SHARE_BEHIND.match(view.low, end):
        unit = NAMES["cent"]  # "18 ct a share"
    if unit.kind == "money" and candidate.form == "words" and _DIGIT_BEHIND.match(view.low, end):
        return candidate  # "the Budapest one Ft 40m": the sign is that of the next number
    settled = _settled(view, candidate, unit, end)
    if settled is None:
        return candidate
    if view.text[end - 1] == "." and end == len(view.text.rstrip()):
        end -= 1  # the stop of the sentence, not of "lb."
    rule = f"{settled.kind}.{'name' if settled.kind == 'money' else 'unit'}"
    candidate = candidate.take(settled.kind, settled, start, end, rule)
    if settled.kind != "money":
        return candidate
    if candidate.scale == 1 and (scale := scale_behind(view.low, candidate.end)):
        value, end = scaled(candidate.number.value, scale[0]), scale[1]
        candidate = candidate.worth(value, end=end, number_end=end, scale=scale[0])  # 75 USD million
    return _in_thousands(view, candidate)


def _settled(view: View, candidate: FigureCandidate, unit: Unit, end: int) -> Unit | None:
    """A unit with its currency; None where its name means no unit here."""
    if unit.kind != "money":
        return unit
    number, start = candidate.number, candidate.number.start
    sign = view.text[candidate.number_end : end].strip(" \u00a0-(")
    if sign.isupper() and len(sign) <= 3:
        is_amount = candidate.grouped
        if not view.evidence_takes(unit, sign, False, is_amount):
            return None
    settled = view.evidence.settle(unit)
    if unit.shared == "pound" and settled.currency is None:
        is_money = candidate.scale >= 1e6 or _is_price(view.low, start, end)
        return Unit("money", currency="GBP") if is_money else Unit("measure", "[lb_av]")
    if unit.shared == "mark" and settled.currency is None and (number.value % 1 or number.scale >= 1e6):
        return Unit("money", currency="DEM")
    return settled if settled.code or settled.currency else None


def _compound(low: str, candidate: FigureCandidate) -> FigureCandidate | None:
    """Feet and inches, stones and pounds as people are measured: "6ft 3in", "5'11\"", "14st 7lb"; feet: "30' tall"."""
    if match := _FEET.match(low, candidate.end):
        return candidate.take("measure", Unit("measure", "[ft_i]"), match.start(), match.end(), "measure.unit")
    if match := _INCHES.match(low, candidate.end):
        return candidate.take("measure", Unit("measure", "[in_i]"), match.start(), match.end(), "measure.unit")
    for pattern, code, worth, parts in _COMPOUNDS:
        if match := pattern.match(low, candidate.end):
            value = scaled(candidate.low * worth + float(match[1]) / parts, 1.0)
            taken = candidate.take("measure", Unit("measure", code), match.end(1), match.end(), "measure.compound")
            return taken.worth(value, number_end=match.end(1))
    return None


def _is_price(low: str, start: int, end: int) -> bool:
    """Whether the words around pounds speak of money, and none of weight."""
    around = low[max(0, start - POUNDS_REACH) : start] + " " + low[end : end + POUNDS_REACH]
    return bool(_PAID.search(around)) and not _WEIGHED.search(around)


def _fits(view: View, candidate: FigureCandidate, behind: tuple[Unit, int, int]) -> bool:
    """Whether a sign behind a number is its unit: not the s of 1990s, not the quotation mark of “Vision 2035″."""
    value, sign = candidate.number.value, view.text[candidate.number.end : behind[2]]
    if sign == "s":
        return value % 1 != 0
    if sign == "st":
        return value % 10 != 1 or value == 11  # no ordinal: 14st
    if sign.strip() in ("in.", "ins."):
        return view.after(behind[2], 2)[1:].isalpha() or not view.after(behind[2], 1).strip()
    return sign not in ("″", "′") or value < MAX_PRIMES


def _weak(view: View, candidate: FigureCandidate, behind: tuple[Unit, int, int] | None) -> FigureCandidate:
    """Settles a letter that may be a scale: 5m euros, 4.3M users, 37m (metres)."""
    low, number = view.low, candidate.number
    counted = unit_behind(view.text, low, number.weak_end)
    if counted and counted[0].kind in ("money", "measure") and counted[2] - number.weak_end > 2:
        return _take_behind(view, _scale_up(candidate), counted)
    if match := _TIMES.match(low, number.weak_end):
        return _scale_up(candidate).but(kind="multiple", end=match.end(), rule="multiple.times")
    if is_scale(view, number):
        return _scale_up(candidate)
    return _take_behind(view, candidate, behind)
