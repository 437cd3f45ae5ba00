"""What a page says about itself: every kind of place it says it in, and values that are none."""

import json

import pyarrow as pa
import pytest

from tasks.ingest import extract_batch
from tasks.ingest.author_names import person_names
from tasks.ingest.page_fields import read_fields
from tasks.ingest.page_text import find_blocks
from tasks.ingest.page_titles import choose_title
from tasks.ingest.pictures import find_captions
from tasks.ingest.stated import Stated
from tasks.ingest.structured import find_nodes
from tasks.ingest.tree import parse
from tasks.model import Caption

TITLE = "The mill by the quay turns again"
BODY = f"<article><h1>{TITLE}</h1><p>The mill turned on Monday, and nobody had oiled it since the flood.</p></article>"


def page(head="", body=BODY):
    return parse(
        f"<html lang=en-GB><head><title>{TITLE} - Harbour Press</title>{head}</head><body>{body}</body></html>"
    )


def extracted_page(head, body):
    markup = f"<html><head>{head}</head><body>{body}</body></html>"
    table = pa.table({"media": ["html"], "content": [markup], "url": pa.array([None], pa.string())})
    return extract_batch(table).to_pylist()[0]


def first_date(row):
    return row["html_published"][0]["value"] if row["html_published"] else None


def ld(value):
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def article(**values):
    return {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, **values}


def first_names(fields):
    return fields.authors[0][1] if fields.authors else ()


@pytest.mark.parametrize(
    "block",
    [
        article(author={"@type": "Person", "name": "Ann Quill"}),
        article(author=[{"@type": "Person", "name": "Ann Quill"}]),
        article(author="Ann Quill"),
        article(author={"@type": "Person", "givenName": "Ann", "familyName": "Quill"}),
        {"@graph": [article(author={"@id": "#ann"}), {"@type": "Person", "@id": "#ann", "name": "Ann Quill"}]},
        [{"@type": "WebSite", "name": "Harbour Press"}, article(author={"name": "Ann Quill"})],
        {"@type": "WebPage", "mainEntity": article(creator={"@type": ["Person"], "name": "Ann Quill"})},
        "<!-- " + json.dumps(article(author="Ann Quill")) + " -->",
        json.dumps(article(author="Ann Quill"))[:-1] + ",}",
        json.dumps(article(author="Ann Quill")) + ";",
        json.dumps(article(author={"@type": "Person", "name": "Ann Quill"}))[:-1] + ', "image": [',
        json.dumps(article(author="Ann Quill")).replace("turns again", "turns\nagain"),
    ],
    ids=str,
)
def test_json_ld_names_the_author_in_every_shape_and_broken_as_well(block):
    assert first_names(read_fields(page(ld(block)))) == ("Ann Quill",)


@pytest.mark.parametrize(
    "markup",
    [
        '<meta name="author" content="Ann Quill">',
        '<meta property="article:author" content="By Ann Quill">',
        '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Ann Quill">',
    ],
)
def test_meta_elements_name_the_author(markup):
    assert first_names(read_fields(page(markup))) == ("Ann Quill",)


@pytest.mark.parametrize(
    "byline",
    [
        "<p>By Ann Quill</p>",
        '<p>Written by <a href="/staff/ann">Ann Quill</a></p>',
        '<a rel="author" href="/a">Ann Quill</a>',
        '<div class="byline"><span>Ann Quill</span><span>Harbour correspondent</span></div>',
        '<span itemprop="author">Ann Quill</span>',
        '<div><a href="/authors/ann-quill">Ann Quill</a></div>',
        "<div><span>Ann Quill</span><span>May 4, 2021</span></div>",
        '<div itemscope itemtype="https://schema.org/Article"><div itemprop="author" itemscope'
        ' itemtype="https://schema.org/Person"><span itemprop="name">Ann Quill</span></div></div>',
    ],
)
def test_by_lines_name_the_author(byline):
    body = BODY.replace("</h1>", f"</h1>{byline}")

    assert first_names(read_fields(page(body=body))) == ("Ann Quill",)


@pytest.mark.parametrize(
    "head",
    [
        ld(article(author={"@type": "Organization", "name": "Harbour Quill"})),
        ld(article(author="{{author}}")),
        ld(article(author="https://example.org/ann")),
        ld(article(author={"@type": "Person", "name": "admin"})),
        '<meta name="author" content="Harbour Press Team">',
        '<meta property="article:author" content="https://social.example.org/ann">',
    ],
)
def test_organisations_templates_and_addresses_are_no_authors(head):
    assert read_fields(page(head)).authors == ()


def test_names_in_comments_and_lists_of_other_articles_are_no_authors():
    others = '<div class="comments"><p>By Bo Reed</p></div><aside><a rel="author">Cy Marsh</a></aside>'

    assert read_fields(page(body=BODY + others)).authors == ()


def test_an_account_that_the_page_does_not_show_loses_to_the_by_line():
    body = BODY.replace("</h1>", "</h1><p>By Ann Quill</p>")

    fields = read_fields(page(ld(article(author="Bo Reed")), body))

    assert first_names(fields) == ("Ann Quill",)
    assert ("structured", ("Bo Reed",)) in fields.authors


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("By Ann Quill and Bo Reed, PhD", ("Ann Quill", "Bo Reed")),
        ("ANN QUILL", ("Ann Quill",)),
        ("Ann Quill, Senior Director", ("Ann Quill",)),
        ("Ann Quill | Bo Reed; Cy Marsh", ("Ann Quill", "Bo Reed", "Cy Marsh")),
        ("Dr. Ann Quill", ("Dr. Ann Quill",)),
        ("PJ Quill", ("PJ Quill",)),
        ("<b>Ann</b> Quill", ("Ann Quill",)),
        ("Ludwig van Quill", ("Ludwig van Quill",)),
        ("Анна Перова", ("Анна Перова",)),
        ("张伟", ("张伟",)),
        ("", ()),
        ("May 4, 2021", ()),
        ("This is a sentence that somebody wrote about the author of the page", ()),
        ("x" * 10_000, ()),
    ],
)
def test_names_are_names(words, names):
    assert person_names(words) == names


@pytest.mark.parametrize(
    ("candidates", "title"),
    [
        ([("html", "Menu"), ("html", TITLE), ("structured", TITLE)], TITLE),
        ([("html", "Harbour Press"), ("structured", f"{TITLE} | Harbour Press")], TITLE),
        ([("html", f"{TITLE} 12"), ("structured", TITLE)], TITLE),
        ([("html", f"Blog: {TITLE}"), ("meta", f"{TITLE} - Harbour Press")], TITLE),
        ([("meta", f"{TITLE} — Harbour Press")], TITLE),
        ([("html", TITLE)], TITLE),
        ([("structured", "{{title}}"), ("meta", TITLE)], TITLE),
    ],
)
def test_the_headline_is_the_heading_that_the_page_agrees_on(candidates, title):
    chosen = choose_title([Stated(*candidate) for candidate in candidates], "Harbour Press")

    assert chosen.value == title


def test_all_other_fields():
    head = (
        ld(
            article(
                datePublished="2021-03-04T05:06:07+08:00", dateModified="2021-03-05T01:00:00Z", articleSection="Local"
            )
        )
        + '<meta property="og:site_name" content="Harbour Press"><link rel=canonical href="https://example.org/mill">'
        + '<meta name=description content="Repairs &amp;amp; the flood">'
        + ld({"@type": "BreadcrumbList", "itemListElement": [{"name": "Home"}, {"item": {"name": "Local"}}]})
    )

    fields = read_fields(page(head))

    assert fields.title.value == TITLE
    assert fields.published[0] == ("structured", "2021-03-04T05:06:07+08:00")
    assert fields.modified[0] == ("structured", "2021-03-05T01:00:00Z")
    assert (fields.publisher, fields.section, fields.language) == ("Harbour Press", "Local", "en-GB")
    assert (fields.url, fields.standfirst) == ("https://example.org/mill", "Repairs & the flood")
    assert fields.breadcrumbs == ("Home", "Local")


def test_the_article_of_the_page_counts_not_those_that_it_lists():
    others = [article(headline=f"Other news {n}", datePublished=f"2020-01-0{n}", author="Bo Reed") for n in range(1, 6)]
    own = article(datePublished="2021-03-04", author="Ann Quill")

    fields = read_fields(page(ld([*others, own])))

    assert (fields.published[0].value, first_names(fields)) == ("2021-03-04", ("Ann Quill",))


@pytest.mark.parametrize("date", ["0000-00-00", "3021-05-04", "1970-01-01", "{{date}}", "yesterday", ""])
def test_a_date_that_no_page_can_have_is_none(date):
    row = extracted_page(ld(article(datePublished=date)), BODY)

    assert first_date(row) is None


def test_dates_around_the_headline_are_read_and_those_of_a_change_are_not():
    plain = BODY.replace("</h1>", "</h1><p>Posted on May 4, 2021</p>")
    changed = BODY.replace("</h1>", "</h1><p>Updated May 4, 2021</p>")

    assert [value for _, value in read_fields(page(body=plain)).published] == ["May 4, 2021"]
    assert read_fields(page(body=changed)).published == ()


def test_what_holds_the_headline_is_no_place_of_other_texts_whatever_it_is_called():
    body = BODY.replace("</h1>", "</h1><p>By Ann Quill</p><time datetime=2021-05-04>4 May</time>")
    other = "<div class=related><p>By Otto Brand</p><time datetime=2021-01-01>1 May</time></div>"

    fields = read_fields(page(body=f"<div class='node newsletter-item'>{body}</div>{other}"))

    assert (first_names(fields), [value for _, value in fields.published]) == (("Ann Quill",), ["2021-05-04"])


def test_a_standfirst_may_stand_between_the_headline_and_the_date():
    standfirst = f"<p>{'Nobody had oiled the mill since the flood, and still it turns. ' * 3}</p>"
    dated = BODY.replace("</h1>", f"</h1>{standfirst}<p>May 4, 2021</p>")
    told = BODY.replace("</h1>", f"</h1>{standfirst * 2}<p>May 4, 2021</p>")

    assert [value for _, value in read_fields(page(body=dated)).published] == ["May 4, 2021"]
    assert read_fields(page(body=told)).published == ()


def test_a_shown_change_stands_for_a_publication_that_the_page_does_not_state():
    changed = BODY.replace("</h1>", "</h1><p>Last updated on May 4, 2021</p>")
    unseen = '<meta property="article:modified_time" content="2021-05-04">'

    row = extracted_page("", changed)
    assert (first_date(row), row["html_modified"]) == ("May 4, 2021", "May 4, 2021")
    assert first_date(extracted_page(ld(article(datePublished="2021-03-04")), changed)) == "2021-03-04"
    assert first_date(extracted_page(unseen, BODY)) is None


def test_a_guessed_day_counts_where_a_reader_can_see_it():
    hidden = f"{BODY}<script>var mill = {{datePublished: '2019-06-01'}};</script>"
    seen = f"{hidden}<footer><p class=date>1 June 2019</p></footer>"

    assert first_date(extracted_page("", hidden)) is None
    assert first_date(extracted_page("", seen)) == "2019-06-01"


@pytest.mark.parametrize(
    ("name", "published", "modified"),
    [
        ("w-published-date", "2021-05-04", None),
        ("publication_time", "2021-05-04", None),
        ("last_update", None, "2021-05-04"),
        ("event-published-end", None, None),
    ],
)
def test_meta_elements_of_a_site_s_own_names_are_read(name, published, modified):
    row = extracted_page(f'<meta name="{name}" content="2021-05-04">', BODY)

    assert (first_date(row), row["html_modified"]) == (published, modified)


@pytest.mark.parametrize(
    ("figure", "caption"),
    [
        ("The mill. <span class=credit>Photo: Bo Reed</span>", Caption("The mill.", "Bo Reed")),
        ("The mill (Photo by Bo Reed)", Caption("The mill", "Bo Reed")),
        ("The mill in spring", Caption("The mill in spring", None)),
    ],
)
def test_captions_have_their_credit(figure, caption):
    tree = page(body=f"{BODY}<figure><img src=a><figcaption>{figure}</figcaption></figure>")

    assert find_captions(tree) == (caption,)


def test_a_caption_beside_the_headline_is_the_article_s_whatever_holds_both():
    figure = "<figure><img src=a><figcaption>The mill in spring</figcaption></figure>"
    other = "<div class=related><figure><img src=b><figcaption>Another mill</figcaption></figure></div>"

    row = extracted_page("", f"<div class='newsletter-item'>{BODY}{figure}{other}</div>")

    assert [caption["text"] for caption in row["html_captions"]] == ["The mill in spring"]


@pytest.mark.parametrize(
    "block",
    [
        "",
        "{",
        "[" * 5_000,
        '{"@graph": ' * 200,
        "null",
        "42",
        '"text"',
        "{'single': 'quotes'}",
        "\x00",
        "{" + "a" * 2_000_000,
    ],
    ids=lambda block: block[:20],
)
def test_blocks_that_are_no_json_are_passed_over(block):
    assert find_nodes(page(ld(block))) == []


def test_ten_megabytes_of_script_are_no_matter():
    row = extracted_page(f"<script>{'var a = 1;' * 1_000_000}</script>" + ld(article(author="Ann Quill")), BODY)

    assert row["html_authors"] == ["Ann Quill"]


def test_where_structured_data_disagrees_with_itself_the_date_that_the_page_shows_counts():
    shown = BODY.replace("</h1>", "</h1><p>May 4, 2021</p>")
    blocks = ld(article(datePublished="2021-06-01")) + ld(article(datePublished="2021-05-04T08:00:00Z"))
    changed = ld(article(datePublished="2021-06-01", dateModified="2021-06-01"))
    sure = ld(article(datePublished="2021-06-01", dateModified="2021-07-01"))

    assert first_date(extracted_page(blocks, shown)) == "2021-05-04T08:00:00Z"
    assert first_date(extracted_page(changed, shown)) == "May 4, 2021"
    assert first_date(extracted_page(sure, shown)) == "2021-06-01"


def test_blocks_that_disagree_are_flagged_and_the_day_that_most_name_counts():
    days = ["2021-06-01", "2021-05-04", "2021-05-04T08:00:00Z", "2099-01-01"]
    row = extracted_page("".join(ld(article(datePublished=day)) for day in days), BODY)
    near = extracted_page(
        "".join(ld(article(datePublished=day)) for day in ("2021-05-04T23:00:00Z", "2021-05-05")), BODY
    )

    assert (first_date(row), row["flags"], near["flags"]) == ("2021-05-04", ["date_conflict"], [])
    assert [found["value"] for found in row["html_published"]] == ["2021-05-04", "2021-06-01", "2099-01-01"]


@pytest.mark.parametrize(
    ("shown", "order"),
    [
        ("<p>04/05/2021</p><p>Others: <time datetime=2021-05-04>May</time></p>", "day_first"),
        ("<p>04/05/2021</p><p>One more of 23/05/2021</p>", "day_first"),
        ("<p>04/05/2021</p><p>One more of 05/23/2021</p>", "month_first"),
        ("<p>04/12/2021</p><p>Updated: 5 June 2021</p>", "month_first"),
        ("<p>04/05/2021</p>", None),
        ("<p>May 4, 2021</p><p>One more of 05/23/2021</p>", None),
    ],
)
def test_a_page_tells_in_which_order_it_writes_day_and_month(shown, order):
    assert extracted_page("", BODY.replace("</h1>", f"</h1>{shown}"))["html_day_order"] == order


def test_a_date_above_the_headline_is_found_and_a_day_that_is_told_is_none():
    above = f"<p>May 4, 2021</p>{BODY.replace('<p>', '<p>' + 'The mill turned again, and nobody had oiled it. ' * 5)}"
    told = BODY.replace("</h1>", "</h1><p>The mill stood still from May 4, 2021, when the flood had come over it.</p>")

    assert (first_date(extracted_page("", above)), first_date(extracted_page("", told))) == ("May 4, 2021", None)


def test_a_time_behind_the_label_of_a_change_is_of_a_change_whatever_its_class():
    time = '<p>Last updated: <time class="entry-date published" datetime=2021-06-01>June</time></p>'
    row = extracted_page(ld(article(datePublished="2021-05-04")), BODY.replace("</h1>", f"</h1>{time}"))

    assert (first_date(row), row["html_modified"], row["flags"]) == ("2021-05-04", "2021-06-01", [])


def test_times_of_several_days_away_from_the_headline_are_of_other_articles():
    times = "".join(f"<p><time datetime=2021-05-0{n}>{n} May</time></p>" for n in range(1, 4))

    assert read_fields(page(body=f"{BODY}{'<p>x</p>' * 50}{times}")).published == ()


@pytest.mark.parametrize(
    ("stated", "section"),
    [
        ("Local", "Local"),
        ("Food, Drink & More", "Food, Drink & More"),
        ("Law, Health, Mills", "Law"),
        ("word " * 20, None),
    ],
)
def test_a_section_is_one_label_no_list_and_no_sentence(stated, section):
    assert read_fields(page(f'<meta property="article:section" content="{stated}">')).section == section


def test_what_holds_most_of_the_prose_is_the_article_whatever_it_is_called():
    told = [
        f"The mill turned for the {n}th day, and the miller said that nobody had oiled it since the flood."
        for n in range(9)
    ]
    other = "<p>Read how the bakery on the hill burnt down twice in one year, and why nobody ever asked the baker.</p>"
    body = "".join(f"<p>{text}</p>" for text in told)
    tree = parse(f"<body><h1>The mill</h1><div class='site-footer'>{body}</div><div class=related>{other}</div></body>")

    assert [block.text for block in find_blocks(tree) if block.is_prose] == told


def test_comments_are_no_article_however_long_they_are():
    told = "The mill turned for the first time since the flood, and the miller said that nobody had oiled it."
    said = "I was there, and I can say that it was the wind alone that turned it, as it does every second year."
    tree = parse(f"<body><h1>The mill</h1><p>{told}</p><div class=comments>{f'<p>{said}</p>' * 20}</div></body>")

    assert [block.text for block in find_blocks(tree) if block.is_prose] == [told]
