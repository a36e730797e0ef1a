"""Libraries loaded ahead of torch."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from blender_app.session import preload

PRELOADED = """
import sys
from blender_app.session.preload import preload_model_libraries
count = preload_model_libraries()
assert "torch" not in sys.modules
import torch
print(count, float(torch.ones(3).sum()))
"""


def test_without_torch_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert preload.preload_model_libraries() == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names of Linux libraries")
def test_torch_works_after_its_libraries_were_loaded(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRELOADED], cwd=repository, capture_output=True, text=True, check=True
    )
    count, total = done.stdout.split()
    assert int(count) >= 3
    assert float(total) == 3.0


class Linker:
    """Stands for the C library: writes down what is opened, and how."""

    def __init__(self, handle: int | None = 1) -> None:
        self.opened: list[tuple[str, int]] = []
        self.handle = handle

    def __call__(self, name: object) -> Linker:
        assert name is None  # what the program itself has
        return self

    @property
    def dlopen(self) -> Linker.Open:
        return Linker.Open(self)

    class Open:
        def __init__(self, linker: Linker) -> None:
            self.linker = linker

        def __call__(self, path: bytes, flags: int) -> int | None:
            self.linker.opened.append((Path(os.fsdecode(path)).name, flags))
            return self.linker.handle


@pytest.fixture
def torch_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of libraries of a torch that is not loaded."""
    (tmp_path / "lib").mkdir()
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: spec)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    return tmp_path / "lib"


@pytest.mark.skipif(os.name != "posix", reason="there is no dlopen elsewhere")
@pytest.mark.parametrize(("platform", "suffix"), [("linux", ".so"), ("darwin", ".dylib")])
def test_libraries_are_opened_in_order_and_the_first_for_all(
    torch_folder: Path, monkeypatch: pytest.MonkeyPatch, platform: str, suffix: str
) -> None:
    names = ["libtorch_global_deps", "libtorch_cpu", "libtorch"]
    for name in names:
        (torch_folder / f"{name}{suffix}").touch()
    monkeypatch.setattr(sys, "platform", platform)
    linker = Linker()
    monkeypatch.setattr(preload.ctypes, "CDLL", linker)
    assert preload.preload_model_libraries() == 3
    scopes = (os.RTLD_GLOBAL, os.RTLD_LOCAL, os.RTLD_LOCAL)
    assert linker.opened == [
        (f"{name}{suffix}", os.RTLD_LAZY | scope) for name, scope in zip(names, scopes, strict=True)
    ]
    monkeypatch.setattr(preload.ctypes, "CDLL", Linker(None))  # none can be opened
    assert preload.preload_model_libraries() == 0


def test_a_torch_that_is_loaded_or_has_no_place_is_left_alone(
    torch_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (torch_folder / "libtorch.so").touch()
    monkeypatch.setattr(preload.ctypes, "CDLL", linker := Linker())
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace())
    assert preload.preload_model_libraries() == 0
    monkeypatch.delitem(sys.modules, "torch")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: SimpleNamespace(origin=None))
    assert preload.preload_model_libraries() == 0
    spec = SimpleNamespace(origin=str(torch_folder.parent / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: spec)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(os, "name", "nt")
        assert preload.preload_model_libraries() == 0
    assert linker.opened == []
