"""The editor of a corner, and the large view of what sounds."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.core.time import DEFAULT_STEPS
from blender_app.ui.drums.pattern_view import PatternView
from blender_app.ui.drums.step_grid import StepGrid
from blender_app.ui.look.theme import Look
from blender_app.ui.loops.step_geometry import StepGeometry


@pytest.fixture
def editor(qtbot: QtBot, look: Look) -> StepGrid:
    """Return a shown, empty editor."""
    grid = StepGrid(look)
    qtbot.addWidget(grid)
    grid.resize(660, 300)
    grid.show()
    qtbot.waitExposed(grid)
    return grid


@pytest.fixture
def painted(editor: StepGrid) -> list[tuple[int, int, int]]:
    """Return the list of what the editor tells."""
    told: list[tuple[int, int, int]] = []
    editor.hitPainted.connect(lambda step, voice, velocity: told.append((step, voice, velocity)))
    return told


def middle(grid: StepGrid | PatternView, step: int, voice: int) -> QPoint:
    return grid.geometry_of_steps().cell_rect(step, voice).center().toPoint()


def test_every_cell_is_found_under_its_middle(editor: StepGrid) -> None:
    geometry: StepGeometry = editor.geometry_of_steps()
    for step in range(DEFAULT_STEPS):
        for voice in range(VOICE_COUNT):
            assert geometry.at(geometry.cell_rect(step, voice).center()) == (step, voice)
    assert geometry.at(QPointF(-5, -5)) is None


def test_click_sets_and_clears(editor: StepGrid, painted) -> None:
    QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=middle(editor, 5, 3))
    QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=middle(editor, 5, 3))
    assert painted == [(5, 3, 100), (5, 3, 0)]


def test_dragging_sideways_paints_and_erases(editor: StepGrid, painted, drag) -> None:
    points = [middle(editor, step, 2) for step in range(4, 9)]
    drag(editor, points)
    assert painted == [(step, 2, 100) for step in range(4, 9)]
    painted.clear()
    drag(editor, points)
    assert painted == [(step, 2, 0) for step in range(4, 9)]


def test_dragging_up_and_down_sets_the_velocity(editor: StepGrid, painted, drag) -> None:
    editor.set_loop(DrumLoop.empty().with_hit(7, 1, 60, 0.2))
    start = middle(editor, 7, 1)
    drag(editor, [start, start - QPoint(0, 8), start - QPoint(0, 20)])
    assert painted[-1] == (7, 1, 92)
    drag(editor, [start, start + QPoint(0, 300)])
    assert painted[-1] == (7, 1, 1)


def test_one_drag_is_one_gesture(editor: StepGrid, drag) -> None:
    gestures: list[str] = []
    editor.gestureStarted.connect(gestures.append)
    editor.gestureEnded.connect(lambda: gestures.append("end"))
    drag(editor, [middle(editor, step, 2) for step in range(4, 9)])
    assert gestures == ["Edit hits", "end"]


def test_wheel_changes_the_velocity_of_a_hit(editor: StepGrid, painted) -> None:
    editor.set_loop(DrumLoop.empty().with_hit(3, 0, 60))
    for down in (False, True, True):
        where = QPointF(middle(editor, 3, 0))
        event = QWheelEvent(
            where,
            editor.mapToGlobal(where),
            QPoint(),
            QPoint(0, -120 if down else 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(editor, event)
    assert [velocity for *_, velocity in painted] == [64, 60, 56]


def test_keys_edit(editor: StepGrid, painted) -> None:
    editor.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up):
        QTest.keyClick(editor, key)
    assert editor.cursor_cell == (2, 1)
    QTest.keyClick(editor, Qt.Key.Key_Space)
    QTest.keyClick(editor, Qt.Key.Key_Plus)
    QTest.keyClick(editor, Qt.Key.Key_Minus, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(editor, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    assert painted == [(2, 1, 100), (2, 1, 108), (2, 1, 107), (2, 1, 99), (2, 1, 0)]
    QTest.keyClick(editor, Qt.Key.Key_End)
    QTest.keyClick(editor, Qt.Key.Key_Right)
    assert editor.cursor_cell == (0, 1)
    QTest.keyClick(editor, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert editor.cursor_cell == (4, 1)


def test_velocity_keeps_the_microtiming(editor: StepGrid) -> None:
    editor.set_loop(DrumLoop.empty().with_hit(0, 0, 60, 0.25))
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_Plus)
    editor.grab()
    assert float(editor._loop.microtiming[0, 0]) == 0.25


def test_screen_reader_hears_the_cursor(editor: StepGrid, painted) -> None:
    editor.set_loop(DrumLoop.empty().with_hit(18, 1, 77))
    editor.setFocus()
    interface = QAccessible.queryAccessibleInterface(editor)
    assert interface.text(QAccessible.Text.Value) == "kick, bar 1, step 1, no hit"
    for _ in range(18):
        QTest.keyClick(editor, Qt.Key.Key_Right)
    QTest.keyClick(editor, Qt.Key.Key_Up)
    assert interface.text(QAccessible.Text.Value) == "snare, bar 2, step 3, velocity 77"
    assert interface.valueInterface().currentValue() == 77.0
    interface.valueInterface().setCurrentValue(90)
    assert painted == [(18, 1, 90)]


def test_velocity_is_height_and_microtiming_a_shift(editor: StepGrid) -> None:
    geometry = editor.geometry_of_steps()
    soft, loud = geometry.hit_rect(4, 0, 30, 0.0), geometry.hit_rect(4, 0, 120, 0.0)
    assert loud.height() > 2 * soft.height()
    late = geometry.hit_rect(4, 0, 30, 0.4)
    assert late.left() - soft.left() == pytest.approx(0.4 * geometry.step_width)


@pytest.fixture
def view(qtbot: QtBot, look: Look) -> PatternView:
    """Return a shown view of a loop with a kick on each beat."""
    view = PatternView(look)
    qtbot.addWidget(view)
    view.resize(660, 300)
    loop = DrumLoop.empty()
    for step in range(0, DEFAULT_STEPS, 4):
        loop = loop.with_hit(step, 0, 100)
    view.set_loops(loop, None)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_hits_light_up_under_the_playhead(view: PatternView) -> None:
    place = middle(view, 8, 0)
    assert view.grab().toImage().pixelColor(place).name() == "#ffffff"
    view.set_playhead(8.6)
    assert view.grab().toImage().pixelColor(place).name() != "#ffffff"
    view.set_silent(frozenset({0}))
    view.set_playhead(None)
    assert view.grab().toImage().pixelColor(place).name() != "#ffffff"  # only an outline


def test_what_comes_next_is_a_ghost(view: PatternView) -> None:
    before = view.grab().toImage()
    ghost, steady = middle(view, 10, 1), middle(view, 8, 0)
    view.set_loops(view._loop, view._loop.with_hit(10, 1, 127))
    after = view.grab().toImage()
    assert after.pixelColor(ghost) != before.pixelColor(ghost)
    assert after.pixelColor(ghost).name() != "#ffffff"
    assert after.pixelColor(steady) == before.pixelColor(steady)


# -- other lengths ----------------------------------------------------------------------------------


def drag_sight(view: StepGrid | PatternView, share: float) -> None:
    """Press on the beat numbers at a share of the loop, and let go."""
    rect = view.geometry_of_steps().rect
    where = QPoint(round(rect.left() + share * rect.width()), round(rect.top()) - 8)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)


@pytest.mark.parametrize("steps", [16, 32, 64, 256])
def test_the_cursor_goes_through_all_bars_and_brings_them_into_sight(editor: StepGrid, steps: int) -> None:
    editor.resize(300, 200)
    editor.set_loop(DrumLoop.empty(steps))
    seen = []
    for _ in range(steps // 16):
        seen.append(editor.cursor_cell[0])
        assert editor.geometry_of_steps().shows(editor.cursor_cell[0])
        QTest.keyClick(editor, Qt.Key.Key_PageDown)
    assert seen == list(range(0, steps, 16))
    assert editor.cursor_cell[0] == 0  # round the loop
    QTest.keyClick(editor, Qt.Key.Key_Left)
    assert editor.cursor_cell[0] == steps - 1
    assert editor.geometry_of_steps().end == steps
    QTest.keyClick(editor, Qt.Key.Key_Home)
    QTest.keyClick(editor, Qt.Key.Key_End)
    assert editor.cursor_cell[0] == steps - 1
    assert editor.accessible_text().startswith(f"kick, bar {steps // 16}, step 16")


def test_a_hit_is_painted_in_bar_four(editor: StepGrid, painted) -> None:
    editor.resize(300, 200)
    editor.set_loop(DrumLoop.empty(64))
    assert (editor.geometry_of_steps().first, editor.geometry_of_steps().shown) == (0, 32)
    drag_sight(editor, 0.9)
    assert editor.geometry_of_steps().first == 32
    QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=middle(editor, 60, 4))
    assert painted == [(60, 4, 100)]
    drag_sight(editor, 0.1)
    assert editor.geometry_of_steps().first == 0
    assert painted == [(60, 4, 100)]


def test_the_wheel_scrolls_where_no_hit_is(editor: StepGrid, painted) -> None:
    editor.resize(300, 200)
    editor.set_loop(DrumLoop.empty(64))
    for down, first in ((True, 16), (True, 32), (True, 32), (False, 16)):
        where = QPointF(middle(editor, 20, 5))
        event = QWheelEvent(
            where,
            editor.mapToGlobal(where),
            QPoint(),
            QPoint(0, -120 if down else 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(editor, event)
        assert editor.geometry_of_steps().first == first
    assert painted == []


def test_a_shorter_loop_takes_the_cursor_along(editor: StepGrid) -> None:
    editor.set_loop(DrumLoop.empty(256))
    QTest.keyClick(editor, Qt.Key.Key_End)
    editor.set_loop(DrumLoop.empty(16))
    assert editor.cursor_cell == (15, 0)
    assert editor.grab().width() == 660


@pytest.mark.parametrize("steps", [16, 32, 64, 256])
def test_the_playhead_goes_round_each_loop_and_turns_its_pages(qtbot: QtBot, look: Look, steps: int) -> None:
    view = PatternView(look)
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.show()
    loop = DrumLoop.empty(steps).with_hit(steps - 1, 2, 100)
    view.set_loops(loop, None)
    dark = view.grab().toImage()
    for step in (0.5, steps / 2 + 0.5, steps - 0.5, steps + 3.0, 7 * steps + steps - 0.5):
        view.set_playhead(step)
        geometry = view.geometry_of_steps()
        assert geometry.shows(step % steps)
        assert geometry.first % geometry.shown == 0
    assert view.grab().toImage() != dark  # the last hit is lit
    view.set_playhead(None)
    assert view.geometry_of_steps().first == 0
    view.set_loops(DrumLoop.empty(16), DrumLoop.empty(64).with_hit(2, 2, 90))
    view.set_playhead(63.5)
    view.grab()
    assert view.geometry_of_steps().shown == 16
