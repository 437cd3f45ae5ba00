"""Cache: a result is found again for exactly the same input, code, tables, settings and libraries, and only then."""

import dataclasses
import errno
import functools
import os
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pyarrow as pa
import pytest

from flows import mapper
from flows.config import Config, Rules
from flows.executors import InProcess
from flows.lifecycle import curate_data
from flows.mapper import Mapper, Spool
from flows.request import Request
from tasks import cache, strip
from tasks.cache import StepCache
from tasks.row_keys import KEY, row_keys
from tasks.step import Step
from tasks.tables import take_rows

SCHEMA = pa.schema([("length", pa.int64())])
CALLS: list[int] = []


def measure(batch: pa.Table, factor: int = 1) -> pa.Table:
    """The length of each text; one text fails."""
    CALLS.append(len(batch))
    if "a sick one" in batch["text"].to_pylist():
        raise ValueError("sick")
    return pa.table({"length": [factor * len(text) for text in batch["text"].to_pylist()]}, schema=SCHEMA)


@pytest.fixture
def step(monkeypatch) -> Step:
    CALLS.clear()
    made = Step("measure", measure, ("text",), SCHEMA)
    monkeypatch.setattr(Step, "fingerprint", property(lambda step: f"f{step.settings.get('factor', 1)}"))
    return made


def mapped(step: Step, texts: list[str], folder) -> pa.Table:
    spool = Spool(
        Path(mkdtemp(prefix="spool", dir=folder))
    )  # each run has its own; tables stay where they were spooled
    return Mapper(InProcess(), spool, folder / "cache")(step, pa.table({"text": texts}))


def test_a_second_run_computes_nothing_and_gives_the_same(step, tmp_path):
    texts = [f"{'a' * (n % 11)}{n}" for n in range(5000)]
    first = mapped(step, texts, tmp_path)
    CALLS.clear()

    second = mapped(step, texts, tmp_path)

    assert CALLS == []
    assert second.equals(first)


def test_results_stay_in_the_cache_where_most_follow_each_other(step, tmp_path):
    old = [f"old {n}" for n in range(1000)]
    mapped(step, old, tmp_path)
    texts = [*old[500:], "a new one", *old[:500], "another one"]

    result = mapped(step, texts, tmp_path)

    assert result["length"].to_pylist() == [len(text) for text in texts]
    assert result.column("length").num_chunks < 20  # batches of 128 as they were written


def test_only_what_is_new_is_computed_and_lands_in_its_place(step, tmp_path):
    mapped(step, [f"old {n}" for n in range(300)], tmp_path)
    CALLS.clear()
    mixed = [text for n in range(300) for text in (f"a newer one {n}", f"old {n}")]

    result = mapped(step, mixed, tmp_path)

    assert sum(CALLS) == 300
    assert result["length"].to_pylist() == [len(text) for text in mixed]


def test_a_failed_document_is_tried_again(step, tmp_path):
    texts = ["a", "a sick one", "bb"]
    first = mapped(step, texts, tmp_path)
    CALLS.clear()

    again = mapped(step, texts, tmp_path)

    assert first["failed"].to_pylist() == [None, "measure: ValueError: sick", None]
    assert again.equals(first)
    assert sum(CALLS) == 1


def test_other_settings_find_nothing_of_the_old_ones(step, tmp_path):
    mapped(step, ["one", "three"], tmp_path)

    doubled = mapped(dataclasses.replace(step, settings={"factor": 2}), ["one", "three"], tmp_path)

    assert doubled["length"].to_pylist() == [6, 10]


def test_a_damaged_segment_is_noticed_and_computed_again(step, tmp_path, caplog):
    first = mapped(step, ["one", "three"], tmp_path)
    segment = next((tmp_path / "cache").rglob("*.arrow"))
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(bytes(data))

    again = mapped(step, ["one", "three"], tmp_path)

    assert again.equals(first)
    assert "damaged" in caplog.text


def test_many_segments_become_one_and_lose_nothing(step, tmp_path):
    for n in range(cache.SEGMENTS_BEFORE_COMPACTION + 3):
        mapped(step, [f"{n}"], tmp_path)
    CALLS.clear()

    mapped(step, [f"{n}" for n in range(cache.SEGMENTS_BEFORE_COMPACTION + 3)], tmp_path)

    assert CALLS == []
    assert len(list((tmp_path / "cache").rglob("*.arrow"))) <= 3


def test_large_results_do_not_wait_for_many_rows(step, tmp_path, monkeypatch):
    monkeypatch.setattr(mapper, "SEGMENT_BYTES", 300 * 8)  # of a column of int64
    texts = [f"{n:04}" for n in range(7 * mapper.BATCH_ROWS)]

    first = mapped(step, texts, tmp_path)

    segments = [pa.ipc.open_file(path).read_all() for path in (tmp_path / "cache").rglob("*.arrow")]
    rows = sorted(len(segment) for segment in segments)
    assert rows == [mapper.BATCH_ROWS, 3 * mapper.BATCH_ROWS, 3 * mapper.BATCH_ROWS]
    CALLS.clear()
    assert mapped(step, texts, tmp_path).equals(first)
    assert CALLS == []


@pytest.fixture
def many_segments(step, tmp_path) -> StepCache:
    """A cache that is due to be compacted."""
    kept = StepCache(tmp_path / "cache", step)
    for n in range(cache.SEGMENTS_BEFORE_COMPACTION + 1):
        kept.add(pa.array([b"%016d" % n], KEY), pa.table({"length": [n]}, schema=SCHEMA))
    return kept


def names_in(kept: StepCache) -> list[str]:
    return sorted(path.name for path in kept.folder.iterdir())


def fill_the_disk(monkeypatch) -> None:
    """What is written from now on finds no room, once the file is there."""

    def refuse(sink, _schema):
        sink.write(b"a beginning")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache.pa.ipc, "new_file", refuse)


def test_a_full_disk_leaves_segments_as_they_are(many_segments, monkeypatch, caplog):
    before = names_in(many_segments)
    fill_the_disk(monkeypatch)

    many_segments.compact()

    assert names_in(many_segments) == before
    assert "No space left" in caplog.text


def test_a_full_disk_keeps_no_half_written_segment(step, tmp_path, monkeypatch, caplog):
    kept = StepCache(tmp_path, step)
    fill_the_disk(monkeypatch)

    kept.add(pa.array([b"0" * 16], KEY), pa.table({"length": [1]}, schema=SCHEMA))

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert "takes nothing more" in caplog.text


def test_a_segment_that_another_run_took_away_meanwhile_ends_no_run(many_segments, monkeypatch, caplog):
    before = names_in(many_segments)
    digest = cache._file_digest

    def taken_away(path):
        if path.name == before[-1]:
            path.unlink()
        return digest(path)

    monkeypatch.setattr(cache, "_file_digest", taken_away)

    many_segments.compact()

    assert names_in(many_segments) == before[:-1]
    assert "stay as many as they are" in caplog.text


def generation(folder: Path, name: str, age: int) -> Path:
    """A step's folder that was written to so many seconds ago."""
    made = folder / name
    made.mkdir(parents=True)
    (made / f"{'0a' * 16}.arrow").write_bytes(b"results")
    os.utime(made, (1_700_000_000 - age,) * 2)
    return made


def test_old_fingerprints_are_pruned_but_for_the_newest(monkeypatch, tmp_path):
    monkeypatch.setattr(Step, "fingerprint", "0" * 16)
    names = {"measure-" + "0" * 16: 90, "measure-" + "1" * 16: 20, "measure-" + "2" * 16: 10, "lines-" + "3" * 16: 80}
    made = {name: generation(tmp_path, name, age) for name, age in names.items()}
    other = generation(tmp_path, "measure-of-all-things", 100)

    cache.prune(tmp_path, [Step("measure", measure, ("text",), SCHEMA)])

    assert {name for name, folder in made.items() if not folder.exists()} == {"measure-" + "1" * 16}
    assert len(list(other.iterdir())) == 1


def test_there_may_be_nothing_to_prune(tmp_path):
    cache.prune(tmp_path / "nothing", [])

    assert list(tmp_path.iterdir()) == []


def test_a_run_prunes_and_settings_changed_back_cost_nothing(tmp_path, monkeypatch):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.txt").write_text(
        "The ferry sails again from June, the harbour office said on Monday, and fares stay. " * 2
    )
    (tmp_path / "t.toml").write_text(
        '[[takedown]]\nurl = "https://gazette.example/lock"\nreason = "r"\nsince = "2024-05-06"\n'
    )

    def run(min_words: int) -> set[str]:
        rules = Rules(min_words=min_words)
        config = Config(raw=raw, curated=tmp_path / "c", workers=1, rules=rules, takedowns=tmp_path / "t.toml")
        curate_data(config, Request())
        return {path.name for path in config.cache_folder.iterdir() if path.is_dir()}

    first, second, third = run(10), run(11), run(12)
    stripped = [{name for name in names if name.startswith("strip-")} for names in (first, second, third)]

    assert [len(names) for names in stripped] == [1, 2, 2]
    assert not stripped[0] & stripped[2]
    assert {name for name in first if not name.startswith("strip-")} <= third
    assert any(name.startswith("taken-") for name in third)

    CALLS.clear()
    work = strip.strip_batch
    watched = functools.wraps(work)(lambda batch, **settings: CALLS.append(len(batch)) or work(batch, **settings))
    monkeypatch.setattr(strip, "strip_batch", watched)
    assert run(11) == third
    assert CALLS == []
    run(13)
    assert CALLS == [1]


def test_keys_tell_apart_what_only_looks_alike():
    table = pa.table(
        {
            "a": ["x", "xy", None, "None", "", "-", "", "x"],
            "b": ["yz", "z", "q", "q", "q", "q", "q", "yz"],
            "c": pa.array([None, None, None, None, None, None, [], [1]], pa.list_(pa.int64())),
            "d": pa.array([1, 1, 1, 1, 1, 1, 1, None]),
        }
    )
    sliced = pa.concat_tables([table.slice(3), table.slice(0, 3)]).slice(1)

    keys = row_keys(table, table.column_names).to_pylist()

    assert len(set(keys)) == 8
    assert keys[4:] + keys[:3] == row_keys(sliced, table.column_names).to_pylist()
    assert row_keys(table.slice(0, 0), table.column_names).to_pylist() == []


def test_rows_are_taken_in_the_order_asked_for():
    table = pa.concat_tables(pa.table({"n": list(range(i, i + 7))}) for i in range(0, 70, 7))
    rows = [69, 0, 14, 13, 14, 35]

    assert take_rows(table, np.array(rows))["n"].to_pylist() == rows
