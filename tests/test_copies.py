"""Two pages are copies by the share of the words of their lines, not by long lines alone."""

import numpy as np
import pytest

from tasks.copies import Parts, are_copies, shared_share


def parts(*lines):
    """Lines given as (number, words, whether prose)."""
    rows = np.array(sorted(lines), np.int64).reshape(-1, 3)
    return Parts(rows[:, 0], rows[:, 1], rows[:, 2] > 0)


MENU = [(n, 2, False) for n in range(100, 160)]


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        pytest.param([(1, 30, True)], [(1, 30, True)], True, id="the same"),
        pytest.param([(1, 30, True), *MENU], [(2, 30, True), *MENU], False, id="other articles under one long menu"),
        pytest.param([(1, 30, True), (2, 40, True)], [(1, 30, True), (3, 90, True)], False, id="one shared paragraph"),
        pytest.param([(1, 30, True), (2, 30, True)], [(1, 30, True), (3, 90, True)], True, id="half of the shorter"),
        pytest.param([(1, 5, False), (2, 5, False)], [(1, 5, False), (2, 4, False)], True, id="lists without prose"),
        pytest.param([], [], False, id="nothing"),
    ],
)
def test_pages_are_copies_when_half_of_the_prose_is_shared(one, other, wanted):
    assert are_copies(parts(*one), parts(*other)) is wanted
    assert are_copies(parts(*other), parts(*one)) is wanted


def test_the_share_is_of_the_words_of_the_page_with_fewer():
    assert shared_share(parts((1, 3, True), (2, 1, True)), parts((1, 3, True), (3, 30, True))) == 0.75
