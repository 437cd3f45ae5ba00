"""What a run found that a gate refused: kept to be looked at until the next run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from flows.pipeline import Pipeline
from flows.request import REFUSED, Outcome
from flows.version_report import compare, write_page
from tasks import gates, publish

if TYPE_CHECKING:
    from tasks.storage import Storage


def keep_refused(
    storage: Storage,
    pipeline: Pipeline,
    verdict: gates.Verdict,
    tables: Mapping[str, pa.Table],
    latest: publish.Dataset | None,
    about: publish.RunInfo,
) -> Outcome:
    """What a refused run found; its version stays in staging, with its report.

    A version that breaks the contract is not kept: nothing could read it.
    """
    before, found = latest.version if latest else None, tuple(verdict.as_list())
    if any(finding.gate in gates.ALWAYS for finding in verdict.findings):
        return Outcome(before, False, {}, pipeline.seconds, REFUSED, gates=found)
    staged = publish.stage(tables, storage, latest=latest, run=about)
    changes = compare(staged, latest)
    warnings = (*pipeline.warnings, *verdict.warnings, *(f"refused: {message}" for _, message in verdict.refusals))
    write_page(staged, changes, warnings)
    folder = publish.keep_refused(staged, changes=changes.as_dict(), warnings=warnings)
    return Outcome(
        before,
        False,
        {**publish.count_rows(staged.tables), **changes.counts},
        pipeline.seconds,
        REFUSED,
        report=str(folder / "report.html"),
        warnings=warnings,
        gates=found,
    )
