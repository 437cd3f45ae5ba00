"""A whole run killed at random moments: readers keep a whole version, and the next run ends as if nothing had been.

Two kills run with the other tests; COPYDESK_KILLS=30 tries thirty (docs/reliability.md).
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.config import Config
from flows.lifecycle import curate_data
from flows.request import Request
from tasks import publish
from tasks.publish.staging import DATA_FILES

KILLS = int(os.environ.get("COPYDESK_KILLS", "2"))
SAMPLES = Path(__file__).parent.parent / "raw"


def data_files(curated: Path) -> dict[str, str]:
    """Digests of the data files of the latest version."""
    files = publish.open_dataset(curated).manifest["files"]
    return {name: files[name]["sha256"] for name in DATA_FILES}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A data set of a few samples, the folder of all samples, and what a run over all of them publishes."""
    folder = tmp_path_factory.mktemp("whole")
    samples = sorted(path for path in SAMPLES.rglob("*.txt"))
    for name, chosen in (("few", samples[:4]), ("all", samples[:12])):
        for path in chosen:
            target = folder / name / path.relative_to(SAMPLES)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        curate_data(Config(raw=folder / name, curated=folder / f"{name}-curated", workers=1), Request())
    return folder / "few-curated", folder / "all", data_files(folder / "all-curated"), samples[:4]


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_run_that_is_killed_loses_nothing(undisturbed, tmp_path, seed):
    before, raw, wanted, few = undisturbed
    curated = tmp_path / "curated"
    shutil.copytree(before, curated)
    command = [sys.executable, "-m", "flows", "run", "--direct", "--raw", raw, "--curated", curated, "--quiet"]

    killed = subprocess.Popen(command, cwd=SAMPLES.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.Random(seed).uniform(0.2, 4))
    killed.kill()
    killed.wait()

    assert len(publish.open_dataset(curated).documents) in (len(few), 12)
    assert publish.verify(curated) == []
    curate_data(Config(raw=raw, curated=curated, workers=1), Request())
    assert data_files(curated) == wanted
    assert publish.verify(curated) == []
    assert not list((curated / ".staging").iterdir())
