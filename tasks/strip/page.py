"""Whole pages as text: menus, teasers and footers around an article -> the lines that are its body.

In     the lines of a text; which of them repeat on the site
Out    whether the text is such a page; where its headline stands; which lines are the article's

A text is taken for a page when at least `FURNITURE_LINES` of its lines fit rules for furniture and many lines are
short, or when very many fit or repeat.
Each line then gets a score: its length and end, the prose around it, its place beside the headline and the densest
stretch of prose, whether it repeats (on the page, on the site), whether it speaks the words of that stretch. The
weights are in tasks/rules/strip_page_weights.toml (bench/strip_fit.py fits them). A line changes sides only where the
scores of its neighbours pay for it (a path of two states, after Viterbi).

Limits  Comments, blurbs and the next article in full sentences look like body. A page of product cards may lose them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from tasks.rules import read_toml
from tasks.strip.captions import has_credit
from tasks.strip.draft import Draft
from tasks.strip.fields import take_line
from tasks.strip.lists import lines_of_lists
from tasks.strip.rules import FOOT, HEAD, match_line
from tasks.strip.signs import capitals, kind_of, known_share, long_words, word_count
from tasks.text import line_key

# Of the development pages 98 % have this much furniture, of their bare bodies (with tails too) 0.1 %.
FURNITURE_LINES, SHORT_SHARE, SHORT_WORDS = 4, 0.3, 5
FEWEST_LINES = 20  # of a page; what is shorter is read as an article with a little furniture
FURNITURE_ROLES = (
    "site_header",
    "share_bar",
    "read_more",
    "newsletter",
    "comments",
    "legal_footer",
    "notice",
    "end_mark",
)
MUCH_FURNITURE = 8  # lines, where few are short
MUCH_REPEATED = 12  # lines that repeat on the site
# Lines without prose end a stretch of prose when they cost more words than it has.
COST_IN_DENSE, COST_IN_WIDE = 12, 4
ABOUT_HEADLINE = 6  # lines above the headline and below the first paragraph in which its date and credits stand
NEAR = 3  # lines up and down whose prose counts as beside a line
_PROSE = ("prose", "line", "cut")
_LONGEST_RULED = 240
_PRIVACY = re.compile(
    r"(?i)cookie.{0,80}\b(?:consent|plugin|session|visitors?|analytics|expires?|stored?s?|used to|browser"
    r"|sets? (?:this|by))\b|\b(?:cookies?|personal (?:data|information)|opt[- ]out|privacy policy"
    r"|third[- ]part(?:y|ies) (?:partners|vendors))\b.{0,400}\b(?:cookies?|browser|our (?:web)?sites?|this (?:web)?site"
    r"|your (?:device|consent|privacy)"
    r"|personal (?:data|information)|partners|preferences)\b"
)


def cut_page(draft: Draft, repeated: Set[int], given: str | None) -> None:
    """Cut everything but the article from a page's draft, and take its headline, date and credits.

    Args:
        draft: a draft in which every line stands, of a text that `is_page`.
        repeated: indices of lines that repeat on the site.
        given: the title from outside, if there is one; else the page's own headline becomes the draft's.
    """
    places = [index for index, _ in draft.standing()]
    texts = [line.text for _, line in draft.standing()]
    stays = body_lines(texts, {n for n, index in enumerate(places) if index in repeated})
    headline = find_headline(texts)
    first = next((n for n, stay in enumerate(stays) if stay), len(stays))
    last = max((n for n, stay in enumerate(stays) if stay), default=-1)
    for n, index in enumerate(places):
        if n == headline:
            if not given:
                draft.title, draft.title_origin = texts[n], "first_line"
            draft.cut_line(index, "title", "page.headline", 0.9, "title")
        elif not stays[n]:
            about = headline is not None and headline - ABOUT_HEADLINE <= n <= max(first, headline) + ABOUT_HEADLINE
            if not (about and take_line(draft, index, HEAD)):
                _cut_other(draft, index, texts[n], "site_header" if n < last else "related_tail")


def _cut_other(draft: Draft, index: int, text: str, otherwise: str) -> None:
    """Cut a line that is not the article's, under the rule that it fits, if any."""
    found = match_line(text, FOOT) if len(text) <= _LONGEST_RULED else None
    if found is None or found.rule.role in ("caption", "byline", "source_line"):
        draft.cut_line(index, otherwise, "page.outside_body", 0.8)
    else:
        draft.cut_line(index, found.rule.role, found.rule.id, found.rule.score)


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
        furniture += _role(text, "") in FURNITURE_ROLES
        if furniture >= enough:
            return True
    return False


def find_headline(texts: Sequence[str]) -> int | None:
    """Where the page's own title (its first line, the site's name aside) stands again, or None."""
    head = line_key(texts[0])
    words = set(head.split())
    alike = None
    for i in range(1, len(texts)):
        if not 15 <= len(texts[i]) <= _LONGEST_RULED or texts[i].count(" ") < 3:
            continue
        key = line_key(texts[i])
        if key and (head.startswith(key) or key.startswith(head) or (len(key) > 25 and key in head)):
            return i
        own = set(key.split())
        if alike is None and len(own) >= 4 and len(own & words) >= 0.8 * min(len(own), len(words)):
            alike = i
    return alike


def body_lines(
    texts: Sequence[str],
    repeated: Set[int] = frozenset(),
    weights: tuple[Mapping[str, float], float, float] | None = None,
) -> list[bool]:
    """Which lines are the article's.

    Args:
        texts: the page's lines.
        repeated: positions of the lines that repeat on the site.
        weights: others than the table's, for fitting.
    """
    of_name, line, change = weights or _weights()
    scores = [line + sum(of_name.get(name, 0.0) for name in names) for names in describe_page(texts, repeated)]
    return _path(scores, change)


@cache
def _weights() -> tuple[dict[str, float], float, float]:
    """(weight of every feature, weight of every line, cost of a change of sides)."""
    table = read_toml("strip_page_weights")
    return {name: value / 100 for name, value in table["weights"].items()}, table["line"] / 100, table["change"] / 100


def _path(scores: Sequence[float], change: float) -> list[bool]:
    """The cheapest way through the lines, inside or outside the body."""
    outside, inside = 0.0, -change
    came: list[tuple[bool, bool]] = []
    for score in scores:
        came.append((inside - change > outside, inside >= outside - change))
        outside, inside = max(outside, inside - change), max(inside, outside - change) + score
    path, state = [], inside > outside
    for from_inside_when_out, from_inside_when_in in reversed(came):
        path.append(state)
        state = from_inside_when_in if state else from_inside_when_out
    return path[::-1]


# ------------------------------------------------------------------ features


class _Map(NamedTuple):
    """What is known of the page as a whole."""

    kinds: list[str]
    sums: list[int]  # words of prose above each line
    dense: tuple[int, int]
    wide: tuple[int, int]
    headline: int | None
    others: list[int]  # the lines that do not belong to a list of items


def describe_page(texts: Sequence[str], repeated: Set[int]) -> list[list[str]]:
    """The names of every line's features."""
    words = [word_count(text) for text in texts]
    kinds = [kind_of(text, n) for text, n in zip(texts, words, strict=True)]
    roles = [_role(text, kind) for text, kind in zip(texts, kinds, strict=True)]
    twice = Counter(texts)
    prose = [n if kinds[i] in _PROSE and roles[i] == "none" and i not in repeated else 0 for i, n in enumerate(words)]
    page = _map(texts, kinds, prose, lines_of_lists(texts, words, prose))
    known = long_words(" ".join(texts[page.dense[0] : page.dense[1] + 1]))
    features = []
    for i, text in enumerate(texts):
        names = _place(i, words[i], page)
        names.append(f"rule.{roles[i]}")
        side = _side(i, page.dense)
        names.append(f"known.{'long' if words[i] > 12 else 'short'}_{known_share(text, known)}_{side}")
        if kinds[i] in ("heading", "question"):
            names.append(f"capitals.{capitals(text)}")
        if twice[text] > 1:
            names.append("twice")
        if i in repeated:
            names.append("repeats.long" if words[i] > 12 else "repeats.short")
        features.append(names)
    return features


def _map(texts: Sequence[str], kinds: list[str], prose: Sequence[int], listed: Set[int]) -> _Map:
    headline = find_headline(texts)
    below = list(prose) if headline is None else [n if i > headline else n // 3 for i, n in enumerate(prose)]
    dense, wide = _stretch(below, listed, COST_IN_DENSE), _stretch(below, listed, COST_IN_WIDE)
    sums = [0, *accumulate(prose)]
    return _Map(kinds, sums, dense, wide, headline, [i for i in range(len(texts)) if i not in listed])


def _role(text: str, kind: str) -> str:
    """The role of the rule that the line fits, `label`, or `none`."""
    if ("ookie" in text or len(text) > _LONGEST_RULED) and _PRIVACY.search(text, 0, 1000):
        return "notice"
    if len(text) < 600 and has_credit(text):
        return "caption"
    found = match_line(text, FOOT) if len(text) <= _LONGEST_RULED else None
    return found.rule.role if found else "label" if kind == "label" else "none"


def _stretch(prose: Sequence[int], listed: Set[int], cost: int) -> tuple[int, int]:
    """First and last line of the stretch with the most words of prose, every other line but a list's costing some."""
    best, span, total, start = 0, (0, -1), 0, 0
    for i, words in enumerate(prose):
        total += words or (-cost if i not in listed else 0)
        if total <= 0:
            total, start = 0, i + 1
        elif total > best:
            best, span = total, (start, i)
    return span


def _side(i: int, span: tuple[int, int]) -> str:
    return "above" if i < span[0] else "below" if i > span[1] else "inside"


def _place(i: int, words: int, page: _Map) -> list[str]:
    """Names for the line's form and for what stands around it."""
    kind, side = page.kinds[i], _side(i, page.dense)
    steps = page.dense[0] - i if side == "above" else i - page.dense[1]
    above, below = _prose_beside(i, page)
    if page.headline is None:
        title = "none"
    elif side == "inside" and i > page.headline:
        title = "below_inside"  # however far: the article may be long
    else:
        title = "above" if i <= page.headline else f"below_{_upto(i - page.headline, 2, 6, 20, 60)}"
    return [
        f"{kind}.{_upto(words, 2, 4, 7, 12, 20, 40)}",
        f"{side}.{kind}",
        side if side == "inside" else f"{side}_{_upto(steps, 1, 2, 4, 8, 20)}",
        f"prose_above.{_upto(above, 0, 15, 40, 90)}",
        f"prose_below.{_upto(below, 0, 15, 40, 90)}",
        f"title.{title}",
        f"title.{title[:5]}.{'long' if words > 12 else 'short'}",
        f"wide.{'inside' if page.wide[0] <= i <= page.wide[1] else 'outside'}.{kind}",
    ]


def _prose_beside(i: int, page: _Map) -> tuple[int, int]:
    """Words of prose in the next lines above and below that are no list's."""
    others, sums = page.others, page.sums
    at = bisect_left(others, i)
    after = at + (at < len(others) and others[at] == i)
    above, below = others[max(0, at - NEAR) : at], others[after : after + NEAR]
    return sum(sums[k + 1] - sums[k] for k in above), sum(sums[k + 1] - sums[k] for k in below)


def _upto(n: int, *bounds: int) -> str:
    """The first bound that n does not pass, or `more`."""
    for bound in bounds:
        if n <= bound:
            return str(bound)
    return "more"
