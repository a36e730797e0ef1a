"""What the parts of the window may ask of the window round them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from blender_app.ui.controls.actions import Actions
from blender_app.ui.controls.banner import Banner
from blender_app.ui.look.theme import Look
from blender_app.ui.shell.focus_hints import FocusHints
from blender_app.ui.shell.undo_offer import UndoOffer


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
    banner, hints, undo_offer
        Who says what `tell`, `set_hint` and `offer_undo` are given.
    """

    window: QWidget
    look: Look
    actions: Actions
    stage: QStackedWidget
    editor: QStackedWidget
    banner: Banner
    hints: FocusHints
    undo_offer: UndoOffer

    def tell(self, level: str, text: str) -> None:
        """Show a message over the window's lower edge.

        Parameters
        ----------
        level
            "info", "warning" or "error".
        text
            What happened and what to do.
        """
        self.banner.show_message(level, text)

    def offer_undo(self, text: str) -> None:
        """Say what was done, with the way back until something else is done.

        Parameters
        ----------
        text
            What was done.
        """
        self.undo_offer.offer(text)

    def set_hint(self, widget: QWidget, name: str) -> None:
        """Say what the keys do on a widget, while it has the focus.

        Parameters
        ----------
        widget
            The widget.
        name
            Name of the hint, one of `focus_hints.HINTS`.
        """
        self.hints.set_name(widget, name)

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
