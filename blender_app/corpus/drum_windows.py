"""Onsets -> two-bar drum windows on bar lines, with velocity and microtiming."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blender_app.core.kit import VOICE_COUNT
from blender_app.core.time import STEPS_PER_BAR
from blender_app.corpus.midi_files import Onsets
from blender_app.corpus.windows import WINDOW_STEPS

MIN_HITS = 4
"""Windows with fewer hits (count-ins, tails) teach nothing about beats."""


@dataclass(frozen=True, slots=True)
class DrumWindows:
    """N windows: `hits` bool, `velocity` uint8, `microtiming` float32; each (N, `WINDOW_STEPS`, 9)."""

    hits: NDArray[np.bool_]
    velocity: NDArray[np.uint8]
    microtiming: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, index: NDArray[np.generic] | slice | list[int]) -> DrumWindows:
        return DrumWindows(self.hits[index], self.velocity[index], self.microtiming[index])

    @classmethod
    def concatenate(cls, parts: list[DrumWindows]) -> DrumWindows:
        """Return all windows of `parts`, in order."""
        return cls(
            np.concatenate([part.hits for part in parts]),
            np.concatenate([part.velocity for part in parts]),
            np.concatenate([part.microtiming for part in parts]),
        )


def cut_drum_windows(onsets: Onsets, voice_of_pitch: Mapping[int, int]) -> tuple[DrumWindows, int]:
    """Quantise `onsets` to sixteenths and cut a window at each bar line of each 4/4 span.

    Parameters
    ----------
    onsets
        Of one file.
    voice_of_pitch
        Which of the nine voices a MIDI note is.

    Returns
    -------
    windows
        Those with at least `MIN_HITS` hits.
    unknown
        How many onsets had a pitch outside the nine voices.
    """
    voice = np.array([voice_of_pitch.get(int(p), -1) for p in onsets.pitch], np.int64)
    parts: list[DrumWindows] = []
    for first, last in onsets.spans:
        inside = (voice >= 0) & (onsets.position_steps >= first - 0.5) & (onsets.position_steps < last - 0.5)
        if inside.any():
            grid = _quantise(onsets, voice, inside, first, last)
            parts.append(_cut(grid))
    windows = DrumWindows.concatenate(parts) if parts else _nothing()
    return windows[windows.hits.sum((1, 2)) >= MIN_HITS], int((voice < 0).sum())


def _nothing() -> DrumWindows:
    shape = (0, WINDOW_STEPS, VOICE_COUNT)
    return DrumWindows(np.zeros(shape, np.bool_), np.zeros(shape, np.uint8), np.zeros(shape, np.float32))


def _quantise(
    onsets: Onsets, voice: NDArray[np.int64], inside: NDArray[np.bool_], first: int, last: int
) -> DrumWindows:
    """Return one span as a single long window (1, steps, 9); the louder of two hits stays."""
    shape = (last - first, VOICE_COUNT)
    velocity, microtiming = np.zeros(shape, np.uint8), np.zeros(shape, np.float32)
    order = np.argsort(onsets.velocity[inside], kind="stable")
    position = onsets.position_steps[inside][order] - first
    step = np.floor(position + 0.5).astype(np.int64)
    cell = step, voice[inside][order]
    velocity[cell] = np.clip(onsets.velocity[inside][order], 1, 127)
    microtiming[cell] = position - step
    return DrumWindows(velocity[None] > 0, velocity[None], microtiming[None])


def _cut(grid: DrumWindows) -> DrumWindows:
    steps = grid.hits.shape[1]
    used = np.flatnonzero(grid.hits[0].any(1))
    end = -(-(int(used[-1]) + 1) // STEPS_PER_BAR) * STEPS_PER_BAR
    starts = np.arange(0, max(min(end, steps) - WINDOW_STEPS, 0) + 1, STEPS_PER_BAR)
    padding = ((0, max(0, WINDOW_STEPS - steps)), (0, 0))
    index = starts[:, None] + np.arange(WINDOW_STEPS)
    hits, velocity, microtiming = (
        np.pad(array[0], padding)[index] for array in (grid.hits, grid.velocity, grid.microtiming)
    )
    return DrumWindows(hits, velocity, microtiming)
