"""Streams of bytes: files opened without following links, unpacked within limits, archives as folders.

In     a `RawFile`, or a member of an archive
Out    a readable binary stream that refuses to go past the limits

Nothing is ever unpacked to a path: members are read as streams. A compressed archive is spooled to an unnamed
temporary file first, because zip and tar have to be read in the order of their names.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

import pyarrow as pa

from tasks.ingest.records import Refused
from tasks.ingest.scan import RawFile
from tasks.ingest.settings import IngestSettings

CHUNK = 1 << 18
COMPRESSED = (".gz", ".zst")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst")
BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, tarfile.TarError, pa.ArrowException)


@dataclass(slots=True)
class Source:
    """Something that can be opened and read: a file, or a member of an archive."""

    path: str  # as published
    open: Callable[[], IO[bytes]]
    size: int  # bytes as stored (packed)
    depth: int = 0  # archives around it
    problem: tuple[str, str] | None = None  # reason and detail why it is not read
    close: Callable[[], None] = lambda: None  # called when it has been read


def of_file(file: RawFile, settings: IngestSettings) -> Source:
    """The source of a file under raw/."""
    problem = None
    if file.problem:
        problem = ("unreadable", file.problem)
    elif file.size > settings.file_bytes:
        problem = ("too_large", f"the file has {file.size:,} bytes; the limit is {settings.file_bytes:,}")
    return Source(file.path, lambda: _open_file(file.place), file.size, problem=problem)


def _open_file(place: bytes) -> IO[bytes]:
    # O_NONBLOCK: what was a file when the folder was read may be a FIFO now, and must not hang the run
    handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Refused("unreadable", "it is not a regular file any more")
    return open(handle, "rb", buffering=CHUNK)  # noqa: PTH123 (the caller closes it)


def suffixes(path: str) -> tuple[str, str]:
    """The suffix that names the format, and the one that names the compression, in lower case.

    >>> suffixes("a/b.JSONL.gz"), suffixes("a.tar.gz"), suffixes("a.txt")
    (('.jsonl', '.gz'), ('.tar', '.gz'), ('.txt', ''))
    """
    name = path.rpartition("/")[2].lower()
    if name.endswith(".tgz"):
        return ".tar", ".gz"
    packing = next((suffix for suffix in COMPRESSED if name.endswith(suffix)), "")
    stem = name.removesuffix(packing)
    return PurePosixPath(stem).suffix, packing


class Unpacked(io.RawIOBase):
    """A decompressed stream that counts what comes out, and refuses past the limits."""

    def __init__(self, inner: Any, consumed: Callable[[], int], settings: IngestSettings):
        self._inner, self._consumed, self._settings = inner, consumed, settings
        self._out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._inner.read(len(buffer))
        buffer[: len(data)] = data
        self._out += len(data)
        self._check()
        return len(data)

    def _check(self) -> None:
        limits = self._settings
        if self._out > limits.unpacked_bytes:
            raise Refused("too_large", f"it unpacks to more than {limits.unpacked_bytes:,} bytes")
        if self._out > limits.unpacked_free and self._out > limits.unpacked_ratio * self._consumed():
            raise Refused("too_large", f"it unpacks to more than {limits.unpacked_ratio} times its size")

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def open_unpacked(source: Source, packing: str, settings: IngestSettings) -> IO[bytes]:
    """The bytes of a source, decompressed where `packing` says how."""
    stream = source.open()
    if not packing:
        return stream
    if packing == ".gz":
        inner: Any = gzip.GzipFile(fileobj=stream)
    else:
        inner = pa.CompressedInputStream(stream, "zstd")
    return io.BufferedReader(_Owning(inner, stream, settings), CHUNK)


class _Owning(Unpacked):
    """An `Unpacked` that closes the packed stream too."""

    def __init__(self, inner: Any, packed: IO[bytes], settings: IngestSettings):
        super().__init__(inner, packed.tell, settings)
        self._packed = packed

    def close(self) -> None:
        super().close()
        self._packed.close()


# ------------------------------------------------------------------ archives


def members(source: Source, form: str, packing: str, settings: IngestSettings) -> Iterator[Source]:
    """The files inside an archive, as sources; one with the archive's own path where it is damaged.

    The archive is closed when each of its members has been closed.
    """
    stream = open_unpacked(source, packing, settings)
    if packing or not stream.seekable():
        stream = spooled(stream)
    found = list(_zip_members(source, stream, settings) if form == ".zip" else _tar_members(source, stream))
    open_members = [len(found)]

    def close() -> None:
        open_members[0] -= 1
        if open_members[0] == 0:
            stream.close()

    for member in found:
        member.close = close
        yield member
    if not found:
        stream.close()


def spooled(stream: IO[bytes]) -> IO[bytes]:
    """The rest of a stream in an unnamed temporary file, so that it can be read in any order."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the archive)
    try:
        with stream:
            while chunk := stream.read(CHUNK):
                spool.write(chunk)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


def _member(
    archive: Source, name: str, size: int, opener: Callable[[], IO[bytes]], problem: tuple[str, str] | None
) -> Source:
    name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/"):
        problem = ("malformed", "its name points outside of the archive")
    return Source(f"{archive.path}/{name}", opener, size, archive.depth + 1, problem)


def _zip_members(archive: Source, stream: IO[bytes], settings: IngestSettings) -> Iterator[Source]:
    file = zipfile.ZipFile(stream)
    for info in file.infolist():
        if info.is_dir():
            continue
        kind = info.external_attr >> 16
        problem = None
        if stat.S_ISLNK(kind):
            problem = ("unreadable", "a symbolic link; links are not followed")
        elif info.flag_bits & 1:
            problem = ("unreadable", "it is encrypted")

        def opener(info: zipfile.ZipInfo = info) -> IO[bytes]:
            inner = file.open(info)
            return io.BufferedReader(Unpacked(inner, lambda: info.compress_size, settings), CHUNK)

        yield _member(archive, info.filename, info.compress_size, opener, problem)


def _tar_members(archive: Source, stream: IO[bytes]) -> Iterator[Source]:
    file = tarfile.open(fileobj=stream, mode="r:")  # noqa: SIM115 (it goes with the stream)
    count = 0
    while True:
        try:
            info = file.next()
        except BROKEN as error:
            detail = f"the archive breaks off after {count} members: {error}"
            yield Source(archive.path, archive.open, 0, archive.depth, ("malformed", detail))
            return
        if info is None:
            return
        count += 1
        if info.isdir():
            continue
        problem = None
        if info.issym() or info.islnk():
            problem = ("unreadable", "a link; links are not followed")
        elif not info.isreg():
            problem = ("unreadable", "not a regular file")

        def opener(info: tarfile.TarInfo = info) -> IO[bytes]:
            return file.extractfile(info) or io.BytesIO()

        yield _member(archive, info.name, info.size, opener, problem)
