"""Hard-wrapped text is joined to paragraphs; anything else keeps its lines."""

import re

import pytest

from tasks.normalise import find_dates
from tasks.strip import strip_text
from tasks.strip.removals import Cut, assemble, rebuild
from tasks.strip.wrap import join_wrapped
from tasks.text import split_lines

WRAPPED = """Old ferry sold

The harbour office said that the boat was sold on Monday, March
5, 2018, for a price of about two
million dollars to a museum in the south that will
paint it.

It was built in 1951.
"""


def test_wrapped_lines_are_one_paragraph():
    found = strip_text(WRAPPED)

    assert found.text.split("\n\n")[0].endswith("a museum in the south that will paint it.")
    assert found.text.count("\n\n") == 1
    assert rebuild(WRAPPED, found.removals) == found.text
    assert {r.rule for r in found.removals if r.role == "repair"} == {"repair.wrapped"}


def test_a_date_that_was_broken_is_whole_again():
    assert next(mention.value for mention in find_dates(strip_text(WRAPPED).text)) == "2018-03-05"


def test_windows_line_ends_are_joined_too():
    raw = WRAPPED.replace("\n", "\r\n")

    assert strip_text(raw).text == strip_text(WRAPPED).text


def test_paragraphs_on_lines_of_their_own_stay():
    raw = "The mill stood by the river for three hundred years.\nIt burned on Monday.\nNobody was hurt in it."

    lines, cuts = join_wrapped(raw, split_lines(raw))

    assert len(lines) == 3
    assert cuts == []


def test_a_list_below_a_paragraph_stays_a_list():
    raw = "The shop sells these things:\n- 3 apples\n- 2 pears\n- 1 plum\n\nIt opens at nine."

    assert join_wrapped(raw, split_lines(raw))[1] == []


JOINED = [
    ("one\ntwo\nsix", [(4, 7)], "one six"),  # what was cut stood in the middle of a joined paragraph
    ("one\ntwo\nsix", [(0, 3)], "two six"),
    ("one\ntwo\nsix", [(0, 7)], "six"),
    ("one\ntwo\n\nsix", [(4, 7)], "one\n\nsix"),  # behind it a real break
]


@pytest.mark.parametrize(("raw", "cut", "wanted"), JOINED)
def test_a_join_beside_a_cut_leaves_one_blank_or_the_break_that_was_there(raw, cut, wanted):
    joins = [
        Cut(m.start(), m.end(), "repair", "repair.wrapped", replacement=" ")
        for m in re.finditer(r"(?<!\n)\n(?!\n)", raw)
    ]
    text, removals = assemble(raw, [*joins, *(Cut(start, end, "promo", "promo.word") for start, end in cut)])

    assert text == wanted
    assert rebuild(raw, removals) == text
