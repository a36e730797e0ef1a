"""Colours: even, readable, and told apart by every eye."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from blender_app.ui.look.color import (
    _LMS_TO_LAB,
    _RGB_TO_LMS,
    Floats,
    blend_corners,
    oklab_to_srgb,
    oklch_to_oklab,
    to_qcolor,
)
from blender_app.ui.look.theme import (
    COLOR_BLIND_SAFE,
    CORNER_LIGHTNESS,
    HUE_SETS,
    MARK,
    THEMES,
    HueSet,
    Look,
    Theme,
)

TEXT_CONTRAST, MARK_CONTRAST = 4.5, 3.0
# Severity 1.0 of Machado, Oliveira and Fernandes 2009, on linear RGB.
DEFICIENCIES = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}

channels = st.floats(0.0, 1.0)


def srgb_to_linear(srgb: Floats) -> Floats:
    """Return linear light (..., 3) of sRGB colours (..., 3) in 0-1."""
    srgb = np.asarray(srgb, np.float64)
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def srgb_to_oklab(srgb: Floats) -> Floats:
    """Return OKLab (..., 3) of sRGB colours (..., 3) in 0-1."""
    return np.cbrt(srgb_to_linear(srgb) @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast ratio of WCAG, 1 to 21, of two opaque colours."""
    one, two = sorted((luminance(first), luminance(second)), reverse=True)
    return (one + 0.05) / (two + 0.05)


def luminance(color: QColor) -> float:
    linear = srgb_to_linear(np.array([color.redF(), color.greenF(), color.blueF()]))
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


@given(st.tuples(channels, channels, channels))
def test_oklab_round_trip(rgb: tuple[float, float, float]) -> None:
    assert oklab_to_srgb(srgb_to_oklab(np.array(rgb))) == pytest.approx(np.array(rgb), abs=1e-4)


def test_oklab_of_red() -> None:
    # From the table in Ottosson's article.
    assert srgb_to_oklab(np.array([1.0, 0.0, 0.0])) == pytest.approx([0.6280, 0.2249, 0.1258], abs=1e-3)


def test_contrast_of_black_and_white() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("#777777")) == pytest.approx(1.0)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_text_can_be_read(theme: Theme) -> None:
    for ground in ("window", "panel", "raised"):
        for ink in ("text", "muted", "warning", "accent"):
            assert contrast(theme.color(ink), theme.color(ground)) >= TEXT_CONTRAST, (ink, ground)
        assert contrast(theme.color("control_line"), theme.color(ground)) >= MARK_CONTRAST, ground
    assert contrast(theme.color("accent_text"), theme.color("accent")) >= TEXT_CONTRAST


@pytest.mark.parametrize("hues", HUE_SETS, ids=lambda hues: hues.name)
def test_marks_can_be_seen_on_every_cell(hues: HueSet) -> None:
    x, y = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 9))
    for lab in blend_corners(hues.labs, x, y).reshape(-1, 3):
        assert contrast(to_qcolor(lab), MARK) >= MARK_CONTRAST


@pytest.mark.parametrize("hues", HUE_SETS, ids=lambda hues: hues.name)
def test_corner_colours_are_on_the_screen_as_meant(hues: HueSet) -> None:
    for corner in hues.labs:
        assert srgb_to_oklab(oklab_to_srgb(corner)) == pytest.approx(corner, abs=0.02)


@pytest.mark.parametrize("hues", [hues for hues in HUE_SETS if hues.name not in COLOR_BLIND_SAFE], ids=str)
def test_corners_are_equally_light(hues: HueSet) -> None:
    assert {round(float(lab[0]), 6) for lab in hues.labs} == {CORNER_LIGHTNESS}


@given(channels, channels)
def test_blends_are_as_light_as_the_corners(x: float, y: float) -> None:
    assert blend_corners(HUE_SETS[0].labs, x, y)[0] == pytest.approx(CORNER_LIGHTNESS)


def test_corners_of_a_blend_are_the_corners() -> None:
    labs = HUE_SETS[0].labs
    for corner, (x, y) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
        assert blend_corners(labs, x, y) == pytest.approx(labs[corner])


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("name", COLOR_BLIND_SAFE)
def test_safe_corners_differ_for_red_green_blind_eyes(name: str, deficiency: str) -> None:
    hues = next(hues for hues in HUE_SETS if hues.name == name)
    seen = [_seen(oklab_to_srgb(lab), deficiency) for lab in hues.labs]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) >= 0.08


def _seen(srgb: np.ndarray, deficiency: str) -> np.ndarray:
    linear = np.clip(np.array(DEFICIENCIES[deficiency]) @ srgb_to_linear(srgb), 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return srgb_to_oklab(encoded)


def test_grey_blend_stays_grey() -> None:
    grey = [oklch_to_oklab(0.5, 0.0, 0.0)] * 4
    assert blend_corners(grey, 0.3, 0.6) == pytest.approx([0.5, 0.0, 0.0])


def test_look_tells_only_real_changes(look: Look, qtbot) -> None:
    with qtbot.assertNotEmitted(look.changed):
        look.set_theme("dark")
    with qtbot.waitSignal(look.changed):
        look.set_theme("light")
    look.set_text_scale(7.0)
    assert look.text_scale == 2.0


def test_text_size_scales_all_three_sizes(look: Look) -> None:
    before = [look.line_height(size) for size in (0.86, 1.0, 1.35)]
    look.set_text_scale(2.0)
    after = [look.line_height(size) for size in (0.86, 1.0, 1.35)]
    assert all(two > 1.7 * one for one, two in zip(before, after, strict=True))
