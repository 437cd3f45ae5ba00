"""Evidence: which of several values of a field is published, and what becomes of the others.

In     candidates for one field of one document: (source, value)   from strip, the HTML extractor, the input, the dates
Out    the chosen value with its source, and the candidates that say something else

One order of sources holds for all fields: what the input gives, structured data (JSON-LD, OpenGraph), other meta
elements, the page's markup, the text itself, the address, the file's name, the site, a duplicate. A value that lost is
kept in `documents.evidence`; where the input was contradicted, the document has the flag `given_conflict`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tasks.lost_values import dump_lost

# Best first. The names are those of the contract's `title_origin` and `published_source`; `text` stands for the lines
# of the text where the contract has no other name.
SOURCES = (
    "override",
    "metadata",
    "structured",
    "meta",
    "html",
    "header",
    "first_line",
    "text",
    "footer",
    "recovered",
    "url",
    "path",
    "site",
    "cluster",
)
_RANK = {source: rank for rank, source in enumerate(SOURCES)}
MIN_SHARED = 0.4  # share of the longer title that the shorter one must be to count as the same title cut short
MIN_PUBLISHER_KEY = 3  # letters of the shorter name
_ARTICLE = re.compile(r"^the\s+", re.IGNORECASE)


class Candidate(NamedTuple):
    """What one source says of a field."""

    source: str  # one of SOURCES
    value: Any  # a string, or a sequence of names


class Choice(NamedTuple):
    """The value of a field, where it comes from, and what said something else, best first."""

    value: Any
    source: str | None
    lost: tuple[Candidate, ...] = ()


NOTHING = Choice(None, None)


def choose(field: str, candidates: Iterable[tuple[str, Any]]) -> Choice:
    """The value of the best source that has one; of one source the first.

    Args:
        field: a column of the contract; it decides when two values count as the same.
        candidates: (source, value); empty values are passed over.

    Raises:
        KeyError: a source that is not among SOURCES.

    >>> choose("publisher", [("text", "Harbour Wire"), ("metadata", "The Ferry Times"), ("structured", "Ferry Times")])
    Choice(value='The Ferry Times', source='metadata', lost=(Candidate(source='text', value='Harbour Wire'),))
    """
    ranked = sorted((Candidate(*c) for c in candidates if c[1]), key=lambda candidate: _RANK[candidate.source])
    if not ranked:
        return NOTHING
    best = ranked[0]
    lost = tuple(candidate for candidate in ranked[1:] if not agree(field, best.value, candidate.value))
    return Choice(best.value, best.source, lost)


def agree(field: str, left: Any, right: Any) -> bool:
    """Whether two values of a field say the same.

    >>> agree("title", "Ferry back in service", "Ferry back in service - Harbour News")
    True
    >>> agree("byline", ["Ada Quill"], ["ADA QUILL"]), agree("published", "2020-05-04", "2020-05-04T09:00")
    (True, True)
    """
    if field.startswith("published"):
        length = min(len(left), len(right), 10)
        return bool(left[:length] == right[:length])
    if isinstance(left, str) and isinstance(right, str):
        keys = sorted((_key(left), _key(right)), key=len)
        same = keys[0] == keys[1]
        if field == "publisher" and len(keys[0]) >= MIN_PUBLISHER_KEY:
            return keys[0] in keys[1]
        return same or (field == "title" and keys[0] in keys[1] and len(keys[0]) >= MIN_SHARED * len(keys[1]))
    return set(map(_key, _as_list(left))) == set(map(_key, _as_list(right)))


def contradicts_input(choice: Choice) -> bool:
    """Whether the input's value stands against another one: the flag `given_conflict`."""
    return choice.source == "metadata" and bool(choice.lost)


def lost_of(choices: Mapping[str, Choice]) -> str | None:
    """`documents.evidence`: the values that lost, by field; None where nothing lost.

    >>> lost_of({"publisher": Choice("The Ferry Times", "metadata", (Candidate("text", "Harbour Wire"),))})
    '{"publisher":[{"value":"Harbour Wire","source":"text"}]}'
    """
    return dump_lost({field: [(value, source) for source, value in c.lost] for field, c in choices.items()})


def _as_list(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _key(words: str) -> str:
    """Letters and digits in lower case, without a leading "The"."""
    return "".join(filter(str.isalnum, _ARTICLE.sub("", words).casefold()))
