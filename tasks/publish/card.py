"""The data set card: README.md in the form that Hugging Face `datasets` opens, one configuration a table.

In     a manifest, what changed against the parent version, and how the data set is described
Out    `README.md`

The front matter is written by hand, every string in double quotes: JSON strings are YAML strings, and an unquoted `no`
(Norwegian) would be read as false.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.columns import TABLES

DEFAULT_ABOUT = {
    "name": "News articles, cleaned by copydesk",
    "description": "News articles, each stripped of page furniture, published once, with dates and figures as data.",
    "license": "other",
}
ABOUT = ("name", "description", "license", "url", "citation")  # what may be said of a data set
CARD = "README.md"
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
CHANGED_LISTED = 20  # articles named in each list of the card's changelog


def write_card(path: Path, manifest: Mapping[str, Any], changes: Mapping[str, Any], about: Mapping[str, str]) -> None:
    """Write the card of a version."""
    about = {**DEFAULT_ABOUT, **about}
    parts = [
        _front_matter(manifest, about),
        _introduction(manifest, about),
        _contents(manifest),
        _columns(),
        _changelog(manifest, changes),
        _HOW_TO,
        f"## How to cite\n\n{about['citation']}\n" if "citation" in about else "",
    ]
    path.write_text("\n".join(part for part in parts if part), encoding="utf-8")


def _front_matter(manifest: Mapping[str, Any], about: Mapping[str, str]) -> str:
    articles = manifest["counts"]["articles"]
    size = next((name for limit, name in _SIZES if articles < limit), "n>1M")
    languages = [code for code in manifest["rules"]["languages"] if code != "und"]
    lines = ["---", f"pretty_name: {_quoted(about['name'])}", f"license: {_quoted(about['license'])}"]
    lines += ["language:", *(f"- {_quoted(code)}" for code in languages)] if languages else []
    lines += ["size_categories:", f"- {_quoted(size)}", "configs:"]
    for name in TABLES:
        lines += [f"- config_name: {_quoted(name)}", *(["  default: true"] if name == "articles" else [])]
        lines += ["  data_files:", '  - split: "train"', f"    path: {_quoted(f'{name}.parquet')}"]
    return "\n".join([*lines, "---", ""])


def _introduction(manifest: Mapping[str, Any], about: Mapping[str, str]) -> str:
    parent = f", made after {manifest['parent']}" if manifest["parent"] else ", the first"
    rollback = (
        f"\n\nThis version holds the tables of {manifest['rollback_of']} again." if manifest["rollback_of"] else ""
    )
    purged = sum(len(note["documents"]) for note in manifest.get("purged", []))
    rollback += f"\n\nSince then {purged:,} documents were taken out of it." if purged else ""
    return (
        f"# {about['name']}\n\n{about['description']}\n\n"
        + (f"Home: <{about['url']}>\n\n" if "url" in about else "")
        + f"Version {manifest['version']}{parent}; created {manifest['created_at']} under contract "
        f"{manifest['contract_version']}. It never changes; `manifest.json` has the digest of every file, and "
        f"`report.html` shows what was done.{rollback}\n"
    )


def _contents(manifest: Mapping[str, Any]) -> str:
    counts = manifest["counts"]
    rows = {name: manifest["files"][f"{name}.parquet"]["rows"] for name in TABLES}
    lines = "\n".join(f"| `{name}` | {rows[name]:,} | {table.doc} |" for name, table in TABLES.items())
    return (
        f"Of {counts['documents']:,} documents {counts['articles']:,} are published as articles, "
        f"{counts['duplicates']:,} are duplicates of these, and {counts['rejected']:,} were rejected.\n\n"
        f"| table | rows | holds |\n|---|---:|---|\n{lines}\n"
    )


def _columns() -> str:
    """What the columns of the main table mean."""
    lines = (f"| `{field.name}` | {field.doc} |" for field in TABLES["articles"].fields)
    return "## Columns of `articles`\n\n| column | holds |\n|---|---|\n" + "\n".join(lines) + "\n"


def _changelog(manifest: Mapping[str, Any], changes: Mapping[str, Any]) -> str:
    if not manifest["parent"] or not changes:
        return ""
    counts = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in changes["counts"].items() if count)
    lines = [f"## Changes since {manifest['parent']}\n", counts or "None in any article.", ""]
    for kind, rows in changes.get("lists", {}).items():
        if rows:
            lines += [f"**{kind.replace('_', ' ').capitalize()}** ({len(rows):,})\n"]
            lines += [f"- {_line(row)}" for row in rows[:CHANGED_LISTED]]
            lines += [f"- … and {len(rows) - CHANGED_LISTED:,} more"] * (len(rows) > CHANGED_LISTED) + [""]
    return "\n".join(lines)


def _line(row: Mapping[str, Any]) -> str:
    """One change in words; the title's own marks are taken literally."""
    title = " ".join(str(row.get("title") or "untitled").split())
    for mark in "\\`*_[]<>":
        title = title.replace(mark, f"\\{mark}")
    return f"`{row['id']}` {title}" + (f" ({row['cause']})" if row.get("cause") else "")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_HOW_TO = """## Loading

```python
import pandas as pd
articles = pd.read_parquet("articles.parquet")

from datasets import load_dataset
articles = load_dataset("path/to/this/folder", "articles", split="train")
```

The columns of the other tables: `croissant.json` describes them, `manifest.json` has their types.
The rights in the articles are their publishers'.
"""
