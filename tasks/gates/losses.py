"""Gates over whole versions: articles that would be gone, one large cluster, documents that failed.

In     the profile of the version before and that of this run
Out    findings

An article of the version before is *gone* when it is no article any more, unless a document that is new took its
place as the canonical copy. It vanished, was rejected, or is now taken for a copy of another old article.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tasks.gates.verdict import Finding, Level, Limits

if TYPE_CHECKING:
    import pandas as pd

MAX_NAMED = 10
MIN_FAILED = 20  # documents: so many may always fail
MIN_CLUSTER = 10  # documents: a smaller cluster is no finding


def find_losses(before: pd.DataFrame, after: pd.DataFrame, version: str, limits: Limits) -> Iterator[Finding]:
    """`shrink`: the share of the articles of the version before that are gone; holds for versions of any size."""
    import pandas as pd  # half a second that a run with nothing new need not spend

    old = before.index[before["status"] == "article"]
    now = after.reindex(old)
    moved = (now["status"] == "duplicate") & ~now["canonical_id"].isin(old)
    ways = {
        "vanished": now["status"].isna(),
        "rejected": now["status"] == "rejected",
        "became copies of others": (now["status"] == "duplicate") & ~moved,
    }
    gone = pd.concat(list(ways.values()), axis=1).any(axis=1)
    change = float(gone.mean()) if len(old) else 0.0
    level = limits.level(round(change, 4)) if gone.any() else None
    if level is None:
        return
    how = ", ".join(f"{int(lost.sum()):,} {way}" for way, lost in ways.items() if lost.any())
    reasons = now.loc[ways["rejected"], "reason"].value_counts()
    why = f" ({', '.join(f'{reason} {count:,}' for reason, count in reasons.items())})" if len(reasons) else ""
    names = ", ".join(before.loc[gone[gone].index[:MAX_NAMED], "path"])
    message = f"{int(gone.sum()):,} of the {len(old):,} articles of {version} would be gone: {how}{why}; first {names}"
    yield Finding("shrink", level, message, change=round(change, 4))


def find_failed(after: pd.DataFrame, limits: Limits) -> Iterator[Finding]:
    """`failed`: a sick document is one document's fault, many that bring their worker down are ours."""
    failed = after[after["reason"] == "failed"]
    change = len(failed) / max(1, len(after))
    level = limits.level(round(change, 4))
    if level is None or len(failed) <= MIN_FAILED:
        return
    first = failed["path"].iloc[0]
    message = f"{len(failed):,} of {len(after):,} documents failed, first {first}"
    yield Finding("failed", level, message, change=round(change, 4))


def find_large_cluster(before: pd.DataFrame, after: pd.DataFrame, limits: Limits) -> Iterator[Finding]:
    """`cluster`: one cluster that holds a large share of all documents, more than before."""
    import pandas as pd

    sizes = [frame["cluster_size"].max() / max(1, len(frame)) for frame in (before, after)]
    was, share = (0.0 if pd.isna(size) else float(size) for size in sizes)
    biggest = after["cluster_size"].max()
    level = limits.level(round(share - was, 4))
    if level is None or level is Level.ACCEPTED or not biggest >= MIN_CLUSTER:
        return
    path = after.sort_values("cluster_size", ascending=False, kind="stable")["path"].iloc[0]
    message = (
        f"one cluster holds {int(biggest):,} of {len(after):,} documents ({was:.0%} before): {path} and its copies"
    )
    yield Finding("cluster", level, message, change=round(share - was, 4))
