"""Places as people write them: a path, or `s3://bucket/prefix`.

>>> str(locate("s3://news/2026/curated/"))
's3://news/2026/curated'
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import ConfigError

SCHEME = "s3://"
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")


@dataclass(frozen=True)
class Bucket:
    """A prefix in a bucket; an empty prefix is the whole bucket."""

    name: str
    prefix: str = ""

    def __str__(self) -> str:
        return SCHEME + "/".join(filter(None, (self.name, self.prefix)))

    def absolute(self) -> Bucket:
        """The same: an address does not depend on where the process runs."""
        return self

    def holds(self, other: Location) -> bool:
        """Whether the other place lies in this one, or is it."""
        if not isinstance(other, Bucket) or other.name != self.name:
            return False
        return not self.prefix or f"{other.prefix}/".startswith(f"{self.prefix}/")


Location = Path | Bucket


def locate(where: str | os.PathLike[str] | Bucket) -> Location:
    """The place that a person wrote.

    Raises:
        ConfigError: an address of a kind that is not known, or without a bucket.

    >>> locate("data/raw")
    PosixPath('data/raw')
    """
    if isinstance(where, Bucket):
        return where
    text = os.fspath(where)
    if text.startswith(SCHEME):
        return _bucket(text)
    if "://" in text:
        raise ConfigError(f"{text}: only folders on this machine and s3://bucket/prefix are supported")
    if not isinstance(where, str) and text.startswith("s3:/"):  # pathlib makes one stroke of two
        raise ConfigError(f"{text}: give an address as a string, 's3://bucket/prefix', not as a Path")
    return Path(text)


def lies_in(place: Location, other: Location) -> bool:
    """Whether a place lies in another, or is it.

    >>> lies_in(locate("s3://news/raw/new"), locate("s3://news/raw")), lies_in(locate("raw"), locate("s3://news/raw"))
    (True, False)
    """
    if isinstance(place, Bucket) or isinstance(other, Bucket):
        return isinstance(other, Bucket) and other.holds(place)
    return place.resolve().is_relative_to(other.resolve())


def _bucket(text: str) -> Bucket:
    name, _, prefix = text.removeprefix(SCHEME).partition("/")
    prefix = prefix.strip("/")
    if not _BUCKET.fullmatch(name):
        raise ConfigError(f"{text}: no name of a bucket in it; write s3://bucket/prefix")
    if prefix and not {"", ".", ".."}.isdisjoint(prefix.split("/")):
        raise ConfigError(f"{text}: a prefix has no empty parts, and no '.' or '..'; write s3://bucket/prefix")
    return Bucket(name, prefix)
