"""Takedowns: documents that must stay out, and the copies of them that may arrive later.

In     `takedowns.toml`, a list that people keep; documents with their texts
Out    the documents, those that are named or copied there rejected as `taken_down`

An entry names a document by id, url, digest of its raw bytes or path. Beside it stands its signature: hashes of runs of
words, picked by value, so that a copy can be known again without keeping a word of the text. A text that holds most of
a signature is a copy, or has the whole of the text in it.

Source  A. Broder, On the resemblance and containment of documents, 1997.
Limits  A text of fewer than `FEWEST` runs has no signature: only the document itself is known again. No paraphrase is.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.errors import ConfigError
from tasks.step import Step

RUN = 4  # words
MOST, FEWEST = 256, 8  # hashes in a signature
ENOUGH = 0.7  # share of a signature that makes a copy; two reports of one form share about half of their runs
TAKEN = pa.schema([("taken", pa.int32())])  # the entry that a text is a copy of, as a position in the list

# a word; in scripts without blanks, a character
_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_]+")
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio: spreads the bits of a hash
_ENTRY = "\n[[takedown]]\n"


@dataclass(frozen=True)
class Takedown:
    """One entry: what names the document (at least one of the first four), why, since when, and its signature."""

    document_id: str | None = None
    url: str | None = None
    raw_sha256: str | None = None
    path: str | None = None
    reason: str = ""
    since: str | None = None  # ISO date
    signature: tuple[str, ...] = ()  # 16 hex digits each

    def names(self) -> tuple[str | None, ...]:
        """What the entry calls the document: id, url, digest, path."""
        return (self.document_id, self.url, self.raw_sha256, self.path)


# ------------------------------------------------------------------ the list


def read_takedowns(text: str, where: str = "takedowns.toml") -> tuple[Takedown, ...]:
    """The entries of a list.

    Raises:
        ConfigError: the list is no TOML, or an entry names nothing, has no reason or an unknown key.
    """
    try:
        rows = tomllib.loads(text).get("takedown", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: {error}") from error
    return tuple(_entry(row, f"{where}: entry {at}") for at, row in enumerate(rows, 1))


def _entry(row: dict[str, object], where: str) -> Takedown:
    known = {item.name for item in fields(Takedown)}
    if strange := sorted(row.keys() - known):
        raise ConfigError(f"{where}: unknown key {', '.join(strange)}; there are {', '.join(sorted(known))}")
    since = row.get("since")
    plain = {**row, "since": since.isoformat() if isinstance(since, date) else since}
    plain["signature"] = tuple(row.get("signature", ()))  # type: ignore[arg-type]
    entry = Takedown(**plain)  # type: ignore[arg-type]
    if not any(entry.names()) or not entry.reason:
        raise ConfigError(f"{where}: wants a reason and one of document_id, url, raw_sha256, path")
    if any(not re.fullmatch("[0-9a-f]{16}", mark) for mark in entry.signature):
        raise ConfigError(f"{where}: a signature is a list of 16 hex digits each; `copydesk takedown` writes it")
    return entry


def format_takedown(entry: Takedown) -> str:
    """An entry as text to put at the end of the list.

    >>> print(format_takedown(Takedown(url="https://a.example/1", reason='a "court" order')).strip())
    [[takedown]]
    url = "https://a.example/1"
    reason = "a \\"court\\" order"
    """
    rows = ((item.name, getattr(entry, item.name)) for item in fields(Takedown))
    # what JSON says of strings and lists of strings, TOML says too
    return _ENTRY + "".join(f"{name} = {json.dumps(value)}\n" for name, value in rows if value)


# ------------------------------------------------------------------ signatures


def sign(text: str) -> tuple[str, ...]:
    """The signature of a text: up to `MOST` hashes of its runs of words, the smallest; none of a very short text.

    >>> sign("Too short to be known again.")
    ()
    """
    runs = hash_runs(text)
    return tuple(f"{value:016x}" for value in runs[:MOST].tolist()) if len(runs) >= FEWEST else ()


def hash_runs(text: str) -> np.ndarray:
    """Hashes of all runs of `RUN` words, each once; uint64, rising. Case and punctuation do not matter."""
    words = _WORD.findall(text.casefold())
    if len(words) < RUN:
        return np.empty(0, np.uint64)
    hashes = np.array([zlib.crc32(word.encode()) for word in words], np.uint64)
    runs = np.zeros(len(words) - RUN + 1, np.uint64)
    for at in range(RUN):
        runs = (runs ^ hashes[at : len(hashes) - RUN + 1 + at]) * _MIX  # wraps at 2**64, as meant
        runs ^= runs >> np.uint64(32)
    return np.unique(runs)


def match_step(entries: Sequence[Takedown]) -> Step:
    """The step that finds copies of what the entries signed; its results are kept as long as the list is the same."""
    return Step("taken", match_batch, ("text",), TAKEN, {"signatures": [list(entry.signature) for entry in entries]})


def match_batch(batch: pa.Table, *, signatures: Sequence[Sequence[str]]) -> pa.Table:
    """Which entry each text of a batch is a copy of; the column `text` in, the column `taken` out."""
    marks = [np.array([int(mark, 16) for mark in signature], np.uint64) for signature in signatures]
    every = np.unique(np.concatenate([*marks, np.empty(0, np.uint64)]))
    found = [_match(text, marks, every) if text else None for text in batch["text"].to_pylist()]
    return pa.table({"taken": pa.array(found, pa.int32())}, schema=TAKEN)


def _match(text: str, marks: list[np.ndarray], every: np.ndarray) -> int | None:
    runs = hash_runs(text)
    if not len(every) or not np.isin(every, runs, assume_unique=True).any():
        return None
    shares = [np.isin(own, runs, assume_unique=True).mean() if len(own) else 0.0 for own in marks]
    best = int(np.argmax(shares))
    return best if shares[best] >= ENOUGH else None


# ------------------------------------------------------------------ rejecting


def reject_taken_down(documents: pa.Table, entries: Sequence[Takedown], taken: pa.Table | None = None) -> pa.Table:
    """The documents, with `reason` and `detail` set for those that an entry names, or that `taken` says are copies.

    Args:
        documents: with document_id, url, raw_sha256, source_path, source_row, reason, detail; one row a document.
        taken: what `match_batch` found, row for row; None where nothing was looked for.
    """
    if not entries:
        return documents
    named = _named(documents, entries)
    copies = taken["taken"].to_pylist() if taken is not None else [None] * documents.num_rows
    at = [own if own is not None else copy for own, copy in zip(named, copies, strict=True)]
    details = [
        None if i is None else _detail(entries[i], is_copy=own is None) for i, own in zip(at, named, strict=True)
    ]
    is_taken = pa.array([detail is not None for detail in details])
    reasons = pc.if_else(is_taken, "taken_down", documents["reason"])
    words = pc.if_else(is_taken, pa.array(details, pa.string()), documents["detail"])
    for name, column in (("reason", reasons), ("detail", words)):
        documents = documents.set_column(documents.schema.get_field_index(name), name, column)
    return documents


def _named(documents: pa.Table, entries: Sequence[Takedown]) -> list[int | None]:
    """The entry that names each document, as a position in the list."""
    by_name: dict[tuple[int, str], int] = {}
    for at, entry in enumerate(entries):
        for kind, name in enumerate(entry.names()):
            if name:
                by_name.setdefault((kind, _plain(kind, name)), at)
    columns = (
        documents[name].to_pylist() for name in ("document_id", "url", "raw_sha256", "source_path", "source_row")
    )
    return [_find(by_name, *row) for row in zip(*columns, strict=True)]


def _find(
    by_name: dict[tuple[int, str], int], doc: str, url: str | None, digest: str | None, path: str, row: int | None
) -> int | None:
    names: Iterable[tuple[int, str | None]] = ((0, doc), (1, url), (2, digest), (3, path), (3, f"{path}#{row}"))
    found = (by_name.get((kind, _plain(kind, name))) for kind, name in names if name)
    return next((at for at in found if at is not None), None)


def _plain(kind: int, name: str) -> str:
    """A name as it is compared: an article's id as its document's, a url without its fragment."""
    if kind == 0 and name.startswith("art_"):
        return "doc_" + name[4:]
    return name.partition("#")[0] if kind == 1 else name


def _detail(entry: Takedown, *, is_copy: bool) -> str:
    since = f" since {entry.since}" if entry.since else ""
    return f"{'a copy of a text that is ' if is_copy else ''}taken down{since}: {entry.reason}"


def digest_takedowns(entries: Sequence[Takedown]) -> str:
    """A digest of all that the entries decide, for the settings' digest of a run."""
    return hashlib.sha256(repr(tuple(entries)).encode()).hexdigest()
