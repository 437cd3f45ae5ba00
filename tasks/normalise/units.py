"""Units and currencies: what the signs and names around a number say it is a number of.

In     a text, the same in lower case, a position         from tasks.normalise.figures
Out    a `Unit` and where its words end or begin          to   tasks.normalise.figures

Names are looked up by their first word, signs by one pattern, so a number costs two lookups however long the tables
are. Tables: rules/units.csv (UCUM), rules/currencies.csv (ISO 4217), rules/currencies_shared.toml (names that several
countries share: settled by the words of the text, else left open).

Source  UCUM 2.1 (case-sensitive codes), ISO 4217:2015. `pp` and `bp` stand for percentage and basis points.
Limits  One letter is a unit only right behind digits, or for the few letters that are common in news.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tasks.normalise.numbers import SCALES, trie
from tasks.rules import read_csv, read_toml

CALENDAR = {"d", "wk", "mo", "3.mo", "a", "10.a", "100.a"}
MAX_CONTEXT = 100_000  # characters looked at for whose dollars are meant
_SPACED_LETTERS = set("mtglLWVCFp")  # one-letter signs that may stand a blank away from the number


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure or a currency. `shared` names a table of currencies_shared.toml: whose money is still open."""

    kind: str  # measure, percent, percentage_point, money, calendar
    code: str | None = None
    currency: str | None = None
    factor: float = 1.0
    shared: str = ""
    flag: str | None = None


def _plurals(name: str) -> set[str]:
    """A unit name and its plural, with blanks for hyphens: "mile per hour" also as "miles per hour"."""
    name = name.replace("-", " ")
    if name.startswith("degree "):
        return {name, f"degrees{name[6:]}"}
    head, cut, rest = re.match(r"(.+?)( (?:per|a|an|of) |$)(.*)", name).groups()  # type: ignore[union-attr]
    if head.endswith(("s", "x", "z")) or name in ("feet", "kuai"):
        return {name}
    return {name, f"{head}{'es' if head.endswith('ch') else 's'}{cut}{rest}"}


def _unit_of(row: dict[str, str]) -> Unit:
    code = row["code"]
    if code in CALENDAR:
        return Unit("calendar", code)
    if code == "%":
        return Unit("percent", "%")
    if code in ("pp", "bp"):
        return Unit("percentage_point", "%", factor=float(row["factor"]))
    return Unit("measure", code, factor=float(row["factor"]))


def _tables() -> tuple[dict[str, list[tuple[str, Unit]]], dict[str, Unit], dict[str, Unit]]:
    """(names by first word, longest first; signs behind a number; signs before one)."""
    names: dict[str, Unit] = {}
    behind: dict[str, Unit] = {}
    before: dict[str, Unit] = {}
    for name, table in read_toml("currencies_shared").items():
        unit = Unit("money", factor=1 / table["divisor"], shared=name)
        for word in table["names"]:
            (names if len(word) > 1 and word.isalpha() and word.isascii() else behind)[word] = unit
            if not word.isalnum() and table["divisor"] == 1:
                before[word] = unit
    for row in read_csv("units"):
        unit = _unit_of(row)
        names.update((form, unit) for name in _split(row["names"]) for form in _plurals(name))
        behind.update((sign, unit) for sign in _split(row["symbols"]))
    for row in read_csv("currencies"):
        unit = Unit("money", currency=row["code"], factor=round(1 / float(row["divisor"]), 6))
        forms = [form for name in _split(row["names"]) for form in _plurals(name) if form != f"{row['code'].lower()}s"]
        names.update((form, unit) for form in forms)
        names.update((form.replace("dollar", "dlr"), unit) for form in forms if "dollar" in form)  # newswires
        behind.update((sign, unit) for sign in _split(row["suffixes"]))
        prefixes = [sign.strip() for sign in _split(row["prefixes"])]
        before.update((sign, unit) for sign in prefixes)
        before.update(
            (sign.lower(), unit) for sign in prefixes if sign.endswith("$") and sign not in ("A $", "S $")
        )  # texts in lower case
    by_word: dict[str, list[tuple[str, Unit]]] = {}
    for name in sorted(names, key=len, reverse=True):
        by_word.setdefault(re.split(r"[^a-z]", name)[0], []).append((name, names[name]))
    return by_word, behind, before


def _split(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


_NAMES, _BEHIND, _BEFORE = _tables()
_SHARED: dict[str, dict[str, Any]] = read_toml("currencies_shared")
_FIRST_WORD = re.compile(r"[a-z]+")
_CAPITAL_BEHIND = re.compile(r" [A-Z]")
_GAP = re.compile(r"[ \t\u00a0\u202f]{0,3}(?:-[ ]?|\()?")
_SIGN_BEHIND = re.compile(rf"(?:{trie(_BEHIND)})(?![A-Za-z0-9²³])")
_SIGN_WORDS = {word[0] for sign in _BEHIND if (word := _FIRST_WORD.match(sign.lower()))}
_SIGN_BEFORE = re.compile(rf"(?<![A-Za-z])(?:{trie(_BEFORE)}) ?[-−–]?$")
_GLUED = {
    "R",
    "P",
    "PS",
    "Sh",
    "BD",
    "KD",
    "LE",
    "Dh",
}  # letters that are words elsewhere: a sign only when they touch digits
_SCALE_BEHIND = re.compile(r" ((?:m|b|tr)illion)(?![a-z])")
_SIGN_ENDS = {sign[-2:] for sign in _BEFORE}  # of the few signs of one letter, that letter


def unit_behind(text: str, low: str, end: int, in_words: bool = False) -> tuple[Unit, int] | None:
    """The unit whose name or sign follows position `end`, and where that ends.

    >>> unit_behind("12 square metres", "12 square metres", 2)
    (Unit(kind='measure', code='m2', currency=None, factor=1.0, shared='', flag=None), 16)
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
        for name, unit in _NAMES.get(word[0], ()):
            stop = start + len(name)
            if low[start:stop].replace("-", " ") == name and not low[stop : stop + 1].isalpha():
                return unit, stop
        if word[0] not in _SIGN_WORDS:
            return None
    sign = _SIGN_BEHIND.match(text, start)
    if sign is None or (in_words and len(sign[0]) == 1):
        return None
    spaced_letter = start > end and len(sign[0]) == 1 and sign[0].isalpha()
    if spaced_letter and (sign[0] not in _SPACED_LETTERS or _is_block(text, sign)):
        return None
    return _BEHIND[sign[0]], sign.end()


def _is_block(text: str, sign: re.Match[str]) -> bool:
    """Whether a degree's letter is one of a place or a name: "12 F Block"."""
    return sign[0] in "CF" and bool(_CAPITAL_BEHIND.match(text, sign.end()))


def scale_behind(low: str, end: int) -> tuple[float, int] | None:
    """The scale word that follows a currency, and where it ends: "75 USD million"."""
    match = _SCALE_BEHIND.match(low, end)
    return (SCALES[match[1]], match.end()) if match else None


def currency_before(text: str, start: int) -> tuple[Unit, int] | None:
    """The currency whose sign or code ends at position `start`, and where it begins; a minus may stand between.

    >>> currency_before("for US$40", 7)
    (Unit(kind='money', code=None, currency='USD', factor=1.0, shared='', flag=None), 4)
    """
    end = start - 1 if start > 1 and text[start - 1] in " -−–" else start
    if text[end - 2 : end] not in _SIGN_ENDS and text[end - 1 : end] not in _SIGN_ENDS:
        return None
    sign = _SIGN_BEFORE.search(text, max(0, start - 8), start)
    if sign is None:
        return None
    name = sign[0].rstrip(" -−–")
    if name in _GLUED and sign[0] != name:
        return None
    return _BEFORE[name], sign.start()


class Context:
    """What the words of one text say about whose money a shared name is; looked up once a name."""

    def __init__(self, low: str):
        self.low = low
        self.known: dict[str, Unit] = {}

    def settle(self, unit: Unit) -> Unit:
        """`unit` with its currency, where the text or custom settles it; else with the shared unit name and a flag."""
        if not unit.shared:
            return unit
        if unit.shared not in self.known:
            shared = _READINGS[unit.shared]
            words = shared.words.findall(f" {self.low[:MAX_CONTEXT]}")
            counts = Counter(shared.code_of[word] for word in words)
            against = counts.pop("", 0)
            code = max(counts, key=lambda one: (counts[one], one), default="")
            self.known[unit.shared] = shared.units[code if code and counts[code] > against else ""]
        return self.known[unit.shared]


@dataclass(frozen=True, slots=True)
class _Shared:
    """A table of currencies_shared.toml, ready to be asked: the words that tell, what they tell, the unit it makes."""

    words: re.Pattern[str]
    code_of: dict[str, str]  # "" for words that speak against all readings
    units: dict[str, Unit]  # by code; "" where nothing tells


def _readings() -> dict[str, _Shared]:
    tables = {}
    for name, table in _SHARED.items():
        code_of = {word: code for code, words in table["readings"].items() for word in words}
        code_of |= dict.fromkeys(table.get("against", ()), "")
        factor = 1 / table["divisor"]
        units = {code: Unit("money", currency=code, factor=factor) for code in table["readings"]}
        if "otherwise" in table:
            units[""] = Unit("money", currency=table["otherwise"], factor=factor, flag=table["flag"])
        else:  # cents are dollars of an unknown country, sen stay sen
            factor = factor if table["unit"] == "$" else 1.0
            units[""] = Unit("money", code=table["unit"] or None, factor=factor, flag=table["flag"] or None)
        tables[name] = _Shared(re.compile(rf"[^a-z]({trie(code_of)})(?![a-z])"), code_of, units)
    return tables


_READINGS = _readings()  # when the module is loaded, so that no text waits for it
