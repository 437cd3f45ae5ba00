"""Lines about the article -> fields: by-lines, translators, sources, date lines, counters, and bare furniture.

In     a draft
Out    the draft, without the lines at its head and foot (and, for furniture, anywhere) that fit a rule

A line may hold several statements ("2021-10-11  By: Ann  Hits: 3", "Written by A / Translated by B"): if every piece
between bars, slashes, tabs or wide blanks fits a rule, each piece is cut under its own rule.
Patterns are data: tasks/rules/strip_lines.toml. Dates are read by tasks/datelines/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from tasks.datelines import DateLineMatch, find_date_line, find_date_prefix
from tasks.names import is_byline, split_names, words_of
from tasks.strip.draft import Draft
from tasks.strip.labels import is_label
from tasks.strip.removals import Cut
from tasks.strip.rules import ANY, FOOT, HEAD, LONGEST_LINE, LineMatch, match_line
from tasks.text import Line, is_unspaced

# The head ends when it holds two paragraphs of prose of this length, or as much in shorter ones, or after so many
# lines.
HEAD_LINES = 14
PROSE_CHARACTERS = 140
_BETWEEN = re.compile(r"\s{2,}|[\t\xa0\u3000]|\s[/|｜·•—–]\s|[|｜]")
_LONGEST_DATE_LINE = 160
_HAS_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_STOP = re.compile(r"[.!?。！？…][\"”’'»)\]]{0,3}$")
_BEFORE_NAMES = r"(?:by|par|por|von|door|di|oleh)\s?[:：]?\s{1,3}"
# Names beside a date: "Posted by Ada Quill on 4 May 2020", "4 May 2020 by Ada Quill in News // 0 Comments"
_NAMES_BEFORE = re.compile(
    rf"(?i)^\W{{0,3}}(?:\w{{4,12}}\s)?{_BEFORE_NAMES}(?P<names>[^:|]{{3,100}}?)(?:[\s:,|–—-]|\b(?:on|am|le|el|em|il|op|pada|at)\b)*$"
)
_NAMES_BEHIND = re.compile(
    rf"(?i)^[\s,|·•–—/-]{{0,6}}{_BEFORE_NAMES}(?P<names>[^|·•/(]{{3,100}}?)(?:\sin\s.*|\s*[|·•/(].*)?$"
)
_BY = re.compile(rf"(?i)^\W{{0,3}}(?:\w{{4,12}}\s)?{_BEFORE_NAMES}")


def ends_like_prose(text: str) -> bool:
    """Whether a line ends as sentences do, quotes and brackets aside."""
    return bool(_STOP.search(text, max(0, len(text) - 5)))


def take_prefix(draft: Draft) -> None:
    """Cut the date that an extractor put before the first sentence."""
    found = find_date_prefix(draft.raw)
    if found is None or not draft.lines:
        return
    index, line = next(draft.standing())
    start = len(draft.raw[: found.end]) - len(draft.raw[: found.end].lstrip())
    end = len(draft.raw[: found.end].rstrip())
    if line.start <= start < end < line.end:
        surface = draft.raw[start:end]
        draft.published.append(replace(found.date_line, surface=surface, source="header"))
        draft.cut_inside(index, Cut(start, end, "date_line", "date.prefix", 0.99, "published_local"))


def take_head(draft: Draft) -> int | None:
    """Cut lines of metadata and furniture above the body.

    Returns:
        the index of the first date line or by-line that was cut: a headline stands above it; None without one.
    """
    prose = 0.0
    anchor: int | None = None
    for count, (index, line) in enumerate(draft.standing()):
        if count == HEAD_LINES or prose >= 2:
            break
        stays = is_label(line.text) or (count == 0 and _is_title_with_date(line.text))  # a label says what is below it
        roles = set() if stays else take_line(draft, index, HEAD)
        if roles & {"date_line", "byline"} and anchor is None:
            anchor = index
        if not roles and ends_like_prose(line.text):
            prose += min(1.0, _weight(line.text) / PROSE_CHARACTERS)
    return anchor


def _weight(text: str) -> int:
    """Characters, where an unspaced script says in one what others say in three."""
    return len(text) if text.isascii() or not is_unspaced(text[:100]) else 3 * len(text)


def _is_title_with_date(text: str) -> bool:
    """Whether a first line is a headline that ends in its date ("The harbour report 2021.06.02"), not a date line."""
    found = find_date_line(text) if _HAS_DIGIT.search(text) and len(text) <= _LONGEST_DATE_LINE else None
    return (
        found is not None
        and not found.labelled
        and not _BY.match(text)
        and len(_LETTERS.findall(text[: found.start])) >= 3
    )


def take_foot(draft: Draft) -> None:
    """Cut lines of metadata and furniture below the body, from the last upwards until one fits no rule."""
    for index, _ in draft.standing_backwards():
        if not take_line(draft, index, FOOT):
            break


def take_comments(draft: Draft) -> None:
    """Cut a block of readers' comments: from its door to the end, if the marks of comments stand below."""
    standing = list(draft.standing())
    signs = [
        n for n, (_, line) in enumerate(standing) if len(line.text) <= 80 and _is_comment(line.text, "comments.reply")
    ]
    if len(signs) < 2:
        return
    for n in range(1, signs[0] + 1):
        text = standing[n][1].text
        if n == signs[0] or (len(text) <= 60 and (_DOOR.match(text) or _is_comment(text, "comments.prompt"))):
            draft.cut_lines(standing[n][0], standing[-1][0], "comments", "comments.block", 0.95)
            return


# "2 Comments", "Comments (2)", "Kommentare", "3 条评论"
_DOOR = re.compile(
    r"(?i)^(?:\d{1,5} (?:comments?|kommentare?|commentaires?|comentarios|commenti|replies|条评论)"
    r"|comments? ?\(?\d{0,5}\)?|评论)\W{0,3}$"
)


def _is_comment(text: str, rule: str) -> bool:
    found = match_line(text, FOOT)
    return found is not None and found.rule.id == rule


def take_anywhere(draft: Draft) -> None:
    """Cut furniture that stands alone on its line, wherever that is."""
    for index, line in draft.standing():
        found = match_line(line.text, ANY) if len(line.text) <= _LONGEST_ANYWHERE else None
        if found is None or found.rule.role == "caption":
            continue
        if draft.cut_line(index, found.rule.role, found.rule.id, found.rule.score, found.field):
            _keep(draft, found)


_LONGEST_ANYWHERE = 240
POST_LINES = 4
_HANDLE = re.compile(r"^[^@\n]{0,40}[(\s]?@\w{2,30}\)?$")


def take_line(draft: Draft, index: int, zone: str) -> set[str]:
    """Cut a line if all of it fits rules of the zone; the roles that were cut."""
    line = draft.lines[index]
    if line is None or len(line.text) > LONGEST_LINE:
        return set()
    pieces = _explain(line, zone)
    if pieces is None or (_is_time_of_post(draft, index) and any(not isinstance(p[2], LineMatch) for p in pieces)):
        return set()
    rules = [found.rule.id if isinstance(found, LineMatch) else "date.line" for *_, found in pieces]
    if not all(draft.consents(index, rule) for rule in rules):
        return set()
    for start, end, found in pieces:
        if isinstance(found, LineMatch):
            _keep(draft, found)
            role, rule, score, field = found.rule.role, found.rule.id, found.rule.score, found.field
        else:
            source = "header" if zone == HEAD else "footer"
            draft.published.append(replace(found.date_line, source=source))
            _keep_names(draft.byline, _names_beside(line.text, found))
            role, rule, score, field = "date_line", "date.line", 0.99, "published_local"
        draft.cuts.append(Cut(start, end, role, rule, score, field))
    draft.lines[index] = None
    return {draft.cuts[-1 - n].role for n in range(len(pieces))}


def _is_time_of_post(draft: Draft, index: int) -> bool:
    """Whether a line stands below a handle alone on its line: its date is that of a post that the text quotes."""
    above = (line.text for line in draft.lines[max(0, index - POST_LINES) : index] if line is not None)
    return any(map(_HANDLE.match, above))


def _explain(line: Line, zone: str) -> list | None:
    """(start, end, match) for every piece of a line, or None if some piece fits nothing."""
    text = line.text
    whole = _explain_piece(text, zone)
    if whole is not None and not _hides_more(whole):
        start, end = _span(whole, text)
        if start == 0 and end == len(text):
            return [(line.start, line.end, whole)]
    if whole is None and not _may_be_parted(text):
        return None
    explained = []
    for left_mark, start, piece in _pieces(text):
        found = _explain_piece(piece, zone)
        if found is None:
            return _only_date(line) if whole is not None and not isinstance(whole, LineMatch) else None
        left, right = _span(found, piece)
        if left or right < len(piece):
            return _only_date(line)
        explained.append((line.start + left_mark, line.start + start + len(piece), found))
    return explained or None


def _may_be_parted(text: str) -> bool:
    """A quick no for nearly all lines: whether something stands in the line that parts statements."""
    return not text.isascii() or "|" in text or " / " in text or len(text.split()) != text.count(" ") + 1


def _pieces(text: str) -> list[tuple[int, int, str]]:
    """(start with the parting mark before it, start, words) of what stands between bars and the like."""
    pieces = []
    start = mark = 0
    for match in [*_BETWEEN.finditer(text), None]:
        end = len(text) if match is None else match.start()
        piece = text[start:end].strip()
        if piece:
            pieces.append((mark, text.index(piece, start), piece))
            mark = end
        if match is not None:
            blank_mark = text[mark : match.end()].strip() == ""
            mark = match.end() if blank_mark else mark + len(text[mark:]) - len(text[mark:].lstrip())
            start = match.end()
    return pieces


def _only_date(line: Line) -> list | None:
    """A line that is a date line with names and labels around it: all of it goes as one."""
    found = find_date_line(line.text)
    if found is None or not found.rest_is_metadata:
        return None
    return [(line.start, line.end, found)]


def _hides_more(found) -> bool:
    return isinstance(found, LineMatch) and found.words is not None and bool(re.search(r"\s[/|]\s", found.words))


def _span(found, text: str) -> tuple[int, int]:
    return (0, len(text)) if isinstance(found, LineMatch) else (found.start, found.end)


def _explain_piece(text: str, zone: str):
    """A rule's match or a date line's, or None."""
    if len(text) <= _LONGEST_DATE_LINE and _HAS_DIGIT.search(text):
        found = find_date_line(text)
        if found is not None and found.rest_is_metadata:
            return found
    match = match_line(text, zone)
    if match is not None and match.field in ("byline", "translators") and not is_byline(match.words or ""):
        return None  # a sentence or a headline behind a word that often stands before names
    return match


def _names_beside(text: str, found: DateLineMatch) -> tuple[str, ...]:
    """The names of a by-line that stands on the line of a date."""
    sides = (_NAMES_BEFORE.match(text[: found.start]), _NAMES_BEHIND.match(text[found.end :]))
    return next((split_names(side["names"]) for side in sides if side), ())


def _keep_names(kept: list[str], names: Iterable[str]) -> None:
    kept += [name for name in names if name not in kept]


def _keep(draft: Draft, found: LineMatch) -> None:
    """Put the words of a match into the field that its rule names."""
    if not found.words:
        return
    if found.rule.role == "author_note":
        _keep_names(draft.noted, split_names(found.words))
    if found.field is None:
        return
    words = found.words.strip(" \t\xa0|()（）[]")
    if found.field in ("byline", "translators"):
        desk = () if words.casefold() in words_of("nobody") else (words,)
        _keep_names(draft.byline if found.field == "byline" else draft.translators, split_names(words) or desk)
    elif found.field == "publisher":
        if draft.publisher is None or (found.rule.role == "source_line" and not draft.publisher_is_credited):
            draft.publisher = words or draft.publisher
            draft.publisher_is_credited = found.rule.role == "source_line"
    elif found.field == "section":
        draft.section = draft.section or words or None
