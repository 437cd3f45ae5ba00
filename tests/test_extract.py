"""Pages become text, title and date of the markup, or say why not."""

import random

import pyarrow as pa
import pytest

from tasks import schema
from tasks.ingest import extract_batch


def page(inside, head=""):
    return f"<html><head><title>Mill turns - Harbour Press</title>{head}</head><body>{inside}</body></html>"


def extracted(content, media="html", url=None):
    table = pa.table(
        {"media": [media], "content": pa.array([content], pa.string()), "url": pa.array([url], pa.string())}
    )
    found = extract_batch(table)
    assert found.schema == schema.EXTRACTED
    return found.to_pylist()[0]


PARAGRAPHS = "".join(
    f"<p>{sentence} The council had asked for it in winter, and the miller had agreed.</p>"
    for sentence in ("The mill by the quay turned again on Monday.", "Nobody had oiled it since the flood.", "It hums.")
)


def test_plain_text_passes_through():
    row = extracted("One\r\n\r\ntwo <b>three</b>\u2028", media="text")

    assert row["raw_text"] == "One\r\n\r\ntwo <b>three</b>\u2028"
    assert (row["extraction"], row["html_title"], row["reason"]) == (None, None, None)


def test_a_page_gives_text_title_and_the_date_of_its_markup():
    head = '<meta property="article:published_time" content="2021-03-04T05:06:07+08:00">'
    inside = f"<nav><a href=/>Home</a></nav><article><h1>The mill turns</h1>{PARAGRAPHS}</article>"

    row = extracted(page(inside, head))

    assert row["raw_text"].startswith("The mill turns\nThe mill by the quay")
    assert "Home" not in row["raw_text"]
    assert row["extraction"].startswith("trafilatura ")
    assert (row["html_title"], row["html_published"][0]["value"]) == ("The mill turns", "2021-03-04T05:06:07+08:00")


def test_comments_of_readers_are_left_out():
    inside = (
        f'<article><h1>The mill</h1>{PARAGRAPHS}</article><div id="comments"><p>Great mill, loved it there!</p></div>'
    )

    assert "Great mill" not in extracted(page(inside))["raw_text"]


def test_a_page_without_a_date_has_none_today_or_any_day():
    assert extracted(page(f"<article>{PARAGRAPHS}</article>"))["html_published"] is None


def test_a_fragment_of_markup_is_taken_whole():
    assert extracted("<p>One short line.</p>\n<p>And a <b>second</b> one.</p>")["raw_text"] == (
        "One short line.\nAnd a second one."
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (page(""), "not_an_article"),
        ("<html><head><script>let x = 1</script></head><body></body></html>", "empty"),
        ("<html></html>", "empty"),
        (page("<h1>Page not found</h1><p>Try the search, or go back to where you came from.</p>"), "not_an_article"),
    ],
)
def test_a_page_without_an_article_says_so(content, reason):
    row = extracted(content)

    assert row["reason"] == reason
    assert len(row["detail"]) > 8


def test_a_document_refused_before_stays_empty():
    row = extracted(None, media=None)

    assert {value for name, value in row.items() if name != "flags"} == {None}


def test_batches_and_their_order_do_not_matter():
    pages = [page(f"<article><h1>Number {n}</h1>{PARAGRAPHS}</article>") for n in range(6)]
    table = pa.table({"media": ["html"] * 6, "content": pages, "url": pa.array([None] * 6, pa.string())})
    order = random.Random(3).sample(range(6), 6)

    whole = extract_batch(table)
    shuffled = extract_batch(table.take(order))

    assert shuffled.equals(whole.take(order).combine_chunks())


@pytest.mark.parametrize(
    ("written", "read"),
    [("&#8211;", "–"), ("&#38;", "&"), ("&#039;", "'"), ("&#160;", "\xa0"), ("&#x2019;", "’"), ("&#x1f600;", "😀")]
    + [(f"&#{number};", "\ufffd") for number in (8, 31, "x1", "x0b")],
)
def test_numbers_of_characters_are_read_as_such_and_only_control_characters_are_replaced(written, read):
    row = extracted(page(f"<article>{PARAGRAPHS}<p>The miller{written}s own words were read out twice.</p></article>"))

    assert f"The miller{read}s own words".replace("\xa0", " ") in row["raw_text"].replace("\xa0", " ")


def test_an_article_that_the_fast_extractor_passes_over_is_found_by_the_thorough_ways():
    sentences = "The miller counted every sack that came over the quay, and the clerk wrote the number into a book."
    paragraphs = "".join(f"<li><p>Part {n}. {sentences}</p></li>" for n in range(12))
    row = extracted(page(f"<main><div class='share-story'><ul>{paragraphs}</ul></div></main>"))

    assert row["raw_text"].count("The miller counted every sack") == 12


def test_boxes_about_the_author_and_pop_ups_are_no_part_of_the_article():
    boxes = (
        "<div class='author-bio'><p>Ann Quill has written about mills for nine years and lives by the quay.</p></div>"
    )
    row = extracted(page(f"<article>{PARAGRAPHS * 5}{boxes}</article>"))

    assert "lives by the quay" not in row["raw_text"]
    assert row["raw_text"].count("It hums.") == 5
