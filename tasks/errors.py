"""What can go wrong with a run, and how the command line ends then.

    CopydeskError            1   anything that was foreseen; the message says what, where, and what to do
    ├── ConfigError          2   wrong settings, paths or usage; nothing was touched
    ├── GateRefused          3   a quality gate or a hold refused to publish
    ├── LockHeld             5   another run is writing to the same data set
    └── Damaged              6   a published version is not what its manifest says

A bad document is none of these: it becomes a row in `documents` with status `rejected` and a reason.
"""

from __future__ import annotations

from typing import Any


class CopydeskError(Exception):
    """Base of all errors that copydesk raises on purpose; `exit_code` is what the command ends with."""

    exit_code = 1


class ConfigError(CopydeskError):
    """Settings, paths or usage are wrong; nothing was touched."""

    exit_code = 2


class GateRefused(CopydeskError):
    """A quality gate or a hold refused to publish; the latest version stays as it was.

    `outcome` is what the run found all the same: its counts, the findings of the gates.
    """

    exit_code = 3

    def __init__(self, message: str, outcome: Any = None) -> None:
        super().__init__(message, outcome)
        self.outcome = outcome

    def __str__(self) -> str:
        return str(self.args[0])


class LockHeld(CopydeskError):
    """Another run is writing to the same data set."""

    exit_code = 5


class Damaged(CopydeskError):
    """A published version does not match its manifest or breaks an invariant of the contract."""

    exit_code = 6
