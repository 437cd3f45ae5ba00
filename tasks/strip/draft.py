"""The working state of one strip: which lines still stand, what was cut, and what was found for the fields.

In     raw_text
Out    cuts for `removals.assemble`, values for the record's fields

Rooms of this package only cut through `Draft`. A line with a cut in its middle still stands as a whole; a room that
cuts there again leaves it to `removals.disjoint` that no two cuts overlap, one that changes words asks for `pieces`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tasks.model import Caption, DateLine
from tasks.strip.removals import Cut
from tasks.strip.wrap import join_wrapped
from tasks.text import Line, line_key, split_lines


def _always(_lines: int | Sequence[int], _rule: str) -> bool:
    return True


@dataclass(slots=True)
class Draft:
    """Lines of a raw text on their way to a body; `lines[i]` is None once line i is cut."""

    raw: str
    lines: list[Line | None] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    title: str | None = None
    title_origin: str | None = None
    section: str | None = None
    publisher: str | None = None
    publisher_is_credited: bool = False  # by a source line; the owner of a copyright is only the next best
    byline: list[str] = field(default_factory=list)
    noted: list[str] = field(
        default_factory=list
    )  # names in notes about the author: authors where no by-line names any
    translators: list[str] = field(default_factory=list)
    captions: list[tuple[int, Caption]] = field(default_factory=list)  # with their place
    published: list[DateLine] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    consents: Callable[[int, str], bool] = _always  # whether a rule (its id) may cut a line (its index)
    consents_to_tail: Callable[[Sequence[int], str], bool] = _always  # whether it may cut these lines as a tail

    @classmethod
    def of(cls, raw: str) -> Draft:
        """A draft in which every line stands; the lines of hard-wrapped text are joined first."""
        lines, repairs = join_wrapped(raw, split_lines(raw))
        return cls(raw, list(lines), repairs)

    def standing(self, start: int = 0, end: int | None = None) -> Iterator[tuple[int, Line]]:
        """(index, line) of the lines that still stand, in order."""
        for index in range(start, len(self.lines) if end is None else end):
            line = self.lines[index]
            if line is not None:
                yield index, line

    def standing_backwards(self) -> Iterator[tuple[int, Line]]:
        """(index, line) of the lines that still stand, last first."""
        for index in range(len(self.lines) - 1, -1, -1):
            line = self.lines[index]
            if line is not None:
                yield index, line

    def pieces(self) -> Iterator[Line]:
        """What is left of the lines that stand, parted where something was cut from their middle."""
        cuts = sorted((cut.start, cut.end) for cut in self.cuts)
        n = 0
        for _, line in self.standing():
            start = line.start
            while n < len(cuts) and cuts[n][0] < line.end:
                if start < cuts[n][0]:
                    yield Line(start, cuts[n][0], self.raw[start : cuts[n][0]])
                start = max(start, cuts[n][1])
                n += 1
            if start < line.end:
                yield Line(start, line.end, self.raw[start : line.end])

    def cut_line(
        self,
        index: int,
        role: str,
        rule: str,
        score: float = 1.0,
        kept_as: str | None = None,
        detail: str | None = None,
    ) -> bool:
        """Take line `index` out; False where it does not stand, or may not be cut."""
        line = self.lines[index]
        if line is None or not self.consents(index, rule):
            return False
        self.cuts.append(Cut(line.start, line.end, role, rule, score, kept_as, detail=detail))
        self.lines[index] = None
        return True

    def cut_lines(self, first: int, last: int, role: str, rule: str, score: float, detail: str | None = None) -> None:
        """Take what stands of lines `first` … `last` and may be cut out, neighbours in one piece."""
        run: Cut | None = None
        for index in range(first, last + 1):
            line = self.lines[index]
            if line is None or not self.consents(index, rule):
                if run is not None:
                    self.cuts.append(run)
                    run = None
                continue
            run = Cut(line.start if run is None else run.start, line.end, role, rule, score, detail=detail)
            self.lines[index] = None
        if run is not None:
            self.cuts.append(run)

    def cut_inside(self, index: int, cut: Cut) -> None:
        """Take a span at the start or end of line `index` out; the line is what is left."""
        line = self.lines[index]
        assert line is not None
        self.cuts.append(cut)
        left, right = self.raw[line.start : cut.start], self.raw[cut.end : line.end]
        if left.strip() and right.strip():
            return  # a cut in the middle: the line still stands where it stood
        kept, start = (left, line.start) if left.strip() else (right, cut.end)
        text = kept.strip()
        start += len(kept) - len(kept.lstrip())
        self.lines[index] = Line(start, start + len(text), text) if text else None

    def keys(self) -> dict[int, str]:
        """The identities of the lines that stand, by index."""
        return {index: line_key(line.text) for index, line in self.standing()}
