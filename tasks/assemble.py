"""Assemble: everything the steps found out becomes the seven tables of the contract.

In     documents with their texts and fields, clusters, canonical copies, relations, resolved mentions
Out    {table name: Arrow table of `schema.PUBLISHED`, sorted by its ids}

Nothing is decided here but what the contract leaves to the whole: a title borrowed from a duplicate, sizes, digests.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from tasks import schema
from tasks.tables import joined, merged_lists, sorted_by

NOTHING = pa.scalar(None, pa.string())


def build_tables(
    documents: pa.Table,
    clusters: pa.Table,
    dated: pa.Table,
    canonicals: pa.Table,
    relations: pa.Table,
    resolved: pa.Table,
) -> dict[str, pa.Table]:
    """The published tables.

    Args:
        documents: what `triage.merge_results` made, every document.
        clusters, dated, canonicals: by document_id, of every document that has a text.
        relations: `schema.RELATIONS`; each duplicate's relation to its canonical copy is among them.
        resolved: document_id and `schema.RESOLVED`, of the articles.
    """
    raw_digests = digests(documents["raw_text"])
    documents = documents.drop_columns(["raw_text"]).append_column("raw_text_sha256", raw_digests)
    documents = joined(documents, clusters, "cluster_id")
    documents = joined(documents, canonicals, "canonical_id")
    documents = joined(documents, dated, *(name for name in schema.ANCHORED.names if name.startswith("published_")))
    unresolved = [["mentions_failed"] if why else [] for why in resolved["failed"].to_pylist()]
    findings = resolved.drop_columns(["flags", "failed"])
    findings = findings.append_column(
        "resolved_flags", merged_lists(resolved["flags"], pa.chunked_array([unresolved], schema.STRINGS))
    )
    dated_flags = dated.select(["document_id", "flags"]).rename_columns({"flags": "dated_flags"})
    documents = joined(joined(documents, dated_flags, "dated_flags"), findings, "resolved_flags")
    every_flag = merged_lists(documents["flags"], documents["dated_flags"], documents["resolved_flags"])
    documents = documents.drop_columns(["flags", "figures"]).append_column("flags", every_flag)
    documents = sorted_by(documents, "document_id")

    is_live = pc.is_valid(documents["canonical_id"])
    is_article = pc.fill_null(pc.equal(documents["document_id"], documents["canonical_id"]), False)
    documents = documents.append_column(
        "status", pc.if_else(is_article, "article", pc.if_else(is_live, "duplicate", "rejected"))
    )
    documents = documents.append_column("text_sha256", digests(pc.if_else(is_live, documents["text"], NOTHING)))
    articles = _articles(documents, documents.filter(is_article), findings)
    return {
        "articles": articles,
        "documents": _documents(documents),
        "duplicates": _duplicates(documents.filter(pc.and_(is_live, pc.invert(is_article))), relations),
        "relations": _table(_columns(relations), schema.RELATIONS),
        "removals": _flat(documents.filter(is_live), "removals", ("document_id",), schema.REMOVALS),
        "dates": _flat(articles, "dates", ("article_id", "published_date"), schema.DATES),
        "figures": _flat(articles, "figures", ("article_id", "published_date"), schema.FIGURES),
    }


def article_ids(document_ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """`doc_…` becomes `art_…`."""
    return pc.replace_substring(document_ids, "doc_", "art_", max_replacements=1)


def _articles(documents: pa.Table, chosen: pa.Table, findings: pa.Table) -> pa.Table:
    rows = joined(chosen, findings, "dates", "figures", "text_normalised", "content_date")
    sizes = Counter(documents["cluster_id"].to_pylist())
    titles, origins = _titles(documents, rows)
    texts = rows["text"].to_pylist()
    columns = {
        "article_id": article_ids(rows["document_id"]),
        "cluster_size": pa.array([sizes[c] for c in rows["cluster_id"].to_pylist()], pa.int32()),
        "title": pa.array(titles, pa.string()),
        "title_origin": pa.array(origins, pa.string()),
        "text_normalised": pc.coalesce(rows["text_normalised"], rows["text"]),
        "n_chars": pa.array([len(t) for t in texts], pa.int32()),
        "n_words": pa.array([len(t.split()) for t in texts], pa.int32()),
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


def _documents(documents: pa.Table) -> pa.Table:
    language = pc.if_else(pc.is_valid(documents["canonical_id"]), documents["language"], NOTHING)
    return _table({**_columns(documents), "language": language}, schema.DOCUMENTS)


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


def digests(texts: pa.ChunkedArray) -> pa.Array:
    """Hex sha256 of each text in UTF-8; null for null."""
    rows = (None if text is None else sha256(text.encode("utf-8")).hexdigest() for text in texts.to_pylist())
    return pa.array(rows, pa.string())


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))


def _table(columns: Mapping[str, pa.Array | pa.ChunkedArray], wanted: pa.Schema) -> pa.Table:
    """The wanted columns, in the wanted types and order of rows."""
    table = pa.table([columns[item.name].cast(item.type) for item in wanted], schema=wanted)
    name = next(name for name, published in schema.PUBLISHED.items() if published is wanted)
    return sorted_by(table, *schema.SORTED_BY[name])
