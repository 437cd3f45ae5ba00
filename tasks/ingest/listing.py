"""Listing: what lies under raw/, without reading it; so that a run can see that nothing is new.

In     the folder raw/
Out    a digest of all paths with size and times, and the time of the newest change

The time of a file's last change of status counts too: it sees a file that was put in another's place with the same size
and time. In an object store the ETag changes with the bytes, and no time is needed.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from tasks.ingest.bucket import RawBucket
from tasks.ingest.scan import scan


def list_raw(raw: Path | RawBucket) -> tuple[str, int]:
    """(hex digest of every file's path, size and times; nanoseconds since 1970 of the newest change)."""
    files, sidecars = scan(raw)
    digest, newest = hashlib.sha256(), 0
    for file in [*files, *(sidecars[name] for name in sorted(sidecars))]:
        if file.stamp:
            digest.update(repr((file.path, file.size, file.stamp)).encode())
            continue
        try:
            status = os.stat(file.place, follow_symlinks=False)  # noqa: PTH116  a name of any bytes
        except OSError:  # gone since: the run itself will see
            continue
        times = (status.st_mtime_ns, status.st_ctime_ns)
        digest.update(repr((file.path, file.problem, status.st_size, status.st_ino, *times)).encode())
        newest = max(newest, *times)
    return digest.hexdigest(), newest
