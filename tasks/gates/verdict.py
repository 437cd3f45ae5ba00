"""What the gates say: limits from the settings, findings, and the verdict over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from tasks.errors import ConfigError


class Level(StrEnum):
    """What a finding does: `warn` is told, `fail` refuses to publish, `accepted` would have refused."""

    WARN = "warn"
    FAIL = "fail"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Limits:
    """Above which change a gate warns, and above which it refuses; None: never."""

    warn: float | None
    fail: float | None

    def level(self, change: float) -> Level | None:
        """What a change of this size does.

        >>> [Limits(0.1, 0.3).level(change) for change in (0.05, 0.2, 0.5)]
        [None, <Level.WARN: 'warn'>, <Level.FAIL: 'fail'>]
        """
        if self.fail is not None and change > self.fail:
            return Level.FAIL
        return Level.WARN if self.warn is not None and change > self.warn else None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a gate has to say. `scope` is `all`, `incoming`, or the name of a site."""

    gate: str
    level: Level
    message: str
    scope: str = "all"
    change: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Verdict:
    """Whether a run may publish, and all that the gates have to say."""

    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """No gate refuses."""
        return not self.refusals

    @property
    def refusals(self) -> tuple[tuple[str, str], ...]:
        """(gate, message) of every finding that refuses."""
        return tuple((f.gate, f.message) for f in self.findings if f.level is Level.FAIL)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is only told; what was accepted says so."""
        return tuple(
            f"{f.message} (accepted)" if f.level is Level.ACCEPTED else f.message
            for f in self.findings
            if f.level is not Level.FAIL
        )

    @property
    def accepted(self) -> tuple[str, ...]:
        """Names of the gates that would have refused and were accepted."""
        return tuple(sorted({f.gate for f in self.findings if f.level is Level.ACCEPTED}))

    def as_list(self) -> list[dict[str, Any]]:
        """The findings as plain data, for the manifest, `run --json` and the record of the run."""
        return [finding.as_dict() for finding in self.findings]

    def __str__(self) -> str:
        return "; ".join(f"{gate}: {message}" for gate, message in self.refusals) or "all gates are open"


def read_limits(given: Mapping[str, Any], defaults: Mapping[str, Limits], where: str) -> dict[str, Limits]:
    """The limits of every gate: those of the settings over the defaults.

    Args:
        given: the table `[gates]`: by gate `{warn = 0.1, fail = 0.3}` (either may be missing or "off"), or "off".
        defaults: by gate; these are all the gates there are.

    Raises:
        ConfigError: no such gate, or a limit that is no number from 0 on; the message names it.

    >>> read_limits({"titles": "off"}, {"titles": Limits(0.1, 0.3)}, "copydesk.toml: [gates]")
    {'titles': Limits(warn=None, fail=None)}
    """
    limits = dict(defaults)
    for gate, wanted in given.items():
        if gate not in defaults:
            raise ConfigError(f"{where}: no gate '{gate}'; there are {', '.join(defaults)}")
        table = {"warn": "off", "fail": "off"} if wanted == "off" else wanted
        if not isinstance(table, Mapping) or table.keys() - {"warn", "fail"}:
            raise ConfigError(f"{where}: '{gate}' must be \"off\" or {{warn = 0.1, fail = 0.3}}, found {wanted!r}")
        values = {"warn": defaults[gate].warn, "fail": defaults[gate].fail}
        limits[gate] = Limits(**{**values, **{name: _limit(v, f"{where}: {gate}.{name}") for name, v in table.items()}})
    return limits


def _limit(value: Any, where: str) -> float | None:
    if value == "off":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ConfigError(f'{where} must be a number from 0 on, or "off"; found {value!r}')
    return float(value)
