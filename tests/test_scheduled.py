"""What an operator sees of runs that nobody looks at: refusals, history, hooks."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WORDS = [
    *("harbour", "market", "bridge", "council", "orchard", "tram", "school", "library", "kiln", "theatre", "meadow"),
    *("quarry", "lantern", "violin", "bakery", "glacier", "museum", "ferry", "cattle", "tunnel", "choir", "pottery"),
]


def desk(tmp_path: Path, count: int) -> None:
    """A raw folder of so many articles, each in words of its own."""
    raw = tmp_path / "raw"
    raw.mkdir(exist_ok=True)
    for path in raw.iterdir():
        path.unlink()
    for number in range(count):
        draw = random.Random(number)
        sentences = [f"The {' '.join(draw.sample(WORDS, 12))}." for _ in range(6)]
        (raw / f"{WORDS[number]}.txt").write_text(f"News of the {WORDS[number]}\n\n{' '.join(sentences)}\n")


def copydesk(tmp_path: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COPYDESK_WORKERS": "1", **more}
    command = [sys.executable, "-m", "flows", *words]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """A data set whose second run was refused, with a hook that keeps every message; the second call's result."""
    folder = tmp_path_factory.mktemp("desk")
    hook = folder / "hook.py"
    hook.write_text("import sys; open('told.jsonl', 'a').write(sys.stdin.read() + '\\n')")
    settings = f"[notify]\ncommand = [{sys.executable!r}, {str(hook)!r}]\n[metrics]\ntextfile = 'desk.prom'\n"
    (folder / "copydesk.toml").write_text(settings)
    desk(folder, 6)
    first = copydesk(folder, "run", "--direct", "--quiet")
    desk(folder, 2)
    second = copydesk(folder, "run", "--direct", "--json")
    assert first.returncode == 0, first.stderr
    return folder, second


def test_a_refusal_prints_its_object_and_where_to_look(refused):
    folder, result = refused

    said = json.loads(result.stdout)
    assert result.returncode == 3
    assert (said["version"], said["published"], said["why"], said["counts"]["articles"]) == (
        "v0001",
        False,
        "refused",
        2,
    )
    assert [finding["gate"] for finding in said["gates"] if finding["level"] == "fail"] == ["shrink"]
    assert "4 of the 6 articles of v0001 would be gone: 4 vanished" in result.stderr
    assert said["report"] in result.stderr and Path(folder, said["report"]).is_file()
    assert json.loads((folder / "curated" / "latest.json").read_text())["version"] == "v0001"


def test_the_refused_version_can_be_looked_at(refused):
    folder, _ = refused

    report = copydesk(folder, "report", "--staged", "--json")
    changes = copydesk(folder, "diff", "--staged", "--json")

    assert Path(folder, json.loads(report.stdout)["report"]).is_file()
    assert json.loads(changes.stdout)["counts"]["removed"] == 4


def test_both_runs_are_told_and_measured(refused):
    folder, _ = refused

    told = [json.loads(line) for line in (folder / "told.jsonl").read_text().splitlines()]
    assert [message["event"] for message in told] == ["published", "refused"]
    assert told[1]["text"].startswith("copydesk: Published nothing: shrink: 4 of the 6 articles")
    assert "copydesk_last_run_success 0" in (folder / "desk.prom").read_text()


def test_the_history_has_a_line_for_each_run(refused):
    folder, _ = refused

    runs = json.loads(copydesk(folder, "history", "--json").stdout)["runs"]
    table = copydesk(folder, "history").stdout.splitlines()

    assert [(run["what"], run["version"], run["exit_code"]) for run in runs] == [
        ("published", "v0001", 0), ("refused", "v0001", 3)
    ]  # fmt: skip
    assert runs[1]["gates"] == ["shrink!"] and runs[0]["counts"]["articles"] == 6
    assert len(table) == 3 and "refused" in table[2] and "shrink!" in table[2]


def test_what_was_refused_is_gone_after_the_next_run_and_can_be_accepted(refused, tmp_path):
    folder, _ = refused

    accepted = copydesk(folder, "run", "--direct", "--json", "--accept", "shrink")
    staged = copydesk(folder, "report", "--staged")

    assert json.loads(accepted.stdout)["version"] == "v0002"
    manifest = json.loads((folder / "curated" / "versions" / "v0002" / "manifest.json").read_text())
    assert manifest["accepted"] == ["shrink"]
    assert "left behind" not in accepted.stderr
    assert staged.returncode == 2 and "no refused version there" in staged.stderr


def test_export_writes_to_stdout_and_to_files(refused):
    folder, _ = refused

    csv = copydesk(
        folder, "export", "v0001", "--format", "csv", "--columns", "title,n_words", "--where", "title LIKE '%market'"
    )
    xlsx = copydesk(folder, "export", "v0001", "--format", "xlsx", "--output", "a.xlsx", "--json")
    missing = copydesk(folder, "export", "--format", "xlsx")

    assert csv.stdout.splitlines()[0] == "title,n_words" and len(csv.stdout.splitlines()) == 2
    assert json.loads(xlsx.stdout)["rows"] == 6 and (folder / "a.xlsx").read_bytes()[:2] == b"PK"
    assert missing.returncode == 2 and "--output FILE is needed" in missing.stderr


def test_settings_of_hooks_are_checked_before_anything_is_done(tmp_path):
    desk(tmp_path, 1)
    (tmp_path / "copydesk.toml").write_text('[notify]\nwebhook = "desk.example"\n')

    result = copydesk(tmp_path, "run", "--direct")

    assert result.returncode == 2 and "'webhook' must be an address" in result.stderr
    assert not (tmp_path / "curated").exists()
