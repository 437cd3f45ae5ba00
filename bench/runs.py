"""What runs cost: a full one, one with nothing new, one with a few new articles; each a process of its own.

    python -m bench.runs                      5,000 made-up articles, 1 % new
    python -m bench.runs --articles 100000 --new 100

Prints a table: seconds of the whole process, the share of the full run, the peak of resident memory of the run's own
process (memory maps of the cache included), and what was published. The two last runs are held against a full run over
the same input: the data files must be the same, byte for byte.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.corpus import write_corpus


def run(raw: Path, curated: Path, *words: str) -> dict[str, Any]:
    """One `copydesk run --direct`: its JSON with the seconds of the process and its peak memory in MiB."""
    command = [sys.executable, "-m", "flows", "run", "--direct", "--json", "--quiet"]
    command += ["--raw", str(raw), "--curated", str(curated), *words]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    wall = time.perf_counter() - start
    newest = max((curated / "runs").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    return {**json.loads(done.stdout), "wall": wall, "peak_mib": json.loads(newest.read_text())["peak_mib"]}


def data_files(curated: Path, version: str) -> dict[str, str]:
    """{data file: sha256} of a version."""
    files = json.loads((curated / "versions" / version / "manifest.json").read_text())["files"]
    return {name: entry["sha256"] for name, entry in files.items() if name.endswith((".parquet", ".jsonl.gz"))}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--new", type=int, default=50)
    parser.add_argument("--json", action="store_true", help="one object instead of the table")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        raw, curated, other = (Path(folder) / name for name in ("raw", "curated", "other"))
        write_corpus(raw, args.articles)
        time.sleep(2.5)  # the shortcut takes no file on trust that changed within two seconds
        rows = {"full": run(raw, curated), "nothing new": run(raw, curated)}
        write_corpus(raw / "late", args.new, seed=2)
        rows[f"{args.new} new"] = run(raw, curated)
        rows["full again"] = run(raw, other, "--full")
        same = data_files(curated, rows[f"{args.new} new"]["version"]) == data_files(other, "v0001")
    report(rows, same, args.json)
    if not same:
        sys.exit("the incremental run and the full one differ")


def report(rows: dict[str, dict[str, Any]], same: bool, as_json: bool) -> None:
    """Print the table, or the same as JSON."""
    full = rows["full"]["wall"]
    if as_json:
        print(json.dumps({"runs": rows, "incremental_equals_full": same}))
        return
    print(f"{'run':<12} {'seconds':>8} {'share':>6} {'MiB':>6}  published")
    for name, row in rows.items():
        print(f"{name:<12} {row['wall']:>8.1f} {row['wall'] / full:>6.1%} {row['peak_mib']:>6}  {row['published']}")
    print(f"incremental equals full: {same}")
    steps = sorted(rows["full"]["seconds"].items(), key=lambda item: -item[1])
    print("full run, by step: " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in steps if seconds >= 0.05))


if __name__ == "__main__":
    main()
