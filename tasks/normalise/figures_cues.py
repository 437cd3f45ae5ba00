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

from tasks.rules import read_toml

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

_TOKENS = re.compile(r"[^\s,;:()\"“”]+|[,;:()\"“”]")
_FILLERS = frozenset(
    "by of a an another further additional extra the its total record whopping staggering around just only "
    "modest sharp mere combined cumulative solid robust strong".split()
)
_CLAUSE_ENDS = frozenset(',;:()"“”')
_BEHIND = re.compile(rf"[ \u00a0]({'|'.join(sorted(map(re.escape, _BOUND_BEHIND), key=len, reverse=True))})(?![a-z])")
_BEHIND_AT_END = re.compile(rf"(?:[ \u00a0](?:{'|'.join(sorted(map(re.escape, _BOUND_BEHIND), key=len, reverse=True))})|\+)$")
_MOVED_BEHIND = re.compile(
    rf"[ -]({'|'.join(sorted(map(re.escape, _CHANGE_BEHIND), key=len, reverse=True))})(?![a-z-])"
)
_NEAR_ANY = re.compile(rf"(?<![a-z])({'|'.join(sorted(map(re.escape, _NEAR), key=len, reverse=True))})(?![a-z])")
_STOP = re.compile(r"[.;!?](?:\s|$)|\n")


@dataclass(slots=True)
class Cues:
    """What the words before a number say; `start` is where the words of bound begin."""

    start: int
    bound: str | None = None
    change: str | None = None
    lead: str = ""  # the word right before bound and number: "to", "from", "between", "by" …


def cues_before(low: str, start: int) -> Cues:
    """The cues in the words that end at position `start`.

    >>> cues_before("output rose by nearly 5%", 22)
    Cues(start=15, bound='~', change='up', lead='by')
    """
    begin = max(0, start - 64)
    tokens = [(match[0], match.start()) for match in _TOKENS.finditer(low, begin, start)]
    if not tokens:
        return Cues(start)
    last = len(tokens)
    cues = Cues(start)
    while last and (found := _bound_at(tokens, last)):
        length, bound = found
        last -= length
        cues.start = tokens[last][1]
        cues.bound = cues.bound if cues.bound not in (None, "~") else bound
    if last:
        cues.lead = tokens[last - 1][0]
        cues.change = _change_at(tokens, last)
    return cues


def _bound_at(tokens: list[tuple[str, int]], last: int) -> tuple[int, str] | None:
    """(number of words, bound) of the longest words of bound that end before token `last`."""
    if tokens[last - 1][0] not in _LAST_WORDS:
        return None
    for length in range(min(_LONGEST, last), 0, -1):
        phrase = tuple(token for token, _ in tokens[last - length : last])
        if phrase in _BOUNDS:
            return length, _BOUNDS[phrase]
    return None


def _change_at(tokens: list[tuple[str, int]], last: int) -> str | None:
    lead = tokens[last - 1][0]
    if lead in ("to", "from", "at"):
        for token, _ in reversed(tokens[max(0, last - 9) : last - 1]):
            if token in _CHANGES:
                return lead if lead != "at" else None
            if token in ";:":
                break
        return None
    for back in range(last - 1, max(-1, last - 5), -1):
        token = tokens[back][0]
        if token in _CHANGES:
            return _CHANGES[token]
        if token not in _FILLERS:
            return None
    return None


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


def basis_near(low: str, start: int, end: int, is_percent: bool, moved: bool) -> str | None:
    """What a figure is measured against, by the words of its sentence within about fifty characters."""
    left = low[max(0, start - 50) : start]
    for stop in _STOP.finditer(left):
        left_cut = stop.end()
        left = " " * left_cut + left[left_cut:]
    right = low[end : end + 55]
    if stop_right := _STOP.search(right):
        right = right[: stop_right.start()]
    best: tuple[int, str] | None = None
    for match in _NEAR_ANY.finditer(left):
        best = _nearer(best, len(left) - match.end(), _NEAR[match[1]])
    for match in _NEAR_ANY.finditer(right):
        best = _nearer(best, match.start(), _NEAR[match[1]])
    if best and best[1] == "share" and (moved or not is_percent):
        return None
    if best:
        return best[1]
    return "share" if is_percent and not moved and right.startswith(" of ") else None


def _nearer(best: tuple[int, str] | None, distance: int, basis: str) -> tuple[int, str]:
    return best if best and best[0] <= distance else (distance, basis)
