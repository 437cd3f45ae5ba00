"""The shortcut for a run with nothing new: raw files, code, settings and version are those of the last run.

In     the listing of raw/ (paths, sizes, times), the digests of a run, the latest version
Out    the counts that the last run found, or None: then the run has to look for itself

A file that changed within two seconds before it was read may have changed once more without a trace: then nothing is
taken for granted. The same goes for documents that failed: the next run tries them again. What is remembered lies with
the cache; losing it costs time only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tasks.ingest import RawBucket, list_raw
from tasks.publish import Dataset

FILE = "seen.json"
UNSURE_NS = 2_000_000_000


@dataclass(frozen=True)
class Look:
    """What a run saw of raw/ before it read it."""

    listing: str  # digest
    newest_ns: int  # time of the newest change
    looked_at_ns: int

    @property
    def is_settled(self) -> bool:
        """No file changed so lately that it may have changed once more within the same tick of the file system."""
        return self.newest_ns < self.looked_at_ns - UNSURE_NS


def look_at(raw: Path | RawBucket, looked_at_ns: int) -> Look:
    """List raw/ without reading it."""
    return Look(*list_raw(raw), looked_at_ns)


def recall(folder: Path, look: Look, digests: Mapping[str, str], latest: Dataset | None) -> dict[str, int] | None:
    """The counts of the last run, if this one would find the same; else None."""
    if latest is None:
        return None
    try:
        seen = json.loads((folder / FILE).read_text(encoding="utf-8"))
        same = seen["key"] == _key(look, digests, latest)
        return {str(name): int(number) for name, number in seen["counts"].items()} if same else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None  # nothing remembered, or damaged


def remember(folder: Path, look: Look, digests: Mapping[str, str], latest: Dataset, counts: Mapping[str, int]) -> None:
    """Keep what the next run needs to see that nothing is new; nothing where a file may have changed unseen."""
    if not look.is_settled:
        return
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{FILE}.part"
    part.write_text(json.dumps({"key": _key(look, digests, latest), "counts": dict(counts)}), encoding="utf-8")
    part.replace(folder / FILE)


def forget(folder: Path) -> None:
    """Remove what `remember` keeps; a file of the same name with anything else in it stays."""
    path = folder / FILE
    with suppress(OSError, ValueError, AttributeError):  # none there, or not ours
        if json.loads(path.read_text(encoding="utf-8")).keys() == {"key", "counts"}:
            path.unlink()


def _key(look: Look, digests: Mapping[str, str], latest: Dataset) -> str:
    parts: list[Any] = [
        look.listing,
        digests["code"],
        digests["lock"],
        digests["settings"],
        digests.get("overrides"),
        latest.manifest,
    ]
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
