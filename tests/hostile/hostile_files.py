"""Hostile input, one function a kind: each writes what may land in raw/ and says what must become of it.

A kind returns {path or (path, row): reason}, where the reason None stands for a document that is read. What the
function does not name must not come out. Every text is made up; `good(n)` are its decent neighbours.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import socket
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Wanted = dict[str | tuple[str, int], str | None]
KINDS: dict[str, Callable[[Path], Wanted]] = {}

PLACES = ("mill", "quay", "tower", "orchard", "tunnel", "market", "bakery", "chapel", "depot", "library")


def good(n: int = 0) -> str:
    """A decent article of some sixty words; another one for each number."""
    place = PLACES[n % 10]
    return (
        f"The old {place} opens again\n\n"
        f"The old {place} near gate {n + 2} will open again on Monday, the town clerk said, after a winter of repairs. "
        f"Workers found a sealed room behind the {place} with {n + 31} crates of apples, all of them empty.\n\n"
        f"Visitors to the {place} pay nothing until the end of the month. Then a ticket will cost {n + 3} crowns, "
        "and children stay free, as the council had promised them in writing.\n"
    )


def kind(make: Callable[[Path], Wanted]) -> Callable[[Path], Wanted]:
    """Registers a kind under its function's name."""
    KINDS[make.__name__] = make
    return make


def _lines(path: Path, *lines: str | bytes) -> None:
    path.write_bytes(b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines))


def _row(n: int = 0, **more: object) -> str:
    return json.dumps({"text": good(n), **more})


# ------------------------------------------------------------------ bytes and characters


@kind
def lone_surrogate_in_json(folder: Path) -> Wanted:
    _lines(
        folder / "a.jsonl",
        _row(0),
        '{"text": "' + good(1).replace("\n", "\\n") + ' \\ud83d", "title": "\\udc00"}',
        _row(2),
    )
    return {("a.jsonl", 0): None, ("a.jsonl", 1): None, ("a.jsonl", 2): None}


@kind
def invalid_utf8(folder: Path) -> Wanted:
    (folder / "a.txt").write_bytes(("Käse, Brötchen, Öl – " * 9 + good()).encode() + b"\xff\xc3 and \xc3( more")
    return {"a.txt": "undecodable"}


@kind
def invalid_utf8_in_one_row(folder: Path) -> Wanted:
    _lines(folder / "a.jsonl", _row(0), b'{"text": "' + "größer über ".encode() * 40 + b'\xc3("}', _row(2))
    return {("a.jsonl", 0): None, ("a.jsonl", 1): "undecodable", ("a.jsonl", 2): None}


@kind
def utf16_with_mark(folder: Path) -> Wanted:
    (folder / "a.txt").write_bytes(good().encode("utf-16"))
    return {"a.txt": None}


@kind
def utf16_without_mark(folder: Path) -> Wanted:
    (folder / "a.txt").write_bytes(good().encode("utf-16-le"))
    (folder / "b.txt").write_bytes(good(1).encode("utf-16-be"))
    return {"a.txt": None, "b.txt": None}


@kind
def utf32(folder: Path) -> Wanted:
    (folder / "a.txt").write_bytes(good().encode("utf-32"))
    (folder / "b.txt").write_bytes(good(1).encode("utf-32-be"))
    return {"a.txt": None, "b.txt": None}


@kind
def utf16_rows(folder: Path) -> Wanted:
    (folder / "a.jsonl").write_bytes(f"{_row(0)}\n{_row(1)}\n".encode("utf-16"))
    (folder / "b.csv").write_bytes("title,text\nOne,{}\n".format('"' + good(2) + '"').encode("utf-16"))
    return {("a.jsonl", 0): None, ("a.jsonl", 1): None, ("b.csv", 0): None}


@kind
def truncated_utf16(folder: Path) -> Wanted:
    (folder / "a.txt").write_bytes(good().encode("utf-16")[:-1])
    return {"a.txt": "undecodable"}


@kind
def nul_bytes(folder: Path) -> Wanted:
    (folder / "a.txt").write_text(good().replace("apples", "app\0les"))
    return {"a.txt": None}


@kind
def pictures_and_noise(folder: Path) -> Wanted:
    (folder / "a.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    (folder / "b.html").write_bytes(random.Random(1).randbytes(9_000))
    (folder / "c.jsonl").write_bytes(random.Random(2).randbytes(9_000))
    (folder / "d.csv").write_bytes(random.Random(3).randbytes(9_000))
    return {"a.txt": "binary", "b.html": "binary", "c.jsonl": "binary", "d.csv": "binary"}


@kind
def unknown_suffixes(folder: Path) -> Wanted:
    (folder / "a.pdf").write_bytes(b"%PDF-1.7 and so on")
    (folder / "b.docx").write_bytes(b"PK\x03\x04 and so on")
    (folder / "c").write_text(good())
    (folder / "d.md").write_text(good())
    return {"a.pdf": "binary", "b.docx": "binary", "c": "malformed", "d.md": "malformed"}


@kind
def nothing_in_it(folder: Path) -> Wanted:
    for name in ("a.txt", "b.html", "c.jsonl", "d.json", "e.csv"):
        (folder / name).write_bytes(b"")
    (folder / "f.json").write_text("[]")
    (folder / "g.csv").write_text("title,text\n")
    return dict.fromkeys(("a.txt", "b.html", "c.jsonl", "d.json", "e.csv", "f.json", "g.csv"), "empty")


@kind
def archives_with_nothing_to_read(folder: Path) -> Wanted:
    (folder / "a.tar").write_bytes(b"\0" * 10_240)
    with zipfile.ZipFile(folder / "b.zip", "w"):
        pass
    with zipfile.ZipFile(folder / "c.zip", "w") as out:
        out.writestr("folder/", "")
        out.writestr("__MACOSX/._a.txt", "x")
        out.writestr("README.txt", "x")
    return {"a.tar": "empty", "b.zip": "empty", "c.zip": "empty"}


@kind
def only_blanks(folder: Path) -> Wanted:
    (folder / "a.txt").write_text(" \n\t\u3000\u00a0\n")
    (folder / "b.jsonl").write_text("\n  \n\n")
    (folder / "c.html").write_text("<html><body>  <p> </p></body></html>")
    return {"a.txt": "empty", "b.jsonl": "empty", "c.html": "empty"}


@kind
def only_a_byte_order_mark(folder: Path) -> Wanted:
    (folder / "a.txt").write_bytes(b"\xef\xbb\xbf")
    (folder / "b.txt").write_bytes(b"\xff\xfe")
    (folder / "c.jsonl").write_bytes(b"\xef\xbb\xbf")
    return {"a.txt": "empty", "b.txt": "empty", "c.jsonl": "empty"}


@kind
def sixty_thousand_blanks(folder: Path) -> Wanted:
    (folder / "a.txt").write_text(
        good() + " " * 60_000 + "a\n" + "\t" * 60_000 + ".\n" + "- " * 30_000 + "\n" + good(1)
    )
    return {"a.txt": None}


# ------------------------------------------------------------------ too much


@kind
def line_of_64_mb(folder: Path) -> Wanted:
    with (folder / "a.jsonl").open("w") as out:
        out.write(_row(0) + '\n{"text": "' + "word " * (64 << 20 >> 2) + '"}\n' + _row(2) + "\n")
    return {("a.jsonl", 0): None, ("a.jsonl", 1): "too_large", ("a.jsonl", 2): None}


@kind
def text_of_12_mb(folder: Path) -> Wanted:
    (folder / "a.txt").write_text("word " * 2_400_000)
    _lines(folder / "b.jsonl", json.dumps({"text": "word " * 2_400_000}), _row(1))
    return {"a.txt": "too_large", ("b.jsonl", 0): "too_large", ("b.jsonl", 1): None}


@kind
def gzip_bomb(folder: Path) -> Wanted:
    with gzip.open(folder / "a.jsonl.gz", "wb", compresslevel=9) as out:
        for _ in range(200):
            out.write(b"\n" * (1 << 20))
    return {"a.jsonl.gz": "too_large"}


@kind
def zstd_bomb(folder: Path) -> Wanted:
    with pa.CompressedOutputStream(str(folder / "a.txt.zst"), "zstd") as out:
        for _ in range(200):
            out.write(b"a" * (1 << 20))
    with pa.CompressedOutputStream(str(folder / "b.jsonl.zst"), "zstd") as out:
        for _ in range(200):
            out.write(b"\n" * (1 << 20))
    return {"a.txt.zst": "too_large", "b.jsonl.zst": "too_large"}


@kind
def zip_bomb(folder: Path) -> Wanted:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        out.writestr("bomb.jsonl", b"\n" * (200 << 20))
        out.writestr("good.txt", good(1))
    return {"a.zip/bomb.jsonl": "too_large", "a.zip/good.txt": None}


@kind
def archives_in_archives(folder: Path) -> Wanted:
    inner = good(3).encode()
    name = "deep.txt"
    for _ in range(4):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as out:
            out.writestr(name, inner)
        inner, name = buffer.getvalue(), "in.zip"
    (folder / "a.zip").write_bytes(inner)
    with tarfile.open(folder / "b.tar", "w") as out:
        _add(out, "in.jsonl.gz", gzip.compress(_row(4).encode()))
    return {"a.zip/in.zip/in.zip": "too_large", ("b.tar/in.jsonl.gz", 0): None}


@kind
def deep_json(folder: Path) -> Wanted:
    deep = "[" * 100_000 + "]" * 100_000
    _lines(folder / "a.jsonl", _row(0), '{"text": "x", "more": ' + deep + "}", '{"a":' * 5_000, _row(2))
    (folder / "b.json").write_text(deep)
    return {
        ("a.jsonl", 0): None,
        ("a.jsonl", 1): "malformed",
        ("a.jsonl", 2): "malformed",
        ("a.jsonl", 3): None,
        ("b.json", 0): "malformed",
    }


# ------------------------------------------------------------------ JSON


@kind
def integer_of_5000_digits(folder: Path) -> Wanted:
    _lines(folder / "a.jsonl", '{"id": ' + "7" * 5_000 + ', "text": ' + json.dumps(good()) + "}")
    return {("a.jsonl", 0): None}


@kind
def nan_and_infinity(folder: Path) -> Wanted:
    text = json.dumps(good())
    _lines(folder / "a.jsonl", f'{{"date": NaN, "id": Infinity, "text": {text}}}', '{"text": NaN}')
    return {("a.jsonl", 0): None, ("a.jsonl", 1): "empty"}


@kind
def duplicate_keys(folder: Path) -> Wanted:
    _lines(folder / "a.jsonl", f'{{"text": "first", "text": {json.dumps(good())}}}')
    return {("a.jsonl", 0): None}


@kind
def rows_that_are_no_objects(folder: Path) -> Wanted:
    _lines(
        folder / "a.jsonl", "[1, 2]", "17", "null", '"text"', "{", _row(5), '{"text": ["a", "b"]}', '{"headline": "x"}'
    )
    wanted: Wanted = {("a.jsonl", row): "malformed" for row in range(8)}
    return wanted | {("a.jsonl", 5): None}


@kind
def json_that_breaks_off(folder: Path) -> Wanted:
    (folder / "a.json").write_text(f"[{_row(0)}, {_row(1)}, " + '{"text": "and th')
    (folder / "b.json").write_text(f"[{_row(2)}, {{bad}}, {_row(3)}] trailing")
    return {
        ("a.json", 0): None,
        ("a.json", 1): None,
        ("a.json", 2): "malformed",
        ("a.json", 3): "malformed",
        ("b.json", 0): None,
        ("b.json", 1): "malformed",
        ("b.json", 2): None,
        ("b.json", 3): "malformed",
    }


@kind
def formulas_and_scripts(folder: Path) -> Wanted:
    _lines(folder / "a.jsonl", _row(0, title="=cmd|' /C calc'!A0"), _row(1, title="<script>alert(1)</script>"))
    (folder / "b.html").write_text(
        f"<html><title><script>alert(1)</script></title><body><article><p>{good(2)}</article>"
    )
    return {("a.jsonl", 0): None, ("a.jsonl", 1): None, "b.html": None}


# ------------------------------------------------------------------ CSV and Parquet


@kind
def csv_with_quotes_and_newlines(folder: Path) -> Wanted:
    quoted = '"' + good(1).replace("sealed", '""sealed""') + '"'
    (folder / "a.csv").write_text(f'title,text\r\n"One, two",{quoted}\r\nThree,"{good(2)}"\r\n')
    return {("a.csv", 0): None, ("a.csv", 1): None}


@kind
def csv_with_a_field_of_10_mb(folder: Path) -> Wanted:
    (folder / "a.csv").write_text(f'title,text\nOne,"{good(1)}"\nTwo,"{"word " * 2_000_000}"\nThree,"{good(2)}"\n')
    return {("a.csv", 0): None, ("a.csv", 1): "too_large", ("a.csv", 2): None}


@kind
def csv_without_header(folder: Path) -> Wanted:
    (folder / "a.csv").write_text(f'1,"{good(1)}"\n2,"{good(2)}"\n')
    return {"a.csv": "malformed"}


@kind
def csv_with_another_delimiter(folder: Path) -> Wanted:
    (folder / "a.csv").write_text(f'title;text\nOne;"{good(1)}"\n')
    (folder / "b.tsv").write_text("headline\tbody\nOne\t" + good(2).replace("\n", " ") + "\n")
    (folder / "c.csv").write_text("headline\tbody\nOne\t" + good(3).replace("\n", " ") + "\n")
    return {("a.csv", 0): None, ("b.tsv", 0): None, ("c.csv", 0): None}


@kind
def csv_with_a_quotation_mark_never_closed(folder: Path) -> Wanted:
    plain = [good(n).replace("\n", " ").replace(",", "") for n in range(4)]
    (folder / "a.csv").write_text(f'text,n\n{plain[0]},1\n"{plain[1]},2\n{plain[2]},3\n{plain[3]},4\n')
    return {("a.csv", 0): None, ("a.csv", 1): "malformed", ("a.csv", 2): None, ("a.csv", 3): None}


@kind
def csv_with_too_many_cells(folder: Path) -> Wanted:
    (folder / "a.csv").write_text(f'id,text\n1,"{good(1)}"\n2,an unquoted, comma\n3,"{good(2)}"\n4\n')
    return {("a.csv", 0): None, ("a.csv", 1): "malformed", ("a.csv", 2): None, ("a.csv", 3): "empty"}


@kind
def csv_in_another_encoding(folder: Path) -> Wanted:
    (folder / "a.csv").write_bytes(
        ("text\n" + "Die Fähre fährt über den Fluß und größer wird sie auch. " * 9).encode("cp1252")
    )
    utf8 = f'text,n\n"{good(1)} über größer {"é" * 30}",1\n'.encode()
    (folder / "b.csv").write_bytes(utf8 + b"x" * (1 << 17) + b",2\nand \xc3( broken,3\n")
    return {("a.csv", 0): None, ("b.csv", 0): None, ("b.csv", 1): None, ("b.csv", 2): "undecodable"}


@kind
def parquet_that_is_none(folder: Path) -> Wanted:
    (folder / "a.parquet").write_text(good())
    table = pa.table({"text": [good(n) for n in range(50)]})
    pq.write_table(table, folder / "b.parquet")
    whole = (folder / "b.parquet").read_bytes()
    (folder / "b.parquet").write_bytes(whole[: len(whole) // 2])
    (folder / "c.parquet").write_bytes(b"")
    return {"a.parquet": "malformed", "b.parquet": "malformed", "c.parquet": "empty"}


@kind
def parquet_with_other_types(folder: Path) -> Wanted:
    pq.write_table(pa.table({"text": [1, 2]}), folder / "a.parquet")
    pq.write_table(pa.table({"text": [good(1).encode(), b"\xff\xfe\xfd"]}), folder / "b.parquet")
    pq.write_table(pa.table({"body": pa.array([good(2)]).dictionary_encode(), "date": [17.5]}), folder / "c.parquet")
    pq.write_table(pa.table({"words": [good(3)]}), folder / "d.parquet")
    return {
        ("a.parquet", 0): "malformed",
        ("a.parquet", 1): "malformed",
        ("b.parquet", 0): None,
        ("b.parquet", 1): "undecodable",
        ("c.parquet", 0): None,
        "d.parquet": "malformed",
    }


@kind
def parquet_with_bad_strings(folder: Path) -> Wanted:
    bad = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\4\0\0\0"), pa.py_buffer(b"a\xff\xfeb")])
    column = pa.chunked_array([pa.array([good(1)]), bad, pa.array([good(2), "word " * 2_000_000])])
    pq.write_table(pa.table({"text": column}), folder / "a.parquet")
    return {
        ("a.parquet", 0): None,
        ("a.parquet", 1): "undecodable",
        ("a.parquet", 2): None,
        ("a.parquet", 3): "too_large",
    }


# ------------------------------------------------------------------ compressed files and archives


@kind
def truncated_gzip(folder: Path) -> Wanted:
    rng = random.Random(4)
    lines = [_row(n, noise=rng.randbytes(3_000).hex()) for n in range(40)]
    whole = gzip.compress("\n".join(lines).encode())
    (folder / "a.jsonl.gz").write_bytes(whole[: len(whole) * 3 // 4])
    (folder / "b.txt.gz").write_bytes(gzip.compress(good().encode())[:-12])
    return {"a.jsonl.gz": "malformed", "b.txt.gz": "malformed"}


@kind
def truncated_zstd(folder: Path) -> Wanted:
    whole = pa.compress(good().encode(), "zstd", asbytes=True)
    (folder / "a.txt.zst").write_bytes(whole[:-9])
    return {"a.txt.zst": "malformed"}


@kind
def no_gzip_at_all(folder: Path) -> Wanted:
    for name in ("a.txt.gz", "b.txt.zst", "c.zip", "d.tar", "e.tar.gz"):
        (folder / name).write_text(good())
    return dict.fromkeys(("a.txt.gz", "b.txt.zst", "c.zip", "d.tar", "e.tar.gz"), "malformed")


def _add(archive: tarfile.TarFile, name: str, data: bytes, **more: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in more.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(data))


@kind
def tar_that_points_outside(folder: Path) -> Wanted:
    with tarfile.open(folder / "a.tar.gz", "w:gz") as out:
        _add(out, "../up.txt", good(1).encode())
        _add(out, "/etc/absolute.txt", good(2).encode())
        _add(out, "in/good.txt", good(3).encode())
        _add(out, "link.txt", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd")
        _add(out, "fifo.txt", b"", type=tarfile.FIFOTYPE)
    return {
        "a.tar.gz/../up.txt": "malformed",
        "a.tar.gz//etc/absolute.txt": "malformed",
        "a.tar.gz/in/good.txt": None,
        "a.tar.gz/link.txt": "unreadable",
        "a.tar.gz/fifo.txt": "unreadable",
    }


@kind
def truncated_archives(folder: Path) -> Wanted:
    with tarfile.open(folder / "a.tar", "w") as out:
        _add(out, "one.txt", good(1).encode())
        _add(out, "two.txt", b"word " * 9_000)
    whole = (folder / "a.tar").read_bytes()
    (folder / "a.tar").write_bytes(whole[:9_000])
    with zipfile.ZipFile(folder / "b.zip", "w") as out:
        out.writestr("one.txt", good(1))
    (folder / "b.zip").write_bytes((folder / "b.zip").read_bytes()[:-30])
    return {"a.tar": "malformed", "a.tar/one.txt": None, "a.tar/two.txt": "malformed", "b.zip": "malformed"}


@kind
def damaged_and_encrypted_zip_members(folder: Path) -> Wanted:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as out:
        out.writestr("bad.txt", good(1))
        out.writestr("good.txt", good(2))
        out.writestr("locked.txt", good(3))
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"sealed room")] ^= 0xFF  # the checksum of bad.txt does not fit any more
    flags = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 4) + 4) + 8
    raw[flags] |= 1  # the third entry of the directory claims encryption
    path.write_bytes(raw)
    return {"a.zip/bad.txt": "malformed", "a.zip/good.txt": None, "a.zip/locked.txt": "unreadable"}


@kind
def the_same_name_twice_in_an_archive(folder: Path) -> Wanted:
    with tarfile.open(folder / "a.tar", "w") as out:
        _add(out, "one.txt", good(1).encode())
        _add(out, "one.txt", good(2).encode())
    return {"a.tar/one.txt": None}


# ------------------------------------------------------------------ files and names


@kind
def folder_called_like_a_file(folder: Path) -> Wanted:
    (folder / "x.txt").mkdir()
    (folder / "x.txt" / "y.txt").write_text(good())
    return {"x.txt/y.txt": None}


@kind
def symbolic_links(folder: Path) -> Wanted:
    (folder / "a.txt").write_text(good())
    (folder / "b.txt").symlink_to(folder / "a.txt")
    (folder / "c.txt").symlink_to("/nowhere")
    (folder / "loop").symlink_to(folder)
    return {"a.txt": None, "b.txt": "unreadable", "c.txt": "unreadable", "loop": "unreadable"}


@kind
def pipes_and_sockets(folder: Path) -> Wanted:
    os.mkfifo(folder / "a.txt")
    here = Path.cwd()
    os.chdir(folder)  # a socket's path may have 107 bytes only
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("b.txt")
    finally:
        os.chdir(here)
    return {"a.txt": "unreadable", "b.txt": "unreadable"}


@kind
def names_of_any_bytes(folder: Path) -> Wanted:
    place = os.fsencode(folder)
    for n, name in enumerate(
        (b"\xff\xfe.txt", "größe 北京.txt".encode(), b"new\nline.txt", b"=1+1.txt", b"n" * 251 + b".txt")
    ):
        Path(os.fsdecode(place + b"/" + name)).write_text(good(n))
    return dict.fromkeys(("\\xff\\xfe.txt", "größe 北京.txt", "new\nline.txt", "=1+1.txt", "n" * 251 + ".txt"))


@kind
def hidden_files_and_readmes(folder: Path) -> Wanted:
    (folder / ".hidden").mkdir()
    for name in (".a.txt", ".hidden/b.txt", "README.md", "README", "c.txt.meta.json", "d.txt"):
        (folder / name).write_text(good())
    return {"d.txt": None}


@kind
def deep_folders(folder: Path) -> Wanted:
    path = folder
    for _ in range(150):
        path = path / "d"
    path.mkdir(parents=True)
    (path / "a.txt").write_text(good())
    return {"d/" * 150 + "a.txt": None}


@kind
def suffixes_in_capitals(folder: Path) -> Wanted:
    (folder / "a.TXT").write_text(good(1))
    (folder / "b.JSONL.GZ").write_bytes(gzip.compress(_row(2).encode()))
    return {"a.TXT": None, ("b.JSONL.GZ", 0): None}


@kind
def broken_sidecar(folder: Path) -> Wanted:
    (folder / "a.txt").write_text(good())
    (folder / "a.txt.meta.json").write_text('{"url": ')
    (folder / "b.txt").write_text(good(1))
    (folder / "b.txt.meta.json").symlink_to("/nowhere")
    (folder / "c.txt").write_text(good(2))
    (folder / "c.txt.meta.json").write_text('["no object"]')
    return {"a.txt": None, "b.txt": None, "c.txt": None}


@kind
def the_same_file_twice(folder: Path) -> Wanted:
    (folder / "a.txt").write_text(good(7))
    (folder / "b.txt").write_text(good(7))
    return {"a.txt": None, "b.txt": None}


# ------------------------------------------------------------------ HTML


def _page(inside: str, n: int = 0) -> str:
    paragraphs = "".join(f"<p>{part}</p>" for part in good(n).split("\n\n"))
    return f"<html><head><title>Old place</title></head><body>{inside}<article>{paragraphs}</article></body></html>"


@kind
def nested_200000_deep(folder: Path) -> Wanted:
    (folder / "a.html").write_text("<html><body>" + "<div>" * 200_000 + f"<p>{good()}</p>" + "</div>" * 200_000)
    (folder / "b.html").write_text(_page("<b>" * 100_000))
    return {"a.html": None, "b.html": None}


@kind
def entity_bomb(folder: Path) -> Wanted:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    (folder / "a.html").write_text(f"<!DOCTYPE html [{entities}]>" + _page("<p>&e11;</p>"))
    return {"a.html": None}


@kind
def ten_thousand_links(folder: Path) -> Wanted:
    (folder / "a.html").write_text(_page("<p>" + '<a href="/x">word </a> and ' * 10_000 + "</p>"))
    (folder / "b.html").write_text(_page("<p>" + "<span>word </span>" * 50_000 + "</p>", 1))
    return {"a.html": None, "b.html": None}


@kind
def wrong_and_odd_charsets(folder: Path) -> Wanted:
    head = '<html><head><meta charset="{}"></head><body><article><p>{}</p></article></body></html>'
    text = good(1).replace("winter", "Wörterbücherwinter – größer")
    (folder / "a.html").write_bytes(head.format("iso-8859-1", text).encode())  # is UTF-8
    (folder / "b.html").write_bytes(head.format("utf-8", text).encode("cp1252"))
    (folder / "c.html").write_bytes(head.format("rot13", text).encode())
    (folder / "d.html").write_bytes(head.format("no-such-thing", text).encode())
    return dict.fromkeys(("a.html", "b.html", "c.html", "d.html"))


@kind
def pages_without_an_article(folder: Path) -> Wanted:
    (folder / "a.html").write_text("<html><head><script>" + "x=1;" * 9_000 + "</script></head><body></body></html>")
    (folder / "b.html").write_text("<html><title>404 Not Found</title><body><h1>404 Not Found</h1></body></html>")
    (folder / "c.html").write_text("<html><frameset><frame src=x></frameset></html>")
    return {"a.html": "empty", "b.html": "not_an_article", "c.html": "empty"}
