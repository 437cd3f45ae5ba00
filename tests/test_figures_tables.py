"""The tables behind figures: every example in them runs here."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.model import FigureMention
from tasks.normalise.figures import find_figures
from tasks.normalise.figures.nouns import singular
from tasks.normalise.numbers import find_numbers
from tasks.normalise.units import CALENDAR
from tasks.rules import read_csv, read_toml

NUMBERS = [
    pytest.param(words, wanted, id=words)
    for table in read_toml("numbers").values()
    for words, wanted in table.get("examples", {}).items()
]
UNITS = [pytest.param(row, id=f"{row['code']}: {row['example']}") for row in read_csv("units")]
CURRENCIES = [pytest.param(row, id=f"{row['code']}: {row['example']}") for row in read_csv("currencies")]
SHARED = [
    pytest.param(text, code, id=text)
    for table in read_toml("currencies_shared").values()
    for text, code in table["examples"].items()
]
CUES = [
    pytest.param(field, text, wanted, id=f"{field}: {text}")
    for field in ("bound", "change", "basis")
    for table in read_toml("figures_cues")[field].values()
    for text, wanted in table["examples"].items()
]
GUARD = [
    pytest.param(text, wanted, id=f"{name}: {text}")
    for name, table in read_toml("figures_guard").items()
    for texts, wanted in ((table["none"], False), (table["found"], True))
    for text in texts
]
PLAUSIBLE = [
    pytest.param(text, wanted, id=text)
    for row in read_toml("figures_plausible")["plausible"]
    for texts, wanted in ((row["flagged"], True), (row["fine"], False))
    for text in texts
]
TABLES = ["numbers", "currencies_shared", "figures_nouns", "figures_guard"]


def only(text: str) -> FigureMention:
    found = find_figures(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("words, wanted", NUMBERS)
def test_number_words_say_their_value(words: str, wanted: Any) -> None:
    numbers = find_numbers(f"{words} of them")

    assert len(numbers) == 1
    value = [numbers[0].value, numbers[0].high] if isinstance(wanted, list) else numbers[0].value
    assert value == wanted


@pytest.mark.parametrize("row", UNITS)
def test_a_unit_is_found_by_its_example(row: dict[str, str]) -> None:
    found = find_figures(row["example"])

    if row["code"] in CALENDAR:
        assert not found
    else:
        wanted = "%" if row["code"] in ("pp", "bp") else row["code"]
        assert [figure.unit for figure in found] == [wanted]


@pytest.mark.parametrize("row", UNITS)
def test_every_name_and_sign_of_a_unit_is_read(row: dict[str, str]) -> None:
    wanted = "%" if row["code"] in ("pp", "bp") else row["code"]
    forms = [f"a 1.5 {name} thing" for name in row["names"].split("|") if name]
    forms += [f"a 1.5{sign}, and more" for sign in row["symbols"].split("|") if sign]
    for text in forms:
        units = [figure.unit for figure in find_figures(text)]

        if row["code"] in CALENDAR:
            assert units == [], text
        elif row["code"] != "circ":
            assert units == [wanted], text


@pytest.mark.parametrize("row", CURRENCIES)
def test_a_currency_is_found_by_its_example(row: dict[str, str]) -> None:
    figure = only(row["example"])

    assert (figure.kind, figure.currency, figure.unit) == ("money", row["code"], None)


@pytest.mark.parametrize("row", CURRENCIES)
def test_every_name_and_sign_of_a_currency_is_read(row: dict[str, str]) -> None:
    texts = [f"a fee of 70 {name} was paid" for name in row["names"].split("|") if name]
    texts += [f"a fee of {sign}70 million was paid" for sign in row["prefixes"].split("|") if sign]
    for text in texts:
        assert only(text).currency == row["code"], text


@pytest.mark.parametrize("text, code", SHARED)
def test_a_shared_currency_is_settled_by_the_text_or_left_open(text: str, code: str) -> None:
    assert [figure.currency or "" for figure in find_figures(text)][:1] == [code]


@pytest.mark.parametrize("field, text, wanted", CUES)
def test_a_cue_gives_what_its_example_says(field: str, text: str, wanted: str) -> None:
    assert getattr(find_figures(text)[0], field) == wanted


@pytest.mark.parametrize("text, wanted", GUARD)
def test_a_guard_holds_for_its_examples(text: str, wanted: bool) -> None:
    assert bool(find_figures(text)) is wanted, find_figures(text)


@pytest.mark.parametrize("text, wanted", PLAUSIBLE)
def test_an_implausible_unit_is_flagged_and_not_changed(text: str, wanted: bool) -> None:
    found = find_figures(text)

    assert found
    assert (found[0].flag == "implausible_unit") is wanted


@pytest.mark.parametrize("words, wanted", read_toml("figures_nouns")["singular"]["examples"].items())
def test_a_counted_noun_is_published_in_the_singular(words: str, wanted: str) -> None:
    assert only(f"There were {words} here.").unit == wanted
    assert singular(words.split()[-1]) == wanted


@pytest.mark.parametrize("name", TABLES)
def test_every_table_says_why(name: str) -> None:
    for key, table in read_toml(name).items():
        assert len(table["why"]) > 10, key
