"""The piano roll under keys, and under the keys of an instrument."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtWidgets import QApplication

from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.scales import Key, Mode

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
K = Qt.Key
A_MINOR = Key(9, Mode.MINOR)


# -- by keys ------------------------------------------------------------------------------------------


def test_keys_move_the_cursor_round_the_loop(roll, told) -> None:
    roll.model.go_to(0, 60)
    roll.press(K.Key_Left)
    assert (roll.model.step, roll.model.pitch) == (31, 60)
    roll.press(K.Key_Right, K.Key_Right, K.Key_Up, K.Key_PageUp)
    assert (roll.model.step, roll.model.pitch) == (1, 73)
    assert roll.pitch_view.low <= 73 <= roll.pitch_view.high  # it stays in sight
    roll.press(K.Key_Right, modifiers=CONTROL)
    assert roll.model.step == 5
    roll.press(K.Key_N)
    assert (roll.model.step, roll.model.pitch) == (6, 60)
    roll.press(K.Key_N, modifiers=SHIFT)
    assert (roll.model.step, roll.model.pitch) == (0, 57)
    roll.press(K.Key_End)
    assert roll.model.step == 31
    roll.set_key(A_MINOR)
    roll.model.go_to(0, 64)
    roll.press(K.Key_Up, K.Key_Up)
    assert roll.model.pitch == 67  # by notes of the scale
    assert told.loops == []


def test_keys_edit_the_note_at_the_cursor(roll, told) -> None:
    roll.model.go_to(26, 59)
    roll.press(K.Key_Space)
    assert roll.phrase()[-1] == (26, 59, 1)
    roll.press(K.Key_Right, K.Key_Right, modifiers=SHIFT)
    assert roll.phrase()[-1] == (26, 59, 3)
    roll.press(K.Key_Up, modifiers=SHIFT)
    assert roll.phrase()[-1] == (26, 60, 3)
    roll.press(K.Key_PageDown, modifiers=SHIFT)
    assert roll.phrase()[-1] == (26, 48, 3)
    roll.press(K.Key_Right, modifiers=CONTROL | SHIFT)
    assert roll.phrase()[-1] == (27, 48, 3)
    roll.press(K.Key_Plus)
    roll.press(K.Key_Minus, modifiers=SHIFT)
    roll.press(K.Key_Down, modifiers=CONTROL)
    assert roll.model.notes[-1].velocity == 99
    roll.press(K.Key_Left, modifiers=ALT)
    assert roll.model.notes[-1].microtiming == pytest.approx(-0.05)
    roll.press(K.Key_Delete)
    assert roll.phrase() == list(roll.PHRASE)
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


def test_space_on_a_note_takes_it_away_and_elsewhere_cuts_it(roll) -> None:
    roll.model.go_to(2, 57)
    roll.press(K.Key_Space)
    assert roll.phrase() == list(roll.PHRASE[1:])
    roll.model.go_to(18, 65)
    roll.press(K.Key_Return)
    assert roll.phrase()[-2:] == [(16, 62, 2), (18, 65, 1)]


def test_keys_for_several_notes(roll, told) -> None:
    roll.press(K.Key_A, modifiers=CONTROL)
    assert roll.model.chosen == {0, 6, 8, 16}
    roll.press(K.Key_Up, modifiers=SHIFT)
    assert roll.phrase() == [(step, pitch + 1, length) for step, pitch, length in roll.PHRASE]
    roll.press(K.Key_Escape)
    assert roll.model.chosen == set()
    roll.stroke([roll.at(5, 66), roll.at(11, 60)], modifiers=SHIFT)
    roll.press(K.Key_C, modifiers=CONTROL)
    roll.model.go_to(24, 60)
    roll.press(K.Key_V, modifiers=CONTROL)
    assert roll.phrase()[-2:] == [(24, 61, 2), (26, 65, 4)]
    roll.press(K.Key_X, modifiers=CONTROL)
    assert roll.phrase()[-1] == (16, 63, 8)
    roll.model.chosen = frozenset({6})
    roll.press(K.Key_D, modifiers=CONTROL)
    assert (10, 61, 2) in roll.phrase()
    assert told.texts[-1] == "Duplicate notes"


def test_the_cursor_leaves_one_chosen_note_but_not_several(roll) -> None:
    roll.stroke([roll.at(9, 64)])
    roll.press(K.Key_Right, K.Key_Right, K.Key_Right, K.Key_Right, K.Key_Delete)
    assert roll.phrase() == list(roll.PHRASE)
    roll.press(K.Key_A, modifiers=CONTROL)
    roll.press(K.Key_Right, K.Key_Delete)
    assert roll.phrase() == []


def test_a_held_letter_enters_one_note_and_is_no_shortcut(roll) -> None:
    roll.set_loop(MelodyLoop.empty())
    roll.set_step_entry(True)
    roll.press(K.Key_D)
    again = QKeyEvent(QEvent.Type.KeyPress, K.Key_D, NONE, "d", True)
    QApplication.sendEvent(roll, again)
    assert roll.model.loop.note_count == 1
    override = QKeyEvent(QEvent.Type.ShortcutOverride, K.Key_D, NONE, "d", True)
    override.ignore()
    QApplication.sendEvent(roll, override)
    assert override.isAccepted()


def test_the_roll_takes_only_its_own_shortcuts(roll) -> None:
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


def test_letters_enter_notes_step_by_step(roll, told) -> None:
    roll.set_loop(MelodyLoop.empty())
    roll.model.go_to(0, 62)
    roll.set_step_entry(True)
    roll.press(K.Key_A, K.Key_2, K.Key_W, K.Key_Space, K.Key_K, K.Key_Return)
    assert roll.phrase() == [(0, 60, 1), (1, 61, 2), (5, 72, 4)]
    assert roll.model.step == 9
    roll.press(K.Key_X, K.Key_1, K.Key_A)
    assert roll.phrase()[-1] == (9, 72, 1)
    roll.press(K.Key_Z, K.Key_Z, K.Key_C, K.Key_S)
    assert roll.phrase()[-1] == (10, 50, 1)
    assert roll.model.notes[-1].velocity == 92
    roll.press(K.Key_Backspace)
    assert roll.phrase()[-1] == (9, 72, 1)
    assert roll.model.step == 10
    assert told.heard == [(60, 100), (61, 100), (72, 100), (72, 100), (50, 92)]
    assert told.keys == [""] * len(told.keys)  # each is a step of its own


def test_step_entry_writes_over_what_is_there(roll, told) -> None:
    roll.set_step_entry(True)
    roll.model.go_to(2, 60)
    roll.press(K.Key_8, K.Key_D)
    assert roll.phrase() == [(0, 57, 2), (2, 64, 8), (16, 62, 8)]
    roll.model.go_to(15, 60)
    roll.press(K.Key_1, K.Key_V, K.Key_A)  # the cursor stands on the next note now
    assert told.heard == [(64, 100), (60, 108)]


def test_a_midi_keyboard_enters_notes_with_their_velocity(roll, told) -> None:
    roll.set_loop(MelodyLoop.empty())
    roll.enter_note(60, 90)
    assert roll.model.notes == ()  # not in step entry
    roll.set_step_entry(True)
    for pitch, velocity in ((60, 33), (60, 0), (91, 127), (91, 0)):
        roll.enter_note(pitch, velocity)
    assert roll.model.notes == (Note(0, 60, 33), Note(1, 91, 127))
    assert roll.pitch_view.high >= 91
    assert told.heard == []  # it is heard as it is played


def test_step_entry_goes_round_the_loop(roll) -> None:
    roll.set_loop(MelodyLoop.empty())
    roll.set_step_entry(True)
    for step in range(34):
        roll.enter_note(60 + step % 3, 100)
    assert [note.pitch - 60 for note in roll.model.notes] == [32 % 3, 33 % 3, *(s % 3 for s in range(2, 32))]


# -- for the screen reader ----------------------------------------------------------------------------


def test_a_screen_reader_hears_the_cursor(roll) -> None:
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
    assert roll.phrase() == list(roll.PHRASE[:3])
