"""One document through all rooms of the strip."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from tasks.model import Stripped
from tasks.names import split_names
from tasks.strip.captions import take_captions
from tasks.strip.chosen import choose_fields
from tasks.strip.decide import caution_for, judge
from tasks.strip.draft import Draft
from tasks.strip.fields import (
    PROSE_CHARACTERS,
    take_anywhere,
    take_comments,
    take_foot,
    take_head,
    take_line,
    take_prefix,
)
from tasks.strip.given import read_title, title_of_path
from tasks.strip.hints import Hints, read_hints
from tasks.strip.inline import flag_snippet, take_inline
from tasks.strip.notes import take_bare_names, take_notes
from tasks.strip.others import cut_listed, cut_others, own_headings
from tasks.strip.page import cut_page, is_page
from tasks.strip.removals import assemble
from tasks.strip.repair import repair_lines, repaired
from tasks.strip.rules import FOOT
from tasks.strip.tail import cut_tail
from tasks.strip.titles import find_title
from tasks.strip.views import look_at
from tasks.text import line_hash


def strip_text(raw_text: str, *, hints: Mapping[str, Any] | None = None) -> Stripped:
    """Body, fields and removals of one raw text.

    Args:
        raw_text: the decoded text as found.
        hints: any of `title`, `authors`, `publisher`, `published`, `section` (as given by the input), `url`, `site`,
            `breadcrumbs` (labels of the path to the page), `repeated_lines` (set of str: lines of this text that also
            stand on other pages of its site).

    Raises:
        ValueError: a hint that is not known.

    >>> found = strip_text("Ferry back in service\\n\\nPosted: 4 May 2020\\n\\nThe ferry runs again from today.")
    >>> found.title, found.text, found.published[0].local
    ('Ferry back in service', 'The ferry runs again from today.', '2020-05-04')
    """
    return strip_with(raw_text, read_hints(hints))


def strip_with(raw_text: str, hints: Hints) -> Stripped:
    """`strip_text` with the hints as they are read."""
    title, origin = _given_title(hints)
    repeated = hints.repeated
    draft = Draft.of(raw_text)
    looks = [look_at(line.text) for _, line in draft.standing()]
    furniture = {i for i, line in draft.standing() if line_hash(line.text) in repeated} if repeated else set()
    furniture -= own_headings(looks, furniture)
    is_whole_page = is_page([line.text for _, line in draft.standing()], len(furniture))
    judgement = judge(looks, furniture, caution_for(len(looks), is_whole_page)) if looks else None
    if judgement is not None:
        draft.consents, draft.consents_to_tail = judgement.consents, judgement.consents_to_tail
    if judgement is not None and is_whole_page:
        cut_page(draft, judgement, title)
    take_prefix(draft)
    anchor = take_head(draft)
    _cut_furniture_below(draft, furniture)
    authors = split_names((*hints.given.authors, *hints.page.authors))
    take_foot(draft)
    take_notes(draft, authors)
    take_foot(draft)
    take_comments(draft)
    take_foot(draft)
    cut_tail(draft)
    take_foot(draft)
    take_notes(draft, authors)
    take_captions(draft)
    if draft.title is None:
        find_title(draft, anchor, title, origin, furniture)
    if draft.title is None and (of_path := title_of_path(hints.path)):
        draft.title, draft.title_origin = of_path, "path"
        draft.flags.discard("headline_missing")
    take_inline(draft)
    take_bare_names(draft, authors)
    take_foot(draft)
    for index in sorted(furniture):
        draft.cut_line(index, "site_header", "furniture.repeated", 0.9)
    if judgement is not None:
        cut_listed(draft, looks, judgement)
    take_anywhere(draft)
    flag_snippet(draft)
    if judgement is not None:
        cut_others(draft, judgement)
    repair_lines(draft)
    return choose_fields(_result(draft), hints, draft.noted)


def _given_title(hints: Hints) -> tuple[str | None, str]:
    """The headline in the title that the input gives, else in the page's, and where it is from."""
    for values, origin in ((hints.given, "metadata"), (hints.page, "html")):
        if values.title and (title := read_title(values.title, hints.host).title):
            return title, origin
    return None, "first_line"


def _cut_furniture_below(draft: Draft, furniture: Set[int]) -> None:
    """Cut the lines that repeat on the site, below the first paragraph; above it the headline is still to be found."""
    first = next((i for i, line in draft.standing() if len(line.text) >= PROSE_CHARACTERS), len(draft.lines))
    for index in sorted(furniture):
        if index > first and not take_line(draft, index, FOOT):
            draft.cut_line(index, "site_header", "furniture.repeated", 0.9)


def _result(draft: Draft) -> Stripped:
    text, removals = assemble(draft.raw, draft.cuts)
    for line in draft.published:
        draft.flags.update(line.flags)
    return Stripped(
        text=text,
        removals=removals,
        title=None if draft.title is None else repaired(draft.title),
        title_origin=draft.title_origin,
        published=tuple(sorted(draft.published, key=lambda line: line.source != "header")),
        byline=tuple(map(repaired, draft.byline)),
        translators=tuple(map(repaired, draft.translators)),
        publisher=draft.publisher,
        section=draft.section,
        captions=tuple(caption for _, caption in sorted(draft.captions, key=lambda item: item[0])),
        flags=tuple(sorted(draft.flags)),
    )
