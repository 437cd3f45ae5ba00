"""Cutting a stream of bytes into lines, and into the values of a JSON text, in bounded memory.

In     a binary stream
Out    pieces of bytes, or `TooLong` in the place of one that is longer than the limit
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class TooLong:
    """A piece past the limit, whose bytes were counted and let go."""

    n_bytes: int


def read_lines(stream: IO[bytes], limit: int) -> Iterator[bytes | TooLong]:
    """The lines of a stream without their newline, `\\r` left on; only the last may lack its newline.

    >>> import io
    >>> list(read_lines(io.BytesIO(b"one\\n\\nthree"), 10))
    [b'one', b'', b'three']
    """
    parts: list[bytes] = []
    held = 0
    while chunk := stream.read(CHUNK):
        first, *rest = chunk.split(b"\n")
        parts.append(first)
        held += len(first)
        if held > limit:
            parts = []  # what is too long is only counted
        if not rest:
            continue
        yield TooLong(held) if held > limit else b"".join(parts)
        *whole, last = rest
        for line in whole:
            yield TooLong(len(line)) if len(line) > limit else line
        parts, held = [last], len(last)
    if held:
        yield TooLong(held) if held > limit else b"".join(parts)


_INSIDE = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)  # up to the end of a string
_OUTSIDE = re.compile(rb'["\[\]{},]')


class JsonSplitter:
    """Cuts a JSON text into its top values; of an array at the top, into the array's elements.

    It knows brackets and strings only, so a bad value spoils itself alone; its parsing is the caller's.
    """

    def __init__(self, stream: IO[bytes], limit: int):
        self._stream, self._limit = stream, limit
        self.in_array = False  # the top value is an array
        self.ended = True  # every bracket and string was closed

    def __iter__(self) -> Iterator[bytes | TooLong]:
        held = bytearray()
        counted = depth = 0
        in_string = escaped = False
        while chunk := self._stream.read(CHUNK):
            start = at = 0
            if escaped:
                at, escaped = 1, False
            while True:
                if in_string:
                    at = _INSIDE.match(chunk, at).end()  # type: ignore[union-attr]
                    if at == len(chunk):
                        break
                    if chunk[at] == 0x5C:  # a backslash that ends the chunk
                        escaped = True
                        break
                    in_string, at = False, at + 1
                    continue
                found = _OUTSIDE.search(chunk, at)
                if not found:
                    break
                at = found.end()
                mark = found[0]
                if mark == b'"':
                    in_string = True
                    continue
                if mark in b"[{":
                    if (
                        mark == b"["
                        and depth == 0
                        and not held.strip()
                        and not chunk[start : at - 1].strip()
                        and not self.in_array
                    ):
                        self.in_array, start = True, at
                        continue
                    depth += 1
                    continue
                if mark == b"," and depth:
                    continue
                if mark in b"]}":
                    closes_array = mark == b"]" and depth == 0
                    depth = max(depth - 1, 0)
                    if depth or (self.in_array and not closes_array):
                        continue
                    end = at - 1 if closes_array else at
                else:
                    end = at - 1
                held += chunk[start:end]
                counted += end - start
                if counted > self._limit:
                    yield TooLong(counted)
                elif piece := bytes(held).strip():
                    yield piece
                held.clear()
                counted, start = 0, at
                if mark == b"]" and self.in_array and end == at - 1:
                    self.in_array = False
            held += chunk[start:]
            counted += len(chunk) - start
            if counted > self._limit:
                held.clear()
        self.ended = depth == 0 and not in_string and not self.in_array
        if counted > self._limit:
            yield TooLong(counted)
        elif piece := bytes(held).strip():
            yield piece
