"""Whatever ends a run: readers have a whole version, no number is used twice, and the next run goes on."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tasks import publish
from tasks.publish import versions
from tasks.storage import Disk

DRIVER = Path(__file__).with_name("crash_driver.py")
RANDOM_KILLS = int(os.environ.get("COPYDESK_KILLS", "4"))
EVERY, LAST = 20, 7  # after one step in twenty, and after each of the last, the next run is tried too


@pytest.fixture
def template(publish_tables, published_tables, letters, tmp_path):
    """A data set with one version, and staging that an earlier run left."""
    folder = tmp_path / "template"
    publish_tables(published_tables(letters("abc")), folder)
    (folder / ".staging" / "dead").mkdir()
    (folder / ".staging" / "dead" / "articles.parquet").write_bytes(b"half")
    return folder


def named(curated):
    """The version that readers get, and the digest of its manifest."""
    latest = versions.read_latest(Disk(curated))
    manifest = (curated / "versions" / latest.version / "manifest.json").read_bytes()
    assert latest.manifest_sha256 == hashlib.sha256(manifest).hexdigest()
    return latest.version, latest.manifest_sha256


def check_readers(curated):
    """Readers see a whole version, the old one or the new one."""
    version, _ = named(curated)
    assert versions.find_faults(Disk(curated), version) == []
    assert publish.open_dataset(curated).table("documents").num_rows in (3, 5)


def check_next_run(curated, publish_tables, tables):
    """The next run cleans up, publishes, and leaves what was named as it was."""
    before, digest = named(curated)

    after = publish_tables(tables, curated, "next") or named(curated)[0]

    assert publish.verify(curated) == []
    assert named(curated)[0] == after
    assert versions.number(after) >= versions.number(before)
    kept = (curated / "versions" / before / "manifest.json").read_bytes()
    assert hashlib.sha256(kept).hexdigest() == digest
    assert publish.open_dataset(curated).table("articles").equals(tables["articles"])
    assert not list((curated / ".staging").iterdir())


@pytest.mark.parametrize("how", ["kill", "full"])
def test_a_run_may_end_at_any_step(template, publish_tables, published_tables, tmp_path, how):
    out = tmp_path / "out"
    out.mkdir()

    subprocess.run([sys.executable, DRIVER, template, out, how], check=True, timeout=120)

    tried = sorted(out.iterdir())
    assert len(tried) > 30
    for at, curated in enumerate(tried):
        check_readers(curated)
        if at % EVERY == 0 or at > len(tried) - LAST:
            check_next_run(curated, publish_tables, published_tables())


def test_a_run_may_be_killed_at_any_moment(template, publish_tables, published_tables, tmp_path):
    chance = random.Random(5)
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); import crash_driver as driver; print(flush=True); "
        "driver.run(driver.Path(sys.argv[1]), 8)"
    )
    for at in range(RANDOM_KILLS):
        curated = tmp_path / f"random{at}"
        subprocess.run(["cp", "-r", template, curated], check=True)
        child = subprocess.Popen([sys.executable, "-c", code, curated, DRIVER.parent], stdout=subprocess.PIPE)
        child.stdout.readline()
        time.sleep(chance.uniform(0, 0.4))
        child.kill()
        child.communicate()

        check_readers(curated)
        check_next_run(curated, publish_tables, published_tables())


def test_a_version_that_nothing_names_is_named_by_the_next_run(template, publish_tables, published_tables):
    publish_tables(published_tables(), template, "r2")
    latest = template / "latest.json"
    manifest = (template / "versions" / "v0001" / "manifest.json").read_bytes()
    latest.write_text(json.dumps({"version": "v0001", "manifest_sha256": hashlib.sha256(manifest).hexdigest()}))

    states = {info.version: info.state for info in publish.list_versions(template)}
    found = publish.recover(template)

    assert states == {"v0001": "latest", "v0002": "unnamed"}
    assert found.dataset.version == "v0002"
    assert "latest.json named v0001; it now names v0002" in found.warnings[-1]
    assert publish_tables(published_tables(), template, "r3") is None
