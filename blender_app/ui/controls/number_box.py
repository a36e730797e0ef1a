"""A number that can be dragged, turned with the wheel, typed, and reset by a double click."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QWidget

_STEPS_PER_PX = 0.34
_DRAG_PX = 3


class NumberBox(QDoubleSpinBox):
    """A spin box without buttons.

    Parameters
    ----------
    low, high
        Range of the value.
    default
        What a double click resets it to.
    step
        What a notch of the wheel or an arrow key changes; with Shift a tenth of it.
    decimals
        Digits behind the point.
    suffix
        Unit shown behind the number.
    """

    gestureStarted = Signal()
    gestureEnded = Signal()
    finished = Signal()
    """Return or Escape was pressed."""

    def __init__(
        self,
        low: float,
        high: float,
        default: float,
        step: float = 1.0,
        decimals: int = 0,
        suffix: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._default = default
        self._press_y: int | None = None
        self._press_value = default
        self._dragging = False
        self.setDecimals(decimals)
        self.setRange(low, high)
        self.setSingleStep(step)
        self.setSuffix(suffix)
        self.setValue(default)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setKeyboardTracking(False)
        self.lineEdit().installEventFilter(self)
        self.lineEdit().setCursor(Qt.CursorShape.SizeVerCursor)

    def set_name(self, name: str, tip: str) -> None:
        """Give the box a `name` for the screen reader, and a `tip`."""
        for widget in (self, self.lineEdit()):
            widget.setAccessibleName(name)
            widget.setToolTip(f"{tip}. Wheel or drag changes it, a double click resets it")

    def show_value(self, value: float) -> None:
        """Show a `value` that came from elsewhere, without telling it back."""
        if abs(value - self.value()) > 0.5 * 10 ** -self.decimals() and not self._dragging:
            blocked = self.blockSignals(True)
            self.setValue(value)
            self.blockSignals(blocked)

    def reset(self) -> None:
        """Go back to the default."""
        self.setValue(self._default)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.lineEdit():
            if isinstance(event, QContextMenuEvent):
                self._show_menu(event.globalPos())
                return True
            if isinstance(event, QMouseEvent):
                return self._take_mouse(event)
        return super().eventFilter(watched, event)

    def _take_mouse(self, event: QMouseEvent) -> bool:
        """Use the mouse for turning and resetting; return whether the text is not to see it."""
        kind, height = event.type(), round(event.globalPosition().y())
        left = event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseButtonDblClick:
            self.reset()
            self.lineEdit().selectAll()
        elif kind == QEvent.Type.MouseButtonPress and left:
            self._press_y, self._press_value = height, self.value()
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.lineEdit().selectAll()
        elif kind == QEvent.Type.MouseMove and self._press_y is not None:
            self._drag(self._press_y - height, event.modifiers())
        elif kind == QEvent.Type.MouseButtonRelease and left:
            self._let_go()
        else:
            return False
        return True

    def _show_menu(self, where: QPoint) -> None:
        menu = self.lineEdit().createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addSeparator()
        reset = menu.addAction(f"Reset to {self.textFromValue(self._default)}{self.suffix()}")
        reset.triggered.connect(self.reset)
        menu.popup(where)

    def _drag(self, up_px: int, modifiers: Qt.KeyboardModifier) -> None:
        if not self._dragging and abs(up_px) < _DRAG_PX:
            return
        if not self._dragging:
            self._dragging = True
            self.gestureStarted.emit()
        fine = 0.1 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1.0
        self.setValue(self._press_value + up_px * _STEPS_PER_PX * self.singleStep() * fine)

    def _let_go(self) -> None:
        self._press_y = None
        if self._dragging:
            self._dragging = False
            self.gestureEnded.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_text()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self._place_text()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_text()

    def _place_text(self) -> None:
        # A style sheet leaves no room for the text where there are no buttons.
        self.lineEdit().setGeometry(self.rect().adjusted(3, 1, -3, -1))

    def event(self, event: QEvent) -> bool:
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # it leaves the number, and silences nothing
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.finished.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = (event.angleDelta().y() or event.angleDelta().x()) / 120.0
        fine = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        self.setValue(self.value() + notches * self.singleStep() * fine)
        event.accept()
