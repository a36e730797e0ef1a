"""Pictures of loops of either kind: hits for drums, contours for melodies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QImage

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.session.session import Loop
from blender_app.ui.look.color import Floats
from blender_app.ui.loops.contour_image import pitch_range_of, render_contours
from blender_app.ui.loops.coverage import Pixels, to_qimage
from blender_app.ui.loops.image import render_loops

Pitches = tuple[int, int]
"""Lowest and highest pitch of pictures that are to be compared."""


def common_pitches(loops: Sequence[Loop]) -> Pitches | None:
    """Return the range of pitches that pictures of all `loops` share; None for drums."""
    melodies = [loop for loop in loops if isinstance(loop, MelodyLoop)]
    return pitch_range_of(melodies) if melodies else None


def render_pictures(
    loops: Sequence[Loop],
    labs: Floats,
    size: tuple[int, int],
    radius: float,
    pitches: Pitches | None = None,
) -> Pixels:
    """Draw loops of one kind, of all lengths, into equal boxes; see `render_loops` and `render_contours`.

    Parameters
    ----------
    loops
        What to draw, N of them.
    labs
        Background colours in OKLab, shape (N, 3).
    size
        Width and height of a box in device pixels.
    radius
        Of its corners, in device pixels.
    pitches
        Range of melodies' pitches; None takes that of `loops`.

    Returns
    -------
    ndarray
        uint8 of shape (N, height, width, 4): blue, green, red, alpha, premultiplied.
    """
    pitches = pitches or common_pitches(loops)
    lengths = [loop.steps for loop in loops]
    if len(set(lengths)) == 1:
        return _render_equally_long(loops, labs, size, radius, pitches)
    pixels = np.empty((len(loops), size[1], size[0], 4), np.uint8)
    for steps in set(lengths):
        chosen = [index for index, one in enumerate(lengths) if one == steps]
        equal = [loops[index] for index in chosen]
        pixels[chosen] = _render_equally_long(equal, labs[chosen], size, radius, pitches)
    return pixels


def _render_equally_long(
    loops: Sequence[Loop], labs: Floats, size: tuple[int, int], radius: float, pitches: Pitches | None
) -> Pixels:
    melodies = [loop for loop in loops if isinstance(loop, MelodyLoop)]
    if melodies:
        return render_contours(melodies, labs, *size, radius, pitches)
    drums = [loop for loop in loops if isinstance(loop, DrumLoop)]
    return render_loops(drums, labs, *size, radius)


def picture(loop: Loop, lab: Floats, size: tuple[int, int], radius: float) -> QImage:
    """Return `loop` as an image in the colour `lab`; `size` and `radius` as in `render_pictures`."""
    return to_qimage(render_pictures([loop], lab[None], size, radius)[0])
