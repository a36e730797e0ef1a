"""What can be done where the focus is, said in the status line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QWidget

HINTS = {
    "palette": "arrow keys move the puck, with Shift in small steps, 1 to 4 to the corners",
    "draw": "drag draws, Ctrl+click adds a node, N and arrow keys move one, Delete removes it",
    "editor": "Space sets a hit, + and - its velocity, drag up or down for velocity",
    "number": "wheel or drag changes it, with Shift in small steps, a double click resets it",
    "morph": "arrow keys glide, + and - add and take steps, P sweeps, R swaps, Ctrl+K keeps the step",
    "roll": (
        "Space sets a note, Shift+arrows stretch and transpose it, + and - its velocity, right button deletes"
    ),
    "step entry": (
        "letters A to P play, Z and X by octaves, Space rests, Enter ties, Backspace goes back, 1 to 8 length"
    ),
    "clips": "Enter plays the clip, 1 to 4 put it into a corner, A and B to an end of the morph",
    "chords": "write chords such as Am F C G; Return takes them",
    "corner": "Enter edits, D dice, V vary, drop a .mid to import it",
}


class FocusHints(QObject):
    """Follows the focus.

    Parameters
    ----------
    names
        Name of the hint of each widget that has one.
    show_hint
        Takes the text; an empty one where there is nothing to say.
    parent
        Qt parent.
    """

    def __init__(
        self, names: Mapping[QWidget, str], show_hint: Callable[[str], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._names, self._show_hint = dict(names), show_hint
        cast("QApplication", QApplication.instance()).focusChanged.connect(self._on_app_focusChanged)

    def set_name(self, widget: QWidget, name: str) -> None:
        """Let `widget` have the hint called `name`, also when it has the focus now."""
        self._names[widget] = name
        if widget.hasFocus():
            self._show_hint(HINTS[name])

    @Slot(QWidget, QWidget)
    def _on_app_focusChanged(self, _old: QWidget | None, new: QWidget | None) -> None:
        name = None if new is None else self._names.get(new)
        self._show_hint("" if name is None else HINTS[name])
