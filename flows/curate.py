"""The Prefect flow: the steps of `flows.steps`, each as a task.

Call `flows.server.prepare()` before importing this module, or set `PREFECT_API_URL`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Failed

from flows.announce import curate_and_tell
from flows.config import load_config
from flows.request import Outcome, Request
from flows.steps import Watch, no_watch
from tasks.errors import CopydeskError, GateRefused, LockHeld

for name in ("flows", "tasks"):
    logging.getLogger(name).setLevel(logging.INFO)  # counts, a line a step, go into the flow run's log

# who is told of progress; not a parameter, since a flow's parameters are written to Prefect's database
WATCH: ContextVar[Watch] = ContextVar("WATCH", default=no_watch)


@contextmanager
def plain_interrupts() -> Iterator[None]:
    """Give an interruption back as such.

    Prefect handles Ctrl-C at any moment of a task, but at a few of them fails with an error of its own while it does
    (3.8: "Task run is not set"); the command would then end as if it were broken.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise


def run_as_task(name: str, step: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a step as a Prefect task, passing tables by reference.

    A plain wrapper, since Prefect binds the defaults of a wrapped signature. No cache and no persistence, since
    Prefect would pickle and hash every table.
    """

    def work(*args: Any, **kwargs: Any) -> Any:
        return step(*args, **kwargs)

    as_task = task(name=name, task_run_name=name, persist_result=False, cache_policy=NO_CACHE)(work)
    with plain_interrupts():
        return as_task(*args, **kwargs)


@flow(name="curate", persist_result=False, validate_parameters=False)
def curate(
    raw: str | None = None,
    curated: str | None = None,
    config: str | None = None,
    cache: str | None = None,
    workers: int | None = None,
    full: bool = False,
    dry_run: bool = False,
    release: bool = False,
    accept: list[str] | None = None,
) -> State:
    """From raw files to a published version; every parameter is a word of `copydesk run`."""
    request = Request(full=full, dry_run=dry_run, release=release, accept=frozenset(accept or ()))
    try:
        settings = load_config(Path(config) if config else None, raw=raw, curated=curated, cache=cache, workers=workers)
        outcome = curate_and_tell(settings, request, run=run_as_task, watch=WATCH.get())
    except LockHeld as error:
        return Cancelled(message=str(error), name="Locked", data=error)
    except GateRefused as error:
        create_markdown_artifact(
            key="copydesk-run", markdown=_refusal(error), description="Why this run published nothing"
        )
        return Failed(message=str(error), name="Refused", data=error)
    except CopydeskError as error:
        return Failed(message=str(error), name="Stopped", data=error)
    create_markdown_artifact(key="copydesk-run", markdown=_summary(outcome), description="What this run did")
    return Completed(message=outcome.sentence(), data=outcome)


def curate_through_prefect(watch: Watch, **parameters: Any) -> Outcome:
    """Run the flow here and now and return its outcome, or raise what stopped it."""
    token = WATCH.set(watch)
    try:
        state = curate(**parameters, return_state=True)
    finally:
        WATCH.reset(token)
    result: Any = state.result(raise_on_failure=False)
    with plain_interrupts():
        if isinstance(result, BaseException):
            raise result
    return result


def _refusal(error: GateRefused) -> str:
    """A refusal as a page: the gates with their messages, where the refused version lies."""
    outcome = error.outcome
    found = outcome.gates if outcome else ()
    rows = "\n".join(f"| {f['gate']} | {f['level']} | {f['scope']} | {_cell(f['message'])} |" for f in found)
    table = f"\n\n| gate | level | scope | message |\n|---|---|---|---|\n{rows}" if rows else f"\n\n{error}"
    kept = f"\n\nKept until the next run: `{outcome.report}`" if outcome and outcome.report else ""
    return f"**Refused: nothing was published; the latest version stays as it was**{table}{kept}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _summary(outcome: Outcome) -> str:
    rows = "\n".join(f"| {name} | {number:,} |" for name, number in outcome.counts.items())
    report = f"\n\nReport: `{outcome.report}`" if outcome.report else ""
    return f"**{outcome.sentence()}**\n\n| | |\n|---|---|\n{rows}{report}"
