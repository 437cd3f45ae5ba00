"""Counts: what a bare number counts, or that it is written or led up to as a figure.

In     candidates, units shared and ranges joined         from tasks.normalise.figures.join
Out    the same without names, dates and idioms; counts with their nouns; what is still open has no kind
                                                          to   tasks.normalise.figures.ellipsis

A number counts the noun behind it, by a hyphen or a blank; a fraction is a share of what follows "of". Without a noun
it is a figure where it is written like one (comma, point, scale, range) or led up to as one ("reached 76").
"""

from __future__ import annotations

import re

from tasks.normalise.figures.candidate import FigureCandidate
from tasks.normalise.figures.cues import bound_behind
from tasks.normalise.figures.guards import guard_of_bare, guard_of_unit, is_title
from tasks.normalise.figures.nouns import Noun, ends_phrase, is_calendar, is_plural, is_verb_here, noun_behind
from tasks.normalise.figures.view import View
from tasks.rules import read_toml

MAX_MAGNITUDE = 10  # of earthquakes
LARGE = 100_000  # as large as what is written with a scale
MANY = 10_000  # five digits in running prose are a figure rather than a name

_TABLE = read_toml("figures_guard")
_LONG_LEADS = frozenset(_TABLE["bare"]["long_leads"].split())
_LEADS = frozenset(_TABLE["bare"]["leads"].split())
_FUNCTION = frozenset(_TABLE["bare"]["function"].split())
_PER = re.compile(
    r" (?:per|a|an|each|every) (day|week|month|year|hour|minute|capita|person|game|match|head"
    r"|season|night|shift|household)(?![a-z])"
)
_PER_ONLY = re.compile(r" per (?!cent|hundred|thousand|million|billion|share)([a-z]{3,})(?![a-z])")
_TAIL_WORD = re.compile(r"(?:[- ](odd|plus)| or (so|more)|\+)(?= [a-z])")
_HALF_THE = re.compile(r" (?:the|its|their|his|her|our|all|this)(?= )")
_OF_A_TOTAL = re.compile(
    r" (?:out )?of (?:(?:the |its |their |his |her |all )?(?:[a-z]+['’]s? )?)(?:last |past |first )?"
    r"(?:\d[\d,.]*(?: mln| million| billion)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?= )"
)
_OF_DIGITS = re.compile(r" (?:out )?of (?:the |its |their |his |her |all |a total of )?(?:last |past |first )?\d")
_MAGNITUDE = re.compile(r"(?<![a-z])magnitude(?: of |[ -])$")
_POINTS = re.compile(r" points?(?![a-z])")
_RATES = re.compile(r"(?<![a-z])(?:rates?|per ?cent|pct)(?![a-z])|%")
_RATE_BEHIND = re.compile(r" (?:a|an|each|every) (?:day|week|month|year|hour|night|season)(?![a-z])")
_PAST_BEHIND = re.compile(
    r" (?:[a-z]{2,}ed|came|slept|sang|stood|sat|ran|spoke|drank|ate|drove|flew|chose|heard|paid|sent"
    r"|left|took|went|died|lost|fled|won|got|fell|said|made|saw|were|are"
    r"|have|had|gathered)(?: |[.,])"
)
_SUBJECTS = frozenset(_TABLE["bare"]["subjects"].split())
_MAJORITY = re.compile(rf"[- ](?:{'|'.join(_TABLE['bare']['majority'].split())})(?![a-z])")
_MARK = re.compile(rf"[ -](?:{'|'.join(_TABLE['bare']['mark'].split())})(?![a-z])")
_EXPECTED = re.compile(
    rf" (?:{'|'.join(_TABLE['bare']['expecting'].split())}) (?:(?:had|have|on average|were|was) )?"
    r"(?:expected|forecast|predicted|polled|surveyed|estimated|expecting|street)(?![a-z])"
)
_OPENS_CLAUSE = re.compile(r"(?:^|[.;,:—] |\n|(?<=[a-z,] )(?:and|but|while|which) )[\"“]?$")
_JOINED = frozenset(["with", "including", "plus"])
_IN_A_PLACE = re.compile(r" (?:in|at|on|from) (?:the )?[A-Z]")  # "together with 198 in Oslo"
_STANDS_AT = re.compile(rf"(?<![a-z])(?:{'|'.join(_TABLE['bare']['stands_at'].split())}) (?:steady |unchanged )?at $")
_GROUP_OF = re.compile(
    rf"(?<![a-z])(?:{'|'.join(_TABLE['bare']['groups'].split())}) of (?:about |around |some |over |nearly "
    r"|only |just )?$"
)
_OF_THOSE = re.compile(r" of (?:them|whom|which)(?![a-z])")
_WORD_BEHIND = re.compile(r"[ \u00a0]?([a-z]+(?:\.m\.?)?)")
_CAPITALS = re.compile(r" [A-Z]{2,5}(?![A-Za-z])")
_NO_CROWD_BEFORE = re.compile(r"(?:\b(?:the|in|by|these|those|all|of|its|their|few|several|many|more) |-)$")
_CROWD_ACTS = re.compile(
    r" (?:[a-z]{2,}ed|fled|went|came|left|took|fell|died|lost|ran|sat|stood|slept|were|are|have|had|will|would"
    r"|dead|homeless|hurt|in (?:the |its |their )?[a-z]|at|from|across|along|around|outside|on (?:the|its)|worldwide"
    r"|nationwide|gather|flock|march)(?![a-z]*s )"
)
_CROWD_BEFORE = re.compile(
    r"(?<![a-z])(?:kill(?:ed|ing|s)|injur(?:ed|ing)|wound(?:ed|ing)|displac(?:ed|ing)|left|leaving|attract(?:ed|ing|s)|drew|draws|drawing"
    r"|employ(?:s|ed|ing)|forced|forcing|affect(?:ed|ing|s)|trapp(?:ed|ing)|arrest(?:ed|ing)|evacuat(?:ed|ing)|cost|costs|costing|worth|raised|earn(?:ed|s|ing)"
    r"|made|makes|saved|sav(?:es|ing)|lost|spent|paid|owes|sold"
    r"|sent|gave|donated|received|poured|pumped|stole|won) (?:them |him |her |us )?$"
)
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
_RANGE_LEADS = frozenset(["between", "from", "of", "about"])


def count_candidates(view: View, candidates: list[FigureCandidate]) -> list[FigureCandidate]:
    """Counts and shares for bare numbers; without those that a guard holds back."""
    found: list[FigureCandidate] = []
    for candidate, following in zip(candidates, [*candidates[1:], None], strict=True):
        counted = _decided(view, candidate)
        if counted is None:
            continue
        if following and following.kind == "money" and candidate.end <= following.start < counted.end:
            counted = candidate  # "the Budapest one SR 70m": no noun runs into the next figure
        found.append(counted)
    return found


def _decided(view: View, candidate: FigureCandidate) -> FigureCandidate | None:
    if candidate.kind is None:
        return _count(view, candidate)
    if guard_of_unit(view, candidate) or candidate.kind == "calendar":
        return None
    if candidate.kind == "measure" and is_title(view.text, candidate):
        return None
    return candidate


def _count(view: View, candidate: FigureCandidate) -> FigureCandidate | None:
    """A bare number as a count with its noun, a share ("a third of") or a plain figure; None where a guard holds."""
    low = view.low
    if candidate.form == "part" and candidate.scale == 1:
        return _part(view, candidate)
    if candidate.low <= MAX_MAGNITUDE and (match := _MAGNITUDE.search(view.before(candidate.start, 14))):
        start = candidate.start - len(match[0])
        return candidate.but(
            kind="count", noun="magnitude", rule="count.magnitude", start=start, unit_start=start, unit_end=start + 9
        )
    behind, rule, tail = _counted(view, candidate)
    if behind and candidate.scale > 1 and is_expected(low, candidate.number_end):
        behind = None  # "the 4.9 billion analysts had forecast"
    if guard_of_bare(view, candidate, behind.name if behind else None):
        return None
    if behind is None:
        is_figure = not _is_short_of_a_figure(view, candidate)
        return candidate.but(kind="count", rule="count.plain") if is_figure else candidate
    if is_calendar(behind.name):
        return None  # "three consecutive years"
    end = max(behind.end, candidate.end)
    unit = (behind.start, behind.end) if behind.end > behind.start else (-1, -1)
    candidate = candidate.but(
        kind="count",
        noun=behind.name,
        end=end,
        unit_start=unit[0],
        unit_end=unit[1],
        rule=f"count.{rule}",
        tail_bound=tail,
    )
    per = _PER.match(low, end) or _PER_ONLY.match(low, end)
    if not behind.name or not per:
        return candidate
    return candidate.but(noun=f"{behind.name} per {per[1]}", end=per.end(), unit_end=per.end() if unit[0] >= 0 else -1)


def _part(view: View, candidate: FigureCandidate) -> FigureCandidate | None:
    """A fraction as a share of something, or as points."""
    low = view.low
    if match := _POINTS.match(low, candidate.number_end):
        is_rate = _RATES.search(low, max(0, candidate.start - 60), candidate.number_end + 40)
        kind, noun = ("percentage_point", "%") if is_rate else ("count", "point")
        start = candidate.number_end + 1
        return candidate.but(
            kind=kind, noun=noun, end=match.end(), unit_start=start, unit_end=match.end(), rule=f"{kind}.part"
        )
    if not _is_part(view, candidate):
        return candidate
    return None if guard_of_bare(view, candidate, None) else candidate.but(kind="multiple", rule="multiple.part")


def _is_part(view: View, candidate: FigureCandidate) -> bool:
    """Whether a fraction is said of something: "a third of the crop", "half the crop", "births up a tenth"."""
    low, end = view.low, candidate.number_end
    if low.startswith(" of ", end) or _MAJORITY.match(low, end) or (candidate.low == 0.5 and _HALF_THE.match(low, end)):
        return True
    cues = view.cues(candidate.start)
    return bool(cues.bound or cues.change) and not claims_behind(low, end)


def _counted(view: View, candidate: FigureCandidate) -> tuple[Noun | None, str, str | None]:
    """(the noun a number counts, the rule that says so, a bound that stands between the two)."""
    low, end, value = view.low, candidate.number_end, candidate.low
    if noun := _by_hyphen(low, end, value):
        return noun, "hyphen", None
    noun, tail = _noun(view, candidate)
    if noun:
        return noun, "noun", tail
    if value != 1 and (match := (_FRACTIONAL if value < 1 else _COMPOUND_BLANK).match(low, end)):
        return Noun(match[1], match.start(1), match.end(1)), "blank", tail
    return None, "", tail


def _noun(view: View, candidate: FigureCandidate) -> tuple[Noun | None, str | None]:
    low, position, tail = view.low, candidate.number_end, None
    if match := _TAIL_WORD.match(low, position):
        is_about = match[1] == "odd" or match[2] == "so"
        tail, position = "~" if is_about else ">=", match.end()  # "20-odd boats", "65+ boats"
    if low[position : position + 1] in ("-", "–"):
        return None, tail
    if match := _OF_A_TOTAL.match(low, position):  # "112 of 200 seats": what the total counts
        behind = noun_behind(view.text, low, match.end(), None)
        return (Noun(behind.name, position, position) if behind else None), tail
    # "Dozens queued": only "of" joins a crowd to its noun
    noun = None if candidate.form == "crowd" else view.noun(position, candidate.low)
    is_large = candidate.form == "crowd" or candidate.scale > 1 or candidate.low >= LARGE
    if noun is None and is_large and low.startswith(" of ", position):
        noun = view.noun(position + 3, candidate.low)
    return noun, tail


def _by_hyphen(low: str, end: int, value: float) -> Noun | None:
    """The noun of "a 12-member panel" behind position `end`."""
    if low[end : end + 1] != "-":
        return None
    if match := _POINT.match(low, end):
        return Noun("point", end + 1, match.end())  # a 20-point lead, but no three-point plan
    if match := _SHARED_COMPOUND.match(low, end):
        return Noun(match[1], end, end)  # "two- and three-bedroom homes"
    if match := _COMPOUND.match(low, end):
        return Noun("" if match[1] == "strong" else match[1], end + 1, match.end())  # a 3,000-strong crowd
    match = _ANY_COMPOUND.match(low, end) if value >= 2 else None
    if match is None or match[1] in _NO_COMPOUND or match[1].endswith(("ed", "ing", "al", "ly", "er")):
        return None
    return None if is_plural(match[1]) else Noun(match[1], end + 1, match.end())


# ------------------------------------------------------------------ without a noun


def _is_short_of_a_figure(view: View, candidate: FigureCandidate) -> bool:
    """Whether a number without unit and noun lacks what would make it a figure.

    It must be written like one (comma, point, scale, range), or be led up to as one ("reached 76"), and no other word
    may claim it: "the 4.0 way".
    """
    low, end = view.low, candidate.number_end
    if _is_stated(view, candidate):
        return False
    if candidate.form == "crowd":
        return not _is_crowd(view, candidate)
    if low[end : end + 1] in ("-", "–", "/", "'", "’") or candidate.form == "part":
        return candidate.scale == 1 or low[end : end + 1] != ""
    if (low.startswith("the ", candidate.start - 4) and _MARK.match(low, end)) or is_expected(low, end):
        return False
    if low[end : end + 1] == "+" or (candidate.form == "digits" and low.endswith("another ", 0, candidate.start)):
        return False
    if claims_behind(low, end) and not _RATE_BEHIND.match(low, end) and not _took_part(view, candidate):
        return not (candidate.low % 1 and _CAPITALS.match(view.text, end))
    if _GROUP_OF.search(view.before(candidate.start, 34)):
        return False
    if candidate.grouped:
        return candidate.low == 1 and candidate.high is None
    return not _is_led_up_to(view, candidate)


def _is_led_up_to(view: View, candidate: FigureCandidate) -> bool:
    """Whether the words before a small bare number make it a figure: "killed four", "reached 76"."""
    cues, end = view.cues(candidate.start), candidate.number_end
    if view.low.startswith(" the number of ", end):
        return True  # brings to 38 the number of dead
    if candidate.high is not None:
        return cues.lead in _RANGE_LEADS or cues.bound is not None
    if candidate.form != "digits":
        is_told = cues.lead in _LEADS or (cues.lead == "by" and cues.change)
        return candidate.low >= 2 and bool(is_told or cues.change in ("to", "from"))
    if cues.lead in _JOINED and _IN_A_PLACE.match(view.text, end):
        return True
    if cues.lead == "at" and _STANDS_AT.search(view.before(candidate.start, 24)):
        return True
    is_long = candidate.low >= MANY and cues.lead in _LONG_LEADS
    return bool(cues.bound or cues.change or cues.lead in _LEADS or is_long or bound_behind(view.low, end))


def _is_crowd(view: View, candidate: FigureCandidate) -> bool:
    """Whether a plural scale is a crowd by itself: "Thousands fled", "hundreds were hurt"; no: "in the thousands"."""
    if view.low.startswith(" more", candidate.number_end):
        return True
    if " of " in view.low[candidate.number_start : candidate.number_end]:
        return True
    if _NO_CROWD_BEFORE.search(view.before(candidate.start, 9)):
        return False
    return bool(
        _CROWD_ACTS.match(view.low, candidate.number_end) or _CROWD_BEFORE.search(view.before(candidate.start, 24))
    )


def claims_behind(low: str, end: int) -> bool:
    """Whether the word behind position `end` is one that a number there belongs to: no function word."""
    word = _WORD_BEHIND.match(low, end)
    if word is None or word[1] in _FUNCTION or ends_phrase(word[1]):
        return False
    return not is_verb_here(low, word[1], word.end())


def is_expected(low: str, end: int) -> bool:
    """Whether those behind a number are who expected it: "the 4.9 billion analysts had forecast"."""
    return bool(_EXPECTED.match(low, end))


def _took_part(view: View, candidate: FigureCandidate) -> bool:
    """Whether a large number is the subject of the verb behind it: "a crowd of 81,365 watched"."""
    if candidate.form == "digits" and candidate.low % 1 == 0 and not (candidate.grouped and candidate.low >= 1000):
        cues = view.cues(candidate.start)
        if cues.bound is None or cues.lead == "at":
            return False  # "about 40 stayed"
    elif candidate.low < 1000:
        return False
    return bool(_PAST_BEHIND.match(view.low, candidate.number_end))


def _is_stated(view: View, candidate: FigureCandidate) -> bool:
    """Whether a whole number is said of things named elsewhere: "112 of 200 seats", ", 22 were late"."""
    low, end = view.low, candidate.number_end
    if candidate.form not in ("digits", "words") or candidate.low < 2 or candidate.low % 1:
        return False
    if low[end : end + 1] != " ":
        return False
    if _OF_THOSE.match(low, end):
        return True  # "two of them"
    word = _WORD_BEHIND.match(low, end)
    if word and word[1] in _SUBJECTS and _OPENS_CLAUSE.search(view.before(candidate.start, 7)):
        return True
    return bool(candidate.form == "digits" and _OF_DIGITS.match(low, end))
