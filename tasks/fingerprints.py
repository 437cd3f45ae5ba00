"""What a step's results depend on beside its input: code, tables and libraries, as digests.

In     the name of a module of the project
Out    digests of the source of every module that it imports, directly or not, and of the tables beside them; the
       versions of the libraries that these import, with what they require
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("tasks", "flows")


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
    for node in _statements(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {
                f"{node.module}.{alias.name}" for alias in node.names if _is_module(f"{node.module}.{alias.name}")
            }
    return frozenset(name for name in names if name.split(".")[0] not in PACKAGES or _is_module(name))


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements below a node; imports are statements, so that expressions need not be walked."""
    for block in ("body", "orelse", "finalbody", "handlers", "cases"):
        for child in getattr(node, block, ()):
            yield child
            yield from _statements(child)


@cache
def _is_module(name: str) -> bool:
    if name.split(".")[0] not in PACKAGES:
        return False
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # its parent is a module, no package
        return False


@cache
def module_source(module: str) -> str:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{module}: no source to take a fingerprint of")
    return Path(spec.origin).read_text(encoding="utf-8")


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
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(module)
    return Path(spec.origin).parent


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Names of the distributions that bring each top-level module."""
    return metadata.packages_distributions()


@cache
def library_versions(module: str) -> tuple[str, ...]:
    """`name==version` of every library a module's closure imports, with everything those require."""
    _, theirs = closure(module)
    distributions = _distributions()
    waiting = [name for top in theirs for name in distributions.get(top, [])]
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
        version, lines = metadata.version(name), metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return None
    return version, [match[0] for line in lines if (match := re.match(r"[\w.-]+", line))]
