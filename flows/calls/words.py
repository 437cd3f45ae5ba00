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
    "No progress and no notes; warnings and errors are still told."

    def answer(self, content: dict[str, Any], lines: Callable[[], str]) -> None:
        """Print the answer, as JSON or in words."""
        give(json.dumps(content, ensure_ascii=False, default=str) if self.json else lines())


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


PLAIN_OUTPUT, HERE = Output(), Where()
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
