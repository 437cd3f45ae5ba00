"""What the report shows: each section's rows, chosen and capped so that the page stays small for any data set.

In     the seven published tables
Out    plain data for the page's template, section by section

Examples of a rule are its least certain ones: they are what a reader should look at. Lists say how many rows they left
out. A document's cuts are shown inside its raw text, which is built again from its text and its removals.

Limits  White space is counted and not shown, but for the raw texts.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.invariants import rebuild_raw
from tasks.report.mentions import mean_date, mean_figure
from tasks.report.words import diff_words, shorten
from tasks.tables import take_rows

EXAMPLES = 4  # of each rule
CONTEXT = 70  # characters on each side of an example
LONG = 400  # characters of a removal that are shown
RAW_DOCUMENTS, RAW_CHARACTERS = 40, 12_000
CLUSTERS, MEMBERS = 30, 3
PAIRS, REJECTED, FLAGGED, SITES, CONFLICTS = 40, 200, 5, 40, 50

_LINE_ENDS = re.compile(r"[^\S\n]*\n\s*")

Tables = Mapping[str, pa.Table]
Row = dict[str, Any]


@dataclass(frozen=True)
class Capped:
    """Rows that are shown, and how many there are in all."""

    rows: list[Any] = field(default_factory=list)
    total: int = 0

    @property
    def left_out(self) -> int:
        """How many rows are not shown."""
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Piece:
    """A stretch of a raw text: kept (`role` is None), or cut or replaced by a rule."""

    text: str
    role: str | None = None
    rule: str = ""
    score: float = 1.0
    replacement: str | None = None
    kept_as: str | None = None


def view_all(tables: Tables) -> dict[str, Any]:
    """Every section by name."""
    with duckdb.connect() as database:
        for name, table in tables.items():
            database.register(name, table)
        return {
            "removals": view_removals(database, tables),
            "documents": view_documents(database, tables),
            "clusters": view_clusters(database),
            "stories": view_stories(database),
            "rejected": view_rejected(database),
            "mentions": {name: view_mentions(database, name, tables[name]) for name in ("dates", "figures")},
            "flags": view_flags(database),
            "conflicts": view_conflicts(database),
            "sites": view_sites(database),
            "languages": _rows(database, _LANGUAGES),
        }


# ------------------------------------------------------------------ what was cut

_ROLES = """
    SELECT role, rule, count(*) AS spans, count(DISTINCT document_id) AS documents, sum(length(text)) AS characters,
           min(score) AS lowest, any_value(kept_as) AS kept_as
    FROM removals GROUP BY role, rule ORDER BY role, spans DESC, rule
"""
_EXAMPLES = f"""
    SELECT * FROM (
        SELECT *, row_number() OVER (PARTITION BY rule ORDER BY score, document_id, start) AS place
        FROM removals WHERE role <> 'whitespace'
    ) WHERE place <= {EXAMPLES} ORDER BY rule, place
"""  # noqa: S608  a constant above


def view_removals(database: duckdb.DuckDBPyConnection, tables: Tables) -> list[Row]:
    """One row a role: its rules with counts, and each rule's least certain examples in their context."""
    examples = _rows(database, _EXAMPLES)
    raws = rebuild_raws(tables, {row["document_id"] for row in examples})
    shown = defaultdict(list)
    for row in examples:
        shown[row["rule"]].append(_in_context(row, raws[row["document_id"]]))
    roles: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(database, _ROLES):
        roles[row["role"]].append({**row, "examples": shown.get(row["rule"], [])})
    totals = [
        {"role": role, "rules": rules, **{key: sum(r[key] for r in rules) for key in ("spans", "characters")}}
        for role, rules in roles.items()
    ]
    return sorted(totals, key=lambda row: (_place(row["role"]), -row["spans"], row["role"]))


# A role that takes whole sentences away is looked at first; what was kept in a column, or only mended, comes last
_LOST_FIRST = ("related_tail", "read_more", "newsletter", "comments", "notice", "legal_footer")
_KEPT_LAST = ("title_repeat", "caption", "byline", "date_line", "title", "repair", "whitespace")


def _place(role: str) -> int:
    if role in _LOST_FIRST:
        return _LOST_FIRST.index(role)
    return len(_LOST_FIRST) + 1 + _KEPT_LAST.index(role) if role in _KEPT_LAST else len(_LOST_FIRST)


def _in_context(row: Row, raw: tuple[str, str]) -> Row:
    path, text = raw
    before = ("…" if row["start"] > CONTEXT else "") + text[max(0, row["start"] - CONTEXT) : row["start"]]
    after = text[row["end"] : row["end"] + CONTEXT] + ("…" if row["end"] + CONTEXT < len(text) else "")
    lines = {"before": before, "text": clip(row["text"]), "after": after, "replacement": row["replacement"]}
    return {**row, "path": path, **{name: value and in_one_line(value) for name, value in lines.items()}}


def in_one_line(text: str) -> str:
    """A text with its line ends as signs; an empty line is one sign.

    >>> in_one_line("Title\\n\\nBy Ann\\nBody")
    'Title ¶ By Ann ↵ Body'
    """
    return _LINE_ENDS.sub(lambda found: " ¶ " if found[0].count("\n") > 1 else " ↵ ", text)


def rebuild_raws(tables: Tables, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Path and raw text of articles and duplicates, by document id."""
    wanted = pa.array(sorted(ids), pa.string())
    removals = _chosen(tables["removals"], wanted).to_pylist()
    spans: dict[str, list[Row]] = defaultdict(list)
    for row in removals:
        spans[row["document_id"]].append(row)
    raws = {}
    for name in ("articles", "duplicates"):
        for row in _chosen(tables[name], wanted).select(["document_id", "source_path", "text"]).to_pylist():
            cut = spans[row["document_id"]]
            columns = ([one[key] for one in cut] for key in ("start", "end", "text", "replacement"))
            raws[row["document_id"]] = (row["source_path"], rebuild_raw(row["text"], *columns) or row["text"])
    return raws


def _chosen(table: pa.Table, ids: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["document_id"], value_set=ids))


_DOCUMENTS = f"""
    SELECT * FROM (
        SELECT d.document_id, d.source_path, d.source_row, d.status, d.flags, coalesce(a.title, u.title) AS title,
               count(*) OVER () AS total
        FROM documents d LEFT JOIN articles a USING (document_id) LEFT JOIN duplicates u USING (document_id)
        LEFT JOIN (
            SELECT document_id, sum(length(text)) AS lost FROM removals WHERE role <> 'whitespace' GROUP BY document_id
        ) r USING (document_id)
        WHERE d.status <> 'rejected'
        ORDER BY coalesce(r.lost, 0) DESC, d.document_id LIMIT {RAW_DOCUMENTS}
    ) ORDER BY source_path, source_row
"""  # noqa: S608  a constant above


def view_documents(database: duckdb.DuckDBPyConnection, tables: Tables) -> Capped:
    """Raw texts with their cuts marked, by path; of many documents those that lost most."""
    documents = _rows(database, _DOCUMENTS)
    ids = [row["document_id"] for row in documents]
    raws = rebuild_raws(tables, ids)
    cuts: dict[str, list[Row]] = defaultdict(list)
    for row in _chosen(tables["removals"], pa.array(ids, pa.string())).to_pylist():
        cuts[row["document_id"]].append(row)
    shown = [
        {
            **row,
            "pieces": cut_up(raws[row["document_id"]][1], cuts[row["document_id"]]),
            "cuts": sum(cut["role"] != "whitespace" for cut in cuts[row["document_id"]]),
            "longer": max(0, len(raws[row["document_id"]][1]) - RAW_CHARACTERS),
        }
        for row in documents
    ]
    return Capped(shown, documents[0]["total"] if documents else 0)


def cut_up(raw: str, cuts: list[Row]) -> list[Piece]:
    """A raw text as pieces that were kept and pieces that were not, up to `RAW_CHARACTERS`.

    >>> title = {"start": 0, "end": 6, "role": "title", "rule": "title.first_line", "score": 1.0}
    >>> [piece.text for piece in cut_up("Title. Body.", [title])]
    ['Title.', ' Body.']
    """
    pieces, at = [], 0
    for cut in cuts:
        if cut["start"] > RAW_CHARACTERS:
            break
        pieces += [Piece(raw[at : cut["start"]])] if cut["start"] > at else []
        more = (cut.get("replacement"), cut.get("kept_as"))
        pieces.append(Piece(raw[cut["start"] : cut["end"]], cut["role"], cut["rule"], cut["score"], *more))
        at = cut["end"]
    return pieces + ([Piece(raw[at:RAW_CHARACTERS])] if at < min(len(raw), RAW_CHARACTERS) else [])


# ------------------------------------------------------------------ copies and tellings

_CLUSTERS = f"""
    SELECT article_id, document_id, cluster_id, cluster_size, source_path, title, text, published_local,
           count(*) OVER () AS total
    FROM articles WHERE cluster_size > 1
    ORDER BY cluster_size DESC, cluster_id LIMIT {CLUSTERS}
"""  # noqa: S608  a constant above
_MEMBERS = f"""
    SELECT * FROM (
        SELECT u.*, r.score, r.evidence,
               row_number() OVER (PARTITION BY u.canonical_id ORDER BY u.document_id) AS place
        FROM duplicates u LEFT JOIN relations r
          ON r.left_id = least(u.document_id, u.canonical_id) AND r.right_id = greatest(u.document_id, u.canonical_id)
         AND r.relation = u.relation
        WHERE u.canonical_id IN (SELECT document_id FROM ({_CLUSTERS}))
    ) WHERE place <= {MEMBERS} ORDER BY canonical_id, place
"""  # noqa: S608  constants above


def view_clusters(database: duckdb.DuckDBPyConnection) -> Capped:
    """The largest clusters: the canonical copy, and what sets a few others apart from it, word by word."""
    members: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(database, _MEMBERS):
        members[row["canonical_id"]].append(row)
    clusters = _rows(database, _CLUSTERS)
    for row in clusters:
        row["members"] = [_compared(row, member) for member in members[row["document_id"]]]
    return Capped(clusters, clusters[0]["total"] if clusters else 0)


def _compared(canonical: Row, member: Row) -> Row:
    runs = shorten(diff_words(canonical["text"], member["text"]))
    return {**member, "evidence": read_evidence(member["evidence"]), "runs": runs}


_STORIES = f"""
    SELECT r.score, r.evidence, l.title AS left_title, l.source_path AS left_path, l.text AS left_text,
           l.published_local AS left_date, h.title AS right_title, h.source_path AS right_path,
           h.text AS right_text, h.published_local AS right_date, count(*) OVER () AS total
    FROM relations r JOIN articles l ON l.document_id = r.left_id JOIN articles h ON h.document_id = r.right_id
    WHERE r.relation = 'same_story' ORDER BY r.score, r.left_id, r.right_id LIMIT {PAIRS}
"""  # noqa: S608  a constant above


def view_stories(database: duckdb.DuckDBPyConnection) -> Capped:
    """Pairs that tell one story, the least certain first, with how they begin."""
    rows = _rows(database, _STORIES)
    for row in rows:
        row["evidence"] = read_evidence(row["evidence"])
        row["left_text"], row["right_text"] = clip(row["left_text"]), clip(row["right_text"])
    return Capped(rows, rows[0]["total"] if rows else 0)


def read_evidence(text: str | None) -> list[tuple[str, str]]:
    """Evidence as names and values to print.

    >>> read_evidence('{"shared": ["Oslo", "3.5"], "score": 0.5}')
    [('shared', 'Oslo, 3.5'), ('score', '0.5')]
    """
    if not text:
        return []
    return [(key.replace("_", " "), _plain(value)) for key, value in json.loads(text).items()]


def _plain(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return clip(", ".join(map(str, value)))
    return clip(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


# ------------------------------------------------------------------ what was refused, what is odd


def view_rejected(database: duckdb.DuckDBPyConnection) -> Row:
    """Reasons with counts, and the rejected documents by path."""
    query = f"""
        SELECT source_path, source_row, reason, detail, n_bytes, count(*) OVER () AS total
        FROM documents WHERE status = 'rejected' ORDER BY source_path, source_row LIMIT {REJECTED}
    """  # noqa: S608  a constant above
    rows = _rows(database, query)
    reasons = (
        "SELECT reason, count(*) AS documents FROM documents WHERE status = 'rejected' GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    return {"reasons": _rows(database, reasons), "list": Capped(rows, rows[0]["total"] if rows else 0)}


def view_flags(database: duckdb.DuckDBPyConnection) -> list[Row]:
    """Each flag with its count and a few documents that carry it."""
    return _rows(
        database,
        f"""
        SELECT flag, count(*) AS documents, (list(source_path ORDER BY source_path))[1:{FLAGGED}] AS paths
        FROM (SELECT unnest(flags) AS flag, source_path FROM documents) GROUP BY flag ORDER BY documents DESC, flag
        """,  # noqa: S608  a constant above
    )


def view_conflicts(database: duckdb.DuckDBPyConnection) -> Capped:
    """Articles that were written at another time than their date of publication says."""
    rows = _rows(
        database,
        f"""
        SELECT article_id, title, source_path, published_local, published_source, content_date, flags,
               count(*) OVER () AS total
        FROM articles
        WHERE list_contains(flags, 'republication_suspected')
           OR (content_date IS NOT NULL AND published_date IS NOT NULL
               AND NOT starts_with(published_local, content_date))
        ORDER BY source_path, source_row LIMIT {CONFLICTS}
        """,  # noqa: S608  a constant above
    )
    return Capped(rows, rows[0]["total"] if rows else 0)


def view_sites(database: duckdb.DuckDBPyConnection) -> Capped:
    """The largest sites with what became of their articles' texts."""
    rows = _rows(
        database,
        f"""
        SELECT coalesce(site, '(none)') AS site, count(*) AS articles, sum(n_words) AS words,
               min(published_date) AS first, max(published_date) AS last, count(*) OVER () AS total
        FROM articles GROUP BY 1 ORDER BY articles DESC, 1 LIMIT {SITES}
        """,  # noqa: S608  a constant above
    )
    return Capped(rows, rows[0]["total"] if rows else 0)


_LANGUAGES = "SELECT language, count(*) AS articles FROM articles GROUP BY 1 ORDER BY 2 DESC, 1"


# ------------------------------------------------------------------ mentions


def view_mentions(database: duckdb.DuckDBPyConnection, name: str, mentions: pa.Table) -> list[Row]:
    """The rules of a kind of mention: counts, and a few examples of each in their context, flagged ones first."""
    group = "type" if name == "dates" else "kind"
    database.register("mentions", _first_mentions(mentions))
    examples = _rows(
        database,
        f"""
        SELECT m.*, substr(a.text, greatest(m.start - {CONTEXT}, 0) + 1, least(m.start, {CONTEXT})) AS before,
               substr(a.text, m.end + 1, {CONTEXT}) AS after, a.source_path AS path
        FROM mentions m JOIN articles a USING (article_id) ORDER BY m.rule, m.flag IS NULL, m.article_id, m.start
        """,  # noqa: S608  a constant above
    )
    shown = defaultdict(list)
    for row in examples:
        shown[row["rule"]].append({**row, "meaning": mean_date(row) if name == "dates" else mean_figure(row)})
    rules = _rows(
        database,
        f"SELECT rule, any_value({group} ORDER BY {group}) AS kind, count(*) AS mentions, count(flag) AS flagged "  # noqa: S608
        f"FROM {name} GROUP BY rule ORDER BY mentions DESC, rule",
    )
    return [{**row, "examples": shown[row["rule"]]} for row in rules]


def _first_mentions(mentions: pa.Table) -> pa.Table:
    """The first few of each rule, flagged ones first; of mentions sorted by article and place."""
    rules = mentions["rule"].combine_chunks().dictionary_encode().indices.to_numpy()
    order = np.lexsort((mentions["flag"].is_null().to_numpy(), rules))
    place = np.arange(len(order)) - np.searchsorted(rules[order], rules[order])
    return take_rows(mentions, order[place < EXAMPLES])


def clip(text: str, length: int = LONG) -> str:
    """A text cut to `length` characters, with a mark where it goes on."""
    return text if len(text) <= length else f"{text[:length].rstrip()} …"


def _rows(database: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    rows: list[Row] = database.sql(query).to_arrow_table().to_pylist()
    return rows
