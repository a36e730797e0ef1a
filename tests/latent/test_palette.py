"""Palettes and morphs on blends whose every answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from blender_app.latent import palette
from blender_app.latent.blend import Steer
from blender_app.latent.config import ModelConfig
from blender_app.latent.palette import LatentMorph, LatentPalette, bilinear


class Space:
    """Content is a number, and speaks for itself."""

    config = ModelConfig(field_logits=2.0)

    def target_logits(self, content: torch.Tensor) -> torch.Tensor:
        return content[:, None, None]


class Weighted:
    """A blend that answers with the weights and the steering it was asked for.

    Its content at weights is the share of the last anchor, to the power of 2.
    """

    space = Space()
    accuracy = (0.5, 1.0)

    def __init__(self, count: int, refined: bool = True, plain: bool = False) -> None:
        self.anchors, self.refined, self.plain = tuple(range(count)), refined, plain
        self.asked: list[tuple[np.ndarray, Steer | None]] = []
        self.measured: list[torch.Tensor] = []

    def even_positions(self, starts: np.ndarray, ends: np.ndarray, points: int) -> np.ndarray:
        self.starts, self.ends, self.points = starts, ends, points
        even = np.linspace(0.0, 1.0, points)
        return np.stack([even ** (1.0 + index) for index in range(len(starts))])

    def content_at(self, weights: np.ndarray, steer: Steer | None = None) -> torch.Tensor:
        self.asked.append((weights, steer))
        return torch.from_numpy(np.asarray(weights))[:, -1] ** 2

    def pace(self, content: torch.Tensor) -> np.ndarray:
        self.measured.append(content)
        return np.linspace(0.0, 1.0, content.shape[1])[None] ** 3

    def at(self, weights: np.ndarray, steer: Steer | None = None) -> list[np.ndarray]:
        self.asked.append((weights, steer))
        return list(weights)


def test_a_morph_goes_from_end_to_end_at_its_pace() -> None:
    blend = Weighted(2)
    morph = LatentMorph(blend)
    assert morph.accuracy == (0.5, 1.0)
    assert blend.points == palette.MORPH_POINTS
    assert (blend.starts.tolist(), blend.ends.tolist()) == ([[1.0, 0.0]], [[0.0, 1.0]])
    assert blend.measured[0].shape == (1, palette.MORPH_POINTS)
    rows = morph.at(np.array([-1.0, 0.0, 0.5, 0.8, 1.0, 7.0]))
    for row, position in zip(rows, (0, 0, 0.5, 0.8, 1, 1), strict=True):
        share = position**3  # the pace of what is steered; the straight line's is even here
        assert row == pytest.approx([1.0 - share, share], abs=2e-3)
        assert row.dtype == np.float32
    _, steer = blend.asked[-1]
    assert steer is not None
    place = np.arange(palette.MORPH_FIELD) / (palette.MORPH_FIELD - 1)
    np.testing.assert_allclose(steer.shares.numpy() @ place, [0, 0, 0.125, 0.512, 1, 1], atol=2e-3)


def test_a_morphs_field_is_what_is_played_between_its_ends() -> None:
    blend = Weighted(2)
    LatentMorph(blend)
    (first, nothing), (second, steer) = blend.asked
    place = np.linspace(0.0, 1.0, palette.MORPH_FIELD)
    np.testing.assert_allclose(first, np.stack([1.0 - place, place], 1), atol=1e-6)
    assert nothing is None
    even = np.linspace(0.0, 1.0, palette.MORPH_POINTS)
    np.testing.assert_allclose(second, np.stack([1.0 - even, even], 1), atol=1e-6)
    field = place**2
    for _ in range(palette.FIELD_ROUNDS):
        field[1:-1] = 0.25 * field[:-2] + 0.5 * field[1:-1] + 0.25 * field[2:]
    assert steer is not None
    np.testing.assert_allclose(steer.logits.flatten(), 2.0 * field, atol=1e-6)


def test_a_plain_morph_is_not_steered() -> None:
    blend = Weighted(2, plain=True)
    morph = LatentMorph(blend)
    (middle,) = morph.at(np.array([0.5]))
    assert middle.tolist() == [0.5, 0.5]
    assert [steer for _, steer in blend.asked] == [None]
    assert not blend.measured


def paced(power_low: float, power_high: float, at: float, share: float) -> float:
    """Return the position between two lines that were measured to run as powers of the place."""
    line = np.linspace(0.0, 1.0, palette.LINE_POINTS)
    low, high = (np.interp(at, line, line**power) for power in (power_low, power_high))
    return float((1.0 - share) * low + share * high)


@pytest.mark.parametrize(
    ("x", "y"), [(0.3, 0.0), (0.3, 0.2), (0.6, 0.5), (0.6, 0.9), (0.2, 1.0), (1.0, 0.75)]
)
def test_the_pace_of_a_place_is_between_those_of_the_lines_around(x: float, y: float) -> None:
    plane = LatentPalette(Weighted(4))
    lines = palette.LINES - 1

    def between(first: int, along: float, across: float) -> float:
        below = min(int(across * lines), lines - 1)
        line = first + below
        return paced(1.0 + line, 2.0 + line, along, across * lines - below)

    u, v = between(0, x, y), between(palette.LINES, y, x)
    expected = bilinear(np.array([u]), np.array([v]))
    np.testing.assert_allclose(plane.weights(np.array([[x, y]])), expected, atol=1e-6)
    outside = plane.weights(np.array([[x - 9.0, y + 9.0]]))
    np.testing.assert_allclose(outside, [[0.0, 0.0, 1.0, 0.0]], atol=1e-6)


def test_cells_lie_in_rows_from_the_top_left() -> None:
    blend = Weighted(4)
    cells = LatentPalette(blend).cells(2, 3)
    assert [len(row) for row in cells] == [3, 3]
    corners = np.array([[cells[0][0], cells[0][-1]], [cells[-1][0], cells[-1][-1]]])
    np.testing.assert_allclose(corners.reshape(4, 4), np.eye(4), atol=1e-6)
    assert blend.asked[-1][1] is not None
    quick = Weighted(4, refined=False)
    LatentPalette(quick).cells(2, 2)
    assert [steer for _, steer in quick.asked] == [None]


def test_a_palettes_field_is_what_is_played_there_smoothed_both_ways() -> None:
    blend = Weighted(4)
    plane = LatentPalette(blend)
    size = palette.FIELD
    place = np.linspace(0.0, 1.0, size)
    points = np.array([[x, y] for y in place for x in place])
    np.testing.assert_allclose(blend.asked[0][0], plane.weights(points))
    field = (plane.weights(points)[:, -1] ** 2).reshape(size, size).astype(np.float64)
    for _ in range(palette.FIELD_ROUNDS):
        for turned in (field, field.T):
            turned[1:-1] = 0.25 * turned[:-2] + 0.5 * turned[1:-1] + 0.25 * turned[2:]
    plane.at(np.array([[0.5, 0.5]]))
    steer = blend.asked[-1][1]
    assert steer is not None
    np.testing.assert_allclose(steer.logits.flatten(), 2.0 * field.flatten(), atol=1e-6)


def test_a_place_is_steered_by_the_four_points_around() -> None:
    blend = Weighted(4)
    plane = LatentPalette(blend)
    step = 1.0 / (palette.FIELD - 1)
    plane.at(np.array([[1.25 * step, 2.5 * step], [-1.0, 2.0], [1.0, 3.0 * step]]))
    steer = blend.asked[-1][1]
    assert steer is not None
    first, bottom_left, right = steer.shares.view(3, palette.FIELD, palette.FIELD)
    assert first[2:4, 1:3].flatten().tolist() == pytest.approx([0.375, 0.125, 0.375, 0.125], abs=1e-5)
    assert first.sum().item() == pytest.approx(1.0)
    assert bottom_left[-1, 0].item() == pytest.approx(1.0)
    assert right[3, -1].item() == pytest.approx(1.0, abs=1e-5)
