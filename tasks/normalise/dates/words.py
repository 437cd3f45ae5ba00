"""The vocabulary: which letter stands for which word, which letters make a class, what a word is worth.

In     tasks/rules/dates_words.toml, dates_patterns.toml, dates_vague.toml, dates_holidays.toml
Out    LETTERS (word -> letter), CLASSES (class -> letters), VALUES (class -> word -> value), CORE (letters that can
       carry a date), RULES (the pattern rows, vague phrases and holidays among them)

Words get letters from U+0400 on, in the order of the tables; numbers and signs have fixed ASCII letters.
"""

from __future__ import annotations

import re
from typing import Any

from tasks.rules import read_toml

_WORDS = read_toml("dates_words")
_PATTERNS = read_toml("dates_patterns")["rule"]
_VAGUE = read_toml("dates_vague")
_HOLIDAYS = read_toml("dates_holidays")["holiday"]
# Words beside a possible date that decide whether it is one, by the name of their list.
CONTEXT: dict[str, frozenset[str]] = {name: frozenset(t["words"]) for name, t in read_toml("dates_context").items()}
_FIRST_LETTER = 0x0400

CAPITAL = frozenset(_WORDS.pop("case")["capital"])
ABBREVIATIONS = frozenset(_WORDS.pop("abbreviations")["words"])
# Fixed letters of numbers and signs; the lexer makes them.
NUMBER_CLASSES = {
    "day": "d",
    "int": "deny",
    "int2": "de",
    "year": "y",
    "yy": "a",
    "num": "denyzw",
    "nth": "123456",
    "dayth": "12345",
    "decade": "D",
    "iso": "I",
    "slash": "S",
    "clock": "C",
    "clock24": "c",
    "qn": "Q",
    "hn": "H",
    "twoyear": "Z",
    "fy": "F",
    "part_of_year": "P",
    "glued": "G",
    "slashes": "R",
}
_CORE_CLASSES = [
    "month",
    "weekday",
    "weekdays",
    "unit",
    "units",
    "adverb",
    "season_name",
    "daypart",
    "today",
    "decade_name",
]
# Words of vague phrases that are too common to make a run worth a look by themselves.
_COMMON = frozenset(
    [
        "the",
        "in",
        "at",
        "of",
        "for",
        "to",
        "a",
        "right",
        "just",
        "more",
        "most",
        "this",
        "these",
        "some",
        "not",
        "long",
        "once",
        "before",
        "far",
        "very",
        "week",
        "weekend",
    ]
)

VALUES: dict[str, dict[str, Any]] = {
    name: {word: value for word, value in table.items() if word != "why"} for name, table in _WORDS.items()
}
TENSE: dict[str, list[str]] = _VAGUE["tense"]
_VERBS = read_toml("dates_verbs")
PLANS: dict[str, list[str]] = {name: _VERBS[name]["words"] for name in ("planned", "plans", "put_off", "report")}


def _past_forms() -> list[str]:
    """Pasts and participles of irregular verbs that are not as often another word."""
    forms = {form for row in _VERBS["irregular"]["verbs"] for cell in row.split()[1:] for form in cell.split("/")}
    return sorted(forms - set(_VERBS["irregular"]["silent"]))


PAST_FORMS = _past_forms()


def _literal(words: str) -> str:
    """Words as a pattern: each for itself, the possessive as a sign."""
    return " ".join(w if w == "'s" else f"'{w}'" for w in words.replace("'s", " 's").split())


def _holiday_rule(row: dict[str, Any]) -> dict[str, Any]:
    """A holiday's names as one pattern row."""
    pattern = f"(?: {' | '.join(map(_literal, row['names']))} ) (?: 'week' | 'weekend' )?"
    return {"id": f"holiday.{row['id']}", "pattern": pattern, "build": "holiday", "holiday": row}


RULES: list[dict[str, Any]] = [
    *_PATTERNS,
    *(
        {"id": f"vague.{kind}", "pattern": _literal(phrase), "build": "vague"}
        for kind in ("present", "past", "future")
        for phrase in _VAGUE[kind]["phrases"]
    ),
    *(_holiday_rule(row) for row in _HOLIDAYS),
]


def _vocabulary() -> list[str]:
    """Every word of a class or a pattern, in a fixed order."""
    words = [word for table in VALUES.values() for word in table]
    for rule in RULES:
        words += re.findall(r"'([^\s']+)'", rule["pattern"])
    return list(dict.fromkeys(words))


def _letters() -> dict[str, str]:
    """A letter for every word; number words share w, ordinals f (the lexer puts them together)."""
    letters = {word: chr(_FIRST_LETTER + i) for i, word in enumerate(_vocabulary())}
    letters |= dict.fromkeys(VALUES["cardinal"], "w")
    letters |= dict.fromkeys(VALUES["ordinal"], "f")
    return letters


LETTERS = _letters()
CLASSES: dict[str, str] = {name: "".join(LETTERS[w] for w in table) for name, table in VALUES.items()} | NUMBER_CLASSES
CLASSES["sure_month"] = "".join(LETTERS[w] for w in VALUES["month"] if w not in ("may", "march", "mar"))


def _core() -> frozenset[str]:
    """Letters that can carry a date: those of core classes, of numbers that are dates, of vague words and holidays."""
    core = (
        set("yIDSCcaQHZFPGR")
        | {
            LETTERS[w]
            for w in (
                "period",
                "half",
                "fiscal",
                "ago",
                "current",
                "recent",
                "midyear",
                "nights",
                "while",
                "time",
                "bc",
                "bce",
                "ad",
                "ce",
            )
        }
        | {c for w, c in LETTERS.items() if w.endswith("long") and w != "long"}
        | {c for name in _CORE_CLASSES for c in CLASSES[name]}
    )
    for rule in RULES:
        if rule["build"] in ("vague", "holiday"):
            for name in rule["pattern"].split("|"):
                words = [w for w in re.findall(r"'([^\s']+)'", name) if w not in _COMMON]
                if words:
                    core.add(LETTERS[max(words, key=len)])
    return frozenset(core - set("wf"))


CORE = _core()
