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


# ------------------------------------------------------------------ pictures

FIRST, REST = NEWS.split("\n\n", 1)


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        ("Image copyright Getty Images Image caption Smoke over the tank", ("Smoke over the tank", "Getty Images")),
        ("Image copyright Reuters", ("", "Reuters")),
        ("Media playback is unsupported on your device Media caption Firemen rest", ("Firemen rest", None)),
        ("Enlarge this image toggle caption Mara Lind/AP Mara Lind/AP", ("", "Mara Lind/AP")),
        ("Mara Lind via Getty Images", ("", "Mara Lind via Getty Images")),
        ("Photo by Mara Lind/Getty Images", ("", "Mara Lind/Getty Images")),
        ("Featured image via Mara Lind/Getty Images.", ("", "Mara Lind/Getty Images")),
        ("(Screenshot: YouTube) Two divers tell of the wreck.", ("Two divers tell of the wreck", "YouTube")),
        (
            "A crocus in the park. (John J. Kim / Harbour Courier)",
            ("A crocus in the park.", "John J. Kim / Harbour Courier"),
        ),
        ("Nets dry in the sun in Lowdale. Bo Reed / AP", ("Nets dry in the sun in Lowdale.", "Bo Reed / AP")),
        ("The maker's sign stands on a yard. AP", ("The maker's sign stands on a yard.", "AP")),
    ],
)
def test_lines_about_pictures_are_captions_with_their_credit(line, caption):
    found = strip_text(f"{FIRST}\n\n{line}\n\n{REST}", hints={"title": "Traders call for a hall"})

    assert found.text == NEWS
    assert [(c.text, c.credit) for c in found.captions] == [caption]


def test_a_caption_without_credit_goes_with_its_copy_or_with_the_credit_below_it():
    above = f"{FIRST}\n\nCandidate speaks in Greyhaven ahead of the vote\n\nPhoto by Mara Lind/Getty Images\n\n{REST}"
    copy = (
        f"{FIRST}\n\nThe hall before the storm in March.\n\nThe hall before the storm in March. (Bo Reed/AP)\n\n{REST}"
    )

    for text in (above, copy):
        assert strip_text(text, hints={"title": "Traders call for a hall"}).text == NEWS


# ------------------------------------------------------------------ titles, dates, pieces inside lines


def test_a_headline_may_be_short_sentences_where_a_dateline_opens_the_text():
    headline = "He mended nets for sixty years. He died in 2014. And he has just joined the sailing club."
    text = "GREYHAVEN - The sailing club is looking into how 19 dead members were put on its new list."

    assert strip_text(f"{headline}\n\n{text}\n\n{REST}").title == headline
    assert strip_text(f"{headline}\n\n{REST}").title is None


def test_a_standfirst_is_no_headline_and_the_name_of_the_file_may_give_one():
    deck = "Hearing the speech has only confirmed what I have seen here, convincing me that the town has a lot to offer"
    found = strip_text(f"{deck}\n\n{NEWS}")

    assert (found.title, found.flags) == (None, ("headline_missing",))
    assert found.text.startswith(deck)


def test_the_time_below_a_quoted_post_is_not_the_date_of_the_article():
    post = "F. Harbourman\n@fharbourman\n\nThe boat is too small. Sad!\n\n9:53 PM - 26 Dec 2016"

    assert strip_text(f"The tweet that stopped the ferry\n\n{FIRST}\n\n{post}\n\n{REST}").published == ()


def test_the_edition_line_of_a_paper_is_its_date():
    found = strip_text(f"{NEWS}\n\nThe author is chief convener of the campaign.\n\n(HK Edition 07/10/2013 page9)")

    assert found.text == NEWS
    assert [(line.local, line.order) for line in found.published] == [("2013-07-10", "ambiguous")]


def test_a_label_before_the_first_words_goes_and_they_stay():
    found = strip_text(f"Story highlights The mayor is offering a hall\n\n{NEWS}", hints={"title": "Hall promised"})

    assert found.text == f"The mayor is offering a hall\n\n{NEWS}"


def test_a_caption_and_the_headline_before_the_first_words_go():
    line = f"Nets dry on the quay on Monday. | Bo Reed/AFP via Getty Images Aid for the quay resumes {FIRST}"
    found = strip_text(f"{line}\n\n{REST}", hints={"title": "Aid for the quay resumes"})

    assert found.text == NEWS
    assert [(c.text, c.credit) for c in found.captions] == [
        ("Nets dry on the quay on Monday.", "Bo Reed/AFP via Getty Images")
    ]


def test_links_put_into_a_sentence_go():
    links = "Ada Mary BrookfieldCouncil balks at a long trial Orr goes local in race for mayor MORE"
    line = f"A senior official blamed Brookfield {links} for the delay of the hall on the quay."
    found = strip_text(f"{line}\n\n{NEWS}", hints={"title": "Who is to blame"})

    assert found.text.startswith("A senior official blamed Brookfield for the delay")


def test_what_a_feed_held_back_is_cut_and_the_text_flagged():
    found = strip_text(
        f"{FIRST}\n\nThey said that the town had promised a hall in 2… [+1234 chars]", hints={"title": "Hall"}
    )

    assert found.text.endswith("had promised a hall in 2") and found.flags == ("truncated",)
