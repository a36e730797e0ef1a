"""An end of the mixer: its loop, its name, dice, vary, draw, and everything else in a menu.

Pulled sideways it makes more steps, or fewer; a click puts it into the editor.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from blender_app.session.document import Loop
from blender_app.session.mixing import END_LETTERS
from blender_app.ui import accessible
from blender_app.ui.corner_card import midi_files
from blender_app.ui.icons import icon
from blender_app.ui.loop_drag import dragged_clip
from blender_app.ui.loop_pictures import picture
from blender_app.ui.theme import KEYBOARD_REASONS, Look

_EDGE = 3.0
_PULL_PX = 4.0
_LEAST_PICTURE = 34
_LEAST_WIDTH = 130
_NAME_LINES = 5
"""Room for a name, in heights of a line, that lets it stand beside the buttons."""
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_D, Qt.Key.Key_V)


class EndCard(QWidget):
    """One of the two ends; drop a .mid or a clip on it to put it there."""

    edited = Signal(int)
    diceRolled = Signal(int)
    varied = Signal(int)
    importAsked = Signal(int)
    fileDropped = Signal(int, str)
    clipDropped = Signal(int, object)
    drawnToggled = Signal(int, bool)
    pullStarted = Signal()
    pulled = Signal(float)
    """How far outwards from where it began, in pixels."""
    pullEnded = Signal()

    def __init__(self, look: Look, end: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._end = look, end
        self._letter = END_LETTERS[end]
        self._loop: Loop | None = None
        self._name = ""
        self._press_x: float | None = None
        self._pulling = self._drop_hovers = self._by_keys = self._hovered = False
        self._is_selected = False
        self._picture: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"End {self._letter} of the mixer")
        self.setAccessibleDescription(
            "Enter edits it, D rolls the dice, V varies it; plus and minus change the number of steps"
        )
        self.setToolTip(f"Pull {self._letter} sideways for more or fewer steps; click to edit it")
        self.menu = QMenu(self)
        self._buttons = QWidget(self)
        self._make_buttons()
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()
        accessible.install()

    def _make_buttons(self) -> None:
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(1)
        letter = self._letter
        self.dice_button = self._button("dice", f"Dice: a new loop for {letter}")
        self.vary_button = self._button("vary", f"Vary {letter} a little")
        self.edit_button = self._button("edit", f"Draw {letter} in the editor")
        self.more_button = self._button("more", f"More for {letter}: import, presets, corners")
        self.dice_button.clicked.connect(lambda: self.diceRolled.emit(self._end))
        self.vary_button.clicked.connect(lambda: self.varied.emit(self._end))
        self.edit_button.clicked.connect(lambda: self.edited.emit(self._end))
        self.more_button.setMenu(self.menu)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for button in self._named_buttons():
            row.addWidget(button)
        self.import_action = QAction("Import .mid…", self)
        self.import_action.triggered.connect(lambda: self.importAsked.emit(self._end))
        self.draw_action = QAction("Draw in the editor", self)
        self.draw_action.triggered.connect(lambda: self.edited.emit(self._end))
        self.drawn_action = QAction("Leave it out of the key", self)
        self.drawn_action.setCheckable(True)
        self.drawn_action.setVisible(False)
        self.drawn_action.triggered.connect(lambda on: self.drawnToggled.emit(self._end, on))
        self.own_actions = (self.draw_action, self.import_action, self.drawn_action)
        self.menu.addActions(self.own_actions)

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self._buttons)
        button.setObjectName(name)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        return button

    def _named_buttons(self) -> tuple[QToolButton, ...]:
        return self.dice_button, self.vary_button, self.edit_button, self.more_button

    # -- values -------------------------------------------------------------------------------------

    def set_loop(self, loop: Loop, name: str) -> None:
        """Show another loop and its name."""
        if loop is not self._loop or name != self._name:
            self._loop, self._name = loop, name
            self._redraw()
            accessible.announce(self)

    def set_drawn(self, in_key: bool, drawn: bool) -> None:
        """Offer to leave the end as it was drawn, where there is a key that it could be brought into."""
        self.drawn_action.setVisible(in_key)
        self.drawn_action.setChecked(drawn)

    def set_selected(self, chosen: bool) -> None:
        """Mark that this end is in the editor."""
        if chosen != self._is_selected:
            self._is_selected = chosen
            self.update()

    # -- drawing ------------------------------------------------------------------------------------

    @Slot()
    def _on_look_changed(self) -> None:
        side = round(self._look.line_height() * 1.1)
        for button in self._named_buttons():
            button.setIcon(icon(button.objectName(), self._look.theme.color("muted")))
            button.setStyleSheet("QToolButton { padding: 3px 2px; }")
            button.setIconSize(QSize(side, side))
        self._place_buttons()
        self._redraw()

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_buttons()
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._place_buttons()

    def _place_buttons(self) -> None:
        size = self._buttons.sizeHint()
        left = 0 if self._is_narrow(self.width()) else self.width() - size.width()
        self._buttons.setGeometry(left, self.height() - size.height(), size.width(), size.height())

    def _is_narrow(self, width: int) -> bool:
        """Say whether a card of this width has its name over its buttons, not beside them."""
        return width - self._buttons.sizeHint().width() < _NAME_LINES * self._look.line_height()

    def text_height(self, width: int) -> int:
        """Return what a card of this width needs in height besides its picture, in pixels."""
        line = self._look.line_height() if self._is_narrow(width) else 0
        return self._buttons.sizeHint().height() + line + 4 + round(2 * _EDGE)

    def picture_rect(self) -> QRectF:
        """Return where the loop is drawn, in pixels."""
        height = max(8, self.height() - self.text_height(self.width()))
        return QRectF(_EDGE, _EDGE, self.width() - 2 * _EDGE, height)

    def _drawn(self, loop: Loop) -> QPixmap:
        if self._picture is None:
            ratio, rect = self.devicePixelRatioF(), self.picture_rect()
            size = max(8, round(rect.width() * ratio)), max(8, round(rect.height() * ratio))
            image = picture(loop, self._look.hues.labs[self._end], size, 6.0 * ratio)
            self._picture = QPixmap.fromImage(image)
            self._picture.setDevicePixelRatio(ratio)
        return self._picture

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = self.picture_rect()
        if self._loop is not None:
            painter.drawPixmap(rect.topLeft(), self._drawn(self._loop))
        if self._hovered or self._pulling:
            self._paint_arrows(painter, rect)
        self._paint_frame(painter, rect)
        self._paint_name(painter)
        painter.end()

    def _paint_arrows(self, painter: QPainter, rect: QRectF) -> None:
        """Draw at the inner edge which ways this end can be pulled."""
        x = rect.right() - 13.0 if self._end == 0 else rect.left() + 13.0
        y = rect.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 120))
        painter.drawRoundedRect(QRectF(x - 10, y - 9, 20, 18), 5, 5)
        pen = QPen(QColor(255, 255, 255), 1.7)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for way in (-1, 1):
            tip = x + way * 6.5
            painter.drawPolyline(
                [QPointF(tip - way * 3, y - 3.5), QPointF(tip, y), QPointF(tip - way * 3, y + 3.5)]
            )

    def _paint_frame(self, painter: QPainter, rect: QRectF) -> None:
        focused = self._drop_hovers or (self._by_keys and self.hasFocus())
        if focused or self._is_selected or self._pulling:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._look.theme.color("accent" if focused else "text"), 2.0))
            painter.drawRoundedRect(rect.adjusted(-2.0, -2.0, 2.0, 2.0), 8.0, 8.0)

    def _paint_name(self, painter: QPainter) -> None:
        row = self._buttons.geometry()
        font, bold = self._look.font(), self._look.font(bold=True)
        narrow = self._is_narrow(self.width())
        middle = row.top() - self._look.line_height() / 2 if narrow else row.center().y()
        base = middle + QFontMetrics(font).ascent() / 2 - 1
        painter.setFont(bold)
        painter.setPen(self._look.theme.color("text"))
        painter.drawText(QPointF(_EDGE, base), self._letter)
        left = _EDGE + QFontMetrics(bold).horizontalAdvance(f"{self._letter}  ")
        room = (self.width() - _EDGE if narrow else row.left() - 4) - left
        if room > 12:
            name = QFontMetrics(font).elidedText(self._name, Qt.TextElideMode.ElideMiddle, round(room))
            painter.setFont(font)
            painter.setPen(self._look.theme.color("text" if self._is_selected else "muted"))
            painter.drawText(QPointF(left, base), name)

    def sizeHint(self) -> QSize:
        return QSize(220, 130)

    def minimumSizeHint(self) -> QSize:
        width = max(_LEAST_WIDTH, self._buttons.sizeHint().width() + round(2 * _EDGE))
        return QSize(width, _LEAST_PICTURE + self.text_height(width))

    # -- touching -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._by_keys = False
            # The card moves under the hand: only the screen stands still.
            self._press_x = event.globalPosition().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press_x is None:
            return
        right = event.globalPosition().x() - self._press_x
        if not self._pulling and abs(right) >= _PULL_PX:
            self._pulling = True
            self.pullStarted.emit()
        if self._pulling:
            self.pulled.emit(-right if self._end == 0 else right)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._press_x is None:
            return
        self._press_x = None
        if self._pulling:
            self._pulling = False
            self.pullEnded.emit()
            self.update()
        elif self.rect().contains(event.position().toPoint()):
            self.edited.emit(self._end)

    def enterEvent(self, event: QEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or key not in _KEYS:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_D:
            self.diceRolled.emit(self._end)
        elif key == Qt.Key.Key_V:
            self.varied.emit(self._end)
        else:
            self.edited.emit(self._end)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._redraw()
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and not event.modifiers() and event.key() in _KEYS:
            event.accept()  # the key is for this end, not for what is in the editor
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keys = event.reason() in KEYBOARD_REASONS
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    # -- dropping -----------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dragged_clip(event) or midi_files(url.toLocalFile() for url in event.mimeData().urls()):
            self._drop_hovers = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QEvent) -> None:
        self._drop_hovers = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_hovers = False
        self.update()
        clip = dragged_clip(event)
        files = midi_files(url.toLocalFile() for url in event.mimeData().urls())
        if clip is not None:
            event.acceptProposedAction()
            self.clipDropped.emit(self._end, clip)
        elif files:
            event.acceptProposedAction()
            self.fileDropped.emit(self._end, files[0])

    # -- for the screen reader ----------------------------------------------------------------------

    def accessible_text(self) -> str:
        """Return the end's name and loop in words."""
        return self._name if self._loop is None else f"{self._name}, {accessible.describe_loop(self._loop)}"

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return which end this is, 0 or 1."""
        return float(self._end), 0.0, 1.0, 1.0

    def set_accessible_number(self, value: float) -> None:
        """Do nothing: an end stays what it is."""
