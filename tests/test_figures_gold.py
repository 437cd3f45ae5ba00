"""The gold of bench/figures_unseen.py names places in texts and holds no text."""

from __future__ import annotations

import json
from pathlib import Path

GOLD = Path(__file__).parents[1] / "bench" / "figures_gold.jsonl"
ROWS = [json.loads(line) for line in GOLD.read_text("utf-8").splitlines()]
FIELDS = {"id", "file", "row", "field", "start", "end", "sha256", "half", "doubt", "quantities"}


def test_a_row_is_a_place_a_digest_and_quantities() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert set(row) == FIELDS
        assert 0 <= row["start"] < row["end"]
        assert len(row["sha256"]) == 64


def test_a_unit_is_a_name_and_no_quotation() -> None:
    names = {quantity["normalized_unit"] for row in ROWS for quantity in row["quantities"]}

    assert max(len(name.split()) for name in names if " per " not in name) <= 3
