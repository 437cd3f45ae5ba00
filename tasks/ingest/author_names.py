"""Names of persons in what a page or a field calls an author.

In     a string as a page gives it ("By Ann Quill and Bo Reed, PhD", "admin", "The Harbour Times")
Out    the names in it, as they are written; none where it names no person

What is no name is told by rules (`rules/ingest_names.toml`): log-ins, templates, organisations, addresses. What is left
has to look like a name: one to five words that begin in upper case, or a script without cases.

Limits  A person whose name is a word of organisations ("Press") is not seen, nor one written in lower case.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cache

from tasks.ingest.stated import key
from tasks.rules import Row, load

MAX_CHARS = 300  # of a by-line; longer ones are sentences
MAX_NAME = 60
MAX_WORDS = 5
MAX_NAMES = 10  # of one by-line

_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_TAG = re.compile(r"<[^<>]{1,200}>")
_PREFIX = re.compile(
    r"^\W*(?:(?:(?:story|article|text|words|post(?:ed)?|written|reported|published|authored|created|contributed|submitted"
    r"|review|reviews)\s+)?by|authors?|writers?|contributors?|von|por|par|di|autor(?:in|a)?|auteur|autore|written|from)"
    r"\s*(?:[:：]|(?=\s))\s*",
    re.I,
)
_SPLIT = re.compile(r"\s*(?:[;|•·\n、，；/]|,(?=\s|$)|\s[-–—]\s|\s(?:and|und|et|y|e|with|&|\+)\s)\s*", re.I)
_BRACKETS = re.compile(r"\s*[(\[（][^)\]）]*[)\]）]\s*(?=$|[,;|/&])")
_INITIAL = re.compile(r"^[A-Z](?:\.[A-Z])*\.?$")
_CASELESS = re.compile(r"^[^\W\d_a-zA-Z]+$")
_PARTICLES = frozenset(
    "de da do dos das del della di du la le les el al bin ibn van von der den ten ter zu zur y e af av of st".split()  # noqa: SIM905
)
_CREDENTIAL = re.compile(
    r"^(?:(?:[A-Z][A-Za-z]{0,3}\.){1,4}[A-Za-z]{0,3}|Ph\.?D\.?|[A-Z]{2,7}(?:[-/][A-Z]{1,6})*|[JS]r\.?|I{2,3}|IV|Esq\.?"
    r"|MSc|BSc|PharmD|PsyD|EdD|DPhil|LMFT|M\.?Ed\.?|R\.?D\.?N?)(?:\s\d{1,4})?$"
)
_EDGES = ' \t\xa0\u3000.,;:：|()（）[]【】-–—*•·"“”'


@dataclass(frozen=True, slots=True, kw_only=True)
class NoName(Row):
    """A pattern that no name of a person fits."""

    pattern: re.Pattern[str]

    def reading(self, text: str) -> bool:
        """Whether the text is no name by this rule."""
        return self.pattern.search(text) is not None


@cache
def _refusals() -> tuple[NoName, ...]:
    return load("ingest_names", NoName)


def person_names(words: str, site: str = "") -> tuple[str, ...]:
    """The persons that a by-line names, in its order.

    Args:
        words: as the page gives it.
        site: what the page calls its publisher: never a person's name, unless it says more than one name.

    >>> person_names("By Ann Quill and Bo Reed, PhD"), person_names("admin"), person_names("Harbour Media Team")
    (('Ann Quill', 'Bo Reed'), (), ())
    """
    text = _SPACE.sub(" ", _TAG.sub(" ", html.unescape(words))).strip()
    if not text or len(text) > MAX_CHARS:
        return ()
    for _ in range(2):
        text = _PREFIX.sub("", text)
    names: list[str] = []
    for part in _SPLIT.split(_BRACKETS.sub(" ", text)):
        name = _trimmed(part)
        if name and name not in names and is_person(name, site):
            names.append(name)
    return tuple(names[:MAX_NAMES])


def _trimmed(part: str) -> str:
    """A piece of a by-line without prefix and degrees."""
    words = _PREFIX.sub("", part.strip(_EDGES)).strip(_EDGES.replace(".", "")).split(" ")
    while len(words) > 2 and _CREDENTIAL.match(words[-1].strip(",")) and not _INITIAL.match(words[-1]):
        words.pop()
    name = " ".join(words).strip(_EDGES.replace(".", ""))
    if name.isupper() and len(words) > 1 and name.isascii():
        name = " ".join(_capitalised(word) for word in words)
    return name


def _capitalised(word: str) -> str:
    return word if len(word) < 3 or "." in word else "-".join(piece.capitalize() for piece in word.split("-"))


def is_person(name: str, site: str = "") -> bool:
    """Whether words can be a person's name.

    >>> [is_person(name) for name in ("Ann O'Quill", "Ludwig van Beethoven", "张伟", "{{author}}", "Ann Quill Inc")]
    [True, True, True, False, False]
    """
    words = name.split(" ")
    if not 2 <= len(name) <= MAX_NAME or len(words) > MAX_WORDS or key(name) == key(site):
        return False
    if any(rule.reading(name) for rule in _refusals()) or all(map(_CREDENTIAL.match, words)):
        return False
    if len(words) == 1:
        return bool(_CASELESS.match(name)) and not name.isascii() and len(name) <= 12 and not name[0].isupper()
    return all(_is_name_word(word) for word in words) and sum(not _INITIAL.match(word) for word in words) >= 1


def _is_name_word(word: str) -> bool:
    first = next((c for c in word if c.isalpha()), "")
    return bool(first) and (first.isupper() or not first.islower() or word.lower() in _PARTICLES or word[1:2] in "'’")
