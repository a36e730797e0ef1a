"""The piano roll under the mouse: what it tells of a hand."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.scales import Chord, Key, Mode
from blender_app.ui.roll.press import RollTool

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
K = Qt.Key
A_MINOR = Key(9, Mode.MINOR)


# -- by mouse -----------------------------------------------------------------------------------------


def test_a_drag_draws_a_note_as_long_as_the_drag(roll, told) -> None:
    roll.stroke([roll.at(26, 59), roll.at(28, 59), roll.at(29, 59)])
    assert roll.phrase() == [*roll.PHRASE, (26, 59, 4)]
    assert told.loops[-1] == roll.loop_of([*roll.PHRASE, (26, 59, 4)])
    assert told.gestures == ["Draw note", "end"]
    assert told.heard == [(59, 100)]


def test_a_click_draws_a_note_as_long_as_the_last_one(roll) -> None:
    roll.stroke([roll.at(24, 59)])
    assert roll.phrase()[-1] == (24, 59, 1)
    roll.stroke([roll.at(12, 60), roll.at(14, 60)])
    roll.stroke([roll.at(26, 57)])
    assert roll.phrase()[-1] == (26, 57, 3)


def test_a_note_is_cut_by_the_next_one_and_cuts_the_one_before(roll) -> None:
    roll.stroke([roll.at(10, 60), roll.at(19, 60)])  # begins within 64, reaches over 62
    assert roll.phrase() == [(0, 57, 4), (6, 60, 2), (8, 64, 2), (10, 60, 6), (16, 62, 8)]


def test_a_note_that_is_dragged_over_others_shows_what_is_cut_and_gives_it_back(roll, told) -> None:
    before = roll.model.loop
    roll.stroke([roll.at(17, 62), roll.at(9, 62)], lets_go=False)  # onto the step of 64
    assert roll.phrase() == [(0, 57, 4), (6, 60, 2), (8, 62, 8)]
    assert [(note.step, note.pitch) for note in roll._touching.lost] == [(8, 64)]
    lost = roll.grab().toImage()
    QTest.mouseMove(roll, roll.at(17, 62))
    QApplication.processEvents()
    assert roll.model.loop == before
    assert roll._touching.lost == ()
    QTest.mouseRelease(roll, LEFT, NONE, roll.at(17, 62))
    assert roll.grab().toImage() != lost
    assert told.loops[-1] == before


def test_dragging_a_note_moves_it_in_time_and_pitch(roll, told) -> None:
    roll.stroke([roll.at(9, 64), roll.at(12, 66), roll.at(13, 67)])
    assert roll.phrase() == [(0, 57, 4), (6, 60, 2), (12, 67, 4), (16, 62, 8)]
    assert told.gestures == ["Move notes", "end"]
    assert [pitch for pitch, _ in told.heard] == [64, 66, 67]


def test_notes_stay_within_the_loop(roll) -> None:
    roll.stroke([roll.at(1, 57), roll.at(0, 57) - QPoint(300, 0)])
    assert roll.phrase()[0] == (0, 57, 4)
    roll.stroke([roll.at(18, 62), roll.at(31, 62) + QPoint(300, 0)])
    assert roll.phrase()[-1] == (31, 62, 1)


def test_the_edges_of_a_note_stretch_it(roll, told) -> None:
    end = QPointF(roll.roll_geometry().note_rect(roll.model.notes[2]).right() - 2, roll.at(11, 64).y())
    roll.stroke([end.toPoint(), roll.at(13, 64)])
    assert roll.phrase()[2] == (8, 64, 6)
    roll.stroke([roll.at(8, 64, 0.1), roll.at(10, 64, 0.1)])
    assert roll.phrase()[2] == (10, 64, 4)
    roll.stroke([roll.at(10, 64, 0.1), roll.at(25, 64, 0.1)])  # never shorter than a step
    assert roll.phrase()[2] == (13, 64, 1)
    assert set(told.texts) == {"Stretch notes"}


def test_microtiming_and_velocity_go_with_a_note(roll) -> None:
    roll.set_loop(MelodyLoop.from_notes([Note(8, 64, 77, 4.0, 0.25)]))
    roll.stroke([roll.at(10, 64), roll.at(14, 62)])
    assert roll.model.notes == (Note(12, 62, 77, 4.0, 0.25),)


def test_right_button_deletes_and_wipes(roll, told) -> None:
    roll.stroke([roll.at(7, 60)], button=RIGHT)
    assert roll.phrase() == [(0, 57, 4), (8, 64, 4), (16, 62, 8)]
    roll.stroke([roll.at(8, 66), roll.at(10, 62), roll.at(18, 62)], button=RIGHT)
    assert roll.phrase() == [(0, 57, 4)]
    assert told.gestures == ["Delete notes", "end"] * 2


def test_the_eraser_wipes_with_the_left_button(roll) -> None:
    roll.set_tool(RollTool.ERASE)
    roll.stroke([roll.at(2, 58), roll.at(2, 56)])
    assert roll.phrase() == list(roll.PHRASE[1:])


def test_alt_drag_and_wheel_set_the_velocity(roll, told) -> None:
    start = roll.at(9, 64)
    roll.stroke([start, start + QPoint(0, 20)], modifiers=ALT)
    assert [note.velocity for note in roll.model.notes] == [100, 100, 84, 100]
    roll.turn(start, 1)
    roll.turn(start, 1)
    roll.turn(start, -1, SHIFT)
    assert [note.velocity for note in roll.model.notes] == [100, 100, 91, 100]
    assert told.texts[-1] == "Velocity of notes"
    wheel = told.keys[-3:]
    assert wheel[0]
    assert len(set(wheel)) == 1  # one step of the history


def test_the_lane_draws_velocities(roll, told) -> None:
    geometry = roll.roll_geometry()

    def in_lane(step: int, velocity: int) -> QPoint:
        x = geometry.cell_rect(step, 60).center().x()
        return QPointF(x, geometry.lane.bottom() - geometry.lane.height() * velocity / 127).toPoint()

    roll.stroke([in_lane(0, 64), in_lane(8, 64), in_lane(8, 30)])
    velocities = [note.velocity for note in roll.model.notes]
    assert velocities[:2] == pytest.approx([64, 64], abs=2)
    assert velocities[2] == pytest.approx(30, abs=2)
    assert velocities[3] == 100
    roll.stroke([in_lane(20, 120)])  # anywhere below a note that sounds
    assert roll.model.notes[3].velocity == pytest.approx(120, abs=2)
    assert told.gestures == ["Velocity of notes", "end"] * 2


def test_a_rubber_band_chooses_and_a_drag_moves_what_is_chosen(roll) -> None:
    roll.stroke([roll.at(5, 66), roll.at(17, 59)], modifiers=SHIFT)
    assert roll.model.chosen == {6, 8, 16}
    roll.stroke([roll.at(7, 60), roll.at(8, 59)])
    assert roll.phrase() == [(0, 57, 4), (7, 59, 2), (9, 63, 4), (17, 61, 8)]
    assert roll.model.chosen == {7, 9, 17}
    roll.stroke([roll.at(2, 57)], modifiers=SHIFT)
    assert roll.model.chosen == {0, 7, 9, 17}
    roll.stroke([roll.at(14, 60), roll.at(15, 59)], modifiers=CONTROL)  # adds nothing
    assert roll.model.chosen == {0, 7, 9, 17}
    roll.stroke([roll.at(2, 57)])  # a click leaves only this one
    assert roll.model.chosen == {0}
    roll.set_tool(RollTool.CHOOSE)
    roll.stroke([roll.at(28, 58), roll.at(30, 57)])
    assert roll.model.chosen == set()


def test_control_drag_moves_copies(roll) -> None:
    roll.stroke([roll.at(1, 57), roll.at(27, 59)], modifiers=CONTROL)
    assert roll.phrase() == [*roll.PHRASE, (26, 59, 4)]


def test_escape_takes_a_drag_back(roll, told) -> None:
    before = roll.model.loop
    roll.stroke([roll.at(9, 64), roll.at(13, 67)], lets_go=False)
    assert roll.model.loop != before
    roll.press(K.Key_Escape)
    assert roll.model.loop == before
    assert told.loops[-1] == before
    assert told.gestures == ["Move notes", "end"]
    QTest.mouseRelease(roll, LEFT, NONE, roll.at(13, 67))
    assert told.gestures == ["Move notes", "end"]


def test_a_second_button_does_not_end_a_drag(roll, told) -> None:
    roll.stroke([roll.at(9, 64), roll.at(12, 64)], lets_go=False)
    QTest.mousePress(roll, RIGHT, NONE, roll.at(18, 62))
    QTest.mouseRelease(roll, RIGHT, NONE, roll.at(18, 62))
    assert told.gestures == ["Move notes"]
    QTest.mouseMove(roll, roll.at(13, 64))
    QTest.mouseRelease(roll, LEFT, NONE, roll.at(13, 64))
    assert roll.phrase() == [(0, 57, 4), (6, 60, 2), (12, 64, 4), (16, 62, 8)]
    assert told.gestures == ["Move notes", "end"]


def test_a_click_that_only_chooses_is_no_gesture(roll, told) -> None:
    roll.stroke([roll.at(9, 64)])
    assert roll.model.chosen == {8}
    assert told.gestures == []
    assert told.loops == []


def test_the_keyboard_previews(roll, told) -> None:
    def on_key(pitch: int) -> QPoint:
        geometry = roll.roll_geometry()
        return QPointF(20.0, geometry.y_of(pitch) + geometry.row_height / 2).toPoint()

    roll.stroke([on_key(60), on_key(61), on_key(62)])
    assert [pitch for pitch, _ in told.heard] == [60, 61, 62]
    assert told.loops == []


# -- the scale ----------------------------------------------------------------------------------------


def test_drawn_and_moved_notes_snap_to_the_scale(roll) -> None:
    roll.set_key(A_MINOR)
    roll.stroke([roll.at(26, 61)])
    assert roll.phrase()[-1] == (26, 60, 1)
    roll.stroke([roll.at(9, 64), roll.at(9, 66)])
    assert roll.phrase()[2] == (8, 65, 4)
    roll.set_snap(False)
    roll.stroke([roll.at(28, 61)])
    assert roll.phrase()[-1] == (28, 61, 1)


def test_moving_in_time_only_leaves_pitches_alone(roll) -> None:
    roll.set_loop(roll.loop_of([(8, 61, 2)]))
    roll.set_key(A_MINOR)
    roll.stroke([roll.at(8, 61), roll.at(12, 61)])
    assert roll.phrase() == [(12, 61, 2)]


def test_rows_of_the_scale_are_lit_and_chords_rule_the_beats(roll) -> None:
    def lightness(step: int, pitch: int) -> int:
        return roll.grab().toImage().pixelColor(roll.at(step, pitch)).green()

    roll.set_key(A_MINOR)
    assert lightness(25, 59) > lightness(25, 58)
    assert lightness(25, 61) == lightness(25, 58)
    roll.set_key(Key(9, Mode.MINOR, (Chord.parse("Am"),)))
    assert lightness(24, 59) < lightness(25, 59)  # B is no note of the chord on the beat
    assert lightness(24, 60) == lightness(25, 60)


def test_a_stroke_becomes_notes_of_the_scale(roll, told) -> None:
    roll.set_key(A_MINOR)
    roll.set_tool(RollTool.SKETCH)
    roll.stroke([roll.at(20, 57), roll.at(21, 57), roll.at(26, 64), roll.at(31, 64)])
    notes = roll.model.notes
    drawn = [note for note in notes if note.step >= 20]
    assert drawn[0].step == 20
    assert all(note.pitch % 12 in A_MINOR.pitch_classes for note in drawn)
    pitches = [note.pitch for note in drawn]
    assert pitches == sorted(pitches)
    assert (pitches[0], pitches[-1]) == (57, 64)
    assert drawn[-1].length_steps >= 5  # a level stroke is one long note
    assert sum(note.length_steps for note in drawn) == 12.0
    assert all((note.velocity == 100) == (note.step % 4 == 0) for note in drawn)  # softer off the beat
    assert roll.phrase()[:4] == [(0, 57, 4), (6, 60, 2), (8, 64, 4), (16, 62, 4)]  # cut where it begins
    assert told.gestures == ["Sketch", "end"]


def test_a_sketch_without_a_key_is_in_c_major(roll) -> None:
    roll.set_tool(RollTool.SKETCH)
    roll.stroke([roll.at(0, 57), roll.at(31, 66)])
    assert len(roll.model.notes) >= 6
    assert all(note.pitch % 12 in Key().pitch_classes for note in roll.model.notes)
