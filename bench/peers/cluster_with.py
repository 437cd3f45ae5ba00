"""One deduplicator, in its own environment: reads texts, writes labels and CPU seconds.

    PYTHON cluster_with.py SYSTEM TEXTS.jsonl OUT.json        started by bench.duplicates_peers

Settings are the ones their manuals use for near-duplicates: word 3-grams, 128 permutations or more, Jaccard 0.5.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

WORD = re.compile(r"\w+")
THRESHOLD, PERMUTATIONS, GRAM = 0.5, 128, 3


def copydesk(texts: Sequence[str]) -> list[int]:
    """This project."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from tasks.dedupe import cluster_texts

    return cluster_texts(texts).labels.tolist()


def datasketch(texts: Sequence[str]) -> list[int]:
    """MinHash and LSH of datasketch."""
    from datasketch import MinHash, MinHashLSH

    index, pairs = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS), []
    for k, text in enumerate(texts):
        sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update_batch([gram.encode() for gram in grams(text)])
        pairs += [(k, other) for other in index.query(sketch)]
        index.insert(k, sketch)
    return labels_of(pairs, len(texts))


def rensa(texts: Sequence[str]) -> list[int]:
    """RMinHash and LSH of rensa, candidates kept at the threshold."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=32)
    sketches, pairs = [], []
    for k, text in enumerate(texts):
        sketch = RMinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update(sorted(grams(text)))
        pairs += [(k, other) for other in index.query(sketch) if sketch.jaccard(sketches[other]) >= THRESHOLD]
        index.insert(k, sketch)
        sketches.append(sketch)
    return labels_of(pairs, len(texts))


def text_dedup(texts: Sequence[str]) -> list[int]:
    """The command of text-dedup, whose union-find it writes with --debug."""
    with tempfile.TemporaryDirectory() as folder:
        data, out = Path(folder, "texts.jsonl"), Path(folder, "out")
        data.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        options = {
            "path": "json", "data_files": data, "split": "train", "cache_dir": Path(folder, "cache"), "output": out,
            "column": "text", "ngram": GRAM, "min_length": 1, "threshold": THRESHOLD, "num_perm": PERMUTATIONS,
            "num_proc": 1, "batch_size": 1000,
        }  # fmt: skip
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        command = [sys.executable, "-m", "text_dedup.minhash", *words, "--debug"]
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
        )
        (found,) = out.rglob("uf.pkl")
        forest = pickle.loads(found.read_bytes())
    return [int(forest.find(k)) for k in range(len(texts))]


def grams(text: str) -> set[str]:
    """The distinct runs of three words."""
    words = WORD.findall(text.lower())
    return {" ".join(words[k : k + GRAM]) for k in range(max(1, len(words) - GRAM + 1))}


def labels_of(pairs: Sequence[tuple[int, int]], count: int) -> list[int]:
    """Connected components; the smallest member is the label."""
    parent = list(range(count))

    def find(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    for one, other in pairs:
        low, high = sorted((find(one), find(other)))
        parent[high] = low
    return [find(k) for k in range(count)]


SYSTEMS: dict[str, Callable[[Sequence[str]], list[int]]] = {
    "copydesk": copydesk, "datasketch": datasketch, "rensa": rensa, "text-dedup": text_dedup,
}  # fmt: skip


def main() -> None:
    system, source, target = sys.argv[1:]
    texts = [json.loads(line)["text"] for line in Path(source).read_text(encoding="utf-8").splitlines()]
    if system != "text-dedup":
        SYSTEMS[system](texts[:200])  # imports, compiled code
    before = cpu_seconds()
    labels = SYSTEMS[system](texts)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    result = {"labels": labels, "seconds": cpu_seconds() - before, "peak_rss_mib": peak / 1024}
    Path(target).write_text(json.dumps(result))


def cpu_seconds() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


if __name__ == "__main__":
    main()
