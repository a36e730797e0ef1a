"""Pictures computed as coverage: how much of each pixel a mark covers, 0-1, white on a colour.

A mark is how much of each pixel's column it covers times how much of each pixel's row, so that
a thousand small pictures cost a few matrix products and no painter.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from blender_app.core.drums import LOOP_STEPS
from blender_app.core.time import STEPS_PER_BAR
from blender_app.ui.look.color import Floats, oklab_to_srgb

Pixels = NDArray[np.uint8]
Cover = NDArray[np.float32]


def interval_cover(start: float, end: float, count: int) -> Cover:
    """Return how much of each of `count` unit pixels the interval covers, 0-1."""
    pixel = np.arange(count)
    covered = np.minimum(pixel + 1, end) - np.maximum(pixel, start)
    cover: Cover = np.clip(covered, 0.0, 1.0).astype(np.float32)
    return cover


def step_edges(width: int) -> tuple[list[float], float]:
    """Return where the 32 steps of a loop begin in a picture, and its last one ends, and a step's width.

    All in pixels; between the bars there is a gap where there is room for one.
    """
    inset = max(1.0, width * 0.06)
    bar_gap = max(0.0, (width - 2 * inset) * 0.025) if width > 24 else 0.0
    step_width = (width - 2 * inset - bar_gap) / LOOP_STEPS
    edges = [inset + step * step_width + bar_gap * (step >= STEPS_PER_BAR) for step in range(LOOP_STEPS + 1)]
    return edges, step_width


@lru_cache(maxsize=32)
def rounded_mask(width: int, height: int, radius: float) -> Cover:
    """Return the cover (height, width) of a box with rounded corners."""
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
    """Return an image that owns a copy of premultiplied pixels (height, width, 4)."""
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied).copy()
