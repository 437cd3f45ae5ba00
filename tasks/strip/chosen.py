"""Chosen: of what is given, what the page states and what the text says, the value of each field.

In     the fields that were found in and around the text; `Hints`
Out    the same with the values that are published, what lost as evidence, and the flag `given_conflict`

Ranks    tasks/evidence.py
Dates are chosen later (tasks/anchors.py), since the order of day and month is settled over a whole site.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tasks.evidence import Choice, choose, contradicts_input, lost_of
from tasks.model import Stripped
from tasks.names import name_of_host, publisher_name, split_names, supported_names
from tasks.strip.given import read_title
from tasks.strip.hints import Hints, Values


def choose_fields(found: Stripped, hints: Hints, noted: Sequence[str] = ()) -> Stripped:
    """The fields as published.

    Args:
        found: what strip found; its title is settled already, since the text is searched for it.
        noted: names that notes about the author give, below the text.
    """
    byline = _byline(found, hints, noted)
    publisher = _publisher(found, hints)
    section = choose("section", _section(found, hints))
    standfirst = choose("standfirst", _pairs(hints, "standfirst", found.standfirst))
    choices = {"byline": byline, "publisher": publisher, "section": section}
    conflict = any(map(contradicts_input, choices.values()))
    return replace(
        found,
        byline=tuple(byline.value or ()),
        publisher=publisher.value,
        section=section.value,
        standfirst=standfirst.value,
        evidence=lost_of(choices),
        flags=tuple(sorted({*found.flags, "given_conflict"})) if conflict else found.flags,
    )


def _byline(found: Stripped, hints: Hints, noted: Sequence[str]) -> Choice:
    own = found.byline or tuple(noted)
    given = supported_names(split_names(hints.given.authors), own)
    return choose("byline", [("metadata", given), ("html", split_names(hints.page.authors)), ("text", own)])


def _publisher(found: Stripped, hints: Hints) -> Choice:
    host = hints.host
    given, page = (publisher_name(values.publisher, host) for values in (hints.given, hints.page))
    candidates = [("metadata", given), ("html", page), ("text", publisher_name(found.publisher, host))]
    titles = (hints.given.title, hints.page.title)
    candidates += [("site", read_title(title, host).site) for title in titles if title]
    if hints.url and not any(value for _, value in candidates):
        candidates.append(("site", name_of_host(found.text, hints.url)))
    return choose("publisher", candidates)


def _section(found: Stripped, hints: Hints) -> list[tuple[str, str | None]]:
    kind = read_title(hints.given.title, hints.host).section if hints.given.title else None
    return [*_pairs(hints, "section", found.section), ("text", kind)]


def _pairs(hints: Hints, field: str, own: str | None) -> list[tuple[str, str | None]]:
    """(source, value) of what is given, what the page states, and what was found."""
    stated: list[tuple[str, Values]] = [("metadata", hints.given), ("html", hints.page)]
    return [*((source, getattr(values, field)) for source, values in stated), ("text", own)]
