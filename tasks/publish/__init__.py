"""Publishing a data set and reading it: the door to everything that knows how versions lie on disk.

    open_dataset(path, version=None, columns=None)   -> Dataset      for readers
    list_versions(curated), verify(curated, version)                 for people
    hold_lock, recover, stage, publish, record_run                   for a run, in this order
    stage_rollback, publish_rollback, release, prune, purge          the life of the data set

The rooms behind are imported when first used: `list_versions` needs neither pandas nor pyarrow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tasks.publish.card import ABOUT
    from tasks.publish.checking import verify
    from tasks.publish.dataset import Dataset, open_dataset
    from tasks.publish.lifecycle import choose_prunable, prune, publish_rollback, purge, release, stage_rollback
    from tasks.publish.lock import Held, Holder, hold_lock
    from tasks.publish.manifest import count_rows
    from tasks.publish.recovery import Found, recover
    from tasks.publish.staging import RunInfo, StagedVersion, keep_refused, publish, record_run, refused_folder, stage
    from tasks.publish.versions import Fault, VersionInfo, list_versions, read_latest, read_manifest
    from tasks.publish.writers import json_line

_ROOMS = {
    "dataset": ("Dataset", "open_dataset"),
    "lifecycle": ("choose_prunable", "prune", "publish_rollback", "purge", "release", "stage_rollback"),
    "lock": ("Held", "Holder", "hold_lock"),
    "recovery": ("Found", "recover"),
    "staging": ("RunInfo", "StagedVersion", "keep_refused", "publish", "record_run", "refused_folder", "stage"),
    "checking": ("verify",),
    "versions": ("Fault", "VersionInfo", "list_versions", "read_latest", "read_manifest"),
    "manifest": ("count_rows",),
    "writers": ("json_line",),
    "card": ("ABOUT",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "ABOUT",
    "Dataset",
    "Fault",
    "Found",
    "Held",
    "Holder",
    "RunInfo",
    "StagedVersion",
    "VersionInfo",
    "choose_prunable",
    "count_rows",
    "hold_lock",
    "json_line",
    "keep_refused",
    "list_versions",
    "open_dataset",
    "prune",
    "publish",
    "publish_rollback",
    "purge",
    "read_latest",
    "read_manifest",
    "record_run",
    "recover",
    "refused_folder",
    "release",
    "stage",
    "stage_rollback",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
