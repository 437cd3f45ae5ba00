"""Dates: every rule does what its examples say, and what a reader may rely on whatever the text."""

from __future__ import annotations

from datetime import date

import pytest

from tasks.normalise.dates import dump_scanned, find_dates, load_scanned, resolve_dates, scan_dates
from tasks.rules import read_toml

PUBLISHED = date(2021, 6, 16)  # a Wednesday
RULES = read_toml("dates_patterns")["rule"]
FOUND = [
    pytest.param(text, [value] if isinstance(value, str) else value, id=f"{rule['id']}: {text}")
    for rule in RULES
    for text, value in rule["examples"]
]
NONE = [pytest.param(text, id=f"{rule['id']}: {text}") for rule in RULES for text in rule.get("none", [])]


@pytest.mark.parametrize("text, values", FOUND)
def test_a_rule_does_what_its_examples_say(text, values):
    assert [str(m.value) for m in find_dates(text, PUBLISHED)] == values


@pytest.mark.parametrize("text", NONE)
def test_a_rule_leaves_alone_what_only_looks_like_a_date(text):
    assert find_dates(text, PUBLISHED) == []


def test_rules_have_ids_of_their_own_and_reasons():
    ids = [rule["id"] for rule in RULES]

    assert len(ids) == len(set(ids))
    assert all(rule["why"] and rule["examples"] for rule in RULES)


def test_scanned_dates_survive_the_cache():
    text = "It rained from March 5 to April 2, early last year, and every Monday at 6:05 p.m. since the 1980s."
    scanned = scan_dates(text)

    again = load_scanned(dump_scanned(scanned))

    assert again == scanned
    assert resolve_dates(text, again, PUBLISHED) == resolve_dates(text, scanned, PUBLISHED)
