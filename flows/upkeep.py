"""What people do to a data set between runs: go back, take a document down, throw old versions away.

In     the folder of a data set, and the words of the command line
Out    a new version, a longer list of takedowns, rewritten or fewer older versions

Each holds the lock of the data set, as a run does, and leaves a file in `runs/`.
"""

from __future__ import annotations

import os
import shutil
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.lifecycle import compare, now
from tasks import publish, report
from tasks.errors import ConfigError
from tasks.storage import open_storage
from tasks.takedowns import Takedown, format_takedown, read_takedowns, sign


@dataclass(frozen=True)
class TakenDown:
    """What a takedown did: the entry, and the versions from which the document was removed."""

    entry: Takedown
    listed_in: Path
    rewritten: tuple[str, ...] = ()


def roll_back(curated: Path, version: str, *, reason: str = "") -> str:
    """Publish an older version's tables as a new version, and hold further runs; returns the new version's name.

    Raises:
        ConfigError: no such version, or it is the latest.
        Damaged: its files are not as its manifest says.
        LockHeld: a run is on.
    """
    with _locked(curated) as about:
        latest = publish.recover(curated).dataset
        if latest is None:
            raise ConfigError(f"{curated}: no version to go back from; `copydesk run` makes the first")
        staged = publish.stage_rollback(curated, version, latest=latest, run=about)
        changes = compare(staged, latest)
        page = staged.folder / "report.html"
        warning = f"This version holds the tables of {version} again" + (f": {reason}" if reason else "")
        report.write_report(
            staged.tables,
            page,
            version=staged.version,
            created_at=about.started_at,
            diff=changes,
            warnings=(warning,),
            made_from=staged.run.digests,
        )
        name = publish.publish_rollback(staged, version, changes=changes.as_dict(), reason=reason)
        publish.record_run(curated, about, {"rollback_of": version, "published": True, "version": name, "exit_code": 0})
    return name


def take_down(curated: Path, listed_in: Path, name: str, *, reason: str, purge: bool = False) -> TakenDown:
    """Put a document on the list of takedowns; with `purge` also take it out of every published version.

    Args:
        listed_in: the list, `takedowns.toml`; made where there is none.
        name: an id, a path under raw/ or a url; a url may be one that no version has yet.

    Raises:
        ConfigError: no reason; the name is unknown and no url; or the list is damaged. Nothing was touched.
    """
    if not reason.strip():
        raise ConfigError("a takedown wants a reason (--reason TEXT); it is published as the document's detail")
    with _locked(curated) as about:
        entry = _describe(curated, name, reason, about.started_at.date().isoformat())
        text = listed_in.read_text(encoding="utf-8") if listed_in.exists() else ""
        if not any(set(entry.names()) & set(known.names()) - {None} for known in read_takedowns(text, str(listed_in))):
            _append(listed_in, text, format_takedown(entry))
        rewritten: list[str] = []
        if purge and entry.document_id:
            ids = [entry.document_id]
            rewritten = publish.purge(curated, ids, reason=reason, at=about.started_at, report=report.rewrite_report)
            shutil.rmtree(open_storage(curated).path(".cache"), ignore_errors=True)  # it holds texts, too
        record = {"taken_down": entry.document_id or name, "purged": rewritten, "exit_code": 0}
        publish.record_run(curated, about, record)
    return TakenDown(entry, listed_in, tuple(rewritten))


def prune(curated: Path, keep: int) -> list[str]:
    """Remove all but the `keep` newest versions; returns those that are gone."""
    with _locked(curated) as about:
        gone = publish.prune(curated, keep)
        publish.record_run(curated, about, {"pruned": gone, "exit_code": 0})
    return gone


def _describe(curated: Path, name: str, reason: str, since: str) -> Takedown:
    """The entry for a document, with its signature where some version has its text; the newest that has it counts."""
    for info in reversed(publish.list_versions(curated)):
        try:
            story = report.explain(publish.open_dataset(curated, info.version), name)
        except ConfigError:
            continue
        if story.fields or story.document["reason"] != "taken_down":
            return Takedown(
                document_id=story.document["document_id"],
                url=story.document["url"],
                raw_sha256=story.document["raw_sha256"],
                reason=reason,
                since=since,
                signature=sign(story.fields.get("text") or ""),
            )
    if "://" not in name:
        raise ConfigError(f"{name}: in no version; give an id, a path under raw/, or the url of what must not come in")
    return Takedown(url=name, reason=reason, since=since)


def _append(path: Path, text: str, entry: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text + entry, encoding="utf-8")
    part.replace(path)


@contextmanager
def _locked(curated: Path) -> Iterator[publish.RunInfo]:
    """The lock of a data set that exists, and a name and time for what is done under it."""
    if not publish.list_versions(curated):
        raise ConfigError(f"{curated}: no published version here; `copydesk run` makes the first")
    about = publish.RunInfo(id=uuid.uuid4().hex[:12], started_at=now())
    with publish.hold_lock(open_storage(curated), run=about.id, host=socket.gethostname(), pid=os.getpid(), clock=now):
        yield about
