"""Ingest: every file under raw/ becomes records, nothing is dropped unnoticed; HTML becomes text.

`read_batches` streams the documents, `extract_batch` turns markup into text; docs/input.md says what is read and how.
"""

from tasks.ingest.extract import extract_batch
from tasks.ingest.listing import list_raw
from tasks.ingest.read import Reading, mark_shared, read_batches, read_records
from tasks.ingest.settings import FIELDS, IngestSettings

__all__ = [
    "FIELDS",
    "IngestSettings",
    "Reading",
    "extract_batch",
    "list_raw",
    "mark_shared",
    "read_batches",
    "read_records",
]
