"""The command `copydesk`: arguments, printing, exit codes. What each call does: docs/cli.md.

Results go to stdout, everything else to stderr; `--json` prints one object. Whatever is heavy is imported by the
call that needs it, so that `copydesk --help` and `copydesk versions` answer at once.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import cyclopts
from cyclopts import App, Parameter

from flows.terminal import give, say, watching
from tasks.errors import ConfigError, CopydeskError, GateRefused

if TYPE_CHECKING:
    from tasks.storage import Storage

app = App(
    name="copydesk",
    help="Turn raw news articles into a clean, deduplicated, normalised, versioned data set.",
    version="0.1.0",
    result_action="return_value",
)


@Parameter(name="*")
@dataclass(frozen=True)
class Output:
    """How a call answers."""

    json: Annotated[bool, Parameter(negative="", show_default=False)] = False
    "One JSON object on stdout; everything else goes to stderr."
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="", show_default=False)] = False
    "No progress and no notes; warnings and errors are still told."

    def answer(self, content: dict[str, Any], lines: Callable[[], str]) -> None:
        """Print the answer, as JSON or in words."""
        give(json.dumps(content, ensure_ascii=False, default=str) if self.json else lines())


@Parameter(name="*")
@dataclass(frozen=True)
class Where:
    """Which data set."""

    curated: str | None = None
    "Folder of the data set, or s3://bucket/prefix [curated]."
    config: Path | None = None
    "Settings file [copydesk.toml, if there is one]."

    def folder(self) -> Storage:
        """The data set, named by the call, the environment or the settings file."""
        from flows.config import load_config

        return load_config(self.config, curated=self.curated).store


PLAIN_OUTPUT, HERE = Output(), Where()
Switch = Annotated[bool, Parameter(negative="", show_default=False)]


@app.command
def run(
    *,
    where: Where = HERE,
    raw: str | None = None,
    cache: str | None = None,
    workers: int | None = None,
    direct: Switch = False,
    full: Switch = False,
    dry_run: Switch = False,
    release: Switch = False,
    accept: Annotated[list[str] | None, Parameter(negative="")] = None,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Run the whole pipeline: raw files in, a new version out if anything changed.

    Parameters
    ----------
    raw
        Folder of the raw files, or s3://bucket/prefix [raw].
    cache
        Folder for results of earlier runs [curated/.cache; for s3://, in the user's cache folder].
    workers
        Processes to work with; 1 uses none beside this one [one a core].
    direct
        Without Prefect: the same steps, no flow run recorded.
    full
        Compute everything anew, ignoring what earlier runs kept.
    dry_run
        Do everything but publish.
    release
        Lift the hold that a rollback set.
    accept
        Pass this gate once, whatever it says (for example: shrink).
    """
    from flows.config import check_folders, load_config

    words: dict[str, Any] = {"raw": raw, "curated": where.curated, "cache": cache, "workers": workers}
    settings = load_config(where.config, **words)
    check_folders(settings)
    choices: dict[str, Any] = {"full": full, "dry_run": dry_run, "release": release}
    if not output.quiet:
        say(f"copydesk: {settings.raw} -> {settings.curated}")
        if not direct:
            say("copydesk: starting Prefect; --direct does without it")
    try:
        with watching(output.quiet) as watch:
            if direct:
                from flows.announce import curate_and_tell
                from flows.request import Request

                outcome = curate_and_tell(settings, Request(**choices, accept=frozenset(accept or ())), watch=watch)
            else:
                outcome = _through_prefect(watch, {**words, "config": where.config, **choices, "accept": accept})
    except GateRefused as error:
        if output.json and error.outcome:
            give(json.dumps(error.outcome.as_dict(), ensure_ascii=False, default=str))
        if error.outcome and error.outcome.report:
            say(f"copydesk: what was refused, until the next run: {error.outcome.report}")
        raise
    for warning in outcome.warnings:
        say(f"copydesk: warning: {warning}")
    output.answer(outcome.as_dict(), outcome.describe)
    return 0


def _through_prefect(watch: Any, parameters: dict[str, Any]) -> Any:
    """Run the flow against a server of our own, or the one that PREFECT_API_URL names."""
    from flows.server import prepare

    prepare()
    from flows.curate import curate_through_prefect

    return curate_through_prefect(
        watch, **{name: str(value) if isinstance(value, Path) else value for name, value in parameters.items()}
    )


@app.command
def clean(
    file: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    config: Path | None = None,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Clean one raw file and print it; no data set needed. Exit code 2 when nothing in it could be cleaned.

    Parameters
    ----------
    file
        A raw file, or - for text from stdin.
    config
        Settings file [copydesk.toml, if there is one].
    """
    from flows.config import load_config
    from flows.single import clean_file, clean_stdin

    rules = load_config(config).rules
    cleaned = clean_stdin(sys.stdin.buffer.read(), rules) if file == "-" else clean_file(Path(file), rules)
    if output.json or cleaned.has_articles:
        output.answer(cleaned.as_dict(), cleaned.describe)
    for complaint in (*(f"warning: {warning}" for warning in cleaned.warnings), *cleaned.complaints()):
        say(f"copydesk: {complaint}")
    return 0 if cleaned.has_articles else ConfigError.exit_code


@app.command
def versions(*, where: Where = HERE, output: Output = PLAIN_OUTPUT) -> int:
    """List the versions of a data set."""
    from tasks.publish import list_versions, read_latest

    store = where.folder()
    found, hold = list_versions(store), read_latest(store).hold

    def lines() -> str:
        if not found:
            return f"{store}: no versions yet; make one with `copydesk run`"
        head = f"{'version':<8} {'state':<8} {'made':<20} {'articles':>9} {'duplicates':>11} {'rejected':>9} {'MB':>8}"
        rows = [
            f"{v.version:<8} {v.state:<8} {(v.created_at or '?')[:19]:<20} {v.counts.get('articles', 0):>9,} "
            f"{v.counts.get('duplicates', 0):>11,} {v.counts.get('rejected', 0):>9,} {v.n_bytes / 1e6:>8.1f}"
            + (f"  (rollback of {v.rollback_of})" if v.rollback_of else "")
            + (f"  ({'the latest; ' if v.is_latest else ''}{v.fault})" if v.fault else "")
            for v in found
        ]
        held = ["Held since a rollback: runs publish nothing until `copydesk run --release`"] if hold else []
        return "\n".join([head, *rows, *held])

    output.answer({"versions": [v.as_dict() for v in found], "hold": hold}, lines)
    return 0


@app.command
def history(*, where: Where = HERE, output: Output = PLAIN_OUTPUT) -> int:
    """List all runs: when, what came of them, counts, gates, seconds."""
    from tasks.report import describe_history, read_history

    store = where.folder()
    entries = read_history(store)
    output.answer(
        {"runs": [entry.as_dict() for entry in entries]},
        lambda: describe_history(entries) if entries else f"{store}: no run yet; make one with `copydesk run`",
    )
    return 0


@app.command
def export(
    version: str | None = None,
    /,
    *,
    form: Annotated[str, Parameter(name="--format")],
    table: str = "articles",
    columns: str = "",
    condition: Annotated[str | None, Parameter(name="--where")] = None,
    to: Annotated[Path | None, Parameter(name="--output")] = None,
    where: Where = HERE,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Write a table of a version for people: csv, xlsx, jsonl or parquet.

    Parameters
    ----------
    version
        Name of a version [the latest].
    form
        csv, xlsx, jsonl or parquet.
    table
        articles, documents, duplicates, relations, removals, dates or figures.
    columns
        Names with commas between them [all].
    condition
        Which rows, as a condition in SQL: "site = 'gazette' AND n_words > 300".
    to
        The file [stdout, for csv and jsonl].
    """
    from tasks.publish import open_dataset
    from tasks.report import export_table

    if to is None and (form not in ("csv", "jsonl") or output.json):
        raise ConfigError("--output FILE is needed: only csv and jsonl go to stdout, and not with --json")
    if to is not None and (not to.parent.is_dir() or to.is_dir()):
        raise ConfigError(f"--output {to}: no file can be written there; name a file in a folder that exists")
    dataset = open_dataset(where.folder(), version)
    names = [name.strip() for name in columns.split(",") if name.strip()]
    rows = export_table(dataset, to or sys.stdout.buffer, form=form, table=table, columns=names, where=condition)
    if to is not None:
        output.answer(
            {"version": dataset.version, "rows": rows, "file": str(to)}, lambda: f"{to}: {rows:,} rows of {table}"
        )
    return 0


@app.command
def verify(version: str | None = None, /, *, where: Where = HERE, output: Output = PLAIN_OUTPUT) -> int:
    """Check a version against its manifest and the contract; exit code 6 when it is damaged.

    Parameters
    ----------
    version
        Name of a version, e.g. v0003 [the latest, and the digests of all others].
    """
    from tasks.publish import list_versions
    from tasks.publish import verify as find_faults

    folder = where.folder()
    name = version or next((v.version for v in list_versions(folder) if v.is_latest), None)
    faults = find_faults(folder, version)
    output.answer(
        {"version": name, "ok": not faults, "faults": [{"file": f.file, "message": f.message} for f in faults]},
        lambda: "\n".join(map(str, faults)) or f"{name}: every file is as its manifest and the contract say",
    )
    return 6 if faults else 0


@app.command
def diff(
    old: str | None = None,
    new: str | None = None,
    /,
    *,
    staged: Switch = False,
    where: Where = HERE,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Say what changed between two versions, in terms of articles.

    Parameters
    ----------
    old
        Name of a version, e.g. v0003 [with --staged, the latest].
    new
        Name of a version [the latest; where OLD is that one, OLD is compared with its parent].
    staged
        Compare OLD with the version that a gate refused last.
    """
    from tasks.publish import open_dataset
    from tasks.report import diff_versions

    if staged:
        if new:
            raise ConfigError("diff --staged takes one version: the refused one is the other")
        before, after = open_dataset(where.folder(), old), _refused(where.folder())
    else:
        if old is None:
            raise ConfigError("diff needs the name of a version; see `copydesk versions`")
        before, after = open_dataset(where.folder(), old), open_dataset(where.folder(), new)
        if new is None and before.version == after.version:
            before = _parent(after)
    changes = diff_versions(before, after)
    output.answer(changes.as_dict(), lambda: str(changes))
    return 0


def _refused(store: Storage) -> Any:
    """The version that a gate refused last.

    Raises:
        ConfigError: there is none: no run was refused, or another run has begun since.
    """
    from tasks.publish import open_dataset, refused_folder

    folder = refused_folder(store)
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no refused version there; it is kept from the refusal to the next run")
    return open_dataset(folder)


def _parent(dataset: Any) -> Any:
    """The version that a version was built on.

    Raises:
        ConfigError: it is the first, or its parent was pruned.
    """
    from tasks.publish import list_versions, open_dataset

    name, folder = dataset.manifest.get("parent"), dataset.storage
    if not name:
        raise ConfigError(f"{dataset.version} is the first version: there is none before it to compare it with")
    if name not in {version.version for version in list_versions(folder)}:
        raise ConfigError(f"{dataset.version} is the latest version, and its parent {name} is gone; name two versions")
    return open_dataset(folder, name)


@app.command
def rollback(version: str, /, *, where: Where = HERE, reason: str = "", output: Output = PLAIN_OUTPUT) -> int:
    """Publish an older version's tables as a new version, and hold further runs until `run --release`.

    Parameters
    ----------
    version
        Name of a version, e.g. v0003.
    reason
        Why; kept with the hold and in the record of runs.
    """
    from flows.config import load_config
    from flows.rollback import roll_back

    name = roll_back(load_config(where.config, curated=where.curated), version, reason)
    output.answer(
        {"version": name, "rollback_of": version},
        lambda: f"Published {name}, which is {version} again; runs publish nothing until `copydesk run --release`",
    )
    return 0


@app.command
def takedown(
    document: str,
    /,
    *,
    reason: str,
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
    purge
        Also take it out of every version that is published already, and empty the cache.
    cache
        Folder for results of earlier runs, where `run` was told one; other files in it stay.
    """
    from flows.config import load_config
    from flows.takedown import take_down

    settings = load_config(where.config, curated=where.curated, cache=cache)
    done = take_down(settings, document, reason=reason, purge=purge)

    def lines() -> str:
        purged = f"; taken out of {', '.join(done.rewritten)}" if done.rewritten else ""
        return f"Listed in {done.listed_in}: the next version will be without it{purged}"

    output.answer(done.as_dict(), lines)
    return 0


@app.command
def prune(*, keep: int, yes: Switch = False, where: Where = HERE, output: Output = PLAIN_OUTPUT) -> int:
    """Remove all but the newest versions; the latest is never removed.

    Parameters
    ----------
    keep
        How many versions to keep.
    yes
        Do not ask.
    """
    from flows.config import load_config
    from flows.session import check_data_set, writing
    from tasks.publish import choose_prunable
    from tasks.publish import prune as remove

    settings = load_config(where.config, curated=where.curated)
    check_data_set(settings.store)
    names = choose_prunable(settings.store, keep)
    if names and not yes:
        if not sys.stdin.isatty():
            raise ConfigError(f"would remove {', '.join(names)}; say --yes where nobody can be asked")
        say(f"copydesk: {settings.curated}: remove {', '.join(names)}? [y/N]")
        names = names if sys.stdin.readline().strip().lower() in ("y", "yes") else []
    if names:
        with writing(settings):
            names = remove(settings.store, keep)
    output.answer({"removed": names}, lambda: f"Removed: {', '.join(names) or 'nothing'}")
    return 0


@app.command
def explain(document: str, /, *, where: Where = HERE, version: str | None = None, output: Output = PLAIN_OUTPUT) -> int:
    """Tell everything that was decided about one document, with rule, score and words.

    Parameters
    ----------
    document
        A document or article id or how it begins, a url, or a path under raw/ (file.jsonl#3 for a row).
    version
        Name of a version [the latest].
    """
    from flows.config import load_config
    from tasks.publish import open_dataset
    from tasks.report import explain as tell

    settings = load_config(where.config, curated=where.curated)
    story = tell(open_dataset(settings.store, version), _under(settings.raw, document))
    output.answer(story.as_dict(), lambda: str(story))
    return 0


def _under(raw: object, name: str) -> str:
    """A path as a shell completes it (raw/a.txt, ./raw/a.txt, /data/raw/a.txt) as the tables have it; else the name.

    Inside raw/ every word could be a path: there only what exists is one; the rest may be an id, or as in the tables.
    """
    if "://" in name or not isinstance(raw, Path):
        return name.removeprefix(f"{raw}/")
    here = Path.cwd()
    path = Path(os.path.normpath(here / name))
    folder = Path(os.path.normpath(here / raw))
    if folder not in path.parents:
        return name
    in_raw = folder in (here, *here.parents) and not Path(name).is_absolute()
    forms = (str(path), str(path).partition("#")[0])
    exists = any(map(os.path.exists, forms))  # Path.exists would fail for what is too long for a name
    return name if in_raw and not exists else path.relative_to(folder).as_posix()


@app.command
def report(
    version: str | None = None,
    /,
    *,
    staged: Switch = False,
    where: Where = HERE,
    to: Annotated[Path | None, Parameter(name="--output")] = None,
    output: Output = PLAIN_OUTPUT,
) -> int:
    """Print where a version's report lies.

    Parameters
    ----------
    version
        Name of a version [the latest].
    staged
        The report of the version that a gate refused last.
    to
        Make the report anew and write it there.
    """
    from tasks.publish import open_dataset

    if staged and version:
        raise ConfigError("report --staged takes no version: it is the one that was refused last")
    dataset = _refused(where.folder()) if staged else open_dataset(where.folder(), version)
    path = dataset.storage.place(f"versions/{dataset.version}/report.html")
    if to is not None:
        if not to.parent.is_dir() or to.is_dir():
            raise ConfigError(f"--output {to}: no file can be written there; name a file in a folder that exists")
        from tasks.report import rewrite_report

        path = rewrite_report(dataset, to)
    output.answer({"version": dataset.version, "report": str(path)}, lambda: str(path))
    return 0


@app.command
def serve(
    *,
    where: Where = HERE,
    cron: str,
    raw: str | None = None,
    workers: int | None = None,
    timezone: str = "UTC",
) -> int:
    """Run the pipeline on a schedule, through a Prefect server, until stopped.

    Parameters
    ----------
    cron
        When, as a cron expression of five fields: "0 3 * * *" is every night at three.
    raw
        Folder of the raw files, or s3://bucket/prefix [raw].
    workers
        Processes to work with [one a core].
    timezone
        Zone of the cron expression.
    """
    from flows.config import check_folders, load_config
    from flows.server import prepare

    settings = load_config(where.config, raw=raw, curated=where.curated, workers=workers)
    check_folders(settings)
    say("copydesk: starting Prefect")
    prepare(schedules=True)
    from flows.serve import serve_schedule

    serve_schedule(settings, where.config, cron, timezone)
    return 130  # it ends only when it is interrupted


def main(words: list[str] | None = None) -> None:
    """Entry point: carries a call out and ends the process with its exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = app(words, exit_on_error=False, print_error=False)
    except cyclopts.CycloptsError as error:
        say(f"copydesk: {_complaint(error)}\nTry '{' '.join(['copydesk', *(error.command_chain or ())])} --help'.")
        code = ConfigError.exit_code
    except CopydeskError as error:
        say(f"copydesk: {error}")
        code = error.exit_code
    except BrokenPipeError:  # the reader of stdout went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        say(f"copydesk: {error.filename or error}: {error.strerror or 'the system refused'}; nothing was published")
        code = 1
    except KeyboardInterrupt:
        say("copydesk: interrupted; nothing was lost")
        code = 130
    sys.exit(code if isinstance(code, int) else 0)


def _complaint(error: cyclopts.CycloptsError) -> str:
    """A wrong call in words."""
    if isinstance(error, cyclopts.UnusedCliTokensError):
        return f"Unexpected: {' '.join(error.unused_tokens or ())}"
    return str(error)


def _interrupt(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
