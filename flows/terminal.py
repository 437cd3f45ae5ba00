"""What a run shows while it works: a progress display on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.pipeline import Watch


def place_of(step: str) -> str:
    """A step and where in the run it stands.

    >>> place_of("look")
    'look (1 of 25)'
    """
    from flows.pipeline import ORDER

    return f"{step} ({ORDER.index(step) + 1} of {len(ORDER)})" if step in ORDER else step


@contextmanager
def watching(quiet: bool) -> Iterator[Watch]:
    """A callback for progress, in force for the length of a `with` block."""
    if quiet:
        yield lambda _step, _done, _total: None
    elif sys.stderr.isatty():
        with _bar() as watch:
            yield watch
    else:
        yield _plain()


@contextmanager
def _bar() -> Iterator[Watch]:
    """One line that moves: the step, how far it is, how long it has taken. rich heeds NO_COLOR."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        line = progress.add_task("", total=None)

        def watch(step: str, done: int, total: int) -> None:
            if total:
                progress.update(line, completed=done, total=total)
            else:
                progress.reset(line, description=place_of(step), total=None)

        yield watch


def _plain() -> Watch:
    """A line when a step starts, with the seconds since the first."""
    start = time.monotonic()

    def watch(step: str, _done: int, total: int) -> None:
        if not total:
            print(f"copydesk: {time.monotonic() - start:6.1f} s  {place_of(step)}", file=sys.stderr, flush=True)  # noqa: T201

    return watch


def say(line: str = "") -> None:
    """A line for the person at the terminal, on stderr."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def give(line: str) -> None:
    """A line of the answer, on stdout."""
    print(line, flush=True)  # noqa: T201
