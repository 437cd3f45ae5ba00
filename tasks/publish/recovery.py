"""Before a run: clear away what a dead run left, and find the version to build on.

In     the folder of a data set; the caller holds its lock
Out    the newest version whose files are all as its manifest says, and warnings in words

`latest.json` is written anew where it is gone or damaged, and where the newest whole version is one that nothing names
yet (its run died between two steps; all its checks were done). A version that was changed by hand is never built on,
and `latest.json` is left pointing at it only until this run publishes.

Limits  Every file of the version is read once, about a second for each gigabyte.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.publish import versions
from tasks.publish.dataset import Dataset
from tasks.publish.staging import REFUSED
from tasks.schema import CONTRACT_VERSION
from tasks.storage import Disk, Location, open_storage

if TYPE_CHECKING:
    from tasks.storage import Storage

# While a version is rewritten: `.v0003.purged` is the new folder, whole; `.v0003.old` the one it replaces
PURGED, OLD = ".purged", ".old"
STAGING = ".staging"  # on this machine, wherever the data set is


@dataclass(frozen=True)
class Found:
    """What a run starts from: the version to build on (None: there is none), and a hold that forbids publishing."""

    dataset: Dataset | None
    hold: dict[str, Any] | None = None
    warnings: tuple[str, ...] = ()


def recover(curated: str | Location | Storage) -> Found:
    """Bring a data set into order and say what a run may build on.

    Raises:
        ConfigError: a newer copydesk wrote this data set; nothing was touched.
    """
    storage = open_storage(curated)
    storage.watch(versions.LATEST)
    versions.refuse_newer(storage, CONTRACT_VERSION)
    warnings = _clear(storage)
    latest = versions.read_latest(storage)
    whole, faults = _newest_whole(storage)
    warnings += [f"{fault}; version {fault.version} is not built on" for fault in faults]
    if whole is None:
        return Found(None, latest.hold, tuple(warnings))
    dataset = Dataset(storage, whole, versions.read_manifest(storage, whole))
    hold, mended = _mend_latest(storage, latest, dataset)
    return Found(dataset, hold, tuple(warnings + mended))


def finish_purge(storage: Storage, version: str) -> None:
    """Put a version that was rewritten in the place of the old one; may be called again at any point.

    The hidden folder is taken away last: as long as it is there, `latest.json` may still state the old manifest.
    """
    target, new, old = (f"versions/{name}" for name in (version, f".{version}{PURGED}", f".{version}{OLD}"))
    storage.exchange(new, target, old)
    latest = versions.read_latest(storage)
    if latest.version == version:
        versions.write_latest(storage, version, latest.hold)
    storage.remove(new)
    storage.remove(old)


def _finish_purges(storage: Storage) -> None:
    for name in storage.names("versions"):
        for end in (PURGED, OLD):
            version = name.removeprefix(".").removesuffix(end)
            if name == f".{version}{end}":
                finish_purge(storage, version)


def _clear(storage: Storage) -> list[str]:
    """Take away staging that a dead run left, and versions that were being removed."""
    _finish_purges(storage)
    left = Disk(storage.work).names(STAGING)
    for name in left:
        shutil.rmtree(storage.work / STAGING / name, ignore_errors=True)
    storage.sweep("versions")
    left = [name for name in left if name != REFUSED]  # kept on purpose, until now
    return [f".staging/{name}: left behind by a run that did not end; cleared away" for name in left]


def _newest_whole(storage: Storage) -> tuple[str | None, list[versions.Fault]]:
    """The newest version without a fault, and the first fault of each newer one."""
    faults: list[versions.Fault] = []
    for name in reversed(versions.version_names(storage)):
        found = versions.find_faults(storage, name, trust_uploads=True)
        if not found:
            return name, faults
        faults.append(found[0])
    return None, faults


def _mend_latest(storage: Storage, latest: versions.Latest, whole: Dataset) -> tuple[dict[str, Any] | None, list[str]]:
    """Make `latest.json` name the newest whole version; the hold then in force, and what was done."""
    data = storage.read(f"versions/{whole.version}/{versions.MANIFEST}") or b""
    named = versions.number(latest.version)
    if latest.version == whole.version and latest.manifest_sha256 == versions.bytes_sha256(data):
        return latest.hold, []
    if latest.version and named > versions.number(whole.version) and storage.names(f"versions/{latest.version}"):
        return latest.hold, []  # the damaged version is what readers were given; only a new one may replace it
    hold = latest.hold
    if whole.manifest.get("rollback_of") and (latest.fault or named < versions.number(whole.version)):
        hold = {"version": whole.version, "reason": f"rollback to {whole.manifest['rollback_of']}"}
    why = f"was {latest.fault}" if latest.fault else f"named {latest.version}"
    versions.write_latest(storage, whole.version, hold)
    return hold, [f"latest.json {why}; it now names {whole.version}, the newest whole version"]
