"""A writer's hold on a data set: the lock, what was found there, and the record of how it ended.

In     a configuration; the clock, the host and the process, which no step sees
Out    a `Writer` for as long as the lock is held, and a small file in `runs/`
"""

from __future__ import annotations

import logging
import os
import resource
import shutil
import socket
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import log
from flows.config import Config, StoredFile
from flows.server import LOST
from tasks import fingerprints, publish
from tasks.errors import ConfigError, CopydeskError, GateRefused
from tasks.overrides import read_overrides
from tasks.takedowns import Takedown, digest_takedowns, read_takedowns

if TYPE_CHECKING:
    from tasks.storage import Storage

logger = logging.getLogger(__name__)
STEPS = "flows.steps"  # its code decides the data; named, not imported: a run with nothing new does not need it


@dataclass
class Writer:
    """A writer's hold on a data set: who it is, what it found, and what will be told of it in `runs/`."""

    about: publish.RunInfo
    found: publish.Found
    record: dict[str, Any]


@contextmanager
def writing(config: Config) -> Iterator[Writer]:
    """Hold the data set's lock, bring it into order, and record how the run ended, published or not.

    Raises:
        LockHeld: another run holds the data set; that is not recorded, since nothing was done.
    """
    about = describe_run(config)
    log.name_run(about.id)
    logger.info("run %s begins: %s -> %s", about.id, config.raw, config.curated, extra={"event": "run begins"})
    with publish.hold_lock(config.store, run=about.id, host=socket.gethostname(), pid=os.getpid(), clock=now):
        record: dict[str, Any] = {"exit_code": 1, "why": "unexpected error"}
        try:
            writer = Writer(about, publish.recover(config.store), record)
            yield writer
            record["exit_code"] = 0
        except CopydeskError as error:
            found = error.outcome.as_dict() if isinstance(error, GateRefused) and error.outcome else {}
            record |= {**found, "exit_code": error.exit_code, "why": str(error)}
            raise
        except Exception as error:
            record["why"] = f"unexpected error: {type(error).__name__}"
            raise
        except BaseException:  # Ctrl-C, and what Prefect makes of SIGTERM
            record |= {"exit_code": 1, "why": LOST.words} if LOST else {"exit_code": 130, "why": "interrupted"}
            raise
        finally:
            told: dict[str, object] = {
                name: record[name] for name in ("exit_code", "why", "version", "counts") if name in record
            }
            logger.info("run %s ends: %s", about.id, record["why"], extra={"event": "run ends", **told})
            record["finished_at"] = now().isoformat(timespec="seconds").replace("+00:00", "Z")
            record["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            try:
                publish.record_run(config.store, about, record)
            except (OSError, CopydeskError) as error:  # says less than what ended the run
                logger.warning("this run could not be recorded in runs/: %s", error)


def check_data_set(curated: Storage) -> None:
    """Refuse to work on a data set that is not there, before anything is made.

    Raises:
        ConfigError: no such folder, or no version in it.
    """
    if not publish.list_versions(curated):
        raise ConfigError(f"{curated}: no data set there (no versions); name its folder with --curated DIR")


def describe_run(config: Config) -> publish.RunInfo:
    """A new run's name, time and the digests that its version will carry."""
    digests = {
        "code": sha256((fingerprints.code_digest(STEPS) + fingerprints.tables_digest(STEPS)).encode()).hexdigest(),
        "lock": sha256("\n".join(fingerprints.library_versions(STEPS)).encode()).hexdigest(),
        "settings": sha256(
            (config.rules.digest() + digest_takedowns(read_list(config.takedown_list))).encode()
        ).hexdigest(),
    }
    if decided := read_overrides(config.override_list.read()).digest:
        digests["overrides"] = decided
    return publish.RunInfo(
        id=uuid.uuid4().hex[:12],
        started_at=now(),
        digests=digests,
        settings=config.rules.as_dict(),
        about=read_about(config.dataset),
    )


def read_about(given: Mapping[str, Any]) -> dict[str, str]:
    """The table `[dataset]` of the settings: how the card and croissant.json describe the data set.

    Raises:
        ConfigError: an unknown name, or a value that is no text.
    """
    where = "copydesk.toml: [dataset]"
    if unknown := sorted(given.keys() - set(publish.ABOUT)):
        raise ConfigError(f"{where}: unknown setting '{unknown[0]}'; known are {', '.join(publish.ABOUT)}")
    for name, value in given.items():
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(f"{where}: '{name}' must be a text, found {value!r}")
    if (url := given.get("url")) and not url.startswith(("https://", "http://")):
        raise ConfigError(f"{where}: 'url' must be an address (https://…), found {url!r}")
    return {name: value if name == "description" else " ".join(value.split()) for name, value in given.items()}


def read_list(file: StoredFile) -> tuple[Takedown, ...]:
    """The list of takedowns; empty where there is no such file."""
    return read_takedowns(file.read(), str(file))


@contextmanager
def working_folder(path: Path) -> Iterator[Path]:
    """A folder that is gone when the run ends."""
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def now() -> datetime:
    """The present time; only the flow looks at a clock."""
    return datetime.now(UTC)
