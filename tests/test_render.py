"""The plain form of a text: what is written anew, what stays as it is."""

from __future__ import annotations

import gzip
import itertools
import json
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.model import DateMention, FigureMention
from tasks.normalise.figures import find_figures
from tasks.normalise.render import figure_splices, name_dollars, normalise_text, plain_number

CASES = Path(__file__).parent / "cases"


def dated(text: str, surface: str, value: str | None, status: str = "resolved", type_: str = "DATE") -> DateMention:
    start = text.index(surface)
    end = start + len(surface)
    return DateMention(start, end, surface, type_, value, None, None, None, None, False, "none", status, "test")


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("It is worth 3.59 trillion yuan.", "It is worth 3590000000000 CNY."),
        ("It grew 5.6 percent.", "It grew 5.6%."),
        ("It has over 6500 direct investment enterprises.", "It has over 6500 direct investment enterprises."),
        ("It exceeded 1,000km2 in size.", "It exceeded 1000 km2 in size."),
        ("It cost about $3 to $5 billion.", "It cost about 3000000000 to 5000000000 USD."),
        ("It cost RM23.50 and ₹35 lakh.", "It cost 23.5 MYR and 3500000 INR."),
        ("It takes one or two hundred.", "It takes one or two hundred."),
        ("It takes one or two hundred boats.", "It takes 100 or 200 boats."),
        ("It takes between 60 and 70 million euros.", "It takes between 60000000 and 70000000 EUR."),
        ("It takes between 60 million to 70 million euros.", "It takes between 60000000 to 70000000 EUR."),
        ("Two thirds of them and 30 boats or more.", "Two thirds of them and 30 boats or more."),
        ("Tens of thousands of people came.", "Tens of thousands of people came."),
        ("A third of them came.", "A third of them came."),
        ("One in five has a two-thirds share.", "One in five has a two-thirds share."),
        ("It took half an hour and 1 1/2 miles.", "It took half an hour and 1.5 [mi_i]."),
        ("Rates fell 25 basis points.", "Rates fell 0.25 percentage points."),
        ("A 44-year-old, aged 44 or so.", "A 44-year-old, aged 44 or so."),
        ("It was minus 12 degrees Celsius, then -5°C.", "It was -12 Cel, then -5 Cel."),
        ("Prices doubled, three times over.", "Prices doubled, three times over."),
        ("A crew of 500+ weighs 20 kg or more.", "A crew of 500+ weighs 20 kg or more."),
        ("The Dow rose +0.2%.", "The Dow rose +0.2%."),
        ("It owns 30 Airbus A320 planes.", "It owns 30 Airbus A320 planes."),
        ("He won 54 one-day internationals.", "He won 54 one-day internationals."),
        ("It trained 9,000 under-18s.", "It trained 9000 under-18s."),
        ("It had 5k downloads and 35m users.", "It had 5000 downloads and 35000000 users."),
        ("Delegates at COP28 met.", "Delegates at COP28 met."),
        ("Tens of thousands marched.", "Tens of thousands marched."),
        ("Three G7 leaders met 30 others.", "Three G7 leaders met 30 others."),
        ("A half-million people came, and twenty-three goats.", "500000 people came, and 23 goats."),
        ("It paid -$5 to a five-year-old.", "It paid -5 USD to a five-year-old."),
        (
            "It lost -€5, a 20,000-tonne ship and a 12-inch pizza.",
            "It lost -5 EUR, a 20000-tonne ship and a 12-inch pizza.",
        ),
        ("It paid 75 USD million and Rs 85/- in Mumbai.", "It paid 75000000 USD and Rs 85/- in Mumbai."),
        ("It paid 30 euros to 45 euros, or 5 euros to 10.", "It paid 30 to 45 EUR, or 5 to 10 EUR."),
        ("He stands 5ft 9in and ran 10–12 miles.", "He stands 5.75 [ft_i] and ran 10–12 [mi_i]."),
        ("There were 1,900 voters in a 1,500-seat hall.", "There were 1900 voters in a 1500-seat hall."),
        ("The crowd reached 45,000.", "The crowd reached 45000."),
        ("It rose to 2,000.", "It rose to 2,000."),
        ("The bill fell to $2.1 billion.", "The bill fell to 2100000000 USD."),
        ("In Melbourne it is $4 and in Texas, $5.", "In Melbourne it is $4 and in Texas, $5."),
        ("A stall in Mexico City sells it for $90.", "A stall in Mexico City sells it for $90."),
        ("A $40 million plan failed.", "A 40000000 USD plan failed."),
        ("It had a cost of A $40 million.", "It had a cost of 40000000 AUD."),
        ("The 9.1-percent rise was one percentage point.", "The 9.1% rise was 1 percentage point."),
        ("Tickets are £12-£15, $5m-$10m in Texas.", "Tickets are 12-15 GBP, 5000000-10000000 USD in Texas."),
        ("A quarter-million people paid a third of a million euros.", "250000 people paid a third of a million euros."),
        ("It is 18in wide and 6ft 2in tall.", "It is 18 [in_i] wide and 6ft 2in tall."),
        ("No figure here.", "No figure here."),
        ("", ""),
    ],
)
def test_figures_are_written_as_plain_numbers_with_their_units(text: str, wanted: str) -> None:
    assert normalise_text(text, [], find_figures(text)) == wanted


def test_resolved_dates_are_written_as_edtf_and_others_stay() -> None:
    text = "Last May it met daily, recently, on 3/4 and in July."
    dates = [
        dated(text, "Last May", "2023-05"),
        dated(text, "daily", "P1D", type_="SET"),
        dated(text, "recently", None, "vague"),
        dated(text, "3/4", "2023-03-04", "conflict"),
        dated(text, "July", None, "unanchored"),
    ]

    assert normalise_text(text, dates, []) == "2023-05 it met P1D, recently, on 3/4 and in July."


@pytest.mark.parametrize(
    ("text", "surface", "value", "mod", "wanted"),
    [
        ("By the end of 2025 it opens.", "the end of 2025", "2025", "end", "By the end of 2025 it opens."),
        ("It opens early next year.", "early next year", "2025", "start", "It opens early 2025."),
        ("It took at least two hours.", "at least two hours", "PT2H", "more_than", "It took at least PT2H."),
        ("It took about two hours.", "about two hours", "PT2H", "approx", "It took about PT2H."),
        ("It was mid-May.", "mid-May", "2024-05", "mid", "It was mid-2024-05."),
    ],
)
def test_words_that_bound_a_date_stay(text: str, surface: str, value: str, mod: str, wanted: str) -> None:
    assert normalise_text(text, [replace(dated(text, surface, value), mod=mod)], []) == wanted


def test_the_full_stop_of_a_sentence_that_ends_in_a_time_stays() -> None:
    time = "2024-04-04T21:00"
    ended, mid = "It opens at 9 p.m. Tickets sell.", "At 9 p.m. it opens."

    assert normalise_text(ended, [dated(ended, "9 p.m.", time)], []) == f"It opens at {time}. Tickets sell."
    assert normalise_text(mid, [dated(mid, "9 p.m.", time)], []) == f"At {time} it opens."


def figure(text: str, surface: str, value: float) -> FigureMention:
    start = text.index(surface)
    return FigureMention(start, start + len(surface), surface, "count", value)


def test_where_mentions_overlap_the_longest_wins() -> None:
    text = "in 5 June days"
    longer = [figure(text, "5 June days", 5.0)]

    assert normalise_text(text, [dated(text, "5 June", "2020-06-05")], longer) == "in 5 June days"
    assert normalise_text(text, [dated(text, "5 June days", "2020-06-05")], longer) == "in 2020-06-05"


def test_where_mentions_are_equally_long_the_date_wins() -> None:
    text = "by 2019"

    assert normalise_text(text, [dated(text, "2019", "2019")], [figure(text, "2019", 2019.0)]) == "by 2019"
    assert normalise_text(text, [dated(text, "2019", "2019-01")], [figure(text, "2019", 7.0)]) == "by 2019-01"


def test_a_text_in_pieces_is_put_together_in_order() -> None:
    text = "5% on day one, 6% on day two"
    dates = [dated(text, "day one", "2020-01-01"), dated(text, "day two", "2020-01-02")]

    assert (
        normalise_text(text, reversed(dates), find_figures(text, dates=dates)) == "5% on 2020-01-01, 6% on 2020-01-02"
    )


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e24, max_value=1e24))
def test_a_number_in_plain_form_has_no_exponent_and_stays_the_number(value: float) -> None:
    plain = plain_number(value)

    assert "e" not in plain.lower()
    assert float(plain) == pytest.approx(value, rel=1e-5, abs=1e-12)


def said(figures: list[FigureMention]) -> list[tuple[object, ...]]:
    """What figures say, in order."""
    return [(f.value, f.value_min, f.value_max, f.currency, None if f.currency else f.unit, f.kind) for f in figures]


def outside(text: str, figures: list[FigureMention]) -> str:
    """The text without the numbers, scales and units of its figures, and the blanks between them."""
    spans = []
    for figure in figures:
        starts = [s for s in (figure.number_start, figure.unit_start) if s is not None]
        ends = [e for e in (figure.number_end, figure.unit_end) if e is not None]
        is_written = figure_splices(text, figure)
        if is_written:
            spans.append((min(starts), max(ends) if figure.kind != "count" else figure.number_end))
    parts, position = [], 0
    for start, end in spans:
        parts.append(text[position:start])
        position = end
    return "".join([*parts, text[position:]])


INVENTED = [
    case["text"] for case in tomllib.loads((CASES / "figures_invented.toml").read_text(encoding="utf-8"))["case"]
]


@pytest.mark.parametrize("text", INVENTED)
def test_what_is_written_says_the_same_and_leaves_all_other_words(text: str) -> None:
    figures = name_dollars(text, find_figures(text))
    written = normalise_text(text, [], figures)

    assert said(name_dollars(written, find_figures(written))) == said(figures), written
    rest = outside(text, figures)
    left = iter(written)
    assert all(letter in left for letter in rest), (rest, written)


POOL = Path(__file__).parents[2] / "shared" / "data" / "duplicates" / "pool_dev.jsonl.gz"


@pytest.mark.skipif(not POOL.exists(), reason="the data beside the project are not here")
def test_no_character_of_real_news_changes_outside_numbers_and_units() -> None:
    with gzip.open(POOL, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in itertools.islice(lines, 300)]
    for text in texts:
        for figure in find_figures(text):
            spans = [(figure.number_start, figure.number_end), (figure.unit_start, figure.unit_end)]
            inside = [(start, end) for start, end in spans if start is not None and end is not None]
            for splice in figure_splices(text, figure):
                kept = text[splice.start : splice.end]
                for start, end in inside:
                    if splice.start <= start and end <= splice.end:
                        kept = kept.replace(text[start:end], "", 1)

                assert not kept.strip() or kept.strip() in "-−–", (figure.surface, splice)


@given(st.text(max_size=60))
def test_any_text_can_be_written_in_plain_form(text: str) -> None:
    assert isinstance(normalise_text(text, [], find_figures(text)), str)


def test_a_date_of_a_day_is_spliced_with_its_neighbours_kept() -> None:
    text = f"On {date(2020, 7, 20):%d %B %Y} it opened."

    assert normalise_text(text, [dated(text, "20 July 2020", "2020-07-20")], []) == "On 2020-07-20 it opened."
