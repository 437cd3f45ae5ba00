"""Words: a batch of texts as arrays of word hashes, made in one pass over the bytes.

In     texts, a list or an Arrow array              from the caller
Out    `Words`: hashes, marks, ends, a digest a text  to   tasks.dedupe.shingles, compare, stories

Case, accents, punctuation and blanks are folded; apostrophes and thousands separators vanish (10,000 is 10000), a
point between digits stays (28.5 is one word). In scripts that set no blanks between words each character is a word.
`MARK_*` say what kind of word it was, for telling a template (other figures, other names) from a damaged copy.

Source  the ranges of unspaced scripts are Unicode blocks (Scripts.txt).
Limits  32-bit hashes: two different words are taken for one about once in four thousand million comparisons.
"""

# The kernel mixes numpy integers with plain ones, which numba types by itself.
# mypy: disable-error-code="assignment,operator"

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
from numba import types

from tasks.dedupe.compiled import compiled

MARK_FIGURE = 1  # digits only, with or without points; or the name of a weekday or month
MARK_CAPITAL = 2  # begins with a capital
MARK_OPENS = 4  # first word of a sentence or line, where a capital means nothing
MARK_CHARACTER = 8  # one character of an unspaced script
MARK_DIGITS = 16  # times 0 to 3: how many digits of a figure say something; years and day numbers say nothing
MARK_EDGE = 64  # in a short line before the first or behind the last longer one: date lines, counters, credits
SHORT_LINE = 15  # words

BREAK, LETTER, DIGIT, CHARACTER, NOTHING, CAPITAL = range(6)  # what a code point is to the kernel

UNSPACED = (
    (0x0E01, 0x0E3A), (0x0E40, 0x0E4E),  # Thai
    (0x0E80, 0x0EFF),  # Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17D3),  # Khmer
    (0x3005, 0x3007), (0x3041, 0x3096), (0x30A1, 0x30FA), (0x30FC, 0x30FE),  # Japanese
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),  # Han
)  # fmt: skip
# Names that say when, as figures do: reports of one form differ in them.
CALENDAR = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August "
    "September October November December"
)
CHUNK = 1000  # texts
CALENDAR_SLOTS = 4096  # enough that no two of them share a slot
# Joined to the word they stand in or dropped: apostrophes, accents on their own, soft hyphen, zero-width characters.
NO_WIDTH = "'`\u00b4\u2018\u2019\u02bc\uff07\u00ad\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Words:
    """A batch of texts, word by word; text i has the words `ends[i]` up to `ends[i + 1]`."""

    hashes: np.ndarray  # uint32, (n_words,)
    marks: np.ndarray  # uint8, (n_words,), sums of MARK_*
    ends: np.ndarray  # int64, (n_texts + 1,)
    digests: np.ndarray  # uint64, (n_texts,), of the folded words: equal means the same words

    @property
    def lengths(self) -> np.ndarray:
        """Words a text, int64."""
        return np.diff(self.ends)


def read_words(texts: Sequence[str | None] | pa.Array) -> Words:
    """The words of every text; a null counts as an empty text.

    Texts are taken `CHUNK` at a time, so that no second copy of all of them is ever in memory.

    >>> words = read_words(["Sales rose 1,250 in May", "sales ROSE - 1250 in may."])
    >>> words.lengths.tolist(), bool(words.digests[0] == words.digests[1])
    ([5, 5], True)
    """
    tables, slots, no_places = _tables(), _calendar(), np.empty((0, 2), np.int64)
    hashes, marks = _room(texts)
    ends, digests = np.zeros(len(texts) + 1, np.int64), np.zeros(len(texts), np.uint64)
    for first in range(0, len(texts), CHUNK):
        data, offsets = bytes_of(_array(texts[first : first + CHUNK]))
        last, read = first + len(offsets) - 1, ends[first]
        split_words(
            data, eights(data), offsets, *tables, slots, hashes[read:], marks[read:], ends[first : last + 1],
            digests[first:last], no_places,
        )  # fmt: skip
    return Words(hashes[: ends[-1]], marks[: ends[-1]], ends, digests)


def locate_words(texts: Sequence[str]) -> tuple[Words, np.ndarray]:
    """The words of a few texts, and the bytes [begin, end) of each word in its own text, int64, (n_words, 2)."""
    data, offsets = bytes_of(_array(texts))
    hashes, marks = _room(texts)
    places = np.empty((len(hashes), 2), np.int64)
    ends, digests = np.zeros(len(texts) + 1, np.int64), np.zeros(len(texts), np.uint64)
    split_words(data, eights(data), offsets, *_tables(), _calendar(), hashes, marks, ends, digests, places)
    places = places[: ends[-1]] - np.repeat(offsets[:-1], np.diff(ends))[:, None]
    return Words(hashes[: ends[-1]], marks[: ends[-1]], ends, digests), places


def _array(texts: Sequence[str | None] | pa.Array) -> pa.Array:
    if isinstance(texts, pa.Array):
        return texts
    try:
        return pa.array(texts, pa.large_string())
    except UnicodeEncodeError:  # half a character, which no file can hold
        return pa.array([text and encode(text).decode() for text in texts], pa.large_string())


def encode(text: str) -> bytes:
    """UTF-8, with a question mark for half a character (a lone surrogate): offsets stay."""
    return text.encode("utf-8", "replace")


def _room(texts: Sequence[str | None] | pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Arrays that hold the words of all texts, however short they are; untouched pages cost no memory."""
    n_characters = texts.nbytes if isinstance(texts, pa.Array) else sum(len(text) for text in texts if text)
    # At most one word in two characters, or one a character of an unspaced script.
    most = n_characters + len(texts) + 1
    return np.empty(most, np.uint32), np.empty(most, np.uint8)


def bytes_of(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The UTF-8 bytes of the texts, uint8, and where each begins and the last one ends, int64; null is empty."""
    texts = texts.cast(pa.large_string())
    if texts.null_count:
        texts = texts.fill_null("")
    _, offsets, data = texts.buffers()
    begins = (
        np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
        if len(texts)
        else np.zeros(1, np.int64)
    )
    return (np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)), begins


def eights(data: np.ndarray) -> np.ndarray:
    """The bytes as overlapping 8-byte numbers, one that begins at every byte but the last seven."""
    whole = data[: len(data) // 8 * 8].view("<u8")
    return np.lib.stride_tricks.as_strided(whole, (max(0, len(data) - 7),), (1,), writeable=False)


@cache
def _tables() -> tuple[np.ndarray, np.ndarray]:
    """Kind (uint8) and folded form (uint16) of every code point below 65,536."""
    kinds, folded = np.zeros(65536, np.uint8), np.arange(65536).astype(np.uint16)
    for code in range(65536):
        kinds[code], folded[code] = _kind_and_fold(code)
    for first, last in UNSPACED:
        kinds[first : last + 1] = CHARACTER
    return kinds, folded


@cache
def _calendar() -> np.ndarray:
    """Hashes of the calendar's names, each in the slot that its last bits name; 0 elsewhere."""
    data, offsets = bytes_of(pa.array([CALENDAR]))
    hashes, marks = np.zeros(len(CALENDAR), np.uint32), np.zeros(len(CALENDAR), np.uint8)
    ends, digests = np.zeros(2, np.int64), np.zeros(1, np.uint64)
    slots = np.zeros(CALENDAR_SLOTS, np.uint32)
    no_places = np.empty((0, 2), np.int64)
    split_words(data, eights(data), offsets, *_tables(), slots, hashes, marks, ends, digests, no_places)
    slots[hashes[: ends[1]] & np.uint32(CALENDAR_SLOTS - 1)] = hashes[: ends[1]]
    return slots


def _kind_and_fold(code: int) -> tuple[int, int]:
    character = chr(code)
    category = unicodedata.category(character)
    if character in NO_WIDTH or 0x300 <= code <= 0x36F:
        return NOTHING, code
    if category == "Nd":
        return DIGIT, ord("0") + unicodedata.digit(character)
    if category[0] not in "LMN":
        return BREAK, code
    plain = unicodedata.normalize("NFKD", character.lower())[:1]
    fold = ord(plain) if plain and ord(plain) < 65536 else code
    return (CAPITAL if category in ("Lu", "Lt") else LETTER), fold


@compiled("u8(u8, u8)")
def mix(word, packed):
    """Take eight more bytes of a word into its hash."""
    word = (word ^ packed) * np.uint64(0x9E3779B97F4A7C15)
    return word ^ (word >> np.uint64(32))


@compiled("u4(u8, u8, i8)")
def seal(word, packed, length):
    """The hash of a word, from what was mixed so far, the last bytes, and its length in bytes."""
    word = mix(word, packed ^ (np.uint64(length) << np.uint64(56))) * np.uint64(0x9E3779B97F4A7C15)
    return np.uint32(word >> np.uint64(32))


# The same bytes seen as 8-byte numbers that begin at every byte.
_EIGHTS = types.Array(types.uint64, 1, "A", readonly=True, aligned=False)
_TEXT, _OFFSETS = types.Array(types.uint8, 1, "C", readonly=True), types.Array(types.int64, 1, "C", readonly=True)
_BYTES, _LONGS = types.uint8[::1], types.int64[::1]


@compiled(types.int64(_TEXT, types.int64, types.int64))
def decode(data, position, stop):
    """The code point at a position and its width in bytes, as `code << 3 | width`; a cut-off one reads as a blank."""
    first = np.int64(data[position])
    if first < 128:
        return first << 3 | 1
    width = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    if position + width > stop:
        return 32 << 3 | 1
    code = first & (0x7F >> width)
    for k in range(1, width):
        code = code << 6 | (np.int64(data[position + k]) & 63)
    return code << 3 | width


@compiled(
    types.void(
        _TEXT, _EIGHTS, _OFFSETS, _BYTES, types.uint16[::1], types.uint32[::1], types.uint32[::1], _BYTES, _LONGS,
        types.uint64[::1], types.int64[:, ::1],
    )
)  # fmt: skip
def split_words(data, eights, offsets, kinds, folded, calendar, hashes, marks, ends, digests, places):
    """Fill the last five arrays from the UTF-8 bytes of the texts; `ends[0]` says how many words came before.

    Args:
        eights: uint64, the same bytes, eight at a time: number k begins at byte k.
        kinds, folded: what each code point below 65,536 is, and what it counts as.
        calendar: uint32, (4096,): hashes of names that count as figures, by their last twelve bits.
        places: int64, (n_words, 2): first byte of each word and the byte behind it; no rows where nobody asks.
    """
    odd = np.uint64(0x9E3779B97F4A7C15)
    high, seventh = np.uint64(0x8080808080808080), np.uint64(0x7F7F7F7F7F7F7F7F)
    ones, lower = np.uint64(0x0101010101010101), np.uint64(0x2020202020202020)
    count = 0
    before = ends[0]
    for text in range(len(offsets) - 1):
        position, stop = offsets[text], offsets[text + 1]
        digest, opens, after_digit = np.uint64(0), True, False
        word, packed, length, begin = np.uint64(0), np.uint64(0), np.int64(0), position
        capital, all_digits, point = False, True, False
        value, digits, zeros = np.int64(0), np.int64(0), np.int64(0)
        line, head, tail, begins_at = count, np.int64(-1), count, count
        while position <= stop:
            # Most of a text is runs of plain letters: up to eight at once, while a word has none or whole eights.
            while length & 7 == 0 and position + 8 <= stop:
                eight = eights[position]
                plain = (eight | lower) & seventh
                letters = (plain + np.uint64(0x1F1F1F1F1F1F1F1F)) & ~(plain + np.uint64(0x0505050505050505)) & ~eight
                first_other = ~letters & high
                run = (first_other & (~first_other + np.uint64(1))) >> np.uint64(7)
                run -= np.uint64(1)  # all bits of the letters before the first other byte
                n = np.int64(((run & ones) * ones) >> np.uint64(56))
                if n == 0:
                    break
                if length == 0:
                    begin, capital = position, eight & np.uint64(32) == 0
                all_digits, after_digit = False, False
                packed = plain & run
                length += n
                position += n
                if n < 8:
                    break
                word, packed = mix(word, packed), np.uint64(0)

            here = position
            code = np.int64(32)
            if position < stop:
                code = np.int64(data[position])
                if code >= 128:
                    code = decode(data, position, stop)
                    position += (code & 7) - 1
                    code >>= 3
            position += 1
            if code < 65536:
                kind, fold = np.int64(kinds[code]), np.int64(folded[code])
            else:
                kind, fold = 3 if 0x20000 <= code <= 0x3FFFF else 1 if code < 0x1F000 else 0, code & 0xFFFF

            if kind == 4:
                continue
            if kind == 0 and after_digit and (code == 44 or code == 46) and position < stop:
                following = data[position]
                if 48 <= following <= 57:
                    if code == 46:
                        packed |= np.uint64(46) << np.uint64(8 * (length & 7))
                        length += 1
                        if length & 7 == 0:
                            word, packed = mix(word, packed), np.uint64(0)
                        point = True
                    continue
            if (kind == 0 or kind == 3) and length:
                short = seal(word, packed, length)
                mark = (2 if capital else 0) | (4 if opens else 0)
                if all_digits:
                    telling = digits if point else digits - zeros
                    if not point and (value < 32 or 1900 <= value < 2100):
                        telling = 0
                    mark |= 1 | (16 * min(telling, 3))
                elif capital and calendar[short & np.uint32(4095)] == short:
                    mark |= 1
                hashes[count], marks[count] = short, mark
                if len(places):
                    places[count, 0], places[count, 1] = begin, here
                count += 1
                digest = mix(digest, np.uint64(short))
                # The stop of "Mr." or "U.S." ends no sentence.
                opens = code == 46 and not (capital and length <= 3)
                word, packed, length = np.uint64(0), np.uint64(0), 0
                capital, all_digits, point = False, True, False
                value, digits, zeros = 0, 0, 0
            after_digit = kind == 2
            if kind == 0:
                if code == 10 or here == stop:
                    if count - line > SHORT_LINE:
                        head, tail = line if head < 0 else head, count
                    line = count
                if code == 10 or code == 33 or code == 63 or code == 58 or code == 0x3002:
                    opens = True
                continue
            if kind == 3:
                hashes[count], marks[count] = seal(odd, np.uint64(code), 1), 8 | (4 if opens else 0)
                if len(places):
                    places[count, 0], places[count, 1] = here, position
                digest = mix(digest, np.uint64(hashes[count]))
                count += 1
                opens = False
                continue
            if length == 0:
                begin, capital = here, kind == 5
            if kind == 2:
                if value < 100000:
                    value = 10 * value + fold - 48
                digits += value > 0
                zeros = zeros + 1 if fold == 48 else 0
            else:
                all_digits = False
            while fold:
                packed |= np.uint64(fold & 255) << np.uint64(8 * (length & 7))
                length += 1
                fold >>= 8
                if length & 7 == 0:
                    word, packed = mix(word, packed), np.uint64(0)
        if head >= 0:
            for k in range(begins_at, head):
                marks[k] |= MARK_EDGE
            for k in range(tail, count):
                marks[k] |= MARK_EDGE
        ends[text + 1] = before + count
        digests[text] = digest
