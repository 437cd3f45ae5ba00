"""Tables of words, patterns, units and currencies: data, each row with its reason and its own examples.

In     the TOML and CSV files of this folder
Out    `Rule` objects, or plain rows, to the steps that apply them

Loading refuses a pattern rule without a reason, without examples of both kinds, with an id that is taken, or with a
role that the contract does not know. The examples run as tests (tests/test_rules.py).
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tasks.schema import ROLES


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern with the role it gives to what it matches; `id` is published and never changes its meaning."""

    id: str
    role: str
    regex: re.Pattern[str]
    why: str
    matches: tuple[str, ...]
    does_not_match: tuple[str, ...]
    score: float = 1.0


def read_toml(name: str) -> dict[str, Any]:
    """The table `tasks/rules/<name>.toml`, as plain data."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def read_csv(name: str) -> list[dict[str, str]]:
    """The rows of `tasks/rules/<name>.csv`, by column name."""
    text = files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def load_rules(name: str) -> tuple[Rule, ...]:
    """The pattern rules of `tasks/rules/<name>.toml`, in the order of the file.

    Raises:
        ValueError: a rule is incomplete; the message names it and what it lacks.
    """
    rules = tuple(_rule(name, row) for row in read_toml(name)["rule"])
    ids = [rule.id for rule in rules]
    if twice := {i for i in ids if ids.count(i) > 1}:
        raise ValueError(f"rules/{name}.toml: id used twice: {', '.join(sorted(twice))}")
    return rules


def _rule(table: str, row: dict[str, Any]) -> Rule:
    where = f"rules/{table}.toml: rule {row.get('id', '(no id)')!r}"
    pattern = row.get("pattern") or phrase_pattern(row.get("phrases", ()), row.get("openings", ()))
    for key, value in {**dict.fromkeys(("id", "role", "why", "matches", "does_not_match")), "pattern": pattern}.items():
        if not (value or row.get(key)):
            raise ValueError(f"{where} lacks {key!r}")
    if row["role"] not in ROLES:
        raise ValueError(f"{where} has the role {row['role']!r}, which the contract does not know")
    return Rule(
        id=row["id"],
        role=row["role"],
        regex=re.compile(pattern),
        why=row["why"],
        matches=tuple(row["matches"]),
        does_not_match=tuple(row["does_not_match"]),
        score=float(row.get("score", 1.0)),
    )


def phrase_pattern(phrases: Sequence[str], openings: Sequence[str]) -> str:
    """The pattern of a line that is one of the phrases, or begins with one of the openings; "" for none of either.

    >>> pattern = re.compile(phrase_pattern(["mehr laden"], ["folge uns"]))
    >>> [bool(pattern.match(line)) for line in ("» Mehr laden", "Folge uns hier", "Mehr laden wir", "Folge unser")]
    [True, True, False, False]
    """
    whole = rf"(?:{'|'.join(map(re.escape, phrases))})\s?\W{{0,4}}$" if phrases else ""
    begun = rf"(?:{'|'.join(map(re.escape, openings))})(?!(?<=[^\W_\u1100-\uffff])\w).{{0,400}}$" if openings else ""
    either = "|".join(filter(None, (whole, begun)))
    return rf"(?i)^\W{{0,3}}(?:{either})" if either else ""
