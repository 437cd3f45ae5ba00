"""Which id a document has.

In     path, row and fields of a document, in the order of (path, row)
Out    `document_id`

The identity is the url without its fragment; else the `id` field together with the folder; else the path, with the
row in a many-document file. It does not look at the text. Where two documents claim one identity, the one read first,
which has the smallest (path, row), keeps the id; the others add path and row to theirs.
"""

from __future__ import annotations

import hashlib

from tasks.ingest.records import Fields


class Identities:
    """Gives ids to documents in the order of (path, row), and remembers which were claimed more than once."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self.shared: set[str] = set()  # ids whose first owner had to share its identity

    def assign(self, path: str, row: int | None, fields: Fields) -> tuple[str, bool]:
        """The id of a document, and whether another has claimed its identity before."""
        identity = identity_of(path, row, fields)
        number = _number(identity)
        if number not in self._taken:
            self._taken.add(number)
            return _id(number), False
        self.shared.add(_id(number))
        while number in self._taken:
            identity = f"{identity}\0{path}\0{'' if row is None else row}"
            number = _number(identity)
        self._taken.add(number)
        return _id(number), True


def identity_of(path: str, row: int | None, fields: Fields) -> str:
    """What makes a document the same document when its text changes.

    >>> identity_of("desk/a.jsonl", 3, Fields(url="https://example.org/a#top"))
    'https://example.org/a'
    >>> identity_of("desk/a.txt", None, Fields())
    'desk/a.txt'
    """
    if fields.url and (url := fields.url.split("#", 1)[0]):
        return url
    if fields.id:
        return f"{path.rpartition('/')[0]}\0{fields.id}"
    return path if row is None else f"{path}\0{row}"


def _number(identity: str) -> int:
    return int.from_bytes(hashlib.sha256(identity.encode("utf-8", "replace")).digest()[:8], "big")


def _id(number: int) -> str:
    return f"doc_{number:016x}"
