"""Overrides: what people decided about documents, kept in `overrides.jsonl`, one decision a line.

In     the lines of the file
Out    the decisions that hold, by document; a warning for each line that cannot be used

`what` is `keep` or `cut` (a span, quoted with its words), `field` (title, byline, publisher, published_date),
`accept`, `reject`, `canonical` (of its cluster), `same` or `different` (of two documents), or `undo` (of the line with
that number). The file only ever gets longer. Of two lines that contradict each other the earlier one holds until it is
undone; `same` is passed on (a same b, b same c: a and c cannot be `different`). A line that cannot be used is a
warning; the others count.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import pyarrow as pa

from tasks.datelines import read_metadata_date
from tasks.pair_decisions import JoinedIds, PairDecision
from tasks.terms import OVERRIDDEN, ROLES

RULE = "override"
SPANS, VERDICTS, PAIRS = ("keep", "cut"), ("accept", "reject"), ("same", "different")
CANONICAL, PUBLISHED_DATE = "canonical", "published_date"
FIELDS = ("title", "byline", "publisher", PUBLISHED_DATE)
DEFAULT_ROLE = "related_tail"
LIFTED = ("too_short", "not_an_article")  # reasons that `accept` takes away: a text is there
_ID = re.compile("doc_[0-9a-f]{16}")
# A year, month or day, or a day with its time, perhaps with its zone: ISO 8601
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?)?)?)?")
_KEYS = {
    "what",
    "document_id",
    "other_id",
    "words",
    "occurrence",
    "role",
    "field",
    "value",
    "line",
    "who",
    "when",
    "why",
}


@dataclass(frozen=True)
class Decision:
    """One line of the file; `number` counts from 1."""

    number: int
    what: str
    document_id: str = ""
    other_id: str = ""  # same, different: the second document
    words: str = ""
    occurrence: int | None = None  # of the words in raw_text, from 1; None: they stand there once
    role: str = DEFAULT_ROLE
    field: str = ""
    value: str | tuple[str, ...] | None = None
    who: str = ""
    when: str = ""
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}

    @property
    def told(self) -> str:
        """Who decided it, when and why, in one line."""
        return f"{self.who}, {self.when}: {self.why}".strip(" ,:")

    @property
    def documents(self) -> tuple[str, ...]:
        """The document that it is about, or both."""
        return (self.document_id, self.other_id) if self.other_id else (self.document_id,)


@dataclass(frozen=True)
class Overrides:
    """The decisions that hold, by document, and what is wrong with the lines that do not.

    A decision about two documents stands under both.
    """

    by_document: Mapping[str, tuple[Decision, ...]]
    warnings: tuple[str, ...] = ()

    @cached_property
    def held(self) -> tuple[Decision, ...]:
        """The decisions that hold, each once, in the order of their lines."""
        found = {d.number: d for rows in self.by_document.values() for d in rows}
        return tuple(found[number] for number in sorted(found))

    @property
    def digest(self) -> str:
        """Hex sha256 of all that is decided; empty where nothing is."""
        held = sorted(self.held, key=lambda d: (d.document_id, d.number))
        told = [{**d.as_dict(), "number": 0} for d in held]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest() if told else ""

    @property
    def preferred(self) -> tuple[str, ...]:
        """Documents that people made the canonical copy of their cluster, the first decided first."""
        return tuple(d.document_id for d in self.held if d.what == CANONICAL)

    @property
    def pairs(self) -> tuple[PairDecision, ...]:
        """What people decided about pairs of documents, in the order of the lines."""
        chosen = [d for d in self.held if d.what in PAIRS]
        return tuple(PairDecision(d.document_id, d.other_id, d.what == "same", _told(d)) for d in chosen)

    @property
    def counts(self) -> dict[str, int]:
        """How many decisions hold, of each kind, and for how many documents."""
        kinds = Counter(d.what for d in self.held)
        return {**dict(sorted(kinds.items())), "documents": len(self.by_document)} if kinds else {}


def read_overrides(text: str, where: str = "overrides.jsonl") -> Overrides:
    """The decisions of a file; nothing in it stops a run.

    >>> read_overrides('{"what": "reject"}').warnings
    ('overrides.jsonl: line 1: document_id must be doc_ and 16 hex digits, found None',)
    """
    warnings: list[str] = []
    held: dict[int, Decision] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
                if isinstance(row, dict) and row.get("what") == "undo":
                    _undo(held, row)
                else:
                    held[number] = _decision(number, row)
            except (ValueError, RecursionError) as error:
                warnings.append(f"{where}: line {number}: {error}")
    by_document: dict[str, list[Decision]] = defaultdict(list)
    for decision in _without_contradictions(held.values(), where, warnings):
        for name in decision.documents:
            by_document[name].append(decision)
    return Overrides({name: tuple(rows) for name, rows in sorted(by_document.items())}, tuple(warnings))


def _without_contradictions(rows: Iterable[Decision], where: str, warnings: list[str]) -> Iterable[Decision]:
    """The decisions that agree with all before them; a warning for each other one, none for one that says it again."""
    taken: dict[tuple[str, ...], Decision] = {}
    joined = JoinedIds()
    for decision in rows:
        first = taken.setdefault(_subject(decision), decision)
        if first is not decision:
            if _content(first) != _content(decision):
                warnings.append(f"{where}: line {decision.number}: contradicts line {first.number}, which holds")
        elif decision.what in PAIRS and not joined.add(
            decision.document_id, decision.other_id, decision.what == "same"
        ):
            warnings.append(f"{where}: line {decision.number}: contradicts what earlier lines say of these documents")
        else:
            yield decision


def _content(decision: Decision) -> Decision:
    """What is decided, by whomever."""
    pair = sorted(decision.documents) if decision.other_id else [decision.document_id, ""]
    return replace(decision, number=0, who="", when="", why="", document_id=pair[0], other_id=pair[1])


def _told(decision: Decision) -> dict[str, str]:
    """Who decided it, when and why, without what is empty."""
    told = {"who": decision.who, "when": decision.when, "why": decision.why}
    return {name: value for name, value in told.items() if value}


def _undo(held: dict[int, Decision], row: Mapping[str, Any]) -> None:
    number = row.get("line")
    if type(number) is not int or held.pop(number, None) is None:
        raise ValueError(f"undo: line {number!r} holds no decision")


def _decision(number: int, row: Any) -> Decision:
    if not isinstance(row, dict):
        raise ValueError(f"must be a JSON object, found {type(row).__name__}")
    if strange := sorted(row.keys() - _KEYS):
        raise ValueError(f"unknown key '{strange[0]}'; there are {', '.join(sorted(_KEYS))}")
    for name in ("what", "document_id", "other_id", "words", "role", "field", "who", "when", "why"):
        if not isinstance(row.get(name, ""), str):
            raise ValueError(f"{name} must be text, found {row[name]!r}")
    if row.get("what") not in _CHECKS:
        raise ValueError(f"what must be one of {', '.join(_CHECKS)}, undo; found {row.get('what')!r}")
    if not _ID.fullmatch(row.get("document_id", "")):
        raise ValueError(f"document_id must be doc_ and 16 hex digits, found {row.get('document_id')!r}")
    if "other_id" in row and row["what"] not in PAIRS:
        raise ValueError(f"{row['what']} is about one document; other_id is for {' and '.join(PAIRS)}")
    _CHECKS[row["what"]](row)
    value = row.get("value")
    return Decision(number, **{**row, "value": tuple(value) if isinstance(value, list) else value})


def _check_span(row: Mapping[str, Any]) -> None:
    if not row.get("words", "").strip():
        raise ValueError("words must quote what is kept or cut")
    if row.get("role", DEFAULT_ROLE) not in ROLES or row.get("role") in ("whitespace", "repair"):
        raise ValueError(f"no role {row['role']!r} for a cut")
    number = row.get("occurrence")
    if number is not None and (type(number) is not int or number < 1):
        raise ValueError(f"occurrence must be 1 or more, found {number!r}")


def _check_field(row: Mapping[str, Any]) -> None:
    name, value = row.get("field"), row.get("value")
    if name not in FIELDS:
        raise ValueError(f"field must be one of {', '.join(FIELDS)}; found {name!r}")
    is_names = isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)
    if not (is_names if name == "byline" else isinstance(value, str) and value.strip()):
        raise ValueError(f"value of {name} must be {'a list of names' if name == 'byline' else 'text'}")
    if name == PUBLISHED_DATE and not (_DATE.fullmatch(str(value)) and read_metadata_date(str(value))):
        raise ValueError(
            f"value of {name} must be a date such as 2024-05-06 or 2024-05-06T09:30+01:00, found {value!r}"
        )


def _check_pair(row: Mapping[str, Any]) -> None:
    other = row.get("other_id")
    if not _ID.fullmatch(other or ""):
        raise ValueError(f"other_id must be doc_ and 16 hex digits, found {other!r}")
    if other == row["document_id"]:
        raise ValueError(f"{row['what']} wants two documents, found {other} twice")


def _check_nothing(_row: Mapping[str, Any]) -> None:
    """Accepting, rejecting and choosing as canonical want no more than the document."""


_CHECKS: dict[str, Callable[[Mapping[str, Any]], None]] = {
    **dict.fromkeys(SPANS, _check_span),
    "field": _check_field,
    **dict.fromkeys((*VERDICTS, CANONICAL), _check_nothing),
    **dict.fromkeys(PAIRS, _check_pair),
}


def _subject(decision: Decision) -> tuple[str, ...]:
    """What can be decided one way only; places of spans are compared when they are looked up in the text."""
    if decision.what in SPANS:
        return (decision.document_id, "span", " ".join(decision.words.split()), str(decision.occurrence))
    if decision.what in PAIRS:
        return ("pair", *sorted(decision.documents))
    return (decision.document_id, CANONICAL if decision.what == CANONICAL else decision.field or "verdict")


# ------------------------------------------------------------------ places of quoted words


def find_words(raw_text: str, decision: Decision) -> tuple[int, int]:
    """Where the quoted words stand; white space of any kind and length counts as one blank.

    Raises:
        ValueError: they do not stand there, or more than once and `occurrence` does not say which.

    >>> find_words("One.\\n\\nTwo three.", Decision(1, "cut", words="One. Two"))
    (0, 9)
    """
    pattern = r"\s+".join(map(re.escape, decision.words.split()))
    places = [match.span() for match in re.finditer(pattern, raw_text)]
    if not places:
        raise ValueError("the words do not stand in the document")
    if decision.occurrence is None and len(places) > 1:
        raise ValueError(f"the words stand {len(places)} times in the document; give an occurrence")
    if (decision.occurrence or 1) > len(places):
        raise ValueError(f"the words stand {len(places)} times in the document, not {decision.occurrence}")
    return places[(decision.occurrence or 1) - 1]


# ------------------------------------------------------------------ accept and reject


def judge_documents(documents: pa.Table, overrides: Overrides) -> tuple[pa.Table, list[str]]:
    """The documents with `reason`, `detail` and `decided_date` as people decided, `flags` that say so; and warnings.

    Args:
        documents: with document_id, text, reason, detail, flags; one row a document.
    """
    ids = documents["document_id"].to_pylist()
    place = {name: row for row, name in enumerate(ids)}
    warnings = {
        (d.number, name): f"no document {name} in the input"
        for name, rows in overrides.by_document.items()
        if name not in place
        for d in rows
    }
    reasons, details, flags = (documents[name].to_pylist() for name in ("reason", "detail", "flags"))
    dates: list[str | None] = [None] * len(ids)
    for name in sorted(overrides.by_document.keys() & place.keys()):
        row = place[name]
        flags[row] = sorted({*(flags[row] or ()), OVERRIDDEN})
        for d in overrides.by_document[name]:
            if d.what == "reject" and reasons[row] is None:
                reasons[row], details[row] = "not_an_article", f"override, {d.told}"
            elif d.what == "accept" and reasons[row] in LIFTED and documents["text"][row].as_py():
                reasons[row], details[row] = None, None
            elif d.field == PUBLISHED_DATE:
                dates[row] = str(d.value)
            if d.what in _WANT_A_TEXT and reasons[row] is not None:
                warnings[d.number, name] = f"{name} cannot be {_WANT_A_TEXT[d.what]}: {reasons[row]}"
    for column, values in (("reason", reasons), ("detail", details), ("flags", flags)):
        at = documents.schema.get_field_index(column)
        field = documents.schema.field(at)
        documents = documents.set_column(at, field, pa.array(values, field.type))
    documents = documents.append_column("decided_date", pa.array(dates, pa.string()))
    return documents, [f"overrides.jsonl: line {line}: {said}" for (line, _), said in sorted(warnings.items())]


# What a document without a text cannot be, in words
_WANT_A_TEXT = {
    "accept": "accepted",
    CANONICAL: "canonical",
    "same": "the same as another",
    "different": "held apart from another",
}
