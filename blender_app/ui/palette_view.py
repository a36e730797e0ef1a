"""The palette: a field of cells between four corners, the puck, and the drawn path.

The whole field is the target; cells are only drawings, kept as one image and repainted only where
something moved. The middle of a corner cell is the corner itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEasingCurve, QPointF, QRect, QRectF, QSize, Qt, QVariantAnimation, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QPointingDevice,
    QRegion,
    QResizeEvent,
    QTabletEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from blender_app.core.drums import DrumLoop
from blender_app.ui import accessible
from blender_app.ui.palette_image import Cells, PaletteGeometry, PaletteImage
from blender_app.ui.palette_overlay import OverlayStyle, paint_bead, paint_path, paint_puck
from blender_app.ui.path_editor import Outcome, PathEditor, Place, clip_place
from blender_app.ui.theme import SOUNDS, Look

FADE_MS = 100
"""How long changed cells take to cross-fade."""
KEY_STEP, FINE_KEY_STEP = 0.05, 0.005
CORNER_PLACES = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
_CORNER_KEYS = dict(zip((Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4), CORNER_PLACES, strict=True))
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_NODE_REACH_PX = 11.0
_LEAST_STROKE = 0.03


class PaletteView(QWidget):
    """The field of cells, touched by mouse, pen and keys."""

    puckMoved = Signal(float, float)
    strokeDrawn = Signal(object)
    nodesChanged = Signal(object)
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._cells: Cells = ()
        self._image = PaletteImage()
        self._geometry: PaletteGeometry | None = None
        self._pixmap, self._before = QPixmap(), QPixmap()
        self._changed: list[tuple[int, int]] = []
        self._puck: Place = (0.5, 0.5)
        self._bead: Place | None = None
        self._curve: Sequence[Place] = ()
        self._sounding = DrumLoop.empty()
        self._playing = self._draw_mode = self._pressed = self._path_sounds = False
        self.editor = PathEditor()
        self._fade = QVariantAnimation(self)
        self._fade.setStartValue(0.0)
        self._fade.setEndValue(1.0)
        self._fade.setDuration(FADE_MS)
        self._fade.setEasingCurve(QEasingCurve.Type.InOutQuad)
        self._fade.valueChanged.connect(self._on_fade_valueChanged)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Palette")
        self.setAccessibleDescription(
            "Arrow keys move the puck, with Shift in small steps; 1 to 4 go to a corner"
        )
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        look.changed.connect(self._on_look_changed)
        accessible.install()

    # -- values -------------------------------------------------------------------------------------

    def set_cells(self, cells: Cells) -> None:
        """Show other loops; the cells that differ cross-fade."""
        same_grid = bool(self._cells) and (len(cells), len(cells[0])) == (
            len(self._cells),
            len(self._cells[0]),
        )
        self._cells = cells
        self._redraw(fade=same_grid)

    def set_puck(self, x: float, y: float) -> None:
        """Show the puck at a place, x and y 0-1."""
        if (x, y) != self._puck:
            self.update(self._disc_rect(self._puck))
            self._puck = (x, y)
            self.update(self._disc_rect(self._puck))

    def set_bead(self, place: Place | None) -> None:
        """Show where the playing path is, or nothing."""
        if place != self._bead:
            for one in (self._bead, place):
                if one is not None:
                    self.update(self._disc_rect(one))
            self._bead = place

    def set_path(self, nodes: Sequence[Place], curve: Sequence[Place], closed: bool) -> None:
        """Show a path by its nodes and the smooth line through them."""
        self.editor.set_nodes(nodes, closed)
        self._curve = curve
        self.update()

    def set_playing(self, playing: bool, path_sounds: bool) -> None:
        """Mark what sounds: the puck or the bead, or nothing while the transport stands."""
        if (playing, path_sounds) != (self._playing, self._path_sounds):
            self._playing, self._path_sounds = playing, path_sounds
            self.update(self._disc_rect(self._puck))

    def set_draw_mode(self, draws: bool) -> None:
        """Let the hand draw a path, or drag the puck."""
        self._draw_mode = draws
        if not draws:
            self.editor.selected = None
        self.setCursor(Qt.CursorShape.CrossCursor if draws else Qt.CursorShape.ArrowCursor)
        self.update()

    def set_sounding(self, loop: DrumLoop) -> None:
        """Know what sounds at the puck, for the screen reader."""
        self._sounding = loop
        accessible.announce(self)

    # -- places -------------------------------------------------------------------------------------

    def field_rect(self) -> QRectF:
        """Return where the cells lie in the widget, in pixels."""
        if self._geometry is None:
            return QRectF(self.rect())
        ratio = self.devicePixelRatioF()
        side = self._geometry.side / ratio
        return QRectF(round((self.width() - side) / 2), round((self.height() - side) / 2), side, side)

    def point_of(self, place: Place) -> QPointF:
        """Return the pixel of a place; the corners lie in the middle of the corner cells."""
        inner = self._inner_rect()
        return QPointF(inner.left() + place[0] * inner.width(), inner.top() + place[1] * inner.height())

    def place_of(self, point: QPointF) -> Place:
        """Return the place nearest to a pixel."""
        inner = self._inner_rect()
        return clip_place(
            (
                (point.x() - inner.left()) / max(1.0, inner.width()),
                (point.y() - inner.top()) / max(1.0, inner.height()),
            )
        )

    def _inner_rect(self) -> QRectF:
        field = self.field_rect()
        if self._geometry is None:
            return field
        ratio = self.devicePixelRatioF()
        half_width, half_height = (size / 2 / ratio for size in self._geometry.cell_size)
        return field.adjusted(half_width, half_height, -half_width, -half_height)

    def _puck_radius(self) -> float:
        cell = 40.0 if self._geometry is None else self._geometry.cell_size[0] / self.devicePixelRatioF()
        return min(32.0, max(9.0, cell * 0.36))

    def _disc_rect(self, place: Place) -> QRect:
        reach = self._puck_radius() + 5.0
        center = self.point_of(place)
        return QRectF(center.x() - reach, center.y() - reach, 2 * reach, 2 * reach).toAlignedRect()

    # -- drawing ------------------------------------------------------------------------------------

    def _redraw(self, fade: bool) -> None:
        if not self._cells or self.width() < 8 or self.height() < 8:
            return
        ratio = self.devicePixelRatioF()
        rows, cols = len(self._cells), len(self._cells[0])
        geometry = PaletteGeometry.fit(
            rows, cols, round(self.width() * ratio), round(self.height() * ratio), ratio
        )
        fade = fade and geometry == self._geometry and not self._look.reduced_motion and self.isVisible()
        self._geometry = geometry
        changed = self._image.draw(self._cells, self._look.blend_grid(rows, cols), geometry)
        if not changed and not self._pixmap.isNull():
            return
        self._before = self._pixmap if fade else QPixmap()
        self._pixmap = self._image.to_pixmap(ratio)
        self._changed = changed
        self._fade.stop()
        if fade:
            self._fade.start()
        else:
            self.update()

    @Slot(object)
    def _on_fade_valueChanged(self, _value: object) -> None:
        self.update(self._changed_region())

    def _changed_region(self) -> QRegion:
        if self._geometry is None or len(self._changed) > 40:
            return QRegion(self.field_rect().toAlignedRect())
        region = QRegion()
        ratio, field = self.devicePixelRatioF(), self.field_rect()
        for row, col in self._changed:
            box = self._geometry.cell_rect(row, col)
            rect = QRectF(box.x() / ratio, box.y() / ratio, box.width() / ratio, box.height() / ratio)
            region += rect.translated(field.topLeft()).toAlignedRect()
        return region

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.fillRect(event.rect(), self._look.theme.color("window"))
        corner = self.field_rect().topLeft()
        fading = self._fade.state() == QVariantAnimation.State.Running and not self._before.isNull()
        if fading:
            painter.drawPixmap(corner, self._before)
            painter.setOpacity(float(self._fade.currentValue() or 0.0))
        painter.drawPixmap(corner, self._pixmap)
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_overlay(painter)
        painter.end()

    def _paint_overlay(self, painter: QPainter) -> None:
        style = OverlayStyle(SOUNDS, self._puck_radius())
        stroke = self.editor.stroke if self.editor.drawing else self._curve
        line = [self.point_of(place) for place in stroke]
        nodes = [self.point_of(node) for node in self.editor.nodes] if self._draw_mode else []
        if not self.editor.drawing:
            paint_path(painter, style, line, nodes, self.editor.selected)
        else:
            paint_path(painter, style, line, [], None)
        paint_puck(
            painter,
            style,
            self.point_of(self._puck),
            self._playing and not self._path_sounds,
            self.hasFocus(),
        )
        if self._bead is not None:
            paint_bead(painter, style, self.point_of(self._bead))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._redraw(fade=False)

    @Slot()
    def _on_look_changed(self) -> None:
        self._redraw(fade=False)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(560, 560)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 180)

    # -- touching -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._press(event.position(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed:
            self._move(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._pressed:
            self._release()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if not self._draw_mode:
            self._press(event.position(), False)
            return
        place = self.place_of(event.position())
        if self.editor.node_at(place, self._reach()) is not None:
            self.editor.selected = self.editor.node_at(place, self._reach())
            self._edit_nodes("Delete node", self.editor.delete_selected())
        elif self.editor.nodes:
            self._edit_nodes("Insert node", self.editor.insert_at(place))

    def tabletEvent(self, event: QTabletEvent) -> None:
        kind = event.type()
        if kind == QTabletEvent.Type.TabletPress:
            eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
            if eraser and self._draw_mode:
                self.editor.selected = self.editor.node_at(self.place_of(event.position()), self._reach())
                self._edit_nodes("Delete node", self.editor.delete_selected())
            else:
                self._press(event.position(), False)
        elif kind == QTabletEvent.Type.TabletMove and self._pressed:
            self._move(event.position())
        elif kind == QTabletEvent.Type.TabletRelease and self._pressed:
            self._release()
        event.accept()

    def _reach(self) -> float:
        inner = self._inner_rect()
        return _NODE_REACH_PX / max(1.0, min(inner.width(), inner.height()))

    def _press(self, point: QPointF, inserts: bool) -> None:
        place = self.place_of(point)
        if self._draw_mode and inserts and self.editor.nodes:
            self._edit_nodes("Insert node", self.editor.insert_at(place))
            return
        self._pressed = True
        if not self._draw_mode:
            self.gestureStarted.emit("Move puck")
            self._move_puck(place)
            return
        self.editor.press(place, self._reach())
        if self.editor.dragging_node:
            self.gestureStarted.emit("Move node")
        self.update()

    def _move(self, point: QPointF) -> None:
        place = self.place_of(point)
        if not self._draw_mode:
            self._move_puck(place)
            return
        outcome = self.editor.move(place)
        if outcome is Outcome.NODES:
            self.nodesChanged.emit(self.editor.nodes)
        if outcome is not Outcome.NOTHING:
            self.update()

    def _release(self) -> None:
        self._pressed = False
        if not self._draw_mode:
            self.gestureEnded.emit()
            return
        held = self.editor.dragging_node
        outcome = self.editor.release(_LEAST_STROKE)
        if held:
            self.gestureEnded.emit()
        if outcome is Outcome.STROKE:
            self.strokeDrawn.emit(self.editor.stroke)
        self.update()

    def _move_puck(self, place: Place) -> None:
        if place != self._puck:
            self.set_puck(*place)
            self.puckMoved.emit(*place)

    def _edit_nodes(self, text: str, outcome: Outcome) -> None:
        if outcome is Outcome.NODES:
            self.gestureStarted.emit(text)
            self.nodesChanged.emit(self.editor.nodes)
            self.gestureEnded.emit()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in _CORNER_KEYS:
            self._move_puck(_CORNER_KEYS[key])
        elif key in _ARROWS:
            self._step(_ARROWS[key], FINE_KEY_STEP if fine else KEY_STEP)
        elif not (self._draw_mode and self._node_key(key, fine)):
            super().keyPressEvent(event)

    def _step(self, direction: tuple[int, int], by: float) -> None:
        selected = self.editor.selected if self._draw_mode else None
        x, y = self._puck if selected is None else self.editor.nodes[selected]
        place = clip_place((round(x + direction[0] * by, 6), round(y + direction[1] * by, 6)))
        if selected is None:
            self._move_puck(place)
        else:
            self._edit_nodes("Move node", self.editor.move_selected(place))

    def _node_key(self, key: Qt.Key, backwards: bool) -> bool:
        if key == Qt.Key.Key_N:
            self.editor.select_next(-1 if backwards else 1)
            self.update()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._edit_nodes("Delete node", self.editor.delete_selected())
        elif key == Qt.Key.Key_Insert:
            self._edit_nodes("Insert node", self.editor.insert_after_selected(self._puck))
        elif key == Qt.Key.Key_Escape and self.editor.selected is not None:
            self.editor.selected = None
            self.update()
        else:
            return False
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update(self._disc_rect(self._puck))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update(self._disc_rect(self._puck))

    # -- for the screen reader ----------------------------------------------------------------------

    def accessible_text(self) -> str:
        """Return where the puck is and what sounds there, in words."""
        x, y = self._puck
        return f"row {y:.2f}, column {x:.2f}, {accessible.describe_loop(self._sounding)}"

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return the puck's column, 0-1; rows are reached by the arrow keys."""
        return self._puck[0], 0.0, 1.0, FINE_KEY_STEP

    def set_accessible_number(self, value: float) -> None:
        """Move the puck to a column 0-1."""
        self._move_puck(clip_place((value, self._puck[1])))
