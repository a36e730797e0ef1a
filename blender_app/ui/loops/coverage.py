"""Pictures computed as coverage: how much of each pixel a mark covers, 0-1, white on a colour.

A mark is how much of each pixel's column it covers times how much of each pixel's row, so that
a thousand small pictures cost a few matrix products and no painter.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from blender_app.core.time import DEFAULT_STEPS, STEPS_PER_BAR
from blender_app.ui.look.color import Floats, oklab_to_srgb

Pixels = NDArray[np.uint8]
Cover = NDArray[np.float32]

_GAPS_SHARE = 0.05
"""Of a picture's width, which gaps at all bar lines and one more would take."""
_LEAST_COLUMN_PX = 1.5
"""Where the steps of a long loop are narrower, several make a column: else a hit would be too pale."""


def interval_cover(start: float, end: float, count: int) -> Cover:
    """Return how much of each of `count` unit pixels is covered from `start` to `end`, 0-1."""
    pixel = np.arange(count)
    covered = np.minimum(pixel + 1, end) - np.maximum(pixel, start)
    cover: Cover = np.clip(covered, 0.0, 1.0).astype(np.float32)
    return cover


def columns_of(steps: int, width: int) -> int:
    """Return how many columns a picture of a loop has: one a step, fewer where steps would be too narrow.

    Parameters
    ----------
    steps
        Length of the loop, 16 to 256.
    width
        Of the picture, in device pixels.
    """
    columns = steps
    while columns > DEFAULT_STEPS and width / columns < _LEAST_COLUMN_PX:
        columns //= 2
    return columns


def merged(marks: Cover, columns: int) -> Cover:
    """Return marks in so many columns, of those that meet in one the strongest.

    Parameters
    ----------
    marks
        How strong the mark on each step is, shape (N, steps, rows).
    columns
        How many there are to be; they divide the steps.
    """
    count, steps, rows = marks.shape
    if columns == steps:
        return marks
    strongest: Cover = marks.reshape(count, columns, steps // columns, rows).max(axis=2)
    return strongest


def column_edges(steps: int, width: int) -> tuple[list[float], float]:
    """Return where the columns of a loop begin in a picture, and the last one ends, and a column's width.

    All in pixels; between the bars there is a gap where there is room for one.

    Parameters
    ----------
    steps
        Length of the loop, 16 to 256.
    width
        Of the picture, in device pixels.
    """
    columns, bars = columns_of(steps, width), steps // STEPS_PER_BAR
    inset = max(1.0, width * 0.06)
    room = width - 2 * inset
    gap = max(0.0, room * _GAPS_SHARE / bars) if width > 24 else 0.0
    column_width = (room - (bars - 1) * gap) / columns
    a_bar = columns // bars
    edges = [
        inset + column * column_width + gap * min(column // a_bar, bars - 1) for column in range(columns + 1)
    ]
    return edges, column_width


@lru_cache(maxsize=32)
def rounded_mask(width: int, height: int, radius: float) -> Cover:
    """Return the cover (`height`, `width`) of a box whose corners have a `radius` in pixels."""
    radius = max(radius, 0.5)  # that of a pixel, which is a sharp corner
    x = np.arange(width) + 0.5
    y = np.arange(height) + 0.5
    outside_x = np.maximum(np.maximum(radius - x, x - (width - radius)), 0.0)
    outside_y = np.maximum(np.maximum(radius - y, y - (height - radius)), 0.0)
    distance = np.hypot(outside_x[None, :], outside_y[:, None])
    cover: Cover = np.clip(radius - distance + 0.5, 0.0, 1.0).astype(np.float32)
    return cover


def white_on(cover: Cover, labs: Floats, radius: float) -> Pixels:
    """Return white marks on coloured boxes with rounded corners.

    Parameters
    ----------
    cover
        How much of each pixel is white, 0-1, shape (N, height, width).
    labs
        Colours of the boxes in OKLab, shape (N, 3).
    radius
        Of their corners, in device pixels.

    Returns
    -------
    ndarray
        uint8 of shape (N, height, width, 4): blue, green, red, alpha, premultiplied.
    """
    _, height, width = cover.shape
    ground = (oklab_to_srgb(labs) * 255.0).astype(np.float32)[:, None, None, ::-1]  # (N, 1, 1, BGR)
    pixels = np.empty((*cover.shape, 4), np.uint8)
    mask = rounded_mask(width, height, radius)
    pixels[..., :3] = (ground + (255.0 - ground) * cover[..., None]) * mask[..., None]
    pixels[..., 3] = mask * 255.0
    return pixels


def to_qimage(pixels: Pixels) -> QImage:
    """Return an image that owns a copy of premultiplied `pixels` (height, width, 4)."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied).copy()
