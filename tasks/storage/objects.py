"""A prefix in a bucket, written so that readers see the old state or the new one, whole.

In     names relative to the prefix, and bytes
Out    the same as objects, by way of conditional writes: created only where there is nothing yet (`If-None-Match`),
       swapped only where nobody else has written since (`If-Match` with the ETag that was read)

A folder of objects cannot be renamed into sight. So a folder is reserved first, by its object `claim`, then filled, and
exists for readers from the moment its last object is there, the manifest. What a dead writer left is closed by an empty
manifest, which only one of the two can create: the writer, should it wake up, fails there, and no name is used twice.

Limits  Needs a store that honours both conditions (AWS since 2024; `guard` tries them, and refuses one that does not).
        Copies on the server (`exchange`) end at 5 GB an object. Parts of uploads that died stay in the bucket unseen:
        let a rule of the bucket end them (`AbortIncompleteMultipartUpload`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import obstore
from obstore.exceptions import AlreadyExistsError, PreconditionError
from obstore.store import S3Store

from tasks.errors import ConfigError, CopydeskError, LockHeld
from tasks.storage.access import connect, told
from tasks.storage.places import Bucket
from tasks.storage.ranges import Entry, RangeFile

CLAIM, SEAL = "claim", "manifest.json"
PART = 8 << 20  # bytes a request
UPLOADS, PARTS = 2, 2  # files, and parts of each, on their way at a time: 32 MiB in memory
_CONFLICT = (AlreadyExistsError, PreconditionError)


class Overtaken(LockHeld):
    """Another writer has written what this one was about to write."""


@dataclass(frozen=True)
class Objects:
    """A data set in a bucket; names are relative to the prefix and `/`-separated."""

    bucket: Bucket
    client: S3Store = field(compare=False, repr=False)
    chosen_cache: Path | None = None
    _watched: dict[str, str | None] = field(default_factory=dict, compare=False, repr=False)
    _claims: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    _token: str = field(default_factory=lambda: secrets.token_hex(8), compare=False, repr=False)

    def __str__(self) -> str:
        return str(self.bucket)

    @property
    def work(self) -> Path:
        """The folder on this machine that holds the staging, and the cache: one for each place at each endpoint.

        Raises:
            ConfigError: none was named, and there is no home to put it.
        """
        words = re.sub(r"[^A-Za-z0-9.]+", "-", f"{self.bucket.name}-{self.bucket.prefix}").strip("-")[:60]
        digest = hashlib.sha256(f"{self.client.config.get('endpoint', '')} {self.bucket}".encode()).hexdigest()[:8]
        return (self.chosen_cache or user_caches(self.bucket)) / f"{words}-{digest}"

    @property
    def cache(self) -> Path:
        """Where results of earlier runs are kept."""
        return self.work / ".cache"

    @cached_property
    def _patient(self) -> S3Store:
        return connect(self.bucket, patient=True)

    @property
    def root(self) -> Bucket:
        """The place, as it can be opened again."""
        return self.bucket

    def place(self, name: str) -> str:
        """Where the object of that name lies, for people."""
        return f"{self.bucket}/{name}"

    def local(self, _name: str) -> Path | None:
        """No object can be opened as a path on this machine."""
        return None

    # -------------------------------------------------------------- reading

    def read(self, name: str) -> bytes | None:
        """The bytes of an object; None where there is no such object."""
        return self.fetch(name)[0]

    def source(self, name: str) -> RangeFile:
        """What pyarrow opens to read parts of an object.

        Raises:
            FileNotFoundError: there is no such object.
        """
        return RangeFile(self.fetch_range, self._head(name))

    def open_entry(self, entry: Entry) -> RangeFile:
        """The same for an object that was listed; reading fails where it was written anew since."""
        return RangeFile(self.fetch_range, entry)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of an object, in pieces.

        Raises:
            FileNotFoundError: there is no such object.
        """
        file = self.source(name)
        while piece := file.read(PART):
            yield piece

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted; a folder below it is there when its manifest is."""
        found = self._list(folder)
        files = {entry.name for entry in found if "/" not in entry.name and entry.name != CLAIM}
        folders = {path for path, _, name in (e.name.rpartition("/") for e in found if e.size) if name == SEAL and path}
        return sorted(files | folders)

    def sizes(self, folder: str) -> dict[str, int]:
        """The sizes in bytes of the objects in a folder, by name."""
        return {e.name: e.size for e in self._list(folder) if "/" not in e.name and e.name != CLAIM}

    def as_uploaded(self, folder: str) -> set[str]:
        """Objects whose ETags are those that were noted when they were written."""
        try:
            noted = json.loads(self.read(f"{folder}/{CLAIM}") or b"{}").get("etags", {})
        except (ValueError, AttributeError):
            return set()
        return {e.name for e in self._list(folder) if noted.get(e.name) == e.etag}

    # -------------------------------------------------------------- writing

    def write(self, name: str, data: bytes) -> None:
        """Put `data` in the place of the object.

        Raises:
            Overtaken: the object is watched, and somebody else has written it since.
        """
        if name in self._watched:
            self._watched[name] = self.swap(name, data, self._watched[name])
        else:
            with told(self.bucket):
                obstore.put(self.client, name, data)

    def watch(self, name: str) -> None:
        """Let later writes of an object fail where somebody else has written it since now."""
        self._watched[name] = self.fetch(name)[1]

    def swap(self, name: str, data: bytes, etag: str | None) -> str:
        """Write an object that has this ETag, or that is not there (None); returns its new ETag.

        Raises:
            Overtaken: it has another one.
        """
        try:
            with told(self.bucket):
                result = obstore.put(self.client, name, data, mode="create" if etag is None else {"e_tag": etag})
                return str(result["e_tag"])
        except (*_CONFLICT, FileNotFoundError):
            # an answer may have been lost on its way, and the request been tried again
            found, now = self.fetch(name)
            if found == data and now:
                return now
            raise Overtaken(
                f"{self.place(name)}: another run has written it meanwhile; this one published nothing, run again"
            ) from None

    def claim(self, name: str) -> bool:
        """Reserve a folder for `adopt`; whether it was free."""
        if name in self._claims:
            return True
        if self._list(name):
            return False
        try:
            self._claims[name] = self.swap(f"{name}/{CLAIM}", self._note({}), None)
        except Overtaken:
            return False
        return True

    def adopt(self, folder: Path, name: str) -> None:
        """Move a finished folder to a name that is free or claimed; it is there when its manifest is.

        Raises:
            FileExistsError: the name is taken.
            Overtaken: another writer took this one for dead, and closed the folder.
        """
        if not self.claim(name):
            raise FileExistsError(f"{self.place(name)} exists already")
        files = sorted(path for path in folder.iterdir() if path.name != SEAL)
        self._upload(files, name)
        etags = self._check(files, name)
        self._claims[name] = self.swap(f"{name}/{CLAIM}", self._note(etags), self._claims[name])
        self.swap(f"{name}/{SEAL}", (folder / SEAL).read_bytes(), None)
        shutil.rmtree(folder, ignore_errors=True)

    def exchange(self, new: str, name: str, _old: str) -> None:
        """Put the objects of the folder `new` in the place of those of `name`; may be called again at any point."""
        fresh = [e.name for e in self._list(new) if e.name != CLAIM]
        if SEAL not in fresh:
            return
        for file in sorted(fresh, key=lambda file: file == SEAL):
            with told(self.bucket):
                obstore.copy(self._patient, f"{new}/{file}", f"{name}/{file}")
        self._delete(f"{name}/{e.name}" for e in self._list(name) if e.name not in (*fresh, CLAIM))
        etags = {e.name: e.etag for e in self._list(name) if e.name not in (CLAIM, SEAL)}
        self.write(f"{name}/{CLAIM}", self._note(etags))

    def remove(self, name: str) -> None:
        """Take an object or a folder away; of a folder the manifest first, and the claim last."""
        self._claims.pop(name, None)
        found = sorted((e.name for e in self._list(name)), key=lambda file: (file != SEAL, file == CLAIM))
        for some in (found[:1], found[1:-1], found[-1:]):
            self._delete(f"{name}/{file}" for file in some)
        if not found:
            self._delete([name])

    def sweep(self, folder: str) -> None:
        """Close the folders that dead writers left unfinished, and take away what is in them."""
        found = self._list(folder)
        whole = {entry.name.partition("/")[0] for entry in found if entry.size and entry.name.endswith(f"/{SEAL}")}
        for name in sorted({entry.name.partition("/")[0] for entry in found if "/" in entry.name} - whole):
            self._close(f"{folder}/{name}")

    def _close(self, folder: str) -> None:
        try:
            self.swap(f"{folder}/{SEAL}", b"", None)
        except Overtaken:
            if self.read(f"{folder}/{SEAL}"):
                return  # its writer was quicker: it is whole
        self._delete(f"{folder}/{e.name}" for e in self._list(folder) if e.name not in (CLAIM, SEAL))

    def guard(self, name: str) -> ObjectGuard:
        """Look at the lock object of that name; the first `put` takes it.

        Raises:
            ConfigError: there is no such bucket, or no way into it.
        """
        try:
            self.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"{self.work}: cannot be written to ({error.strerror}); name a folder for this machine with --cache"
            ) from error
        data, etag = self.fetch(name)
        return ObjectGuard(self, name, (data or b"").decode("utf-8", "replace"), etag)

    # -------------------------------------------------------------- requests

    def list_all(self) -> list[Entry]:
        """Every object below the prefix, but for those that stand for a folder: their names end with a stroke."""
        found = self._list("")
        folders = {"/".join(parts[:n]) for e in found for parts in [e.name.split("/")] for n in range(1, len(parts))}
        return [e for e in found if e.size or (e.name not in folders and self._is_there(e.name))]

    def _is_there(self, name: str) -> bool:
        """Whether there is an object of that very name; the list leaves the stroke at its end away."""
        try:
            return bool(name) and bool(self._head(name))
        except FileNotFoundError:
            return False

    def fetch_range(self, entry: Entry, start: int, length: int) -> bytes:
        """Some bytes of an object, provided that it is still the one that was listed.

        Raises:
            FileNotFoundError: it is gone.
            PreconditionError: it has been written anew.
        """
        if not length:
            return b""
        options: Any = {"range": (start, start + length), "if_match": entry.etag}
        with told(self.bucket):
            return bytes(obstore.get(self.client, entry.name, options=options).bytes())

    def fetch(self, name: str) -> tuple[bytes | None, str | None]:
        """The bytes and the ETag of an object; (None, None) where there is none."""
        try:
            with told(self.bucket):
                result = obstore.get(self.client, name)
                return bytes(result.bytes()), result.meta["e_tag"]
        except FileNotFoundError:
            return None, None

    def _head(self, name: str) -> Entry:
        with told(self.bucket):
            meta = obstore.head(self.client, name)
        return Entry(name, meta["size"], str(meta["e_tag"]))

    def _list(self, folder: str) -> list[Entry]:
        """All objects below a folder, with names relative to it."""
        start = f"{folder}/" if folder else ""
        with told(self.bucket):
            pages = obstore.list(self.client, folder or None, chunk_size=1000)
            found = [
                Entry(m["path"], m["size"], str(m["e_tag"]), m["last_modified"].timestamp())
                for page in pages
                for m in page
            ]
        return sorted(e._replace(name=e.name[len(start) :]) for e in found if e.name.startswith(start))

    def _delete(self, names: Iterable[str]) -> None:
        if names := list(names):
            with told(self.bucket), contextlib.suppress(FileNotFoundError):
                obstore.delete(self.client, names)

    def _upload(self, files: list[Path], name: str) -> None:
        def send(file: Path) -> None:
            with told(self.bucket):
                obstore.put(self._patient, f"{name}/{file.name}", file, chunk_size=PART, max_concurrency=PARTS)

        with ThreadPoolExecutor(UPLOADS) as pool:
            for sent in [pool.submit(send, file) for file in files]:
                sent.result()

    def _check(self, files: list[Path], name: str) -> dict[str, str]:
        """The ETags of uploaded files, which have the sizes that they have here."""
        there = {entry.name: entry for entry in self._list(name)}
        for file in files:
            if file.name not in there or there[file.name].size != file.stat().st_size:
                raise CopydeskError(
                    f"{self.place(name)}/{file.name}: the store did not keep it whole; nothing was published, run again"
                )
        return {file.name: there[file.name].etag for file in files}

    def _note(self, etags: dict[str, str]) -> bytes:
        return json.dumps({"writer": self._token, "etags": etags}, indent=1).encode()


class ObjectGuard:
    """A lock object that is held by whoever wrote it last; `before` is what it said when it was looked at."""

    proves_death: ClassVar[bool] = False  # no kernel frees it; only its heartbeat tells

    def __init__(self, storage: Objects, name: str, before: str, etag: str | None) -> None:
        self._storage, self._name, self._etag = storage, name, etag
        self.before = before
        self._said: bytes | None = None  # what was written last, whether an answer came or not
        self._is_tried = False

    def put(self, text: str) -> None:
        """Say who holds it.

        Raises:
            Overtaken: somebody else does.
            ConfigError: the store does not honour conditional writes.
        """
        earlier, self._said = self._said, text.encode()
        try:
            self._etag = self._storage.swap(self._name, self._said, self._etag)
        except Overtaken:
            found, etag = self._storage.fetch(self._name)
            if earlier is None or found != earlier:
                raise
            self._etag = self._storage.swap(self._name, self._said, etag)  # by us: its answer was lost
        if not self._is_tried:
            self._try_conditions(self._said)

    def _try_conditions(self, data: bytes) -> None:
        """Write the same once more under conditions that do not hold."""
        for mode in ("create", {"e_tag": '"00000000000000000000000000000000"'}):
            try:
                with told(self._storage.bucket):
                    obstore.put(self._storage.client, self._name, data, mode=mode)  # type: ignore[arg-type]
            except (*_CONFLICT, FileNotFoundError):
                continue
            raise ConfigError(
                f"{self._storage}: this store ignores conditional writes (If-None-Match, If-Match), so two runs could "
                "overwrite each other; publish to a store that honours them, or to a folder"
            )
        self._is_tried = True

    def close(self, text: str | None = None) -> None:
        """Let go of it, with a last word; what another has written since stays."""
        if text is not None:
            with contextlib.suppress(CopydeskError):
                self.put(text)


# ------------------------------------------------------------------ the folder on this machine


def open_objects(bucket: Bucket, cache: Path | None = None) -> Objects:
    """The storage of a prefix in a bucket; nothing is sent yet."""
    return Objects(bucket, connect(bucket), cache)


def user_caches(bucket: Bucket) -> Path:
    """Copydesk's part of the user's cache folder."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "copydesk"
    except RuntimeError:
        raise ConfigError(f"{bucket}: no home folder for staging and caches; name a folder with --cache DIR") from None
