"""How the strip does on sites that its line model has not seen: trees fitted without a site judge it.

    python bench/strip_folds.py --shared ../shared --tables folds [--rules] [--errors 40] [--set articles]

`folds` holds the tables that `bench/strip_line_fit.py rows.npz --folds folds` writes, one a fold of the sites outside
part 0/3. The whole product's strip runs, with the fold's table in place of the shipped one: what is printed behaves
like text of other sites, and more than part 0/3 can be read and chosen by. Figures are those of the scorers beside the
project (`articles.py`, `strip_scrapes.py`); part 0/3 is never read here.

--rules    for every rule the characters of the article and of other lines that it cut
--errors   so many documents with what was lost and what was left
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from strip_parts import N_FOLDS, fold_of, site_number  # noqa: E402

from tasks.furniture import repeated_lines  # noqa: E402
from tasks.strip import line_model, strip_text  # noqa: E402

SETS = ("articles", "pages", "wcxb")
ARTICLE_ROLES, UNSURE = ("body", "standfirst"), "unsure"
ARTICLE, REST, UNJUDGED = 1, 0, -1


class Case(NamedTuple):
    """One text with its lines, each labelled."""

    name: str
    kind: str  # "article", or a kind of `strip_scrapes`
    fold: int
    raw: str
    hints: dict[str, Any]
    lines: Sequence[tuple[str, int]]
    row: dict[str, Any] | None  # of articles_dev


def cases(shared: Path, name: str) -> Iterator[Case]:
    """The cases of a set, part 0/3 aside."""
    import common

    if name == "articles":
        yield from _articles(shared)
        return
    import strip_scrapes

    for page in common.read_jsonl(common.data_file(shared / "data" / "strip", name)):
        number = site_number(common.site_of(page["url"]))
        if number % 3 == 0:
            continue
        for kind, rows in strip_scrapes.documents(page, 1).items():
            raw = "\n".join(line for line, _ in rows)
            yield Case(f"{page['id']} {kind}", kind, fold_of(number), raw, {}, rows, None)


def _articles(shared: Path) -> Iterator[Case]:
    import articles
    import common

    rows = common.read_jsonl(common.data_file(shared / "data" / "articles", "articles"))
    rows = [row for row in rows if row["sure"] > 1]
    numbers = [site_number(common.site_of(row["url"]) or row["id"]) for row in rows]
    rows, numbers = zip(*((row, n) for row, n in zip(rows, numbers, strict=True) if n % 3), strict=True)
    repeats = repeated_lines([(common.site_of(row["url"]), row["text"]) for row in rows])
    for row, number, repeated in zip(rows, numbers, repeats, strict=True):
        given = row.get("given") or {}
        authors = given.get("authors")
        hints = {
            "title": given.get("title"),
            "authors": [authors] if isinstance(authors, str) else authors,
            "publisher": given.get("source"),
            "published": given.get("date"),
            "url": row.get("url"),
            "repeated_lines": repeated if common.site_of(row["url"]) else (),
        }
        lines = [
            (line, ARTICLE if role in ARTICLE_ROLES else UNJUDGED if role == UNSURE else REST)
            for line, role in articles.pieces(row)
        ]
        hints = {key: value for key, value in hints.items() if value}
        yield Case(row["id"], "article", fold_of(number), row["text"], hints, lines, row)


def use_table(rows: list[dict[str, str]]) -> None:
    """Put other trees in the place of the shipped ones, in this process."""
    line_model.read_csv = lambda _: rows  # type: ignore[assignment]
    for function in vars(line_model).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a fold's table."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def by_rule(case: Case, result: Any, counts: dict[str, Counter[str]]) -> None:
    """Add to `counts` the characters that every rule cut, by label of the line."""
    position = 0
    spans = []
    for line, label in case.lines:
        at = case.raw.find(line, position)
        if at < 0:
            at = case.raw.find(line)
        if at >= 0:
            spans.append((at, at + len(line), label))
            position = at + len(line)
    title = (result.title or "").strip()
    for cut in result.removals:
        if cut.role in ("whitespace", "repair"):
            continue
        for start, end, label in spans:
            share = min(end, cut.end) - max(start, cut.start)
            if share > 0 and label != UNJUDGED and case.raw[start:end].strip() != title:
                counts[cut.rule]["article" if label == ARTICLE else "rest"] += share
                counts[cut.rule]["documents"] += label == ARTICLE


def measure(found: Sequence[Case], tables: Sequence[list[dict[str, str]]]) -> Iterator[tuple[Case, Any]]:
    """Every case with what the strip makes of it, its site unseen."""
    for fold in range(N_FOLDS):
        use_table(tables[fold])
        for case in found:
            if case.fold == fold:
                yield case, strip_text(case.raw, hints=case.hints)


def judge(case: Case, result: Any) -> Counter[str]:
    """What `articles.py` and `strip_scrapes.py` count for one document."""
    import articles
    import strip_scrapes

    counts: Counter[str] = Counter()
    if case.row is None:
        strip_scrapes.count(case.lines, result, counts)
        return counts
    chars, _ = articles.judge(case.row, {"text": result.text, "title": result.title})
    lost = 1 - chars["article_kept"] / max(1, chars["article"])
    left = chars["junk_kept"] / max(1, chars["junk_kept"] + chars["article_kept"])
    perfect = lost <= 0.01 and left <= 0.01
    with_junk = bool(chars["junk"])
    return Counter(
        article=chars["article"],
        article_kept=chars["article_kept"],
        rest=chars["junk"],
        rest_kept=chars["junk_kept"],
        documents=1,
        harmed=lost > 0.02,
        perfect=perfect,
        with_junk=with_junk,
        perfect_junk=perfect and with_junk,
    )


def figures(counts: Counter[str]) -> dict[str, float]:
    """Percentages of one kind."""
    found = {
        "perfect": 100 * counts["perfect"] / max(1, counts["documents"]),
        "lost": 100 * (1 - counts["article_kept"] / max(1, counts["article"])),
        "harmed": 100 * counts["harmed"] / max(1, counts["documents"]),
        "left": 100 * counts["rest_kept"] / max(1, counts["rest"]),
    }
    if counts["with_junk"]:
        found["perfect_junk"] = 100 * counts["perfect_junk"] / counts["with_junk"]
    return {name: round(value, 2) for name, value in found.items()}


def faults(case: Case, result: Any) -> list[str]:
    """Lines lost and left, in words, with the rule that cut them."""
    import textmatch

    order = [{ARTICLE: 0, UNJUDGED: 1, REST: 2}[label] for _, label in case.lines]
    shares = textmatch.kept_shares([line for line, _ in case.lines], result.text, order)
    title = textmatch.key(result.title or "")
    said = []
    for (line, label), share in zip(case.lines, shares, strict=True):
        if label == UNJUDGED or (title and textmatch.key(line) == title):
            continue
        if label == ARTICLE and share < 0.5:
            rules = [c for c in result.removals if c.text and (c.text.strip() in line or line in c.text)]
            said.append(f"LOST {'/'.join(sorted({c.rule for c in rules if c.role != 'whitespace'}))}: {line[:150]}")
        elif label == REST and share >= 0.5:
            said.append(f"LEFT: {line[:150]}")
    return said


def main() -> None:
    """Print the figures of each set, one line a kind, and what was asked for besides."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=PROJECT.parent / "shared", help="the folder beside the project")
    parser.add_argument("--tables", type=Path, required=True, help="the folder with fold0.csv, …")
    parser.add_argument("--set", choices=SETS, action="append", help="all by default")
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--skip", type=int, default=0, help="documents with errors to pass over first")
    args = parser.parse_args()
    sys.path.insert(0, str(args.shared / "bench"))
    tables = [read_table(args.tables / f"fold{fold}.csv") for fold in range(N_FOLDS)]
    for name in args.set or SETS:
        counts: dict[str, Counter[str]] = {}
        rules: dict[str, Counter[str]] = {}
        said = []
        for case, result in measure(list(cases(args.shared, name)), tables):
            counts.setdefault(case.kind, Counter()).update(judge(case, result))
            if args.rules:
                found: dict[str, Counter[str]] = _Counters()
                by_rule(case, result, found)
                for rule, more in found.items():
                    rules[rule] = rules[rule] + more if rule in rules else more
            if args.errors and (faulty := faults(case, result)):
                said.append(f"{case.name}\n    " + "\n    ".join(faulty))
        for kind, counted in counts.items():
            print(name, kind, json.dumps(figures(counted)), counted["documents"], flush=True)
        for rule, cut in sorted(rules.items(), key=lambda item: -item[1]["article"]):
            print(f"    {rule:34s} article {cut['article']:7d}  rest {cut['rest']:7d}  docs {cut['documents']}")
        print(*islice(said, args.skip, args.skip + args.errors), sep="\n", end="\n" if said else "")


class _Counters(dict[str, Counter[str]]):
    def __missing__(self, key: str) -> Counter[str]:
        self[key] = Counter()
        return self[key]


if __name__ == "__main__":
    main()
