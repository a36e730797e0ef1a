"""Loops of all lengths, small and large: where their steps are drawn, and what is in sight."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.core.lengths import repeated
from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.ui.loops.coverage import column_edges, columns_of
from blender_app.ui.loops.pictures import render_pictures
from blender_app.ui.loops.step_geometry import LEAST_STEP_PX, StepGeometry

GREY = np.array([[0.5, 0.0, 0.0]])
LENGTHS = (16, 32, 64, 128, 256)


def lit(loop: DrumLoop | MelodyLoop, width: int = 120, height: int = 80) -> np.ndarray:
    """Return which columns of pixels are lighter than in an empty picture."""
    empty = type(loop).empty(loop.steps)
    pictures = [render_pictures([one], GREY, (width, height), 0.0, (48, 72)) for one in (empty, loop)]
    return (pictures[1][0, ..., 0].astype(int) - pictures[0][0, ..., 0]).max(axis=0) > 60


@pytest.mark.parametrize("steps", LENGTHS)
@pytest.mark.parametrize("width", [40, 120, 700])
def test_a_hit_and_a_note_are_seen_where_they_are_in_time(steps: int, width: int) -> None:
    for step in (0, steps // 2, steps - 1):
        for loop in (
            DrumLoop.empty(steps).with_hit(step, 0, 110),
            MelodyLoop.from_notes([Note(step, 60, 110, 1.0)], steps),
        ):
            (columns,) = np.nonzero(lit(loop, width))
            assert columns.size, (steps, width, step)
            place = 0.06 * width + (step + 0.5) / steps * 0.88 * width
            assert abs(columns.mean() - place) < 2.0 + 0.03 * width


def test_long_loops_are_merged_until_a_column_can_be_seen() -> None:
    assert [columns_of(steps, 40) for steps in LENGTHS] == [16, 32, 32, 32, 32]
    assert [columns_of(steps, 200) for steps in LENGTHS] == [16, 32, 64, 128, 128]
    assert [columns_of(steps, 700) for steps in LENGTHS] == list(LENGTHS)


@pytest.mark.parametrize("steps", LENGTHS)
def test_there_is_a_gap_at_each_bar_line(steps: int) -> None:
    edges, width = column_edges(steps, 700)
    gaps = [place for place in range(1, steps) if edges[place] - edges[place - 1] > width * 1.01]
    assert gaps == list(range(16, steps, 16))
    assert edges[-1] == pytest.approx(700 * 0.94)


def test_loops_of_several_lengths_stand_beside_each_other() -> None:
    loops = [DrumLoop.empty(steps).with_hit(0, 0, 100) for steps in (64, 16, 64, 256)]
    labs = np.repeat(GREY, 4, axis=0) + np.linspace(0.0, 0.1, 4)[:, None] * [[1.0, 0.0, 0.0]]
    together = render_pictures(loops, labs, (60, 40), 3.0)
    for index, loop in enumerate(loops):
        alone = render_pictures([loop], labs[index : index + 1], (60, 40), 3.0)[0]
        assert np.array_equal(together[index], alone)


@pytest.mark.parametrize("steps", LENGTHS)
def test_every_cell_in_sight_is_found_under_its_middle(steps: int) -> None:
    for first in {0, steps // 2 // 16 * 16, steps - 16}:
        geometry = StepGeometry.within(QRectF(4.0, 20.0, 236.0, 200.0), steps, first)
        assert geometry.shown == min(steps, 32)
        assert geometry.first <= first < geometry.end <= steps
        for step in range(geometry.first, geometry.end):
            for voice in range(VOICE_COUNT):
                assert geometry.at(geometry.cell_rect(step, voice).center()) == (step, voice)
        last = geometry.cell_rect(geometry.end - 1, 0).right()
        assert last == pytest.approx(geometry.rect.right())
        assert geometry.nearest(QPointF(-50.0, 0.0))[0] == geometry.first
        assert geometry.nearest(QPointF(900.0, 0.0))[0] == geometry.end - 1


def test_wide_views_show_more_bars_and_never_narrower_steps_than_two_bars_have() -> None:
    for width in (236, 400, 600, 1100, 2400):
        for steps in LENGTHS:
            geometry = StepGeometry.within(QRectF(0.0, 0.0, width, 200.0), steps)
            two = StepGeometry.within(QRectF(0.0, 0.0, width, 200.0), 32)
            assert geometry.step_width >= min(two.step_width, LEAST_STEP_PX - 0.5)
    assert StepGeometry.within(QRectF(0.0, 0.0, 1100.0, 200.0), 256).shown == 128


def test_a_longer_loop_that_says_the_same_sounds_the_same_in_its_picture() -> None:
    loop = DrumLoop.empty(16).with_hit(4, 1, 100)
    twice = lit(repeated(loop, 32), 240)
    assert np.count_nonzero(np.diff(twice.astype(int)) > 0) == 2
