"""Figures on sentences that the rules were not tuned on.

    python bench/figures_unseen.py --shared ../shared [--half open] [--errors 40] [--json]

`figures_gold.jsonl` holds 260 sentences of the development pages and news texts as places (file, row, offsets, digest)
with the quantities that an annotator who did not know the rules read in them: no text. This reads the texts from the
data beside the project, checks their digests and has the scorer beside the project, `figures.py`, score each half as it
scores its own sentences. Of the half `open` the errors were read once its first figures were written down
(docs/figures.md); of the half `sealed` only totals were ever looked at, so `--errors` is refused for it.

Limits  A counted noun is kept by its last word, so `unit_whole_f1` says nothing here.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

GOLD = Path(__file__).with_name("figures_gold.jsonl")
HALVES = ("open", "sealed")
NAMES = ("news_value_p", "news_value_r", "news_value_f1", "news_unit_f1", "news_change_f1")


def main() -> int:
    """Print one line a half, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, required=True, help="the folder with bench/ and data/")
    parser.add_argument("--half", choices=HALVES, help="only this half")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="of the half open: the first N of each kind")
    parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")
    args = parser.parse_args()
    halves = [args.half] if args.half else list(HALVES)
    if args.errors and halves != ["open"]:
        parser.error("--errors goes with --half open: the errors of the other half are not for reading")

    gold = [json.loads(line) for line in GOLD.read_text("utf-8").splitlines()]
    sentences = with_texts(gold, args.shared / "data")
    totals = {half: score([s for s in sentences if s["half"] == half], args.shared, args.errors) for half in halves}
    if args.json:
        print(json.dumps(totals))
    else:
        for half, figures in totals.items():
            print(half, *(f"{name.removeprefix('news_')}={figures[name]:.4f}" for name in NAMES))
    return 0


def with_texts(gold: Iterable[dict[str, Any]], data: Path) -> list[dict[str, Any]]:
    """The gold rows with the text each stands for.

    Raises:
        ValueError: a text is not the one that was annotated.
    """
    by_file: dict[str, dict[Any, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in gold:
        by_file[row["file"]][row["row"]].append(row)
    found = []
    for file, wanted in by_file.items():
        with gzip.open(data / file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                document = json.loads(line)
                for row in wanted.get(document.get("id", number), ()):
                    text = document[row["field"]][row["start"] : row["end"]]
                    if hashlib.sha256(text.encode()).hexdigest() != row["sha256"]:
                        raise ValueError(f"{row['id']}: {file} has another text at {row['start']}")
                    found.append(row | {"text": text})
    return sorted(found, key=lambda row: row["id"])


def score(sentences: list[dict[str, Any]], shared: Path, errors: int) -> dict[str, float]:
    """The scorer's metrics for the sentences; its list of errors goes to stderr."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "figures").mkdir()
        with gzip.open(Path(folder) / "figures" / "newsquant_dev.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(sentence) + "\n" for sentence in sentences)
        command: list[str | Path] = [sys.executable, shared / "bench" / "figures.py", "--calendar", "optional"]
        command += ["--data", folder]
        if errors:
            subprocess.run([*command, "--errors", str(errors)], check=True, stdout=sys.stderr)
        done = subprocess.run([*command, "--json"], check=True, capture_output=True, text=True)
    metrics: dict[str, float] = json.loads(done.stdout)["metrics"]
    return metrics


if __name__ == "__main__":
    raise SystemExit(main())
