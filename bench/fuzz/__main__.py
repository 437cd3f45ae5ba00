"""Throw made-up inputs at the parts that read the outside world, and check what they promise.

    python -m bench.fuzz                                  50,000 inputs for each target
    python -m bench.fuzz strip dates --inputs 5000 --seed 2

Targets: ingest (files), html (pages), language, strip, dates, figures (texts). A finding is an exception, a broken
promise or an input that takes longer than a second; each is printed once a place, with the shortest input that shows
it. Exit code 1 where there is one.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bench.fuzz.inputs import SENTENCES, files, texts
from tasks.ingest import extract_batch, read_records
from tasks.language import detect_language
from tasks.normalise import find_dates, find_figures
from tasks.strip import strip_text

SLOW = 1.0  # CPU seconds
AT_ONCE = 2_000  # inputs


def check(claim: bool, promise: str) -> None:
    """Raises where a promise is broken."""
    if not claim:
        raise AssertionError(promise)


def try_ingest(file: tuple[str, bytes]) -> None:
    """A file beside a decent one: both become records, with a text or a reason."""
    suffix, data = file
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / f"a{suffix}").write_bytes(data)
        (Path(name) / "b.txt").write_text(SENTENCES[0])
        records = read_records(Path(name)).to_pylist()
    check(records[-1]["content"] == SENTENCES[0], "the neighbour is read")
    check(len({row["document_id"] for row in records}) == len(records), "ids are unique")
    mine = records[:-1]
    check(bool(mine) or suffix.endswith(".meta.json"), "every file becomes a record")
    for row in mine:
        check((row["content"] is None) == (row["reason"] is not None), "a record has a text or a reason")
        check(not (row["detail"] or "").startswith("unexpected"), f"errors are foreseen: {row['detail']}")
    places = [(row["source_path"], -1 if row["source_row"] is None else row["source_row"]) for row in records]
    check(places == sorted(places), "records are sorted")
    if suffix == ".txt" and mine[0]["content"] is not None:
        decoded = data.decode(mine[0]["encoding"]).replace("\0", "\ufffd")
        check(decoded == mine[0]["content"], "the encoding gives the text again")


def try_html(file: tuple[str, bytes]) -> None:
    """A page: a text or a reason."""
    content = file[1].decode("utf-8", "replace")
    table = pa.table({"media": ["html"], "content": [content], "url": pa.array([None], pa.string())})
    row = extract_batch(table).to_pylist()[0]
    check(bool(row["raw_text"]) or bool(row["reason"]), "a page has a text or a reason")


def try_language(text: str) -> None:
    """A code and a score."""
    code, score = detect_language(text)
    check(2 <= len(code) <= 3 and 0 <= score <= 1, f"code and score: {code}, {score}")


def try_strip(text: str) -> None:
    """Raw text without its removals, with their replacements, is the text."""
    stripped = strip_text(text)
    parts, at = [], 0
    for removal in stripped.removals:
        check(at <= removal.start <= removal.end <= len(text), "removals are sorted and do not overlap")
        check(text[removal.start : removal.end] == removal.text, "removals quote the raw text")
        check(removal.start < removal.end or bool(removal.replacement), "zero width only with a replacement")
        parts += [text[at : removal.start], removal.replacement or ""]
        at = removal.end
    check("".join([*parts, text[at:]]) == stripped.text, "removals rebuild the text")


def _try_mentions(find: Callable[[str], Any]) -> Callable[[str], None]:
    def attempt(text: str) -> None:
        end = 0
        for mention in find(text):
            check(text[mention.start : mention.end] == mention.surface, "a mention quotes the text")
            check(mention.start >= end and mention.end > mention.start, "mentions are sorted and do not overlap")
            end = mention.end

    return attempt


TARGETS: dict[str, tuple[Callable[[Any], None], st.SearchStrategy[Any]]] = {
    "ingest": (try_ingest, files()),
    "html": (try_html, files(".html")),
    "language": (try_language, texts()),
    "strip": (try_strip, texts()),
    "dates": (_try_mentions(find_dates), texts()),
    "figures": (_try_mentions(find_figures), texts()),
}


class Findings:
    """What was found, once a place, with the shortest input that shows it."""

    def __init__(self) -> None:
        self.inputs = 0
        self.slowest = 0.0
        self.found: dict[str, str] = {}

    def note(self, what: str, value: Any) -> None:
        """Keep a finding."""
        shown = repr(value)
        if what not in self.found or len(shown) < len(self.found[what]):
            self.found[what] = shown

    def attempt(self, function: Callable[[Any], None], value: Any) -> None:
        """Call a target with one input."""
        self.inputs += 1
        start = time.process_time()
        try:
            function(value)
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            self.note(f"{type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno})"[:200], value)
        seconds = time.process_time() - start
        self.slowest = max(self.slowest, seconds)
        if seconds > SLOW:
            self.note("slower than a second", value)


def fuzz(name: str, inputs: int, start: int) -> Findings:
    """Throw so many inputs at one target."""
    findings = Findings()
    turn = 0
    while findings.inputs < inputs:  # in turns: hypothesis remembers what it tried, and slows down over long runs
        _some(name, min(AT_ONCE, inputs - findings.inputs), start * 1_000 + turn, findings)
        turn += 1
    return findings


def forms(value: Any) -> list[Any]:
    """A text in several forms, each an input: making one up takes longer than trying it. A file as it is."""
    if not isinstance(value, str):
        return [value]
    half = len(value) // 2
    return [value, value[half:], value[:half], value.upper(), value.replace(" ", ""), f"{value}\n{value}"]


def _some(name: str, inputs: int, start: int, findings: Findings) -> None:
    function, strategy = TARGETS[name]
    function_settings = settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @seed(start)
    @function_settings
    @given(strategy)
    def run(value: Any) -> None:
        for form in forms(value):
            findings.attempt(function, form)

    run()


def main() -> int:
    """Print what each target showed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=[])
    parser.add_argument("--inputs", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    logging.getLogger("tasks").setLevel(logging.CRITICAL)  # what it would log is a finding here
    results = {}
    for name in args.targets or TARGETS:
        findings = fuzz(name, args.inputs, args.seed)
        results[name] = {"inputs": findings.inputs, "slowest": round(findings.slowest, 3), "found": findings.found}
        if not args.json:
            print(
                f"{name}: {findings.inputs:,} inputs, slowest {findings.slowest:.3f} s, {len(findings.found)} findings"
            )
            for what, value in findings.found.items():
                print(f"    {what}\n        {value[:600]}")
            sys.stdout.flush()
    if args.json:
        print(json.dumps(results, ensure_ascii=False))
    return int(any(result["found"] for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())
