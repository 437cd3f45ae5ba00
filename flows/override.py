"""Writing down what people decide: lines added to `overrides.jsonl`, checked against the document that they name.

In     a configuration; decisions as plain data, from a call or a table of a review
Out    a longer file; nothing is written where one of the lines cannot hold

A lock of its own is held while the file grows, so that two people lose nothing, and nobody waits for a run.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.config import Config
from flows.growing import grow_file
from flows.session import check_data_set, now
from tasks import publish, report
from tasks.errors import ConfigError
from tasks.invariants import rebuild_raw
from tasks.overrides import SPANS, Decision, Overrides, find_words, read_overrides

COLUMNS = (
    "what",
    "document_id",
    "other_id",
    "words",
    "occurrence",
    "role",
    "field",
    "value",
    "who",
    "when",
    "why",
    "line",
)


@dataclass(frozen=True)
class Written:
    """What was added: the numbers of the lines, and where they lie."""

    lines: tuple[int, ...]
    listed_in: str

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for `--json`."""
        return {"lines": list(self.lines), "listed_in": self.listed_in}


def list_decisions(config: Config) -> Overrides:
    """The decisions that hold, and a warning for each line that does not."""
    return read_overrides(config.override_list.read())


def write_decisions(config: Config, rows: Sequence[Mapping[str, Any]]) -> Written:
    """Add decisions to the file; a run that is on meanwhile does not heed them, the next one does.

    Args:
        rows: the keys of the file's lines; `document_id` and `other_id` may be any name that `explain` takes.

    Raises:
        ConfigError: a row cannot be used, its words do not stand in the document, or it contradicts a line that holds.
        LockHeld: somebody else has been writing decisions for a long time.
    """
    check_data_set(config.store)
    dataset = publish.open_dataset(config.store)
    when = now().isoformat(timespec="seconds").replace("+00:00", "Z")
    lines = [_resolved(dataset, {"when": when, **row}) for row in rows]
    spans = {str(line.get("document_id")) for line in lines if line.get("what") in SPANS}
    raws = _raw_texts(dataset, spans)
    numbers: range = range(0)

    def grow(text: str) -> str:
        nonlocal numbers
        first = text.count("\n") + 1
        numbers = range(first, first + len(lines))
        known = set(read_overrides(text).warnings)
        text += "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        decided = read_overrides(text)
        if faults := [warning for warning in decided.warnings if warning not in known]:
            raise ConfigError(f"{faults[0].removeprefix('overrides.jsonl: ')}; nothing was written")
        for name in spans:
            _check_words(raws.get(name), decided.by_document.get(name, ()), numbers)
        return text

    grow_file(config.override_list, grow)
    return Written(tuple(numbers), str(config.override_list))


def _resolved(dataset: publish.Dataset, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with the documents' ids in the place of their names, and without what is empty."""
    found = {name: value for name, value in row.items() if value not in (None, "")}
    for key in ("document_id", "other_id"):
        if name := found.get(key):
            found[key] = report.find_document(dataset, str(name))
    return found


def _check_words(raw_text: str | None, decisions: Sequence[Decision], new: range) -> None:
    """Refuse a new span whose words do not stand in the raw text of the version, or that overlaps one that holds."""
    if raw_text is None:  # rejected: only a run can see its words
        return
    placed: list[tuple[int, int, Decision]] = []
    for decision in decisions:
        if decision.what not in SPANS:
            continue
        try:
            start, end = find_words(raw_text, decision)
            for begin, stop, other in placed:
                if begin < end and start < stop:
                    raise ValueError(f"overlaps the span of line {other.number}, which holds")
            placed.append((start, end, decision))
        except ValueError as error:
            if decision.number in new:
                raise ConfigError(f"{decision.document_id}: {error}; nothing was written") from error


MANY = 4  # documents from which on the tables are read once for all


def _raw_texts(dataset: publish.Dataset, names: set[str]) -> dict[str, str]:
    """What the documents' removals point into; those that the version has no text of are left out."""
    if len(names) < MANY:
        found = {name: raw_text_of(dataset, name) for name in names}
        return {name: text for name, text in found.items() if text is not None}
    wanted = pa.array(sorted(names), pa.string())
    columns = {"removals": ["document_id", "start", "end", "text", "replacement"]}
    texts = ["document_id", "source_path", "text"]
    tables = {table: dataset.read(table, columns.get(table, texts)) for table in ("articles", "duplicates", "removals")}
    tables = {table: rows.filter(pc.is_in(rows["document_id"], value_set=wanted)) for table, rows in tables.items()}
    return {name: text for name, (_, text) in report.rebuild_raws(tables, names).items()}


def raw_text_of(dataset: publish.Dataset, document_id: str) -> str | None:
    """What the document's removals point into; None where the version has no text of it."""
    rows = [row for table in ("articles", "duplicates") for row in dataset.find(table, "document_id", document_id)]
    if not rows:
        return None
    cuts = sorted(dataset.find("removals", "document_id", document_id), key=lambda cut: cut["start"])
    columns = ([cut[name] for cut in cuts] for name in ("start", "end", "text", "replacement"))
    return rebuild_raw(rows[0]["text"], *columns)


def read_review(path: Path) -> list[dict[str, Any]]:
    """The rows of a CSV file with the columns of the file's keys; by-lines and numbers are read from their words.

    Raises:
        ConfigError: the file cannot be read, or has a column that does not exist or no row.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            strange = sorted(set(reader.fieldnames or ()) - set(COLUMNS))
            if strange or "what" not in (reader.fieldnames or ()):
                raise ConfigError(f"{path}: columns are {', '.join(COLUMNS)}; found {', '.join(strange) or 'no what'}")
            rows = [_typed(row, f"{path}: row {number}") for number, row in enumerate(reader, 1)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    if not rows:
        raise ConfigError(f"{path}: no row in it")
    return rows


def _typed(row: Mapping[str, Any], where: str) -> dict[str, Any]:
    if None in row or None in row.values():
        raise ConfigError(f"{where}: has more or fewer cells than there are columns")
    found: dict[str, Any] = {name: value.strip() for name, value in row.items() if value.strip()}
    for name in ("occurrence", "line"):
        if name in found:
            if not found[name].isdecimal():
                raise ConfigError(f"{where}: {name} must be a number, found {found[name]!r}")
            found[name] = int(found[name])
    if found.get("field") == "byline" and "value" in found:
        found["value"] = [name.strip() for name in found["value"].split(";") if name.strip()]
    return found


def describe(decision: Decision) -> str:
    """A decision in one line."""
    value = ", ".join(decision.value) if isinstance(decision.value, tuple) else decision.value
    parts = (
        f"{decision.number:>5}  {decision.what:<9} {' '.join(decision.documents)}",
        decision.field and f"{decision.field} = {value}",
        decision.words and f'"{decision.words if len(decision.words) <= 60 else decision.words[:57] + "..."}"',
        decision.told and f"({decision.told})",
    )
    return "  ".join(part for part in parts if part)
