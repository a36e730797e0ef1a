"""The melody model's public face, on an untrained network: shapes, ends, seeds and refusals."""

from pathlib import Path

import numpy as np
import pytest
import torch

from blender_app import load_model
from blender_app.core.errors import ModelError
from blender_app.latent.checkpoint import save_weights
from blender_app.latent.config import MelodyConfig
from blender_app.latent.melody_model import MelodyModel
from blender_app.latent.melody_networks import MelodyNets
from blender_app.latent.model import DrumModel
from blender_app.training.augment_melody import draw

TINY = MelodyConfig(z_notes=8, width=32, blocks=1, feel_width=16, prior_width=24, prior_blocks=1)
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
