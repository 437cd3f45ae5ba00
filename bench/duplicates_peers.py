"""Duplicates beside other tools: F1 over pairs, documents a CPU second, peak memory; same texts, same machine.

    python -m bench.duplicates_peers TEXTS.jsonl --envs FOLDER [--systems copydesk datasketch rensa text-dedup]

TEXTS.jsonl has a `text` and a `cluster` a line: what is in one cluster belongs together. Each tool runs in an
environment of its own, `FOLDER/NAME`, which is made from the package index if it is not there. `docs_per_s` counts the
work alone, `docs_per_s_all` also the start (imports, compiled code, a warm-up); text-dedup is a command, whose start
is in both.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections import Counter
from pathlib import Path

PEERS = Path(__file__).with_name("peers")
SYSTEMS = ("copydesk", "datasketch", "rensa", "text-dedup")


def python_of(system: str, envs: Path) -> str:
    """The interpreter to run a tool with; makes its environment when it is missing."""
    if system == "copydesk":
        return sys.executable
    folder = envs / system
    if not folder.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", system], check=True)
    return str(folder / "bin" / "python")


def measure(system: str, texts: Path, clusters: list[int], envs: Path) -> dict[str, float | str]:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "labels.json")
        before = children_seconds()
        subprocess.run([python_of(system, envs), PEERS / "cluster_with.py", system, texts, out], check=True)
        everything = children_seconds() - before
        found = json.loads(out.read_text())
    return {
        "system": system,
        "f1": round(pair_f1(clusters, found["labels"]), 4),
        "docs_per_s": round(len(clusters) / found["seconds"]),
        "docs_per_s_all": round(len(clusters) / everything),
        "peak_rss_mib": round(found["peak_rss_mib"]),
    }


def children_seconds() -> float:
    """CPU seconds of finished child processes."""
    times = os.times()
    return times.children_user + times.children_system


def pair_f1(gold: list[int], found: list[int]) -> float:
    """F1 over pairs of documents in one cluster."""
    both, wanted, got = (pairs_in(labels) for labels in (list(zip(gold, found, strict=True)), gold, found))
    return 2 * both / max(1, wanted + got)


def pairs_in(labels: list) -> int:
    """Pairs of documents with one label."""
    return sum(n * (n - 1) // 2 for n in Counter(labels).values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--envs", type=Path, required=True)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    args = parser.parse_args()
    clusters = [json.loads(line)["cluster"] for line in args.texts.read_text(encoding="utf-8").splitlines()]
    for system in args.systems:
        print(json.dumps(measure(system, args.texts.resolve(), clusters, args.envs)), flush=True)


if __name__ == "__main__":
    main()
