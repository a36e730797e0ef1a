"""Colour by OKLab: hues of equal lightness, blends that stay even, and contrast.

Notes
-----
OKLab and OKLCH: Björn Ottosson, "A perceptual color space for image processing" (2020).
Contrast and relative luminance: WCAG 2.2, definitions of "contrast ratio" and "relative luminance".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

Floats = NDArray[np.float64]

_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LMS_TO_RGB = np.linalg.inv(_RGB_TO_LMS)
_LAB_TO_LMS = np.linalg.inv(_LMS_TO_LAB)


def oklch_to_oklab(lightness: float, chroma: float, hue_deg: float) -> Floats:
    """Return L, a, b of a colour given by `lightness` 0-1, `chroma` 0-0.4 and `hue_deg` 0-360."""
    hue = np.deg2rad(hue_deg)
    return np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)])


def oklab_to_srgb(lab: Floats) -> Floats:
    """Return sRGB (..., 3) in 0-1 of OKLab colours `lab` (..., 3), clipped into the gamut."""
    linear = np.clip(((np.asarray(lab) @ _LAB_TO_LMS.T) ** 3) @ _LMS_TO_RGB.T, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def to_qcolor(lab: Floats) -> QColor:
    """Return `lab`, one OKLab colour, as a QColor."""
    red, green, blue = (float(channel) for channel in oklab_to_srgb(lab))
    return QColor.fromRgbF(red, green, blue)


def blend_corners(corners: Sequence[Floats], x: Floats | float, y: Floats | float) -> Floats:
    """Return the bilinear blend of four OKLab colours.

    Parameters
    ----------
    corners
        Top left, top right, bottom left, bottom right; each (3,).
    x, y
        Place from left to right and top to bottom, 0 to 1; scalars or arrays of one shape.

    Returns
    -------
    ndarray
        OKLab, shape (..., 3).
    """
    right = np.asarray(x, np.float64)[..., None]
    down = np.asarray(y, np.float64)[..., None]
    top = corners[0] * (1 - right) + corners[1] * right
    bottom = corners[2] * (1 - right) + corners[3] * right
    return _with_chroma(top * (1 - down) + bottom * down, corners, right, down)


def _with_chroma(blend: Floats, corners: Sequence[Floats], right: Floats, down: Floats) -> Floats:
    """Give a blend back half (geometrically) of the chroma that opposite hues cost it."""
    chroma = [float(np.hypot(corner[1], corner[2])) for corner in corners]
    top = chroma[0] * (1 - right) + chroma[1] * right
    bottom = chroma[2] * (1 - right) + chroma[3] * right
    wanted = top * (1 - down) + bottom * down
    found = np.hypot(blend[..., 1:2], blend[..., 2:3])
    gain = np.sqrt(wanted / np.maximum(found, 1e-4)) if max(chroma) > 0.0 else np.ones_like(found)
    return np.concatenate([blend[..., :1], blend[..., 1:] * np.clip(gain, 1.0, 2.5)], axis=-1)
