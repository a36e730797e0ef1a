"""The morph's steps and slider under mouse and keys."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.session.session import Loop
from blender_app.ui.look.theme import Look
from blender_app.ui.morph.overlay import grip_rect
from blender_app.ui.morph.step_row import LEGIBLE_PX, StepRow
from blender_app.ui.morph.view import MorphView


def melodies(count: int, lowest: int = 40) -> list[Loop]:
    loops: list[Loop] = []
    for step in range(count):
        events = np.full(32, -2)
        events[::4] = lowest + step
        loops.append(MelodyLoop.from_events(events))
    return loops


@pytest.fixture
def view(qtbot: QtBot, look: Look) -> MorphView:
    """Return a shown morph of five steps, 600 by 300 pixels."""
    view = MorphView(look)
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.set_steps(5)
    view.set_loops(melodies(5))
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def told(view: MorphView) -> list[object]:
    """Return what the view tells, in order."""
    told: list[object] = []
    view.positionMoved.connect(lambda position: told.append(round(position, 3)))
    view.stepTapped.connect(lambda step: told.append(f"step {step}"))
    view.dragStarted.connect(lambda step: told.append(f"drag {step}"))
    view.gestureStarted.connect(told.append)
    view.gestureEnded.connect(lambda: told.append("end"))
    return told


def middle(view: MorphView, step: int) -> QPoint:
    return view.box_of(step).center().toPoint()


def shown(view: MorphView) -> QImage:
    return view.grab().toImage()


# -- where the steps lie ----------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("steps", [3, 4, 9, 17, 33])
@pytest.mark.parametrize("size", [(300, 120), (700, 300), (1300, 500)])
def test_boxes_lie_in_reading_order_within_the_field(size: tuple[int, int], steps: int, ratio: float) -> None:
    area = QRectF(4, 4, *size)
    row = StepRow.fit(steps, area, ratio)
    boxes = [row.box(step) for step in range(steps)]
    for box in boxes:
        assert area.contains(box)
        assert box.size() == boxes[0].size()
    for one, other in itertools.pairwise(boxes):
        beside = other.top() == one.top() and other.left() > one.right()
        below = other.left() == boxes[0].left() and other.top() > one.bottom()
        assert beside != below


def test_few_steps_stand_in_one_row_and_many_in_as_few_as_can_be_read() -> None:
    area = QRectF(0, 0, 700, 300)
    assert [StepRow.fit(steps, area, 1.0).rows for steps in (3, 5, 7)] == [1, 1, 1]
    many = StepRow.fit(33, area, 1.0)
    assert many.width >= LEGIBLE_PX
    assert (700 + many.gap) / (many.cols + 1) - many.gap < LEGIBLE_PX


def test_one_row_more_rather_than_a_hole_at_the_end() -> None:
    assert StepRow.fit(9, QRectF(0, 0, 700, 300), 1.0).cols == 3
    assert StepRow.fit(25, QRectF(0, 0, 700, 300), 1.0).cols == 5


@pytest.mark.parametrize("steps", [3, 9, 33])
def test_positions_run_along_all_rows(steps: int) -> None:
    row = StepRow.fit(steps, QRectF(0, 0, 500, 300), 1.0)
    for step in range(steps):
        assert row.position_of(row.box(step).center()) == pytest.approx(step / (steps - 1))
    along = [
        row.position_of(QPointF(x, row.box(first).center().y()))
        for first in range(0, steps, row.cols)
        for x in np.linspace(row.rect.left(), row.rect.right(), 200)
    ]
    assert along == sorted(along)
    assert along[0] == 0.0
    assert along[-1] == 1.0
    assert max(np.diff(along)) < 1.1 / (steps - 1)


def test_a_position_is_near_one_or_two_steps() -> None:
    row = StepRow.fit(5, QRectF(0, 0, 500, 300), 1.0)
    assert row.weights(0.5) == {2: 1.0}
    assert row.weights(1.0) == {4: 1.0}
    assert row.weights(0.3) == pytest.approx({1: 0.8, 2: 0.2})


# -- mouse ------------------------------------------------------------------------------------------


def test_a_tap_goes_to_the_step_itself(view: MorphView, told: list[object]) -> None:
    off_center = view.box_of(3).topLeft().toPoint() + QPoint(12, 60)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=off_center)
    assert told == ["Glide", 0.75, "step 3", "end"]
    assert view.step == 3


def test_a_tap_on_the_step_where_we_are_is_heard_again(view: MorphView, told: list[object]) -> None:
    view.set_position(0.75)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle(view, 3))
    assert told == ["Glide", "step 3", "end"]


def test_a_drag_over_the_steps_glides_between_them(view: MorphView, told: list[object], drag) -> None:
    start, end = middle(view, 1), middle(view, 2)
    drag(view, [start + QPoint(x, 0) for x in range(0, end.x() - start.x(), 6)])
    places = [one for one in told if isinstance(one, float)]
    assert told[0] == "Glide"
    assert told[-1] == "end"
    assert len(places) > 10
    assert places == sorted(set(places))
    assert 0.25 < places[0] < 0.3
    assert 0.45 < places[-1] <= 0.5


def test_dragging_the_slider_glides_from_end_to_end(view: MorphView, told: list[object], drag) -> None:
    left, right = view.point_of(0.0).toPoint(), view.point_of(1.0).toPoint()
    drag(view, [left, left + QPoint(50, 0), QPoint(right.x(), right.y() - 150), right + QPoint(300, 0)])
    places = [one for one in told if isinstance(one, float)]
    assert places[-1] == 1.0
    assert 0.05 < places[0] < 0.15
    assert "step" not in "".join(map(str, told))


def test_nothing_hides_the_notes_of_an_end(view: MorphView) -> None:
    view.set_position(0.5)
    for step in (0, 4):
        box = view.box_of(step).toRect()
        inner = QRect(QPoint(), box.size()).adjusted(5, 5, -5, -5)  # its corners are round
        drawn = view.step_picture(step).toImage().convertToFormat(QImage.Format.Format_RGB32)
        assert shown(view).copy(inner.translated(box.topLeft())) == drawn.copy(inner)


def test_the_letters_beside_the_slider_are_its_ends(view: MorphView, told: list[object]) -> None:
    slider = view.slider_rect()
    for place, position in ((slider.right() - 2, 1.0), (slider.left() + 2, 0.0)):
        point = QPointF(place, slider.center().y()).toPoint()
        before = shown(view).copy(QRect(point - QPoint(8, 8), QSize(10, 16)))
        assert len({before.pixel(x, y) for x in range(10) for y in range(16)}) > 4  # a letter
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)
        assert told[-2] == position


def test_a_press_on_the_slider_goes_there(view: MorphView, told: list[object]) -> None:
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.point_of(0.4).toPoint())
    assert told == ["Glide", pytest.approx(0.4, abs=0.005), "end"]


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier])
def test_a_step_is_carried_away_by_its_grip_or_with_ctrl(
    view: MorphView, told: list[object], modifier: Qt.KeyboardModifier
) -> None:
    by_grip = modifier == Qt.KeyboardModifier.NoModifier
    start = grip_rect(view.box_of(2)).center().toPoint() if by_grip else middle(view, 2)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, modifier, start)
    QTest.mouseMove(view, start + QPoint(2, 0))
    assert told == []
    QTest.mouseMove(view, start + QPoint(40, 30))
    assert told == ["drag 2"]


def test_the_grip_is_gone_once_a_step_is_carried_away(view: MorphView, drag) -> None:
    clean = shown(view)
    start = grip_rect(view.box_of(2)).center().toPoint()
    QTest.mouseMove(view, start)
    assert shown(view) != clean
    drag(view, [start, start + QPoint(20, 20)])
    assert shown(view) == clean


def test_a_click_on_the_grip_is_a_tap(view: MorphView, told: list[object]) -> None:
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=grip_rect(view.box_of(2)).center().toPoint())
    assert told == ["Glide", 0.5, "step 2", "end"]


def test_the_grip_shows_under_the_hand(view: MorphView) -> None:
    before = view.grab(view.box_of(2).toRect()).toImage()
    QTest.mouseMove(view, middle(view, 2))
    assert view.grab(view.box_of(2).toRect()).toImage() != before
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.grab(view.box_of(2).toRect()).toImage() == before


def test_other_buttons_move_nothing(view: MorphView, told: list[object]) -> None:
    for button in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
        QTest.mouseClick(view, button, pos=middle(view, 3))
    assert told == []


def test_the_menu_is_asked_for_the_step_under_the_hand_or_the_one_where_we_are(
    view: MorphView, qtbot: QtBot
) -> None:
    view.set_position(1.0)
    for reason, step in ((QContextMenuEvent.Reason.Mouse, 1), (QContextMenuEvent.Reason.Keyboard, 4)):
        event = QContextMenuEvent(reason, middle(view, 1), view.mapToGlobal(middle(view, 1)))
        with qtbot.waitSignal(view.menuAsked) as asked:
            QApplication.sendEvent(view, event)
        assert asked.args[0] == step


# -- keys -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "key", "end"),
    [
        (0.5, Qt.Key.Key_Right, 0.75),
        (0.5, Qt.Key.Key_Left, 0.25),
        (0.6, Qt.Key.Key_Right, 0.75),
        (0.6, Qt.Key.Key_Left, 0.5),
        (0.7, Qt.Key.Key_Right, 0.75),
        (0.7, Qt.Key.Key_Left, 0.5),
        (0.5, Qt.Key.Key_Home, 0.0),
        (0.5, Qt.Key.Key_End, 1.0),
        (0.5, Qt.Key.Key_Up, 0.25),
        (0.5, Qt.Key.Key_Down, 0.75),
    ],
)
def test_keys_go_from_step_to_step(
    view: MorphView, told: list[object], start: float, key: Qt.Key, end: float
) -> None:
    view.set_position(start)
    QTest.keyClick(view, key)
    assert told == [end]


def test_shift_and_arrows_glide_in_small_steps(view: MorphView, told: list[object]) -> None:
    view.set_position(0.5)
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert told == [0.505, 0.5]


def test_keys_stop_at_the_ends(view: MorphView, told: list[object]) -> None:
    QTest.keyClick(view, Qt.Key.Key_Left)
    view.set_position(1.0)
    for modifier in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        QTest.keyClick(view, Qt.Key.Key_Right, modifier)
    assert told == []


def test_up_and_down_go_by_rows_where_there_are_rows(view: MorphView, told: list[object]) -> None:
    view.set_steps(9)
    view.set_loops(melodies(9))
    cols = next(step for step in range(1, 9) if view.box_of(step).left() == view.box_of(0).left())
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert told == [round(cols / 8, 3)]


def test_enter_hears_the_step(view: MorphView, told: list[object]) -> None:
    view.set_position(0.3)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert told == [0.25, "step 1"]


# -- showing ----------------------------------------------------------------------------------------


def test_nothing_to_mix_is_drawn_and_touched_without_harm(qtbot: QtBot, look: Look) -> None:
    view = MorphView(look)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitExposed(view)
    with qtbot.assertNotEmitted(view.positionMoved):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
        QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.accessible_text() == "nothing to mix yet"


@pytest.mark.parametrize("kind", ["melody", "drums"])
def test_both_kinds_of_loops_are_drawn(view: MorphView, kind: str) -> None:
    empty: list[Loop] = [MelodyLoop.empty() if kind == "melody" else DrumLoop.empty()] * 5
    view.set_loops(empty)
    before = shown(view)
    full: list[Loop] = melodies(5) if kind == "melody" else [DrumLoop.empty().with_hit(4, 0, 100)] * 5
    view.set_loops(full)
    assert shown(view) != before


def test_steps_without_loops_yet_show_the_nearest_ones(view: MorphView) -> None:
    view.set_steps(9)
    assert "step 1 of 9" in view.accessible_text()
    view.set_position(1.0)
    assert accessible_pitch(view) == "Ab2 to Ab2"
    view.set_loops(melodies(9, 60))
    assert accessible_pitch(view) == "Ab4 to Ab4"


def accessible_pitch(view: MorphView) -> str:
    return view.accessible_text().rsplit(", ", 1)[1]


def test_the_frame_lies_on_both_steps_between_which_we_are(view: MorphView) -> None:
    boxes = [view.box_of(step).toRect() for step in range(5)]
    view.set_position(1.0)
    before = [view.grab(box).toImage() for box in boxes]
    view.set_position(0.3)
    after = [view.grab(box).toImage() for box in boxes]
    assert [one != other for one, other in zip(before, after, strict=True)] == [
        False,
        True,
        True,
        False,
        True,
    ]


def test_the_path_playhead_leads_the_frame_while_sweeping(view: MorphView) -> None:
    boxes = [view.box_of(step).toRect() for step in range(5)]
    before = [view.grab(box).toImage() for box in boxes]
    view.set_sweep_playhead(0.75)
    after = [view.grab(box).toImage() for box in boxes]
    assert [one != other for one, other in zip(before, after, strict=True)] == [
        True,
        False,
        False,
        True,
        False,
    ]
    view.set_sweep_playhead(None)
    assert [view.grab(box).toImage() for box in boxes] == before


def test_touching_a_sweep_takes_over_even_where_the_slider_stands(
    view: MorphView, told: list[object]
) -> None:
    view.set_sweep_playhead(0.75)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle(view, 0))
    assert told == ["Glide", 0.0, "step 0", "end"]


def test_deeds_and_keys_go_with_what_a_sweep_lets_sound(view: MorphView, told: list[object]) -> None:
    view.set_position(0.25)
    view.set_sweep_playhead(0.7)
    assert view.step == 3
    assert view.accessible_text().startswith("step 4 of 5, 70% of the way")
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert told == [0.75]


def test_a_moving_path_playhead_and_playhead_repaint_only_what_moved(view: MorphView, paint_log) -> None:
    log = paint_log(view)
    for number in range(10):
        view.set_sweep_playhead(0.1 + number / 1000)
        view.set_playhead(float(number))
        QApplication.processEvents()
    assert log.areas
    assert max(log.areas) < 0.45 * view.width() * view.height()


def test_nothing_is_painted_when_nothing_changes(view: MorphView, paint_log) -> None:
    log = paint_log(view)
    view.set_loops(melodies(5))
    view.set_position(0.0)
    view.set_sweep_playhead(None)
    view.set_playing(False)
    view.set_playhead(None)
    view.set_steps(5)
    QApplication.processEvents()
    assert log.areas == []


def test_steps_are_drawn_once_and_not_for_every_frame(view: MorphView, monkeypatch) -> None:
    drawn = []
    monkeypatch.setattr(view._picture, "draw", lambda *_args: drawn.append(1))
    for number in range(5):
        view.set_position(number / 10)
        view.set_playhead(float(number))
        QApplication.processEvents()
    assert drawn == []
    view.set_loops(melodies(5, 50))
    assert drawn == [1]


def test_changed_steps_cross_fade_unless_motion_is_reduced(
    view: MorphView, look: Look, wait_for_fade
) -> None:
    look.set_reduced_motion(False)
    before = shown(view)
    view.set_loops(melodies(5)[::-1])
    running = shown(view)
    wait_for_fade(view)
    after = shown(view)
    assert after != before
    assert running != after
    look.set_reduced_motion(True)
    view.set_loops(melodies(5))
    assert shown(view) == before


def test_another_theme_and_other_hues_are_followed(view: MorphView, look: Look) -> None:
    before = shown(view)
    look.set_hues("meadow")
    assert shown(view) != before


def test_the_ends_have_the_hues_of_their_corners_and_the_middle_their_blend(
    view: MorphView, look: Look
) -> None:
    image = shown(view)
    colors = [
        image.pixelColor(view.box_of(step).bottomLeft().toPoint() + QPoint(20, -5)) for step in (0, 2, 4)
    ]
    wanted = [look.blend(0.0, 0.0), look.blend(0.5, 0.0), look.blend(1.0, 0.0)]
    for color, want in zip(colors, wanted, strict=True):
        assert color.getRgb()[:3] == pytest.approx(want.getRgb()[:3], abs=2)


# -- for the screen reader --------------------------------------------------------------------------


def test_the_screen_reader_hears_step_way_and_notes(view: MorphView, told: list[object]) -> None:
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface.role() == QAccessible.Role.Slider
    assert interface.text(QAccessible.Text.Name) == "Morph"
    view.set_position(0.5)
    words = interface.text(QAccessible.Text.Value)
    assert words == "step 3 of 5, 50% of the way from A to B, 2 bars, 8 notes, F#2 to F#2"
    assert interface.valueInterface().currentValue() == 0.5
    interface.valueInterface().setCurrentValue(0.9)
    assert told == [0.9]
