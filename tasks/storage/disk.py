"""A folder on disk, written so that readers see the old state or the new one, whole.

In     names relative to the root of a data set (`latest.json`, `versions/v0003/manifest.json`) and bytes
Out    the same, on disk, in the order in which a power cut may not mix them up

A write goes to a new file, which is flushed to disk and then renamed over the old name, and then the folder is flushed:
a rename is atomic on POSIX, and a name that survives a crash always has its content. `adopt` does the same with a whole
folder. `tasks.storage.objects` has the same doors, with conditional writes in the place of renames.

Limits  One writer at a time (`tasks.publish.lock`); any number of readers.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from tasks.errors import ConfigError

CHUNK = 1 << 20  # bytes
_PART = ".part"  # what a file is called until it is whole


@dataclass(frozen=True)
class Disk:
    """A data set in a local folder; names are relative to `root` and `/`-separated."""

    root: Path
    chosen_cache: Path | None = None

    def __str__(self) -> str:
        return str(self.root)

    @property
    def work(self) -> Path:
        """The folder on this machine that holds the staging."""
        return self.root

    @property
    def cache(self) -> Path:
        """Where results of earlier runs are kept."""
        return self.chosen_cache or self.root / ".cache"

    def place(self, name: str) -> Path:
        """Where the file or folder of that name lies, for people."""
        return self.root / name

    def local(self, name: str) -> Path | None:
        """The same, where it can be opened as a path on this machine."""
        return self.root / name

    def source(self, name: str) -> Any:
        """What pyarrow opens to read parts of a file."""
        return self.root / name

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file, in pieces.

        Raises:
            FileNotFoundError: there is no such file.
        """
        with self.place(name).open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece

    def sizes(self, folder: str) -> dict[str, int]:
        """The sizes in bytes of the files in a folder, by name; none where there is no such folder."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            return {entry.name: entry.stat().st_size for entry in self.place(folder).iterdir() if entry.is_file()}
        return {}

    def as_uploaded(self, _folder: str) -> set[str]:
        """Files that cannot have changed since they were written; nobody can tell on a disk."""
        return set()

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None where there is no such file."""
        try:
            return self.place(name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted; none where there is no such folder."""
        try:
            return sorted(entry.name for entry in self.place(folder).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def write(self, name: str, data: bytes) -> None:
        """Put `data` in the place of the file, atomically and for good."""
        target = self.place(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + _PART)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        sync_folder(target.parent)

    def watch(self, name: str) -> None:
        """Let later writes of a file fail where somebody else has written it; the lock sees to that on a disk."""

    def claim(self, name: str) -> bool:
        """Reserve a name for `adopt`; whether it was free. The rename of `adopt` decides on a disk."""
        return not self.place(name).exists()

    def adopt(self, folder: Path, name: str) -> None:
        """Make a finished folder visible under a name that nothing has yet, atomically and for good.

        Raises:
            FileExistsError: the name is taken; `folder` stays where it is.
        """
        target = self.place(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        sync_tree(folder)
        if target.exists():
            raise FileExistsError(f"{target} exists already")
        folder.rename(target)  # fails on a folder with files in it, should another run have been quicker
        sync_folder(target.parent)
        sync_folder(folder.parent)

    def exchange(self, new: str, name: str, old: str) -> None:
        """Put the folder `new` in the place of `name`, which becomes `old`; may be called again at any point."""
        fresh, target = self.place(new), self.place(name)
        if fresh.exists():
            if target.exists():
                target.rename(self.place(old))
            fresh.rename(target)
            sync_folder(target.parent)

    def remove(self, name: str) -> None:
        """Take a file or a folder away; a folder goes in one step, by being moved out of sight first."""
        target = self.place(name)
        if target.is_dir() and not target.is_symlink():
            hidden = target.with_name(f".{target.name}.removed")
            shutil.rmtree(hidden, ignore_errors=True)
            target.rename(hidden)
            sync_folder(target.parent)
            shutil.rmtree(hidden)
        else:
            target.unlink(missing_ok=True)

    def sweep(self, folder: str) -> None:
        """Take away what a writer that died left in a folder: what it was hiding."""
        for name in self.names(folder):
            if name.startswith("."):
                shutil.rmtree(self.place(f"{folder}/{name}"), ignore_errors=True)

    def guard(self, name: str) -> DiskGuard:
        """Take the lock file of that name.

        Raises:
            BlockingIOError: a living process on this host has it.
            ConfigError: the folder cannot be made or written to.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.place(name), os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise ConfigError(
                f"{self.root}: cannot be written to ({error.strerror}); give a folder that you may write to"
            ) from error
        return DiskGuard(os.fdopen(descriptor, "r+", encoding="utf-8"))


class DiskGuard:
    """A lock file that is held by flock, and says by whom in words; `before` is what it said when it was taken."""

    proves_death: ClassVar[bool] = True  # of a holder on this host: the kernel ends a lock with its process

    def __init__(self, file: Any) -> None:
        self._file = file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.before: str = file.read()
        except BaseException:
            file.close()
            raise

    def put(self, text: str) -> None:
        """Say who holds it."""
        self._file.seek(0)
        self._file.write(text)
        self._file.flush()
        self._file.truncate(len(text.encode()))  # last: nobody must read an empty file and take the lock for free
        os.fsync(self._file.fileno())

    def close(self, text: str | None = None) -> None:
        """Let go of it, with a last word; without one, what stands in the file stays."""
        try:
            if text is not None:
                self.put(text)
        finally:
            self._file.close()


def sync_folder(folder: Path) -> None:
    """Flush a folder's list of names to disk; file systems that cannot are left alone."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # e.g. EINVAL on some network file systems
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Flush every file under a folder, then the folders, innermost first."""
    for path, _, files in os.walk(folder, topdown=False):
        for name in files:
            descriptor = os.open(Path(path, name), os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        sync_folder(Path(path))
