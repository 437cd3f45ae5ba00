"""Names of months and weekdays, as CLDR has them.

In     `cldr_names`, generated from CLDR
Out    names by language and number, and the words of all languages

Names are in lower case, in Unicode form NFC, without the full stop of a short form. Forms with digits (`1月`,
`tháng 1`) are no names and are not here. A language's variants (British, Austrian, Latin script) are taken together.

Source  Unicode CLDR through Babel (bench/cldr_names.py; docs/decisions/0009-language-data.md).
Limits  Short forms are words of other languages (`mar`, `die`, `set`), and so are names in rare languages (`are`,
        `out`): the words of *all* languages are made of full names only, of three letters and more, in the languages
        that `tasks.language` tells apart. `may` and `march` are among them all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from tasks.language_data.number_words import number_words

MIN_LETTERS = 3
# ISO 639-1 codes that tasks.language can give, with `nb` for Norwegian
TOLD_LANGUAGES = frozenset(
    """af ar bg bn ca cs cy da de el en es et fa fi fr gu he hi hr hu id it ja kn ko lt lv mk ml mr nb ne nl pa pl pt ro
    ru sk sl so sq sv sw ta te th tl tr uk ur vi zh""".split()  # noqa: SIM905
)
Forms = tuple[frozenset[str], ...]
_TOKEN = re.compile(r"[^\W\d_]{2,}")


def month_forms(language: str, *, short: bool = True) -> Forms:
    """The names of the twelve months, January first; empty sets where CLDR has none.

    >>> sorted(month_forms("en")[8]), sorted(month_forms("de", short=False)[0])
    (['sep', 'sept', 'september'], ['januar', 'jänner'])
    """
    return _forms(language, 0, 12, short)


def weekday_forms(language: str, *, short: bool = True) -> Forms:
    """The names of the seven days of the week, Monday first.

    >>> sorted(weekday_forms("fr")[0])
    ['lun', 'lundi']
    """
    return _forms(language, 2, 7, short)


@cache
def month_numbers(language: str, *, short: bool = True) -> Mapping[str, int]:
    """{name: 1…12} of a language.

    >>> month_numbers("en")["sept"]
    9
    """
    return _numbers(month_forms(language, short=short))


@cache
def weekday_numbers(language: str, *, short: bool = True) -> Mapping[str, int]:
    """{name: 1…7} of a language, Monday 1."""
    return _numbers(weekday_forms(language, short=short))


@cache
def month_words(language: str | None = None) -> frozenset[str]:
    """Every word of the months' names in a language, or of the full names in all languages.

    >>> {"january", "enero", "января"} <= month_words()
    True
    """
    return _words(language, month_forms)


@cache
def weekday_words(language: str | None = None) -> frozenset[str]:
    """Every word of the weekdays' names in a language, or of the full names in all languages."""
    return _words(language, weekday_forms)


def is_date_or_number_word(word: str) -> bool:
    """Whether a word, in lower case, is a month, a weekday or a number in any language, or digits of any script.

    >>> [is_date_or_number_word(word) for word in ("montag", "seven", "٣", "12", "rain", "mar")]
    [True, True, True, True, False, False]
    """
    return word in _all_words() or word.isnumeric()


@cache
def _all_words() -> frozenset[str]:
    return month_words() | weekday_words() | number_words()


@cache
def _forms(language: str, at: int, count: int, short: bool) -> Forms:
    from tasks.language_data.cldr_names import NAMES  # 3 ms that a command without dates need not spend

    if language not in NAMES:
        return (frozenset(),) * count
    columns = NAMES[language][at : at + (2 if short else 1)]
    parts = [[set(filter(None, names.split("|"))) for names in column.split(",")] for column in columns]
    return tuple(frozenset().union(*names) for names in zip(*parts, strict=True))


def _numbers(forms: Iterable[frozenset[str]]) -> Mapping[str, int]:
    return {form: number for number, names in enumerate(forms, 1) for form in sorted(names)}


def _words(language: str | None, forms_of: Callable[..., Forms]) -> frozenset[str]:
    if language is not None:
        return frozenset(token for names in forms_of(language) for name in names for token in _TOKEN.findall(name))
    return frozenset(
        token
        for code in TOLD_LANGUAGES
        for names in forms_of(code, short=False)
        for name in names
        for token in _TOKEN.findall(name)
        if len(token) >= MIN_LETTERS
    )
