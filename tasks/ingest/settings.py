"""What ingest accepts: limits, and names of fields. Everything here can be set in copydesk.toml, `[rules.ingest]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

# Names of the contract, section 7; of several, the first that holds something is taken.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "maintext"),
    "title": ("title", "headline"),
    "published": ("published", "date", "published_at", "date_publish", "datePublished"),
    "url": ("url", "link"),
    "id": ("id",),
    "byline": ("author", "authors", "byline"),
    "publisher": ("source", "publisher"),
}


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Limits, in bytes unless said otherwise, and the names of fields in many-document files.

    Past a limit a document is `too_large`; the rest of its file goes on where the format allows.
    """

    file_bytes: int = 64 * GIB  # of one raw file, as it lies on disk
    document_bytes: int = 8 * MIB  # of one document; an article of a million words has about 6 MiB
    line_bytes: int = 32 * MIB  # of one row of a .jsonl, .json or .csv file, with all its fields
    unpacked_bytes: int = 64 * GIB  # in all, out of one compressed file or archive
    unpacked_ratio: int = 500  # unpacked to packed bytes; news has about 4, gzip itself ends at 1,032
    unpacked_free: int = 16 * MIB  # below which the ratio is not looked at
    spooled_bytes: int = 4 * GIB  # of a packed archive, which is unpacked to a temporary file
    nesting: int = 64  # of JSON values
    archive_nesting: int = 2  # of archives within archives
    documents_per_file: int = 10_000_000
    batch_rows: int = 1_000
    batch_bytes: int = 8 * MIB
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # further names, tried before the contract's

    def names(self, name: str) -> tuple[str, ...]:
        """The names under which a field is looked for, in order."""
        return (*self.fields.get(name, ()), *FIELDS[name])
