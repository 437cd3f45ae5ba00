"""Taking a document down: it goes on the list that runs read, and, if asked, out of every published version.

In     a configuration, what names the document, and why
Out    a longer `takedowns.toml`; with `purge`, rewritten versions and an empty cache

The list is written before anything else: should this end half way, the next run still keeps the document out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from flows import shortcut
from flows.config import Config, StoredFile
from flows.session import check_data_set, writing
from tasks import cache, publish, report
from tasks.errors import ConfigError, CopydeskError
from tasks.tables import joined
from tasks.takedowns import (
    Takedown,
    format_takedown,
    match_batch,
    match_step,
    read_takedowns,
    reject_taken_down,
    sign,
)

if TYPE_CHECKING:
    from tasks.storage import Storage


WITH_TEXT, OWN_TEXT = ("articles", "duplicates"), ["document_id", "text"]


@dataclass(frozen=True)
class TakenDown:
    """What a takedown did: the entry, where it is listed, and the versions from which the document was removed.

    `also` are the other documents of the latest version that go with it, since they hold its text: paths under raw/.
    """

    entry: Takedown
    listed_in: StoredFile
    rewritten: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for `--json`; the signature is left in the list."""
        entry = {name: value for name, value in asdict(self.entry).items() if name != "signature"}
        places = {"listed_in": str(self.listed_in), "purged_from": list(self.rewritten), "also": list(self.also)}
        return {**entry, **places}


def look_ahead(config: Config, name: str, *, reason: str) -> TakenDown:
    """What a takedown of this document would list, and what would go with it; nothing is written.

    Raises:
        ConfigError: the name is unknown and no url.
    """
    check_data_set(config.store)
    entry = _describe(config.store, name, reason, since="")
    return TakenDown(entry, config.takedown_list, also=_companions(config.store, entry))


def find_taken(dataset: publish.Dataset, entries: tuple[Takedown, ...]) -> list[str]:
    """Paths of the documents of a version that the entries name, or whose text holds what they signed."""
    documents = dataset.table("documents")
    live = documents.filter(pc.not_equal(documents["status"], "rejected"))
    signatures = match_step(entries).settings
    texts = joined(live, pa.concat_tables([dataset.table(name).select(OWN_TEXT) for name in WITH_TEXT]), "text")
    taken = reject_taken_down(live, entries, match_batch(texts, **signatures))["reason"].to_pylist()
    places = zip(live["source_path"].to_pylist(), live["source_row"].to_pylist(), taken, strict=True)
    return [path if row is None else f"{path}#{row}" for path, row, reason in places if reason]


def _companions(curated: Storage, entry: Takedown) -> tuple[str, ...]:
    """The documents of the latest version that go with the one that is named; none where it cannot be read."""
    try:
        dataset = publish.open_dataset(curated)
        own = set(find_taken(dataset, (replace(entry, signature=(), reason="-"),)))
        return tuple(path for path in find_taken(dataset, (replace(entry, reason="-"),)) if path not in own)
    except CopydeskError:  # a damaged version must not keep anything from being taken down
        return ()


def take_down(config: Config, name: str, *, reason: str, purge: bool = False) -> TakenDown:
    """Put a document on the list of takedowns; with `purge` also take it out of every published version.

    Args:
        name: an id, a path under raw/ or a url; a url may be one that no version has yet.

    Raises:
        ConfigError: no reason; the name is unknown and no url; or the list is damaged. Nothing was touched.
        LockHeld: a run is on.
    """
    if not reason.strip():
        raise ConfigError("a takedown wants a reason (--reason TEXT); it is published as the document's detail")
    check_data_set(config.store)
    with writing(config) as writer:
        since = writer.about.started_at.date().isoformat()
        entry = _describe(config.store, name, reason, since)
        listed_in = config.takedown_list
        listed_in.storage.watch(listed_in.name)
        text = listed_in.read()
        if not any(set(entry.names()) & set(known.names()) - {None} for known in read_takedowns(text, str(listed_in))):
            listed_in.write(text + format_takedown(entry))
        also = _companions(config.store, entry)
        rewritten = _purge(config, writer.about, entry, reason) if purge else []
        writer.record |= {"taken_down": entry.document_id or name, "purged_from": rewritten, "why": reason}
    return TakenDown(entry, listed_in, tuple(rewritten), also)


def _describe(curated: Storage, name: str, reason: str, since: str) -> Takedown:
    """The entry for a document, with the signature of its text in the newest version that has one."""
    for info in reversed(publish.list_versions(curated)):
        if info.state == "damaged":
            continue
        try:
            story = report.explain(publish.open_dataset(curated, info.version), name)
        except ConfigError:
            continue
        if story.document["reason"] == "taken_down":
            continue
        names = {key: story.document[key] for key in ("document_id", "url", "raw_sha256")}
        return Takedown(**names, reason=reason, since=since, signature=sign(story.fields.get("text") or ""))
    if "://" not in name:
        raise ConfigError(f"{name}: in no version; give an id, a path under raw/, or the url of what must not come in")
    return Takedown(url=name, reason=reason, since=since)


def _purge(config: Config, about: publish.RunInfo, entry: Takedown, reason: str) -> list[str]:
    """Rewrite the versions that have the document; the cache goes too, since it holds texts."""
    if not entry.document_id:
        return []
    ids, write_page = [entry.document_id], report.rewrite_report
    rewritten = publish.purge(config.store, ids, reason=reason, at=about.started_at, report=write_page)
    cache.empty(config.cache_folder)
    shortcut.forget(config.cache_folder)
    return rewritten
