"""Guards: numbers that are no figures, by what they touch and what stands around them.

In     a text, a number in it                             from tasks.normalise.figures
Out    whether it is part of a name, a code, a date, an idiom, a list's numbering

Two guards: `is_code` holds whatever unit follows ("10+3", "G20"); `is_name` is asked only for numbers without a unit of
measure or money ("Flight 261", "in 2019", "one by one"). Words: rules/figures_guard.toml.
"""

from __future__ import annotations

import re

from tasks.normalise.figures.cues import bound_behind, cues_before
from tasks.normalise.figures.draft import Draft
from tasks.normalise.figures.nouns import ends_phrase, is_plural
from tasks.normalise.numbers import Number
from tasks.rules import read_toml

FIRST_YEAR, LAST_YEAR = 1500, 2100
QUOTE = 50  # characters a slogan may have on either side of its number
_OPENING_QUOTES = frozenset('"“‘')
_QUOTES = (('"', '"'), ("“", "”"), ("‘", "’"), ("'", "'"), ("”", "”"))
MANY_CLASSES = 20  # "type 2", "level 3", but "case 40 boats"
MANY = 10_000  # five digits in running prose are a figure rather than a name

_TABLE = read_toml("figures_guard")
_NAME_WORDS = frozenset(_TABLE["name_words"]["words"].split())
_EXEMPT = frozenset(_TABLE["name_words"]["exempt"].split())  # ordinary words: names only when capitalised
_CLASSES = frozenset(_TABLE["name_words"]["classes"].split())
_IDIOMS = tuple(sorted(_TABLE["idioms"]["phrases"], key=len, reverse=True))
_IDIOM = re.compile(rf"(?:{'|'.join(map(re.escape, _IDIOMS))})(?![a-z])")
_BEFORE_ONE = frozenset(_TABLE["idioms"]["before"])
_LED = {word: tuple(phrases) for word, phrases in _TABLE["idioms"]["led"].items()}
_BEFORE_HALF = frozenset(_TABLE["idioms"]["before_half"])
_MONTHS = frozenset(_TABLE["dates"]["months"].split())
_CLOCK = frozenset(_TABLE["dates"]["clock"].split())
_YEAR_LEADS = frozenset(_TABLE["dates"]["year_leads"].split())
_YEARLY = frozenset(_TABLE["dates"]["yearly"].split())
_COUNT_LEADS = frozenset(_TABLE["dates"]["count_leads"].split())
_LONG_LEADS = frozenset(_TABLE["bare"]["long_leads"].split())
_LEADS = frozenset(_TABLE["bare"]["leads"].split())
_FUNCTION = frozenset(_TABLE["bare"]["function"].split())
_RATE_BEHIND = re.compile(r" (?:a|an|each|every) (?:day|week|month|year|hour|night|season)(?![a-z])")
_PAST_BEHIND = re.compile(
    r" (?:[a-z]{2,}ed|came|slept|left|took|went|died|lost|fled|won|got|fell|said|made|saw)(?: |[.,])"
)
_SUBJECTS = frozenset(_TABLE["bare"]["subjects"].split())
_BRAND = re.compile("|".join(map(re.escape, sorted(_TABLE["brands"]["names"], key=len, reverse=True))))
_LONGEST_HEAD = 10  # characters of a brand before its number
_MAJORITY = re.compile(rf"[- ](?:{'|'.join(_TABLE['bare']['majority'].split())})(?![a-z])")
_MARK = re.compile(rf"[ -](?:{'|'.join(_TABLE['bare']['mark'].split())})(?![a-z])")
_EXPECTED = re.compile(
    rf" (?:{'|'.join(_TABLE['bare']['expecting'].split())}) (?:(?:had|have|on average|were|was) )?"
    r"(?:expected|forecast|predicted|polled|surveyed|estimated|expecting|street)(?![a-z])"
)
_OPENS_CLAUSE = re.compile(r"(?:^|[.;,:—] |\n|(?<=[a-z,] )(?:and|but|while|which) )[\"“]?$")
_OF_A_TOTAL = re.compile(r" (?:out )?of (?:the |its |their |his |her |all |a total of )?(?:last |past |first )?\d")
_JOINED = frozenset(["with", "including", "plus"])
_IN_A_PLACE = re.compile(r" (?:in|at|on|from) (?:the )?[A-Z]")  # "together with 198 in Oslo"
_STANDS_AT = re.compile(rf"(?<![a-z])(?:{'|'.join(_TABLE['bare']['stands_at'].split())}) (?:steady |unchanged )?at $")
_GROUP_OF = re.compile(rf"(?<![a-z])(?:{'|'.join(_TABLE['bare']['groups'].split())}) of $")
_STREET = re.compile(
    r" (?:[NSEW]\.? )?(?:[A-Z][\w'’.]+ ){1,3}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Boulevard|Blvd|Way|Place|Terrace|Crescent)\b"
)  # 14 Mill Lane
_OF_THOSE = re.compile(r" of (?:them|whom|which)(?![a-z])")
_WORD_BEFORE = re.compile(r"([^\s\"“”()\[\],;:!?]+)[\s\u00a0]*$")
_WORDS_BEFORE = re.compile(r"[a-z]+(?=[ -]$)")
_WORD_BEHIND = re.compile(r"[ \u00a0]?([a-z]+(?:\.m\.?)?)")
_CAPITALS = re.compile(r" [A-Z]{2,5}(?![A-Za-z])")
_VERSION = re.compile(r"1?\d\.\d")  # Web 3.0
_ORDINAL = re.compile(r"(?:st|nd|rd|th|s)(?![a-z])")


def is_code(text: str, start: int, end: int, has_currency: bool, has_unit: bool, joined_at: int) -> bool:
    """Whether digits are part of a code by the characters that touch them.

    `has_currency`: a sign of money touches the left side, `has_unit`: a unit the right side; `joined_at` is where the
    number before ended: a hyphen between the two makes a range, no code.
    """
    if start and text[start - 1] == " " and text[end : end + 1] in (" ", ",", ")"):
        return False  # true of most numbers, and quickly seen
    return not (has_currency or _is_free_left(text, start, joined_at)) or not _is_free_right(text, end, has_unit)


def _is_free_left(text: str, start: int, joined_at: int) -> bool:
    before = text[start - 1] if start else " "
    if before.isalnum() or before in "_#@§№&×":
        return False
    two = text[start - 2] if start > 1 else " "
    if before in "-–—‑":
        if joined_at == start - 1:
            return True
        if two.isalpha():
            return text[max(0, start - 6) : start - 1].lower().endswith(("minus", " sub"))
        return not two.isdigit()
    if before in "+/:":
        return not two.isalnum()
    if before == "." and (two == "." or text[start] == "." or two.isalpha()):
        return False  # ". . . .8", a line of dots; "said.7 Later", a note
    return not (before in ".,’" and two.isdigit()) and before != "'"


def _is_free_right(text: str, end: int, has_unit: bool) -> bool:
    after, two = text[end : end + 1], text[end + 1 : end + 2]
    if (after in ("+", ":", "/", ".") and two.isdigit()) or after == "×":
        return False
    if has_unit or not after:
        return True
    if after in "-–‑" and two.isupper():
        return text[end + 2 : end + 3].islower()  # 10-K, but 30-Asean-nation
    return not (after.isalnum() or after == "_")


def is_numbering(text: str, number: Number) -> bool:
    """Whether a number opens a line as the numbering of a list: "1. Wash the rice"."""
    head = text[max(0, number.start - 4) : number.start].rstrip(" \t(")
    return (
        (not head or head[-1] == "\n")
        and text[number.end : number.end + 2] in (". ", ") ", ".\t", ")\t")
        and number.value < 100
    )


def is_name(text: str, low: str, draft: Draft, noun: str | None) -> bool:
    """Whether a number without a unit is part of a name, a date or an idiom; `noun` is what it would count."""
    number = draft.number
    start = draft.start
    if low.startswith("-for-", draft.number_end) or low.endswith("-for-", 0, start):
        return True  # a two-for-one split
    if (number.form in ("words", "part") and _is_idiom(low, number)) or is_brand(text, number.start, draft.end):
        return True
    if number.form == "digits" and _STREET.match(text, draft.number_end):
        return True
    if noun and noun[0].isupper() and text[start - 1 : start] in _OPENING_QUOTES:
        return True  # “5 Questions With a Baker,”
    before = _WORD_BEFORE.search(text, max(0, start - 24), start)
    word = before[1] if before else ""
    if word == "of" and text.endswith("Group of ", 0, start):
        return True
    if before and before.end(1) == start - 1 and text[start - 1] == " ":
        if _is_name_word(word, number):
            return True
        if noun is None and word[0].isupper() and _names(text, low, number, before.start()):
            return True
    if number.form == "digits":
        if looks_like_date(low, draft, noun, word.lower()):
            return True
    elif text[start].isupper() and not opens_sentence(text, start):
        return True  # the Five Towns
    return in_short_quotes(text, start, draft.end)


def _names(text: str, low: str, number: Number, word_start: int) -> bool:
    """Whether a number behind a capitalised word belongs to it: "Terminal 5", "Web 3.0"; not "Profit 3,000"."""
    if low.endswith(".0", number.start, number.end):
        return True
    is_plain = not number.grouped or bool(_VERSION.fullmatch(low, number.start, number.end))
    return is_plain and not opens_sentence(text, word_start)


def is_brand(text: str, start: int, end: int) -> bool:
    """Whether a number is part of a name of the table: "3M", "Maroon 5"."""
    if not (text[start].isupper() or text[end - 1 : end].isupper() or text[end : end + 2].strip()[:1].isupper()):
        head = text[max(0, start - _LONGEST_HEAD) : start]
        if head == head.lower():
            return False
    near = text[max(0, start - _LONGEST_HEAD) : end + 20]
    at = start - max(0, start - _LONGEST_HEAD)
    return any(match.start() <= at < match.end() for match in _BRAND.finditer(near))


def _is_name_word(word: str, number: Number) -> bool:
    lower = word.lower()
    if lower not in _NAME_WORDS:
        return False
    is_class = lower in _CLASSES and number.form == "digits" and number.value < MANY_CLASSES
    return is_class or word[0].isupper() or lower not in _EXEMPT


def _is_idiom(low: str, number: Number) -> bool:
    word = low[number.start : number.end]
    if _IDIOM.match(low, number.start):
        return True
    if word != "half" and number.value > 2:
        return False
    before = _WORDS_BEFORE.search(low, max(0, number.start - 24), number.start)
    if before is None:
        return False
    if before[0] == "than" and low.endswith("more than ", 0, number.start):
        return False  # "more than one partner"
    if before[0] in (_BEFORE_HALF if word == "half" else _BEFORE_ONE if word == "one" else ()):
        return True
    return low.startswith(_LED.get(before[0], ()), number.start) if before[0] in _LED else False


def looks_like_date(low: str, draft: Draft, noun: str | None, before: str) -> bool:
    """The light guard against dates: month names, clock times, decades, ordinals, years.

    Four digits without a comma are a year, unless they count something and a word of bound stands before them.
    """
    number, end = draft.number, draft.number_end
    if _ORDINAL.match(low, end):
        return True
    behind = _WORD_BEHIND.match(low, end)
    if behind and (behind[1] in _CLOCK or (behind[1].rstrip(".") in _MONTHS and draft.low <= 31)):
        return True
    if before.rstrip(".") in _MONTHS and (draft.low <= 31 or 1000 <= draft.low < 2200):
        return True
    if not number.grouped and FIRST_YEAR <= draft.low < LAST_YEAR:
        if noun is None:
            return True
        if before not in _COUNT_LEADS:
            draft.cues = draft.cues or cues_before(low, draft.start)
            return draft.cues.bound is None  # "up to 2000 eggs"
        return before == "of" and noun.rsplit(" ", 1)[-1] in _YEARLY  # "70 percent of 2019 levels"
    return False


def looks_like_year(number: Number) -> bool:
    """Whether a number is written as years are: four digits and nothing else."""
    return number.form == "digits" and not number.grouped and FIRST_YEAR <= number.value < LAST_YEAR


def is_year(low: str, number: Number) -> bool:
    """Whether bare digits are a year by the word before them: "in 2008 to 29" is no range."""
    if not looks_like_year(number):
        return False
    before = _WORDS_BEFORE.search(low, max(0, number.start - 24), number.start)
    return bool(before) and (before[0] in _YEAR_LEADS or before[0] in _MONTHS)  # type: ignore[index]


def is_short_of_a_figure(text: str, low: str, draft: Draft) -> bool:
    """Whether a number without unit and noun lacks what would make it a figure.

    It must be written like one (comma, point, scale, range), or be led up to as one ("reached 76"), and no other word
    may claim it: "the 4.0 way".
    """
    number, end = draft.number, draft.number_end
    if _is_stated(low, draft):
        return False
    if number.form == "crowd":
        return not low.startswith(" more", end)
    if low[end : end + 1] in ("-", "–", "/", "'", "’") or number.form == "part":
        return True
    if (low.startswith("the ", draft.start - 4) and _MARK.match(low, end)) or is_expected(low, end):
        return False
    if low[end : end + 1] == "+" or (number.form == "digits" and low.endswith("another ", 0, draft.start)):
        return False
    if claims_behind(low, end) and not _RATE_BEHIND.match(low, end) and not _took_part(low, draft):
        return not (number.value % 1 and _CAPITALS.match(text, end))
    if _GROUP_OF.search(low, max(0, draft.start - 24), draft.start):
        return False
    if number.grouped:
        return draft.low == 1 and draft.high is None
    draft.cues = draft.cues or cues_before(low, draft.start)
    if number.form != "digits":
        is_told = draft.cues.lead in _LEADS or (draft.cues.lead == "by" and draft.cues.change)
        return draft.low < 2 or not is_told  # "killed four", "fell by four"
    if draft.high is not None:
        return draft.cues.lead not in ("between", "from")
    lead = draft.cues.lead
    if lead in _JOINED and _IN_A_PLACE.match(text, end):
        return False
    if lead == "at" and _STANDS_AT.search(low, max(0, draft.start - 24), draft.start):
        return False
    led_up = draft.cues.bound or draft.cues.change or lead in _LEADS or (draft.low >= MANY and lead in _LONG_LEADS)
    return not (led_up or bound_behind(low, end))


def claims_behind(low: str, end: int) -> bool:
    """Whether the word behind position `end` is one that a number there belongs to: no function word."""
    word = _WORD_BEHIND.match(low, end)
    return word is not None and word[1] not in _FUNCTION and not ends_phrase(word[1])


def _took_part(low: str, draft: Draft) -> bool:
    """Whether a large number is the subject of the verb behind it: "a crowd of 81,365 watched"."""
    if draft.number.form == "digits" and draft.low % 1 == 0 and not (draft.number.grouped and draft.low >= 1000):
        draft.cues = draft.cues or cues_before(low, draft.start)
        if draft.cues.bound is None or draft.cues.lead == "at":
            return False  # "about 40 stayed"
    elif draft.low < 1000:
        return False
    return bool(_PAST_BEHIND.match(low, draft.number_end))


def _is_stated(low: str, draft: Draft) -> bool:
    """Whether a whole number is said of things named elsewhere: "112 of 200 seats", ", 22 were late"."""
    number, end = draft.number, draft.number_end
    if number.form not in ("digits", "words") or draft.low < 2 or draft.low % 1:
        return False
    if low[end : end + 1] != " ":
        return False
    if _OF_THOSE.match(low, end):
        return True  # "two of them"
    word = _WORD_BEHIND.match(low, end)
    if word and word[1] in _SUBJECTS and _OPENS_CLAUSE.search(low, max(0, draft.start - 7), draft.start):
        return True
    return bool(number.form == "digits" and _OF_A_TOTAL.match(low, end))


def opens_sentence(text: str, start: int) -> bool:
    """Whether position `start` is where a sentence begins."""
    head = text[max(0, start - 4) : start].rstrip(" \u00a0\t\"“‘'(")
    return not head or head[-1] in ".!?\n:;•–—"


def is_title(text: str, draft: Draft) -> bool:
    """Whether a measure is all that quotation marks enclose, with a capital: the film “9 Mile”."""
    opening, closing = text[draft.start - 1 : draft.start], text[draft.end : draft.end + 1]
    return (opening, closing.strip(",.")) in _QUOTES and text[draft.number_end : draft.end].strip()[:1].isupper()


def in_short_quotes(text: str, start: int, end: int) -> bool:
    """Whether a span stands inside a quotation of at most six words: a slogan or a name, not speech."""
    before = text[max(0, start - QUOTE) : start]
    for opening, closing in _QUOTES:
        if opening not in before:
            continue
        left = text.rfind(opening, max(0, start - QUOTE), start)
        if opening == "'" and left and text[left - 1].isalnum():
            continue
        right = text.find(closing, end, end + QUOTE)
        inner = text[left + 1 : right] if right > 0 else ""
        if not inner or closing in text[left + 1 : start] or "\n" in inner:
            continue
        if len(inner.split()) <= 6 and inner[-1] not in ".,!?":
            return True
    return False


def is_of_a_whole(low: str, end: int) -> bool:
    """Whether the word behind a fraction says what it is a part of: "a two-thirds majority"."""
    return bool(_MAJORITY.match(low, end))


def is_expected(low: str, end: int) -> bool:
    """Whether those behind a number are who expected it: "the 4.9 billion analysts had forecast"."""
    return bool(_EXPECTED.match(low, end))


def counts_by_itself(low: str, end: int, value: float) -> tuple[str, int] | None:
    """The singular noun that a number counts: before another noun ("an 11 member council"), or less than one of it."""
    match = (_FRACTIONAL if value < 1 else _COMPOUND_BLANK).match(low, end) if value != 1 else None
    return (match[1], match.end(1)) if match else None


def counts_by_hyphen(low: str, end: int, value: float) -> tuple[str, int] | None:
    """The noun of "a 12-member panel" behind position `end`, and where it ends."""
    if match := _POINT.match(low, end):
        return "point", match.end()  # a 20-point lead, but no three-point plan
    if match := _SHARED_COMPOUND.match(low, end):
        return match[1], end  # "two- and three-bedroom homes"
    match = _COMPOUND.match(low, end)
    if match is None and value >= 2 and (any_noun := _ANY_COMPOUND.match(low, end)):
        word = any_noun[1]
        is_noun = (
            word not in _NO_COMPOUND and not word.endswith(("ed", "ing", "al", "ly", "er")) and not is_plural(word)
        )
        return (word, any_noun.end()) if is_noun else None
    return ("" if match[1] == "strong" else match[1], match.end()) if match else None  # a 3,000-strong crowd


_FRACTIONAL = re.compile(r" (share|point|run|goal|win)(?![a-z])")  # 0.35 share
_COMPOUND_BLANK = re.compile(rf" ({'|'.join(_TABLE['compounds']['blank'].split())})(?= [a-z])")
_SHARED_COMPOUND = re.compile(
    rf"- (?:and|or|to) (?:\d[\d,]*|[a-z]+)-({'|'.join(_TABLE['compounds']['words'].split())})(?![a-z])"
)
_ANY_COMPOUND = re.compile(r"-([a-z]{3,})(?= [a-z])")  # a four-judge ruling
_NO_COMPOUND = frozenset(_TABLE["compounds"]["no_noun"].split())
_COMPOUND = re.compile(rf"-({'|'.join(_TABLE['compounds']['words'].split())})(?![a-z])")
_POINT = re.compile(
    r"-point(?= (?:lead|gain|drop|rise|fall|decline|advantage|deficit|swing|jump|margin|increase|loss|win|victory|gap))"
)
