"""One raw file cleaned without a data set: what `copydesk clean` does, through the very same steps."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flows.config import Rules
from flows.executors import InProcess
from flows.mapper import Mapper, Spool
from flows.pipeline import Pipeline, call, no_watch
from flows.steps import build_tables
from tasks.errors import ConfigError
from tasks.ingest import SIDECAR
from tasks.publish import json_line

HEAD = ("title", "published_local", "byline", "translators", "publisher", "section", "language", "flags")


@dataclass(frozen=True)
class Cleaned:
    """What one file holds: its articles with their removals, duplicates among them, and what was rejected."""

    tables: Mapping[str, list[dict[str, Any]]]
    folder: Path = Path()  # where the file lies, for messages
    warnings: tuple[str, ...] = ()

    @property
    def has_articles(self) -> bool:
        """Something in the file could be cleaned."""
        return bool(self.tables["articles"])

    def as_dict(self) -> dict[str, Any]:
        """The rows as plain data, each article with its `removals`."""
        removals = self.tables["removals"]
        articles = [
            {**row, "removals": [cut for cut in removals if cut["document_id"] == row["document_id"]]}
            for row in self.tables["articles"]
        ]
        return {"articles": articles, "duplicates": self.tables["duplicates"], "rejected": self._rejected()}

    def _rejected(self) -> list[dict[str, Any]]:
        return [row for row in self.tables["documents"] if row["status"] == "rejected"]

    def describe(self) -> str:
        """The articles as a person reads them: a head of fields, then the text."""
        found = self.as_dict()
        articles = sorted(found["articles"], key=lambda row: (row["source_path"], row["source_row"] or 0))
        parts = [(f"{_place(row)}\n" if len(articles) > 1 else "") + _describe_article(row) for row in articles]
        parts += [f"{_place(row)}: a copy of {row['canonical_id']}" for row in found["duplicates"]]
        return "\n\n".join(parts)

    def complaints(self) -> list[str]:
        """A line for each document that was rejected."""
        return [f"{self.folder / _place(row)}: rejected, {row['reason']}: {row['detail']}" for row in self._rejected()]


def _place(row: Mapping[str, Any]) -> str:
    return f"{row['source_path']}" + ("" if row["source_row"] is None else f"#{row['source_row']}")


def _describe_article(row: Mapping[str, Any]) -> str:
    fields = {name: ", ".join(row[name]) if isinstance(row[name], list) else row[name] for name in HEAD}
    head = "\n".join(f"{name}: {value}" for name, value in fields.items() if value)
    return f"{head}\nremoved: {len(row['removals'])} spans\n\n{row['text']}"


def clean_file(file: Path, rules: Rules) -> Cleaned:
    """Clean a raw file of any format, with its sidecar where it has one.

    Raises:
        ConfigError: the file cannot be read, or is of a name that runs pass over.
    """
    name, beside = file.name.lstrip("."), file.with_name(file.name + SIDECAR)
    try:
        files = {name: file.read_bytes()}
        if beside.is_file():
            files[name + SIDECAR] = beside.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    cleaned = replace(_clean(files, rules), folder=file.parent)
    if not cleaned.tables["documents"]:
        raise ConfigError(f"{file}: no document; files called README* and sidecars (*{SIDECAR}) are passed over")
    return cleaned


def clean_stdin(data: bytes, rules: Rules) -> Cleaned:
    """Clean one article of plain text."""
    return _clean({"stdin.txt": data}, rules)


def _clean(files: Mapping[str, bytes], rules: Rules) -> Cleaned:
    """Run the steps over a folder that holds these files alone; a short text is no reason to refuse it here."""
    lenient = replace(rules, min_words=0, min_characters=0)
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        raw.mkdir()
        for name, data in files.items():
            (raw / name).write_bytes(data)
        mapper = Mapper(InProcess(), Spool(Path(folder) / "spool"), None)
        pipeline = Pipeline(call, mapper, no_watch)
        tables = build_tables(raw, lenient, pipeline)
        rows = {name: [json.loads(json_line(row)) for row in table.to_pylist()] for name, table in tables.items()}
        return Cleaned(rows, warnings=tuple(pipeline.warnings))
