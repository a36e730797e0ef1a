"""A row that wraps: bars stay whole in a narrow window and with large text."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Lay widgets out from left to right, and go on in the next line when one does not fit.

    A spacer (`add_stretch`) pushes what follows to the right edge of its line.

    Widgets are `gap` apart, and `margins` (left, top, right, bottom) are free round them, all in pixels.
    """

    def __init__(
        self, parent: QWidget, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
    ) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._right_from: int | None = None
        self._gap = gap
        self.setContentsMargins(QMargins(*margins))

    def add_stretch(self) -> None:
        """Push the widgets added from now on to the right."""
        self._right_from = len(self._items)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        width = sum(item.sizeHint().width() + self._gap for item in self._items)
        height = max((item.sizeHint().height() for item in self._items), default=0)
        return self._with_margins(QSize(width, height))

    def minimumSize(self) -> QSize:
        width = max((item.minimumSize().width() for item in self._items), default=0)
        height = max((item.minimumSize().height() for item in self._items), default=0)
        return self._with_margins(QSize(width, height))

    def _with_margins(self, size: QSize) -> QSize:
        margins = self.contentsMargins()
        return QSize(
            size.width() + margins.left() + margins.right(), size.height() + margins.top() + margins.bottom()
        )

    def _lines(self, width: int) -> list[list[int]]:
        lines: list[list[int]] = [[]]
        x = 0
        for index, item in enumerate(self._items):
            if item.isEmpty():
                continue
            wide = item.sizeHint().width()
            if lines[-1] and x + wide > width:
                lines.append([])
                x = 0
            lines[-1].append(index)
            x += wide + self._gap
        return lines

    def _arrange(self, rect: QRect, move: bool) -> int:
        """Place the items if `move`, and return the height they need, margins included."""
        margins = self.contentsMargins()
        inner = rect.marginsRemoved(margins)
        y = inner.top()
        for line in self._lines(inner.width()):
            height = max((self._items[index].sizeHint().height() for index in line), default=0)
            used = sum(self._items[index].sizeHint().width() for index in line) + self._gap * max(
                0, len(line) - 1
            )
            spare = max(0, inner.width() - used)
            x = inner.left()
            pushed = False
            for index in line:
                if not pushed and self._right_from is not None and index >= self._right_from:
                    x, pushed = x + spare, True
                item = self._items[index]
                size = item.sizeHint().boundedTo(QSize(inner.width(), height))
                if move:
                    item.setGeometry(QRect(x, y + (height - size.height()) // 2, size.width(), size.height()))
                x += size.width() + self._gap
            y += height + 4
        return y - 4 - rect.top() + margins.bottom()
