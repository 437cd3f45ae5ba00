"""Numbers: which runs of digits and number words in a text say a number, and which one.

In     a text in lower case, code point for code point   from tasks.normalise.figures
Out    numbers with their spans, in reading order        to   tasks.normalise.figures

A sieve finds where a number may begin, two patterns how far it goes; it is then read by the table it came from (digits,
words, parts, crowds). Values are rounded to 15 places after a scale is applied: "2.09 trillion" is 2090000000000 and
not a float beside it.
What a number counts, and whether it is a figure at all, is not decided here.

Limits  Runs of more than 21 digits, leading zeros ("007") and groupings that are neither Western nor Indian ("1,2,3")
        are no numbers. A lone comma before one or two digits is read as a decimal comma and marked `decimal_comma`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import log10

from tasks.rules import read_toml

LIMIT = 1e24
ROUND = 6  # digits: from here on a number of whole thousands is written as an amount even without commas
MAX_DIGITS = 21  # beyond a sextillion no news figure is meant; also keeps every value finite and short to print

_TABLE = {name: table["words"] for name, table in read_toml("numbers").items()}
_HALF = read_toml("numbers")["half_of"]
_SMALL: dict[str, int] = {**_TABLE["ones"], **_TABLE["teens"], **_TABLE["tens"]}
_KIND = {word: kind for kind in ("ones", "teens", "tens") for word in _TABLE[kind]}
SCALES: dict[str, float] = _TABLE["scales"]
_SHORT: dict[str, float] = _TABLE["short_scales"]


@dataclass(slots=True)
class Number:
    """A number as written. `high` is the upper end where the words leave a range open, else None.

    `value` is `mantissa` times `scale`; `weak_end` is where the number ends if its weak scale letter ("5m") belongs to
    it, and `weak_scale` that letter's worth; both are 0 where there is none.
    """

    start: int
    end: int
    value: float
    high: float | None = None
    mantissa: float = 0.0
    scale: float = 1.0
    form: str = "digits"  # digits, words, part, crowd, multiple
    grouped: bool = False  # with commas, a decimal point or a scale: no year and no name looks like this
    decimal_comma: bool = False
    weak_end: int = 0
    weak_scale: float = 0.0
    weak_apart: bool = False  # a blank or a hyphen stands before the letter: a scale only of money ("$200 m", "P2-B")


def scaled(value: float, scale: float) -> float:
    """`value` times `scale`, without binary noise.

    >>> 0.07 * 100, scaled(0.07, 100)
    (7.000000000000001, 7.0)
    """
    return float(f"{value * scale:.15g}")


def trie(words: Iterable[str]) -> str:
    """A pattern for any of `words` that shares their beginnings: several times faster than a plain alternation.

    >>> trie(["ten", "tens", "two"])
    't(?:en(?:s)?|wo)'
    """
    tree: dict[str, dict] = {}
    for word in words:
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _branch(tree)


def _branch(node: dict[str, dict]) -> str:
    options = [re.escape(letter) + _branch(node[letter]) for letter in sorted(node) if letter]
    if not options:
        return ""
    joined = options[0] if len(options) == 1 and "" not in node else f"(?:{'|'.join(options)})"
    return joined + "?" if "" in node else joined


_BLANK = r"[ \u00a0\u202f\u2009\t]"
_THIN = r"[\u00a0\u202f\u2009\u2008]"
_GAP = rf"(?:{_BLANK}{{1,2}}|-)"
_END = r"(?![a-z])"
_SCALE = trie(SCALES)
_WORD = trie([*_SMALL, *SCALES])
_ONES = trie(_TABLE["ones"])
_GLYPH = f"[{''.join(_TABLE['glyphs'])}]"
_PART = trie([word for word in _TABLE["parts"] if word not in ("half", "halves")])
_CROWD = trie(_TABLE["crowds"])
_PLENTY = "(?:hundreds|thousands|millions|billions|dozens)"  # also without "of": what stands around decides
_HALF_OF = trie(_HALF["words"])
_HALVED = trie(_HALF["units"])
_MULTIPLE = trie(_TABLE["multiples"])

_AND_PART = rf"(?:{_BLANK}|-)and(?:{_BLANK}|-)(?:an?|one|two|three){_GAP}(?:half|{_PART}){_END}"
_DIGITS = re.compile(
    rf"""(?P<digits>[1-9]\d{{0,2}}+(?:{_THIN}\d{{3}})+(?![\d.,]\d)
           |[1-9]\d{{0,2}}+(?:[ ]\d{{3}})+(?=[ \u00a0](?:[a-z]|%|€|£)|[%€£])(?![ ]\d)
           |\d+(?:(?:[.,]|,?[ \u202f](?=000(?!\d)))\d+)*|\.\d+)
         (?P<fraction>(?:[ -]\d{{1,3}})?[/⁄]\d{{1,4}}(?![\d/⁄])
           |{_BLANK}/{_BLANK}\d{{1,2}}(?={_BLANK}of{_END})|[ ]?{_GLYPH}|{_AND_PART})?
         (?P<scales>(?:{_BLANK}?{_GAP}?{_SCALE}{_END})+|{_BLANK}?(?:mn|mio|bn|tn|trn){_END})?
         (?P<weak>(?:(?:{_BLANK}|-)(?=m|b|k))?(?:mil|m|b|t|k|l){_END}(?![²³2/^]))?
         (?P<power>{_BLANK}?[x×]{_BLANK}?10(?:\^\(?(?P<exponent>[-−–]?\d{{1,2}}(?!\d))\)?|(?P<raised>⁻?[⁰¹²³⁴-⁹]{{1,2}}))
           |(?:(?<=\.\d)|(?<=\.\d\d)|(?<=\.\d\d\d)){_BLANK}?[x×]{_BLANK}?10(?P<lost>[-−–]\d\d)(?!\d)
           |{_BLANK}?×{_BLANK}?10(?P<signed>[-−–]\d{{1,2}})(?!\d))?""",
    re.VERBOSE | re.ASCII,
)
_IN_WORDS = re.compile(
    rf"""(?P<crowd>{_CROWD}(?:(?:{_BLANK}of{_BLANK}(?:the{_BLANK})?{_CROWD})+{_END}|(?={_BLANK}(?:of|more){_END}))|{_PLENTY}{_END})
        |(?P<multiple>{_MULTIPLE}{_END}(?!-)|(?<=(?:to|ll|ld|ay|ht|an){_BLANK})(?:{trie(_TABLE["verbs"])}){_END}(?!-))
        |(?P<part>(?:an?{_BLANK})?quarter(?:{_BLANK}(?:of{_BLANK})?(?:an?{_BLANK})?|-)(?={_SCALE}{_END})
           |(?:an?|{_ONES}){_GAP}(?:{_PART}){_END}(?:{_BLANK}of{_BLANK}an?{_BLANK}(?={_SCALE}{_END}))?
           |(?:an?{_BLANK})?half(?:{_BLANK}an?{_BLANK}|-an?-|{_BLANK}|-)(?={_SCALE}{_END})
           |half(?=[.,;]|{_BLANK}(?:{_HALF_OF}){_END}|[ -](?:{_HALVED}){_END})
           |(?:half|quarter)(?=-point{_END}))
           (?P<partscale>(?:{_BLANK}?{_SCALE}{_END})*)
        |(?P<words>(?:(?:a{_BLANK})?couple{_BLANK}(?:of{_BLANK})?(?={_SCALE}{_END})|an?{_GAP}(?={_SCALE}{_END}))?{_WORD}
           (?:{_GAP}{_WORD}{_END}|(?:(?<=hundred)|(?<=thousand)|(?<=million)){_BLANK}and{_BLANK}{_WORD}{_END})*){_END}
           (?P<point>{_BLANK}point(?:{_BLANK}(?:{_ONES}){_END})+)?
           (?P<ahalf>{_AND_PART})?
           (?P<wordscale>(?:{_BLANK}?{_SCALE}{_END})*)
        |(?P<glyph>{_GLYPH})""",
    re.VERBOSE,
)
_NUMBER_WORDS = [*_SMALL, *_TABLE["crowds"], *_TABLE["multiples"], *_TABLE["verbs"], "half", "quarter", "couple"]
# A sieve that is cheaper than the patterns above: where a number may begin at all. It opens with one set of characters
# (what is no letter), which the engine skips along fast
_START = re.compile(
    rf"[^a-z_](?:(?<=[\d{''.join(_TABLE['glyphs'])}])|{trie(_NUMBER_WORDS)}{_END}"
    rf"|an?[ -](?=(?:{_SCALE}|{_PART}|couple){_END}|half[- ]{_SCALE}{_END})|\.\d)",
    re.ASCII,
)
_BEGINNINGS = frozenset("0123456789") | frozenset(_TABLE["glyphs"])
_WESTERN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")
_CONTINENTAL = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}")
_DECIMAL_COMMA = re.compile(r"\d{1,6},\d{1,2}")
_WORDS = re.compile(r"[a-z]+")
_BLANKS = re.compile(_BLANK + "|\u2008")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−–", "0123456789---")


def lower(text: str) -> str:
    """`text` in lower case, code point for code point: the few capitals that grow when lowered stay as they are."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return low


def find_numbers(low: str) -> list[Number]:
    """Every number of `low`, a text in lower case, in reading order and not overlapping.

    >>> [(n.value, n.high) for n in find_numbers("from 2.5 million to tens of thousands of seats")]
    [(2500000.0, None), (10000.0, 100000.0)]
    """
    found: list[Number] = []
    position = 0
    if low and low[0].isalpha() and (match := _IN_WORDS.match(low)):
        number = _READERS[match.lastgroup](match)  # type: ignore[index]
        if number and number.value < LIMIT:
            found.append(number)
        position = match.end()
    while start := _START.search(low, position):
        at = start.start()
        if low[at] not in _BEGINNINGS:
            at += 1
        if match := _DIGITS.match(low, at):
            number = _read_digits(match)
        elif match := _IN_WORDS.match(low, at):
            number = _READERS[match.lastgroup](match)  # type: ignore[index]
        else:
            position = start.end()
            continue
        if number and number.value < LIMIT:
            found.append(number)
        position = match.end()
    return found


# ------------------------------------------------------------------ digits


def decimal_of(digits: str) -> tuple[str, bool] | None:
    """A run of digits, points and commas in Python's notation, and whether a comma was taken as the decimal mark.

    >>> decimal_of("1,46,000"), decimal_of("1.234,56"), decimal_of("12,5"), decimal_of("1,2,3")
    (('146000', False), ('1234.56', True), ('12.5', True), None)
    """
    if len(digits) > 2 * MAX_DIGITS:
        return None
    plain, comma = digits, False
    if "," in digits:
        if _WESTERN.fullmatch(digits) or _INDIAN.fullmatch(digits):
            plain = digits.replace(",", "")
        elif _CONTINENTAL.fullmatch(digits) or _DECIMAL_COMMA.fullmatch(digits):
            plain, comma = digits.replace(".", "").replace(",", "."), True
        else:
            return None
    elif digits.count(".") > 1:
        if not _CONTINENTAL.fullmatch(digits):
            return None
        plain = digits.replace(".", "")
    whole = plain.split(".", 1)[0]
    if len(plain) > MAX_DIGITS or (len(whole) > 1 and whole[0] == "0"):
        return None
    return plain, comma


def _read_digits(match: re.Match[str]) -> Number | None:
    start, end = match.span()
    run = match["digits"]
    if match.lastgroup == "digits" and len(run) < 10 and run.isdigit() and (run[0] != "0" or run == "0"):
        value = float(run)
        return Number(start, end, value, None, value, grouped=len(run) >= ROUND and run.endswith("000"))
    fraction, scales, weak, power = match["fraction"], match["scales"], match["weak"], match["power"]
    if power:
        if scientific := _read_power(match):
            return scientific
        end -= len(power)
    bare = _BLANKS.sub("", run)
    read = decimal_of(bare)
    added = _fraction(read[0], fraction) if fraction and read else 0.0
    if read is None or added is None:
        return None
    plain, comma = read
    is_part = bool(fraction) and fraction.lstrip()[0] in "/⁄"
    mantissa = added if is_part else float(plain) + added
    exponent, factor = _worth(scales) if scales else (0, 1.0)
    scale = factor * 10.0**exponent
    number = Number(start, end - len(weak or ""), mantissa, None, mantissa, scale)
    if scale > 1:
        number.value = scaled(mantissa, scale)
    if weak:
        number.weak_end, number.weak_scale = end, _SHORT[weak.lstrip("- \u00a0\u202f\u2009\t")]
        number.weak_apart = not weak[0].isalpha()
    number.form = "part" if is_part else "digits"
    is_round = len(plain) >= ROUND and plain.endswith("000")
    number.grouped = scale > 1 or len(run) != len(plain) or "." in plain or added > 0 or is_round
    number.decimal_comma = comma
    return number


def _read_power(match: re.Match[str]) -> Number | None:
    """A number with a power of ten ("1.2×10^5", "3 x 10⁸"), also one that lost its raised digits ("1.7 x 10-27")."""
    read = decimal_of(match["digits"])
    if read is None or match["fraction"] or match["scales"] or match["weak"]:
        return None
    exponent = (match["exponent"] or match["raised"] or match["lost"] or match["signed"]).translate(_RAISED)
    value = float(f"{read[0]}e{exponent}")
    return Number(match.start(), match.end(), value, None, value, grouped=True)


def _fraction(plain: str, fraction: str) -> float | None:
    """What a fraction behind digits adds ("10 1/2"), or the whole quotient where the digits are its upper half."""
    if fraction.strip() in _TABLE["glyphs"]:
        return _TABLE["glyphs"][fraction.strip()]
    if fraction[-1].isalpha():
        return _share_of(_WORDS.findall(fraction)[1:])
    upper, lower = re.split(" ?[/⁄] ?", fraction.lstrip("-"))
    upper = upper.strip()
    if not upper:
        upper = plain
    if "." in upper or not int(lower) or len(upper) > 4 or int(upper) >= int(lower):
        return None  # 24/7, 1/0 and 5/4 are no parts of anything
    return int(upper) / int(lower)


def _worth(scales: str) -> tuple[int, float]:
    """(power of ten, other factor) of a run of scale words: "hundred million" is (8, 1.0), "dozen" (0, 12.0)."""
    exponent, factor = 0, 1.0
    for word in _WORDS.findall(scales):
        worth = SCALES.get(word) or _SHORT[word]
        if worth == 12:
            factor *= worth
        else:
            exponent += round(log10(worth))
    return min(exponent, 30), factor


# ------------------------------------------------------------------ words


def read_words(words: list[str]) -> tuple[float, float] | None:
    """(value, trailing scale) of number words, or None where they are not one number ("nineteen ninety").

    >>> read_words("two hundred and five thousand".split())
    (205000.0, 1000.0)
    """
    total, group, last, trailing = 0.0, 0.0, "", 1.0
    for word in words:
        kind = _KIND.get(word)
        if kind:
            if group and not (last == "hundred" or (last == "tens" and kind == "ones")):
                return None
            group, last, trailing = group + _SMALL[word], kind, 1.0
        elif word in SCALES:
            worth = SCALES[word]
            trailing *= worth
            if worth == 100:
                group, last = (group or 1.0) * worth, "hundred"
            elif group or not total:
                total, group, last = total + (group or 1.0) * worth, 0.0, "scale"
            else:
                total *= worth
    return total + group, trailing


def _read_words(match: re.Match[str]) -> Number | None:
    words = _WORDS.findall(match["words"])
    if "couple" in words:
        words[: words.index("couple") + 1] = ["two"]
    if len(words) == 1 and words[0] in SCALES:
        return None  # "per million": a scale alone counts nothing
    read = read_words(words)
    if read is None:
        return None
    value, scale = read
    if match["ahalf"]:
        value += _share_of(_WORDS.findall(match["ahalf"])[1:]) * scale
    if match["point"]:  # "two point five"
        value = float(f"{value:.0f}.{''.join(str(_SMALL[word]) for word in _WORDS.findall(match['point'])[1:])}")
    if match["wordscale"]:
        exponent, factor = _worth(match["wordscale"])
        value, scale = value * factor * 10.0**exponent, scale * factor * 10.0**exponent
    return Number(match.start(), match.end(), value, None, value / scale, scale, "words", scale > 1)


def _share_of(words: list[str]) -> float:
    """What the words of a fraction are worth: "three quarters" 0.75, "a half" 0.5."""
    return _SMALL.get(words[0], 1) / _TABLE["parts"][words[-1]]


def _read_part(match: re.Match[str]) -> Number | None:
    words = [word for word in _WORDS.findall(match["part"]) if word != "of"]
    if words[-1] in ("a", "an"):
        words.pop()  # "three quarters of a" million
    if "half" in words:
        share = 0.5
    elif "quarter" in words and (match["partscale"] or len(words) == 1):
        share = 0.25  # "a quarter of a million", "a quarter-point cut"
    else:
        upper, share = _SMALL.get(words[0], 1), _share_of(words)
        if not 0 < share < 1 or (upper > 1) != words[-1].endswith("s"):
            return None
    exponent, factor = _worth(match["partscale"]) if match["partscale"] else (0, 1.0)
    scale = factor * 10.0**exponent
    return Number(
        match.start(), match.end(), scaled(share, scale) if scale > 1 else share, None, share, scale, "part", scale > 1
    )


def _read_crowd(match: re.Match[str]) -> Number:
    low = high = 1.0
    for word in _WORDS.findall(match["crowd"]):
        if word in _TABLE["crowds"]:
            low, high = low * _TABLE["crowds"][word][0], high * _TABLE["crowds"][word][1]
    if " of" in match["crowd"] or match["crowd"].count("of"):
        # "tens of thousands": ten times the least of the one, up to ten times the least of the other
        last = _TABLE["crowds"][_WORDS.findall(match["crowd"])[-1]]
        high = high / last[1] * last[0]
    return Number(match.start(), match.end(), low, high if high > low else None, low, 1.0, "crowd", True)


def _read_multiple(match: re.Match[str]) -> Number:
    value = float((_TABLE["multiples"] | _TABLE["verbs"])[match[0]])
    return Number(match.start(), match.end(), value, None, value, 1.0, "multiple")


def _read_glyph(match: re.Match[str]) -> Number:
    value = _TABLE["glyphs"][match["glyph"]]
    return Number(match.start(), match.end(), value, None, value, 1.0, "part")


_READERS = {
    "glyph": _read_glyph,
    "crowd": _read_crowd,
    "multiple": _read_multiple,
    "part": _read_part,
    "partscale": _read_part,
    "words": _read_words,
    "ahalf": _read_words,
    "point": _read_words,
    "wordscale": _read_words,
}
