"""Libraries loaded ahead of torch."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

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
