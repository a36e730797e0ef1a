"""The piano roll under mouse and keys: what it tells, and what it shows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.scales import Chord, Key, Mode
from blender_app.ui.piano_roll import PianoRoll
from blender_app.ui.roll_geometry import PitchView
from blender_app.ui.roll_press import RollTool
from blender_app.ui.theme import Look

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
K = Qt.Key
A_MINOR = Key(9, Mode.MINOR)
PHRASE = ((0, 57, 4), (6, 60, 2), (8, 64, 4), (16, 62, 8))
"""Step, pitch and length of each note."""


def loop_of(notes: Sequence[tuple[int, int, int]], velocity: int = 100) -> MelodyLoop:
    return MelodyLoop.from_notes(Note(step, pitch, velocity, float(length)) for step, pitch, length in notes)


class Told:
    """What a roll tells, in order."""

    def __init__(self, roll: PianoRoll) -> None:
        self.loops: list[MelodyLoop] = []
        self.texts: list[str] = []
        self.keys: list[str] = []
        self.gestures: list[str] = []
        self.heard: list[tuple[int, int]] = []
        roll.loopEdited.connect(self._take)
        roll.gestureStarted.connect(self.gestures.append)
        roll.gestureEnded.connect(lambda: self.gestures.append("end"))
        roll.notePreviewed.connect(lambda pitch, velocity: self.heard.append((pitch, velocity)))

    def _take(self, loop: MelodyLoop, text: str, key: str) -> None:
        self.loops.append(loop)
        self.texts.append(text)
        self.keys.append(key)


@pytest.fixture
def roll(qtbot: QtBot, look: Look) -> PianoRoll:
    """Return a shown roll with a phrase, two octaves in sight."""
    roll = PianoRoll(look)
    qtbot.addWidget(roll)
    roll.resize(840, 460)
    roll.set_loop(loop_of(PHRASE), fit=True)
    roll.show()
    qtbot.waitExposed(roll)
    roll.activateWindow()
    roll.setFocus()
    return roll


@pytest.fixture
def told(roll: PianoRoll) -> Told:
    """Return the list of what the roll tells."""
    return Told(roll)


def phrase(roll: PianoRoll) -> list[tuple[int, int, int]]:
    return [(note.step, note.pitch, int(note.length_steps)) for note in roll.model.notes]


def at(roll: PianoRoll, step: int, pitch: int, share: float = 0.5) -> QPoint:
    """Return a place in a cell, its middle or `share` of its width."""
    cell = roll.roll_geometry().cell_rect(step, pitch)
    return QPointF(cell.left() + cell.width() * share, cell.center().y()).toPoint()


def stroke(
    roll: PianoRoll,
    points: Sequence[QPoint],
    modifiers: Qt.KeyboardModifier = NONE,
    button: Qt.MouseButton = LEFT,
    lets_go: bool = True,
) -> None:
    QTest.mousePress(roll, button, modifiers, points[0])
    for point in points[1:]:
        QTest.mouseMove(roll, point)
        QApplication.processEvents()
    if lets_go:
        QTest.mouseRelease(roll, button, modifiers, points[-1])


def keys(roll: PianoRoll, *pressed: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    for key in pressed:
        QTest.keyClick(roll, key, modifiers)


def turn(roll: PianoRoll, point: QPoint, notches: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    where = QPointF(point)
    event = QWheelEvent(
        where,
        roll.mapToGlobal(where),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(roll, event)


# -- by mouse -----------------------------------------------------------------------------------------


def test_a_drag_draws_a_note_as_long_as_the_drag(roll: PianoRoll, told: Told) -> None:
    stroke(roll, [at(roll, 26, 59), at(roll, 28, 59), at(roll, 29, 59)])
    assert phrase(roll) == [*PHRASE, (26, 59, 4)]
    assert told.loops[-1] == loop_of([*PHRASE, (26, 59, 4)])
    assert told.gestures == ["Draw note", "end"]
    assert told.heard == [(59, 100)]


def test_a_click_draws_a_note_as_long_as_the_last_one(roll: PianoRoll) -> None:
    stroke(roll, [at(roll, 24, 59)])
    assert phrase(roll)[-1] == (24, 59, 1)
    stroke(roll, [at(roll, 12, 60), at(roll, 14, 60)])
    stroke(roll, [at(roll, 26, 57)])
    assert phrase(roll)[-1] == (26, 57, 3)


def test_a_note_is_cut_by_the_next_one_and_cuts_the_one_before(roll: PianoRoll) -> None:
    stroke(roll, [at(roll, 10, 60), at(roll, 19, 60)])  # begins within 64, reaches over 62
    assert phrase(roll) == [(0, 57, 4), (6, 60, 2), (8, 64, 2), (10, 60, 6), (16, 62, 8)]


def test_a_note_that_is_dragged_over_others_shows_what_is_cut_and_gives_it_back(
    roll: PianoRoll, told: Told
) -> None:
    before = roll.model.loop
    stroke(roll, [at(roll, 17, 62), at(roll, 9, 62)], lets_go=False)  # onto the step of 64
    assert phrase(roll) == [(0, 57, 4), (6, 60, 2), (8, 62, 8)]
    assert [(note.step, note.pitch) for note in roll._lost] == [(8, 64)]
    lost = roll.grab().toImage()
    QTest.mouseMove(roll, at(roll, 17, 62))
    QApplication.processEvents()
    assert roll.model.loop == before
    assert roll._lost == ()
    QTest.mouseRelease(roll, LEFT, NONE, at(roll, 17, 62))
    assert roll.grab().toImage() != lost
    assert told.loops[-1] == before


def test_dragging_a_note_moves_it_in_time_and_pitch(roll: PianoRoll, told: Told) -> None:
    stroke(roll, [at(roll, 9, 64), at(roll, 12, 66), at(roll, 13, 67)])
    assert phrase(roll) == [(0, 57, 4), (6, 60, 2), (12, 67, 4), (16, 62, 8)]
    assert told.gestures == ["Move notes", "end"]
    assert [pitch for pitch, _ in told.heard] == [64, 66, 67]


def test_notes_stay_within_the_loop(roll: PianoRoll) -> None:
    stroke(roll, [at(roll, 1, 57), at(roll, 0, 57) - QPoint(300, 0)])
    assert phrase(roll)[0] == (0, 57, 4)
    stroke(roll, [at(roll, 18, 62), at(roll, 31, 62) + QPoint(300, 0)])
    assert phrase(roll)[-1] == (31, 62, 1)


def test_the_edges_of_a_note_stretch_it(roll: PianoRoll, told: Told) -> None:
    end = QPointF(roll.roll_geometry().note_rect(roll.model.notes[2]).right() - 2, at(roll, 11, 64).y())
    stroke(roll, [end.toPoint(), at(roll, 13, 64)])
    assert phrase(roll)[2] == (8, 64, 6)
    stroke(roll, [at(roll, 8, 64, 0.1), at(roll, 10, 64, 0.1)])
    assert phrase(roll)[2] == (10, 64, 4)
    stroke(roll, [at(roll, 10, 64, 0.1), at(roll, 25, 64, 0.1)])  # never shorter than a step
    assert phrase(roll)[2] == (13, 64, 1)
    assert set(told.texts) == {"Stretch notes"}


def test_microtiming_and_velocity_go_with_a_note(roll: PianoRoll) -> None:
    roll.set_loop(MelodyLoop.from_notes([Note(8, 64, 77, 4.0, 0.25)]))
    stroke(roll, [at(roll, 10, 64), at(roll, 14, 62)])
    assert roll.model.notes == (Note(12, 62, 77, 4.0, 0.25),)


def test_right_button_deletes_and_wipes(roll: PianoRoll, told: Told) -> None:
    stroke(roll, [at(roll, 7, 60)], button=RIGHT)
    assert phrase(roll) == [(0, 57, 4), (8, 64, 4), (16, 62, 8)]
    stroke(roll, [at(roll, 8, 66), at(roll, 10, 62), at(roll, 18, 62)], button=RIGHT)
    assert phrase(roll) == [(0, 57, 4)]
    assert told.gestures == ["Delete notes", "end"] * 2


def test_the_eraser_wipes_with_the_left_button(roll: PianoRoll) -> None:
    roll.set_tool(RollTool.ERASE)
    stroke(roll, [at(roll, 2, 58), at(roll, 2, 56)])
    assert phrase(roll) == list(PHRASE[1:])


def test_alt_drag_and_wheel_set_the_velocity(roll: PianoRoll, told: Told) -> None:
    start = at(roll, 9, 64)
    stroke(roll, [start, start + QPoint(0, 20)], modifiers=ALT)
    assert [note.velocity for note in roll.model.notes] == [100, 100, 84, 100]
    turn(roll, start, 1)
    turn(roll, start, 1)
    turn(roll, start, -1, SHIFT)
    assert [note.velocity for note in roll.model.notes] == [100, 100, 91, 100]
    assert told.texts[-1] == "Velocity of notes"
    wheel = told.keys[-3:]
    assert wheel[0]
    assert len(set(wheel)) == 1  # one step of the history


def test_the_lane_draws_velocities(roll: PianoRoll, told: Told) -> None:
    geometry = roll.roll_geometry()

    def in_lane(step: int, velocity: int) -> QPoint:
        x = geometry.cell_rect(step, 60).center().x()
        return QPointF(x, geometry.lane.bottom() - geometry.lane.height() * velocity / 127).toPoint()

    stroke(roll, [in_lane(0, 64), in_lane(8, 64), in_lane(8, 30)])
    velocities = [note.velocity for note in roll.model.notes]
    assert velocities[:2] == pytest.approx([64, 64], abs=2)
    assert velocities[2] == pytest.approx(30, abs=2)
    assert velocities[3] == 100
    stroke(roll, [in_lane(20, 120)])  # anywhere below a note that sounds
    assert roll.model.notes[3].velocity == pytest.approx(120, abs=2)
    assert told.gestures == ["Velocity of notes", "end"] * 2


def test_a_rubber_band_chooses_and_a_drag_moves_what_is_chosen(roll: PianoRoll) -> None:
    stroke(roll, [at(roll, 5, 66), at(roll, 17, 59)], modifiers=SHIFT)
    assert roll.model.chosen == {6, 8, 16}
    stroke(roll, [at(roll, 7, 60), at(roll, 8, 59)])
    assert phrase(roll) == [(0, 57, 4), (7, 59, 2), (9, 63, 4), (17, 61, 8)]
    assert roll.model.chosen == {7, 9, 17}
    stroke(roll, [at(roll, 2, 57)], modifiers=SHIFT)
    assert roll.model.chosen == {0, 7, 9, 17}
    stroke(roll, [at(roll, 14, 60), at(roll, 15, 59)], modifiers=CONTROL)  # adds nothing
    assert roll.model.chosen == {0, 7, 9, 17}
    stroke(roll, [at(roll, 2, 57)])  # a click leaves only this one
    assert roll.model.chosen == {0}
    roll.set_tool(RollTool.CHOOSE)
    stroke(roll, [at(roll, 28, 58), at(roll, 30, 57)])
    assert roll.model.chosen == set()


def test_control_drag_moves_copies(roll: PianoRoll) -> None:
    stroke(roll, [at(roll, 1, 57), at(roll, 27, 59)], modifiers=CONTROL)
    assert phrase(roll) == [*PHRASE, (26, 59, 4)]


def test_escape_takes_a_drag_back(roll: PianoRoll, told: Told) -> None:
    before = roll.model.loop
    stroke(roll, [at(roll, 9, 64), at(roll, 13, 67)], lets_go=False)
    assert roll.model.loop != before
    keys(roll, K.Key_Escape)
    assert roll.model.loop == before
    assert told.loops[-1] == before
    assert told.gestures == ["Move notes", "end"]
    QTest.mouseRelease(roll, LEFT, NONE, at(roll, 13, 67))
    assert told.gestures == ["Move notes", "end"]


def test_a_second_button_does_not_end_a_drag(roll: PianoRoll, told: Told) -> None:
    stroke(roll, [at(roll, 9, 64), at(roll, 12, 64)], lets_go=False)
    QTest.mousePress(roll, RIGHT, NONE, at(roll, 18, 62))
    QTest.mouseRelease(roll, RIGHT, NONE, at(roll, 18, 62))
    assert told.gestures == ["Move notes"]
    QTest.mouseMove(roll, at(roll, 13, 64))
    QTest.mouseRelease(roll, LEFT, NONE, at(roll, 13, 64))
    assert phrase(roll) == [(0, 57, 4), (6, 60, 2), (12, 64, 4), (16, 62, 8)]
    assert told.gestures == ["Move notes", "end"]


def test_a_click_that_only_chooses_is_no_gesture(roll: PianoRoll, told: Told) -> None:
    stroke(roll, [at(roll, 9, 64)])
    assert roll.model.chosen == {8}
    assert told.gestures == []
    assert told.loops == []


def test_the_keyboard_previews(roll: PianoRoll, told: Told) -> None:
    def on_key(pitch: int) -> QPoint:
        geometry = roll.roll_geometry()
        return QPointF(20.0, geometry.y_of(pitch) + geometry.row_height / 2).toPoint()

    stroke(roll, [on_key(60), on_key(61), on_key(62)])
    assert [pitch for pitch, _ in told.heard] == [60, 61, 62]
    assert told.loops == []


# -- the scale ----------------------------------------------------------------------------------------


def test_drawn_and_moved_notes_snap_to_the_scale(roll: PianoRoll) -> None:
    roll.set_key(A_MINOR)
    stroke(roll, [at(roll, 26, 61)])
    assert phrase(roll)[-1] == (26, 60, 1)
    stroke(roll, [at(roll, 9, 64), at(roll, 9, 66)])
    assert phrase(roll)[2] == (8, 65, 4)
    roll.set_snap(False)
    stroke(roll, [at(roll, 28, 61)])
    assert phrase(roll)[-1] == (28, 61, 1)


def test_moving_in_time_only_leaves_pitches_alone(roll: PianoRoll) -> None:
    roll.set_loop(loop_of([(8, 61, 2)]))
    roll.set_key(A_MINOR)
    stroke(roll, [at(roll, 8, 61), at(roll, 12, 61)])
    assert phrase(roll) == [(12, 61, 2)]


def test_rows_of_the_scale_are_lit_and_chords_rule_the_beats(roll: PianoRoll) -> None:
    def lightness(step: int, pitch: int) -> int:
        return roll.grab().toImage().pixelColor(at(roll, step, pitch)).green()

    roll.set_key(A_MINOR)
    assert lightness(25, 59) > lightness(25, 58)
    assert lightness(25, 61) == lightness(25, 58)
    roll.set_key(Key(9, Mode.MINOR, (Chord.parse("Am"),)))
    assert lightness(24, 59) < lightness(25, 59)  # B is no note of the chord on the beat
    assert lightness(24, 60) == lightness(25, 60)


def test_a_stroke_becomes_notes_of_the_scale(roll: PianoRoll, told: Told) -> None:
    roll.set_key(A_MINOR)
    roll.set_tool(RollTool.SKETCH)
    stroke(roll, [at(roll, 20, 57), at(roll, 21, 57), at(roll, 26, 64), at(roll, 31, 64)])
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
    assert phrase(roll)[:4] == [(0, 57, 4), (6, 60, 2), (8, 64, 4), (16, 62, 4)]  # cut where it begins
    assert told.gestures == ["Sketch", "end"]


def test_a_sketch_without_a_key_is_in_c_major(roll: PianoRoll) -> None:
    roll.set_tool(RollTool.SKETCH)
    stroke(roll, [at(roll, 0, 57), at(roll, 31, 66)])
    assert len(roll.model.notes) >= 6
    assert all(note.pitch % 12 in Key().pitch_classes for note in roll.model.notes)


# -- by keys ------------------------------------------------------------------------------------------


def test_keys_move_the_cursor_round_the_loop(roll: PianoRoll, told: Told) -> None:
    roll.model.go_to(0, 60)
    keys(roll, K.Key_Left)
    assert (roll.model.step, roll.model.pitch) == (31, 60)
    keys(roll, K.Key_Right, K.Key_Right, K.Key_Up, K.Key_PageUp)
    assert (roll.model.step, roll.model.pitch) == (1, 73)
    assert roll.pitch_view.low <= 73 <= roll.pitch_view.high  # it stays in sight
    keys(roll, K.Key_Right, modifiers=CONTROL)
    assert roll.model.step == 5
    keys(roll, K.Key_N)
    assert (roll.model.step, roll.model.pitch) == (6, 60)
    keys(roll, K.Key_N, modifiers=SHIFT)
    assert (roll.model.step, roll.model.pitch) == (0, 57)
    keys(roll, K.Key_End)
    assert roll.model.step == 31
    roll.set_key(A_MINOR)
    roll.model.go_to(0, 64)
    keys(roll, K.Key_Up, K.Key_Up)
    assert roll.model.pitch == 67  # by notes of the scale
    assert told.loops == []


def test_keys_edit_the_note_at_the_cursor(roll: PianoRoll, told: Told) -> None:
    roll.model.go_to(26, 59)
    keys(roll, K.Key_Space)
    assert phrase(roll)[-1] == (26, 59, 1)
    keys(roll, K.Key_Right, K.Key_Right, modifiers=SHIFT)
    assert phrase(roll)[-1] == (26, 59, 3)
    keys(roll, K.Key_Up, modifiers=SHIFT)
    assert phrase(roll)[-1] == (26, 60, 3)
    keys(roll, K.Key_PageDown, modifiers=SHIFT)
    assert phrase(roll)[-1] == (26, 48, 3)
    keys(roll, K.Key_Right, modifiers=CONTROL | SHIFT)
    assert phrase(roll)[-1] == (27, 48, 3)
    keys(roll, K.Key_Plus)
    keys(roll, K.Key_Minus, modifiers=SHIFT)
    keys(roll, K.Key_Down, modifiers=CONTROL)
    assert roll.model.notes[-1].velocity == 99
    keys(roll, K.Key_Left, modifiers=ALT)
    assert roll.model.notes[-1].microtiming == pytest.approx(-0.05)
    keys(roll, K.Key_Delete)
    assert phrase(roll) == list(PHRASE)
    assert told.texts == [
        "Draw note",
        *["Stretch notes"] * 2,
        *["Transpose notes"] * 2,
        "Move notes",
        *["Velocity of notes"] * 3,
        "Timing of notes",
        "Delete notes",
    ]
    assert told.keys[1] == told.keys[2] != ""  # repeated small edits are one step of the history
    assert told.keys[0] == told.keys[-1] == ""
    assert told.gestures == []


def test_space_on_a_note_takes_it_away_and_elsewhere_cuts_it(roll: PianoRoll) -> None:
    roll.model.go_to(2, 57)
    keys(roll, K.Key_Space)
    assert phrase(roll) == list(PHRASE[1:])
    roll.model.go_to(18, 65)
    keys(roll, K.Key_Return)
    assert phrase(roll)[-2:] == [(16, 62, 2), (18, 65, 1)]


def test_keys_for_several_notes(roll: PianoRoll, told: Told) -> None:
    keys(roll, K.Key_A, modifiers=CONTROL)
    assert roll.model.chosen == {0, 6, 8, 16}
    keys(roll, K.Key_Up, modifiers=SHIFT)
    assert phrase(roll) == [(step, pitch + 1, length) for step, pitch, length in PHRASE]
    keys(roll, K.Key_Escape)
    assert roll.model.chosen == set()
    stroke(roll, [at(roll, 5, 66), at(roll, 11, 60)], modifiers=SHIFT)
    keys(roll, K.Key_C, modifiers=CONTROL)
    roll.model.go_to(24, 60)
    keys(roll, K.Key_V, modifiers=CONTROL)
    assert phrase(roll)[-2:] == [(24, 61, 2), (26, 65, 4)]
    keys(roll, K.Key_X, modifiers=CONTROL)
    assert phrase(roll)[-1] == (16, 63, 8)
    roll.model.chosen = frozenset({6})
    keys(roll, K.Key_D, modifiers=CONTROL)
    assert (10, 61, 2) in phrase(roll)
    assert told.texts[-1] == "Duplicate notes"


def test_the_cursor_leaves_one_chosen_note_but_not_several(roll: PianoRoll) -> None:
    stroke(roll, [at(roll, 9, 64)])
    keys(roll, K.Key_Right, K.Key_Right, K.Key_Right, K.Key_Right, K.Key_Delete)
    assert phrase(roll) == list(PHRASE)
    keys(roll, K.Key_A, modifiers=CONTROL)
    keys(roll, K.Key_Right, K.Key_Delete)
    assert phrase(roll) == []


def test_a_held_letter_enters_one_note_and_is_no_shortcut(roll: PianoRoll) -> None:
    roll.set_loop(MelodyLoop.empty())
    roll.set_step_entry(True)
    keys(roll, K.Key_D)
    again = QKeyEvent(QEvent.Type.KeyPress, K.Key_D, NONE, "d", True)
    QApplication.sendEvent(roll, again)
    assert roll.model.loop.note_count == 1
    override = QKeyEvent(QEvent.Type.ShortcutOverride, K.Key_D, NONE, "d", True)
    override.ignore()
    QApplication.sendEvent(roll, override)
    assert override.isAccepted()


def test_the_roll_takes_only_its_own_shortcuts(roll: PianoRoll) -> None:
    def claims(key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers)
        event.ignore()
        QApplication.sendEvent(roll, event)
        return event.isAccepted()

    assert claims(K.Key_Space)
    assert claims(K.Key_Delete)
    for key, modifiers in ((K.Key_D, NONE), (K.Key_Escape, NONE), (K.Key_C, CONTROL), (K.Key_V, CONTROL)):
        assert not claims(key, modifiers)
    roll.model.choose_all()
    assert claims(K.Key_Escape)
    assert claims(K.Key_C, CONTROL)
    roll.model.copy()
    assert claims(K.Key_V, CONTROL)
    roll.forget_copied()
    assert not claims(K.Key_V, CONTROL)
    roll.set_step_entry(True)
    assert claims(K.Key_D)
    assert claims(K.Key_1)


# -- step entry ---------------------------------------------------------------------------------------


def test_letters_enter_notes_step_by_step(roll: PianoRoll, told: Told) -> None:
    roll.set_loop(MelodyLoop.empty())
    roll.model.go_to(0, 62)
    roll.set_step_entry(True)
    keys(roll, K.Key_A, K.Key_2, K.Key_W, K.Key_Space, K.Key_K, K.Key_Return)
    assert phrase(roll) == [(0, 60, 1), (1, 61, 2), (5, 72, 4)]
    assert roll.model.step == 9
    keys(roll, K.Key_X, K.Key_1, K.Key_A)
    assert phrase(roll)[-1] == (9, 72, 1)
    keys(roll, K.Key_Z, K.Key_Z, K.Key_C, K.Key_S)
    assert phrase(roll)[-1] == (10, 50, 1)
    assert roll.model.notes[-1].velocity == 92
    keys(roll, K.Key_Backspace)
    assert phrase(roll)[-1] == (9, 72, 1)
    assert roll.model.step == 10
    assert told.heard == [(60, 100), (61, 100), (72, 100), (72, 100), (50, 92)]
    assert told.keys == [""] * len(told.keys)  # each is a step of its own


def test_step_entry_writes_over_what_is_there(roll: PianoRoll, told: Told) -> None:
    roll.set_step_entry(True)
    roll.model.go_to(2, 60)
    keys(roll, K.Key_8, K.Key_D)
    assert phrase(roll) == [(0, 57, 2), (2, 64, 8), (16, 62, 8)]
    roll.model.go_to(15, 60)
    keys(roll, K.Key_1, K.Key_V, K.Key_A)  # the cursor stands on the next note now
    assert told.heard == [(64, 100), (60, 108)]


def test_a_midi_keyboard_enters_notes_with_their_velocity(roll: PianoRoll, told: Told) -> None:
    roll.set_loop(MelodyLoop.empty())
    roll.enter_note(60, 90)
    assert roll.model.notes == ()  # not in step entry
    roll.set_step_entry(True)
    for pitch, velocity in ((60, 33), (60, 0), (91, 127), (91, 0)):
        roll.enter_note(pitch, velocity)
    assert roll.model.notes == (Note(0, 60, 33), Note(1, 91, 127))
    assert roll.pitch_view.high >= 91
    assert told.heard == []  # it is heard as it is played


def test_step_entry_goes_round_the_loop(roll: PianoRoll) -> None:
    roll.set_loop(MelodyLoop.empty())
    roll.set_step_entry(True)
    for step in range(34):
        roll.enter_note(60 + step % 3, 100)
    assert [note.pitch - 60 for note in roll.model.notes] == [32 % 3, 33 % 3, *(s % 3 for s in range(2, 32))]


# -- what is in sight ---------------------------------------------------------------------------------


def test_the_pitches_in_sight_stay_while_editing(roll: PianoRoll) -> None:
    view = roll.pitch_view
    assert view.shows(roll.model.notes)
    stroke(roll, [at(roll, 26, view.high)])
    stroke(roll, [at(roll, 28, view.low)])
    roll.set_loop(loop_of([(0, view.low + 1, 4)]))
    assert roll.pitch_view == view
    roll.set_loop(loop_of([(0, 90, 4)]))  # out of sight: shown again
    assert roll.pitch_view != view
    assert roll.pitch_view.shows(roll.model.notes)


def test_a_note_dragged_over_the_edge_takes_the_sight_with_it(roll: PianoRoll) -> None:
    top = roll.pitch_view.high
    row = roll.roll_geometry().row_height
    place = at(roll, 9, 64)
    stroke(roll, [place, place - QPoint(0, round(row * (top + 3 - 64)))])
    assert phrase(roll)[2] == (8, top + 3, 4)
    assert roll.pitch_view.high == top + 3


def test_wheel_scrolls_and_zooms(roll: PianoRoll, told: Told) -> None:
    free = at(roll, 28, 60)
    view = roll.pitch_view
    turn(roll, free, 1)
    assert (roll.pitch_view.low, roll.pitch_view.rows) == (view.low + 2, view.rows)
    turn(roll, free, -1)
    turn(roll, free, -1, CONTROL)
    assert roll.pitch_view.rows == view.rows + 4
    assert abs(roll.roll_geometry().pitch_at(free.y()) - 60) <= 1  # what is under the pointer stays
    keys(roll, K.Key_PageUp, modifiers=CONTROL)
    keys(roll, K.Key_0, modifiers=CONTROL)
    assert roll.pitch_view == view
    for _ in range(60):
        turn(roll, free, -1, CONTROL)
        turn(roll, free, -1)
    assert (roll.pitch_view.low, roll.pitch_view.rows) == (0, 128)
    assert told.loops == []


def test_places_are_found_under_their_middles(roll: PianoRoll) -> None:
    geometry = roll.roll_geometry()
    for step in range(32):
        for pitch in range(geometry.view.low, geometry.view.high + 1):
            middle = geometry.cell_rect(step, pitch).center()
            assert (geometry.step_at(middle.x()), geometry.pitch_at(middle.y())) == (step, pitch)


def test_microtiming_shifts_the_bar(roll: PianoRoll) -> None:
    geometry = roll.roll_geometry()
    on_grid, late = geometry.note_rect(Note(4, 60, 90, 2.0)), geometry.note_rect(Note(4, 60, 90, 2.0, 0.4))
    assert late.left() - on_grid.left() == pytest.approx(0.4 * geometry.steps.step_width)
    assert late.width() == on_grid.width()


def test_pictures_tell_timing_choice_and_what_is_out_of_sight(roll: PianoRoll) -> None:
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


def test_pictures_show_what_the_hand_is_doing(roll: PianoRoll) -> None:
    def picture() -> QImage:
        return roll.grab().toImage()

    def lets_go() -> None:
        QTest.mouseRelease(roll, LEFT, NONE, at(roll, 0, 60))

    inside, plain = at(roll, 28, 60), picture()
    stroke(roll, [at(roll, 26, 66), at(roll, 30, 58)], modifiers=SHIFT, lets_go=False)
    assert picture().pixelColor(inside).lightness() > plain.pixelColor(inside).lightness()  # the band
    lets_go()
    roll.set_tool(RollTool.SKETCH)
    stroke(roll, [at(roll, 24, 65), at(roll, 31, 56)], lets_go=False)
    drawn = picture()
    roll._drop_touch()
    assert drawn != picture()  # the line of the stroke
    roll.set_loop(loop_of(PHRASE))
    roll.set_tool(RollTool.DRAW)
    stroke(roll, [at(roll, 17, 62), at(roll, 9, 62)], lets_go=False)
    dragged = picture()
    roll._lost = ()
    assert dragged != picture()  # the note that is lost if the hand lets go here
    lets_go()


def test_a_drag_ends_where_the_button_went_up_unseen(roll: PianoRoll, told: Told) -> None:
    stroke(roll, [at(roll, 9, 64), at(roll, 12, 64)], lets_go=False)
    where = QPointF(at(roll, 20, 64))
    none = Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, where, roll.mapToGlobal(where), none, none, NONE)
    QApplication.sendEvent(roll, move)
    assert told.gestures == ["Move notes", "end"]
    assert phrase(roll)[2] == (11, 64, 4)


def test_step_entry_is_seen(roll: PianoRoll) -> None:
    def keys_box() -> QImage:
        box = roll.roll_geometry().keys.toRect()
        return roll.grab(box.adjusted(0, 0, -box.width() // 2, 0)).toImage()

    roll.model.go_to(24, 62)
    column, letters = at(roll, 24, 56), keys_box()
    before = roll.grab().toImage().pixelColor(column)
    roll.set_step_entry(True)
    assert roll.grab().toImage().pixelColor(column) != before  # where the next note goes
    assert keys_box() != letters  # which letter plays which key


def test_the_keyboard_shows_sharps_and_the_scale(roll: PianoRoll) -> None:
    def on_key(pitch: int, from_right: float) -> QColor:
        geometry = roll.roll_geometry()
        place = QPointF(geometry.keys.right() - from_right, geometry.row_rect(pitch).center().y())
        return roll.grab().toImage().pixelColor(place.toPoint())

    assert on_key(61, 60.0) != on_key(62, 60.0)
    ground = roll.grab().toImage()
    assert ground.pixelColor(at(roll, 25, 61)).lightness() < ground.pixelColor(at(roll, 25, 62)).lightness()
    roll.set_key(A_MINOR)
    dotted, bare = on_key(62, 5.0), on_key(61, 5.0)
    roll.set_key(None)
    assert dotted != on_key(62, 5.0)
    assert bare == on_key(61, 5.0)


def test_louder_notes_are_whiter_and_the_playing_one_is_lit(roll: PianoRoll) -> None:
    def color(step: int, pitch: int) -> str:
        return roll.grab().toImage().pixelColor(at(roll, step, pitch)).name()

    roll.set_loop(MelodyLoop.from_notes([Note(4, 60, 127, 2.0), Note(8, 60, 20, 2.0)]))
    roll.model.go_to(20, 60)
    assert color(5, 60) == "#ffffff"
    assert "#808080" < color(9, 60) < "#f0f0f0"
    roll.set_playhead(9.0)
    lit = color(8, 60)
    roll.set_playhead(10.5)  # silence
    assert color(8, 60) != lit
    roll.set_playhead(None)


def test_the_pointer_shows_what_a_press_would_do(roll: PianoRoll) -> None:
    def shape(point: QPoint) -> Qt.CursorShape:
        QTest.mouseMove(roll, point)
        QApplication.processEvents()
        return roll.cursor().shape()

    geometry = roll.roll_geometry()
    free, note = at(roll, 28, 60), at(roll, 18, 62)
    end = QPointF(geometry.note_rect(roll.model.notes[3]).right() - 2, note.y()).toPoint()
    lane = geometry.lane.center().toPoint()
    assert shape(free) is Qt.CursorShape.CrossCursor
    assert shape(note) is Qt.CursorShape.OpenHandCursor
    assert shape(end) is Qt.CursorShape.SizeHorCursor
    assert shape(at(roll, 16, 62, 0.1)) is Qt.CursorShape.SizeHorCursor
    assert shape(lane) is Qt.CursorShape.SizeVerCursor
    assert shape(geometry.keys.center().toPoint()) is Qt.CursorShape.PointingHandCursor
    assert shape(QPoint(2, 2)) is Qt.CursorShape.ArrowCursor
    roll.set_tool(RollTool.ERASE)
    assert shape(note) is Qt.CursorShape.PointingHandCursor


def test_the_key_under_the_pointer_is_named(roll: PianoRoll) -> None:
    plain = roll.grab().toImage()
    QTest.mouseMove(roll, at(roll, 28, 63))
    QApplication.processEvents()
    key = roll.roll_geometry().row_rect(63).center().y()
    place = QPoint(4, round(key))
    assert roll.grab().toImage().pixelColor(place) != plain.pixelColor(place)


def test_a_double_click_on_the_keyboard_shows_all_notes(roll: PianoRoll, told: Told) -> None:
    view = roll.pitch_view
    roll.set_pitch_view(view.zoomed(40, 60))
    QTest.mouseDClick(roll, LEFT, NONE, roll.roll_geometry().keys.center().toPoint())
    assert roll.pitch_view == view
    assert told.loops == []


def test_another_loop_during_a_drag_ends_it(roll: PianoRoll, told: Told) -> None:
    stroke(roll, [at(roll, 9, 64), at(roll, 12, 64)], lets_go=False)
    roll.set_loop(loop_of([(0, 60, 4)]))
    assert told.gestures == ["Move notes", "end"]
    QTest.mouseMove(roll, at(roll, 20, 64))
    QTest.mouseRelease(roll, LEFT, NONE, at(roll, 20, 64))
    assert phrase(roll) == [(0, 60, 4)]


# -- for the screen reader ----------------------------------------------------------------------------


def test_a_screen_reader_hears_the_cursor(roll: PianoRoll) -> None:
    interface = QAccessible.queryAccessibleInterface(roll)

    def words(step: int, pitch: int) -> str:
        roll.model.go_to(step, pitch)
        return interface.text(QAccessible.Text.Value)

    assert words(12, 60) == "C4, bar 1, step 13, rest"
    assert words(0, 57) == "A3, bar 1, step 1, note of 4 steps, velocity 100"
    assert words(18, 60) == "C4, bar 2, step 3, D4 sounds, held, step 3 of 8, velocity 100"
    assert interface.text(QAccessible.Text.Name) == "Piano roll"
    assert interface.valueInterface().currentValue() == 100.0
    interface.valueInterface().setCurrentValue(42)
    assert roll.model.notes[-1].velocity == 42
    interface.valueInterface().setCurrentValue(0)
    assert phrase(roll) == list(PHRASE[:3])
