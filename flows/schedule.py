"""When runs start: words of the command line to a schedule, checked before Prefect is loaded.

In     --cron "0 6 * * *", --interval 90 or "15m", --timezone Europe/Rome, --watch
Out    a `Schedule`; `watch_folder` tells when raw/ has settled after a change
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tasks.errors import ConfigError

SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
LEAST_SECONDS, MOST_SECONDS = 10, 366 * 86_400
CRON_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
LOOK_SECONDS = 5.0  # between two looks at raw/; a change has settled when two looks see the same


@dataclass(frozen=True)
class Schedule:
    """What starts a run; at least one of the three is set, and no more than one of cron and interval."""

    cron: str | None
    interval: int | None  # seconds
    timezone: str
    watch: bool

    def __str__(self) -> str:
        parts = (
            self.cron and f"at {self.cron} ({self.timezone})",
            self.interval and f"every {self.interval:,} seconds",
            self.watch and "when raw files have changed",
        )
        return " and ".join(part for part in parts if part)


def read_schedule(cron: str | None, interval: str | None, timezone: str, watch: bool) -> Schedule:
    """The schedule that the words of a call mean.

    Raises:
        ConfigError: none was given, two exclude each other, or one cannot be read.
    """
    if cron and interval:
        raise ConfigError("--cron and --interval exclude each other: give one of them")
    if not (cron or interval or watch):
        raise ConfigError("when? Give --cron, --interval or --watch")
    try:
        zone = ZoneInfo(timezone).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"--timezone {timezone!r}: no such time zone; they are named like Europe/Rome") from None
    if cron:
        check_cron(cron)
    return Schedule(cron, read_interval(interval) if interval else None, zone, watch)


def read_interval(text: str) -> int:
    """Seconds: 90, "90s", "15m", "6h", "1d".

    Raises:
        ConfigError: not of that form, or out of range.
    """
    found = re.fullmatch(r"(\d{1,9})\s?([smhd]?)", text.strip())
    if not found:
        raise ConfigError(f"--interval {text!r}: must be a number of seconds, or like 15m, 6h, 1d")
    seconds = int(found[1]) * SECONDS[found[2]]
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise ConfigError(f"--interval {text!r}: must lie between {LEAST_SECONDS} seconds and a year")
    return seconds


def check_cron(text: str) -> None:
    """Refuse a cron expression with a wrong number of fields, or a number that its field cannot have.

    Names (MON, JAN) and rarer forms (L, 5#2) are left to Prefect, which reads the expression itself.

    Raises:
        ConfigError: such a field.
    """
    parts = text.split()
    if len(parts) != len(CRON_FIELDS):
        names = ", ".join(name for name, _, _ in CRON_FIELDS)
        raise ConfigError(f"--cron {text!r}: must have five fields ({names}), found {len(parts)}")
    for part, (name, low, high) in zip(parts, CRON_FIELDS, strict=True):
        if not re.fullmatch(r"[0-9A-Za-z*/,\-#?]+", part):
            raise ConfigError(f"--cron {text!r}: {name}: cannot read {part!r}")
        for number in re.findall(r"(?<![#/\d])\d+", part):
            if not low <= int(number) <= high:
                raise ConfigError(f"--cron {text!r}: {name}: {number} does not lie between {low} and {high}")
        if re.search(r"/(?!0*[1-9])", part):
            raise ConfigError(f"--cron {text!r}: {name}: a step must be 1 or more")


def watch_folder(
    look: Callable[[], str],
    start_run: Callable[[], None],
    stop: threading.Event,
    *,
    complain: Callable[[str], None],
    seconds: float = LOOK_SECONDS,
) -> None:
    """Start a run when the raw files have settled after a change, and once at the beginning; until `stop` is set.

    Polled, since notices of changes do not come from network drives and object stores. A look or a start that fails is
    told once and tried again.

    Args:
        look: what raw/ holds at present, as a digest of its listing.
        start_run: called for each change that has settled.
        stop: set by whoever wants the watch to end.
        complain: told in words what failed.
        seconds: between two looks.
    """
    done, before, trouble = "", "", ""
    while True:
        try:
            seen = look()
            if seen == before and seen != done:
                start_run()
                done = seen
            before, trouble = seen, ""
        except Exception as error:  # whatever it was, the next look may fare better
            if str(error) != trouble:
                trouble = str(error)
                complain(f"--watch: {trouble}; trying again")
        if stop.wait(seconds):
            return
