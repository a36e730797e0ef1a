"""The palette: a plane of loops between four corners, and the row between two loops."""

from __future__ import annotations

from typing import Generic

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from blender_app.latent.blend import Blend, Steer
from blender_app.latent.loop_space import LoopT

LINES, QUICK_LINES = 3, 2
"""Rows and columns whose pace is measured, and of a palette that has to be there at once; between them
it is interpolated."""
LINE_POINTS, QUICK_LINE_POINTS, MORPH_POINTS = 13, 9, 65
"""Loops that are compared along each of these, and along a row between two loops."""
FIELD, MORPH_FIELD, FIELD_ROUNDS = 6, 17, 3
"""Grid and rounds of smoothing of what keeps a cell to its surroundings. Without it, single hits
flicker from cell to cell: 8 % more hits change between neighbours, and 10 % more at worst."""


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
        lines, points = (LINES, LINE_POINTS) if blend.refined else (QUICK_LINES, QUICK_LINE_POINTS)
        across = np.linspace(0.0, 1.0, lines)
        ends = np.zeros(lines)
        starts = [bilinear(ends, across), bilinear(across, ends)]
        stops = [bilinear(ends + 1.0, across), bilinear(across, ends + 1.0)]
        positions = blend.even_positions(np.concatenate(starts), np.concatenate(stops), points)
        self._along_rows, self._along_cols = positions[:lines], positions[lines:]
        self._field = self._smooth_field() if blend.refined else None  # what comes first comes quickly

    @property
    def accuracy(self) -> tuple[float, ...]:
        """Share of each corner's steps, 0..1, that the model says by itself."""
        return self._blend.accuracy

    def weights(self, points: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the corners' weights (N, 4) at `points` (N, 2), re-timed so that the glide is even."""
        x, y = np.clip(np.asarray(points, np.float64).reshape(-1, 2), 0.0, 1.0).T
        return bilinear(_pace(self._along_rows, x, y), _pace(self._along_cols, y, x))

    def _smooth_field(self) -> Tensor:
        """Return the logits of a coarse grid (FIELD * FIELD, T, W): its targets, smoothed."""
        targets = self._blend.space.target_logits(
            self._blend.content_at(self.weights(grid_points(FIELD, FIELD)))
        )
        field = targets.view(FIELD, FIELD, *targets.shape[1:])
        for _ in range(FIELD_ROUNDS):
            for axis in (0, 1):
                turned = field.transpose(0, axis)
                field = smoothed(turned).transpose(0, axis)
        return self._blend.space.config.field_logits * field.flatten(0, 1)

    def _steer(self, points: NDArray[np.floating]) -> Steer | None:
        """Return what keeps points (N, 2) to what is played around them."""
        if self._field is None:
            return None
        place = np.clip(np.asarray(points, np.float64).reshape(-1, 2), 0.0, 1.0) * (FIELD - 1)
        left, top = np.minimum(place.astype(np.int64), FIELD - 2).T
        share = bilinear(place[:, 0] - left, place[:, 1] - top)
        shares = np.zeros((len(place), FIELD, FIELD), np.float32)
        for (right, down), part in zip(((0, 0), (1, 0), (0, 1), (1, 1)), share.T, strict=True):
            shares[np.arange(len(place)), top + down, left + right] = part
        return Steer(torch.from_numpy(shares).flatten(1), self._field)

    def at(self, points: NDArray[np.floating]) -> list[LoopT]:
        """Return the loops at `points` (N, 2), each 0..1."""
        return self._blend.at(self.weights(points), self._steer(points))

    def cells(self, rows: int, cols: int) -> list[list[LoopT]]:
        """Return the loops of an even grid of `rows` by `cols` that reaches from corner to corner."""
        loops = self.at(grid_points(rows, cols))
        return [loops[row * cols : (row + 1) * cols] for row in range(rows)]


def smoothed(field: Tensor) -> Tensor:
    """Return a `field` (F, ...) in which each point took over half of its neighbours; the ends stay."""
    inner = 0.25 * field[:-2] + 0.5 * field[1:-1] + 0.25 * field[2:]
    return torch.cat([field[:1], inner, field[-1:]])


def bilinear(u: NDArray[np.floating], v: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the four corners' weights (N, 4) at positions `u`, `v` (N,) of 0..1."""
    return np.stack([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v], 1).astype(np.float32)


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
        ends, even = np.eye(2, dtype=np.float32), np.linspace(0.0, 1.0, MORPH_POINTS)
        (self._positions,) = blend.even_positions(ends[:1], ends[1:], MORPH_POINTS)
        self._field: Tensor | None = None
        self._pace = even
        if not blend.plain:
            self._field = self._smooth_field()
            content = blend.content_at(self._weights(even), self._steer(even))
            (self._pace,) = blend.pace(content[None])

    @property
    def accuracy(self) -> tuple[float, ...]:
        """Share of each end's steps, 0..1, that the model says by itself."""
        return self._blend.accuracy

    def at(self, positions: NDArray[np.floating]) -> list[LoopT]:
        """Return the loops at `positions` (N,) of 0..1; the ends are exactly the two loops."""
        places = _interpolate(np.clip(positions, 0.0, 1.0), self._pace)
        return self._blend.at(self._weights(places), self._steer(places))

    def _weights(self, places: NDArray[np.float64]) -> NDArray[np.float32]:
        at = _interpolate(places, self._positions)
        return np.stack([1.0 - at, at], 1).astype(np.float32)

    def _smooth_field(self) -> Tensor:
        """Return the logits of some loops between (MORPH_FIELD, T, W): their targets, smoothed."""
        places = np.linspace(0.0, 1.0, MORPH_FIELD)
        field = self._blend.space.target_logits(self._blend.content_at(self._weights(places)))
        for _ in range(FIELD_ROUNDS):
            field = smoothed(field)
        return self._blend.space.config.field_logits * field

    def _steer(self, places: NDArray[np.float64]) -> Steer | None:
        """Return what keeps places (N,) to what is played around them."""
        if self._field is None:
            return None
        place = places * (MORPH_FIELD - 1)
        left = np.minimum(place.astype(np.int64), MORPH_FIELD - 2)
        shares = np.zeros((len(place), MORPH_FIELD), np.float32)
        rows = np.arange(len(place))
        shares[rows, left], shares[rows, left + 1] = 1.0 - (place - left), place - left
        return Steer(torch.from_numpy(shares), self._field)
