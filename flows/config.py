"""One frozen configuration for a run.

In     `copydesk.toml` (beside the call, or --config), variables `COPYDESK_…`, words of the command line; later ones win
Out    `Config`; what decides the data is in `Config.rules` and has a digest, the rest (paths, workers) has not

Unknown keys, wrong types and values out of range are a `ConfigError` that names the setting and what it may be.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.errors import ConfigError
from tasks.rules import OwnRules
from tasks.settings import LOCAL_PATH, NUMBER, TABLE, WHOLE, Kind, build, check, from_text, local_path, setting
from tasks.storage import Location, lies_in, locate, open_storage

if TYPE_CHECKING:
    from tasks.ingest import IngestSettings
    from tasks.storage import Storage

CONFIG_NAME = "copydesk.toml"
VARIABLES = ("raw", "curated", "cache", "workers")  # settable as COPYDESK_RAW and so on


def _own_rules(folder: Any) -> OwnRules:
    """The rows of a folder; what reads them loads the steps, which most calls can do without."""
    from flows.own_rules import read_own_rules

    return read_own_rules(local_path(folder))


LOCATION = Kind("a folder or s3://bucket/prefix", locate)
OWN_RULES = Kind("a folder", _own_rules)
RULES = Kind("a table", lambda rules: rules)  # built before, see `load_config`


@dataclass(frozen=True)
class Rules:
    """The settings that decide what is published; a version's manifest holds their digest."""

    min_words: int = setting(20, WHOLE, 0, 10_000)  # a shorter text is rejected as too_short
    min_characters: int = setting(40, WHOLE, 0, 100_000)  # the same for scripts without blanks
    # a copy shorter than the fullest by no more than this share may be the canonical one
    fullest_share: float = setting(0.1, NUMBER, 0.0, 1.0)
    ingest: Mapping[str, Any] = setting(dict, TABLE)  # limits and field names: tasks.ingest.IngestSettings
    # rows for the tables of rules, from a folder: docs/rules.md
    extra: OwnRules = setting(OwnRules, OWN_RULES)

    def as_dict(self) -> dict[str, Any]:
        """The settings as plain data; of a user's own rules the digest, wherever their folder lies."""
        return {**asdict(self), "extra": self.extra.digest}

    def digest(self) -> str:
        """Hex sha256 of all settings, however they were given."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True, default=str).encode()).hexdigest()


def input_settings(rules: Rules) -> IngestSettings:
    """The table `[rules.ingest]` of the configuration.

    Raises:
        ConfigError: a setting or field that ingest does not know, or a limit below 1.
    """
    from tasks.ingest import FIELDS, IngestSettings

    where = "copydesk.toml: [rules.ingest]"
    found = build(IngestSettings, rules.ingest, where)
    if unknown := sorted(found.fields.keys() - FIELDS.keys()):
        raise ConfigError(f"{where}: no field '{unknown[0]}'; there are {', '.join(FIELDS)}")
    return found


@dataclass(frozen=True)
class Config:
    """Where a run reads and writes, how it works, and by which rules."""

    raw: Location = setting(Path("raw"), LOCATION)
    curated: Location = setting(Path("curated"), LOCATION)
    # None: curated/.cache; for an object store, a folder in the user's cache folder
    cache: Path | None = setting(None, LOCAL_PATH)
    # the list of documents that must stay out; None: curated/takedowns.toml
    takedowns: Path | None = setting(None, LOCAL_PATH)
    workers: int = setting(0, WHOLE, 0, 1024)  # processes; 0: one a core, 1: none beside this one
    # CPU time after which a document is given up as `failed`
    seconds_per_document: float = setting(60.0, NUMBER, 0.1, 86_400)
    megabytes_per_worker: int = setting(4096, WHOLE, 256, 1_000_000)
    gates: Mapping[str, Any] = setting(dict, TABLE)  # limits of the gates: tasks.gates.read_limits
    notify: Mapping[str, Any] = setting(dict, TABLE)  # who is told how a run ended: flows.notify.Notify
    dataset: Mapping[str, Any] = setting(dict, TABLE)  # name, license … on the card: flows.session.read_about
    metrics: Mapping[str, Any] = setting(dict, TABLE)  # textfile: numbers for a collector of metrics
    rules: Rules = setting(Rules, RULES)

    @cached_property
    def store(self) -> Storage:
        """The storage of the data set: the same for the whole of a run, since it remembers what it has seen."""
        return open_storage(self.curated, self.cache)

    @property
    def takedown_list(self) -> StoredFile:
        """The list of documents that must stay out; it lies with the data set, so that no run can miss it."""
        if self.takedowns:
            return StoredFile(open_storage(self.takedowns.parent), self.takedowns.name)
        return StoredFile(self.store, "takedowns.toml")

    @property
    def override_list(self) -> StoredFile:
        """What people decided about documents; it lies with the data set."""
        return StoredFile(self.store, "overrides.jsonl")

    @property
    def review_list(self) -> StoredFile:
        """What people answered in a review; it lies with the data set."""
        return StoredFile(self.store, "reviews.jsonl")

    @property
    def cache_folder(self) -> Path:
        """Where results of earlier runs are kept."""
        return self.store.cache


@dataclass(frozen=True)
class StoredFile:
    """A file in a storage."""

    storage: Storage
    name: str

    def __str__(self) -> str:
        return str(self.storage.place(self.name))

    def read(self) -> str:
        """Its text; empty where there is no such file.

        Raises:
            ConfigError: it is not UTF-8.
        """
        try:
            return (self.storage.read(self.name) or b"").decode("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(f"{self}: is not UTF-8: {error}") from error

    def write(self, text: str) -> None:
        """Put the text in its place."""
        self.storage.write(self.name, text.encode("utf-8"))


def load_config(file: Path | None = None, *, environment: Mapping[str, str] = os.environ, **words: Any) -> Config:
    """The configuration from the file, the environment and the words of the command line (None: not given).

    Raises:
        ConfigError: the file is missing or unreadable, or a setting is unknown or out of range.
    """
    where = str(file or CONFIG_NAME)
    given = _read(file)
    variables = {name: f"COPYDESK_{name.upper()}" for name in VARIABLES}
    rules = build(Rules, given.pop("rules", {}), f"{where}: [rules]")
    config = build(Config, {**given, "rules": rules}, where)
    for name, variable in variables.items():
        if text := environment.get(variable):
            config = replace(config, **{name: from_text(Config, name, text, variable)})
    for name, value in words.items():
        if value is not None:
            where, read = f"--{name.replace('_', '-')}", from_text if isinstance(value, str) else check
            config = replace(config, **{name: read(Config, name, value, where)})
    return config


def _read(file: Path | None) -> dict[str, Any]:
    path = file or Path(CONFIG_NAME)
    if file is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: cannot read the settings: {error}") from error


def check_folders(config: Config) -> None:
    """Refuse folders that cannot work, before anything is started.

    Raises:
        ConfigError: no such raw folder, or the data set lies inside it and would be read as raw files.
    """
    if isinstance(config.raw, Path) and not config.raw.is_dir():
        found = "is a file" if config.raw.exists() else "no such folder"
        raise ConfigError(f"{config.raw}: {found}; name the folder that holds the raw files (--raw DIR)")
    if lies_in(config.curated, config.raw):
        raise ConfigError(
            f"{config.curated} lies inside {config.raw}: a run would read its own output; choose a folder outside"
        )
