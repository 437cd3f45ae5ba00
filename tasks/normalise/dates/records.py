"""The record between scanning and resolving: what words say about time, before it is known when they were written.

In     builders and joins of tasks.normalise.dates
Out    `ScannedDate`, and its JSON form for the cache

`expr` is a small tree of plain values, {"k": kind, ...}; kinds and fields are listed in tasks.normalise.dates.build.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Expr = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ScannedDate:
    """A span that speaks of time; `expr` says what, `tense` which way its clause looks (past, future or None)."""

    start: int
    end: int
    type: str
    rule: str
    expr: Expr = field(hash=False)
    mod: str | None = None
    tense: str | None = None
    flag: str | None = None


def dump_scanned(scanned: list[ScannedDate]) -> str:
    """One JSON array, equal for equal lists."""
    rows = [[s.start, s.end, s.type, s.rule, s.expr, s.mod, s.tense, s.flag] for s in scanned]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def load_scanned(dumped: str) -> list[ScannedDate]:
    """What `dump_scanned` wrote."""
    return [ScannedDate(*row) for row in json.loads(dumped)]


def ties_year(expr: Expr) -> bool:
    """Whether the words say which year is meant."""
    return this_year(expr) is not None or (expr["k"] == "date" and "y" in expr and "d" in expr)


def this_year(expr: Expr) -> Expr | None:
    """The "this year" that a part of a year is tied to, or None."""
    whole = expr.get("whole")
    if expr["k"] == "span":
        whole = expr["b"].get("whole") or expr["a"].get("whole")
    return whole if whole is not None and whole["k"] == "unit" and whole["u"] == "year" and whole["n"] == 0 else None


def named_year(expr: Expr) -> int | None:
    """The year that a date states in words, or None."""
    if expr["k"] == "fixed":
        return int(expr["f"][:4])
    if expr["k"] == "span" or "whole" in expr:
        return named_year(expr["a"] if expr["k"] == "span" else expr["whole"])
    return expr.get("y")
