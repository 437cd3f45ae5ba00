"""The lock holds a version of everything that pyproject.toml asks for: a changed requirement needs `make lock`."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
LOCKED = {
    canonicalize_name(name): version
    for name, version in re.findall(r"^([\w.-]+)==([\w.!+-]+)", (ROOT / "requirements.lock").read_text(), re.M)
}


@pytest.mark.parametrize("line", [*PROJECT["dependencies"], *EXTRAS])
def test_a_requirement_is_met_by_the_lock(line):
    wanted = Requirement(line)

    version = LOCKED.get(canonicalize_name(wanted.name))

    assert version is not None, "not in requirements.lock: make lock"
    assert wanted.specifier.contains(version, prereleases=True)


def test_every_version_of_the_lock_has_hashes():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.M)[1:]

    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
