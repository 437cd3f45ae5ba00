"""Texts of one short frame, repeated, with other names and numbers in each."""

from __future__ import annotations

import random

from tasks.dedupe import cluster_texts

WHO = ("port authority", "city council", "water company", "school board", "rail operator", "coast guard")
WORDS = [
    *("harbour", "market", "bridge", "council", "orchard", "tram", "school", "library", "kiln", "theatre", "meadow"),
    *("quarry", "lantern", "violin", "bakery", "glacier", "museum", "ferry", "cattle", "tunnel", "choir", "pottery"),
]
FRAME = (
    "Der Rat hat gestern über die neue Brücke beraten und wird erst im Herbst darüber entscheiden, wie es weitergeht. "
)


def framed(number: int) -> str:
    """Six paragraphs: the same sentence, and again with a name and a number of this text's own."""
    draw = random.Random(f"bach {number}")
    names = [f"{draw.choice(WHO)} {draw.randint(1, 99)}" for _ in range(6)]
    return "\n\n".join(FRAME + FRAME.replace("Rat", name) for name in names)


def test_texts_of_one_frame_with_other_names_stay_apart_in_a_mixed_corpus():
    draw = random.Random(1)
    others = [". ".join(" ".join(draw.sample(WORDS, 12)) for _ in range(12)) for _ in range(90)]

    labels = cluster_texts([framed(number) for number in range(30)] + others).labels.tolist()

    assert len(set(labels)) == len(labels)
