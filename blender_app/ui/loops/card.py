"""What the cards of corners and of a morph's ends share: a loop, its buttons, its menu, drops on it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from blender_app.core.time import DEFAULT_STEPS, bars_text
from blender_app.session.session import Loop
from blender_app.ui.controls import accessible
from blender_app.ui.controls.redraw_watch import RedrawWatch
from blender_app.ui.look.icons import icon
from blender_app.ui.look.theme import KEYBOARD_REASONS, Look
from blender_app.ui.loops.drag import dragged_clip
from blender_app.ui.loops.length_menu import LengthMenu
from blender_app.ui.loops.pictures import picture

_MIDI_SUFFIXES = (".mid", ".midi")
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_D, Qt.Key.Key_V)


class LoopCard(QWidget):
    """A loop that is edited, diced, varied, and replaced by what is dropped on it.

    Parameters
    ----------
    look
        The look of the window.
    place
        Which of its kind the card is; all signals carry it first, and its colour is that corner's.
    parent
        As in `QWidget`.

    Notes
    -----
    A subclass adds its buttons, then calls `_on_look_changed`.
    """

    diceRolled = Signal(int)
    varied = Signal(int)
    importAsked = Signal(int)
    fileDropped = Signal(int, str)
    clipDropped = Signal(int, object)
    userEditedToggled = Signal(int, bool)
    lengthChosen = Signal(int, object)
    """A `LengthEdit`."""

    _BUTTON_LINES = 1.2
    """Side of the buttons' icons, in heights of a line."""
    _ROUNDNESS = 5.0
    """Radius of the picture's corners, in pixels; the frame's is 2 more."""

    def __init__(self, look: Look, place: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        look.changed.connect(self._on_look_changed)
        RedrawWatch(self, look, self._redraw)
        self._place = place
        self._loop: Loop | None = None
        self._name = ""
        self._is_selected = self._drop_hovers = self._by_keys = False
        self._picture: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.menu = QMenu(self)
        self.length_menu = LengthMenu(self)
        self.length_menu.chosen.connect(lambda edit: self.lengthChosen.emit(self._place, edit))
        self._buttons = QWidget(self)
        self._row = QHBoxLayout(self._buttons)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._named_buttons: list[QToolButton] = []
        self.user_edited_action = QAction("Leave it out of the key", self)
        self.user_edited_action.setCheckable(True)
        self.user_edited_action.setVisible(False)
        self.user_edited_action.triggered.connect(lambda on: self.userEditedToggled.emit(self._place, on))

    def _add_button(self, name: str, tip: str) -> QToolButton:
        """Add a button with the icon of a name."""
        button = QToolButton(self._buttons)
        button.setObjectName(name)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        self._row.addWidget(button)
        self._named_buttons.append(button)
        return button

    def _add_dice_and_vary(self, name: str) -> None:
        self.dice_button = self._add_button("dice", f"Dice: a new loop for {name}")
        self.vary_button = self._add_button("vary", f"Vary {name} a little")
        self.dice_button.clicked.connect(lambda: self.diceRolled.emit(self._place))
        self.vary_button.clicked.connect(lambda: self.varied.emit(self._place))

    def _add_more(self, tip: str) -> None:
        self.more_button = self._add_button("more", tip)
        self.more_button.setMenu(self.menu)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    # -- what a subclass says -----------------------------------------------------------------------

    def _choose(self) -> None:
        """Put the loop into the editor."""
        raise NotImplementedError

    def _place_buttons(self) -> None:
        """Lay out the buttons."""
        raise NotImplementedError

    def picture_rect(self) -> QRectF:
        """Return where the loop is drawn, in pixels."""
        raise NotImplementedError

    # -- values -------------------------------------------------------------------------------------

    def set_loop(self, loop: Loop, name: str) -> None:
        """Show `loop` under its `name` instead."""
        if loop is not self._loop or name != self._name:
            self._loop, self._name = loop, name
            self.length_menu.set_loop(loop)
            self._redraw()
            accessible.announce(self)

    def set_user_edited(self, in_key: bool, user_edited: bool) -> None:
        """Offer to leave the loop as it was drawn, where there is a key to bring it into.

        `in_key` says that there is one, `user_edited` that the loop stays.
        """
        self.user_edited_action.setVisible(in_key)
        self.user_edited_action.setChecked(user_edited)

    def set_selected(self, chosen: bool) -> None:
        """Mark that this loop is `chosen` for the editor, or not."""
        if chosen != self._is_selected:
            self._is_selected = chosen
            self.update()

    # -- drawing ------------------------------------------------------------------------------------

    @Slot()
    def _on_look_changed(self) -> None:
        side = round(self._look.line_height() * self._BUTTON_LINES)
        for button in self._named_buttons:
            button.setIcon(icon(button.objectName(), self._look.theme.color("muted")))
            button.setIconSize(QSize(side, side))
        self._place_buttons()
        self._redraw()

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_buttons()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._place_buttons()

    def _paint_picture(self, painter: QPainter, rect: QRectF) -> None:
        if self._loop is None:
            return
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            size = max(8, round(rect.width() * ratio)), max(8, round(rect.height() * ratio))
            lab = self._look.hues.labs[self._place]
            self._picture = QPixmap.fromImage(picture(self._loop, lab, size, self._ROUNDNESS * ratio))
            self._picture.setDevicePixelRatio(ratio)
        painter.drawPixmap(rect.topLeft(), self._picture)

    def _paint_frame(self, painter: QPainter, rect: QRectF, held: bool = False) -> None:
        """Frame the picture where the card has the keys, is in the editor, or is held by the hand."""
        focused = self._drop_hovers or (self._by_keys and self.hasFocus())
        if focused or self._is_selected or held:
            radius = self._ROUNDNESS + 2.0
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._look.theme.color("accent" if focused else "text"), 2.0))
            painter.drawRoundedRect(rect.adjusted(-2.0, -2.0, 2.0, 2.0), radius, radius)

    # -- touching -----------------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not _is_ours(event):
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_D:
            self.diceRolled.emit(self._place)
        elif key == Qt.Key.Key_V:
            self.varied.emit(self._place)
        else:
            self._choose()

    def event(self, event: QEvent) -> bool:
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and _is_ours(event):
            event.accept()  # the key is for this loop, not for the one in the editor
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keys = event.reason() in KEYBOARD_REASONS
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    # -- dropping -----------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dragged_clip(event) or _midi_files(event):
            self._drop_hovers = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QEvent) -> None:
        self._drop_hovers = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_hovers = False
        self.update()
        clip, files = dragged_clip(event), _midi_files(event)
        if clip is not None:
            event.acceptProposedAction()
            self.clipDropped.emit(self._place, clip)
        elif files:
            event.acceptProposedAction()
            self.fileDropped.emit(self._place, files[0])

    # -- for the screen reader ----------------------------------------------------------------------

    def accessible_text(self) -> str:
        """Return the loop's name and the loop in words."""
        return self._name if self._loop is None else f"{self._name}, {accessible.describe_loop(self._loop)}"


def unusual_length(loop: Loop | None) -> str:
    """Return how long `loop` is, to be written on its card; nothing for two bars, which most have."""
    return "" if loop is None or loop.steps == DEFAULT_STEPS else bars_text(loop.steps)


def _is_ours(event: QKeyEvent) -> bool:
    """Say whether a key alone, perhaps one of the keypad, is one that a card knows."""
    return not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier and event.key() in _KEYS


def _midi_files(event: QDropEvent) -> list[str]:
    """Return the paths of what is dragged that are Standard MIDI Files by their names."""
    paths = (url.toLocalFile() for url in event.mimeData().urls())
    return [path for path in paths if Path(path).suffix.lower() in _MIDI_SUFFIXES]
