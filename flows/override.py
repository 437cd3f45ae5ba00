"""Writing down what people decide: lines added to `overrides.jsonl`, checked against the document that they name.

In     a configuration; decisions as plain data, from a call or a table of a review
Out    a longer file; nothing is written where one of the lines cannot hold

The lock of the data set is held while the file grows, so that two people, or a person and a run, lose nothing.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.config import Config
from flows.session import check_data_set, writing
from tasks import publish, report
from tasks.errors import ConfigError
from tasks.invariants import rebuild_raw
from tasks.overrides import SPANS, Decision, Overrides, find_words, read_overrides

COLUMNS = ("what", "document_id", "words", "occurrence", "role", "field", "value", "who", "when", "why", "line")


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
    """Add decisions to the file.

    Args:
        rows: the keys of the file's lines; `document_id` may be any name that `explain` takes.

    Raises:
        ConfigError: a row cannot be used, its words do not stand in the document, or it contradicts a line that holds.
        LockHeld: a run is on.
    """
    check_data_set(config.store)
    with writing(config) as writer:
        when = writer.about.started_at.isoformat(timespec="seconds").replace("+00:00", "Z")
        dataset = publish.open_dataset(config.store)
        file = config.override_list
        file.storage.watch(file.name)
        text = file.read()
        text += "" if not text or text.endswith("\n") else "\n"
        first = text.count("\n") + 1
        known = set(read_overrides(text).warnings)
        for row in rows:
            line = _resolved(dataset, {"when": when, **row})
            text += json.dumps(line, ensure_ascii=False) + "\n"
            decided = read_overrides(text)
            if faults := [warning for warning in decided.warnings if warning not in known]:
                raise ConfigError(f"{faults[0].removeprefix('overrides.jsonl: ')}; nothing was written")
            _check_words(dataset, decided, text.count("\n"))
        file.write(text)
        numbers = tuple(range(first, first + len(rows)))
        writer.record |= {"decided": list(numbers), "why": f"{len(rows)} overrides"}
    return Written(numbers, str(file))


def _resolved(dataset: publish.Dataset, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with the document's id in the place of its name, and without what is empty."""
    found = {name: value for name, value in row.items() if value not in (None, "")}
    if name := found.get("document_id"):
        found["document_id"] = report.explain(dataset, str(name)).document["document_id"]
    return found


def _check_words(dataset: publish.Dataset, decided: Overrides, number: int) -> None:
    """Refuse a span whose words do not stand in the raw text of the version, or that overlaps one that holds."""
    decision = next((d for rows in decided.by_document.values() for d in rows if d.number == number), None)
    if decision is None or decision.what not in SPANS:
        return
    raw_text = _raw_text(dataset, decision.document_id)
    if raw_text is None:  # rejected: only a run can see its words
        return
    try:
        start, end = find_words(raw_text, decision)
        for other in decided.by_document[decision.document_id]:
            if other.what in SPANS and other.number < number:
                begin, stop = find_words(raw_text, other)
                if begin < end and start < stop:
                    raise ValueError(f"overlaps the span of line {other.number}, which holds")
    except ValueError as error:
        raise ConfigError(f"{decision.document_id}: {error}; nothing was written") from error


def _raw_text(dataset: publish.Dataset, document_id: str) -> str | None:
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
        f"{decision.number:>5}  {decision.what:<9} {decision.document_id}",
        decision.field and f"{decision.field} = {value}",
        decision.words and f'"{decision.words if len(decision.words) <= 60 else decision.words[:57] + "..."}"',
        decision.told and f"({decision.told})",
    )
    return "  ".join(part for part in parts if part)
