"""raw/ -> records: the thin module between files and tables.

In     the folder raw/ and the settings
Out    record batches of `schema.RECORDS`, sorted by (source_path, source_row), bounded in rows and bytes

Files and members of archives wait in a heap by path, so that everything comes out in order while each archive is
opened once. Every file becomes at least one record; what goes wrong in one becomes its reason.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tasks import schema
from tasks.errors import CopydeskError
from tasks.ingest import archives
from tasks.ingest.bucket import RawBucket
from tasks.ingest.fields import RowReader
from tasks.ingest.formats import READERS, read_unknown
from tasks.ingest.identity import Identities
from tasks.ingest.raw_files import is_passed_over
from tasks.ingest.records import BatchBuilder, Found, Refused
from tasks.ingest.scan import SIDECAR, Raw, open_raw, scan
from tasks.ingest.settings import IngestSettings
from tasks.ingest.sidecars import OF_ONE_DOCUMENT, Complaints, read_sidecar, with_sidecar
from tasks.ingest.sources import BROKEN, Source, of_file, open_unpacked, suffixes
from tasks.ingest.superseded import mark_superseded
from tasks.sites import site_of

log = logging.getLogger(__name__)

SHARED = "identity_shared"
TRIES = 3  # for a file of one document that changes while it is read

Progress = Callable[[int], None]


def _no_progress(_documents: int) -> None:
    """The default: tells nobody."""


class Reading:
    """An iterator over the record batches of raw/.

    The flag `identity_shared` has to be on all documents that claim one identity, but the first of them has left
    before the second is met. Ids are final at once; the later ones carry the flag; when the iterator has ended,
    `shared` names the ids of the first ones, for `mark_shared`.
    """

    def __init__(self, raw: Path | RawBucket, settings: IngestSettings, progress: Progress):
        self._identities = Identities()
        self._complaints = Complaints()
        self._batches = _batches(raw, settings, self._identities, self._complaints, progress)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self

    def __next__(self) -> pa.RecordBatch:
        return next(self._batches)

    def close(self) -> None:
        """Close what is open; for a caller that does not read to the end."""
        self._batches.close()

    @property
    def shared(self) -> frozenset[str]:
        """Ids whose flag is still to be set; complete when the iterator has ended."""
        return frozenset(self._identities.shared)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What sidecars say that is not taken, with file and key; complete when the iterator has ended."""
        return self._complaints.lines()


def read_batches(raw: Raw, settings: IngestSettings | None = None, *, progress: Progress = _no_progress) -> Reading:
    """The documents under raw/, streamed: at most `batch_rows` and about `batch_bytes` a batch.

    Args:
        raw: the folder, or an address in an object store.
        settings: limits and names of fields.
        progress: called with the number of documents of each batch.

    Returns:
        An iterator of `pa.RecordBatch` of `schema.RECORDS`, sorted by (source_path, source_row), document ids unique.
        Then call `mark_shared(table, reading.shared)` on the whole table, or let `read_records` do both.
    """
    return Reading(open_raw(raw), settings or IngestSettings(), progress)


def read_records(raw: Raw, settings: IngestSettings | None = None, *, progress: Progress = _no_progress) -> pa.Table:
    """All documents under raw/ as one table of `schema.RECORDS`, complete with the flags of shared identities."""
    reading = read_batches(raw, settings, progress=progress)
    table = pa.Table.from_batches(list(reading), schema=schema.RECORDS)
    return mark_superseded(mark_shared(table, reading.shared))


def mark_shared(records: pa.Table, shared: frozenset[str]) -> pa.Table:
    """The table with the flag `identity_shared` on the documents named, whatever its other columns are."""
    if not shared:
        return records
    marked = pc.is_in(records["document_id"], pa.array(sorted(shared), pa.string())).to_pylist()
    flags = [
        sorted({*(old or ()), SHARED}) if is_marked else old
        for old, is_marked in zip(records["flags"].to_pylist(), marked, strict=True)
    ]
    place = records.schema.get_field_index("flags")
    return records.set_column(place, records.schema.field(place), pa.array(flags, schema.STRINGS))


# ------------------------------------------------------------------ the order of things


def _batches(
    raw: Path | RawBucket,
    settings: IngestSettings,
    identities: Identities,
    complaints: Complaints,
    progress: Progress,
) -> Generator[pa.RecordBatch]:
    builder = BatchBuilder(settings.batch_rows, settings.batch_bytes)
    for source, found in _found(raw, RowReader(settings), complaints):
        if builder.add(_row(source, found, identities), len(found.content or "")):
            batch = builder.take()
            progress(batch.num_rows)
            yield batch
    batch = builder.take()
    if batch.num_rows:
        progress(batch.num_rows)
        yield batch


def _found(raw: Path | RawBucket, rows: RowReader, complaints: Complaints) -> Iterator[tuple[Source, Found]]:
    """Every document with where it comes from, in the order of (path, row)."""
    files, sidecars = scan(raw)
    beside = {path: of_file(file, rows.settings) for path, file in sidecars.items()}
    waiting = [(file.path, n, of_file(file, rows.settings)) for n, file in enumerate(files)]  # sorted, so a heap
    count = len(waiting)
    try:
        while waiting:
            path, _, source = heapq.heappop(waiting)
            form, packing = suffixes(path)
            if form in archives.FORMATS and source.problem is None and source.size:
                for member in _members(source, form, packing, rows.settings, beside):
                    count += 1
                    heapq.heappush(waiting, (member.path, count, replace(member, day=source.day)))
                continue
            given = read_sidecar(beside.pop(path), rows, complaints) if path in beside else None
            for found in _documents(source, form, packing, rows):
                if given and found.row == 0 and any(getattr(given, name) for name in OF_ONE_DOCUMENT):
                    words = "title, url and id are not taken: the file holds many documents"
                    complaints.add(path + SIDECAR, "many", "", words)
                yield source, with_sidecar(found, given) if given else found
        for path in sorted(beside):
            complaints.add(path + SIDECAR, "alone", "", "a sidecar of no document; not taken")
    finally:
        for source in (*(source for _, _, source in waiting), *beside.values()):
            source.close()


def _members(
    source: Source, form: str, packing: str, settings: IngestSettings, beside: dict[str, Source]
) -> Iterator[Source]:
    """The members that are read; sidecars go to `beside`."""
    try:
        found = archives.members(source, form, packing, settings)
    except Exception as error:  # one bad archive must not stop the run
        yield Source(source.path, source.open, source.size, source.depth, _reason(error), close=source.close)
        return
    count = 0
    for member in found:
        inner = member.path.removeprefix(source.path + "/")
        if member.problem is not None or not is_ignored(inner):
            count += 1
            yield member
        elif inner.endswith(SIDECAR):
            beside[member.path.removesuffix(SIDECAR)] = member
        else:
            member.close()
    if not count:
        yield replace(source, problem=("empty", "the archive holds no files that are read"), close=lambda: None)


def is_ignored(path: str) -> bool:
    """True for the path of a member that is passed over, as files in folders are, or is a sidecar.

    >>> [is_ignored(path) for path in ("a/b.txt", "a/.b.txt", ".a/b.txt", "README.md", "a.txt.meta.json")]
    [False, True, True, True, True]
    """
    *folders, name = path.split("/")
    return is_passed_over(name) or name.endswith(SIDECAR) or any(folder.startswith(".") for folder in folders)


# ------------------------------------------------------------------ one source


def _documents(source: Source, form: str, packing: str, rows: RowReader) -> Iterator[Found]:
    """The documents of one source; where it breaks, a last one that says so."""
    count = 0
    try:
        if source.problem:
            raise Refused(*source.problem)
        for found in _unchanged(source, form, packing, rows):
            if count >= rows.settings.documents_per_file:
                raise Refused("too_large", f"the file has more than {count:,} documents; the others are not read")
            count += 1
            yield found
        if not count:
            raise Refused("empty", "the file holds no documents" if source.size else "the file has no bytes")
    except Exception as error:  # one bad file must not stop the run
        reason, detail = _reason(error)
        yield Found(count or None, None, n_bytes=None if count else source.size, reason=reason, detail=detail)
    finally:
        source.close()


def _unchanged(source: Source, form: str, packing: str, rows: RowReader) -> Iterator[Found]:
    """The documents of a source that nobody writes to meanwhile; a file of one document is tried again."""
    reader = READERS.get(form, read_unknown)
    for _ in range(TRIES):
        before = source.state()
        alone = None
        with open_unpacked(source, packing, rows.settings) as stream:
            for found in reader(stream, rows):
                if found.row is None:
                    alone = found
                else:
                    yield found
        if _state_after(source, before) == before:
            if alone:
                yield alone
            return
        if alone is None:
            break
    raise Refused("unreadable", "the file changed while it was read")


def _state_after(source: Source, before: object) -> object:
    try:
        return source.state()
    except FileNotFoundError:  # taken away after it was read whole
        return before


def _reason(error: Exception) -> tuple[str, str]:
    if isinstance(error, CopydeskError):  # the store does not answer: no fault of the file
        raise error
    if isinstance(error, Refused):
        return error.reason, error.detail
    if isinstance(error, BROKEN) or (isinstance(error, OSError) and error.errno is None):
        return "malformed", f"the file is damaged: {error or type(error).__name__}"
    if isinstance(error, FileNotFoundError):
        return "unreadable", "it vanished before it was read"
    if isinstance(error, OSError):
        return "unreadable", f"it cannot be read: {error.strerror or error}"
    log.exception("a file could not be read")
    return "unreadable", f"unexpected {type(error).__name__}: {error}"


# ------------------------------------------------------------------ rows


def _row(source: Source, found: Found, identities: Identities) -> tuple[object, ...]:
    """A row of `schema.RECORDS`, in the order of its columns."""
    path, fields = source.path, found.fields
    document_id, is_shared = identities.assign(path, found.row, fields)
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
        fields.section,
        fields.modified,
        fields.standfirst,
        fields.kind,
        fields.fetched,
        source.day,
        tuple(sorted({*fields.flags, SHARED})) if is_shared else fields.flags,
        found.reason,
        found.detail,
    )
