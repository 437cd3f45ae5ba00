"""The pipeline, top to bottom: raw files in, a published version out.

In     the folder of the raw files, the settings that decide the data
Out    the tables of the contract

`flows.lifecycle` puts a lock, gates and publishing around it; `flows.curate` makes each step a Prefect task.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.config import Rules
from flows.mapper import Mapper, Spool
from tasks import (
    anchors,
    assemble,
    dedupe,
    furniture,
    ingest,
    language,
    normalise,
    overrides,
    schema,
    strip,
    takedowns,
    triage,
)
from tasks.errors import ConfigError
from tasks.model import Stripped
from tasks.overrides import Overrides
from tasks.settings import build
from tasks.step import Step
from tasks.tables import beside, joined
from tasks.takedowns import Takedown

logger = logging.getLogger(__name__)
NO_OVERRIDES = Overrides({})

# All steps of a run that publishes, in order; without overrides and takedowns there are two fewer.
ORDER = (
    *("look", "ingest", "extract", "lines", "furniture", "strip", "override", "language", "scan", "triage", "taken"),
    *("days", "pair", "cluster", "anchors", "canonical", "relate", "stories", "resolve", "assemble"),
    *("gates", "stage", "compare", "report", "publish"),
)

Watch = Callable[[str, int, int], None]  # (step, documents done, documents in all); (step, 0, 0) when it starts
Run = Callable[..., Any]  # (name, function, *args, **kwargs) -> what the function returns


def call(_name: str, step: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a step plainly, without Prefect."""
    return step(*args, **kwargs)


def no_watch(_step: str, _done: int, _total: int) -> None:
    """The default: tells nobody."""


# ------------------------------------------------------------------ the per-document steps


def document_steps(rules: Rules) -> dict[str, Step]:
    """The steps that look at one document at a time, by name."""
    short = {"min_words": rules.min_words, "min_characters": rules.min_characters}
    steps = (
        Step("extract", ingest.extract_batch, ("media", "content", "url"), schema.EXTRACTED),
        Step("lines", furniture.hash_lines_batch, ("raw_text",), schema.LINES),
        Step(
            "strip",
            strip.strip_batch,
            strip.INPUTS,
            schema.STRIPPED,
            short,
        ),
        Step("language", language.detect_batch, ("text",), schema.LANGUAGES),
        Step("scan", normalise.scan_batch, ("text", "language"), schema.SCANNED),
        Step(
            "resolve",
            normalise.resolve_batch,
            ("text", "language", "scanned_dates", "figures", "published_date", "published_precision", "site"),
            schema.RESOLVED,
            derived=("scanned_dates", "figures"),  # made of text and language by scan, in the same package
        ),
    )
    return {step.name: replace(step, own=rules.extra) for step in steps}


# ------------------------------------------------------------------ the way of the data


@dataclass(frozen=True)
class Pipeline:
    """What `build_tables` needs to carry its steps out: how to call one, how to map one over documents."""

    call: Run
    mapper: Mapper
    watch: Watch
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)  # for people: what was found odd on the way

    def step(self, name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Carry out one step, and note how long it took."""
        self.watch(name, 0, 0)
        start = time.perf_counter()
        result = self.call(name, function, *args, **kwargs)
        self.seconds[name] = round(time.perf_counter() - start, 3)
        event = {"step": name, "event": "step done", "rows": _rows(result), "seconds": self.seconds[name]}
        logger.info("%s: %s%.1f s", name, _count(result), self.seconds[name], extra=event)
        return result

    def map(self, step: Step, documents: pa.Table) -> pa.Table:
        """Carry out a per-document step."""
        return self.step(step.name, self.mapper, step, documents, partial(self.watch, step.name))


def _rows(result: Any) -> list[int]:
    """How many rows each table has that a step made."""
    tables = result.values() if isinstance(result, dict) else result if isinstance(result, tuple) else (result,)
    return [len(table) for table in tables if isinstance(table, pa.Table)]


def _count(result: Any) -> str:
    """The same in words; empty where it made no tables."""
    counts = " + ".join(f"{rows:,}" for rows in _rows(result))
    return f"{counts} rows, " if counts else ""


def build_tables(
    raw: ingest.Raw,
    rules: Rules,
    pipeline: Pipeline,
    taken_down: Sequence[Takedown] = (),
    decided: Overrides = NO_OVERRIDES,
) -> dict[str, pa.Table]:
    """From raw files to the tables of the contract."""
    steps = document_steps(rules)

    spool = pipeline.mapper.spool
    records = pipeline.step("ingest", read_records, raw, rules, spool, pipeline.warnings.append)
    pages = pipeline.map(steps["extract"], records)
    extracted = beside(records, pages, *(name for name in strip.INPUTS if name in pages.column_names))
    lines = pipeline.map(steps["lines"], pages)
    repeats = pipeline.step("furniture", furniture.find_repeats, beside(extracted, lines, *schema.LINES.names))
    stripped = pipeline.map(steps["strip"], joined(extracted, repeats, "repeated_lines"))
    if decided.by_document:
        stripped, unfit = pipeline.step(
            "override", strip.apply_overrides, extracted, stripped, decided, **steps["strip"].settings
        )
        pipeline.warnings.extend(unfit)
    pipeline.warnings.extend(decided.warnings)
    languages = pipeline.map(steps["language"], stripped)
    scanned = pipeline.map(steps["scan"], beside(stripped, languages, "language"))
    judged = pipeline.step("triage", triage.merge_results, records, pages, stripped, languages, scanned)
    if decided.by_document:
        judged, unfit = overrides.judge_documents(judged, decided)
        pipeline.warnings.extend(unfit)
    documents = _without_taken_down(pipeline, judged, stripped, taken_down)

    texts = spool.put(triage.texts_of(documents))
    days = pipeline.step("days", anchors.own_dates, texts)
    compared = pipeline.step("pair", dedupe.compare_documents, joined(texts, days, "own_date"))
    pairs, clusters = pipeline.step("cluster", dedupe.find_duplicates, compared, decided.pairs)
    dated = pipeline.step("anchors", anchors.choose_dates, texts, clusters)
    dated_texts = joined(texts, dated, "published_date", "published_local", "published_precision")
    share = rules.fullest_share
    canonicals = pipeline.step(
        "canonical",
        dedupe.choose_canonicals,
        dated_texts,
        clusters,
        fullest_share=share,
        preferred=decided.preferred,
    )
    relations = pipeline.step("relate", dedupe.relate_to_canonicals, compared, pairs, canonicals)
    is_canonical = pc.is_in(dated_texts["document_id"], value_set=pc.unique(canonicals["canonical_id"]))
    articles = dated_texts.filter(is_canonical)
    stories = pipeline.step("stories", dedupe.find_stories, articles, compared)
    del compared, texts, dated_texts  # the words of all texts
    scanned_articles = spool.put(joined(articles, documents, "language", "scanned_dates", "figures"))
    resolved = pipeline.map(steps["resolve"], scanned_articles)

    tables = pipeline.step(
        "assemble",
        assemble.build_tables,
        documents,
        clusters,
        dated,
        canonicals,
        pa.concat_tables([relations, stories]),
        beside(resolved, scanned_articles, "document_id"),
    )
    return {name: spool.put(table) for name, table in tables.items()}


def _without_taken_down(
    pipeline: Pipeline, documents: pa.Table, stripped: pa.Table, taken_down: Sequence[Takedown]
) -> pa.Table:
    """The documents, with those that the list of takedowns names, and their copies, rejected."""
    if not taken_down:
        return documents
    copies: pa.Table = pipeline.map(takedowns.match_step(taken_down), stripped)
    return takedowns.reject_taken_down(documents, taken_down, copies)


def read_records(raw: ingest.Raw, rules: Rules, spool: Spool, warn: Callable[[str], None]) -> pa.Table:
    """Every document under `raw`, sorted by path and row, on disk; `warn` is told what sidecars say in vain."""
    reading = ingest.read_batches(raw, input_settings(rules))
    records = spool.keep(schema.RECORDS, reading)
    for warning in reading.warnings:
        warn(warning)
    return ingest.mark_superseded(ingest.mark_shared(records, reading.shared))


def input_settings(rules: Rules) -> ingest.IngestSettings:
    """The table `[rules.ingest]` of the configuration.

    Raises:
        ConfigError: a setting or field that ingest does not know, or a limit below 1.
    """
    where = "copydesk.toml: [rules.ingest]"
    found = build(ingest.IngestSettings, rules.ingest, where)
    if unknown := sorted(found.fields.keys() - ingest.FIELDS.keys()):
        raise ConfigError(f"{where}: no field '{unknown[0]}'; there are {', '.join(ingest.FIELDS)}")
    return found


# ------------------------------------------------------------------ for callers from outside


def strip_pages(pages: Sequence[tuple[str, str]]) -> list[Stripped]:
    """Strip pages given as (site, raw_text), seeing the lines that repeat on a site."""
    repeated = furniture.repeated_lines(pages)
    return [
        strip.strip_text(raw_text, hints={"repeated_lines": lines})
        for (_, raw_text), lines in zip(pages, repeated, strict=True)
    ]
