"""Ingest: every file under raw/ becomes records, nothing is dropped unnoticed; HTML becomes text.

`read_batches` streams the documents, `extract_batch` turns markup into text; docs/input.md says what is read and how.

The rooms behind are imported when first used: a run with nothing new lists raw/ and needs no reader of pages.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tasks.ingest.bucket import RawBucket
    from tasks.ingest.extract import extract_batch
    from tasks.ingest.listing import list_raw
    from tasks.ingest.read import Reading, mark_shared, read_batches, read_records
    from tasks.ingest.scan import SIDECAR, Raw, has_files, open_raw
    from tasks.ingest.settings import FIELDS, IngestSettings
    from tasks.ingest.superseded import mark_superseded

_ROOMS = {
    "bucket": ("RawBucket",),
    "extract": ("extract_batch",),
    "listing": ("list_raw",),
    "read": ("Reading", "mark_shared", "read_batches", "read_records"),
    "scan": ("SIDECAR", "Raw", "has_files", "open_raw"),
    "settings": ("FIELDS", "IngestSettings"),
    "superseded": ("mark_superseded",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "FIELDS",
    "SIDECAR",
    "IngestSettings",
    "Raw",
    "RawBucket",
    "Reading",
    "extract_batch",
    "has_files",
    "list_raw",
    "mark_shared",
    "mark_superseded",
    "open_raw",
    "read_batches",
    "read_records",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
