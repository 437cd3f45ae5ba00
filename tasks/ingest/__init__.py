"""Ingest: every file under raw/ becomes records, nothing is dropped unnoticed; HTML becomes text.

`read_batches` streams the documents, `extract_batch` turns markup into text; docs/input.md says what is read and how.
"""

from tasks.ingest.bucket import RawBucket
from tasks.ingest.extract import extract_batch
from tasks.ingest.listing import list_raw
from tasks.ingest.read import Raw, Reading, mark_shared, open_raw, read_batches, read_records
from tasks.ingest.scan import SIDECAR, has_files
from tasks.ingest.settings import FIELDS, IngestSettings
from tasks.ingest.superseded import mark_superseded

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
