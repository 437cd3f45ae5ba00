"""Rollback: an older version's tables as a new version, and a hold on further runs."""

from __future__ import annotations

from flows.config import Config
from flows.session import check_data_set, read_list, writing
from flows.takedown import find_taken
from flows.version_report import compare, write_page
from tasks import publish
from tasks.errors import ConfigError
from tasks.takedowns import Takedown


def roll_back(config: Config, version: str, reason: str = "") -> str:
    """Publish an older version's tables as a new version, and hold further runs; returns the new version's name.

    Raises:
        ConfigError: there is no such version, or nothing to roll back from.
        Damaged: the version is not what its manifest says.
    """
    check_data_set(config.store)
    with writing(config) as writer:
        latest = writer.found.dataset
        if latest is None:
            raise ConfigError(f"{config.curated}: no version that could be rolled back; see `copydesk versions`")
        refuse_taken_down(publish.open_dataset(config.store, version), read_list(config.takedown_list))
        staged = publish.stage_rollback(config.store, version, latest=latest, run=writer.about)
        changes = compare(staged, latest)
        write_page(staged, changes, writer.found.warnings)
        name = publish.publish_rollback(staged, version, changes=changes.as_dict(), reason=reason)
        writer.record |= {"version": name, "rollback_of": version, "why": reason or "rollback"}
    return name


def refuse_taken_down(dataset: publish.Dataset, entries: tuple[Takedown, ...]) -> None:
    """Refuse to bring back what was taken down.

    Raises:
        ConfigError: the version has documents that the list names.
    """
    names = find_taken(dataset, entries)
    if names:
        raise ConfigError(
            f"{dataset.version} has documents that were taken down since ({', '.join(names[:3])}); "
            "take them out of it first: copydesk takedown DOCUMENT --reason TEXT --purge"
        )
