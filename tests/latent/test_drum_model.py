"""The shipped drum model through its public face."""

from pathlib import Path

import numpy as np
import pytest

from blender_app import load_model
from blender_app.core.drums import DrumLoop
from blender_app.core.errors import ModelError
from blender_app.core.presets import DEFAULT_CORNERS, PRESETS
from blender_app.core.stored_palette import StoredPalette
from blender_app.latent.drum_model import DrumModel

LOOPS = {preset.name: preset.loop for preset in PRESETS}
CORNERS = [LOOPS[name] for name in DEFAULT_CORNERS]
HITS = np.stack([loop.hits for loop in LOOPS.values()])


@pytest.fixture(scope="module")
def model() -> DrumModel:
    return load_model("drums-2bar")


def test_shapes_and_types(model: DrumModel) -> None:
    z = model.encode(HITS[:5])
    assert (z.shape, z.dtype) == ((5, 96), np.float32)
    for hits in (model.decode(z), model.decode(z[:, :64]), model.sample(5, seed=0)):
        assert (hits.shape, hits.dtype) == ((5, 32, 9), np.bool_)
    assert model.interpolate(HITS[0], HITS[1], 7).shape == (7, 32, 9)
    assert model.interpolate(HITS[:2], HITS[2:4], 3).shape == (3, 2, 32, 9)
    assert model.palette(HITS[:4], 3, 5).shape == (3, 5, 32, 9)


def test_styles_that_nobody_trained_on_are_said_and_refined_to_the_letter(model: DrumModel) -> None:
    exact = (model.decode(model.encode(HITS)) == HITS).all(-1).mean()
    refined = (model.decode(model.refine(HITS)) == HITS).all(-1).mean()
    assert exact > 0.93
    assert refined > 0.99
    assert refined >= exact


def test_corner_cells_are_the_corners_and_their_neighbours_are_near(model: DrumModel) -> None:
    for refine in (False, True):
        palette = model.make_palette(CORNERS, refine)
        cells = palette.cells(11, 11)
        assert [cells[0][0], cells[0][-1], cells[-1][0], cells[-1][-1]] == CORNERS
        for row, col, corner in ((0, 1, 0), (1, 0, 0), (0, 9, 1), (9, 0, 2), (9, 10, 3), (10, 9, 3)):
            changed = (cells[row][col].hits != CORNERS[corner].hits).sum()
            apart = max((CORNERS[corner].hits != other.hits).sum() for other in CORNERS)
            assert changed <= 0.35 * apart, "no cliff beside a corner"
    assert all(0.9 <= accuracy <= 1.0 for accuracy in palette.accuracy)


def test_a_corner_that_no_drummer_would_play_is_still_exact(model: DrumModel) -> None:
    odd = DrumLoop.from_hits(np.random.default_rng(3).random((32, 9)) < 0.5, velocity=77)
    palette = model.make_palette([odd, *CORNERS[1:]], refine=False)
    assert palette.cells(3, 3)[0][0] == odd
    assert palette.accuracy[0] < 1.0


def test_dynamics_survive_a_corner_and_blend_between(model: DrumModel) -> None:
    loud = DrumLoop.from_hits(CORNERS[0].hits, velocity=120)
    soft = DrumLoop.from_hits(CORNERS[0].hits, velocity=30)
    row = model.make_palette([loud, soft, loud, soft]).cells(2, 9)[0]
    means = [loop.velocity[loop.hits].mean() for loop in row]
    assert means[0] == 120
    assert means[-1] == 30
    assert all(np.diff(means) < 12)


def test_the_same_seed_gives_the_same_loops_and_another_others(model: DrumModel) -> None:
    first, again, other = (model.sample(8, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert model.vary(CORNERS[0], 0.5, seed=4) == model.vary(CORNERS[0], 0.5, seed=4)


def test_samples_are_beats(model: DrumModel) -> None:
    sample = model.sample(64, seed=0)
    hits = sample.sum((1, 2))
    assert 15 < hits.mean() < 60
    assert len({loop.tobytes() for loop in sample}) > 60
    assert sample[:, ::4].mean() > sample[:, 1::2].mean(), "drummers play on the beat"


def test_a_little_variation_stays_near(model: DrumModel) -> None:
    changed = [
        np.mean([(model.vary(CORNERS[0], amount, seed).hits != CORNERS[0].hits).sum() for seed in range(8)])
        for amount in (0.1, 1.0)
    ]
    assert changed[0] < changed[1]


def test_interpolation_keeps_its_ends_and_is_more_even_than_the_straight_line(model: DrumModel) -> None:
    largest = {}
    for plain in (False, True):
        ways = model.interpolate(HITS[:8], HITS[8:16], 9, plain)
        changed = (ways[1:] != ways[:-1]).sum((2, 3))
        largest[plain] = (changed.max(0) / changed.sum(0)).mean()
        if not plain:
            np.testing.assert_array_equal(ways[0], HITS[:8])
            np.testing.assert_array_equal(ways[-1], HITS[8:16])
    assert largest[False] < largest[True]


def test_wrong_shapes_and_missing_models_are_named(model: DrumModel, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"32, 9"):
        model.encode(np.zeros((2, 16, 9), bool))
    with pytest.raises(ModelError, match="codes"):
        model.decode(np.zeros((2, 3)))
    with pytest.raises(ModelError, match="no model"):
        load_model(tmp_path / "nothing")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelError, match="damaged"):
        load_model(tmp_path)


def test_the_stored_palette_is_the_models(model: DrumModel) -> None:
    stored = StoredPalette.load()
    for kept, corner in zip(stored.corners, CORNERS, strict=True):
        np.testing.assert_array_equal(kept.hits, corner.hits)
        np.testing.assert_array_equal(kept.velocity, corner.velocity)
    cells = model.make_palette(CORNERS).cells(33, 33)
    same = [
        a.hits == b.hits
        for r, s in zip(stored.cells(33, 33), cells, strict=True)
        for a, b in zip(r, s, strict=True)
    ]
    assert np.mean(same) > 0.99, "store the palette again: packaging/store_palette.py"
    point = np.array([[0.5, 0.25]])
    assert stored.at(point)[0].hit_count == stored.cells(5, 3)[1][1].hit_count


def test_loops_made_together_are_those_made_one_by_one(model: DrumModel) -> None:
    played = model.sample_full(12, seed=5)
    together = played.loops()
    assert together == [DrumLoop(*loop) for loop in zip(*played, strict=True)]
    for array in (together[0].hits, together[0].velocity, together[0].microtiming):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1
    with pytest.raises(ModelError, match="32, 9"):
        model.encode_full(played.hits[:, :16], played.velocity[:, :16], played.microtiming[:, :16])
