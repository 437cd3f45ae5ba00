"""Executors: order kept, and what one document does to its worker costs that document alone."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

from flows.executors import InProcess, Pool
from tasks.step import Step

SCHEMA = pa.schema([("doubled", pa.int64())])


def double(batch: pa.Table) -> pa.Table:
    """Twice each number; some numbers do what sick documents do."""
    for number in batch["number"].to_pylist():
        if number == -1:
            raise ValueError("a sick document")
        if number == -2:
            os._exit(3)
        if number == -3:
            while True:
                pass
        if number == -4:
            bytearray(1 << 40)
        if number == -5:
            time.sleep(3600)
    return pa.table({"doubled": [2 * n for n in batch["number"].to_pylist()]}, schema=SCHEMA)


STEP = Step("double", double, ("number",), SCHEMA)


def batches(numbers: list[int], rows: int = 5) -> list[pa.Table]:
    return [pa.table({"number": numbers[i : i + rows]}) for i in range(0, len(numbers), rows)]


def run(executor, numbers: list[int]) -> tuple[list[int | None], list[str | None]]:
    done = list(executor.map(STEP, batches(numbers)))
    return (
        [value for part in done for value in part.results["doubled"].to_pylist()],
        [why for part in done for why in part.failed],
    )


@pytest.mark.parametrize("executor", [InProcess(), Pool(1), Pool(3)], ids=["in process", "one worker", "three workers"])
def test_results_come_in_the_order_of_the_documents(executor):
    values, failed = run(executor, list(range(103)))

    assert values == [2 * n for n in range(103)]
    assert failed == [None] * 103


@pytest.mark.parametrize(
    ("executor", "number", "words"),
    [
        pytest.param(InProcess(), -1, "ValueError: a sick document", id="exception in process"),
        pytest.param(Pool(2), -1, "ValueError: a sick document", id="exception in a worker"),
        pytest.param(Pool(2), -2, "its worker died (exit code 3)", id="worker dies"),
        pytest.param(Pool(2, seconds=1), -3, "ran out of CPU time", id="endless loop"),
        pytest.param(Pool(2, megabytes=512), -4, "MemoryError", id="out of memory"),
        pytest.param(Pool(2, seconds=0.2), -5, "gave no answer in time", id="sleeps for ever"),
    ],
)
def test_a_sick_document_costs_itself_alone(executor, number, words):
    numbers = [1, 2, 3, number, 5, 6, 7, 8]

    values, failed = run(executor, numbers)

    assert values == [2, 4, 6, None, 10, 12, 14, 16]
    assert [why is not None for why in failed] == [n == number for n in numbers]
    assert words in failed[3]


def test_no_worker_outlives_a_caller_that_stops_early():
    pool = Pool(2)
    results = pool.map(STEP, batches(list(range(1000))))
    next(results)

    results.close()

    import multiprocessing

    assert multiprocessing.active_children() == []


def test_workers_that_cannot_start_stop_the_run_with_a_clear_line(tmp_path):
    script = tmp_path / "unguarded.py"
    script.write_text(
        "import pyarrow as pa\nfrom flows.executors import Pool\nfrom tasks import language, schema\n"
        "from tasks.step import Step\n"
        "step = Step('language', language.detect_batch, ('text',), schema.LANGUAGES)\n"
        "list(Pool(1).map(step, [pa.table({'text': ['a', 'b']})]))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}

    done = subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment, timeout=60)

    assert done.returncode == 1
    assert "if __name__ == '__main__':" in done.stderr
