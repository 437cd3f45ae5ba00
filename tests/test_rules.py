"""Every row of every rule table does what its examples say, and no pattern can be made slow."""

import re
import time
import tomllib
from pathlib import Path

import pytest

from tasks import rules
from tasks.rules import load_rules, read_toml
from tasks.strip.rules import LONGEST_LINE, SHORTEST_OPENING, match_line

FOLDER = Path(rules.__file__).parent
# Tables of rules that give a line a role; the patterns of dates and figures have their own tests beside their readers.
TABLES = sorted(
    path.stem
    for path in FOLDER.glob("*.toml")
    if any("role" in row for row in tomllib.loads(path.read_text(encoding="utf-8")).get("rule", ()))
)
RULES = [rule for table in TABLES for rule in load_rules(table)]
EXTRAS = {row["id"]: row for table in TABLES for row in read_toml(table)["rule"]}
CASES = [
    pytest.param(rule, line, wanted, id=f"{rule.id}: {line}")
    for rule in RULES
    for lines, wanted in ((rule.matches, True), (rule.does_not_match, False))
    for line in lines
]
# One line of the longest length is tried in microseconds; this allows for a busy machine and still catches a pattern
# whose time grows with the square of the line.
SLOWEST_SECONDS = 0.05


@pytest.mark.parametrize("rule, line, wanted", CASES)
def test_a_rule_does_what_its_examples_say(rule, line, wanted):
    assert bool(rule.regex.search(line)) is wanted


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_quick_tests_before_a_pattern_let_its_examples_through(rule):
    """`longest` and `needs` only save time: they never turn an example away."""
    row = EXTRAS[rule.id]

    for line in rule.matches:
        assert len(line) <= row.get("longest", 10_000)
        assert any(need.casefold() in line.casefold() for need in row.get("needs", [""]))


@pytest.mark.parametrize("rule", [*load_rules("strip_lines"), *load_rules("strip_phrases")], ids=lambda rule: rule.id)
def test_a_line_finds_a_rule_whose_example_it_is(rule):
    """Through the index of phrases and the quick tests, wherever the rule holds; another rule may come first."""
    zone = EXTRAS[rule.id].get("zone", "any")

    for line in rule.matches:
        assert match_line(line, "foot" if zone == "edge" else zone) is not None


@pytest.mark.parametrize("row", read_toml("strip_phrases")["rule"], ids=lambda row: row["id"])
def test_phrases_stand_once_in_small_letters_and_openings_are_long_enough_to_be_looked_up(row):
    listed = [*row.get("phrases", ()), *row.get("openings", ())]

    assert [phrase for phrase in listed if phrase != phrase.lower() or phrase != phrase.strip()] == []
    assert len(listed) == len(set(listed))
    assert all(len(opening) >= SHORTEST_OPENING for opening in row.get("openings", ()))


def test_ids_are_unique_over_all_tables():
    ids = [rule.id for rule in RULES]

    assert len(ids) == len(set(ids))


def stretched(line: str) -> str:
    """An example grown to the longest line that is tried: its middle again and again, and an end that fits nothing."""
    middle = line[len(line) // 3 : 2 * len(line) // 3 + 1] or line
    grown = line[: len(line) // 3] + middle * (LONGEST_LINE // len(middle))
    return grown[: LONGEST_LINE - 1] + "\x00"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_pattern_is_quick_on_its_worst_case(rule):
    """Its own examples stretched, long runs of one kind of character, and near misses of its own words."""
    words = re.findall(r"[^\W\d_]+", rule.regex.pattern)[:60]
    lines = [stretched(line) for line in (*rule.matches, *rule.does_not_match)]
    lines += [
        run * (LONGEST_LINE // len(run)) + "\x00" for run in ("a", "A", " ", ".", "1", "|", "(", "年", "a ", "A, ")
    ]
    lines += [" ".join(words) + "\x00", *((word + " ") * 60 + "\x00" for word in words[:20])]

    for line in lines:
        best = min(_seconds(rule, line[:LONGEST_LINE]) for _ in range(3))
        assert best < SLOWEST_SECONDS, f"{best:.3f} s for {line[:60]!r}"


def _seconds(rule, line):
    start = time.perf_counter()
    rule.regex.search(line)
    return time.perf_counter() - start


def test_a_rule_without_a_reason_is_refused():
    row = {"id": "x", "role": "caption", "pattern": "x", "matches": ["x"], "does_not_match": ["y"]}

    with pytest.raises(ValueError, match="why"):
        rules._rule("made_up", row)


def test_a_rule_with_a_role_the_contract_does_not_know_is_refused():
    row = {"id": "x", "role": "nonsense", "pattern": "x", "why": "x", "matches": ["x"], "does_not_match": ["y"]}

    with pytest.raises(ValueError, match="nonsense"):
        rules._rule("made_up", row)
