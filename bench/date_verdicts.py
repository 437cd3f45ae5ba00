"""Bare months and days in real texts of a known day, against the verdicts of a reader: how many have the wrong year.

    python bench/date_verdicts.py [--data ../shared/data]

`date_verdicts.jsonl` holds places and values only: the set, the row (its id; for pairs its number and side), the offset
of the mention in the row's text, and the right value. All are from parts 1 and 2 of 3 (by the hash of the text); a
random sample, read after the weights were first fitted. Slips that it showed were mended afterwards, so that the share
is kinder than on texts nobody has read.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from tasks.normalise.dates import find_dates

HERE = Path(__file__).resolve().parent


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a gzipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def day_of(words: str) -> date:
    """A day as the sets write it: ISO 8601 with or without hyphens, else as in a mail."""
    return date.fromisoformat(words[:10]) if words[:4].isdigit() else parsedate_to_datetime(words).date()


def texts_of(data: Path) -> dict[tuple[str, str], tuple[str, date]]:
    """The texts with their days, by set and row."""
    texts = {
        ("articles_dev", row["id"]): (row["text"], date.fromisoformat(row["published"][:10]))
        for row in read(data / "articles" / "articles_dev.jsonl.gz")
        if row.get("published")
    }
    for number, row in enumerate(read(data / "duplicates" / "real_pairs_dev.jsonl.gz")):
        for side in "ab":
            if row[side].get("day"):
                texts["real_pairs_dev", f"{number}{side}"] = row[side]["text"], day_of(row[side]["day"])
    return texts


def main() -> None:
    """Print what is wrong, by place, and the share."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    texts = texts_of(parser.parse_args().data)
    verdicts = [json.loads(line) for line in (HERE / "date_verdicts.jsonl").read_text(encoding="utf-8").splitlines()]
    found = {
        key: {m.start: m.value for m in find_dates(*texts[key])} for key in {(v["set"], v["row"]) for v in verdicts}
    }
    wrong = [v for v in verdicts if found[v["set"], v["row"]].get(v["start"]) != v["value"]]
    for verdict in wrong:
        print(*verdict.values(), "found", found[verdict["set"], verdict["row"]].get(verdict["start"]))
    print(
        f"date_verdicts: mentions={len(verdicts)} wrong={len(wrong)} wrong_pct={100 * len(wrong) / len(verdicts):.1f}"
    )


if __name__ == "__main__":
    main()
