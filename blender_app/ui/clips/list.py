"""The clips of the library in a line: how they are drawn, and what the hand and the keys do to the line."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from blender_app.ui.clips.model import ClipModel
from blender_app.ui.look.theme import SMALL, Look
from blender_app.ui.loops.drag import dragged_clip

Index = QModelIndex | QPersistentModelIndex
_MARGIN = 4
_EMPTY_TEXT = "Loops that you keep lie here. Drop one, or use the arrow to keep what sounds."
_DIM = 0.35


class _ClipDelegate(QStyledItemDelegate):
    """Draws a clip: its picture, and its name under it."""

    def __init__(self, look: Look, model: ClipModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self._model = look, model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self._model.picture_size + QSize(2 * _MARGIN, 2 * _MARGIN + self._look.line_height(SMALL) + 2)

    def _name_rect(self, rect: QRect) -> QRect:
        size = self._model.picture_size
        top = rect.top() + _MARGIN + size.height() + 2
        return QRect(rect.left() + _MARGIN, top, size.width(), self._look.line_height(SMALL))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        theme, chosen = self._look.theme, bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self._model.fits(index.row()) else _DIM)
        corner = rect.topLeft() + QPoint(_MARGIN, _MARGIN)
        painter.drawPixmap(corner, self._model.picture(index.row()))
        if chosen:
            by_keys = bool(state & QStyle.StateFlag.State_KeyboardFocusChange)
            focused = bool(state & QStyle.StateFlag.State_HasFocus) and by_keys
            painter.setPen(QPen(theme.color("accent" if focused else "text"), 2.0))
            painter.drawRoundedRect(QRect(corner, self._model.picture_size).adjusted(-2, -2, 2, 2), 5.0, 5.0)
        font = self._look.font(SMALL)
        painter.setFont(font)
        painter.setPen(theme.color("text" if chosen else "muted"))
        room = self._name_rect(rect)
        name = QFontMetrics(font).elidedText(
            self._model.clips[index.row()].name, Qt.TextElideMode.ElideMiddle, room.width()
        )
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), name)
        painter.restore()

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        room = self._name_rect(rect).adjusted(-_MARGIN, -3, _MARGIN, 3)
        room.moveBottom(min(room.bottom(), rect.bottom()))
        editor.setGeometry(room)


class ClipList(QListView):
    """One line of the clips of `model` that scrolls; colours and fonts come from `look`."""

    clipDragged = Signal(int)
    menuAsked = Signal(int, QPoint)
    keyPressed = Signal(object)
    clipDropped = Signal(object)

    def __init__(self, look: Look, model: ClipModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self._clips = look, model
        self.setModel(model)
        self.setItemDelegate(_ClipDelegate(look, model, self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setAccessibleName("Clips")
        self.setAccessibleDescription(
            "Enter plays a clip, 1 to 4 put it into a corner, A and B to an end of the morph, F2 renames it"
        )
        self.viewport().setAutoFillBackground(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
        if self.currentIndex().isValid():
            self.keyPressed.emit(event)
        if not event.isAccepted():
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keys else self.indexAt(event.pos())
        if index.isValid():
            where = self.visualRect(index).center() if by_keys else event.pos()
            self.setCurrentIndex(index)
            self.menuAsked.emit(index.row(), self.viewport().mapToGlobal(where))

    def startDrag(self, supported: Qt.DropAction) -> None:
        if self.currentIndex().isValid():
            self.clipDragged.emit(self.currentIndex().row())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._take(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._take(event)

    def _take(self, event: QDropEvent) -> None:
        if dragged_clip(event) is not None and event.source() is not self.parent():
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        clip = dragged_clip(event)
        if clip is not None:
            event.acceptProposedAction()
            self.clipDropped.emit(clip)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setFont(self._look.font(SMALL))
            painter.setPen(self._look.theme.color("muted"))
            room = self.viewport().rect().adjusted(6, 0, -6, 0)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(room, int(flags) | Qt.TextFlag.TextWordWrap.value, _EMPTY_TEXT)
            painter.end()

    def sizeHint(self) -> QSize:
        line = self._clips.picture_size.height() + 2 * _MARGIN + self._look.line_height(SMALL) + 2
        return QSize(320, line + self.horizontalScrollBar().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._clips.picture_size.width() + 20, self.sizeHint().height())
