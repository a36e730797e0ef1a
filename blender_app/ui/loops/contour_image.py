"""Melody loops as small pictures: their contour, many at once, white on their colour.

A note is a bar of its real length on the row of its pitch, and the louder the whiter. All loops of
a call share one range of pitches, so that what is higher in a palette stands higher in its cells.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from blender_app.core.melody import MAX_PITCH, NO_EVENT, OCTAVE, MelodyLoop
from blender_app.core.time import DEFAULT_STEPS
from blender_app.ui.look.color import Floats
from blender_app.ui.loops.coverage import (
    Cover,
    Pixels,
    column_edges,
    columns_of,
    interval_cover,
    merged,
    white_on,
)

_MIDDLE_PITCH = 60
_LEAST_STRENGTH = 0.5
"""Whiteness of the softest note."""
_LEAST_SHARE = 0.09
"""Thickness of a bar as a share of the picture's height, where rows are thinner."""
_MOST_STEPS, _MOST_SHARE = 1.7, 0.03
"""A bar is no thicker than so many steps are wide (a note lies, it does not stand), or than this share."""


def pitch_range_of(loops: Sequence[MelodyLoop]) -> tuple[int, int]:
    """Return the lowest and the highest pitch of `loops`, at least an octave apart."""
    events = np.concatenate([loop.events for loop in loops])
    pitches = events[events >= 0]
    low, high = (int(pitches.min()), int(pitches.max())) if pitches.size else (_MIDDLE_PITCH,) * 2
    missing = max(0, OCTAVE - (high - low))
    low = max(0, min(low - missing // 2, MAX_PITCH - OCTAVE))
    return low, max(high, low + OCTAVE)


def render_contours(
    loops: Sequence[MelodyLoop],
    labs: Floats,
    width: int,
    height: int,
    radius: float,
    pitch_range: tuple[int, int] | None = None,
) -> Pixels:
    """Draw loops into equal boxes with rounded corners.

    Parameters
    ----------
    loops
        What to draw, N of them, all of one length.
    labs
        Background colours in OKLab, shape (N, 3).
    width, height
        Size of a box in device pixels.
    radius
        Of its corners, in device pixels.
    pitch_range
        Lowest and highest pitch that there is room for; None for that of the loops. What lies
        outside is drawn at the edge.

    Returns
    -------
    ndarray
        uint8 of shape (N, height, width, 4): blue, green, red, alpha, premultiplied.
    """
    low, high = pitch_range or pitch_range_of(loops)
    pitch, strength, ends = _sounding_steps(loops)
    rows = np.clip(pitch, low, high) - low
    steps = loops[0].steps
    marks = np.zeros((2, len(loops), steps, high - low + 1), np.float32)  # going on, ending
    index = np.arange(len(loops))[:, None], np.arange(steps)[None, :], rows
    marks[0][index] = strength * ~ends
    marks[1][index] = strength * ends
    across = _columns(steps, width)
    on, ending = (merged(one, columns_of(steps, width)).transpose(0, 2, 1) for one in marks)
    down = _rows(height, high - low + 1, _thickest(width, height))
    cover = down @ (on @ across[0] + ending @ across[1])
    return white_on(np.minimum(cover, 1.0), labs, radius)


def _sounding_steps(
    loops: Sequence[MelodyLoop],
) -> tuple[NDArray[np.int64], Cover, NDArray[np.bool_]]:
    """Return pitch, strength (0 = silent) and whether a note ends there, of all steps; each (N, steps)."""
    events = np.stack([loop.events for loop in loops]).astype(np.int64)
    velocity = np.stack([loop.velocity for loop in loops]).astype(np.float32)
    # The last event up to each step says what sounds on it; before the first there is silence.
    last = np.maximum.accumulate(np.where(events != NO_EVENT, np.arange(events.shape[1]), -1), axis=1)
    pitch = np.where(last >= 0, np.take_along_axis(events, np.maximum(last, 0), axis=1), -1)
    loud = np.take_along_axis(velocity, np.maximum(last, 0), axis=1) / 127.0
    strength = np.where(pitch >= 0, _LEAST_STRENGTH + (1.0 - _LEAST_STRENGTH) * loud, 0.0)
    ends = np.concatenate([events[:, 1:] != NO_EVENT, np.ones((len(loops), 1), bool)], axis=1)
    return pitch, strength.astype(np.float32), ends


@lru_cache(maxsize=32)
def _columns(steps: int, width: int) -> tuple[Cover, Cover]:
    """Return how columns in which a note goes on, and in which it ends, cover those of pixels."""
    edges, step_width = column_edges(steps, width)
    gap = min(0.3 * step_width, 2.5)
    if step_width >= 2.0:  # bars that begin and end on whole pixels are crisp
        edges = [float(round(edge)) for edge in edges]
        gap = max(1.0, round(gap))
    spans = list(itertools.pairwise(edges))
    return (
        np.stack([interval_cover(start, end, width) for start, end in spans]),
        np.stack([interval_cover(start, end - gap, width) for start, end in spans]),
    )


def _thickest(width: int, height: int) -> float:
    """Return the greatest thickness of a bar in pixels."""
    return max(2.0, _MOST_STEPS * width / DEFAULT_STEPS, _MOST_SHARE * height)


@lru_cache(maxsize=64)
def _rows(height: int, pitches: int, thickest: float) -> Cover:
    """Return how bars of each pitch, lowest first, cover rows (height, pitches)."""
    inset = max(1.0, height * 0.1)
    room = height - 2 * inset
    thick = min(max(room / pitches, 1.0, room * _LEAST_SHARE), thickest)
    if thick >= 2.0:
        thick = float(round(thick))
    rows = []
    for row in range(pitches):
        bottom = height - inset - (room - thick) * row / max(1, pitches - 1)
        if thick >= 2.0:
            bottom = float(round(bottom))
        rows.append(interval_cover(bottom - thick, bottom, height))
    return np.stack(rows, axis=1)
