"""A corpus of made-up articles, as large as wanted, the same for the same seed.

    python -m bench.corpus DIR --articles 100000          .jsonl files of 1,000 articles
    python -m bench.corpus DIR --articles 1000 --txt      one .txt an article

Sentences are drawn from a small grammar, so that texts differ from each other as articles do; every tenth article is a
reprint of an earlier one with another headline, every twentieth an abridged one; a third have a related-headline tail.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

SITES = ("gazette", "wire", "post", "monitor", "tribune", "courier", "herald", "observer")
WHO = (
    "the port authority", "a regional bank", "the ministry of transport", "two farmers", "the city council",
    "a maker of batteries", "the school board", "an island airline", "the water company", "a court in the capital",
    "the fishing union", "a hospital trust", "the rail operator", "a research station", "the energy regulator",
    "three mayors", "a toy factory", "the statistics office", "a theatre company", "the coast guard",
)  # fmt: skip
DOES = (
    "approved", "delayed", "opened", "closed", "sold", "doubled", "questioned", "repaired", "leased", "insured",
    "postponed", "defended", "extended", "cancelled", "renewed", "inspected", "restored", "halved", "welcomed",
    "rejected",
)  # fmt: skip
WHAT = (
    "a new bridge over the estuary", "its plan for cheaper tickets", "the contract for street lighting",
    "a row of old warehouses", "the winter timetable", "a loan to small firms", "its stake in the cable car",
    "the repair of sea walls", "a field of solar panels", "the pension scheme", "the reading room",
    "a fleet of electric buses", "the harvest forecast", "the ban on night flights", "a museum of radio",
    "the price of drinking water", "the search for the missing ketch", "a course for young nurses",
)  # fmt: skip
HOW = (
    "after months of talks", "despite protests", "at a cost of {n} million euros", "by {n} percent",
    "for the next {m} years", "in the first quarter of {y}", "against the advice of engineers",
    "with a majority of {m} votes", "since {y}", "as prices rose by {n} percent", "in front of {n} guests",
    "on {d} {month} {y}", "under a law of {y}", "without giving reasons",
)  # fmt: skip
SAID = ("said", "told reporters", "wrote in a letter", "announced", "confirmed", "admitted", "noted", "argued")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November")


def _sentence(draw: random.Random) -> str:
    how = draw.choice(HOW).format(
        n=draw.randint(2, 900) / draw.choice((1, 10)), m=draw.randint(2, 40), y=draw.randint(1995, 2023),
        d=draw.randint(1, 28), month=draw.choice(MONTHS),
    )  # fmt: skip
    core = f"{draw.choice(WHO)} {draw.choice(DOES)} {draw.choice(WHAT)} {how}"
    if draw.random() < 0.3:
        return f"“{core[0].upper()}{core[1:]},” {draw.choice(WHO)} {draw.choice(SAID)}."
    if draw.random() < 0.4:
        return f"{core[0].upper()}{core[1:]}, while {draw.choice(WHO)} {draw.choice(DOES)} {draw.choice(WHAT)}."
    return f"{core[0].upper()}{core[1:]}."


def _headline(draw: random.Random) -> str:
    words = f"{draw.choice(WHO)} {draw.choice(DOES)} {draw.choice(WHAT)}"
    return words[0].upper() + words[1:]


def make_articles(count: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """Articles as rows with id, site, title, published, text."""
    draw = random.Random(seed)
    earlier: list[list[str]] = []
    for number in range(count):
        kind = draw.random()
        if kind < 0.15 and earlier:
            body = draw.choice(earlier)
            body = body if kind < 0.10 else body[: max(2, len(body) // 2)]
        else:
            body = [" ".join(_sentence(draw) for _ in range(draw.randint(2, 5))) for _ in range(draw.randint(4, 10))]
            if len(earlier) < 5000:
                earlier.append(body)
        title = _headline(draw)
        day = f"{draw.choice(MONTHS)} {draw.randint(1, 28)}, {draw.randint(2019, 2023)}"
        tail = ["Related:", *(_headline(draw) for _ in range(3))] if draw.random() < 0.33 else []
        text = "\n\n".join([title, f"Published {day}", *body, *tail])
        yield {"id": f"{seed}-{number}", "site": draw.choice(SITES), "title": title, "text": text}


def write_corpus(folder: Path, count: int, seed: int = 1, txt: bool = False) -> None:
    """Write a corpus below `folder`, one sub-folder a site."""
    files: dict[str, list[str]] = {}
    for number, article in enumerate(make_articles(count, seed)):
        site = folder / article["site"]
        site.mkdir(parents=True, exist_ok=True)
        if txt:
            (site / f"{seed}-{number:07}.txt").write_text(article["text"], encoding="utf-8")
            continue
        lines = files.setdefault(article["site"], [])
        lines.append(json.dumps({"id": article["id"], "text": article["text"]}, ensure_ascii=False))
        if len(lines) == 1000:
            (site / f"{seed}-{number:07}.jsonl").write_text("\n".join(lines), encoding="utf-8")
            lines.clear()
    for name, lines in files.items():
        if lines:
            (folder / name / f"{seed}-rest.jsonl").write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    """Read the command line and write the corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--txt", action="store_true")
    args = parser.parse_args()
    write_corpus(args.folder, args.articles, args.seed, args.txt)


if __name__ == "__main__":
    main()
