"""The whole way of the data: whatever the texts are, the tables keep their promises, in any order of arrival."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.config import Rules
from flows.executors import InProcess
from flows.mapper import Mapper, Spool
from flows.pipeline import Pipeline, call, no_watch
from flows.steps import build_tables, strip_pages
from tasks import invariants

PIECES = (
    "Harbour wall to be raised",
    "May 4, 2021",
    "By Nora Vance",
    "Source: Harbour Gazette",
    "Related:",
    "Ten walks for a windy day | Walks | Gazette",
    "The town will raise the wall by 2 metres this year, the council said on Monday, and pay 3.5 million euros.",
    "Divers found cracks in the old wall after the storms of last winter, when 40 percent of the stones had moved.",
    "“We knew,” said the harbour master, “that it would not last for ever.” He had warned of it in March 2019.",
    "Ferry to sail again Ferry to sail again in June, with more seats and a lower fare than in the years bef…",
    "© 2021 Harbour Gazette. All rights reserved.",
    "CafÃ© owners wrote that they â€œfearâ€\x9d the noise . ;  and the dust",
    "港口城墙将加高两米，市议会周二表示，工程耗资三百五十万欧元，将于六月开始。",
    "\u200b\ufeff\u202eRTL \u0645\u0631\u062d\u0628\u0627",
    "\r\n\t \x00",
)
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=60)), max_size=14).map("\n\n".join)
documents = st.lists(texts, min_size=1, max_size=6)


def tables_of(folder: Path, rows: list[str], rng: random.Random | None = None) -> dict:
    """The tables of a run over rows in one file, and over the same as files written in another order."""
    raw = folder / "raw"
    raw.mkdir(parents=True)
    order = list(enumerate(rows))
    if rng:
        rng.shuffle(order)
    for number, text in order:
        record = {"id": str(number), "text": text}
        (raw / f"{number}.jsonl").write_text(json.dumps(record), encoding="utf-8")
    mapper = Mapper(InProcess(), Spool(folder / "spool"), None)
    return build_tables(raw, Rules(min_words=5), Pipeline(call, mapper, no_watch))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=documents, seed=st.integers(0, 9))
def test_every_promise_holds_for_any_texts_in_any_order(tmp_path_factory, rows, seed):
    tables = tables_of(tmp_path_factory.mktemp("run"), rows)
    again = tables_of(tmp_path_factory.mktemp("run"), rows, random.Random(seed))

    assert invariants.find_schema_faults(tables) == []
    assert invariants.find_faults(tables) == []
    assert len(tables["documents"]) == len(rows)
    assert all(again[name].equals(table) for name, table in tables.items())


def test_pages_of_one_site_are_stripped_of_what_they_share():
    menu = "Harbour Gazette · Home · Sport · Weather · Jobs · Letters"
    body = PIECES[6:9]
    pages = [("gazette", f"{menu}\n\nHeadline {n}\n\n{body[n]} {body[n]}\n\n{body[n - 1]}") for n in range(2)]

    first, second = strip_pages(pages)

    assert menu not in first.text + second.text
    assert body[0] in first.text and body[1] in second.text


@pytest.mark.parametrize("name", ["notes.txt", "page.html"])
def test_a_single_file_goes_through_the_same_steps(tmp_path, name):
    from flows.single import clean_file

    body = "\n\n".join(PIECES[6:9])
    page = "".join(f"<p>{line}</p>" for line in body.split("\n\n"))
    markup = f"<html><head><title>T</title></head><body><article><h1>Wall</h1>{page}</article></body></html>"
    (tmp_path / name).write_text(markup if name.endswith("html") else body, encoding="utf-8")

    (article,) = clean_file(tmp_path / name, Rules()).as_dict()["articles"]

    assert PIECES[7] in article["text"]
