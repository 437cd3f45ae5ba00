"""Units: what the signs and names around a number say it is a number of.

In     a text, the same in lower case, a position         from tasks.normalise.figures
Out    a `Unit` and where its words end                   to   tasks.normalise.figures

A grammar: prefix x base x power, then "/", "per", "a", "an" or "each" and the same again. The bases, and what is no
product of the grammar, are rows of rules/units.csv (UCUM); names are looked up by their first word, signs by one
pattern. Signs of three letters and more are read in any case ("3.6Ghz"), where that leaves one unit. A unit ends at a
word: "kV" is none in "kV/xy", "m" none in "m.p.h.". Money (tasks.normalise.currencies) is asked at the same place.

Source  UCUM 2.1 (case-sensitive codes). `pp` and `bp` stand for percentage and basis points.
Limits  One letter is a unit only right behind digits, or for the few letters that are common in news. "a tonne" behind
        a price has no field.
"""

from __future__ import annotations

import re

from tasks.normalise.currencies import BEHIND as _MONEY_BEHIND
from tasks.normalise.currencies import NAMES as _MONEY_NAMES
from tasks.normalise.currencies import Unit, plurals
from tasks.normalise.numbers import SCALES, trie
from tasks.rules import read_csv

_NO_SIGNS = frozenset(["pm", "um"])  # the afternoon; um is written μm
CALENDAR = {"d", "wk", "mo", "3.mo", "a", "10.a", "100.a"}
_SPACED_LETTERS = set("mtglLWVCFp")  # one-letter signs that may stand a blank away from the number
_CODE_LETTERS = set("hsJNKA")  # those of UCUM codes, as `text_normalised` writes them
MAX_SIGN = 12  # characters up to the stroke of a sign that is divided
MAX_PARTS = 2  # divisions of one unit: mg/kg/d

_PREFIX_NAMES = {
    "Z": "zetta", "E": "exa", "P": "peta", "T": "tera", "G": "giga", "M": "mega", "k": "kilo", "h": "hecto",
    "d": "deci", "c": "centi", "m": "milli", "u": "micro", "n": "nano", "p": "pico",
}  # fmt: skip
_PREFIX_SIGNS = {"u": ("μ", "µ", "u")}
_POWER_NAMES = {"2": ("square", "sq", "sq."), "3": ("cubic", "cu", "cu.")}
_POWER_SIGNS = {"2": ("²", "2", "^2"), "3": ("³", "3", "^3")}
_POWERS_OF = {  # UCUM has codes of its own for these
    "[ft_i]2": "[sft_i]", "[ft_i]3": "[cft_i]", "[in_i]2": "[sin_i]", "[in_i]3": "[cin_i]",
    "[yd_i]2": "[syd_i]", "[yd_i]3": "[cyd_i]",
}  # fmt: skip


def _unit_of(code: str, factor: str) -> Unit:
    if code in CALENDAR:
        return Unit("calendar", code)
    if code == "%":
        return Unit("percent", "%")
    if code in ("pp", "bp"):
        return Unit("percentage_point", "%", factor=float(factor))
    return Unit("measure", code, factor=float(factor))


def _split(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


class _Tables:
    """Names and signs of every unit. Two rows of the file with one name or sign are refused."""

    def __init__(self) -> None:
        self.names: dict[str, Unit] = {}
        self.signs: dict[str, Unit] = {}
        rows = read_csv("units")
        for row in rows:
            self._take_row(row)
        for row in rows:
            self._take_prefixed(row)

    def _take_row(self, row: dict[str, str]) -> None:
        unit = _unit_of(row["code"], row["factor"])
        for name in sorted({form for base in _split(row["names"]) for form in plurals(base)}):
            self._put(self.names, name, unit)
        for sign in _split(row["symbols"]):
            if sign[0] != "~":  # a sign only behind a prefix: kA, but no A
                self._put(self.signs, sign, unit)

    def _put(self, table: dict[str, Unit], key: str, unit: Unit) -> None:
        if table.setdefault(key, unit) != unit:
            raise ValueError(f"rules/units.csv: {key!r} is {table[key].code} and {unit.code}")

    def _take_prefixed(self, row: dict[str, str]) -> None:
        names, symbols = _split(row["names"]), [sign.lstrip("~") for sign in _split(row["symbols"])]
        for prefix in ("", *row["prefixes"].split()):
            code = prefix + row["code"]
            prefixed = [_PREFIX_NAMES[prefix] + name for name in names if len(name) > 3] if prefix else names
            signs = [p + s for s in symbols for p in _PREFIX_SIGNS.get(prefix, (prefix,))]
            unit = _unit_of(code, "1")
            if prefix:
                for name in prefixed:
                    self._put_new(self.names, plurals(name), unit)
                self._put_new(self.signs, [sign for sign in signs if sign not in _NO_SIGNS], unit)
            for power in row["powers"].split():
                raised = _unit_of(_POWERS_OF.get(code + power, code + power), "1")
                heads = _POWER_NAMES[power]
                forms = {f"{head} {form}" for name in prefixed for form in plurals(name) for head in heads}
                self._put_new(self.names, {form.replace("-", " ") for form in forms}, raised)
                self._put_new(self.signs, [sign + mark for sign in signs for mark in _POWER_SIGNS[power]], raised)
                short = [f"{head} {sign}" for sign in signs for head in heads if len(sign) > 1]
                self._put_new(self.names, [form for form in short if form.isascii() and form.islower()], raised)

    @staticmethod
    def _put_new(table: dict[str, Unit], keys: object, unit: Unit) -> None:
        for key in keys:  # type: ignore[attr-defined]
            table.setdefault(key, unit)  # a row of the file goes before the grammar

    def folded(self) -> dict[str, Unit]:
        """Signs of three letters and more in lower case, where that leaves one unit; megawatts before milliwatts."""
        found: dict[str, set[Unit]] = {}
        for sign, unit in self.signs.items():
            if len(sign) > 2 and sign.isalpha() and unit.kind == "measure":
                is_milli = sign[0] == "m" and sign.replace("m", "M", 1) in self.signs
                found.setdefault(sign.lower(), set()).update(() if is_milli else (unit,))
        return {sign: next(iter(units)) for sign, units in found.items() if len(units) == 1}


_TABLES = _Tables()
_FOLDED = _TABLES.folded()
_CODES = {
    unit.code: unit if unit.factor == 1.0 else _unit_of(unit.code or "", "1")
    for table in (_TABLES.signs, _TABLES.names)
    for unit in table.values()
}
_NEW_CODES = [code for code in _CODES if code and code not in _TABLES.signs and code != "pm"]
_SIGNS: dict[str, Unit] = {
    **{code: _CODES[code] for code in _NEW_CODES if _CODES[code].kind == "measure"},
    **_MONEY_BEHIND,
    **_TABLES.signs,
}
_NAMES: dict[str, Unit] = _TABLES.names | _MONEY_NAMES


def _by_first_word() -> dict[str, list[tuple[str, Unit]]]:
    by_word: dict[str, list[tuple[str, Unit]]] = {}
    for name in sorted(_NAMES, key=len, reverse=True):
        by_word.setdefault(re.split(r"[^\w]", name)[0], []).append((name, _NAMES[name]))
    return by_word


_BY_WORD = _by_first_word()
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_CAPITAL_BEHIND = re.compile(r" [A-Z]")
_GAP = re.compile(r"(?:/[-=])?[ \t\u00a0\u202f\u2009]{0,3}(?:-[ ]?|\()?")
_SIGN_BEHIND = re.compile(rf"(?:{trie(_SIGNS)})(?![A-Za-z0-9²³])(?!\.[a-z]|(?<!%)-\d)")
_UNKNOWN_BEHIND = re.compile(r"/[A-Za-z]{1,2}(?![A-Za-z])")
_MEASURED = {**{code: unit for code, unit in _CODES.items() if code}, **_TABLES.signs}
_SIGN_DIVIDED = re.compile(rf"({trie(_MEASURED)})/(?:100 ?)?({trie(_MEASURED)})(?![A-Za-z0-9²³])")
_FOLDED_BEHIND = re.compile(r"[A-Za-z]{3,7}(?![A-Za-z0-9²³])(?!\.[a-z]|/[A-Za-z]{1,2}(?![A-Za-z]))")
_SIGN_WORDS = {word[0] for sign in _SIGNS if (word := _FIRST_WORD.match(sign.lower()))} | set(_FOLDED)
_SCALE_BEHIND = re.compile(r" ((?:m|b|tr)illion)(?![a-z])")
_DIVIDER = re.compile(r"(?: per |-per-|/|[ -](an?|each|every)[ -])(100 )?(?=[^\W\d_])")
_ARTICLE_UNITS = frozenset(["h", "min", "s", "d", "har", "[acr_us]", "L", "[gal_us]", "kg", "km", "[mi_i]", "t"])
_NO_DIVISION = frozenset(["deg", "s", "min", "h"])  # "two hours a day"
_NO_PLACE_BEHIND = re.compile(r"-(?!an?-|per-)[a-z]")


def unit_behind(text: str, low: str, end: int, in_words: bool = False) -> tuple[Unit, int, int] | None:
    """The unit whose name or sign follows position `end`, where it begins and where it ends.

    >>> unit_behind("12 square metres", "12 square metres", 2)
    (Unit(kind='measure', code='m2', currency=None, factor=1.0, shared='', flag=None), 3, 16)
    >>> unit_behind("25 kV/cm", "25 kv/cm", 2)[0].code, unit_behind("8 litres a day", "8 litres a day", 1)[0].code
    ('kV/cm', 'L/d')
    """
    start = end
    word = _FIRST_WORD.match(low, end + 1 if low.startswith(" ", end) else end)
    if word is None:
        start = _GAP.match(low, end).end()  # type: ignore[union-attr]
        if start > end and low[start - 1] == "(" and low[start : start + 4].find(")") < 0:
            return None  # only a sign alone in brackets belongs to the number: 20 (kg)
        word = _FIRST_WORD.match(low, start)
    if word:
        start = word.start()
        if named := _named(low, start, word[0]):
            return _divided(text, low, named[0], start, named[1])
        if word[0] not in _SIGN_WORDS:
            return None
    if "/" in text[start : start + MAX_SIGN] and (divided := _SIGN_DIVIDED.match(text, start)):
        over, under = _MEASURED[divided[1]], _MEASURED[divided[2]]
        if over.kind == "measure" and under.kind in ("measure", "calendar"):
            return _per(over, under, "100 " if "100" in divided[0] else ""), start, divided.end()
    sign = _SIGN_BEHIND.match(text, start)
    if sign and _SIGNS[sign[0]].kind != "money" and _UNKNOWN_BEHIND.match(text, sign.end()):
        return None  # "kV" is none in "kV/xy"
    if sign is None:
        folded = _FOLDED_BEHIND.match(text, start)
        unit = _FOLDED.get(folded[0].lower()) if folded else None
        return (unit, start, folded.end()) if unit and folded else None
    if in_words and len(sign[0]) == 1:
        return None
    if start == end and sign[0] in _CODE_LETTERS and sign[0] not in _TABLES.signs:
        return None  # 39A, 10K
    spaced_letter = start > end and len(sign[0]) == 1 and sign[0].isalpha()
    if spaced_letter and (_is_name(text, sign) or not _may_stand_apart(sign[0], low[end])):
        return None
    return _divided(text, low, _SIGNS[sign[0]], start, sign.end())


def _named(low: str, start: int, first: str) -> tuple[Unit, int] | None:
    """The unit whose name begins at `start`, and where it ends: the longest name that ends at a word."""
    for name, unit in _BY_WORD.get(first, ()):
        stop = start + len(name)
        if low[start:stop].replace("-", " ") == name and not low[stop : stop + 1].isalpha():
            if low[start - 1] == " " and _NO_PLACE_BEHIND.match(low, stop) and unit.kind != "money":
                continue  # six second-hand planes
            return unit, stop
    return None


def _divided(text: str, low: str, unit: Unit, start: int, end: int) -> tuple[Unit, int, int]:
    """A unit with what it is divided by: "tonnes per hectare", "litres a day"."""
    for _ in range(MAX_PARTS):
        match = _DIVIDER.match(low, end) if unit.kind == "measure" else None
        if match and (match[1] or "-" in match[0]) and unit.code in _NO_DIVISION:
            break
        word = _FIRST_WORD.match(low, match.end()) if match else None
        if not match or not word:
            break
        under = _named(low, match.end(), word[0])
        if under is None and not match[1] and (sign := _SIGN_BEHIND.match(text, match.end())):
            under = (_SIGNS[sign[0]], sign.end())
        if under is None or under[0].kind not in ("measure", "calendar") or under[0].factor != 1.0:
            break
        if match[1] and under[0].code not in _ARTICLE_UNITS:
            break
        unit, end = _per(unit, under[0], match[2] or ""), under[1]
    return unit, start, end


def _per(over: Unit, under: Unit, hundred: str) -> Unit:
    code = f"(100.{under.code})" if hundred else f"({under.code})" if "." in (under.code or "") else under.code
    return Unit("measure", f"{over.code}/{code}", factor=over.factor)


def _may_stand_apart(letter: str, gap: str) -> bool:
    return letter in _SPACED_LETTERS or (letter in _CODE_LETTERS and gap == " ")


def _is_name(text: str, sign: re.Match[str]) -> bool:
    """Whether a letter apart from its number is one of a place or a name: "12 F Block"."""
    return sign[0] in "CFAKNJ" and bool(_CAPITAL_BEHIND.match(text, sign.end()))


def scale_behind(low: str, end: int) -> tuple[float, int] | None:
    """The scale word that follows a currency, and where it ends: "75 USD million"."""
    match = _SCALE_BEHIND.match(low, end)
    return (SCALES[match[1]], match.end()) if match else None
