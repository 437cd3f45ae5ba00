"""How the time of the strip grows with the length of a text: an exponent for each kind of long input.

    python bench/strip_growth.py [--require 1.1] [--largest 1000000]

Each kind is made in four lengths, each twice the one before; the exponent is the slope of log(seconds) over log(length)
by least squares. 1 is linear. Lengths that take under a millisecond say nothing and are left out.
"""

from __future__ import annotations

import argparse
import gc
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tasks.strip import strip_text

SENTENCE = "The mill stood still and nobody came to see it, since the road was closed. "
KINDS: dict[str, Callable[[int], str]] = {
    "one line of prose": lambda n: SENTENCE * (n // len(SENTENCE)),
    "one line without blanks": lambda n: "aA" * (n // 2),
    "blanks before a letter": lambda n: " " * n + "x",
    "paragraphs": lambda n: "".join(f"{SENTENCE * 3}{i}.\n\n" for i in range(n // 240)),
    "paragraphs and headings": lambda n: "".join(f"Mill {i} opens\n{SENTENCE * 3}{i}.\n" for i in range(n // 250)),
    "short lines": lambda n: "word\n" * (n // 5),
    "headings": lambda n: "\n".join(f"Mill number {i} opens" for i in range(n // 22)),
    "doubled headings": lambda n: "\n".join(f"Mill number {i // 2} opens" for i in range(n // 22)),
    "a page": lambda n: "".join(f"Privacy Policy\nSign in\nMill {i}\n{SENTENCE * 3}{i}.\n" for i in range(n // 270)),
    "mixed line ends": lambda n: "a b\r\nc\rd\u2028e\x0b" * (n // 12),
    "no-break spaces": lambda n: "x\xa0" * (n // 2),
    "Chinese": lambda n: "".join(f"港口今天恢复通航，居民表示欢迎{i}。\n" for i in range(n // 20)),
}


def exponent(make: Callable[[int], str], largest: int) -> float:
    """Slope of log time over log length."""
    points = []
    for n in (largest // 8, largest // 4, largest // 2, largest):
        raw = make(n)
        seconds = min(_seconds(raw) for _ in range(2))
        if seconds > 0.001:
            points.append((math.log(len(raw)), math.log(seconds)))
    if len(points) < 2:
        return 0.0
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def _seconds(raw: str) -> float:
    for cached in _caches_of_lines():
        cached.cache_clear()  # a warm cache would make the shorter texts look too quick
    gc.collect()
    gc.disable()  # as timeit does: how often Python looks for cycles depends on all that was made before
    try:
        start = time.process_time()
        strip_text(raw)
        return time.process_time() - start
    finally:
        gc.enable()


def _caches_of_lines() -> list[Any]:
    """The functions of the project that remember what they said of some lines; tables that are read once stay."""
    modules = [module for name, module in sys.modules.items() if name.startswith("tasks.")]
    functions = [value for module in modules for value in vars(module).values() if hasattr(value, "cache_parameters")]
    return [function for function in functions if function.cache_parameters()["maxsize"] is not None]


def main() -> int:
    """Print one line a kind; 1 if one grows faster than required."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--largest", type=int, default=1_000_000, help="characters of the longest text")
    parser.add_argument("--require", type=float, default=9.0, help="the largest exponent that is still fine")
    args = parser.parse_args()
    found = {kind: exponent(make, args.largest) for kind, make in KINDS.items()}
    for kind, value in found.items():
        print(f"{kind:26s} {value:.2f}")
    print(f"growth_exponent={max(found.values()):.2f}")
    return int(max(found.values()) > args.require)


if __name__ == "__main__":
    raise SystemExit(main())
