"""Prefixes, fields and addresses: dates that extractors, metadata and URLs state.

In     the head of a text, a field of JSON, CSV or HTML, or a URL
Out    `DateLineMatch` for a prefix, `tasks.model.DateLine` for the others, or None
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tasks.datelines.lines import LABEL, DateLineMatch, is_metadata
from tasks.datelines.moments import (
    FIRST_YEAR,
    LAST_YEAR,
    Moment,
    as_date_line,
    at_time,
    find_moments,
    iso_day,
    offset_of,
    read_clock,
)
from tasks.datelines.words import EDGES, MONTHS, any_of
from tasks.model import DateLine

# Epoch values between 1973 and 2099; smaller numbers are ids and counters.
EPOCH_FIRST, EPOCH_LAST = 10**8, 4_102_444_800

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
        moment = next((m for m in find_moments(text) if is_metadata(LABEL.sub("", text[: m.start]))), None)
        if (
            moment is not None
            and text[moment.end :].strip(EDGES + ".")
            and not _ZONE_REST.fullmatch(text[moment.end :])
        ):
            moment = None
    return as_date_line(text, moment, source) if moment is not None else None


_ZONE_REST = re.compile(r"\s*[(\[]?[A-Za-z /_+\-:\d]{1,30}[)\]]?\s*")


def _read_epoch(text: str) -> Moment | None:
    """Seconds, milliseconds or microseconds since 1970, which count in UTC."""
    match = re.fullmatch(r"(\d{9,16})(?:\.\d{1,9})?", text)
    if match is None:
        return None
    for scale in (1, 10**3, 10**6):
        seconds = int(match[1]) // scale
        if EPOCH_FIRST <= seconds < EPOCH_LAST:
            moment = datetime(1970, 1, 1) + timedelta(seconds=seconds)
            return Moment(0, len(text), moment.isoformat(), "second", utc_offset=0)
    return None


def _read_compact(text: str) -> Moment | None:
    """20191015, 20191015T0600, 20191015060000Z."""
    match = _COMPACT.fullmatch(text)
    if match is None or (local := iso_day(int(match[1]), int(match[2]), int(match[3]))) is None:
        return None
    moment = Moment(0, len(text), local, "day")
    if match[4] is None:
        return moment
    clock = read_clock(match[4], match[5], match[6], None)
    if clock is None:
        return None
    zone = match[7]
    return replace(at_time(moment, *clock), utc_offset=offset_of(None, "z") if zone == "Z" else offset_of(zone, None))


def _read_year_or_month(text: str) -> Moment | None:
    """2019 or 2019-10 alone in a field."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?", text)
    first = iso_day(int(match[1]), int(match[2] or 1), 1) if match else None
    if match is None or first is None:
        return None
    return Moment(0, len(text), text, "month" if match[2] else "year")


def _read_rfc2822(text: str) -> Moment | None:
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
    return Moment(0, len(text), moment.replace(tzinfo=None).isoformat(), "second", utc_offset=offset)


_URL_DATE = re.compile(
    rf"""(?<=[/_\-])(?:
        (?P<y1>(?:19|20)\d\d)[/\-](?P<m1>\d\d?)[/\-](?P<d1>\d\d?)(?=[/_\-.]|$)
      | (?P<y2>(?:19|20)\d\d)/(?P<n2>{any_of(m for m in MONTHS if m.isascii())})/(?P<d2>\d\d?)(?=[/_\-.]|$)
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
        month = MONTHS[g["n2"].casefold()] if g["n2"] else int(g["m1"] or g["m3"] or g["m4"] or g["m5"])
        day = g["d1"] or g["d2"] or g["d3"] or g["d5"]
        local = iso_day(year, month, int(day or 1))
        if local:
            surface = match[0].strip("/_-.")
            return DateLine(surface, local if day else local[:7], "day" if day else "month", source="url")
    return None


# A file name that begins or ends with a date: "2015-10-02 Title.txt", "20230606_title.txt", "title-2015-10-02.html".
_PATH_DATE = re.compile(
    r"(?:^|(?<=[ _]))(?P<y>(?:19|20)\d\d)(?P<s>[-_.]?)(?P<m>\d\d)(?P=s)(?P<d>\d\d)(?=[T ]?\d{4,6}(?!\d)|[ _-]|$)"
    r"|(?<=[ _-])(?P<y2>(?:19|20)\d\d)(?P<s2>[-_.]?)(?P<m2>\d\d)(?P=s2)(?P<d2>\d\d)$"
)


def read_path_date(path: str) -> DateLine | None:
    """The date that a file's name states at its beginning or end, or None.

    >>> read_path_date("feed/2015-10-02 Ferries to the islands.txt").local
    '2015-10-02'
    >>> read_path_date("feed/batch-20231340.txt") is None
    True
    """
    name = path.rsplit("/", 1)[-1][:200].split(".txt")[0].split(".htm")[0]
    if (match := _PATH_DATE.search(name)) is None:
        return None
    year, month, day = (int(match[group] or match[f"{group}2"]) for group in "ymd")
    local = iso_day(year, month, day)
    return DateLine(match[0], local, "day", source="path") if local else None


def moment_in_utc(line: DateLine) -> datetime | None:
    """The moment in UTC, where the line states a zone and a time of day; else None."""
    if line.utc_offset is None or "T" not in line.local:
        return None
    try:
        return (datetime.fromisoformat(line.local) - timedelta(minutes=line.utc_offset)).replace(tzinfo=UTC)
    except OverflowError:  # in the first or last hours of the calendar
        return None
