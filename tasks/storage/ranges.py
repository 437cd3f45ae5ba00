"""An object as a file that is read in parts.

In     an object that was listed, and what fetches a range of it
Out    a file for pyarrow and for the readers of formats
"""

from __future__ import annotations

import errno
import io
from collections.abc import Callable
from typing import Any, NamedTuple

from obstore.exceptions import NotModifiedError, PreconditionError


class Entry(NamedTuple):
    """An object: its name below the prefix, size in bytes, ETag, seconds since 1970 of its last change (0: unknown)."""

    name: str
    size: int
    etag: str
    changed: float = 0.0


class RangeFile(io.RawIOBase):
    """An object as a file that is read in ranges, each fetched when asked for.

    Raises OSError where the object was written anew meanwhile.
    """

    def __init__(self, fetch: Callable[[Entry, int, int], bytes], entry: Entry) -> None:
        self._fetch, self._entry, self._at = fetch, entry, 0  # (entry, first byte, length) -> bytes

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._entry.size)[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from where the file stands; how many bytes.

        Raises:
            OSError: the object changed while it was read.
        """
        length = max(0, min(len(buffer), self._entry.size - self._at))
        try:
            data = self._fetch(self._entry, self._at, length)
        except (PreconditionError, NotModifiedError):
            raise OSError(errno.ESTALE, "the file changed while it was read") from None
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
