"""Runs over an object store as people call them: the bytes of a disk, every command, one line where it fails."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

from flows import cli
from flows.config import Config, check_folders, load_config
from flows.lifecycle import curate_data
from flows.request import Request
from tasks import publish
from tasks.errors import ConfigError
from tasks.publish.staging import DATA_FILES
from tasks.schema import PUBLISHED
from tasks.storage import Disk, locate, open_storage
from tasks.storage.objects import RangeFile

ROOT = Path(__file__).parent.parent
KILLS = int(os.environ.get("COPYDESK_KILLS", "1"))
ARTICLES = {
    f"{site}/{name}.txt": f"{title}\n\nMay {day}, 2021\n\n{text}".encode()
    for site, name, title, day, text in [
        (
            "gazette",
            "wall",
            "Harbour wall to be raised",
            4,
            "The town will raise the harbour wall by 2 metres this year, the council said. The work costs "
            "3.5 million euros and begins in June. Divers found cracks in the old wall after the storms last winter.",
        ),
        (
            "courier",
            "wall",
            "Wall at the harbour to rise",
            5,
            "The town will raise the harbour wall by 2 metres this year, the council said. The work costs "
            "3.5 million euros and begins in June. Divers had found cracks in the wall after the storms last winter.",
        ),
        (
            "gazette",
            "eels",
            "Eels set free by night",
            6,
            "Wardens set free some 4,000 young eels in the upper valley on Thursday night, and asked anglers to leave "
            "them alone until the autumn. The eels were bred in a hatchery near the coast and weigh 3 grams each.",
        ),
    ]
}


def fill(place, files=ARTICLES):
    """Raw files at a place, in a bucket or on a disk."""
    store = open_storage(place)
    for name, data in files.items():
        store.write(name, data)
    return str(place)


def digests(place):
    """Digests of the data files of the latest version."""
    files = publish.open_dataset(place).manifest["files"]
    return {name: files[name]["sha256"] for name in DATA_FILES}


@pytest.fixture
def call(capsys, monkeypatch):
    """Carry a command out in this process; gives its exit code, and what it printed to stdout and stderr."""
    monkeypatch.setenv("COPYDESK_WORKERS", "1")

    def call(*words):
        with pytest.raises(SystemExit) as ended:
            cli.main(list(words))
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


def test_a_data_set_in_a_bucket_has_the_bytes_of_one_on_a_disk(bucket, tmp_path):
    in_bucket = Config(raw=locate(fill(f"{bucket}/raw")), curated=locate(f"{bucket}/curated"), workers=1)
    on_disk = Config(raw=Path(fill(tmp_path / "raw")), curated=tmp_path / "curated", workers=1)

    first = [curate_data(config, Request()) for config in (in_bucket, on_disk)]
    fill(f"{bucket}/raw", {"courier/extra.txt": b"A late word.\n\n" + ARTICLES["gazette/eels.txt"]})
    fill(tmp_path / "raw", {"courier/extra.txt": b"A late word.\n\n" + ARTICLES["gazette/eels.txt"]})
    second = [curate_data(Config(raw=c.raw, curated=c.curated, workers=1), Request()) for c in (in_bucket, on_disk)]

    assert [outcome.version for outcome in first + second] == ["v0001"] * 2 + ["v0002"] * 2
    assert digests(in_bucket.curated) == digests(on_disk.curated)
    assert second[0].report == f"{bucket}/curated/versions/v0002/report.html"
    assert publish.verify(in_bucket.curated) == []
    assert not list((in_bucket.store.work / ".staging").iterdir())


def test_every_command_takes_a_bucket(call, bucket, tmp_path):
    raw, curated = fill(f"{bucket}/raw"), ("--curated", f"{bucket}/curated")
    run = ("run", "--direct", "--raw", raw, *curated, "--json", "--quiet")

    code, out, err = call(*run)
    assert (code, json.loads(out)["version"], err) == (0, "v0001", "")
    assert json.loads(call(*run)[1])["why"] == "nothing new"
    fill(f"{bucket}/raw", {"gazette/eels.txt": ARTICLES["gazette/eels.txt"] + b"\n\nNone was caught."})
    assert json.loads(call(*run)[1])["counts"]["changed"] == 1
    assert "v0002    latest" in call("versions", *curated)[1]
    assert call("verify", *curated)[0] == 0
    assert json.loads(call("diff", "v0001", *curated, "--json")[1])["counts"]["changed"] == 1
    assert (
        "Harbour wall"
        in call("explain", f"{raw}/gazette/wall.txt", *curated, "--config", _raw_setting(raw, tmp_path))[1]
    )
    assert call("report", *curated)[1].strip() == f"{bucket}/curated/versions/v0002/report.html"
    assert call("report", *curated, "--output", str(tmp_path / "r.html"))[0] == 0
    assert "Eels" in (tmp_path / "r.html").read_text()

    assert "Published v0003, which is v0001 again" in call("rollback", "v0001", *curated)[1]
    assert call(*run)[0] == 3
    assert json.loads(call(*run, "--release")[1])["version"] == "v0004"

    assert "Removed: v0001, v0002" in call("prune", "--keep", "2", "--yes", *curated)[1]
    code, out, _ = call("takedown", "gazette/eels.txt", "--reason", "court order", "--purge", *curated)
    assert (code, "taken out of v0003, v0004" in out) == (0, True)
    assert "court order" in open_storage(f"{bucket}/curated").read("takedowns.toml").decode()
    assert json.loads(call(*run)[1])["counts"]["rejected"] == 1
    assert call("verify", *curated)[0] == 0
    store = open_storage(f"{bucket}/curated")
    assert not any(b"young eels" in (store.read(entry.name) or b"") for entry in store.list_all())
    assert len(store.names("runs")) == 9


def _raw_setting(raw, folder):
    (folder / "c.toml").write_text(f'raw = "{raw}"\n')
    return str(folder / "c.toml")


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_run_that_is_killed_loses_nothing(bucket, tmp_path, seed):
    raw = fill(f"{bucket}/raw")
    curate_data(Config(raw=locate(raw), curated=locate(f"{bucket}/undisturbed"), workers=1), Request())
    command = [
        sys.executable,
        "-m",
        "flows",
        "run",
        "--direct",
        "--raw",
        raw,
        "--curated",
        f"{bucket}/curated",
        "--quiet",
    ]

    killed = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.Random(seed).uniform(1, 5))
    killed.kill()
    killed.wait()
    curate_data(Config(raw=locate(raw), curated=locate(f"{bucket}/curated"), workers=1), Request())

    assert digests(f"{bucket}/curated") == digests(f"{bucket}/undisturbed")
    assert publish.verify(f"{bucket}/curated") == []


# ------------------------------------------------------------------ readers


def test_a_version_opens_as_on_a_disk(bucket, tmp_path, publish_tables, published_tables, letters):
    place = f"{bucket}/curated"
    for at in (place, tmp_path):
        publish_tables(published_tables(letters("a")), at)
        publish_tables(published_tables(), at, "r2")

    there, here = publish.open_dataset(place), publish.open_dataset(tmp_path)

    assert (there.version, there.path) == ("v0002", f"{place}/versions/v0002")
    for name in PUBLISHED:
        assert there.table(name).equals(here.table(name))
        assert getattr(there, name).equals(getattr(here, name))
    assert len(publish.open_dataset(place, version="v0001").articles) == 1
    ferry = there.duplicates.document_id[0]
    assert there.find("duplicates", "document_id", ferry) == here.find("duplicates", "document_id", ferry)
    assert list(publish.open_dataset(place, columns=["document_id"]).articles.columns) == ["document_id"]


def test_only_the_bytes_of_the_columns_asked_for_are_fetched(bucket, publish_tables, published_tables, monkeypatch):
    words = random.Random(1)
    documents = [
        {"name": f"d{n}", "text": " ".join(f"{words.random()}" for _ in range(300)), "title": f"Title {n}"}
        for n in range(200)
    ]
    publish_tables(published_tables(documents), f"{bucket}/curated")
    fetched = []
    readinto = RangeFile.readinto
    monkeypatch.setattr(RangeFile, "readinto", lambda file, buffer: fetched.append(n := readinto(file, buffer)) or n)

    frame = publish.open_dataset(f"{bucket}/curated", columns=["article_id", "title"]).articles

    size = open_storage(f"{bucket}/curated").sizes("versions/v0001")["articles.parquet"]
    assert len(frame) == 200
    assert sum(fetched) < size / 10


def test_pandas_opens_the_files_by_the_same_credentials(bucket, publish_tables, published_tables):
    publish_tables(published_tables(), f"{bucket}/curated")
    ds = publish.open_dataset(f"{bucket}/curated")

    with pa.PythonFile(ds.storage.source("versions/v0001/articles.parquet"), mode="r") as file:
        assert pa.parquet.read_metadata(file).num_rows == len(ds.articles)


def test_what_is_not_there_is_said(bucket):
    with pytest.raises(ConfigError, match=f"{bucket}/curated: no published version here"):
        publish.open_dataset(f"{bucket}/curated")


# ------------------------------------------------------------------ settings and mistakes


def test_places_may_stand_in_the_settings_the_environment_and_the_call(tmp_path):
    (tmp_path / "c.toml").write_text('raw = "s3://news/raw"\ncurated = "s3://news/old"\n')

    config = load_config(tmp_path / "c.toml", environment={"COPYDESK_CURATED": "s3://news/curated/"})

    assert (str(config.raw), str(config.curated)) == ("s3://news/raw", "s3://news/curated")
    assert str(load_config(tmp_path / "c.toml", environment={}, curated="here").curated) == "here"
    (tmp_path / "odd.toml").write_text("raw = 3\n")
    with pytest.raises(ConfigError, match="'raw' must be a folder or s3://bucket/prefix, found 3"):
        load_config(tmp_path / "odd.toml", environment={})
    with pytest.raises(ConfigError, match="gs://news/raw: only folders"):
        load_config(None, environment={}, raw="gs://news/raw")
    with pytest.raises(ConfigError, match="lies inside s3://news/raw"):
        check_folders(load_config(tmp_path / "c.toml", environment={}, curated="s3://news/raw/curated"))


def test_the_folder_on_this_machine_may_be_chosen(bucket, tmp_path):
    one, two = (Config(curated=locate(f"{bucket}/{name}"), cache=tmp_path / "mine") for name in "ab")

    assert one.store.work.parent == two.store.work.parent == tmp_path / "mine"
    assert one.store.work != two.store.work  # the staging of one is not swept by the other
    assert one.cache_folder == one.store.work / ".cache"


@pytest.mark.parametrize(
    ("words", "change", "code", "said"),
    [
        (("versions",), {"bucket": "s3://nowhere-to-be-found/x"}, 2, "there is no bucket nowhere-to-be-found"),
        (("run", "--direct"), {"bucket": "s3://nowhere-to-be-found/x"}, 2, "there is no bucket nowhere-to-be-found"),
        (("verify",), {}, 2, "no published version here"),
        (("versions",), {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, 1, "does not answer"),
        (("versions",), {"AWS_ACCESS_KEY_ID": "", "AWS_EC2_METADATA_DISABLED": "true"}, 2, "no credentials"),
        (("versions",), {"AWS_PROFILE": "work"}, 2, "no such profile"),
    ],
)
def test_what_fails_is_told_in_one_line(call, bucket, tmp_path, monkeypatch, words, change, code, said):
    Disk(tmp_path / "raw").write("a.txt", b"A text about the harbour.")
    for name, value in change.items():
        if name != "bucket":
            monkeypatch.setenv(name, value)
    raw = ("--raw", str(tmp_path / "raw"), "--quiet") if words[0] == "run" else ()

    ended, out, err = call(*words, "--curated", change.get("bucket", bucket), *raw)

    assert (ended, out) == (code, "")
    assert said in err and err.count("\n") == 1


def test_a_bucket_without_raw_files_is_said(call, bucket):
    ended, _, err = call("run", "--direct", "--quiet", "--raw", f"{bucket}/raw", "--curated", f"{bucket}/curated")

    assert ended == 2 and f"{bucket}/raw: no raw files in it" in err
