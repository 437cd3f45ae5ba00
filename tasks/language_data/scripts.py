"""Scripts: which put no white space between words, and which characters only modify the one before.

In     nothing
Out    ranges of code points, and the insides of character classes for patterns: `re.compile(f"[{UNSPACED}]")`

`UNSPACED` holds letters and marks, no digits and no punctuation: of Han, Kana, Bopomofo and Yi, and of the scripts of
South East Asia whose lines are broken by dictionary. Hangul and Tibetan separate words or syllables.

Source  Unicode 15, Scripts.txt and LineBreak.txt (classes SA, ID, CJ); tests/test_language_data.py compares.
Limits  Historic Kana beyond U+FFFF and scripts of the past (Tangut, Nushu, Ahom) are left out.
"""

from __future__ import annotations

UNSPACED_RANGES = (
    (0x0E01, 0x0E3A), (0x0E40, 0x0E4E),  # Thai
    (0x0E81, 0x0ECE), (0x0EDC, 0x0EDF),  # Lao
    (0x1000, 0x103F), (0x1050, 0x108F), (0x109A, 0x109D), (0xA9E0, 0xA9EF), (0xA9FA, 0xA9FE), (0xAA60, 0xAA76),
    (0xAA7A, 0xAA7F),  # Myanmar
    (0x1780, 0x17D3), (0x17D7, 0x17D7), (0x17DC, 0x17DD),  # Khmer
    (0x1950, 0x1974), (0x1980, 0x19C9), (0x1A20, 0x1A7F), (0x1AA7, 0x1AA7), (0xAA80, 0xAAC2),
    (0xAADB, 0xAADD),  # Tai scripts
    (0x3041, 0x3096), (0x3099, 0x309A), (0x309D, 0x309F), (0x30A1, 0x30FA), (0x30FC, 0x30FF), (0x31F0, 0x31FF),
    (0xFF66, 0xFF9F),  # Kana
    (0x3105, 0x312F), (0x31A0, 0x31BF),  # Bopomofo
    (0x3005, 0x3007), (0x3021, 0x3029), (0x3031, 0x3035), (0x3038, 0x303B), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF), (0x20000, 0x3FFFF),  # Han
    (0xA000, 0xA48C),  # Yi
)  # fmt: skip


def _inside(ranges: tuple[tuple[int, int], ...]) -> str:
    """The inside of a character class with these ranges."""
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


UNSPACED = _inside(UNSPACED_RANGES)
HANGUL = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
KANA = "\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
# Scripts in which hardly more than one language is written, by its code; Kana stands beside Han
ONE_LANGUAGE = {
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "hy": "\u0530-\u058f",
    "he": "\u0590-\u05ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "or": "\u0b00-\u0b7f",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "ka": "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f",
    "am": "\u1200-\u139f",
    "km": "\u1780-\u17ff",
    "ko": HANGUL,
    "ja": KANA,
}
# Combining marks (categories Mn, Mc, Me), with the letters between them where that saves a range: Python's \w knows
# no marks, so that a Hindi word of seven characters would be four words
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c2\u05c4-\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
    "\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711-\u07b0\u07eb-\u07f3\u07fd\u0816-\u082d\u0859-\u085b"
    "\u0898-\u08e1\u08e3-\u0963\u0981-\u09e3\u09fe-\u0a51\u0a70-\u0a75\u0a81-\u0ae3\u0afa-\u0b63\u0b82-\u0bd7"
    "\u0c00-\u0c63\u0c81-\u0c83\u0cbc-\u0ce3\u0d00-\u0d4d\u0d57\u0d62-\u0d63\u0d81-\u0ddf\u0df2-\u0df3"
    "\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ecd\u0f18-\u0f19\u0f35\u0f37\u0f39\u0f3e-\u0f84\u0f86-\u0fbc\u0fc6"
    "\u102b-\u103e\u1056-\u108f\u109a-\u109d\u135d-\u135f\u1712-\u1734\u1752-\u17d3\u17dd\u180b-\u180d\u180f"
    "\u1885-\u193b\u1a17-\u1a1b\u1a55-\u1a7f\u1ab0-\u1b44\u1b6b-\u1b73\u1b80-\u1bad\u1be6-\u1bf3\u1c24-\u1c37"
    "\u1cd0-\u1cd2\u1cd4-\u1dff\u20d0-\u20f0\u2cef-\u2cf1\u2d7f-\u2dff\u302a-\u302f\u3099-\u309a\ua66f-\ua672"
    "\ua674-\ua67d\ua69e-\ua69f\ua6f0-\ua6f1\ua802-\ua827\ua82c\ua880-\ua8c5\ua8e0-\ua8f1\ua8ff\ua926-\ua92d"
    "\ua947-\ua953\ua980-\ua9c0\ua9e5\uaa29-\uaa4d\uaa7b-\uaac1\uaaeb-\uaaef\uaaf5-\uaaf6\uabe3-\uabea"
    "\uabec-\uabed\ufb1e\ufe00-\ufe0f\ufe20-\ufe2f"
)


def is_unspaced_character(character: str) -> bool:
    """Whether a character is a letter of a script that puts no white space between words.

    >>> [is_unspaced_character(c) for c in "水กa가"]
    [True, True, False, False]
    """
    code = ord(character)
    return code > 0xE00 and any(first <= code <= last for first, last in UNSPACED_RANGES)
