"""The line model: exact sums, the same for any grouping of lines; the cheapest sides; why a line went."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.strip import line_model, strip_text
from tasks.strip.decide import cheapest_sides, judge
from tasks.strip.features import FEATURES, describe
from tasks.strip.line_model import heaviest, log_odds, trees
from tasks.strip.removals import rebuild
from tasks.strip.views import look_at

LINES = [
    "Ferry back in service after the storm",
    "The ferry between the two towns runs again from today, the harbour office said on Monday.",
    "It had been out of service for three weeks, because a storm had damaged the landing stage.",
    "Share this article",
    "Sign up for our free newsletter and get the latest stories delivered to your inbox",
    "More stories",
    "Ten ways to save water in your garden",
    "Why the mayor sold his bicycle",
]


def numbers() -> np.ndarray:
    return describe([look_at(line) for line in LINES])


def test_every_line_has_every_number():
    assert numbers().shape == (len(LINES), len(FEATURES))
    assert np.isfinite(numbers()).all()


def test_sums_are_those_of_a_plain_walk_down_every_tree():
    table = trees()
    wanted = []
    for row in numbers():
        total = table.bias
        for tree in range(len(table.left)):
            node = 0
            while table.left[tree, node] != node:
                is_left = row[table.feature[tree, node]] <= table.threshold[tree, node]
                node = table.left[tree, node] if is_left else table.right[tree, node]
            total += int(table.value[tree, node])
        wanted.append(total)

    assert log_odds(numbers()).tolist() == wanted


def test_sums_do_not_depend_on_how_lines_are_grouped(monkeypatch):
    whole = log_odds(numbers()).tolist()
    monkeypatch.setattr(line_model, "CHUNK", 3)

    assert log_odds(numbers()).tolist() == whole


def test_an_article_is_more_likely_the_article_than_an_invitation():
    odds = judge([look_at(line) for line in LINES]).odds

    assert max(odds[1], odds[2]) < min(odds[3], odds[4])


def test_the_heaviest_features_are_named():
    found = heaviest(numbers()[4])

    assert len(found) == 3
    assert set(found) <= set(FEATURES)


@given(st.lists(st.floats(-3, 3).map(lambda x: round(x, 2)), min_size=1, max_size=9), st.floats(0, 2))
def test_no_other_choice_of_sides_is_cheaper(scores, change):
    def total(sides):
        changes = sum(a != b for a, b in pairwise(sides))
        return sum(score for score, goes in zip(scores, sides, strict=True) if goes) - change * changes

    best = max(total(sides) for sides in product((False, True), repeat=len(scores)))

    assert total(cheapest_sides(scores, change)) == pytest.approx(best)


HOSTILE = {
    "one line of a million characters": "word " * 200_000,
    "one line without a blank": "x" * 300_000,
    "all lines equal": "The same line stands here again\n" * 20_000,
    "headlines only": "\n".join(f"Mayor of town {n} sells his bicycle" for n in range(3_000)),
    "numbers only": "\n".join(f"{n} {n * 7} {n * 13}" for n in range(5_000)),
    "right to left": "باع المكتب العبارة القديمة يوم الاثنين إلى متحف في الجنوب.\n" * 300,
    "no blanks between words": "港口办公室周一表示,旧渡轮已卖给南方的一家博物馆。\n" * 300,
    "marks only": "...\n***\n---\n" * 200,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_odd_texts_lose_nothing_without_a_row(raw):
    found = strip_text(raw)

    assert rebuild(raw, found.removals) == found.text
