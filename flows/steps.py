"""The pipeline, top to bottom: raw files in, a published version out.

In     the folder of the raw files, the settings that decide the data
Out    the tables of the contract

`flows.lifecycle` puts a lock, gates and publishing around it; `flows.curate` makes each step a Prefect task.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from flows.config import Rules, input_settings
from flows.mapper import Spool
from flows.pipeline import Pipeline
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
from tasks.model import Stripped
from tasks.overrides import Overrides
from tasks.step import Step
from tasks.tables import beside, joined
from tasks.takedowns import Takedown

NO_OVERRIDES = Overrides({})

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


# ------------------------------------------------------------------ for callers from outside


def strip_pages(pages: Sequence[tuple[str, str]]) -> list[Stripped]:
    """Strip pages given as (site, raw_text), seeing the lines that repeat on a site."""
    repeated = furniture.repeated_lines(pages)
    return [
        strip.strip_text(raw_text, hints={"repeated_lines": lines})
        for (_, raw_text), lines in zip(pages, repeated, strict=True)
    ]
