"""Fit the weights of the choice of a year (tasks/rules/dates_year_weights.toml); prints the table.

    python bench/fit_year_weights.py [--data ../shared/data] [--cases ../shared/cases]

Learns from months and days that name no year: news with gold dates (`dates/timex_dev`), texts of a known day
(`articles_dev`, `real_pairs_dev`) whose weekday beside the date tells the year (it is hidden from the choice), the
sentences of tests/cases and, where they are there, `cases/dates.jsonl`. Part 0 of 3 (by the hash of the text) is left
out.

What is maximised is the likelihood of the right reading, minus a small penalty for moving away from the weights in the
table: plain gradient ascent in a fixed order, so that the result is the same on every machine. Which questions a text
asks depends on earlier answers, so that they are asked anew in every round.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from math import exp
from pathlib import Path
from typing import Any

from tasks.normalise.dates import kinds_parts, resolve_dates, scan_dates, year_choice
from tasks.normalise.dates.year_choice import Question, features

ROOT = Path(__file__).resolve().parent.parent
ROUNDS, STEPS, RATE, PENALTY = 3, 400, 0.02, 0.002
Text = tuple[str, date, dict[int, str]]  # the text, its day, value by the start of a mention
Example = tuple[Question, int]  # a question, and which of its readings is right


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a gzipped or plain JSONL file; none where it is missing."""
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def is_aside(text: str) -> bool:
    """Whether a text belongs to the part that nothing is fitted on."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 3 == 0


def texts_of(data: Path, cases: Path) -> Iterator[Text]:
    """Everything to learn from."""
    for row in read(data / "dates" / "timex_dev.jsonl.gz"):
        if not is_aside(row["text"]):
            yield row["text"], date.fromisoformat(row["published"]), {m["start"]: m["value"] for m in row["mentions"]}
    for row in read(cases / "dates.jsonl"):
        if row["published"] and not is_aside(row["text"]):
            yield row["text"], date.fromisoformat(row["published"]), {m["start"]: m["value"] for m in row["mentions"]}
    yield from _own_cases()
    for row in read(data / "articles" / "articles_dev.jsonl.gz"):
        if row.get("published") and not is_aside(row["text"]):
            yield row["text"], date.fromisoformat(row["published"][:10]), {}
    for row in read(data / "duplicates" / "real_pairs_dev.jsonl.gz"):
        for side in (row["a"], row["b"]):
            if row["lang"] == "en" and side.get("day") and not is_aside(side["text"]):
                yield side["text"], date.fromisoformat(side["day"][:10]), {}


def _own_cases() -> Iterator[Text]:
    """The sentences of tests/cases, with their values in reading order."""
    folder = ROOT / "tests" / "cases"
    tables = [
        tomllib.loads((folder / f"dates_{name}.toml").read_text(encoding="utf-8")) for name in ("kinds", "direction")
    ]
    for table in tables:
        groups = [group for group in table.values() if isinstance(group, dict)] or [{"lines": table["lines"]}]
        for group in groups:
            for text, *values in group["lines"]:
                values = values[0] if values and isinstance(values[0], list) else values
                starts = [s.start for s in scan_dates(text)]
                if len(starts) == len(values):
                    yield text, group.get("published", table["published"]), dict(zip(starts, values, strict=True))


def examples_of(texts: list[Text], seen: Counter[str]) -> Iterator[Example]:
    """The questions that the texts ask, with the right answer where one is known."""
    for text, day, values in texts:
        scanned = scan_dates(text)
        asked: list[Question] = []

        def ask(question: Question, asked: list[Question] = asked) -> Any:
            asked.append(question)
            return year_choice.choose_year(question)

        for s in scanned:
            told = values.get(s.start)
            weekday = s.expr.get("w") if s.expr["k"] == "date" else None
            hidden = [
                s
                if weekday is None
                else type(s)(s.start, s.end, s.type, s.rule, _without_weekday(s.expr), s.mod, s.tense)
            ]
            asked.clear()
            kinds_parts.choose_year = ask
            context_texts = [t for t in scanned if t.start < s.start]
            resolve_dates(text, [*context_texts, *hidden], day)
            if not asked or (told is None and weekday is None):
                continue
            question = asked[-1]
            readings = list(year_choice._standing(question))
            right = [
                i
                for i, p in enumerate(readings)
                if (p.value == told if told is not None else p.first.isoweekday() == weekday)
            ]
            if len(right) == 1 and len(readings) > 1:
                seen["gold" if told is not None else "weekday"] += 1
                yield question, right[0]
    kinds_parts.choose_year = year_choice.choose_year


def _without_weekday(expr: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in expr.items() if key != "w"}


def fit(examples: list[Example], start: dict[str, float]) -> dict[str, float]:
    """Weights that make the right readings likely."""
    weights = dict(start)
    rows = [([list(features(p, q)) for p in year_choice._standing(q)], right) for q, right in examples]
    for _ in range(STEPS):
        slope = {name: -2 * PENALTY * len(rows) * (weights[name] - start[name]) for name in weights}
        for readings, right in rows:
            points = [sum(weights[name] * amount for name, amount in reading) for reading in readings]
            top = max(points)
            shares = [exp(p - top) for p in points]
            total = sum(shares)
            for i, reading in enumerate(readings):
                for name, amount in reading:
                    slope[name] += amount * ((i == right) - shares[i] / total)
        weights = {name: weights[name] + RATE * slope[name] / len(rows) ** 0.5 for name in weights}
    return weights


def right_share(examples: list[Example]) -> float:
    """How often the weights in use choose the right reading."""
    return sum(year_choice.choose_year(q) == list(year_choice._standing(q))[right] for q, right in examples) / len(
        examples
    )


def main() -> None:
    """Fit, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--cases", type=Path, default=ROOT.parent / "shared" / "cases")
    args = parser.parse_args()
    texts = list(texts_of(args.data, args.cases))
    start = dict(year_choice.WEIGHTS)
    for turn in range(ROUNDS):
        seen: Counter[str] = Counter()
        examples = list(examples_of(texts, seen))
        print(f"# round {turn}: {len(texts)} texts, {dict(seen)}, right {right_share(examples):.4f}")
        year_choice.WEIGHTS.update(fit(examples, start))
    examples = list(examples_of(texts, seen))
    print(f"# in the end right {right_share(examples):.4f}")
    print("\n".join(f"{name} = {value:.2f}" for name, value in year_choice.WEIGHTS.items()))


if __name__ == "__main__":
    main()
