"""The piano roll with loops of all lengths."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from blender_app.core.melody import MelodyLoop
from blender_app.core.notes import Note
from blender_app.core.scales import Key, Mode
from blender_app.ui.look.theme import Look
from blender_app.ui.roll.view import RollView

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
FOUR_BARS = MelodyLoop.from_notes([Note(step, 60, 90, 2.0) for step in range(0, 64, 8)], 64)


@pytest.fixture
def long(roll):
    roll.resize(340, 300)
    roll.set_loop(FOUR_BARS, fit=True)
    assert (roll.geometry_of_steps().first, roll.geometry_of_steps().shown) == (0, 32)
    return roll


def scroll(roll, share: float) -> None:
    rect = roll.geometry_of_steps().rect
    where = QPoint(round(rect.left() + share * rect.width()), round(rect.top()) - 8)
    QTest.mousePress(roll, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)
    QTest.mouseRelease(roll, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)


def test_a_note_is_drawn_in_bar_four(long, told) -> None:
    scroll(long, 0.95)
    assert long.geometry_of_steps().first == 32
    assert told.texts == []
    long.stroke([long.at(59, 64), long.at(60, 64), long.at(62, 64)])
    assert told.texts[-1] == "Draw note"
    assert told.loops[-1].steps == 64
    assert (59, 64, 4) in long.phrase()
    assert len(long.phrase()) == 9


@pytest.mark.parametrize("steps", [16, 32, 64, 256])
def test_keys_go_through_all_bars(roll, steps: int) -> None:
    roll.resize(340, 300)
    roll.set_loop(MelodyLoop.from_notes([Note(0, 60, 90, 1.0)], steps), fit=True)
    roll.model.go_to(0, 60)
    for bar in range(steps // 16):
        assert roll.model.step == 16 * bar
        assert roll.geometry_of_steps().shows(roll.model.step)
        roll.press(Qt.Key.Key_PageDown, modifiers=ALT)
    assert roll.model.step == 0
    roll.press(Qt.Key.Key_PageUp, modifiers=ALT)
    assert roll.model.step == steps - 16
    roll.press(Qt.Key.Key_End)
    roll.press(Qt.Key.Key_Space)
    assert roll.phrase()[-1] == (steps - 1, 60, 1)
    assert roll.geometry_of_steps().end == steps
    assert roll.accessible_text().startswith(f"C4, bar {steps // 16}, step 16, note")
    roll.press(Qt.Key.Key_Right)
    assert roll.model.step == 0
    assert roll.geometry_of_steps().first == 0


def test_notes_move_stretch_and_are_pasted_as_far_as_their_loop_reaches(long) -> None:
    model = long.model
    model.go_to(56, 60)
    for _ in range(4):
        long.press(Qt.Key.Key_Right, modifiers=SHIFT)
    assert long.phrase()[-1] == (56, 60, 6)
    for _ in range(20):
        long.press(Qt.Key.Key_Right, modifiers=CONTROL | SHIFT)
    assert long.phrase()[-1] == (63, 60, 1)
    long.press(Qt.Key.Key_A, modifiers=CONTROL)
    long.press(Qt.Key.Key_C, modifiers=CONTROL)
    model.go_to(32, 60)
    long.press(Qt.Key.Key_V, modifiers=CONTROL)
    assert [step for step, _, _ in long.phrase()] == [0, 8, 16, 24, 32, 40, 48, 56, 63]


def test_step_entry_goes_on_into_the_next_bars(long) -> None:
    long.set_step_entry(True)
    long.model.change_pen(length=8)
    long.model.go_to(24, 60)
    for _ in range(5):
        long.enter_note(67, 80)
    assert [note for note in long.phrase() if note[1] == 67] == [
        (24, 67, 8), (32, 67, 8), (40, 67, 8), (48, 67, 8), (56, 67, 8)
    ]  # fmt: skip
    assert long.model.step == 0
    long.model.back()
    assert long.model.step == 56


def test_the_wheel_with_shift_scrolls_bars_and_alone_pitches(long) -> None:
    free = long.at(4, 66)
    low = long.pitch_view.low
    long.turn(free, -1, SHIFT)
    assert (long.geometry_of_steps().first, long.pitch_view.low) == (16, low)
    long.turn(free, 1)
    assert (long.geometry_of_steps().first, long.pitch_view.low != low) == (16, True)


def test_another_place_begins_at_its_first_note(long) -> None:
    long.show_loop(MelodyLoop.from_notes([Note(200, 70, 90, 3.0)], 256))
    assert (long.model.step, long.geometry_of_steps().first) == (200, 192)
    long.show_loop(MelodyLoop.from_notes([Note(3, 70, 90, 3.0)], 16))
    assert (long.model.step, long.geometry_of_steps().shown) == (3, 16)
    long.grab()


@pytest.mark.parametrize("key", [None, Key(9, Mode.MINOR)])
@pytest.mark.parametrize("steps", [16, 32, 64, 256])
def test_the_playhead_goes_round_each_loop_and_turns_its_pages(
    qtbot: QtBot, look: Look, steps: int, key: Key | None
) -> None:
    view = RollView(look)
    qtbot.addWidget(view)
    view.resize(340, 220)
    view.show()
    view.set_key(key)
    view.set_loops(MelodyLoop.from_notes([Note(steps - 4, 60, 90, 4.0)], steps), None)
    keyboard = view.grab(view.roll_geometry().keys.toAlignedRect()).toImage()
    for step in (1.5, steps / 2 + 1, steps - 0.5, 2 * steps + 3.0, 6 * steps - 0.5):
        view.set_playhead(step)
        geometry = view.geometry_of_steps()
        assert geometry.shows(step % steps)
        assert geometry.first % geometry.shown == 0
        # What is drawn of steps stays within them.
        assert view.grab(view.roll_geometry().keys.toAlignedRect()).toImage() == keyboard
    sounds = view.grab().toImage()
    view.set_playhead(None)
    assert view.geometry_of_steps().first == 0
    assert view.grab().toImage() != sounds
    view.set_loops(MelodyLoop.empty(16), FOUR_BARS)
    assert view.accessible_text() == "1 bar, no notes"
    view.grab()


def test_a_take_longer_than_two_bars_is_shown(long) -> None:
    higher = [replace(note, pitch=note.pitch + 2) for note in FOUR_BARS.to_notes()]
    long.show_take(MelodyLoop.from_notes(higher, FOUR_BARS.steps))
    scroll(long, 0.9)
    here = long.roll_geometry().note_rect(Note(56, 62, 90, 2.0)).center()
    color = long.grab().toImage().pixelColor(QPointF(here).toPoint())
    assert min(color.red(), color.green(), color.blue()) > 150
