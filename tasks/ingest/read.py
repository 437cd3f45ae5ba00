"""raw/ -> records: the thin module between files and tables.

In     the folder raw/ and the settings
Out    record batches of `schema.RECORDS`, sorted by (source_path, source_row), bounded in rows and bytes

Files and members of archives wait in a heap by path, so that everything comes out in order while each archive is
opened once. Every file becomes at least one record; what goes wrong in one becomes its reason.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tasks import schema
from tasks.ingest.fields import RowReader
from tasks.ingest.formats import READERS, parse_json, read_unknown
from tasks.ingest.identity import Identities, site_of
from tasks.ingest.records import NO_FIELDS, BatchBuilder, Fields, Found, Refused
from tasks.ingest.scan import SIDECAR, RawFile, is_passed_over, scan
from tasks.ingest.settings import IngestSettings
from tasks.ingest.sources import BROKEN, Source, members, of_file, open_unpacked, suffixes

log = logging.getLogger(__name__)

SHARED = "identity_shared"


class Reading:
    """An iterator over the record batches of raw/.

    The flag `identity_shared` has to be on all documents that claim one identity, but the first of them has left
    before the second is met. Ids are final at once; the later ones carry the flag; when the iterator has ended,
    `shared` names the ids of the first ones, for `mark_shared`.
    """

    def __init__(self, raw: Path, settings: IngestSettings, progress: Callable[[int], None]):
        self._identities = Identities()
        self._batches = _batches(raw, settings, self._identities, progress)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self

    def __next__(self) -> pa.RecordBatch:
        return next(self._batches)

    @property
    def shared(self) -> frozenset[str]:
        """Ids whose flag is still to be set; complete when the iterator has ended."""
        return frozenset(self._identities.shared)


def read_batches(
    raw: Path, settings: IngestSettings | None = None, *, progress: Callable[[int], None] = lambda _: None
) -> Reading:
    """The documents under raw/, streamed: at most `batch_rows` and about `batch_bytes` a batch.

    Args:
        raw: the folder.
        settings: limits and names of fields.
        progress: called with the number of documents of each batch.

    Returns:
        An iterator of `pa.RecordBatch` of `schema.RECORDS`, sorted by (source_path, source_row), document ids unique.
        Then call `mark_shared(table, reading.shared)` on the whole table, or let `read_records` do both.
    """
    return Reading(Path(raw), settings or IngestSettings(), progress)


def read_records(
    raw: Path, settings: IngestSettings | None = None, *, progress: Callable[[int], None] = lambda _: None
) -> pa.Table:
    """All documents under raw/ as one table of `schema.RECORDS`, complete with the flags of shared identities."""
    reading = read_batches(raw, settings, progress=progress)
    table = pa.Table.from_batches(list(reading), schema=schema.RECORDS)
    return mark_shared(table, reading.shared)


def mark_shared(records: pa.Table, shared: frozenset[str]) -> pa.Table:
    """The table with the flag `identity_shared` on the documents named, whatever its other columns are."""
    if not shared:
        return records
    hit = pc.is_in(records["document_id"], pa.array(sorted(shared), pa.string())).to_pylist()
    flags = [
        sorted({*(old or ()), SHARED}) if new else old
        for old, new in zip(records["flags"].to_pylist(), hit, strict=True)
    ]
    place = records.schema.get_field_index("flags")
    return records.set_column(place, records.schema.field(place), pa.array(flags, schema.STRINGS))


def _batches(
    raw: Path, settings: IngestSettings, identities: Identities, progress: Callable[[int], None]
) -> Iterator[pa.RecordBatch]:
    builder = BatchBuilder(settings.batch_rows, settings.batch_bytes)
    rows = RowReader(settings)
    files, sidecars = scan(raw)
    waiting = [(file.path, n, of_file(file, settings)) for n, file in enumerate(files)]
    heapq.heapify(waiting)
    count = len(waiting)
    while waiting:
        _, _, source = heapq.heappop(waiting)
        form, packing = suffixes(source.path)
        if form in (".zip", ".tar") and source.problem is None:
            for member in _members(source, form, packing, settings):
                if not is_hidden(member.path):
                    count += 1
                    heapq.heappush(waiting, (member.path, count, member))
                else:
                    member.close()
            continue
        for found in _documents(source, form, packing, rows):
            found = _with_sidecar(found, sidecars.get(source.path), rows)
            row = _row(source.path, found, identities)
            if builder.add(row, len(found.content or "")):
                batch = builder.take()
                progress(batch.num_rows)
                yield batch
    batch = builder.take()
    if batch.num_rows:
        progress(batch.num_rows)
        yield batch


def is_hidden(path: str) -> bool:
    """True for members of archives that are passed over, as files in folders are."""
    *folders, name = path.split("/")
    return (
        is_passed_over(name)
        or name.endswith(SIDECAR)
        or any(part.startswith(".") and part not in (".", "..") for part in folders)
    )


def _members(source: Source, form: str, packing: str, settings: IngestSettings) -> Iterator[Source]:
    try:
        if source.depth >= settings.archive_nesting:
            raise Refused("too_large", f"archives are nested more than {settings.archive_nesting} deep")
        yield from members(source, form, packing, settings)
    except Exception as error:  # one bad archive must not stop the run
        yield replace(source, problem=_reason(error), size=0)


def _documents(source: Source, form: str, packing: str, rows: RowReader) -> Iterator[Found]:
    """The documents of one source; where it breaks, a last one that says so."""
    count = 0
    try:
        if source.problem:
            raise Refused(*source.problem)
        with open_unpacked(source, packing, rows.settings) as stream:
            for found in READERS.get(form, read_unknown)(stream, rows):
                count += 1
                yield found
        if not count:
            raise Refused("empty", "the file holds no documents")
    except Exception as error:  # one bad file must not stop the run
        reason, detail = _reason(error)
        yield Found(count or None, None, reason=reason, detail=detail, n_bytes=None if count else source.size)
    finally:
        source.close()


def _reason(error: Exception) -> tuple[str, str]:
    if isinstance(error, Refused):
        return error.reason, error.detail
    if isinstance(error, BROKEN):
        return "malformed", f"the file is damaged: {error}"
    if isinstance(error, FileNotFoundError):
        return "unreadable", "it vanished before it was read"
    if isinstance(error, OSError):
        return "unreadable", f"it cannot be read: {error.strerror or error}"
    log.exception("a file could not be read")
    return "unreadable", f"unexpected {type(error).__name__}: {error}"


def _with_sidecar(found: Found, sidecar: RawFile | None, rows: RowReader) -> Found:
    if sidecar is None:
        return found
    given = _read_sidecar(sidecar, rows)
    own = found.fields
    one = found.row is None
    return found._replace(
        fields=Fields(
            title=own.title or (given.title if one else None),
            published=own.published or given.published,
            url=own.url or (given.url if one else None),
            id=own.id or (given.id if one else None),
            byline=own.byline or given.byline,
            publisher=own.publisher or given.publisher,
            flags=tuple(sorted({*own.flags, *given.flags})),
        ),
    )


def _read_sidecar(sidecar: RawFile, rows: RowReader) -> Fields:
    try:
        with of_file(sidecar, rows.settings).open() as stream:
            raw = stream.read(rows.settings.line_bytes)
        value = parse_json(raw.decode("utf-8-sig"), raw, "the sidecar", rows.settings)
        if not isinstance(value, dict):
            raise Refused("malformed", "the sidecar is no object")
        return rows.fields(value)
    except (Refused, OSError, UnicodeDecodeError):
        return NO_FIELDS._replace(flags=("sidecar_malformed",))


def _row(path: str, found: Found, identities: Identities) -> tuple[object, ...]:
    """A row of `schema.RECORDS`, in the order of its columns."""
    fields = found.fields
    document_id, shared = identities.assign(path, found.row, fields)
    flags = sorted({*fields.flags, SHARED}) if shared else list(fields.flags)
    return (
        document_id,
        path,
        found.row,
        fields.url,
        site_of(path, fields.url),
        found.raw_sha256,
        found.n_bytes,
        found.encoding,
        found.media,
        found.content,
        fields.title,
        fields.published,
        fields.byline,
        fields.publisher,
        flags,
        found.reason,
        found.detail,
    )
