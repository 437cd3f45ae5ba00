"""By hand: what people decided about spans and fields, laid over what strip made of a text.

In     raw_text and strip's row of each document; `tasks.overrides.Overrides`
Out    the same rows, those that were decided on changed; a warning for each decision that no longer fits
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.evidence import agree
from tasks.model import Removal, Stripped
from tasks.overrides import PUBLISHED_DATE, RULE, SPANS, Decision, Overrides, find_words
from tasks.strip.removals import Cut, assemble
from tasks.strip.table import judged

SLICE_ROWS = 2048
STATED = {
    "byline": (("metadata", "byline"), ("html", "html_authors")),
    "publisher": (("metadata", "publisher"), ("html", "html_publisher")),
}  # columns of the input, best first


def apply_overrides(
    extracted: pa.Table, stripped: pa.Table, overrides: Overrides, *, min_words: int = 20, min_characters: int = 40
) -> tuple[pa.Table, list[str]]:
    """Strip's table as people decided, and warnings.

    Args:
        extracted: document_id, raw_text, what the input and its page state; row for row as `stripped`.
        min_words, min_characters: as in `strip_batch`: a text whose spans changed is judged again.
    """
    limits = (min_words, min_characters)
    warnings: list[str] = []
    ids = extracted["document_id"].to_pylist()
    rows = np.flatnonzero([name in overrides.by_document for name in ids]).tolist()
    changed = {}
    for row in rows:
        raw_text = extracted["raw_text"][row].as_py()
        if raw_text is not None and stripped["removals"][row].as_py() is not None:
            found = stripped.slice(row, 1).to_pylist()[0]
            stated = extracted.slice(row, 1).to_pylist()[0]
            changed[row] = _corrected(raw_text, found, stated, overrides.by_document[ids[row]], limits, warnings)
    return pa.concat_tables(_with_rows(stripped, changed)), warnings


def _with_rows(table: pa.Table, changed: dict[int, dict[str, Any]]) -> Iterator[pa.Table]:
    """The table in slices; those with changed rows are made anew."""
    yield table.slice(0, 0)
    for start in range(0, len(table), SLICE_ROWS):
        part = table.slice(start, SLICE_ROWS)
        mine = {row - start: values for row, values in changed.items() if start <= row < start + len(part)}
        if mine:
            part = pa.Table.from_pylist([mine.get(n, row) for n, row in enumerate(part.to_pylist())], part.schema)
        yield part


def _corrected(
    raw_text: str,
    row: dict[str, Any],
    stated: dict[str, Any],
    decisions: Sequence[Decision],
    limits: tuple[int, int],
    warnings: list[str],
) -> dict[str, Any]:
    spans = [decision for decision in decisions if decision.what in SPANS]
    if spans:
        removals = [Removal(**one) for one in row["removals"]]
        text, edited, complaints = apply_spans(raw_text, removals, spans)
        warnings += complaints
        names = Removal.__slots__
        cuts = [{name: getattr(r, name) for name in names} for r in edited]
        verdict = judged(Stripped(text, edited), *limits)
        row = {**row, "text": text, "removals": cuts, "reason": verdict.reason, "detail": verdict.detail}
    for decision in decisions:
        if decision.what == "field" and decision.field != PUBLISHED_DATE:
            row = _with_field(row, stated, decision)
    return row


def _with_field(row: dict[str, Any], stated: dict[str, Any], decision: Decision) -> dict[str, Any]:
    """The field as decided; the value that it takes the place of is kept as evidence."""
    value = list(decision.value) if isinstance(decision.value, tuple) else decision.value
    lost = json.loads(row["evidence"] or "{}")
    if row[decision.field] and row[decision.field] != value:
        source = row["title_origin"] if decision.field == "title" else _source_of(decision.field, row, stated)
        lost[decision.field] = [{"value": row[decision.field], "source": source}, *lost.get(decision.field, [])]
    evidence = json.dumps(lost, ensure_ascii=False, separators=(",", ":"), sort_keys=True) if lost else None
    origin = {"title_origin": RULE} if decision.field == "title" else {}
    return {**row, decision.field: value, "evidence": evidence, **origin}


def _source_of(field: str, row: dict[str, Any], stated: dict[str, Any]) -> str:
    """Where a value comes from that strip chose: what was stated of the document, if it agrees, else its text."""
    for source, column in STATED[field]:
        if (value := stated.get(column)) and agree(field, row[field], value):
            return source
    return "text"


def apply_spans(
    raw_text: str, removals: Sequence[Removal], decisions: Sequence[Decision]
) -> tuple[str, tuple[Removal, ...], list[str]]:
    """Text and removals with the spans that people keep and cut, and warnings; earlier decisions win.

    >>> cut = Removal(5, 9, "notice", "r", 1.0, "Two.")
    >>> apply_spans("One. Two.", [cut], [Decision(1, "keep", words="Two.")])[:2]
    ('One. Two.', ())
    """
    warnings: list[str] = []
    placed: list[tuple[int, int, Decision]] = []
    for decision in decisions:
        try:
            start, end = find_words(raw_text, decision)
            if other := next((d for s, e, d in placed if s < end and start < e), None):
                raise ValueError(f"overlaps the span of line {other.number}, which holds")
            placed.append((start, end, decision))
        except ValueError as error:
            warnings.append(f"overrides.jsonl: line {decision.number}: {decision.document_id}: {error}")
    cuts = [
        Cut(r.start, r.end, r.role, r.rule, r.score, r.kept_as, r.replacement, r.detail)
        for r in removals
        if r.role != "whitespace"
    ]
    for start, end, decision in placed:
        if decision.what == "keep":
            cuts = [part for cut in cuts for part in _outside(cut, start, end)]
    mine = [Cut(s, e, d.role, RULE, 1.0, detail=d.told or None) for s, e, d in placed if d.what == "cut"]
    return (*assemble(raw_text, [*mine, *cuts]), warnings)


def _outside(cut: Cut, start: int, end: int) -> list[Cut]:
    """What is left of a cut outside a span that is kept; a repair stays."""
    if cut.replacement is not None or cut.end <= start or end <= cut.start:
        return [cut]
    parts = [replace(cut, end=min(cut.end, start)), replace(cut, start=max(cut.start, end))]
    return [part for part in parts if part.start < part.end]
