"""What runs cost: a full one, one with nothing new, one with a few new articles; each a process of its own.

    python -m bench.runs                      5,000 made-up articles, 1 % new
    python -m bench.runs --articles 100000 --new 100

Prints a table: seconds of the whole process and of the processors, the workers' included, each with its share of the
full run; the peak of memory of all processes together (anonymous memory: memory maps of the cache are not in it), and
whether anything was published. The last run but one is held against the last, a full one over the same input: the data
files must be the same, byte for byte. On a machine that is busy with other work, compare processor seconds.

Limits  Linux only: memory is read from /proc, twenty times a second; a peak in between is not seen.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from bench.corpus import write_corpus

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
BETWEEN_LOOKS = 0.05  # seconds


def run(raw: Path, curated: Path, *words: str) -> dict[str, Any]:
    """One `copydesk run --direct`: its JSON, the seconds it took, and its peak of memory in MiB."""
    command = [sys.executable, "-m", "flows", "run", "--direct", "--json", "--quiet"]
    command += ["--raw", str(raw), "--curated", str(curated), *words]
    before, start = cpu_seconds(), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = Peak(process.pid)
    output, _ = process.communicate()
    wall, peak_mib = time.perf_counter() - start, peak.stop()
    reap()
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
    return {**json.loads(output), "wall": wall, "cpu": cpu_seconds() - before, "peak_mib": peak_mib}


def cpu_seconds() -> float:
    """Processor time of all processes that were started here, and by those, and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def reap() -> None:
    """Wait for the processes that a run leaves behind for a moment, so that their time is counted."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


class Peak:
    """The most anonymous memory that a process and its descendants had at one time, looked at again and again."""

    def __init__(self, pid: int) -> None:
        self._most, self._pid, self._ended = 0, pid, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(BETWEEN_LOOKS):
            self._most = max(self._most, sum(map(anonymous_kib, descendants(self._pid))))

    def stop(self) -> int:
        """The peak in MiB."""
        self._ended.set()
        self._thread.join()
        return self._most >> 10


def descendants(pid: int) -> list[int]:
    """A process and all that it started; what ends meanwhile is left out."""
    try:
        children = [int(word) for path in Path(f"/proc/{pid}/task").iterdir() for word in _children(path)]
    except OSError:
        return []
    return [pid, *(one for child in children for one in descendants(child))]


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except OSError:
        return []


def anonymous_kib(pid: int) -> int:
    """Anonymous memory of a process."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))


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
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder if none is given")
    args = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what a run leaves behind becomes ours
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
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
    if as_json:
        print(json.dumps({"runs": rows, "incremental_equals_full": same}))
        return
    full = rows["full"]
    print(f"{'run':<12} {'seconds':>8} {'share':>6} {'cpu':>8} {'share':>6} {'MiB':>6}  published")
    for name, row in rows.items():
        shares = [f"{row[key]:>8.1f} {row[key] / full[key]:>6.1%}" for key in ("wall", "cpu")]
        print(f"{name:<12} {' '.join(shares)} {row['peak_mib']:>6}  {row['published']}")
    print(f"incremental equals full: {same}")
    for name, row in rows.items():
        steps = sorted(row["seconds"].items(), key=lambda item: -item[1])
        print(f"{name}: " + ", ".join(f"{step} {seconds:.1f}" for step, seconds in steps if seconds >= 0.05))


if __name__ == "__main__":
    main()
