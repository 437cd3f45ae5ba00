"""Assemble: everything the steps found out becomes the seven tables of the contract.

In     documents with their texts and fields, clusters, canonical copies, relations, resolved mentions
Out    {table name: Arrow table of `schema.PUBLISHED`, sorted by its ids}

Nothing is decided here but what the contract leaves to the whole: a title borrowed from a duplicate, sizes, digests.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks import schema
from tasks.lost_values import merge_lost
from tasks.tables import beside, joined, merged_lists, sha256_of, sorted_by, take_rows, utf8

NOTHING = pa.scalar(None, pa.string())
STRINGS = schema.STRINGS
MERGED = ("document_id", "evidence", "flags")  # columns of `schema.ANCHORED` that are not taken as they are
# left where they lie
LARGE = ("raw_text", "text", "removals", "captions", "found", "modified", "scanned_dates", "figures")


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
    facts = _facts(documents, clusters, dated, canonicals, resolved)
    is_live = pc.is_valid(facts["canonical_id"])
    is_article = pc.equal(facts["status"], "article")
    owners = facts.filter(is_article)
    articles = _articles(facts, _with(owners, documents, "text", "captions"), resolved)
    copies = _with(facts.filter(pc.equal(facts["status"], "duplicate")), documents, "text")
    return {
        "articles": articles,
        "documents": _documents(facts),
        "duplicates": _duplicates(copies, relations),
        "relations": _table(_columns(relations), schema.RELATIONS),
        "removals": _flat(
            _with(facts.filter(is_live), documents, "removals"), "removals", ("document_id",), schema.REMOVALS
        ),
        "dates": _flat(articles, "dates", ("article_id", "published_date"), schema.DATES),
        "figures": _flat(articles, "figures", ("article_id", "published_date"), schema.FIGURES),
    }


def _facts(
    documents: pa.Table, clusters: pa.Table, dated: pa.Table, canonicals: pa.Table, resolved: pa.Table
) -> pa.Table:
    """What there is to say about each document but the large columns, sorted by id; `row` leads to these."""
    facts = documents.drop_columns([name for name in LARGE if name in documents.column_names])
    facts = facts.append_column("raw_text_sha256", sha256_of(documents["raw_text"]))
    facts = facts.append_column("text_sha256", sha256_of(documents["text"]))
    facts = sorted_by(facts.append_column("row", pa.array(np.arange(len(facts)))), "document_id")
    facts = joined(facts, clusters, "cluster_id")
    facts = joined(facts, canonicals, "canonical_id")
    facts = joined(facts, dated, *(name for name in schema.ANCHORED.names if name not in MERGED))

    unresolved = pc.if_else(pc.is_valid(resolved["failed"]), pa.scalar(["mentions_failed"]), pa.scalar([], STRINGS))
    resolved_flags = {"document_id": resolved["document_id"], "found": merged_lists(resolved["flags"], unresolved)}
    lost = joined(facts.select(["document_id"]), dated, "evidence")["evidence"]
    facts = facts.set_column(facts.schema.get_field_index("evidence"), "evidence", merge_lost(facts["evidence"], lost))
    flags = joined(facts.select(["document_id", "flags"]), dated.rename_columns({"flags": "dated"}), "dated")
    flags = joined(flags, pa.table(resolved_flags), "found")
    facts = facts.drop_columns(["flags"])
    facts = facts.append_column("flags", merged_lists(flags["flags"], flags["dated"], flags["found"]))

    is_live = pc.is_valid(facts["canonical_id"])
    is_article = pc.fill_null(pc.equal(facts["document_id"], facts["canonical_id"]), False)
    status = pc.if_else(is_article, "article", pc.if_else(is_live, "duplicate", "rejected"))
    at = facts.schema.get_field_index("text_sha256")
    facts = facts.set_column(at, "text_sha256", pc.if_else(is_live, facts["text_sha256"], NOTHING))
    return facts.append_column("status", status)


def _with(facts: pa.Table, documents: pa.Table, *names: str) -> pa.Table:
    """Some documents with large columns, of which only their rows are read."""
    return beside(facts, take_rows(documents.select(names), facts["row"].to_numpy()))


def article_ids(document_ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """`doc_…` becomes `art_…`."""
    return pc.replace_substring(document_ids, "doc_", "art_", max_replacements=1)


def _articles(documents: pa.Table, chosen: pa.Table, resolved: pa.Table) -> pa.Table:
    rows = joined(chosen, resolved, "dates", "figures", "text_normalised", "content_date")
    sizes = Counter(documents["cluster_id"].to_pylist())
    titles, origins = _titles(documents, rows)
    columns = {
        "article_id": article_ids(rows["document_id"]),
        "cluster_size": pa.array([sizes[c] for c in rows["cluster_id"].to_pylist()], pa.int32()),
        "title": pa.array(titles, pa.string()),
        "title_origin": pa.array(origins, pa.string()),
        "text_normalised": pc.coalesce(rows["text_normalised"], rows["text"]),
        "n_chars": pc.utf8_length(rows["text"]),
        "n_words": pa.array((len(str(text or b"", "utf-8").split()) for text in utf8(rows["text"])), pa.int32()),
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


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))


def _table(columns: Mapping[str, pa.Array | pa.ChunkedArray], wanted: pa.Schema) -> pa.Table:
    """The wanted columns, in the wanted types and order of rows."""
    table = pa.table([columns[item.name].cast(item.type) for item in wanted], schema=wanted)
    name = next(name for name, published in schema.PUBLISHED.items() if published is wanted)
    return sorted_by(table, *schema.SORTED_BY[name])
