"""Off-topic tails: other articles' headlines, teasers and paragraphs below the body.

In     a draft
Out    the draft without its tail; flag `tail_suspected` where a suffix looks like one but may not be cut

Every line's features (signs.py) have weights, positive for a tail's lines; a line's score is their sum. The tail is the
suffix with the highest total. It is cut only if it also holds a hard sign:
    first rank    a doubled headline, a label ("Related stories"), headlines parted by the same mark
    second rank   a paragraph that breaks off, or three headlines in a row to the end
A single paragraph that breaks off has no form of its own: an article behind a paywall ends so too. It is cut only if it
speaks of something else than the text above it (topic.py), whatever the features say.
On a sign of the second rank alone never more than `MOST_CUT` of the words go, and none before `EARLIEST` of the text.

Names, dates, verse and what a colon introduces are no headlines, whatever the total.

Limits  Complete foreign paragraphs without a headline look like a round-up and stay. So does a tail above more prose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tasks.rules import read_toml, rule_cache
from tasks.strip.draft import Draft
from tasks.strip.signs import LONGEST_HEADING, SENTENCES, Signs, describe, kind_of, word_count
from tasks.strip.topic import foreignness
from tasks.text import Line

# Set by hand, on the development bodies: below the first total a suffix is no tail, a single line needs the second.
LEAST_TOTAL, LEAST_TOTAL_OF_ONE = 2.0, 4.5
MOST_CUT, EARLIEST = 0.6, 0.25
# So many complete paragraphs in a row end the search upwards: an item of a tail has one or two.
PROSE_IN_A_ROW = 5
NO_PROSE = 40  # characters: no line as short is a paragraph in any script
# The best start is moved by at most so many lines to where an item can begin.
REACH = 3
HEADINGS, BROKEN = ("heading", "question"), ("cut", "meta")
# Characters, on average: shorter lines are names, dates and items; shorter ones that begin small are verse.
LEAST_HEADLINE, LEAST_SMALL = 35, 50
LEAST_LISTED = 20  # the same below a label: "Most popular" may stand above names too
LONGEST_VERSE = 14  # words of a line that ends in a comma and is no teaser
LONGEST_OPENING = 5  # words of a line with a colon that belongs to the headlines below it
LEAST_ITEM = -2.6  # total of an item above the best start that still belongs to the tail
SHORT = ("heading", "question", "label", "meta", "rule", "sentence", "line")
HEADLINES = ("heading", "question", "meta", "sentence", "line")
LABEL_TOTAL = 8.0  # what a label above a list counts as
# A single paragraph that breaks off is cut if it is foreign; so little less foreign, it is flagged.
ALMOST_FOREIGN = 1.0
FIRST_RANK = ("tail.doubled_headline", "tail.label", "tail.piped_headlines")


@dataclass(frozen=True, slots=True)
class Tail:
    """Where a tail begins (position in the lines that stand), its hard sign as a rule id, and its total score."""

    start: int
    rule: str | None
    total: float


@rule_cache()
def _weights() -> tuple[dict[str, float], float]:
    """(weight of every feature, weight of every line)."""
    table = read_toml("strip_weights")
    return {name: value / 100 for name, value in table["weights"].items()}, table["line"] / 100


def cut_tail(draft: Draft) -> None:
    """Cut the tail, if there is one with a hard sign that is safe to cut; else flag what looks like one."""
    standing = list(draft.standing())
    tail = find_tail([line.text for _, line in standing])
    if tail is None:
        return
    lines = [index for index, _ in standing[tail.start :]]
    is_unsure = tail.rule not in FIRST_RANK and _is_too_much([line for _, line in standing], tail.start)
    if tail.rule is None or is_unsure or not draft.consents_to_tail(lines, tail.rule):
        draft.flags.add("tail_suspected")
        return
    score = round(min(0.99, 0.5 + tail.total / 20), 2)
    draft.cut_lines(standing[tail.start][0], standing[-1][0], "related_tail", tail.rule, score)


def _is_too_much(lines: Sequence[Line], start: int) -> bool:
    before = sum(line.text.count(" ") + 1 for line in lines[:start])
    after = sum(line.text.count(" ") + 1 for line in lines[start:])
    above = sum(len(line.text) for line in lines[:start])
    return after > MOST_CUT * (before + after) or above < EARLIEST * sum(len(line.text) for line in lines)


def find_tail(texts: Sequence[str], weights: tuple[Mapping[str, float], float] | None = None) -> Tail | None:
    """The suffix of the lines that looks most like a tail, or None; weights given are those of a fitting script."""
    first = _search_from(texts)
    if first == len(texts):
        return None
    signs = describe(texts, first)
    found = _best_suffix(signs, *(weights or _weights()))
    found = None if found is None else replace(found, start=found.start + first)
    return _held_to_topic(found, texts, signs, first)


def _held_to_topic(found: Tail | None, texts: Sequence[str], signs: Sequence[Signs], first: int) -> Tail | None:
    """The tail found, unless all that it holds is one paragraph that breaks off, and that may be the article's own."""
    single = _single_cut(signs)
    if single is not None and (found is None or found.start >= first + single):
        return _foreign_cut(texts, first + single)
    if found is None or found.rule != "tail.broken_off" or not _is_one_item(signs[found.start - first :]):
        return found
    foreign = foreignness([*texts[: found.start], texts[-1]], found.start)
    return found if foreign is not None and foreign > 0 else replace(found, rule=None)


def _is_one_item(suffix: Sequence[Signs]) -> bool:
    """Whether a suffix ends with the only paragraph in it that breaks off, and has hardly a headline."""
    kinds = [sign.kind for sign in suffix]
    return kinds[-1] == "cut" and kinds.count("cut") == 1 and sum(kind in HEADINGS for kind in kinds) <= 2


def _single_cut(signs: Sequence[Signs]) -> int | None:
    """Where a last paragraph that breaks off stands below a complete one, with the rule between them; or None."""
    at = len(signs) - 1
    if at < 1 or signs[at].kind != "cut":
        return None
    start = at - (signs[at - 1].kind == "rule" and at > 1)
    return start if signs[start - 1].kind in (*SENTENCES, "question") else None


def _foreign_cut(texts: Sequence[str], start: int) -> Tail | None:
    """A single paragraph that breaks off, as a tail if it speaks of something else than the text above it."""
    foreign = foreignness([*texts[:start], texts[-1]], start)
    if foreign is None or foreign <= -ALMOST_FOREIGN:
        return None
    return Tail(start, "tail.foreign_cut" if foreign > 0 else None, 2 + 2 * foreign)


def _search_from(texts: Sequence[str]) -> int:
    """The first line that a tail may hold: below the last long row of complete paragraphs; the end if all are such."""
    row, only_prose = 0, True
    for i in range(len(texts) - 1, -1, -1):
        if not only_prose and len(texts[i]) <= NO_PROSE:
            row = 0
            continue
        kind = kind_of(texts[i], word_count(texts[i]))
        row = row + 1 if kind == "prose" else 0
        only_prose = only_prose and kind in SENTENCES
        if row == PROSE_IN_A_ROW:
            return len(texts) if only_prose else i
    return 0


def _best_suffix(signs: Sequence[Signs], weights: Mapping[str, float], bias: float) -> Tail | None:
    """The suffix of these lines that looks most like a tail, or None; the first line is never in it."""
    label = _label_of_list(signs)
    if label is not None:
        return Tail(label, "tail.label", LABEL_TOTAL)
    piped = len(signs)
    while piped > 1 and signs[piped - 1].piped and signs[piped - 1].kind in HEADINGS:
        piped -= 1
    if len(signs) - piped >= 3:
        return Tail(piped, "tail.piped_headlines", LABEL_TOTAL)
    scores = [bias + sum([weights[name] for name in sign.names if name in weights]) for sign in signs]
    best, start, total = 0.0, len(signs), 0.0
    for i in range(len(signs) - 1, 0, -1):
        total += scores[i]
        if total > best:
            best, start = total, i
    if best < (LEAST_TOTAL if start < len(signs) - 1 else LEAST_TOTAL_OF_ONE):
        return None
    start = max(1, _settled(signs, scores, start))
    return Tail(start, _hard_sign(signs, start), best)


def _label_of_list(signs: Sequence[Signs]) -> int | None:
    """A label with nothing but headlines between it and the end, two at least: no total is asked for."""
    first = len(signs)
    while first > 1 and signs[first - 1].kind in SHORT:
        first -= 1
    labels = [i for i in range(first, len(signs) - 2) if signs[i].kind == "label"]
    if not labels or _lists_names(signs[labels[0] :]):
        return None
    return max(1, labels[0] - (signs[labels[0] - 1].kind == "rule"))


def _lists_names(signs: Sequence[Signs]) -> bool:
    """Whether lines too short for headlines stand below a label."""
    items = [sign.size for sign in signs if sign.kind not in ("label", "meta", "rule")]
    return sum(items) < LEAST_LISTED * len(items)


def _settled(signs: Sequence[Signs], scores: Sequence[float], start: int) -> int:
    """The best start moved to the next place where an item of a tail can begin."""
    kinds = [sign.kind for sign in signs]
    pairs = [i for i in range(start, len(signs)) if signs[i].doubled]
    if len(pairs) >= 4:
        start = pairs[0] - (pairs[0] == start and signs[start - 1].doubled)
    elif all(kind in HEADLINES for kind in kinds[start + (kinds[start] == "open") :]):
        start = _top_of_run(signs, start + (kinds[start] == "open" or _is_last_of_body(signs, start)))
    else:
        start = _item_above(signs, scores, _item_start(signs, scores, start))
    while start > 1 and kinds[start - 1] in ("rule", "label"):
        start -= 1
    return start


def _is_last_of_body(signs: Sequence[Signs], start: int) -> bool:
    """Whether a sentence with its stop stands above headlines that have none."""
    stops = [sign.kind in SENTENCES for sign in signs[start:]]
    return stops[0] and not signs[start].marked and not any(stops[1:])


def _top_of_run(signs: Sequence[Signs], start: int) -> int:
    """A run of headlines to the end begins where the last paragraph ends, if that is near; a bare label joins it."""
    top = start
    while top > 1 and (signs[top - 1].kind in HEADINGS or (signs[top - 1].marked and signs[top - 1].kind in SHORT)):
        top -= 1
    if start - top > REACH or signs[top - 1].kind not in (*SENTENCES, "rule", "open"):
        return start
    above = signs[top - 1]
    if top > 1 and (
        (above.kind == "open" and above.words <= LONGEST_OPENING) or (above.words <= 2 and above.kind == "sentence")
    ):
        return top - 1
    return top


def _item_start(signs: Sequence[Signs], scores: Sequence[float], start: int) -> int:
    """Down from remarks above the first headline, up from a teaser to its headline."""
    kinds = [sign.kind for sign in signs]
    end = len(kinds)
    if kinds[start] in BROKEN and start > 1 and kinds[start - 1] in HEADINGS and start + 1 < end:
        return start - 1
    for at in range(start, start + REACH):
        if at + 2 >= end or kinds[at] == "label" or (kinds[at] == "rule" and kinds[at + 1] in HEADINGS):
            break
        if kinds[at] in HEADINGS and not _is_remark(signs, scores, at):
            return at
    return start


def _is_remark(signs: Sequence[Signs], scores: Sequence[float], at: int) -> bool:
    """Whether a heading stands above the first item, not in it: below it go headline, teaser, headline, teaser."""
    pattern = [sign.kind in HEADINGS for sign in signs[at : at + 5]]
    if pattern != [True, True, False, True, False] or any(signs[at + n].kind not in BROKEN for n in (2, 4)):
        return False
    return not signs[at].marked and (scores[at] < 1 or signs[at].words <= 5)


def _item_above(signs: Sequence[Signs], scores: Sequence[float], start: int) -> int:
    """Up over items whose headline looks like a sentence: a short line and a teaser that breaks off."""
    while start > 2 and signs[start].kind in HEADINGS and signs[start - 1].kind == "cut":
        head = start - 2 - (signs[start - 2].kind == "meta" and start > 3)
        if signs[head].words > LONGEST_HEADING or sum(scores[head:start]) < LEAST_ITEM:
            break
        start = head
    return start


def _hard_sign(signs: Sequence[Signs], start: int) -> str | None:
    """The rule id of the strongest hard sign in the suffix, or None."""
    suffix = signs[start:]
    kinds = [sign.kind for sign in suffix]
    if any(sign.doubled for sign in suffix[:4]):
        return "tail.doubled_headline"
    if "label" in kinds[:3] and not _lists_names(suffix):
        return "tail.label"
    if sum(sign.piped for sign in suffix) >= 2:
        return "tail.piped_headlines"
    if any(sign.kind == "cut" and not (sign.open_end and sign.words <= LONGEST_VERSE) for sign in suffix):
        return "tail.broken_off"
    return "tail.headlines_to_the_end" if _ends_in_headlines(signs, start) else None


def _ends_in_headlines(signs: Sequence[Signs], start: int) -> bool:
    """Whether the suffix ends in three or more headlines, and not in verse, names and dates, or the text's own list."""
    first = len(signs)
    while first > start and signs[first - 1].kind in HEADLINES and signs[first - 1].words <= LONGEST_HEADING:
        first -= 1
    ending = signs[first:]
    if len(ending) < 3 or sum(sign.kind in HEADINGS for sign in ending) < 2:
        return False
    above = signs[first - 1]
    if above.kind == "open" and above.words > LONGEST_OPENING:
        return False
    if 2 * sum(sign.open_end for sign in ending) >= len(ending):
        return False
    least = LEAST_SMALL if 2 * sum(sign.small for sign in ending) >= len(ending) else LEAST_HEADLINE
    return sum(sign.size for sign in ending) >= least * len(ending)
