"""The morph's keys: what each does to the morph or to the step we are at."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_CORNER_KEYS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4)
_PLAIN_KEYS = {
    Qt.Key.Key_Minus: ("steps", -1),
    Qt.Key.Key_R: ("swap", 0),
    Qt.Key.Key_P: ("sweep", 0),
    Qt.Key.Key_E: ("export", 0),
}


def action_of(event: QKeyEvent) -> tuple[str, int] | None:
    """Return what the key of `event` does in the morph, with a number; None for somebody else's key."""
    key = Qt.Key(event.key())
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    # Where plus is on the keyboard, and with which modifiers, differs from country to country.
    if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) and not modifiers & Qt.KeyboardModifier.ControlModifier:
        return "steps", 1
    if modifiers == Qt.KeyboardModifier.AltModifier and key in _CORNER_KEYS:
        return "corner", _CORNER_KEYS.index(key)
    if modifiers == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_K:
        return "keep", 0
    return None if modifiers else _PLAIN_KEYS.get(key)
