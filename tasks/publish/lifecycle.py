"""After publishing: going back to an older version, holding, releasing, pruning, taking documents out of old versions.

In     the folder of a data set; the caller holds its lock
Out    a new version, a changed `latest.json`, or fewer or rewritten older versions

A rollback is a new version with an older one's tables, published together with a hold, so that the next scheduled run
does not undo it. Purging is the one thing that changes a published version: it builds the version's folder anew without
the documents, notes itself in the manifest, and puts the folder in the place of the old one.

Limits  Purging swaps a folder by two renames; a run that dies between them is finished by the next `recover`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.errors import ConfigError, Damaged
from tasks.publish import versions
from tasks.publish.card import CARD, write_card
from tasks.publish.croissant import CROISSANT, write_croissant
from tasks.publish.dataset import Dataset, open_dataset
from tasks.publish.manifest import count_rows, count_rules, table_schemas
from tasks.publish.recovery import PURGED, STAGING, finish_purge
from tasks.publish.staging import (
    REPORT,
    RunInfo,
    StagedVersion,
    finish_manifest,
    publish,
    stage,
    write_data_files,
)
from tasks.publish.writers import conform
from tasks.schema import CONTRACT_VERSION
from tasks.storage import Location, open_storage

if TYPE_CHECKING:
    from tasks.storage import Storage


def stage_rollback(curated: str | Location | Storage, version: str, *, latest: Dataset, run: RunInfo) -> StagedVersion:
    """Stage the tables of an older version again; the caller adds the report and calls `publish`.

    Raises:
        ConfigError: there is no such version, or it is the latest already.
        Damaged: its files are not as its manifest says.
    """
    if version == latest.version:
        raise ConfigError(f"{version} is the latest version already; name an older one")
    dataset = open_dataset(curated, version)
    if faults := versions.find_faults(dataset.storage, version):
        raise Damaged(f"{faults[0]}; {version} is not published again")
    digests = {name: digest for name, digest in dataset.manifest["digests"].items() if digest}
    made = replace(run, digests=digests, settings=dataset.manifest.get("settings", {}))
    return replace(stage(dataset.tables(), curated, latest=latest, run=made), unchanged=False).claimed()


def publish_rollback(staged: StagedVersion, version: str, *, changes: Mapping[str, Any], reason: str = "") -> str:
    """Publish a staged rollback and hold further runs; returns the new version's name."""
    hold = {"version": staged.version, "rollback_of": version, "reason": reason or f"rollback to {version}"}
    return publish(staged, changes=changes, rollback_of=version, hold=hold)


def release(curated: str | Location | Storage) -> bool:
    """Lift a hold; whether there was one."""
    storage = open_storage(curated)
    latest = versions.read_latest(storage)
    if not latest.hold or latest.version is None:
        return False
    versions.write_latest(storage, latest.version)
    return True


def choose_prunable(curated: str | Location | Storage, keep: int) -> list[str]:
    """The versions that `prune` would remove, oldest first: all but the `keep` newest, and never the latest.

    Raises:
        ConfigError: `keep` is below 1, or `latest.json` does not name a version that is there.
    """
    if keep < 1:
        raise ConfigError(f"--keep {keep}: at least one version is kept")
    storage = open_storage(curated)
    names = versions.version_names(storage)
    latest = versions.read_latest(storage)
    if names and latest.version not in names:
        raise ConfigError(
            f"{curated}: latest.json does not name a version that is there; `copydesk run` mends it first"
        )
    return [name for name in names[:-keep] if name != latest.version]


def prune(curated: str | Location | Storage, keep: int) -> list[str]:
    """Remove all versions but the `keep` newest; returns those that are gone. The latest is never removed."""
    storage = open_storage(curated)
    names = choose_prunable(curated, keep)
    for name in names:
        storage.remove(f"versions/{name}")
    return names


# ------------------------------------------------------------------ taking documents out of published versions

Rewrite = Callable[[Dataset, Path], object]


def purge(
    curated: str | Location | Storage, ids: Collection[str], *, reason: str, at: datetime, report: Rewrite
) -> list[str]:
    """Take documents, and all other copies in their clusters, out of every version; returns the versions rewritten.

    In each version the documents stay as `rejected: taken_down`, without a word of their texts. Versions whose parent
    was rewritten get a new report and card too, because these quote what changed.

    Args:
        ids: document ids.
        at: the time, for the note in the manifests.
        report: writes the report of an opened version to a path (`tasks.report.rewrite_report`).
    """
    storage = open_storage(curated)
    rewritten: list[str] = []
    for name in versions.version_names(storage):
        dataset = open_dataset(curated, name)
        taken = _with_copies(dataset.table("documents"), ids)
        if taken or dataset.manifest.get("parent") in rewritten:
            stamp = at.isoformat(timespec="seconds").replace("+00:00", "Z")
            note = {"at": stamp, "documents": sorted(taken), "reason": reason}
            _rewrite(storage, dataset, taken, note, report)
            rewritten.append(name)
    return rewritten


def _with_copies(documents: pa.Table, ids: Collection[str]) -> set[str]:
    """The documents of a version that have a text and are among `ids`, or in a cluster with one that is."""
    alive = documents.filter(pc.not_equal(documents["status"], "rejected"))
    named = alive.filter(pc.is_in(alive["document_id"], value_set=pa.array(sorted(ids), pa.string())))
    copies = pc.is_in(alive["cluster_id"], value_set=pc.unique(named["cluster_id"]))
    return set(alive.filter(copies)["document_id"].to_pylist())


def _rewrite(storage: Storage, dataset: Dataset, taken: set[str], note: dict[str, Any], report: Rewrite) -> None:
    """Build a version's folder anew beside the old one, and put it in its place."""
    folder = storage.work / STAGING / f"purge-{dataset.version}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tables = {name: conform(name, table) for name, table in take_out(dataset.tables(), taken).items()}
    files = write_data_files(tables, folder)
    manifest = {
        **dataset.manifest,
        "contract_version": CONTRACT_VERSION,
        "schema": table_schemas(),
        "counts": {**dataset.manifest["counts"], **count_rows(tables)},
        "rules": count_rules(tables),
        "purged": [*dataset.manifest.get("purged", []), note],
        "files": files,
    }
    about = manifest.get("about", {})
    report(Dataset(storage, dataset.version, manifest, tables=tables), folder / REPORT)
    write_card(folder / CARD, manifest, {}, about)
    write_croissant(folder / CROISSANT, manifest, about)
    finish_manifest(folder, manifest)
    hidden = f"versions/.{dataset.version}{PURGED}"
    storage.remove(hidden)
    storage.adopt(folder, hidden)
    finish_purge(storage, dataset.version)


def take_out(tables: Mapping[str, pa.Table], taken: set[str]) -> dict[str, pa.Table]:
    """The tables with some documents rejected as `taken_down`, and nothing left of their texts."""
    gone = pa.array(sorted(taken), pa.string())
    articles = pa.array(sorted("art_" + name[4:] for name in taken), pa.string())
    left = dict(tables)
    for name, columns in _OWNERS.items():
        for column in columns:
            values = articles if column == "article_id" else gone
            left[name] = left[name].filter(pc.invert(pc.is_in(left[name][column], value_set=values)))
    return left | {"documents": _reject(tables["documents"], gone)}


_OWNERS = {
    "articles": ("document_id",),
    "duplicates": ("document_id",),
    "relations": ("left_id", "right_id"),
    "removals": ("document_id",),
    "dates": ("article_id",),
    "figures": ("article_id",),
}
_EMPTIED = ("raw_text_sha256", "text_sha256", "cluster_id", "canonical_id", "language")
_TAKEN = {"status": "rejected", "reason": "taken_down", "detail": "taken down after it was published"}


def _reject(documents: pa.Table, gone: pa.Array) -> pa.Table:
    is_gone = pc.is_in(documents["document_id"], value_set=gone)
    for column, value in {**dict.fromkeys(_EMPTIED), **_TAKEN}.items():
        item = documents.schema.field(column)
        values = pc.if_else(is_gone, pa.scalar(value, item.type), documents[column])
        documents = documents.set_column(documents.schema.get_field_index(column), item, values)
    flags = [
        [] if out else flags for out, flags in zip(is_gone.to_pylist(), documents["flags"].to_pylist(), strict=True)
    ]
    item = documents.schema.field("flags")
    return documents.set_column(documents.schema.get_field_index("flags"), item, pa.array(flags, item.type))
