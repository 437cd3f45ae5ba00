"""Kinds of faults seen on real text, in texts of our own (tests/cases/strip, wanted: tests/cases/strip_kinds.toml)."""

import json
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tasks.furniture import repeated_lines
from tasks.strip import strip_text

CASES = Path(__file__).parent / "cases"
WANTED = tomllib.loads((CASES / "strip_kinds.toml").read_text(encoding="utf-8"))["text"]
HINTS = {"title": "title", "author": "authors", "source": "publisher", "date": "published", "url": "url"}


def texts_of(case):
    """(raw text, hints) of every document of a case: a file, or a folder of them."""
    path = CASES / "strip" / case
    found = []
    for file in [path] if path.is_file() else sorted(path.iterdir()):
        content = file.read_text(encoding="utf-8")
        if file.suffix != ".jsonl":
            found.append((content, {}))
            continue
        for record in map(json.loads, filter(None, content.splitlines())):
            hints = {HINTS[key]: value for key, value in record.items() if key in HINTS and value}
            found.append((record["text"], hints))
    sites = [urlsplit(hints.get("url", "https://one.example")).hostname for _, hints in found]
    repeats = repeated_lines([(site, raw) for site, (raw, _) in zip(sites, found, strict=True)])
    return [(raw, {**hints, "repeated_lines": lines}) for (raw, hints), lines in zip(found, repeats, strict=True)]


def marked(wanted):
    marks = [pytest.mark.xfail(strict=True, reason=wanted["known_failure"])] if "known_failure" in wanted else []
    return pytest.param(wanted, id=f"{wanted['case']} {wanted.get('row', 0)}", marks=marks)


@pytest.mark.parametrize("wanted", [marked(wanted) for wanted in WANTED])
def test_only_what_is_not_the_articles_leaves_the_text(wanted):
    raw, hints = texts_of(wanted["case"])[wanted.get("row", 0)]

    found = strip_text(raw, hints=hints)

    gone = [cut.text for cut in found.removals if cut.role not in ("whitespace", "repair")]
    lines = {line.strip() for text in gone for line in text.splitlines() if line.strip()}
    assert lines == set(wanted["gone"])


@pytest.mark.parametrize("wanted", [w for w in WANTED if set(w) & {"title", "byline", "publisher", "local", "credits"}])
def test_fields_hold_what_the_text_says(wanted):
    raw, hints = texts_of(wanted["case"])[wanted.get("row", 0)]

    found = strip_text(raw, hints=hints)

    values = {
        "title": found.title or "",
        "byline": list(found.byline),
        "publisher": found.publisher,
        "local": [line.local for line in found.published],
        "credits": [caption.credit for caption in found.captions],
    }
    assert {key: values[key] for key in wanted if key in values} == {
        key: wanted[key] for key in wanted if key in values
    }


def test_every_case_has_its_wanted_values_or_is_another_rooms():
    others = {
        "18_deck_as_title.txt": "the file's name gives title and date: tests of ingest",
        "23_figures.txt": "figures: tests/test_figures.py",
        "24_dates.txt": "dates: tests/test_dates.py",
        "32_hard_wrapped.txt": "tests/test_strip_wrap.py",
    }
    cases = {path.name for path in (CASES / "strip").iterdir()}
    assert cases == {wanted["case"] for wanted in WANTED} | set(others)
