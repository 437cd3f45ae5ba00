"""Which files lie under raw/.

In     a folder, or a prefix in an object store (`tasks.ingest.bucket`)
Out    one `RawFile` a file, sorted by path; sidecars apart

Hidden files and folders (a leading dot) and `README*` are passed over. Symbolic links are not followed; they, FIFOs,
sockets and devices come out with a `problem`, so that nothing vanishes. Names may hold any bytes: what is not UTF-8 is
escaped as `\\xff` in `path`, the name on disk stays in `place`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tasks.ingest.bucket import RawBucket
from tasks.ingest.raw_files import RawFile, day_of, is_passed_over
from tasks.storage import Bucket, Location, locate

SIDECAR = ".meta.json"
_KINDS = {stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


Raw = str | Location | RawBucket


def open_raw(raw: Raw) -> Path | RawBucket:
    """The raw files at a place; one that is opened once for several calls is listed once.

    Raises:
        ConfigError: the place is of a kind that cannot be read.
    """
    place = raw if isinstance(raw, RawBucket) else locate(raw)
    return RawBucket(place) if isinstance(place, Bucket) else place


def scan(raw: Path | RawBucket) -> tuple[list[RawFile], dict[str, RawFile]]:
    """All files under a folder, and its sidecars by the path of the file that they describe."""
    files: list[RawFile] = []
    sidecars: dict[str, RawFile] = {}
    for file in _walk(os.fsencode(raw)) if isinstance(raw, Path) else raw.walk():
        if file.path.endswith(SIDECAR):
            sidecars[file.path.removesuffix(SIDECAR)] = file
        else:
            files.append(file)
    return sorted(files, key=lambda file: file.path), sidecars


def has_files(raw: Path | RawBucket) -> bool:
    """Whether there is anything to read."""
    return bool(scan(raw)[0])


def _walk(raw: bytes) -> Iterator[RawFile]:
    folders = [(raw, "")]
    while folders:
        folder, prefix = folders.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            yield RawFile(prefix.rstrip("/") or ".", folder, problem=f"the folder cannot be read: {error.strerror}")
            continue
        for entry in entries:
            path = prefix + entry.name.decode("utf-8", "backslashreplace")
            try:
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith(b"."):
                        folders.append((entry.path, path + "/"))
                elif not is_passed_over(os.fsdecode(entry.name)):
                    yield _raw_file(path, entry)
            except OSError as error:
                yield RawFile(path, entry.path, problem=f"it cannot be looked at: {error.strerror}")


def _raw_file(path: str, entry: os.DirEntry[bytes]) -> RawFile:
    if entry.is_symlink():
        return RawFile(path, entry.path, problem="a symbolic link; links are not followed")
    status = entry.stat(follow_symlinks=False)
    kind = _KINDS.get(stat.S_IFMT(status.st_mode))
    problem = f"{kind}, not a file" if kind else None
    return RawFile(path, entry.path, status.st_size, problem, day=day_of(status.st_mtime))
