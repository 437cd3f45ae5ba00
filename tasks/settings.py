"""Settings as they are declared: with each its default, how it is read, and between which values it may lie.

    workers: int = setting(0, WHOLE, 0, 1024)     a field of a frozen dataclass
    build(Config, {"workers": 2}, "copydesk.toml")

What is wrong (an unknown name, another type, out of range) is a `ConfigError` that names the place, the setting and
what it may be.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from tasks.errors import ConfigError

T = TypeVar("T")
_KIND, _RANGE = "kind", "range"  # keys of a field's metadata


@dataclass(frozen=True)
class Kind:
    """How a value is read from a settings file, and what to call it. `from_text` reads it from a variable's text."""

    words: str
    read: Callable[[Any], Any]  # raises TypeError or ValueError
    from_text: Callable[[str], Any] | None = None

    def read_text(self, text: str) -> Any:
        """The value that a text stands for.

        Raises:
            ValueError: the text is no such value.
        """
        return (self.from_text or self.read)(text)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


def local_path(value: Any) -> Path:
    """A path on this machine; of an address `Path` would make a folder called `s3:`.

    Raises:
        ValueError: it is an address.
    """
    if "://" in os.fspath(value):
        raise ValueError
    return Path(value)


def _names(table: Any) -> dict[str, tuple[str, ...]]:
    lists = {name: [words] if isinstance(words, str) else words for name, words in dict(table).items()}
    if not all(
        isinstance(words, list) and words and all(isinstance(w, str) for w in words) for words in lists.values()
    ):
        raise TypeError
    return {name: tuple(words) for name, words in lists.items()}


WHOLE = Kind("a whole number", _whole, int)
NUMBER = Kind("a number", _number, float)
LOCAL_PATH = Kind("a path on this machine", local_path)
TABLE = Kind("a table", dict)
NAMES = Kind("a table of names, each with a list of names", _names)  # one name may stand for a list of one


def setting(default: Any, kind: Kind, low: float | None = None, high: float | None = None) -> Any:
    """A field of a dataclass of settings.

    Args:
        default: what holds where nothing is given; a callable without arguments makes it anew each time.
        kind: how a given value is read.
        low, high: bounds of numbers, which may be reached; None: none.
    """
    metadata = {_KIND: kind, _RANGE: (low, high)}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


def build(cls: type[T], given: Mapping[str, Any], where: str) -> T:
    """An instance of a dataclass of settings from plain values, as they stand in a settings file.

    Raises:
        ConfigError: a name that the dataclass does not have, a value of another type, or one out of range.
    """
    known = {item.name: item for item in fields(cls)}  # type: ignore[arg-type]
    values = {}
    for name, value in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
            raise ConfigError(f"{where}: unknown setting '{name}'; {hint}")
        values[name] = _checked(known[name], _read(known[name], value, where), where)
    return cls(**values)


def from_text(cls: type, name: str, text: str, where: str) -> Any:
    """The value of one setting that stands as text in a variable or on the command line.

    Raises:
        ConfigError: the text is no such value, or it is out of range.
    """
    item = _field(cls, name)
    kind: Kind = item.metadata[_KIND]
    try:
        value = kind.read_text(text)
    except ValueError:
        raise ConfigError(f"{where}: must be {kind.words}, found {text!r}") from None
    return _checked(item, value, where)


def check(cls: type, name: str, value: Any, where: str) -> Any:
    """The value of one setting that has its type already.

    Raises:
        ConfigError: it is out of range.
    """
    return _checked(_field(cls, name), value, where)


def _field(cls: type, name: str) -> Field[Any]:
    return next(item for item in fields(cls) if item.name == name)


def _read(item: Field[Any], value: Any, where: str) -> Any:
    kind: Kind = item.metadata[_KIND]
    try:
        return kind.read(value)
    except (TypeError, ValueError):
        raise ConfigError(f"{where}: '{item.name}' must be {kind.words}, found {value!r}") from None


def _checked(item: Field[Any], value: Any, where: str) -> Any:
    low, high = item.metadata[_RANGE]
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"lie between {low} and {high}" if high is not None else f"be {low} or more"
        raise ConfigError(f"{where}: '{item.name}' must {bounds}, found {value}")
    return value
