"""One frozen configuration for a run.

In     `copydesk.toml` (beside the call, or --config), variables `COPYDESK_…`, words of the command line; later ones win
Out    `Config`; what decides the data is in `Config.rules` and has a digest, the rest (paths, workers) has not

Unknown keys, wrong types and values out of range are a `ConfigError` that names the setting and what it may be.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.errors import ConfigError
from tasks.rules import OwnRules
from tasks.storage import Location, lies_in, locate, open_storage

if TYPE_CHECKING:
    from tasks.storage import Storage

CONFIG_NAME = "copydesk.toml"
VARIABLES = ("raw", "curated", "cache", "workers")  # settable as COPYDESK_RAW and so on


@dataclass(frozen=True)
class Rules:
    """The settings that decide what is published; a version's manifest holds their digest."""

    min_words: int = 20  # a shorter text is rejected as too_short
    min_characters: int = 40  # the same for scripts without blanks
    fullest_share: float = 0.1  # a copy shorter than the fullest by no more than this share may be the canonical one
    ingest: Mapping[str, Any] = field(default_factory=dict)  # limits and field names: tasks.ingest.IngestSettings
    extra: OwnRules = field(default_factory=OwnRules)  # rows for the tables of rules, from a folder: docs/rules.md

    def as_dict(self) -> dict[str, Any]:
        """The settings as plain data; of a user's own rules the digest, wherever their folder lies."""
        return {**asdict(self), "extra": self.extra.digest}

    def digest(self) -> str:
        """Hex sha256 of all settings, however they were given."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Config:
    """Where a run reads and writes, how it works, and by which rules."""

    raw: Location = Path("raw")
    curated: Location = Path("curated")
    cache: Path | None = None  # None: curated/.cache; for an object store, a folder in the user's cache folder
    takedowns: Path | None = None  # the list of documents that must stay out; None: curated/takedowns.toml
    workers: int = 0  # processes; 0: one a core, 1: none beside this one
    seconds_per_document: float = 60.0  # CPU time after which a document is given up as `failed`
    megabytes_per_worker: int = 4096
    gates: Mapping[str, Any] = field(default_factory=dict)  # limits of the gates: tasks.gates.read_limits
    notify: Mapping[str, Any] = field(default_factory=dict)  # who is told how a run ended: flows.notify.Notify
    metrics: Mapping[str, Any] = field(default_factory=dict)  # textfile: numbers for a collector of metrics
    rules: Rules = Rules()

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
    _check(config, where)
    for name, variable in variables.items():
        if text := environment.get(variable):
            config = _override(config, name, _from_text(Config, name, text, variable), variable)
    for name, value in words.items():
        if value is not None:
            where = f"--{name.replace('_', '-')}"
            given_value = _from_text(Config, name, value, where) if isinstance(value, str) else value
            config = _override(config, name, given_value, where)
    return config


def _override(config: Config, name: str, value: Any, where: str) -> Config:
    config = replace(config, **{name: value})
    _check(config, where)
    return config


def _from_text(kind: type, name: str, text: str, where: str) -> Any:
    """The value of a setting that stands in an environment variable."""
    wanted = next(str(item.type) for item in fields(kind) if item.name == name)
    try:
        return int(text) if wanted == "int" else _READ[wanted](text)
    except ValueError:
        raise ConfigError(f"{where}: must be {_IN_WORDS.get(wanted, wanted)}, found {text!r}") from None


def _read(file: Path | None) -> dict[str, Any]:
    path = file or Path(CONFIG_NAME)
    if file is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: cannot read the settings: {error}") from error


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


def _local(value: Any) -> Path:
    """A path on this machine; of an address `Path` would make a folder called `s3:`."""
    if "://" in os.fspath(value):
        raise ValueError
    return Path(value)


def _names(table: Any) -> dict[str, tuple[str, ...]]:
    """Lists of names; one name may stand for a list of one."""
    lists = {name: [words] if isinstance(words, str) else words for name, words in dict(table).items()}
    if not all(
        isinstance(words, list) and words and all(isinstance(w, str) for w in words) for words in lists.values()
    ):
        raise TypeError
    return {name: tuple(words) for name, words in lists.items()}


def _own_rules(folder: Any) -> OwnRules:
    """The rows of a folder; what reads them loads the steps, which most calls can do without."""
    from flows.own_rules import read_own_rules

    return read_own_rules(_local(folder))


_READ: dict[str, Callable[[Any], Any]] = {
    "int": _whole,
    "float": _number,
    "Location": locate,
    "Path | None": _local,
    "Rules": lambda rules: rules,
    "OwnRules": _own_rules,
    "Mapping[str, Any]": dict,
    "Mapping[str, tuple[str, ...]]": _names,
}


_IN_WORDS = {
    "Location": "a folder or s3://bucket/prefix",
    "Path | None": "a path on this machine",
    "OwnRules": "a folder",
}


def build(kind: type, given: Mapping[str, Any], where: str) -> Any:
    """An instance of a dataclass from plain values, as they stand in a settings file.

    Raises:
        ConfigError: a name that the dataclass does not have, or a value of another type.
    """
    known = {item.name: str(item.type) for item in fields(kind)}
    values = {}
    for name, value in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
            raise ConfigError(f"{where}: unknown setting '{name}'; {hint}")
        try:
            values[name] = _READ[known[name]](value)
        except (TypeError, ValueError):
            wanted = _IN_WORDS.get(known[name], known[name])
            raise ConfigError(f"{where}: '{name}' must be {wanted}, found {value!r}") from None
    return kind(**values)


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


def _check(config: Config, where: str) -> None:
    ranges = {
        "workers": (config.workers, 0, 1024),
        "min_words": (config.rules.min_words, 0, 10_000),
        "min_characters": (config.rules.min_characters, 0, 100_000),
        "fullest_share": (config.rules.fullest_share, 0.0, 1.0),
        "seconds_per_document": (config.seconds_per_document, 0.1, 86_400),
        "megabytes_per_worker": (config.megabytes_per_worker, 256, 1_000_000),
    }
    for name, (value, low, high) in ranges.items():
        if not low <= value <= high:
            raise ConfigError(f"{where}: '{name}' must lie between {low} and {high}, found {value}")
