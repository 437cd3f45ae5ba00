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
    """The lines of a stream that are not empty, without their newline, `\\r` left on.

    >>> import io
    >>> list(read_lines(io.BytesIO(b"one\\n\\nthree"), 10))
    [b'one', b'three']
    """
    parts: list[bytes] = []
    held = 0
    while chunk := stream.read1(CHUNK):  # type: ignore[attr-defined]
        first, *rest = chunk.split(b"\n")
        parts.append(first)
        held += len(first)
        if held > limit:
            parts = []  # what is too long is only counted
        if not rest:
            continue
        if held:
            yield TooLong(held) if held > limit else b"".join(parts)
        last = rest.pop()
        for line in filter(None, rest):
            yield TooLong(len(line)) if len(line) > limit else line
        parts, held = [last], len(last)
    if held:
        yield TooLong(held) if held > limit else b"".join(parts)


_INSIDE = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)  # up to the end of a string
_OUTSIDE = re.compile(rb'["\[\]{},]')


class JsonSplitter:
    """Cuts a JSON text into its top values; of an array at the top, into the array's elements.

    It knows brackets and strings only, so a bad value spoils itself alone; parsing is the caller's. When the iteration
    has ended, `ended` tells whether every bracket and string was closed.

    >>> import io
    >>> list(JsonSplitter(io.BytesIO(b'[{"a": "]"}, 2]'), 100)), list(JsonSplitter(io.BytesIO(b'{} {"a": [1]}'), 100))
    ([b'{"a": "]"}', b'2'], [b'{}', b'{"a": [1]}'])
    """

    def __init__(self, stream: IO[bytes], limit: int):
        self._stream, self._limit = stream, limit
        self._held, self._size = bytearray(), 0  # of the piece that has begun
        self._depth = 0  # brackets open within the piece
        self._in_array = self._in_string = self._escaped = False

    @property
    def ended(self) -> bool:
        """Every bracket and string was closed."""
        return not (self._depth or self._in_string or self._in_array)

    def __iter__(self) -> Iterator[bytes | TooLong]:
        while chunk := self._stream.read1(CHUNK):  # type: ignore[attr-defined]
            start = 0
            for end, next_start in self._cuts(chunk):
                self._hold(chunk[start:end])
                start = next_start
                if piece := self._release():
                    yield piece
            self._hold(chunk[start:])
        if piece := self._release():
            yield piece

    def _cuts(self, chunk: bytes) -> Iterator[tuple[int, int]]:
        """Where pieces end and where the next ones begin."""
        at = self._after_string(chunk, 0) if self._in_string else 0
        start = 0
        while found := _OUTSIDE.search(chunk, at):
            at, mark = found.end(), found[0]
            cut = None
            if mark == b'"':
                self._in_string = True
                at = self._after_string(chunk, at)
            elif mark in b"[{":
                if mark == b"[" and self._is_top(chunk[start : at - 1]):
                    self._in_array, cut = True, at - 1
                else:
                    self._depth += 1
            elif mark == b",":
                cut = None if self._depth else at - 1
            elif self._depth:
                self._depth -= 1
                cut = None if self._depth or self._in_array else at
            else:
                self._in_array, cut = False, at - 1
            if cut is not None:
                start = at
                yield cut, at

    def _is_top(self, before: bytes) -> bool:
        """Whether nothing but blanks has come before in this piece, and it is not inside an array."""
        return not (self._depth or self._in_array or self._size > self._limit or self._held.strip() or before.strip())

    def _after_string(self, chunk: bytes, at: int) -> int:
        if self._escaped:
            at, self._escaped = at + 1, False
        at = _INSIDE.match(chunk, at).end()  # type: ignore[union-attr]
        if at < len(chunk) and chunk[at : at + 1] == b'"':
            self._in_string = False
            return at + 1
        self._escaped = at < len(chunk)  # a backslash ends the chunk
        return len(chunk)

    def _hold(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limit:
            self._held.clear()  # what is too long is only counted
        else:
            self._held += part

    def _release(self) -> bytes | TooLong | None:
        piece: bytes | TooLong = bytes(self._held).strip()
        if self._size > self._limit:
            piece = TooLong(self._size)
        self._held.clear()
        self._size = 0
        return piece or None
