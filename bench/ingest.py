"""How fast raw files become records, and HTML becomes text: MB, files and pages a CPU second on one core.

    python -m bench.ingest [--json] [--megabytes 60] [--files 10000] [--pages 60]
    python -m bench.ingest --memory 2000       peak memory while reading a .jsonl of so many MB, made for it

The texts are made up from a small vocabulary, with a fixed seed; compression and character widths are those of prose,
not of news. Floors of the project: jsonl and WARC 30 MB/s, RSS 20 MB/s, txt 10,000 files/s, parquet 100 MB/s, HTML 20
pages/s, memory 600 MB.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks import ingest

FLOORS = {
    "warc_mb_per_s": 30,
    "rss_mb_per_s": 20,
    "jsonl_mb_per_s": 30,
    "txt_files_per_s": 10_000,
    "parquet_mb_per_s": 100,
    "html_pages_per_s": 20,
}
VOCABULARY = """the a of to in and on for with that was said from by at after before while river harbour council budget
school bridge market engineer farmer winter reported agreed rejected measured opened closed seven twelve hundred percent
million Monday Thursday March Novaport Estmark “quoted” naïve café"""
WORDS = VOCABULARY.split()


def prose(rng: random.Random, words: int = 675) -> str:
    """About 3,900 characters in paragraphs, as news articles have."""
    picked = rng.choices(WORDS, k=words)
    sentences = (" ".join(picked[i : i + 15]).capitalize() + "." for i in range(0, words, 15))
    return "\n\n".join(" ".join(next(sentences) for _ in range(5)) for _ in range(words // 75))


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Rows as an exporter writes them."""
    rng = random.Random(1)
    for n in range(count):
        yield {
            "id": n,
            "url": f"https://example.org/news/{n}",
            "title": prose(rng, 75)[:60],
            "date": "2021-03-04T05:06:07Z",
            "author": ["Mara Olsen"],
            "text": prose(rng),
        }


def page(rng: random.Random) -> str:
    """A page of the usual kind: navigation, an article, links around it."""
    links = "".join(f'<li><a href="/{i}">{prose(rng, 75)[:40]}</a></li>' for i in range(60))
    body = "".join(f"<p>{paragraph}</p>" for paragraph in prose(rng, 600).split("\n\n"))
    return (
        "<!doctype html><html><head><meta charset=utf-8><title>Bridge opens - Daily</title>"
        '<meta property="article:published_time" content="2021-03-04T05:06:07Z"></head><body>'
        f"<nav><ul>{links}</ul></nav><article><h1>Bridge opens</h1>{body}</article><aside><ul>{links}</ul></aside>"
        "<footer><p>All rights reserved.</p></footer></body></html>"
    )


def feed_item(row: dict[str, Any]) -> str:
    """An entry of a feed with its full text."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in row["text"].split("\n\n"))
    return (
        f"<item><title>{row['title']}</title><link>{row['url']}</link><guid>{row['url']}</guid>"
        f"<pubDate>Thu, 04 Mar 2021 05:06:07 GMT</pubDate><description><![CDATA[{text}]]></description></item>"
    )


def warc_record(number: int, markup: str) -> bytes:
    """A response record of a page."""
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + markup.encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/{number}\r\n"
        f"WARC-Date: 2021-03-04T05:06:07Z\r\nWARC-Record-ID: <urn:uuid:{number:032x}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def make(folder: Path, kind: str, megabytes: int, files: int) -> None:
    """Raw files of one kind; about 4,000 bytes a document."""
    count = megabytes * 250
    if kind == "txt":
        rng = random.Random(2)
        for n in range(files):
            place = folder / f"{n % 100:02}"
            place.mkdir(exist_ok=True)
            (place / f"{n:06}.txt").write_text(prose(rng), encoding="utf-8")
    elif kind in ("jsonl", "jsonl.gz"):
        with (gzip.open if kind.endswith(".gz") else open)(folder / f"a.{kind}", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows(count))
    elif kind == "json":
        (folder / "a.json").write_text(json.dumps(list(rows(count)), ensure_ascii=False), encoding="utf-8")
    elif kind == "csv":
        with (folder / "a.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, ["id", "url", "title", "date", "author", "text"])
            writer.writeheader()
            writer.writerows(rows(count))
    elif kind == "rss":
        with (folder / "a.rss").open("w", encoding="utf-8") as out:
            out.write('<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Harbour Press</title>')
            out.writelines(map(feed_item, rows(count)))
            out.write("</channel></rss>")
    elif kind == "warc":
        rng = random.Random(4)
        pages = [page(rng) for _ in range(100)]
        with (folder / "a.warc").open("wb") as out:
            for n in range(megabytes * 1_000_000 // len(pages[0])):
                out.write(warc_record(n, pages[n % 100]))
    else:
        pq.write_table(pa.Table.from_pylist(list(rows(count))), folder / "a.parquet", row_group_size=10_000)


def cpu_seconds(work: Callable[[], Any], repeats: int = 2) -> tuple[Any, float]:
    """The result, and the least CPU seconds of some calls."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    return result, best


def read_all(folder: Path) -> tuple[int, int]:
    """(documents, characters) under a folder."""
    documents = characters = 0
    for batch in ingest.read_batches(folder):
        documents += batch.num_rows
        characters += batch["content"].nbytes
    return documents, characters


def measure(megabytes: int, files: int, pages: int) -> dict[str, float]:
    """All speeds; MB are millions of bytes of text read, so that formats can be compared."""
    figures: dict[str, float] = {}
    for kind in ("jsonl", "jsonl.gz", "json", "csv", "parquet", "rss", "warc", "txt"):
        with tempfile.TemporaryDirectory() as name:
            make(Path(name), kind, megabytes, files)
            (documents, size), seconds = cpu_seconds(lambda name=name: read_all(Path(name)))
        if kind == "txt":
            figures["txt_files_per_s"] = documents / seconds
        figures[f"{kind}_mb_per_s"] = size / 1e6 / seconds
    rng = random.Random(3)
    table = pa.table(
        {
            "media": ["html"] * pages,
            "content": [page(rng) for _ in range(pages)],
            "url": pa.array([None] * pages, pa.string()),
        }
    )
    _, seconds = cpu_seconds(lambda: ingest.extract_batch(table))
    return figures | {"html_pages_per_s": pages / seconds}


def peak_memory(megabytes: int) -> dict[str, float]:
    """Resident memory after reading a .jsonl of so many MB, in MB, and its rise over what it was before."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.jsonl"
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows(2_000)]
        with path.open("w", encoding="utf-8") as out:
            while out.tell() < megabytes * 1_000_000:
                out.writelines(lines)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        (documents, _), seconds = cpu_seconds(lambda: read_all(Path(name)), repeats=1)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"documents": documents, "seconds": seconds, "peak_mb": after, "rise_mb": after - before}


def main() -> int:
    """Print one line a figure, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--megabytes", type=int, default=60)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--memory", type=int, metavar="MB")
    args = parser.parse_args()
    figures = peak_memory(args.memory) if args.memory else measure(args.megabytes, args.files, args.pages)
    if args.json:
        print(json.dumps({name: round(value, 1) for name, value in figures.items()}))
        return 0
    for name, value in figures.items():
        floor = FLOORS.get(name)
        note = "" if floor is None else f"   floor {floor:,}" + ("" if value >= floor else "  NOT REACHED")
        print(f"{name:20} {value:12,.1f}{note}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
