"""An end of the morph: its loop, its name, dice, vary, draw, and everything else in a menu.

Pulled sideways it makes more steps, or fewer; a click puts it into the editor.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from blender_app.session.morphing import END_LETTERS
from blender_app.ui.look.theme import Look
from blender_app.ui.loops.card import LoopCard, unusual_length

_EDGE = 3.0
_PULL_PX = 4.0
_LEAST_PICTURE = 34
_LEAST_WIDTH = 130
_NAME_LINES = 5
"""Room for a name, in heights of a line, that lets it stand beside the buttons."""


class EndCard(LoopCard):
    """The card of an `end`, 0 or 1; drop a .mid or a clip on it to put it there.

    Colours and fonts come from `look`.
    """

    edited = Signal(int)
    pullStarted = Signal()
    pulled = Signal(float)
    """How far outwards from where it began, in pixels."""
    pullEnded = Signal()

    _BUTTON_LINES = 1.1
    _ROUNDNESS = 6.0

    def __init__(self, look: Look, end: int, parent: QWidget | None = None) -> None:
        super().__init__(look, end, parent)
        self._letter = END_LETTERS[end]
        self._press_x: float | None = None
        self._pulling = self._hovered = False
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"End {self._letter} of the morph")
        self.setAccessibleDescription(
            "Enter edits it, D rolls the dice, V varies it; plus and minus change the number of steps"
        )
        self.setToolTip(f"Pull {self._letter} sideways for more or fewer steps; click to edit it")
        self._make_buttons()
        self._make_menu()
        self._on_look_changed()

    def _make_buttons(self) -> None:
        self._row.setSpacing(1)
        self._add_dice_and_vary(self._letter)
        self.edit_button = self._add_button("edit", f"Draw {self._letter} in the editor")
        self.edit_button.clicked.connect(self._choose)
        self._add_more(f"More for {self._letter}: import, presets, corners")
        for button in self._named_buttons:
            button.setStyleSheet("QToolButton { padding: 3px 2px; }")

    def _make_menu(self) -> None:
        self.import_action = QAction("Import .mid…", self)
        self.import_action.triggered.connect(lambda: self.importAsked.emit(self._place))
        self.draw_action = QAction("Draw in the editor", self)
        self.draw_action.triggered.connect(self._choose)
        self.own_actions = (
            self.draw_action,
            self.import_action,
            self.length_menu.menuAction(),
            self.user_edited_action,
        )
        self.menu.addActions(self.own_actions)

    # -- drawing ------------------------------------------------------------------------------------

    def _place_buttons(self) -> None:
        size = self._buttons.sizeHint()
        left = 0 if self._is_narrow(self.width()) else self.width() - size.width()
        self._buttons.setGeometry(left, self.height() - size.height(), size.width(), size.height())

    def _is_narrow(self, width: int) -> bool:
        """Say whether a card of this width has its name over its buttons, not beside them."""
        return width - self._buttons.sizeHint().width() < _NAME_LINES * self._look.line_height()

    def text_height(self, width: int) -> int:
        """Return what a card of a `width` needs in height besides its picture, in pixels."""
        line = self._look.line_height() if self._is_narrow(width) else 0
        return self._buttons.sizeHint().height() + line + 4 + round(2 * _EDGE)

    def picture_rect(self) -> QRectF:
        """Return where the loop is drawn, in pixels."""
        height = max(8, self.height() - self.text_height(self.width()))
        return QRectF(_EDGE, _EDGE, self.width() - 2 * _EDGE, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = self.picture_rect()
        self._paint_picture(painter, rect)
        if self._hovered or self._pulling:
            self._paint_arrows(painter, rect)
        self._paint_frame(painter, rect, held=self._pulling)
        self._paint_name(painter)
        painter.end()

    def _paint_arrows(self, painter: QPainter, rect: QRectF) -> None:
        """Draw at the inner edge which ways this end can be pulled."""
        x = rect.right() - 13.0 if self._place == 0 else rect.left() + 13.0
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
            length = unusual_length(self._loop)
            words = f"{self._name}  {length}" if length else self._name
            name = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideMiddle, round(room))
            painter.setFont(font)
            painter.setPen(self._look.theme.color("text" if self._is_selected else "muted"))
            painter.drawText(QPointF(left, base), name)

    def sizeHint(self) -> QSize:
        return QSize(220, 130)

    def minimumSizeHint(self) -> QSize:
        width = max(_LEAST_WIDTH, self._buttons.sizeHint().width() + round(2 * _EDGE))
        return QSize(width, _LEAST_PICTURE + self.text_height(width))

    # -- touching -----------------------------------------------------------------------------------

    @Slot()
    def _choose(self) -> None:
        self.edited.emit(self._place)

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
            self.pulled.emit(-right if self._place == 0 else right)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._press_x is None:
            return
        self._press_x = None
        if self._pulling:
            self._pulling = False
            self.pullEnded.emit()
            self.update()
        elif self.rect().contains(event.position().toPoint()):
            self._choose()

    def enterEvent(self, event: QEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()

    # -- for the screen reader ----------------------------------------------------------------------

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return which end this is, 0 or 1."""
        return float(self._place), 0.0, 1.0, 1.0

    def set_accessible_number(self, value: float) -> None:
        """Do nothing with `value`: an end stays what it is."""
