"""Touch: a number with what touches it, its sign of money, its unit, or the words that make it an age.

In     a text, a number in it                             from tasks.normalise.figures
Out    a `Draft`, or None where the number is a code      to   tasks.normalise.figures.join

Limits  A letter behind digits may be a scale or a unit ("5m"): money, a capital or a counted noun make it a scale.
"""

from __future__ import annotations

import re

from tasks.normalise.figures.draft import Draft
from tasks.normalise.figures.guard import is_code, is_numbering, is_year
from tasks.normalise.figures.nouns import noun_behind
from tasks.normalise.numbers import Number, scaled, trie
from tasks.normalise.units import Context, Unit, currency_before, scale_behind, unit_behind
from tasks.rules import read_toml

MAX_AGE = 120
ADULT = 16  # of those that are told by what they are: "the widow, 78, …"
POUNDS_REACH = 40  # characters around pounds in which money or weight is spoken of
SHORT_SIGN = 2  # characters: " g" behind "5m" is no unit of millions
MODEL = 100  # times: from here on a capital X behind digits ends a name
MAX_PRIMES = 200  # ′ and ″ behind more than this are damaged quotation marks

_AGE_BEHIND = re.compile(r"[ \u00a0-]{0,2}(?:(year|yr|month|week|day)s?\.?[ -](?:olds?|of age)|y/?o|y\.o\.)(?![a-z])")
_AGE_CODES = {None: "a", "year": "a", "yr": "a", "month": "mo", "week": "wk", "day": "d"}
_AGE_BEFORE = re.compile(
    r"(?<![a-z])(?:(?P<age>(?:between )?(?:the )?ages? (?:of )?(?:between )?|aged (?:between |from )?)"
    r"|turn(?:s|ed)? |(?:he|she|who) (?:is|was|will be) )$"
)
_GROUP_BEFORE = re.compile(
    r"(?<![a-z])(?:children|kids|infants|babies|toddlers|boys|girls|pupils|teenagers|adults|men|women|people|those|anyone"
    r"|everyone|patients|adolescents|youths|youngsters|drivers|voters|pensioners|americans|minors|users|residents"
    r"|employees|workers|students|viewers|customers|shoppers|readers|players|members)(?: who)?(?: aged| are| were)?"
    r" (?:under|over|above|below|younger than|older than) (?:the age of )?$"
)  # children under 5, people over 65
_NAME_BEFORE = re.compile(r"[A-Z][\w'’.-]+, $")
_NO_PERSONS = read_toml("figures_guard")["ages"]["none_before"].split()
_PERSON_BEFORE = re.compile(
    r"(?:^|[.;:,\n] |\b(?:and|but|said|when|while|that) )[\"“]?(?:the|a|an|his|her|whose|their|my|our) "
    rf"(?!(?:[a-z'’-]+ ){{0,4}}(?:{'|'.join(_NO_PERSONS)}), $)(?:[a-z'’-]+ ){{0,4}}[a-z'’-]+, $"
)  # "the former senator, 78, had …"
_TIMES = re.compile(r"(?: times(?! (?:a|per|in|this|last|on|at|and)\b)|[- ]?fold|x)(?![a-z0-9])")
_TIMES_STARTS = frozenset("tfx")
_RANGE = re.compile(r" ?[-–] ?| to ")
_DASHES = "-−–"
_SIGNED = frozenset(["measure", "percent", "percentage_point", "money"])
_NO_UNIT_BEHIND = frozenset(["", *",.;:!?)]\n"])
_AGE_GAPS = frozenset(" -\u00a0y")  # what may stand between a number and "year-old", "yo"
_AGE_STARTS = frozenset("ymwdo.- \u00a0/")
_AGE_LEADS = frozenset(  # the last letters of "aged ", "between ", "she was " …
    ["ge ", "of ", "ed ", "en ", "om ", "rn ", "ns ", "is ", "as ", "be ", "er ", "ve ", "ow ", "an ", "es "]
)
_TRACK = re.compile(r" (?:hurdles|champions|relays|heats|finals|sprints|races|runners|swimmers|medallists|records)")
_AMOUNT_BEFORE = re.compile(
    r"(?<![a-z])(?:turnover|sales|revenues?|profits?|loss(?:es)?|earnings|income|population|audience|debts?|circulation"
    r"|budget|deficit|surplus|users|viewers|subscribers|customers|passengers|visitors|total|cost) [a-z ]{0,20}$"
)  # "a turnover of 3.4m" is no length
_POUND = read_toml("currencies_shared")["pound"]
_PAID = re.compile(rf"(?<![a-z])(?:{trie(_POUND['paid'])})(?![a-z])")
_WEIGHED = re.compile(rf"(?<![a-z])(?:{trie(_POUND['weighed'])})")
_MINUS = re.compile(r"(?:(?:^|[\s(\[:,])[-−–]|(?<![a-z])minus[ -])$")
_HYPHEN_BEFORE = re.compile(r" [-−–]")  # "COVID -19": a count has no sign
_BELOW_ZERO = re.compile(r"(?<![a-z])(?:below|above|to|of|at|from|around|reached|between|was|is) $")
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
_COMPOUND_STARTS = frozenset("flps'′’")
_PART_OF = re.compile(r" (?:of (?:an? )?|(?<=half )an? )(?=[a-z])")
_POINT_STEP = re.compile(r"-point(?= (?:rate|interest|cut|hike|increase|rise|reduction|move|easing|drop|jump))")


def draft_number(text: str, low: str, number: Number, context: Context, previous: Draft | None) -> Draft | None:
    """The draft of a number; None where it is part of a code or of a list's numbering.

    `previous` is the draft before it: a hyphen between the two makes a range and no code.
    """
    draft = Draft(number)
    joined_at = previous.end if previous else -1
    if number.form == "multiple":
        draft.kind = "multiple"
        return draft
    before = currency_before(text, number.start) if number.form == "digits" else None
    if before and before[1] < joined_at:
        before = None  # "17 USD 25": the sign belongs to the number before it
    if before:
        _take_money(text, low, draft, before, context)
    elif number.weak_end and previous and previous.kind == "money" and _RANGE.fullmatch(low, joined_at, number.start):
        _scale_up(draft)  # "£5-10m"
    elif not _take_age(text, low, draft):
        _take_unit(text, low, draft, context)
    if text[number.start].isdigit():
        plain = not number.grouped or number.weak_scale == 1e12
        if before and plain and text[draft.start : number.start] in ("PS", "R", "P"):
            return None  # a pound sign in some feeds and a games console; rand and the name of a car
        owned = before is not None or draft.kind == "age"
        is_bare = draft.is_bare
        if is_code(text, number.start, draft.end, owned, not is_bare, joined_at):
            return None
        if is_bare and is_year(low, number):
            return None
        if is_bare and _HYPHEN_BEFORE.match(text, number.start - 2):
            if not _BELOW_ZERO.search(low, max(0, number.start - 12), number.start - 1):
                return None
            draft.low, draft.start = -draft.low, number.start - 1  # "fell below -2"
            draft.first = draft.low
        if draft.kind is None and (number.decimal_comma or is_numbering(text, number)):
            return None
    if draft.kind in _SIGNED:
        _take_minus(text, low, draft)
    return draft


def _take_minus(text: str, low: str, draft: Draft) -> None:
    """Sets the sign of a measure, a share or money; a count has none."""
    inner = draft.start < draft.number.start and text[draft.number.start - 1] in _DASHES
    outer = None
    if draft.start and (text[draft.start - 1] in _DASHES or low.endswith(("minus ", "minus-"), 0, draft.start)):
        outer = _MINUS.search(low, max(0, draft.start - 7), draft.start)
    if not inner and not outer:
        return
    draft.low = draft.first = -draft.low
    if outer:
        if low.endswith("plus or ", 0, outer.start()):
            draft.low = draft.first = -draft.low  # "plus or minus 2 points"
            return
        draft.start = outer.start() + (outer[0][0] in " \t\n([:,")


# ------------------------------------------------------------------ money


def _take_money(text: str, low: str, draft: Draft, before: tuple[Unit, int], context: Context) -> None:
    """Money whose sign stands before the number, with a weak scale and a repeated name behind it: $5m US."""
    unit, draft.start = before
    if draft.number.weak_end:
        _scale_up(draft)
    behind = unit_behind(text, low, draft.end, in_words=True)
    end = draft.end
    if behind and behind[0].kind == "money" and behind[0].factor == 1:
        unit, end = (behind[0] if unit.shared and not behind[0].shared else unit), behind[1]
    elif unit.shared == "dollar" and (match := _US_BEHIND.match(text, draft.end)):
        unit, end = Unit("money", currency="USD"), match.end()
    draft.take("money", context.settle(unit), end)


def _scale_up(draft: Draft) -> None:
    """Take the letter behind the number as its scale."""
    number = draft.number
    number.scale, number.end, number.grouped = number.weak_scale, number.weak_end, True
    number.value = scaled(number.mantissa, number.scale)
    draft.low = draft.first = number.value
    draft.end = draft.number_end = number.end


# ------------------------------------------------------------------ age


def _take_age(text: str, low: str, draft: Draft) -> bool:
    """Ages: "44-year-old", "aged 44", "he is 44", and ", 44," behind a name."""
    number = draft.number
    after = low[number.end : number.end + 1]
    may_be_told = after in _AGE_GAPS and low[number.end + 1 : number.end + 2] in _AGE_STARTS
    if may_be_told and (match := _AGE_BEHIND.match(low, number.end)):
        draft.take("age", Unit("age", _AGE_CODES[match[1]]), match.end())
        return True
    if (
        after.isalnum()
        or number.grouped
        or number.form not in ("digits", "words")
        or not 0 < number.value < MAX_AGE
        or number.value % 1
    ):
        return False
    if after in ("%", "/", ":"):
        return False
    start = _age_start(text, low, number)
    if start is None or unit_behind(text, low, number.end):
        return False
    draft.take("age", Unit("age", "a"), number.end)
    draft.start = start
    return True


def _age_start(text: str, low: str, number: Number) -> int | None:
    """Where the words begin that make a bare number an age; None where there are none."""
    start = number.start
    if low[start - 2 : start] == ", ":
        if number.form != "digits":
            return None
        closed = text[number.end : number.end + 2] in (", ", ",", ".", ". ") and number.value > 5
        if closed and _NAME_BEFORE.search(text, max(0, start - 24), start):
            return start
        is_told = number.value >= ADULT and low.startswith(",", number.end)
        return start if is_told and _PERSON_BEFORE.search(low, max(0, start - 60), start) else None
    if low[start - 3 : start] not in _AGE_LEADS:
        return None
    if _GROUP_BEFORE.search(low, max(0, start - 44), start):
        return None if noun_behind(text, low, number.end, number.value) else start
    match = _AGE_BEFORE.search(low, max(0, start - 28), start)
    if match is None:
        return None
    if match["age"]:
        return match.start()
    if number.form != "digits":
        return None
    follows = low[number.end : number.end + 4]
    if number.value < 10 or follows.startswith((" of", " in", " per", " or", " to", "-", " and")):
        return None
    return None if noun_behind(text, low, number.end, number.value) else start


# ------------------------------------------------------------------ what stands behind


def _take_unit(text: str, low: str, draft: Draft, context: Context) -> None:
    """The unit, currency or multiple behind the number."""
    number = draft.number
    if low.endswith("a factor of ", 0, number.start):
        draft.kind = "multiple"
        return
    after = low[number.end : number.end + 1]
    if after in _NO_UNIT_BEHIND:
        return
    may_go_on = after in _COMPOUND_STARTS or low[number.end + 1 : number.end + 2] in _COMPOUND_STARTS
    if may_go_on and number.form == "digits" and not number.grouped and _take_compound(low, draft):
        return
    is_times = after in _TIMES_STARTS or low[number.end + 1 : number.end + 2] in _TIMES_STARTS
    if is_times and number.form in ("digits", "words") and (match := _TIMES.match(low, number.end)):
        if text[match.end() - 1] == "X" and number.value >= MODEL:
            return  # the name of a model: 5800X
        draft.kind, draft.end = "multiple", match.end()
        return
    position = number.end
    if number.form == "part" and (match := _POINT_STEP.match(low, position)):
        draft.take("percentage_point", Unit("percentage_point", "%"), match.end())
        return
    if number.form == "crowd" and low.startswith(" of", position):
        position += 3
    elif number.value < 1 and (match := _PART_OF.match(low, position)):
        position = match.end() - 1
    behind = unit_behind(text, low, position, in_words=number.form != "digits" and number.form != "part")
    if number.weak_end and (behind is None or behind[1] <= number.weak_end):
        behind = _weak(text, low, draft, behind)
    if behind is None or not _fits(text, draft, behind):
        return
    unit = context.settle(behind[0])
    if behind[0].shared == "pound" and unit.currency is None:
        is_money = number.scale >= 1e6 or _is_price(low, number.start, behind[1])
        unit = Unit("money", currency="GBP") if is_money else Unit("measure", "[lb_av]")
    if behind[0].shared == "mark" and unit.currency is None and (number.value % 1 or number.scale >= 1e6):
        unit = Unit("money", currency="DEM")
    if unit.kind == "money" and not unit.code and not unit.currency:
        return
    end = behind[1]
    if text[end - 1] == "." and end == len(text.rstrip()):
        end -= 1  # the stop of the sentence, not of "lb."
    draft.take(unit.kind, unit, end)
    if unit.kind == "money" and number.scale == 1 and (scale := scale_behind(low, draft.end)):
        draft.low = draft.first = scaled(number.value, scale[0])  # "75 USD million"
        draft.end = scale[1]


def _take_compound(low: str, draft: Draft) -> bool:
    """Feet and inches, stones and pounds as people are measured: "6ft 3in", "5'11\"", "14st 7lb"."""
    for pattern, code, worth, parts in _COMPOUNDS:
        if match := pattern.match(low, draft.end):
            draft.take("measure", Unit("measure", code), match.end())
            draft.low = draft.first = scaled(draft.low * worth + float(match[1]) / parts, 1.0)
            draft.rule = "compound"
            return True
    return False


def _is_price(low: str, start: int, end: int) -> bool:
    """Whether the words around pounds speak of money, and none of weight."""
    around = low[max(0, start - POUNDS_REACH) : start] + " " + low[end : end + POUNDS_REACH]
    return bool(_PAID.search(around)) and not _WEIGHED.search(around)


def _fits(text: str, draft: Draft, behind: tuple[Unit, int]) -> bool:
    """Whether a sign behind a number is its unit: not the s of 1990s, not the quotation mark of “Vision 2035″."""
    sign = text[draft.number.end : behind[1]]
    if sign == "s":
        return draft.number.value % 1 != 0
    if sign == "st":
        return draft.number.value % 10 != 1 or draft.number.value == 11  # no ordinal: 14st
    return sign not in ("″", "′") or draft.number.value < MAX_PRIMES


def _weak(text: str, low: str, draft: Draft, behind: tuple[Unit, int] | None) -> tuple[Unit, int] | None:
    """Settles a letter that may be a scale: 5m euros, 4.3M users, 37m (metres)."""
    number = draft.number
    counted = unit_behind(text, low, number.weak_end)
    if counted and counted[0].kind in ("money", "measure") and counted[1] - number.weak_end > SHORT_SIGN:
        _scale_up(draft)
        return counted
    if match := _TIMES.match(low, number.weak_end):
        _scale_up(draft)
        draft.kind, draft.end = "multiple", match.end()
        return None
    letter = text[number.weak_end - 1]
    if letter in "mb" and _TRACK.match(low, number.weak_end):
        return behind
    if letter in "MBkK" or (letter in "mb" and noun_behind(text, low, number.weak_end, None)):
        _scale_up(draft)
        return None
    if letter in "mb" and _AMOUNT_BEFORE.search(low, max(0, number.start - 40), number.start):
        _scale_up(draft)
        return None
    return behind
