"""The melody model's public face, on an untrained network: shapes, ends, seeds and refusals."""

from pathlib import Path

import numpy as np
import pytest
import torch

from blender_app import load_model
from blender_app.core.constraints import DecodeConstraints
from blender_app.core.errors import ModelError
from blender_app.core.melody import MelodyLoop
from blender_app.latent.checkpoint import save_weights
from blender_app.latent.config import MelodyConfig
from blender_app.latent.drum_model import DrumModel
from blender_app.latent.melody_model import MelodyModel
from blender_app.latent.melody_networks import MelodyNets
from blender_app.training.augment_melody import draw

TINY = MelodyConfig(z_notes=8, width=32, blocks=1, dynamics_width=16, prior_width=24, prior_blocks=1)
LOOPS = draw(6, np.random.default_rng(0)) - 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    save_weights(MelodyNets(TINY), tmp_path / "tiny", "tiny")
    return tmp_path / "tiny"


def test_shapes_ends_and_seeds(folder: Path) -> None:
    model = MelodyModel.load(folder)
    z = model.encode(LOOPS)
    assert (z.shape, z.dtype) == ((6, 8), np.float32)
    assert model.decode(z).shape == (6, 32)
    way = model.interpolate(LOOPS[0], LOOPS[1], 5)
    assert way.shape == (5, 32)
    np.testing.assert_array_equal(way[[0, -1]], LOOPS[:2])
    palette = model.palette(LOOPS[:4], 3, 4)
    assert palette.shape == (3, 4, 32)
    np.testing.assert_array_equal(palette[[0, 0, -1, -1], [0, -1, 0, -1]], LOOPS[:4])
    np.testing.assert_array_equal(model.sample(4, seed=1), model.sample(4, seed=1))
    assert not np.array_equal(model.sample(4, 1.0, seed=1), model.sample(4, 1.0, seed=2))
    assert model.sample(4, seed=3).min() >= -2
    assert model.sample(4, seed=3).max() <= 127


def test_what_is_no_melody_or_no_melody_model_is_refused(folder: Path) -> None:
    model = MelodyModel.load(folder)
    with pytest.raises(ModelError, match=r"B, 32"):
        model.encode(np.zeros((2, 16), int))
    with pytest.raises(ModelError, match="events"):
        model.encode(np.full((1, 32), 128))
    with pytest.raises(ModelError, match="codes"):
        model.decode(np.zeros((1, 3)))
    with pytest.raises(ModelError, match="melody model, not a drums"):
        DrumModel.load(folder)
    assert isinstance(load_model(folder), MelodyModel)
    with pytest.raises(ModelError, match="drums model, not a melody"):
        MelodyModel.load("drums-2bar")


def in_c_major() -> np.ndarray:
    return np.tile(np.isin(np.arange(128) % 12, [0, 2, 4, 5, 7, 9, 11]), (32, 1))


IN_C = DecodeConstraints(in_c_major())


def pitches(loops: list[MelodyLoop]) -> set[int]:
    return {int(pitch) % 12 for loop in loops for pitch in loop.events[loop.events >= 0]}


def test_a_scale_is_kept_in_all_that_is_decoded(folder: Path) -> None:
    model = MelodyModel.load(folder)
    corners = [MelodyLoop.from_events(row - 2) for row in draw(4, np.random.default_rng(5))]
    white = {0, 2, 4, 5, 7, 9, 11}
    free = [loop for row in model.make_palette(corners).cells(5, 5) for loop in row]
    assert pitches(free) - white
    locked = model.make_palette(corners, constraints=IN_C).cells(5, 5)
    assert pitches([loop for row in locked for loop in row]) <= white
    mixed_constraints = DecodeConstraints(in_c_major(), (False, True, False, False))
    mixed = model.make_palette(corners, constraints=mixed_constraints).cells(5, 5)
    assert mixed[0][-1] == corners[1]
    assert pitches([loop for row in mixed for loop in row if loop != corners[1]]) <= white
    assert pitches(model.make_morph(*corners[:2], constraints=IN_C).at(np.linspace(0, 1, 7))) <= white
    assert pitches(model.sample_loops(8, 1.0, seed=1)) - white
    assert pitches(model.sample_loops(8, 1.0, seed=1, constraints=IN_C)) <= white
    assert pitches([model.vary(corners[0], 1.0, seed=2, constraints=IN_C)]) <= white


def test_a_scale_changes_what_is_played_not_when() -> None:
    torch.manual_seed(2)
    decoder = MelodyNets(TINY).eval().decoder
    z, noise, allowed = torch.randn(40, 8), torch.zeros(40), torch.from_numpy(in_c_major())
    free, locked = decoder.decode(z, noise), decoder.decode(z, noise, allowed=allowed)
    changed = False
    for a, b in zip(free, locked, strict=True):
        first = int((a != b).int().argmax())
        if a[first] != b[first]:  # up to here both had the same past
            changed = True
            assert a[first] >= 2
            assert b[first] >= 2
            assert abs(int(a[first]) - int(b[first])) <= 4  # of 128
    assert changed


def test_samples_keep_to_a_register(folder: Path) -> None:
    model = MelodyModel.load(folder)
    for register in ((28, 52), (53, 96)):
        loops = model.sample_loops(3, seed=4, constraints=DecodeConstraints(register=register))
        means = [loop.events[loop.events >= 0].mean() for loop in loops if loop.note_count]
        assert len(loops) == 3
        assert all(register[0] <= mean <= register[1] for mean in means)


def test_ways_end_in_the_loops_and_keep_their_dynamics(folder: Path) -> None:
    model = MelodyModel.load(folder)
    rng = np.random.default_rng(6)
    a, b = (MelodyLoop(row - 2, rng.integers(1, 127, 32), rng.uniform(-0.4, 0.4, 32)) for row in draw(2, rng))
    way = model.make_morph(a, b).at(np.linspace(0, 1, 9))
    assert way[0] == a
    assert way[-1] == b
    assert all((loop.velocity > 0).tolist() == (loop.events >= 0).tolist() for loop in way)
