"""What the contract promises of the seven tables, as checks: the gates run them before a version, `verify` after.

In     the published tables
Out    faults in words, each with how many rows have it and the first of them; none where all holds

Checks on columns are Arrow expressions; only rebuilding the raw texts walks row by row in Python (about 2 s for
100,000 documents). `tasks.schema` has the contract's words (statuses, reasons, roles).

Limits  The raw files are not read: that a text rebuilds its raw text is shown by the raw text's digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.schema import (
    ARTICLES,
    DATE_SOURCES,
    PUBLISHED,
    REASONS,
    ROLES,
    SORTED_BY,
    STATUSES,
    TITLE_ORIGINS,
)
from tasks.tables import sha256_of

RELATIONS = ("exact", "near", "contains", "same_story")
DUPLICATE_RELATIONS = RELATIONS[:3]
REPLACING_ROLES = ("repair", "whitespace")
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "articles": {"title_origin": TITLE_ORIGINS, "published_source": DATE_SOURCES},
    "dates": {
        "type": ("DATE", "TIME", "DURATION", "SET"),
        "status": ("resolved", "vague", "unanchored", "conflict"),
        "anchor": ("published", "content", "previous", "none"),
        "mod": ("approx", "before", "after", "start", "mid", "end", "less_than", "more_than"),
    },
    "figures": {
        "kind": ("money", "percent", "percentage_point", "measure", "count", "age", "multiple"),
        "bound": ("=", "~", ">", ">=", "<", "<=", "range"),
        "change": ("up", "down", "to", "from"),
        "basis": ("yoy", "qoq", "mom", "share"),
    },
}
_HEX = "[0-9a-f]{16}"
ROWS_AT_ONCE, MENTIONS_AT_ONCE = 5_000, 50_000
_IDS = {
    "articles": {"article_id": "art", "document_id": "doc", "cluster_id": "clu"},
    "documents": {"document_id": "doc", "canonical_id": "doc", "cluster_id": "clu"},
    "duplicates": {"document_id": "doc", "canonical_id": "doc"},
    "relations": {"left_id": "doc", "right_id": "doc"},
    "removals": {"document_id": "doc"},
    "dates": {"article_id": "art"},
    "figures": {"article_id": "art"},
}
Tables = Mapping[str, pa.Table]
Column = Any  # pa.ChunkedArray or pa.Array


def find_schema_faults(tables: Tables) -> list[str]:
    """Tables and columns that are missing, of another type, or null where they may not be."""
    faults = [f"table {name} is missing" for name in PUBLISHED if name not in tables]
    for name, schema in PUBLISHED.items():
        if name not in tables:
            continue
        found = {item.name: item.type for item in tables[name].schema}
        for item in schema:
            if item.name not in found:
                faults.append(f"{name}.{item.name} is missing")
            elif found[item.name] != item.type:
                faults.append(f"{name}.{item.name} is {found[item.name]}, not {item.type}")
            elif not item.nullable and (nulls := tables[name][item.name].null_count):
                faults.append(f"{name}.{item.name} is null in {nulls:,} rows")
    return faults


def find_faults(tables: Tables) -> list[str]:
    """Everything in the tables that breaks the contract; wants tables without schema faults."""
    about_documents = (_ids, _order, _fates, _clusters, _texts, _removals, _raw_texts, _relations)
    about_values = (_mentions, _figure_parts, _numbers, _words)
    return [fault for check in (*about_documents, *about_values) for fault in check(tables)]


# ------------------------------------------------------------------ ids, order, fates


def _ids(tables: Tables) -> Iterator[str]:
    for name, columns in _IDS.items():
        for column, prefix in columns.items():
            values = tables[name][column]
            each = values.unique()  # an id of an article stands in many rows of figures
            misshaped = each.filter(pc.invert(pc.match_substring_regex(each, f"^{prefix}_{_HEX}$")))
            if len(misshaped):
                is_bad = pc.is_in(values, value_set=misshaped.drop_null())
                yield from _told(f"{name}.{column} is not {prefix}_ and 16 hex digits", is_bad, values)
    for name, column in (("articles", "article_id"), ("documents", "document_id"), ("duplicates", "document_id")):
        values = tables[name][column]
        if twice := len(values) - len(values.unique()):
            yield f"{name}.{column} stands {twice:,} times more than once"
    articles = tables["articles"]
    same = pc.equal(
        pc.utf8_slice_codeunits(articles["article_id"], 4), pc.utf8_slice_codeunits(articles["document_id"], 4)
    )
    yield from _told("article_id and document_id have different digits", pc.invert(same), articles["article_id"])


def _order(tables: Tables) -> Iterator[str]:
    for name, keys in SORTED_BY.items():
        table = tables[name].select(keys)
        if table.num_rows < 2:
            continue
        before, after = table.slice(0, table.num_rows - 1), table.slice(1)
        falls, tie = np.zeros(before.num_rows, bool), np.ones(before.num_rows, bool)
        for key in keys:
            falls |= tie & _numpy(pc.greater(before[key], after[key]))
            tie &= _numpy(pc.equal(before[key], after[key]))
        yield from _told(f"{name} is not sorted by {', '.join(keys)}", pa.array(falls), after[keys[0]])


def _fates(tables: Tables) -> Iterator[str]:
    """Every document has one status, and its canonical_id leads to an article."""
    documents = tables["documents"]
    ids, status, canonical = documents["document_id"], documents["status"], documents["canonical_id"]
    for name, word in (("articles", "article"), ("duplicates", "duplicate")):
        there = pc.is_in(ids, value_set=_values(tables[name]["document_id"]))
        yield from _told(
            f"document is in {name} and has another status, or the reverse", pc.xor(there, pc.equal(status, word)), ids
        )
        lost = pc.invert(pc.is_in(tables[name]["document_id"], value_set=_values(ids)))
        yield from _told(f"{name}: document_id is not in documents", lost, tables[name]["document_id"])
    is_article, is_rejected = pc.equal(status, "article"), pc.equal(status, "rejected")
    own = pc.fill_null(pc.equal(canonical, ids), False)
    yield from _told("article is not its own canonical_id", pc.and_not(is_article, own), ids)
    leads = pc.is_in(canonical, value_set=_values(tables["articles"]["document_id"]))
    yield from _told(
        "duplicate's canonical_id leads to no article", pc.and_not(pc.equal(status, "duplicate"), leads), ids
    )
    yield from _told("rejected document has a canonical_id", pc.and_(is_rejected, pc.is_valid(canonical)), ids)
    yield from _told(
        "reason stands without rejection, or the reverse", pc.xor(is_rejected, pc.is_valid(documents["reason"])), ids
    )
    odd = [text is not None and not _is_object(text) for text in documents["evidence"].to_pylist()]
    yield from _told("documents.evidence is not a JSON object", pa.array(odd, pa.bool_()), ids)
    for column, known in (("status", STATUSES), ("reason", REASONS)):
        yield from _unknown("documents", column, documents[column], known, ids)
    duplicates = tables["duplicates"]
    at = pc.index_in(duplicates["document_id"], value_set=_values(ids))
    other = pc.not_equal(duplicates["canonical_id"], canonical.take(at))
    yield from _told("duplicates.canonical_id is another than in documents", other, duplicates["document_id"])
    yield from _unknown(
        "duplicates", "relation", duplicates["relation"], DUPLICATE_RELATIONS, duplicates["document_id"]
    )


def _clusters(tables: Tables) -> Iterator[str]:
    """One article a cluster; its size is the number of its documents, its name that of the smallest."""
    articles, documents = tables["articles"], tables["documents"]
    members = documents.filter(pc.is_valid(documents["cluster_id"]))
    members = members.filter(pc.not_equal(members["status"], "rejected")).select(["document_id", "cluster_id"])
    if twice := articles.num_rows - len(articles["cluster_id"].unique()):
        yield f"{twice:,} clusters have more than one article"
    groups = members.group_by("cluster_id", use_threads=False).aggregate(
        [("document_id", "count"), ("document_id", "min")]
    )
    at = pc.index_in(articles["cluster_id"], value_set=_values(groups["cluster_id"]))
    yield from _told("article's cluster has no documents", pc.is_null(at), articles["article_id"])
    size = groups["document_id_count"].take(at)
    other = pc.fill_null(pc.not_equal(size, articles["cluster_size"]), False)
    yield from _told("cluster_size is not the number of documents in the cluster", other, articles["article_id"])
    name = pc.binary_join_element_wise("clu", pc.utf8_slice_codeunits(groups["document_id_min"], 4), "_")
    yield from _told(
        "cluster_id is not that of the smallest member", pc.not_equal(name, groups["cluster_id"]), groups["cluster_id"]
    )
    duplicates = documents.filter(pc.equal(documents["status"], "duplicate"))
    canonical = pc.index_in(duplicates["canonical_id"], value_set=_values(documents["document_id"]))
    apart = pc.not_equal(documents["cluster_id"].take(canonical), duplicates["cluster_id"])
    yield from _told("duplicate is in another cluster than its canonical copy", apart, duplicates["document_id"])


# ------------------------------------------------------------------ texts and what left them


def _texts(tables: Tables) -> Iterator[str]:
    """Digests and counts of the texts."""
    articles, documents = tables["articles"], tables["documents"]
    known = _values(documents["document_id"])
    for name in ("articles", "duplicates"):
        table = tables[name]
        digests = sha256_of(table["text"])
        stated = documents["text_sha256"].take(pc.index_in(table["document_id"], value_set=known))
        yield from _told(
            f"{name}: documents.text_sha256 is not of its text", pc.not_equal(digests, stated), table["document_id"]
        )
        if name == "articles":
            other = pc.not_equal(digests, table["text_sha256"])
            yield from _told("articles.text_sha256 is not of its text", other, table["article_id"])
    other = pc.not_equal(pc.utf8_length(articles["text"]), articles["n_chars"])
    yield from _told("n_chars is not the length of the text", other, articles["article_id"])
    shaped = pc.match_substring_regex(articles["language"], "^([a-z]{2}|und)$")
    yield from _told("language is not ISO 639-1 or und", pc.invert(shaped), articles["article_id"])


def _removals(tables: Tables) -> Iterator[str]:
    removals = tables["removals"]
    ids, start, end, replacement = (removals[name] for name in ("document_id", "start", "end", "replacement"))
    width = pc.subtract(end, start)
    yield from _told("removal ends before it starts", pc.or_(pc.less(width, 0), pc.less(start, 0)), ids)
    empty = pc.and_(pc.equal(width, 0), pc.equal(pc.utf8_length(pc.fill_null(replacement, "")), 0))
    yield from _told("removal of no width and no replacement", empty, ids)
    yield from _told(
        "removal's text is not as long as its span", pc.not_equal(pc.utf8_length(removals["text"]), width), ids
    )
    yield from _unknown("removals", "role", removals["role"], ROLES, ids)
    replacing = pc.is_in(removals["role"], value_set=pa.array(REPLACING_ROLES))
    yield from _told(
        "removal with a replacement that is no repair", pc.and_not(pc.is_valid(replacement), replacing), ids
    )
    yield from _told("removal without a rule", pc.equal(removals["rule"], ""), ids)
    columns = pa.array([f"^{name}(\\.|$)" for name in ARTICLES.names])
    kept = pc.fill_null(pc.match_substring_regex(removals["kept_as"], "|".join(columns.to_pylist())), True)
    yield from _told("removals.kept_as names no column of articles", pc.invert(kept), ids)
    if removals.num_rows > 1:
        same = pc.equal(ids.slice(0, len(ids) - 1), ids.slice(1))
        over = pc.greater(end.slice(0, len(end) - 1), start.slice(1))
        yield from _told("removals overlap", pc.and_(same, over), ids.slice(1))
    lost = pc.invert(pc.is_in(ids, value_set=_values(tables["documents"]["document_id"])))
    yield from _told("removals.document_id is not in documents", lost, ids)


def _raw_texts(tables: Tables) -> Iterator[str]:
    """Text and removals give a raw text with the digest that documents states, for every article and duplicate."""
    documents, removals = tables["documents"], tables["removals"]
    stated = dict(zip(documents["document_id"].to_pylist(), documents["raw_text_sha256"].to_pylist(), strict=True))
    bounds = _bounds(removals["document_id"])
    wrong = []
    for part in _parts(tables["articles"], tables["duplicates"]):
        ids = part["document_id"].to_pylist()
        cut = [bounds[document] for document in ids if document in bounds]
        base, end = (cut[0][0], cut[-1][1]) if cut else (0, 0)
        spans = removals.slice(base, end - base)
        columns = [spans[name].to_pylist() for name in ("start", "end", "text", "replacement")]
        for document, text in zip(ids, part["text"].to_pylist(), strict=True):
            first, last = bounds.get(document, (base, base))
            raw = rebuild_raw(text, *(column[first - base : last - base] for column in columns))
            if raw is None or _sha256(raw) != stated.get(document):
                wrong.append(document)
    if wrong:
        yield f"text and removals do not rebuild the raw text ({len(wrong):,} documents, first {wrong[0]})"


def _parts(*tables: pa.Table) -> Iterator[pa.Table]:
    """The tables some rows at a time: what becomes Python objects has to fit into memory."""
    for table in tables:
        yield from (table.slice(start, ROWS_AT_ONCE) for start in range(0, len(table), ROWS_AT_ONCE))


def rebuild_raw(
    text: str, starts: list[int], ends: list[int], removed: list[str], replacements: list[str | None]
) -> str | None:
    """The raw text that `text` was cut from; None where the removals do not fit the text.

    >>> rebuild_raw("Rain fell.", [0, 12], [7, 16], ["Title\\n\\n", "full"], [None, "fell"])
    'Title\\n\\nRain full.'
    """
    pieces, at, raw_at = [], 0, 0
    for start, end, cut, replacement in zip(starts, ends, removed, replacements, strict=True):
        kept = start - raw_at
        stands = replacement or ""
        if kept < 0 or not text.startswith(stands, at + kept):
            return None
        pieces += [text[at : at + kept], cut]
        at, raw_at = at + kept + len(stands), end
    if at > len(text):
        return None
    return "".join([*pieces, text[at:]])


# ------------------------------------------------------------------ relations, mentions, numbers


def _relations(tables: Tables) -> Iterator[str]:
    relations, articles = tables["relations"], _values(tables["articles"]["document_id"])
    left, right = relations["left_id"], relations["right_id"]
    yield from _told("relation's left_id is not smaller than its right_id", pc.greater_equal(left, right), left)
    yield from _unknown("relations", "relation", relations["relation"], RELATIONS, left)
    known = _values(tables["documents"]["document_id"])
    for ids in (left, right):
        yield from _told("relation of a document that is not there", pc.invert(pc.is_in(ids, value_set=known)), ids)
    between = pc.and_(pc.is_in(left, value_set=articles), pc.is_in(right, value_set=articles))
    story = pc.equal(relations["relation"], "same_story")
    yield from _told("same_story is not between two articles", pc.and_not(story, between), left)
    bad = [not _is_object(text) for text in relations["evidence"].to_pylist()]
    yield from _told("relations.evidence is not a JSON object", pa.array(bad, pa.bool_()), left)


def _mentions(tables: Tables) -> Iterator[str]:
    """Mentions quote their text; the flat tables are the nested columns, row for row."""
    articles = tables["articles"]
    ids = articles["article_id"]
    for name in ("dates", "figures"):
        flat, nested = tables[name], articles[name].combine_chunks()
        rows = pc.list_flatten(nested)
        owners = ids.combine_chunks().take(pc.list_parent_indices(nested))
        if len(rows) != flat.num_rows or not owners.equals(_whole(flat["article_id"])):
            yield f"table {name} has other rows than articles.{name}"
            continue
        other = [
            item.name for item in rows.type if not _same(pc.struct_field(rows, item.name), _whole(flat[item.name]))
        ]
        if other:
            yield f"table {name} has other values than articles.{name}: {', '.join(other)}"
        published = articles["published_date"].take(pc.list_parent_indices(nested))
        if not _same(_whole(published), _whole(flat["published_date"])):
            yield f"table {name} has other dates of publication than articles"
        yield from _misquoted(name, flat, articles["text"], pc.list_parent_indices(nested).to_numpy())


def _figure_parts(tables: Tables) -> Iterator[str]:
    """A figure's number and unit lie within it."""
    figures = tables["figures"]
    for part in ("number", "unit"):
        start, end = figures[f"{part}_start"], figures[f"{part}_end"]
        lies = pc.and_(pc.greater_equal(start, figures["start"]), pc.less_equal(end, figures["end"]))
        outside = pc.invert(pc.and_(lies, pc.less(start, end)))
        yield from _told(f"figures: the {part} is not within the figure", outside, figures["article_id"])
        yield from _told(
            f"figures: {part}_start stands without {part}_end, or the reverse",
            pc.xor(pc.is_valid(start), pc.is_valid(end)),
            figures["article_id"],
        )


def _misquoted(name: str, flat: pa.Table, texts: pa.ChunkedArray, owners: np.ndarray) -> Iterator[str]:
    bad: list[bool] = []
    for first in range(0, len(flat), MENTIONS_AT_ONCE):
        part, mine = flat.slice(first, MENTIONS_AT_ONCE), owners[first : first + MENTIONS_AT_ONCE].tolist()
        some = texts.slice(mine[0], mine[-1] - mine[0] + 1).to_pylist()
        spans = zip(mine, *(part[column].to_pylist() for column in ("start", "end", "surface")), strict=True)
        bad += [not 0 <= start < end or some[at - mine[0]][start:end] != surface for at, start, end, surface in spans]
    yield from _told(f"{name}: text[start:end] is not the surface", pa.array(bad, pa.bool_()), flat["article_id"])


def _numbers(tables: Tables) -> Iterator[str]:
    """No NaN, no infinity; scores within 0…1."""
    for name, schema in PUBLISHED.items():
        ids = tables[name].column(0)
        for item in schema:
            if not pa.types.is_floating(item.type):
                continue
            values = tables[name][item.name]
            yield from _told(f"{name}.{item.name} is NaN or infinite", pc.invert(pc.is_finite(values)), ids)
            if item.name in ("score", "language_score"):
                outside = pc.or_(pc.less(values, 0), pc.greater(values, 1))
                yield from _told(f"{name}.{item.name} is outside 0…1", outside, ids)


def _words(tables: Tables) -> Iterator[str]:
    """Words of the mentions are the contract's; flags are sorted."""
    for name, columns in WORDS.items():
        for column, known in columns.items():
            yield from _unknown(name, column, tables[name][column], known, tables[name]["article_id"])
    for name in ("articles", "documents"):
        bad = [flags is not None and flags != sorted(set(flags)) for flags in tables[name]["flags"].to_pylist()]
        yield from _told(
            f"{name}.flags are not sorted, or one stands twice", pa.array(bad, pa.bool_()), tables[name].column(0)
        )


# ------------------------------------------------------------------ helpers


def _told(what: str, is_bad: Column, ids: Column) -> Iterator[str]:
    """One fault in words where any row is bad; null counts as good."""
    is_bad = pc.fill_null(is_bad, False)
    if count := pc.sum(is_bad).as_py():
        yield f"{what} ({count:,} rows, first {ids.filter(is_bad)[0].as_py()})"


def _unknown(table: str, column: str, values: Column, known: tuple[str, ...], ids: Column) -> Iterator[str]:
    strange = pc.and_(pc.is_valid(values), pc.invert(pc.is_in(values, value_set=pa.array(known))))
    yield from _told(f"{table}.{column} has a word that the contract does not know", strange, ids)


def _bounds(ids: pa.ChunkedArray) -> dict[str, tuple[int, int]]:
    """Where the rows of each id begin and end; the rows of one id stand together."""
    codes = _whole(ids).dictionary_encode()
    if not len(codes):
        return {}
    where = codes.indices.to_numpy()
    cuts = [0, *(np.flatnonzero(np.diff(where)) + 1).tolist(), len(where)]
    names = codes.dictionary.take(pa.array(where[cuts[:-1]])).to_pylist()
    return dict(zip(names, pairwise(cuts), strict=True))


def _same(one: pa.Array, other: pa.Array) -> bool:
    return bool(one.equals(other))


def _whole(column: Column) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _values(column: pa.ChunkedArray) -> pa.Array:
    return _whole(column)


def _numpy(column: Column) -> np.ndarray:
    values: np.ndarray = _whole(column).to_numpy(zero_copy_only=False)
    return values


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
