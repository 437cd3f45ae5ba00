"""Lines that no rule knows and that the line model says are not the article's.

In     a draft from which the rules have cut what they know; the judgement on its lines
Out    the draft without the lines that should go; flag `tail_suspected` where the end is doubtful
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from tasks.strip.decide import RULE, Judgement
from tasks.strip.draft import Draft
from tasks.strip.views import Look

HEADING_WORDS = 5
OWN_PROSE_WORDS, OWN_PROSE_LINES = 6, 6  # a paragraph of so many words so near, above and below, is the heading's own

MAX_LISTED, MIN_HEADLINE_WORDS = 12, 4  # headlines below a label in the middle of a text
MIN_LISTED_ODDS = -1.5  # log, on average


def cut_others(draft: Draft, judgement: Judgement) -> None:
    """Cut every standing line that the model says should go."""
    kept = [index for index, _ in draft.standing() if not judgement.goes[index]]
    if not kept:
        return
    first, last = kept[0], kept[-1]
    for index, _ in list(draft.standing()):
        if judgement.goes[index]:
            role = "site_header" if index < first else "related_tail" if index > last else "read_more"
            draft.cut_line(index, role, RULE, judgement.score(index), detail=judgement.detail(index))


def own_headings(looks: Sequence[Look], repeated: Set[int]) -> set[int]:
    """Of the lines that repeat on the site those that are headings of the text's own parts ("Background").

    A short line that fits no rule, with lines of its own text right above and below, and paragraphs near on both sides.
    """
    return {i for i in repeated if _is_own_heading(looks, repeated, i)}


def _is_own_heading(looks: Sequence[Look], repeated: Set[int], i: int) -> bool:
    look = looks[i]
    if look.words > HEADING_WORDS or look.role != "none" or look.kind not in ("heading", "question", "open"):
        return False
    if not 0 < i < len(looks) - 1 or {i - 1, i + 1} & repeated:
        return False
    above, below = looks[max(0, i - OWN_PROSE_LINES) : i], looks[i + 1 : i + 1 + OWN_PROSE_LINES]
    return all(any(_is_paragraph(near) for near in side) for side in (above, below))


def _is_paragraph(look: Look) -> bool:
    return look.words >= OWN_PROSE_WORDS and look.kind in ("sentence", "line", "prose")


def cut_listed(draft: Draft, looks: Sequence[Look], judgement: Judgement) -> None:
    """Cut labels in the middle of a text ("Read also") with the headlines below them, up to the next sentence.

    The label alone says that other articles follow; the line model must only not be sure of the contrary.
    """
    standing = [index for index, _ in draft.standing()]
    n = 0
    while n < len(standing):
        start, n = n, n + 1
        if looks[standing[start]].kind != "label":
            continue
        while n < len(standing) and n - start <= MAX_LISTED and _is_headline(looks[standing[n]]):
            n += 1
        items = standing[start + 1 : n]
        if not items or n == len(standing) or looks[standing[n]].kind not in ("sentence", "line", "prose"):
            continue
        if sum(judgement.odds[items].tolist()) > MIN_LISTED_ODDS * len(items):
            for index in standing[start:n]:
                draft.cut_line(index, "read_more", "list.below_label", 0.9)


def _is_headline(look: Look) -> bool:
    return look.kind in ("heading", "question") and look.words >= MIN_HEADLINE_WORDS
