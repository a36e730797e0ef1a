"""The structure holds: no circles, no large classes, no deep inheritance, no long modules in the window."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "blender_app"
MOST_PUBLIC_METHODS = 40
MOST_ANCESTRY = 2
"""A class of ours, and one more that it comes from."""
MOST_LINES = 400

ERRORS = f"{PACKAGE}.core.errors."
"""The tree of errors holds nothing but names: it may be three deep."""


@pytest.fixture(scope="module")
def modules(repository: Path) -> dict[str, ast.Module]:
    """Return the parsed modules of the package by their full names."""
    found = {}
    for path in sorted((repository / PACKAGE).rglob("*.py")):
        parts = path.relative_to(repository).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports_of(name: str, tree: ast.Module, known: dict[str, ast.Module]) -> set[str]:
    """Return which of the known modules a module imports anywhere, TYPE_CHECKING and functions included."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [
                full if (full := f"{node.module}.{alias.name}") in known else node.module
                for alias in node.names
            ]
        else:
            continue
        found.update(one for one in names if one in known and one != name)
    return found


def circles_of(arrows: dict[str, set[str]]) -> Iterator[frozenset[str]]:
    """Yield the sets of nodes that reach each other (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(node: str) -> Iterator[frozenset[str]]:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(arrows[node]):
            if other not in index:
                yield from visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            members = frozenset(stack[at:])
            del stack[at:]
            if len(members) > 1:
                yield members

    for node in arrows:
        if node not in index:
            yield from visit(node)


class Classes:
    """The classes of the package: their public members, and which of them each comes from."""

    def __init__(self, modules: dict[str, ast.Module]) -> None:
        self.members: dict[str, set[str]] = {}
        self.bases: dict[str, list[str]] = {}
        for module, tree in modules.items():
            names = self._names_of(module, tree)
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    full = f"{module}.{node.name}"
                    functions = [one for one in node.body if isinstance(one, ast.FunctionDef)]
                    self.members[full] = {one.name for one in functions if not one.name.startswith("_")}
                    self.bases[full] = [names.get(ast.unparse(base), "") for base in node.bases]

    @staticmethod
    def _names_of(module: str, tree: ast.Module) -> dict[str, str]:
        """Return what the names in a module that may be classes mean."""
        names = {
            node.name: f"{module}.{node.name}" for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return names

    def ancestry(self, name: str) -> list[str]:
        """Return the longest chain of classes of ours from a class upwards, itself included."""
        chains = [self.ancestry(base) for base in self.bases[name] if base in self.bases]
        return [name, *max(chains, key=len, default=[])]


@pytest.fixture(scope="module")
def classes(modules: dict[str, ast.Module]) -> Classes:
    """Return the classes of the package."""
    return Classes(modules)


def test_no_modules_go_round_in_a_circle(modules: dict[str, ast.Module]) -> None:
    arrows = {name: imports_of(name, tree, modules) for name, tree in modules.items()}
    assert list(circles_of(arrows)) == []


def test_no_class_has_too_many_public_methods(classes: Classes) -> None:
    large = {name for name, members in classes.members.items() if len(members) > MOST_PUBLIC_METHODS}
    assert large == set()


def test_no_chain_of_inheritance_is_long(classes: Classes) -> None:
    deep = {name for name in classes.bases if len(classes.ancestry(name)) > MOST_ANCESTRY}
    assert {name for name in deep if not name.startswith(ERRORS)} == set()


def test_no_module_of_the_window_is_long(repository: Path) -> None:
    paths = (repository / PACKAGE / "ui").rglob("*.py")
    long = {path.name for path in paths if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES}
    assert long == set()


def test_only_presenters_and_what_they_share_know_the_controller(modules: dict[str, ast.Module]) -> None:
    ui, controller = f"{PACKAGE}.ui.", f"{PACKAGE}.session.controller"
    knowing = {
        name.removeprefix(ui)
        for name, tree in modules.items()
        if name.startswith(ui) and controller in imports_of(name, tree, modules)
    }
    shared = {"loops.edited_loop", "shell.clip_player", "shell.file_windows", "window.main_window"}
    assert {name for name in knowing if not name.endswith("presenter")} == shared


def test_the_scan_finds_circles() -> None:
    arrows = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set(), "e": {"f"}, "f": {"e"}}
    assert set(circles_of(arrows)) == {frozenset("bc"), frozenset("ef")}


def test_the_scan_counts_what_is_imported_for_its_type_only() -> None:
    source = "if TYPE_CHECKING:\n    from p.b import B\ndef f():\n    from p import c\nimport p.d\n"
    known = dict.fromkeys(("p", "p.a", "p.b", "p.c", "p.d"), ast.parse(""))
    assert imports_of("p.a", ast.parse(source), known) == {"p.b", "p.c", "p.d"}
