"""Versions: which there are, which one readers get, and which one a run may build on.

In     `versions/*/manifest.json` and `latest.json` of a data set       from tasks.storage
Out    `VersionInfo`, manifests, the name of the latest version         to   readers, runs, the command line

Needs nothing but Python's own library, so that `copydesk versions` answers at once. `latest.json` may also carry a
`hold`: it is swapped together with the version it belongs to.

Limits  A manifest vouches for its files by their digests; only `find_faults` reads the files themselves.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.errors import ConfigError, LockHeld
from tasks.storage import Disk, Location, open_storage

if TYPE_CHECKING:
    from tasks.storage import Storage

LATEST, MANIFEST = "latest.json", "manifest.json"
LOOKS = 8  # manifests read at a time: each is a request where the data set is far away
_NAME = re.compile(r"v(\d{4,})")


@dataclass(frozen=True)
class VersionInfo:
    """One published version, as its manifest tells it.

    `state` is `latest`, `older`, `unnamed` (whole, but the run that made it ended before `latest.json` named it) or
    `damaged` (`fault` says what is wrong). Only what costs little is looked at: the manifest, and whether its files are
    there in the sizes it states; `verify` reads them.
    """

    version: str
    state: str
    is_latest: bool = False  # `latest.json` names it, whatever its state
    fault: str | None = None
    parent: str | None = None
    created_at: str | None = None
    rollback_of: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    n_bytes: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for `--json`."""
        return asdict(self)


@dataclass(frozen=True)
class Latest:
    """What `latest.json` says; `fault` is None, `missing`, or what is wrong with it."""

    version: str | None = None
    manifest_sha256: str | None = None
    hold: dict[str, Any] | None = None
    highest: int = 0  # the highest number ever named, where that is not this version's
    fault: str | None = None


@dataclass(frozen=True)
class Fault:
    """Something in a published version that is not as it should be; `file` is relative to the data set."""

    version: str | None
    file: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.message}"


def list_versions(curated: str | Location | Storage) -> list[VersionInfo]:
    """All versions of a data set, oldest first, from their manifests and the sizes of their files."""
    storage = open_storage(curated)
    latest = read_latest(storage)
    names = version_names(storage)
    newest = number(latest.version) if latest.version in names else None
    with ThreadPoolExecutor(LOOKS) as pool:
        return list(pool.map(lambda name: _info(storage, name, latest.version, newest), names))


def _info(storage: Storage, name: str, latest: str | None, newest: int | None) -> VersionInfo:
    is_latest = name == latest
    try:
        manifest = read_manifest(storage, name)
    except ValueError as error:
        return VersionInfo(name, "damaged", is_latest, str(error))
    state = "latest" if is_latest else "unnamed" if newest is None or number(name) > newest else "older"
    fault = _misfit(storage, name, manifest["files"])
    return VersionInfo(
        version=name,
        state="damaged" if fault else state,
        is_latest=is_latest,
        fault=fault,
        parent=manifest.get("parent"),
        created_at=manifest.get("created_at"),
        rollback_of=manifest.get("rollback_of"),
        counts=dict(manifest.get("counts", {})),
        n_bytes=sum(entry["bytes"] for entry in manifest["files"].values()),
    )


def _misfit(storage: Storage, version: str, files: dict[str, Any]) -> str | None:
    """The first file that is missing or has another size than the manifest states; None where there is none."""
    sizes = storage.sizes(f"versions/{version}")
    found = ((name, _size_fault(sizes.get(name), entry)) for name, entry in sorted(files.items()))
    return next((f"{name} {fault}" for name, fault in found if fault), None)


def number(name: str | None) -> int:
    """The number in a version's name; 0 for what is no version's name.

    >>> number("v0012"), number("v0012.old"), number(None)
    (12, 0, 0)
    """
    match = _NAME.fullmatch(name or "")
    return int(match[1]) if match else 0


def version_names(storage: Storage) -> list[str]:
    """The names under `versions/` that are names of versions, oldest first."""
    return sorted((name for name in storage.names("versions") if number(name)), key=number)


def next_name(storage: Storage) -> str:
    """A name that no version of this data set has or had: numbers only rise, and the newest version is never pruned."""
    latest = read_latest(storage)
    highest = max([*map(number, version_names(storage)), number(latest.version), latest.highest])
    return f"v{highest + 1:04d}"


def claim_name(storage: Storage) -> str:
    """The same, reserved for this run: whoever loses a name to another run takes the next."""
    name = next_name(storage)
    while not storage.claim(f"versions/{name}"):
        name = f"v{number(name) + 1:04d}"
    return name


def read_latest(storage: Storage) -> Latest:
    """What `latest.json` says; never raises, the fault is told in the answer."""
    data = storage.read(LATEST)
    if data is None:
        return Latest(fault="missing")
    try:
        content = json.loads(data)
        version, digest = content["version"], content["manifest_sha256"]
        highest, hold = int(content.get("highest", 0)), content.get("hold")
    except (ValueError, KeyError, TypeError):
        return Latest(fault="damaged")
    if not isinstance(version, str) or not number(version) or not isinstance(digest, str):
        return Latest(fault="damaged")
    return Latest(version, digest, hold, highest)


def write_latest(storage: Storage, version: str, hold: dict[str, Any] | None = None) -> None:
    """Make `version` the one that readers get, together with the hold on further runs (or none)."""
    data = storage.read(f"versions/{version}/{MANIFEST}") or b""
    content: dict[str, Any] = {"version": version, "manifest_sha256": bytes_sha256(data)}
    before = read_latest(storage)
    if (highest := max(number(before.version), before.highest)) > number(version):
        content["highest"] = highest  # a version that was lost keeps its number
    if hold:
        content["hold"] = hold
    storage.write(LATEST, to_json(content))


def announce(storage: Storage, version: str, hold: dict[str, Any] | None = None) -> None:
    """Make a version that was just published the latest; where another run was quicker, take it back.

    Raises:
        LockHeld: another run took this one for dead, and has published meanwhile.
    """
    try:
        write_latest(storage, version, hold)
    except LockHeld:
        if read_latest(storage).version == version:
            return  # the other run found it whole, and named it
        if not any(_parent(storage, name) == version for name in version_names(storage)):
            storage.remove(f"versions/{version}")
        raise


def _parent(storage: Storage, version: str) -> Any:
    with contextlib.suppress(ValueError):
        return read_manifest(storage, version).get("parent")
    return None


def read_manifest(storage: Storage, version: str) -> dict[str, Any]:
    """The manifest of a version.

    Raises:
        ValueError: there is none, or it is no manifest.
    """
    data = storage.read(f"versions/{version}/{MANIFEST}")
    if data is None:
        raise ValueError("manifest.json is missing")
    manifest = json.loads(data)
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise ValueError("manifest.json is not a manifest")
    if not all(_is_entry(entry) for entry in manifest["files"].values()):
        raise ValueError("manifest.json lists a file without its digest or size")
    return manifest


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    return isinstance(entry.get("sha256"), str) and isinstance(entry.get("bytes"), int)


def find_faults(storage: Storage, version: str, *, trust_uploads: bool = False) -> list[Fault]:
    """Files of a version that are missing, changed, or not in its manifest; reads every byte.

    Args:
        trust_uploads: take the word of an object store for files that it says nobody has written since.
    """
    folder = f"versions/{version}"
    try:
        files = read_manifest(storage, version)["files"]
    except ValueError as error:
        return [Fault(version, f"{folder}/{MANIFEST}", str(error))]
    faults = []
    latest = read_latest(storage)
    manifest = storage.read(f"{folder}/{MANIFEST}") or b""
    if latest.version == version and latest.manifest_sha256 != bytes_sha256(manifest):
        faults.append(Fault(version, f"{folder}/{MANIFEST}", "is not the manifest that latest.json names"))
    sizes = storage.sizes(folder)
    trusted = storage.as_uploaded(folder) if trust_uploads else set()
    for name, entry in sorted(files.items()):
        if fault := _size_fault(sizes.get(name), entry):
            faults.append(Fault(version, f"{folder}/{name}", fault))
        elif name not in trusted and stored_sha256(storage, f"{folder}/{name}") != entry["sha256"]:
            faults.append(Fault(version, f"{folder}/{name}", "has another sha256 than its manifest says"))
    strange = set(storage.names(folder)) - set(files) - {MANIFEST}
    return faults + [Fault(version, f"{folder}/{name}", "is not in the manifest") for name in sorted(strange)]


def _size_fault(size: int | None, entry: dict[str, Any]) -> str | None:
    """What the size of a file (None: it is not there) tells against it."""
    if size is None:
        return "is missing"
    return None if size == entry["bytes"] else f"has {size} bytes, not {entry['bytes']}"


def refuse_newer(storage: Storage, contract: str, *, reading: bool = False) -> None:
    """Leave a data set alone that was written by a newer contract; a reader minds the first number only.

    Raises:
        ConfigError: the newest version that can be read is newer than `contract`.
    """
    parts = 1 if reading else 2
    for name in reversed(version_names(storage)):
        try:
            found = str(read_manifest(storage, name).get("contract_version", "0"))
            newer = _contract(found)[:parts] > _contract(contract)[:parts]
        except ValueError:
            continue
        if newer:
            raise ConfigError(
                f"{storage}: {name} was written by contract {found}, this copydesk knows {contract}; "
                "nothing was touched; upgrade copydesk"
            )
        return  # the newest tells for all: nobody builds on what is newer than himself


def _contract(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def file_sha256(path: Path) -> str:
    """Hex digest of a file, read in pieces."""
    return stored_sha256(Disk(path.parent), path.name)


def stored_sha256(storage: Storage, name: str) -> str:
    """Hex digest of a file in a storage, read in pieces."""
    digest = hashlib.sha256()
    for piece in storage.chunks(name):
        digest.update(piece)
    return digest.hexdigest()


def bytes_sha256(data: bytes) -> str:
    """Hex digest of some bytes."""
    return hashlib.sha256(data).hexdigest()


def to_json(content: Any) -> bytes:
    """JSON as this project writes it to files that people read: two blanks, no NaN, a final newline."""
    return (json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode("utf-8")
