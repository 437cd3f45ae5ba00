"""What a run is asked for, and what it answers.

In     switches of the command line or parameters of the flow: a `Request`
Out    version, counts, warnings: an `Outcome`, as a sentence for people and as data for `--json`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

NOTHING_NEW, REFUSED, HELD = "nothing new", "refused", "held since a rollback"


@dataclass(frozen=True)
class Request:
    """What a run is asked for beyond its configuration."""

    full: bool = False  # compute everything anew
    dry_run: bool = False  # publish nothing
    release: bool = False  # lift the hold of a rollback
    accept: frozenset[str] = frozenset()  # gates that may be passed this once

    @property
    def asks_more(self) -> bool:
        """Something is wanted that a look at the raw files cannot answer."""
        return self.full or self.dry_run or self.release


@dataclass(frozen=True)
class Outcome:
    """What a run did; `run --json` prints it."""

    version: str | None
    published: bool
    counts: Mapping[str, int]
    seconds: Mapping[str, float]
    why: str  # published, nothing new, dry run, refused
    report: str | None = None
    warnings: tuple[str, ...] = ()
    gates: tuple[Mapping[str, Any], ...] = ()  # what the gates found: gate, level, scope, change, message

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for `--json`."""
        return asdict(self)

    def sentence(self) -> str:
        """The outcome in one line."""
        counts = "{articles:,} articles, {duplicates:,} duplicates, {rejected:,} rejected".format(**self.counts)
        if self.published:
            return f"Published {self.version}: {counts}"
        return f"Published nothing ({self.why}); latest is {self.version or 'none yet'}: {counts}"

    def describe(self) -> str:
        """The outcome for a person: what changed, and where to look."""
        changes = "{new:,} new, {changed:,} changed, {removed:,} removed articles".format(**self.counts)
        return "\n".join(filter(None, [self.sentence(), changes, self.report and f"Report: {self.report}"]))
