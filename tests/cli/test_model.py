"""prepare, train and evaluate: what they pass on, and what they print."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from blender_app.cli import main
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FileError, LoopweaveError
from blender_app.core.smf import MidiStyle, write_midi
from blender_app.corpus.prepare import DrumCorpus


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Put a stand-in for training, which needs torch and hours, and return what it is asked."""
    asked: list[tuple[Any, ...]] = []

    def train(name: str, data: Path, out: Path, **options: object) -> None:
        if name != "drums-2bar":
            raise LoopweaveError(f"there is no recipe for {name!r}")
        asked.append((name, data, out, options))

    def evaluate(name: str, data: Path | None, **options: object) -> list[str]:
        asked.append((name, data, options))
        return ["exact .95", "smooth .18"]

    for module, function in (("train", train), ("evaluate", evaluate)):
        fake = ModuleType(module)
        setattr(fake, module, function)
        monkeypatch.setitem(sys.modules, f"blender_app.training.{module}", fake)
    return asked


def test_prepare_reads_folders_and_names_what_it_skips(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "midi"
    folder.mkdir()
    random = np.random.default_rng(3)
    for number in range(6):
        loops = [DrumLoop.from_hits(random.random((32, 9)) < 0.2) for _ in range(4)]
        write_midi(folder / f"song-{number}.mid", loops, MidiStyle(tempo_bpm=100))
    (folder / "broken.mid").write_bytes(b"MThd and no more")
    out = tmp_path / "loops.npz"
    assert main(["prepare", str(folder), "--out", str(out), "--quiet"]) == 0
    text = capsys.readouterr().out
    assert "broken.mid" in text
    assert f"{out}: written" in text
    with np.load(out) as data:
        assert len(data["velocity"]) >= 6


def test_prepare_of_nothing_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        assert main(["prepare", str(folder), "--out", str(tmp_path / "f.npz"), "--quiet"]) == 2
        assert capsys.readouterr().err.startswith("loopweave: ")
    assert not (tmp_path / "f.npz").exists()


@pytest.mark.parametrize("data", [b"", b"rubbish", b"PK\x03\x04rubbish"])
def test_a_damaged_corpus_is_our_error(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "loops.npz"
    file.write_bytes(data)
    with pytest.raises(FileError, match="is not a prepared corpus"):
        DrumCorpus.load(file)


def test_train_passes_its_options_on(training: list[tuple[Any, ...]]) -> None:
    assert main(["train", "drums-2bar", "--data", "f.npz"]) == 0
    options = ["--out", "here", "--minutes", "1.5", "--seed", "4", "--quiet"]
    assert main(["train", "drums-2bar", "--data", "f.npz", *options]) == 0
    data = Path("f.npz")
    assert training == [
        ("drums-2bar", data, Path("models/drums-2bar"), {"minutes": 112.0, "seed": 0, "progress": True}),
        ("drums-2bar", data, Path("here"), {"minutes": 1.5, "seed": 4, "progress": False}),
    ]


def test_an_unknown_model_is_an_error(
    training: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "spoons", "--data", "f.npz"]) == 2
    assert "there is no recipe for 'spoons'" in capsys.readouterr().err
    assert training == []


def test_evaluate_prints_figures(training: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "drums-2bar", "--data", "f.npz"]) == 0
    assert capsys.readouterr().out == "exact .95\nsmooth .18\n"
    assert training == [("drums-2bar", Path("f.npz"), {"progress": True})]
