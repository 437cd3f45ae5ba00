"""`make bench`: what runs cost, how fast raw files are read, and, where the scorers lie beside the project, quality.

Each part is a process of its own and can be called by itself; speeds on a busy machine say little.
"""

import subprocess
import sys
from pathlib import Path

SCORERS = Path(__file__).parent.parent.parent / "shared" / "bench"
PARTS = (("-m", "bench.runs"), ("-m", "bench.ingest"))
QUALITY = (
    "strip_tails.py",
    "strip_pages.py",
    "dates.py",
    "figures.py --calendar optional",
    "duplicates.py",
    "language.py",
)


def main() -> None:
    """Run all parts; ends with the number of those that failed."""
    commands = list(PARTS)
    if SCORERS.is_dir():
        commands += [(str(SCORERS / call.split()[0]), *call.split()[1:]) for call in QUALITY]
    failed = 0
    for words in commands:
        print(f"\n== python {' '.join(words)}", flush=True)
        failed += subprocess.run([sys.executable, *words], check=False).returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
