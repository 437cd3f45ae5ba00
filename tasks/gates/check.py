"""All gates over one run.

In     the seven tables of a run, the version before, limits, what the operator accepts
Out    a `Verdict`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from tasks import invariants
from tasks.errors import ConfigError
from tasks.gates import losses, watch
from tasks.gates.profile import profile
from tasks.gates.verdict import Finding, Level, Limits, Verdict

if TYPE_CHECKING:
    import pandas as pd

    from tasks.publish import Dataset

ALWAYS = ("schema", "invariants")  # the contract: neither settings nor an operator can pass them
# Every gate that compares, with its limits where the settings say nothing
LIMITS: dict[str, Limits] = {
    "shrink": Limits(0.1, 0.5),  # articles of the version before that are gone
    "failed": Limits(None, 0.1),  # documents that brought their worker down
    "cluster": Limits(0.1, 0.3),  # documents in the largest cluster, above the share of the version before
    "sites": Limits(0.0, None),  # articles of sites that have none left
    **{item.gate: item.limits for item in watch.WATCHES},
}


def check_names(accept: frozenset[str]) -> None:
    """Refuse names of gates that do not exist.

    Raises:
        ConfigError: `accept` names no gate, or one that cannot be accepted.
    """
    if always := sorted(accept & set(ALWAYS)):
        raise ConfigError(f"--accept {always[0]}: this gate holds the contract and cannot be accepted")
    if unknown := sorted(accept - set(LIMITS)):
        raise ConfigError(f"--accept {unknown[0]}: no such gate; there are {', '.join(LIMITS)}")


def check(
    tables: Mapping[str, pa.Table],
    latest: Dataset | None,
    *,
    accept: frozenset[str] = frozenset(),
    today: date | None = None,
    limits: Mapping[str, Limits] = LIMITS,
) -> Verdict:
    """Hold a run's tables against the contract and against the version before.

    Args:
        accept: gates that may be passed this once.
        today: the day of the run, in UTC; None leaves dates in the future unseen.
        limits: by gate, for every gate of `LIMITS`.

    Raises:
        ConfigError: `accept` names no gate that can be accepted.
    """
    check_names(accept)
    if faults := invariants.find_schema_faults(tables):
        return Verdict(tuple(Finding("schema", Level.FAIL, fault) for fault in faults))
    contract = [Finding("invariants", Level.FAIL, fault) for fault in invariants.find_faults(tables)]
    compared = [_settled(finding, accept) for finding in _compare(tables, latest, today, limits)]
    return Verdict((*contract, *compared, *_odd_forms(tables)))


def _settled(finding: Finding, accept: frozenset[str]) -> Finding:
    """A finding that refuses, accepted or with the words that would accept it."""
    if finding.level is not Level.FAIL:
        return finding
    if finding.gate in accept:
        return replace(finding, level=Level.ACCEPTED)
    return replace(finding, message=f"{finding.message}; if that is meant, run with --accept {finding.gate}")


def _compare(
    tables: Mapping[str, pa.Table], latest: Dataset | None, today: date | None, limits: Mapping[str, Limits]
) -> Iterator[Finding]:
    now = profile(lambda name, columns: tables[name].select(columns), today)
    yield from losses.find_failed(now, limits["failed"])
    if latest is None:
        yield from _dated_in_future(now)
        return
    before = profile(latest.read, today)
    yield from losses.find_losses(before, now, latest.version, limits["shrink"])
    yield from losses.find_large_cluster(before, now, limits["cluster"])
    yield from watch.find_silent_sites(before, now, limits["sites"])
    changes = list(watch.find_changes(before, now, limits))
    yield from changes
    if not any(finding.gate == "future" for finding in changes):
        yield from _dated_in_future(now)


def _dated_in_future(now: pd.DataFrame) -> Iterator[Finding]:
    """A warning for any date of publication in the future, however few they are."""
    late = now[now["future"] == 1]
    if len(late):
        message = f"{len(late):,} articles dated in the future, first {late['path'].iloc[0]}"
        yield Finding("future", Level.WARN, message)


def _odd_forms(tables: Mapping[str, pa.Table]) -> Iterator[Finding]:
    """Paragraphs are separated by one blank line: a fault of form, which should not hold back a whole version."""
    articles = tables["articles"]
    texts = articles["text"]
    unpaired = pc.not_equal(pc.count_substring(texts, "\n"), pc.multiply(pc.count_substring(texts, "\n\n"), 2))
    odd = pc.or_(unpaired, pc.match_substring(texts, "\n\n\n"))
    odd = pc.or_(odd, pc.not_equal(pc.utf8_trim_whitespace(texts), texts))
    if count := pc.sum(odd).as_py():
        first = articles["article_id"].filter(odd)[0].as_py()
        message = f"{count:,} articles whose paragraphs are not separated by one blank line, first {first}"
        yield Finding("form", Level.WARN, message)
