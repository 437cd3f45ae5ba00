"""Users' own rules: a folder of rows, tried out before a run begins, in use wherever its steps work."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.cli import main
from flows.config import Config, Rules, load_config
from flows.lifecycle import curate_data
from flows.own_rules import EXTENSIBLE, read_own_rules
from flows.request import Request
from flows.rule_tables import ROWS
from flows.steps import document_steps
from tasks import rules
from tasks.errors import ConfigError
from tasks.rules import OwnRules, using
from tasks.rules.own import TableFile
from tasks.strip.rules import match_line

LINE = "Harbour Courier, the paper that the tide brings"
BODY = "The ferry sails again from June, the harbour office said on Monday, and fares stay as they were in the spring."
ARTICLE = (
    f"Ferry sails again\n\n{BODY}\n\nA second boat follows in the autumn, and a third one after the winter.\n\n{LINE}"
)
ROW = """
[[row]]
id = "courier.motto"
role = "legal_footer"
zone = "foot"
pattern = '''^Harbour Courier, the paper that .{1,40}$'''
why = "the motto below every article of the Harbour Courier"
yes = ["Harbour Courier, the paper that the tide brings"]
no = ["Harbour Courier reporters saw the tide."]
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "my-rules"
    made.mkdir()
    (made / "strip_lines.toml").write_text(ROW)
    return made


@pytest.fixture
def config(tmp_path, folder, monkeypatch) -> Config:
    (tmp_path / "raw").mkdir()
    for n in range(3):
        (tmp_path / "raw" / f"{n}.txt").write_text(ARTICLE.replace("June", ("May", "June", "July")[n]))
    (tmp_path / "copydesk.toml").write_text('workers = 1\n[rules]\nmin_words = 10\nextra = "my-rules/"\n')
    monkeypatch.chdir(tmp_path)
    return load_config(environment={})


def cuts(config: Config, version: str = "v0001") -> set[str]:
    """The rules that cut something, of a version."""
    table = pq.read_table(config.curated / "versions" / version / "removals.parquet")
    return set(table["rule"].to_pylist())


def test_a_rule_of_the_users_own_cuts_its_line_and_is_named_in_the_tables(config):
    curate_data(config, Request())

    assert "courier.motto" in cuts(config)
    articles = pq.read_table(config.curated / "versions/v0001/articles.parquet")
    assert not any(LINE in text for text in articles["text"].to_pylist())


def test_without_it_the_line_stays_also_where_the_same_process_used_it_before(config, tmp_path):
    plain = Config(raw=config.raw, curated=tmp_path / "plain", workers=1, rules=Rules(min_words=10))
    curate_data(config, Request())

    curate_data(plain, Request())

    articles = pq.read_table(plain.curated / "versions/v0001/articles.parquet")
    assert all(text.endswith(LINE) for text in articles["text"].to_pylist())


def test_worker_processes_use_it_too_and_publish_the_same_bytes(config, tmp_path):
    curate_data(config, Request())
    pooled = Config(raw=config.raw, curated=tmp_path / "pooled", workers=2, rules=config.rules)

    curate_data(pooled, Request())

    names = sorted(path.name for path in (config.curated / "versions/v0001").glob("*.parquet"))
    assert "removals.parquet" in names
    for name in names:
        assert (pooled.curated / "versions/v0001" / name).read_bytes() == (
            config.curated / "versions/v0001" / name
        ).read_bytes()


def test_a_changed_row_is_seen_by_the_next_run_although_raw_is_the_same(config, folder):
    curate_data(config, Request())
    (folder / "strip_lines.toml").write_text(ROW.replace('"courier.motto"', '"courier.slogan"'))

    curate_data(load_config(environment={}), Request())

    assert "courier.slogan" in cuts(config, "v0002")
    assert "courier.motto" not in cuts(config, "v0002")


def test_only_the_step_that_reads_the_table_has_another_fingerprint():
    own = OwnRules((TableFile("strip_lines", "x", ROW),))
    before, after = document_steps(Rules()), document_steps(Rules(extra=own))

    changed = {name for name in before if before[name].fingerprint != after[name].fingerprint}

    assert changed == {"strip"}


def test_the_place_of_the_folder_changes_no_digest(folder, tmp_path):
    other = tmp_path / "elsewhere"
    folder.rename(other)
    (other / "README.md").write_text("files of other kinds are passed over")
    moved = read_own_rules(other)

    other.rename(folder)

    assert moved.digest == read_own_rules(folder).digest != ""
    assert Rules(extra=moved).digest() == Rules(extra=read_own_rules(folder)).digest() != Rules().digest()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('why = "the motto', 'wy = "the motto', "strip_lines.toml:2: row 'courier.motto': unknown key 'wy'"),
        ('role = "legal_footer"', 'role = "foot"', "strip_lines.toml:2: row 'courier.motto': role: 'foot' is none"),
        ('"courier.motto"', '"byline.by"', "strip_lines.toml:2: row 'byline.by': id: 'byline.by' stands already at"),
        ("reporters saw the tide", ", the paper that sank", "strip_lines.toml:2: row 'courier.motto': no: "),
        ("the tide brings", "", "strip_lines.toml:2: row 'courier.motto': yes: "),
        ("'''\n", "''\n", "strip_lines.toml: is no TOML"),
    ],
)
def test_a_bad_row_ends_the_call_before_anything_is_touched(config, folder, capsys, old, new, complaint):
    text = ROW.replace(old, new) if "," not in new else ROW.replace(f" {old}", new)
    assert text != ROW
    (folder / "strip_lines.toml").write_text(text)

    with pytest.raises(SystemExit) as ended:
        main(["run", "--direct"])

    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err
    assert not config.curated.exists()


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("lines.toml", "lines.toml: no table is called so; files are called ingest_pages.toml, strip_captions.toml"),
        ("strip_weights.toml", "strip_weights.toml: no table is called so"),
        ("README.md", "holds no table"),
    ],
)
def test_a_file_that_adds_to_no_table_is_told(tmp_path, name, complaint):
    (tmp_path / name).write_text(ROW)

    with pytest.raises(ConfigError, match=complaint):
        read_own_rules(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    (tmp_path / "copydesk.toml").write_text(f'[rules]\nextra = "{tmp_path}/nowhere"\n')

    with pytest.raises(ConfigError, match=r"nowhere: no such folder; 'extra' in \[rules\]"):
        load_config(tmp_path / "copydesk.toml", environment={})


def test_lines_are_matched_by_the_rows_in_use_and_by_no_others(folder):
    own = read_own_rules(folder)

    before = match_line(LINE, "foot")
    with using(own):
        during = match_line(LINE, "foot")
    after = match_line(LINE, "foot")

    assert (before, after) == (None, None)
    assert during.rule.id == "courier.motto"


def test_what_is_kept_of_extensible_tables_is_kept_apart_for_each_set_of_rows():
    """A room that reads such a table keeps nothing by `functools`, whose caches know nothing of the rows in use."""
    room = Path(rules.__file__).parents[1] / "strip"

    texts = {path.name: path.read_text(encoding="utf-8") for path in room.rglob("*.py")}
    assert [name for name, text in texts.items() if "lru_cache" in text or "@cache" in text] == []
    assert ROWS.keys() >= EXTENSIBLE
