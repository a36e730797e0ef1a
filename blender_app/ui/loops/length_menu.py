"""How long a loop is, to see and to choose: a menu, and a button that says the length."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from blender_app.core.time import bars_text
from blender_app.session.edits.lengths import DOUBLE, HALVE, LENGTHS, STRETCH, LengthEdit
from blender_app.session.session import Loop
from blender_app.ui.look.theme import SMALL, Look


class LengthMenu(QMenu):
    """The lengths that a loop can have, and doubling and halving; tells the `LengthEdit` that is chosen."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Length", parent)
        self._edits: dict[QAction, LengthEdit] = {}
        for edit in LENGTHS:
            self._add(edit).setCheckable(True)
        self.addSeparator()
        for edit in (DOUBLE, STRETCH, HALVE):
            self._add(edit)

    def _add(self, edit: LengthEdit) -> QAction:
        action = QAction(edit.label, self)
        action.triggered.connect(lambda _=False: self.chosen.emit(edit))
        self._edits[action] = edit
        self.addAction(action)
        return action

    def action_of(self, edit: LengthEdit) -> QAction:
        """Return the entry of an `edit`."""
        return next(action for action, one in self._edits.items() if one is edit)

    def set_loop(self, loop: Loop | None) -> None:
        """Offer what `loop` can become; nothing without one."""
        for action, edit in self._edits.items():
            action.setEnabled(loop is not None and edit.fits(loop))
            if action.isCheckable():
                action.setChecked(loop is not None and edit.steps(loop.steps) == loop.steps)


class LengthButton(QToolButton):
    """Says how long the loop in an editor is; a click offers other lengths.

    Colours and fonts come from `look`.
    """

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.choices = LengthMenu(self)
        self.setMenu(self.choices)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Length of the loop")
        self.setToolTip("How long the loop is: choose another length, double or halve it")
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def show_loop(self, loop: Loop) -> None:
        """Show the length of `loop`, and offer what it can become."""
        self.setText(f"{bars_text(loop.steps)} ▾")
        self.setAccessibleDescription(bars_text(loop.steps))
        self.choices.set_loop(loop)

    @Slot()
    def _on_look_changed(self) -> None:
        self.setFont(self._look.font(SMALL))
        self.setStyleSheet(f"QToolButton {{ padding: 1px 3px; color: {self._look.theme.muted}; }}")
