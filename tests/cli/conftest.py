"""A tiny model in the place of the trained one, and MIDI files to feed it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from blender_app import cli_files, cli_render
from blender_app.core.constraints import NO_CONSTRAINTS, DecodeConstraints
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import ModelError
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.parameters import DEFAULT_WANDER
from blender_app.core.smf import Loop, MidiStyle, write_midi
from blender_app.core.time import DEFAULT_STEPS


def given(constraints: DecodeConstraints) -> dict[str, object]:
    """Return what a model was asked to keep to, by its name."""
    names = ("allowed", "user_edited", "register")
    values = {name: getattr(constraints, name) for name in names}
    return {
        name: value
        for name, value in values.items()
        if value is not None and not (name == "user_edited" and value == ())
    }


class FakeModel:
    """Answers with loops that tell what was asked: the velocity counts the loops."""

    steps = DEFAULT_STEPS

    def __init__(self, loop: Callable[[int], Loop]) -> None:
        self.loop = loop
        self.asked: dict[str, object] = {}

    def make_palette(
        self,
        corners: Sequence[Loop],
        refine: bool,
        plain: bool = False,
        constraints: DecodeConstraints = NO_CONSTRAINTS,
        wander: float = DEFAULT_WANDER,
    ) -> SimpleNamespace:
        self.asked = {"corners": list(corners), "plain": plain, "wander": wander, **given(constraints)}

        def cells(rows: int, cols: int) -> list[list[Loop]]:
            grid = [[self.loop(row * cols + column + 1) for column in range(cols)] for row in range(rows)]
            grid[0][0], grid[0][-1], grid[-1][0], grid[-1][-1] = corners
            return grid

        return SimpleNamespace(cells=cells, at=lambda points: [corners[0]] * len(points))

    def make_morph(
        self,
        a: Loop,
        b: Loop,
        refine: bool,
        plain: bool,
        constraints: DecodeConstraints,
        wander: float = DEFAULT_WANDER,
    ) -> SimpleNamespace:
        self.asked = {"plain": plain, "wander": wander, **given(constraints)}

        def at(positions: NDArray[np.float64]) -> list[Loop]:
            assert positions.tolist() == np.linspace(0, 1, len(positions)).tolist()
            return [a, *(self.loop(step) for step in range(2, len(positions))), b]

        return SimpleNamespace(at=at)

    def sample_loops(
        self, n: int, temperature: float | None, seed: int, constraints: DecodeConstraints
    ) -> list[Loop]:
        self.asked = {"temperature": temperature, "seed": seed, **given(constraints)}
        return [self.loop(1 + (seed + number) % 127) for number in range(n)]


def numbered(velocity: int) -> DrumLoop:
    """Return a loop with a late kick at the velocity `velocity` (1-127), modulo that range."""
    return DrumLoop.empty().with_hit(3, 0, (velocity - 1) % 127 + 1, 0.25)


def numbered_tune(velocity: int) -> MelodyLoop:
    """Return a loop with a note of five steps at that velocity."""
    return MelodyLoop.from_notes([Note(3, 69, (velocity - 1) % 127 + 1, 5.0)])


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeModel]:
    """Put fakes in the places of the models."""
    fakes = {"drums-2bar": FakeModel(numbered), "melody-2bar": FakeModel(numbered_tune)}

    def load(name: str) -> FakeModel:
        if name not in fakes:
            raise ModelError(f"There is no model {name}.")
        return fakes[name]

    for module in (cli_files, cli_render):
        monkeypatch.setattr(module, "load_model", load)
    monkeypatch.setattr(cli_files, "_kind_of", lambda name: load(name) and name.partition("-")[0])
    return fakes


@pytest.fixture
def model(models: dict[str, FakeModel]) -> FakeModel:
    """Return the fake that is "drums-2bar"."""
    return models["drums-2bar"]


@pytest.fixture
def melody_model(models: dict[str, FakeModel]) -> FakeModel:
    """Return the fake that is "melody-2bar"."""
    return models["melody-2bar"]


@pytest.fixture
def midi_file(tmp_path: Path) -> Callable[[str, Loop], Path]:
    """Return a function that writes a loop to a file of a name, at 93 bpm."""

    def write(name: str, loop: Loop) -> Path:
        path = tmp_path / name
        write_midi(path, loop, MidiStyle(tempo_bpm=93))
        return path

    return write


@pytest.fixture
def corners(midi_file: Callable[[str, Loop], Path]) -> list[Path]:
    """Return the files of four loops with one hit each, at steps 0, 1, 2, 3."""
    names = ("tl.mid", "tr.mid", "bl.mid", "br.mid")
    return [
        midi_file(name, DrumLoop.empty().with_hit(step, 1, 100 + step)) for step, name in enumerate(names)
    ]


@pytest.fixture
def tunes(midi_file: Callable[[str, Loop], Path]) -> list[Path]:
    """Return the files of four melodies with one note each."""
    return [
        midi_file(f"tune-{number}.mid", MelodyLoop.from_notes([Note(number, 60 + number, 90, 4.0)]))
        for number in range(4)
    ]
