"""Where a data set or its raw files lie: a folder on disk, or a prefix in a bucket of an object store.

    locate("s3://bucket/prefix")          -> Location       what a person wrote, checked, nothing opened yet
    open_storage(location)                -> Storage        `Disk` or `Objects`, with the same doors

What a storage can do is `Storage` in `doors`; nobody outside asks which of the two it is. The room for object stores is
imported when first used.
"""

from __future__ import annotations

import os
from pathlib import Path

from tasks.errors import ConfigError
from tasks.storage.disk import Disk
from tasks.storage.doors import Guard, Storage
from tasks.storage.places import Bucket, Location, lies_in, locate

__all__ = ["Bucket", "Disk", "Guard", "Location", "Storage", "lies_in", "locate", "open_storage"]


def open_storage(where: str | Location | Storage, cache: Path | None = None) -> Storage:
    """The storage of a data set.

    Args:
        where: a folder, an address in an object store, or a storage that is open already.
        cache: a folder on this machine for results of earlier runs, and for the staging of an object store
            [beside the data set; for an object store, in the user's cache folder].

    Raises:
        ConfigError: the place is of a kind this version cannot reach, or is no folder.
    """
    if isinstance(where, str | os.PathLike):
        where = locate(where)
    if isinstance(where, Bucket):
        from tasks.storage.objects import open_objects

        return open_objects(where, cache)
    if not isinstance(where, Path):
        return where
    if where.exists() and not where.is_dir():
        raise ConfigError(f"{where}: is a file; give a folder for the data set")
    return Disk(where, cache)
