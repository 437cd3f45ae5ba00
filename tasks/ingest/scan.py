"""Which files lie under raw/.

In     a folder
Out    one `RawFile` a file, sorted by path; sidecars apart

Hidden files and folders (a leading dot) and `README*` are passed over. Symbolic links are not followed; they, FIFOs,
sockets and devices come out with a `problem`, so that nothing vanishes. Names may hold any bytes: what is not UTF-8 is
escaped as `\\xff` in `path`, the name on disk stays in `place`.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

SIDECAR = ".meta.json"
_KINDS = {stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file under raw/: `path` as published, `place` as the system knows it."""

    path: str
    place: bytes
    size: int = 0
    mtime_ns: int = 0
    problem: str | None = None  # why it is not read


def is_passed_over(name: str) -> bool:
    """True for hidden files and `README*`, which are no documents."""
    return name.startswith((".", "README"))


def scan(raw: Path) -> tuple[list[RawFile], dict[str, RawFile]]:
    """All files under a folder, and its sidecars by the path of the file that they describe."""
    found = list(_walk(os.fsencode(raw), ""))
    sidecars = {f.path.removesuffix(SIDECAR): f for f in found if f.path.endswith(SIDECAR) and f.problem is None}
    files = sorted((f for f in found if not f.path.endswith(SIDECAR)), key=lambda f: (f.path, f.place))
    return files, sidecars


def _walk(folder: bytes, prefix: str):
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        yield RawFile(prefix.rstrip("/"), folder, problem=f"the folder cannot be read: {error.strerror}")
        return
    for entry in entries:
        name = entry.name.decode("utf-8", "backslashreplace")
        path = prefix + name
        try:
            if entry.is_dir(follow_symlinks=False):
                if not name.startswith("."):
                    yield from _walk(entry.path, path + "/")
            elif not is_passed_over(name):
                yield _raw_file(path, entry)
        except OSError as error:
            yield RawFile(path, entry.path, problem=f"it cannot be looked at: {error.strerror}")


def _raw_file(path: str, entry: os.DirEntry[bytes]) -> RawFile:
    if entry.is_symlink():
        return RawFile(path, entry.path, problem="a symbolic link; links are not followed")
    status = entry.stat(follow_symlinks=False)
    kind = _KINDS.get(stat.S_IFMT(status.st_mode))
    problem = f"{kind}, not a file" if kind else None
    return RawFile(path, entry.path, status.st_size, status.st_mtime_ns, problem)
