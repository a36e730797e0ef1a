"""Contours: loops of one part as small pictures, computed as coverage."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.time import DEFAULT_STEPS
from blender_app.ui.look.color import oklch_to_oklab, to_qcolor
from blender_app.ui.loops.contour_image import pitch_range_of, render_contours
from blender_app.ui.loops.pictures import picture

LAB = oklch_to_oklab(0.56, 0.165, 12.0)
WIDTH, HEIGHT = 2 * 32 * 6, 240


def loop_of(*notes: tuple[int, int, float, int]) -> MelodyLoop:
    """Return a loop of (step, pitch, length, velocity)."""
    return MelodyLoop.from_notes(
        Note(step, pitch, velocity, length) for step, pitch, length, velocity in notes
    )


def marked(pixels: np.ndarray) -> np.ndarray:
    """Return where a picture (height, width, 4) is lighter than its ground."""
    return pixels[..., 1].astype(int) > pixels[HEIGHT // 2, 2, 1] + 20


def runs(pixels: np.ndarray) -> list[tuple[int, int]]:
    """Return left edge and width of each unbroken run of marked columns."""
    edges = np.flatnonzero(np.diff(np.pad(marked(pixels).any(axis=0).astype(int), 1)))
    return [(int(left), int(right - left)) for left, right in edges.reshape(-1, 2)]


def test_a_bar_is_as_long_as_its_note_and_a_rest_is_empty() -> None:
    picture = render_contours([loop_of((4, 60, 6, 100), (20, 64, 2, 100))], LAB[None], WIDTH, HEIGHT, 6.0)[0]
    step = (WIDTH * 0.88 - WIDTH * 0.88 * 0.025) / DEFAULT_STEPS
    (first, long), (second, short) = runs(picture)
    assert first == pytest.approx(WIDTH * 0.06 + 4 * step, abs=1.0)
    assert second == pytest.approx(WIDTH * 0.94 - 12 * step, abs=1.0)
    assert long == pytest.approx(6 * step - 2.0, abs=1.5)
    assert short == pytest.approx(2 * step - 2.0, abs=1.5)


def test_notes_that_follow_each_other_are_told_apart() -> None:
    one = render_contours([loop_of((0, 60, 8, 100))], LAB[None], WIDTH, HEIGHT, 6.0)[0]
    two = render_contours([loop_of((0, 60, 4, 100), (4, 60, 4, 100))], LAB[None], WIDTH, HEIGHT, 6.0)[0]
    assert (len(runs(one)), len(runs(two))) == (1, 2)


def test_all_loops_of_a_call_share_one_range_of_pitches() -> None:
    low, high = loop_of((0, 40, 4, 100)), loop_of((0, 76, 4, 100))
    pictures = render_contours([low, high], np.stack([LAB, LAB]), WIDTH, HEIGHT, 6.0)
    rows = [float(np.flatnonzero(marked(picture).any(axis=1)).mean()) for picture in pictures]
    assert rows[0] > HEIGHT * 0.8
    assert rows[1] < HEIGHT * 0.2
    alone = render_contours([low], LAB[None], WIDTH, HEIGHT, 6.0)[0]
    middle = float(np.flatnonzero(marked(alone).any(axis=1)).mean())
    assert middle == pytest.approx(HEIGHT / 2, abs=HEIGHT * 0.1)


def test_louder_is_whiter_and_softest_is_still_seen() -> None:
    picture = render_contours([loop_of((0, 60, 16, 1), (16, 60, 16, 127))], LAB[None], WIDTH, HEIGHT, 6.0)[0]
    soft, loud = picture[:, : WIDTH // 2 - 4].max(axis=(0, 1)), picture[:, WIDTH // 2 + 4 :].max(axis=(0, 1))
    assert (loud[:3] == 255).all()
    assert soft[1] < 220
    assert soft[1] > picture[HEIGHT // 2, 2, 1] + 60


def test_pitches_outside_a_given_range_stand_at_its_edge() -> None:
    picture = render_contours([loop_of((0, 20, 4, 127))], LAB[None], WIDTH, HEIGHT, 6.0, (60, 72))[0]
    assert float(np.flatnonzero(marked(picture).any(axis=1)).mean()) > HEIGHT * 0.8


def test_the_range_has_room_for_an_octave_within_midi() -> None:
    assert pitch_range_of([MelodyLoop.empty()]) == (54, 66)
    assert pitch_range_of([loop_of((0, 0, 1, 9))]) == (0, 12)
    assert pitch_range_of([loop_of((0, 127, 1, 9))]) == (115, 127)
    assert pitch_range_of([loop_of((0, 40, 1, 9)), loop_of((0, 80, 1, 9))]) == (40, 80)


@pytest.mark.parametrize(("width", "height"), [(9, 7), (20, 16), (57, 43), (300, 160)])
def test_pictures_of_all_sizes_keep_their_colour_and_show_their_notes(width: int, height: int) -> None:
    empty = picture(MelodyLoop.empty(), LAB, (width, height), 0.0)
    full = picture(loop_of((0, 60, 32, 127)), LAB, (width, height), 0.0)
    assert (empty.width(), empty.height()) == (width, height)
    ground = to_qcolor(LAB)
    assert abs(QColor(empty.pixel(width // 2, height // 2)).red() - ground.red()) <= 1
    lightest = max(QColor(full.pixel(width // 2, y)).green() for y in range(height))
    assert lightest > ground.green() + 80


def test_a_note_lies_even_where_the_picture_stands() -> None:
    pixels = render_contours([loop_of((8, 60, 2, 127))], LAB[None], 110, 400, 0.0)[0]
    light = pixels[..., 1].astype(int) > pixels[2, 2, 1] + 20
    assert light.any(axis=1).sum() <= 12
