"""Which language a text is in: langdetect's own answer, without its slowness.

In     a text: the stripped body
Out    ISO 639-1 code (`und` where undecidable) and a score, 0…1

langdetect draws n-grams of one to three letters at random (seed 0) and multiplies their likelihoods in 55 languages,
until one language is all but certain, seven times over. This does the very same, with the same draws, but each word
is cut into n-grams once and remembered, the draws of seed 0 are made once, and a trial is one product of arrays.
The answer therefore is langdetect's, wherever none of these guards speaks first:

  few letters     fewer than `MIN_LETTERS`, without links and addresses: `und`
  two scripts     where Latin and other letters are mixed, those of the larger share decide
  Han alone       Chinese characters without Kana or Hangul: `zh` (langdetect knows only whole regions)
  capitals        text mostly in capitals is read in lower case (langdetect passes over words in capitals)

Source  langdetect 1.0.9 (Apache-2.0): its profiles, its normalisation of letters, its constants.
Limits  Only the first 10,000 characters count, as in langdetect. Texts of `MAX_CHARS` and more are cut before links are
        taken out, langdetect does so afterwards.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import chain
from math import cos, log, pi, sin, sqrt
from random import Random

import numpy as np
import pyarrow as pa
from langdetect.detector import Detector
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.utils.ngram import NGram

from tasks import schema

MIN_LETTERS = 20
IDEOGRAPH_LETTERS = 3  # a Chinese, Japanese or Korean character says about as much as three letters
MIXED_SHARE = 0.05  # of the letters: below it the other script is a name or a footer, and langdetect copes
CAPITALS_SHARE = 0.6
MAX_CHARS = 100_000
UNDECIDED = ("und", 0.0)

READ_CHARS = 10_000  # langdetect: max_text_length
TRIALS = 7  # langdetect: n_trial
ALPHA, ALPHA_WIDTH = 0.5, 0.05
BASE_FREQUENCY = 10_000
CERTAIN = 0.99999  # langdetect: CONV_THRESHOLD
MAX_DRAWS = 1_000  # a trial, langdetect: ITERATION_LIMIT
LEAST = 0.1  # langdetect: PROB_THRESHOLD

LONG_WORD = 30  # longer ones, e.g. Chinese sentences, do not come back and are not remembered
_BLOCK = 41  # draws multiplied at a time: English needs about 20 a trial

# What langdetect does not turn into a blank: all but the rest of ASCII, four signs of Latin-1, general punctuation
_WORD_CHARS = "A-Za-z\x80-\x9f\xa1-\xaa\xac-\xaf\xb1-\xba\xbc-\u1fff\u2070-\U0010ffff"
_WORD = re.compile(f"[{_WORD_CHARS}]+")
_LATIN = re.compile("[A-Za-z\xaa\xba\xc0-\xd6\xd8-\xf6\xf8-\u02af\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a]+")
_HAN = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_KANA_HANGUL = re.compile("[\u3041-\u30ff\u31f0-\u31ff\u1100-\u11ff\u3130-\u318f\uac00-\ud7af\uff66-\uff9f]")
_COMBINING = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_NOT_LATIN_1 = re.compile("[\u0300-\u1dff\u1f00-\U0010ffff]")  # what langdetect counts as another alphabet
_A_TO_Z = re.compile("[A-z]")  # as langdetect counts, brackets between Z and a included


def detect_language(text: str) -> tuple[str, float]:
    """ISO 639-1 code and score (0…1, four places) of a text; `("und", 0.0)` where undecidable.

    >>> detect_language("The harbour office counted forty boats on Monday, two more than a year ago.")[0]
    'en'
    >>> detect_language("Photo: Press Office")
    ('und', 0.0)
    """
    text = _without_links(text[:MAX_CHARS])[:READ_CHARS]
    if not text.isascii():
        text, answer = _by_script(text)
        if answer:
            return answer
    words = _WORD.findall(text)
    if _letters(words) < MIN_LETTERS:
        return UNDECIDED
    if _is_capitals(words):
        text = text.lower()
        words = _WORD.findall(text)
    grams = _grams_of_words(words, open_end=bool(_WORD.match(text[-1])))
    if not grams:
        return UNDECIDED
    likelihood = _likelihood(np.array(grams))
    best = int(likelihood.argmax())
    if likelihood[best] <= LEAST:
        return UNDECIDED
    return _profiles()[0][best].partition("-")[0], round(min(float(likelihood[best]), 1.0), 4)


def detect_batch(batch: pa.Table) -> pa.Table:
    """`schema.LANGUAGES` for a table with the column `text`, row by row; null where the text is null."""
    answers = [detect_language(text) if text is not None else (None, None) for text in batch["text"].to_pylist()]
    columns = zip(*answers, strict=True) if answers else [(), ()]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema.LANGUAGES, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema.LANGUAGES)


# ------------------------------------------------------------------ guards


def _without_links(text: str) -> str:
    if "http" in text:
        text = Detector.URL_RE.sub(" ", text)
    if "@" in text:
        text = Detector.MAIL_RE.sub(" ", text)
    return text


def _letters(words: list[str]) -> int:
    """Number of letters, exact while it is small; characters that stand for more count so."""
    rough = sum(map(len, words))
    if rough >= 10 * MIN_LETTERS:
        return rough
    joined = "".join(words)
    extra = len(_HAN.findall(joined)) + len(_KANA_HANGUL.findall(joined)) if not joined.isascii() else 0
    return sum(map(str.isalpha, joined)) + (IDEOGRAPH_LETTERS - 1) * extra


def _is_capitals(words: list[str]) -> bool:
    capitals = sum(len(word) for word in words if word.isupper())
    return capitals > CAPITALS_SHARE * sum(map(len, words))


def _by_script(text: str) -> tuple[str, tuple[str, float] | None]:
    """The text of its larger script, and an answer where the script alone gives it."""
    other = _NOT_LATIN_1.findall(text)
    if not other:
        return text, None
    n_other = sum(map(str.isalpha, other))
    n_latin = sum(map(len, _LATIN.findall(text)))
    if n_latin > n_other:
        return (_NOT_LATIN_1.sub(" ", text) if n_other > MIXED_SHARE * n_latin else text), None
    letters = "".join(other)
    n_han = len(_HAN.findall(letters))
    if n_han and not _KANA_HANGUL.search(letters) and 2 * n_han > n_other:
        return text, (("zh", round(n_han / n_other, 4)) if n_han * IDEOGRAPH_LETTERS >= MIN_LETTERS else UNDECIDED)
    return (_LATIN.sub(" ", text) if n_latin > MIXED_SHARE * n_other else text), None


# ------------------------------------------------------------------ langdetect, step by step


def _grams_of_words(words: list[str], open_end: bool) -> list[int]:
    """Rows of the profiles' n-grams in a text, in reading order; `open_end`: no blank follows the last word."""
    grams = [_grams(word) if len(word) <= LONG_WORD else _cut(word + " ") for word in words]
    if open_end and words:
        grams[-1] = _cut(words[-1])
    return list(chain.from_iterable(grams))


@lru_cache(maxsize=1 << 16)
def _grams(word: str) -> tuple[int, ...]:
    return _cut(word + " ")


def _cut(word: str) -> tuple[int, ...]:
    """Rows of the n-grams that langdetect finds in a word, which stands after a blank."""
    rows = _profiles()[1]
    buffer, found = " ", []
    capitals = False
    for char in word:
        char = _normalised(char)
        last = buffer[-1]
        buffer = (buffer + char)[-3:]
        if char.isupper():
            capitals = capitals or last.isupper()
        else:
            capitals = False
        if capitals:
            continue
        if char != " " and char in rows:
            found.append(rows[char])
        if buffer[-2:] in rows:
            found.append(rows[buffer[-2:]])
        if len(buffer) == 3 and buffer in rows:
            found.append(rows[buffer])
    return tuple(found)


@lru_cache(maxsize=1 << 15)
def _normalised(char: str) -> str:
    return NGram.normalize(char)


def _likelihood(grams: np.ndarray) -> np.ndarray:
    """The mean of the trials' likelihoods, one a language."""
    languages, _, profile = _profiles()
    draws = _Draws(len(grams))
    total = np.zeros(len(languages))
    for _ in range(TRIALS):
        weight = (ALPHA + draws.gauss() * ALPHA_WIDTH) / BASE_FREQUENCY
        total += _trial(profile, grams, weight, draws)
    return total / TRIALS


def _trial(profile: np.ndarray, grams: np.ndarray, weight: float, draws: _Draws) -> np.ndarray:
    """Likelihoods after as many drawn n-grams as langdetect takes: it looks after 1, 6, 11, … of them."""
    likelihood = np.full(profile.shape[1], 1.0 / profile.shape[1])
    done = 0
    while True:
        picks, ends = draws.indices(_BLOCK)
        products = np.empty((_BLOCK, len(likelihood)))
        np.add(profile[grams[picks]], weight, out=products)
        products[0] *= likelihood
        looks = np.multiply.accumulate(products, axis=0)[::5]
        sums = looks.sum(axis=1)
        certain = looks.max(axis=1) > CERTAIN * sums
        if certain.any() or done + _BLOCK > MAX_DRAWS:
            last = int(certain.argmax()) if certain.any() else (MAX_DRAWS - done) // 5
            draws.use(ends[5 * last])
            return looks[last] / sums[last]
        draws.use(ends[-1])
        likelihood = looks[-1] / sums[-1]
        done += _BLOCK


class _Draws:
    """The draws that Python's generator makes with seed 0, for choices among `n` things."""

    def __init__(self, n: int):
        self._n, self._shift = n, 32 - n.bit_length()
        self._words = _seed_0()
        self._at = 0
        self._spare: float | None = None

    def gauss(self) -> float:
        """As `random.gauss(0, 1)`, which makes two at a time."""
        if self._spare is not None:
            value, self._spare = self._spare, None
            return value
        angle = self._random() * 2.0 * pi
        radius = sqrt(-2.0 * log(1.0 - self._random()))
        self._spare = sin(angle) * radius
        return cos(angle) * radius

    def _random(self) -> float:
        high, low = self._words[self._at : self._at + 2].tolist()
        self._at += 2
        return ((high >> 5) * 67108864.0 + (low >> 6)) / 9007199254740992.0

    def indices(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The next `count` choices, and after each the number of words it has used; nothing is used up yet."""
        # a word is thrown away where its bits give n or more: less than every second one
        length = 3 * count + 40
        while True:
            bits = self._words[self._at : self._at + length] >> self._shift
            places = np.flatnonzero(bits < self._n)[:count]
            if len(places) == count:
                return bits[places], places + 1
            length *= 2

    def use(self, words: int) -> None:
        """Use up so many words."""
        self._at += int(words)


@cache
def _seed_0() -> np.ndarray:
    """The first words of the generator; seven trials of a thousand draws take at most about 15,000."""
    source = Random(0)  # noqa: S311 (langdetect's draws, no secret)
    return np.array([source.getrandbits(32) for _ in range(1 << 16)], dtype=np.int64)


@cache
def _profiles() -> tuple[list[str], dict[str, int], np.ndarray]:
    """Languages; the row of each n-gram; likelihoods of shape (n_grams, n_languages)."""
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    by_gram = factory.word_lang_prob_map
    rows = {gram: row for row, gram in enumerate(by_gram)}
    return factory.langlist, rows, np.array(list(by_gram.values()))
