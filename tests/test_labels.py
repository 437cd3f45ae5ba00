"""Labels above lists: every row of the table does what its examples say, in any dress."""

import pytest

from tasks.rules import read_toml
from tasks.strip.labels import LONGEST_LABEL, is_label

TABLE = read_toml("strip_labels")
ROWS = TABLE["label"]
CODES = {row["code"] for row in TABLE["language"]}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_row_does_what_its_examples_say(row):
    assert row["why"]
    assert row["id"].split(".")[0] in CODES
    assert [line for line in row["yes"] if not is_label(line)] == []
    assert [line for line in row["no"] if is_label(line)] == []


def test_every_phrase_of_the_table_is_known_in_capitals_with_bullet_and_colon():
    phrases = [phrase for row in ROWS for phrase in row["whole"]]

    assert [phrase for phrase in phrases if not is_label(phrase)] == []
    assert [phrase for phrase in phrases if not is_label(f"• {phrase.upper()}:") and "ß" not in phrase] == []


def test_ids_are_unique():
    ids = [row["id"] for row in ROWS]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "line",
    [
        "",
        " ",
        "…",
        "2020",
        "The mill",
        "Trending in the right direction",
        "More from the mayor, and then some",
        "Related " * 9,
        "Other ranks",
        "x" * (LONGEST_LABEL + 1),
    ],
)
def test_a_line_that_only_begins_like_a_label_is_none(line):
    assert not is_label(line)
