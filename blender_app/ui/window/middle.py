"""The window's parts above one another: bars that stay in sight, and a middle that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

_MARGIN, _GAP = 12, 10
_LEAST_VIEW_SHARE = 0.5
"""The strip stays in sight while it leaves so much of the height to what is over it."""


class Middle(QWidget):
    """Keeps all parts at a size that can be used: with large text in a small window they scroll.

    Parameters
    ----------
    stage
        What takes the room that is left.
    top, strip, bottom
        What stands over and under it; where it is too high for the window, the strip scrolls with the
        stage.
    """

    def __init__(self, stage: QWidget, top: QWidget, strip: QWidget, bottom: QWidget) -> None:
        super().__init__()
        self._top, self._strip, self._bottom = top, strip, bottom
        inner = QWidget()
        self._inner = QVBoxLayout(inner)
        self._inner.setContentsMargins(_MARGIN, _GAP, _MARGIN, 0)
        self._inner.setSpacing(_GAP)
        self._inner.addWidget(stage, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._foot = QVBoxLayout()
        self._foot.setContentsMargins(_MARGIN, _GAP, _MARGIN, _GAP)
        self._foot.addWidget(strip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(scroll, 1)
        column.addLayout(self._foot)
        column.addWidget(bottom)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place_strip()

    def place_strip(self) -> None:
        """Put the strip where there is room for it."""
        bars = self._top.heightForWidth(self.width()) + self._bottom.heightForWidth(self.width())
        left = self.height() - bars - self._strip.height() - 2 * _GAP
        there, other = self._foot, self._inner
        if left < _LEAST_VIEW_SHARE * self.height():
            there, other = other, there
        if other.indexOf(self._strip) >= 0:
            other.removeWidget(self._strip)
            there.addWidget(self._strip)
