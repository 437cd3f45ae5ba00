"""How a step is carried out: called, timed, told of; what its name is and where it stands among the others.

In     a way to call a step (plainly, or as a Prefect task), a way to map one over documents, who is told of progress
Out    what the step gives, and how long it took

No step is imported here, so that a run with nothing new need not load them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa

from flows.mapper import Mapper
from tasks.step import Step

logger = logging.getLogger(__name__)

# All steps of a run that publishes, in order; without overrides and takedowns there are two fewer.
ORDER = (
    *("look", "ingest", "extract", "lines", "furniture", "strip", "override", "language", "scan", "triage", "taken"),
    *("days", "pair", "cluster", "anchors", "canonical", "relate", "stories", "resolve", "assemble"),
    *("gates", "stage", "compare", "report", "publish"),
)

Watch = Callable[[str, int, int], None]  # (step, documents done, documents in all); (step, 0, 0) when it starts
Run = Callable[..., Any]  # (name, function, *args, **kwargs) -> what the function returns


def call(_name: str, step: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a step plainly, without Prefect."""
    return step(*args, **kwargs)


def no_watch(_step: str, _done: int, _total: int) -> None:
    """The default: tells nobody."""


@dataclass(frozen=True)
class Pipeline:
    """What `build_tables` needs to carry its steps out: how to call one, how to map one over documents."""

    call: Run
    mapper: Mapper
    watch: Watch
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)  # for people: what was found odd on the way

    def step(self, name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Carry out one step, and note how long it took."""
        self.watch(name, 0, 0)
        start = time.perf_counter()
        result = self.call(name, function, *args, **kwargs)
        self.seconds[name] = round(time.perf_counter() - start, 3)
        event = {"step": name, "event": "step done", "rows": _rows(result), "seconds": self.seconds[name]}
        logger.info("%s: %s%.1f s", name, _count(result), self.seconds[name], extra=event)
        return result

    def map(self, step: Step, documents: pa.Table) -> pa.Table:
        """Carry out a per-document step."""
        return self.step(step.name, self.mapper, step, documents, partial(self.watch, step.name))


def _rows(result: Any) -> list[int]:
    """How many rows each table has that a step made."""
    tables = result.values() if isinstance(result, dict) else result if isinstance(result, tuple) else (result,)
    return [len(table) for table in tables if isinstance(table, pa.Table)]


def _count(result: Any) -> str:
    """The same in words; empty where it made no tables."""
    counts = " + ".join(f"{rows:,}" for rows in _rows(result))
    return f"{counts} rows, " if counts else ""
