"""Fields of a text: given ones win, what lost is kept, and a title is a headline and nothing else."""

import json

import pytest

from tasks.strip import strip_text
from tasks.strip.given import TitleParts, read_title, title_of_path
from tasks.strip.hints import KNOWN

BODY = (
    "The talks about the new ferry went on through the night, and nobody left the room before four in the morning.\n\n"
    "The owners say that the quay must be paid first, while the town wants to see a ship before it pays.\n\n"
    "A further meeting has been called for next week in the old customs house."
)


@pytest.mark.parametrize(
    ("words", "host", "parts"),
    [
        (
            "Old ferry sold – Greyhaven Observer",
            "greyhavenobserver.com",
            ("Old ferry sold", None, "Greyhaven Observer"),
        ),
        (
            "Mayor asks for a wall ‹ Opposition Report",
            "winning.example",
            ("Mayor asks for a wall", None, "Opposition Report"),
        ),
        ("Mayor asks for a wall | Harbour Press", "", ("Mayor asks for a wall", None, "Harbour Press")),
        ("Aid is back – HARBOUR", "https://www.harbour.example/a", ("Aid is back", None, "HARBOUR")),
        ("Old ferry sold – but not for long", "harbour.example", ("Old ferry sold – but not for long", None, None)),
        ("Old ferry sold - Lowdale", "harbour.example", ("Old ferry sold - Lowdale", None, None)),
        ("OPINION: The quay must be paid", "", ("The quay must be paid", "Opinion", None)),
        ("Breaking: The quay must be paid", "", ("Breaking: The quay must be paid", None, None)),
        ("Old ferry sold  Listen· 5:05", "", ("Old ferry sold", None, None)),
        ("Old ferry sold   Read more at: http://example.org/a", "", ("Old ferry sold", None, None)),
    ],
)
def test_a_given_title_is_the_headline_alone(words, host, parts):
    assert read_title(words, host) == TitleParts(*parts)


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("paper/2015-10-02 Seeing the harbour with other eyes.txt", "Seeing the harbour with other eyes"),
        ("paper/20151002_Old_ferry_sold.txt.gz", "Old ferry sold"),
        ("paper/The old ferry is sold.txt", "The old ferry is sold"),
        ("paper/ferry-17.txt", None),
        ("paper/2015-10-02.txt", None),
        ("paper/doc 000 17.txt", None),
    ],
)
def test_a_file_is_named_by_a_title_or_not(path, title):
    assert title_of_path(path) == title


def test_given_fields_win_and_what_the_text_says_is_kept():
    text = f"Ferry talks drag on\n\nBy Eva Brandt\n\n{BODY}\n\nSource: Harbour Wire"
    found = strip_text(
        text, hints={"title": "Ferry talks drag on", "authors": "Ines Calder", "publisher": "Ferry Times"}
    )

    assert (found.byline, found.publisher, found.flags) == (("Ines Calder",), "Ferry Times", ("given_conflict",))
    assert json.loads(found.evidence) == {
        "byline": [{"value": ["Eva Brandt"], "source": "text"}],
        "publisher": [{"value": "Harbour Wire", "source": "text"}],
    }


def test_what_agrees_is_no_conflict():
    found = strip_text(f"Ferry talks drag on\n\nBy INES CALDER\n\n{BODY}", hints={"authors": ["Ines Calder"]})

    assert (found.byline, found.flags, found.evidence) == (("Ines Calder",), (), None)


def test_the_name_of_a_site_in_its_titles_is_the_publisher_where_nothing_else_says_one():
    hints = {"title": "Ferry talks drag on – Harbour Watch", "url": "https://harbourwatch.example/a"}

    assert strip_text(BODY, hints=hints).publisher == "Harbour Watch"
    assert strip_text(BODY, hints={**hints, "publisher": "Ferry Times"}).publisher == "Ferry Times"


def test_an_unknown_hint_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown hint 'autors'; known are title, url") as caught:
        strip_text(BODY, hints={"autors": ["Ines Calder"]})
    assert all(name in str(caught.value) for name in KNOWN)


def test_all_hints_of_the_contract_are_taken():
    hints = {
        "title": "Ferry talks drag on",
        "url": "https://harbour.example/a",
        "site": "harbour.example",
        "authors": ["Ines Calder"],
        "publisher": "Ferry Times",
        "published": "2020-05-04",
        "section": "Town",
        "breadcrumbs": ["Home", "Town"],
        "repeated_lines": [],
    }
    found = strip_text(BODY, hints=hints)

    assert set(hints) == set(KNOWN)
    assert (found.title, found.byline, found.publisher, found.section) == (
        "Ferry talks drag on",
        ("Ines Calder",),
        "Ferry Times",
        "Town",
    )


# ------------------------------------------------------------------ lines about who wrote it

NEWS = (
    "Traders on the east quay called on Monday for a new fish hall, after the roof of the old one came down.\n\n"
    "They said that the town had promised a hall in 2019, and that nothing had been built but a fence.\n\n"
    "The council will meet on Thursday."
)


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("From Ada Brookfield, Greyhaven", ("Ada Brookfield",)),
        ("By Ada Brookfield – Greyhaven", ("Ada Brookfield",)),
        ("Ada Brookfield, Greyhaven", ("Ada Brookfield",)),
        ("Posted by Ada Brookfield on 19 Sep 2016", ("Ada Brookfield",)),
        ("By Ada Brookfield and Bo Reed: April 4, 2016", ("Ada Brookfield", "Bo Reed")),
        ("Posted on July 29, 2016 by Ada Brookfield in News, Harbour // 0 Comments", ("Ada Brookfield",)),
        ("Ada Brookfield", ("Ada Brookfield",)),
        ("By dpa/NAN", ()),
    ],
)
def test_lines_above_the_text_that_say_who_wrote_it_leave_it(line, byline):
    found = strip_text(f"{line}\n\n{NEWS}", hints={"title": "Traders call for a hall"})

    assert (found.text, found.byline) == (NEWS, byline)


def test_a_date_beside_a_byline_is_read_too():
    found = strip_text(f"Posted by Ada Brookfield on 19 Sep 2016\n\n{NEWS}", hints={"title": "Traders call for a hall"})

    assert [line.local for line in found.published] == ["2016-09-19"]


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("Ines Calder in Lowdale", ("Ines Calder",)),
        ("Associated Wire writer Ines Calder in Lowdale contributed to this report.", ()),
        ("Rolf Timmen can be reached at timmen@example.org. Follow him on Twitter @rolftimmen.", ("Rolf Timmen",)),
        ("Contact Rolf Timmen at rtimmen@example.org or 702-555-0100. Follow @rolftimmen on Twitter.", ()),
        (
            "Lisa Lund is a journalist in Lowdale. Her work has appeared in The Net and other outlets. "
            "Reach her at lund@example.org",
            ("Lisa Lund",),
        ),
        ("The author is chief convener of the Quiet Harbour campaign.", ()),
        ("• Nils Orr is editor emeritus of The Ferry Times.", ("Nils Orr",)),
        ("Ana Ruiz es periodista y vive en el puerto.", ("Ana Ruiz",)),
        ("Karl Huber ist freier Autor.", ("Karl Huber",)),
        ("With Post wires", ()),
        ("ada.brookfield@example.org", ()),
    ],
)
def test_notes_below_the_text_about_who_wrote_it_leave_it(line, byline):
    found = strip_text(f"{NEWS}\n\n{line}", hints={"title": "Traders call for a hall"})

    assert (found.text, found.byline) == (NEWS, byline)


def test_a_person_the_article_is_about_is_no_author():
    text = f"Lund won the prize of the port for her book on ferries.\n\n{NEWS}\n\nLisa Lund is a writer in Lowdale."

    assert strip_text(text, hints={"title": "A prize for a book"}).text == text


def test_a_byline_wins_over_a_note():
    found = strip_text(f"Hall wanted\n\nBy Ada Brookfield\n\n{NEWS}\n\nFollow Rolf Timmen on Twitter")

    assert (found.text, found.byline) == (NEWS, ("Ada Brookfield",))


@pytest.mark.parametrize("line", ["Story Continued Below", "Advertisement - story continues below", "...", "<!--"])
def test_advert_lines_go_wherever_they_stand_and_name_nobody(line):
    first, rest = NEWS.split("\n\n", 1)
    found = strip_text(
        f"{first}\n\n{line}\n\n{rest}", hints={"title": "Hall wanted", "authors": ["Ines Calder", "Bo Reed"]}
    )

    assert (found.text, found.byline) == (NEWS, ("Ines Calder", "Bo Reed"))
    assert [cut.role for cut in found.removals if cut.role != "whitespace"] == ["advert"]


def test_a_headline_behind_report_is_no_byline():
    lines = "Report: Inventory of rules about the green quay in Greyhaven\n\nREPORT: HARBOUR OFFICE KNEW OF THE LEAK"
    found = strip_text(f"Readers ask where the study can be found\n\n{NEWS}\n\n{lines}\n\nPublished in\n\n{NEWS[:90]}.")

    assert found.byline == () and lines in found.text
