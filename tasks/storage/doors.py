"""What a data set asks of the place where it lies, whatever that place is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Protocol

from tasks.storage.places import Location


class Guard(Protocol):
    """A lock that is held; `before` is what it said when it was taken."""

    proves_death: ClassVar[bool]  # whether a lock that can be taken says that its last holder on this host is dead
    before: str

    def put(self, text: str) -> None:
        """Say who holds it."""

    def close(self, text: str | None = None) -> None:
        """Let go of it, with a last word; without one, what it said stays."""


class Storage(Protocol):
    """The doors of a data set. Names are relative to its root, parted by "/".

    One writer at a time (`tasks.publish.lock`), any number of readers. A reader sees the old state or the new one.
    """

    @property
    def root(self) -> Location:
        """The place, as it can be opened again."""

    @property
    def work(self) -> Path:
        """The folder on this machine that holds the staging."""

    @property
    def cache(self) -> Path:
        """Where results of earlier runs are kept, on this machine."""

    def place(self, name: str, /) -> Path | str:
        """Where the file or folder of that name lies, for people."""

    def local(self, name: str, /) -> Path | None:
        """The same, where it can be opened as a path on this machine."""

    # -------------------------------------------------------------- for readers

    def read(self, name: str, /) -> bytes | None:
        """The bytes of a file; None where there is no such file."""

    def source(self, name: str, /) -> Any:
        """What pyarrow opens to read parts of a file."""

    def chunks(self, name: str, /) -> Iterator[bytes]:
        """The bytes of a file, in pieces.

        Raises:
            FileNotFoundError: there is no such file.
        """

    def names(self, folder: str, /) -> list[str]:
        """The names in a folder, sorted; none where there is no such folder."""

    def sizes(self, folder: str, /) -> dict[str, int]:
        """The sizes in bytes of the files in a folder, by name; none where there is no such folder."""

    def as_uploaded(self, folder: str, /) -> set[str]:
        """Files of a folder that cannot have changed since they were written, where the place can tell."""

    # -------------------------------------------------------------- for the writer

    def write(self, name: str, data: bytes, /) -> None:
        """Put `data` in the place of the file, in one step and for good."""

    def watch(self, name: str, /) -> None:
        """Let later writes of a file fail where somebody else has written it meanwhile."""

    def claim(self, name: str, /) -> bool:
        """Reserve a name for `adopt`; whether it was free."""

    def adopt(self, folder: Path, name: str, /) -> None:
        """Make a finished folder of this machine visible under a name that nothing has yet, in one step.

        Raises:
            FileExistsError: the name is taken; `folder` stays where it is.
        """

    def exchange(self, new: str, name: str, old: str, /) -> None:
        """Put the folder `new` in the place of `name`, which goes; may be called again at any point."""

    def remove(self, name: str, /) -> None:
        """Take a file or a folder away; a folder is gone for readers in one step."""

    def sweep(self, folder: str, /) -> None:
        """Take away what a writer that died left in a folder."""

    def guard(self, name: str, /) -> Guard:
        """Take the lock of that name.

        Raises:
            BlockingIOError: a living holder has it.
            ConfigError: the place cannot be written to.
        """
