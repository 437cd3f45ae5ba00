"""Table: deduplication on Arrow tables, the only module of the step that knows documents.

In     documents (document_id, text, …)      what `compare_documents` finds, the others tell
Out    relations (`schema.RELATIONS`), clusters (`schema.CLUSTERS`), canonical copies

Everything is computed from the documents at hand and does not depend on the order of the rows.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks import schema
from tasks.dedupe.cluster import Pairs
from tasks.dedupe.compare import FIRST_BLOCK_LONGER, LONGEST
from tasks.dedupe.decisions import decide
from tasks.dedupe.evidence import describe_pairs
from tasks.dedupe.find import Edge, Found, find_among, find_related, related_edges, story_edges, tell_stories
from tasks.dedupe.known import Fields, day_numbers
from tasks.dedupe.relate import EXACT, NONE, RELATION_NAMES, covered_shares, kinds_of
from tasks.pair_decisions import PairDecision, heed_pairs
from tasks.tables import sorted_by

FULLEST_SHARE = 0.1  # canonical copies may be shorter than the fullest by this share
MOST_OTHERS = 10  # relations of a document beside that to its canonical copy

CANONICALS = pa.schema([pa.field("document_id", pa.string(), False), pa.field("canonical_id", pa.string(), False)])


@dataclass(frozen=True)
class Compared:
    """Documents whose texts were compared: what `find_duplicates` and `find_stories` tell from."""

    ids: list[str]  # sorted
    found: Found

    def __len__(self) -> int:
        return len(self.ids)


def compare_documents(documents: pa.Table) -> Compared:
    """Hold the texts of documents against each other.

    Args:
        documents: columns document_id, text; title and own_date (date32) where they are known: the document's own,
            never one that another document lent. One row a document that has a text.
    """
    names = [name for name in ("document_id", "text", "title", "own_date") if name in documents.column_names]
    documents = sorted_by(documents.select(names), "document_id")
    fields = Fields(
        documents["title"].to_pylist() if "title" in names else None,
        day_numbers(documents["own_date"]) if "own_date" in names else None,
    )
    return Compared(documents["document_id"].to_pylist(), find_related(_one_chunk(documents["text"]), fields))


def find_duplicates(compared: Compared, decided: Sequence[PairDecision] = ()) -> tuple[pa.Table, pa.Table]:
    """Relations between the documents, and the cluster each is in, from the texts and what people said of pairs.

    Args:
        decided: two documents that are the same share a cluster and have a `near` relation whose evidence has the rule
            `override` (identical words stay `exact`); two that differ share none and have no relation.

    Returns:
        relations: schema.RELATIONS, exact, near and contains; sorted by ids.
        clusters: schema.CLUSTERS, one row a document, sorted by document_id.
    """
    ids, found = compared.ids, compared.found
    labels = heed_pairs(found.labels, found.ranks, ids, decided, partial(_likeness, compared))
    named = [f"clu_{ids[label].removeprefix('doc_')[:16]}" for label in labels.tolist()]
    clusters = pa.table({"document_id": ids, "cluster_id": named}, schema.CLUSTERS)
    relations = _relations(ids, related_edges(found, ids))
    return _with_decided(relations, decided, set(ids)) if decided else relations, clusters


def _likeness(compared: Compared, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How much of each text the other covers, the smaller share of the two."""
    batch, ranks = compared.found.batch, compared.found.ranks
    swap = ranks[one] < ranks[other]
    shorter, longer = np.where(swap, other, one), np.where(swap, one, other)
    lengths = batch.words.lengths
    return np.minimum(*covered_shares(batch.look_up(shorter, longer), lengths[shorter], lengths[longer]))


def _with_decided(relations: pa.Table, decided: Sequence[PairDecision], ids: set[str]) -> pa.Table:
    """The relations with those that people decided in the place of those that were found."""
    said = {(min(d.left_id, d.right_id), max(d.left_id, d.right_id)): d for d in decided}
    rows = {(row["left_id"], row["right_id"]): row for row in relations.to_pylist()}
    for (left, right), d in said.items():
        found = rows.pop((left, right), None)
        if d.is_same and found and found["relation"] == "exact":
            rows[left, right] = found
        elif d.is_same and {left, right} <= ids:
            evidence = json.dumps({"rule": "override", **d.told}, ensure_ascii=False, sort_keys=True)
            near = {"relation": "near", "score": 1.0, "evidence": evidence}
            rows[left, right] = {"left_id": left, "right_id": right, **near}
    return pa.Table.from_pylist(_sorted_rows([*rows.values()]), schema.RELATIONS)


def choose_canonicals(
    documents: pa.Table,
    clusters: pa.Table,
    *,
    fullest_share: float = FULLEST_SHARE,
    preferred: Sequence[str] = (),
) -> pa.Table:
    """The canonical copy of each document: its own id where it is published itself.

    The earliest dated of those within `fullest_share` of the cluster's fullest text; undated ones come last; then the
    cleanest (fewest flags and repairs), then the smallest id. Later, slightly longer reprints do not change it.

    Args:
        documents: columns document_id, n_chars, published_date, published_local; n_flags and n_repairs if known.
        clusters: schema.CLUSTERS.
        preferred: documents that people chose, whatever the rest says; of two in one cluster the first.

    Returns:
        document_id, canonical_id; sorted by document_id.
    """
    cluster_of = dict(zip(clusters["document_id"].to_pylist(), clusters["cluster_id"].to_pylist(), strict=True))
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    names = ("document_id", "n_chars", "published_date", "published_local", "n_flags", "n_repairs")
    for row in documents.select([name for name in names if name in documents.column_names]).to_pylist():
        members[cluster_of[row["document_id"]]].append(row)
    by_hand = {name: place for place, name in reversed([*enumerate(preferred)])}
    canonical_of = {
        row["document_id"]: best["document_id"]
        for rows in members.values()
        for best in [_chosen_by_hand(rows, by_hand) or _canonical(rows, fullest_share)]
        for row in rows
    }
    ids = sorted(canonical_of)
    return pa.table({"document_id": ids, "canonical_id": [canonical_of[i] for i in ids]}, CANONICALS)


def _chosen_by_hand(rows: list[dict[str, Any]], preferred: Mapping[str, int]) -> dict[str, Any] | None:
    chosen = [row for row in rows if row["document_id"] in preferred]
    return min(chosen, key=lambda row: preferred[row["document_id"]], default=None)


def _canonical(rows: list[dict[str, Any]], fullest_share: float) -> dict[str, Any]:
    least = (1 - fullest_share) * max(row["n_chars"] or 0 for row in rows)
    return min((row for row in rows if (row["n_chars"] or 0) >= least), key=_preference)


def _preference(row: dict[str, Any]) -> tuple[bool, str, int, str]:
    when = row.get("published_local") or (str(row["published_date"]) if row.get("published_date") else "")
    return not when, when, (row.get("n_flags") or 0) + (row.get("n_repairs") or 0), row["document_id"]


def find_stories(articles: pa.Table, compared: Compared) -> pa.Table:
    """`same_story` relations between canonical copies.

    Args:
        articles: columns document_id, published_date; one row a cluster.
        compared: of all documents; the articles are among them.

    Returns:
        schema.RELATIONS, sorted by ids.
    """
    articles = sorted_by(articles.select(["document_id", "published_date"]), "document_id")
    chosen = pc.index_in(articles["document_id"].cast(pa.string()), value_set=pa.array(compared.ids, pa.string()))
    chosen = chosen.to_numpy().astype(np.int64)
    # Each article stands for itself here, also where two of them share enough to be of one cluster.
    found = find_among(compared.found, chosen)
    stories = tell_stories(found, chosen, day_numbers(articles["published_date"]))
    return _relations(compared.ids, story_edges(compared.found, chosen, stories))


def relate_to_canonicals(compared: Compared, relations: pa.Table, canonicals: pa.Table) -> pa.Table:
    """The relations to publish: each duplicate's relation to its canonical copy, and at most ten others a document.

    A duplicate that was not compared with its canonical copy yet is compared now; the relation says what was measured.

    Args:
        compared: the documents, as `compare_documents` gave them.
        relations: schema.RELATIONS, as `find_duplicates` gave them.
        canonicals: as `choose_canonicals` gave them.

    Returns:
        schema.RELATIONS, sorted by ids.
    """
    needed = {
        (min(pair), max(pair))
        for pair in zip(canonicals["document_id"].to_pylist(), canonicals["canonical_id"].to_pylist(), strict=True)
        if pair[0] != pair[1]
    }
    rows = relations.to_pylist()
    have = {(row["left_id"], row["right_id"]) for row in rows}
    rows += _compare_now(compared, sorted(needed - have))
    others: dict[str, int] = defaultdict(int)
    kept = []
    for row in sorted(rows, key=lambda row: (-row["score"], row["left_id"], row["right_id"])):
        left, right = row["left_id"], row["right_id"]
        if (left, right) not in needed:
            if max(others[left], others[right]) >= MOST_OTHERS:
                continue
            others[left] += 1
            others[right] += 1
        kept.append(row)
    return pa.Table.from_pylist(_sorted_rows(kept), schema.RELATIONS)


def _compare_now(compared: Compared, pairs: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Relations of pairs of documents known to be of one cluster; `near` or `contains` with the score as measured."""
    if not pairs:
        return []
    ids, batch = compared.ids, compared.found.batch
    place = {one: k for k, one in enumerate(ids)}
    left, right = (np.array([place[pair[side]] for pair in pairs]) for side in (0, 1))
    lengths = batch.words.lengths
    swap = lengths[left] > lengths[right]
    shorter, longer = np.where(swap, right, left), np.where(swap, left, right)
    counts = batch.look_up(shorter, longer)
    known = batch.evidence(shorter, longer, counts)
    scores, scores_longer = covered_shares(counts, lengths[shorter], lengths[longer])
    kinds, rules = decide(known)
    kinds = np.where(kinds != NONE, kinds, kinds_of(known))
    kinds = np.where(batch.words.digests[left] == batch.words.digests[right], EXACT, kinds)
    begins, blocks = counts[:, FIRST_BLOCK_LONGER], counts[:, LONGEST]
    rows = Pairs(shorter, longer, kinds, scores, scores_longer, begins, blocks, rules, known.title, known.days)
    evidence = describe_pairs(batch.texts, batch.corpus, rows, counts, ids)
    return [
        {"left_id": left, "right_id": right, "relation": RELATION_NAMES[kind], "score": score, "evidence": words_of_it}
        for (left, right), kind, score, words_of_it in zip(
            pairs, kinds.tolist(), scores.tolist(), evidence, strict=True
        )
    ]


def _relations(ids: list[str], edges: Iterable[Edge]) -> pa.Table:
    rows = [
        {"left_id": ids[left], "right_id": ids[right], "relation": relation, "score": score, "evidence": evidence}
        for left, right, relation, score, evidence in edges
    ]
    return pa.Table.from_pylist(_sorted_rows(rows), schema.RELATIONS)


def _sorted_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["left_id"], row["right_id"], row["relation"]))


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    chunks = column.combine_chunks()
    return chunks if isinstance(chunks, pa.Array) else pa.concat_arrays(chunks.chunks)
