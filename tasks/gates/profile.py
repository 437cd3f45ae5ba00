"""One row a document: the numbers that tell whether a source still works.

In     the tables of a version (or those of a run), the day of the run
Out    a data frame, one row a document; columns of numbers hold shares of yes or no, or amounts
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from tasks.sites import site_of

if TYPE_CHECKING:
    import pandas as pd

Read = Callable[[str, list[str]], pa.Table]  # (table, columns) -> these columns of it

ARTICLE_COLUMNS = ["document_id", "title", "byline", "published_date", "language", "n_chars", "n_words", "cluster_size"]
DOCUMENT_COLUMNS = [
    "document_id",
    "source_path",
    "source_row",
    "url",
    "status",
    "reason",
    "canonical_id",
    "text_sha256",
]
MENTION_COLUMNS = {"dates": ["article_id"], "figures": ["article_id"]}
REMOVAL_COLUMNS = ["document_id", "start", "end", "role"]
# A cut of this role is no loss of text: a change of spaces, or a repair of a few characters
NOT_CUT = ("whitespace", "repair")
MANY_REPAIRS = 3  # in one document: its encoding was read wrongly, or broke before
EXPECTED_REASONS = ("taken_down", "summary_only", "superseded")  # rejections that no source is to blame for


def profile(read: Read, today: date | None = None) -> pd.DataFrame:
    """The numbers of every document.

    Args:
        read: gives columns of a published table.
        today: the day of the run in UTC; without it no date is in the future.

    Returns:
        One row a document, indexed by document_id, sorted. Columns: site, path (with #row, as `explain` takes it),
        status, reason, canonical_id, text_sha256; `rejected`, `duplicate` (0 or 1); and for articles, else missing:
        `words`, `titled`, `signed`, `dated`, `future`, `repaired` (0 or 1), `language`, `cut` (share of the raw
        characters), `dates` and `figures` (a thousand words, English only), `cluster_size`.
    """
    table = read("documents", DOCUMENT_COLUMNS)
    places = zip(*(table[name].to_pylist() for name in ("source_path", "source_row", "url")), strict=True)
    named = [(path if row is None else f"{path}#{row}", site_of(path, url) or "") for path, row, url in places]
    documents = table.select(["document_id", "status", "reason", "canonical_id", "text_sha256"]).to_pandas()
    documents["path"] = [path for path, _ in named]
    documents["site"] = [site for _, site in named]
    documents = documents.set_index("document_id").sort_index()
    articles = _articles(read, today)
    removals = _removals(read)
    frame = documents.join(articles).join(removals)
    frame["rejected"] = ((frame["status"] == "rejected") & ~frame["reason"].isin(EXPECTED_REASONS)).astype(float)
    frame["duplicate"] = (frame["status"] == "duplicate").astype(float)
    frame["repaired"] = (frame["repairs"].fillna(0) >= MANY_REPAIRS).astype(float).where(frame["status"] == "article")
    chars = frame["n_chars"]
    frame["cut"] = frame["cut_chars"].fillna(0).where(chars.notna()) / (chars + frame["cut_chars"].fillna(0)).clip(1)
    profile: pd.DataFrame = frame.rename(columns={"n_words": "words"})
    return profile


def _articles(read: Read, today: date | None) -> pd.DataFrame:
    import pandas as pd  # half a second that a run with nothing new need not spend

    table = read("articles", [*ARTICLE_COLUMNS, "article_id"])
    found = pd.DataFrame(
        {
            "titled": pc.is_valid(table["title"]).to_numpy().astype(float),
            "signed": pc.greater(pc.fill_null(pc.list_value_length(table["byline"]), 0), 0).to_numpy().astype(float),
            "dated": pc.is_valid(table["published_date"]).to_numpy().astype(float),
            "future": _in_future(table["published_date"], today),
            "language": table["language"].to_pandas(),
            "n_chars": table["n_chars"].to_pandas(),
            "n_words": table["n_words"].to_pandas(),
            "cluster_size": table["cluster_size"].to_pandas(),
        }
    )
    found.index = pd.Index(table["document_id"].to_pylist(), name="document_id")
    thousands = found["n_words"].where(found["language"] == "en").clip(1) / 1000
    ids = pd.Index(table["article_id"].to_pylist())
    for name, columns in MENTION_COLUMNS.items():
        counts = read(name, columns)["article_id"].to_pandas().value_counts()
        found[name] = counts.reindex(ids).fillna(0).to_numpy() / thousands
    return found


def _in_future(days: pa.ChunkedArray, today: date | None) -> object:
    """1 for each date later than tomorrow: it may be tomorrow already where it was published."""
    if today is None:
        return 0.0
    latest = pa.scalar(today + timedelta(days=1), pa.date32())
    return pc.fill_null(pc.greater(days, latest), False).to_numpy().astype(float)


def _removals(read: Read) -> pd.DataFrame:
    import pandas as pd  # half a second that a run with nothing new need not spend

    table = read("removals", REMOVAL_COLUMNS)
    is_cut = pc.invert(pc.is_in(table["role"], value_set=pa.array(NOT_CUT)))
    sizes = pc.subtract(table["end"], table["start"])
    frame = pd.DataFrame(
        {
            "document_id": table["document_id"].to_pandas(),
            "cut_chars": pc.if_else(is_cut, sizes, 0).to_numpy(),
            "repairs": pc.equal(table["role"], "repair").to_numpy().astype(int),
        }
    )
    return frame.groupby("document_id").sum()
