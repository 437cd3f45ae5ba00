"""Incremental equals full: however the input came to be what it is, the data files are those of one full run.

Four random histories run with the other tests; COPYDESK_HISTORIES=100 tries a hundred (docs/reliability.md).
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from flows.config import Config, Rules
from flows.lifecycle import curate_data
from flows.request import Request
from tasks import publish
from tasks.publish.staging import DATA_FILES

HISTORIES = int(os.environ.get("COPYDESK_HISTORIES", "4"))
STEPS = 5
EVERY_GATE = Request(accept=frozenset({"shrink"}))
SETTINGS = (Rules(), Rules(min_words=45), Rules(fullest_share=0.5))

FOOTER = "\n\nThe Harbour Gazette is printed on the quay"
STORIES = (
    "Ferry sails again\n\n4 May 2024\n\nThe island ferry will sail again on Monday after repairs to its hull that took "
    "30 days in dry dock and cost 1.2 million crowns, the port office said. Passengers had to take the mail boat.",
    "Old bridge stays open\n\n6 May 2024\n\nEngineers found no fault in the old bridge, and the council voted by nine "
    "to two to keep it open to carts and bicycles until 2031. A new bridge would cost about 40 million crowns.",
    "Choir sings for lifeboat\n\nBy Nora Teal\n\nThe choir of the harbour church sang for two hours last Sunday, and "
    "the collection of 3,400 crowns went to the lifeboat, which needs a new engine before the winter storms begin.",
    "Herring catch falls\n\n2024-05-08\n\nThe herring catch fell by 12 percent in April from a year earlier, to 2,300 "
    "tonnes, the fisheries office reported. Prices rose to 9.50 crowns a kilo, the highest since the spring of 2019.",
    "Lamp burns again\n\nThe lamp on the north pier burns again after four dark weeks. A diver found the broken cable "
    "on Thursday at a depth of 14 metres; it had been cut by an anchor, and nobody has owned up to it so far.",
)
HAPPENINGS = ("arrive", "arrive", "change", "remove", "rename", "move", "lose", "damage")


def texts(chance: random.Random) -> str:
    """A story as it may arrive: whole, reprinted with other words, with a footer or a list of headlines after it."""
    text = chance.choice(STORIES)
    if chance.random() < 0.4:
        text = text.replace("crowns", "krones").replace("said", "announced")
    if chance.random() < 0.4:
        text += FOOTER
    if chance.random() < 0.3:
        text += "\n\nRelated news\nHarbour fees rise again\nNew crane for the fish quay\nTide tables for June"
    return text if chance.random() < 0.9 else text[:60]


def live_on(raw: Path, curated: Path, chance: random.Random) -> None:
    """One thing that happens between two runs: files come, change, go or move; the cache is lost or damaged."""
    there = sorted(raw.rglob("*.txt"))
    what = chance.choice(HAPPENINGS)
    if what == "arrive" or not there:
        for _ in range(chance.randint(1, 4)):
            path = raw / chance.choice("ab") / f"{chance.randint(0, 30)}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text(texts(chance))
    elif what == "change":
        chance.choice(there).write_text(texts(chance))
    elif what == "remove":
        chance.choice(there).unlink()
    elif what == "rename":
        chance.choice(there).rename(raw / f"renamed{chance.randint(0, 99)}.txt")
    elif what == "move":
        moved = raw.with_name("moved")
        raw.rename(moved)
        shutil.copytree(moved, raw)
        shutil.rmtree(moved)
    elif what == "lose":
        shutil.rmtree(curated / ".cache", ignore_errors=True)
    elif what == "damage":
        for path in sorted((curated / ".cache").rglob("*")):
            data = bytearray(path.read_bytes() if path.is_file() else b"")
            if data and chance.random() < 0.5:
                data[chance.randrange(len(data))] ^= 1 + chance.randrange(255)
                path.write_bytes(data[: chance.randint(1, len(data))] if chance.random() < 0.5 else data)


def run(raw: Path, curated: Path, rules: Rules) -> dict[str, str]:
    """Digests of the data files that readers have after a run."""
    curate_data(Config(raw=raw, curated=curated, workers=1, rules=rules), EVERY_GATE)
    files = publish.open_dataset(curated).manifest["files"]
    return {name: files[name]["sha256"] for name in DATA_FILES}


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_any_history_ends_in_the_bytes_of_one_full_run(tmp_path, seed):
    chance = random.Random(seed)
    raw, curated = tmp_path / "raw", tmp_path / "curated"
    (raw / "a").mkdir(parents=True)
    (raw / "a" / "0.txt").write_text(STORIES[0])

    rules = SETTINGS[0]
    for _ in range(STEPS):
        live_on(raw, curated, chance)
        rules = chance.choice(SETTINGS) if chance.random() < 0.3 else rules
        if not list(raw.rglob("*.txt")):
            (raw / "last.txt").write_text(STORIES[1])
        incremental = run(raw, curated, rules)

    assert incremental == run(raw, tmp_path / "full", rules)
    assert publish.verify(curated) == []
