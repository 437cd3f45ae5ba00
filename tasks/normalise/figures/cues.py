"""Cues: how exact a figure is, which way it moved, and against what.

In     the words right before and behind a number        from tasks.normalise.figures
Out    bound, change, basis                              to   tasks.normalise.figures

The words of rules/figures_cues.toml are looked up from the number outwards: first words of bound ("nearly", "more
than"), then fillers ("by", "a further"), then a word of change. A word of change farther off does not count, save
where "to" or "from" stands at the number: then a change in the same clause makes it the end or the start of a move.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tasks.normalise.numbers import trie
from tasks.rules import read_toml

REACH = 56  # characters: about nine words

_CUES = read_toml("figures_cues")
_BOUNDS: dict[tuple[str, ...], str] = {
    tuple(phrase.split()): bound for bound, table in _CUES["bound"].items() for phrase in table["before"]
}
_LONGEST = max(map(len, _BOUNDS))
_LAST_WORDS = {phrase[-1] for phrase in _BOUNDS}
_BOUND_BEHIND = {phrase: bound for bound, table in _CUES["bound"].items() for phrase in table["behind"]}
_CHANGES = {word: change for change, table in _CUES["change"].items() for word in table["words"]}
_CHANGE_BEHIND = {word: change for change, table in _CUES["change"].items() for word in table["behind"]}
_NEAR = {phrase: basis for basis, table in _CUES["basis"].items() for phrase in table["near"]}

_FILLERS = frozenset(_CUES["fillers"]["words"].split())
_PARTICLES = frozenset({"up", "down"})
_PHRASAL = frozenset(_CUES["phrasal"]["words"].split())
_LEVELS = frozenset(_CUES["levels"]["words"])
_ENDS_OF_MOVES = ("to", "from")
_TELLING = _FILLERS | _LAST_WORDS | set(_CHANGES) | set(_ENDS_OF_MOVES)
TRANSITIVE = frozenset(_CUES["transitive"]["words"].split())
_CLAUSE_ENDS = frozenset(";:()")

_TOKENS = re.compile(r"[^\s,;:()\"“”]+|[,;:()\"“”]")
# "30 or more", but not "30 and over 6500 others"
_BEHIND = re.compile(rf"[ \u00a0]{{1,2}}({trie(_BOUND_BEHIND)})(?![a-z]|\s+[\d$€£])")
_BEHIND_AT_END = re.compile(rf"(?:[ \u00a0]{{1,2}}(?:{trie(_BOUND_BEHIND)})|\+)$")
_MOVED_BEHIND = re.compile(rf"[ -]({trie(_CHANGE_BEHIND)})(?![a-z-])")
_NEAR_ANY = re.compile(rf"(?<![a-z])({trie(_NEAR)})(?![a-z])")
_STOP = re.compile(r"[.;!?](?:\s|$)|\n")


@dataclass(slots=True)
class Cues:
    """What the words before a number say; `start` is where the words of bound begin."""

    start: int
    bound: str | None = None
    change: str | None = None
    lead: str = ""  # the word right before bound and number: "to", "from", "between", "by" …
    change_word: str = ""


def cues_before(low: str, start: int) -> Cues:
    """The cues in the words that end at position `start`.

    >>> cues_before("output rose by nearly 5%", 22)
    Cues(start=15, bound='~', change='up', lead='by', change_word='rose')
    """
    begin = max(0, start - REACH, low.rfind("\n", max(0, start - REACH), start) + 1)
    if low[start - 4 : start] == "sub-":
        return Cues(start - 4, "<")
    words = low[begin:start].rsplit(None, 1)
    if not words or words[-1].lstrip('("“') not in _TELLING:  # true of most numbers, and quickly seen
        return Cues(start, lead=words[-1] if words else "")
    tokens = _TOKENS.findall(low, begin, start)
    last = len(tokens)
    cues, is_level = Cues(start), False
    while last and (found := _bound_at(tokens, last)):
        length, bound = found
        for token in reversed(tokens[last - length : last]):
            cues.start = low.rfind(token, begin, cues.start)
        last -= length
        cues.bound = cues.bound if cues.bound not in (None, "~") else bound
        is_level = is_level or tokens[last] in _LEVELS
    if last:
        cues.lead = tokens[last - 1]
        cues.change, cues.change_word = _change_at(tokens, last)
        if is_level and cues.change and cues.lead not in ("by", "of"):
            cues.change = "to"  # "rose above 40" says where to, not by how much
    return cues


def _bound_at(tokens: list[str], last: int) -> tuple[int, str] | None:
    """(number of words, bound) of the longest words of bound that end before token `last`."""
    if tokens[last - 1] not in _LAST_WORDS:
        return None
    for length in range(min(_LONGEST, last), 0, -1):
        if bound := _BOUNDS.get(tuple(tokens[last - length : last])):
            return length, bound
    return None


def _change_at(tokens: list[str], last: int) -> tuple[str | None, str]:
    """(change, its word) before token `last`."""
    lead = tokens[last - 1]
    if lead in _ENDS_OF_MOVES:
        for word in reversed(tokens[max(0, last - 9) : last - 1]):
            if word in _CHANGES:
                return lead, word
            if word in _CLAUSE_ENDS:
                break
        return None, ""
    for at in range(last - 1, max(-1, last - 6), -1):
        word = tokens[at]
        if word in _CHANGES:
            if word in _PARTICLES and at and tokens[at - 1] in _PHRASAL:
                return None, ""  # "picked up 4 percent of the vote"
            return _CHANGES[word], word
        if word not in _FILLERS:
            break
    return None, ""


def bound_behind(low: str, end: int) -> tuple[str, int] | None:
    """The bound that the words right behind position `end` state, and where they end."""
    match = _BEHIND.match(low, end)
    return (_BOUND_BEHIND[match[1]], match.end()) if match else None


def starts_bound_behind(low: str, start: int) -> int | None:
    """Where, at or behind position `start`, words of bound begin that end the string; None where it ends otherwise."""
    match = _BEHIND_AT_END.search(low, start)
    return match.start() if match else None


def change_behind(low: str, end: int) -> str | None:
    """The change named right behind a percentage: "a 5 percent drop"."""
    match = _MOVED_BEHIND.match(low, end)
    return _CHANGE_BEHIND[match[1]] if match else None


def basis_near(low: str, start: int, end: int, is_share: bool, moved: bool) -> str | None:
    """What a figure is measured against, by the nearest words of its sentence within about fifty characters.

    A share does not move: "accounting for" does not count for a figure with a change, nor a period for one without.
    """
    left = _STOP.split(low[max(0, start - REACH) : start])[-1]
    right = _STOP.split(low[end : end + REACH], maxsplit=1)[0]
    near = [(len(left) - match.end(), _NEAR[match[1]]) for match in _NEAR_ANY.finditer(left)]
    near += [(match.start(), _NEAR[match[1]]) for match in _NEAR_ANY.finditer(right)]
    fitting = [pair for pair in near if (pair[1] != "share") == moved]
    if fitting and (moved or is_share):
        return min(fitting)[1]
    return "share" if is_share and not moved and right.startswith(" of ") else None
