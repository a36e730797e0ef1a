"""A palette without a model: what sounds while none is loaded, or when none can be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import DrumLoop
from blender_app.session.document import Corners

_THRESHOLD = 0.45


class CrossfadePalette:
    """Blends four loops by vote: a hit is there if the corners that have it weigh enough.

    Parameters
    ----------
    corners
        Loops at top left, top right, bottom left and bottom right; they come back exactly.
    """

    def __init__(self, corners: Corners) -> None:
        self.corners = corners
        self._hits = np.stack([loop.hits for loop in corners]).astype(np.float64)
        self._velocity = np.stack([loop.velocity for loop in corners]).astype(np.float64)
        self._microtiming = np.stack([loop.microtiming for loop in corners]).astype(np.float64)

    def cells(self, rows: int, cols: int) -> list[list[DrumLoop]]:
        """Return the loops of `rows` by `cols` cells."""
        ys, xs = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, cols), indexing="ij")
        loops = self.at(np.stack([xs.ravel(), ys.ravel()], axis=-1))
        return [loops[row * cols : (row + 1) * cols] for row in range(rows)]

    def at(self, points: NDArray[np.float64]) -> list[DrumLoop]:
        """Return the loops at places (x, y) from 0 to 1, shape (N, 2)."""
        x, y = np.asarray(points, np.float64).T
        weights = np.stack([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y], axis=-1)
        share = np.tensordot(weights, self._hits, 1)  # (N, 32, 9)
        safe = np.maximum(share, 1e-9)
        velocity = np.rint(np.tensordot(weights, self._velocity, 1) / safe)
        microtiming = np.tensordot(weights, self._microtiming, 1) / safe
        return [
            DrumLoop(hits, level, deviation)
            for hits, level, deviation in zip(share > _THRESHOLD, velocity, microtiming, strict=True)
        ]
