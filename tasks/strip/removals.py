"""Spans that go -> the cleaned text and the removals that lead to it and back.

In     raw_text, the cuts and repairs that the rooms of this package decided on, in the order of deciding
Out    `text` (paragraphs parted by exactly one blank line) and its `Removal`s, sorted, not overlapping

What is left between two stretches of kept words is a gap: white space and cuts in a row. A gap with a line break in
it becomes a blank line, any other one blank, a gap at either end of the text nothing. The white space that is too much
goes in pieces as small as possible; where a break is missing, a zero-width removal puts it in.
Walking raw_text and putting each removal's replacement in its place gives `text` exactly (held by a property test).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tasks.model import Removal

# Runs of blanks, and single blanks that are neither U+0020 nor the ideographic space of Chinese and Japanese.
_RUN = re.compile(r"[\s\ufeff](?:[\s\ufeff]+|(?<![ \u3000]))")
_PLAIN = re.compile("[ \u3000]")
_BREAK = re.compile("[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")  # breaks a line as "\n" does, but is not it


@dataclass(frozen=True, slots=True)
class Cut:
    """A span of raw_text that leaves the text; with a `replacement`, words that stand there instead."""

    start: int
    end: int
    role: str
    rule: str
    score: float = 1.0
    kept_as: str | None = None
    replacement: str | None = None
    detail: str | None = None


def assemble(raw: str, cuts: Iterable[Cut]) -> tuple[str, tuple[Removal, ...]]:
    """The cleaned text and its removals.

    >>> text, removals = assemble("Share\\nOne.\\n Two  three.", [Cut(0, 5, "share_bar", "share.word")])
    >>> text
    'One.\\n\\nTwo three.'
    >>> [(r.start, r.end, r.role, r.replacement) for r in removals][:3]
    [(0, 5, 'share_bar', None), (5, 6, 'whitespace', None), (11, 11, 'whitespace', '\\n')]
    """
    ordered, joined = _released(raw, disjoint(cuts))
    edits = list(ordered)
    for gap in _gaps(raw, ordered):
        edits += _blanks_of(raw, gap, joined)
    edits.sort(key=lambda edit: (edit.start, edit.end))
    removals = tuple(
        Removal(e.start, e.end, e.role, e.rule, e.score, raw[e.start : e.end], e.replacement, e.kept_as, e.detail)
        for e in edits
    )
    return rebuild(raw, removals), removals


def disjoint(cuts: Iterable[Cut]) -> list[Cut]:
    """The cuts in the order of their places, none overlapping: of two that would, the one decided first stays whole.

    A later plain cut keeps what lies around the earlier one; a later repair goes, since half of it has no meaning.

    >>> found = disjoint([Cut(2, 4, "title_repeat", "title.glued"), Cut(0, 9, "comments", "comments.door")])
    >>> [(cut.start, cut.end, cut.role) for cut in found]
    [(0, 2, 'comments'), (2, 4, 'title_repeat'), (4, 9, 'comments')]
    """
    decided = list(cuts)
    ordered = sorted(decided, key=lambda cut: (cut.start, cut.end))
    if all(a.end <= b.start for a, b in pairwise(ordered)):
        return ordered
    ordered = []
    for cut in decided:
        first = bisect_right(ordered, cut.start, key=lambda earlier: earlier.end)
        last = bisect_left(ordered, cut.end, key=lambda earlier: earlier.start)
        if last <= first:
            ordered.insert(first, cut)
        elif cut.replacement is None:
            ordered[first:last] = _around(cut, ordered[first:last])
    return ordered


def _around(cut: Cut, earlier: Sequence[Cut]) -> list[Cut]:
    """The earlier cuts, and what the new one adds before, between and after them."""
    parts, position = [], cut.start
    for other in earlier:
        parts += [replace(cut, start=position, end=other.start)] if position < other.start else []
        parts.append(other)
        position = other.end
    return parts + ([replace(cut, start=position)] if position < cut.end else [])


def rebuild(raw: str, removals: Iterable[Removal]) -> str:
    """`raw` with every removal taken out and its replacement put in."""
    parts, position = [], 0
    for removal in removals:
        parts += [raw[position : removal.start], removal.replacement or ""]
        position = removal.end
    return "".join([*parts, raw[position:]])


def _released(raw: str, cuts: Sequence[Cut]) -> tuple[list[Cut], frozenset[int]]:
    """The cuts without the joins of lines beside something that goes, and where those stood.

    Such a line break is white space of a gap like any other, but breaks no line.
    """
    kept: list[Cut] = []
    joined: set[int] = set()
    for at, cut in enumerate(cuts):
        beside = (*cuts[max(0, at - 1) : at], *cuts[at + 1 : at + 2])
        if _joins(raw, cut) and any(_goes_beside(other, cut) for other in beside):
            joined.update(range(cut.start, cut.end))
        else:
            kept.append(cut)
    return kept, frozenset(joined)


def _joins(raw: str, cut: Cut) -> bool:
    return cut.replacement == " " and raw[cut.start : cut.end].isspace()


def _goes_beside(other: Cut, cut: Cut) -> bool:
    return not other.replacement and (other.end == cut.start or other.start == cut.end)


def _gaps(raw: str, cuts: Sequence[Cut]) -> Iterator[list[tuple[int, int, bool]]]:
    """Runs of touching (start, end, is_blank) items: stretches of white space and plain cuts."""
    gap: list[tuple[int, int, bool]] = []
    for item in _items(raw, cuts):
        if gap and gap[-1][1] != item[0]:
            yield gap
            gap = []
        gap.append(item)
    if gap:
        yield gap


def _items(raw: str, cuts: Sequence[Cut]) -> Iterator[tuple[int, int, bool]]:
    position = 0
    for cut in cuts:
        yield from _blank_runs(raw, position, cut.start)
        if not cut.replacement:
            yield cut.start, cut.end, False
        position = cut.end
    yield from _blank_runs(raw, position, len(raw))


def _blank_runs(raw: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """White space between `start` and `end` that may have to change: odd or doubled, or at either edge."""
    last = start
    if start < end and raw[start] in " \u3000" and not (start + 1 < end and _is_blank(raw[start + 1])):
        yield start, start + 1, True
        last = start + 1
    for match in _RUN.finditer(raw, start, end):
        yield match.start(), match.end(), True
        last = match.end()
    if last < end and raw[end - 1] in " \u3000":
        yield end - 1, end, True


def _is_blank(character: str) -> bool:
    return character.isspace() or character == "\ufeff"


def _blanks_of(raw: str, gap: list[tuple[int, int, bool]], joined: frozenset[int]) -> list[Cut]:
    """The white-space removals that give a gap its wanted form."""
    blanks = [(start, end) for start, end, is_blank in gap if is_blank]
    if not blanks:
        return []
    if gap[0][0] == 0 or gap[-1][1] == len(raw):
        return [_blank(start, end) for start, end in blanks]
    breaks = _first_breaks(raw, [blank for blank in blanks if blank[0] not in joined])
    if breaks:
        return _blank_line(raw, blanks, breaks)
    return _one_blank(raw, blanks)


def _first_breaks(raw: str, blanks: Sequence[tuple[int, int]]) -> list[int]:
    """Positions of up to two line breaks in the blanks, "\\n" before any other kind."""
    found: list[int] = []
    for start, end in blanks:
        while len(found) < 2 and (position := raw.find("\n", start, end)) >= 0:
            found.append(position)
            start = position + 1
    for start, end in blanks:
        while len(found) < 2 and (match := _BREAK.search(raw, start, end)):
            found.append(match.start())
            start = match.end()
    return sorted(found)


def _blank_line(raw: str, blanks: Sequence[tuple[int, int]], breaks: Sequence[int]) -> list[Cut]:
    edits = [_blank(at, at + 1, "\n") for at in breaks if raw[at] != "\n"]
    if len(breaks) == 1:
        edits.append(_blank(breaks[0] + 1, breaks[0] + 1, "\n"))
    for start, end in blanks:
        for at in [at for at in breaks if start <= at < end]:
            edits += [_blank(start, at)] if start < at else []
            start = at + 1
        edits += [_blank(start, end)] if start < end else []
    return edits


def _one_blank(raw: str, blanks: Sequence[tuple[int, int]]) -> list[Cut]:
    kept = next((match.start() for start, end in blanks if (match := _PLAIN.search(raw, start, end))), None)
    if kept is None:
        (start, end), *rest = blanks
        return [_blank(start, end, " "), *(_blank(start, end) for start, end in rest)]
    edits = []
    for start, end in blanks:
        if start <= kept < end:
            edits += [_blank(start, kept)] if start < kept else []
            start = kept + 1
        edits += [_blank(start, end)] if start < end else []
    return edits


def _blank(start: int, end: int, replacement: str | None = None) -> Cut:
    rule = "space.blank_line" if replacement == "\n" else "space.blank" if replacement else "space.surplus"
    return Cut(start, end, "whitespace", rule, replacement=replacement)
