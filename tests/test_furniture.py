"""What repeats on a site is furniture; what a reprint repeats is not."""

import random

import pyarrow as pa
import pytest

from tasks.furniture import find_repeats, hash_lines_batch, repeated_lines
from tasks.tables import beside
from tasks.text import line_hash

MENU = "Home\nNews\nSport"
STORY_A = (
    "The ferry to the islands was cancelled on Friday because a gale had torn the gangway from its hinges, "
    "the company said."
)
STORY_B = (
    "A baker in the old town has won the county prize for a loaf that takes three days to make and one minute "
    "to eat, judges said."
)
MORE_A = (
    "Passengers slept in the school hall and were given soup by the parish, which had opened its kitchen early "
    "that morning for them."
)


def test_lines_of_two_pages_with_other_contents_repeat():
    pages = [("a.example", f"{MENU}\n{STORY_A}"), ("a.example", f"{MENU}\n{STORY_B}")]

    assert repeated_lines(pages) == [{"Home", "News", "Sport"}, {"Home", "News", "Sport"}]


def test_a_reprint_on_the_same_site_repeats_nothing():
    pages = [("a.example", f"First title\n{STORY_A}\n{MORE_A}"), ("a.example", f"Second title\n{STORY_A}\n{MORE_A}")]

    assert repeated_lines(pages) == [set(), set()]


def test_a_reprint_beside_another_page_keeps_its_story_and_loses_its_menu():
    """A third page shows which of the lines of two copies are the site's."""
    pages = [("a.example", f"{MENU}\n{STORY_A}\n{MORE_A}")] * 2 + [("a.example", f"{MENU}\n{STORY_B}")]

    assert repeated_lines(pages) == [{"Home", "News", "Sport"}] * 3


def test_sites_do_not_see_each_other():
    pages = [("a.example", f"{MENU}\n{STORY_A}"), ("b.example", f"{MENU}\n{STORY_B}")]

    assert repeated_lines(pages) == [set(), set()]


@pytest.mark.parametrize("mark", ["* * *", "12", "—"])
def test_lines_without_letters_are_never_furniture(mark):
    pages = [("a.example", f"{mark}\n{STORY_A}"), ("a.example", f"{mark}\n{STORY_B}")]

    assert repeated_lines(pages) == [set(), set()]


def table(rows):
    """Documents with the hashes of their lines, from (document_id, site, raw_text)."""
    names = ("document_id", "site", "raw_text")
    documents = pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(names)})
    return beside(documents, hash_lines_batch(documents))


def test_find_repeats_gives_hashes_of_own_lines_in_the_order_of_the_documents():
    rows = [("doc_1", "a.example", f"{MENU}\n{STORY_A}"), ("doc_2", None, MENU), ("doc_3", "a.example", None)]
    rows.append(("doc_4", "a.example", f"home\n{STORY_B}"))

    found = find_repeats(table(rows)).to_pydict()

    assert found["document_id"] == ["doc_1", "doc_2", "doc_3", "doc_4"]
    assert found["repeated_lines"] == [[line_hash("Home")], [], [], [line_hash("Home")]]


def test_the_order_of_the_documents_changes_nothing():
    chance = random.Random(3)
    stories = [STORY_A, STORY_B, MORE_A, *(f"{STORY_A} Report number {n} from the quay." for n in range(6))]
    rows = [
        (f"doc_{n}", chance.choice("ab"), "\n".join([MENU, *chance.sample(stories, 3), *chance.sample("xyzuvw", 2)]))
        for n in range(40)
    ]
    wanted = {row["document_id"]: row["repeated_lines"] for row in find_repeats(table(rows)).to_pylist()}

    for _ in range(5):
        chance.shuffle(rows)
        found = {row["document_id"]: row["repeated_lines"] for row in find_repeats(table(rows)).to_pylist()}
        assert found == wanted


def test_no_documents_are_no_error():
    assert find_repeats(table([])).num_rows == 0
