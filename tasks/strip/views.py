"""What one line is by itself, whatever stands around it: looked at once, used by every later decision.

In     one trimmed line
Out    its `Look`: words, kind, the rule it fits, cue words, marks

A look depends on the words of the line alone, so the looks of short lines are kept:
the pages of a site share their menus.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from tasks.rules import read_toml, rule_cache
from tasks.strip.captions import has_credit
from tasks.strip.labels import LONGEST_LABEL, is_label
from tasks.strip.rules import FOOT, HEAD, match_line
from tasks.strip.signs import kind_of, word_count
from tasks.text import line_key

MAX_RULED = 240  # characters of a line that is held against the rules of furniture
MAX_CREDITED = 600
MAX_READ = 1_200  # characters of a line whose words are counted
MIN_PROSE_WORDS = 12
LONG_WORD = 5  # letters
STEM = 5
CACHED = 1 << 14  # looks: the furniture of some hundred sites

CUES = ("site", "address", "picture", "author", "offer", "told", "function")
ROLES = ("site", "about", "caption", "related", "end")  # groups of the roles of rules
_GROUP = {
    "site_header": "site",
    "share_bar": "site",
    "newsletter": "site",
    "legal_footer": "site",
    "notice": "site",
    "comments": "site",
    "advert": "site",
    "date_line": "about",
    "byline": "about",
    "source_line": "about",
    "author_note": "about",
    "caption": "caption",
    "read_more": "related",
    "related_tail": "related",
    "end_mark": "end",
}
_LETTERS = re.compile(r"[^\W\d_]+")
# A word that does not begin in lower case, behind a word or a comma; the blank comes first for the sake of speed.
_NAME = re.compile(r" (?![a-z])(?:(?<=[^\W\d_] )|(?<=, ))([^\W\d_]+)")
_STOP = re.compile(r"[.!?。！？][\"”’'»)\]）」』*]{0,3}$")
_CUT = re.compile(r"(?:…|\.{3}|\[…\]|\[\.\.\.\]|\[\+?\d+ chars\])$")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CLOCK = re.compile(r"\b\d{1,2}:\d\d\b")
# A month and a day ("May 4") are found from the number, which few lines have, back to the month.
_DAY_NUMBER = re.compile(r" \d{1,2}\b")
_MONTH_BEFORE = re.compile(
    r"(?i)\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?\Z"
)
MAX_MONTH = len("september.")
_NUMERIC_DAY = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")
_BY = re.compile(r"(?i)^\W{0,3}(?:by|por|von|par|di|door|oleh)\b")
_ADDRESS = re.compile(r"(?i)https?:|www\.|\w@\w|\.com\b|\.org\b")
_ADDRESS_NEEDS = ("http", "www.", "@", ".com", ".org")
_HANDLE = re.compile(r"(?:^|[\s(])@\w{2,}|#\w{3,}")
_DIGIT = re.compile(r"\d")
_UPPER = re.compile(r"[A-Z]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_FIRST = itemgetter(0)
_QUOTES = '"“”«»„'


@dataclass(frozen=True, slots=True)
class Look:
    """One line's own features, and the words by which it is compared with others."""

    key: str
    words: int
    kind: str  # one of `signs.KINDS`
    role: str  # group of the rule that it fits, or "none"
    is_prose: bool
    long_words: frozenset[str]
    stems: frozenset[str]
    names: frozenset[str]
    numbers: tuple[float, ...]  # in the order of `OWN`


OWN = (
    "characters",
    "words",
    "ends_in_stop",
    "ends_in_mark",
    "ends_in_question",
    "ends_in_colon",
    "ends_in_comma",
    "breaks_off",
    "begins_small",
    "begins_digit",
    "begins_mark",
    "in_brackets",
    "capital_words",
    "capital_letters",
    "digits",
    "short_words",
    "word_length",
    "bars",
    "has_address",
    "has_handle",
    "quote_marks",
    "has_year",
    "has_day",
    "has_clock",
    "begins_by",
    "has_sign_c",
    "sentences",
    "commas",
    "all_capitals",
    *(f"{name}_words" for name in CUES),
    "site_share",
    "picture_share",
    "author_share",
    "function_share",
    "has_credit",
    "is_label",
    *(f"rule_{name}" for name in ROLES),
    "head_rule_only",
    *(f"kind_{name}" for name in ("rule", "meta", "heading", "cut", "sentence", "line", "prose")),
    "long_words",
    "names",
)


@rule_cache()
def _cues() -> dict[str, tuple[int, ...]]:
    """Of every cue word the positions in `CUES` of its groups."""
    table = read_toml("strip_cues")["cues"]
    groups = [frozenset(table[name]) for name in CUES]
    return {word: tuple(i for i, group in enumerate(groups) if word in group) for word in set().union(*groups)}


def look_at(text: str) -> Look:
    """The look of a line."""
    return _cached(text) if len(text) <= MAX_RULED else _look(text)


def _look(text: str) -> Look:
    n_words = word_count(text)
    kind = kind_of(text, n_words)
    read = text[:MAX_READ]
    letters = _LETTERS.findall(read)
    joined = " ".join(letters)
    tokens = joined.casefold().split(" ") if letters else []
    n_tokens = len(tokens) or 1
    cues = _count_cues(tokens)
    long_words = frozenset([word for word in tokens if len(word) >= LONG_WORD])
    names = frozenset([name for name in _NAME.findall(read) if name[0].isupper()])
    lowered = read.lower()
    has_digit = _DIGIT.search(read) is not None
    is_short = len(text) <= MAX_RULED
    foot = match_line(text, FOOT) if is_short else None
    head = match_line(text, HEAD) if is_short and foot is None else None
    credit = len(text) < MAX_CREDITED and has_credit(text)
    role = "caption" if credit else _GROUP.get(foot.rule.role, "none") if foot else "none"
    label = kind == "label" or (len(text) <= LONGEST_LABEL and is_label(text))
    stops = bool(_STOP.search(text, max(0, len(text) - 6)))
    capital_words = count_upper("".join(map(_FIRST, letters)))
    numbers = (
        min(len(text), 2000),
        min(n_words, 400),
        stops,
        not text[-1].isalnum(),
        text[-1] in "?？",
        text[-1] in ":：",
        text[-1] in ",;-–—",
        text[-1] in "….]" and bool(_CUT.search(text[-20:])),
        text[0].islower(),
        text[0].isdigit(),
        not text[0].isalnum() and text[0] not in _QUOTES,
        text[0] in "([{（【" and text[-1] in ")]}）】",
        capital_words / n_tokens,
        count_upper(read) / len(read),
        (len(_DIGIT.findall(read)) if has_digit else 0) / len(read),
        sum(map(str.islower, [word for word in letters if len(word) <= 3])) / n_tokens,
        (len(joined) - n_tokens + 1) / n_tokens,
        sum(map(read.count, "|·»›•")),
        any(map(lowered.__contains__, _ADDRESS_NEEDS)) and bool(_ADDRESS.search(read)),
        ("@" in read or "#" in read) and bool(_HANDLE.search(read)),
        sum(map(read.count, _QUOTES)),
        has_digit and bool(_YEAR.search(read)),
        has_digit and has_day(read),
        has_digit and ":" in read and bool(_CLOCK.search(read)),
        bool(_BY.search(text)),
        "©" in read or "(c)" in lowered,
        read.count(". ") + read.count("? ") + read.count("! "),
        read.count(","),
        text.isupper(),
        *cues,
        cues[0] / n_tokens,
        cues[2] / n_tokens,
        cues[3] / n_tokens,
        cues[6] / n_tokens,
        credit,
        label,
        *(role == name for name in ROLES),
        head is not None,
        *(kind == name for name in ("rule", "meta", "heading", "cut", "sentence", "line", "prose")),
        len(long_words),
        len(names),
    )
    is_prose = n_words >= MIN_PROSE_WORDS and stops and role == "none"
    return Look(
        line_key(text[:MAX_RULED]),
        n_words,
        kind,
        role,
        is_prose,
        long_words,
        frozenset(word[:STEM] for word in long_words),
        names,
        tuple(map(float, numbers)),
    )


def _count_cues(tokens: Sequence[str]) -> list[int]:
    """How many of the words are cue words of each group of `CUES`."""
    counts = [0] * len(CUES)
    for groups in filter(None, map(_cues().get, tokens)):
        for group in groups:
            counts[group] += 1
    return counts


def has_day(text: str) -> bool:
    """Whether a text holds a month's name with a day behind it, or a date in three numbers.

    >>> has_day("from Sept. 4 on"), has_day("on 4/5/2020"), has_day("marched 4 miles"), has_day("in May 2020")
    (True, True, False, False)
    """
    for number in _DAY_NUMBER.finditer(text):
        if _MONTH_BEFORE.search(text, max(0, number.start() - MAX_MONTH), number.start()):
            return True
    return bool(_NUMERIC_DAY.search(text))


def count_upper(text: str) -> int:
    """Upper-case letters of a text; the regular expression is ten times as fast, where it suffices.

    >>> count_upper("Über ÄRGER, “Ja”")
    7
    """
    count = len(_UPPER.findall(text))
    return count if text.isascii() else count + sum(map(str.isupper, "".join(_NOT_ASCII.findall(text))))


_cached = rule_cache(CACHED)(_look)
