"""Rows of numbers from which bench/strip_line_fit.py fits the line model: one a line, with label, site and kind.

    python bench/strip_rows.py --shared ../shared --out rows.npz

Documents: whole pages, and what `strip_scrapes.py` cuts out of them (article, tail, inner, scrape); real articles as
scraped; both cut short, since a text of five lines has little to be known by; generated tails (seeds `SEEDS`; 1 to 9
are never used), their bare bodies, bodies that break off, round-ups.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from strip_parts import fold_of, site_number  # noqa: E402

from tasks.furniture import repeated_lines  # noqa: E402
from tasks.strip.features import FEATURES, describe  # noqa: E402
from tasks.strip.views import look_at  # noqa: E402
from tasks.text import split_lines  # noqa: E402

SEEDS = (11, 12)
ARTICLE, OTHER, UNJUDGED = 0, 1, -1
KINDS = ("page", "clean", "tail", "inner", "scrape", "article", "generated", "bare", "broken", "roundup", "short")
SETS = ("pages", "wcxb", "articles", "generated")
SHORTEST_BROKEN = 18
MIN_SHORTENED, MAX_SHORT = 5, 8  # lines of the article


class Document(NamedTuple):
    """Lines with their labels."""

    set: str
    kind: str
    site: str
    lines: Sequence[str]
    labels: Sequence[int]
    repeated: frozenset[str] = frozenset()


def page_documents(shared: Path, name: str) -> Iterator[Document]:
    """Pages, and the documents cut out of them."""
    import common
    import strip_scrapes

    pages = common.read_jsonl(common.data_file(shared / "data" / "strip", name))
    sites = [common.site_of(page["url"]) for page in pages]
    repeats = repeated_lines([(site, "\n".join(page["lines"])) for site, page in zip(sites, pages, strict=True)])
    turned = {1: ARTICLE, 0: OTHER, -1: UNJUDGED}
    chance = random.Random(name)
    for page, site, repeated in zip(pages, sites, repeats, strict=True):
        labels = [turned[label] for label in page["labels"]]
        if name == "pages" or site_number(site + "whole") % 3 == 0:
            yield Document(name, "page", site, page["lines"], labels)
            if repeated:
                yield Document(name, "page", site, page["lines"], labels, frozenset(repeated))
        for seed in (1, 2) if name == "pages" else (1,):
            for kind, rows in strip_scrapes.documents(page, seed).items():
                lines, labels = [line for line, _ in rows], [turned[label] for _, label in rows]
                if seed == 1 or kind in ("tail", "scrape"):
                    yield Document(name, kind, site, lines, labels)
                if kind in ("clean", "tail", "scrape"):
                    yield from _cut_short(Document(name, "short", site, lines, labels), chance)


def article_documents(shared: Path) -> Iterator[Document]:
    """Real articles as scraped."""
    import common

    roles = {"body": ARTICLE, "standfirst": ARTICLE, "unsure": UNJUDGED, "title": UNJUDGED}
    chance = random.Random(1)
    for row in common.read_jsonl(common.data_file(shared / "data" / "articles", "articles")):
        if row["sure"] > 1:
            site = common.site_of(row["url"]) or row["id"]
            labels = [roles.get(role, OTHER) for role in row["roles"]]
            yield Document("articles", "article", site, row["lines"], labels)
            for _ in range(2):
                yield from _cut_short(Document("articles", "short", site, row["lines"], labels), chance)


def _cut_short(document: Document, chance: random.Random) -> Iterator[Document]:
    """The document with only the first few lines of its article, and all that stands above and below; none if short."""
    own = [i for i, label in enumerate(document.labels) if label == ARTICLE]
    if len(own) < MIN_SHORTENED:
        return
    end = own[chance.randint(2, min(MAX_SHORT, len(own) - 2)) - 1] + 1
    kept = [*range(end), *range(own[-1] + 1, len(document.lines))]
    yield document._replace(lines=[document.lines[i] for i in kept], labels=[document.labels[i] for i in kept])


def generated_documents(shared: Path) -> Iterator[Document]:
    """Bodies of pages outside part 0/3 with generated tails, bare, broken off, and round-ups."""
    import common
    import tailmaker
    from strip_pages import site_of

    pages = common.read_jsonl(common.data_file(shared / "data" / "strip", "pages"))
    pages = [page for page in pages if site_number(common.site_of(page["url"])) % 3]
    articles = tailmaker.load_articles(pages, site_of)
    sites = {article.title: article.site for article in articles}
    near = tailmaker.similarities(articles)
    for seed in SEEDS:
        cases = [*tailmaker.clean_cases(articles, seed), *tailmaker.roundup_cases(articles, seed, 160)]
        for part, mode in enumerate(("random", "similar")):
            cases += tailmaker.tail_cases(
                articles, tailmaker.donors_for(articles, near, mode == "similar"), seed, mode, part
            )
        chance = random.Random(seed)
        for case in cases:
            kind = "generated" if case.tail else "roundup" if case.style == "roundup" else "bare"
            lines = [line.text for line in split_lines(case.raw_text)]
            n_tail = sum(len(split_lines(line)) for line in case.tail)
            labels = [ARTICLE] * (len(lines) - n_tail) + [OTHER] * n_tail
            if case.show_title:
                labels[0] = UNJUDGED
            if case.style == "foreign_paragraphs":
                continue
            site = sites.get(case.title, case.raw_text[:80])
            yield Document("generated", kind, site, lines, labels)
            if kind == "bare" and (broken := _broken_off(lines, chance)):
                yield Document("generated", "broken", site, broken, [UNJUDGED] + [ARTICLE] * (len(broken) - 1))


def _broken_off(lines: Sequence[str], chance: random.Random) -> list[str] | None:
    """The body up to somewhere in one of its later paragraphs, as a paywall breaks it off."""
    long = [i for i in range(max(2, len(lines) // 2), len(lines)) if lines[i].count(" ") > SHORTEST_BROKEN]
    if not long:
        return None
    at = chance.choice(long)
    words = lines[at].split(" ")
    length = chance.randint(SHORTEST_BROKEN, len(words) - 1)
    return [*lines[:at], " ".join(words[:length]).rstrip(",.;:") + chance.choice(("", "", "...", "…", " […]"))]


def rows_of(document: Document) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(numbers, labels, sizes) of a document's lines that are not blank."""
    kept = [
        (lines[0].text, label)
        for line, label in zip(document.lines, document.labels, strict=True)
        if (lines := split_lines(line))
    ]
    repeated = frozenset(i for i, (text, _) in enumerate(kept) if text in document.repeated)
    numbers = describe([look_at(text) for text, _ in kept], repeated)
    return numbers, np.array([label for _, label in kept], np.int8), np.array([len(text) for text, _ in kept], np.int32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=PROJECT.parent / "shared", help="the folder beside the project")
    parser.add_argument("--out", type=Path, required=True, help="the .npz file")
    args = parser.parse_args()
    sys.path.insert(0, str(args.shared / "bench"))
    documents = [
        *page_documents(args.shared, "pages"),
        *page_documents(args.shared, "wcxb"),
        *article_documents(args.shared),
        *generated_documents(args.shared),
    ]
    numbers, labels, sizes, info = [], [], [], []
    for document in documents:
        x, y, n = rows_of(document)
        numbers.append(x)
        labels.append(y)
        sizes.append(n)
        site = site_number(document.site)
        info.append((len(x), SETS.index(document.set), KINDS.index(document.kind), site % 3, fold_of(site)))
    np.savez(
        args.out,
        x=np.vstack(numbers),
        y=np.concatenate(labels),
        size=np.concatenate(sizes),
        info=np.array(info, np.int32),
        names=np.array(FEATURES),
    )


if __name__ == "__main__":
    main()
