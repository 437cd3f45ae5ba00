"""report.html: one version on one page, readable without a network, by keyboard, in light and dark.

In     the seven tables, what changed against the parent version, warnings, what the version was made from
Out    one HTML file, a few MB at most whatever the size of the data set

Everything that comes from a document passes the template's escaping.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from jinja2 import Environment, PackageLoader, StrictUndefined

from tasks.publish import Dataset, count_rows, open_dataset
from tasks.report.diff import VersionDiff, diff_tables, scan
from tasks.report.views import Capped, view_all

CHANGES_LISTED = 50  # of each kind
_ENVIRONMENT = Environment(
    loader=PackageLoader("tasks.report", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def write_report(
    tables: Mapping[str, pa.Table],
    path: Path,
    *,
    version: str,
    created_at: datetime,
    diff: VersionDiff | None = None,
    warnings: tuple[str, ...] = (),
    made_from: Mapping[str, Any] | None = None,
) -> Path:
    """Write the report of a version; returns where it lies.

    Args:
        diff: against the parent version; None for the first.
        made_from: names and digests or settings, printed at the end.
    """
    page = _ENVIRONMENT.get_template("report.html.j2").render(
        version=version,
        created_at=created_at.astimezone(UTC),
        counts=count_rows(tables),
        diff=diff if diff and diff.old else None,
        changes=_changes(diff),
        warnings=warnings,
        made_from=dict(made_from or {}),
        **view_all(tables),
    )
    path.write_text(page, encoding="utf-8")
    return path


def rewrite_report(dataset: Dataset, path: Path) -> Path:
    """Write the report of a published version anew, from its files alone."""
    manifest = dataset.manifest
    tables = dataset.tables()
    return write_report(
        tables,
        path,
        version=dataset.version,
        created_at=datetime.fromisoformat(manifest["created_at"]),
        diff=_diff_to_parent(dataset, tables),
        warnings=tuple(manifest.get("warnings", ())),
        made_from=manifest.get("digests", {}),
    )


def _diff_to_parent(dataset: Dataset, tables: Mapping[str, pa.Table]) -> VersionDiff | None:
    """None for a first version, and where the parent was pruned."""
    parent = dataset.manifest.get("parent")
    if not parent or not dataset.storage.names(f"versions/{parent}"):
        return None
    before = open_dataset(dataset.storage, parent)
    digests = (before.manifest.get("digests", {}), dataset.manifest.get("digests", {}))
    return diff_tables(scan(before), tables, names=(parent, dataset.version), digests=digests)


def _changes(diff: VersionDiff | None) -> dict[str, Capped]:
    if diff is None:
        return {}
    return {kind: Capped(rows[:CHANGES_LISTED], len(rows)) for kind, rows in diff.lists.items() if rows}
