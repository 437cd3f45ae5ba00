"""The headline: at the head, repeated, glued into the body, or given from outside.

In     a draft whose head is free of date lines and by-lines; perhaps a title from the document's metadata
Out    the draft's title and where it came from; its copies cut; the section line above it cut

A first line is a headline when it looks like one (short, no full stop) and something stands below it. Of several such
lines above a date line or by-line, the headline is the one whose words the body uses most; what stands above it is the
section, or the site's own line. Of several with nothing between them and the body, the first is the headline.
A headline that an extractor glued to a word of the body ("…for cooperationAs friends") is known by the missing
blank and by standing glued, or as a line, at least twice. Copies with blanks around them are sentences and stay.

Limits  A lost headline stays lost (flag `headline_missing`). Glue is seen between a small and a capital letter only.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Set

from tasks.strip.draft import Draft
from tasks.strip.fields import ends_like_prose
from tasks.strip.removals import Cut
from tasks.text import Line, line_key

LONGEST_TITLE = 220
MOST_HEADING_LINES = 6
MAX_UNMARKED_WORDS = 18  # of a headline that nothing marks as one
_DATELINE = re.compile(r"^[^\W\d_a-z][A-ZÀ-Þ'’. -]{2,40}(?:,[^.]{2,30})?\s?(?:\([^()]{2,30}\)\s?)?[-–—]{1,2}\s")
# The first of several headings stays the headline unless another one's words are this much more at home in the body.
AT_HOME_RATIO = 1.25
SHORTEST_GLUED, LONGEST_GLUED = 15, 200
_GLUE = re.compile(r"[A-Z](?<=[^\W\d_A-Z].)")  # the upper-case letter first: few positions are tried
_INNER_STOP = re.compile(r"[^\W\d_]{2}[.!?][”\"’]? ")
_LETTERS, _LETTERS_BEFORE = re.compile(r"[^\W\d_]*"), re.compile(r"[^\W\d_]*\Z")
_WORD = re.compile(r"\w+")
# A headline glued to the lead but found once only counts where the lead goes on with a word that opens sentences.
_OPENERS = frozenset(
    "The A An In On At As It This That These After Before When While For With By From He She They We But And".split()  # noqa: SIM905
)


def find_title(
    draft: Draft, anchor: int | None, given: str | None, origin: str, repeated: Set[int] = frozenset()
) -> None:
    """Fill `draft.title`, cut its line and its copies, and cut the section line above it.

    Args:
        draft: lines of metadata at the head already cut.
        anchor: the first date line or by-line that was cut at the head.
        given: a title from the metadata or the HTML, and `origin` which of these.
        repeated: lines that repeat on the document's site: never its headline.
    """
    headings = _headings(draft, anchor)
    if given:
        draft.title, draft.title_origin = given, origin
        _cut_given(draft, given)
    elif anchor is None and (stopped := _of_sentences(draft)) is not None:
        _take_heading(draft, [stopped], stopped, anchor)
    elif headings and not (anchor is None and _is_deck(_text(draft, headings[0]))):
        chosen = _choose(draft, headings, anchor, repeated)
        _take_heading(draft, headings, chosen, anchor)
    else:
        _recover(draft)
    if draft.title:
        _cut_copies(draft, draft.title)
    else:
        draft.flags.add("headline_missing")


def looks_like_heading(line: Line) -> bool:
    """Short, begins with a word, and no full stop at its end."""
    text = line.text
    if len(text) > LONGEST_TITLE or len(text) < 2 or not any(c.isalpha() for c in text[:40]):
        return False
    if text[-1] in ",;:，；：" or (text[0].islower() and not _is_capitalised(text)):
        return False
    return not ends_like_prose(text) or (text[-1] in "?!？！" and len(text) <= 120)


def _is_capitalised(text: str) -> bool:
    """Whether nearly all longer words begin in upper case, as in English headlines."""
    words = [word for word in text.split()[1:] if len(word) > 3]
    return len(words) >= 3 and sum(word[0].isupper() for word in words) >= 0.8 * len(words)


def _is_deck(text: str) -> bool:
    """Whether a line with nothing beside it that marks a headline is as long as a standfirst, and written like one."""
    words = text.split()
    return len(words) > MAX_UNMARKED_WORDS and sum(word[0].isupper() for word in words) <= len(words) / 3


def _of_sentences(draft: Draft) -> int | None:
    """The first line where it is a headline of short sentences: a dateline opens the line below."""
    lines = [line_and_index for line_and_index, _ in zip(draft.standing(), range(2), strict=False)]
    if len(lines) < 2:
        return None
    (index, first), (_, second) = lines
    sentences = re.split(r"(?<=[.!?]) ", first.text)
    short = len(sentences) >= 2 and all(len(sentence.split()) <= 12 for sentence in sentences)
    return index if short and len(first.text) <= 140 and _DATELINE.match(second.text) else None


def _headings(draft: Draft, anchor: int | None) -> list[int]:
    """Heading-like lines in a row at the head: above the anchor, or else below it; none when nothing follows."""
    found: list[int] = []
    for index, line in draft.standing():
        if anchor is not None and index > anchor and found:
            break
        if not looks_like_heading(line) or len(found) == MOST_HEADING_LINES:
            return found
        found.append(index)
    return found if anchor is not None and found and found[0] < anchor else []


def _choose(draft: Draft, headings: list[int], anchor: int | None, repeated: Set[int]) -> int:
    """Which of the headings is the headline."""
    candidates = [index for index in headings if index not in repeated] or headings
    if anchor is None or len(candidates) == 1:
        return candidates[0]
    counts = Counter(_WORD.findall(" ".join(line.text for _, line in draft.standing(anchor)).casefold()))
    at_home = {index: _at_home(_text(draft, index), counts) for index in candidates}
    best = max(candidates, key=lambda index: (at_home[index], -index))
    return best if at_home[best] > AT_HOME_RATIO * at_home[candidates[0]] else candidates[0]


def _at_home(heading: str, counts: Counter[str]) -> float:
    """How much the body uses the heading's longer words, on average, by the logarithm of their counts."""
    words = [word for word in _WORD.findall(heading.casefold()) if len(word) > 3] or _WORD.findall(heading.casefold())
    return sum(math.log1p(counts[word]) for word in words) / max(1, len(words))


def _text(draft: Draft, index: int) -> str:
    line = draft.lines[index]
    assert line is not None
    return line.text


def _take_heading(draft: Draft, headings: list[int], chosen: int, anchor: int | None) -> None:
    above = [index for index in headings if index < chosen]
    if above and draft.section is None:
        draft.section = _text(draft, above[-1])
    for index in above:
        section = _text(draft, index) == draft.section
        draft.cut_line(index, "site_header", "header.above_title", 0.85, "section" if section else None)
    draft.title, draft.title_origin = _text(draft, chosen), "first_line"
    draft.cut_line(chosen, "title", "title.first_line", 0.95 if anchor is not None else 0.9, "title")


def _cut_given(draft: Draft, given: str) -> None:
    """Cut the given title where it stands again as one of the first lines."""
    key = line_key(given)
    for count, (index, line) in enumerate(draft.standing()):
        if count == MOST_HEADING_LINES:
            break
        if line_key(line.text) == key and key:
            draft.cut_line(index, "title", "title.given", 1.0, "title")
            break


def _cut_copies(draft: Draft, title: str) -> None:
    """Cut lines that are the headline once more, and copies glued to words of the body."""
    key = line_key(title)
    longest = 2 * len(title) + 20
    if not key:
        return
    first = key.split(" ", 1)[0]
    for index, line in draft.standing():
        if len(line.text) <= longest and first in line.text.casefold() and line_key(line.text) == key:
            draft.cut_line(index, "title_repeat", "title.repeated_line", 0.97)
    if len(title) >= SHORTEST_GLUED:
        _cut_glued(draft, title)


# ------------------------------------------------------------------ glue


def _recover(draft: Draft) -> None:
    """Find a headline that is glued into the body."""
    seen: Counter[str] = Counter()
    for _, line in draft.standing():
        for candidate in _glued_candidates(line.text):
            seen[candidate] += 1
            if seen[candidate] > 3:
                break
        if sum(seen.values()) > 64:
            break
    for candidate in sorted(seen, key=lambda c: (-len(c), c)):
        if _glued_places(draft, candidate) >= 2:
            draft.title, draft.title_origin = candidate, "recovered"
            return
    _recover_from_lead(draft)


def _glued_candidates(text: str) -> list[str]:
    """The words before the first glue of a line, and those behind its last."""
    found = []
    for match in _GLUE.finditer(text, 0, LONGEST_GLUED):
        found.append(text[: match.start()])
    tail_start = max(0, len(text) - LONGEST_GLUED)
    for match in _GLUE.finditer(text, tail_start):
        found.append(text[match.start() :].rstrip(".!?。 "))
    return [
        c
        for c in found
        if SHORTEST_GLUED <= len(c) <= LONGEST_GLUED
        and c.count(" ") >= 2
        and "|" not in c
        and c[0].isupper()
        and not _INNER_STOP.search(c)
    ]


def _glued_places(draft: Draft, candidate: str) -> int:
    """To how many different words the candidate stands glued: "Cold" + "Fusion code we get" twice is a name in it."""
    around = {
        (_LETTERS_BEFORE.search(draft.raw[max(0, s - 30) : s]).group(), _LETTERS.match(draft.raw[e : e + 30]).group())  # type: ignore[union-attr]
        for _, s, e, _ in _glued_spans(draft, candidate)
    }
    return len(around)


def _glued_spans(draft: Draft, title: str):
    """(line index, start, end, damages) of the title's copies that stand glued to a word."""
    for index, line in draft.standing():
        start = line.text.find(title)
        while start >= 0:
            end = start + len(title)
            before = line.text[start - 1] if start else ""
            after = line.text[end] if end < len(line.text) else ""
            glued_before = before.isalpha() or (before != "" and before in '.!?”"')
            glued_after = after.isalpha()
            at_start, at_end = start == 0, not line.text[end:].strip(".!?。 ")
            if (glued_before and (glued_after or at_end)) or (at_start and glued_after):
                yield index, line.start + start, line.start + end, before.isalpha() and at_end
            start = line.text.find(title, end)


def _cut_glued(draft: Draft, title: str) -> None:
    if title not in draft.raw:
        return
    for index, start, end, damages in list(_glued_spans(draft, title)):
        draft.cut_inside(index, Cut(start, end, "title_repeat", "title.glued", 0.95, "title"))
        if damages:
            draft.flags.add("body_damaged")


def _recover_from_lead(draft: Draft) -> None:
    """A headline glued to the first words of the lead: "Harbour tunnel opens earlyThe first …"."""
    first = next(draft.standing(), None)
    if first is None:
        return
    text = first[1].text
    for match in _GLUE.finditer(text, 0, LONGEST_GLUED):
        head, rest = text[: match.start()], text[match.start() :]
        opener = rest.split(" ", 1)[0]
        if (
            opener in _OPENERS
            and len(head) >= SHORTEST_GLUED
            and head.count(" ") >= 2
            and not re.search(r"[.!?]\s", head)
        ):
            draft.title, draft.title_origin = head, "recovered"
            return
