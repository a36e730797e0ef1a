"""The palette: a field of cells between four corners, the puck, and the drawn path.

The whole field is the target; cells are only drawings, kept as one image and repainted only where
something moved. The middle of a corner cell is the corner itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPointingDevice,
    QRegion,
    QTabletEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from blender_app.core.drums import DrumLoop
from blender_app.core.origins import describe_origins, origins
from blender_app.session.session import Loop
from blender_app.ui.controls import accessible
from blender_app.ui.look.theme import SOUNDS, Look
from blender_app.ui.palette.image import Cells
from blender_app.ui.palette.overlay import OverlayStyle, paint_path, paint_path_playhead, paint_puck
from blender_app.ui.palette.path_editor import Outcome, PathEditor, Place, clip_place
from blender_app.ui.palette.picture import PalettePicture
from blender_app.ui.palette.puck_field import ARROWS, FINE_KEY_STEP, KEY_STEP, OTHERS, PuckField

CORNER_PLACES = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
_CORNER_KEYS = dict(zip((Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4), CORNER_PLACES, strict=True))
_NODE_REACH_PX = 11.0
_LEAST_STROKE = 0.03


class PaletteView(PuckField):
    """The field of cells, touched by mouse, pen and keys; colours and fonts come from `look`."""

    puckMoved = Signal(float, float)
    strokeDrawn = Signal(object)
    nodesChanged = Signal(object)
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._cells: Cells = ()
        self._curve: Sequence[Place] = ()
        self._sounding: Loop = DrumLoop.empty()
        self._playing = self._draw_mode = self._path_sounds = False
        self.editor = PathEditor()
        self._picture = PalettePicture(look, self._paint_lines, self)
        self._picture.needsPaint.connect(self._on_picture_needsPaint)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Palette")
        self.setAccessibleDescription(
            "Arrow keys move the puck, with Shift in small steps; 1 to 4 go to a corner"
        )

    # -- values -------------------------------------------------------------------------------------

    def set_cells(self, cells: Cells) -> None:
        """Show the loops of `cells`; those that differ cross-fade."""
        same_grid = bool(self._cells) and (len(cells), len(cells[0])) == (
            len(self._cells),
            len(self._cells[0]),
        )
        self._cells = cells
        self._draw(fade=same_grid)

    def set_puck(self, x: float, y: float) -> None:
        """Show the puck at `x` and `y`, each 0-1."""
        self._show_puck((x, y))

    def set_path(self, nodes: Sequence[Place], curve: Sequence[Place], closed: bool) -> None:
        """Show a path by its `nodes` and the smooth line through them, `curve`.

        `closed` says whether it goes back to its first node.
        """
        self.editor.set_nodes(nodes, closed)
        self._curve = curve
        self._picture.lines_changed()

    def set_playing(self, playing: bool, path_sounds: bool) -> None:
        """Mark what sounds if `playing`: the puck or, if `path_sounds`, the path playhead."""
        if (playing, path_sounds) != (self._playing, self._path_sounds):
            self._playing, self._path_sounds = playing, path_sounds
            self.update(self._disc_rect(self._puck))

    def set_draw_mode(self, draws: bool) -> None:
        """Let the hand draw a path if it `draws`, or drag the puck."""
        if self._pressed:
            self._release()  # what the hand held ends with the mode it began in
        self._draw_mode = draws
        if not draws:
            self.editor.selected = None
        self.setCursor(Qt.CursorShape.CrossCursor if draws else Qt.CursorShape.ArrowCursor)
        self._picture.lines_changed()

    def set_sounding(self, loop: Loop) -> None:
        """Know the `loop` that sounds at the puck, for the screen reader."""
        self._sounding = loop
        accessible.announce(self)

    # -- places -------------------------------------------------------------------------------------

    def field_rect(self) -> QRectF:
        """Return where the cells lie in the widget, in pixels."""
        return self._picture.field_rect()

    def point_of(self, place: Place) -> QPointF:
        """Return the pixel of a `place`; the corners lie in the middle of the corner cells."""
        inner = self._inner_rect()
        return QPointF(inner.left() + place[0] * inner.width(), inner.top() + place[1] * inner.height())

    def place_of(self, point: QPointF) -> Place:
        """Return the place nearest to the pixel `point`."""
        inner = self._inner_rect()
        return clip_place(
            (
                (point.x() - inner.left()) / max(1.0, inner.width()),
                (point.y() - inner.top()) / max(1.0, inner.height()),
            )
        )

    def _inner_rect(self) -> QRectF:
        width, height = self._picture.cell_size()
        return self.field_rect().adjusted(width / 2, height / 2, -width / 2, -height / 2)

    def _puck_radius(self) -> float:
        return min(32.0, max(9.0, self._picture.cell_size()[0] * 0.36))

    def _reach_px(self) -> float:
        return self._puck_radius() + 5.0

    # -- drawing ------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        self._draw(fade=False)
        self.update()

    def _draw(self, fade: bool) -> None:
        if self._cells and self.width() >= 8 and self.height() >= 8:
            self._picture.draw(self._cells, self.size(), self.devicePixelRatioF(), fade and self.isVisible())

    @Slot(QRegion)
    def _on_picture_needsPaint(self, region: QRegion) -> None:
        self.update(region)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.fillRect(event.rect(), self._look.theme.color("window"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._picture.paint(painter)
        style = OverlayStyle(SOUNDS, self._puck_radius())
        sounds = self._playing and not self._path_sounds
        ring = self._by_keys and self.hasFocus()
        paint_puck(painter, style, self.point_of(self._puck), sounds, ring)
        if self._path_playhead is not None:
            paint_path_playhead(painter, style, self.point_of(self._path_playhead))
        painter.end()

    def _paint_lines(self, painter: QPainter) -> None:
        """Draw the path, or the stroke on its way."""
        style = OverlayStyle(SOUNDS, self._puck_radius())
        draws = self.editor.drawing
        line = [self.point_of(place) for place in (self.editor.stroke if draws else self._curve)]
        shows_nodes = self._draw_mode and not draws
        nodes = [self.point_of(node) for node in self.editor.nodes] if shows_nodes else []
        paint_path(painter, style, line, nodes, self.editor.selected)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.words_at(event.pos()), self)
            return True
        overrides = event.type() == QEvent.Type.ShortcutOverride and self.editor.selected is not None
        if overrides and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # it lets go of the node, and silences nothing
            return True
        return super().event(event)

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
        self._pressed, self._by_keys = True, False
        if not self._draw_mode:
            self.gestureStarted.emit("Move puck")
            self._move_puck(place)
            return
        self.editor.press(place, self._reach())
        if self.editor.dragging_node:
            self.gestureStarted.emit("Move node")
        self._picture.lines_changed()

    def _move(self, point: QPointF) -> None:
        place = self.place_of(point)
        if not self._draw_mode:
            self._move_puck(place)
            return
        outcome = self.editor.move(place)
        if outcome is Outcome.NODES:
            self.nodesChanged.emit(self.editor.nodes)
        if outcome is not Outcome.NOTHING:
            self._picture.lines_changed()

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
        self._picture.lines_changed()

    def _move_puck(self, place: Place) -> None:
        if place != self._puck:
            self.set_puck(*place)
            self.puckMoved.emit(*place)

    def _edit_nodes(self, text: str, outcome: Outcome) -> None:
        if outcome is Outcome.NODES:
            self.gestureStarted.emit(text)
            self.nodesChanged.emit(self.editor.nodes)
            self.gestureEnded.emit()
        self._picture.lines_changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & OTHERS:
            super().keyPressEvent(event)
            return
        self._by_keys = True
        key = Qt.Key(event.key())
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in _CORNER_KEYS:
            self._move_puck(_CORNER_KEYS[key])
        elif key in ARROWS:
            self._step(ARROWS[key], FINE_KEY_STEP if fine else KEY_STEP)
        elif not (self._draw_mode and self._node_key(key, fine)):
            super().keyPressEvent(event)

    def _step(self, direction: tuple[int, int], by: float) -> None:
        selected = self.editor.selected if self._draw_mode else None
        x, y = self._puck if selected is None else self.editor.nodes[selected]
        place = clip_place((round(x + direction[0] * by, 6), round(y + direction[1] * by, 6)))
        if selected is None:
            self._move_puck(place)
        else:
            # No gesture: the history itself joins quick steps of keys.
            self.editor.move_selected(place)
            self.nodesChanged.emit(self.editor.nodes)

    def _node_key(self, key: Qt.Key, backwards: bool) -> bool:
        if key == Qt.Key.Key_N:
            self.editor.select_next(-1 if backwards else 1)
            self._picture.lines_changed()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._edit_nodes("Delete node", self.editor.delete_selected())
        elif key == Qt.Key.Key_Insert:
            self._edit_nodes("Insert node", self.editor.insert_after_selected(self._puck))
        elif key == Qt.Key.Key_Escape and self.editor.selected is not None:
            self.editor.selected = None
            self._picture.lines_changed()
        else:
            return False
        return True

    # -- in words -----------------------------------------------------------------------------------

    def words_at(self, point: QPoint) -> str:
        """Return what the cell under the pixel `point` is made of; nothing beside the field."""
        if not self._cells or not self.field_rect().contains(point):
            return ""
        x, y = self.place_of(QPointF(point))
        return self._made_of(round(y * (len(self._cells) - 1)), round(x * (len(self._cells[0]) - 1)))

    def _made_of(self, row: int, col: int) -> str:
        """Return of which corners the hits or notes of a cell are, and how many of none."""
        corners = [self._cells[i][j] for i in (0, -1) for j in (0, -1)]
        x, y = col / (len(self._cells[0]) - 1), row / (len(self._cells) - 1)
        weights = (1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y
        made_of = origins(self._cells[row][col], corners, weights)
        return describe_origins(made_of, ("corner 1", "2", "3", "4"))

    def accessible_text(self) -> str:
        """Return where the puck is and what sounds there, in words."""
        x, y = self._puck
        where = f"row {y:.2f}, column {x:.2f}, {accessible.describe_loop(self._sounding)}"
        if not self._cells:
            return where
        made_of = self._made_of(round(y * (len(self._cells) - 1)), round(x * (len(self._cells[0]) - 1)))
        return f"{where}, {made_of}" if made_of else where
