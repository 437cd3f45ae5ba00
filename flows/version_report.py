"""The report of a version that is about to be published: what changes against the one before it."""

from __future__ import annotations

from pathlib import Path

from tasks import publish, report


def compare(staged: publish.StagedVersion, latest: publish.Dataset | None) -> report.VersionDiff:
    """What a version that is about to be published changes against the one before it."""
    if latest is None:
        return report.diff_tables(None, staged.tables, names=(None, staged.version))
    digests = (latest.manifest.get("digests", {}), staged.run.digests)
    return report.diff_tables(
        report.scan(latest), staged.tables, names=(latest.version, staged.version), digests=digests
    )


def write_page(staged: publish.StagedVersion, changes: report.VersionDiff, warnings: tuple[str, ...]) -> Path:
    """Write the report of a staged version beside its files."""
    return report.write_report(
        staged.tables,
        staged.folder / "report.html",
        version=staged.version,
        created_at=staged.run.started_at,
        diff=changes,
        warnings=warnings,
        made_from=staged.run.digests,
    )
