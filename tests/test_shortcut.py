"""The shortcut: a run with nothing new is answered from a listing, and anything that could matter is seen."""

import dataclasses
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows import lifecycle
from flows.config import Config, Rules
from flows.lifecycle import curate_data
from flows.request import NOTHING_NEW, Request

ROOT = Path(__file__).parent.parent
TEXT = "The ferry sails again from June, the harbour office said on Monday, and fares stay as they were in the spring. "


@pytest.fixture
def config(tmp_path) -> Config:
    """A data set whose one raw file is some minutes old, run once."""
    (tmp_path / "raw").mkdir()
    write(tmp_path / "raw" / "a.txt", TEXT)
    config = Config(raw=tmp_path / "raw", curated=tmp_path / "curated", workers=1)
    curate_data(config, Request())
    return config


@pytest.fixture(autouse=True)
def an_hour_later(monkeypatch):
    """The clock that the flow looks at is ahead, so that files count as settled."""
    now = time.time_ns
    monkeypatch.setattr(lifecycle.time, "time_ns", lambda: now() + 3_600_000_000_000)


def write(path: Path, text: str) -> None:
    path.write_text(text)


def steps_of(config: Config, request: Request = Request()) -> set[str]:  # noqa: B008
    return set(curate_data(config, request).seconds)


def test_a_run_with_nothing_new_only_looks(config):
    outcome = curate_data(config, Request())

    assert (outcome.published, outcome.why, set(outcome.seconds)) == (False, NOTHING_NEW, {"look"})
    assert outcome.counts["articles"] == 1


@pytest.mark.parametrize("request_", [Request(full=True), Request(dry_run=True), Request(release=True)], ids=str)
def test_who_asks_for_more_gets_more(config, request_):
    assert "strip" in steps_of(config, request_)


def test_a_new_file_is_seen(config):
    write(config.raw / "b.txt", TEXT * 2)

    assert "strip" in steps_of(config)


def test_a_file_put_in_anothers_place_with_its_size_and_time_is_seen(config):
    old = config.raw / "a.txt"
    status = old.stat()
    write(config.raw.parent / "other.txt", TEXT.replace("June", "July"))
    os.utime(config.raw.parent / "other.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    (config.raw.parent / "other.txt").replace(old)

    assert "strip" in steps_of(config)


def test_other_settings_are_seen(config):
    assert "strip" in steps_of(dataclasses.replace(config, rules=Rules(min_words=1)))


def test_a_file_that_has_just_changed_is_read_again(config, monkeypatch):
    monkeypatch.undo()  # the clock of the file system: the file is some milliseconds old
    write(config.raw / "a.txt", TEXT + TEXT)
    curate_data(config, Request())

    assert "strip" in steps_of(config)


def test_a_damaged_memory_costs_time_only(config):
    (config.cache_folder / "seen.json").write_text("[1, 2")

    assert "strip" in steps_of(config)
    assert steps_of(config) == {"look"}


HEAVY = ("numba", "trafilatura", "langdetect", "pandas", "babel", "scipy", "prefect", "flows.steps", "tasks.dedupe")


def test_a_run_with_nothing_new_loads_neither_prefect_nor_the_steps(config, tmp_path):
    """They take seconds; what is loaded is the same on every machine, however busy it is."""
    code = (
        "import sys, time; from flows import lifecycle, ahead; now = time.time_ns\n"
        "time.time_ns = lambda: now() + 3_600_000_000_000\n"
        "from flows.cli import main\n"
        f"try: main(['run', '--quiet', '--raw', {str(config.raw)!r}, '--curated', {str(config.curated)!r}])\n"
        f"except SystemExit as end: print(end.code, [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    environment |= {"PYTHONPATH": str(ROOT), "COPYDESK_WORKERS": "1"}
    curate_data(config, Request())  # an hour later, so that it is remembered

    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )

    assert found.stdout.splitlines()[-1] == "0 []", found.stdout + found.stderr
