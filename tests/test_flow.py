"""One real Prefect flow run, from the command line, with a database and a server of its own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parent.parent
ARTICLE = "Ferry to sail again\n\nThe ferry to the islands sails again from June 3, 2022, the harbour office said. " * 3


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("flow")
    (folder / "raw").mkdir()
    (folder / "raw" / "ferry.txt").write_text(ARTICLE)
    return folder


def hear_interrupts() -> None:
    """A job that a shell started in the background ignores Ctrl-C, and so do its children; these must hear it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def start(desk: Path, *words: str, **more: str) -> subprocess.Popen:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PREFECT_HOME": str(desk / "prefect"),
        "COPYDESK_WORKERS": "1",
        **more,
    }
    environment.pop("PREFECT_API_URL", None)
    command = [sys.executable, "-m", "flows", *words]
    return subprocess.Popen(
        command,
        cwd=desk,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=hear_interrupts,
    )


def flow_states(desk: Path) -> list[str]:
    with sqlite3.connect(desk / "prefect" / "prefect.db") as database:
        return [row[0] for row in database.execute("SELECT state_name FROM flow_run ORDER BY created")]


def servers_of(desk: Path) -> list[str]:
    """Processes that run a server for this test's database."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes()
            home = (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"flows.server" in words and str(desk).encode() in home:
            found.append(entry.name)
    return found


def test_a_run_through_prefect_publishes_and_is_recorded(desk):
    process = start(desk, "run", "--json")
    out, err = process.communicate(timeout=120)

    said = json.loads(out)
    assert process.returncode == 0, err.decode()
    assert (said["version"], said["published"]) == ("v0001", True)
    assert flow_states(desk) == ["Completed"]
    with sqlite3.connect(desk / "prefect" / "prefect.db") as database:
        tasks = {row[0] for row in database.execute("SELECT name FROM task_run WHERE state_type = 'COMPLETED'")}
        artifacts = [row[0] for row in database.execute("SELECT key FROM artifact")]
    assert {"ingest", "strip", "pair", "assemble", "publish"} <= tasks
    assert artifacts == ["copydesk-run"]
    assert servers_of(desk) == []


def test_wrong_settings_end_the_flow_with_the_exit_code_of_the_command(desk):
    process = start(desk, "run", "--raw", "nowhere")
    _, err = process.communicate(timeout=120)

    assert process.returncode == 2
    assert "nowhere: no such folder" in err.decode()
    assert "Traceback" not in err.decode()


def test_a_database_that_cannot_be_opened_ends_the_run_with_what_the_server_said(desk):
    (desk / "broken" / "prefect.db").mkdir(parents=True)
    process = start(desk, "run", "--full", "--quiet", "--curated", "unseen", PREFECT_HOME=str(desk / "broken"))
    _, err = process.communicate(timeout=240)

    last = err.decode().splitlines()[-1]
    assert process.returncode == 1, err.decode()
    assert last.startswith("copydesk: Prefect's server ended 2 times within 5 minutes (code ")
    assert "unable to open database file" in last and "--direct` does without Prefect" in last
    assert "Traceback" not in err.decode()
    assert not (desk / "unseen" / "latest.json").exists()
    assert servers_of(desk) == []


def test_a_run_outlives_its_server(desk):
    process = start(desk, "run", "--full", "--curated", "outlived")
    for line in process.stderr:
        if b"ingest" in line:
            break
    (old,) = servers_of(desk)
    os.kill(int(old), signal.SIGKILL)
    _, err = process.communicate(timeout=240)

    assert process.returncode == 0, err.decode()
    assert "Prefect's server ended (code -9); starting it again" in err.decode()
    assert (desk / "outlived" / "latest.json").exists()
    assert flow_states(desk)[-1] == "Completed"
    assert servers_of(desk) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_run_ends_within_five_seconds_and_leaves_nothing(desk, number):
    process = start(desk, "run", "--full", "--curated", f"other-{number}")
    for line in process.stderr:
        if b"ingest" in line:
            break
    begin = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 130, err.decode()
    assert err.decode().endswith("copydesk: interrupted; nothing was lost\n")
    (record,) = (desk / f"other-{number}" / "runs").iterdir()
    assert (json.loads(record.read_text())["exit_code"], json.loads(record.read_text())["why"]) == (130, "interrupted")
    assert time.monotonic() - begin < 5
    assert servers_of(desk) == []
    assert not (desk / f"other-{number}" / "latest.json").exists()


def test_an_interruption_that_prefect_stumbles_over_stays_an_interruption():
    from flows.curate import plain_interrupts

    with pytest.raises(KeyboardInterrupt), plain_interrupts():
        try:
            raise KeyboardInterrupt
        finally:
            raise ValueError("Task run is not set")
    with pytest.raises(ValueError, match="another"), plain_interrupts():
        raise ValueError("another")


def test_a_schedule_outlives_its_server_and_stops_a_run_in_order(desk):
    process = start(desk, "serve", "--watch", "--curated", "scheduled")
    try:
        wait_for(lambda: records(desk), process)
        (old,) = servers_of(desk)
        os.kill(int(old), signal.SIGKILL)
        wait_for(lambda: set(servers_of(desk)) - {old}, process)
        (desk / "raw" / "bridge.txt").write_text(ARTICLE.replace("ferry", "bridge") * 40)
        wait_for(lambda: list((desk / "scheduled" / ".staging").glob("*.work")) or len(records(desk)) > 1, process)
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)

    said = err.decode()
    assert "starting it again" in said
    assert "Published v0001: " in said
    assert "Traceback" not in said
    assert len(records(desk)) == 2  # the second run began, on a server that had been started again
    assert not {"Running", "Pending"} & set(flow_states(desk)), flow_states(desk)
    assert servers_of(desk) == []


@pytest.mark.slow
def test_a_cron_schedule_starts_a_run_and_its_web_page_finds_the_server(desk):
    process = start(desk, "serve", "--cron", "* * * * *", "--timezone", "Asia/Tokyo", "--curated", "nightly")
    said = []
    try:
        for line in process.stderr:
            said.append(line.decode())
            if b"web page: " in line:
                break
        page = said[-1].split("web page: ")[1].strip()
        wait_for(lambda: records(desk, "nightly"), process)
        with urlopen(f"{page}/ui-settings", timeout=10) as answer:
            settings = json.load(answer)
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)

    assert "Published v0001: " in err.decode() and "Traceback" not in err.decode()
    assert settings["api_url"] == f"{page}/api"
    assert json.loads(records(desk, "nightly")[0].read_text())["why"] == "published"


def records(desk: Path, curated: str = "scheduled") -> list[Path]:
    return list((desk / curated / "runs").glob("*.json"))


def wait_for(happened, process: subprocess.Popen) -> None:
    """Wait until it has; a slow machine takes a while."""
    for _ in range(600):
        if happened() or process.poll() is not None:
            break
        time.sleep(0.2)
    assert happened(), process.poll()
