"""The palette that plays while the model loads: loops decoded once, stored without torch."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import LOOP_STEPS, VOICE_COUNT, DrumLoop
from blender_app.core.errors import FileError
from blender_app.core.files import DAMAGED_ARCHIVE

FILE = "default_palette.npz"
_TIMING_UNIT = 1.0 / 254.0


class StoredPalette:
    """A grid of loops with the surface of a model's palette, answering with the nearest cell."""

    def __init__(self, loops: Sequence[Sequence[DrumLoop]]) -> None:
        self._loops = loops

    @classmethod
    def load(cls) -> StoredPalette:
        """Read the shipped palette of the default corners.

        Raises
        ------
        FileError
            It is missing or damaged.
        """
        try:
            with resources.files("blender_app.resources").joinpath(FILE).open("rb") as file:
                data = np.load(file)
                rows, cols = (int(size) for size in data["shape"])
                bits = np.unpackbits(data["hits"], axis=1, count=LOOP_STEPS * VOICE_COUNT)
                hits = bits.reshape(-1, LOOP_STEPS, VOICE_COUNT).astype(np.bool_)
                velocity = _spread(hits, data["velocity"], np.uint8)
                timing = _spread(hits, data["microtiming"], np.int8).astype(np.float32) * _TIMING_UNIT
        except DAMAGED_ARCHIVE as error:
            raise FileError(f"the stored palette is missing or damaged: {error}") from error
        flat = [DrumLoop(*arrays) for arrays in zip(hits, velocity, timing, strict=True)]
        return cls([flat[row * cols : (row + 1) * cols] for row in range(rows)])

    def save(self, path: Path) -> None:
        """Write the palette as a compressed .npz: bits for the hits, bytes for their dynamics."""
        flat = [loop for row in self._loops for loop in row]
        hits = np.stack([loop.hits for loop in flat])
        timing = np.round(np.stack([loop.microtiming for loop in flat]) / _TIMING_UNIT).astype(np.int8)
        np.savez_compressed(
            path,
            shape=np.array([len(self._loops), len(self._loops[0])]),
            hits=np.packbits(hits.reshape(len(hits), -1), axis=1),
            velocity=np.stack([loop.velocity for loop in flat])[hits],
            microtiming=timing[hits],
        )

    @property
    def corners(self) -> tuple[DrumLoop, DrumLoop, DrumLoop, DrumLoop]:
        """Top-left, top-right, bottom-left and bottom-right loop."""
        top, bottom = self._loops[0], self._loops[-1]
        return top[0], top[-1], bottom[0], bottom[-1]

    def at(self, points: NDArray[np.floating]) -> list[DrumLoop]:
        """Return the stored loops nearest to points (N, 2) of (x, y), each 0..1."""
        last = np.array([len(self._loops[0]) - 1, len(self._loops) - 1])
        columns_rows = np.rint(np.clip(np.asarray(points).reshape(-1, 2), 0.0, 1.0) * last).astype(int)
        return [self._loops[row][column] for column, row in columns_rows]

    def cells(self, rows: int, cols: int) -> list[list[DrumLoop]]:
        """Return a grid of the nearest stored loops, from corner to corner."""
        y, x = np.linspace(0.0, 1.0, rows), np.linspace(0.0, 1.0, cols)
        return [self.at(np.stack([x, np.full(cols, at)], 1)) for at in y]


def _spread(
    hits: NDArray[np.bool_], values: NDArray[np.generic], kind: type[np.generic]
) -> NDArray[np.generic]:
    grid = np.zeros(hits.shape, kind)
    grid[hits] = values
    return grid
