"""Notes about the author, and bare names: lines below (or above) a text that only say who wrote it.

In     a draft; the given authors
Out    the draft without these lines; their names in `draft.noted` (notes) or `draft.byline` (bare names)

"Ada Quill is a writer" is a note where the author is Ada Quill, and a sentence of the article where that is about her.
The line itself does not tell; the text does: an article that is about somebody names the person again. So a line that
fits such a rule goes only where its person is a given or named author, or where no other line has the person's last
name. The same holds for a line that is nothing but a name, perhaps with a place.

Rules   tasks/rules/strip_authors.toml, and the `author_note` rows of strip_notes.toml, which say enough by themselves
Limits  Bare names in scripts without cases are known only where the input gives the author.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.names import is_name, name_key, split_names
from tasks.rules import Rule, load
from tasks.strip.draft import Draft
from tasks.strip.rules import FOOT, match_line
from tasks.text import Line

MAX_NOTE = 900  # characters
MIN_PLACE = 0.6  # share of the lines above a note
LAST_LINES = 8  # or a note is among so many last lines
MAX_NOTES = 3  # more persons in a row are what the text is about
HEAD_LINES = 3
_PLACED = re.compile(
    r"^[\s—–-]{0,3}(?P<name>[^\W\d_a-z][\w.'’-]+(?: (?:[^\W\d_a-z][\w.'’-]*|de|van|von|der|da|di|del|la)){1,3})"
    r"(?:,? (?:in|en|à|a|em|aus|te|di)|,|\s?[–—-])\s(?:[^\W\d_a-z][\w.'’-]+)(?: [^\W\d_a-z][\w.'’-]+)?\.?$"
)
_BARE = re.compile(
    r"^[\s—–-]{0,3}(?P<name>[^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z]\.)?(?: (?:de|van|von|der|da|di|del|la))?"
    r"(?: [^\W\d_a-z][\w'’-]+){1,2})\.?$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorRule(Rule):
    """The pattern of a line that says who somebody is; its group `name` is the person."""

    def __post_init__(self) -> None:
        Rule.__post_init__(self)
        if "name" not in self.pattern.groupindex:
            raise ValueError("pattern: has no group 'name'")


def take_notes(draft: Draft, authors: Sequence[str] = ()) -> None:
    """Cut the notes about the author that stand near the end, also above lines of other kinds."""
    standing = list(draft.standing())
    first = min(int(MIN_PLACE * len(standing)), max(0, len(standing) - LAST_LINES))
    found = []
    for index, line in standing[max(1, first) :]:
        ruled = match_line(line.text, FOOT)
        if ruled is not None:
            rule = ruled.rule
            if rule.role == "author_note" and draft.cut_line(index, "author_note", rule.id, rule.score):
                draft.noted += [name for name in split_names(ruled.words or "") if name not in draft.noted]
            continue
        rule_and_name = note_of(line.text) if len(line.text) <= MAX_NOTE else None
        if rule_and_name is not None and _is_author(draft, line, rule_and_name[1], authors):
            found.append((index, *rule_and_name))
    if len(found) > MAX_NOTES:
        return
    for index, author_rule, name in found:
        if draft.cut_line(index, "author_note", author_rule.id, author_rule.score):
            draft.noted += [n for n in split_names(name) if n not in draft.noted]


def note_of(text: str) -> tuple[AuthorRule, str] | None:
    """The rule and the person of a line that says who somebody is; None for quotations and other lines."""
    if " " not in text or text[0] in '"“«„' or not text[:5].lstrip("—–•*|_- \t")[:1].isupper():
        return None
    for rule in load("strip_authors", AuthorRule):
        match = rule.pattern.match(text)
        if match is not None and is_name(match["name"]):
            return rule, match["name"]
    return None


def take_bare_names(draft: Draft, authors: Sequence[str] = ()) -> None:
    """Cut lines at the head and the foot that are a name alone, perhaps with a place."""
    standing = list(draft.standing())
    if len(standing) < HEAD_LINES:
        return
    given = set(map(name_key, authors))
    for n, (index, line) in enumerate(standing):
        if HEAD_LINES <= n < len(standing) - HEAD_LINES or len(line.text) > 100:
            continue
        names = split_names(line.text)
        if names and given and set(map(name_key, names)) <= given and len("".join(names)) >= 0.6 * len(line.text):
            _take(draft, index, names, "byline.given_name", 0.97)
            continue
        is_last = n == len(standing) - 1
        match = _PLACED.match(line.text) if is_last or n == 0 else None
        match = match or (_BARE.match(line.text) if is_last or (n == 0 and _is_above_prose(standing, n)) else None)
        if match is not None and is_name(match["name"]) and _is_author(draft, line, match["name"], authors):
            _take(draft, index, split_names(match["name"]), "byline.bare_name", 0.85)


def _take(draft: Draft, index: int, names: Sequence[str], rule: str, score: float) -> None:
    if draft.cut_line(index, "byline", rule, score, "byline"):
        draft.byline += [name for name in names if name not in draft.byline]


def _is_above_prose(standing: Sequence[tuple[int, Line]], n: int) -> bool:
    """Whether one of the next two lines is a paragraph: a name above a list is a heading."""
    return any(len(line.text) >= 100 for _, line in standing[n + 1 : n + 3])


def _is_author(draft: Draft, line: Line, name: str, authors: Sequence[str]) -> bool:
    """Whether a person is a known author, or somebody whom the rest of the text does not name."""
    known = set(map(name_key, (*authors, *draft.byline)))
    if any(name_key(part) in known for part in split_names(name)):
        return True
    if authors and draft.byline:
        return False
    last_name = name.split()[-1].strip(".,'’")
    if len(last_name) < 3:
        return False
    rest = draft.raw[: line.start] + "\n" + draft.raw[line.end :]
    return re.search(rf"(?<!\w){re.escape(last_name)}(?!\w)", rest, re.IGNORECASE) is None
