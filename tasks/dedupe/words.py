"""Words: a batch of texts as arrays of word hashes, made in one pass over the bytes.

In     texts, a list or an Arrow array                       from the caller
Out    `Words`: hashes, marks, letters, ends, a digest a text  to   tasks.dedupe.shingles, compare, stories

Case, accents, punctuation and blanks are folded; apostrophes and thousands separators vanish (10,000 is 10000), a
point between digits stays (28.5 is one word). Scripts that set no blanks between words are cut into pieces of about
the length of a word: whether a piece ends behind a character depends on that character and the one before it, so the
same wording has the same pieces in every text. Numerals of Chinese are pieces of their own.
`MARK_*` say what kind of word it was, for telling a template (other figures, other names) from a damaged copy.

Source  cutting by content: A. Muthitacharoen and others, A low-bandwidth network file system, 2001.
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
from tasks.dedupe.vocabulary import DATE_AND_NUMBER_WORDS, TURNS

MARK_FIGURE = 1  # digits only, with or without points; a weekday, a month or a number word of any language
MARK_CAPITAL = 2  # begins with a capital
MARK_OPENS = 4  # first word of a sentence or line, where a capital means nothing
MARK_CHARACTER = 8  # a piece of an unspaced script
MARK_DIGITS = 16  # times 0 to 3: how many digits of a figure say something; years and day numbers say nothing
MARK_EDGE = 64  # in a short line before the first or behind the last longer one: date lines, counters, credits
MARK_TURN = 128  # turns what is said: not, no longer, denies
SHORT_LINE = 15  # words
MAX_TELLING = 3  # digits that `MARK_DIGITS` tells apart
NO_LETTER = np.uint32(0xFFFFFFFE)  # the bit of a zero byte is none
SAYS_NOTHING = (32, 1900, 2100)  # figures below the first, and from the second to the third: days and years

# What a code point is to the kernel.
BREAK, LETTER, DIGIT, CHARACTER, NOTHING, CAPITAL, NUMERAL, TURN = range(8)
LINE_FEED, EXCLAMATION, COMMA, FULL_STOP, COLON, QUESTION, WIDE_STOP = 10, 33, 44, 46, 58, 63, 0x3002
ZERO, NINE, SPACE = 48, 57, 32
BEYOND_TABLE, HAN_PLANES, SYMBOL_PLANE = 0x10000, (0x20000, 0x3FFFF), 0x1F000  # code points above the tables

UNSPACED = (
    (0x0E01, 0x0E3A), (0x0E40, 0x0E4E),  # Thai
    (0x0E80, 0x0EFF),  # Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17D3),  # Khmer
    (0x3005, 0x3007), (0x3041, 0x3096), (0x30A1, 0x30FA), (0x30FC, 0x30FE),  # Japanese
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),  # Han
)  # fmt: skip
HAN_NUMERALS = "〇零一二三四五六七八九十百千万亿兩两萬億"
HAN_TURNS = "不未没沒无無非否"
IDEOGRAPHS = 0x3000  # from here on two characters make a word on the average, below (Thai, Khmer) four
PIECE_IDEOGRAPHS, PIECE_LETTERS = 2, 4
CHUNK = 1000  # texts
# Joined to the word they stand in or dropped: apostrophes, accents on their own, soft hyphen, zero-width characters.
NO_WIDTH = "'`\u00b4\u2018\u2019\u02bc\uff07\u00ad\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Words:
    """A batch of texts, word by word; text i has the words `ends[i]` up to `ends[i + 1]`."""

    hashes: np.ndarray  # uint32, (n_words,)
    marks: np.ndarray  # uint8, (n_words,), sums of MARK_*
    letters: np.ndarray  # uint32, (n_words,), which letters each has, a bit each: a misread word has nearly the same
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
    tables, slots, no_places = _tables(), marked_words(), np.empty((0, 2), np.int64)
    hashes, marks, letters = _room(texts)
    ends, digests = np.zeros(len(texts) + 1, np.int64), np.zeros(len(texts), np.uint64)
    for first in range(0, len(texts), CHUNK):
        data, offsets = bytes_of(_array(texts[first : first + CHUNK]))
        last, read = first + len(offsets) - 1, ends[first]
        split_words(
            data, eights(data), offsets, *tables, *slots, hashes[read:], marks[read:], letters[read:],
            ends[first : last + 1], digests[first:last], no_places,
        )  # fmt: skip
    n_words = ends[-1]
    return Words(hashes[:n_words], marks[:n_words], letters[:n_words], ends, digests)


def locate_words(texts: Sequence[str]) -> tuple[Words, np.ndarray]:
    """The words of a few texts, and the bytes [begin, end) of each word in its own text, int64, (n_words, 2)."""
    data, offsets = bytes_of(_array(texts))
    hashes, marks, letters = _room(texts)
    places = np.empty((len(hashes), 2), np.int64)
    ends, digests = np.zeros(len(texts) + 1, np.int64), np.zeros(len(texts), np.uint64)
    split_words(
        data, eights(data), offsets, *_tables(), *marked_words(), hashes, marks, letters, ends, digests, places
    )  # fmt: skip
    places = places[: ends[-1]] - np.repeat(offsets[:-1], np.diff(ends))[:, None]
    n_words = ends[-1]
    return Words(hashes[:n_words], marks[:n_words], letters[:n_words], ends, digests), places


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


def _room(texts: Sequence[str | None] | pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Arrays that hold the words of all texts, however short they are; untouched pages cost no memory."""
    n_characters = texts.nbytes if isinstance(texts, pa.Array) else sum(len(text) for text in texts if text)
    # At most one word in two characters, or one a character of an unspaced script.
    most = n_characters + len(texts) + 1
    return np.empty(most, np.uint32), np.empty(most, np.uint8), np.empty(most, np.uint32)


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
    kinds[[ord(character) for character in HAN_NUMERALS]] = NUMERAL
    kinds[[ord(character) for character in HAN_TURNS]] = TURN
    return kinds, folded


@cache
def marked_words() -> tuple[np.ndarray, np.ndarray]:
    """Words that get a mark by what they are: hashes (uint32) in slots of a table, 0 where it is empty, and marks."""
    words = [(word, MARK_FIGURE) for word in sorted(DATE_AND_NUMBER_WORDS)] + [(word, MARK_TURN) for word in TURNS]
    slots = 1 << (4 * len(words)).bit_length()
    hashes, marks = np.zeros(slots, np.uint32), np.zeros(slots, np.uint8)
    empty = np.zeros(1, np.uint32), np.zeros(1, np.uint8)
    data, offsets = bytes_of(pa.array([word for word, _ in words], pa.large_string()))
    found, no_marks, letters = _room([word for word, _ in words])
    ends, digests = np.zeros(len(words) + 1, np.int64), np.zeros(len(words), np.uint64)
    no_places = np.empty((0, 2), np.int64)
    split_words(data, eights(data), offsets, *_tables(), *empty, found, no_marks, letters, ends, digests, no_places)
    for (_, mark), first, end in zip(words, ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        if end - first != 1:
            continue  # two words, or pieces of an unspaced script
        slot = int(found[first]) & (slots - 1)
        while hashes[slot] not in (0, found[first]):
            slot = (slot + 1) & (slots - 1)
        hashes[slot], marks[slot] = found[first], marks[slot] | mark
    return hashes, marks


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


@compiled("u1(u4, u4[::1], u1[::1])")
def mark_listed(word, listed, listed_marks):
    """The mark of a word that is on the list of `marked_words`, else 0."""
    slot = word & np.uint32(len(listed) - 1)
    while listed[slot] != 0:
        if listed[slot] == word:
            return listed_marks[slot]
        slot = (slot + np.uint32(1)) & np.uint32(len(listed) - 1)
    return np.uint8(0)


@compiled("i8(i8, i8, i8, b1)")
def mark_figure(value, digits, zeros, has_point):
    """The mark of a word of digits, from its value, how many digits it has from the first that is no zero, and how
    many zeros it ends with."""
    telling = digits if has_point else digits - zeros
    below, from_year, to_year = SAYS_NOTHING
    if not has_point and (value < below or from_year <= value < to_year):
        telling = 0
    return MARK_FIGURE | (MARK_DIGITS * min(telling, MAX_TELLING))


@compiled("b1(i8, i8)")
def ends_piece(before, code):
    """Whether a piece of an unspaced script ends behind a character, by it and the one before it (0: none)."""
    mixed = (np.uint64(before) * np.uint64(0x165667B19E3779F9) + np.uint64(code)) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(40)) % np.uint64(PIECE_IDEOGRAPHS if code >= IDEOGRAPHS else PIECE_LETTERS) == 0


@compiled("u4(u8)")
def letters_of(packed):
    """Which letters stand in eight bytes, a bit each; bytes of zero are none."""
    found = np.uint32(0)
    for k in range(8):
        found |= np.uint32(1) << np.uint32((packed >> np.uint64(8 * k)) & np.uint64(31))
    return found & NO_LETTER


@compiled(types.int64(types.int64, types.uint8[::1]))
def kind_of(code, kinds):
    """What a code point is to the kernel."""
    if code < BEYOND_TABLE:
        return np.int64(kinds[code])
    first, last = HAN_PLANES
    if first <= code <= last:
        return np.int64(CHARACTER)
    return np.int64(LETTER) if code < SYMBOL_PLANE else np.int64(BREAK)


@compiled("void(u1[::1], i8, i8, i8, i8)")
def mark_edges(marks, begin, head, tail, end):
    """Mark the words before the first and behind the last long line; `head` below 0: there is none."""
    if head < 0:
        return
    for k in range(begin, head):
        marks[k] |= MARK_EDGE
    for k in range(tail, end):
        marks[k] |= MARK_EDGE


@compiled(
    types.void(
        _TEXT, _EIGHTS, _OFFSETS, _BYTES, types.uint16[::1], types.uint32[::1], _BYTES, types.uint32[::1], _BYTES,
        types.uint32[::1], _LONGS, types.uint64[::1], types.int64[:, ::1],
    )
)  # fmt: skip
def split_words(
    data, eights, offsets, kinds, folded, listed, listed_marks, hashes, marks, letters, ends, digests, places
):
    """Fill the last six arrays from the UTF-8 bytes of the texts; `ends[0]` says how many words came before.

    Args:
        eights: uint64, the same bytes, eight at a time: number k begins at byte k.
        kinds, folded: what each code point below 65,536 is, and what it counts as.
        listed, listed_marks: as `marked_words` gives them.
        places: int64, (n_words, 2): first byte of each word and the byte behind it; no rows where nobody asks.
    """
    unspaced_seed = np.uint64(0x9E3779B97F4A7C15)  # so that no piece is taken for a word of letters
    high, seventh = np.uint64(0x8080808080808080), np.uint64(0x7F7F7F7F7F7F7F7F)
    ones, lower = np.uint64(0x0101010101010101), np.uint64(0x2020202020202020)
    count = 0
    before = ends[0]
    for text in range(len(offsets) - 1):
        position, stop = offsets[text], offsets[text + 1]
        digest, opens, after_digit = np.uint64(0), True, False
        word, packed, length, begin, seen = np.uint64(0), np.uint64(0), np.int64(0), position, np.uint32(0)
        capital, all_digits, point = False, True, False
        script, turns = np.int64(LETTER), False  # of the word; LETTER, CHARACTER or NUMERAL
        last_code, cut = np.int64(0), False  # of an unspaced script; whether a piece ends here
        value, digits, zeros = np.int64(0), np.int64(0), np.int64(0)
        line, head, tail, begins_at = count, np.int64(-1), count, count
        while position <= stop:
            # Most of a text is runs of plain letters: up to eight at once, while a word has none or whole eights.
            while length & 7 == 0 and script == LETTER and position + 8 <= stop:
                eight = eights[position]
                plain = (eight | lower) & seventh
                is_letter = (plain + np.uint64(0x1F1F1F1F1F1F1F1F)) & ~(plain + np.uint64(0x0505050505050505)) & ~eight
                first_other = ~is_letter & high
                run = (first_other & (~first_other + np.uint64(1))) >> np.uint64(7)
                run -= np.uint64(1)  # all bits of the letters before the first other byte
                n = np.int64(((run & ones) * ones) >> np.uint64(56))
                if n == 0:
                    break
                if length == 0:
                    begin, capital = position, eight & np.uint64(32) == 0
                all_digits, after_digit, last_code = False, False, 0
                packed = plain & run
                seen |= letters_of(packed)
                length += n
                position += n
                if n < 8:
                    break
                word, packed = mix(word, packed), np.uint64(0)

            here = position
            code = np.int64(SPACE)
            if position < stop:
                code = np.int64(data[position])
                if code >= 128:
                    code = decode(data, position, stop)
                    position += (code & 7) - 1
                    code >>= 3
            position += 1
            kind = kind_of(code, kinds)
            if kind == NOTHING:
                continue
            is_separator = kind == BREAK and after_digit and code in (COMMA, FULL_STOP)
            if is_separator and position < stop and ZERO <= data[position] <= NINE:
                if code == FULL_STOP:
                    packed |= np.uint64(FULL_STOP) << np.uint64(8 * (length & 7))
                    length += 1
                    if length & 7 == 0:
                        word, packed = mix(word, packed), np.uint64(0)
                    point = True
                continue
            is_piece = kind in (CHARACTER, NUMERAL, TURN)
            script_here = NUMERAL if kind == NUMERAL else CHARACTER if is_piece else LETTER
            if length and (kind == BREAK or script_here != script or cut):
                short = seal(word, packed, length)
                mark = np.int64(MARK_OPENS if opens else 0) | (MARK_CAPITAL if capital else 0)
                if script != LETTER:
                    mark |= MARK_CHARACTER | (MARK_FIGURE if script == NUMERAL else 0) | (MARK_TURN if turns else 0)
                elif all_digits:
                    mark |= mark_figure(value, digits, zeros, point)
                else:
                    mark |= np.int64(mark_listed(short, listed, listed_marks))
                hashes[count], marks[count], letters[count] = short, mark, seen
                if len(places):
                    places[count, 0], places[count, 1] = begin, here
                count += 1
                digest = mix(digest, np.uint64(short))
                # The stop of "Mr." or "U.S." ends no sentence.
                opens = code == FULL_STOP and not (capital and length <= 3)
                word, packed, length, seen = np.uint64(0), np.uint64(0), 0, np.uint32(0)
                capital, all_digits, point, turns = False, True, False, False
                value, digits, zeros = 0, 0, 0
                script, cut = np.int64(LETTER), False
            after_digit = kind == DIGIT
            if kind == BREAK:
                last_code = 0
                if code == LINE_FEED or here == stop:
                    if count - line > SHORT_LINE:
                        head, tail = line if head < 0 else head, count
                    line = count
                if code in (LINE_FEED, EXCLAMATION, QUESTION, COLON, WIDE_STOP):
                    opens = True
                continue
            if length == 0:
                begin, capital = here, kind == CAPITAL
                if is_piece:
                    script, word = np.int64(script_here), unspaced_seed
            if kind == DIGIT:
                fold = np.int64(folded[code]) if code < BEYOND_TABLE else code & 0xFFFF
                if value < 100000:
                    value = 10 * value + fold - ZERO
                digits += value > 0
                zeros = zeros + 1 if fold == ZERO else 0
            else:
                all_digits = False
                fold = code if is_piece else code & 0xFFFF if code >= BEYOND_TABLE else np.int64(folded[code])
            turns = turns or kind == TURN
            while fold:
                packed |= np.uint64(fold & 255) << np.uint64(8 * (length & 7))
                seen |= (np.uint32(1) << np.uint32(fold & 31)) & NO_LETTER
                length += 1
                fold >>= 8
                if length & 7 == 0:
                    word, packed = mix(word, packed), np.uint64(0)
            cut = is_piece and kind != NUMERAL and ends_piece(last_code, code)
            last_code = code if is_piece else 0
        mark_edges(marks, begins_at, head, tail, count)
        ends[text + 1] = before + count
        digests[text] = digest
