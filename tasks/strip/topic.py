"""Whether a paragraph goes on with the text above it, or speaks of something else.

In     the lines of a text, and the position of one of them
Out    a number: above 0 the paragraph is more likely another article's

A paragraph of the same article uses the words that the article uses: its stems, its names, what its last paragraphs
and what many of its paragraphs say. How much is normal depends on the text: a long one has said more words, and some
repeat themselves more than others. The few features have fitted weights (tasks/rules/strip_topic_weights.toml), learned
from paragraphs put below their own article and below others (bench/strip_fit.py), not from any style of tail.

Limits  Says nothing (None) of scripts without blanks, of very short texts, and of paragraphs of few words. An article's
        next section may look foreign, so on this alone nothing but a paragraph that breaks off is cut.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from tasks.rules import read_toml, rule_cache
from tasks.text import is_unspaced

FEWEST_WORDS, FEWEST_ABOVE = 5, 25  # longer words of the paragraph, and of the text above it
STEM = 5  # letters
NEAR = 3  # paragraphs right above
OFTEN, MOST_OFTEN = 3, 4  # paragraphs that use a word; such words that count
WORDS_OF_A_PARAGRAPH = 6  # below this many longer words, a line says nothing of how much the text repeats itself
_LONGEST_READ = 600  # characters of a line
_LONG = re.compile(r"[^\W\d_]{5,}")
_WORD = re.compile(r"[^\W\d_]+")
# A word behind a letter or a comma: with a capital it is a name, not the beginning of a sentence.
_NAME = re.compile(r"(?:(?<=[^\W\d_])|(?<=,)) [^\W\d_]+")


@rule_cache()
def _weights() -> Mapping[str, float]:
    table = read_toml("strip_topic_weights")
    return {"line": table["line"] / 100, **{name: value / 100 for name, value in table["weights"].items()}}


def foreignness(texts: Sequence[str], at: int) -> float | None:
    """How foreign line `at` is to the lines above it (a log of odds), or None where that cannot be said."""
    features = topic_features(texts, at)
    if features is None:
        return None
    weights = _weights()
    return weights["line"] + sum(weights.get(name, 0.0) * value for name, value in features.items())


def topic_features(texts: Sequence[str], at: int) -> dict[str, float] | None:
    """Named shares (0…1, `vocabulary` about 0…2) of what line `at` has in common with the lines above it."""
    line = texts[at][:_LONGEST_READ]
    words = _long_words(line)
    if len(words) < FEWEST_WORDS or is_unspaced(line[:100]):
        return None
    above = [_long_words(text[:_LONGEST_READ]) for text in texts[:at]]
    uses = Counter(word for own in above for word in own)
    if len(uses) < FEWEST_ABOVE:
        return None
    stems = {word[:STEM] for word in uses}
    near = set().union(*above[-NEAR:])
    known = sum(word in uses for word in words) / len(words)
    often = sum(uses[word] >= OFTEN for word in words)
    return {
        "known": known,
        "known_against_own": min(1.5, known / max(0.05, _own_share(above, uses))),
        "stems": sum(word[:STEM] in stems for word in words) / len(words),
        "near": sum(word in near for word in words) / len(words),
        "often": min(MOST_OFTEN, often) / MOST_OFTEN,
        "vocabulary": math.log(len(uses) / 100),
        **_names(line, texts[:at]),
    }


def _long_words(text: str) -> frozenset[str]:
    return frozenset(_LONG.findall(text.casefold()))


def _own_share(above: Sequence[frozenset[str]], uses: Mapping[str, int]) -> float:
    """The share of a paragraph's longer words that other paragraphs use too: the middle one of the text's own."""
    shares = [sum(uses[word] > 1 for word in own) / len(own) for own in above if len(own) >= WORDS_OF_A_PARAGRAPH]
    return median(shares) if shares else 0.3


def _names(line: str, above: Sequence[str]) -> dict[str, float]:
    """The share of the line's names that stand above, and whether some do, or whether there are many new ones."""
    names = {found[1:] for found in _NAME.findall(line) if found[1].isupper()}
    if not names:
        return {"names_known": 0.3, "names_shared": 0.0, "names_new": 0.0}
    said = set(_WORD.findall(" ".join(text[:_LONGEST_READ] for text in above)))
    known = len(names & said)
    return {
        "names_known": known / len(names),
        "names_shared": min(3, known) / 3,
        "names_new": min(5, len(names) - known) / 5,
    }
