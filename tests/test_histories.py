"""Incremental equals full: whatever happened on the way, the data files are those of one run over what is there now.

COPYDESK_HISTORIES says how many histories are tried; `.ci/run` tries 100.
"""

import json
import os
import random
import shutil
from pathlib import Path

import pytest

from flows.config import Config, Rules
from flows.lifecycle import Request, curate_data

SAMPLES = Path(__file__).parent.parent / "raw"
HISTORIES = int(os.environ.get("COPYDESK_HISTORIES", "12"))
EVENTS = 4


class Desk:
    """A data set and its raw folder, and the things that happen to them."""

    def __init__(self, folder: Path, draw: random.Random) -> None:
        self.raw, self.curated, self.draw = folder / "raw", folder / "curated", draw
        self.raw.mkdir(parents=True)
        self.rules = Rules()
        self.waiting = sorted(p for p in SAMPLES.rglob("*") if p.is_file() and not p.name.startswith("README"))
        self.waiting = draw.sample(self.waiting, 9)
        self.waiting.sort(key=lambda path: path.suffix == ".json")  # a sidecar alone is no document: never the first

    def files(self) -> list[Path]:
        return sorted(p for p in self.raw.rglob("*") if p.is_file())

    def arrive(self) -> None:
        """Some files that were not there yet, in any order."""
        for _ in range(min(len(self.waiting), self.draw.randint(1, 5))):
            source = self.waiting.pop(0)
            target = self.raw / source.relative_to(SAMPLES)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(source, target)

    def change(self) -> None:
        """A file says more, or something else, than before."""
        for path in self.draw.sample(self.files(), 1):
            data = path.read_bytes()
            cut = self.draw.randrange(len(data) // 2, len(data) + 1)
            path.write_bytes(data[:cut] + f" Ships waited {cut} hours off the cape.\n".encode())

    def remove(self) -> None:
        """A file is gone."""
        self.draw.choice(self.files()).unlink()

    def rename(self) -> None:
        """A file has another name, and with it another id."""
        path = self.draw.choice(self.files())
        path.rename(path.with_name(f"moved-{self.draw.randrange(1000)}-{path.name}"))

    def set_rules(self) -> None:
        """Another setting is tried, then taken back."""
        kept, self.rules = self.rules, Rules(min_words=self.draw.choice((0, 60)))
        self.run()
        self.rules = kept

    def lose_cache(self) -> None:
        """Somebody deletes the cache."""
        shutil.rmtree(self.curated / ".cache", ignore_errors=True)

    def damage_cache(self) -> None:
        """A disk flips bits in the cache."""
        for path in (self.curated / ".cache").rglob("*.arrow"):
            data = bytearray(path.read_bytes())
            data[self.draw.randrange(len(data))] ^= 0x10
            path.write_bytes(bytes(data))

    def run(self, curated: Path | None = None, full: bool = False) -> None:
        config = Config(raw=self.raw, curated=curated or self.curated, workers=1, rules=self.rules)
        curate_data(config, Request(full=full, accept=frozenset({"shrink"})))


def data_files(curated: Path) -> dict[str, str]:
    """{data file: sha256} of the latest version."""
    version = json.loads((curated / "latest.json").read_text())["version"]
    files = json.loads((curated / "versions" / version / "manifest.json").read_text())["files"]
    return {name: entry["sha256"] for name, entry in files.items() if name.endswith((".parquet", ".jsonl.gz"))}


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_every_history_ends_as_one_full_run(seed, tmp_path):
    draw = random.Random(seed)
    desk = Desk(tmp_path, draw)
    desk.arrive()
    desk.run()
    for _ in range(EVENTS):
        events = [
            desk.arrive,
            desk.arrive,
            desk.change,
            desk.rename,
            desk.set_rules,
            desk.lose_cache,
            desk.damage_cache,
        ]
        draw.choice(events + [desk.remove] * (len(desk.files()) > 2))()
        desk.run()

    desk.run(tmp_path / "full", full=True)

    assert data_files(desk.curated) == data_files(tmp_path / "full")


def test_workers_and_batches_change_no_byte(tmp_path, monkeypatch):
    from flows import mapper

    shutil.copytree(SAMPLES, tmp_path / "raw")
    one = Config(raw=tmp_path / "raw", curated=tmp_path / "one", workers=1)
    three = Config(raw=tmp_path / "raw", curated=tmp_path / "three", workers=3)

    curate_data(one, Request())
    monkeypatch.setattr(mapper, "BATCH_ROWS", 2)
    monkeypatch.setattr(mapper, "SLICE_ROWS", 5)
    curate_data(three, Request())

    assert data_files(tmp_path / "one") == data_files(tmp_path / "three")
