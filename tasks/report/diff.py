"""Two versions compared in article terms: what a reader of the data set would see change, and what caused it.

In     the tables of two versions, and the digests of what each was made from
Out    `VersionDiff`: counts first, then one list a kind of change

Each change names its cause as far as the digests tell: `input` (the document's own bytes came, went or changed), else
what differs between the two runs: `rule` (code or rules), `setting`, `library` (the locked environment), `other
documents` (a duplicate arrived, a line now repeats on the site). Where several differ they are joined by "or".

Which columns are compared, and under which kind a change is told, is declared with the columns (`tasks.columns`).

Limits  Mentions that only moved with their text do not count as changed. Removals and relations are not compared.
        A sidecar's change shows as `other documents`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from tasks.columns import TABLES, Field
from tasks.publish import Dataset
from tasks.report.words import NEW, OLD, Run, diff_words, shorten

FATES = ("new", "gone", "became_duplicate", "became_canonical")
CONTENTS = (  # values of `Field.diff`
    *("text_changed", "title_changed", "date_changed", "dates_changed", "figures_changed"),
    *("language_changed", "other_changed"),
)
KINDS = (*FATES, *CONTENTS)
COMPARED = ("articles", "documents")  # tables
WORD_DIFFS = 200  # changed texts whose words are compared; the rest are only counted
_MADE_BY = {
    "code": "rule",
    "rules": "rule",
    "settings": "setting",
    "lock": "library",
    "overrides": "override",
    "inputs": "other documents",
}
# Sides of a joined row: `o` and `n` of the table articles, `od` and `nd` of documents
_SIDES = {"articles": ("o", "n"), "documents": ("od", "nd")}


@dataclass(frozen=True)
class Change:
    """One article that changed; `before` and `after` are what the kind of change is about, as text or None."""

    id: str
    title: str | None
    source_path: str | None
    cause: str
    before: str | None = None
    after: str | None = None
    words: tuple[Run, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data; the word diff as pairs, unchanged stretches shortened."""
        plain = {"id": self.id, "title": self.title, "source_path": self.source_path, "cause": self.cause}
        if self.words:
            return {**plain, "words": [list(run) for run in self.words]}
        return {**plain, "before": self.before, "after": self.after}


@dataclass(frozen=True)
class VersionDiff:
    """What changed from `old` to `new`.

    `clusters` lists the `merged` ones, as {cluster, from}, and the `split` ones, as {cluster, into}.
    """

    old: str | None
    new: str | None
    lists: Mapping[str, list[Change]] = field(default_factory=dict)
    changed: int = 0
    clusters: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Articles that are new, changed or removed; one that changed in two ways counts once."""
        size = self.kinds
        return {
            "new": size["new"] + size["became_canonical"],
            "changed": self.changed,
            "removed": size["gone"] + size["became_duplicate"],
        }

    @property
    def kinds(self) -> dict[str, int]:
        """How many articles changed in each way."""
        return {kind: len(self.lists.get(kind, ())) for kind in KINDS}

    def as_dict(self) -> dict[str, Any]:
        """Counts first, then the lists, as plain data."""
        return {
            "old": self.old,
            "new": self.new,
            "counts": self.counts,
            "kinds": self.kinds | {f"clusters_{how}": len(rows) for how, rows in self.clusters.items()},
            "clusters": {how: list(rows) for how, rows in self.clusters.items()},
            "lists": {kind: [change.as_dict() for change in self.lists.get(kind, ())] for kind in KINDS},
        }

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def diff_versions(old: Dataset, new: Dataset) -> VersionDiff:
    """What changed from one published version to another."""
    return diff_tables(
        scan(old),
        scan(new),
        names=(old.version, new.version),
        digests=(old.manifest.get("digests", {}), new.manifest.get("digests", {})),
    )


def scan(dataset: Dataset) -> dict[str, Any]:
    """The tables of a version that are compared, on disk."""
    return {name: dataset.scan(name) for name in COMPARED}


def diff_tables(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any],
    *,
    names: tuple[str | None, str | None] = (None, None),
    digests: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> VersionDiff:
    """What changed from one set of tables to another; `old` is None before the first version.

    Args:
        old, new: Arrow tables, or Arrow data sets on disk, of which only the columns that are compared are read;
            `COMPARED` are enough.
    """
    if old is None:
        old = {name: new[name].slice(0, 0) for name in COMPARED}
    with duckdb.connect() as database:
        for side, tables in (("old", old), ("new", new)):
            for name in COMPARED:
                database.register(f"{side}_{name}", tables[name])
        made_by = _made_by(*digests)
        lists: dict[str, list[Change]] = {kind: [] for kind in KINDS} | _fates(database, made_by)
        changed = _contents(database, made_by, lists)
        clusters = {"merged": _regrouped(database, "new", "old"), "split": _regrouped(database, "old", "new")}
    return VersionDiff(*names, lists, changed, clusters)


def _made_by(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """The cause of a change in a document whose bytes are the same."""
    causes = [cause for name, cause in _MADE_BY.items() if old.get(name) != new.get(name)]
    return " or ".join(dict.fromkeys(causes)) or "unknown"


# ------------------------------------------------------------------ articles that came, went, changed places

_FATES = """
    SELECT coalesce(n.document_id, o.document_id) AS document_id,
           o.status AS old_status, n.status AS new_status,
           o.reason AS old_reason, n.reason AS new_reason,
           o.canonical_id AS old_canonical, n.canonical_id AS new_canonical,
           coalesce(n.source_path, o.source_path) AS source_path,
           coalesce(na.title, oa.title) AS title,
           coalesce(o.raw_sha256 = n.raw_sha256, false) AS same_bytes
    FROM old_documents o FULL JOIN new_documents n USING (document_id)
    LEFT JOIN old_articles oa ON oa.document_id = o.document_id
    LEFT JOIN new_articles na ON na.document_id = n.document_id
    WHERE (o.status IS NOT DISTINCT FROM 'article') <> (n.status IS NOT DISTINCT FROM 'article')
    ORDER BY document_id
"""


def _fates(database: duckdb.DuckDBPyConnection, made_by: str) -> dict[str, list[Change]]:
    lists = defaultdict(list)
    for row in _rows(database, _FATES):
        if row["new_status"] == "article":
            kind = "became_canonical" if row["old_status"] == "duplicate" else "new"
        else:
            kind = "became_duplicate" if row["new_status"] == "duplicate" else "gone"
        lists[kind].append(
            Change(
                id="art_" + row["document_id"].removeprefix("doc_"),
                title=row["title"],
                source_path=row["source_path"],
                cause=made_by if row["same_bytes"] else "input",
                before=_fate(row["old_status"], row["old_reason"], row["old_canonical"]),
                after=_fate(row["new_status"], row["new_reason"], row["new_canonical"]),
            )
        )
    return lists


def _fate(status: str | None, reason: str | None, canonical: str | None) -> str:
    if status is None:
        return "not in the input"
    details = {"rejected": f"rejected ({reason})", "duplicate": f"duplicate of {canonical}"}
    return details.get(status, status)


# ------------------------------------------------------------------ articles that stayed


def _contents(database: duckdb.DuckDBPyConnection, made_by: str, lists: dict[str, list[Change]]) -> int:
    """Fill the lists of changed articles; how many articles changed at all."""
    columns = [(table, field) for table in COMPARED for field in TABLES[table].fields if field.diff]
    tests = {
        kind: " OR ".join(_differs(table, field) for table, field in columns if field.diff == kind) for kind in CONTENTS
    }
    others = ", ".join(
        f"CASE WHEN {_differs(table, field)} THEN '{field.name}' END"
        for table, field in columns
        if field.diff == "other_changed"
    )
    flags = ", ".join(f"({test}) AS {kind}" for kind, test in tests.items())
    query = f"""
        SELECT * FROM (
            SELECT article_id AS id, n.title, n.source_path, {flags},
                   o.title AS old_title,
                   o.published_local AS old_date, n.published_local AS new_date,
                   o.language AS old_language, n.language AS new_language,
                   coalesce(od.raw_sha256 = nd.raw_sha256, false) AS same_bytes,
                   [{others}] AS other
            FROM old_articles o JOIN new_articles n USING (article_id)
            JOIN old_documents od ON od.document_id = o.document_id
            JOIN new_documents nd ON nd.document_id = n.document_id
        ) WHERE {" OR ".join(tests)} ORDER BY id
    """  # noqa: S608  built from the names of columns above
    rows = _rows(database, query)
    texts = _texts(database, [row["id"] for row in rows if row["text_changed"]][:WORD_DIFFS])
    for row in rows:
        for kind in tests:
            if row[kind]:
                lists[kind].append(_change(kind, row, made_by, texts.get(row["id"])))
    return len(rows)


def _texts(database: duckdb.DuckDBPyConnection, ids: list[str]) -> dict[str, tuple[str, str]]:
    """The old and the new text of a few articles, by id."""
    if not ids:
        return {}
    database.register("wanted", pa.table({"article_id": pa.array(ids, pa.string())}))
    query = """
        SELECT article_id, o.text AS old, n.text AS new
        FROM wanted JOIN old_articles o USING (article_id) JOIN new_articles n USING (article_id) ORDER BY article_id
    """
    return {row["article_id"]: (row["old"], row["new"]) for row in _rows(database, query)}


def _change(kind: str, row: Mapping[str, Any], made_by: str, texts: tuple[str, str] | None) -> Change:
    cause = made_by if row["same_bytes"] else "input"
    said: dict[str, Any] = {}
    if kind == "text_changed" and texts:
        said["words"] = tuple(shorten(diff_words(*texts)))
    elif kind == "title_changed":
        said = {"before": row["old_title"], "after": row["title"]}
    elif kind == "date_changed":
        said = {"before": row["old_date"], "after": row["new_date"]}
    elif kind == "language_changed":
        said = {"before": row["old_language"], "after": row["new_language"]}
    elif kind == "other_changed":
        said["after"] = ", ".join(name for name in row["other"] if name)
    return Change(row["id"], row["title"], row["source_path"], cause, **said)


def _differs(table: str, field: Field) -> str:
    """Whether a column differs, and nothing does that it follows from."""
    old, new = _SIDES[table]
    test = _mentions_differ(field) if field.parts else _is_other(old, new, field.name)
    for name in field.follows:
        test = f"{test} AND NOT ({_is_other(old, new, name)})"
    return f"({test})"


def _is_other(old: str, new: str, name: str) -> str:
    return f"{old}.{name} IS DISTINCT FROM {new}.{name}"


def _mentions_differ(field: Field) -> str:
    """Whether the mentions differ apart from their offsets; only those that differ at all are looked at closely."""
    closely = f"{_values(field, 'o')} IS DISTINCT FROM {_values(field, 'n')}"
    return f"CASE WHEN {_is_other('o', 'n', field.name)} THEN {closely} ELSE false END"


def _values(field: Field, side: str) -> str:
    """The records of a side without their offsets, which move with the text."""
    parts = ", ".join(f"{part.name}: m.{part.name}" for part in field.parts if part.diff)
    return f"list_transform({side}.{field.name}, lambda m: {{{parts}}})"


def _regrouped(database: duckdb.DuckDBPyConnection, whole: str, parts: str) -> list[dict[str, Any]]:
    """Clusters on the side `whole` whose documents are in several clusters on the side `parts`."""
    label = "from" if whole == "new" else "into"
    query = f"""
        SELECT w.cluster_id AS cluster, list_sort(list_distinct(list(p.cluster_id))) AS "{label}"
        FROM {whole}_documents w JOIN {parts}_documents p USING (document_id)
        WHERE w.cluster_id IS NOT NULL AND p.cluster_id IS NOT NULL
        GROUP BY w.cluster_id HAVING count(DISTINCT p.cluster_id) > 1 ORDER BY cluster
    """  # noqa: S608  two fixed words
    return _rows(database, query)


def _rows(database: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = database.sql(query).to_arrow_table().to_pylist()
    return rows


# ------------------------------------------------------------------ words for a terminal


def _lines(diff: VersionDiff) -> Iterable[str]:
    counts = diff.counts
    yield f"{diff.old} -> {diff.new}: {counts['new']} new, {counts['changed']} changed, {counts['removed']} removed"
    for kind, count in diff.kinds.items():
        if count:
            yield f"  {kind.replace('_', ' '):<18}{count:>8,}"
    for how, rows in diff.clusters.items():
        if rows:
            yield f"  {'clusters ' + how:<18}{len(rows):>8,}"
    for kind in KINDS:
        changes = diff.lists.get(kind, [])
        if changes:
            yield f"\n{kind.replace('_', ' ').capitalize()}"
            yield from (_line(change) for change in changes)
    for how, rows in diff.clusters.items():
        for row in rows:
            yield f"\nCluster {row['cluster']} {how}: " + ", ".join(row.get("from") or row.get("into") or [])


def _line(change: Change) -> str:
    said = "".join({OLD: f"[-{run.text}-]", NEW: f"{{+{run.text}+}}"}.get(run.kind, run.text) for run in change.words)
    if not said and (change.before or change.after):
        said = f"{change.before} -> {change.after}" if change.before else str(change.after)
    said = " ".join(said.split())
    return f"  {change.id}  {change.title or change.source_path}  ({change.cause})" + (
        f"\n      {said}" if said else ""
    )
