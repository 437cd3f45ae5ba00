"""Pieces inside a line that are not the article's: labels glued before it, links put into it, what a feed left of it.

In     a draft; the title, where there is one
Out    the draft without these pieces, and flags for texts that are not whole

A piece goes only where its form is one that no sentence has: a full name that stands twice with a headline glued to it
and `MORE` behind, a caption with its credit before the headline itself, the number of characters that a feed held back.
"""

from __future__ import annotations

import re

from tasks.model import Caption
from tasks.strip.captions import credited
from tasks.strip.draft import Draft
from tasks.strip.removals import Cut

MAX_READ = 20_000  # characters of a line
_HIGHLIGHTS = re.compile(
    r"^(?:Story highlights|STORY HIGHLIGHTS|Key points|KEY POINTS|Highlights)\s?[:：]?\s(?=[^\W\d_a-z])"
)
# "… Trump Donald John TrumpSenators balk at trial MORE (R)": a name, the same in full with headlines glued to it, MORE
_GLUED_LINKS = re.compile(
    r"\b(?P<last>[^\W\d_a-z][\w’'-]*[^\W\d_A-Z])(?:['’]s)? "
    r"(?P<links>(?:[^\W\d_a-z][\w.'’-]*\s){1,4}(?P=last)(?=[^\W\d_a-z])"
    r"[^\n]{20,600}?\sMORE\b(?: ?\([^()]{1,20}\))?)"
)
_HELD_BACK = re.compile(r"\s?(?:…|\.{3})?\s?\[\+?\d{1,7} (?:chars|characters)\]$")
_SNIPPET = re.compile(r"(?:…|\.{3}|\[…\]|\[\.{3}\])$")
MIN_SNIPPET_PIECES = 3


def take_inline(draft: Draft) -> None:
    """Cut pieces out of the lines that stand."""
    first = next(draft.standing(), None)
    if first is not None:
        index, line = first
        if match := _HIGHLIGHTS.match(line.text):
            draft.cut_inside(index, Cut(line.start, line.start + match.end(), "site_header", "inline.highlights", 0.95))
        elif draft.title:
            _take_title(draft, index)
    for index, line in list(draft.standing()):
        if " MORE" in line.text[:MAX_READ]:
            _take_links(draft, index)
        if line.text.endswith("]") and (match := _HELD_BACK.search(line.text)):
            start = line.start + match.start()
            draft.cut_inside(index, Cut(start, line.end, "notice", "inline.held_back", 0.99))
            draft.flags.add("truncated")


def flag_snippet(draft: Draft) -> None:
    """Flag a text that breaks off, or that is only pieces between dots, as search engines show them."""
    lines = [line.text for _, line in draft.standing()]
    text = " ".join(lines)
    if lines and _SNIPPET.search(lines[-1]) and len(text.split()) < 400:
        draft.flags.add("truncated")
    pieces = len(re.findall(r"\s(?:…|\.{3})\s", text))
    if pieces >= MIN_SNIPPET_PIECES and len(text.split()) < 40 * pieces:
        draft.flags.add("snippet_suspected")


def _take_title(draft: Draft, index: int) -> None:
    """Cut a caption with its credit, and the headline behind it, from the start of the first line."""
    line = draft.lines[index]
    assert line is not None and draft.title is not None
    at = line.text.find(draft.title)
    if at <= 0 or len(draft.title.split()) < 3:
        return
    found = credited(line.text[:at].strip())
    if found is None:
        return
    caption, rule, score = found
    draft.captions.append((line.start, Caption(caption.text.rstrip(" |"), caption.credit)))
    end = line.start + at
    draft.cut_inside(index, Cut(line.start, end, "caption", rule, score, "captions"))
    draft.cut_inside(index, Cut(end, end + len(draft.title), "title_repeat", "title.behind_caption", 0.9, "title"))


def _take_links(draft: Draft, index: int) -> None:
    line = draft.lines[index]
    assert line is not None
    for match in _GLUED_LINKS.finditer(line.text, 0, MAX_READ):
        start, end = match.span("links")
        cut = Cut(line.start + start, line.start + end, "related_tail", "inline.glued_links", 0.9)
        draft.cut_inside(index, cut)
