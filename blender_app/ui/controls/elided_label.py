"""Lines of text that end in dots where there is no room for all of them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from blender_app.ui.look.theme import LARGE, SMALL, Look

_WIDEST_LINES, _LEAST_LINES = 12, 5
"""Width that a long title asks for, and that it keeps: a track's name, in heights of its line."""


class ElidedLabel(QWidget):
    """Small grey text at the right of whatever room it has; however often it changes, the layout stays.

    Its font and colour come from `look`.
    """

    _SIZE, _COLOR, _SIDE = SMALL, "muted", Qt.AlignmentFlag.AlignRight

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._text = look, ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self._on_look_changed)

    def text(self) -> str:
        """Return the whole text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show `text` instead."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.update()

    @Slot()
    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._look.font(self._SIZE))
        painter.setPen(self._look.theme.color(self._COLOR))
        text = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(self._SIDE | Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self._look.line_height(self._SIZE))


class Title(ElidedLabel):
    """Large text at the left, which asks for as much room as it needs, within reason.

    Its font and colour come from `look`.
    """

    _SIZE, _COLOR, _SIDE = LARGE, "text", Qt.AlignmentFlag.AlignLeft

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str) -> None:
        """Show `text` instead, all of it as the tip."""
        super().set_text(text)
        self.setToolTip(text)
        self.updateGeometry()

    def _size(self, most_lines: int) -> QSize:
        height = self._look.line_height(LARGE)
        width = QFontMetrics(self._look.font(LARGE)).horizontalAdvance(self._text) + 1
        return QSize(min(width, most_lines * height), height)

    def sizeHint(self) -> QSize:
        return self._size(_WIDEST_LINES)

    def minimumSizeHint(self) -> QSize:
        return self._size(_LEAST_LINES)
