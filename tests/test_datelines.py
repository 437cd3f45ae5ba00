"""Date lines: every example of the table, and what a reader may rely on whatever the line says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.datelines import (
    find_date_line,
    find_date_prefix,
    moment_in_utc,
    read_metadata_date,
    read_path_date,
    read_url_date,
)
from tasks.rules import read_toml

TABLE = read_toml("dates_lines")


@pytest.mark.parametrize("row", TABLE["found"], ids=lambda row: row["line"])
def test_a_date_line_is_read_as_its_example_says(row):
    match = find_date_line(row["line"])

    assert match is not None
    found = match.date_line
    assert row["line"][match.start : match.end] == found.surface
    if "surface" in row:
        assert found.surface == row["surface"]
    assert (found.local, found.precision) == (row["local"], row["precision"])
    assert found.utc_offset == row.get("utc_offset")
    assert (found.order, found.alternative) == (row.get("order"), row.get("alternative"))
    assert list(found.flags) == row.get("flags", [])


@pytest.mark.parametrize("line", TABLE["none"]["lines"])
def test_other_lines_with_dates_are_no_date_lines(line):
    assert find_date_line(line) is None


PREFIXES = [
    (" date 2018-03-04 Ferries ran.", " date 2018-03-04 ", "2018-03-04"),
    ("2018-03-04 08:09:10 Ferries ran.", "2018-03-04 08:09:10 ", "2018-03-04T08:09:10"),
    ("published: 2018-03-04 “Ferries ran,” he said.", "published: 2018-03-04 ", "2018-03-04"),
]


@pytest.mark.parametrize("text, span, local", PREFIXES)
def test_an_extractors_prefix_is_found_with_its_blanks(text, span, local):
    match = find_date_prefix(text)

    assert match is not None
    assert text[match.start : match.end] == span == match.date_line.surface
    assert match.date_line.local == local


@pytest.mark.parametrize("text", ["", "2018-03-04", "2018-03-04 saw rain.", "In 2018-03-04 A", "2018-13-04 A storm"])
def test_a_text_that_begins_with_its_own_words_has_no_prefix(text):
    assert find_date_prefix(text) is None


FIELDS = [
    ("2021-10-11T09:19:55Z", "2021-10-11T09:19:55", 0),
    ("2021-10-11T09:19:55.123+02:00", "2021-10-11T09:19:55", 120),
    ("2021-10-11 09:19", "2021-10-11T09:19", None),
    ("2021-10-11", "2021-10-11", None),
    ("20211011", "2021-10-11", None),
    ("2021-10", "2021-10", None),
    ("2021", "2021", None),
    ("Mon, 11 Oct 2021 09:19:55 +0800", "2021-10-11T09:19:55", 480),
    ("Mon, 11 Oct 2021 09:19:55 -0000", "2021-10-11T09:19:55", None),
    ("1633943995", "2021-10-11T09:19:55", 0),
    ("1633943995000", "2021-10-11T09:19:55", 0),
    ("October 11, 2021", "2021-10-11", None),
    ("11 octobre 2021", "2021-10-11", None),
    ("Mon Oct 11 09:19:55 2021", "2021-10-11T09:19:55", None),
    ("Mon Oct 11 09:19:55 UTC 2021", "2021-10-11T09:19:55", 0),
    ("06.10.21", "2021-10-06", None),
    ("", None, None),
    ("none", None, None),
    ("123456", None, None),
    ("2021-02-31", None, None),
    ("0000-00-00 00:00:00", None, None),
    ("9" * 5000, None, None),
]


@pytest.mark.parametrize("value, local, offset", FIELDS)
def test_a_field_is_read_in_every_usual_notation(value, local, offset):
    found = read_metadata_date(value)

    assert (found.local if found else None) == local
    assert (found.utc_offset if found else None) == offset


ADDRESSES = [
    ("https://example.org/2021/10/11/ferries", "2021-10-11"),
    ("https://example.org/news/2021-10-11-ferries.html", "2021-10-11"),
    ("https://example.org/n1/2021/1011/c90000-1.html", "2021-10-11"),
    ("https://example.org/202110/11/t1.html", "2021-10-11"),
    ("https://example.org/a/t20211011_12345.html", "2021-10-11"),
    ("https://example.org/world/2021/oct/11/ferries", "2021-10-11"),
    ("https://example.org/2021/10/ferries", "2021-10"),
    ("https://example.org/ferries?date=2021-10-11", None),
    ("https://example.org/2021/40/11/ferries", None),
    ("https://example.org/id/2021101", None),
    ("https://2021-10-11.example.org/", None),
]


@pytest.mark.parametrize("url, local", ADDRESSES)
def test_the_path_of_an_address_states_a_date(url, local):
    found = read_url_date(url)

    assert (found.local if found else None) == local


NAMES = [
    ("feed/2015-10-02 A title.txt", "2015-10-02"),
    ("20230606_title.html", "2023-06-06"),
    ("a/title-2015-10-02.txt", "2015-10-02"),
    ("a/20230606.txt", "2023-06-06"),
    ("2015-10-02/title.txt", None),
    ("a/20231340.txt", None),
    ("a/id-1234520150101.txt", None),
    ("a/98765432.txt", None),
]


@pytest.mark.parametrize("path, local", NAMES)
def test_the_name_of_a_file_states_a_date(path, local):
    found = read_path_date(path)

    assert (found.local if found else None) == local


def test_only_a_stated_zone_makes_a_moment_in_utc():
    stated = read_metadata_date("2021-10-11T09:19:55+08:00")
    unstated = read_metadata_date("2021-10-11T09:19:55")

    assert moment_in_utc(stated).isoformat() == "2021-10-11T01:19:55+00:00"
    assert moment_in_utc(unstated) is None


@given(st.text(alphabet="0123456789/-.: APMapril年月日,|Dtime", max_size=60))
def test_no_line_is_an_exception(line):
    match = find_date_line(line)
    read_metadata_date(line)
    read_url_date(line)
    find_date_prefix(line)

    if match is not None:
        assert 0 <= match.start < match.end <= len(line)
        assert line[match.start : match.end] == match.date_line.surface
