"""Undo and redo: what they would do now."""

from __future__ import annotations

from PySide6.QtCore import Slot

from blender_app.session.controller import Controller
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell
from blender_app.ui.shell.undo_offer import UndoOffer


class HistoryPresenter(Presenter):
    """Connects the actions of the history with it.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    undo_offer
        What is withdrawn when the history goes on.
    """

    def __init__(self, shell: Shell, controller: Controller, undo_offer: UndoOffer) -> None:
        super().__init__(shell, controller)
        self._undo_offer = undo_offer
        self._follows = True
        stack = self._controller.document.undo_stack
        self._connect_actions({"undo": stack.undo, "redo": stack.redo})
        stack.indexChanged.connect(self._on_undo_stack_indexChanged)
        stack.cleanChanged.connect(self._on_undo_stack_indexChanged)
        self._on_undo_stack_indexChanged()

    @Slot()
    def _on_undo_stack_indexChanged(self) -> None:
        stack, actions = self._controller.document.undo_stack, self._shell.actions
        for name, word, can, text in (
            ("undo", "Undo", stack.canUndo(), stack.undoText()),
            ("redo", "Redo", stack.canRedo(), stack.redoText()),
        ):
            actions[name].setEnabled(can)
            actions[name].setText(f"{word} {text[:1].lower()}{text[1:]}".strip())
            keys = actions[name].shortcut().toString()
            actions[name].setToolTip(f"{actions[name].text()}  ({keys})")
        self._undo_offer.withdraw_if_stale()

    def let_go(self) -> None:
        """Hear no more of the history, which may end before the window does."""
        if self._follows:
            self._follows = False
            stack = self._controller.document.undo_stack
            stack.indexChanged.disconnect(self._on_undo_stack_indexChanged)
            stack.cleanChanged.disconnect(self._on_undo_stack_indexChanged)
