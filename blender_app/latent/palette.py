"""The palette: a plane of loops between four corners, and the morph between two loops."""

from __future__ import annotations

from typing import Generic

import numpy as np
from numpy.typing import NDArray

from blender_app.latent.blend import Blend
from blender_app.latent.loop_space import LoopT

LINES = 5
"""Rows and columns whose pace is measured; between them it is interpolated. Of a palette that has to be there
at once they are those of the keys."""
LINE_POINTS, MORPH_POINTS = 13, 97
"""Loops that are compared along each of these, and along the morph between two loops."""
ROUNDS = 3
"""How often the paces along x and y, each of which hangs on the other's place, are found anew."""


class LatentPalette(Generic[LoopT]):
    """All loops between four corners (top-left, top-right, bottom-left, bottom-right).

    A point is (x, y), each 0..1: x from left to right, y from top to bottom. Every point is a loop;
    the four corner points are exactly the corners.

    Its `blend` has four anchors, in that order.
    """

    def __init__(self, blend: Blend[LoopT]) -> None:
        if len(blend.anchors) != 4:
            raise ValueError(f"a palette has four corners, not {len(blend.anchors)}")
        self._blend = blend
        if blend.refined:
            across, zeros = np.linspace(0.0, 1.0, LINES), np.zeros(LINES)
            starts = [np.stack([zeros, across], 1), np.stack([across, zeros], 1)]
            stops = [np.stack([zeros + 1.0, across], 1), np.stack([across, zeros + 1.0], 1)]
            positions = blend.even_positions(np.concatenate(starts), np.concatenate(stops), LINE_POINTS)
        else:
            positions = blend.key_positions()
        self._along_rows, self._along_cols = np.split(positions, 2)

    @property
    def accuracy(self) -> tuple[float, ...]:
        """Share of each corner's steps, 0..1, that the model says by itself."""
        return self._blend.accuracy

    def places(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the blend's places (N, 2) at `points` (N, 2), re-timed so that the glide is even."""
        x, y = np.clip(np.asarray(points, np.float64).reshape(-1, 2), 0.0, 1.0).T
        u, v = x, y
        for _ in range(ROUNDS):
            u, v = _pace(self._along_rows, x, v), _pace(self._along_cols, y, u)
        return np.stack([u, v], 1)

    def at(self, points: NDArray[np.floating]) -> list[LoopT]:
        """Return the loops at `points` (N, 2), each 0..1."""
        return self._blend.at(self.places(points))

    def cells(self, rows: int, cols: int) -> list[list[LoopT]]:
        """Return the loops of an even grid of `rows` by `cols` that reaches from corner to corner."""
        loops = self.at(grid_points(rows, cols))
        return [loops[row * cols : (row + 1) * cols] for row in range(rows)]


def _interpolate(at: NDArray[np.floating], line: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.interp(at, np.linspace(0.0, 1.0, len(line)), line))


def _pace(
    lines: NDArray[np.float64], along: NDArray[np.floating], across: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return re-timed positions from those of the measured lines on either side."""
    on_lines = np.stack([_interpolate(along, line) for line in lines])
    place = across * (len(lines) - 1)
    below = np.minimum(place.astype(np.int64), len(lines) - 2)
    index = np.arange(len(along))
    share = place - below
    return np.asarray((1.0 - share) * on_lines[below, index] + share * on_lines[below + 1, index])


def grid_points(rows: int, cols: int) -> NDArray[np.float64]:
    """Return the points (rows * cols, 2) of an even grid of `rows` by `cols`, row by row."""
    if rows < 2 or cols < 2:
        raise ValueError("a palette has at least two rows and two columns")
    y, x = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, cols), indexing="ij")
    return np.stack([x.ravel(), y.ravel()], 1)


class LatentMorph(Generic[LoopT]):
    """The interpolation between two loops, the anchors of `blend`."""

    def __init__(self, blend: Blend[LoopT]) -> None:
        if len(blend.anchors) != 2:
            raise ValueError(f"a morph has two ends, not {len(blend.anchors)}")
        self._blend = blend
        (self._positions,) = blend.even_positions(np.zeros((1, 1)), np.ones((1, 1)), MORPH_POINTS)

    @property
    def accuracy(self) -> tuple[float, ...]:
        """Share of each end's steps, 0..1, that the model says by itself."""
        return self._blend.accuracy

    def at(self, positions: NDArray[np.floating]) -> list[LoopT]:
        """Return the loops at `positions` (N,) of 0..1; the ends are exactly the two loops."""
        places = _interpolate(np.clip(positions, 0.0, 1.0), self._positions)
        return self._blend.at(places[:, None])
