"""Dates: every rule does what its examples say, and what a reader may rely on whatever the text."""

from __future__ import annotations

import doctest
import re
import time
import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.normalise.dates import dump_scanned, find_dates, load_scanned, resolve_dates, scan_dates
from tasks.rules import read_toml

CASES = Path(__file__).parent / "cases"
DIRECTION = tomllib.loads((CASES / "dates_direction.toml").read_text(encoding="utf-8"))
KINDS = tomllib.loads((CASES / "dates_kinds.toml").read_text(encoding="utf-8"))
BY_KIND = [
    pytest.param(group.get("published", KINDS["published"]), text, values, id=f"{kind}: {text}")
    for kind, group in KINDS.items()
    if kind != "published"
    for text, *values in group["lines"]
]
HISTORY = tomllib.loads((CASES / "dates_history.toml").read_text(encoding="utf-8"))["case"]
NEGATIVE = [
    line
    for g in tomllib.loads((CASES / "dates_negative.toml").read_text(encoding="utf-8"))["group"]
    for line in g["lines"]
]
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


@pytest.mark.parametrize("line, values", DIRECTION["lines"])
def test_the_clause_says_on_which_side_a_date_lies(line, values):
    assert [m.value for m in find_dates(line, DIRECTION["published"])] == values


@pytest.mark.parametrize("published, text, values", BY_KIND)
def test_kinds_that_went_wrong_on_real_text_and_their_near_misses(published, text, values):
    assert [str(m.value) for m in find_dates(text, published)] == values


def test_what_is_told_is_not_put_after_the_day_of_writing_by_a_year_named_before():
    text = "It aims to cut the deficit by December 2023. In May the plan failed. On May 24 a vote was lost."

    assert [m.value for m in find_dates(text, PUBLISHED)] == ["2023-12", "2021-05", "2021-05-24"]


@pytest.mark.parametrize("case", HISTORY, ids=lambda case: case["why"])
def test_a_history_counts_from_what_was_told_last(case):
    mentions = find_dates(case["text"], case.get("published"))

    assert [[" ".join(m.surface.split()), str(m.value)] for m in mentions] == case["dates"]


@pytest.mark.parametrize("line", NEGATIVE)
def test_what_only_looks_like_a_date_is_left_alone(line):
    assert [(m.surface, m.rule) for m in find_dates(line, PUBLISHED)] == []


def test_vague_phrases_are_found_and_what_looks_like_them_is_not():
    table = read_toml("dates_vague")["examples"]

    assert all([m.status for m in find_dates(text, PUBLISHED)] == ["vague"] for text in table["found"])
    assert all(find_dates(text, PUBLISHED) == [] for text in table["none"])


def test_words_that_carry_no_date_are_flagged_and_easy_to_leave_out():
    mentions = find_dates("The current mayor, now 60, spoke recently. He left in May, a few years ago.", PUBLISHED)

    assert [m.surface for m in mentions if m.flag == "vague_word"] == ["current", "now", "recently"]
    assert [m.value for m in mentions if m.flag != "vague_word"] == ["2021-05", None]


HOLIDAYS = [
    ("Christmas", "2020-12-25"),
    ("Thanksgiving", "2020-11-26"),
    ("Easter", "2021-04-04"),
    ("Good Friday", "2021-04-02"),
    ("Memorial Day", "2021-05-31"),
    ("Labor Day", "2020-09-07"),
    ("last Christmas", "2020-12-25"),
    ("next Halloween", "2021-10-31"),
    ("Easter weekend", "2021-04-03/2021-04-04"),
    ("Labor Day weekend", "2020-09-05/2020-09-06"),
]


@pytest.mark.parametrize("name, day", HOLIDAYS)
def test_a_holiday_falls_on_its_day_of_the_year(name, day):
    assert [m.value for m in find_dates(f"It snowed on {name}.", PUBLISHED)] == [day]


def test_a_feature_that_quotes_keeps_counting_from_its_own_day():
    text = (
        "The mill opened in 1901, burned in 1937 and closed in 1991. “We show pictures now,” the owner told the paper "
        "in April. A visitor said the roof leaks. The town says it will pay."
    )

    assert [m.value for m in find_dates(text, PUBLISHED)] == ["1901", "1937", "1991", None, "2021-04"]


def test_two_decades_make_an_interval_of_years():
    assert [m.value for m in find_dates("It lasted from the 1970s to the 1990s.", PUBLISHED)] == ["1970/1999"]


def test_a_time_of_day_needs_one_day_to_belong_to():
    text = "It runs from December 22 to 31, 2020; doors open at 9 p.m. and close 30 minutes later."

    assert [m.value for m in find_dates(text, PUBLISHED)] == ["2020-12-22/2020-12-31", "2021-06-16T21:00", "PT30M"]


# ------------------------------------------------------------------ anchors


def test_without_an_anchor_what_counts_from_it_has_no_value():
    mentions = find_dates("Sales fell last year and in the first half of this year, but not in 2019.")

    assert [(m.value, m.status, m.anchor) for m in mentions] == [
        (None, "unanchored", "none"),
        (None, "unanchored", "none"),
        ("2019", "resolved", "none"),
    ]


def test_an_anchor_known_to_the_month_gives_no_days():
    text = "Sales fell yesterday, last month and last year."

    resolution = resolve_dates(text, scan_dates(text), date(2021, 6, 1), precision="month")

    assert [m.value for m in resolution.mentions] == [None, "2021-05", "2020"]


REPRINT = (
    "Exports rose 3 percent in the first nine months of this year. Imports from January to September this year were "
    "flat. The fair, which opened on October 9, drew crowds. Last year it drew none."
)


def test_a_text_that_tells_of_what_lies_ahead_is_older_than_its_page():
    resolution = resolve_dates(REPRINT, scan_dates(REPRINT), date(2020, 5, 2))

    assert resolution.flags == ("republication_suspected",)
    assert resolution.content_date == "2019-10/2019-11"
    assert [m.value for m in resolution.mentions] == ["2019-01/2019-09", "2019-01/2019-09", "2019-10-09", "2018"]
    assert {m.anchor for m in resolution.mentions} == {"content"}
    assert {m.status for m in resolution.mentions} == {"resolved"}


def test_one_misread_clause_does_not_move_the_day_of_writing():
    text = REPRINT + " Buyers will be paid from January 5 to 9 this year."

    assert resolve_dates(text, scan_dates(text), date(2020, 5, 2)).content_date == "2019-10/2019-11"


def test_the_same_text_on_a_page_of_its_own_year_is_left_alone():
    resolution = resolve_dates(REPRINT, scan_dates(REPRINT), date(2019, 10, 20))

    assert (resolution.flags, resolution.content_date) == ((), None)
    assert {m.status for m in resolution.mentions} == {"resolved"}


def test_a_text_that_counts_in_other_years_is_left_alone():
    text = REPRINT + " The budget year began in April."

    assert resolve_dates(text, scan_dates(text), date(2020, 5, 2)).flags == ()


def test_a_page_older_than_its_text_is_noticed_too():
    text = "The ferry opened on March 5, 2021. The fair was held on March 7, 2021. It rained last year."

    resolution = resolve_dates(text, scan_dates(text), date(2020, 1, 5))

    assert resolution.content_date == "2021-03-07/.."
    assert resolution.mentions[-1].value == "2020"


def test_one_odd_tense_is_marked_and_changes_nothing():
    text = "The fair will be held from May 3 to 6 this year. Last year it rained."

    resolution = resolve_dates(text, scan_dates(text), date(2020, 9, 2))

    assert [(m.value, m.status) for m in resolution.mentions] == [
        ("2020-05-03/2020-05-06", "conflict"),
        ("2019", "resolved"),
    ]
    assert (resolution.flags, resolution.content_date) == ((), None)


def test_the_examples_of_the_docs_are_right():
    docs = Path(__file__).parent.parent / "docs" / "dates.md"

    result = doctest.testfile(str(docs), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)

    assert result.attempted == 3
    assert result.failed == 0


# ------------------------------------------------------------------ whatever the text

WORDS = ["\n\n", *(CASES / "dates_pieces.txt").read_text(encoding="utf-8").split()]
TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
    st.lists(st.sampled_from(WORDS)).map("".join),
)


POINT = r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d)?)?)?)?"
LENGTH = r"P(?:\d+(?:\.\d+)?[YMWD]|T\d+(?:\.\d+)?[HMS](?:\d+[MS])?)"
VALUE = re.compile(rf"{POINT}|{POINT}/{POINT}|\d{{3}}X|\d\dXX|-?\d{{4}}|{LENGTH}")  # EDTF level 1, ISO 8601


@given(TEXTS, st.one_of(st.none(), st.dates()))
def test_mentions_quote_the_text_in_order_and_their_days_in_order(text, published):
    mentions = find_dates(text, published)

    assert all(text[m.start : m.end] == m.surface and m.start < m.end for m in mentions)
    assert all(a.end <= b.start for a, b in pairwise(mentions))
    assert all(m.start_date is None or m.end_date is None or m.start_date <= m.end_date for m in mentions)
    assert all(m.value is not None or m.status in ("vague", "unanchored") for m in mentions)
    assert all(m.value is None or VALUE.fullmatch(m.value) for m in mentions)
    assert all(m.type in ("DURATION", "SET") or m.value is None or m.value[0] != "P" for m in mentions)
    assert load_scanned(dump_scanned(scan_dates(text))) == scan_dates(text)


HARD = [
    "9" * 5000,
    "1/" * 3000,
    "2019-" * 2000,
    "March " * 3000,
    "the first of the " * 2000,
    "five " * 4000,
    "İ" * 500 + " 2019",
    "May " + "12, 13, " * 20_000,
    "On 3, " * 20_000,
    "١٢ مايو ٢٠١٩ " * 3000,
    "May ١٢, ٢٠١٩ " * 3000,
    "In 1931 he was born. In May, " * 2000,
]


@pytest.mark.parametrize("text", HARD, ids=lambda text: text[:8])
def test_hard_texts_are_no_exception(text):
    find_dates(text, PUBLISHED)


def test_time_grows_with_the_length_of_the_text_and_no_faster():
    text = (
        "In March 2019 the first of the five ferries was, on Monday the 4th, two hundred days late from 1 to 3 p.m. "
        * 40
    )

    def seconds(times: int) -> float:
        begin = time.process_time()
        scan_dates(text * times)
        return time.process_time() - begin

    seconds(1)
    assert seconds(40) < 40 * max(seconds(4) / 4, 0.004) * 3


def test_a_quarter_held_against_another_is_not_what_the_report_is_of():
    text = (
        "Profit rose 3 percent in the first quarter. After a flat fourth quarter, costs were below a year ago. "
        "It expects a loss for the second quarter. In the year-ago period it shrank; in the 2020 period it hired."
    )

    mentions = find_dates(text, date(2021, 5, 4))

    assert [m.value for m in mentions if m.rule != "date.quarter"] == ["2020-01/2020-03"] * 3
