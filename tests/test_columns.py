"""Each per-document step reads the columns it declares, all of them and no others.

A column that is declared and not read makes documents be worked on again for nothing; one that is read and not declared
would make a stale result look fresh.
"""

from datetime import date

import pyarrow as pa
import pytest

from flows.config import Rules
from flows.steps import document_steps

HTML = "<html><head><title>Ferry sails</title></head><body><p>The ferry sails on 4 May for 12 euros.</p></body></html>"
TEXT = "Ferry sails again\n\nThe ferry sails again on 4 May, the harbour office said. A ticket is 12 euros.\n"
VALUES = {
    "media": "html",
    "content": HTML,
    "url": "https://example.org/ferry",
    "raw_text": TEXT,
    "text": TEXT,
    "language": "en",
    "published_date": date(2020, 5, 1),
    "published_precision": "day",
    "repeated_lines": [],
}
# Columns that are not read themselves, but stand in the key for others that are `derived` from them.
BEHIND_DERIVED = {"resolve": {"language"}}


class Row(dict):
    """A row that notes which of its values are asked for."""

    def __init__(self, values, read):
        super().__init__(values)
        self.read = read

    def __getitem__(self, name):
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name, default=None):
        self.read.add(name)
        return super().get(name, default)

    def items(self):
        self.read.update(self)
        return super().items()


class Batch:
    """A table that notes which of its columns are asked for."""

    def __init__(self, table, read):
        self.table, self.read = table, read

    def __len__(self):
        return len(self.table)

    def __getitem__(self, name):
        self.read.add(name)
        return self.table[name]

    def select(self, names):
        return Batch(self.table.select(names), self.read)

    def to_pylist(self):
        return [Row(row, self.read) for row in self.table.to_pylist()]


def table_for(step, earlier):
    columns = {name: [VALUES.get(name, earlier.get(name))] for name in step.reads}
    return pa.table(columns)


@pytest.fixture(scope="module")
def scanned():
    steps = document_steps(Rules(min_words=1))
    row = steps["scan"](pa.table({"text": [TEXT], "language": ["en"]})).to_pylist()[0]
    return {name: row[name] for name in ("scanned_dates", "figures")}


@pytest.mark.parametrize("name", document_steps(Rules()))
def test_a_step_reads_the_columns_it_declares(name, scanned):
    step, read = document_steps(Rules(min_words=1))[name], set()

    step(Batch(table_for(step, scanned), read))

    assert read == set(step.reads) - BEHIND_DERIVED.get(name, set())
