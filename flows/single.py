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
from flows.steps import Pipeline, build_tables, call, no_watch
from tasks.errors import ConfigError
from tasks.publish.writers import json_line

HEAD = ("title", "published_local", "byline", "translators", "publisher", "section", "language", "flags")


@dataclass(frozen=True)
class Cleaned:
    """What one file holds: its articles with their removals, duplicates among them, and what was rejected."""

    tables: Mapping[str, list[dict[str, Any]]]

    def as_dict(self) -> dict[str, Any]:
        """The rows as plain data, each article with its `removals`."""
        removals = self.tables["removals"]
        articles = [
            {**row, "removals": [cut for cut in removals if cut["document_id"] == row["document_id"]]}
            for row in self.tables["articles"]
        ]
        rejected = [row for row in self.tables["documents"] if row["status"] == "rejected"]
        return {"articles": articles, "duplicates": self.tables["duplicates"], "rejected": rejected}

    def describe(self) -> str:
        """The articles as a person reads them: a head of fields, then the text."""
        found = self.as_dict()
        parts = [_describe_article(row) for row in found["articles"]]
        parts += [f"{row['source_path']}: a copy of {row['canonical_id']}" for row in found["duplicates"]]
        parts += [f"{row['source_path']}: rejected, {row['reason']}: {row['detail']}" for row in found["rejected"]]
        return "\n\n".join(parts)


def _describe_article(row: Mapping[str, Any]) -> str:
    fields = {name: ", ".join(row[name]) if isinstance(row[name], list) else row[name] for name in HEAD}
    head = "\n".join(f"{name}: {value}" for name, value in fields.items() if value)
    return f"{head}\nremoved: {len(row['removals'])} spans\n\n{row['text']}"


def clean_file(file: Path, rules: Rules) -> Cleaned:
    """Clean a raw file of any format.

    Raises:
        ConfigError: the file cannot be read.
    """
    try:
        return _clean(file.name.lstrip("."), file.read_bytes(), rules)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error


def clean_stdin(data: bytes, rules: Rules) -> Cleaned:
    """Clean one article of plain text."""
    return _clean("stdin.txt", data, rules)


def _clean(name: str, data: bytes, rules: Rules) -> Cleaned:
    """Run the steps over a folder that holds this file alone; a short text is no reason to refuse it here."""
    lenient = replace(rules, min_words=0, min_characters=0)
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        raw.mkdir()
        (raw / name).write_bytes(data)
        mapper = Mapper(InProcess(), Spool(Path(folder) / "spool"), None)
        tables = build_tables(raw, lenient, Pipeline(call, mapper, no_watch))
        return Cleaned(
            {table: [json.loads(json_line(row)) for row in rows.to_pylist()] for table, rows in tables.items()}
        )
