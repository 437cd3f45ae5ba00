"""Sidecars: what `story.txt.meta.json` says about `story.txt`, and complaints about what could not be taken.

In     the sidecar of a raw file
Out    `Fields`, and lines that name the file and the key

A value that makes no sense never costs the document: it is left out, and the run warns. Complaints of one kind about
one key are counted, not repeated: ten thousand sidecars of one crawler share their odd key. They never quote a value.

Limits  Whether a title is the right one, or a date the right day, is not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from tasks.datelines import read_metadata_date
from tasks.ingest.fields import RowReader
from tasks.ingest.formats import parse_json
from tasks.ingest.records import NO_FIELDS, Fields, Found, Refused
from tasks.ingest.settings import FIELDS, MIB
from tasks.ingest.sources import BROKEN, Source

SIDECAR_BYTES = MIB
SHOWN = 40  # characters of a key
MOST = 20  # kinds and keys of one run that have a line
OF_ONE_DOCUMENT = ("title", "url", "id")  # no row's, where a file holds many


class Complaints:
    """What sidecars say that is not taken: for each kind and key the first file, and how many more there are.

    Of kinds and keys beyond the number shown only a count is kept. No value is ever shown: what a purge takes out of
    the tables would stand on in a version's warnings.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[Any]] = {}
        self._more = 0

    def count_known(self, kind: str, key: str) -> bool:
        """Count a complaint that needs no words: one that came before, or that is not shown. Whether it is one."""
        entry = self._found.get((kind, shorten(key)))
        if entry:
            entry[1] += 1
        elif len(self._found) >= MOST:
            self._more += 1
        else:
            return False
        return True

    def add(self, path: str, kind: str, key: str, words: str) -> None:
        """Count a complaint; `words` are those of the first one of its kind and key."""
        if not self.count_known(kind, key):
            self._found[kind, shorten(key)] = [f"{path}: {words}", 1]

    def lines(self) -> tuple[str, ...]:
        """One line a kind and key, in the order in which they came up; the rest as a number."""
        lines = [
            words if count == 1 else f"{words} (and in {count - 1:,} more)" for words, count in self._found.values()
        ]
        return (*lines, *([f"{self._more:,} more odd values in sidecars, of other kinds"] if self._more else []))


def shorten(key: str) -> str:
    """A key as it is shown."""
    return key if len(key) <= SHOWN else f"{key[:SHOWN]}…"


def read_sidecar(sidecar: Source, rows: RowReader, complaints: Complaints) -> Fields:
    """The fields that a sidecar gives; one that cannot be read gives a flag."""
    try:
        if sidecar.problem:
            raise Refused(*sidecar.problem)
        with sidecar.open() as stream:
            raw = stream.read(SIDECAR_BYTES)
        value = parse_json(raw.decode("utf-8-sig"), raw, "the sidecar", rows.settings)
        if not isinstance(value, dict):
            raise Refused("malformed", "it is no JSON object")
        _complain(sidecar.path, value, rows, complaints)
        return rows.fields(value)
    except (Refused, OSError, UnicodeDecodeError, *BROKEN) as error:
        why = error.detail if isinstance(error, Refused) else str(error)
        complaints.add(sidecar.path, "unreadable", "", f"the sidecar is not taken: {why}")
    finally:
        sidecar.close()
    return NO_FIELDS._replace(flags=("sidecar_malformed",))


def _complain(path: str, value: Mapping[str, Any], rows: RowReader, complaints: Complaints) -> None:
    """Note every key that is no field, and every value that is of no use to its field."""
    layout = rows.layout(value)
    known = {name for names in layout.values() for name in names}
    for key in value:
        if key not in known and not complaints.count_known("unknown", key):
            complaints.add(path, "unknown", key, f"{shorten(key)!r} is no field{_suggestion(key, rows)}; not taken")
    for field, names in layout.items():
        filled = [name for name in names if value[name] not in (None, "")]
        if not filled:
            continue
        key = filled[0]
        called = repr(shorten(key))
        if field == "text":
            complaints.add(path, "text", key, f"{called}: the text is the file's own; not taken from a sidecar")
        elif (given := rows.fields({key: value[key]})).flags:
            complaints.add(path, "value", key, f"{called} is {_kind(value[key])}, not a short string; not taken")
        elif field == "published" and read_metadata_date(given.published or "") is None:
            complaints.add(path, "date", key, f"{called} is no date; not taken")


def _suggestion(key: str, rows: RowReader) -> str:
    names = [name for field in FIELDS if field != "text" for name in rows.settings.names(field)]
    close = get_close_matches(shorten(key), names, 1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _kind(value: Any) -> str:
    kinds = {list: "a list", dict: "an object", str: "a long string", bool: "true or false"}
    return kinds.get(type(value), "a number")


def with_sidecar(found: Found, given: Fields) -> Found:
    """A document with what its sidecar adds; title, url and id of a file of many are no row's."""
    own = found.fields
    of_document = given if found.row is None else NO_FIELDS
    merged = Fields(
        title=own.title or of_document.title,
        published=own.published or given.published,
        url=own.url or of_document.url,
        id=own.id or of_document.id,
        byline=own.byline or given.byline,
        publisher=own.publisher or given.publisher,
        section=own.section,
        modified=own.modified,
        standfirst=own.standfirst,
        kind=own.kind,
        fetched=own.fetched,
        flags=tuple(sorted({*own.flags, *given.flags})),
    )
    return found._replace(fields=merged)
