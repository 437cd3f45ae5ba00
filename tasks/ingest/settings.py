"""What ingest accepts: limits, and names of fields. Everything here can be set in copydesk.toml, `[rules.ingest]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tasks.settings import NAMES, WHOLE, setting

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

    file_bytes: int = setting(64 * GIB, WHOLE, 1)  # of one raw file, as it lies on disk
    document_bytes: int = setting(8 * MIB, WHOLE, 1)  # of one document; an article of a million words has about 6 MiB
    line_bytes: int = setting(32 * MIB, WHOLE, 1)  # of one row of a .jsonl, .json or .csv file, with all its fields
    unpacked_bytes: int = setting(64 * GIB, WHOLE, 1)  # in all, out of one compressed file or archive
    unpacked_ratio: int = setting(500, WHOLE, 1)  # unpacked to packed bytes; news has about 4, gzip ends at 1,032
    unpacked_free: int = setting(16 * MIB, WHOLE, 1)  # below which the ratio is not looked at
    spooled_bytes: int = setting(4 * GIB, WHOLE, 1)  # of a packed archive, which is unpacked to a temporary file
    nesting: int = setting(64, WHOLE, 1)  # of JSON values
    archive_nesting: int = setting(2, WHOLE, 1)  # of archives within archives
    documents_per_file: int = setting(10_000_000, WHOLE, 1)
    batch_rows: int = setting(1_000, WHOLE, 1)
    batch_bytes: int = setting(8 * MIB, WHOLE, 1)
    fields: Mapping[str, tuple[str, ...]] = setting(dict, NAMES)  # further names, tried before the contract's

    def names(self, name: str) -> tuple[str, ...]:
        """The names under which a field is looked for, in order."""
        return (*self.fields.get(name, ()), *FIELDS[name])
