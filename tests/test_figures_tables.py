"""The tables behind figures: every example in them runs here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tasks import rules
from tasks.model import FigureMention
from tasks.normalise.currencies import Shared
from tasks.normalise.figures import find_figures
from tasks.normalise.figures.nouns import singular
from tasks.normalise.numbers import find_numbers
from tasks.normalise.units import CALENDAR
from tasks.rules import load, read_csv, read_toml

NUMBERS = [
    pytest.param(words, wanted, id=words)
    for table in read_toml("numbers").values()
    for words, wanted in table.get("examples", {}).items()
]
UNITS = [pytest.param(row, id=f"{row['code']}: {row['example']}") for row in read_csv("units")]
CURRENCIES = [pytest.param(row, id=f"{row['code']}: {row['example']}") for row in read_csv("currencies")]
SHARED = [
    pytest.param(text, row, code, id=text)
    for row in load("currencies_shared", Shared)
    for text, code in ((*row.yes, *((text, "") for text in row.no)))
]
CLDR = [pytest.param(row, id=row["code"]) for row in read_csv("currencies_cldr")]
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
TABLES = ["numbers", "figures_nouns", "figures_guard"]


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
    forms += [f"a 1.5{sign}, and more" for sign in row["symbols"].split("|") if sign and sign[0] != "~"]
    # a preposition and a stop as well; a million
    forms = [form for form in forms if not form.startswith(("a 1.5in.", "a 1.5ins.", "a 1.5m,"))]
    for text in forms:
        units = [figure.unit for figure in find_figures(text)]

        if row["code"] in CALENDAR:
            assert units == [], text
        else:
            assert units == [wanted], text


@pytest.mark.parametrize(
    "text, code",
    [
        ("a field of 25 kV/cm", "kV/cm"),
        ("a chip of 3.6Ghz", "GHz"),
        ("8 litres a day", "L/d"),
        ("9 tonnes per hectare", "t/har"),
        ("40 micrograms per cubic metre", "ug/m3"),
        ("7 square miles", "[mi_i]2"),
        ("7 sq ft", "[sft_i]"),
        ("65 m.p.h. winds", "[mi_i]/h"),
        ("a 52,000 barrel-a-day plant", "[bbl_us]/d"),
        ("10 in. of snow", "[in_i]"),
        ("a wall 30' tall", "[ft_i]"),
        ("80 MWh of power", "MW.h"),
        ("9.8 m/s2", "m/s2"),
        ("6.5 litres per 100 km", "L/(100.km)"),
    ],
)
def test_units_are_a_grammar(text: str, code: str) -> None:
    assert [figure.unit for figure in find_figures(text)] == [code]


def test_a_unit_ends_at_a_word() -> None:
    assert [figure.unit for figure in find_figures("six second-hand planes")] == ["second-hand plane"]
    assert not [figure for figure in find_figures("a 25 kV/xq thing") if figure.kind == "measure"]


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


@pytest.mark.parametrize("text, row, code", SHARED)
def test_a_shared_currency_is_settled_by_the_text_or_left_open(text: str, row: Shared, code: str) -> None:
    found = find_figures(text)

    assert [figure.currency or "" for figure in found][:1] == ([code or row.otherwise] if found else [])
    assert found or not row.flag
    if not code and row.flag:
        assert found[0].flag == row.flag


@pytest.mark.parametrize("row", CLDR)
def test_every_currency_is_known_by_its_code_and_its_names(row: dict[str, str]) -> None:
    for text in (
        f"It paid {row['code']} 1,500.",
        f"It paid 7,000 {row['plural']}.",
        f"It paid 3.5 million {row['name']}.",
    ):
        assert only(text).currency == row["code"], text


def test_the_table_of_currencies_is_what_its_script_writes() -> None:
    script = Path(__file__).parents[1] / "bench" / "currencies_cldr.py"
    written = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout

    assert written == (Path(rules.__file__).parent / "currencies_cldr.csv").read_text("utf-8")


@pytest.mark.parametrize("field, text, wanted", CUES)
def test_a_cue_gives_what_its_example_says(field: str, text: str, wanted: str) -> None:
    assert getattr(find_figures(text)[0], field) == wanted


@pytest.mark.parametrize("text, wanted", GUARD)
def test_a_guard_holds_for_its_examples(text: str, wanted: bool) -> None:
    assert bool(find_figures(text)) is wanted, find_figures(text)


@pytest.mark.parametrize("words, wanted", read_toml("figures_nouns")["singular"]["examples"].items())
def test_a_counted_noun_is_published_in_the_singular(words: str, wanted: str) -> None:
    assert only(f"There were {words} here.").unit == wanted
    assert singular(words.split()[-1]) == wanted


@pytest.mark.parametrize("name", TABLES)
def test_every_table_says_why(name: str) -> None:
    for key, table in read_toml(name).items():
        assert len(table["why"]) > 10, key
