"""Which way a clause looks: back to what was, ahead to what will be, or neither.

In     a text and a mention's span
Out    "past", "future" or None

The cue nearest before the mention in its sentence decides, else the nearest behind it.

Words   dates_vague.toml, [tense]
"""

from __future__ import annotations

import re

from tasks.normalise.dates.words import PAST_FORMS, PLANS, TENSE

SCHEDULE_REACH = 56  # characters from the verb of a schedule to its date
# Where a sentence or paragraph ends, for counting them.
SENTENCE_END = re.compile(r"[.!?](?<!\b[A-Z][.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z\d])|\n\s*\n")
REACH = 160  # characters to either side; sentences are rarely longer than that from verb to date

# A stop before a small letter or a figure ends no sentence ("Nov. 16"), nor does that of a title.
_END = re.compile(
    r"[.!?;](?<!\bvs\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bGen\.)(?<!\bSen\.)(?=\s+[^a-z\d\s])|\n\s*\n"
)


def _any_of(words: list[str]) -> str:
    """The words as alternatives, the longest first, by first letter: at each word few are tried."""
    by_letter: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        by_letter.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())


# The verb behind "will (also) be" belongs to it: "will be held" looks ahead.
_VERB = (
    r"(?:\s+(?:also|not|still|then|again|soon|now|never|be|been|have|[a-z]+ly)){0,3}"
    r"(?:\s+(?:remain|stay)\s+[a-z]+|\s+(?!(?:was|were|had|has|did|is|are)\b)[a-z]+)?"
)
_INFINITIVE = (
    r"to(?:\s+(?:also|not|then|again|soon|be|have|been|get|[a-z]+ly)){0,3}"
    r"\s+(?!(?:in|on|at|by|the|an?|its|their|his|her)\b)[a-z]+"
)
_FUTURE = rf"(?:{_any_of(TENSE['future'])}){_VERB}"
# One rule for what is planned: "is (still) due to be finished", "are likely to", "being set to".
_IS = r"(?:(?:is|are|am|be|being|remains?|['’]s|['’]re)\s+(?:(?:not|also|still|now|[a-z]+ly)\s+)?)?"
_PLANNED = rf"{_IS}(?:{_any_of(PLANS['planned'])})\s+{_INFINITIVE}"
_WAS_PLANNED = (  # told of from later: it may have come or not
    rf"(?:was|were|been)\s+(?:not\s+|also\s+|still\s+|[a-z]+ly\s+)?(?:(?:{_any_of(PLANS['planned'])})\s+)?{_INFINITIVE}"
)
_ASKED = (  # "told him to come on Friday": whether it was before or is still to be is not said
    r"(?:asked|told|ordered|invited|instructed|subpoenaed|summoned|required|allowed|permitted)\s+"
    rf"(?:(?!that\b)[\w'’-]+\s+){{1,4}}?{_INFINITIVE}"
)
_PLAN = rf"(?:(?:{_any_of(PLANS['plans'])})(?:\s+(?!that\b)[\w'’-]+){{0,3}}?|has|have|ought)\s+{_INFINITIVE}"
# What may, could or is expected to happen lies ahead; what could not be done, or be reached, is told. The month is no
# "may".
_MODAL = (
    r"(?-i:(?:may|might)(?:\s+not)?|(?:should|must)(?:\s+not)?|"
    r"could(?!\s+not\b|\s+be\s+(?:reached|located|found|seen|heard|contacted|learned)\b))"
    r"(?!\s+have\b)(?:\s+(?:also|be|[a-z]+ly)){0,3}(?:\s+[a-z]+)?"
)
_EXPECTED = r"expect(?:s|ed)?(?:\s+(?!will\b|would\b)[\w'’-]+){1,4}?\s+to(?:\s+(?:be\s+)?[a-z]+)?"
_AGREED = (  # to meet, not to a deal or in May
    r"agreed to(?!\s+(?:an?|the|its|their|his|her|such|all|terms|in|on|at|by|during|last|earlier)\b)(?:\s+[a-z]+)?"
)
# "She vowed to strike on Saturday", "urged them to stay home"; and behind a comma "the shop, to open in May".
_VOWED = rf"(?:{_any_of(TENSE['vow'])})(?:\s+[\w'’-]+){{0,3}}?\s+to(?:\s+(?:be\s+)?[a-z]+)?"
_TO = r"(?<=, )to\s+(?:be\s+)?[a-z]+"
# What had been planned belongs to the past with its verb: "had been due to expire Friday".
_HAD_PLANNED = (
    r"had\s+(?:been\s+)?(?:due|scheduled|set|expected|planned|supposed|hoped|intended|wanted)\s+to"
    r"(?:\s+be)?(?:\s+[a-z]+)?"
)
# Behind an article a word in -ed describes what follows: "the reduced fee".
_NOT_BEHIND = "".join(rf"(?<!\b{word} )" for word in TENSE["articles"])
_IN_ED = rf"{_NOT_BEHIND}(?!(?:{_any_of(TENSE['not_past'])})\b)[a-z]{{2,}}ed"
_PAST = _any_of(sorted({*TENSE["past"], *PAST_FORMS}))
# `soft` cues look ahead less surely: what may, should, is hoped or expected by somebody.
_CUE = re.compile(
    rf"(?<!\w)(?:(?P<told>{_HAD_PLANNED})|(?P<open>{_WAS_PLANNED}|{_ASKED})|(?P<soft>{_MODAL}|{_EXPECTED}|{_PLAN})"
    rf"|(?P<future>{_PLANNED}|{_FUTURE}|{_AGREED}|{_VOWED}|{_TO})|(?P<past>{_PAST}|{_IN_ED}))(?!\w)",
    re.IGNORECASE,
)
TENSES = {"told": "past", "open": None, "soft": "future", "future": "future", "past": "past"}
_PUT_OFF = re.compile(
    rf"\b(?:{_any_of(PLANS['put_off'])})\s+(?:to|until|till)\s+(?:the\s|early\s|late\s|mid-?)*$", re.IGNORECASE
)
_AHEAD = re.compile(rf"\b(?:{_any_of(TENSE['ahead'])})\s+(?:the\s|early\s|late\s|mid-?|end of\s)*$", re.IGNORECASE)
# "It was part of a plan to repay the loan by May": the plan looks ahead, whenever it was made.
_INTENT = re.compile(rf"\b(?:{_any_of(TENSE['intent'])})\s+to\s+[a-z]+\b[^.!?;]*$", re.IGNORECASE)
# "Opens Friday", "arrives in Rome on Sept. 30", "we leave Sunday", "the report due Monday": a schedule, where the verb
# stands at the date or has but a place or a rival in between; elsewhere it may be a noun.
_PLACE = r"(?:(?:for|in|to|at|from|with|off|against)\s+(?:[\w’'.-]+\s+){1,3}?)?"
_SCHEDULED = re.compile(
    rf"(?<!\bto )\b(?:{_any_of(TENSE['scheduled'])})\s+{_PLACE}(?:(?:on|in)\s+)?$"
    r"|\b(?:plays|faces|hosts|visits)\s+(?:[A-Z][\w’'.-]*\s+){1,3}(?:on\s+)?$"
    rf"|\b(?:[Ww]e|[Tt]hey|I|[Yy]ou)\s+(?:{_any_of(TENSE['scheduled_us'])})\s+{_PLACE}(?:on\s+)?$"
    r"|(?<!\bwas )(?<!\bwere )(?<!\bbeen )\bdue\s+(?:out\s+)?(?:on\s+|in\s+)?$"
)
_SINCE = re.compile(
    r"\bsince\s+(?:(?:one|that|those)\s+(?:in|on)\s+|(?:the\s|early\s|late\s|mid-?|last\s)*)$", re.IGNORECASE
)
_TOLD_IF_BEHIND = tuple(
    TENSE["told_if_behind"]
)  # "On Monday they agreed to a truce" tells, "they agreed to meet Monday" does not
# What was planned for a day and did not come says nothing about the side on which the day lies.
_CALLED_OFF = re.compile(
    r"[^.!?;]{0,40}?\b(?:was|were|(?:has|have|had) been)"
    r" (?:called off|cancell?ed|postponed|delayed|put off|scrapped|moved)\b"
)
_HAD = re.compile(r"\b(?:had|was|were)\b[^.!?]*$|^[^.!?]*\bhad\b", re.IGNORECASE)

_HEDGE = re.compile(rf"(?<!\w)(?:{_any_of(TENSE['future'] + TENSE['hedge'])})(?!\w)", re.IGNORECASE)


# "The report for February is due Friday": what a month is of says nothing about the verb behind it.
_OF = re.compile(r"\b(?:for|of)\s+$", re.IGNORECASE)
# "Will give its figures for October": October is over.
_REPORTED = re.compile(rf"\b(?:{_any_of(PLANS['report'])})\s+(?:for|of|in|from)\s+$", re.IGNORECASE)


# An entry of a timeline, which tells in the present: "May 24 - Voters fill the empty seat".
_ENTRY = re.compile(r"\s?(?:\s[-–—]{1,2}|:)\s|\s?—")
_ENTRY_BEFORE = re.compile(r"(?:^|[.!?;:*•\n]|--|[-–—])[\"”’)]*\s*$")


def tense_at(text: str, start: int, end: int, *, strict: bool = False) -> str | None:
    """The tense of the clause around [start, end); `strict` says "past" only of a sentence that nowhere looks ahead."""
    return tense_and_doubt(text, start, end, strict=strict)[0]


def tense_and_doubt(text: str, start: int, end: int, *, strict: bool = False) -> tuple[str | None, bool]:
    """The tense, and whether its cue is a weak one: behind the date, "until", what may or is hoped to be."""
    before = text[max(0, start - REACH) : start]
    if _SCHEDULED.search(before, max(0, len(before) - SCHEDULE_REACH)):
        return "future", False
    if _PUT_OFF.search(before, max(0, len(before) - SCHEDULE_REACH)):
        return "future", False
    after = text[end : end + REACH]
    if _ENTRY.match(after) and _ENTRY_BEFORE.search(before):
        return None, False
    ahead = _AHEAD.search(before, max(0, len(before) - 40))
    if ahead and (_INTENT.search(before) or not (_HAD.search(before) or _HAD.search(after))):
        return "future", ahead[0].lower().startswith(("until", "till"))
    ends = [m.end() for m in _END.finditer(before)]
    begin = ends[-1] if ends else 0
    stop = _END.search(after)
    size = stop.start() if stop else len(after)
    cues = list(_CUE.finditer(before, begin))
    cue = cues[-1] if cues else _CUE.search(after, 0, size)
    kind = str(cue.lastgroup) if cue else "open"
    tense = TENSES[kind]
    if cue and not cues and cue[0].lower().startswith(_TOLD_IF_BEHIND):
        tense = "past"
    if tense == "future" and (_CALLED_OFF.match(after) or (not cues and _OF.search(before))):
        return None, False
    if strict and tense == "past" and (_HEDGE.search(before, begin) or _HEDGE.search(after, 0, size)):
        return None, False
    reported = tense == "future" and bool(_REPORTED.search(before))
    return tense, not cues or kind == "soft" or reported


_STEPS_BACK = re.compile(r"\bhad\s+(?!to\b)(?:[a-z'’-]+\s+){1,6}(?:in|on|during)\s+(?:the\s|early\s|late\s|mid-)?$")


def steps_back(text: str, start: int) -> bool:
    """Whether the clause before a date says what had been: "those who had set out in June"."""
    return bool(_STEPS_BACK.search(text[max(0, start - 80) : start]))


def is_since(text: str, start: int) -> bool:
    """Whether a date is where something began that still goes on: "since July 8"."""
    return bool(_SINCE.search(text[max(0, start - 24) : start]))


_ASIDE = re.compile(
    r"\b(?:after|than|from|since|against|with|versus|following|unlike)\s+(?:(?:an?|the|its|their|[a-z-]+)\s+){0,2}$",
    re.IGNORECASE,
)


def is_aside(text: str, start: int) -> bool:
    """Whether a quarter is what another is held against: "after a flat second quarter"."""
    return bool(_ASIDE.search(text[max(0, start - 40) : start]))


_DIRECT = re.compile(
    rf"(?:(?:{_any_of(TENSE['past'])}|[a-z]{{2,}}ed|place) on|(?:^|[.!?]\s+|\n\s*)On)\s+(?:[A-Z][a-z]+day,?\s+)?$"
)


def is_told_on(text: str, start: int, end: int) -> bool:
    """Whether the clause says outright that something was done on that day: "was held on …", "On …, she left."."""
    direct = _DIRECT.search(text[max(0, start - 60) : start])
    return bool(direct) and tense_at(text, start, end, strict=True) == "past"
