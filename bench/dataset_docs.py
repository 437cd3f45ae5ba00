"""Write the tables of columns in docs/dataset.md from what `tasks.columns` declares.

python bench/dataset_docs.py           write the page anew
python bench/dataset_docs.py --check   exit 1 where the page says something else
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pyarrow as pa

from tasks.columns import TABLES, TableSpec

PAGE = Path(__file__).parent.parent / "docs" / "dataset.md"
_BLOCK = re.compile(r"(<!-- columns of (\w+) -->\n).*?(<!-- end -->)", re.S)


def columns_table(table: TableSpec) -> str:
    """The columns of a table as Markdown."""
    lines = ["| column | type | holds |", "|---|---|---|"]
    for field in table.fields:
        doc = field.doc + ("" if field.since == "1.0" else f" (since {field.since})")
        lines.append(f"| `{field.name}` | {_type(field.type)} | {doc} |")
    return "\n".join(lines) + "\n"


def _type(kind: pa.DataType) -> str:
    """A type in words.

    >>> _type(pa.list_(pa.struct([("text", pa.string())]))), _type(pa.date32())
    ('list of records', 'date')
    """
    if pa.types.is_list(kind):
        item = kind.value_type
        return "list of records" if pa.types.is_struct(item) else f"list of {item}s"
    if pa.types.is_timestamp(kind):
        return "timestamp, UTC"
    return "date" if pa.types.is_date(kind) else str(kind)


def rendered(page: str) -> str:
    """The page with the blocks between its marks written anew."""
    return _BLOCK.sub(lambda block: block[1] + columns_table(TABLES[block[2]]) + block[3], page)


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv:
        sys.exit(page != rendered(page))
    PAGE.write_text(rendered(page), encoding="utf-8")
