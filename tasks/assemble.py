"""Assemble: everything the steps found out becomes the seven tables of the contract.

In     documents with their texts and fields, clusters, canonical copies, relations, resolved mentions
Out    {table name: Arrow table of `schema.PUBLISHED`, sorted by its ids}

Nothing is decided here but what the contract leaves to the whole: a title borrowed from a duplicate, sizes, digests.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks import schema


def build_tables(
    documents: pa.Table, canonicals: pa.Table, relations: pa.Table, resolved: pa.Table
) -> dict[str, pa.Table]:
    """The published tables.

    Args:
        documents: every document: the columns of records, extraction, strip, language and anchors, with `reason`,
            `detail` and `cluster_id` (null for rejected ones).
        canonicals: document_id and canonical_id of every document that has a text.
        relations: `schema.RELATIONS`; each duplicate's relation to its canonical copy is among them.
        resolved: document_id and `schema.RESOLVED`, of the articles.
    """
    documents = _joined(documents, canonicals, "canonical_id").sort_by("document_id")
    is_article = pc.fill_null(pc.equal(documents["document_id"], documents["canonical_id"]), False)
    is_live = pc.is_valid(documents["canonical_id"])
    status = pc.if_else(is_article, "article", pc.if_else(is_live, "duplicate", "rejected"))
    documents = documents.append_column("status", status)
    documents = documents.append_column("text_sha256", pa.array(_digests(documents["text"], is_live), pa.string()))
    documents = documents.append_column("raw_text_sha256", pa.array(_digests(documents["raw_text"]), pa.string()))
    articles = _articles(documents, documents.filter(is_article), resolved)
    duplicates = documents.filter(pc.and_(is_live, pc.invert(is_article)))
    return {
        "articles": articles,
        "documents": _documents(documents, articles),
        "duplicates": _duplicates(duplicates, relations),
        "relations": _sorted(relations.select(schema.RELATIONS.names).cast(schema.RELATIONS), "relations"),
        "removals": _flat(documents.filter(is_live), "removals", ("document_id",), schema.REMOVALS),
        "dates": _flat(articles, "dates", ("article_id", "published_date"), schema.DATES),
        "figures": _flat(articles, "figures", ("article_id", "published_date"), schema.FIGURES),
    }


def article_ids(document_ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """`doc_…` becomes `art_…`."""
    return pc.replace_substring(document_ids, "doc_", "art_", max_replacements=1)


def _articles(documents: pa.Table, chosen: pa.Table, resolved: pa.Table) -> pa.Table:
    found = resolved.rename_columns({"flags": "resolved_flags"})
    rows = chosen
    for name in ("dates", "figures", "text_normalised", "content_date", "resolved_flags"):
        rows = _joined(rows, found, name)
    sizes = Counter(documents["cluster_id"].to_pylist())
    titles, origins = _titles(documents, rows)
    texts = rows["text"].to_pylist()
    columns = {
        "article_id": article_ids(rows["document_id"]),
        "cluster_size": pa.array([sizes[c] for c in rows["cluster_id"].to_pylist()], pa.int32()),
        "title": pa.array(titles, pa.string()),
        "title_origin": pa.array(origins, pa.string()),
        "n_chars": pa.array([len(t) for t in texts], pa.int32()),
        "n_words": pa.array([len(t.split()) for t in texts], pa.int32()),
        "flags": _union(rows["flags"], rows["resolved_flags"]),
    }
    return _table({**_columns(rows), **columns}, schema.ARTICLES)


def _titles(documents: pa.Table, articles: pa.Table) -> tuple[list[str | None], list[str | None]]:
    """Titles and where they are from; one that is missing is the most frequent title of the cluster's other copies."""
    offered: dict[str, Counter[str]] = defaultdict(Counter)
    for cluster, title in zip(documents["cluster_id"].to_pylist(), documents["title"].to_pylist(), strict=True):
        if cluster and title:
            offered[cluster][title] += 1
    titles, origins = articles["title"].to_pylist(), articles["title_origin"].to_pylist()
    for row, cluster in enumerate(articles["cluster_id"].to_pylist()):
        if titles[row] is None and offered[cluster]:
            titles[row] = min(offered[cluster], key=lambda title: (-offered[cluster][title], title))
            origins[row] = "cluster"
    return titles, origins


def _documents(documents: pa.Table, articles: pa.Table) -> pa.Table:
    flags = dict(zip(articles["document_id"].to_pylist(), articles["flags"].to_pylist(), strict=True))
    own = zip(documents["document_id"].to_pylist(), documents["flags"].to_pylist(), strict=True)
    every = pa.array([flags.get(name, sorted(set(mine or ()))) for name, mine in own], schema.STRINGS)
    language = pc.if_else(pc.is_valid(documents["canonical_id"]), documents["language"], pa.scalar(None, pa.string()))
    return _table({**_columns(documents), "flags": every, "language": language}, schema.DOCUMENTS)


def _duplicates(duplicates: pa.Table, relations: pa.Table) -> pa.Table:
    pairs = zip(*(relations[name].to_pylist() for name in ("left_id", "right_id", "relation")), strict=True)
    kinds = {frozenset((left, right)): kind for left, right, kind in pairs if kind != "same_story"}
    ids = zip(duplicates["document_id"].to_pylist(), duplicates["canonical_id"].to_pylist(), strict=True)
    relation = pa.array([kinds[frozenset(pair)] for pair in ids], pa.string())
    return _table({**_columns(duplicates), "relation": relation}, schema.DUPLICATES)


def _flat(owners: pa.Table, nested: str, keep: tuple[str, ...], wanted: pa.Schema) -> pa.Table:
    """One row a struct of a nested column, beside some columns of its owner."""
    column = owners[nested].combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # what combine_chunks gives for a table without rows
        column = pa.array([], owners.schema.field(nested).type)
    parents = pc.list_parent_indices(column)
    structs = pc.list_flatten(column)
    columns = {name: owners[name].take(parents) for name in keep}
    columns |= {item.name: pc.struct_field(structs, item.name) for item in structs.type}
    return _table(columns, wanted)


def _digests(texts: pa.ChunkedArray, wanted: Iterable | None = None) -> list[str | None]:
    """Hex sha256 of each text in UTF-8; null for null texts and where not wanted."""
    keep = [True] * len(texts) if wanted is None else wanted.to_pylist()  # type: ignore[attr-defined]
    return [
        hashlib.sha256(text.encode("utf-8")).hexdigest() if text is not None and wish else None
        for text, wish in zip(texts.to_pylist(), keep, strict=True)
    ]


def _union(*columns: pa.ChunkedArray) -> pa.Array:
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    return pa.array([sorted({flag for flags in row for flag in flags or ()}) for row in rows], schema.STRINGS)


def _joined(rows: pa.Table, other: pa.Table, name: str) -> pa.Table:
    """`rows` with the column of the other table that has the same document_id; null where it has none."""
    place = pc.index_in(rows["document_id"], value_set=other["document_id"].combine_chunks())
    return rows.append_column(pa.field(name, other.schema.field(name).type), other[name].take(place))


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))


def _table(columns: Mapping[str, pa.Array | pa.ChunkedArray], wanted: pa.Schema) -> pa.Table:
    """The wanted columns, in the wanted types and order of rows."""
    table = pa.table([columns[item.name].cast(item.type) for item in wanted], schema=wanted)
    name = next(name for name, published in schema.PUBLISHED.items() if published is wanted)
    return _sorted(table, name)


def _sorted(table: pa.Table, name: str) -> pa.Table:
    order = pc.sort_indices(table, sort_keys=[(key, "ascending") for key in schema.SORTED_BY[name]])
    is_sorted = bool(np.all(np.diff(order.to_numpy()) == 1)) if len(order) else True
    return table if is_sorted else table.take(order)
