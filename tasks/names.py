"""Names: which words are the name of a person or of a publisher.

In     what a field or a by-line holds ("By Ada Brookfield, Staff Writer and Ines Calder", "The Ferry Times, LLC")
Out    the names in it, each by itself; nothing where there is none

A person's name is a few words that begin in upper case, small words inside aside; scripts without cases have no such
sign. Days, jobs and accounts are none. Whether a name is a person's or an organisation's is not asked: "By Harbour
Press" is a by-line. A publisher's name is short, without address, legal form or sentence.

Words   tasks/rules/names.toml, with examples that run as tests
Limits  A single given name in lower case is not seen; "Calder, Ines" is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from tasks.rules import Row, load
from tasks.text import is_unspaced

MAX_NAME_CHARS, MAX_NAME_WORDS = 60, 6
MAX_UNSPACED_NAME = 12
MAX_SHOUTED_WORDS = 5  # words in upper case: as many are a headline
MAX_PUBLISHER_WORDS = 8
MAX_GIVEN = 3  # given authors beyond this number are often the whole staff of a site
EDGES = ' \t\xa0\u3000.,;:：|/()（）[]【】<>-–—*•·•"“”»«'
_SPLIT = re.compile(r"\s*(?:[;|•·、，；/\n]|\s[-–—]\s|,(?!\s?(?:Jr|Sr|I{2,3}|IV|M\.?D|Ph\.?D)\b))\s*")
_BRACKETS = re.compile(r"\s*[(\[（][^)\]）]{0,80}[)\]）]\s*")
_ADDRESS = re.compile(r"(?i)(?:https?:|www\.)\S+|\S+@\S+|\B@\w+")
_HOST = re.compile(r"(?i)^(?:https?://)?(?:[\w-]+\.)+[a-z]{2,10}(?:/\S*)?$")
_SENTENCE_END = re.compile(r"[^\W\d_]{3,}[.!?](?:\s|$)")
_CAPTION = re.compile(r"(?i)\b(?:image|media|photo) (?:caption|copyright|credit)\b")
_RIGHTS = re.compile(
    r"(?i)^(?:(?:©|\(c\)|&copy;|copyright\b)\s{0,3}){0,2}(?:(?:19|20)\d\d(?:\s?[-–,/]\s?\d{2,4})?[\s,.]{1,3})?(?:by )?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWords(Row):
    """Words that stand beside names, or are none; `id` says what they are for."""

    words: frozenset[str]

    def reading(self, text: str) -> bool:
        """Whether the words of this row decide what the text is."""
        return _READINGS[self.id](text)


@cache
def _rows() -> dict[str, NameWords]:
    return {row.id: row for row in load("names", NameWords)}


def words_of(table: str) -> frozenset[str]:
    """The words of a row of tasks/rules/names.toml."""
    return _rows()[table].words


@cache
def _pattern(table: str) -> re.Pattern[str]:
    """A pattern for any word of a table, as a whole word, whatever its case."""
    longest_first = sorted(words_of(table), key=lambda word: (-len(word), word))
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?![^\W_\u3000-\uffff])")


@cache
def _parting() -> re.Pattern[str]:
    return re.compile(rf"(?i)\s(?:{'|'.join(re.escape(word) for word in sorted(words_of('and')))})\s")


def split_names(words: str | Iterable[str]) -> tuple[str, ...]:
    """The names in a by-line or in a list of authors, in their order, each once.

    >>> split_names("By Ada Brookfield, Staff Writer and Ines Calder"), split_names(["Wednesday", "June", "Bo Reed"])
    (('Ada Brookfield', 'Ines Calder'), ('Bo Reed',))
    """
    names: dict[str, str] = {}
    for item in [words] if isinstance(words, str) else words:
        for name in _parts(item):
            if is_name(name):
                names.setdefault(name_key(name), name)
    return tuple(names.values())


def _parts(words: str) -> Iterable[str]:
    """The pieces of a by-line between commas, bars and words such as "and"."""
    text = _ADDRESS.sub(" ; ", _BRACKETS.sub(" ; ", words))
    text = text if re.fullmatch(r"\s*[^\W\d_]+,\s[^\W\d_]+\s*", text) else _SPLIT.sub(" ; ", text)
    for piece in _parting().sub(" ; ", text).split(" ; "):
        piece = piece.strip(EDGES)
        opening = _pattern("by").match(piece)
        yield " ".join(
            (piece[opening.end() :] if opening and opening.end() < len(piece) else piece).strip(EDGES).split()
        )


def is_name(words: str) -> bool:
    """Whether words can be the name of somebody who wrote a text.

    >>> [is_name(name) for name in ("Ada de la Cruz", "李小明", "Continued Below the fold.", "in", "Staff Writer")]
    [True, True, False, False, False]
    """
    if not 2 <= len(words) <= MAX_NAME_CHARS or any(c in words for c in "{}<>@#%$=\\!?") or _HOST.match(words):
        return False
    if words.casefold() in words_of("nobody") or _pattern("jobs").search(words) or sum(c.isdigit() for c in words) > 1:
        return False
    if is_unspaced(words):
        return len(words) <= MAX_UNSPACED_NAME
    parts = words.split()
    if len(parts) > MAX_NAME_WORDS or all(part.strip(EDGES).casefold() in words_of("times") for part in parts):
        return False
    if len(parts) >= MAX_SHOUTED_WORDS and words.isupper():
        return False  # a headline
    return _begins_upper(parts[0]) and all(map(_is_name_word, parts)) and not _SENTENCE_END.search(words)


def _is_name_word(word: str) -> bool:
    return _begins_upper(word) or word.strip(EDGES).casefold() in words_of("particles") or word[1:2] in ("'", "’")


def _begins_upper(word: str) -> bool:
    first = next(filter(str.isalpha, word), "")
    return bool(first) and not first.islower()


def is_byline(words: str) -> bool:
    """Whether words behind a by-line's label are names or a desk, and no sentence or headline.

    >>> [is_byline(words) for words in ("Ada Brookfield, Staff Writer", "The Harbour Desk", "rules about the quay")]
    [True, True, False]
    """
    parts = words.split()
    if split_names(words) or is_unspaced(words):
        return True
    upper = sum(map(_begins_upper, parts))
    return 0 < len(parts) <= MAX_NAME_WORDS and upper >= len(parts) - 1 and _pattern("jobs").search(words) is not None


def name_key(name: str) -> str:
    """A name's letters and digits in lower case.

    >>> name_key("O’Hara, Ann M.") == name_key("O'HARA ANN M")
    True
    """
    return "".join(filter(str.isalnum, name.casefold()))


def supported_names(given: Iterable[str], found: Iterable[str]) -> tuple[str, ...]:
    """Of given authors those that count: all; of more than three those that the text's by-line has, else the first.

    >>> supported_names(["A B", "C D", "E F", "G H"], ["g h"]), supported_names(["A B", "C D", "E F", "G H"], [])
    (('G H',), ('A B',))
    """
    names = tuple(given)
    if len(names) <= MAX_GIVEN:
        return names
    known = set(map(name_key, found))
    return tuple(name for name in names if name_key(name) in known) or names[:1]


# ------------------------------------------------------------------ publishers


def publisher_name(words: str | None, host: str = "") -> str | None:
    """The name of a publisher, without year, legal form and desk; None where the words are no such name.

    Args:
        words: as a field or a source line has it.
        host: of the document's address: of two forms of a name, the one that is the host's counts.

    >>> publisher_name("Copyright 2019 The Ferry Times, LLC. Click here"), publisher_name("http://a.example")
    ('The Ferry Times', None)
    >>> publisher_name("Harbour Online News", "www.harbournews.example"), publisher_name("He told us so on Friday.")
    ('Harbour News', None)
    """
    text = _RIGHTS.sub("", " ".join((words or "").split()), count=1).strip(EDGES)
    if not text or _CAPTION.search(text):
        return None
    text = _without_desk(_without_form(text))
    if not _can_be_publisher(text):
        return None
    forms = [text, *_shorter_forms(text)]
    label = host_label(host)
    return next((form for form in forms if label and _is_label(form, label)), text)


def _without_form(text: str) -> str:
    """The name before its legal form ("…, LLC. Click here")."""
    for match in _pattern("company").finditer(text):
        if match.start() >= 2 and (match[0][0].isupper() or match[0].islower()):
            return text[: match.start()].strip(EDGES + "&")
    return text


def _without_desk(text: str) -> str:
    """ "Ferry Times - News", "Harbour Network (Web News)" without what stands behind the dash or in brackets."""
    match = re.search(r"\s*(?:\s[-–—|]\s|\()\s*([^()|]{2,20})\)?$", text)
    return text[: match.start()] if match and match.start() and match[1].casefold() in words_of("desks") else text


def _can_be_publisher(text: str) -> bool:
    if not 2 <= len(text) <= 80 or _HOST.match(text) or "://" in text or "@" in text or not any(map(str.isalpha, text)):
        return False
    if text.casefold() in words_of("writers") or len(text.split()) > MAX_PUBLISHER_WORDS:
        return False
    if is_unspaced(text):
        return len(text) <= 24 and not any(c in text for c in "。！？，：")
    lower = sum(word[0].islower() for word in text.split()[1:] if word.casefold() not in words_of("particles"))
    return not _SENTENCE_END.search(text) and lower <= 1 and text.count(":") == 0


def _shorter_forms(text: str) -> Iterable[str]:
    """The name without one of the words that say in which medium it is ("Fox Online News", "NPR Online News")."""
    words = text.split()
    dropped = [word for word in words if word.casefold() not in ("online", "digital", "web")]
    if len(dropped) < len(words):
        yield " ".join(dropped)
        if len(dropped) > 1 and dropped[-1].casefold() == "news":
            yield " ".join(dropped[:-1])


@cache
def _second_levels() -> frozenset[str]:
    return frozenset(("co", "com", "org", "net", "gov", "ac", "edu", "go", "or", "ne"))


def host_label(host: str) -> str:
    """What a host is called by: `https://www.harbour-news.co.uk/a` is `harbournews`.

    >>> host_label("https://www.harbour-news.co.uk/a"), host_label("harbour.example.org"), host_label("")
    ('harbournews', 'example', '')
    """
    name = (urlsplit(host if "//" in host else f"//{host}").hostname or "").removeprefix("www.")
    parts = name.split(".")[:-1]
    if len(parts) > 1 and parts[-1] in _second_levels():
        parts = parts[:-1]
    return "".join(filter(str.isalnum, parts[-1])) if parts else ""


def _is_label(name: str, label: str) -> bool:
    """Whether a name is what a host is called by, a leading "The" aside."""
    key = name_key(name)
    return key == label or key.removeprefix("the") == label.removeprefix("the")


def name_of_host(text: str, host: str) -> str | None:
    """How the text writes the name of the site it stands on: the most frequent form in upper case; None without one.

    >>> name_of_host("(HarbourNews) The ferry is back, says harbournews.example.", "harbournews.example")
    'HarbourNews'
    """
    label = host_label(host)
    if len(label) < 3 or label.isdigit() or len(label) > 30:
        return None
    pattern = re.compile(
        rf"(?<![\w.@/#])(?:The )?{'[ ’&.-]?'.join(map(re.escape, label))}(?![\w@/]|\.\w)", re.IGNORECASE
    )
    forms: dict[str, int] = {}
    for match in pattern.finditer(text):
        form = match[0].removeprefix("The ").removeprefix("the ")
        if all(word[:1].isupper() for word in form.split()):
            forms[form] = forms.get(form, 0) + 1
    return max(forms, key=lambda form: (forms[form], form)) if forms else None


# What each row's examples show.
_READINGS: dict[str, Callable[[str], bool]] = {
    "by": lambda text: _pattern("by").match(text) is not None,
    "and": lambda text: len(split_names(text)) > 1,
    "jobs": lambda text: not is_name(text) and _pattern("jobs").search(text) is not None,
    "times": lambda text: not is_name(text),
    "nobody": lambda text: text.casefold() in words_of("nobody"),
    "particles": lambda text: is_name(text) and text.split()[1] in words_of("particles"),
    "company": lambda text: publisher_name(text) != text,
    "desks": lambda text: publisher_name(text) != text,
    "writers": lambda text: publisher_name(text) is None,
    "kinds": lambda text: text.partition(":")[0] in words_of("kinds"),
}
