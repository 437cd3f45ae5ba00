"""What a flow run's page shows: summaries as Markdown, and the few steps that are tasks of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from flows.request import Outcome
from tasks.errors import GateRefused

# the steps that a person would look at; the others are quick and are called plainly
TASKS = frozenset(
    ("ingest", "extract", "strip", "scan", "pair", "resolve", "assemble", "gates", "stage", "publish"),
)


def describe_result(name: str, result: Any) -> str:
    """What a step made, in a few words: rows, or what it calls itself."""
    if isinstance(result, pa.Table):
        return f"{name}: {len(result):,} rows"
    if isinstance(result, dict):
        return ", ".join(f"{len(table):,} {key}" for key, table in result.items() if isinstance(table, pa.Table))
    return f"{name}: {result}" if isinstance(result, str) else f"{name}: done"


def summary(outcome: Outcome) -> str:
    """A run that ended well: what changed, the counts, the gates, where the report lies."""
    numbers = outcome.counts
    changes = ", ".join(f"{numbers[word]:,} {word}" for word in ("new", "changed", "removed") if word in numbers)
    rows = "\n".join(f"| {name} | {number:,} |" for name, number in numbers.items())
    parts = (
        f"**{outcome.sentence()}**",
        changes and f"Articles: {changes}",
        f"| | |\n|---|---|\n{rows}",
        _gates(outcome.gates),
        "\n".join(f"- {warning}" for warning in outcome.warnings),
        outcome.report and f"Report: {_link(outcome.report)}",
    )
    return "\n\n".join(part for part in parts if part)


def refusal(error: GateRefused) -> str:
    """A run that was refused: the gates with their messages, and where the refused version lies."""
    outcome = error.outcome
    parts = (
        "**Refused: nothing was published; the latest version stays as it was**",
        (_gates(outcome.gates) if outcome else "") or str(error),
        outcome and outcome.report and f"Kept until the next run: {_link(outcome.report)}",
    )
    return "\n\n".join(part for part in parts if part)


def _gates(found: Sequence[Mapping[str, Any]]) -> str:
    rows = "\n".join(f"| {f['gate']} | {f['level']} | {f['scope']} | {_cell(f['message'])} |" for f in found)
    return f"| gate | level | scope | message |\n|---|---|---|---|\n{rows}" if rows else ""


def _link(report: str) -> str:
    return f"[{report}](file://{report})" if report.startswith("/") else f"`{report}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
