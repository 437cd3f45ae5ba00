"""What a step's results depend on beside its input: code, tables and libraries, as digests.

In     the name of a module of the project
Out    digests of the source of every module that it imports, directly or not, and of the tables beside them; the
       versions of the libraries that these import, with what they require
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("tasks", "flows")
_IMPORT = re.compile(
    r"^[ \t]*(?:from (?P<package>[\w.]+) import (?P<members>\([^)]*\)|\w[^\n#;]*)|import (?P<names>\w[\w., ]*))",
    re.MULTILINE,
)
_COMMENT = re.compile(r"#[^\n]*")
_HEADER = re.compile(r"^(Name|Version|Requires-Dist): *(.*?)\r?$", re.MULTILINE)


@cache
def closure(module: str) -> tuple[frozenset[str], frozenset[str]]:
    """(modules of the project, top-level names of libraries) that a module imports, directly or through others."""
    ours: set[str] = set()
    theirs: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in ours:
            continue
        ours.add(name)
        for found in imports_of(name):
            if found.split(".")[0] in PACKAGES:
                waiting.append(found)
            else:
                theirs.add(found.split(".")[0])
    return frozenset(ours), frozenset(theirs)


@cache
def imports_of(module: str) -> frozenset[str]:
    """Full names of the modules that a module of the project imports anywhere, its own packages included."""
    source = module_source(module)
    names = {module.rsplit(".", n)[0] for n in range(1, module.count(".") + 1)}  # importing a.b runs a
    for package, members in import_statements(source):
        if package:
            names.add(package)
            names |= {name for member in members if _is_module(name := f"{package}.{member}")}
        else:
            names.update(members)
    return frozenset(name for name in names if name.split(".")[0] not in PACKAGES or _is_module(name))


def import_statements(source: str) -> Iterator[tuple[str, list[str]]]:
    """(what is imported from, what is imported) of every import; "" for `import name`.

    Read line by line: to parse all modules as Python does took a fifth of a run on one text. A text
    that is written like an import counts as one, which can only add; tests/test_fingerprints.py holds this against
    Python's parser.

    >>> list(import_statements("import os, re as regex\\nfrom a.b import (\\n    c,  # why\\n    d as e,\\n)\\n"))
    [('', ['os', 're']), ('a.b', ['c', 'd'])]
    """
    for found in _IMPORT.finditer(source):
        listed = _COMMENT.sub("", found["members"] or found["names"]).strip("() ")
        members = [member.split()[0] for member in listed.split(",") if member.strip()]
        yield found["package"] or "", members


@cache
def _is_module(name: str) -> bool:
    return name.split(".")[0] in PACKAGES and _file_of(name) is not None


@cache
def _file_of(module: str) -> Path | None:
    """The source file of a module of the project; None where there is none.

    Found by its path: `importlib.util.find_spec` imports the packages above it, which takes seconds.
    """
    top, *rest = module.split(".")
    for folder in _folders(top):
        for path in (folder.joinpath(*rest, "__init__.py"), folder.joinpath(*rest).with_suffix(".py")):
            if path.is_file():
                return path
    return None


@cache
def _folders(package: str) -> tuple[Path, ...]:
    spec = find_spec(package)
    return tuple(map(Path, spec.submodule_search_locations or ())) if spec else ()


@cache
def module_source(module: str) -> str:
    path = _file_of(module)
    if path is None:
        raise ModuleNotFoundError(f"{module}: no source to take a fingerprint of")
    return path.read_text(encoding="utf-8")


@cache
def code_digest(module: str) -> str:
    """Digest of the source of a module's import closure inside the project."""
    ours, _ = closure(module)
    return hashlib.sha256("\0".join(f"{name}\0{module_source(name)}" for name in sorted(ours)).encode()).hexdigest()


@cache
def tables_digest(module: str) -> str:
    """Digest of every table that lies beside a module of the import closure: a changed word may matter to any step."""
    folders = {folder_of(name) for name in closure(module)[0]}
    tables = sorted(
        path for folder in folders for path in folder.iterdir() if path.suffix in {".toml", ".csv", ".json"}
    )
    return hashlib.sha256(b"\0".join(p.name.encode() + b"\0" + p.read_bytes() for p in tables)).hexdigest()


def folder_of(module: str) -> Path:
    path = _file_of(module)
    if path is None:
        raise ModuleNotFoundError(module)
    return path.parent


@cache
def _distributions() -> Mapping[str, list[metadata.Distribution]]:
    """The distributions that bring each top-level module.

    As `importlib.metadata.packages_distributions`, which reads the long description of everything that is installed.
    """
    found: dict[str, list[metadata.Distribution]] = {}
    for distribution in metadata.distributions():
        for top in _top_levels(distribution):
            found.setdefault(top, []).append(distribution)
    return found


def _top_levels(distribution: metadata.Distribution) -> set[str]:
    """Top-level modules of a distribution, as it states them or by its list of files."""
    if stated := (distribution.read_text("top_level.txt") or "").split():
        return set(stated)
    files = (line.split(",", 1)[0] for line in (distribution.read_text("RECORD") or "").splitlines())
    return {path.removesuffix(".py").split("/", 1)[0] for path in files if path.endswith(".py")}


@cache
def library_versions(module: str) -> tuple[str, ...]:
    """`name==version` of every library a module's closure imports, with everything those require."""
    _, theirs = closure(module)
    distributions = _distributions()
    waiting = [name for top in theirs for brings in distributions.get(top, []) for name in _headers(brings)["Name"]]
    found: dict[str, str] = {}
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found or (installed := _installed(name)) is None:
            continue
        found[name], required = installed
        waiting += required
    return tuple(f"{name}=={version}" for name, version in sorted(found.items()))


@cache
def _installed(name: str) -> tuple[str, list[str]] | None:
    """Version and requirements of a distribution; None for one that is not here, such as an extra's."""
    try:
        headers = _headers(metadata.distribution(name))
    except metadata.PackageNotFoundError:
        return None
    required = headers.get("Requires-Dist", [])
    return headers["Version"][0], [match[0] for line in required if (match := re.match(r"[\w.-]+", line))]


def _headers(distribution: metadata.Distribution) -> dict[str, list[str]]:
    """Name, version and requirements of a distribution; its long description, which is not needed, stays unread."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    found: dict[str, list[str]] = {}
    for header, value in _HEADER.findall(text.split("\n\n", 1)[0]):
        found.setdefault(header, []).append(value)
    return found
