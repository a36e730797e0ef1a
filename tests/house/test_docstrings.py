"""Docstrings say every parameter of what others call.

A parameter is said where its name stands in backticks, or in the section "Parameters". A docstring may also
refer to another that says it: "see `Output.note_on`", "parameters as in `decode`". A class's docstring says
the parameters of its `__init__`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOMS = ("blender_app", "benchmarks", "packaging", "soundfonts")
QT_NAMES = ("blender_app/session", "blender_app/ui")
"""Where methods in camelCase are Qt's own, or signals' and slots' in its style: Qt documents those."""
EXEMPT = {"self", "cls", "parent"}
QT_SAYS = {"data": {"index", "role"}, "event": {"event"}, "flags": {"index"}}
"""Parameters of Qt's methods that we override and whose names are one word."""
ROWS = {"flag", "real", "whole"}
"""What declares a row of the table of parameters, which has texts of its own."""
NOT_CALLED = {"cached_property", "overload", "property", "setter"}


class Documented(NamedTuple):
    """A function, or a class with its `__init__`, where it stands and what it takes."""

    path: str
    name: str
    docstring: str
    parameters: list[str]
    others: tuple[str, ...] = ()
    """What else a class's section may name: fields that need no words, and classes that have more."""


def parameters_of(function: ast.FunctionDef) -> list[str]:
    """Return the names of what a caller gives to a function."""
    taken = function.args
    given = [*taken.posonlyargs, *taken.args, taken.vararg, *taken.kwonlyargs, taken.kwarg]
    names = [one.arg for one in given if one is not None]
    return [name for name in names if name not in EXEMPT and not name.startswith("_")]


def is_called(function: ast.FunctionDef) -> bool:
    """Say whether a function is called with parameters by others: no property, nothing private."""
    marks = {re.split(r"[.(]", ast.unparse(mark))[-1] for mark in function.decorator_list}
    return not function.name.startswith("_") and not marks & NOT_CALLED


def fields_of(node: ast.ClassDef) -> list[str]:
    """Return the fields that the generated `__init__` of a class takes and nothing beside them explains."""
    made = [*node.decorator_list, *node.bases]
    if not any(re.match(r"(dataclasses\.)?dataclass\b|NamedTuple$", ast.unparse(one)) for one in made):
        return []
    names = []
    for one, following in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(one, ast.AnnAssign) or not isinstance(one.target, ast.Name):
            continue
        value = one.value if isinstance(one.value, ast.Call) else None
        is_row = value is not None and ast.unparse(value.func) in ROWS
        is_made = value is not None and "init=False" in ast.unparse(value)
        is_class_wide = "ClassVar" in ast.unparse(one.annotation)
        if not (is_row or is_made or is_class_wide or isinstance(following, ast.Expr)):
            names.append(one.target.id)
    return [name for name in names if not name.startswith("_")]


def documented_in(path: str, tree: ast.Module) -> Iterator[Documented]:
    """Yield the public functions, methods and classes of a module."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and is_called(node):
            yield Documented(path, node.name, ast.get_docstring(node) or "", parameters_of(node))
        if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
            continue
        if fields := fields_of(node):
            annotated = [ast.unparse(one.target) for one in node.body if isinstance(one, ast.AnnAssign)]
            others = (*annotated, *(ast.unparse(base) for base in node.bases))
            yield Documented(path, node.name, ast.get_docstring(node) or "", fields, others)
        for method in node.body:
            if not isinstance(method, ast.FunctionDef):
                continue
            name, own = f"{node.name}.{method.name}", ast.get_docstring(method) or ""
            if method.name == "__init__":
                docstring = f"{ast.get_docstring(node) or ''}\n\n{own}"
                yield Documented(path, node.name, docstring, parameters_of(method))
            elif is_called(method) and not (
                path.startswith(QT_NAMES) and re.match("[a-z]+[A-Z]", method.name)
            ):
                yield Documented(path, name, own, parameters_of(method))


def section_names(docstring: str) -> set[str]:
    """Return the names in the section "Parameters"."""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n-+$|\Z)", docstring, re.DOTALL | re.MULTILINE)
    lines = section[1].splitlines() if section else []
    heads = [line.split(":")[0] for line in lines if line and not line.startswith(" ")]
    names = {name.strip().lstrip("*") for head in heads for name in head.split(",")}
    return {name for name in names if name.isidentifier()}


def said_in(docstring: str) -> set[str]:
    """Return the names that a docstring says: those of its section, and the words in backticks."""
    quoted = re.findall(r"`([^`]+)`", docstring.replace("``", '"'))
    return section_names(docstring) | {word for text in quoted for word in re.findall(r"\w+", text)}


def unsaid(known: list[Documented]) -> list[str]:
    """Return what is not said, a line each."""
    said = {name: set(names) for name, names in QT_SAYS.items()}
    for one in known:
        said.setdefault(one.name.split(".")[-1], set()).update(said_in(one.docstring) & set(one.parameters))
    lines = []
    for one in known:
        overridden = [] if one.docstring else [one.name]
        references = re.findall(r"(?:[Ss]ee|as in) `([\w.]+)`", one.docstring) + overridden
        names = said_in(one.docstring).union(*(said.get(other.split(".")[-1], ()) for other in references))
        if missing := [name for name in one.parameters if name not in names]:
            lines.append(f"{one.path}: {one.name} does not say {', '.join(missing)}")
    return lines


@pytest.fixture(scope="module")
def known(repository: Path) -> list[Documented]:
    """Return all that is public and documented in the rooms."""
    paths = [path for room in ROOMS for path in sorted((repository / room).rglob("*.py"))]
    return [
        one
        for path in paths
        for one in documented_in(
            path.relative_to(repository).as_posix(), ast.parse(path.read_text(encoding="utf-8"))
        )
    ]


def test_every_parameter_is_said(known: list[Documented]) -> None:
    assert len(known) > 1000
    assert unsaid(known) == []


def test_no_parameter_is_said_that_is_not_there(known: list[Documented]) -> None:
    fields = {one.name: {*one.parameters, *one.others} for one in known}
    stale = []
    for one in known:
        there = EXEMPT.union(one.parameters, one.others, *(fields.get(base, ()) for base in one.others))
        stale += [f"{one.path}: {one.name}: {name}" for name in section_names(one.docstring) - there]
    assert stale == []


@pytest.mark.parametrize(
    ("docstring", "missing"),
    [
        ("Return the nearest of `choices` to `value`.", ""),
        ("Return the nearest of the choices to `value`.", "choices"),
        (
            "Choose.\n\nParameters\n----------\nchoices, value\n    Both.\n\nRaises\n------\nError\n    No.",
            "",
        ),
        (
            "Choose.\n\nParameters\n----------\nvalue\n    A number.\n\nReturns\n-------\nchoices\n    One.",
            "choices",
        ),
        ("Choose; see `Other.other`.", ""),
        ("Choose as `nearest` does, from ``choices`` to ``value``.", "choices, value"),
    ],
)
def test_what_counts_as_said(docstring: str, missing: str) -> None:
    tree = ast.parse("def nearest(choices, value, _unused=0): 'Choose.'")
    (one,) = documented_in("a.py", tree)
    other = Documented("b.py", "Other.other", "Take `choices` and `value`.", ["choices", "value"])
    wanted = [f"a.py: nearest does not say {missing}"] if missing else []
    assert unsaid([one._replace(docstring=docstring), other]) == wanted
