"""The folder for the ear is complete, sounds, and does not tell which way is which."""

from __future__ import annotations

import importlib.util
import json
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., str]


@pytest.fixture
def listen(repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the benchmark with arguments and returns what it prints."""
    spec = importlib.util.spec_from_file_location("listen", repository / "benchmarks" / "listen.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def run(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["listen.py", *map(str, arguments)])
        module.main()
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("kind", ["drums", "melody"])
def test_a_folder_is_rendered_rated_and_scored(listen: Run, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "ear"
    printed = listen(folder, "--kind", kind, "--pairs", 1, "--rate", 8000)
    files = json.loads((folder / "key.json").read_text())["files"]
    assert {path.name for path in folder.glob("*.wav")} == set(files)
    ways = {each["way"] for each in files.values()}
    assert ways == {"as shipped", "wander 0", "wander 1", "straight line", "cross-fade by half bar"}
    assert all(way in printed for way in ways)
    lengths = set()
    for name, each in files.items():
        with wave.open(str(folder / name), "rb") as file:
            lengths.add(file.getnframes())
            bars_s = file.getnframes() / 8000 - 1.0
        assert bars_s == pytest.approx(12 * 4 * 60 / each["tempo_bpm"], abs=0.01)
        assert 0.01 < each["peak"] <= 1.0
        assert -70 < each["level_db"] < 0
    assert len(lengths) == 1
    html = (folder / "index.html").read_text()
    assert all(name in html for name in files)
    assert not any(way in html for way in ways)
    assert not any(word in html for word in ("FILES", "FOLDER", "http:", "https:"))
    rated = {name: {"music": 5 if each["way"] == "as shipped" else 2} for name, each in files.items()}
    (tmp_path / "ratings.json").write_text(json.dumps(rated))
    scored = listen(folder, "--score", tmp_path / "ratings.json")
    assert "| as shipped | 5.00 |  | 1 |" in scored
    assert "| straight line | 2.00 |  | 1 |" in scored
