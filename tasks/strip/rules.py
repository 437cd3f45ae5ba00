"""The tables of tasks/rules/strip_*.toml, made ready for asking.

In     one trimmed line
Out    the rule that it fits and the words the rule keeps

Only the patterns that can begin with a line's first letter are tried.
Every pattern is anchored or bounded, and no line longer than `LONGEST_LINE` is tried (tests/test_rules.py feeds each
pattern its worst case).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from tasks.rules import Rule, load, rule_cache
from tasks.strip.first_letters import first_letter, first_letters

TABLES = ("strip_notes", "strip_lines", "strip_phrases")
LONGEST_LINE = 400
SHORTEST_OPENING = 4  # characters of an opening by which it is looked up
_MARKS = " \t\xa0\u3000\u200b.,:;!?¿¡…。！？：|/\\<>«»‹›\"'“”‘’()[]（）【】{}*+=_-–—•·▶►→←↑↓»#&@~\ufe0f"
HEAD: Final = "head"
FOOT: Final = "foot"
EDGE: Final = "edge"
ANY: Final = "any"
NOTHING: Final = re.compile(r"(?!)")  # the pattern of a rule that is told by phrases
LENGTHS = (60, 120, 200)  # lines up to each length have their own selection of the rules
HEAD_ONLY: Final = "head only"
_ASKED = {HEAD: (HEAD, EDGE, ANY), FOOT: (FOOT, EDGE, ANY), ANY: (ANY,), HEAD_ONLY: (HEAD,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRule(Rule):
    """A whole-line rule: where it holds, up to which length, what a line needs, and which column keeps its words.

    Instead of a pattern it may have `phrases`, which are the whole line, and `openings`, with which the line begins.
    """

    pattern: re.Pattern[str] = NOTHING
    zone: Literal["head", "foot", "edge", "any"] = ANY
    longest: int = LONGEST_LINE
    needs: tuple[str, ...] = ()
    field: Literal["byline", "captions", "publisher", "section", "translators"] | None = None
    phrases: frozenset[str] = frozenset()
    openings: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        Rule.__post_init__(self)
        words = (*self.needs, *self.phrases, *self.openings)
        if wrong := [word for word in words if word != word.lower()]:
            raise ValueError(f"{wrong[0]!r} must be in lower case")
        if wrong := [word for word in (*self.phrases, *self.openings) if word != word.strip()]:
            raise ValueError(f"{wrong[0]!r} must not begin or end with white space")
        if wrong := [opening for opening in self.openings if len(opening) < SHORTEST_OPENING]:
            raise ValueError(f"openings: {wrong[0]!r} must have {SHORTEST_OPENING} characters or more")
        if self.pattern is NOTHING:
            source = phrase_pattern(sorted(self.phrases), sorted(self.openings))
            if not source:
                raise ValueError("lacks 'pattern', 'phrases' or 'openings'")
            object.__setattr__(self, "pattern", re.compile(source))

    def reading(self, text: str) -> bool:
        """Whether the line fits the rule, its quick tests included."""
        lowered = text.lower()
        has_need = not self.needs or any(need in lowered for need in self.needs)
        return len(text) <= self.longest and has_need and self.pattern.search(text) is not None


@dataclass(frozen=True, slots=True)
class LineMatch:
    """A line that fits a rule; `words` are what the rule's column keeps."""

    rule: Rule
    field: str | None
    words: str | None


class _Bucket(NamedTuple):
    """The rules for lines of one length in one zone, made ready for a quick no."""

    rules: tuple[LineRule, ...]
    # The patterns of the rules without needs, by the letters with which they begin. Those that take either case are
    # held in small letters against the line in small letters: that is seven times as fast.
    exact: tuple[tuple[frozenset[str] | None, str], ...]
    lowered: tuple[tuple[frozenset[str] | None, str], ...]
    needs: tuple[str, ...]  # of the others: what a line must hold one of
    ascii_needs: tuple[str, ...]  # the same for a line of ASCII
    needy: tuple[LineRule, ...]  # the others
    # Of the rules that are lists of words: by the phrase, or by the first characters of what a line begins with.
    phrases: dict[str, tuple[LineRule, ...]]


@rule_cache()
def line_rules() -> tuple[LineRule, ...]:
    """The rules of all tables, in the order in which they are tried."""
    return tuple(rule for table in TABLES for rule in load(table, LineRule))


@rule_cache()
def _buckets() -> dict[tuple[str, int], _Bucket]:
    """By (zone, bucket of length)."""
    rules = line_rules()
    words = {rule.id: _starts(rule) for rule in rules}
    buckets = {}
    for zone, wanted in _ASKED.items():
        for n, shortest in enumerate((0, *LENGTHS)):
            chosen = tuple(rule for rule in rules if rule.zone in wanted and rule.longest > shortest)
            plain = [r.pattern.pattern for r in chosen if not r.needs and not words[r.id]]
            exact = _with_letters(pattern for pattern in plain if not pattern.startswith("(?i)"))
            lowered = _with_letters(_lowered(pattern[4:]) for pattern in plain if pattern.startswith("(?i)"))
            needy = tuple(rule for rule in chosen if rule.needs and not words[rule.id])
            needs = fewest(need for rule in needy for need in rule.needs)
            phrases: dict[str, tuple[LineRule, ...]] = {}
            for rule in chosen:
                for start in words[rule.id]:
                    phrases[start] = (*phrases.get(start, ()), rule)
            buckets[zone, n] = _Bucket(chosen, exact, lowered, needs, tuple(filter(str.isascii, needs)), needy, phrases)
    return buckets


def _starts(rule: LineRule) -> frozenset[str]:
    """What the index of phrases knows a rule by: its phrases without marks, and how its openings begin, with a "^"."""
    phrases = {phrase.strip(_MARKS) for phrase in rule.phrases}
    return frozenset(phrases | {f"^{opening[:SHORTEST_OPENING]}" for opening in rule.openings})


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


def _with_letters(patterns: Iterable[str]) -> tuple[tuple[frozenset[str] | None, str], ...]:
    """The patterns, their groups without names, each with the letters that it can begin with."""
    nameless = (re.sub(r"\(\?[Pp]<\w+>", "(?:", pattern) for pattern in patterns)
    return tuple((_letters(pattern), pattern) for pattern in nameless)


_letters = rule_cache(1 << 12)(first_letters)  # a pattern stands in several buckets


@rule_cache()
def _beginning(zone: str, bucket: int, letter: str) -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    """The patterns of a bucket that a line with this first letter can fit: for the line in lower case, and as it is."""
    rules = _buckets()[zone, bucket]
    return _with_letter(rules.lowered, letter.lower()[:1]), _with_letter(rules.exact, letter)


def _with_letter(patterns: Iterable[tuple[frozenset[str] | None, str]], letter: str) -> tuple[re.Pattern[str], ...]:
    return tuple(_compiled(pattern) for letters, pattern in patterns if letters is None or letter in letters)


_compiled = rule_cache(1 << 12)(re.compile)


def fewest(words: Iterable[str]) -> tuple[str, ...]:
    """The words without those that hold another of them: a line that holds any word holds one of these.

    >>> fewest(["photo", "ap photo", "image"])
    ('image', 'photo')
    """
    chosen = set(words)
    return tuple(sorted(w for w in chosen if not any(other in w for other in chosen - {w})))


def _lowered(pattern: str) -> str:
    """A pattern in small letters, but for what stands behind a backslash."""
    return re.sub(r"\\.|[^\\]+", lambda m: m[0] if m[0][0] == "\\" else m[0].lower(), pattern)


@rule_cache(1 << 10)  # pages of one site share their furniture
def match_line(text: str, zone: str) -> LineMatch | None:
    """The first rule of the zone (`head`, `foot` or `any`) that the line fits, or None."""
    length = len(text)
    if length > LONGEST_LINE:
        return None
    if zone != FOOT and match_line(text, FOOT) is None:  # mostly asked before, and kept
        if zone == ANY:
            return None
        zone = HEAD_ONLY
    size = bisect_left(LENGTHS, length)
    bucket = _buckets()[zone, size]
    if not bucket.rules:
        return None
    lowered = text.lower().replace("i\u0307", "i")  # the small form of the dotted capital of Turkish is two characters
    entries = bucket.rules
    in_lower, as_is = _beginning(zone, size, first_letter(text))
    if not any(p.match(lowered) for p in in_lower) and not any(p.match(text) for p in as_is):
        bare = lowered.strip(_MARKS)
        entries = bucket.phrases.get(bare, ()) + bucket.phrases.get(f"^{bare[:SHORTEST_OPENING]}", ())
        if any(map(lowered.__contains__, bucket.ascii_needs if lowered.isascii() else bucket.needs)):
            entries = bucket.needy + entries
    for entry in entries:
        if length > entry.longest or (entry.needs and not any(map(lowered.__contains__, entry.needs))):
            continue
        if found := entry.pattern.match(text):
            groups = found.groupdict()
            return LineMatch(entry, entry.field, groups.get("name") or groups.get("credit"))
    return None
