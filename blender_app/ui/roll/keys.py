"""What keys do in a piano roll: one table for editing, one for entering notes step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from blender_app.core.melody import MAX_PITCH, OCTAVE
from blender_app.core.time import STEPS_PER_BAR, STEPS_PER_BEAT
from blender_app.ui.roll.geometry import PitchView
from blender_app.ui.roll.model import RollModel

Action = Callable[[RollModel], "str | None"]
"""Changes a model; returns the edit's name for undo, or nothing where only the cursor moved."""
ViewAction = Callable[[PitchView, RollModel], PitchView]

_K = Qt.Key
_NONE = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_BOTH = _CONTROL | _SHIFT
_LOUDER, _FINE_LOUDER = 8, 1
_NUDGE_STEPS = 0.05

ZOOM_ROWS = 4
PIANO_LETTERS = "AWSEDFTGYHUJKOLP"
"""The computer keyboard's letters that play, from a C upwards by semitones."""
HELP_ROWS = (
    ("In the piano roll", "Drag", "draws a note as long as the drag; moves a note; its edges stretch it"),
    ("In the piano roll", "Right button", "deletes what it passes"),
    ("In the piano roll", "Wheel, Alt+drag, the lane below", "velocity; the wheel beside notes scrolls"),
    ("In the piano roll", "Shift+drag, Ctrl+A", "choose several notes; Ctrl+drag moves copies"),
    ("In the piano roll", "Ctrl+C, X, V, D", "copy, cut, paste, duplicate chosen notes"),
    ("In the piano roll", "Ctrl+wheel, Ctrl+PageUp and PageDown, Ctrl+0", "fewer or more pitches, all notes"),
    (
        "In the piano roll",
        "Arrow keys, Space, Delete",
        "move, set or remove; N, Shift+N the next or last note",
    ),
    (
        "In the piano roll",
        "Alt+PageUp and PageDown, Shift+wheel beside notes",
        "to other bars of a long loop",
    ),
    ("In the piano roll", "Shift+arrows", "shorter, longer, higher, lower; with PageUp, PageDown by octaves"),
    ("In the piano roll", "Ctrl+Shift+Left, Right; Alt+Left, Right", "by steps; a little off the grid"),
    ("In the piano roll", "+ and -, Ctrl+Up and Down", "velocity; with Shift in small steps"),
    ("In step entry", "A W S E D F T G Y H U J K O L P", "play notes; Z and X by octaves, C and V velocity"),
    ("In step entry", "Space, Enter, Backspace", "rest, tie, back; 1 2 3 4 6 8 set the length"),
)
PEN_LENGTHS = {_K.Key_1: 1, _K.Key_2: 2, _K.Key_3: 3, _K.Key_4: 4, _K.Key_6: 6, _K.Key_8: 8}

_Table = Mapping[tuple[Qt.Key, Qt.KeyboardModifier], Action]

_EDITING: _Table = {
    (_K.Key_Left, _NONE): lambda m: m.go_to(m.step - 1, m.pitch),
    (_K.Key_Right, _NONE): lambda m: m.go_to(m.step + 1, m.pitch),
    (_K.Key_Left, _CONTROL): lambda m: m.go_to(m.step - STEPS_PER_BEAT, m.pitch),
    (_K.Key_Right, _CONTROL): lambda m: m.go_to(m.step + STEPS_PER_BEAT, m.pitch),
    (_K.Key_Up, _NONE): lambda m: m.climb(1),
    (_K.Key_Down, _NONE): lambda m: m.climb(-1),
    (_K.Key_PageUp, _NONE): lambda m: m.go_to(m.step, min(MAX_PITCH, m.pitch + OCTAVE)),
    (_K.Key_PageDown, _NONE): lambda m: m.go_to(m.step, max(0, m.pitch - OCTAVE)),
    (_K.Key_PageUp, _ALT): lambda m: m.go_to(m.step - STEPS_PER_BAR, m.pitch),
    (_K.Key_PageDown, _ALT): lambda m: m.go_to(m.step + STEPS_PER_BAR, m.pitch),
    (_K.Key_Home, _NONE): lambda m: m.go_to(0, m.pitch),
    (_K.Key_End, _NONE): lambda m: m.go_to(m.loop.steps - 1, m.pitch),
    (_K.Key_N, _NONE): lambda m: m.go_to_note(1),
    (_K.Key_N, _SHIFT): lambda m: m.go_to_note(-1),
    (_K.Key_Space, _NONE): RollModel.toggle,
    (_K.Key_Return, _NONE): RollModel.toggle,
    (_K.Key_Enter, _NONE): RollModel.toggle,
    (_K.Key_Delete, _NONE): RollModel.delete,
    (_K.Key_Backspace, _NONE): RollModel.delete,
    (_K.Key_Left, _SHIFT): lambda m: m.stretch(-1),
    (_K.Key_Right, _SHIFT): lambda m: m.stretch(1),
    (_K.Key_Up, _SHIFT): lambda m: m.transpose(1),
    (_K.Key_Down, _SHIFT): lambda m: m.transpose(-1),
    (_K.Key_PageUp, _SHIFT): lambda m: m.transpose(OCTAVE),
    (_K.Key_PageDown, _SHIFT): lambda m: m.transpose(-OCTAVE),
    (_K.Key_Left, _BOTH): lambda m: m.shift(-1),
    (_K.Key_Right, _BOTH): lambda m: m.shift(1),
    (_K.Key_Left, _ALT): lambda m: m.nudge(-_NUDGE_STEPS),
    (_K.Key_Right, _ALT): lambda m: m.nudge(_NUDGE_STEPS),
    (_K.Key_Up, _CONTROL): lambda m: m.loudness(_LOUDER),
    (_K.Key_Down, _CONTROL): lambda m: m.loudness(-_LOUDER),
    (_K.Key_Up, _BOTH): lambda m: m.loudness(_FINE_LOUDER),
    (_K.Key_Down, _BOTH): lambda m: m.loudness(-_FINE_LOUDER),
    (_K.Key_Plus, _NONE): lambda m: m.loudness(_LOUDER),
    (_K.Key_Plus, _SHIFT): lambda m: m.loudness(_FINE_LOUDER),
    (_K.Key_Equal, _NONE): lambda m: m.loudness(_LOUDER),
    (_K.Key_Minus, _NONE): lambda m: m.loudness(-_LOUDER),
    (_K.Key_Minus, _SHIFT): lambda m: m.loudness(-_FINE_LOUDER),
    (_K.Key_Underscore, _SHIFT): lambda m: m.loudness(-_FINE_LOUDER),
    (_K.Key_A, _CONTROL): RollModel.choose_all,
}
_WITH_CHOSEN: _Table = {
    (_K.Key_Escape, _NONE): RollModel.choose_none,
    (_K.Key_C, _CONTROL): RollModel.copy,
    (_K.Key_X, _CONTROL): RollModel.cut,
    (_K.Key_D, _CONTROL): RollModel.duplicate,
}
_ENTERING: _Table = {
    (_K.Key_Space, _NONE): RollModel.rest,
    (_K.Key_Return, _NONE): RollModel.tie,
    (_K.Key_Enter, _NONE): RollModel.tie,
    (_K.Key_Backspace, _NONE): RollModel.back,
    (_K.Key_Z, _NONE): lambda m: m.move_piano(-1),
    (_K.Key_X, _NONE): lambda m: m.move_piano(1),
    (_K.Key_C, _NONE): lambda m: m.change_pen(velocity=m.pen_velocity - _LOUDER),
    (_K.Key_V, _NONE): lambda m: m.change_pen(velocity=m.pen_velocity + _LOUDER),
}
_VIEWING: Mapping[Qt.Key, ViewAction] = {
    _K.Key_PageUp: lambda view, model: view.zoomed(-ZOOM_ROWS, model.pitch),
    _K.Key_PageDown: lambda view, model: view.zoomed(ZOOM_ROWS, model.pitch),
    _K.Key_0: lambda _view, model: PitchView.fit(model.notes),
}


def action_of(event: QKeyEvent, model: RollModel, entering: bool) -> Action | None:
    """Return what a key does, or None if it is not the roll's.

    Parameters
    ----------
    event
        Press of the key.
    model
        Whose notes it changes.
    entering
        Whether letters enter notes at the cursor.
    """
    key = Qt.Key(event.key())
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    chord = key, modifiers
    if entering:
        if modifiers == _NONE and key in PEN_LENGTHS:
            return lambda m: m.change_pen(length=PEN_LENGTHS[key])
        if chord in _ENTERING:
            return _ENTERING[chord]
        pitch = played_pitch(event, model)
        if pitch is not None:
            return _nothing if event.isAutoRepeat() else lambda m: m.enter(pitch, m.pen_velocity)
    if chord in _WITH_CHOSEN:
        return _WITH_CHOSEN[chord] if model.chosen else None
    if chord == (_K.Key_V, _CONTROL):
        return RollModel.paste if model.copied else None
    return _EDITING.get(chord)


def _nothing(_model: RollModel) -> None:
    """Keep a held letter from being the window's shortcut."""


def played_pitch(event: QKeyEvent, model: RollModel) -> int | None:
    """Return the pitch that a letter plays, the key of `event`, where `model` has its keyboard; or None."""
    place = PIANO_LETTERS.find(chr(event.key())) if 0x41 <= event.key() <= 0x5A else -1
    plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    pitch = model.piano_pitch + place
    return pitch if plain and place >= 0 and pitch <= MAX_PITCH else None


def letters_of(model: RollModel) -> dict[int, str]:
    """Return the letters by the pitches that they play where `model` has its keyboard."""
    return {model.piano_pitch + place: letter for place, letter in enumerate(PIANO_LETTERS)}


def view_action_of(event: QKeyEvent) -> ViewAction | None:
    """Return how the key of `event` changes the pitches in sight, or None if it does not."""
    plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return _VIEWING.get(Qt.Key(event.key())) if plain == _CONTROL else None
