"""The strip of a table: one row in, one row out; the only place of this package that knows Arrow.

In     columns raw_text, `INPUTS`; repeated_lines is a list of int64
Out    rows of schema.STRIPPED; all null where raw_text is null

Here too: a text that is nothing but boilerplate is `not_an_article`, a short one `too_short`.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pyarrow as pa

from tasks import schema
from tasks.model import Stripped
from tasks.strip.clean import strip_with
from tasks.strip.hints import hints_of
from tasks.text import count_words, is_unspaced

INPUTS = (
    "raw_text", "title", "byline", "publisher", "published", "section", "standfirst", "url", "site", "source_path",
    "source_row", "html_title", "html_authors", "html_publisher", "html_section", "html_standfirst", "html_breadcrumbs",
    "repeated_lines",
)  # fmt: skip
_NULLS: dict[str, Any] = dict.fromkeys(schema.STRIPPED.names)


def strip_batch(batch: pa.Table, *, min_words: int = 20, min_characters: int = 40) -> pa.Table:
    """Strip every row's raw_text.

    Args:
        batch: columns `INPUTS`; all but raw_text may be null or missing.
        min_words: texts with fewer words are `too_short`.
        min_characters: the same for scripts that put no blanks between words.

    Returns:
        schema.STRIPPED, one row a row of `batch`, in its order.
    """
    rows = [_strip_row(row, min_words, min_characters) for row in batch.to_pylist()]
    return pa.Table.from_pylist(rows, schema=schema.STRIPPED)


def _strip_row(row: dict[str, Any], min_words: int, min_characters: int) -> dict[str, Any]:
    if row["raw_text"] is None:
        return _NULLS
    stripped = strip_with(row["raw_text"], hints_of(row))
    return asdict(judged(stripped, min_words, min_characters))


def judged(stripped: Stripped, min_words: int, min_characters: int) -> Stripped:
    """The same, with the reason why it is no article, if there is one."""
    if not stripped.text:
        rules = sorted({r.rule for r in stripped.removals if r.role != "whitespace"})
        detail = f"nothing is left but what these rules cut: {', '.join(rules)}" if rules else "no words at all"
        return replace(stripped, reason="not_an_article", detail=detail)
    if is_unspaced(stripped.text):
        if len(stripped.text) < min_characters:
            detail = f"{len(stripped.text)} characters, fewer than min_characters = {min_characters}"
            return replace(stripped, reason="too_short", detail=detail)
    elif (words := count_words(stripped.text)) < min_words:
        return replace(stripped, reason="too_short", detail=f"{words} words, fewer than min_words = {min_words}")
    return stripped
