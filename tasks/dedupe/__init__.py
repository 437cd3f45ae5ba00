"""Duplicates: which texts are copies, versions, excerpts of one another, and which only tell the same story.

In     texts, or a table of documents
Out    `Clusters`; or relation and cluster tables (`tasks.schema.RELATIONS`, `CLUSTERS`)

words -> shingles -> candidates -> compare -> relate -> cluster, then stories between the clusters. How it works, what
the relations mean and how well it does: docs/duplicates.md.
"""

from tasks.dedupe.find import Clusters, cluster_texts
from tasks.dedupe.table import (
    Compared,
    choose_canonicals,
    compare_documents,
    find_duplicates,
    find_stories,
    relate_to_canonicals,
)

__all__ = [
    "Clusters",
    "Compared",
    "choose_canonicals",
    "cluster_texts",
    "compare_documents",
    "find_duplicates",
    "find_stories",
    "relate_to_canonicals",
]
