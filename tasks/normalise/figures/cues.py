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
LONGEST_WORD = 18
TOUCHING = 2  # characters: "9.1% y/y" is yearly whatever moved

_CUES = read_toml("figures_cues")
_BOUNDS: dict[str, str] = {phrase: bound for bound, table in _CUES["bound"].items() for phrase in table["before"]}
_LAST_WORDS = {phrase.split()[-1] for phrase in _BOUNDS}
_BOUND_BEHIND = {phrase: bound for bound, table in _CUES["bound"].items() for phrase in table["behind"]}
_CHANGES = {word: change for change, table in _CUES["change"].items() for word in table["words"]}
_MOVED_BY = _CHANGES | {w: change for change in ("up", "down") for w in _CUES["moved_by"][change].split()}
_CHANGE_BEHIND = {word: change for change, table in _CUES["change"].items() for word in table["behind"]}
_COMPARED = {word: change for change, words in _CUES["compared"].items() if change != "why" for word in words.split()}
_NEAR = {phrase: basis for basis, table in _CUES["basis"].items() for phrase in table["near"]}

_FILLERS = frozenset(_CUES["fillers"]["words"].split())
_PARTICLES = frozenset({"up", "down"})
_PHRASAL = frozenset(_CUES["phrasal"]["words"].split())
_STEERED = tuple([word] for word in _CUES["steered"]["words"].split())
_MOVES = frozenset(_CUES["moves"]["words"].split())
_LEVELS = tuple(_CUES["levels"]["words"])
_ENDS_OF_MOVES = ("to", "from")
_TELLING = _FILLERS | {"between"} | _LAST_WORDS | set(_CHANGES) | set(_ENDS_OF_MOVES)
TRANSITIVE = frozenset(_CUES["transitive"]["words"].split())
_BETWEEN_ENDS = frozenset(["a", "an", "record", "revised", "average", "total", "of", "high", "low", "new"])
_STANDS = frozenset(["was", "were", "is", "are", "closed", "ended", "finished", "traded"])  # "closed off 14 cents"
_OTHERWISE = frozenset(
    ["after", "before", "while", "leading", "led", "trailing", "trailed", "beating", "beat", "winning", "won"]
)
_PAUSES = frozenset(",;:).!?")
_CLAUSE_ENDS = frozenset(";:)")

_OPENING = '("“'
_BACKWARDS = re.compile(rf"[ \u00a0]*({trie(phrase[::-1] for phrase in _BOUNDS)})(?!\w)")  # of a reversed text
# "30 or more", but not "30 and over 6500 others"
_BEHIND = re.compile(rf"[ \u00a0]{{1,2}}({trie(_BOUND_BEHIND)})(?![a-z]|\s+[\d$€£]|\s+(?:than|from)(?![a-z]))")
_BEHIND_AT_END = re.compile(rf"(?:[ \u00a0]{{1,2}}(?:{trie(_BOUND_BEHIND)})|\+)$")
_MOVED_BEHIND = re.compile(rf"[ -]({trie(_CHANGE_BEHIND)})(?![a-z-])")
_COMPARED_BEHIND = re.compile(
    rf" ({trie(_COMPARED)})(?= (?:at|to|on|in|by|from|than|against|after|per)(?![a-z])|[.,;]|$)"
)
_NEAR_ANY = re.compile(rf"[^a-z]({trie(_NEAR)})(?![a-z])")
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
    words = low[max(0, start - LONGEST_WORD) : start].split()
    last = words[-1].lstrip(_OPENING) if words else ""
    if last not in _TELLING:  # true of most numbers, and quickly seen
        return Cues(start - 4, "<") if last == "sub-" else Cues(start, lead=last)
    begin = max(0, start - REACH)
    begin = max(begin, low.rfind("\n", begin, start) + 1)
    cues, is_level = Cues(start), False
    while found := _bound_at(low, begin, cues.start):
        cues.start = found[0]
        cues.bound = cues.bound if cues.bound not in (None, "~") else found[1]
        is_level = is_level or low.startswith(_LEVELS, found[0])
    cues.lead, cues.change, cues.change_word = _change_at(low[begin : cues.start].split())
    if is_level and cues.change and cues.lead not in ("by", "of"):
        cues.change = "to"  # "rose above 40" says where to, not by how much
    return cues


def _bound_at(low: str, begin: int, end: int) -> tuple[int, str] | None:
    """(where they begin, bound) of the longest words of bound that end at position `end`, blanks aside."""
    match = _BACKWARDS.match(low[begin:end][::-1])
    if match is None:
        return None
    phrase, start = match[1][::-1], end - match.end()
    if phrase == "up to" and low[max(begin, start - LONGEST_WORD) : start].split()[-1:] in _STEERED:
        return None  # "edged up to 5 percent"
    return start, _BOUNDS[phrase]


def _change_at(words: list[str]) -> tuple[str, str | None, str]:
    """(last word, change, its word) of the words before a number and its bound."""
    if not words:
        return "", None, ""
    lead = words[-1].lstrip(_OPENING)
    if lead in _BETWEEN_ENDS:
        at = next((i for i in range(len(words) - 1, -1, -1) if words[i] not in _BETWEEN_ENDS), 0)
        if words[at] in _ENDS_OF_MOVES:
            words, lead = words[: at + 1], words[at]  # "to a record 5 million"
    if lead in _ENDS_OF_MOVES:
        known = _MOVED_BY if lead == "to" else _CHANGES
        for word in reversed(words[-9:-1]):
            if (bare := word.strip(',("“')) in known or bare in _MOVES:
                return lead, lead, bare
            if word[-1] in _CLAUSE_ENDS:
                break
        return lead, None, ""
    if lead == "between" and len(words) > 1:
        return lead, *_change_at(words[:-1])[1:]  # "cuts the risk by between 5 and 9 percent"
    for at in range(len(words) - 1, max(-1, len(words) - 6), -1):
        word = words[at].lstrip(_OPENING)
        if word == "at" and 0 < at < len(words) - 1:
            continue  # "grew at an annual 2.7 percent"
        if word in _CHANGES:
            if word == "off" and at and words[at - 1] in _CHANGES:
                continue  # "dropped off eight cents"
            if word == "off" and not (at and (words[at - 1][-1] == "," or words[at - 1] in _STANDS)):
                break  # "knocked off 14 seconds"
            if word in _PARTICLES and at and words[at - 1] in _PHRASAL:
                break  # "picked up 4 percent of the vote"
            return lead, _CHANGES[word], word
        if word not in _FILLERS:
            break
    return lead, *(_change_by(words) if lead == "by" else (None, ""))


def _change_by(words: list[str]) -> tuple[str | None, str]:
    """(change, its word) where an object stands between: "grow sales by 35 percent"."""
    for word in reversed(words[-7:-1]):
        if word[-1] in _PAUSES or word in _OTHERWISE:
            break
        if word in _MOVED_BY and word not in _PARTICLES:
            return _MOVED_BY[word], word
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


def compared_behind(low: str, end: int) -> str | None:
    """The change of an amount of any kind that the word right behind it states: "2.1 yen lower at 310"."""
    match = _COMPARED_BEHIND.match(low, end)
    return _COMPARED[match[1]] if match else None


def basis_near(low: str, start: int, end: int, is_share: bool, moved: bool) -> str | None:
    """What a figure is measured against, by the nearest words of its sentence within about fifty characters.

    A share does not move: "accounting for" does not count for a figure with a change, nor a period for one without.
    """
    if not _NEAR_ANY.search(low, max(0, start - REACH - 1), end + REACH):
        return "share" if is_share and not moved and low.startswith(" of ", end) else None
    left, right = f" {low[max(0, start - REACH) : start]}", low[end : end + REACH]
    left, right = _STOP.split(left)[-1], _STOP.split(right, maxsplit=1)[0]
    near = [(len(left) - match.end(), _NEAR[match[1]]) for match in _NEAR_ANY.finditer(left)]
    near += [(match.start(), _NEAR[match[1]]) for match in _NEAR_ANY.finditer(right)]
    fitting = [pair for pair in near if (pair[1] != "share") == moved or (pair[1] != "share" and pair[0] < TOUCHING)]
    if fitting and (moved or is_share):
        return min(fitting)[1]
    return "share" if is_share and not moved and right.startswith(" of ") else None
