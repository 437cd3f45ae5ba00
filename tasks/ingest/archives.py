"""Zip and tar archives as folders: their members are sources like files.

In     a `Source` that is an archive
Out    a `Source` a member; one with the archive's own path where it is damaged

Nothing is ever unpacked to a path: members are read as streams, and names that point outside are refused. A compressed
archive is spooled to an unnamed temporary file first, because its members are read in the order of their names.
"""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from typing import IO

from tasks.ingest.records import Refused
from tasks.ingest.settings import IngestSettings
from tasks.ingest.sources import BROKEN, CHUNK, Budget, Source, Unpacked, open_unpacked, spooled

FORMATS = (".zip", ".tar")

Opener = Callable[[], IO[bytes]]
Problem = tuple[str, str] | None
_LINK: Problem = ("unreadable", "a link; links are not followed")


def members(source: Source, form: str, packing: str, settings: IngestSettings) -> list[Source]:
    """The members of an archive; it is closed when each of them has been closed.

    Raises:
        Refused: archives are nested too deep, or it is too large.
        Exception: those of `BROKEN`, where nothing of it can be read.
    """
    if source.depth >= settings.archive_nesting:
        raise Refused("too_large", f"archives are nested more than {settings.archive_nesting} deep")
    stream = open_unpacked(source, packing, settings)
    if packing or not stream.seekable():
        stream = spooled(stream, settings.spooled_bytes)
    try:
        listed = _zip_members(source, stream, settings) if form == ".zip" else _tar_members(source, stream, settings)
        found = list(listed)
    except (ValueError, OverflowError, NotImplementedError) as error:
        stream.close()
        raise Refused("malformed", f"the archive is damaged: {error}") from None
    except BaseException:
        stream.close()
        raise
    _close_together(found, stream, source)
    return found


def _close_together(found: list[Source], stream: IO[bytes], archive: Source) -> None:
    still_open = len(found)

    def close() -> None:
        nonlocal still_open
        still_open -= 1
        if still_open <= 0:
            stream.close()
            archive.close()

    for member in found:
        member.close = close
    if not found:
        close()


def _member(archive: Source, name: str, size: int, opener: Opener, problem: Problem) -> Source:
    name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "\\0")
    if name.startswith("/") or ".." in name.replace("\\", "/").split("/"):
        problem = ("malformed", "its name points outside of the archive")
    return Source(f"{archive.path}/{name}", opener, size, archive.depth + 1, problem)


def _too_many(archive: Source, settings: IngestSettings) -> Source:
    detail = f"the archive has more than {settings.documents_per_file:,} members; the others are not read"
    return Source(archive.path, archive.open, 0, archive.depth, ("too_large", detail))


def _zip_members(archive: Source, stream: IO[bytes], settings: IngestSettings) -> Iterator[Source]:
    file = zipfile.ZipFile(stream)
    budget = Budget(settings)
    for count, info in enumerate(file.infolist()):
        if count >= settings.documents_per_file:
            yield _too_many(archive, settings)
            return
        if info.is_dir():
            continue
        problem = None
        if stat.S_ISLNK(info.external_attr >> 16):
            problem = _LINK
        elif info.flag_bits & 1:
            problem = ("unreadable", "it is encrypted")
        elif info.file_size > max(settings.unpacked_free, settings.unpacked_ratio * info.compress_size):
            problem = ("too_large", f"it unpacks to more than {settings.unpacked_ratio} times its size")

        def opener(info: zipfile.ZipInfo = info) -> IO[bytes]:
            try:
                inner = file.open(info)
            except (RuntimeError, NotImplementedError, ValueError) as error:  # a method or a header it does not know
                raise Refused("malformed", f"the member cannot be read: {error}") from None
            return io.BufferedReader(Unpacked(inner, lambda: info.compress_size, budget), CHUNK)

        yield _member(archive, info.filename, info.file_size, opener, problem)


def _tar_members(archive: Source, stream: IO[bytes], settings: IngestSettings) -> Iterator[Source]:
    file = tarfile.open(fileobj=stream, mode="r:")  # noqa: SIM115 (it goes with the stream)
    count = 0
    while info := _next(archive, file, count):
        if isinstance(info, Source):
            yield info
            return
        count += 1
        if count > settings.documents_per_file:
            yield _too_many(archive, settings)
            return
        if info.isdir():
            continue
        problem = None
        if info.issym() or info.islnk():
            problem = _LINK
        elif not info.isreg():
            problem = ("unreadable", "not a regular file")

        def opener(info: tarfile.TarInfo = info) -> IO[bytes]:
            return file.extractfile(info) or io.BytesIO()

        yield _member(archive, info.name, info.size, opener, problem)


def _next(archive: Source, file: tarfile.TarFile, count: int) -> tarfile.TarInfo | Source | None:
    """The next member; a source that tells where the archive is damaged; None at its end."""
    try:
        return file.next()
    except (*BROKEN, ValueError, OverflowError) as error:
        detail = f"the archive is damaged after {count} members: {error}"
        return Source(archive.path, archive.open, 0, archive.depth, ("malformed", detail))
