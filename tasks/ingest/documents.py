"""Files of word processors and the like: never a document, always a row that says what the file is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

from tasks.ingest.fields import RowReader
from tasks.ingest.records import Found, Refused

KINDS = {
    ".pdf": "a PDF",
    ".doc": "a Word document",
    ".docx": "a Word document",
    ".odt": "an OpenDocument text",
    ".rtf": "an RTF document",
    ".epub": "an e-book",
    ".xls": "a spreadsheet",
    ".xlsx": "a spreadsheet",
    ".pptx": "a presentation",
}


def refuse(kind: str, stream: IO[bytes], _rows: RowReader) -> Iterator[Found]:
    """The refusal of a file of this kind."""
    if not stream.read(1):
        raise Refused("empty", "the file has no bytes")
    raise Refused("binary", f"{kind}, which is not read; save its text as .txt or .html")
    yield  # a generator, like the other readers


REFUSALS: dict[str, Callable[[IO[bytes], RowReader], Iterator[Found]]] = {
    suffix: partial(refuse, kind) for suffix, kind in KINDS.items()
}
