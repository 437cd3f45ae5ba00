"""When runs start: the words of the command line, and a folder that is watched."""

import threading

import pytest

from flows.schedule import check_cron, read_interval, read_schedule, watch_folder
from tasks.errors import ConfigError


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("15m", 900), ("6 h", 21_600), ("1d", 86_400), ("10s", 10)])
def test_intervals_are_read(text, seconds):
    assert read_interval(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5", "3", "1.5h", "15 minutes", "400d"])
def test_other_intervals_are_refused(text):
    with pytest.raises(ConfigError, match="--interval"):
        read_interval(text)


@pytest.mark.parametrize("text", ["* * * * *", "0 3 * * *", "*/15 8-18 * * MON-FRI", "0 0 1,15 JAN 5#2"])
def test_cron_expressions_pass(text):
    check_cron(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0 3 * *", "five fields"),
        ("@daily", "five fields"),
        ("61 * * * *", "minute: 61"),
        ("0 24 * * *", "hour: 24"),
        ("0 0 0 * *", "day: 0"),
        ("0 0 * 1-13 *", "month: 13"),
        ("*/0 * * * *", "a step"),
        ("ä * * * *", "minute: cannot read"),
    ],
)
def test_wrong_cron_expressions_are_refused_with_the_field(text, why):
    with pytest.raises(ConfigError, match=why):
        check_cron(text)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((None, None, "UTC", False), "when?"),
        (("* * * * *", "15m", "UTC", False), "exclude"),
        (("* * * * *", None, "Mars/Base", False), "--timezone 'Mars/Base'"),
        (("* * * * *", None, "../etc", False), "--timezone"),
    ],
)
def test_schedules_that_cannot_be_are_refused(words, why):
    with pytest.raises(ConfigError, match=why):
        read_schedule(*words)


def watched(listings):
    """How often a run starts, and what is complained of, while a folder shows these listings one after the other."""
    stop, runs, words, left = threading.Event(), [], [], list(listings)

    def look() -> str:
        seen = left.pop(0)
        if not left:
            stop.set()
        if isinstance(seen, Exception):
            raise seen
        return seen

    watch_folder(look, lambda: runs.append(len(listings) - len(left)), stop, complain=words.append, seconds=0)
    return runs, words


def test_a_watched_folder_starts_a_run_once_a_change_has_settled():
    assert watched(["a", "a", "a", "b", "c", "d", "d", "d"]) == ([2, 7], [])


def test_a_look_that_fails_is_told_once_and_tried_again():
    gone = OSError("no such folder")
    assert watched(["a", gone, gone, "a", "a"]) == ([4], ["--watch: no such folder; trying again"])
