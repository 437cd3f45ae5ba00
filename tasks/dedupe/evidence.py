"""Evidence: what a person needs to check a relation, as a JSON object a pair.

In     texts, related pairs with their counts; stories     from tasks.dedupe.find
Out    JSON strings: sorted keys, rounded numbers          to   `Clusters.edges`, tasks.dedupe.table

Spans are code points; lists hold the first few only, in reading order, the left text's side first. Texts are read a
second time, a chunk of pairs at a time, because positions of all words of a corpus would not fit in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.dedupe import compare
from tasks.dedupe.cluster import Pairs
from tasks.dedupe.compare import AGREE_AT, BLOCKS_AT, DIFFER_AT, Corpus, detail_pairs
from tasks.dedupe.decisions import rule_name
from tasks.dedupe.known import Texts
from tasks.dedupe.relate import CONTAINS, UNKNOWN
from tasks.dedupe.stories import Stories, is_feature
from tasks.dedupe.words import MARK_FIGURE, Words, encode, locate_words

CHUNK = 500  # pairs
MOST_WORDS = 6  # figures or names that a list holds


@dataclass(frozen=True)
class Located:
    """A few texts with the places of their words."""

    words: Words
    places: np.ndarray  # int64, (n_words, 2), bytes
    raw: list[bytes]

    def surface(self, text: int, word: int) -> str:
        """A word as it is written."""
        begin, end = self.places[self.words.ends[text] + word]
        return self.raw[text][begin:end].decode()

    def span(self, text: int, word: int, length: int) -> list[int]:
        """Code points [start, end) of a run of words."""
        first = self.words.ends[text] + word
        begin, end = self.places[first, 0], self.places[first + length - 1, 1]
        return [len(self.raw[text][:begin].decode()), len(self.raw[text][:end].decode())]


def describe_pairs(texts: Texts, corpus: Corpus, pairs: Pairs, counts: np.ndarray, names: Sequence[Any]) -> list[str]:
    """Evidence of near and contains relations.

    Args:
        counts: as `compare_pairs` gives them.
        names: what to call each text in the evidence: its id or its position.
    """
    result = []
    for part, located, number in _chunks(texts, pairs.shorter, pairs.longer):
        chosen = pairs.choose(part)
        details = detail_pairs(located.words, number[chosen.shorter], number[chosen.longer], corpus)
        for k, row in enumerate(details):
            shorter, longer = int(chosen.shorter[k]), int(chosen.longer[k])
            found: dict[str, Any] = _counted(counts[part][k]) | {
                "covered": float(chosen.scores[k]),
                "covered_longer": float(chosen.scores_longer[k]),
                "days_apart": int(chosen.days[k]) if chosen.days[k] != UNKNOWN else None,
                "rule": rule_name(int(chosen.rules[k])),
                "title_likeness": float(chosen.titles[k]) if chosen.titles[k] != UNKNOWN else None,
            }
            found |= _quoted(located, row, int(number[shorter]), int(number[longer]), shorter > longer)
            if chosen.relations[k] == CONTAINS:
                found |= {"contained": names[shorter], "container": names[longer]}
            result.append(_json(found))
    return result


def describe_stories(texts: Texts, chosen: np.ndarray, stories: Stories) -> list[str]:
    """Evidence of `same_story` relations; number k of the stories stands for text `chosen[k]`."""
    result = []
    left, right = chosen[stories.left], chosen[stories.right]
    for part, located, number in _chunks(texts, np.minimum(left, right), np.maximum(left, right)):
        for k in range(*part.indices(len(left))):
            shared = _shared_features(located, int(number[left[k]]), int(number[right[k]]))
            counted = {
                "figures_agree": int(stories.figures[k]),
                "names_agree": int(stories.names[k]),
                "names_share": float(stories.scores[k]),
                "wording_share": float(stories.wording[k]),
            }
            result.append(_json(counted | shared))
    return result


def describe_exact(n_words: int) -> str:
    """Evidence of two texts with the same words."""
    return _json({"covered": 1.0, "covered_longer": 1.0, "words_equal": n_words})


def _json(found: dict[str, Any]) -> str:
    return json.dumps(found, sort_keys=True, ensure_ascii=False)


def _chunks(texts: Texts, one: np.ndarray, other: np.ndarray) -> Iterator[tuple[slice, Located, np.ndarray]]:
    """Slices of the pairs, with their texts located; the array leads from a text to its number among them."""
    number = np.zeros(len(texts), np.int64)
    for first in range(0, len(one), CHUNK):
        part = slice(first, first + CHUNK)
        wanted = np.unique(np.append(one[part], other[part]))
        number[wanted] = np.arange(len(wanted))
        some = [_plain(texts[k]) for k in wanted.tolist()]
        words, places = locate_words(some)
        yield part, Located(words, places, [encode(text) for text in some]), number


def _plain(text: str | pa.Scalar | None) -> str:
    return (text.as_py() if isinstance(text, pa.Scalar) else text) or ""


def _counted(row: np.ndarray) -> dict[str, Any]:
    return {
        "blocks": int(row[compare.BLOCKS]),
        "figures_agree": int(row[compare.FIGURES_AGREE]),
        "figures_differ": int(row[compare.FIGURES_DIFFER]),
        "names_agree": int(row[compare.NAMES_AGREE]),
        "names_differ": int(row[compare.NAMES_DIFFER]),
        "slots": int(row[compare.FIGURES_DIFFER] - row[compare.FIGURES_DIFFER_EDGE] + row[compare.WORDS_DIFFER]),
        "words_covered": int(row[compare.COVERED]),
        "words_equal": int(row[compare.MATCHED]),
    }


def _quoted(located: Located, row: np.ndarray, shorter: int, longer: int, swap: bool) -> dict[str, list[Any]]:
    """The first blocks and figures; with `swap` the longer text is the left one."""
    spans, differing = [], []
    for k in range(row[BLOCKS_AT]):
        start, length, start_longer, length_longer = row[BLOCKS_AT + 1 + 4 * k : BLOCKS_AT + 5 + 4 * k].tolist()
        sides = [located.span(shorter, start, length), located.span(longer, start_longer, length_longer)]
        spans.append(sides[1] + sides[0] if swap else sides[0] + sides[1])
    for k in range(row[DIFFER_AT]):
        word, facing = row[DIFFER_AT + 1 + 2 * k : DIFFER_AT + 3 + 2 * k].tolist()
        words = [located.surface(shorter, word), located.surface(longer, facing)]
        differing.append(words[::-1] if swap else words)
    agreeing = [located.surface(shorter, word) for word in row[AGREE_AT + 1 : AGREE_AT + 1 + row[AGREE_AT]].tolist()]
    return {"agreeing": agreeing, "differing": differing, "spans": spans}


def _shared_features(located: Located, one: int, other: int) -> dict[str, list[str]]:
    """The rare figures and names that both texts hold, as the first writes them."""
    ends, hashes, marks = located.words.ends, located.words.hashes, located.words.marks
    mine, its = slice(ends[one], ends[one + 1]), slice(ends[other], ends[other + 1])
    known = hashes[its][is_feature(marks[its])]
    places = np.flatnonzero(is_feature(marks[mine]) & np.isin(hashes[mine], known))
    places = places[np.sort(np.unique(hashes[mine][places], return_index=True)[1])]
    figure = (marks[mine][places] & MARK_FIGURE) > 0
    return {
        "figures": [located.surface(one, k) for k in places[figure][:MOST_WORDS].tolist()],
        "names": [located.surface(one, k) for k in places[~figure][:MOST_WORDS].tolist()],
    }
