"""Where a data set lies: a folder on disk, written so that readers see the old state or the new one, whole.

In     names relative to the root of a data set (`latest.json`, `versions/v0003/manifest.json`) and bytes
Out    the same, on disk, in the order in which a power cut may not mix them up

A write goes to a new file, which is flushed to disk and then renamed over the old name, and then the folder is flushed:
a rename is atomic on POSIX, and a name that survives a crash always has its content. `adopt` does the same with a whole
folder. An object store has the same doors with conditional writes in the place of renames (docs/decisions).

Limits  One writer at a time (`tasks.publish.lock`); any number of readers.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import ConfigError

_PART = ".part"  # what a file is called until it is whole


@dataclass(frozen=True)
class Disk:
    """A data set in a local folder; names are relative to `root` and `/`-separated."""

    root: Path

    def path(self, name: str) -> Path:
        """Where the file or folder of that name lies."""
        return self.root / name

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None where there is no such file."""
        try:
            return self.path(name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted; none where there is no such folder."""
        try:
            return sorted(entry.name for entry in self.path(folder).iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def write(self, name: str, data: bytes) -> None:
        """Put `data` in the place of the file, atomically and for good."""
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + _PART)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        sync_folder(target.parent)

    def adopt(self, folder: Path, name: str) -> None:
        """Make a finished folder visible under a name that nothing has yet, atomically and for good.

        Raises:
            FileExistsError: the name is taken; `folder` stays where it is.
        """
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        sync_tree(folder)
        if target.exists():
            raise FileExistsError(f"{target} exists already")
        folder.rename(target)  # fails on a folder with files in it, should another run have been quicker
        sync_folder(target.parent)
        sync_folder(folder.parent)

    def remove(self, name: str) -> None:
        """Take a file or a folder away; a folder goes in one step, by being moved out of sight first."""
        target = self.path(name)
        if target.is_dir() and not target.is_symlink():
            hidden = target.with_name(f".{target.name}.removed")
            shutil.rmtree(hidden, ignore_errors=True)
            target.rename(hidden)
            sync_folder(target.parent)
            shutil.rmtree(hidden)
        else:
            target.unlink(missing_ok=True)


def open_storage(where: str | Path) -> Disk:
    """The storage behind the `--curated` of the command line.

    Raises:
        ConfigError: the place is of a kind this version cannot reach, or is no folder.
    """
    text = os.fspath(where)
    if "://" in text:
        raise ConfigError(f"{text}: only local folders are supported; give the path of a folder")
    root = Path(text)
    if root.exists() and not root.is_dir():
        raise ConfigError(f"{text}: is a file; give a folder for the data set")
    return Disk(root)


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
