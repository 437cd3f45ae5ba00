"""The fields that every row of every table has, and how plain TOML values become the fields of a row.

In     a table of plain values, as `tomllib` gives it, and a dataclass
Out    an instance of the dataclass, or a ValueError that says which key is wrong and why

A room declares the rows of its table as a dataclass below `Row`. What the fields may hold is read off their types; what
else must be true (a pattern compiles, a role is one of the contract's) is checked in `__post_init__`.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import Enum
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from tasks.terms import ROLES

Example = str | tuple[str, Any]  # a text, or a text and the value that the row finds in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table: an id that is published and never changes its meaning, a reason, and examples.

    An example of `yes` is a text that the row applies to, or a pair of a text and the value that is found in it. An
    example of `no` is a text, best a near miss, that the row must leave alone, or a pair of a text and the value that
    must not be found.
    """

    id: str
    why: str
    yes: tuple[Example, ...]
    no: tuple[Example, ...]

    def reading(self, text: str) -> object:
        """What the row makes of the text of an example: the value that is found in it, or whether it applies.

        Each table says it in its own class; `check_examples` compares it with the examples.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how its examples are read")

    def wrong_examples(self) -> list[str]:
        """What the examples say and the row does not do, in words; empty where all is well."""
        wrong = []
        for example in self.yes:
            text, wanted = example if isinstance(example, tuple) else (example, True)
            found = self.reading(text)
            if not (found if wanted is True else found == wanted):
                wrong.append(f"yes: {text!r} gives {found!r}, not {wanted!r}")
        for example in self.no:
            text, unwanted = example if isinstance(example, tuple) else (example, True)
            found = self.reading(text)
            if found if unwanted is True else found == unwanted:
                wrong.append(f"no: {text!r} gives {found!r}")
        return wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Row):
    """A pattern with the role it gives to what it matches, from 0 to 1 how sure it is."""

    role: str
    pattern: re.Pattern[str]
    score: float = 1.0

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"role: {self.role!r} is none of the contract's: {', '.join(ROLES)}")

    def reading(self, text: str) -> bool:
        """Whether the pattern is found in the text."""
        return self.pattern.search(text) is not None


def unique(default: Any = MISSING) -> Any:
    """A field whose value, or each of whose values, stands in one row of a table only: a name, a symbol."""
    metadata = {"unique": True}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def unique_values(row: Row) -> dict[str, tuple[Any, ...]]:
    """By field, the values that no other row of the table may have; the id is one of them."""
    names = ["id", *(item.name for item in fields(row) if item.metadata.get("unique"))]
    values = {name: getattr(row, name) for name in names}
    return {
        name: value if isinstance(value, tuple) else () if value is None else (value,) for name, value in values.items()
    }


# ------------------------------------------------------------------ plain values -> a row

R = TypeVar("R", bound=Row)


def make_row(kind: type[R], given: Mapping[str, Any]) -> R:
    """A row from plain values.

    Raises:
        ValueError: a key is missing, empty, unknown or of another type, or the row itself objects.
    """
    known, types_of = _fields(kind), _types(kind)
    if unknown := given.keys() - known.keys():
        raise ValueError(f"unknown key {min(unknown)!r}; known are {', '.join(known)}")
    for name, item in known.items():
        is_optional = item.default is not MISSING or item.default_factory is not MISSING
        if name not in given and not is_optional:
            raise ValueError(f"lacks {name!r}")
    if empty := [name for name in ("id", "why", "yes", "no") if not given[name]]:
        raise ValueError(f"{empty[0]!r} is empty")
    values = {name: _converted(name, value, types_of[name]) for name, value in given.items()}
    return kind(**values)


def _fields(kind: type[Row]) -> dict[str, Field[Any]]:
    return {item.name: item for item in fields(kind) if item.init}


def _types(kind: type[Row]) -> dict[str, Any]:
    return get_type_hints(kind)


def _converted(name: str, value: Any, kind: Any) -> Any:
    try:
        return convert(value, kind)
    except re.error as error:
        raise ValueError(f"{name}: is no pattern: {error}") from None
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from None


def convert(value: Any, kind: Any) -> Any:
    """A plain value as the type that a field declares; lists become tuples.

    Raises:
        TypeError: it is of another type.

    >>> convert(["a", "b"], tuple[str, ...]), convert(3, float)
    (('a', 'b'), 3.0)
    """
    origin = get_origin(kind)
    if kind is Any or kind is object:
        return _frozen(value)
    if origin in (Union, types.UnionType):
        return _one_of(value, get_args(kind))
    if origin is Literal:
        return _chosen(value, get_args(kind))
    if origin is tuple:
        return _tuple(value, get_args(kind))
    if origin in _READERS:
        return _READERS[origin](value, get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:  # a yes or no is no number here
        raise TypeError(f"must be {_in_words(kind)}, found {value!r}")
    return value


def _one_of(value: Any, kinds: tuple[Any, ...]) -> Any:
    wrong = []
    for kind in kinds:
        try:
            return convert(value, kind)
        except (TypeError, ValueError) as error:
            wrong.append(error)
    raise wrong[0]


def _chosen(value: Any, choices: tuple[Any, ...]) -> Any:
    if value not in choices:
        raise TypeError(f"must be one of {', '.join(map(repr, choices))}, found {value!r}")
    return value


def _tuple(value: Any, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise TypeError(f"must be a list, found {value!r}")
    if kinds[1:] == (...,):
        return tuple(convert(item, kinds[0]) for item in value)
    if len(value) != len(kinds):
        raise TypeError(f"must be a list of {len(kinds)}, found {value!r}")
    return tuple(convert(item, kind) for item, kind in zip(value, kinds, strict=True))


def _pattern(value: Any, _kinds: tuple[Any, ...]) -> re.Pattern[str]:
    """A pattern; a long one may stand as a list of pieces, which are put together."""
    pieces = [value] if isinstance(value, str) else value
    if not isinstance(pieces, list) or not pieces or not all(isinstance(piece, str) and piece for piece in pieces):
        raise TypeError(f"must be a pattern, or a list of its pieces, found {value!r}")
    return re.compile("".join(pieces))


def _mapping(value: Any, kinds: tuple[Any, ...]) -> Mapping[Any, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"must be a table, found {value!r}")
    return types.MappingProxyType({convert(key, kinds[0]): convert(item, kinds[1]) for key, item in value.items()})


def _set(value: Any, kinds: tuple[Any, ...]) -> frozenset[Any]:
    words = _tuple(value, (kinds[0], ...))
    if twice := sorted({repr(word) for word in words if words.count(word) > 1}):
        raise TypeError(f"stands there twice: {twice[0]}")
    return frozenset(words)


_READERS: dict[Any, Callable[[Any, tuple[Any, ...]], Any]] = {
    re.Pattern: _pattern,
    Mapping: _mapping,
    dict: _mapping,
    frozenset: _set,
}


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return value


def _in_words(kind: Any) -> str:
    return {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}.get(kind) or str(kind)
