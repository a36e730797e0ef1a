"""Palettes and morphs on blends whose every answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from blender_app.latent import palette
from blender_app.latent.palette import LatentMorph, LatentPalette


class Placed:
    """A blend that answers with the places that it was asked for; its lines run as powers of the place."""

    accuracy = (0.5, 1.0)

    def __init__(self, count: int, refined: bool = True) -> None:
        self.anchors, self.refined = tuple(range(count)), refined

    def even_positions(self, starts: np.ndarray, ends: np.ndarray, points: int) -> np.ndarray:
        self.starts, self.ends, self.points = starts, ends, points
        even = np.linspace(0.0, 1.0, points)
        return np.stack([even ** (1.0 + 0.2 * index) for index in range(len(starts))])

    def at(self, places: np.ndarray) -> list[np.ndarray]:
        return list(places)


def test_a_morph_goes_from_end_to_end_at_its_pace() -> None:
    blend = Placed(2)
    blend.even_positions = lambda starts, ends, points: np.linspace(0.0, 1.0, points)[None] ** 3  # type: ignore[method-assign]
    morph = LatentMorph(blend)
    assert morph.accuracy == (0.5, 1.0)
    rows = morph.at(np.array([-1.0, 0.0, 0.5, 0.8, 1.0, 7.0]))
    np.testing.assert_allclose(np.concatenate(rows), [0.0, 0.0, 0.5**3, 0.8**3, 1.0, 1.0], atol=2e-3)


def test_a_morphs_pace_is_measured_from_end_to_end() -> None:
    blend = Placed(2)
    LatentMorph(blend)
    assert blend.points == palette.MORPH_POINTS
    assert (blend.starts.tolist(), blend.ends.tolist()) == ([[0.0]], [[1.0]])


def paced(first: int, at: float, across: float) -> float:
    """Return the position on the lines from `first`, at `across` between them, that run as powers."""
    points, lines = np.linspace(0.0, 1.0, palette.LINE_POINTS), palette.LINES - 1
    below = min(int(across * lines), lines - 1)
    low, high = (np.interp(at, points, points ** (1.0 + 0.2 * (first + below + k))) for k in (0, 1))
    share = across * lines - below
    return float((1.0 - share) * low + share * high)


@pytest.mark.parametrize(
    ("x", "y"), [(0.3, 0.0), (0.3, 0.2), (0.6, 0.5), (0.6, 0.9), (0.2, 1.0), (1.0, 0.75)]
)
def test_each_axis_runs_at_the_pace_of_the_place_on_the_other(x: float, y: float) -> None:
    plane = LatentPalette(Placed(4))
    ((u, v),) = plane.places(np.array([[x, y]]))
    assert u == pytest.approx(paced(0, x, v), abs=5e-3)
    assert v == pytest.approx(paced(palette.LINES, y, u), abs=5e-3)
    outside = plane.places(np.array([[x - 9.0, y + 9.0]]))
    np.testing.assert_allclose(outside, [[0.0, 1.0]], atol=1e-6)


def test_cells_lie_in_rows_from_the_top_left() -> None:
    cells = LatentPalette(Placed(4)).cells(2, 3)
    assert [len(row) for row in cells] == [3, 3]
    corners = np.array([[cells[0][0], cells[0][-1]], [cells[-1][0], cells[-1][-1]]])
    np.testing.assert_allclose(corners.reshape(4, 2), [[0, 0], [1, 0], [0, 1], [1, 1]], atol=1e-6)
