"""Runs of words that can be part of a date, each word as one letter.

In     a text
Out    `Run`s: a string of letters, one a token, with the tokens' spans and values

Every word of the grammar has a letter of its own, every kind of number another; a class of words is a set of letters,
so a pattern over words becomes an ordinary regular expression over letters. A word the grammar does not know ends a
run, and runs without a word that can carry a date (a month, a unit, a year …) are dropped: most text costs one look.

Limits  Numbers of more than 15 digits end a run; so does a number glued to letters, to a currency or per cent sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.normalise.dates.words import ABBREVIATIONS, CAPITAL, CORE, LETTERS, VALUES

_TOKEN = re.compile(
    r"""(?![ ])(?:(?P<word>(?<![\w@\#/])(?!fy[ \xa0]?\d|[abc]\.\s?[cd]\.)[^\W\d_]++(?![\d_@]))
      | (?P<comma>,)
      | (?P<stop>\.)
      | (?P<fy>(?<!\w)fy[ \xa0]?(?:20\d\d|19\d\d|\d\d)(?:[-–/](?:20)?\d\d)?(?![\w/]))
      | (?P<era>(?<![\w.])(?:b\.\s?c\.(?:\s?e\.)?|a\.\s?d\.|c\.\s?e\.)(?!\w))
      | (?P<part>(?<![^\W_])(?:[1-4]q|q[1-4]|h[12]|[12]h)
            (?:[ \xa0]?fy[ \xa0]?['’]?(?:20)?\d\d|(?<=q[1-4])['’]?\d\d|(?<=q)['’]?\d\d|['’]?[12]\d|20\d\d)
            (?![^\W_]|[-.]\d))
      | (?P<qn>(?<![^\W_])(?:[1-4]q|q[1-4]|h[12]|[12]h(?=[ \xa0](?:19|20)\d\d(?!\d)))(?![^\W_]))
      | (?P<glued>(?<![\w.-])\d\d?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:19|20)?\d\d(?![^\W_]))
      | (?P<iso>\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:z|[+-]\d\d:?\d\d)?)?(?![\w/-])
            |\d{4}-(?:0[1-9]|1[0-2])(?![\w/-]|\.\d))
      | (?P<twoyear>(?:1\d|20)\d\d/\d\d(?![\w/-]|\.\d))
      | (?P<days>\d\d?/\d\d?[-–]\d\d?/\d\d?/(?:\d{4}|\d\d)(?![\w/-]|\.\d))
      | (?P<slash>\d\d?(?P<sep>[/.-])\d\d?(?P=sep)(?:\d{4}|\d\d)(?![\w/-]|\.\d))
      | (?P<clock>(?:[0-2]\d[0-5]\d(?=\s(?:gmt|utc)(?!\w))|\d\d?\.[0-5]\d\s?[ap]m(?!\w)
            |\d\d?(?::\d\d){0,2}\s?(?:[ap]\.\s?m\.|[ap]m\b|[ap]\.m\b|o['’]clock\b)|\d\d?(?::\d\d){1,2}(?![\d:]))
            (?:\s(?:[ecmp][sd]?t|gmt|utc|bst|cest|ist|jst)(?!\w))?)
      | (?P<decade>\d{3}0['’]?s(?![^\W_])|['’‘]?\d0s(?![^\W_]))
      | (?P<yy>['’‘]\d\d(?![\d\w]))
      | (?P<num>\d+(?:,\d{3}(?!\d))*(?:\.\d+)?(?:\s[1-9]/[2-9](?!\d))?(?P<nth>(?:st|nd|rd|th)(?![^\W_]))?)
      | (?P<poss>['’]s(?![^\W_]))
      | (?P<hyphen>[-‐‑–](?![-–]))
      | (?P<gap>\n[ \t\r\xa0]*\n)
      | (?P<other>[^\s\w]))""",
    re.VERBOSE,
)
_THE_NTH = f"[{''.join(LETTERS[w] for w in ('on', 'by', 'until', 'from'))}]{LETTERS['the']}[1-5]"
_CORE = re.compile(f"[{''.join(sorted(CORE))}]|{_THE_NTH}")
_DAY_OR_YEAR = frozenset("dy12345")  # before a dash with blanks and a month: June 28 – July 3
_YEAR_GLUED = re.compile(r",(?:1[5-9]|20)\d\d(?!\d)")  # May 17,2019
_MONTH_AHEAD = re.compile(r"\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)")
_KINDS = frozenset(
    [
        "comma",
        "poss",
        "hyphen",
        "iso",
        "slash",
        "days",
        "twoyear",
        "fy",
        "era",
        "part",
        "glued",
        "clock",
        "qn",
        "decade",
        "yy",
        "num",
    ]
)
# Letters that make a run worth closing: those that carry a date, and number words, which may become a year.
MAYBE_CORE = CORE | frozenset("wf")
_GLUE_BEFORE = frozenset("$€£¥₹#+@*^=~&_/\\")
_GLUE_AFTER = frozenset("%°+‰²³×^=_@&\\€£¥")
MAX_DIGITS = 15


@dataclass(slots=True)
class Token:
    """A word or number: its letter, span, and value (the lower-case word, or the number)."""

    letter: str
    start: int
    end: int
    value: str | int | float


@dataclass(slots=True)
class Run:
    """Neighbouring tokens; `letters[i]` is the letter of `tokens[i]`."""

    letters: str
    tokens: list[Token]


def lower_same_length(text: str) -> str:
    """`text` in lower case, code point for code point (İ has a longer lower case and is kept)."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def find_runs(text: str) -> Iterator[Run]:
    """The runs of `text` that can hold a date, in reading order."""
    lower = lower_same_length(text)
    tokens: list[Token] = []
    broken_end = -1  # where the last token that is no part of a run ended: numbers glued to it are none
    promising = False  # whether the run at hand has a letter that can carry a date
    letter_of, capital, maybe_core = LETTERS.get, CAPITAL, MAYBE_CORE
    for match in _TOKEN.finditer(lower):
        kind = match.lastgroup
        if kind == "word":
            letter = letter_of(match[0])
            if letter is not None:
                start, end = match.span()
                word = match[0]
                if word not in capital or text[start].isupper():
                    tokens.append(Token(letter, start, end, word))
                    promising = promising or letter in maybe_core
                    continue
        elif kind == "stop":
            if tokens and tokens[-1].end == match.start() and tokens[-1].value in ABBREVIATIONS:
                continue
        elif kind in _KINDS:
            signs = kind in ("comma", "poss", "hyphen")
            token = _sign(kind, lower, match, tokens) if signs else _number(match, lower, broken_end)
            if token is not None:
                tokens.append(token)
                promising = promising or not signs
                continue
        broken_end = match.end()
        if tokens:
            if promising and (run := _closed(tokens)):
                yield run
            tokens, promising = [], False
    if promising and (run := _closed(tokens)):
        yield run


def _sign(kind: str, lower: str, match: re.Match[str], tokens: list[Token]) -> Token | None:
    """A comma, possessive or hyphen that can stand inside a date; None where it ends the run."""
    start, end = match.span()
    if not tokens or tokens[-1].end > start:
        return None
    if kind == "comma":
        return Token(",", start, end, ",")
    if kind == "poss":
        return Token("'", start, end, "'s") if tokens[-1].end == start else None
    spaced = start > 0 and lower[start - 1].isspace()
    after = lower[end : end + 1]
    digits = after.strip().isdigit() or lower[end + 1 : end + 2].isdigit()
    if spaced and not digits and not (tokens[-1].letter in _DAY_OR_YEAR and _MONTH_AHEAD.match(lower, end)):
        return None
    return Token("-", start, end, "-")


def _number(match: re.Match[str], lower: str, broken_end: int) -> Token | None:
    """A number's token; None where it is glued to something that makes it no date."""
    start, end = match.span()
    kind = match.lastgroup
    before = lower[start - 1] if start else " "
    after = lower[end] if end < len(lower) else " "
    if before in _GLUE_BEFORE or before.isalnum() or after in _GLUE_AFTER or after.isalpha() or after == "_":
        return None
    if (broken_end == start and before in "-–.") or (
        broken_end >= 0 and lower[broken_end:start].strip() == "" and lower[broken_end - 1] in "$€£¥#"
    ):
        return None
    if after in ".,:" and lower[end + 1 : end + 2].isdigit() and not _YEAR_GLUED.match(lower, end):
        return None
    words = match[0]
    if kind == "era":
        word = re.sub(r"[.\s]", "", words)
        return Token(LETTERS[word], start, end, word)
    if kind == "num":
        return _plain_number(words, match["nth"], start, end)
    if kind == "clock":
        exact = bool(re.search(r"[a-z]", words))
        return Token("C" if exact else "c", start, end, words)
    if kind == "qn":
        return Token("Q" if "q" in words else "H", start, end, int(words.strip("qh")))
    letter = {
        "days": "R",
        "part": "P",
        "glued": "G",
        "twoyear": "Z",
        "fy": "F",
        "iso": "I",
        "slash": "S",
        "decade": "D",
        "yy": "a",
    }[str(kind)]
    return Token(letter, start, end, words)


def _plain_number(words: str, nth: str | None, start: int, end: int) -> Token | None:
    """d 1 to 31, e two digits above, y four digits of a year, n other whole numbers, z decimals; 1 to 6 ordinals."""
    digits = words.removesuffix(nth) if nth else words
    if "/" in digits:
        whole, part = digits.split()
        value = (
            int(whole.replace(",", "")) + int(part[0]) / int(part[2])
            if len(whole) <= MAX_DIGITS and "." not in whole
            else 0
        )
        return Token("z", start, end, value)
    if len(digits) > MAX_DIGITS:
        return None
    if "," in digits or "." in digits:
        return None if nth else Token("z", start, end, float(digits.replace(",", "")))
    value = int(digits)
    if nth:
        return Token(_ordinal_letter(value), start, end, value)
    if len(digits) <= 2:
        return Token("d" if 1 <= value <= 31 else "e", start, end, value)
    if len(digits) == 4 and 1000 <= value < 2700:
        return Token("y", start, end, value)
    return Token("n", start, end, value)


def _ordinal_letter(value: int) -> str:
    return str(value) if 1 <= value <= 4 else "5" if 5 <= value <= 31 else "6"


# ------------------------------------------------------------------ numbers in words


def _closed(tokens: list[Token]) -> Run | None:
    """The run of the tokens, spelled-out numbers put together; None where nothing in it can carry a date."""
    letters = "".join(t.letter for t in tokens)
    if "w" in letters or "f" in letters:
        if not (_CORE.search(letters) or "ww" in letters):
            return None
        tokens = list(_with_numbers(tokens))
        letters = "".join(t.letter for t in tokens)
    return Run(letters, tokens) if _CORE.search(letters) else None


def _with_numbers(tokens: list[Token]) -> Iterator[Token]:
    """Tokens with runs of number words (letters w, f) as one token each."""
    i = 0
    while i < len(tokens):
        if tokens[i].letter not in "wf":
            yield tokens[i]
            i += 1
            continue
        j, value, ordinal, year = _spelled(tokens, i)
        letter = _ordinal_letter(value) if ordinal else "y" if year else "w"
        yield Token(letter, tokens[i].start, tokens[j - 1].end, value)
        i = j


def _spelled(tokens: list[Token], i: int) -> tuple[int, int, bool, bool]:
    """(next index, value, whether an ordinal, whether a year) of the number words from `i` on."""
    parts: list[int] = []
    while i < len(tokens):
        token = tokens[i]
        if token.letter == "f":
            value = VALUES["ordinal"][str(token.value)]
            if not parts or (parts[-1] % 10 == 0 and 20 <= parts[-1] <= 90 and value < 10):
                return i + 1, _sum(parts) + value, True, False
            break
        if token.letter == "w":
            value = VALUES["cardinal"][str(token.value)]
            if parts and not _fits(parts, value):
                break
            parts.append(value)
            i += 1
            joins = i < len(tokens) and (tokens[i].letter == "-" or (tokens[i].value == "and" and value in (100, 1000)))
            if joins and i + 1 < len(tokens) and tokens[i + 1].letter in "wf" and _can_follow(parts, tokens[i + 1]):
                i += 1
            continue
        break
    if len(parts) > 1 and 10 <= parts[0] <= 21 and parts[1] >= 10 and 100 not in parts and 1000 not in parts:
        return i, parts[0] * 100 + sum(parts[1:]), False, True
    value = _sum(parts)
    return i, value, False, 1000 in parts and 1900 <= value <= 2100


def _can_follow(parts: list[int], token: Token) -> bool:
    """Whether the number word behind a hyphen or `and` goes on with the number."""
    value = VALUES["ordinal" if token.letter == "f" else "cardinal"][str(token.value)]
    return _fits(parts, value) or (token.letter == "f" and value < 10 and 20 <= parts[-1] <= 90)


def _fits(parts: list[int], value: int) -> bool:
    """Whether `value` can stand behind the number words read so far."""
    last = parts[-1]
    if value in (100, 1000):
        return last < 100 or (value == 1000 and 100 in parts)
    if last in (100, 1000):
        return value < last
    if value < 10:
        return last % 10 == 0 and 20 <= last <= 90 and value > 0
    return len(parts) == 1 and 16 <= last <= 20 and 10 <= value <= 90  # nineteen ninety, twenty ten


def _sum(parts: list[int]) -> int:
    """The value of number words: sums, with hundred and thousand multiplying what stands before them."""
    total = current = 0
    for part in parts:
        if part == 1000:
            total, current = total + (current or 1) * 1000, 0
        elif part == 100:
            current = (current or 1) * 100
        else:
            current += part
    return total + current
