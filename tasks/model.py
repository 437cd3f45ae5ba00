"""The small frozen records that pass inside steps; between steps the same fields travel as Arrow (`tasks.schema`).

All offsets are Unicode code points, half-open. Field names are the contract's column names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Removal:
    """A span of `raw_text` that is not in `text`, or stands there as `replacement`.

    `score` is 0…1: how sure the rule is. `kept_as` names the column that holds the words now.
    """

    start: int
    end: int
    role: str
    rule: str
    score: float
    text: str
    replacement: str | None = None
    kept_as: str | None = None
    detail: str | None = None  # why in short, e.g. the heaviest features of the line


@dataclass(frozen=True, slots=True)
class Caption:
    """A photo caption and who is credited for the photo."""

    text: str
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class DateLine:
    """A date of publication as one place states it; not yet chosen among the document's others.

    `local` is ISO 8601 local time, as precise as the source (`2021-10-11T09:19:55`, `2020-07`). Where day and month
    could change places, `order` is `ambiguous`, `local` is the month-first reading and `alternative` the day-first one.
    """

    surface: str  # the words it was read from, label included where it belongs to them
    local: str
    precision: str  # second, minute, day, month, year
    source: str = "header"  # metadata, structured, header, footer, html, url, path, cluster
    utc_offset: int | None = None  # minutes east of UTC, only where the words state a zone
    order: str | None = None  # day_first, month_first, ambiguous; None where the words leave no choice
    alternative: str | None = None
    flags: tuple[str, ...] = ()  # e.g. meridiem_ignored, weekday_mismatch


@dataclass(frozen=True, slots=True)
class Stripped:
    """What `strip_text` makes of one raw text: the body, the fields found in it, and every span that left it."""

    text: str
    removals: tuple[Removal, ...] = ()
    title: str | None = None
    title_origin: str | None = None  # metadata, structured, html, first_line, path, recovered
    standfirst: str | None = None  # the summary line below the headline; it stays in `text` where it stands there
    published: tuple[DateLine, ...] = ()  # candidates, best first
    modified: tuple[DateLine, ...] = ()  # the same for the last change
    byline: tuple[str, ...] = ()
    translators: tuple[str, ...] = ()
    publisher: str | None = None
    section: str | None = None
    captions: tuple[Caption, ...] = ()
    evidence: str | None = None  # values that lost, `tasks.lost_values.dump_lost`
    flags: tuple[str, ...] = ()  # sorted
    reason: str | None = None  # why this is no article (`not_an_article`, `too_short`), else None
    detail: str | None = None  # the same in words, naming the rule


@dataclass(frozen=True, slots=True)
class DateMention:
    """Words of a text that say when, how long or how often; columns as in the contract, section 4."""

    start: int
    end: int
    surface: str
    type: str  # DATE, TIME, DURATION, SET
    value: str | None
    start_date: date | None
    end_date: date | None
    grain: str | None
    mod: str | None
    relative: bool
    anchor: str  # published, content, previous, none
    status: str  # resolved, vague, unanchored, conflict
    rule: str
    flag: str | None = None


@dataclass(slots=True, unsafe_hash=True)  # not frozen: making a frozen one takes 5 us, a fifth of finding a figure
class FigureMention:
    """Words of a text that state a quantity; columns as in the contract, section 4. Never changed once made."""

    start: int
    end: int
    surface: str
    kind: str  # money, percent, percentage_point, measure, count, age, multiple
    value: float | None
    value_min: float | None = None
    value_max: float | None = None
    unit: str | None = None
    currency: str | None = None
    bound: str = "="  # =, ~, >, >=, <, <=, range
    change: str | None = None  # up, down, to, from
    basis: str | None = None  # yoy, qoq, mom, share
    rule: str = field(default="")
    flag: str | None = None
    number_start: int | None = None  # the number with its scale, and its unit
    number_end: int | None = None
    unit_start: int | None = None
    unit_end: int | None = None
