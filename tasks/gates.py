"""Gates: publish or refuse, with reasons.

In     the seven tables of a run, the version before, what the operator accepts
Out    a `Verdict`: refusals (gate, message) and warnings

`schema` and `invariants` hold the contract and cannot be accepted away. `shrink` refuses when too many articles of the
version before would be gone, which is what a mount that was not there or a rule gone wild looks like. `failed` refuses
when many documents brought their worker down: a sick document is one document's fault, many are ours. Warnings stop
nothing: dates in the future, and drift against the version before.

Limits  Shares are compared only where there are enough articles for a share to mean something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from tasks import invariants
from tasks.errors import ConfigError
from tasks.publish import Dataset

ALWAYS = ("schema", "invariants")
ACCEPTABLE = ("shrink", "failed")
MAX_GONE = 0.5  # share of the last version's articles
MAX_FAILED = 0.1  # share of the documents
FEW_FAILED = 20  # documents that may always fail
DRIFT = 0.10  # difference of two shares that is worth a line
MIN_FOR_DRIFT = 50  # documents in both versions
# Columns whose shares may drift
SHARED = {
    "articles": ["title", "published_date", "language"],
    "documents": ["status"],
}


@dataclass(frozen=True)
class Verdict:
    """Whether a run may publish. `refusals` are (gate, message); what was accepted away is among the warnings."""

    refusals: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """No gate refuses."""
        return not self.refusals

    def __str__(self) -> str:
        return "; ".join(f"{gate}: {message}" for gate, message in self.refusals) or "all gates are open"


def check_names(accept: frozenset[str]) -> None:
    """Refuse names of gates that do not exist.

    Raises:
        ConfigError: `accept` names no gate.
    """
    if unknown := sorted(accept - set(ACCEPTABLE) - set(ALWAYS)):
        raise ConfigError(f"--accept {unknown[0]}: no such gate; {' and '.join(ACCEPTABLE)} can be accepted")


def check(
    tables: Mapping[str, pa.Table],
    latest: Dataset | None,
    *,
    accept: frozenset[str] = frozenset(),
    today: date | None = None,
    max_gone: float = MAX_GONE,
) -> Verdict:
    """Hold a run's tables against the contract and against the version before.

    Args:
        accept: gates that may be passed this once, of `ACCEPTABLE`.
        today: the day of the run, in UTC; None leaves dates in the future unseen.
        max_gone: the largest share of the last version's articles that may be gone.

    Raises:
        ConfigError: `accept` names no gate that can be accepted.
    """
    check_names(accept)
    if faults := invariants.find_schema_faults(tables):
        return Verdict(tuple(("schema", fault) for fault in faults))
    refusals = [("invariants", fault) for fault in invariants.find_faults(tables)]
    warnings = _warn_of_form(tables) + _warn_of_future(tables, today)
    doubts = {"failed": _failed(tables), "shrink": _shrink(tables, latest, max_gone) if latest else None}
    for gate, message in doubts.items():
        if message and gate in accept:
            warnings.append(f"{message} (accepted)")
        elif message:
            refusals.append((gate, f"{message}; if that is meant, run with --accept {gate}"))
    warnings += _warn_of_drift(tables, latest) if latest else []
    return Verdict(tuple(refusals), tuple(warnings))


def _failed(tables: Mapping[str, pa.Table]) -> str | None:
    """A message where so many documents failed that the fault is hardly theirs."""
    documents = tables["documents"]
    failed = documents.filter(pc.fill_null(pc.equal(documents["reason"], "failed"), False))
    if failed.num_rows <= max(FEW_FAILED, MAX_FAILED * documents.num_rows):
        return None
    path, detail = (failed[name][0].as_py() for name in ("source_path", "detail"))
    return f"{failed.num_rows:,} of {documents.num_rows:,} documents failed, first {path} ({detail})"


def _shrink(tables: Mapping[str, pa.Table], latest: Dataset, max_gone: float) -> str | None:
    """A message where too many of the last version's articles are neither articles nor duplicates any more."""
    before = latest.read("articles", ["document_id"])["document_id"]
    documents = tables["documents"]
    alive = documents.filter(pc.not_equal(documents["status"], "rejected"))["document_id"]
    gone = len(before) - pc.sum(pc.is_in(before, value_set=alive.combine_chunks()), min_count=0).as_py()
    if not gone or gone <= max_gone * len(before):
        return None
    return f"{gone:,} of the {len(before):,} articles of {latest.version} would be gone"


def _warn_of_form(tables: Mapping[str, pa.Table]) -> list[str]:
    """Paragraphs are separated by one blank line: a fault of form, which should not hold back a whole version."""
    articles = tables["articles"]
    texts = articles["text"]
    unpaired = pc.not_equal(pc.count_substring(texts, "\n"), pc.multiply(pc.count_substring(texts, "\n\n"), 2))
    odd = pc.or_(unpaired, pc.match_substring(texts, "\n\n\n"))
    odd = pc.or_(odd, pc.not_equal(pc.utf8_trim_whitespace(texts), texts))
    return _count("articles whose paragraphs are not separated by one blank line", odd, articles["article_id"])


def _warn_of_future(tables: Mapping[str, pa.Table], today: date | None) -> list[str]:
    if today is None:
        return []
    articles = tables["articles"]
    latest_day = pa.scalar(today + timedelta(days=1), pa.date32())  # it may be tomorrow already where it was published
    later = pc.fill_null(pc.greater(articles["published_date"], latest_day), False)
    return _count("articles dated in the future", later, articles["article_id"])


def _warn_of_drift(tables: Mapping[str, pa.Table], latest: Dataset) -> list[str]:
    """Lines for shares that moved by more than `DRIFT` since the version before."""
    old = {name: latest.read(name, columns) for name, columns in SHARED.items()}
    if min(old["documents"].num_rows, tables["documents"].num_rows) < MIN_FOR_DRIFT:
        return []
    before, after = _shares(old), _shares(tables)
    return [
        f"{name}: {before.get(name, 0):.0%} in {latest.version}, now {after.get(name, 0):.0%}"
        for name in sorted(before.keys() | after.keys())
        if abs(after.get(name, 0) - before.get(name, 0)) > DRIFT
    ]


def _shares(tables: Mapping[str, pa.Table]) -> dict[str, float]:
    articles, documents = tables["articles"], tables["documents"]
    shares = {
        "articles with a title": _share(pc.is_valid(articles["title"])),
        "articles with a date of publication": _share(pc.is_valid(articles["published_date"])),
    }
    for status in ("duplicate", "rejected"):
        shares[f"documents with status {status}"] = _share(pc.equal(documents["status"], status))
    for language in articles["language"].unique().to_pylist():
        shares[f"articles in {language}"] = _share(pc.equal(articles["language"], language))
    return shares


def _share(is_so: pa.ChunkedArray) -> float:
    return (pc.sum(is_so).as_py() or 0) / max(len(is_so), 1)


def _count(what: str, is_so: pa.ChunkedArray, ids: pa.ChunkedArray) -> list[str]:
    count = pc.sum(is_so).as_py() or 0
    return [f"{count:,} {what}, first {ids.filter(is_so)[0].as_py()}"] if count else []
