"""Currencies: whose money the sign, code or name beside a number says.

In     a text, a position beside a number                 from tasks.normalise.units, tasks.normalise.figures
Out    a `Unit` of kind money; who shares the name is settled once a text (`Evidence`)

Every currency of ISO 4217 is known by its code and by the names that CLDR gives it; what the press writes besides is in
rules/currencies.csv. A sign or name that several share ("Rs", "K", "dinar") is settled in one step: the currency wins
whose countries, cities, people and names the text speaks of most (rules/currencies_places.csv). A tie leaves it open.

Source  ISO 4217 and its names by CLDR (rules/currencies_cldr.csv, written by bench/currencies_cldr.py).
Limits  Only the first 100,000 characters of a text are asked whose money it means.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from tasks.normalise.numbers import trie
from tasks.rules import Row, load, read_csv, unique

MAX_CONTEXT = 100_000  # characters looked at for whose dollars are meant
MAX_SIGN = 8  # characters of a sign and what may stand between it and the number


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure or a currency. `shared` names a row of currencies_shared.toml: whose money is still open."""

    kind: str  # measure, percent, percentage_point, money, calendar
    code: str | None = None
    currency: str | None = None
    factor: float = 1.0
    shared: str = ""
    flag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared(Row):
    """A name or sign that several currencies have."""

    codes: tuple[str, ...]
    names: tuple[str, ...] = unique(())
    prefixes: tuple[str, ...] = unique(())
    suffixes: tuple[str, ...] = unique(())
    unit: str = ""  # what it is called while it is open
    flag: str = ""
    divisor: int = 1  # how many of it are one of the currency
    otherwise: str = ""  # the currency it is where the text says nothing
    need: Literal["", "evidence", "touching"] = ""
    paid: tuple[str, ...] = ()  # of pounds: words that speak of money
    weighed: tuple[str, ...] = ()  # and of weight

    def reading(self, text: str) -> str:
        """The currency that the text speaks of; "" where it stays open."""
        return Evidence(text.lower()).best(self.codes)

    def settled(self, code: str) -> Unit:
        """The unit it is where the text speaks of `code`; "" where it speaks of none."""
        factor = 1 / self.divisor
        if code:
            return Unit("money", currency=code, factor=factor)
        if self.otherwise:
            return Unit("money", currency=self.otherwise, factor=factor, flag=self.flag or None)
        # cents are dollars of an unknown country, sen stay sen
        return Unit("money", self.unit or None, None, factor if self.unit == "$" else 1.0, "", self.flag or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWords(Row):
    """Codes and signs that are words or initials as well."""

    codes: tuple[str, ...]

    def reading(self, text: str) -> bool:
        """Whether the text has money."""
        from tasks.normalise.figures.find import find_figures  # the whole of the stages: above this module

        return any(figure.kind == "money" for figure in find_figures(text))


SHARED: dict[str, Shared] = {row.id: row for row in load("currencies_shared", Shared)}
_WORDS = frozenset(code for row in load("currencies_words", CodeWords) for code in row.codes)
_CLDR = read_csv("currencies_cldr")


def is_word(code: str | None) -> bool:
    """Whether a code is a word or initials as well, so that it takes more than a number beside it to be money."""
    return code in _WORDS


_PRESS = read_csv("currencies")
MILLS = frozenset(row["code"] for row in _CLDR if row["digits"] == "3")  # currencies of thousandths
WEAK = frozenset(row["code"] for row in _CLDR if row["digits"] == "0")  # of no parts at all
_NO_NAMES = frozenset(
    ["real", "reals", "sol", "gold", "dram", "drams", "tala", "colón", "mark", "marks", "pounds", "leone"]
)


def _split(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


def plurals(name: str) -> set[str]:
    """A unit name and its plural, with blanks for hyphens: "mile per hour" also as "miles per hour"."""
    name = name.replace("-", " ")
    if name.startswith("degree "):
        return {name, f"degrees{name[6:]}"}
    head, cut, rest = re.match(r"(.+?)( (?:per|a|an|of) |$)(.*)", name).groups()  # type: ignore[union-attr]
    if head.endswith(("s", "x", "z")) or name in ("feet", "kuai"):
        return {name}
    return {name, f"{head}{'es' if head.endswith('ch') else 's'}{cut}{rest}"}


def _named_by_cldr() -> dict[str, Unit]:
    """Full names ("nigerian naira"), and the last word of those that no other currency has ("naira")."""
    users: dict[str, set[str]] = {}
    for row in _CLDR:
        for name in (row["name"], row["plural"]):
            users.setdefault(name.split()[-1], set()).add(row["code"])
    taken = {name for shared in SHARED.values() for name in shared.names} | _NO_NAMES
    found: dict[str, Unit] = {}
    for row in _CLDR:
        unit = Unit("money", currency=row["code"])
        for name in (row["name"].replace("-", " "), row["plural"].replace("-", " ")):
            last = name.split()[-1]
            if len(name.split()) > 1 or last not in taken:
                found[name] = unit
            if users[last] == {row["code"]} and last not in taken and len(last) > 2:
                found[last] = unit
    return found


def _tables() -> tuple[dict[str, Unit], dict[str, Unit], dict[str, Unit]]:
    """(names; signs behind a number; signs before one)."""
    names, behind, before = _named_by_cldr(), {}, {}
    for row in _CLDR:
        unit = Unit("money", currency=row["code"])
        behind[row["code"]] = before[row["code"]] = unit
    for row in _PRESS:
        unit = Unit("money", currency=row["code"], factor=round(1 / float(row["divisor"]), 9))
        behind.setdefault(row["code"], Unit("money", currency=row["code"]))  # money of the past as well
        forms = [form for name in _split(row["names"]) for form in plurals(name) if form != f"{row['code'].lower()}s"]
        names.update((form, unit) for form in forms)
        names.update((form.replace("dollar", "dlr"), unit) for form in forms if "dollar" in form)  # newswires
        behind.update((sign, unit) for sign in _split(row["suffixes"]))
        prefixes = [sign.strip() for sign in _split(row["prefixes"])]
        before.update((sign, unit) for sign in prefixes)
        lower = [sign.lower() for sign in prefixes if sign.endswith("$") and sign not in ("A $", "S $")]
        before.update((sign, unit) for sign in lower)  # texts in lower case
    for shared in SHARED.values():
        unit = Unit("money", factor=1 / shared.divisor, shared=shared.id)
        names.update((word, unit) for word in shared.names)
        behind.update((sign, unit) for sign in shared.suffixes)
        before.update((sign, unit) for sign in shared.prefixes)
    return names, behind, before


NAMES, BEHIND, BEFORE = _tables()
_SIGN_BEFORE = re.compile(rf"(?<![A-Za-z])(?:{trie(BEFORE)})[ \u00a0]?[-−–]?$")
_CODE_BEFORE = re.compile(r"(?<!\d)[A-Za-z]{2,}-$|(?<![a-z0-9])[A-Za-z]-$")  # PLX-R18
_SIGN_ENDS = {sign[-2:] for sign in BEFORE}  # of the few signs of one letter, that letter


def currency_before(text: str, start: int) -> tuple[Unit, int, str] | None:
    """The currency whose sign or code ends at position `start`, where that begins, and how it is written.

    A minus may stand between the two.

    >>> currency_before("for US$40", 7)
    (Unit(kind='money', code=None, currency='USD', factor=1.0, shared='', flag=None), 4, 'US$')
    """
    end = start - 1 if start > 1 and text[start - 1] in " \u00a0-−–" else start
    if text[end - 2 : end] not in _SIGN_ENDS and text[end - 1 : end] not in _SIGN_ENDS:
        return None
    sign = _SIGN_BEFORE.search(text, max(0, start - MAX_SIGN), start)
    if sign is None or (sign[0][0].isalpha() and _CODE_BEFORE.search(text, max(0, sign.start() - 6), sign.start())):
        return None
    name = sign[0].rstrip(" \u00a0-−–")
    unit = BEFORE.get(name) or BEFORE.get(f"{name} ")
    return (unit, sign.start(), name) if unit else None


class Evidence:
    """What the words of one text say about whose money is meant; looked up when it is first asked."""

    def __init__(self, low: str):
        self.low = low
        self.known: dict[str, Unit] = {}

    @cached_property
    def counts(self) -> Counter[str]:
        """How often the text speaks of each currency, by code."""
        counts: Counter[str] = Counter()
        for name, times in Counter(_PLACES.findall(f" {self.low[:MAX_CONTEXT]}")).items():
            for code in _CODES_OF[name]:
                counts[code] += times
        return counts

    def best(self, codes: tuple[str, ...]) -> str:
        """Of some codes the one the text speaks of most; "" where it is none, or two as often."""
        first, *rest = sorted((self.counts[code], code) for code in codes)[::-1]
        return first[1] if first[0] and not (rest and rest[0][0] == first[0]) else ""

    def speaks_of(self, unit: Unit) -> bool:
        """Whether the text speaks of the currency, or of one of those that share the name."""
        codes = SHARED[unit.shared].codes if unit.shared else (unit.currency or "",)
        return any(self.counts[code] for code in codes)

    def settle(self, unit: Unit) -> Unit:
        """`unit` with its currency, where the text or custom settles it; else with the shared unit name and a flag."""
        if not unit.shared:
            return unit
        if unit.shared not in self.known:
            shared = SHARED[unit.shared]
            self.known[unit.shared] = shared.settled(self.best(shared.codes))
        return self.known[unit.shared]

    def takes(self, unit: Unit, sign: str, is_touching: bool, is_amount: bool) -> bool:
        """Whether a sign that may be letters of something else is one of money here.

        Args:
            is_touching: no blank between sign and number.
            is_amount: the number is written as amounts are: with a scale, a comma or a point.
        """
        if sign in _WORDS:
            return is_amount or self.speaks_of(unit)
        need = SHARED[unit.shared].need if unit.shared else ""
        if not need or (is_amount and (need == "evidence" or is_touching)):
            return True
        return self.speaks_of(unit)


def speaks_of_dollars(low: str) -> bool:
    """Whether a text speaks of a country, a city or people whose money is written with `$`: dollars and pesos.

    >>> speaks_of_dollars("in melbourne a ticket is $4 and in texas, $5"), speaks_of_dollars("a ticket is $4")
    (True, False)
    """
    counts = Evidence(low).counts
    return any(counts[code] for code in (*SHARED["dollar"].codes, *SHARED["peso"].codes))


def _places() -> dict[str, tuple[str, ...]]:
    codes: dict[str, set[str]] = {}
    # a country that is named in passing does not make a dollar or a cent its own; nor does a code, since "HK$7 (US$1)"
    # and "7 HKD (1 USD)" must say the same of the next "$"
    dollars = (*SHARED["dollar"].codes[1:], "EUR")
    for row in _CLDR:
        for country in _split(row["countries"]) if row["code"] not in dollars else ():
            codes.setdefault(country, set()).add(row["code"])
    for row in read_csv("currencies_places"):
        for word in _split(row["words"]):
            codes.setdefault(word, set()).add(row["code"])
    for row in _CLDR:
        if row["code"] not in _WORDS and row["code"] not in dollars:
            codes.setdefault(row["code"].lower(), set()).add(row["code"])
    return {word: tuple(sorted(found)) for word, found in codes.items()}


_CODES_OF: dict[str, Any] = _places()
_PLACES = re.compile(rf"[^a-z]({trie(_CODES_OF)})(?![a-z])")
