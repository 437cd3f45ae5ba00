"""Tables of words, patterns, units and currencies: data, each row with its reason and its own examples.

In     the TOML and CSV files of this folder
Out    rows to the steps that apply them: `load(table, kind)`, where `kind` is a dataclass below `Row`

Loading refuses a row without an id, a reason, or examples of both kinds; an id or a name that is taken; a key that the
dataclass does not have; a value of another type. The examples run as tests (tests/test_rules.py).

How to add a row or a table: docs/rules.md.
"""

from __future__ import annotations

import csv
import tomllib
from importlib.resources import files
from typing import Any

from tasks.rules.loading import load
from tasks.rules.own import OwnRules, rule_cache, using
from tasks.rules.rows import Example, Row, Rule, unique

__all__ = ["Example", "OwnRules", "Row", "Rule", "load", "read_csv", "read_toml", "rule_cache", "unique", "using"]


def read_toml(name: str) -> dict[str, Any]:
    """The table `tasks/rules/<name>.toml`, as plain data: for numbers that a script fitted, and tables without rows."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def read_csv(name: str) -> list[dict[str, str]]:
    """The rows of `tasks/rules/<name>.csv`, by column name."""
    text = files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
