"""Every row of every rule table does what its examples say, no pattern can be made slow, and no bad row is loaded."""

import re
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from flows.rule_tables import ROWS
from tasks import rules
from tasks.errors import ConfigError
from tasks.rules import Row, Rule, load, unique
from tasks.rules.loading import read_rows
from tasks.rules.own import TableFile
from tasks.strip.rules import LONGEST_LINE, line_rules, match_line

FOLDER = Path(rules.__file__).parent
MAX_LINE = 300  # characters of a line in a table: more cannot be read or compared
# Tables that are not yet in the common form, with what else may be wrong with them; the list gets shorter only.
NOT_YET = {
    "dates_context",
    "dates_holidays",
    "dates_lines",
    "dates_patterns",
    "dates_vague",
    "dates_verbs",
    "dates_words",
    "figures_cues",
    "figures_guard",
    "figures_nouns",
    "numbers",
    "strip_cues",
    "strip_labels",
}
FITTED = "_weights"  # how the names of tables end that a script made: numbers, no rows

TABLE_ROWS = [(table, row) for table, kind in ROWS.items() for row in load(table, kind)]
RULES = [row for _, row in TABLE_ROWS if isinstance(row, Rule)]
# One line of the longest length is tried in microseconds; this allows for a busy machine and still catches a pattern
# whose time grows with the square of the line.
SLOWEST_SECONDS = 0.05


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{table}: {row.id}") for table, row in TABLE_ROWS])
def test_a_row_does_what_its_examples_say(row):
    assert row.wrong_examples() == []


def test_every_table_is_in_the_common_form_or_in_the_list_of_those_that_wait():
    tables = {path.stem for path in FOLDER.glob("*.toml") if not path.stem.endswith(FITTED)}

    assert tables == ROWS.keys() | NOT_YET
    assert not ROWS.keys() & NOT_YET


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_no_line_of_a_table_is_too_long_to_read(path):
    if path.stem in NOT_YET and path.stem.startswith("dates"):
        pytest.skip("not yet in the common form")
    lines = path.read_text(encoding="utf-8").splitlines()

    assert [number for number, line in enumerate(lines, 1) if len(line) > MAX_LINE] == []


def test_rules_that_give_a_role_have_ids_that_are_unique_over_all_tables():
    ids = [rule.id for rule in RULES]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("rule", line_rules(), ids=lambda rule: rule.id)
def test_a_line_finds_a_rule_whose_example_it_is(rule):
    """Through the index of phrases and the quick tests, wherever the rule holds; another rule may come first."""
    for line in rule.yes:
        assert match_line(line, "foot" if rule.zone == "edge" else rule.zone) is not None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_pattern_is_quick_on_its_worst_case(rule):
    """Its own examples stretched, long runs of one kind of character, and near misses of its own words."""
    words = re.findall(r"[^\W\d_]+", rule.pattern.pattern)[:60]
    lines = [stretched(line) for line in (*rule.yes, *rule.no)]
    lines += [
        run * (LONGEST_LINE // len(run)) + "\x00" for run in ("a", "A", " ", ".", "1", "|", "(", "年", "a ", "A, ")
    ]
    lines += [" ".join(words) + "\x00", *((word + " ") * 60 + "\x00" for word in words[:20])]

    for line in lines:
        best = min(seconds(rule, line[:LONGEST_LINE]) for _ in range(3))
        assert best < SLOWEST_SECONDS, f"{best:.3f} s for {line[:60]!r}"


def stretched(line: str) -> str:
    """An example grown to the longest line that is tried: its middle again and again, and an end that fits nothing."""
    middle = line[len(line) // 3 : 2 * len(line) // 3 + 1] or line
    grown = line[: len(line) // 3] + middle * (LONGEST_LINE // len(middle))
    return grown[: LONGEST_LINE - 1] + "\x00"


def seconds(rule, line):
    start = time.perf_counter()
    rule.pattern.search(line)
    return time.perf_counter() - start


# ------------------------------------------------------------------ what is refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour(Row):
    """A made-up table that uses every kind of field."""

    names: tuple[str, ...] = unique()
    symbol: str | None = unique(default=None)
    warmth: float = 0.0
    kind: Literal["light", "paint"] = "paint"
    pattern: re.Pattern[str] = re.compile("x")
    is_bright: bool = False

    def reading(self, text):
        return self.id if any(name in text.split() for name in self.names) else None


RED = """[[row]]
id = "red"
why = "the colour of boats"
names = ["red", "crimson"]
yes = ["a red boat", ["a crimson boat", "red"]]
no = ["a redder boat", ["a blue boat", "red"]]
"""


def read(*texts):
    return read_rows([TableFile("colours", f"table{n}.toml", text) for n, text in enumerate(texts)], Colour)


def test_a_row_has_the_values_of_its_file_and_its_examples_are_read_as_yes_no_or_value():
    (red,) = read(RED + "warmth = 3\nsymbol = 'R'\npattern = ['r', 'e.']\nkind = 'light'\n")

    assert (red.names, red.symbol, red.warmth, red.kind) == (("red", "crimson"), "R", 3.0, "light")
    assert (red.pattern.pattern, type(red.warmth), red.is_bright) == ("re.", float, False)
    assert red.yes == ("a red boat", ("a crimson boat", "red"))
    assert red.wrong_examples() == []


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        (("a blue boat",), ("x",)),
        ((("a red boat", "green"),), ("x",)),
        (("a red boat",), ("red",)),
        (("a red boat",), (("red", "red"),)),
    ],
)
def test_an_example_that_does_not_hold_is_told(yes, no):
    row = Colour(id="red", why="x", names=("red",), yes=yes, no=no)

    assert len(row.wrong_examples()) == 1


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (('id = "red"\n', ""), r"table0.toml:1: row '\(no id\)': lacks 'id'"),
        (('why = "the colour of boats"\n', ""), "row 'red': lacks 'why'"),
        (('why = "the colour of boats"\n', 'why = ""\n'), "row 'red': 'why' is empty"),
        (('no = ["a redder boat", ["a blue boat", "red"]]\n', ""), "row 'red': lacks 'no'"),
        (('yes = ["a red boat", ["a crimson boat", "red"]]', "yes = []"), "row 'red': 'yes' is empty"),
        (('["a crimson boat", "red"]', "3"), "yes: must be a text, found 3"),
        (('names = ["red", "crimson"]', 'names = "red"'), "names: must be a list, found 'red'"),
        (('names = ["red", "crimson"]', "names = [1]"), "names: must be a text, found 1"),
        (('names = ["red", "crimson"]', 'nams = ["red"]'), "unknown key 'nams'; known are id, why"),
        (('no = ["a redder', 'warmth = "hot"\nno = ["a redder'), "warmth: must be a number, found 'hot'"),
        (('no = ["a redder', 'warmth = true\nno = ["a redder'), "warmth: must be a number, found True"),
        (('no = ["a redder', 'kind = "wool"\nno = ["a redder'), "kind: must be one of 'light', 'paint', found 'wool'"),
        (('no = ["a redder', 'pattern = "("\nno = ["a redder'), "pattern: is no pattern: missing"),
        (("[[row]]", "[[rule]]"), "table0.toml: has 'rule', where only"),
        (("[[row]]", "[[row]"), "table0.toml: is no TOML"),
    ],
)
def test_a_bad_row_is_refused_with_file_line_and_row(change, complaint):
    with pytest.raises(ConfigError, match=complaint):
        read(RED.replace(*change))


def test_a_row_that_lacks_something_is_named_by_its_own_line():
    with pytest.raises(ConfigError, match=r"table0\.toml:8: row 'blue': lacks 'why'"):
        read(RED + '\n[[row]]\nid = "blue"\n')


@pytest.mark.parametrize(
    ("second", "complaint"),
    [
        (RED.replace('"red", "crimson"', '"blue"'), "id: 'red' stands already at table0.toml:1"),
        (RED.replace('"red"', '"blue"', 1), "names: 'red' stands already at table0.toml:1: row 'red'"),
    ],
)
def test_two_rows_with_one_id_or_one_name_are_refused_in_one_file_and_in_two(second, complaint):
    with pytest.raises(ConfigError, match="table1.toml:1: row .*" + complaint):
        read(RED, second)
    with pytest.raises(ConfigError, match=complaint):
        read(RED + second)


@pytest.mark.parametrize(
    ("table", "old", "new", "complaint"),
    [
        ("strip_lines", 'role = "byline"', 'role = "nonsense"', "role: 'nonsense' is none of the contract's"),
        ("strip_lines", 'zone = "edge"', 'zone = "middle"', "zone: must be one of"),
        ("strip_captions", "?P<credit>", "?P<other>", "pattern: has no group 'credit'"),
        ("ingest_pages", 'where = "head"', 'where = "middle"', "where: must be one of"),
        ("ingest_alphabets", '"cp1252"', '"cp12520"', "encodings: 'cp12520' is no encoding"),
    ],
)
def test_a_table_refuses_what_its_room_does_not_know(table, old, new, complaint):
    text = (FOLDER / f"{table}.toml").read_text(encoding="utf-8")
    assert old in text

    with pytest.raises(ConfigError, match=complaint):
        read_rows([TableFile(table, table, text.replace(old, new, 1))], ROWS[table])


def test_the_tables_of_fitted_numbers_hold_numbers_only():
    for path in FOLDER.glob(f"*{FITTED}.toml"):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        weights = table.pop("weights")

        assert all(isinstance(value, int | float) for value in (*weights.values(), *table.values()))
