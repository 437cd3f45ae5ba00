"""Names: a by-line is names and nothing else, a publisher is a name and no sentence."""

import pytest

from tasks.names import name_of_host, publisher_name, split_names, supported_names


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Ines Calder, Rolf Timmen, Ada Brookfield", ("Ines Calder", "Rolf Timmen", "Ada Brookfield")),
        ("By Ada Brookfield, Staff Writer", ("Ada Brookfield",)),
        ("Karl Huber und Eva Brandt", ("Karl Huber", "Eva Brandt")),
        ("Ana de la Cruz y Luis Prado", ("Ana de la Cruz", "Luis Prado")),
        ("Ada Brookfield (ada@example.org) & Bo Reed Jr.", ("Ada Brookfield", "Bo Reed Jr")),
        ("Calder, Ines", ("Calder, Ines",)),
        ("李小明、赵青", ("李小明", "赵青")),
        ("O'Hara, D’Souza and van der Berg", ("O'Hara", "D’Souza")),
        ("Wednesday, June, Derek Hale", ("Derek Hale",)),
        ("Weekdays Et", ()),
        ("admin", ()),
        ("highlights The mayor is offering voters a contrast with her rival", ()),
        ("Kent Miller, Guest Columnist", ("Kent Miller",)),
        ("", ()),
    ],
)
def test_the_names_of_a_byline_come_one_by_one(words, names):
    assert split_names(words) == names


def test_a_list_of_authors_has_each_name_once():
    assert split_names(["Ines Calder", "CNN White House Producer", "INES CALDER", "Rolf Timmen; Bo Reed"]) == (
        "Ines Calder",
        "Rolf Timmen",
        "Bo Reed",
    )


def test_of_a_whole_staff_those_count_that_the_text_names_else_the_first():
    staff = ("Ines Calder", "Rolf Timmen", "Ada Brookfield", "Bo Reed")

    assert supported_names(staff, ["Rolf Timmen", "Eva Brandt"]) == ("Rolf Timmen",)
    assert supported_names(staff, []) == ("Ines Calder",)
    assert supported_names(staff[:3], ["Rolf Timmen"]) == staff[:3]


@pytest.mark.parametrize(
    ("words", "host", "name"),
    [
        ("The Ferry Times, LLC. Click here for reprint permission.", "", "The Ferry Times"),
        ("© 2013 Hafen Verlag GmbH", "", "Hafen Verlag"),
        ("Copyright 2019 The Associated Wire", "", "The Associated Wire"),
        ("CNN", "", "CNN"),
        ("CNBC", "https://www.cnbc.com/a", "CNBC"),
        ("Ferry Times - News", "", "Ferry Times"),
        ("Harbour Online News", "harbournews.example", "Harbour News"),
        ("Harbour News", "harbour.example", "Harbour News"),
        ("滨海日报", "", "滨海日报"),
        ("Getty Images Image caption Smoke over the second tank", "", None),
        ("https://www.example.org/a", "", None),
        ("ferrytimes.example.com", "", None),
        ("Guest Writer - Right", "", None),
        ("He told the paper so. Nobody else did.", "", None),
        ("what the mayor said to us about the quay", "", None),
        (None, "", None),
    ],
)
def test_a_publisher_is_a_name_without_its_legal_form(words, host, name):
    assert publisher_name(words, host) == name


def test_the_text_says_how_its_site_is_written():
    text = "(HarbourNews) The ferry is back. HarbourNews was there, and so was the Harbour News of old. See its site."

    assert name_of_host(text, "https://www.harbournews.example/a") == "HarbourNews"
    assert name_of_host("The harbour news was good.", "harbournews.example") is None
    assert name_of_host("Time will tell.", "ti.example") is None
