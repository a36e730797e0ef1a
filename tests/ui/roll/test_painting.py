"""The piano roll: what is in sight, and how it is drawn."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.scales import Key, Mode
from blender_app.ui.roll.geometry import PitchView
from blender_app.ui.roll.press import RollTool

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton
K = Qt.Key
A_MINOR = Key(9, Mode.MINOR)


def test_the_pitches_in_sight_stay_while_editing(roll) -> None:
    view = roll.pitch_view
    assert view.shows(roll.model.notes)
    roll.stroke([roll.at(26, view.high)])
    roll.stroke([roll.at(28, view.low)])
    roll.set_loop(roll.loop_of([(0, view.low + 1, 4)]))
    assert roll.pitch_view == view
    roll.set_loop(roll.loop_of([(0, 90, 4)]))  # out of sight: shown again
    assert roll.pitch_view != view
    assert roll.pitch_view.shows(roll.model.notes)


def test_a_note_dragged_over_the_edge_takes_the_sight_with_it(roll) -> None:
    top = roll.pitch_view.high
    row = roll.roll_geometry().row_height
    place = roll.at(9, 64)
    roll.stroke([place, place - QPoint(0, round(row * (top + 3 - 64)))])
    assert roll.phrase()[2] == (8, top + 3, 4)
    assert roll.pitch_view.high == top + 3


def test_wheel_scrolls_and_zooms(roll, told) -> None:
    free = roll.at(28, 60)
    view = roll.pitch_view
    roll.turn(free, 1)
    assert (roll.pitch_view.low, roll.pitch_view.rows) == (view.low + 2, view.rows)
    roll.turn(free, -1)
    roll.turn(free, -1, CONTROL)
    assert roll.pitch_view.rows == view.rows + 4
    assert abs(roll.roll_geometry().pitch_at(free.y()) - 60) <= 1  # what is under the pointer stays
    roll.press(K.Key_PageUp, modifiers=CONTROL)
    roll.press(K.Key_0, modifiers=CONTROL)
    assert roll.pitch_view == view
    for _ in range(60):
        roll.turn(free, -1, CONTROL)
        roll.turn(free, -1)
    assert (roll.pitch_view.low, roll.pitch_view.rows) == (0, 128)
    assert told.loops == []


def test_places_are_found_under_their_middles(roll) -> None:
    geometry = roll.roll_geometry()
    for step in range(32):
        for pitch in range(geometry.view.low, geometry.view.high + 1):
            middle = geometry.cell_rect(step, pitch).center()
            assert (geometry.step_at(middle.x()), geometry.pitch_at(middle.y())) == (step, pitch)


def test_microtiming_shifts_the_bar(roll) -> None:
    geometry = roll.roll_geometry()
    on_grid, late = geometry.note_rect(Note(4, 60, 90, 2.0)), geometry.note_rect(Note(4, 60, 90, 2.0, 0.4))
    assert late.left() - on_grid.left() == pytest.approx(0.4 * geometry.steps.step_width)
    assert late.width() == on_grid.width()


def test_pictures_tell_timing_choice_and_what_is_out_of_sight(roll) -> None:
    def picture(note: Note) -> QImage:
        roll.set_loop(MelodyLoop.from_notes([note]))
        roll.model.go_to(24, 62)
        return roll.grab().toImage()

    geometry = roll.roll_geometry()
    late = picture(Note(8, 60, 127, 4.0, 0.4))
    before = QPointF(geometry.steps.x_of(8.2), geometry.row_rect(60).center().y()).toPoint()
    assert late.pixelColor(before) != picture(Note(9, 60, 127, 4.0)).pixelColor(
        before
    )  # the way from the grid
    roll.model.choose_all()
    chosen = roll.grab().toImage()
    roll.model.choose_none()
    corner = geometry.note_rect(roll.model.notes[0]).topLeft().toPoint() - QPoint(1, -4)
    assert chosen.pixelColor(corner) != roll.grab().toImage().pixelColor(corner)
    roll.set_pitch_view(PitchView(62, geometry.view.rows))  # the note lies below
    below = QPoint(round(geometry.steps.x_of(9.5)), round(geometry.rect.bottom() - 3))
    assert roll.grab().toImage().pixelColor(below).name() == "#ffffff"


def test_pictures_show_what_the_hand_is_doing(roll) -> None:
    def picture() -> QImage:
        return roll.grab().toImage()

    def lets_go() -> None:
        QTest.mouseRelease(roll, LEFT, NONE, roll.at(0, 60))

    inside, plain = roll.at(28, 60), picture()
    roll.stroke([roll.at(26, 66), roll.at(30, 58)], modifiers=SHIFT, lets_go=False)
    assert picture().pixelColor(inside).lightness() > plain.pixelColor(inside).lightness()  # the band
    lets_go()
    roll.set_tool(RollTool.SKETCH)
    roll.stroke([roll.at(24, 65), roll.at(31, 56)], lets_go=False)
    drawn = picture()
    roll._drop_touch()
    assert drawn != picture()  # the line of the stroke
    roll.set_loop(roll.loop_of(roll.PHRASE))
    roll.set_tool(RollTool.DRAW)
    roll.stroke([roll.at(17, 62), roll.at(9, 62)], lets_go=False)
    dragged = picture()
    roll._touching.lost = ()
    assert dragged != picture()  # the note that is lost if the hand lets go here
    lets_go()


def test_a_drag_ends_where_the_button_went_up_unseen(roll, told) -> None:
    roll.stroke([roll.at(9, 64), roll.at(12, 64)], lets_go=False)
    where = QPointF(roll.at(20, 64))
    none = Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, where, roll.mapToGlobal(where), none, none, NONE)
    QApplication.sendEvent(roll, move)
    assert told.gestures == ["Move notes", "end"]
    assert roll.phrase()[2] == (11, 64, 4)


def test_step_entry_is_seen(roll) -> None:
    def keys_box() -> QImage:
        box = roll.roll_geometry().keys.toRect()
        return roll.grab(box.adjusted(0, 0, -box.width() // 2, 0)).toImage()

    roll.model.go_to(24, 62)
    column, letters = roll.at(24, 56), keys_box()
    before = roll.grab().toImage().pixelColor(column)
    roll.set_step_entry(True)
    assert roll.grab().toImage().pixelColor(column) != before  # where the next note goes
    assert keys_box() != letters  # which letter plays which key


def test_the_keyboard_shows_sharps_and_the_scale(roll) -> None:
    def on_key(pitch: int, from_right: float) -> QColor:
        geometry = roll.roll_geometry()
        place = QPointF(geometry.keys.right() - from_right, geometry.row_rect(pitch).center().y())
        return roll.grab().toImage().pixelColor(place.toPoint())

    assert on_key(61, 60.0) != on_key(62, 60.0)
    ground = roll.grab().toImage()
    assert ground.pixelColor(roll.at(25, 61)).lightness() < ground.pixelColor(roll.at(25, 62)).lightness()
    roll.set_key(A_MINOR)
    dotted, bare = on_key(62, 5.0), on_key(61, 5.0)
    roll.set_key(None)
    assert dotted != on_key(62, 5.0)
    assert bare == on_key(61, 5.0)


def test_louder_notes_are_whiter_and_the_playing_one_is_lit(roll) -> None:
    def color(step: int, pitch: int) -> str:
        return roll.grab().toImage().pixelColor(roll.at(step, pitch)).name()

    roll.set_loop(MelodyLoop.from_notes([Note(4, 60, 127, 2.0), Note(8, 60, 20, 2.0)]))
    roll.model.go_to(20, 60)
    assert color(5, 60) == "#ffffff"
    assert "#808080" < color(9, 60) < "#f0f0f0"
    roll.set_playhead(9.0)
    lit = color(8, 60)
    roll.set_playhead(10.5)  # silence
    assert color(8, 60) != lit
    roll.set_playhead(None)


def test_the_pointer_shows_what_a_press_would_do(roll) -> None:
    def shape(point: QPoint) -> Qt.CursorShape:
        QTest.mouseMove(roll, point)
        QApplication.processEvents()
        return roll.cursor().shape()

    geometry = roll.roll_geometry()
    free, note = roll.at(28, 60), roll.at(18, 62)
    end = QPointF(geometry.note_rect(roll.model.notes[3]).right() - 2, note.y()).toPoint()
    lane = geometry.lane.center().toPoint()
    assert shape(free) is Qt.CursorShape.CrossCursor
    assert shape(note) is Qt.CursorShape.OpenHandCursor
    assert shape(end) is Qt.CursorShape.SizeHorCursor
    assert shape(roll.at(16, 62, 0.1)) is Qt.CursorShape.SizeHorCursor
    assert shape(lane) is Qt.CursorShape.SizeVerCursor
    assert shape(geometry.keys.center().toPoint()) is Qt.CursorShape.PointingHandCursor
    assert shape(QPoint(2, 2)) is Qt.CursorShape.ArrowCursor
    roll.set_tool(RollTool.ERASE)
    assert shape(note) is Qt.CursorShape.PointingHandCursor


def test_the_key_under_the_pointer_is_named(roll) -> None:
    plain = roll.grab().toImage()
    QTest.mouseMove(roll, roll.at(28, 63))
    QApplication.processEvents()
    key = roll.roll_geometry().row_rect(63).center().y()
    place = QPoint(4, round(key))
    assert roll.grab().toImage().pixelColor(place) != plain.pixelColor(place)


def test_a_double_click_on_the_keyboard_shows_all_notes(roll, told) -> None:
    view = roll.pitch_view
    roll.set_pitch_view(view.zoomed(40, 60))
    QTest.mouseDClick(roll, LEFT, NONE, roll.roll_geometry().keys.center().toPoint())
    assert roll.pitch_view == view
    assert told.loops == []


def test_another_loop_during_a_drag_ends_it(roll, told) -> None:
    roll.stroke([roll.at(9, 64), roll.at(12, 64)], lets_go=False)
    roll.set_loop(roll.loop_of([(0, 60, 4)]))
    assert told.gestures == ["Move notes", "end"]
    QTest.mouseMove(roll, roll.at(20, 64))
    QTest.mouseRelease(roll, LEFT, NONE, roll.at(20, 64))
    assert roll.phrase() == [(0, 60, 4)]
