"""The figures are what they say: hand-made cases with known answers."""

import math

import numpy as np
import pytest

from blender_app.training.metrics import (
    NGram,
    drum_features,
    frechet_distance,
    neighbours,
    smoothness,
    two_sample_auc,
)


def test_an_ngram_of_one_word_follows_witten_bell() -> None:
    model = NGram(np.zeros((1, 4), np.int64), order=1, words=4)
    expected = (4 + 1 * 0.25) / (4 + 1)
    assert model.nats(np.zeros((1, 1), np.int64))[0] == pytest.approx(-math.log(expected))
    unseen = (0 + 1 * 0.25) / 5
    assert model.nats(np.ones((1, 1), np.int64))[0] == pytest.approx(-math.log(unseen))


def test_ngram_chances_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    model = NGram(rng.integers(0, 5, (20, 8)), order=3, words=5)
    past = rng.integers(0, 5, 7)
    rows = np.array([[*past, word] for word in range(5)])
    shorter = model.nats(past[None])[0]
    assert np.exp(shorter - model.nats(rows)).sum() == pytest.approx(1.0)


def test_what_was_heard_often_is_cheap() -> None:
    rows = np.tile([3, 0, 7, 0], (5, 8))
    model = NGram(rows)
    assert model.bits_per_step(rows) < 0.5 < model.bits_per_step(np.full((1, 32), 9))


def test_features_and_distances_of_the_same_loops_are_nothing() -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 512, (400, 32)) & rng.integers(0, 512, (400, 32))
    features = drum_features(rows)
    assert features.shape == (400, 49)
    assert frechet_distance(features, features) == pytest.approx(0.0, abs=1e-6)
    assert two_sample_auc(features[::2], features[1::2]) == pytest.approx(0.5, abs=0.08)
    sparse = drum_features(rows & rng.integers(0, 512, rows.shape))
    assert two_sample_auc(sparse, features) > 0.95
    assert frechet_distance(sparse, features) > 5


def test_an_even_way_is_even_and_never_goes_back() -> None:
    a, b = np.zeros((1, 32), np.int64), np.ones((1, 32), np.int64)
    model = NGram(np.concatenate([a, b]))
    way = np.stack([np.where(np.arange(32) < 4 * point, b, a) for point in range(9)])
    report = smoothness(way, model)
    assert report.largest_step == pytest.approx(1 / 8)
    assert not report.goes_back
    assert report.relative_cost[0] == pytest.approx(1.0)
    assert report.relative_cost[-1] == pytest.approx(1.0)
    jump = np.stack([a, a, a, a, a, b, a, b, b])
    assert smoothness(jump, model).goes_back
    assert smoothness(jump, model).largest_step == pytest.approx(1 / 3)


def test_neighbours_count_hits() -> None:
    palette = np.zeros((2, 2, 32, 9), np.bool_)
    palette[0, 1, :3, 0] = True
    found = neighbours(palette)
    assert (found.mean, found.worst, found.distinct) == (6 / 4, 3, 2)
