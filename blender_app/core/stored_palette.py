"""The palettes that play while the models load: loops decoded once, stored without torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.core.errors import FileError
from blender_app.core.files import DAMAGED_ARCHIVE
from blender_app.core.lengths import Loop
from blender_app.core.melody import MelodyLoop
from blender_app.core.time import DEFAULT_STEPS, check_steps

KINDS = ("drums", "bass", "melody")
"""Kinds of tracks that have a stored palette: that of their default corners."""
_TIMING_UNIT = 1.0 / 254.0

_Arrays = Mapping[str, NDArray[np.generic]]
_N = TypeVar("_N", bound=np.generic)
_L = TypeVar("_L", bound=Loop)


def file_name(kind: str) -> str:
    """Return the name of the file in which the palette of a `kind` of track is kept."""
    return f"default_{kind}.npz"


class StoredPalette(Generic[_L]):
    """A grid with the target of a model's palette, answering with the nearest of its `loops`."""

    def __init__(self, loops: Sequence[Sequence[_L]]) -> None:
        self._loops = loops

    @overload
    @classmethod
    def load(cls, kind: Literal["drums"] = "drums") -> StoredPalette[DrumLoop]: ...

    @overload
    @classmethod
    def load(cls, kind: Literal["bass", "melody"]) -> StoredPalette[MelodyLoop]: ...

    @overload
    @classmethod
    def load(cls, kind: str) -> StoredPalette[DrumLoop] | StoredPalette[MelodyLoop]: ...

    @classmethod
    def load(cls, kind: str = "drums") -> StoredPalette[DrumLoop] | StoredPalette[MelodyLoop]:
        """Read the shipped palette of the default corners of a `kind` of track: drums, bass or melody.

        Raises
        ------
        FileError
            It is missing or damaged.
        """
        if kind not in KINDS:
            raise FileError(f"there is no stored palette for {kind!r}")
        try:
            with resources.files("blender_app.resources").joinpath(file_name(kind)).open("rb") as file:
                data = np.load(file)
                rows, cols = (int(size) for size in data["shape"])
                drums = _drum_loops(data) if kind == "drums" else []
                melodies = _melody_loops(data) if kind != "drums" else []
        except DAMAGED_ARCHIVE as error:
            raise FileError(f"the stored palette is missing or damaged: {error}") from error
        if kind == "drums":
            return StoredPalette(_grid(drums, rows, cols))
        return StoredPalette(_grid(melodies, rows, cols))

    def save(self, path: Path) -> None:
        """Write the palette to `path`, a compressed .npz: hits in bits or events, dynamics in bytes.

        Its "shape" holds rows and columns, its "steps" the length of each loop in sixteenths.
        """
        flat = [loop for row in self._loops for loop in row]
        drums = [loop for loop in flat if isinstance(loop, DrumLoop)]
        melodies = [loop for loop in flat if isinstance(loop, MelodyLoop)]
        arrays: dict[str, Any] = {**(_drum_arrays(drums) if drums else _melody_arrays(melodies))}
        shape, steps = np.array([len(self._loops), len(self._loops[0])]), np.array(flat[0].steps)
        np.savez_compressed(path, shape=shape, steps=steps, **arrays)

    @property
    def corners(self) -> tuple[_L, _L, _L, _L]:
        """Top-left, top-right, bottom-left and bottom-right loop."""
        top, bottom = self._loops[0], self._loops[-1]
        return top[0], top[-1], bottom[0], bottom[-1]

    def at(self, points: NDArray[np.floating]) -> list[_L]:
        """Return the stored loops nearest to `points` (N, 2) of (x, y), each 0..1."""
        last = np.array([len(self._loops[0]) - 1, len(self._loops) - 1])
        columns_rows = np.rint(np.clip(np.asarray(points).reshape(-1, 2), 0.0, 1.0) * last).astype(int)
        return [self._loops[row][column] for column, row in columns_rows]

    def cells(self, rows: int, cols: int) -> list[list[_L]]:
        """Return `rows` by `cols` of the nearest stored loops, from corner to corner."""
        y, x = np.linspace(0.0, 1.0, rows), np.linspace(0.0, 1.0, cols)
        return [self.at(np.stack([x, np.full(cols, at)], 1)) for at in y]


def _grid(loops: Sequence[_L], rows: int, cols: int) -> list[Sequence[_L]]:
    return [loops[row * cols : (row + 1) * cols] for row in range(rows)]


def _steps(data: _Arrays) -> int:
    """Return the length of the loops in a file; two bars where it does not say."""
    return check_steps(int(data["steps"])) if "steps" in data else DEFAULT_STEPS


def _drum_arrays(loops: Sequence[DrumLoop]) -> dict[str, NDArray[np.generic]]:
    hits = np.stack([loop.hits for loop in loops])
    return {
        "hits": np.packbits(hits.reshape(len(hits), -1), axis=1),
        "velocity": np.stack([loop.velocity for loop in loops])[hits],
        "microtiming": _timing_bytes(np.stack([loop.microtiming for loop in loops])[hits]),
    }


def _drum_loops(data: _Arrays) -> list[DrumLoop]:
    steps = _steps(data)
    bits = np.unpackbits(np.asarray(data["hits"], np.uint8), axis=1, count=steps * VOICE_COUNT)
    hits = bits.reshape(-1, steps, VOICE_COUNT).astype(np.bool_)
    velocity = _spread(hits, data["velocity"], np.uint8)
    timing = _spread(hits, data["microtiming"], np.int8).astype(np.float32) * np.float32(_TIMING_UNIT)
    return [DrumLoop(*arrays) for arrays in zip(hits, velocity, timing, strict=True)]


def _melody_arrays(loops: Sequence[MelodyLoop]) -> dict[str, NDArray[np.generic]]:
    events = np.stack([loop.events for loop in loops])
    starts = events >= 0
    return {
        "events": events.astype(np.int8),
        "velocity": np.stack([loop.velocity for loop in loops])[starts],
        "microtiming": _timing_bytes(np.stack([loop.microtiming for loop in loops])[starts]),
    }


def _melody_loops(data: _Arrays) -> list[MelodyLoop]:
    events = np.asarray(data["events"]).astype(np.int16).reshape(-1, _steps(data))
    velocity = _spread(events >= 0, data["velocity"], np.uint8)
    timing = _spread(events >= 0, data["microtiming"], np.int8).astype(np.float32) * np.float32(_TIMING_UNIT)
    return [MelodyLoop(*arrays) for arrays in zip(events, velocity, timing, strict=True)]


def _timing_bytes(microtiming: NDArray[np.floating]) -> NDArray[np.int8]:
    return np.round(microtiming / _TIMING_UNIT).astype(np.int8)


def _spread(starts: NDArray[np.bool_], values: NDArray[np.generic], kind: type[_N]) -> NDArray[_N]:
    """Return values in an array of the shape of `starts`, at its true places."""
    grid = np.zeros(starts.shape, kind)
    grid[starts] = values
    return grid
