"""The fingerprint of a step changes with anything that may change its results, and with nothing else."""

import ast
import dataclasses
import shutil
from importlib import metadata

import pyarrow as pa
import pytest

from tasks import fingerprints, language, step, strip
from tasks.step import Step

SCHEMA = pa.schema([("length", pa.int64())])


@pytest.fixture
def fresh_fingerprints():
    """Fingerprints are computed once a process; these tests change what they are made of."""

    def clear():
        for function in (
            fingerprints.closure,
            fingerprints.code_digest,
            fingerprints.tables_digest,
            fingerprints.library_versions,
            fingerprints.imports_of,
            fingerprints.module_source,
            fingerprints._installed,
        ):
            function.cache_clear()

    clear()
    yield clear
    clear()


def fingerprint(**changes) -> str:
    of_language = Step("language", language.detect_batch, ("text",), SCHEMA)
    return dataclasses.replace(of_language, **changes).fingerprint


def test_the_fingerprint_is_the_same_twice():
    assert fingerprint() == fingerprint()


def test_the_fingerprint_sees_settings_columns_and_schema():
    other = pa.schema([("length", pa.int32())])

    seen = {
        fingerprint(),
        fingerprint(settings={"n": 1}),
        fingerprint(reads=("text", "url")),
        fingerprint(schema=other),
    }

    assert len(seen) == 4


def test_the_fingerprint_sees_a_change_in_an_imported_module(fresh_fingerprints, monkeypatch):
    before = fingerprint()
    module = sorted(fingerprints.closure("tasks.language")[0])[-1]
    fresh_fingerprints()
    source = fingerprints.module_source
    monkeypatch.setattr(
        fingerprints, "module_source", lambda name: source(name) + ("# changed" if name == module else "")
    )

    assert fingerprint() != before


def test_the_fingerprint_sees_a_change_in_a_table(fresh_fingerprints, monkeypatch, tmp_path):
    before = fingerprint(work=strip.strip_batch)
    fresh_fingerprints()
    folder = tmp_path / "rules"
    shutil.copytree(fingerprints.folder_of("tasks.rules"), folder)
    place = fingerprints.folder_of
    table = sorted(folder.glob("*.toml"))[0]
    table.write_text(table.read_text() + "\n# a comment counts too\n")
    monkeypatch.setattr(fingerprints, "folder_of", lambda name: folder if name == "tasks.rules" else place(name))

    assert fingerprint(work=strip.strip_batch) != before


def test_the_fingerprint_sees_another_version_of_a_library(fresh_fingerprints, monkeypatch):
    before = fingerprint()
    fresh_fingerprints()
    headers = fingerprints._headers
    monkeypatch.setattr(
        fingerprints,
        "_headers",
        lambda found: headers(found) | ({"Version": ["9.9"]} if found.metadata["Name"] == "langdetect" else {}),
    )

    assert fingerprint() != before


def test_the_fingerprint_sees_another_python(fresh_fingerprints, monkeypatch):
    before = fingerprint()
    monkeypatch.setattr(step.platform, "python_version_tuple", lambda: ("3", "99", "0"))

    assert fingerprint() != before


def test_imports_are_read_as_python_reads_them():
    """Of every module of the project: also those in functions and over several lines."""
    missed, added = {}, set()
    for module in sorted(fingerprints.closure("flows.steps")[0] | fingerprints.closure("flows.cli")[0]):
        source = fingerprints.module_source(module)
        parsed = set()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                parsed |= {("", alias.name) for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                parsed |= {(node.module, alias.name) for alias in node.names}
        read = {(package, name) for package, names in fingerprints.import_statements(source) for name in names}
        missed |= {module: parsed - read} if parsed - read else {}
        added |= read - parsed
    assert not missed
    assert added == {("", "pandas"), ("datasets", "load_dataset")}  # of the card's example, which is a text


def test_distributions_are_those_that_the_library_names():
    brought = fingerprints._distributions()

    for top, names in metadata.packages_distributions().items():
        if top.isidentifier():
            assert {found.metadata["Name"] for found in brought[top]} == set(names)
