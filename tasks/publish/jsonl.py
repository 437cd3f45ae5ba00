"""articles.jsonl.gz: the articles as JSON lines, in gzip members that the next version can copy.

In     the articles, sorted; perhaps the file of the version before
Out    one gzip file of many members, which readers take as one; the same rows give the same bytes

The rows whose ids begin with the same digits share a member, so a new article changes one member of many. Each member's
header names its length and the digest of its rows (a gzip "extra field", which readers pass over): a member of the
version before with the same rows is copied; its lines are neither written nor compressed again.

Source  RFC 1952, section 2.3.1.1; htslib's BGZF keeps its block sizes in the same place.
Limits  Numbers must be finite (the gates see to that). The bytes depend on the zlib inside pyarrow and on DuckDB's
        JSON and hashes (64 bits a row), which the lock pins; not on the zlib of the machine.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.schema import ARTICLES

LEVEL = 6
ROWS_A_MEMBER = 16  # at least, on average: fewer would compress badly
MOST_DIGITS = 4
ROWS_AT_ONCE = 2_000  # rows whose JSON is in memory at a time
ROWS_HASHED_AT_ONCE = 10_000
# magic, deflate, extra field, no time, no hint, unknown system; then the extra field: size, name, size of content
_HEADER = struct.Struct("<2sBBIBBH2sHI32s")
_START = (b"\x1f\x8b", 8, 4, 0, 0, 255, 40, b"CD", 36)
_PLAIN_HEADER, _TRAILER = 10, 8  # bytes around the deflated data in what the codec makes
# JSON leaves these as they are, and Python's str.splitlines, among others, ends a line at each
_LINE_ENDS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_TO_JSON = "to_json(row)::VARCHAR"
for _end, _escaped in _LINE_ENDS.items():
    _TO_JSON = f"replace({_TO_JSON}, chr({ord(_end)}), '{_escaped}')"
_LINES = f"""
    SELECT {_TO_JSON} || chr(10) AS line FROM (
        SELECT * REPLACE (
            replace(strftime(published_at, '%Y-%m-%dT%H:%M:%S.%fZ'), '.000000Z', 'Z') AS published_at
        ) FROM rows
    ) row ORDER BY row.article_id
"""  # noqa: S608  constants above
# DuckDB's hash runs on from a list into the next one, and takes a null list for an empty one: so lengths are hashed too
_LENGTHS = ", ".join(f"coalesce(len({item.name}), -1)" for item in ARTICLES if pa.types.is_list(item.type))
_HASHES = f"SELECT hash(row, {_LENGTHS}) AS hash FROM rows row ORDER BY row.article_id"  # noqa: S608  names of columns
FORMAT = 1  # to be raised with any change below that gives the same rows other bytes
# What else decides a member's bytes: part of its digest, so that a member made otherwise is not copied
_MADE_BY = hashlib.sha256(
    f"{FORMAT} {_LINES} {_HASHES} {LEVEL} {duckdb.__version__} {pa.__version__}".encode()
).digest()

Member = bytes | memoryview


def write_jsonl(articles: pa.Table, path: Path, *, before: Path | None = None, threads: int = 2) -> None:
    """Write the articles as gzipped JSON lines: UTF-8, dates and times as ISO 8601 strings.

    Args:
        before: the same file of the version before, whose members are copied where their rows are the same.
        threads: members compressed side by side.
    """
    known = read_members(before)
    rows, bounds = _with_naive_times(articles), member_bounds(articles["article_id"])
    with path.open("wb") as file, ThreadPoolExecutor(threads) as pool, duckdb.connect() as database:
        digests = member_digests(database, rows, bounds)
        fresh = [member for member, digest in zip(pairwise(bounds), digests, strict=True) if digest not in known]
        lines = member_lines(database, rows, fresh)
        pending: deque[Future[Member]] = deque()
        for digest in digests:
            pending.append(_done(known[digest]) if digest in known else pool.submit(pack, next(lines), digest))
            if len(pending) > 8 * threads:
                file.write(pending.popleft().result())
        for member in pending:
            file.write(member.result())


def member_digests(database: duckdb.DuckDBPyConnection, rows: pa.Table, bounds: list[int]) -> list[bytes]:
    """A sha256 of the rows of each member, and of what turns them into bytes."""
    hashes = []
    for start in range(0, len(rows), ROWS_HASHED_AT_ONCE):
        database.register("rows", rows.slice(start, ROWS_HASHED_AT_ONCE))
        hashes.append(database.sql(_HASHES).to_arrow_table()["hash"].to_numpy())
    data = np.concatenate([np.empty(0, np.uint64), *hashes]).astype("<u8")
    return [hashlib.sha256(_MADE_BY + data[start:end].tobytes()).digest() for start, end in pairwise(bounds)]


def member_lines(
    database: duckdb.DuckDBPyConnection, rows: pa.Table, members: list[tuple[int, int]]
) -> Iterator[bytes]:
    """The lines of each of these members, given by their first row and the row behind their last."""
    for some in _batches(members):
        database.register("rows", pa.concat_tables([rows.slice(start, end - start) for start, end in some]))
        lines = database.sql(_LINES).to_arrow_table()["line"].combine_chunks().cast(pa.large_string())
        ends = np.cumsum([0, *(end - start for start, end in some)])
        if not ends[-1]:  # the one member of a file without rows
            yield b""
            continue
        offsets = np.frombuffer(lines.buffers()[1], np.int64)[ends]
        for start, end in pairwise(offsets.tolist()):
            yield lines.buffers()[2][start:end].to_pybytes()


def member_bounds(ids: pa.ChunkedArray) -> list[int]:
    """The first row of each member, and the number of rows: a member holds the ids that begin with the same digits.

    A file without rows has one empty member, so that it is a gzip file.

    >>> member_bounds(pa.chunked_array([["art_01", "art_02", "art_11"]]))
    [0, 3]
    """
    if not len(ids):
        return [0, 0]
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


def _batches(members: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Runs of members with about `ROWS_AT_ONCE` rows."""
    some: list[tuple[int, int]] = []
    for member in members:
        if some and sum(end - start for start, end in some) >= ROWS_AT_ONCE:
            yield some
            some = []
        some.append(member)
    if some:
        yield some


def pack(lines: bytes, digest: bytes) -> bytes:
    """A gzip member with these lines, whose header says how long it is and what digest its rows have."""
    packed = pa.Codec("gzip", compression_level=LEVEL).compress(lines, asbytes=True)
    rest = packed[_PLAIN_HEADER:]  # deflated data, checksum, size
    return bytes(_HEADER.pack(*_START, _HEADER.size + len(rest), digest) + rest)


def read_members(path: Path | None) -> Mapping[bytes, Member]:
    """The members of a file by the digest of their rows, by memory map; none of a file that was not written here."""
    members: dict[bytes, Member] = {}
    if path is None or not path.is_file() or not path.stat().st_size:
        return members
    with path.open("rb") as file:
        data, at = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)), 0
    while at + _HEADER.size <= len(data):
        *start, length, digest = _HEADER.unpack_from(data, at)
        if tuple(start) != _START or length <= _HEADER.size:
            return {}
        members[digest] = data[at : at + length]
        at += length
    return members if at == len(data) else {}


def _done(member: Member) -> Future[Member]:
    future: Future[Member] = Future()
    future.set_result(member)
    return future
