"""articles.jsonl.gz: the articles as JSON lines, in gzip members that the next version can copy.

In     the articles, sorted; perhaps the file of the version before
Out    one gzip file of many members, which readers take as one; the same rows give the same bytes

The rows whose ids begin with the same digits share a member, so a new article changes one member of many. Each member's
header names its length and the digest of its lines (a gzip "extra field", which readers pass over): a member of the
version before whose lines are the same is copied, not compressed again.

Source  RFC 1952, section 2.3.1.1; htslib's BGZF keeps its block sizes in the same place.
Limits  Numbers must be finite (the gates see to that). The bytes depend on the zlib inside pyarrow and on DuckDB's
        JSON, which the lock pins; not on the zlib of the machine.
"""

from __future__ import annotations

import hashlib
import struct
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LEVEL = 6
ROWS_A_MEMBER = 16  # at least, on average: fewer would compress badly
MOST_DIGITS = 4
ROWS_AT_ONCE = 2_000  # rows whose JSON is in memory at a time
# magic, deflate, extra field, no time, no hint, unknown system; then the extra field: size, name, size of content
_HEADER = struct.Struct("<2sBBIBBH2sHI32s")
_START = (b"\x1f\x8b", 8, 4, 0, 0, 255, 40, b"CD", 36)
_PLAIN_HEADER, _TRAILER = 10, 8  # bytes around the deflated data in what the codec makes
# JSON leaves these as they are, and Python's str.splitlines, among others, ends a line at each
_LINE_ENDS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_TO_JSON = "to_json(row)::VARCHAR"
for _end, _escaped in _LINE_ENDS.items():
    _TO_JSON = f"replace({_TO_JSON}, chr({ord(_end)}), '{_escaped}')"
_QUERY = f"""
    SELECT {_TO_JSON} || chr(10) AS line FROM (
        SELECT * REPLACE (
            replace(strftime(published_at, '%Y-%m-%dT%H:%M:%S.%fZ'), '.000000Z', 'Z') AS published_at
        ) FROM rows
    ) row ORDER BY row.article_id
"""  # noqa: S608  constants above


def write_jsonl(articles: pa.Table, path: Path, *, before: Path | None = None, threads: int = 2) -> None:
    """Write the articles as gzipped JSON lines: UTF-8, dates and times as ISO 8601 strings.

    Args:
        before: the same file of the version before, whose members are copied where their lines are the same.
        threads: members compressed side by side.
    """
    known = read_members(before)
    with path.open("wb") as file, ThreadPoolExecutor(threads) as pool:
        pending: deque[Future[bytes]] = deque()
        for lines in member_lines(articles):
            digest = hashlib.sha256(lines).digest()
            pending.append(_done(known[digest]) if digest in known else pool.submit(pack, lines, digest))
            if len(pending) > 8 * threads:
                file.write(pending.popleft().result())
        for member in pending:
            file.write(member.result())


def member_lines(articles: pa.Table) -> Iterator[bytes]:
    """The lines of each member; of one empty member where there are no articles, so that the file is a gzip file."""
    if not articles.num_rows:
        yield b""
        return
    bounds = member_bounds(articles["article_id"])
    with duckdb.connect() as database:
        for first, last in _batches(bounds):
            rows = articles.slice(bounds[first], bounds[last] - bounds[first])
            database.register("rows", _with_naive_times(rows))
            lines = database.sql(_QUERY).to_arrow_table()["line"].combine_chunks().cast(pa.large_string())
            offsets = np.frombuffer(lines.buffers()[1], np.int64)[
                [bound - bounds[first] for bound in bounds[first : last + 1]]
            ]
            for start, end in pairwise(offsets.tolist()):
                yield lines.buffers()[2][start:end].to_pybytes()


def member_bounds(ids: pa.ChunkedArray) -> list[int]:
    """The first row of each member, and the number of rows: a member holds the ids that begin with the same digits.

    >>> member_bounds(pa.chunked_array([["art_01", "art_02", "art_11"]]))
    [0, 3]
    """
    digits = 0
    while digits < MOST_DIGITS and len(ids) >= ROWS_A_MEMBER * 16 ** (digits + 1):
        digits += 1
    prefix = pc.utf8_slice_codeunits(ids, 4, 4 + digits).combine_chunks() if digits else pa.array([""] * len(ids))
    codes = prefix.dictionary_encode().indices.to_numpy()
    return [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(ids)]


def _with_naive_times(rows: pa.Table) -> pa.Table:
    """UTC without saying so: DuckDB turns times with a zone into the machine's zone before it prints them."""
    at = rows.schema.get_field_index("published_at")
    return rows.set_column(at, "published_at", rows["published_at"].cast(pa.timestamp("us")))


def _batches(bounds: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of members with about `ROWS_AT_ONCE` rows, as positions in `bounds`."""
    first = 0
    for at in range(1, len(bounds)):
        if at == len(bounds) - 1 or bounds[at + 1] - bounds[first] > ROWS_AT_ONCE:
            yield first, at
            first = at


def pack(lines: bytes, digest: bytes) -> bytes:
    """A gzip member with these lines, whose header says how long it is and what the lines' sha256 is."""
    packed = pa.Codec("gzip", compression_level=LEVEL).compress(lines, asbytes=True)
    rest = packed[_PLAIN_HEADER:]  # deflated data, checksum, size
    return _HEADER.pack(*_START, _HEADER.size + len(rest), digest) + rest


def read_members(path: Path | None) -> dict[bytes, bytes]:
    """The members of a file by the digest of their lines; none of a file that was not written here."""
    members: dict[bytes, bytes] = {}
    if path is None or not path.is_file():
        return members
    data, at = path.read_bytes(), 0
    while at + _HEADER.size <= len(data):
        *start, length, digest = _HEADER.unpack_from(data, at)
        if tuple(start) != _START or length <= _HEADER.size:
            return {}
        members[digest] = data[at : at + length]
        at += length
    return members if at == len(data) else {}


def _done(member: bytes) -> Future[bytes]:
    future: Future[bytes] = Future()
    future.set_result(member)
    return future
