"""Batches of texts to tables of mentions: one row a row, the promised schema, nothing for other languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from tasks import schema
from tasks.normalise import resolve_batch, scan_batch

TEXT = "Exports rose 5.6 percent in May to 3.59 trillion yuan, said Li, a 44 year old clerk in a hall of 2,000 km2."


def documents(*rows: tuple[str | None, str | None]) -> pa.Table:
    return pa.table({"text": pa.array([row[0] for row in rows], pa.string()), "language": [row[1] for row in rows]})


def resolved(
    batch: pa.Table, published: date | None, precision: str | None = "day", site: str | None = None
) -> list[dict[str, Any]]:
    scanned = scan_batch(batch)
    for name in ("scanned_dates", "figures"):
        batch = batch.append_column(scanned.schema.field(name), scanned[name])
    batch = batch.append_column("published_date", pa.array([published] * batch.num_rows, pa.date32()))
    batch = batch.append_column("published_precision", pa.array([precision] * batch.num_rows, pa.string()))
    batch = batch.append_column("site", pa.array([site] * batch.num_rows, pa.string()))
    table = resolve_batch(batch)

    assert table.schema == schema.RESOLVED
    return table.to_pylist()


def test_scanning_gives_one_row_a_row_with_mentions_for_english_only() -> None:
    table = scan_batch(documents((TEXT, "en"), (None, "en"), (TEXT, "de"), (TEXT, None)))

    assert table.schema == schema.SCANNED
    assert [len(figures) for figures in table["figures"].to_pylist()] == [4, 0, 0, 0]
    assert [dates is None for dates in table["scanned_dates"].to_pylist()] == [False, True, True, True]


def test_an_empty_batch_gives_empty_tables() -> None:
    assert scan_batch(documents()).num_rows == 0
    assert resolved(documents(), None) == []


def test_resolving_gives_dates_figures_and_the_plain_text() -> None:
    row = resolved(documents((TEXT, "en")), date(2021, 6, 5))[0]

    assert [(mention["surface"], mention["value"]) for mention in row["dates"]] == [("May", "2021-05")]
    assert [figure["kind"] for figure in row["figures"]] == ["percent", "money", "age", "measure"]
    assert row["text_normalised"].startswith(
        "Exports rose 5.6% in 2021-05 to 3590000000000 CNY, said Li, a 44 year old clerk"
    )


def test_an_implausible_unit_is_a_flag_of_the_document() -> None:
    assert resolved(documents((TEXT, "en")), None)[0]["flags"] == ["implausible_unit"]
    assert resolved(documents(("A hall of 2,000 m2 opened.", "en")), None)[0]["flags"] == []


def test_a_text_without_mentions_keeps_its_words() -> None:
    rows = resolved(documents(("Guten Tag 5 km", "de"), (None, None)), date(2021, 6, 5), None)

    assert [row["text_normalised"] for row in rows] == ["Guten Tag 5 km", None]
    assert [row["dates"] for row in rows] == [[], []]


def test_every_surface_is_in_the_text_at_its_place() -> None:
    row = resolved(documents((TEXT, "en")), date(2021, 6, 5))[0]

    for mention in [*row["dates"], *row["figures"]]:
        assert TEXT[mention["start"] : mention["end"]] == mention["surface"]


@pytest.mark.parametrize(
    ("text", "site", "value", "currency", "flag"),
    [
        ("A ticket is $40.", "news.example.com.au", 40, "AUD", None),
        ("A ticket is $40.", "example.com", 40, None, "dollar_unspecified"),
        ("A ticket is $40.", "example.tv", 40, None, "dollar_unspecified"),
        ("A ticket is $40.", "wire", 40, None, "dollar_unspecified"),
        ("A ticket is $40.", "example.co.uk", 40, None, "dollar_unspecified"),
        ("In Toronto a ticket is $40.", "example.com.au", 40, "CAD", None),
        ("In Melbourne and in Texas a ticket is $40.", "example.com.au", 40, "AUD", None),
        ("The fee is Rs 4,500.", "example.com.pk", 4500, "PKR", None),
        ("The fee is Rs 4,500.", "example.com", 4500, "INR", "currency_assumed"),
        ("A fee of 60 pesos is due.", "example.com.ph", 60, "PHP", None),
        ("A fee of 80 sen is due.", "example.com.my", 0.8, "MYR", None),
        ("A fee of 40 cents is due.", "example.co.nz", 0.4, "NZD", None),
        ("A fee of US$40 is due.", "example.com.au", 40, "USD", None),
    ],
)
def test_what_a_text_leaves_open_is_settled_by_the_country_of_its_site(
    text: str, site: str, value: float, currency: str | None, flag: str | None
) -> None:
    figure = resolved(documents((text, "en")), None, site=site)[0]["figures"][0]

    assert (figure["value"], figure["currency"], figure["flag"]) == (value, currency, flag)


def test_the_plain_text_names_the_money_of_the_site() -> None:
    row = resolved(documents(("A ticket is $40, a sweet 40 cents.", "en")), None, site="example.com.au")[0]

    assert row["text_normalised"] == "A ticket is 40 AUD, a sweet 0.4 AUD."
