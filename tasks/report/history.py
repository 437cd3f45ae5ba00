"""The history of a data set: one entry a run, from `runs/` and, where a run's file is gone, from the manifests.

In     a storage
Out    entries in the order of time; a table for people

An entry says when, what came of it, the version that readers had afterwards, counts, the share of the text that was
cut, what the gates said, and how long it took.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from tasks.publish import list_versions, read_manifest

if TYPE_CHECKING:
    from tasks.storage import Storage

COUNTED = ("documents", "articles", "duplicates", "rejected", "new", "changed", "removed")


@dataclass(frozen=True)
class Entry:
    """One run. `what` is published, nothing new, dry run, refused, rollback, interrupted or failed."""

    started_at: str
    run: str
    what: str
    version: str | None
    exit_code: int
    why: str
    counts: Mapping[str, int] = field(default_factory=dict)
    cut_roles: Mapping[str, int] = field(default_factory=dict)  # removals by role, where this run published
    gates: tuple[str, ...] = ()  # names of the gates that warned; with an exclamation mark where they refused
    accepted: tuple[str, ...] = ()
    seconds: float = 0.0
    peak_mib: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)


def read_history(storage: Storage) -> list[Entry]:
    """Every run that is remembered, oldest first; a file that cannot be read is passed over."""
    manifests = dict(_manifests(storage))
    entries = {}
    for name in storage.names("runs"):
        if entry := _entry(storage.read(f"runs/{name}"), manifests):
            entries[entry.run] = entry
    for manifest in manifests.values():
        run = str(manifest.get("run"))
        entries.setdefault(run, _of_manifest(manifest))
    return sorted(entries.values(), key=lambda entry: (entry.started_at, entry.run))


def describe_history(entries: list[Entry]) -> str:
    """The history as a table of fixed columns."""
    head = f"{'when (UTC)':<17} {'what':<12} {'version':<8} {'documents':>9} {'articles':>9} {'new':>6} {'changed':>7}"
    head += f" {'removed':>7} {'seconds':>8}  gates"
    lines = [head]
    for entry in entries:
        numbers = [entry.counts.get(name) for name in ("documents", "articles", "new", "changed", "removed")]
        cells = ["" if number is None else f"{number:,}" for number in numbers]
        accepted = [f"{name} (accepted)" for name in entry.accepted]
        lines.append(
            f"{entry.started_at[:16].replace('T', ' '):<17} {entry.what:<12} {entry.version or '-':<8} {cells[0]:>9} "
            f"{cells[1]:>9} {cells[2]:>6} {cells[3]:>7} {cells[4]:>7} {entry.seconds:>8.1f}  "
            f"{', '.join([*entry.gates, *accepted])}".rstrip()
        )
    return "\n".join(lines)


def _manifests(storage: Storage) -> Iterator[tuple[str, dict[str, Any]]]:
    for version in list_versions(storage):
        try:
            yield version.version, read_manifest(storage, version.version)
        except ValueError:
            continue


def _entry(data: bytes | None, manifests: Mapping[str, Mapping[str, Any]]) -> Entry | None:
    """The entry of a run's file; None where it is no such file."""
    try:
        record = json.loads(data or b"")
        manifest = manifests.get(record.get("version") or "", {}) if record.get("published") else {}
        return Entry(
            started_at=str(record["started_at"]),
            run=str(record["run"]),
            what=_what(record),
            version=record.get("version"),
            exit_code=int(record.get("exit_code", 1)),
            why=str(record.get("why", "")),
            counts={name: int(record["counts"][name]) for name in COUNTED if name in record.get("counts", {})},
            cut_roles=manifest.get("rules", {}).get("roles", {}),
            gates=_gate_names(record.get("gates", ())),
            accepted=tuple(record.get("accepted", ())),
            seconds=round(sum(record.get("seconds", {}).values()), 1),
            peak_mib=int(record.get("peak_mib", 0)),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _what(record: Mapping[str, Any]) -> str:
    if record.get("published"):
        return "published"
    if record.get("rollback_of"):
        return "rollback"
    by_code = {0: str(record.get("why") or "done"), 3: "refused", 130: "interrupted"}
    return by_code.get(record.get("exit_code", 1), "failed")


def _gate_names(findings: Any) -> tuple[str, ...]:
    names = {f"{found['gate']}!" if found["level"] == "fail" else str(found["gate"]) for found in findings}
    return tuple(sorted(names))


def _of_manifest(manifest: Mapping[str, Any]) -> Entry:
    """What a manifest tells of the run that made it."""
    return Entry(
        started_at=str(manifest.get("created_at", "")),
        run=str(manifest.get("run")),
        what="rollback" if manifest.get("rollback_of") else "published",
        version=str(manifest["version"]),
        exit_code=0,
        why="published",
        counts={name: int(manifest["counts"][name]) for name in COUNTED if name in manifest.get("counts", {})},
        cut_roles=manifest.get("rules", {}).get("roles", {}),
        gates=_gate_names(manifest.get("gates", ())),
        accepted=tuple(manifest.get("accepted", ())),
    )
