"""The way back that a message offers, until something else is done."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QUndoStack

from blender_app.ui.controls.banner import Banner


class UndoOffer(QObject):
    """Says what was done, with the way back; takes it away when it would lead elsewhere.

    Parameters
    ----------
    banner
        Where it is said.
    stack
        The history.
    parent
        Qt parent.
    """

    def __init__(self, banner: Banner, stack: QUndoStack, parent: QObject) -> None:
        super().__init__(parent)
        self._banner, self._stack = banner, stack
        self._offered: tuple[str, int] | None = None

    def offer(self, text: str) -> None:
        """Say what was done last, and offer to undo it.

        Parameters
        ----------
        text
            What was done.
        """
        self._offered = text, self._stack.index()
        self._banner.show_message("info", text, "Undo", self._stack.undo)

    @Slot()
    def withdraw_if_stale(self) -> None:
        """Take the offer away once the history has gone on."""
        if self._offered is not None and self._stack.index() != self._offered[1]:
            if self._banner.text == self._offered[0]:
                self._banner.hide()
            self._offered = None
