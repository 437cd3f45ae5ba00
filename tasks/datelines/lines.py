"""Lines: which line states the date of publication, and where in it.

In     one line of text, or the head of a text
Out    `DateLineMatch`, or None

A line is a date line when it holds a whole date (or, behind a label, a month) and nothing else but labels, credits and
counters. A sentence with a date in it, a copyright year, the day of a crawl or of an event is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.datelines.moments import DATE, TIME_FIRST, Moment, as_date_line, day_first, find_moments
from tasks.datelines.words import EDGES, TABLE, any_of, whole_word, words_of
from tasks.model import DateLine

# A statement of a date stands on a short line; longer lines are paragraphs and only their first words are looked at.
LONGEST_LINE = 300

LABEL = re.compile(
    rf"(?:^|(?<=[\s|·•–—(\[（【>,;]))(?P<label>{any_of(words_of('labels'))})"
    r"(?P<colon>\s?[:：]\s{0,8}|\s?\|\s?|\s{1,8}(?:on\s|at\s|am\s|le\s|el\s)?[:：]?\s{0,4}|(?=\d{4}))"
    rf"(?P<time>{TIME_FIRST.pattern.removesuffix('$')})?$",
    re.IGNORECASE,
)
# Labels of languages that write the day first; English leaves it open.
_DAY_FIRST = frozenset(
    label.casefold()
    for language, labels in TABLE["labels"].items()
    if isinstance(labels, list) and language not in ("en", "zh", "ja", "ko")
    for label in labels
) - frozenset(label.casefold() for label in TABLE["labels"]["en"])
_NEVER = re.compile("|".join(whole_word(w) for w in TABLE["never"]["words"]), re.IGNORECASE)
_METADATA_WORD = re.compile(rf"(?:{any_of(TABLE['metadata']['words'])})(?![^\W_])\s?[:：]?", re.IGNORECASE)
_LEADS = frozenset(TABLE["leads"]["words"])
# "7:32 PM - 5 Oct 2017": the time below a message that an article quotes.
_TWEET = re.compile(
    r"\s*\d\d?:\d\d [AP]M\s[-·•]\s(?:\d\d? [A-Z][a-z]{2} \d{4}|[A-Z][a-z]{2} \d\d?, \d{4})(?:\s?[·•].{0,40})?\s*"
)
_NUMBER = re.compile(r"[\d:.,+ ]{1,12}")
_PAGE = re.compile(r"(?:page|p\.)\s?[a-z]?\d+", re.IGNORECASE)
_HAS_DATE = re.compile(r"\d{4}|\d[-/.]\d\d?[-/.]\d|['’]\d\d|[^\W\d_]{3}-\d\d")


# "(HK Edition 07/10/2013 page9)": the edition of a printed paper, the day, the page
_EDITION = re.compile(
    r"^[(（\[]\s?[^\d()]{2,40}?\s+(?P<date>\d\d?[/.-]\d\d?[/.-]\d{4})\s*,?\s*(?:page|p\.|seite|página)\s?\w{1,4}\s?[)）\]]$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DateLineMatch:
    """Where a line states a date of publication: [start, end) with the label, and what stands around it."""

    start: int
    end: int
    date_line: DateLine
    labelled: bool = False
    rest_is_metadata: bool = True  # False: prose follows on the same line, behind a label and a colon


def find_date_line(line: str) -> DateLineMatch | None:
    """Where `line` states the text's date of publication, or None.

    The best statement of the line is returned: one of publication before one of a later change, a labelled one before
    a bare one, the first of equals.

    >>> found = find_date_line("Release time:Mar 03, 2022 16:40 PM")
    >>> found.date_line.local, found.date_line.flags
    ('2022-03-03T16:40', ('meridiem_ignored',))
    >>> find_date_line("On April 16, 2019, the harbour froze.") is None
    True
    """
    if (edition := _EDITION.match(line)) and (moment := next(iter(find_moments(edition["date"])), None)):
        return DateLineMatch(0, len(line), as_date_line(line, moment))
    head = line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE // 2]
    if not _HAS_DATE.search(head) or _TWEET.fullmatch(line):
        return None
    found = [m for moment in find_moments(head) if (m := _statement(line, head, moment)) is not None]
    if not found:
        return None
    return min(found, key=lambda m: (is_change(line[m.start : m.end]), not m.labelled, m.start))


_CHANGE = re.compile("|".join(map(re.escape, TABLE["change"]["stems"])), re.IGNORECASE)


def is_change(words: str) -> bool:
    """Whether a label speaks of a later change, not of the publication."""
    return bool(_CHANGE.search(words))


def _statement(line: str, head: str, moment: Moment) -> DateLineMatch | None:
    """The date line around one moment, if what stands before and behind it says that it is one."""
    before = head[: moment.start]
    label = LABEL.search(before)
    never = _NEVER.search(before) if label else _NEVER.search(head)
    bare = line.strip() == line[moment.start : moment.end] and "." in line  # 06.06.23 alone on its line
    short = moment.short_year and not bare
    if never or (label is None and (moment.precision == "month" or short or len(head) < len(line))):
        return None
    start = moment.start if label is None else label.start("label")
    if label is not None and label["label"].casefold() in _DAY_FIRST:
        moment = day_first(moment)
    ahead_ok = is_metadata(head[:start]) and (label is not None or not _leads(head[:start]))
    behind_ok = len(head) == len(line) and is_metadata(line[moment.end :], following=True)
    colon = label is not None and (":" in label["colon"] or "：" in label["colon"])
    if not ahead_ok or not (
        behind_ok or (colon and not head[:start].strip(EDGES) and _ends_statement(line, moment.end))
    ):
        return None
    return DateLineMatch(
        start, moment.end, as_date_line(line[start : moment.end], moment), label is not None, behind_ok
    )


def _leads(words: str) -> bool:
    """Whether the words before a date make it a part of what they say: "the hints for", "by"."""
    last = words.strip(EDGES).casefold().split()[-1:]
    return bool(last) and last[0] in _LEADS


def _ends_statement(line: str, end: int) -> bool:
    """Whether prose behind a labelled date begins anew: not with a lower-case word or a comma."""
    rest = line[end:].lstrip(" \t\xa0")
    return bool(rest) and not rest[0].islower() and rest[0] not in ",;"


def is_metadata(words: str, following: bool = False) -> bool:
    """Whether the words beside a date are blank, credits, counters or further dates, piece by piece."""
    if not words.strip(EDGES):
        return True
    pieces = re.split(r"\s*[|·•–—▪●»]\s*|\s{2,}|\t|\s-\s|\s?//\s?|[()（）\[\]]", DATE.sub(" | ", words))
    named = False
    for piece in pieces:
        piece = piece.strip(EDGES)
        if (
            not piece
            or _METADATA_WORD.match(piece)
            or _is_label(piece)
            or _NUMBER.fullmatch(piece)
            or _PAGE.fullmatch(piece)
        ):
            named = named or bool(piece)
        elif not _is_name(piece):
            return False
    if len(pieces) == 1 and following and not named:  # "April 16, 2019 Ada Quill": no mark says that this is no prose
        return False
    return len(words) <= LONGEST_LINE and (named or len(pieces) > 1 or not following)


def _is_label(piece: str) -> bool:
    return bool(LABEL.fullmatch(piece + ":"))


def _is_name(piece: str) -> bool:
    """A short piece without a verb's look: up to six words that begin with capitals, or up to 12 unspaced signs."""
    words = piece.split()
    if piece[-1] in ".!?。！？":
        return False
    if any("\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in piece):
        return len(piece) <= 16
    small = {
        "of",
        "the",
        "and",
        "de",
        "la",
        "for",
        "&",
        "min",
        "read",
        "in",
        "on",
        "at",
        "am",
        "pm",
        "by",
        "et",
        "uhr",
        "to",
    }
    return len(words) <= 6 and all(w[0].isupper() or w[0].isdigit() or w.lower() in small for w in words)
