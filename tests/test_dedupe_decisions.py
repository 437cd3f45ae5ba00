"""The rules that relate two texts: each decides its own examples, and leaves alone what it must leave alone."""

import datetime

import numpy as np
import pytest

from tasks.dedupe import cluster_texts
from tasks.dedupe.decisions import DECISIONS, NOTICE, STANDING_NOTE, decide, rule_name
from tasks.dedupe.find import Batch
from tasks.dedupe.relate import RELATION_NAMES

CASES = [
    pytest.param(rule.id, pair, wanted, id=f"{rule.id}: {pair.left.text[:40]}")
    for rule in DECISIONS
    for pairs, wanted in ((rule.yes, True), (rule.no, False))
    for pair in pairs
]


def decide_pair(left, right):
    """The rule that decides two texts among others, as the pipeline asks it."""
    texts = [left.text, right.text, *BACKGROUND]
    days = [side.day and datetime.date.fromisoformat(side.day) for side in (left, right)]
    empty = [None] * len(BACKGROUND)
    found = cluster_texts(texts, titles=[left.title, right.title, *empty], published=[*days, *empty]).found
    batch: Batch = found.batch
    shorter, longer = sorted((0, 1), key=lambda k: -found.ranks[k])
    one, other = np.array([shorter]), np.array([longer])
    relations, rules = decide(batch.evidence(one, other, batch.look_up(one, other)))
    return RELATION_NAMES[relations[0]], rule_name(int(rules[0]))


NOUNS = "harbour mill orchard bakery station school bridge quarry market theatre chapel garage".split()  # noqa: SIM905
BACKGROUND = (
    [
        f"The {noun} of the town was closed on {day} because the people who look after it had asked for more money, "
        f"and the council will talk about the {noun} when it meets in the hall."
        for noun in NOUNS
        for day in ("Monday", "Friday")
    ]
    + [NOTICE.replace("swimming bath", noun) for noun in NOUNS]
    + [f"The {noun} was painted in a colour that nobody had asked for.{STANDING_NOTE}" for noun in NOUNS]
)


@pytest.mark.parametrize(("rule", "pair", "wanted"), CASES)
def test_a_rule_decides_its_examples(rule, pair, wanted):
    _, decided = decide_pair(pair.left, pair.right)

    assert (decided == rule) is wanted


def test_ids_are_unique_and_every_rule_has_both_kinds_of_example():
    assert len({rule.id for rule in DECISIONS}) == len(DECISIONS)
    assert all(rule.yes and rule.no and rule.why for rule in DECISIONS)
