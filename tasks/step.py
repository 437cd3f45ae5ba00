"""A per-document step: a pure function over batches of documents, the columns it reads, and its fingerprint.

The fingerprint holds the source of every module of the project that the step's function imports, directly or not, with
the tables beside them; the rows that a user adds to tables it reads; its settings; the versions of the libraries it
imports with what they require; Python's minor version.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa

from tasks.fingerprints import closure, code_digest, library_versions, module_source, tables_digest
from tasks.rules import OwnRules, using


@dataclass(frozen=True)
class Step:
    """A per-document step: a pure batch function, the columns it reads and the table it makes.

    `derived` names columns it reads that follow from the others by code in the same fingerprint; they are no part of
    the key.
    """

    name: str
    work: Callable[..., pa.Table]  # (batch, **settings) -> table of `schema`, one row a document, same order
    reads: tuple[str, ...]
    schema: pa.Schema
    settings: Mapping[str, Any] = field(default_factory=dict)
    derived: tuple[str, ...] = ()
    own: OwnRules = field(default_factory=OwnRules)  # rows that a user adds to the tables

    @property
    def keyed_by(self) -> tuple[str, ...]:
        """The columns whose values make the key."""
        return tuple(name for name in self.reads if name not in self.derived)

    @property
    def own_in_use(self) -> OwnRules:
        """Those of the user's own rows that the step reads: a table is read by its name, which then is in the code."""
        sources = [module_source(name) for name in closure(self.work.__module__)[0]]
        return OwnRules(tuple(f for f in self.own.files if any(f'"{f.table}"' in source for source in sources)))

    def __call__(self, batch: pa.Table) -> pa.Table:
        """The results for a batch: columns as in `schema`, one row a document.

        Raises:
            ValueError: the step's function gave more or fewer rows.
        """
        with using(self.own):
            results = self.work(batch, **self.settings)
        if len(results) != len(batch):
            raise ValueError(f"{self.name}: {len(results)} results for {len(batch)} documents")
        return results.select(self.schema.names).cast(self.schema)

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that change when anything changes that may change the step's results."""
        parts = {
            "code": code_digest(self.work.__module__),
            "tables": tables_digest(self.work.__module__),
            "own rules": self.own_in_use.digest,
            "settings": json.dumps(dict(self.settings), sort_keys=True, default=str),
            "libraries": library_versions(self.work.__module__),
            "python": platform.python_version_tuple()[:2],
            "reads": self.reads,
            "schema": str(self.schema),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
