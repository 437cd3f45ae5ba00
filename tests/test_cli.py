"""The command line: exit codes, one JSON object on stdout, nothing heavy where it is not needed."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COPYDESK_WORKERS": "1"}
ARTICLE = (
    "Harbour wall to be raised\n\nMay 4, 2021\n\nThe town will raise the harbour wall by 2 metres this year, "
    "the council said on Tuesday. The work costs 3.5 million euros and begins in June.\n\n"
    "Divers found cracks in the old wall after the storms of last winter."
)
EELS = "Eels were set free by night in the upper Calder, a warden said. " * 4


def copydesk(*words: str, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "flows", *words]
    return subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, env=ENVIRONMENT, timeout=120)


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """A folder with a raw article, and a first version made of it."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "raw").mkdir()
    (folder / "raw" / "wall.txt").write_text(ARTICLE)
    done = copydesk("run", "--direct", "--quiet", cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    return folder


def test_run_prints_one_json_object_and_publishes_nothing_twice(desk):
    done = copydesk("run", "--direct", "--json", cwd=desk)

    said = json.loads(done.stdout)
    assert done.returncode == 0
    assert (said["version"], said["published"]) == ("v0001", False)
    counts = {"documents": 1, "articles": 1, "duplicates": 0, "rejected": 0, "new": 0, "changed": 0, "removed": 0}
    assert said["counts"].items() >= counts.items()
    assert "look" in said["seconds"]


def test_processes_with_other_hash_seeds_write_the_same_bytes(tmp_path, monkeypatch):
    digests = []
    for seed in ("1", "2"):
        monkeypatch.setitem(ENVIRONMENT, "PYTHONHASHSEED", seed)
        copydesk("run", "--direct", "--quiet", "--raw", str(ROOT / "raw"), "--curated", seed, cwd=tmp_path)
        manifest = json.loads((tmp_path / seed / "versions" / "v0001" / "manifest.json").read_text())
        files = manifest["files"].items()
        digests.append({name: entry["sha256"] for name, entry in files if name.endswith((".parquet", ".jsonl.gz"))})

    assert len(digests[0]) == 8
    assert digests[0] == digests[1]


def test_rollback_holds_until_it_is_released(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "wall.txt").write_text(ARTICLE)
    copydesk("run", "--direct", "--quiet", cwd=tmp_path)
    (tmp_path / "raw" / "mole.txt").write_text(ARTICLE.replace("wall", "mole").replace("cracks", "holes"))
    copydesk("run", "--direct", "--quiet", cwd=tmp_path)

    rolled = json.loads(copydesk("rollback", "v0001", "--json", cwd=tmp_path).stdout)
    held = copydesk("run", "--direct", cwd=tmp_path)
    listed = copydesk("versions", cwd=tmp_path).stdout.decode()
    hold = json.loads(copydesk("versions", "--json", cwd=tmp_path).stdout)["hold"]
    released = json.loads(copydesk("run", "--direct", "--release", "--json", cwd=tmp_path).stdout)

    assert rolled == {"version": "v0003", "rollback_of": "v0001"}
    assert held.returncode == 3
    assert "--release" in held.stderr.decode()
    assert listed.endswith("Held since a rollback: runs publish nothing until `copydesk run --release`\n")
    assert hold["rollback_of"] == "v0001"
    assert (released["version"], released["published"], released["counts"]["documents"]) == ("v0004", True, 2)


def test_a_takedown_keeps_a_document_and_its_later_copies_out(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "wall.txt").write_text(ARTICLE)
    (tmp_path / "raw" / "other.txt").write_text(EELS)
    copydesk("run", "--direct", "--quiet", cwd=tmp_path)

    done = copydesk("takedown", "wall.txt", "--reason", "wrong wall", "--purge", "--json", cwd=tmp_path)
    (tmp_path / "raw" / "copy.txt").write_text(ARTICLE + "\n\nNothing more is known.")
    said = json.loads(copydesk("run", "--direct", "--json", cwd=tmp_path).stdout)
    story = json.loads(copydesk("explain", "copy.txt", "--json", cwd=tmp_path).stdout)

    assert json.loads(done.stdout)["purged_from"] == ["v0001"]
    assert (said["counts"]["articles"], said["counts"]["rejected"]) == (1, 2)
    assert "taken_down" in json.dumps(story)
    assert copydesk("verify", "v0001", cwd=tmp_path).returncode == 0


def test_what_was_taken_down_does_not_come_back_by_a_rollback_or_from_elsewhere(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "wall.txt").write_text(ARTICLE)
    (tmp_path / "raw" / "other.txt").write_text(EELS)
    copydesk("run", "--direct", "--quiet", cwd=tmp_path)
    copydesk("takedown", "wall.txt", "--reason", "wrong wall", cwd=tmp_path)
    there = ("--raw", str(tmp_path / "raw"), "--curated", str(tmp_path / "curated"))

    said = json.loads(copydesk("run", "--direct", "--json", *there, cwd=Path("/")).stdout)
    back = copydesk("rollback", "v0001", cwd=tmp_path)

    assert (said["version"], said["counts"]["articles"]) == ("v0002", 1)
    assert back.returncode == 2
    assert "wall.txt" in back.stderr.decode()


def test_a_server_that_does_not_answer_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setitem(ENVIRONMENT, "PREFECT_API_URL", "http://127.0.0.1:9/api")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "wall.txt").write_text(ARTICLE)

    done = copydesk("run", cwd=tmp_path)

    assert done.returncode == 2
    assert "PREFECT_API_URL=http://127.0.0.1:9/api: no server answers" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_prune_keeps_the_newest_and_asks_first(tmp_path):
    (tmp_path / "raw").mkdir()
    for number in range(3):
        (tmp_path / "raw" / f"{number}.txt").write_text(ARTICLE.replace("wall", f"wall {number}"))
        assert copydesk("run", "--direct", "--quiet", cwd=tmp_path).returncode == 0

    asked = copydesk("prune", "--keep", "1", cwd=tmp_path, stdin=b"n\n")
    kept = json.loads(copydesk("versions", "--json", cwd=tmp_path).stdout)["versions"]
    pruned = json.loads(copydesk("prune", "--keep", "1", "--yes", "--json", cwd=tmp_path).stdout)

    assert asked.returncode == 2
    assert "--yes" in asked.stderr.decode()
    assert [version["version"] for version in kept] == ["v0001", "v0002", "v0003"]
    assert pruned == {"removed": ["v0001", "v0002"]}
    assert copydesk("verify", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("words", [("versions",), ("--help",), ("run", "--help")], ids=" ".join)
def test_plain_calls_import_nothing_heavy(desk, words):
    script = (
        "import sys\nfrom flows.cli import main\n"
        f"try:\n    main({list(words)!r})\n"
        "except SystemExit as end:\n    code = end.code\n"
        "heavy = {'prefect', 'numba', 'pandas', 'pyarrow', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'heavy: {heavy}' if heavy else code)"
    )

    done = subprocess.run([sys.executable, "-c", script], cwd=desk, capture_output=True, env=ENVIRONMENT, timeout=60)

    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param(("run", "--no-such-option"), "--no-such-option", id="unknown option"),
        pytest.param(("run", "--direct", "--raw", "nowhere"), "nowhere: no such folder", id="no such folder"),
        pytest.param(("run", "--direct", "--raw", "empty"), "empty: no raw files", id="no input"),
        pytest.param(("run", "--raw", "nowhere"), "nowhere: no such folder", id="no such folder, through Prefect"),
        pytest.param(("run", "--raw", "empty", "--curated", "empty/out"), "lies inside empty", id="output as input"),
        pytest.param(("run", "--direct", "--raw", "full", "--accept", "x"), "--accept x: no such gate", id="no gate"),
        pytest.param(("prune", "--keep", "1", "--yes"), "curated: no data set there", id="prune of nothing"),
        pytest.param(("run", "--direct", "--config", "none.toml"), "none.toml", id="no such settings"),
        pytest.param(("rollback", "v0001"), "curated: no data set there", id="rollback of nothing"),
        pytest.param(("takedown", "x", "--reason", "y"), "curated: no data set there", id="takedown from nothing"),
        pytest.param(("clean", "nowhere.txt"), "nowhere.txt: cannot be read", id="clean: no such file"),
        pytest.param(("versions", "v0001"), "Unexpected: v0001\nTry 'copydesk versions --help'", id="a word too many"),
        pytest.param(
            ("run", "--direct", "--raw", "full/a.txt"), "full/a.txt: is a file; name the", id="file as folder"
        ),
        pytest.param(
            ("run", "--direct", "--raw", "full", "--cache", "s3://news/x"),
            "--cache: must be a path on this machine, found 's3://news/x'",
            id="cache in a bucket",
        ),
        pytest.param(("versions", "--curated", "full/a.txt"), "full/a.txt: is a file", id="file as data set"),
        pytest.param(("versions", "--curated", "nosuch"), "nosuch: no data set there", id="versions of nothing"),
        pytest.param(("history", "--curated", "nosuch"), "nosuch: no data set there", id="history of nothing"),
        pytest.param(("run", "--direct", "--raw", "full", "--log", "xml"), "--log xml: must be json", id="log form"),
        pytest.param(("verify",), "curated: no published version here", id="verify of nothing"),
        pytest.param(("explain", "a.txt"), "curated: no published version here", id="explain of nothing"),
    ],
)
def test_wrong_usage_is_one_clear_line_and_touches_nothing(tmp_path, words, complaint):
    (tmp_path / "empty").mkdir()
    (tmp_path / "raw").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text(ARTICLE)

    done = copydesk(*words, cwd=tmp_path)

    assert done.returncode == 2
    assert done.stdout == b""
    assert complaint in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "full", "raw"]


def test_clean_prints_the_body_without_a_data_set(tmp_path):
    done = copydesk("clean", "-", "--json", cwd=tmp_path, stdin=ARTICLE.encode())

    (article,) = json.loads(done.stdout)["articles"]
    assert (article["title"], article["published_date"]) == ("Harbour wall to be raised", "2021-05-04")
    assert article["text"].startswith("The town will raise")
    assert {cut["role"] for cut in article["removals"]} >= {"title", "date_line"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        pytest.param("empty.txt", b"", "rejected, empty: the file has no bytes", id="empty"),
        pytest.param("picture.txt", b"\x89PNG\r\n\x1a\n\0\0", "rejected, binary", id="binary"),
        pytest.param("rows.parquet", b"", "rejected, empty: the file has no bytes", id="no rows"),
        pytest.param("README.txt", ARTICLE.encode(), "README.txt: no document; files called README*", id="passed over"),
    ],
)
def test_clean_says_on_stderr_what_it_cannot_clean_and_exits_with_2(tmp_path, name, content, complaint):
    (tmp_path / name).write_bytes(content)

    done = copydesk("clean", str(tmp_path / name), "--quiet", cwd=tmp_path)

    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode().startswith(f"copydesk: {tmp_path / name}: ")
    assert complaint in done.stderr.decode()


def test_clean_as_json_of_a_rejected_file_is_still_one_object(tmp_path):
    done = copydesk("clean", "-", "--json", cwd=tmp_path, stdin=b"")

    said = json.loads(done.stdout)
    assert done.returncode == 2
    assert (said["articles"], [row["reason"] for row in said["rejected"]]) == ([], ["empty"])


def test_clean_of_a_file_with_a_bad_row_gives_the_good_ones(tmp_path):
    rows = [{"text": ARTICLE}, {"text": None}, {"text": EELS}]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))

    done = copydesk("clean", "rows.jsonl", cwd=tmp_path)

    said = done.stdout.decode()
    assert done.returncode == 0
    assert 0 <= said.index("rows.jsonl#0\n") < said.index("Divers found cracks") < said.index("rows.jsonl#2\n")
    assert done.stderr.decode() == "copydesk: rows.jsonl#1: rejected, empty: the text is null or empty\n"


def test_clean_reads_the_sidecar_too(tmp_path):
    (tmp_path / "wall.txt").write_text(ARTICLE)
    (tmp_path / "wall.txt.meta.json").write_text('{"publisher": "Wall Courier"}')

    done = copydesk("clean", "wall.txt", cwd=tmp_path)

    assert "publisher: Wall Courier" in done.stdout.decode()


def test_clean_in_words_names_the_fields_and_then_the_text(tmp_path):
    done = copydesk("clean", "-", cwd=tmp_path, stdin=ARTICLE.encode())

    assert done.stdout.decode().startswith("title: Harbour wall to be raised\n")
    assert "Divers found cracks" in done.stdout.decode()


def test_verify_names_the_damaged_file_and_exits_with_6(desk, tmp_path):
    copy = tmp_path / "desk"
    shutil.copytree(desk, copy)
    file = copy / "curated" / "versions" / "v0001" / "articles.parquet"
    file.write_bytes(file.read_bytes()[:-1] + b"?")

    done = copydesk("verify", "--json", cwd=copy)

    assert copydesk("verify", cwd=desk).returncode == 0
    assert done.returncode == 6
    assert any("articles.parquet" in fault["file"] for fault in json.loads(done.stdout)["faults"])


@pytest.mark.parametrize("form", ["raw/wall.txt", "./raw/wall.txt", "raw/../raw/wall.txt", "{}/raw/wall.txt"])
def test_explain_takes_a_path_as_a_shell_completes_it(desk, form):
    assert copydesk("explain", form.format(desk), cwd=desk).stdout.decode().startswith("wall.txt  (doc_")


def test_explain_inside_the_raw_folder_takes_ids_and_both_kinds_of_paths(tmp_path, monkeypatch):
    folder = tmp_path / "raw" / "gazette"
    (folder / "deep").mkdir(parents=True)
    (folder / "wall.txt").write_text(ARTICLE)
    row = {"title": "Eels", "text": EELS}
    (folder / "deep" / "eels.jsonl").write_text(json.dumps(row) + "\n")
    monkeypatch.setitem(ENVIRONMENT, "COPYDESK_RAW", str(tmp_path / "raw"))
    monkeypatch.setitem(ENVIRONMENT, "COPYDESK_CURATED", str(tmp_path / "curated"))
    assert copydesk("run", "--direct", "--quiet", cwd=tmp_path).returncode == 0

    def found(name):
        return json.loads(copydesk("explain", name, "--json", cwd=folder).stdout)["document"]

    wall = found("wall.txt")
    assert wall["source_path"] == "gazette/wall.txt"
    assert found(wall["document_id"]) == found("gazette/wall.txt") == wall
    assert found("deep/eels.jsonl#0")["source_path"] == "gazette/deep/eels.jsonl"


def test_explain_and_report_answer_for_a_path(desk):
    story = copydesk("explain", "wall.txt", cwd=desk)
    report = copydesk("report", "--json", cwd=desk)

    assert story.returncode == 0
    assert "Harbour wall to be raised" in story.stdout.decode()
    assert (desk / json.loads(report.stdout)["report"]).is_file()


def test_an_odd_value_in_a_sidecar_is_a_warning_of_the_run(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "wall.txt").write_text(ARTICLE)
    (tmp_path / "raw" / "wall.txt.meta.json").write_text('{"headlin": "Wall"}')

    done = copydesk("run", "--direct", "--json", cwd=tmp_path)
    cleaned = copydesk("clean", "raw/wall.txt", cwd=tmp_path)

    (warning,) = json.loads(done.stdout)["warnings"]
    assert warning == "wall.txt.meta.json: 'headlin' is no field; did you mean 'headline'?; not taken"
    assert f"copydesk: warning: {warning}" in done.stderr.decode()
    assert f"copydesk: warning: {warning}" in cleaned.stderr.decode()
    assert warning in (tmp_path / "curated" / "versions" / "v0001" / "report.html").read_text().replace("&#39;", "'")


def test_a_damaged_version_is_shown_as_such_and_warned_of_whatever_is_asked(desk, tmp_path):
    copy = tmp_path / "desk"
    shutil.copytree(desk, copy)
    (copy / "curated" / "versions" / "v0001" / "figures.parquet").unlink()

    shown = copydesk("versions", cwd=copy)
    named = json.loads(copydesk("verify", "--json", cwd=copy).stdout)["version"]
    run = copydesk("run", "--direct", cwd=copy)

    assert "v0001    damaged " in shown.stdout.decode()
    assert "(the latest; figures.parquet is missing)" in shown.stdout.decode()
    assert named == "v0001"
    assert "copydesk: warning: versions/v0001/figures.parquet: is missing" in run.stderr.decode()


def test_diff_of_the_latest_version_alone_is_with_its_parent(tmp_path):
    (tmp_path / "raw").mkdir()
    for name, text in (("wall", ARTICLE), ("eels", EELS)):
        (tmp_path / "raw" / f"{name}.txt").write_text(text)
        copydesk("run", "--direct", "--quiet", cwd=tmp_path)

    said = json.loads(copydesk("diff", "v0002", "--json", cwd=tmp_path).stdout)
    first = json.loads(copydesk("diff", "v0001", "--json", cwd=tmp_path).stdout)
    copydesk("prune", "--keep", "1", "--yes", cwd=tmp_path)
    alone = copydesk("diff", "v0002", cwd=tmp_path)

    assert (said["old"], said["new"], said["counts"]["new"]) == ("v0001", "v0002", 1)
    assert (first["old"], first["new"]) == ("v0001", "v0002")
    assert alone.returncode == 2
    assert "its parent v0001 is gone; name two versions" in alone.stderr.decode()


def test_a_report_needs_a_folder_to_be_written_to(desk):
    done = copydesk("report", "--output", "no/such/folder/r.html", cwd=desk)

    assert done.returncode == 2
    assert "--output no/such/folder/r.html: no file can be written there" in done.stderr.decode()


@pytest.mark.parametrize(
    "words",
    [
        ("versions",),
        ("verify",),
        ("diff", "v0001", "v0001"),
        ("explain", "wall.txt"),
        ("report",),
        ("prune", "--keep", "9"),
    ],
    ids=" ".join,
)
def test_every_call_answers_with_one_json_object(desk, words):
    done = copydesk(*words, "--json", cwd=desk)

    assert done.returncode == 0
    assert isinstance(json.loads(done.stdout), dict)


def test_diff_of_the_first_version_alone_says_that_there_is_none_before_it(desk):
    done = copydesk("diff", "v0001", cwd=desk)

    assert done.returncode == 2
    assert "v0001 is the first version" in done.stderr.decode()


def test_diff_of_a_version_with_itself_is_empty(desk):
    said = json.loads(copydesk("diff", "v0001", "v0001", "--json", cwd=desk).stdout)

    assert set(said["counts"].values()) == {0}


def test_a_run_is_recorded_published_or_not(desk):
    records = [json.loads(path.read_text()) for path in sorted((desk / "curated" / "runs").iterdir())]

    assert [record["exit_code"] for record in records][:1] == [0]
    assert records[0]["published"] is True


def test_quiet_says_nothing_but_errors(desk):
    done = copydesk("run", "--direct", "--quiet", cwd=desk)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_log_in_json_has_an_object_for_each_step_and_no_word_of_an_article(desk):
    done = copydesk("run", "--direct", "--full", "--log", "json", cwd=desk)
    lines = [json.loads(line) for line in done.stderr.decode().splitlines()]

    assert [lines[0]["event"], lines[-1]["event"]] == ["run begins", "run ends"]
    assert {line["step"] for line in lines if line["event"] == "step done"} >= {"ingest", "strip", "gates"}
    assert {line["run"] for line in lines} == {lines[0]["run"]} and lines[-1]["counts"]["articles"] == 1
    assert "Divers" not in done.stderr.decode()


def test_verbose_tells_what_each_step_made(desk):
    done = copydesk("run", "--direct", "--full", "-v", cwd=desk)

    assert "assemble: 1 + " in done.stderr.decode()


def test_a_run_with_nothing_new_does_not_load_prefect_and_is_recorded(desk):
    time.sleep(2.1)  # files count as settled two seconds after their change
    copydesk("run", "--direct", "--quiet", cwd=desk)
    before = len(list((desk / "curated" / "runs").iterdir()))
    script = (
        "import sys\nfrom flows.cli import main\ntry:\n    main(['run', '--json'])\n"
        "except SystemExit as end:\n    print(end.code, 'prefect' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=desk, capture_output=True, env=ENVIRONMENT, timeout=120)

    assert done.stderr.decode().splitlines()[-1] == "0 False"
    assert json.loads(done.stdout)["why"] == "nothing new"
    assert len(list((desk / "curated" / "runs").iterdir())) == before + 1


def test_the_settings_describe_the_data_set_on_its_card(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "wall.txt").write_text(ARTICLE)
    about = {"name": 'The "Desk"', "license": "cc-by-4.0", "url": "https://desk.example/", "citation": "Quill, 2024"}
    rows = "".join(f"{name} = {json.dumps(value)}\n" for name, value in about.items())
    (tmp_path / "copydesk.toml").write_text(f'[dataset]\n{rows}description = """Two\nlines"""\n')
    done = copydesk("run", "--direct", "--quiet", cwd=tmp_path)
    (tmp_path / "copydesk.toml").write_text("[dataset]\nlicence = 'x'\n")
    wrong = copydesk("run", "--direct", cwd=tmp_path)

    assert done.returncode == 0, done.stderr.decode()
    card = (tmp_path / "curated" / "versions" / "v0001" / "README.md").read_text()
    assert 'license: "cc-by-4.0"' in card and '# The "Desk"\n\nTwo\nlines' in card
    assert "<https://desk.example/>" in card and "Quill, 2024" in card
    assert wrong.returncode == 2 and "unknown setting 'licence'; known are name" in wrong.stderr.decode()
