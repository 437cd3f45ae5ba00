"""What kind of page a text is: error pages, walls, teasers and lists of links are no articles.

In     the text of a document, and the title in its markup
Out    a verdict with the rule that gave it; none for an article

The rules and their examples are data: `rules/ingest_pages.toml`. They look at whole lines of short texts, and a list is
told by its structure too, so that an article about cookies, about error 404, or a round-up of news stays an article.

Limits  English, and error pages in Chinese. What is unsure is kept and flagged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tasks.rules import Row, load

HEAD_LINES, TAIL_LINES = 3, 2
SHORT_LINE = 14  # words: a headline or a link
PROSE_LINE = 20  # words: a paragraph; more than `MAX_PROSE` words of them are an article, whatever stands around it
MAX_PROSE = 60
MAX_DIGITS = 0.1  # of a headline's characters; tables have more
LIST_LINES = 8  # fewer lines are no list
LIST_SHARE = 0.75  # of the lines of a list are short and end without a stop

_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_DIGIT = re.compile(r"\d")
_STOP = re.compile("[.!?。！？…]['\"”’»)]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRule(Row):
    """A pattern for whole lines, and what a text is where it matches."""

    where: Literal["head", "tail", "most"]
    pattern: re.Pattern[str]
    max_words: int
    verdict: str  # reject, or a flag
    listing: bool = False  # only for texts that are lists of short lines

    def reading(self, text: str) -> bool:
        """Whether the line matches."""
        return self.pattern.match(text) is not None


class Verdict(NamedTuple):
    """What a page is taken for: `flag` where it is kept all the same."""

    rule: str
    line: str
    flag: str | None


def page_rules() -> tuple[PageRule, ...]:
    """The rules in the order in which they are asked."""
    return load("ingest_pages", PageRule)


def judge_page(text: str, title: str | None = None) -> Verdict | None:
    """What kind of page a text is, unless it is an article.

    Args:
        text: of the document, one paragraph or heading a line.
        title: of the page, from its markup.

    >>> judge_page("Page not found\\nPlease try the search.")
    Verdict(rule='page.error.words', line='Page not found', flag=None)
    >>> judge_page("Page not found\\n" + 120 * "The archive lost a page that nobody missed. ")
    """
    longest = max(rule.max_words for rule in page_rules())
    if len(text) > 20 * longest:
        return None
    lines = [stripped for line in text.splitlines() if (stripped := line.strip())]
    counts = [count_words(line) for line in lines]
    total = sum(counts)
    listing = is_listing(lines, counts)
    for rule in page_rules():
        if total <= rule.max_words and (listing or not rule.listing):
            line = _matching_line(rule, lines, counts, title)
            if line is not None:
                return Verdict(rule.id, line[:80], None if rule.verdict == "reject" else rule.verdict)
    return Verdict("page.list", lines[0][:80], "index_page_suspected") if listing else None


def _matching_line(rule: PageRule, lines: list[str], counts: list[int], title: str | None) -> str | None:
    if rule.where == "most":
        hits = [(line, n) for line, n in zip(lines, counts, strict=True) if rule.pattern.match(line)]
        enough = len(hits) > 1 and 2 * sum(n for _, n in hits) >= sum(counts)
        return hits[0][0] if enough else None
    if rule.where == "tail":
        asked = lines[-TAIL_LINES:]
    else:
        asked = lines[:HEAD_LINES] + ([title.strip()] if title and not rule.listing else [])
    return next((line for line in asked if rule.pattern.match(line)), None)


def count_words(line: str) -> int:
    """Words of a line; two Chinese characters count as one."""
    han = len(_HAN.findall(line)) if not line.isascii() else 0
    return len(_WORD.findall(_HAN.sub(" ", line) if han else line)) + (han + 1) // 2


def is_listing(lines: list[str], counts: list[int]) -> bool:
    """Whether a text is a list of headlines or links: many short lines without a stop, hardly a paragraph, no table."""
    if len(lines) < LIST_LINES or sum(n for n in counts if n > PROSE_LINE) > MAX_PROSE:
        return False
    short = sum(
        n <= SHORT_LINE and not _STOP.search(line) and len(_DIGIT.findall(line)) <= MAX_DIGITS * len(line)
        for line, n in zip(lines, counts, strict=True)
    )
    return short >= LIST_SHARE * len(lines)
