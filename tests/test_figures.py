"""Figures: what is found in a sentence, what is not, and what holds for any text at all."""

from __future__ import annotations

import math
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.model import FigureMention
from tasks.normalise.dates import find_dates
from tasks.normalise.figures import find_figures

CASES = Path(__file__).parent / "cases"
DEFAULTS = {"unit": None, "currency": None, "bound": "=", "change": None, "basis": None, "flag": None}
KINDS = {"money", "percent", "percentage_point", "measure", "count", "age", "multiple"}
BOUNDS = {"=", "~", ">", ">=", "<", "<=", "range"}


def cases(name: str) -> dict[str, Any]:
    return tomllib.loads((CASES / f"figures_{name}.toml").read_text(encoding="utf-8"))


def as_wanted(figure: FigureMention) -> dict[str, Any]:
    value = figure.value if figure.value is not None else [figure.value_min, figure.value_max]
    row = {"surface": figure.surface, "kind": figure.kind, "value": value}
    return row | {name: getattr(figure, name) for name in DEFAULTS}


def expected(row: dict[str, Any]) -> dict[str, Any]:
    bound = "range" if isinstance(row["value"], list) else "="
    return {**DEFAULTS, "bound": bound, **row}


KINDS_READ = [
    line.split("\t")
    for line in (CASES / "figures_kinds.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def as_read(figure: FigureMention) -> tuple[list[float], str]:
    ends = [figure.value] if figure.value is not None else [figure.value_min, figure.value_max]
    return [float(f"{end:.6g}") for end in ends if end is not None], figure.currency or figure.unit or "-"


@pytest.mark.parametrize(("text", "wanted"), KINDS_READ)
def test_every_kind_is_read_in_other_words(text: str, wanted: str) -> None:
    rows = [item.split(" ", 1) for item in wanted.split("; ") if item]
    figures = [([float(f"{float(end):.6g}") for end in value.split("..")], unit) for value, unit in rows]

    assert [as_read(figure) for figure in find_figures(text, dates=find_dates(text))] == figures


@pytest.mark.parametrize("case", [pytest.param(case, id=case["text"]) for case in cases("invented")["case"]])
def test_every_figure_of_a_sentence_is_found_and_no_other(case: dict[str, Any]) -> None:
    found = [as_wanted(figure) for figure in find_figures(case["text"])]

    assert found == [expected(row) for row in case["figures"]]


NEGATIVES = [
    pytest.param(text, id=f"{name}: {text}") for name, table in cases("negative").items() for text in table["texts"]
]


@pytest.mark.parametrize("text", NEGATIVES)
def test_names_codes_dates_and_idioms_are_no_figures(text: str) -> None:
    assert find_figures(text) == []


@pytest.mark.parametrize("case", [pytest.param(case, id=case["text"]) for case in cases("known_failures")["case"]])
@pytest.mark.xfail(reason="known failure", strict=True)
def test_known_failures(case: dict[str, Any]) -> None:
    ends = [figure.value_min if case.get("is_range") else figure.value for figure in find_figures(case["text"])]

    assert case["value"] in ends


# ------------------------------------------------------------------ dates given


@dataclass(frozen=True)
class Date:
    start: int
    end: int


def test_what_lies_in_a_date_is_left_alone() -> None:
    text = "Within 2 hours 40 boats came."

    assert [figure.surface for figure in find_figures(text)] == ["Within 2 hours", "40 boats"]
    assert [figure.surface for figure in find_figures(text, dates=[Date(7, 14)])] == ["40 boats"]


def test_an_age_stays_a_figure_where_the_dates_took_its_number() -> None:
    text = "a 44 year old baker"

    assert [figure.kind for figure in find_figures(text, dates=[Date(2, 9)])] == ["age"]


def test_figures_do_not_depend_on_the_order_of_the_dates() -> None:
    text = "In 5 minutes 40 boats came, and in 9 minutes 50 more boats."
    dates = [Date(3, 12), Date(35, 44)]

    assert find_figures(text, dates=dates) == find_figures(text, dates=dates[::-1])


# ------------------------------------------------------------------ any text

WORDS = """one two hundred million billion dozen half a third and to from between – - / . , : % $ £ ¥ US$ HK$ 1 2.5
1,000 3/4 ½ 1e400 00 £5m km2 kg °C percent per cent yuan dollars people ports up fell rose more than over year-old aged
times doubled minus in of 2019 May ( ) " “ ”"""
PIECES = st.sampled_from([*WORDS.split(), "\n"])
TEXTS = st.one_of(
    st.text(max_size=80), st.lists(PIECES, max_size=25).map(" ".join), st.lists(PIECES, max_size=25).map("".join)
)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_mentions_are_exact_sorted_apart_and_finite_for_any_text(text: str) -> None:
    found = find_figures(text)

    end = 0
    for figure in found:
        assert text[figure.start : figure.end] == figure.surface != ""
        assert figure.start >= end
        end = figure.end
        assert figure.kind in KINDS
        assert figure.bound in BOUNDS
        values = [figure.value] if figure.value is not None else [figure.value_min, figure.value_max]
        assert all(value is not None and math.isfinite(value) for value in values)
        assert (figure.bound == "range") == (figure.value is None)
        assert figure.value is not None or values[0] <= values[1]  # type: ignore[operator]
        assert not (figure.currency and figure.unit)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_dates_only_take_figures_away(text: str) -> None:
    dates = [Date(3, 6), Date(20, 24)]
    found = find_figures(text, dates=dates)

    for figure in found:
        if figure.kind == "age":
            continue
        numbers = find_figures(figure.surface)
        assert numbers or not any(d.start <= figure.start and figure.end <= d.end for d in dates)


@pytest.mark.parametrize(
    "text, surfaces",
    [
        ("9" * 5000, []),
        ("1e400 and 1/0 and 0/0", []),
        ("Paid 1.234,56 euros, not 1,234.56 euros.", ["1.234,56 euros", "1,234.56 euros"]),
        ("1.2.3.4 and 1,2,3 and 12,34,56", []),
        ("٣٤٥ and ⅷ and ²", []),
        ("٣٤ رجال", []),
        ("२५ लोग आए, ५० करोड़ रुपये", []),
        ("It paid １２ ３００ yen and ＄５００, and 5 km", ["5 km"]),
        ("ה-25 אנשים שילמו 300 ₪ ב-2020", ["300 ₪"]),
        ("\u202b300 \u20aa\u202c", ["300 \u20aa"]),
        ("5\u0301 boats, 1\u0332,000 boats and 5\u20e3 boats", []),
        ("\u0301" * 500, []),
        ("5", []),
        ("$5", ["$5"]),
        ("$" * 50_000, []),
        ("1" * 10_000, []),
        ("\n".join(str(number) for number in range(20_000)), []),
        ("İ paid €5", ["€5"]),
        ("", []),
        ("\ud800 5 kg \udfff", ["5 kg"]),
    ],
)
def test_odd_input_gives_only_what_is_sure(text: str, surfaces: list[str]) -> None:
    assert [figure.surface for figure in find_figures(text)] == surfaces


@pytest.mark.parametrize(
    "piece",
    [
        "7",
        "1,",
        "1.",
        "1 ",
        "one ",
        "hundred ",
        "a million ",
        "tens of ",
        "1/2 ",
        "1-",
        "$",
        "- ",
        "1 to ",
        "from 1 to 2 ",
        '"1 ',
        "x 1) ",
        "1\n",
        "$1\n",
        "1 000 ",
        "half a ",
        "five and ",
        "5\u0301 ",
    ],
)
def test_time_grows_with_length_and_no_faster(piece: str) -> None:
    """Twenty times the text takes at most sixty times as long: quadratic work would take four hundred."""
    short, long = piece * (4000 // len(piece)), piece * (80_000 // len(piece))

    def seconds(text: str) -> float:
        start = time.process_time()
        find_figures(text)
        return time.process_time() - start

    base = max(min(seconds(short) for _ in range(3)), 0.002)
    assert seconds(long) < 60 * base


def test_a_height_whose_last_unit_is_not_written_has_no_span_of_a_unit():
    (height,) = find_figures("The keeper is 6-foot-4 tall.")

    assert (height.surface, height.unit_start, height.unit_end) == ("6-foot-4", None, None)
