"""A palette without a model: what sounds while none is loaded, or when none can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from blender_app.core.drums import DrumLoop
from blender_app.core.lengths import Loop, matched, repeated
from blender_app.core.melody import MelodyLoop
from blender_app.core.scales import CHORDS_STEPS, Key
from blender_app.core.time import STEPS_PER_BEAT
from blender_app.session.splicing import spliced

Floats = NDArray[np.float64]

_THRESHOLD = 0.45


class CrossfadePalette:
    """Blends loops without a model; the corners come back exactly.

    A drum hit is there if the corners that have it weigh enough. A melody takes each beat from one
    of the corners, the more beats the more it weighs. All loops that it gives are as long as the longest
    corner; shorter ones are said again, and those of one bar twice where a key has chords over two.

    Parameters
    ----------
    corners
        Loops at top left, top right, bottom left and bottom right, or those at left and right; each of a
        length of its own.
    key, user_edited
        What melodies are brought into, but for the corners that are `user_edited`.
    """

    def __init__(
        self, corners: Sequence[Loop], key: Key | None = None, user_edited: Sequence[bool] = ()
    ) -> None:
        corners, user_edited = matched(corners), list(user_edited) or [False] * len(corners)
        if key is not None:
            if key.chords and corners[0].steps < CHORDS_STEPS:
                corners = [repeated(loop, CHORDS_STEPS) for loop in corners]
            corners = [
                loop if by_hand or isinstance(loop, DrumLoop) else _snapped(loop, key)
                for loop, by_hand in zip(corners, user_edited, strict=True)
            ]
        self.corners = tuple(corners)
        around = self.corners if len(corners) > 2 else self.corners * 2
        self._drums = [loop for loop in around if isinstance(loop, DrumLoop)]
        self._melodies = [loop for loop in around if isinstance(loop, MelodyLoop)]

    def cells(self, rows: int, cols: int) -> list[list[Loop]]:
        """Return the loops of `rows` by `cols` cells."""
        ys, xs = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, cols), indexing="ij")
        loops = self.at(np.stack([xs.ravel(), ys.ravel()], axis=-1))
        return [loops[row * cols : (row + 1) * cols] for row in range(rows)]

    def at(self, points: Floats) -> list[Loop]:
        """Return the loops at `points` (x, y) from 0 to 1, shape (N, 2)."""
        x, y = np.asarray(points, np.float64).T
        weights = np.stack([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y], axis=-1)
        return list(self._melodies_at(weights) if self._melodies else self._drums_at(weights))

    def _drums_at(self, weights: Floats) -> list[DrumLoop]:
        hits = np.stack([loop.hits for loop in self._drums]).astype(np.float64)
        share = np.tensordot(weights, hits, 1)  # (N, steps, 9)
        safe = np.maximum(share, 1e-9)
        velocity = np.tensordot(weights, np.stack([loop.velocity for loop in self._drums]), 1) / safe
        timing = np.tensordot(weights, np.stack([loop.microtiming for loop in self._drums]), 1) / safe
        return [
            DrumLoop(on, level, deviation)
            for on, level, deviation in zip(share > _THRESHOLD, np.rint(velocity), timing, strict=True)
        ]

    def _melodies_at(self, weights: Floats) -> list[MelodyLoop]:
        ends = np.cumsum(weights, axis=-1)
        ends[:, -1] = 1.0
        steps = self._melodies[0].steps
        turns, loops = _turns(steps // STEPS_PER_BEAT), []
        for corners in (ends[:, None, :] <= turns[None, :, None]).sum(-1):  # (N, beats)
            if (corners == corners[0]).all():
                loops.append(self._melodies[corners[0]])
                continue
            line = [self._melodies[corners[step // STEPS_PER_BEAT]] for step in range(steps)]
            loops.append(MelodyLoop.from_notes(spliced(line), steps))
        return loops


def _snapped(loop: MelodyLoop, key: Key) -> MelodyLoop:
    """Return a melody with each note on the nearest pitch of a key; without a model it is all there is."""
    notes = [replace(note, pitch=key.snap(note.pitch, note.step)) for note in loop.to_notes()]
    return MelodyLoop.from_notes(notes, loop.steps)


def _turns(beats: int) -> Floats:
    """Return how far the way from corner to corner is when each beat changes over, shape (beats,).

    Beats that follow each other in turn lie far apart: their numbers, a power of two, count with their
    bits from the other end.
    """
    turns = np.zeros(1, np.int64)
    while len(turns) < beats:
        turns = np.concatenate([turns * 2, turns * 2 + 1])
    return (turns + 0.5) / beats
