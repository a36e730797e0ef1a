"""A tiny model in the place of the trained one, and MIDI files to feed it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from blender_app import cli_files
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import ModelError
from blender_app.core.smf import MidiStyle, write_midi


class FakeModel:
    """Answers with loops that tell what was asked: the velocity counts the loops."""

    def __init__(self) -> None:
        self.asked: dict[str, object] = {}

    def make_palette(self, corners: Sequence[DrumLoop], *, plain: bool) -> SimpleNamespace:
        self.asked = {"corners": list(corners), "plain": plain}

        def cells(rows: int, cols: int) -> list[list[DrumLoop]]:
            grid = [[numbered(row * cols + column + 1) for column in range(cols)] for row in range(rows)]
            grid[0][0], grid[0][-1], grid[-1][0], grid[-1][-1] = corners
            return grid

        return SimpleNamespace(cells=cells)

    def interpolate_loops(self, a: DrumLoop, b: DrumLoop, steps: int, *, plain: bool) -> list[DrumLoop]:
        self.asked = {"plain": plain}
        return [a, *(numbered(step) for step in range(2, steps)), b]

    def sample_loops(self, n: int, *, temperature: float | None, seed: int) -> list[DrumLoop]:
        self.asked = {"temperature": temperature, "seed": seed}
        return [numbered(1 + (seed + number) % 127) for number in range(n)]


def numbered(velocity: int) -> DrumLoop:
    """Return a loop with a late kick at the velocity `velocity` (1-127), modulo that range."""
    return DrumLoop.empty().with_hit(3, 0, (velocity - 1) % 127 + 1, 0.25)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> FakeModel:
    """Put a fake in the place of the model called "drums-2bar"."""
    fake = FakeModel()

    def load(name: str) -> FakeModel:
        if name != "drums-2bar":
            raise ModelError(f"There is no model {name}.")
        return fake

    monkeypatch.setattr(cli_files, "load_model", load)
    return fake


@pytest.fixture
def midi_file(tmp_path: Path) -> Callable[[str, DrumLoop], Path]:
    """Return a function that writes a loop to a file of a name, at 93 bpm."""

    def write(name: str, loop: DrumLoop) -> Path:
        path = tmp_path / name
        write_midi(path, loop, MidiStyle(tempo_bpm=93))
        return path

    return write


@pytest.fixture
def corners(midi_file: Callable[[str, DrumLoop], Path]) -> list[Path]:
    """Return the files of four loops with one hit each, at steps 0, 1, 2, 3."""
    names = ("tl.mid", "tr.mid", "bl.mid", "br.mid")
    return [
        midi_file(name, DrumLoop.empty().with_hit(step, 1, 100 + step)) for step, name in enumerate(names)
    ]
