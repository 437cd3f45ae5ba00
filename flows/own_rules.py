"""The rows that users add to the tables of rules, from a folder of their own: docs/rules.md.

In     a folder with files named as the tables they add to
Out    their text, tried out: what is wrong with a row is told before a run begins
"""

from __future__ import annotations

from pathlib import Path

from flows.rule_tables import ROWS
from tasks.errors import ConfigError
from tasks.rules import OwnRules, using
from tasks.rules.loading import place_rows, read_table
from tasks.rules.own import TableFile

# Tables that users may add rows to: everything that is computed from them and kept is kept by `rule_cache`.
EXTENSIBLE = frozenset({"ingest_pages", "strip_captions", "strip_lines", "strip_phrases"})


def read_own_rules(folder: Path) -> OwnRules:
    """The rows of a folder: every file `<table>.toml` in it.

    Raises:
        ConfigError: no such folder; a file that is called like no table; a row that is refused, or whose examples do
            not hold.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder; 'extra' in [rules] names the folder of your own rules")
    own = OwnRules(tuple(_table_file(path) for path in sorted(folder.glob("*.toml"))))
    if not own.files:
        raise ConfigError(f"{folder}: holds no table; files are called {_names()}")
    for table in sorted({file.table for file in own.files}):
        _try_out(table, own)
    return own


def _table_file(path: Path) -> TableFile:
    if path.stem not in EXTENSIBLE:
        raise ConfigError(f"{path}: no table is called so; files are called {_names()}")
    try:
        return TableFile(path.stem, str(path), path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error


def _names() -> str:
    return ", ".join(f"{name}.toml" for name in sorted(EXTENSIBLE))


def _try_out(table: str, own: OwnRules) -> None:
    """Read a table with the user's rows, and hold their examples against them.

    Raises:
        ConfigError: a row is refused, or an example does not hold.
    """
    built_in = read_table(table)
    with using(own):
        for place, row in place_rows((built_in, *own.of(table)), ROWS[table]):
            if not place.startswith(built_in.place) and (wrong := row.wrong_examples()):
                raise ConfigError(f"{place}: {wrong[0]}")
