"""Streams of bytes: files opened without following links, unpacked within limits.

In     a `RawFile`
Out    a readable binary stream that refuses to go past the limits

Limits  A gzip or zstd file that breaks off is noticed when its last byte has been read, not before.
"""

from __future__ import annotations

import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

import pyarrow as pa

from tasks.ingest.raw_files import RawFile
from tasks.ingest.records import Refused
from tasks.ingest.settings import IngestSettings

CHUNK = 1 << 18
COMPRESSED = (".gz", ".zst")
# What the libraries raise on damaged input; an OSError from a file itself is not among them
BROKEN = (
    EOFError,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    tarfile.TarError,
    struct.error,
    pa.ArrowException,
)


def _nothing() -> None:
    pass


@dataclass(slots=True)
class Source:
    """Something that can be opened and read: a file, or a member of an archive."""

    path: str  # as published
    open: Callable[[], IO[bytes]]
    size: int  # in bytes as stored
    depth: int = 0  # archives around it
    problem: tuple[str, str] | None = None  # reason and detail why it is not read
    state: Callable[[], object] = _nothing  # changes when somebody writes to it
    close: Callable[[], None] = _nothing  # to be called when it has been read
    day: str | None = None  # ISO date of the last change to the file that it lies in


def of_file(file: RawFile, settings: IngestSettings) -> Source:
    """The source of a file under raw/."""
    problem = None
    if file.problem:
        problem = ("unreadable", file.problem)
    elif file.size > settings.file_bytes:
        problem = ("too_large", f"the file has {file.size:,} bytes; the limit is {settings.file_bytes:,}")
    if file.opened:
        return Source(file.path, file.opened, file.size, problem=problem, day=file.day)
    return Source(
        file.path,
        lambda: _open_file(file.place),
        file.size,
        problem=problem,
        state=lambda: _state(file.place),
        day=file.day,
    )


def _open_file(place: bytes) -> IO[bytes]:
    # O_NONBLOCK: what was a file when the folder was read may be a FIFO now, and must not hang the run
    handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Refused("unreadable", "it is not a regular file any more")
    return open(handle, "rb", buffering=CHUNK)  # noqa: PTH123 (the caller closes it)


def _state(place: bytes) -> object:
    status = os.stat(place, follow_symlinks=False)  # noqa: PTH116 (names of any bytes)
    return status.st_size, status.st_mtime_ns, status.st_ino


def suffixes(path: str) -> tuple[str, str]:
    """The suffix that names the format, and the one that names the compression, in lower case.

    >>> suffixes("a/b.JSONL.gz"), suffixes("a.tgz"), suffixes("a.txt")
    (('.jsonl', '.gz'), ('.tar', '.gz'), ('.txt', ''))
    """
    name = path.rpartition("/")[2].lower()
    if name.endswith(".tgz"):
        return ".tar", ".gz"
    packing = next((suffix for suffix in COMPRESSED if name.endswith(suffix)), "")
    return PurePosixPath(name.removesuffix(packing)).suffix, packing


class Unpacked(io.RawIOBase):
    """A decompressed stream that counts what comes out, and refuses past the limits.

    Args:
        inner: the decompressed stream.
        consumed: the number of packed bytes read so far.
        budget: counts what has come out of the whole file; members of an archive share one.
        packed: a stream to be closed as well.
    """

    def __init__(
        self, inner: Any, consumed: Callable[[], int], budget: Budget, packed: IO[bytes] | None = None
    ) -> None:
        self._inner, self._consumed, self._budget, self._packed = inner, consumed, budget, packed
        self._out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """As every raw stream has it; `Refused` past a limit."""
        data = self._inner.read1(len(buffer))  # what came before a break is given out before the break is raised
        buffer[: len(data)] = data
        self._out += len(data)
        self._budget.spend(len(data))
        limits = self._budget.settings
        if self._out > limits.unpacked_free and self._out > limits.unpacked_ratio * self._consumed():
            raise Refused("too_large", f"it unpacks to more than {limits.unpacked_ratio} times its size")
        return len(data)

    def close(self) -> None:
        """Close this stream and those below it."""
        if not self.closed:
            super().close()
            try:
                self._inner.close()
            finally:
                if self._packed is not None:
                    self._packed.close()


class Budget:
    """How much may still come out of one raw file."""

    def __init__(self, settings: IngestSettings):
        self.settings = settings
        self._left = settings.unpacked_bytes

    def spend(self, count: int) -> None:
        """Raises `Refused("too_large", …)` when nothing is left."""
        self._left -= count
        if self._left < 0:
            raise Refused("too_large", f"it unpacks to more than {self.settings.unpacked_bytes:,} bytes")


def open_unpacked(source: Source, packing: str, settings: IngestSettings) -> IO[bytes]:
    """The bytes of a source, decompressed where `packing` says how."""
    stream = source.open()
    if not packing:
        return stream
    try:
        inner = gzip.GzipFile(fileobj=stream) if packing == ".gz" else pa.CompressedInputStream(stream, "zstd")
    except BaseException:
        stream.close()
        raise
    return io.BufferedReader(Unpacked(inner, stream.tell, Budget(settings), stream), CHUNK)


def spooled(stream: IO[bytes], limit: int) -> IO[bytes]:
    """The rest of a stream in an unnamed temporary file, so that it can be read in any order.

    Raises:
        Refused: `too_large`.
    """
    spool = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    try:
        with stream:
            while chunk := stream.read(CHUNK):
                if spool.tell() + len(chunk) > limit:
                    raise Refused("too_large", f"it unpacks to more than {limit:,} bytes, the limit for archives")
                spool.write(chunk)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return spool
