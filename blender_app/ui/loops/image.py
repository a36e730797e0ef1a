"""Loops as small pictures: many at once, antialiased, white on their colour.

A picture is computed as coverage, not drawn: how much of each pixel's column a step's mark covers,
times how much of each pixel's row a voice's mark covers. So a palette of a thousand cells costs two
small matrix products and no painter.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from blender_app.core.drums import VOICE_COUNT, DrumLoop
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

_LEVELS = (1, 50, 84, 108)
"""Lowest velocity of each of four heights: ghost, soft, normal, accent."""
_HEIGHTS = (0.38, 0.58, 0.78, 0.94)
VOICE_SHARES = (1.5, 1.5, 1.3, 1.1, 0.75, 0.75, 0.75, 0.9, 1.1)
"""Relative height of each voice's row: what is played most is seen best."""


def render_loops(loops: Sequence[DrumLoop], labs: Floats, width: int, height: int, radius: float) -> Pixels:
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

    Returns
    -------
    ndarray
        uint8 of shape (N, height, width, 4): blue, green, red, alpha, premultiplied.
    """
    steps = loops[0].steps
    across, down = _cover_matrices(steps, width, height)
    columns = columns_of(steps, width)
    velocity = merged(np.stack([loop.velocity for loop in loops]).astype(np.float32), columns)
    cover = np.zeros((len(loops), height, width), np.float32)
    for level, low in enumerate(_LEVELS):
        high = _LEVELS[level + 1] if level + 1 < len(_LEVELS) else 128
        hits = ((velocity >= low) & (velocity < high)).astype(np.float32)
        if hits.any():
            cover += down[level] @ (hits.transpose(0, 2, 1) @ across)
    np.minimum(cover, 1.0, out=cover)
    return white_on(cover, labs, radius)


@lru_cache(maxsize=32)
def _cover_matrices(steps: int, width: int, height: int) -> tuple[Cover, tuple[Cover, ...]]:
    """Return how a loop's columns cover those of pixels, and voices rows (height, 9) for each level."""
    inset_y = max(1.0, height * 0.08)
    starts, step_width = column_edges(steps, width)
    # A mark of whole pixels on whole pixels is crisp; below two pixels a step it must be blended.
    mark = max(1.0, np.floor(step_width * 0.82)) if step_width >= 1.5 else step_width
    if step_width >= 1.5:
        starts = [float(round(start)) for start in starts]
    across = np.stack([interval_cover(start, start + mark, width) for start in starts[:-1]])
    edges = np.cumsum((0.0, *VOICE_SHARES)) / sum(VOICE_SHARES) * (height - 2 * inset_y)
    down = []
    for share in _HEIGHTS:
        rows = []
        for voice in range(VOICE_COUNT):
            base = height - inset_y - edges[voice]
            row_height = edges[voice + 1] - edges[voice]
            rows.append(interval_cover(base - row_height * share, base, height))
        down.append(np.stack(rows, axis=1))
    return across, tuple(down)
