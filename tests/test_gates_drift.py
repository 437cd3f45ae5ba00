"""A source that breaks is noticed, and a healthy change is let through: whole runs over two states of a raw folder."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta

import pytest

from flows.config import Rules
from flows.executors import InProcess
from flows.mapper import Mapper, Spool
from flows.pipeline import Pipeline, call, no_watch
from flows.steps import build_tables
from tasks import gates

TODAY = date(2024, 6, 1)
SITES = ("harbour.example", "valley.example", "tribune.example")
WHO = "port authority|city council|water company|school board|rail operator|coast guard|fishing union|bakers' guild"
DID = "approved|postponed|questioned|repaired|inspected|defended|renewed|cancelled|extended|welcomed|rejected|restored"
WHAT = (
    "the bridge over the estuary|the winter timetable|a loan to small firms|the repair of sea walls|the reading room|"
    "a field of solar panels|the harvest forecast|the price of drinking water|a course for young nurses|the tram depot"
)
WHY = "after long talks|despite protests|in front of a full hall|against all advice|without a vote|as prices rose"
GERMAN = [
    *("Brücke", "Hafen", "Markt", "Schule", "Bücherei", "Theater", "Wiese", "Laterne"),
    *("Geige", "Bäckerei", "Gletscher", "Museum", "Fähre", "Tunnel", "Chor", "Mühle"),
    *("gestern", "heute", "wieder", "endlich", "langsam", "gemeinsam", "öffentlich", "günstig"),
    *("schnell", "gründlich", "offen", "geschlossen", "erneuert", "und", "oder", "aber"),
    *("doch", "weil", "damit", "nachdem", "während", "unter", "über", "neben"),
    *("zwischen", "ohne", "gegen", "für", "mit", "aus", "bei", "nach"),
]
WALL = "Please accept all cookies to go on reading. We and our partners store data on your device to show you adverts."
PAYWALL = "This article is for subscribers only. Subscribe now for one euro a week and read on without any limits."


def sentence(draw):
    parts = [draw.choice(part.split("|")) for part in (WHO, DID, WHAT, WHY)]
    return f"The {parts[0]} {parts[1]} {parts[2]} {parts[3]}, and {draw.randint(3, 900)} people heard of it."


def article(site, number, **changed):
    """One record of a crawl; its words are those of its site and number."""
    draw = random.Random(f"{site} {number}")
    return {
        "url": f"https://{site}/{number}",
        "title": f"The {draw.choice(WHO.split('|'))} and {draw.choice(WHAT.split('|'))}, part {number}",
        "author": draw.choice(("Mara Lindqvist", "Tom Okafor", "Ines Duarte")),
        "published": str(TODAY - timedelta(days=10 + number)),
        "text": "\n\n".join(" ".join(sentence(draw) for _ in range(3)) for _ in range(5)),
    } | changed


def crawl(count=30, sites=SITES, start=0, **changed):
    return [article(site, number, **changed) for site in sites for number in range(start, start + count)]


def german(row):
    """The row with a text of German words, its own as its url says."""
    draw = random.Random(row["url"])
    sentences = [f"Die {' '.join(draw.sample(GERMAN, 14))} ist." for _ in range(12)]
    return row | {"text": "\n\n".join(" ".join(sentences[at : at + 3]) for at in range(0, 12, 3))}


def as_latin(row):
    """What a page in UTF-8 becomes where it is read as Windows-1252, twice."""
    text = row["text"].replace(",", " – “so”,").replace("The ", "Thé ")
    return row | {"text": text.encode().decode("latin-1").encode().decode("latin-1")}


def lead(row):
    return row | {"text": row["text"].split("\n\n")[0]}


HEALTHY = {
    "nothing at all": crawl(),
    "twice as many articles": crawl(60),
    "a new site": crawl() + crawl(40, ("brook.example",), author=None),
    "a new site in another language": crawl() + [german(row) for row in crawl(30, ("bach.example",))],
    "a week of silence": crawl(),
    "a few more articles": crawl() + crawl(3, start=30),
    "a big correction round": [row | {"text": row["text"].replace("heard", "had heard")} for row in crawl()],
    "a few articles taken off": crawl()[:-6],
    "some more reprints": crawl() + [row | {"url": row["url"] + "/print"} for row in crawl(3)],
}
BROKEN = {
    "leads, walls and no dates": (
        [lead(r) | {"text": r["text"].split(". ")[0] + "."} for r in crawl()[:48]]
        + [r | {"text": WALL} for r in crawl()[48:72]]
        + [r | {"published": None} for r in crawl()[72:]],
        "refused", "rejected",
    ),
    "every text cut to its lead": ([lead(row) for row in crawl()], "refused", "length"),
    "one site cut to half": (
        crawl(sites=SITES[1:]) + [r | {"text": r["text"][: len(r["text"]) // 3]} for r in crawl(sites=SITES[:1])],
        "refused", "length",
    ),
    "one site gone": (crawl(sites=SITES[1:]), "warned", "sites"),
    "encoding broken": ([as_latin(row) for row in crawl()], "refused", "encoding"),
    "all dates gone": (crawl(published=None), "refused", "dates"),
    "all titles empty": (crawl(title=None), "refused", "titles"),
    "all by-lines gone": (crawl(author=None), "refused", "bylines"),
    "a wall in every page": ([row | {"text": WALL} for row in crawl()], "refused", "shrink"),
    "a paywall below every lead": ([row | {"text": lead(row)["text"] + "\n\n" + PAYWALL} for row in crawl()],
                                   "refused", "length"),
    "everything twice": (crawl() + [row | {"url": row["url"] + "?again"} for row in crawl()], "refused", "duplicates"),
    "another language": ([german(row) for row in crawl()], "refused", "language"),
    "one article fifty times": (
        crawl() + [article(SITES[0], 0, url=f"https://copy.example/{n}") for n in range(60)], "refused", "cluster"
    ),
    "dates in the future": (crawl(published="2031-01-01"), "refused", "future"),
    "new articles without text": (crawl() + [lead(row) for row in crawl(15, start=30)], "refused", "length"),
}  # fmt: skip


class Version:
    """The version before, as the gates read it."""

    version = "v0001"

    def __init__(self, tables):
        self.read = lambda name, columns: tables[name].select(columns)


def run(rows, folder):
    """The published tables of a crawl."""
    (folder / "raw").mkdir(parents=True)
    lines = [json.dumps({name: value for name, value in row.items() if value}) for row in rows]
    (folder / "raw" / "crawl.jsonl").write_text("\n".join(lines), encoding="utf-8")
    mapper = Mapper(InProcess(), Spool(folder / "spool"), None)
    return build_tables(folder / "raw", Rules(), Pipeline(call, mapper, no_watch))


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return Version(run(crawl(), tmp_path_factory.mktemp("before")))


@pytest.mark.parametrize("rows", HEALTHY.values(), ids=HEALTHY.keys())
def test_a_healthy_change_is_published_without_a_word(before, rows, tmp_path):
    verdict = gates.check(run(rows, tmp_path), before, today=TODAY)

    assert verdict.as_list() == []


@pytest.mark.parametrize("rows, what, gate", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_source_is_noticed(before, rows, what, gate, tmp_path):
    """By the gate that says what broke, with the name of a site or document."""
    verdict = gates.check(run(rows, tmp_path), before, today=TODAY)

    told = {finding.gate: finding for finding in verdict.findings}
    assert verdict.ok is (what == "warned"), verdict
    assert gate in told, verdict
    assert ".example" in told[gate].message or ".jsonl" in told[gate].message
