"""Raw files in an object store: listed once, the small ones fetched ahead, the large ones read in ranges.

In     a prefix in a bucket
Out    one `RawFile` an object, as `tasks.ingest.scan` gives them for a folder; the same paths, so the same ids

What is passed over in a folder is passed over here, and what stands for a folder (a name that ends with a stroke) too.
Small objects come whole, in one request, many requests at a time; of a large one, every range has to be of the object
that was listed. A store that does not answer, or refuses, ends the run: it is no fault of the document.

Limits  Fetched ahead are at most `AHEAD` objects of `SMALL` bytes; a large object takes `WINDOW` bytes of memory.
"""

from __future__ import annotations

import errno
import io
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import IO, TYPE_CHECKING

from tasks.ingest.raw_files import RawFile, day_of, is_passed_over
from tasks.storage import Bucket

if TYPE_CHECKING:
    from tasks.storage.objects import Objects
    from tasks.storage.ranges import Entry

SMALL, WINDOW = 1 << 20, 4 << 20  # bytes
AHEAD, REQUESTS = 32, 16  # objects, and requests at a time


class RawBucket:
    """The raw files below a prefix. The list is made when first asked for, and stays as it is then."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self._files: list[RawFile] | None = None

    def __str__(self) -> str:
        return str(self.bucket)

    def walk(self) -> list[RawFile]:
        """All files, sidecars among them, sorted by path.

        Raises:
            ConfigError: there is no such bucket, or no way into it.
        """
        if self._files is None:
            from tasks.storage.objects import open_objects

            storage = open_objects(self.bucket)
            entries = [entry for entry in storage.list_all() if _is_read(entry.name)]
            ahead = Ahead(storage, entries)
            self._files = [
                RawFile(
                    entry.name,
                    b"",
                    entry.size,
                    opened=partial(ahead.open, at),
                    stamp=entry.etag,
                    day=day_of(entry.changed),
                )
                for at, entry in enumerate(entries)
            ]
        return self._files


def _is_read(path: str) -> bool:
    *folders, name = path.split("/")
    return not is_passed_over(name) and not any(folder.startswith(".") for folder in folders)


class Ahead:
    """Objects in the order of their names; those that are likely to be opened next are on their way already."""

    def __init__(self, storage: Objects, entries: list[Entry]) -> None:
        self._storage, self._entries = storage, entries
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: dict[int, Future[bytes]] = {}
        self._ordered = -1  # the last one that was fetched ahead: each is fetched once

    def open(self, at: int) -> IO[bytes]:
        """The object at a place in the list, from its first byte.

        Raises:
            FileNotFoundError: it is gone.
        """
        entry = self._entries[at]
        if entry.size > SMALL:
            return io.BufferedReader(self._storage.open_entry(entry), WINDOW)
        self._order(at)
        return io.BytesIO(self._waiting.pop(at).result())

    def _order(self, at: int) -> None:
        """Have the object and those after it fetched, and drop those that nobody opened."""
        self._pool = self._pool or ThreadPoolExecutor(REQUESTS)
        for old in [n for n in self._waiting if abs(n - at) > AHEAD]:
            self._waiting.pop(old).cancel()
        following = range(max(at, self._ordered) + 1, min(at + AHEAD, len(self._entries)))
        for n in (at, *following):
            if n not in self._waiting and self._entries[n].size <= SMALL:
                self._waiting[n] = self._pool.submit(self._fetch, self._entries[n].name)
        self._ordered = max(self._ordered, at + AHEAD - 1)

    def _fetch(self, name: str) -> bytes:
        data = self._storage.read(name)
        if data is None:
            raise FileNotFoundError(errno.ENOENT, name)
        return data
