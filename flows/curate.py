"""The Prefect flow: the steps of `flows.steps`, each as a task.

Call `flows.server.prepare()` before importing this module, or set `PREFECT_API_URL`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed, Failed

from flows import log, run_page
from flows.announce import curate_and_tell
from flows.config import load_config
from flows.console import tell_console
from flows.pipeline import Watch, no_watch
from flows.request import Outcome, Request
from tasks.errors import CopydeskError, GateRefused, LockHeld
from tasks.gates import Verdict

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
    """Call a step as a Prefect task, if a person would look at it; else plainly.

    Tables stay out of Prefect's sight, which would look through them, pickle and hash them. The task's state says what
    was made; where a gate refuses, the task fails, and the verdict is returned all the same.
    """
    if name not in run_page.TASKS:
        return step(*args, **kwargs)
    results: list[Any] = []
    errors: list[CopydeskError] = []

    def work() -> State:
        try:
            results.append(step(*args, **kwargs))
        except CopydeskError as error:  # what stops a run in an ordinary way needs no traceback
            errors.append(error)
            return Failed(message=str(error))
        if isinstance(results[0], Verdict):
            return _of_verdict(results[0])
        return Completed(message=run_page.describe_result(name, results[0]))

    as_task = task(name=name, task_run_name=name, persist_result=False, cache_policy=NO_CACHE)(work)
    with plain_interrupts():
        state = as_task(return_state=True)
        if errors:
            raise errors[0]
        return results[0] if results else state.result()


def _of_verdict(verdict: Verdict) -> State:
    if not verdict.ok:
        return Failed(message=f"Refused: {verdict}", name="Refused")
    return Completed(message=f"passed, {len(verdict.warnings)} warnings")


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
    began = datetime.now(UTC)
    log.from_environment()
    request = Request(full=full, dry_run=dry_run, release=release, accept=frozenset(accept or ()))
    try:
        settings = load_config(Path(config) if config else None, raw=raw, curated=curated, cache=cache, workers=workers)
        outcome = curate_and_tell(settings, request, run=run_as_task, watch=WATCH.get())
    except CopydeskError as error:
        tell_console(began, error)
        return _stopped(error)
    except BaseException as error:
        tell_console(began, error)
        raise
    tell_console(began, outcome)
    _keep_page(run_page.summary(outcome), "What this run did")
    return Completed(message=outcome.sentence(), data=outcome)


def _stopped(error: CopydeskError) -> State:
    """The state of a run that ended in an ordinary way without publishing; its message begins with why."""
    if isinstance(error, LockHeld):
        return Cancelled(message=f"Locked: {error}", name="Locked", data=error)
    if isinstance(error, GateRefused):
        _keep_page(run_page.refusal(error), "Why this run published nothing")
        return Failed(message=f"Refused: {error}", name="Refused", data=error)
    return Failed(message=f"Stopped: {error}", name="Stopped", data=error)


def _keep_page(markdown: str, description: str) -> None:
    create_markdown_artifact(key="copydesk-run", markdown=markdown, description=description)


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
    outcome: Outcome = result
    return outcome
