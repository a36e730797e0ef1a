"""The middle of ways is measured as it was asked to be: values of the definition on made-up loops."""

from __future__ import annotations

import numpy as np
import pytest

from blender_app.training.metrics import NGram, drum_features, melody_features, smoothness
from blender_app.training.middle import drum_middle, melody_middle

ALPHAS = np.linspace(0.0, 1.0, 9)


def drum_lines(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    a = rng.integers(0, 512, (40, 32)) & rng.integers(0, 512, (40, 32)) & rng.integers(0, 512, (40, 32))
    b = rng.permuted(a, axis=1)
    lines = np.stack([np.where(rng.random(a.shape) < alpha, b, a) for alpha in ALPHAS])
    lines[4] ^= np.where(rng.random(a.shape) < 0.1, 1 << rng.integers(0, 9, a.shape), 0)
    lines[0], lines[-1] = a, b
    return lines


def melody_lines(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    a = np.where(rng.random((40, 32)) < 0.4, rng.integers(50, 75, (40, 32)), rng.integers(0, 2, (40, 32)))
    b = np.roll(a, 1, 0)
    lines = np.stack([np.where(rng.random(a.shape) < alpha, b, a) for alpha in ALPHAS])
    lines[4] = np.where((lines[4] > 1) & (rng.random(a.shape) < 0.3), lines[4] + 1, lines[4])
    lines[0], lines[-1] = a, b
    return lines


def test_drums_middle_is_that_of_the_definition() -> None:
    lines, known = drum_lines(7), drum_lines(8)[0]
    middle = drum_middle(lines, drum_features(known))
    assert middle.auc == pytest.approx(0.4554167, abs=1e-6)
    assert middle.density == pytest.approx(1.0733020, abs=1e-6)
    assert middle.new == pytest.approx(0.0526316, abs=1e-6)
    assert middle.copied == pytest.approx(0.18125)
    even = smoothness(lines, NGram(known, words=512))
    assert even.length == pytest.approx(2.8681162, abs=1e-6)
    assert even.largest_step == pytest.approx(0.2215189, abs=1e-6)
    assert even.relative_cost.max() == pytest.approx(1.0434793, abs=1e-6)
    assert not even.goes_back


def test_melodies_middle_is_that_of_the_definition() -> None:
    lines, known = melody_lines(7), melody_lines(8)[0]
    middle = melody_middle(lines, melody_features(known))
    assert middle.auc == pytest.approx(0.3866667, abs=1e-6)
    assert middle.density == pytest.approx(1.0310680, abs=1e-6)
    assert middle.new == pytest.approx(0.0901868, abs=1e-6)
    assert middle.copied == pytest.approx(0.153125)
    even = smoothness(lines, NGram(known, words=130))
    assert even.length == pytest.approx(2.9105475, abs=1e-6)
    assert even.largest_step == pytest.approx(0.2252639, abs=1e-6)
    assert even.relative_cost.max() == pytest.approx(1.0129316, abs=1e-6)


def test_a_middle_without_a_note_has_nothing_new() -> None:
    lines = np.zeros((9, 40, 32), np.int64)
    lines[0], lines[-1] = 62, 64
    middle = melody_middle(lines, melody_features(lines[0]))
    assert (middle.density, middle.new, middle.copied) == (0.0, 0.0, 0.0)
