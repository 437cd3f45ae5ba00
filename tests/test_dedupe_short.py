"""One-sentence texts: reports of one form stay apart, misread copies of one join."""

from __future__ import annotations

import itertools

import pytest

from tasks.dedupe import cluster_texts
from tasks.dedupe.misread import like_misread

FORM = "Police in {town} arrested two people on {day} after a fire at the {place}."
TOWNS = ("Altmoor", "Seebach", "Norwick", "Dunlow", "Kester", "Weston", "Easton")
DAYS = ("Monday", "Tuesday", "Thursday")
PLACES = ("harbour", "market", "bridge", "library", "quarry")
NOTICE = "Shares in the old mill of Altmoor fell after the owner lost the case."


def test_reports_of_one_sentence_stay_apart():
    texts = [
        FORM.format(town=town, day=day, place=place) for town, day, place in itertools.product(TOWNS, DAYS, PLACES)
    ]

    labels = cluster_texts(texts).labels.tolist()

    assert len(set(labels)) == len(texts)


@pytest.mark.parametrize(
    "copy",
    [
        "Sbares in the old mi1l of Altmoor fel1 after tbe owuer lost the cose.",
        "Shares in the old mil of Altmor fell after the ownr lost the case.",
    ],
)
def test_a_short_text_and_its_misread_copy_join(copy):
    others = [FORM.format(town=town, day="Monday", place="market") for town in TOWNS]

    labels = cluster_texts([NOTICE, copy, *others]).labels.tolist()

    assert labels[0] == labels[1]
    assert labels.count(labels[0]) == 2


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ("Shares in the old mill of Oltmoor fell after the owner lost the case.", 0),  # another first letter: a name
        ("Shares in the old mill of Altmoor fell after the tenant lost the case.", 0),
        ("Shares in the old mill of Altmoor fell after the owner lost.", -1),  # only less
    ],
)
def test_what_is_no_misreading(changed, wanted):
    assert like_misread(NOTICE, changed) == wanted
