"""List articles: which short lines of a page belong to a list whose items are told in prose.

In     the lines of a page, their words, and how many of these are prose
Out    the positions of the lines that number an item, name one of its facts, or stand between two numbers

Two forms give a list away, both without a look at the words. Numbers that rise or fall by one at the heads of short
lines ("1. The old mill", "2. The new mill"), with prose between them; and beginnings before a colon that come back
("Built: 1890", "Height: 12 m"), with prose between their copies. A menu and a box of the most read have no prose
between their lines.
Limits  Items known by nothing but a sub-heading are not seen; nor are lists of fewer than four.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

_NUMBERED = re.compile(r"(?:No\. ?|#)?(\d{1,3})(?:[.):–\s-])\s*\S")
FEWEST_ITEMS = 4
LEAST_PROSE = 15  # words between two items
LONGEST_ITEM = 20  # words of a line that heads an item or states a fact
LONGEST_KEY = 30  # characters before the colon
FARTHEST = 60  # lines after which another number begins another list


def lines_of_lists(texts: Sequence[str], words: Sequence[int], prose: Sequence[int]) -> set[int]:
    """Positions of the lines that belong to lists with prose in their items.

    Args:
        texts: the page's lines.
        words: how many words each has.
        prose: how many of them are words of prose: all or none.

    >>> lines = ["1. The mill", "It ground corn.", "2. The pier", "It fell.", "3. The inn", "It stood.", "4. The bell"]
    >>> sorted(lines_of_lists(lines, [3] * 7, [0, 20, 0, 20, 0, 20, 0]))
    [0, 2, 4, 6]
    """
    above = [0, *accumulate(prose)]
    short = [i for i, n in enumerate(words) if n <= LONGEST_ITEM and not prose[i]]
    found = _facts(texts, short, above)
    numbered = _longest_count(texts, short, above)
    if len(numbered) >= FEWEST_ITEMS:
        found.update(i for i in range(numbered[0], numbered[-1] + 1) if not prose[i])
    return found


def _longest_count(texts: Sequence[str], short: Sequence[int], above: Sequence[int]) -> list[int]:
    """The longest run of lines whose numbers rise, or fall, by one, with prose between them."""
    best: list[int] = []
    run: list[int] = []
    last, step = 0, 0
    for i in short:
        match = _NUMBERED.match(texts[i])
        if match is None:
            continue
        number = int(match[1])
        follows = bool(run) and number - last in ((step,) if step else (1, -1))
        if follows and above[i] - above[run[-1]] >= LEAST_PROSE:
            step = number - last
            run.append(i)
        elif follows or not run or number == 1 or i - run[-1] > FARTHEST:
            run, step = [i], 0
        else:
            continue
        last = number
        if len(run) > len(best):
            best = list(run)
    return best


def _facts(texts: Sequence[str], short: Sequence[int], above: Sequence[int]) -> set[int]:
    """Lines whose beginning before a colon comes back again and again, with prose between nearly all of its copies."""
    by_key: dict[str, list[int]] = {}
    for i in short:
        key, colon, value = texts[i].partition(":")
        if colon and value and 0 < len(key) <= LONGEST_KEY:
            by_key.setdefault(key.casefold(), []).append(i)
    found: set[int] = set()
    for places in by_key.values():
        parted = sum(above[b] - above[a] >= LEAST_PROSE for a, b in pairwise(places))
        if len(places) >= FEWEST_ITEMS and parted >= len(places) - 2:
            found.update(places)
    return found
