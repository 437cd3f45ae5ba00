"""`cluster_texts`: which texts come out as one, and what the edges say."""

import json

import numpy as np
import pytest

from tasks.dedupe import cluster_texts

STORY = (
    "The harbour board of Eastmere voted on Tuesday to close the old swing bridge for eleven months. Engineers "
    "found cracks in two of the four bearings last spring, and repairs are put at 4.75 million pounds. Ferries "
    "will run every twelve minutes while the work lasts, the board said. Shopkeepers on the north quay asked for "
    "lower rents. Councillor Dara Whitlock, who chairs the board, said a decision on rents would follow in March. "
    "Some 6,840 people cross the bridge on a working day, most of them on foot."
)
OTHER = (
    "Growers in the Lower Tamsin valley expect the smallest cherry harvest for nine years after frost in late "
    "April. Most orchards lost between a third and a half of their blossom, a survey of 212 farms showed. Prices "
    "at the cooperative have risen to 5.20 a kilogram. Insurance covers hail but not frost, and the growers want "
    "that changed."
)


def labels(*texts):
    """The labels as a plain list."""
    return cluster_texts(list(texts)).labels.tolist()


def test_unrelated_texts_stay_apart():
    assert labels(STORY, OTHER) == [0, 1]


def test_case_punctuation_and_blanks_make_no_difference():
    """Such copies are `exact`."""
    found = cluster_texts([STORY, STORY.upper().replace(",", "").replace(" ", "\n ")])

    assert found.labels.tolist() == [0, 0]
    assert [edge[:4] for edge in found.edges] == [(0, 1, "exact", 1.0)]


def test_a_shortened_copy_is_contained():
    """The evidence says which text contains which."""
    found = cluster_texts([STORY[: STORY.index("Shopkeepers")], STORY + " " + OTHER])

    ((left, right, relation, score, evidence),) = found.edges
    assert (left, right, relation, score) == (0, 1, "contains", 1.0)
    assert json.loads(evidence)["contained"] == 0
    assert json.loads(evidence)["container"] == 1


def test_a_reworded_copy_is_near():
    reworded = STORY.replace("voted on", "decided on").replace("Ferries", "Boats").replace("asked for", "demanded")

    ((_, _, relation, score, _),) = cluster_texts([STORY, reworded]).edges
    assert relation == "near"
    assert score >= 0.95


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["one"], ["one", "one", "two"], ["1 2 3", "1 2 3 4"], [None]])
def test_odd_input_has_an_answer(texts):
    assert len(cluster_texts(texts).labels) == len(texts)


def test_the_order_of_the_texts_does_not_matter():
    texts = [STORY, OTHER, STORY.lower(), OTHER[:200], STORY.replace("eleven", "ten")]
    order = np.array([3, 1, 4, 0, 2])

    plain, shuffled = cluster_texts(texts).labels, cluster_texts([texts[k] for k in order]).labels
    assert ((plain[order][:, None] == plain[order][None, :]) == (shuffled[:, None] == shuffled[None, :])).all()
