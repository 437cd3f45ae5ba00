"""The quick no of `match_line` against asking every rule one by one."""

import re

import pytest

from tasks.strip.first_letters import first_letter, first_letters
from tasks.strip.rules import ANY, EDGE, FOOT, HEAD, LONGEST_LINE, line_rules, match_line

ZONES = {HEAD: (HEAD, EDGE, ANY), FOOT: (FOOT, EDGE, ANY), ANY: (ANY,)}


def first_rule_that_fits(text, zone):
    return next(
        (r.id for r in line_rules() if r.zone in ZONES[zone] and r.reading(text) and r.pattern.match(text)), None
    )


@pytest.mark.parametrize("zone", ZONES)
def test_the_rule_found_is_the_one_found_by_asking_all_in_turn(zone):
    examples = {line for rule in line_rules() for line in (*rule.yes, *rule.no) if len(line) <= LONGEST_LINE}
    found = {line: match_line(line, zone) for line in examples}
    differ = {
        line: (match and match.rule.id, wanted)
        for line, match in found.items()
        if (match and match.rule.id) != (wanted := first_rule_that_fits(line, zone))
    }
    assert len(examples) > 100
    assert not differ


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        (r"^\W{0,3}(?:read|[st]ee)\b", "rst"),
        (r"^\(?(?:\d{1,2} )?views", "0v"),
        (r"^[^a-z]x", None),
        (r"^\w+ views", None),
        (r"^\W*views", None),
        (r"^.{0,3}views", None),
        (r"^(?!no)(?:a|b?)c", "abc"),
        (r"^(?i:a)c", None),
        (r"^[a.]c", "ac"),
        (r"^(?:x)?$", None),
    ],
)
def test_first_letters_of_a_pattern(pattern, letters):
    found = first_letters(pattern)
    assert found == (None if letters is None else frozenset(letters))


@pytest.mark.parametrize("line", ["» Read it", "(12 views", "see", "\xa0— tee", "3 views"])
def test_a_line_that_fits_begins_with_one_of_the_letters(line):
    patterns = [r"^\W{0,3}(?:[Rr]ead|[st]ee)\b", r"^\(?(?:\d{1,2} )?views"]
    fitting = [pattern for pattern in patterns if re.match(pattern, line)]
    assert fitting
    assert all(first_letter(line) in first_letters(pattern) for pattern in fitting)
