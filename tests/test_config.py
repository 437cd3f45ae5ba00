"""Configuration: later sources win, and what is wrong is named."""

from pathlib import Path

import pytest

from flows.config import Config, Rules, input_settings, load_config
from tasks.errors import ConfigError


def settings_file(folder: Path, text: str) -> Path:
    path = folder / "copydesk.toml"
    path.write_text(text)
    return path


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path):
    file = settings_file(tmp_path, 'raw = "a"\ncurated = "a"\nworkers = 3\n[rules]\nmin_words = 7')

    config = load_config(file, environment={"COPYDESK_RAW": "b", "COPYDESK_CURATED": "b"}, raw=Path("c"), workers=None)

    assert (config.raw, config.curated, config.workers, config.rules.min_words) == (Path("c"), Path("b"), 3, 7)


def test_words_may_be_text_as_prefect_passes_them():
    config = load_config(environment={}, raw="a", curated="b", workers=2)

    assert (config.raw, config.curated, config.workers) == (Path("a"), Path("b"), 2)


def test_without_any_source_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert load_config(environment={}) == Config()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wokers = 2", "did you mean 'workers'?"),
        ("[rules]\nmin_wrds = 2", "[rules]: unknown setting 'min_wrds'; did you mean 'min_words'?"),
        ('workers = "many"', "'workers' must be a whole number, found 'many'"),
        ("workers = -1", "'workers' must lie between 0 and 1024, found -1"),
        ("[rules]\nfullest_share = 1.5", "'fullest_share' must lie between 0.0 and 1.0"),
        ("[rules]\nmin_words = 1.5", "'min_words' must be a whole number, found 1.5"),
        ("seconds_per_document = true", "'seconds_per_document' must be a number, found True"),
        ("workers = ", "cannot read the settings"),
    ],
)
def test_what_is_wrong_is_named_with_what_it_may_be(tmp_path, text, words):
    with pytest.raises(ConfigError) as caught:
        load_config(settings_file(tmp_path, text), environment={})

    assert words in str(caught.value)
    assert "copydesk.toml" in str(caught.value)


def test_a_complaint_names_where_the_value_came_from(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match=r"^--workers: 'workers' must lie between 0 and 1024, found -3"):
        load_config(environment={}, workers=-3)
    with pytest.raises(ConfigError, match=r"^COPYDESK_WORKERS: must be a whole number, found 'abc'"):
        load_config(environment={"COPYDESK_WORKERS": "abc"})


@pytest.mark.parametrize("name", ["cache", "takedowns"])
def test_an_address_where_only_a_path_on_this_machine_will_do_is_refused(tmp_path, name):
    with pytest.raises(ConfigError, match=f"'{name}' must be a path on this machine, found 's3://news/x'$"):
        load_config(settings_file(tmp_path, f'{name} = "s3://news/x"'), environment={})
    with pytest.raises(ConfigError, match=f"^--{name}: must be a path on this machine, found 's3://news/x'$"):
        load_config(environment={}, **{name: "s3://news/x"})


def test_the_cache_of_the_environment_is_no_address_either(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match=r"^COPYDESK_CACHE: must be a path on this machine, found 's3://news/x'$"):
        load_config(environment={"COPYDESK_CACHE": "s3://news/x"})
    assert load_config(environment={"COPYDESK_CACHE": "near"}).cache == Path("near")


def test_a_missing_file_that_was_asked_for_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot read the settings"):
        load_config(tmp_path / "none.toml", environment={})


def test_the_digest_sees_every_setting_that_decides_the_data():
    assert Rules().digest() == Rules().digest()
    assert len({Rules().digest(), Rules(min_words=1).digest(), Rules(ingest={"line_bytes": 1}).digest()}) == 3


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"line_bytes": 0}, "'line_bytes' must be 1 or more"),
        ({"lines": 1}, "unknown setting 'lines'"),
        ({"fields": {"txt": ["a"]}}, "no field 'txt'; there are text"),
        ({"fields": {"text": []}}, "'fields' must be"),
        ({"fields": {"text": [3]}}, "'fields' must be"),
    ],
    ids=str,
)
def test_settings_of_the_input_are_checked_too(settings, words):
    with pytest.raises(ConfigError) as caught:
        input_settings(Rules(ingest=settings))

    assert words in str(caught.value)


def test_one_name_of_a_field_may_stand_for_a_list_of_one():
    assert input_settings(Rules(ingest={"fields": {"text": "story"}})).names("text")[0] == "story"
