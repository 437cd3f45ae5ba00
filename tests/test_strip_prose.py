"""Prose that ends like a list of other articles, or breaks off, and of which nothing may go."""

import tomllib
from pathlib import Path

import pytest

from tasks.strip import strip_text

# The line model takes one-word lines below a label for tags or topics; the rule of the tails kept these names.
KNOWN_FAILURE = "names below a phrase that is a label elsewhere"
TEXTS = tomllib.loads((Path(__file__).parent / "cases" / "strip_prose.toml").read_text(encoding="utf-8"))["text"]
CASES = [
    pytest.param(
        text,
        id=text["name"],
        marks=pytest.mark.xfail(strict=True) if text["name"] == KNOWN_FAILURE else (),
    )
    for text in TEXTS
]
ROOMS_OF_FIELDS = ("title", "whitespace")


@pytest.mark.parametrize("text", CASES)
def test_all_but_the_headline_stays(text):
    body = text["raw"].strip().splitlines()[1:]

    found = strip_text(text["raw"])

    assert [line for line in body if line not in found.text.split("\n\n")] == []
    assert {removal.role for removal in found.removals} <= set(ROOMS_OF_FIELDS)


@pytest.mark.parametrize("text", CASES)
def test_a_title_known_from_outside_changes_nothing_of_that(text):
    headline, *body = text["raw"].strip().splitlines()

    found = strip_text("\n".join(body), hints={"title": headline})

    assert [line for line in body if line not in found.text.split("\n\n")] == []
