"""Prefect's server as a child of ours: looked after, given up with its own words when it cannot live."""

import subprocess
import sys
import threading

import pytest

from flows import server
from flows.server import Keeper, Patience
from tasks.errors import ConfigError

WORDS = "Traceback …\nsqlite3.OperationalError: disk I/O error\n(see the manual)"
DIES = f"import sys; print({WORDS!r}, file=sys.stderr); sys.exit(3)"
LIVES = "import sys; sys.stdin.read()"


def starting(*codes: str):
    """Starts a child with each code in turn, the last one again and again."""
    left = list(codes)

    def start(said):
        code = left.pop(0) if len(left) > 1 else left[0]
        return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stderr=said)

    return start


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(server, "PAUSE_SECONDS", 0.01)


def test_a_server_that_dies_again_and_again_is_given_up_with_its_last_error(capfd):
    lost, words = threading.Event(), []

    keeper = Keeper(starting(DIES), lambda said: (words.append(said), lost.set()), Patience(1, 300.0))

    assert lost.wait(30)
    keeper.stop()
    assert words[0].startswith(
        "Prefect's server ended 2 times within 5 minutes (code 3: sqlite3.OperationalError: disk I/O error); look at"
    )
    assert capfd.readouterr().err.count("starting it again") == 1


def test_a_server_that_died_once_is_started_again(capfd):
    keeper = Keeper(starting(DIES, LIVES), lambda _said: pytest.fail("given up"), Patience(1, 300.0))
    first = keeper.child
    for _ in range(300):
        if keeper.child is not first and keeper.child.poll() is None:
            break
        threading.Event().wait(0.05)

    assert keeper.child is not first and keeper.child.poll() is None
    keeper.stop()
    assert keeper.child.poll() is not None
    assert "ended (code 3: sqlite3.OperationalError: disk I/O error); starting it again" in capfd.readouterr().err


def test_a_home_that_is_no_folder_is_refused_before_anything_is_started(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "file" / "home"))

    with pytest.raises(ConfigError, match=r"file/home: Prefect cannot keep its database there \(Not a directory\)"):
        server.check_home()

    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "made"))
    server.check_home()
    assert list((tmp_path / "made").iterdir()) == []
    monkeypatch.setenv("PREFECT_API_DATABASE_CONNECTION_URL", "postgresql+asyncpg://desk@db.example/prefect")
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "file" / "home"))
    server.check_home()  # the database is elsewhere
