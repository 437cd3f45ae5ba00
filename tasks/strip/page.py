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

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import groupby
from typing import NamedTuple

from tasks.rules import read_toml, rule_cache
from tasks.strip.draft import Draft
from tasks.strip.fields import take_line
from tasks.strip.forms import LONGEST_RULED, Form, form_of, longer_words, role_of, rule_of
from tasks.strip.lists import lines_of_lists
from tasks.strip.rules import HEAD
from tasks.strip.signs import share_of, word_count
from tasks.text import line_key

# Of the development pages 98 % have this much furniture, of their bare bodies (with tails too) 0.1 %.
FURNITURE_LINES, SHORT_SHARE, SHORT_WORDS = 4, 0.3, 5
FEWEST_LINES = 20  # of a page; what is shorter is read as an article with a little furniture
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
# What a line without prose costs, in words: a stretch of prose ends when its lines cost more than it has.
COST = 12
ABOUT_HEADLINE = 6  # lines above the headline and below the first paragraph in which its date and credits stand
NEAR = 3  # lines up and down whose prose counts as beside a line
# A line with none of more words so near is a menu's, and not looked at: half of a page, and .15 % of the bodies.
FAR_WORDS, FAR_LINES = 9, 4
_PROSE = ("prose", "line", "cut")


def cut_page(draft: Draft, repeated: Set[int], given: str | None) -> None:
    """Cut everything but the article from a page's draft, and take its headline, date and credits.

    Args:
        draft: a draft in which every line stands, of a text that `is_page`.
        repeated: indices of lines that repeat on the site.
        given: the title from outside, if there is one; else the page's own headline becomes the draft's.
    """
    places = [index for index, _ in draft.standing()]
    texts = [line.text for _, line in draft.standing()]
    headline = find_headline(texts)
    stays = _choose(texts, {n for n, index in enumerate(places) if index in repeated}, headline)
    first = next((n for n, stay in enumerate(stays) if stay), len(stays))
    last = max((n for n, stay in enumerate(stays) if stay), default=-1)
    others: list[tuple[int, Reason]] = []
    for n, index in enumerate(places):
        if n == headline:
            if not given:
                draft.title, draft.title_origin = texts[n], "first_line"
            draft.cut_line(index, "title", "page.headline", 0.9, "title")
        elif not stays[n]:
            about = headline is not None and headline - ABOUT_HEADLINE <= n <= max(first, headline) + ABOUT_HEADLINE
            if not (about and take_line(draft, index, HEAD)):
                others.append((index, _reason(texts[n], "site_header" if n < last else "related_tail")))
    for lines, reason in _runs(others):
        draft.cut_lines(lines[0], lines[-1], *reason)


Reason = tuple[str, str, float]  # role, rule, score


def _reason(text: str, otherwise: str) -> Reason:
    """Why a line goes that is not the article's: the rule that it fits, if any."""
    rule = rule_of(text)
    if rule is None or rule.role in ("caption", "byline", "source_line"):
        return otherwise, "page.outside_body", 0.8
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
    if weights is None:
        return _choose(texts, repeated, find_headline(texts))
    of_name, line, change = weights
    return _path(
        [line + sum(of_name.get(name, 0.0) for name in names) for names in describe_page(texts, repeated)], change
    )


def _choose(texts: Sequence[str], repeated: Set[int], headline: int | None) -> list[bool]:
    """`body_lines` with the weights of the table."""
    return _path([_score(sight) for sight in _see(texts, repeated, headline)], _weights()[2])


@rule_cache(1 << 15)  # sights come again and again
def _score(sight: Sight) -> float:
    of_name, line, _ = _weights()
    return line + sum(of_name.get(name, 0.0) for name in _names(sight))


@rule_cache()
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


class Sight(NamedTuple):
    """What is seen of a line and of its surroundings, in steps that are few enough to be met again."""

    kind: str
    size: int  # all of these count the bounds that are passed
    side: str  # of the densest stretch of prose
    steps: int  # to that stretch
    above: int  # words of prose beside it
    below: int
    title: str  # where the headline stands
    role: str
    known: str  # share of its longer words that the densest stretch uses
    twice: bool
    repeats: bool


FAR_FORM = Form(1, "heading", "none", ())
FAR = Sight("far", 0, "far", 0, 0, 0, "far", "far", "far", False, False)  # of a line that nothing more is asked about
_BOUNDS = {"size": (2, 4, 7, 12, 20, 40), "steps": (1, 2, 4, 8, 20), "words": (0, 15, 40, 90), "title": (2, 6, 20, 60)}
_STEPS = {name: (*map(str, bounds), "more") for name, bounds in _BOUNDS.items()}
_LONG = _BOUNDS["size"].index(12)  # size of the longest lines that are short


def describe_page(texts: Sequence[str], repeated: Set[int]) -> list[tuple[str, ...]]:
    """The names of every line's features."""
    return [_names(sight) for sight in _see(texts, repeated, find_headline(texts))]


def _names(sight: Sight) -> tuple[str, ...]:
    """The names of a line's features."""
    if sight is FAR:
        return ("far",)
    size, side = _STEPS["size"][sight.size], sight.side
    length = "long" if sight.size > _LONG else "short"
    names = [
        f"{sight.kind}.{size}",
        f"{side}.{sight.kind}",
        side if side == "inside" else f"{side}_{_STEPS['steps'][sight.steps]}",
        f"prose_above.{_STEPS['words'][sight.above]}",
        f"prose_below.{_STEPS['words'][sight.below]}",
        f"title.{sight.title}",
        f"rule.{sight.role}",
        f"known.{length}_{sight.known}_{side}",
    ]
    if sight.twice:
        names.append("twice")
    if sight.repeats:
        names.append(f"repeats.{length}")
    return tuple(names)


def _see(texts: Sequence[str], repeated: Set[int], headline: int | None) -> Iterator[Sight]:
    """What is seen of every line."""
    near = _near_prose(texts)
    forms = [form_of(text) if is_near else FAR_FORM for text, is_near in zip(texts, near, strict=True)]
    words = [form.words for form in forms]
    prose = [
        form.words if form.kind in _PROSE and form.role == "none" and i not in repeated else 0
        for i, form in enumerate(forms)
    ]
    listed = lines_of_lists(texts, words, prose)
    first, last = _densest(prose, listed, headline)
    known = frozenset(longer_words(" ".join(texts[first : last + 1])))
    beside = _prose_beside(prose, listed)
    copies = Counter(texts)
    for i, (text, form) in enumerate(zip(texts, forms, strict=True)):
        if not near[i]:
            yield FAR
            continue
        side = "above" if i < first else "below" if i > last else "inside"
        steps = first - i if i < first else max(0, i - last)
        yield Sight(
            form.kind,
            bisect_left(_BOUNDS["size"], form.words),
            side,
            0 if side == "inside" else bisect_left(_BOUNDS["steps"], steps),
            bisect_left(_BOUNDS["words"], beside[i][0]),
            bisect_left(_BOUNDS["words"], beside[i][1]),
            _beside_title(i, headline, side),
            form.role,
            share_of(form.long_words, known),
            copies[text] > 1,
            i in repeated,
        )


def _near_prose(texts: Sequence[str]) -> list[bool]:
    """Which lines have a line of some length among their neighbours, or are one themselves."""
    near = [False] * len(texts)
    for i, text in enumerate(texts):
        if word_count(text) > FAR_WORDS:
            first = max(0, i - FAR_LINES)
            near[first : i + FAR_LINES + 1] = [True] * (min(len(texts), i + FAR_LINES + 1) - first)
    return near


def _beside_title(i: int, headline: int | None, side: str) -> str:
    """Where a line stands to the headline; inside the densest stretch however far, since the article may be long."""
    if headline is None:
        return "none"
    if i <= headline:
        return "above"
    return (
        "below_inside" if side == "inside" else f"below_{_STEPS['title'][bisect_left(_BOUNDS['title'], i - headline)]}"
    )


def _densest(prose: Sequence[int], listed: Set[int], headline: int | None) -> tuple[int, int]:
    """First and last line of the densest stretch of prose; what stands above the headline counts a third."""
    below = prose if headline is None else [n if i > headline else n // 3 for i, n in enumerate(prose)]
    return _stretch(below, listed)


def _stretch(prose: Sequence[int], listed: Set[int]) -> tuple[int, int]:
    """First and last line of the stretch with the most words of prose, every other line but a list's costing some."""
    best, span, total, start = 0, (0, -1), 0, 0
    for i, words in enumerate(prose):
        total += words or (-COST if i not in listed else 0)
        if total <= 0:
            total, start = 0, i + 1
        elif total > best:
            best, span = total, (start, i)
    return span


def _prose_beside(prose: Sequence[int], listed: Set[int]) -> list[tuple[int, int]]:
    """For every line the words of prose in the next lines above and below it that are no list's."""
    sums = [0]
    places = []  # of each line among those that are no list's
    for i, words in enumerate(prose):
        places.append(len(sums) - 1)
        if i not in listed:
            sums.append(sums[-1] + words)
    end = len(sums) - 1
    found = []
    for i, at in enumerate(places):
        after = min(end, at + (i not in listed))
        found.append((sums[at] - sums[max(0, at - NEAR)], sums[min(end, after + NEAR)] - sums[after]))
    return found
