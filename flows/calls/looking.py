"""Calls that show what is in a version: `explain`, `report`, `export`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from flows.calls.words import HERE, PLAIN_OUTPUT, Output, Switch, Where, open_refused
from tasks.errors import ConfigError

if TYPE_CHECKING:
    pass


def explain(document: str, /, *, where: Where = HERE, version: str | None = None, output: Output = PLAIN_OUTPUT) -> int:
    """Tell everything that was decided about one document, with rule, score and words.

    Parameters
    ----------
    document
        A document or article id or how it begins, a url, or a path under raw/ (file.jsonl#3 for a row).
    version
        Name of a version [the latest].
    """
    from flows.config import load_config
    from tasks.publish import open_dataset
    from tasks.report import explain as tell

    settings = load_config(where.config, curated=where.curated)
    story = tell(open_dataset(settings.store, version), _under(settings.raw, document))
    output.answer(story.as_dict(), lambda: str(story))
    return 0


def _under(raw: object, name: str) -> str:
    """A path as a shell completes it (raw/a.txt, ./raw/a.txt, /data/raw/a.txt) as the tables have it; else the name.

    Inside raw/ every word could be a path: there only what exists is one; the rest may be an id, or as in the tables.
    """
    if "://" in name or not isinstance(raw, Path):
        return name.removeprefix(f"{raw}/")
    here = Path.cwd()
    path = Path(os.path.normpath(here / name))
    folder = Path(os.path.normpath(here / raw))
    if folder not in path.parents:
        return name
    in_raw = folder in (here, *here.parents) and not Path(name).is_absolute()
    forms = (str(path), str(path).partition("#")[0])
    exists = any(map(os.path.exists, forms))  # Path.exists would fail for what is too long for a name
    return name if in_raw and not exists else path.relative_to(folder).as_posix()


def report(
    version: str | None = None,
    /,
    *,
    staged: Switch = False,
    where: Where = HERE,
    to: Annotated[Path | None, Parameter(name="--output")] = None,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Print where a version's report lies.

    Parameters
    ----------
    version
        Name of a version [the latest].
    staged
        The report of the version that a gate refused last.
    to
        Make the report anew and write it there.
    """
    from tasks.publish import open_dataset

    if staged and version:
        raise ConfigError("report --staged takes no version: it is the one that was refused last")
    dataset = open_refused(where.folder()) if staged else open_dataset(where.folder(), version)
    path = dataset.storage.place(f"versions/{dataset.version}/report.html")
    if to is not None:
        if not to.parent.is_dir() or to.is_dir():
            raise ConfigError(f"--output {to}: no file can be written there; name a file in a folder that exists")
        from tasks.report import rewrite_report

        path = rewrite_report(dataset, to)
    output.answer({"version": dataset.version, "report": str(path)}, lambda: str(path))
    return 0


def export(
    version: str | None = None,
    /,
    *,
    form: Annotated[str, Parameter(name="--format")],
    table: str = "articles",
    columns: str = "",
    condition: Annotated[str | None, Parameter(name="--where")] = None,
    to: Annotated[Path | None, Parameter(name="--output")] = None,
    where: Where = HERE,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Write a table of a version for people: csv, xlsx, jsonl or parquet.

    Parameters
    ----------
    version
        Name of a version [the latest].
    form
        csv, xlsx, jsonl or parquet.
    table
        articles, documents, duplicates, relations, removals, dates or figures.
    columns
        Names with commas between them [all].
    condition
        Which rows, as a condition in SQL: "site = 'gazette' AND n_words > 300".
    to
        The file [stdout, for csv and jsonl].
    """
    from tasks.publish import open_dataset
    from tasks.report import export_table

    if to is None and (form not in ("csv", "jsonl") or output.json):
        raise ConfigError("--output FILE is needed: only csv and jsonl go to stdout, and not with --json")
    if to is not None and (not to.parent.is_dir() or to.is_dir()):
        raise ConfigError(f"--output {to}: no file can be written there; name a file in a folder that exists")
    dataset = open_dataset(where.folder(), version)
    names = [name.strip() for name in columns.split(",") if name.strip()]
    rows = export_table(dataset, to or sys.stdout.buffer, form=form, table=table, columns=names, where=condition)
    if to is not None:
        output.answer(
            {"version": dataset.version, "rows": rows, "file": str(to)}, lambda: f"{to}: {rows:,} rows of {table}"
        )
    return 0
