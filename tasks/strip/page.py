"""Whole pages as text: menus, teasers and footers around an article -> its headline and date; the rest is cut.

In     a draft in which every line stands; which lines the line model says are not the article's (tasks/strip/decide.py)
Out    whether the text is such a page; where its headline stands; the draft without the other lines

A text is taken for a page when at least `FURNITURE_LINES` of its lines fit rules for furniture and many lines are
short, or when very many fit or repeat. On a page most lines are not the article's, so less caution is asked for there.

Limits  Comments, blurbs and the next article in full sentences look like body.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from tasks.strip.decide import RULE, Judgement
from tasks.strip.draft import Draft
from tasks.strip.fields import ends_like_prose, take_line
from tasks.strip.forms import LONGEST_RULED, role_of, rule_of
from tasks.strip.rules import HEAD
from tasks.text import line_key

# Of the development pages 98 % have this much furniture, of their bare bodies (with tails too) 0.1 %.
FURNITURE_LINES, SHORT_SHARE, SHORT_WORDS = 4, 0.3, 5
FEWEST_LINES = 20  # of a page; what is shorter is read as an article with a little furniture
MIN_TITLE, MIN_TITLE_WORDS = 15, 3  # characters and words of a page's own title
FURNITURE_ROLES = (
    "site_header",
    "share_bar",
    "advert",
    "read_more",
    "newsletter",
    "comments",
    "legal_footer",
    "notice",
    "end_mark",
)
MUCH_FURNITURE = 8  # lines, where few are short
MUCH_REPEATED = 12  # lines that repeat on the site
ABOUT_HEADLINE = 6  # lines above the headline and below the first paragraph in which its date and credits stand


def cut_page(draft: Draft, judgement: Judgement, given: str | None) -> None:
    """Cut everything but the article from a page's draft, and take its headline, date and credits.

    Args:
        draft: a draft in which every line stands, of a text that `is_page`.
        judgement: what the line model says of the draft's lines.
        given: the title from outside, if there is one; else the page's own headline becomes the draft's.
    """
    places = [index for index, _ in draft.standing()]
    texts = [line.text for _, line in draft.standing()]
    headline = find_headline(texts)
    stays = [not judgement.goes[index] for index in places]
    first = next((n for n, stay in enumerate(stays) if stay), len(stays))
    last = max((n for n, stay in enumerate(stays) if stay), default=-1)
    others: list[tuple[int, Reason]] = []
    for n, index in enumerate(places):
        if n == headline:
            if not given:
                draft.title, draft.title_origin = texts[n], "first_line"
            draft.cut_line(index, "title", "page.headline", 0.9, "title")
        elif (
            n == 0
            and headline is not None
            and (not stays[0] or line_key(texts[0]).startswith(line_key(texts[headline])))
        ):
            draft.cut_line(index, "title_repeat", "page.window_title", 0.9)
        elif not stays[n]:
            about = headline is not None and headline - ABOUT_HEADLINE <= n <= max(first, headline) + ABOUT_HEADLINE
            if not (about and take_line(draft, index, HEAD)):
                others.append((index, _reason(texts[n], "site_header" if n < last else "related_tail")))
    for lines, reason in _runs(others):
        role, rule, score = reason
        detail = None
        if rule == RULE:
            score, detail = judgement.score(lines[0]), judgement.detail(lines[0])
        draft.cut_lines(lines[0], lines[-1], role, rule, score, detail)


Reason = tuple[str, str, float]  # role, rule, score


def _reason(text: str, otherwise: str) -> Reason:
    """Why a line goes that is not the article's: the rule that it fits, if any."""
    rule = rule_of(text)
    if rule is None or rule.role in ("caption", "byline", "source_line"):
        return otherwise, RULE, 0.8
    return rule.role, rule.id, rule.score


def _runs(lines: Iterable[tuple[int, Reason]]) -> Iterator[tuple[list[int], Reason]]:
    """Neighbouring lines that go for the same reason."""
    for (_, reason), run in groupby(enumerate(lines), key=lambda item: (item[1][0] - item[0], item[1][1])):
        yield [index for _, (index, _) in run], reason


def is_page(texts: Sequence[str], n_repeated: int = 0) -> bool:
    """Whether the lines are a whole page and not just an article; `n_repeated` of them repeat on the site."""
    short = sum(text.count(" ") < SHORT_WORDS and text[-1] not in '.!?"”。' for text in texts)
    enough = FURNITURE_LINES if short >= SHORT_SHARE * len(texts) else MUCH_FURNITURE
    if len(texts) < FEWEST_LINES:
        return False
    if n_repeated >= MUCH_REPEATED:
        return True
    furniture = 0
    for text in texts:
        furniture += role_of(text) in FURNITURE_ROLES
        if furniture >= enough:
            return True
    return False


def find_headline(texts: Sequence[str]) -> int | None:
    """Where the page's own title (its first line, the site's name aside) stands again, or None."""
    head = line_key(texts[0])
    words = set(head.split())
    if len(head) < MIN_TITLE or len(words) < MIN_TITLE_WORDS or ends_like_prose(texts[0]):
        return None
    alike = None
    for i in range(1, len(texts)):
        if not 15 <= len(texts[i]) <= LONGEST_RULED or texts[i].count(" ") < 3:
            continue
        key = line_key(texts[i])
        if key and (head.startswith(key) or key.startswith(head) or (len(key) > 25 and key in head)):
            return i
        own = set(key.split())
        if alike is None and len(own) >= 4 and len(own & words) >= 0.8 * min(len(own), len(words)):
            alike = i
    return alike
