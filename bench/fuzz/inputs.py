"""What the fuzzer makes its inputs from: pieces of news, of files and of trouble, put together by hypothesis."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

SENTENCES = [
    "The ferry left the harbour at noon on Monday, 3 May 2021, the clerk said.",
    "Sales rose 12.5% to $3.1 million in the third quarter of 2020 from €2.8bn a year earlier.",
    "“We waited two hours,” said Mara Olsen, 54, of Novaport.",
    "Related: Harbour opens again | Bridge closed for winter | Ten ways to save water",
    "Harbour opens again. Harbour opens again after a winter of repairs and a sealed room was fou...",
    "Published: 11/10/2021 09:19 GMT+8",
    "By Mara Olsen and Jon Berg, Estmark",
    "(Photo: Harbour Press)",
    "Read more: Bridge closed for winter",
    "Copyright 2021 Harbour Press. All rights reserved.",
    "渡船中午离开了旧港口，码头上没有人注意到那盏灯还亮着。2021年5月3日",
    "Share this article on Facebook Twitter E-mail",
    "Editor: Jon Berg",
    "ItÃ¢â‚¬â„¢s the cafÃ© by the quay.",
]
PIECES = [
    *(
        "Monday",
        "last year",
        "next",
        "the",
        "of",
        "in",
        "from",
        "to",
        "between",
        "and",
        "about",
        "at least",
        "ago",
        "since",
    ),
    *(
        "1",
        "12",
        "2021",
        "1,234,567.89",
        "1.234.567,89",
        "3.5",
        "12:30",
        "5pm",
        "1990s",
        "Q3",
        "H1",
        "FY2020",
        "21st",
        "XIV",
    ),
    *(
        "May",
        "Sept.",
        "Thursday",
        "summer",
        "decade",
        "weeks",
        "two",
        "a dozen",
        "hundred",
        "half",
        "third",
        "three-quarters",
    ),
    *(
        "$",
        "€",
        "£",
        "¥",
        "%",
        "per cent",
        "pct",
        "million",
        "bn",
        "k",
        "km",
        "sq ft",
        "mph",
        "°C",
        "kg",
        "USD",
        "yuan",
        "cents",
    ),
    *(
        "2021-10-11",
        "11/10/2021",
        "2021/13/45",
        "99/99/9999",
        "20211011T091955Z",
        "00:00",
        "-5",
        "+",
        "~",
        ">",
        "<=",
        "x",
    ),
    *(
        ".",
        ",",
        ";",
        ":",
        "!",
        "?",
        "…",
        "-",
        "–",
        "—",
        "(",
        ")",
        "[",
        "]",
        '"',
        "“",
        "”",
        "'",
        "’",
        "/",
        "|",
        "»",
        "•",
        "*",
    ),
    *("\n", "\n\n", "\r\n", "\t", " ", "  ", "\u00a0", "\u200b", "\u2028", "\ufeff", "\ufffd", "\x0b", "\x1c", "\x85"),
    *("é", "ß", "İ", "ﬁ", "Ⅻ", "½", "²", "١٢٣", "１２３", "𝟙", "北京", "🙂", "e\u0301", "\u202e", "ﷺ", "ǅ", "ΐ"),
]


def texts() -> st.SearchStrategy[str]:
    """Texts of sentences, pieces, odd characters and long runs of one thing."""
    run = st.builds(lambda piece, n: piece * n, st.sampled_from(PIECES), st.integers(1, 300))
    part = st.one_of(
        st.sampled_from(SENTENCES),
        st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map(" ".join),
        st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join),
        st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace").decode()),
        run,
    )
    glue = st.sampled_from(["\n", "\n\n", " ", "", ". ", "\r\n", " | "])
    return st.builds(lambda parts, between: between.join(parts), st.lists(part, max_size=14), glue)


# ------------------------------------------------------------------ files


def _zip(names: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in names.items():
            out.writestr(name, data)
    return buffer.getvalue()


def _tar(names: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as out:
        for name, data in names.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _parquet() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"text": SENTENCES, "id": list(range(len(SENTENCES)))}), buffer)
    return buffer.getvalue()


_TEXT = "\n\n".join(SENTENCES).encode()
_ROWS = b"".join(
    json.dumps({"text": text, "id": n, "author": ["A", {"name": "B"}]}).encode() + b"\n"
    for n, text in enumerate(SENTENCES)
)
_ARRAY = json.dumps(
    [{"body": text, "url": f"https://example.org/{n % 3}"} for n, text in enumerate(SENTENCES)]
).encode()
_CSV = b'title,text,date\n"One, two","' + _TEXT.replace(b'"', b'""') + b'",2021\nThree,four,\n'
_PAGE = (
    b'<!doctype html><html><head><meta charset="utf-8"><title>Old harbour</title><script type="application/ld+json">'
    b'{"datePublished": "2021-03-04T05:06:07Z"}</script></head><body><nav><a href="/">Home</a></nav><article><h1>Old '
    b"harbour</h1>" + b"".join(b"<p>%s</p>" % text.encode() for text in SENTENCES) + b"</article></body></html>"
)
SEEDS: dict[str, list[bytes]] = {
    ".txt": [
        _TEXT,
        _TEXT.decode().encode("utf-16"),
        "Größe, Öl und Fähre".encode("cp1252"),
        SENTENCES[10].encode("gb18030"),
    ],
    ".html": [_PAGE],
    ".jsonl": [_ROWS],
    ".json": [_ARRAY, b'{"articles": ' + _ARRAY + b"}", _ROWS],
    ".csv": [_CSV, _CSV.replace(b",", b";")],
    ".tsv": [_CSV.replace(b",", b"\t")],
    ".parquet": [_parquet()],
    ".jsonl.gz": [gzip.compress(_ROWS)],
    ".txt.zst": [pa.compress(_TEXT, "zstd", asbytes=True)],
    ".zip": [_zip({"a/b.txt": _TEXT, "c.jsonl": _ROWS, "d.zip": _zip({"e.html": _PAGE})})],
    ".tar": [_tar({"a/b.txt": _TEXT, "c.csv": _CSV})],
    ".tar.gz": [gzip.compress(_tar({"a/b.txt": _TEXT}))],
    ".txt.meta.json": [b'{"url": "https://example.org/a", "author": "A; B"}'],
}
TROUBLE = [
    b"\0",
    b"\xff",
    b"\xc3",
    b'"',
    b"\\",
    b"\\ud800",
    b"[",
    b"{",
    b"]",
    b"}",
    b",",
    b"\n",
    b"\r",
    b"<",
    b"<!--",
    b"&#0;",
]
TROUBLE += [
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"NaN",
    b"1e999",
    b"9" * 400,
    b"null",
    b"</",
    b"<div>" * 300,
    b"[" * 300,
    b"\x1b$B",
    b"../",
]

Change = tuple[int, int, bytes]


def _changed(seed: bytes, changes: list[Change]) -> bytes:
    data = bytearray(seed)
    for at, length, put in changes:
        start = at % (len(data) + 1)
        data[start : start + length] = put
    return bytes(data)


def files(suffix: str | None = None) -> st.SearchStrategy[tuple[str, bytes]]:
    """(suffix, bytes): decent files with a few changes, or bytes of any kind; of one suffix or of all."""
    put = st.one_of(st.just(b""), st.sampled_from(TROUBLE), st.binary(max_size=6))
    changes = st.lists(st.tuples(st.integers(0, 5_000), st.sampled_from([0, 0, 1, 4, 60, 3_000]), put), max_size=6)

    def of_suffix(suffix: str) -> st.SearchStrategy[tuple[str, bytes]]:
        changed = st.builds(_changed, st.sampled_from(SEEDS[suffix]), changes)
        return st.tuples(st.just(suffix), st.one_of(changed, changed, changed, st.binary(max_size=300)))

    return of_suffix(suffix) if suffix else st.sampled_from(sorted(SEEDS)).flatmap(of_suffix)
