"""Calls on the versions of a data set: `versions`, `history`, `verify`, `diff`, `rollback`, `prune`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from flows.calls.words import HERE, PLAIN_OUTPUT, Output, Switch, Where, open_refused
from flows.terminal import say
from tasks.errors import ConfigError

if TYPE_CHECKING:
    pass


def versions(*, where: Where = HERE, output: Output = PLAIN_OUTPUT) -> int:
    """List the versions of a data set."""
    from tasks.publish import list_versions, read_latest

    store = where.existing_folder()
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


def history(*, where: Where = HERE, output: Output = PLAIN_OUTPUT) -> int:
    """List all runs: when, what came of them, counts, gates, seconds."""
    from tasks.report import describe_history, read_history

    store = where.existing_folder()
    entries = read_history(store)
    output.answer(
        {"runs": [entry.as_dict() for entry in entries]},
        lambda: describe_history(entries) if entries else f"{store}: no run yet; make one with `copydesk run`",
    )
    return 0


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
        before, after = open_dataset(where.folder(), old), open_refused(where.folder())
    else:
        if old is None:
            raise ConfigError("diff needs the name of a version; see `copydesk versions`")
        before, after = open_dataset(where.folder(), old), open_dataset(where.folder(), new)
        if new is None and before.version == after.version:
            before = _parent(after)
    changes = diff_versions(before, after)
    output.answer(changes.as_dict(), lambda: str(changes))
    return 0


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
    output.tell(
        {"version": name, "rollback_of": version},
        lambda: f"Published {name}, which is {version} again; runs publish nothing until `copydesk run --release`",
    )
    return 0


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
    output.tell({"removed": names}, lambda: f"Removed: {', '.join(names) or 'nothing'}")
    return 0
