"""Words that many calls share: which data set, how the call answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from flows.terminal import give
from tasks.errors import ConfigError

if TYPE_CHECKING:
    from tasks.storage import Storage


@Parameter(name="*")
@dataclass(frozen=True)
class Output:
    """How a call answers."""

    json: Annotated[bool, Parameter(negative="", show_default=False)] = False
    "One JSON object on stdout; everything else goes to stderr."
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="", show_default=False)] = False
    "Nothing but errors, and what was asked for: a list, a report's place; with --json the object."

    def answer(self, content: dict[str, Any], lines: Callable[[], str]) -> None:
        """Print the answer, as JSON or in words."""
        give(json.dumps(content, ensure_ascii=False, default=str) if self.json else lines())

    def tell(self, content: dict[str, Any], lines: Callable[[], str]) -> None:
        """Say what was done, where something was to be done and not only shown; --quiet leaves it out."""
        if self.json or not self.quiet:
            self.answer(content, lines)


@Parameter(name="*")
@dataclass(frozen=True)
class Log:
    """What is logged on the way."""

    log: Annotated[str | None, Parameter(show_default=False)] = None
    "json: instead of progress, one object a line on stderr (time, run, step, event, counts)."
    verbose: Annotated[bool, Parameter(name=["--verbose", "-v"], negative="", show_default=False)] = False
    "Also tell what each step made."


@Parameter(name="*")
@dataclass(frozen=True)
class Where:
    """Which data set."""

    curated: str | None = None
    "Folder of the data set, or s3://bucket/prefix [curated]."
    config: Path | None = None
    "Settings file [copydesk.toml, if there is one]."

    def folder(self) -> Storage:
        """The data set, named by the call, the environment or the settings file."""
        from flows.config import load_config

        return load_config(self.config, curated=self.curated).store

    def existing_folder(self) -> Storage:
        """The same, which must be there, with versions in it or without.

        Raises:
            ConfigError: there is no such folder.
        """
        store = self.folder()
        if isinstance(place := store.place(""), Path) and not place.is_dir():
            raise ConfigError(f"{place}: no data set there; name its folder with --curated DIR")
        return store


PLAIN_OUTPUT, HERE, NO_LOG = Output(), Where(), Log()
Switch = Annotated[bool, Parameter(negative="", show_default=False)]


def open_refused(store: Storage) -> Any:
    """The version that a gate refused last.

    Raises:
        ConfigError: there is none: no run was refused, or another run has begun since.
    """
    from tasks.publish import open_dataset, refused_folder

    folder = refused_folder(store)
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no refused version there; it is kept from the refusal to the next run")
    return open_dataset(folder)
