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


# ------------------------------------------------------------------ what may be the article's stays

WRAPPED = (
    "The old ferry has been sold to a museum in the south, which will\npaint it and let children steer it on Sundays, "
    "the harbour office\nsaid on Monday.\n\nThe price was not made public, but people at the quay say that it\n"
    "was small, and that the town is glad to be rid of the boat."
)
SHORT = [
    "The old ferry has been sold to a museum.",
    "The price was not made public.",
    "The town had tried for years to find a buyer.",
    "The boat was built in 1951.",
    "It leaves the harbour on Monday.",
]
SOUP = "This soup feeds six people and one cat.\nIt is better on the second day."
CHINESE = "旧渡轮已经卖给南方的一家博物馆。\n价格没有公布。\n据说并不高，\n镇上的人都很高兴"


@pytest.mark.parametrize(
    "copies",
    [
        pytest.param([f"First title\n{WRAPPED}", f"Second title\n{WRAPPED}"], id="wrapped lines"),
        pytest.param(["\n".join(SHORT)] * 3, id="the same page under three urls"),
        pytest.param(["\n".join(SHORT), "\n".join([*SHORT, "Children will be let on board."])], id="an update"),
        pytest.param(["\n".join(SHORT[:4]), "\n".join(["Sold at last.", *SHORT[1:]])], id="a revision"),
        pytest.param([CHINESE, f"更新\n{CHINESE}"], id="unspaced"),
        pytest.param(["Salt\nFlour\nButter\nAn egg\nNothing else at all"] * 2, id="a list without any sentence"),
    ],
)
def test_copies_and_versions_of_one_article_make_no_furniture(copies):
    pages = [("a.example", copy) for copy in copies] + [("a.example", SOUP)]

    assert repeated_lines(pages) == [set()] * len(pages)


def test_what_an_article_shares_with_a_few_others_is_not_furniture():
    """Background, a quotation, an appeal, a dateline; the menu is."""
    shared = [
        "The mill was built when the river still froze every winter.",
        "“We will not go,” she said",
        "Anyone who saw the boat is asked to call the harbour office.",
        "Monday 3 March 2014",
    ]
    ends = (
        "met the council for three hours on the upper floor and asked for a hall with a roof of their own.",
        "left by the back door without a promise, and will come again when the leaves have fallen from the trees.",
    )
    own = [[f"{name} {end}" for end in ends] for name in ("Traders", "Nurses", "Pilots", "Bakers")]
    pages = [("a.example", "\n".join(["Home", "News", first, *shared, second])) for first, second in own]

    assert repeated_lines(pages) == [{"Home", "News"}] * 4


def page_of_site(n, *ending):
    """A page with two paragraphs of its own."""
    names = ["Traders", "Nurses", "Pilots", "Bakers", "Sailors", "Teachers", "Farmers", "Miners", "Cooks", "Clerks"]
    who, other = names[n % 10], names[(n * 3 + 1) % 10]
    lines = [f"{who} {n} met the {other.lower()} at the quay and asked number {n} for a hall of their own."]
    lines += [f"Nothing came of it for {who.lower()} until the {n}th of the month, when the roof came down."] * (n % 3)
    return ("a.example", "\n".join([*lines, *ending]))


def test_a_sentence_on_most_pages_in_one_place_is_furniture():
    legal = "All rights reserved; no part of this page may be copied without leave."
    pages = [page_of_site(n, legal, "Contact") for n in range(10)]

    assert repeated_lines(pages) == [{legal, "Contact"}] * 10


def test_a_sentence_in_many_places_or_on_a_few_pages_of_many_is_not():
    line = "The harbour office did not answer questions."
    elsewhere = [page_of_site(n, line, *["It rained."] * 0, *(f"So it went on day {k} of {n}." for k in range(n)))
                 for n in range(10)]  # fmt: skip
    few = [page_of_site(n, *([line] if n < 9 else [])) for n in range(30)]

    assert not any(line in lines for lines in repeated_lines(elsewhere))
    assert not any(line in lines for lines in repeated_lines(few))


def test_a_new_article_that_shares_a_paragraph_takes_nothing_from_the_old_ones():
    shared = "The bill was written by a member who says that nobody should be afraid to ask for help."
    site = [page_of_site(n) for n in range(6)]
    before = repeated_lines([*site, ("a.example", f"The vote is on Thursday.\n{shared}\nIt may be late.")])

    for more in range(1, 5):
        arrived = [("a.example", f"Vote number {n} was lost again, by {n + 2} votes.\n{shared}") for n in range(more)]
        assert (
            repeated_lines([*site, ("a.example", f"The vote is on Thursday.\n{shared}\nIt may be late."), *arrived])[
                : len(before)
            ]
            == before
        )


def test_furniture_never_empties_a_document():
    pages = [("a.example", f"{MENU}\n{STORY_A}"), ("a.example", f"{MENU}\n{STORY_B}"), ("a.example", MENU)]

    assert repeated_lines(pages) == [{"Home", "News", "Sport"}, {"Home", "News", "Sport"}, set()]
