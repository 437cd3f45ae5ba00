"""Date lines: the places where a page, a field or an address states when a text was published.

In     one line of text, the head of a text, a metadata value, or a URL
Out    `tasks.model.DateLine` (and, for a line, where in it the statement stands), or None

A line is a date line when it holds a whole date (or, behind a label, a month) and nothing else but labels, credits and
counters. A sentence with a date in it, a copyright year, the day of a crawl or of an event is none. Weekdays only
check; zones count only where the words state one; an order of day and month that the words leave open is kept open.

Words   tasks/rules/dates_lines.toml, with examples that run as tests
Limits  Months and labels of about 15 languages; "3 hours ago" states no date; two-digit years only behind a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from tasks.model import DateLine
from tasks.rules import read_toml

# A statement of a date stands on a short line; longer lines are paragraphs and only their first words are looked at.
LONGEST_LINE = 300
# Years that a publication on a page, or a digitised paper, can have.
FIRST_YEAR, LAST_YEAR = 1600, 2199
# Epoch values between 1973 and 2099; smaller numbers are ids and counters.
EPOCH_FIRST, EPOCH_LAST = 10**8, 4_102_444_800

_TABLE = read_toml("dates_lines")


@dataclass(frozen=True, slots=True)
class DateLineMatch:
    """Where a line states a date of publication: [start, end) with the label, and what stands around it."""

    start: int
    end: int
    date_line: DateLine
    labelled: bool = False
    rest_is_metadata: bool = True  # False: prose follows on the same line, behind a label and a colon


@dataclass(frozen=True, slots=True)
class _Moment:
    """A date, perhaps with a time, read at [start, end) of a string."""

    start: int
    end: int
    local: str
    precision: str
    utc_offset: int | None = None
    order: str | None = None
    alternative: str | None = None
    flags: tuple[str, ...] = ()
    short_year: bool = False


# ------------------------------------------------------------------ the grammar, built from the tables


def _words(section: str) -> list[str]:
    """All words of a section's lists, longest first."""
    words = {w for rows in _TABLE[section].values() if isinstance(rows, list) for w in rows}
    return sorted(words, key=lambda w: (-len(w), w))


def _numbered(section: str) -> dict[str, int]:
    """name -> 1-based number, for months and weekdays of every language."""
    numbers: dict[str, int] = {}
    for names in _TABLE[section].values():
        if isinstance(names, list):
            for number, alternatives in enumerate(names, 1):
                for name in alternatives.split("|"):
                    numbers.setdefault(name.casefold(), number)
    return numbers


def _any_of(words: Any) -> str:
    """A pattern for any of the words, longest first; blanks in a word stand for any run of blanks."""
    longest_first = sorted(words, key=lambda w: (-len(w), w))
    return "|".join(re.escape(w).replace(r"\ ", r"[ \xa0_]{1,3}") for w in longest_first)


def _whole(word: str) -> str:
    """A pattern for a word that is not part of a longer one; signs and unspaced scripts have no such edges."""
    before = r"(?<!\w)" if word[0].isalpha() and word.isascii() else ""
    after = r"(?!\w)" if word[-1].isalpha() and word.isascii() else ""
    return before + re.escape(word) + after


_MONTHS = _numbered("months")
_WEEKDAYS = _numbered("weekdays")
_ZONES: dict[str, int] = _TABLE["zones"]["offsets"]
_UNSETTLED: list[str] = _TABLE["zones"]["unsettled"]
_LEADS = frozenset(_TABLE["leads"]["words"])
# Midnight of 1970 in UTC and west of it: what a page shows whose date is missing.
_EPOCH_ZERO = frozenset(["1969-12-31", "1970-01-01"])
_MONTH = rf"(?:{_any_of(_MONTHS)})(?!\w)"
_WEEKDAY = rf"(?:{_any_of(w for w in _WEEKDAYS if len(w) > 1)})(?![^\W\d_])"
_SEP = r"[\s,\-|·•–—/]"

_DATE = re.compile(
    rf"""(?<![A-Za-zÀ-ɏ\d_/.\-+])(?<!\d:)
    (?:(?P<weekday>{_WEEKDAY})\.?{_SEP}{{0,4}}(?:den\s|le\s|the\s)?)?
    (?:
        (?P<y1>\d{{4}})(?P<s1>[-/.])(?P<m1>\d\d?)(?P=s1)(?P<d1>\d\d?)(?![\d/]|[-.]\d)\.?
      | (?P<y2>\d{{4}})\s?[年년]\s?(?P<m2>\d\d?)\s?[月월]\s?(?P<d2>\d\d?)\s?[日号號일]
            (?:\s?[（(]?(?P<weekday2>{_WEEKDAY}|[月火水木金土日월화수목금토](?=[)）]))[)）]?)?
      | (?P<d3>\d\d?)(?:st|nd|rd|th|er|\.|º|ª|)(?:[ \xa0\-/.]{{1,2}}|(?<=\.))(?:(?:de|of|di|del)\s)?(?P<n3>{_MONTH})
            (?:\.|,|[ \xa0\-/]){{0,3}}(?:(?:de|del)\s)?(?P<y3>\d{{4}}|['’]\d\d)(?!\d)
      | (?P<n4>{_MONTH})(?:\.|[ \xa0\-/]){{1,2}}(?:the\s)?(?P<d4>\d\d?)(?:st|nd|rd|th)?
            (?:,|[ \xa0\-/]){{1,3}}(?P<y4>\d{{4}})(?!\d)
      | (?P<y6>\d{{4}})[-/ ,]{{1,2}}(?P<n6>{_MONTH})\.?[-/ ]{{1,2}}(?P<d6>\d\d?)(?!\d)
      | (?P<a5>\d\d?)(?P<s5>[-/.])(?P<b5>\d\d?)(?P=s5)(?P<y5>\d{{4}}|\d\d)(?![\d/]|[-.]\d)\.?
      | (?P<n7>{_MONTH})\.?,?\s(?P<y7>\d{{4}})(?!\d)
      | (?P<y8>\d{{4}})[-/](?P<m8>\d\d)(?![\w/\-])
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_TIME = re.compile(
    rf"""(?:{_SEP}{{0,6}}|{_SEP}{{1,4}}(?:at|um|à|a\sles|a\slas|às|alle|ore|om|kl\.?|klo|o|в|saat|pukul|lúc)\s{{1,3}}|T|\sT|[（(])
    (?P<before>上午|下午|晚上|中午|凌晨|早上|午前|午後|오전|오후)?\s?
    (?:
        (?P<h1>\d\d?)(?P<colon>[:：.h])(?P<min1>\d\d)(?:[:：.](?P<sec1>\d\d)(?:[.,]\d{{1,9}})?)?(?![\d:])
      | (?P<h2>\d\d?)\s?[时時시点]\s?(?:(?P<min2>\d\d?)\s?[分분])?
      | (?P<h3>\d\d?)(?=\s?[ap]\.?m)
      | (?P<h4>\d\d?)(?:h|\suhr)(?!\w)
    )
    (?:\s?(?P<half>[ap])\.?\s?m(?!\w)\.?)?(?:\s?(?:uhr|hrs|hours|uur)(?!\w))?
    (?P<zone>\s?\(?(?:(?P<utc>(?:GMT|UTC)?\s?[+\-−]\s?\d\d?(?::?\d\d)?)(?!\d)
        |(?P<named>{_any_of(_ZONES)})(?!\w)|(?P<unsettled>{_any_of(_UNSETTLED)})(?!\w))\)?)?""",
    re.IGNORECASE | re.VERBOSE,
)
_TIME_FIRST = re.compile(
    rf"(?P<hour>\d\d?)[:.h](?P<minute>\d\d)(?::(?P<second>\d\d))?(?:\s?(?P<half>[ap])\.?m\.?)?"
    rf"(?:\s?(?:uhr|hrs)(?!\w))?\s?(?P<named>{_any_of(_ZONES)})?{_SEP}{{1,4}}(?:on\s|am\s)?$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    rf"(?:^|(?<=[\s|·•–—(\[（【>,;]))(?P<label>{_any_of(_words('labels'))})"
    r"(?P<colon>\s?[:：]\s{0,8}|\s?\|\s?|\s{1,8}(?:on\s|at\s|am\s|le\s|el\s)?[:：]?\s{0,4}|(?=\d{4}))"
    rf"(?P<time>{_TIME_FIRST.pattern.removesuffix('$')})?$",
    re.IGNORECASE,
)
_NEVER = re.compile("|".join(_whole(w) for w in _TABLE["never"]["words"]), re.IGNORECASE)
_METADATA_WORD = re.compile(rf"(?:{_any_of(_TABLE['metadata']['words'])})(?![^\W_])\s?[:：]?", re.IGNORECASE)
_EDGES = " \t\xa0\u3000|·•–—-[]()（）【】<>,;:：*#▪●◆▶★☆▲»«›‹/_~"
_MERIDIEM_PM = {"下午", "晚上", "午後", "오후"}
_HAS_DATE = re.compile(r"\d{4}|\d[-/.]\d\d?[-/.]\d|['’]\d\d")


# ------------------------------------------------------------------ moments


def _iso(year: int, month: int, day: int) -> str | None:
    """The ISO date, or None where the calendar has no such day or the year is no year of publication."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _full_year(digits: str) -> int:
    """A year in full; two digits mean the hundred years up to 2049."""
    year = int(digits.lstrip("'’"))
    return year if len(digits) == 4 else year + (2000 if year < 50 else 1900)


def _moments(line: str) -> Iterator[_Moment]:
    """Every date in the line, with its time and zone where they stand beside it."""
    for match in _DATE.finditer(line):
        moment = _read_date(match)
        if moment is not None:
            yield _with_time(line, moment)


def _read_date(match: re.Match[str]) -> _Moment | None:
    """The date of one match of `_DATE`, if the calendar has it."""
    g = match.groupdict()
    start, end = match.span()
    month_only = g["n7"] or g["m8"]
    if month_only:
        month = int(g["m8"]) if g["m8"] else _MONTHS[g["n7"].casefold()]
        first = _iso(int(g["y7"] or g["y8"]), month, 1)
        return _Moment(start, end, first[:7], "month") if first else None
    if g["a5"]:
        return _read_numeric(g, start, end)
    year = g["y1"] or g["y2"] or g["y3"] or g["y4"] or g["y6"]
    name = g["n3"] or g["n4"] or g["n6"]
    number = g["m1"] or g["m2"]
    month = _MONTHS[name.casefold()] if name else int(number)
    day = int(g["d1"] or g["d2"] or g["d3"] or g["d4"] or g["d6"])
    local = _iso(_full_year(year), month, day)
    if local is None or local in _EPOCH_ZERO:
        return None
    flags = () if _weekday_fits(g["weekday"] or g["weekday2"], local) else ("weekday_mismatch",)
    return _Moment(start, end, local, "day", flags=flags, short_year=len(year) < 4)


def _weekday_fits(weekday: str | None, local: str) -> bool:
    """Whether the weekday named beside a date is that date's."""
    number = _WEEKDAYS.get(weekday.casefold()) if weekday else None
    return number is None or number == date.fromisoformat(local).isoweekday()


def _read_numeric(g: dict[str, str], start: int, end: int) -> _Moment | None:
    """A date in three numbers with the year last: which of the first two is the month may stay open."""
    year, a, b = _full_year(g["y5"]), int(g["a5"]), int(g["b5"])
    month_first, day_first = _iso(year, a, b), _iso(year, b, a)
    if g["s5"] == ".":  # no country that writes dots puts the month first
        month_first = None if a != b else month_first
    short = len(g["y5"]) < 4
    if month_first and day_first and a != b:
        fitting = [d for d in (month_first, day_first) if g["weekday"] and _weekday_fits(g["weekday"], d)]
        if len(fitting) != 1:
            return _Moment(start, end, month_first, "day", order="ambiguous", alternative=day_first, short_year=short)
        month_first = month_first if fitting == [month_first] else None
    local = month_first or day_first
    if local is None:
        return None
    order = None if a == b else "month_first" if month_first else "day_first"
    flags = () if _weekday_fits(g["weekday"], local) else ("weekday_mismatch",)
    return _Moment(start, end, local, "day", order=order, flags=flags, short_year=short)


def _with_time(line: str, moment: _Moment) -> _Moment:
    """The moment with the time of day that stands straight behind it or straight before it."""
    if moment.precision != "day":
        return moment
    if (match := _TIME.match(line, moment.end)) and (clock := _read_clock(match)):
        time, precision, flags = clock
        return replace(
            _at(moment, time, precision, flags), end=match.end(), utc_offset=_offset(match["utc"], match["named"])
        )
    before = line[max(0, moment.start - 40) : moment.start]
    match = _TIME_FIRST.search(before)
    if match and (clock := _clock(match["hour"], match["minute"], match["second"], match["half"])):
        time, precision, flags = clock
        start = moment.start - (len(before) - match.start())
        return replace(_at(moment, time, precision, flags), start=start, utc_offset=_offset(None, match["named"]))
    return moment


def _at(moment: _Moment, time: str, precision: str, flags: tuple[str, ...]) -> _Moment:
    """The moment at a time of day."""
    return replace(
        moment,
        local=f"{moment.local}T{time}",
        alternative=f"{moment.alternative}T{time}" if moment.alternative else None,
        precision=precision,
        flags=moment.flags + flags,
    )


def _read_clock(match: re.Match[str]) -> tuple[str, str, tuple[str, ...]] | None:
    """(time, precision, flags) of a match of `_TIME`; None where the clock has no such time."""
    half = match["half"]
    if match["before"]:
        half = "p" if match["before"] in _MERIDIEM_PM else "a"
    if match["colon"] == "." and not (half or "uhr" in match[0].lower() or match["sec1"] or match["zone"]):
        return None  # 2019-04-16 18.05 may be a number
    hour = match["h1"] or match["h2"] or match["h3"] or match["h4"]
    return _clock(hour, match["min1"] or match["min2"], match["sec1"], half)


def _clock(
    hour: str, minute: str | None, second: str | None, half: str | None
) -> tuple[str, str, tuple[str, ...]] | None:
    """(time, precision, flags); a half of the day that contradicts the hour is ignored, and flagged."""
    h, m, s = int(hour), int(minute or 0), int(second or 0)
    if h > 23 or m > 59 or s > 59:
        return None
    flags: tuple[str, ...] = ()
    if half and (h > 12 or h == 0):
        flags = ("meridiem_ignored",)
    elif half:
        h = h % 12 + (12 if half.lower() == "p" else 0)
    if second is not None:
        return f"{h:02d}:{m:02d}:{s:02d}", "second", flags
    return f"{h:02d}:{m:02d}", "minute", flags


def _offset(utc: str | None, named: str | None) -> int | None:
    """Minutes east of UTC that a zone's words state."""
    if named:
        return _ZONES[re.sub(r"\s+", " ", named.casefold())]
    if not utc:
        return None
    match = re.search(r"([+\-−])\s?(\d\d?):?(\d\d)?$", utc)
    if match is None or int(match[2]) > 14:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return minutes if match[1] == "+" else -minutes


# ------------------------------------------------------------------ lines


def find_date_line(line: str) -> DateLineMatch | None:
    """Where `line` states the text's date of publication, or None.

    The best statement of the line is returned: a labelled one before a bare one, one of publication before one of a
    later change, the first of equals.

    >>> found = find_date_line("Release time:Mar 03, 2022 16:40 PM")
    >>> found.date_line.local, found.date_line.flags
    ('2022-03-03T16:40', ('meridiem_ignored',))
    >>> find_date_line("On April 16, 2019, the harbour froze.") is None
    True
    """
    head = line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE // 2]
    if not _HAS_DATE.search(head):
        return None
    found = [m for moment in _moments(head) if (m := _statement(line, head, moment)) is not None]
    if not found:
        return None
    return min(found, key=lambda m: (not m.labelled, _is_change(line[m.start : m.end]), m.start))


_CHANGE = re.compile("|".join(map(re.escape, _TABLE["change"]["stems"])), re.IGNORECASE)


def _is_change(words: str) -> bool:
    """Whether a label speaks of a later change, not of the publication."""
    return bool(_CHANGE.search(words))


def _statement(line: str, head: str, moment: _Moment) -> DateLineMatch | None:
    """The date line around one moment, if what stands before and behind it says that it is one."""
    before = head[: moment.start]
    label = _LABEL.search(before)
    never = _NEVER.search(before) if label else _NEVER.search(head)
    if never or (label is None and (moment.precision == "month" or moment.short_year or len(head) < len(line))):
        return None
    start = moment.start if label is None else label.start("label")
    ahead_ok = _is_metadata(head[:start]) and (label is not None or not _leads(head[:start]))
    behind_ok = len(head) == len(line) and _is_metadata(line[moment.end :], following=True)
    colon = label is not None and (":" in label["colon"] or "：" in label["colon"])
    if not ahead_ok or not (
        behind_ok or (colon and not head[:start].strip(_EDGES) and _ends_statement(line, moment.end))
    ):
        return None
    return DateLineMatch(
        start, moment.end, _as_date_line(line[start : moment.end], moment), label is not None, behind_ok
    )


def _leads(words: str) -> bool:
    """Whether the words before a date make it a part of what they say: "the hints for", "by"."""
    last = words.strip(_EDGES).casefold().split()[-1:]
    return bool(last) and last[0] in _LEADS


def _ends_statement(line: str, end: int) -> bool:
    """Whether prose behind a labelled date begins anew: not with a lower-case word or a comma."""
    rest = line[end:].lstrip(" \t\xa0")
    return bool(rest) and not rest[0].islower() and rest[0] not in ",;"


def _is_metadata(words: str, following: bool = False) -> bool:
    """Whether the words beside a date are blank, credits, counters or further dates, piece by piece."""
    if not words.strip(_EDGES):
        return True
    pieces = re.split(r"\s*[|·•–—▪●»]\s*|\s{2,}|\t|\s-\s|\s?//\s?|[()（）\[\]]", _DATE.sub(" | ", words))
    named = False
    for piece in pieces:
        piece = piece.strip(_EDGES)
        if not piece or _METADATA_WORD.match(piece) or _is_label(piece) or re.fullmatch(r"[\d:.,+ ]{1,12}", piece):
            named = named or bool(piece)
        elif not _is_name(piece):
            return False
    if len(pieces) == 1 and following and not named:  # "April 16, 2019 Ada Quill": no mark says that this is no prose
        return False
    return len(words) <= LONGEST_LINE and (named or len(pieces) > 1 or not following)


def _is_label(piece: str) -> bool:
    return bool(_LABEL.fullmatch(piece + ":"))


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


def _as_date_line(surface: str, moment: _Moment, source: str = "header") -> DateLine:
    return DateLine(
        surface=surface,
        local=moment.local,
        precision=moment.precision,
        source=source,
        utc_offset=moment.utc_offset,
        order=moment.order,
        alternative=moment.alternative,
        flags=tuple(sorted(moment.flags)),
    )


# ------------------------------------------------------------------ prefixes, fields, addresses

_PREFIX = re.compile(
    r"[ \t\xa0\ufeff]*(?:(?:pub(?:lish(?:ed)?)?[ _-]?)?(?:date|time)|published|posted)?[ \t:=]{0,4}"
    r"(?P<moment>\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?)?)"
    r"[ \t\xa0]+(?=[^\W\d_]|[\"'“‘«（(])",
    re.IGNORECASE,
)


def find_date_prefix(text: str) -> DateLineMatch | None:
    """The date that an extractor put before the first sentence, blanks around it included, or None.

    >>> found = find_date_prefix(" date 2018-03-04 Ferries to the islands ran again.")
    >>> found.start, found.end, found.date_line.local
    (0, 17, '2018-03-04')
    >>> find_date_prefix("2018-03-04 was a quiet day.") is None
    True
    """
    match = _PREFIX.match(text, 0, 200)
    if match is None or text[match.end()].islower():
        return None
    value = read_metadata_date(match["moment"], source="header")
    if value is None:
        return None
    return DateLineMatch(0, match.end(), replace(value, surface=text[: match.end()]), True, False)


_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?(Z|[+-]\d\d:?\d\d)?")


def read_metadata_date(value: str, source: str = "metadata") -> DateLine | None:
    """The date that a field of JSON, CSV or HTML states: ISO 8601, RFC 2822, epoch seconds or milliseconds, or words.

    >>> read_metadata_date("1571097600000").local
    '2019-10-15T00:00:00'
    >>> read_metadata_date("Tue, 15 Oct 2019 06:00:00 GMT").utc_offset
    0
    >>> read_metadata_date("n/a") is None
    True
    """
    text = value.strip()
    if not text or len(text) > 100:
        return None
    moment = _read_epoch(text) or _read_compact(text) or _read_year_or_month(text) or _read_rfc2822(text)
    if moment is None:
        moment = next((m for m in _moments(text) if _is_metadata(_LABEL.sub("", text[: m.start]))), None)
        if (
            moment is not None
            and text[moment.end :].strip(_EDGES + ".")
            and not _ZONE_REST.fullmatch(text[moment.end :])
        ):
            moment = None
    return _as_date_line(text, moment, source) if moment is not None else None


_ZONE_REST = re.compile(r"\s*[(\[]?[A-Za-z /_+\-:\d]{1,30}[)\]]?\s*")


def _read_epoch(text: str) -> _Moment | None:
    """Seconds, milliseconds or microseconds since 1970, which count in UTC."""
    match = re.fullmatch(r"(\d{9,16})(?:\.\d{1,9})?", text)
    if match is None:
        return None
    for scale in (1, 10**3, 10**6):
        seconds = int(match[1]) // scale
        if EPOCH_FIRST <= seconds < EPOCH_LAST:
            moment = datetime(1970, 1, 1) + timedelta(seconds=seconds)
            return _Moment(0, len(text), moment.isoformat(), "second", utc_offset=0)
    return None


def _read_compact(text: str) -> _Moment | None:
    """20191015, 20191015T0600, 20191015060000Z."""
    match = _COMPACT.fullmatch(text)
    if match is None or (local := _iso(int(match[1]), int(match[2]), int(match[3]))) is None:
        return None
    moment = _Moment(0, len(text), local, "day")
    if match[4] is None:
        return moment
    clock = _clock(match[4], match[5], match[6], None)
    if clock is None:
        return None
    zone = match[7]
    return replace(_at(moment, *clock), utc_offset=_offset(None, "z") if zone == "Z" else _offset(zone, None))


def _read_year_or_month(text: str) -> _Moment | None:
    """2019 or 2019-10 alone in a field."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?", text)
    first = _iso(int(match[1]), int(match[2] or 1), 1) if match else None
    if match is None or first is None:
        return None
    return _Moment(0, len(text), text, "month" if match[2] else "year")


def _read_rfc2822(text: str) -> _Moment | None:
    """Dates of mails and feeds. The standard library reads them; -0000 states no zone."""
    if not re.match(r"(?i)(?:[a-z]{3},? )?\d\d? [a-z]{3} \d{4} \d\d?:\d\d", text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    delta = moment.utcoffset()
    offset = None if delta is None else int(delta.total_seconds()) // 60
    return _Moment(0, len(text), moment.replace(tzinfo=None).isoformat(), "second", utc_offset=offset)


_URL_DATE = re.compile(
    rf"""(?<=[/_\-])(?:
        (?P<y1>(?:19|20)\d\d)[/\-](?P<m1>\d\d?)[/\-](?P<d1>\d\d?)(?=[/_\-.]|$)
      | (?P<y2>(?:19|20)\d\d)/(?P<n2>{_any_of(m for m in _MONTHS if m.isascii())})/(?P<d2>\d\d?)(?=[/_\-.]|$)
      | (?P<y3>(?:19|20)\d\d)[/\-]?(?P<m3>\d\d)/?(?P<d3>\d\d)(?=[/_\-.]|$)
      | (?P<y4>(?:19|20)\d\d)/(?P<m4>\d\d)(?=/)
    )|/[a-z](?P<y5>20\d\d)(?P<m5>\d\d)(?P<d5>\d\d)_""",
    re.IGNORECASE | re.VERBOSE,
)


def read_url_date(url: str) -> DateLine | None:
    """The date that the path of an address states (`/2021/10/11/`, `/202110/11/`, `/2021/oct/11/`), or None.

    >>> read_url_date("https://example.org/news/2021/10/11/ferries.html").local
    '2021-10-11'
    """
    path = re.sub(r"^[a-z]+://[^/]*", "", url[:2000]).split("?")[0].split("#")[0]
    for match in _URL_DATE.finditer(path):
        g = match.groupdict()
        year = int(g["y1"] or g["y2"] or g["y3"] or g["y4"] or g["y5"])
        month = _MONTHS[g["n2"].casefold()] if g["n2"] else int(g["m1"] or g["m3"] or g["m4"] or g["m5"])
        day = g["d1"] or g["d2"] or g["d3"] or g["d5"]
        local = _iso(year, month, int(day or 1))
        if local:
            surface = match[0].strip("/_-.")
            return DateLine(surface, local if day else local[:7], "day" if day else "month", source="url")
    return None


def moment_in_utc(line: DateLine) -> datetime | None:
    """The moment in UTC, where the line states a zone and a time of day; else None."""
    if line.utc_offset is None or "T" not in line.local:
        return None
    return (datetime.fromisoformat(line.local) - timedelta(minutes=line.utc_offset)).replace(tzinfo=UTC)
