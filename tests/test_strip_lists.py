"""List articles on whole pages: what stands between the paragraphs does not cost them."""

import pytest

from tasks.strip import strip_text
from tasks.strip.lists import lines_of_lists
from tasks.strip.signs import word_count

MENU = [
    "Home",
    "News",
    "Sport",
    "Weather",
    "Sign in",
    "Privacy Policy",
    "Contact us",
    "About us",
    "Subscribe",
    "Cookies",
]
PLACES = ["Alder", "Birch", "Cedar", "Elder", "Hazel", "Larch", "Maple", "Rowan", "Sorrel", "Willow"]
PROSE = (
    "The bell of {name} hangs so low that a tall man can touch it, and {n} people have asked the sexton to ring it "
    "once more before the winter closes the road over the pass."
)


def page(n_items, facts=("Cast in: 18{n:02}", "Weight: {n} tons", "Rings: on Sundays", "Keeper: the sexton of {name}")):
    """A page of numbered items, each with its facts and one paragraph, and its paragraphs."""
    headline = "The bells of the valley, ranked by their keepers"
    lines, prose = [f"{headline} - The Courier", *MENU, headline, "By Ada Quill"], []
    for n in range(1, n_items + 1):
        name = f"{PLACES[n % 10]} number {n}"
        prose.append(PROSE.format(name=name, n=n))
        lines += [f"{n}. {name}", *(fact.format(n=n, name=name) for fact in facts), prose[-1]]
    return [*lines, "Most read", *MENU], prose


@pytest.mark.parametrize("n_items", [8, 30, 90])
def test_a_long_list_article_keeps_its_paragraphs(n_items):
    lines, prose = page(n_items)

    text = strip_text("\n".join(lines)).text

    assert [paragraph for paragraph in prose if paragraph not in text] == []
    assert "Privacy Policy" not in text


def found(lines):
    """The lines of lists among these; those of more than twelve words are prose."""
    words = [word_count(line) for line in lines]
    prose = [n if n > 12 else 0 for n in words]
    return [lines[i] for i in sorted(lines_of_lists(lines, words, prose))]


def test_numbers_in_order_and_facts_that_come_back_are_lists():
    lines, prose = page(6)

    listed = found(lines)

    assert "3. Elder number 3" in listed
    assert "Weight: 5 tons" in listed
    assert not set(listed) & {*MENU, *prose}


def test_numbers_may_fall():
    lines = [line for n in (5, 4, 3, 2, 1) for line in (f"No. {n}: {PLACES[n]}", PROSE.format(name="x", n=n))]

    assert "No. 5: Hazel" not in found(MENU)
    assert found(lines) == lines[::2]


@pytest.mark.parametrize(
    "lines",
    [
        ["1 Bell found", "2 Mill burns", "3 Pier shut", "4 Road open", "5 Inn sold"],
        ["Share: mail", "Share: print", "Share: link", "Share: save"],
        ["1. Only one", PROSE, "7. Another", PROSE, "30. A third", PROSE, "2. A fourth", PROSE],
        [],
    ],
)
def test_what_has_no_prose_or_no_order_is_no_list(lines):
    assert found(lines) == []
