"""Which language a text is in: langdetect's own answer, without its slowness.

In     a text: the stripped body
Out    ISO 639-1 code (`und` where undecidable) and a score, 0…1

langdetect draws n-grams of one to three letters at random (seed 0) and multiplies their likelihoods in 55 languages,
until one language is all but certain, seven times over. This does the very same, with the same draws, but each word
is cut into n-grams once and remembered, the draws of seed 0 are made once, and the trials are compiled.
The answer therefore is langdetect's, wherever none of these guards speaks first:

  one language    five letters of a script in which hardly more than one language is written (Georgian, Tamil, Kana):
                  that language, where the text is short, or langdetect does not know it
  few letters     fewer than `MIN_LETTERS`, without links and addresses: `und`, unless some words are in lower case
                  (names and labels are not) and langdetect is all but sure
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
from math import cos, log, pi, sin, sqrt
from random import Random

import numpy as np
import pyarrow as pa
from langdetect.detector import Detector
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.utils.ngram import NGram
from numba import njit

from tasks import schema
from tasks.language_data import HAN, HANGUL, KANA, ONE_LANGUAGE

MIN_LETTERS = 20
MIN_SCRIPT_LETTERS = 5  # of a script with one language
MIN_SHORT_LETTERS, SHORT_WORDS, SHORT_SCORE = 12, 2, 0.99  # letters, words in lower case, probability of a short text
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

LOOKED_AT = 800  # characters looked at for capitals
LONG_WORD = 64  # bytes; longer ones, e.g. Chinese sentences, do not come back and are not remembered
MAX_REMEMBERED = 100_000

# What langdetect turns into blanks: of ASCII all but letters, four signs of Latin-1, general punctuation
_BLANKS = re.compile("[\xa0\xab\xb0\xbb\u2000-\u206f]")
_ASCII_BLANKS = bytes(b if chr(b).isalpha() or b > 127 else 32 for b in range(256))
_LATIN = re.compile("[A-Za-z\xaa\xba\xc0-\xd6\xd8-\xf6\xf8-\u02af\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a]+")
_HAN = re.compile(f"[{HAN}]")
_KANA_HANGUL = re.compile(f"[{KANA}{HANGUL}]")
_SCRIPTS = {code: re.compile(f"[{script}]") for code, script in ONE_LANGUAGE.items()}
_ONE_LANGUAGE = re.compile(f"[{''.join(ONE_LANGUAGE.values())}]")
_COMBINING = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_NOT_LATIN = re.compile("[\u0300-\u1dff\u1f00-\U0010ffff]+")


def detect_language(text: str) -> tuple[str, float]:
    """ISO 639-1 code and score (0…1, four places) of a text; `("und", 0.0)` where undecidable.

    >>> detect_language("The harbour office counted forty boats on Monday, two more than a year ago.")[0]
    'en'
    >>> detect_language("Photo: Press Office")
    ('und', 0.0)
    """
    text = _prepared(text)
    if not text.isascii():
        text, answer = _by_script(text)
        if answer:
            return answer
        if answer := _by_one_language(text):
            return answer
    letters = _letters_and_blanks(text)
    count = _count(letters)
    is_short = count < MIN_LETTERS
    if is_short and (count < MIN_SHORT_LETTERS or sum(word[0].islower() for word in text.split()) < SHORT_WORDS):
        return UNDECIDED
    if _is_capitals(text):
        letters = _letters_and_blanks(text.lower())
    grams = _grams(letters)
    if not len(grams):
        return UNDECIDED
    likelihood = likelihoods(_profiles()[2], grams, _seed_0())
    best = int(likelihood.argmax())
    if likelihood[best] <= (SHORT_SCORE if is_short else LEAST):
        return UNDECIDED
    return _profiles()[0][best].partition("-")[0], round(min(float(likelihood[best]), 1.0), 4)


def detect_batch(batch: pa.Table) -> pa.Table:
    """`schema.LANGUAGES` for a table with the column `text`, row by row; null where the text is null."""
    answers = [detect_language(text) if text is not None else (None, None) for text in batch["text"].to_pylist()]
    columns = zip(*answers, strict=True) if answers else [(), ()]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema.LANGUAGES, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema.LANGUAGES)


# ------------------------------------------------------------------ guards


def _prepared(text: str) -> str:
    """What langdetect looks at: no links and addresses, accents joined to their letters, the first characters."""
    text = text[:MAX_CHARS]
    if "http" in text:
        text = Detector.URL_RE.sub(" ", text)
    if "@" in text:
        text = Detector.MAIL_RE.sub(" ", text)
    if text.isascii():
        return text[:READ_CHARS]
    if _COMBINING.search(text):
        text = NGram.normalize_vi(text)
    return _BLANKS.sub(" ", text[:READ_CHARS])


def _letters_and_blanks(text: str) -> bytes:
    """The text as langdetect parts it into words, in UTF-8: bytes are translated and parted at the greatest speed."""
    return text.encode("utf-8", "replace").translate(_ASCII_BLANKS)


def _count(letters: bytes) -> int:
    """Number of letters, exact while it is small; characters that stand for more count so."""
    joined = letters.replace(b" ", b"")
    if len(joined) >= 20 * MIN_LETTERS:
        return len(joined) // 4
    text = joined.decode("utf-8")
    extra = len(_HAN.findall(text)) + len(_KANA_HANGUL.findall(text))
    return sum(map(str.isalpha, text)) + (IDEOGRAPH_LETTERS - 1) * extra


def _is_capitals(text: str) -> bool:
    words = text[:LOOKED_AT].split()
    capitals = sum(len(word) for word in words if word.isupper())
    return capitals > CAPITALS_SHARE * sum(map(len, words))


def _by_script(text: str) -> tuple[str, tuple[str, float] | None]:
    """The text of its larger script, and an answer where the script alone gives it."""
    other = "".join(_NOT_LATIN.findall(text))
    n_other = sum(map(str.isalpha, other))
    if not n_other:
        return text, None
    n_latin = sum(map(len, _LATIN.findall(text)))
    if n_latin > n_other:
        return (_NOT_LATIN.sub(" ", text) if n_other > MIXED_SHARE * n_latin else text), None
    n_han = len(_HAN.findall(other))
    if n_han and not _KANA_HANGUL.search(other) and 2 * n_han > n_other:
        share = min(n_han / n_other, 1.0)  # U+3007, the Chinese zero, is no letter to Python
        return text, (("zh", round(share, 4)) if n_han * IDEOGRAPH_LETTERS >= MIN_LETTERS else UNDECIDED)
    return _LATIN.sub(" ", text), None


def _by_one_language(text: str) -> tuple[str, float] | None:
    """The one language of a script, where the text is short or langdetect does not know the language."""
    letters = [char for char in text[:LOOKED_AT] if char.isalpha()]
    if len(letters) < MIN_SCRIPT_LETTERS or "".join(letters).isascii():
        return None
    joined = "".join(letters)
    if not _ONE_LANGUAGE.search(joined):
        return None
    code, n = max(((code, len(script.findall(joined))) for code, script in _SCRIPTS.items()), key=lambda pair: pair[1])
    others = len(_HAN.findall(joined)) if code == "ja" else 0
    if n + others < MIN_SCRIPT_LETTERS or 2 * (n + others) <= len(joined):
        return None
    is_known = code in _profiles()[0] and _count(_letters_and_blanks(text)) >= MIN_LETTERS
    return None if is_known else (code, round((n + others) / len(joined), 4))


# ------------------------------------------------------------------ langdetect, step by step


def _grams(letters: bytes) -> np.ndarray:
    """Rows of the profiles' n-grams in a text, int32, in reading order."""
    words = letters.split()
    grams = list(map(_REMEMBERED.__getitem__, words))
    if words and not letters.endswith(b" "):  # no blank follows the last word, so no n-gram ends with it
        grams[-1] = _cut(words[-1].decode("utf-8"))
    return np.frombuffer(b"".join(grams), dtype=np.int32)


class _Remembered(dict[bytes, bytes]):
    """The n-grams of words, as the bytes of int32 numbers, cut when first asked for."""

    def __missing__(self, word: bytes) -> bytes:
        grams = _cut(word.decode("utf-8") + " ")
        if len(word) <= LONG_WORD:
            if len(self) >= MAX_REMEMBERED:
                self.clear()
            self[word] = grams
        return grams


_REMEMBERED = _Remembered()


def _cut(word: str) -> bytes:
    """Rows of the n-grams that langdetect finds in a word, which stands after a blank."""
    rows = _profiles()[1]
    buffer, found = " ", []
    capitals = False
    for char in map(_normalised, word):
        last = buffer[-1]
        buffer = (buffer + char)[-3:]
        capitals = char.isupper() and (capitals or last.isupper())
        if capitals:
            continue
        grams = (char, buffer[-2:], buffer) if len(buffer) == 3 else (char, buffer)
        found += [rows[gram] for gram in grams if gram in rows]
    return np.array(found, dtype=np.int32).tobytes()


@lru_cache(maxsize=1 << 15)
def _normalised(char: str) -> str:
    return str(NGram.normalize(char))


@njit(cache=True)
def likelihoods(profile: np.ndarray, grams: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """The mean of the trials' likelihoods.

    Args:
        profile: float64, shape (n_grams, n_languages): how likely an n-gram is in a language.
        grams: int32, shape (n,): the n-grams of a text, rows of `profile`.
        draws: int64: the 32-bit words of the generator.

    Returns:
        float64, shape (n_languages,).
    """
    n_languages = profile.shape[1]
    total = np.zeros(n_languages)
    shift = 32
    while len(grams) >> (32 - shift):
        shift -= 1
    at, spare, has_spare = 0, 0.0, False
    for _ in range(TRIALS):
        if has_spare:  # the generator makes two normal deviates at a time
            deviate, has_spare = spare, False
        else:
            angle = ((draws[at] >> 5) * 67108864.0 + (draws[at + 1] >> 6)) / 9007199254740992.0 * 2.0 * pi
            uniform = ((draws[at + 2] >> 5) * 67108864.0 + (draws[at + 3] >> 6)) / 9007199254740992.0
            radius = sqrt(-2.0 * log(1.0 - uniform))
            deviate, spare, has_spare = cos(angle) * radius, sin(angle) * radius, True
            at += 4
        weight = (ALPHA + deviate * ALPHA_WIDTH) / BASE_FREQUENCY
        likelihood = np.full(n_languages, 1.0 / n_languages)
        for draw in range(MAX_DRAWS + 1):
            while draws[at] >> shift >= len(grams):  # passed over, as it is no number below n
                at += 1
            gram = grams[draws[at] >> shift]
            at += 1
            for i in range(n_languages):
                likelihood[i] *= weight + profile[gram, i]
            if draw % 5 == 0:
                likelihood /= likelihood.sum()
                if likelihood.max() > CERTAIN:
                    break
        total += likelihood
    return total / TRIALS


@cache
def _seed_0() -> np.ndarray:
    """The words of the generator with seed 0: enough for seven trials of a thousand draws and those passed over."""
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
