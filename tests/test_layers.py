"""The arrows between rooms: flows -> steps -> shared ground, no circles, and no step that knows another."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PATHS = sorted([*ROOT.glob("flows/**/*.py"), *ROOT.glob("tasks/**/*.py")])
STEPS = {"anchors", "assemble", "dedupe", "furniture", "gates", "ingest", "language", "normalise", "publish"}
STEPS |= {"report", "strip", "takedowns", "triage"}
# (who, whom): arrows between steps that still stand; the list gets shorter only.
KNOWN = {
    ("gates", "publish"),  # a gate compares with the version that is published
    ("report", "publish"),  # a report is about one
}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in PATHS}


def imported(node: ast.AST) -> set[str]:
    """Full names that a statement imports; a name of a package may be one of its modules."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        full = {f"{node.module}.{alias.name}" for alias in node.names}
        return {name if name in MODULES else node.module for name in full}
    return set()


def imports_of(path: Path, *, inside_functions: bool) -> set[str]:
    """What a module imports; what its functions import when they are called counts for layers, not for circles."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree)) if inside_functions else list(outside_functions(tree))
    return set().union(*map(imported, nodes)) - {name_of(path)}


def outside_functions(node: ast.AST):
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from outside_functions(child)


def room_of(module: str) -> str:
    """`strip` for tasks.strip.tail; `flows` for all of flows."""
    parts = module.split(".")
    return parts[1] if parts[0] == "tasks" and len(parts) > 1 else parts[0]


def test_no_task_imports_a_flow():
    wrong = {
        (name, other)
        for name, path in MODULES.items()
        if name.startswith("tasks")
        for other in imports_of(path, inside_functions=True)
        if other.split(".")[0] == "flows"
    }

    assert wrong == set()


def test_no_step_imports_another():
    arrows = {
        (room_of(name), room_of(other))
        for name, path in MODULES.items()
        if name.startswith("tasks")
        for other in imports_of(path, inside_functions=True)
        if other.startswith("tasks.")
    }

    assert {(a, b) for a, b in arrows if a in STEPS and b in STEPS and a != b} == KNOWN


def test_no_module_imports_itself_through_others():
    graph = {name: imports_of(path, inside_functions=False) & MODULES.keys() for name, path in MODULES.items()}
    while leaves := [name for name, others in graph.items() if not others]:
        graph = {name: others - set(leaves) for name, others in graph.items() if name not in leaves}
    # What is left lies in a circle, or imports one.
    while tops := [name for name in graph if not any(name in others for others in graph.values())]:
        graph = {name: others for name, others in graph.items() if name not in tops}

    assert sorted(graph) == []


@pytest.mark.parametrize("document", sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")]), ids=lambda p: p.name)
def test_a_path_that_a_document_names_exists(document):
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w./-])(?:tasks|flows|tests|bench|docs|\.ci)/[\w./-]*\w/?(?![\w*<{])", text))

    assert sorted(name for name in named if not exists(name)) == []


@pytest.mark.parametrize("path", [*PATHS, *sorted(ROOT.glob("tasks/rules/*.toml"))], ids=lambda p: p.name)
def test_a_path_that_a_comment_names_exists(path):
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w./{-])(?:tasks|flows|tests|bench|docs)/[\w/]+\.(?:py|toml|md|csv)\b", text))

    assert sorted(name for name in named if not exists(name)) == []


def exists(name: str) -> bool:
    """A file or folder of the project; a module may be named without its ending."""
    return (ROOT / name).exists() or (ROOT / f"{name}.py").exists()
