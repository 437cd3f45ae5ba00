"""The tables of tasks/rules/strip_*.toml, made ready for asking.

In     one trimmed line
Out    the rule that it fits and the words the rule keeps

All whole-line patterns are first tried as one alternation; only a line that fits it is held against them one by one.
Every pattern is anchored or bounded, and no line longer than `LONGEST_LINE` is tried (tests/test_rules.py feeds each
pattern its worst case).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from tasks.rules import Rule, load_rules, read_toml

LONGEST_LINE = 400
HEAD, FOOT, EDGE, ANY = "head", "foot", "edge", "any"
LENGTHS = (60, 120, 200)  # lines up to each length have their own selection of the rules
_ASKED = {HEAD: (HEAD, EDGE, ANY), FOOT: (FOOT, EDGE, ANY), ANY: (ANY,)}


@dataclass(frozen=True, slots=True)
class LineRule:
    """A whole-line rule: where it holds, up to which length, what a line needs, and which column keeps its words."""

    rule: Rule
    zone: str
    longest: int
    needs: tuple[str, ...]
    field: str | None


@dataclass(frozen=True, slots=True)
class LineMatch:
    """A line that fits a rule; `words` are what the rule's column keeps."""

    rule: Rule
    field: str | None
    words: str | None


class _Bucket(NamedTuple):
    """The rules for lines of one length in one zone, made ready for a quick no."""

    rules: tuple[LineRule, ...]
    any_of_them: re.Pattern[str]  # the patterns of the rules without needs, as one alternation
    needy: tuple[LineRule, ...]  # the others


@cache
def _buckets() -> dict[tuple[str, int], _Bucket]:
    """By (zone, bucket of length)."""
    extras = {row["id"]: row for row in read_toml("strip_lines")["rule"]}
    rules = [_line_rule(rule, extras[rule.id]) for rule in load_rules("strip_lines")]
    buckets = {}
    for zone, wanted in _ASKED.items():
        for n, shortest in enumerate((0, *LENGTHS)):
            chosen = tuple(rule for rule in rules if rule.zone in wanted and rule.longest > shortest)
            plain = "|".join(_ungrouped(rule.rule.regex.pattern) for rule in chosen if not rule.needs)
            buckets[zone, n] = _Bucket(chosen, re.compile(plain), tuple(rule for rule in chosen if rule.needs))
    return buckets


def _line_rule(rule: Rule, row: dict[str, Any]) -> LineRule:
    return LineRule(rule, row.get("zone", ANY), row.get("longest", LONGEST_LINE), _lowered(row), row.get("field"))


def _lowered(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(need.casefold() for need in row.get("needs", ()))


def _ungrouped(pattern: str) -> str:
    """A pattern as one branch of an alternation: its flags scoped, its groups without names."""
    pattern = re.sub(r"\(\?P<\w+>", "(?:", pattern)
    return f"(?i:{pattern[4:]})" if pattern.startswith("(?i)") else f"(?:{pattern})"


@lru_cache(maxsize=1 << 14)  # pages of one site share their furniture
def match_line(text: str, zone: str) -> LineMatch | None:
    """The first rule of the zone (`head`, `foot` or `any`) that the line fits, or None."""
    length = len(text)
    if length > LONGEST_LINE:
        return None
    bucket = _buckets()[zone, bisect_left(LENGTHS, length)]
    entries = bucket.rules
    if not bucket.any_of_them.match(text):
        lowered = text.casefold()
        entries = tuple(entry for entry in bucket.needy if any(map(lowered.__contains__, entry.needs)))
    for entry in entries:
        if length <= entry.longest and (found := entry.rule.regex.match(text)):
            groups = found.groupdict()
            return LineMatch(entry.rule, entry.field, groups.get("name") or groups.get("credit"))
    return None
