"""Rows cut from streams of JSON, JSON lines and CSV, however the bytes come."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.ingest.lines import JsonSplitter, TooLong, read_lines
from tasks.ingest.tables import csv_records

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just('a "quote" \\ [x] {y}, z'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


class Dribble(io.BytesIO):
    """A stream that gives out a few bytes at a time, as sockets and unpackers do."""

    def __init__(self, data, step):
        super().__init__(data)
        self.step = step

    def read1(self, size=-1):
        return super().read1(min(size, self.step) if size >= 0 else self.step)


@settings(max_examples=150, deadline=None)
@given(st.lists(JSON_VALUES, max_size=6), st.integers(1, 9), st.booleans(), st.sampled_from([None, 1]))
def test_a_json_array_is_cut_into_the_elements_that_json_reads(values, step, is_ascii, indent):
    data = json.dumps(values, ensure_ascii=is_ascii, indent=indent).encode("utf-8", "surrogatepass")

    splitter = JsonSplitter(Dribble(data, step), 10_000)
    pieces = list(splitter)

    assert [json.loads(piece) for piece in pieces] == values
    assert splitter.ended


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(max_size=4), JSON_VALUES, max_size=3), min_size=1, max_size=5), st.integers(1, 9)
)
def test_objects_one_after_the_other_are_cut_too(values, step):
    data = " ".join(json.dumps(value) for value in values).encode()

    assert [json.loads(piece) for piece in JsonSplitter(Dribble(data, step), 10_000)] == values


def test_an_element_past_the_limit_is_counted_and_the_next_one_read():
    long = json.dumps("x" * 500)

    pieces = list(JsonSplitter(Dribble(f"[1, {long}, 2]".encode(), 7), 100))

    assert pieces == [b"1", TooLong(len(long) + 1), b"2"]


@pytest.mark.parametrize("data", [b"[1, 2", b'{"a": ', b'["abc'])
def test_a_text_that_breaks_off_has_not_ended(data):
    splitter = JsonSplitter(io.BytesIO(data), 100)
    list(splitter)

    assert not splitter.ended


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")), max_size=8), st.integers(1, 9))
def test_lines_are_those_between_newlines_but_the_empty_ones(lines, step):
    found = list(read_lines(Dribble(b"\n".join(lines), step), 20))

    assert found == [TooLong(len(line)) if len(line) > 20 else line for line in lines if line]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.text("ab,\"\n\r'é", max_size=6), min_size=2, max_size=3), min_size=1, max_size=6))
def test_csv_rows_are_cut_as_the_csv_module_reads_them(rows):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    whole = list(csv.reader(io.StringIO(buffer.getvalue(), newline="")))

    pieces = list(csv_records(io.StringIO(buffer.getvalue(), newline=""), 10_000))

    assert [row for piece in pieces for row in csv.reader(io.StringIO(piece, newline=""))] == whole
