"""Feeds, WARC, mails and news XML: each entry a document, bad ones a clear row, good neighbours read."""

import gzip
import json
from email.message import EmailMessage

import pytest

from tasks.ingest import IngestSettings, read_records

TEXT = "The mill by the quay turned again on Monday. Nobody had oiled it since the flood, the miller said. " * 20
MARKUP = "".join(f"<p>{TEXT}</p>" for _ in range(3))


def rows_of(folder, **limits):
    return read_records(folder, IngestSettings(**limits)).to_pylist()


def only(folder, name, raw, **limits):
    (folder / name).write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return rows_of(folder, **limits)


# ------------------------------------------------------------------ RSS and Atom


def rss(*items, head='<?xml version="1.0" encoding="utf-8"?>', encoding="utf-8"):
    inside = "".join(items)
    return (
        f'{head}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbour Press</title>{inside}</channel></rss>'
    ).encode(encoding)


def item(number=1, text=MARKUP, more=""):
    return (
        f"<item><title>The mill &amp;amp; the quay {number}</title><link>https://example.org/{number}</link>"
        f"<guid>https://example.org/?p={number}</guid><pubDate>Thu, 04 Mar 2021 05:06:07 +0800</pubDate>"
        f"<dc:creator>Ann Quill</dc:creator><category>Local</category><description>Short.</description>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded>{more}</item>"
    )


def test_an_rss_entry_is_a_document_with_its_fields(tmp_path):
    (row,) = only(tmp_path, "a.rss", rss(item()))

    assert (row["content"], row["media"], row["source_row"]) == (MARKUP, "html", 0)
    assert (row["title"], row["byline"], row["publisher"]) == ("The mill & the quay 1", ["Ann Quill"], "Harbour Press")
    assert (row["url"], row["published"]) == ("https://example.org/1", "Thu, 04 Mar 2021 05:06:07 +0800")
    assert (row["section"], row["standfirst"], row["site"]) == ("Local", "Short.", "example.org")


def test_an_atom_entry_is_a_document_with_its_fields(tmp_path):
    feed = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Press</title>
      <entry><title type="html">The mill &amp;amp; the quay</title><id>tag:1</id>
      <link rel="self" href="https://example.org/self"/><link href="https://example.org/1"/>
      <published>2021-03-04T05:06:07Z</published><updated>2021-03-05T05:06:07Z</updated>
      <author><name>Ann Quill</name><email>a@example.org</email></author><author><name>Bo Reed</name></author>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TEXT}</p><p>{TEXT}</p></div></content>
      </entry></feed>"""

    (row,) = only(tmp_path, "a.atom", feed)

    assert (row["title"], row["url"], row["byline"]) == (
        "The mill & the quay",
        "https://example.org/1",
        ["Ann Quill", "Bo Reed"],
    )
    assert (row["published"], row["modified"]) == ("2021-03-04T05:06:07Z", "2021-03-05T05:06:07Z")
    assert row["media"] == "html" and row["content"].startswith("<div><p>The mill")


@pytest.mark.parametrize("summary", ["Short.", "The mill turns again, says the miller …", "<p>Short. Read more</p>"])
def test_an_entry_with_a_summary_only_is_no_document(tmp_path, summary):
    entry = f"<item><title>A</title><description><![CDATA[{summary}]]></description></item>"

    (row, good) = only(tmp_path, "a.rss", rss(entry, item(2)))

    assert (row["reason"], row["content"]) == ("summary_only", None)
    assert good["reason"] is None


def test_a_long_description_is_the_text(tmp_path):
    entry = f"<item><title>A</title><description><![CDATA[{MARKUP}]]></description></item>"

    assert only(tmp_path, "a.rss", rss(entry))[0]["content"] == MARKUP


def test_an_xml_file_is_what_its_root_says(tmp_path):
    (tmp_path / "a.xml").write_bytes(rss(item()))
    (tmp_path / "b.xml").write_text("<catalogue><item>1</item></catalogue>")

    feed, other = rows_of(tmp_path)

    assert feed["reason"] is None
    assert other["reason"] == "malformed" and "'catalogue'" in other["detail"]


def test_a_feed_in_windows_1251_without_a_declaration_is_read(tmp_path):
    text = "<p>" + "Мельница у причала снова заработала в понедельник, сказал мельник. " * 20 + "</p>"
    entry = f"<item><title>Мельница у причала</title><content:encoded><![CDATA[{text}]]></content:encoded></item>"

    (row,) = only(tmp_path, "a.rss", rss(entry, head="", encoding="cp1251"))

    assert (row["title"], row["content"]) == ("Мельница у причала", text)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-5"])
def test_feeds_in_other_encodings_are_read(tmp_path, encoding):
    name = encoding.replace("-sig", "")
    text = "<p>" + "Мельница у причала снова заработала. " * 40 + "</p>"
    entry = f"<item><title>Мельница</title><content:encoded><![CDATA[{text}]]></content:encoded></item>"

    (row,) = only(tmp_path, "a.rss", rss(entry, head=f'<?xml version="1.0" encoding="{name}"?>', encoding=encoding))

    assert (row["title"], row["content"]) == ("Мельница", text)


def test_entities_are_never_resolved(tmp_path):
    secret = tmp_path / ".secret"
    secret.write_text("SECRET")
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol"><!ENTITY x SYSTEM "file://{secret}">{lol}]>'
    bomb = item(1, MARKUP).replace("The mill &amp;amp; the quay 1", "A &l11; &x; end")

    found = only(tmp_path, "a.rss", rss(bomb, item(2), head=head))

    assert "SECRET" not in json.dumps(found) and "lollol" not in json.dumps(found)
    assert found[1]["title"] == "The mill & the quay 2"


def test_a_feed_that_breaks_off_gives_the_entries_before_and_says_so(tmp_path):
    whole = rss(item(1), item(2), item(3))

    found = only(tmp_path, "a.rss", whole[: whole.index(b"quay 3")])

    assert [row["reason"] for row in found[:2]] == [None, None]
    assert found[-1]["reason"] == "malformed"


def test_a_sign_that_xml_forbids_spoils_no_neighbour(tmp_path):
    found = only(tmp_path, "a.rss", rss(item(1).replace("quay 1", "quay&nbsp;&hellip; R&D &unknown; 1"), item(2)))

    assert [row["title"] for row in found] == ["The mill & the quay … R&D &unknown; 1", "The mill & the quay 2"]


@pytest.mark.parametrize("size", [65_500, 65_530, 65_536, 65_540])
def test_marks_and_references_may_stand_across_pieces(tmp_path, size):
    entries = [item(n, "x" * size + "&nbsp;R&D &amp; " + MARKUP).replace("quay", "&eacute;t&eacute;") for n in range(3)]

    found = only(tmp_path, "a.rss", rss(*entries))

    assert [row["title"] for row in found] == [f"The mill & the été {n}" for n in range(3)]
    assert all(row["content"].startswith("x" * size + "&nbsp;R&D &amp; <p>") for row in found)


def test_an_entry_past_the_limit_is_refused_and_the_next_one_read(tmp_path):
    found = only(tmp_path, "a.rss", rss(item(1, MARKUP * 50), item(2)), document_bytes=50_000)

    assert [row["reason"] for row in found] == ["too_large", None]


# ------------------------------------------------------------------ JSON Feed


def test_a_json_feed_is_told_by_its_version(tmp_path):
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour Press",
        "authors": [{"name": "Ann Quill"}],
        "items": [
            {
                "id": "1",
                "url": "https://example.org/1",
                "title": "A",
                "content_html": MARKUP,
                "date_published": "2021-03-04",
            },
            {"id": "2", "summary": "Short."},
            "no object",
            {"id": "3", "content_text": TEXT, "authors": [{"name": "Bo Reed"}]},
        ],
    }

    found = only(tmp_path, "a.json", json.dumps(feed))

    assert [row["reason"] for row in found] == [None, "summary_only", "empty", None]
    assert (found[0]["content"], found[0]["published"], found[0]["byline"]) == (MARKUP, "2021-03-04", ["Ann Quill"])
    assert found[3]["byline"] == ["Bo Reed"]


# ------------------------------------------------------------------ WARC


def record(url, page, date="2021-03-04T05:06:07Z", kind="response", status="200 OK", media="text/html", length=None):
    body = f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\n\r\n".encode() + page.encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n"
        f"WARC-Record-ID: <urn:uuid:{abs(hash((url, date, kind))):036d}>\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {length or len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


PAGE = f"<html><head><title>The mill</title></head><body><p>{TEXT}</p></body></html>"
WARC = (
    record("https://example.org/r", "", kind="request")
    + record("https://example.org/a", PAGE)
    + record("https://example.org/p.png", "x", media="image/png")
    + record("https://example.org/404", PAGE, status="404 Not Found")
    + record("https://example.org/b", PAGE.replace("quay", "pier"))
)


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_the_pages_of_a_warc_are_documents(tmp_path, name):
    found = only(tmp_path, name, gzip.compress(WARC) if name.endswith("gz") else WARC)

    assert [row["url"] for row in found] == ["https://example.org/a", "https://example.org/b"]
    assert (found[0]["content"], found[0]["media"], found[0]["published"]) == (PAGE, "html", None)
    assert found[0]["fetched"] == "2021-03-04T05:06:07Z"


def test_a_warc_gz_of_one_member_a_record_is_read(tmp_path):
    raw = gzip.compress(record("https://example.org/a", PAGE)) + gzip.compress(record("https://example.org/b", PAGE))

    assert len(only(tmp_path, "a.warc.gz", raw)) == 2


def test_a_warc_cut_short_gives_the_pages_before_and_says_so(tmp_path):
    whole = record("https://example.org/a", PAGE) + record("https://example.org/b", PAGE)

    found = only(tmp_path, "a.warc", whole[:-300])

    assert found[0]["reason"] is None
    assert found[-1]["reason"] == "malformed"


def test_a_packed_warc_cut_inside_a_member_gives_the_pages_before_and_says_so(tmp_path):
    first, second = (gzip.compress(record(f"https://example.org/{n}", PAGE)) for n in "ab")

    found = only(tmp_path, "a.warc.gz", first + second[: len(second) // 2])

    assert [(row["source_row"], row["reason"]) for row in found] == [(0, None), (1, "malformed")]


def test_wrong_lengths_and_no_warc_at_all_are_clear_rows(tmp_path):
    (tmp_path / "a.warc").write_bytes(
        record("https://example.org/a", PAGE) + record("https://e.org/b", PAGE, length=50)
    )
    (tmp_path / "b.warc").write_bytes(b"this is no WARC at all\r\n" * 20)
    (tmp_path / "c.warc").write_bytes(record("https://example.org/c", PAGE, length=10_000_000))

    found = rows_of(tmp_path)

    assert [row["reason"] for row in found if row["source_path"] == "a.warc"] == [None, "malformed"]
    assert {row["reason"] for row in found if row["source_path"] != "a.warc"} == {"malformed"}


# ------------------------------------------------------------------ superseded


def test_a_page_supersedes_its_entry_in_a_feed_and_a_later_capture_an_earlier_one(tmp_path):
    (tmp_path / "a.rss").write_bytes(rss(item(1), item(2)))
    (tmp_path / "b.warc").write_bytes(
        record("https://example.org/1", PAGE, "2021-03-04T05:06:07Z")
        + record("http://www.example.org/1/", PAGE, "2021-03-05T05:06:07Z")
    )

    entry, other, earlier, later = rows_of(tmp_path)

    assert [row["reason"] for row in (entry, other, earlier, later)] == ["superseded", None, "superseded", None]
    assert "b.warc" in entry["detail"]
    assert len({row["document_id"] for row in (entry, other, earlier, later)}) == 4


def test_the_document_that_stays_has_the_id_of_its_address(tmp_path):
    address = "https://example.org/1"
    alone = tmp_path / "alone"
    alone.mkdir()
    (wanted,) = only(alone, "b.warc", record(address, PAGE))
    both = tmp_path / "both"
    both.mkdir()
    (both / "a.rss").write_bytes(rss(item(1)))

    entry, page = only(both, "b.warc", record(address, PAGE))

    assert (entry["reason"], page["reason"]) == ("superseded", None)
    assert page["document_id"] == wanted["document_id"] != entry["document_id"]


# ------------------------------------------------------------------ mails and saved pages


def mail(text=TEXT, page=None, attachment=None):
    message = EmailMessage()
    message["Subject"] = "The mill — weekly"
    message["From"] = "Harbour Press <news@example.org>"
    message["Date"] = "Thu, 04 Mar 2021 05:06:07 +0800"
    message["Message-ID"] = "<1@example.org>"
    if text:
        message.set_content(text)
    if page:
        message.add_alternative(page, subtype="html")
    if attachment:
        message.add_attachment(attachment, maintype="application", subtype="pdf", filename="a.pdf")
    return message.as_bytes()


def test_a_mail_is_its_page_else_its_text_with_subject_and_date(tmp_path):
    (row,) = only(tmp_path, "a.eml", mail(page=PAGE, attachment=b"%PDF-1.4 secret"))

    assert row["media"] == "html" and row["content"].strip() == PAGE
    assert (row["title"], row["publisher"]) == ("The mill — weekly", "Harbour Press")
    assert row["published"] == "Thu, 04 Mar 2021 05:06:07 +0800"


def test_an_mbox_is_parted_at_its_postmarks_and_attachments_are_no_documents(tmp_path):
    postmark = b"From news@example.org Thu Mar  4 05:06:07 2021\n"
    one = mail("From here on the mill turns.\n\nFrom there, too.\n" + TEXT, attachment=b"%PDF-1.4" * 1_000)
    raw = postmark + one.replace(b"\nFrom there", b"\n>From there") + b"\n" + postmark + mail(None, attachment=b"x")

    found = only(tmp_path, "a.mbox", raw)

    assert [row["reason"] for row in found] == [None, "empty"]
    assert "From there, too." in found[0]["content"] and "PDF" not in found[0]["content"]


def test_a_file_that_is_no_mbox_says_so(tmp_path):
    assert only(tmp_path, "a.mbox", "no mail at all\n")[0]["reason"] == "malformed"


def test_a_page_saved_as_mhtml_has_its_address(tmp_path):
    raw = (
        "From: <Saved by a browser>\r\nSnapshot-Content-Location: https://example.org/a\r\nSubject: The mill\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{PAGE}\r\n--b\r\nContent-Type: image/png\r\n\r\nxx\r\n--b--\r\n"
    )

    (row,) = only(tmp_path, "a.mhtml", raw)

    assert (row["url"], row["title"], row["media"], row["content"].strip()) == (
        "https://example.org/a", "The mill", "html", PAGE,
    )  # fmt: skip


# ------------------------------------------------------------------ news XML


def test_nitf_gives_body_and_fields(tmp_path):
    nitf = f"""<?xml version="1.0"?><nitf><head><docdata><doc-id id-string="n1"/>
      <date.issue norm="20210304T050607Z"/></docdata></head><body><body.head><hedline><hl1>The mill turns</hl1>
      </hedline><byline>By Ann Quill</byline></body.head><body.content><p>{TEXT}</p>
      <media><media-caption><p>A picture.</p></media-caption></media><p>Second.</p></body.content></body></nitf>"""

    (row,) = only(tmp_path, "a.xml", nitf)

    assert row["content"] == f"{TEXT.strip()}\n\nSecond."
    assert (row["title"], row["byline"], row["published"]) == ("The mill turns", ["Ann Quill"], "20210304T050607Z")


def test_newsml_g2_gives_one_document_an_item(tmp_path):
    item = (
        '<newsItem guid="urn:1" xmlns="http://iptc.org/std/nar/2006-10-01/"><contentMeta><contentCreated>2021-03-04'
        "T05:06:07Z</contentCreated><headline>The mill turns</headline><by>By Ann Quill</by></contentMeta><contentSet>"
        '<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>'
        f"<p>{TEXT}</p><p>Second.</p></body></html></inlineXML></contentSet></newsItem>"
    )
    empty = '<newsItem guid="urn:2" xmlns="http://iptc.org/std/nar/2006-10-01/"/>'

    found = only(tmp_path, "a.xml", f"<newsMessage><itemSet>{item}{empty}</itemSet></newsMessage>")

    assert [row["reason"] for row in found] == [None, "empty"]
    assert found[0]["content"] == f"{TEXT.strip()}\n\nSecond."
    assert (found[0]["title"], found[0]["published"]) == ("The mill turns", "2021-03-04T05:06:07Z")


@pytest.mark.parametrize(("name", "kind"), [("a.pdf", "a PDF"), ("a.docx", "a Word document"), ("a.epub", "an e-book")])
def test_files_of_word_processors_are_refused_by_name(tmp_path, name, kind):
    (row,) = only(tmp_path, name, b"PK\x03\x04 anything")

    assert row["reason"] == "binary" and row["detail"].startswith(kind)
