"""Melodies are judged by what they are: naive ways and measures with known answers."""

from pathlib import Path

import numpy as np
import pytest

from blender_app.corpus.prepare_melody import MelodyCorpus
from blender_app.latent.checkpoint import save_weights
from blender_app.latent.config import MelodyConfig
from blender_app.latent.melody_networks import MelodyNets
from blender_app.training.augment_melody import draw
from blender_app.training.evaluate import evaluate
from blender_app.training.evaluate_melody import POINTS, roll_average, slerp
from blender_app.training.judging import Scale
from blender_app.training.metrics import best_key_share, melody_features, octave_leaps

TINY = MelodyConfig(
    z_notes=8, width=32, blocks=1, dynamics_width=16, prior_width=24, prior_blocks=1, head_width=24
)


def melody(*notes: tuple[int, int], offs: tuple[int, ...] = ()) -> np.ndarray:
    row = np.zeros(32, np.int64)
    for step, pitch in notes:
        row[step] = pitch + 2
    row[list(offs)] = 1
    return row


def test_features_of_a_known_melody() -> None:
    row = melody((0, 60), (3, 61), (8, 72), (14, 72), offs=(16,))
    features = melody_features(row[None])[0]
    diatonic, density, interval, sync_16, sync_8 = features[:5]
    assert diatonic == pytest.approx(3 / 4)
    assert density == pytest.approx(4 / 32)
    assert interval == pytest.approx((1 + 11 + 0) / 3)
    assert sync_16 == pytest.approx(1 / 4)  # step 3
    assert sync_8 == pytest.approx(1 / 4)  # step 14
    assert features[5:7] == pytest.approx([3 / 4, 1 / 4])
    assert features[11:14] == pytest.approx([(60 + 61 + 72 + 72) / 4 / 12, 1.0, 1 / 32])
    assert features[18:] == pytest.approx([1 / 3, 1 / 3, 0, 0, 1 / 3, 0])


def test_leaps_and_keys() -> None:
    leaping = melody((0, 40), (4, 52), (8, 54), (12, 41))
    assert octave_leaps(leaping[None]) == pytest.approx(2 / 3)
    d_major = melody(*((4 * i, pitch) for i, pitch in enumerate((62, 66, 69, 73))))
    assert best_key_share(d_major[None]) == 1.0
    outside = melody(*((4 * i, pitch) for i, pitch in enumerate((60, 61, 62, 63))))
    assert best_key_share(outside[None]) == pytest.approx(3 / 4)


def test_the_roll_average_goes_from_one_to_the_other_by_pitch() -> None:
    a, b = (melody((0, low), (16, low + 2), offs=(24,)) - 2 for low in (40, 60))
    way = roll_average(a[None], b[None])[:, 0]
    assert len(way) == POINTS
    assert (way[0] == a).all()
    assert (way[-1] == b).all()
    assert way[4][0] == 50
    assert way[4][16] == 52


def test_slerp_keeps_the_length_of_codes() -> None:
    a, b = np.array([[3.0, 0.0]], np.float32), np.array([[0.0, 3.0]], np.float32)
    np.testing.assert_allclose(slerp(a, b, 0.5), [[3 / 2**0.5, 3 / 2**0.5]], rtol=1e-5)
    np.testing.assert_allclose(slerp(a, b, 0.0), a)


def test_a_model_is_judged_on_unseen_loops(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    events = (draw(240, rng) - 2).astype(np.int16)
    velocity = np.where(events >= 0, rng.integers(40, 120, events.shape), 0).astype(np.uint8)
    corpus = MelodyCorpus(
        np.arange(240) % 3 == 0,
        np.arange(240) % 2,
        ("pop909", "simutrans"),
        events,
        velocity,
        np.arange(240) % 4 == 1,
    )
    corpus.save(tmp_path / "loops.npz")
    save_weights(MelodyNets(TINY), tmp_path, "tiny")
    scale = Scale(loops=20, pairs=4, palettes=1, samples=40)
    figures = {f.name: f.value for f in evaluate(tmp_path, tmp_path / "loops.npz", scale, progress=False)}
    assert np.isfinite(list(figures.values())).all()
    assert figures["pop909: steps exact, most likely loop of mu"] < 1.0  # untrained
    assert "games: steps exact after refining z" in figures
    assert figures["as shipped: goes back (0 no)"] in (0.0, 1.0)
    assert "bass to melody: least advantage in LM cost over the cross-fade" in figures


def slow_roll_average(a: list[int], b: list[int], t: float) -> list[int]:
    """Return the average of two melodies, step by step."""
    heard, before, out = [-1, -1], -1, []
    for events in zip(a, b, strict=True):
        heard = [old if event == -2 else event for old, event in zip(heard, events, strict=True)]
        weights = [share if pitch >= 0 else 0.0 for share, pitch in zip((1 - t, t), heard, strict=True)]
        pitch = -1
        if sum(weights) >= 0.5:
            pitch = round(sum(w * p for w, p in zip(weights, heard, strict=True)) / sum(weights))
        starts = any(event >= 0 and weight > 0 for event, weight in zip(events, weights, strict=True))
        if pitch >= 0 and (starts or pitch != before):
            out.append(pitch)
        else:
            out.append(-1 if pitch < 0 <= before else -2)
        before = pitch
    return out


def test_the_roll_average_is_that_of_each_step() -> None:
    rng = np.random.default_rng(3)
    a, b = (np.where(rng.random((6, 32)) < 0.6, -2, rng.integers(-1, 5, (6, 32))) for _ in range(2))
    a[0], b[1] = -2, -2  # one is silent
    way = roll_average(a, b)
    for point, t in enumerate(np.linspace(0.0, 1.0, POINTS)):
        expected = [slow_roll_average(*pair, t) for pair in zip(a.tolist(), b.tolist(), strict=True)]
        np.testing.assert_array_equal(way[point], expected)


def test_slerp_is_known_between_any_two_codes() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(2, 5, 6)).astype(np.float32)
    for t in (0.0, 0.3, 1.0):
        angle = np.arccos([x @ y / np.sqrt((x @ x) * (y @ y)) for x, y in zip(a, b, strict=True)])[:, None]
        expected = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
        np.testing.assert_allclose(slerp(a, b, t), expected, rtol=1e-3, atol=1e-5)
    assert slerp(a, b, 0.5).dtype == np.float32
    np.testing.assert_allclose(slerp(a, a, 0.5), a, rtol=1e-3)
    assert np.isfinite(slerp(a, -a, 0.5)).all()
