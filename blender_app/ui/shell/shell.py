"""What the parts of the window may ask of the window round them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from blender_app.ui.controls.actions import Actions
from blender_app.ui.look.theme import Look


@dataclass(frozen=True, slots=True)
class Shell:
    """The window as its presenters know it.

    Parameters
    ----------
    window
        Qt parent of presenters and dialogs.
    look
        Theme, hues and text size.
    actions
        The actions by name.
    stage
        Where the palette or the morph is seen, one at a time.
    editor
        Where the editor of drums or of melodies is seen, one at a time.
    tell
        Shows a message: its level ("info", "warning" or "error"), and what happened and what to do.
    offer_undo
        Says what was done, with the way back until something else is done.
    set_hint
        Says what the keys do on a widget while it has the focus: one of `focus_hints.HINTS`.
    """

    window: QWidget
    look: Look
    actions: Actions
    stage: QStackedWidget
    editor: QStackedWidget
    tell: Callable[[str, str], None]
    offer_undo: Callable[[str], None]
    set_hint: Callable[[QWidget, str], None]

    def now_s(self) -> float:
        """Return the moment, on the engine's clock."""
        return time.monotonic()

    def focus_stage(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """Let keys go to the palette or the morph.

        Parameters
        ----------
        reason
            Why; by keys, what has the focus shows it.
        """
        _focus(self.stage, reason)

    def focus_editor(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """Let keys go to the editor that is seen.

        Parameters
        ----------
        reason
            Why; by keys, what has the focus shows it.
        """
        _focus(self.editor, reason)


def _focus(stack: QStackedWidget, reason: Qt.FocusReason) -> None:
    shown = stack.currentWidget()
    if shown is not None:
        shown.setFocus(reason)
