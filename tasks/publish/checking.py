"""Verifying what was published: every byte against its manifest, every table against the contract.

In     the folder of a data set, perhaps a version
Out    faults, each naming its file; none where all is well
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tasks import invariants
from tasks.errors import ConfigError
from tasks.publish import versions
from tasks.publish.upgrade import upgraded
from tasks.schema import CONTRACT_VERSION, PUBLISHED
from tasks.storage import Location, open_storage

if TYPE_CHECKING:
    from tasks.storage import Storage


def verify(curated: str | Location | Storage, version: str | None = None) -> list[versions.Fault]:
    """What is wrong with a version; without a name: the digests of all versions, and all of the latest.

    Raises:
        ConfigError: there is no such version.
    """
    storage = open_storage(curated)
    names = versions.version_names(storage)
    latest = versions.read_latest(storage)
    if not names:
        raise ConfigError(f"{curated}: no published version here; `copydesk run` makes the first")
    if version and version not in names:
        raise ConfigError(f"{curated}: no version {version}; there are {', '.join(names)}")
    if version:
        return _version_faults(storage, version)
    faults = _latest_faults(latest, names)
    for name in names:
        faults += _version_faults(storage, name) if name == latest.version else versions.find_faults(storage, name)
    return faults


def _latest_faults(latest: versions.Latest, names: list[str]) -> list[versions.Fault]:
    if latest.fault:
        return [versions.Fault(None, versions.LATEST, f"is {latest.fault}; the next `copydesk run` writes it anew")]
    if latest.version not in names:
        return [versions.Fault(latest.version, versions.LATEST, f"names {latest.version}, which is not there")]
    return []


def _version_faults(storage: Storage, version: str) -> list[versions.Fault]:
    """Faults of the files; where they are as they were written, faults of the tables."""
    faults = versions.find_faults(storage, version)
    if faults:
        return faults
    folder = f"versions/{version}"
    is_earlier = versions.read_manifest(storage, version).get("contract_version") != CONTRACT_VERSION
    tables = {}
    for name in PUBLISHED:
        try:
            table = pq.read_table(storage.source(f"{folder}/{name}.parquet"))
            tables[name] = upgraded(name, table) if is_earlier else table
        except (OSError, pa.ArrowException) as error:
            faults.append(versions.Fault(version, f"{folder}/{name}.parquet", f"cannot be read: {error}"))
    if faults:
        return faults
    broken = invariants.find_schema_faults(tables) or invariants.find_faults(tables)
    return [versions.Fault(version, folder, fault) for fault in broken]
