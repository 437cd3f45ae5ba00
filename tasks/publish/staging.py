"""Publishing: from tables to a version that readers see, or to nothing at all.

In     the seven tables, the version to build on, what is known about the run
Out    `versions/vNNNN/` whole, then `latest.json`; a small file in `runs/`

    staged = stage(tables, curated, latest=found.dataset, run=run)     writes the data files out of sight
    write_report(…, staged.folder / "report.html")                     the report is a file like the others
    name = publish(staged, changes=…)                                  card, Croissant, manifest; then visible

What is killed half way leaves a folder in `.staging/` (the next run clears it away), or a whole version that nothing
names yet (the next run names it: `tasks.publish.recovery`). The caller holds the lock all the while.

Limits  Data files that are the same as the parent's are written again, not linked.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from tasks.errors import CopydeskError
from tasks.publish import versions
from tasks.publish.card import CARD, write_card
from tasks.publish.croissant import CROISSANT, write_croissant
from tasks.publish.jsonl import write_jsonl
from tasks.publish.manifest import count_rows, count_rules, table_schemas
from tasks.publish.writers import conform, write_parquet
from tasks.schema import CONTRACT_VERSION, PUBLISHED
from tasks.storage import Location, open_storage

if TYPE_CHECKING:
    import pyarrow as pa

    from tasks.publish.dataset import Dataset
    from tasks.storage import Storage

JSONL = "articles.jsonl.gz"
DATA_FILES = (*(f"{name}.parquet" for name in PUBLISHED), JSONL)
REPORT = "report.html"
REFUSED = "refused"
_MADE_FROM = ("code", "settings", "lock", "inputs")


@dataclass(frozen=True)
class RunInfo:
    """What a version remembers of the run that made it.

    `digests` are hex digests by name: `code`, `settings`, `lock`, `inputs`; `about` describes the data set on its card:
    `name`, `description`, `license`, `url`, `citation`; `gates` are the findings of the gates, `accepted` the gates
    passed this once.
    """

    id: str
    started_at: datetime
    digests: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    gates: Sequence[Mapping[str, Any]] = ()
    accepted: Sequence[str] = ()
    overrides: Mapping[str, int] = field(default_factory=dict)  # decisions that hold, by kind, and `documents`


@dataclass(frozen=True)
class StagedVersion:
    """Data files in a folder of `.staging/`; `unchanged` means that the latest version has the very same ones."""

    storage: Storage
    folder: Path
    version: str
    tables: dict[str, pa.Table]
    files: dict[str, dict[str, Any]]
    latest: Dataset | None
    run: RunInfo
    unchanged: bool

    def claimed(self) -> StagedVersion:
        """The same under a name that no other run can take; to be called before a report states the name."""
        return replace(self, version=versions.claim_name(self.storage))

    def discard(self) -> None:
        """Take the folder away; nothing is published."""
        shutil.rmtree(self.folder, ignore_errors=True)


def stage(
    tables: Mapping[str, pa.Table],
    curated: str | Location | Storage,
    *,
    latest: Dataset | None,
    run: RunInfo,
    threads: int = 2,
) -> StagedVersion:
    """Write the data files of a new version where no reader looks.

    Args:
        tables: the seven published tables, sorted as `tasks.schema.SORTED_BY` says.
        latest: the version to compare with and to name as parent.

    Raises:
        CopydeskError: a table does not have the contract's columns, or the disk does not take the files.
    """
    storage = open_storage(curated)
    folder = storage.work / ".staging" / run.id
    whole = {name: conform(name, tables[name]) for name in PUBLISHED}
    with _clearing(folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        files = write_data_files(whole, folder, before=latest.local(JSONL) if latest else None, threads=threads)
    return StagedVersion(
        storage, folder, versions.next_name(storage), whole, files, latest, run, _is_unchanged(storage, files, latest)
    )


def publish(
    staged: StagedVersion,
    *,
    changes: Mapping[str, Any] | None = None,
    warnings: tuple[str, ...] = (),
    rollback_of: str | None = None,
    hold: Mapping[str, Any] | None = None,
) -> str:
    """Make a staged version visible and the latest; returns its name.

    Args:
        changes: `VersionDiff.as_dict()` against the parent, for the card and the manifest.
        hold: stops further runs from publishing; swapped in together with the version.

    Raises:
        CopydeskError: the disk does not take the files, or another run took the name; nothing was published.
    """
    changes = changes or {}
    manifest = _manifest(staged, changes, warnings, rollback_of)
    with _clearing(staged.folder):
        write_card(staged.folder / CARD, manifest, changes, staged.run.about)
        write_croissant(staged.folder / CROISSANT, manifest, staged.run.about)
        finish_manifest(staged.folder, manifest)
        staged.storage.adopt(staged.folder, f"versions/{staged.version}")
    versions.announce(staged.storage, staged.version, dict(hold) if hold else None)
    return staged.version


def keep_refused(
    staged: StagedVersion, *, changes: Mapping[str, Any] | None = None, warnings: tuple[str, ...] = ()
) -> Path:
    """Keep a version that a gate refused in `.staging/refused/`, laid out as a data set of its own; its folder.

    It is there to be looked at (`open_dataset` of that folder) until the next run takes it away.
    """
    changes = changes or {}
    manifest = _manifest(staged, changes, warnings, None)
    place = refused_folder(staged.storage)
    folder = place / "versions" / staged.version
    with _clearing(staged.folder):
        write_card(staged.folder / CARD, manifest, changes, staged.run.about)
        write_croissant(staged.folder / CROISSANT, manifest, staged.run.about)
        finish_manifest(staged.folder, manifest)
        shutil.rmtree(place, ignore_errors=True)
        folder.parent.mkdir(parents=True)
        staged.folder.rename(folder)
    return folder


def refused_folder(storage: Storage) -> Path:
    """Where the version lies that a gate refused last; on this machine, wherever the data set is."""
    return storage.work / ".staging" / REFUSED


@contextmanager
def _clearing(folder: Path) -> Iterator[None]:
    """Take a staged folder away when the disk refuses it: a full disk should not stay full because of it."""
    try:
        yield
    except CopydeskError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        why = error.strerror or error
        raise CopydeskError(
            f"{folder}: {why}; nothing was published; make room or mend the disk, and run again"
        ) from error


def write_data_files(
    tables: Mapping[str, pa.Table], folder: Path, *, before: Path | None = None, threads: int = 2
) -> dict[str, dict[str, Any]]:
    """Write the data files of conforming tables, copying what is the same in the JSON lines `before`.

    Returns:
        Their entries for the manifest, by file name.
    """
    with ThreadPoolExecutor(threads) as pool:  # the files side by side; none of them knows of the others
        waiting = [pool.submit(write_parquet, table, folder / f"{name}.parquet") for name, table in tables.items()]
        waiting.append(pool.submit(write_jsonl, tables["articles"], folder / JSONL, before=before, threads=threads))
        for written in waiting:
            written.result()
    return {name: _entry(folder / name) for name in DATA_FILES}


def finish_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest of a folder, last of all: `files` names the data files, the others are added here."""
    names = sorted(path.name for path in folder.iterdir() if path.name != versions.MANIFEST)
    files = {name: manifest["files"].get(name) or _entry(folder / name) for name in names}
    (folder / versions.MANIFEST).write_bytes(versions.to_json({**manifest, "files": files}))


def record_run(curated: str | Location | Storage, run: RunInfo, record: Mapping[str, Any]) -> Path | str:
    """Write the small file that tells of a run, published or not; returns where it lies."""
    name = f"runs/{run.started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{run.id}.json"
    storage = open_storage(curated)
    storage.write(name, versions.to_json({"run": run.id, "started_at": _stamp(run.started_at), **record}))
    return storage.place(name)


def _manifest(
    staged: StagedVersion, changes: Mapping[str, Any], warnings: tuple[str, ...], rollback_of: str | None
) -> dict[str, Any]:
    run = staged.run
    counts = count_rows(staged.tables)
    counts |= {name: int(value) for name, value in changes.get("counts", {}).items() if name not in counts}
    return {
        "version": staged.version,
        "contract_version": CONTRACT_VERSION,
        "parent": staged.latest.version if staged.latest else None,
        "rollback_of": rollback_of,
        "created_at": _stamp(run.started_at),
        "run": run.id,
        "counts": counts,
        "clusters": dict(changes.get("clusters", {})),
        "rules": count_rules(staged.tables),
        "warnings": list(warnings),
        "gates": [dict(finding) for finding in run.gates],
        "accepted": list(run.accepted),
        "overrides": dict(run.overrides),
        "digests": {name: run.digests.get(name) for name in sorted({*_MADE_FROM, *run.digests})},
        "settings": dict(run.settings),
        "about": dict(run.about),
        "schema": table_schemas(),
        "files": dict(staged.files),
    }


def _is_unchanged(storage: Storage, files: Mapping[str, Mapping[str, Any]], latest: Dataset | None) -> bool:
    """Whether the version that readers get has the same data files already."""
    if latest is None or versions.read_latest(storage).version != latest.version:
        return False
    before = latest.manifest["files"]
    return all(before.get(name, {}).get("sha256") == files[name]["sha256"] for name in DATA_FILES)


def _entry(path: Path) -> dict[str, Any]:
    entry: dict[str, Any] = {"sha256": versions.file_sha256(path), "bytes": path.stat().st_size}
    if path.suffix == ".parquet" or path.name == JSONL:
        parquet = path.with_name("articles.parquet") if path.name == JSONL else path
        entry["rows"] = pq.read_metadata(parquet).num_rows
    return entry


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
