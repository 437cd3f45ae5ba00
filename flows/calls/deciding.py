"""Calls by which people decide: `takedown`, `override`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from flows.calls.words import HERE, PLAIN_OUTPUT, Output, Switch, Where
from flows.terminal import say
from tasks.errors import ConfigError

if TYPE_CHECKING:
    from flows.config import Config


def takedown(
    document: str,
    /,
    *,
    reason: str,
    dry_run: Switch = False,
    purge: Switch = False,
    cache: str | None = None,
    where: Where = HERE,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Keep a document and its near-copies out from the next version on.

    Parameters
    ----------
    document
        A document or article id, a url, or a path under raw/.
    reason
        Why; published as the document's detail.
    dry_run
        Only list which other documents of the latest version would go with it.
    purge
        Also take it out of every version that is published already, and empty the cache.
    cache
        Folder for results of earlier runs, where `run` was told one; other files in it stay.
    """
    from flows.config import load_config
    from flows.takedown import look_ahead, take_down

    settings = load_config(where.config, curated=where.curated, cache=cache)
    if dry_run:
        done = look_ahead(settings, document, reason=reason)
    else:
        done = take_down(settings, document, reason=reason, purge=purge)

    def lines() -> str:
        others = "".join(f"\n  {path}" for path in done.also)
        also = f"\nWith it {'would go' if dry_run else 'go'} texts that hold its words:{others}" if done.also else ""
        if dry_run:
            return f"Would be listed in {done.listed_in}; nothing was written{also}"
        purged = f"; taken out of {', '.join(done.rewritten)}" if done.rewritten else ""
        return f"Listed in {done.listed_in}: the next version will be without it{purged}{also}"

    (output.answer if dry_run else output.tell)(done.as_dict(), lines)
    return 0


def override(
    what: str | None = None,
    document: str | None = None,
    other: str | None = None,
    /,
    *,
    words: str | None = None,
    occurrence: int | None = None,
    role: str | None = None,
    field: str | None = None,
    value: Annotated[list[str] | None, Parameter(negative="")] = None,
    why: str | None = None,
    who: str | None = None,
    listed: Annotated[bool, Parameter(name="--list", negative="", show_default=False)] = False,
    undo: int | None = None,
    review: Annotated[Path | None, Parameter(name="--import")] = None,
    where: Where = HERE,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Decide about a document, once and for all: the next run and all later ones heed it (docs/overrides.md).

    Parameters
    ----------
    what
        keep or cut (a span), field, accept, reject, canonical; same or different (two documents).
    document
        A document or article id or how it begins, a url, or a path under raw/.
    other
        same, different: the second document.
    words
        keep, cut: the words of the span, as they stand in the document.
    occurrence
        keep, cut: which, from 1, where the words stand more than once.
    role
        cut: what the span is [related_tail].
    field
        field: title, byline, publisher or published_date.
    value
        field: its value; more than once for the names of a by-line.
    why
        A reason, kept with the decision.
    who
        Who decided [the name of the user].
    listed
        List the decisions that hold.
    undo
        Take the decision of the line with that number back.
    review
        A CSV file of decisions, one a row: columns what, document_id, words, field, value …
    """
    from flows.config import load_config
    from flows.override import read_review, write_decisions

    asked = [listed, undo is not None, review is not None, what is not None]
    if sum(asked) != 1:
        raise ConfigError("override wants one of: what and a document, --list, --undo N, --import FILE")
    settings = load_config(where.config, curated=where.curated)
    if listed:
        return _list(settings, output)
    user = who or os.environ.get("USER") or os.environ.get("LOGNAME") or ""
    if review is not None:
        rows: list[dict[str, Any]] = [{"who": user, **row} for row in read_review(review)]
    elif undo is not None:
        rows = [{"what": "undo", "line": undo, "who": user, "why": why}]
    else:
        if document is None:
            raise ConfigError(f"override {what}: which document?")
        span = {"other_id": other, "words": words, "occurrence": occurrence, "role": role}
        said = value if field == "byline" or not value else value[0]
        rows = [{"what": what, "document_id": document, **span, "field": field, "value": said, "who": user, "why": why}]
    written = write_decisions(settings, rows)
    numbers = ", ".join(map(str, written.lines))
    output.tell(written.as_dict(), lambda: f"Line {numbers} of {written.listed_in}: it holds from the next run on")
    return 0


def _list(settings: Config, output: Output) -> int:
    """The decisions that hold on stdout, the lines that do not on stderr."""
    from flows.override import describe, list_decisions

    decided = list_decisions(settings)
    held = sorted((d for rows in decided.by_document.values() for d in rows), key=lambda d: d.number)
    for warning in decided.warnings:
        say(f"copydesk: warning: {warning}")
    output.answer(
        {"decisions": [d.as_dict() for d in held], "warnings": list(decided.warnings)},
        lambda: "\n".join(map(describe, held)) or f"{settings.override_list}: no decision",
    )
    return 0
