"""The editor of a corner: its steps by nine voices, by mouse or by keys.

A click sets or removes a hit; dragging sideways paints or erases; dragging up and down on a hit sets
its velocity, which is its height.
"""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from blender_app.core.drums import DEFAULT_VELOCITY, VOICE_COUNT, VOICES, DrumLoop
from blender_app.core.time import STEPS_PER_BAR
from blender_app.ui.controls import accessible
from blender_app.ui.controls.redraw_watch import RedrawWatch
from blender_app.ui.look.theme import SMALL, SOUNDS, Look
from blender_app.ui.loops.step_drawing import paint_ground, paint_hits, paint_ruler
from blender_app.ui.loops.step_geometry import StepGeometry
from blender_app.ui.loops.step_sight import StepSight, paint_sight

_MOVED_PX = 4.0
_VELOCITY_PER_PX = 1.6
_KEY_VELOCITY, _FINE_KEY_VELOCITY = 8, 1
_OWN_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Delete)
"""Keys that are the window's elsewhere."""
_KEYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_PageUp: (-STEPS_PER_BAR, 0),
    Qt.Key.Key_PageDown: (STEPS_PER_BAR, 0),
}


class _Touch(Enum):
    NONE = auto()
    PRESSED_HIT = auto()
    PRESSED_EMPTY = auto()
    PAINTS = auto()
    ERASES = auto()
    SETS_VELOCITY = auto()


class StepGrid(QWidget):
    """A drum loop under the hand; it shows what it is given and tells what was painted.

    Colours and fonts come from `look`.
    """

    hitPainted = Signal(int, int, int)
    """Step, voice, velocity; 0 removes."""
    gestureStarted = Signal(str)
    gestureEnded = Signal()
    cursorMoved = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        RedrawWatch(self, look, self._redraw)
        self._loop = DrumLoop.empty()
        self._color = QColor("gray")
        self._sight = StepSight(self.geometry_of_steps, self.update)
        self._cursor = (0, 0)
        self._pen_velocity = DEFAULT_VELOCITY
        self._touch = _Touch.NONE
        self._pressed_at = QPointF()
        self._pressed_cell = (0, 0)
        self._pressed_velocity = DEFAULT_VELOCITY
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Corner editor")
        self.setAccessibleDescription(
            "Arrow keys move, Page Up and Page Down by bars, Space sets or removes a hit, "
            "plus and minus set its velocity"
        )

    @property
    def cursor_cell(self) -> tuple[int, int]:
        """Step and voice of the cursor."""
        return self._cursor

    def set_loop(self, loop: DrumLoop) -> None:
        """Show `loop` instead."""
        if loop is not self._loop:
            before, self._loop = self._loop, loop
            if loop.steps != before.steps:
                self._set_cursor((min(self._cursor[0], loop.steps - 1), self._cursor[1]))
            self.update()
            accessible.announce(self)

    def set_color(self, color: QColor) -> None:
        """Show `color`, the corner's."""
        self._color = color
        self.update()

    def geometry_of_steps(self) -> StepGeometry:
        """Return where steps and voices lie."""
        return StepGeometry.of(self.size(), self.ruler_height(), self._loop.steps, self._sight.first)

    def ruler_height(self) -> int:
        """Return the height in pixels of the beat numbers."""
        return self._look.line_height(SMALL)

    def _redraw(self) -> None:
        self.update()

    # -- drawing ------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        geometry = self.geometry_of_steps()
        paint_ground(painter, geometry, self._color, QRectF(geometry.rect).adjusted(-4, -3, 4, 3))
        theme = self._look.theme
        paint_ruler(painter, geometry, self._look.font(SMALL), theme.color("muted"), self.ruler_height())
        paint_sight(painter, geometry, theme.color("muted"))
        paint_hits(painter, geometry, self._loop)
        if self.hasFocus() and geometry.shows(self._cursor[0]):
            self._paint_cursor(painter, geometry)
        painter.end()

    def _paint_cursor(self, painter: QPainter, geometry: StepGeometry) -> None:
        cell = geometry.cell_rect(*self._cursor)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((QColor(0, 0, 0, 150), 4.0), (SOUNDS, 2.0)):
            painter.setPen(QPen(color, width))
            painter.drawRoundedRect(cell, 2.0, 2.0)

    def sizeHint(self) -> QSize:
        return QSize(360, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(150, 100)

    # -- touching -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._sight.take_press(event):
            return
        cell = self.geometry_of_steps().at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or cell is None:
            return
        self._set_cursor(cell)
        self._pressed_at, self._pressed_cell = event.position(), cell
        velocity = self._velocity(cell)
        self.gestureStarted.emit("Edit hits")
        if velocity:
            self._touch, self._pressed_velocity = _Touch.PRESSED_HIT, velocity
        else:
            self._touch, self._pressed_velocity = _Touch.PRESSED_EMPTY, self._pen_velocity
            self._paint(cell, self._pen_velocity)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._sight.take_move(event.position()) or self._touch is _Touch.NONE:
            return
        moved = event.position() - self._pressed_at
        if self._touch in (_Touch.PRESSED_HIT, _Touch.PRESSED_EMPTY):
            self._touch = self._decide(moved)
        cell = self.geometry_of_steps().nearest(event.position())
        if self._touch is _Touch.SETS_VELOCITY:
            self._set_velocity(
                self._pressed_cell, self._pressed_velocity - round(moved.y() * _VELOCITY_PER_PX)
            )
        elif self._touch is _Touch.PAINTS and not self._velocity(cell):
            self._paint(cell, self._pen_velocity)
        elif self._touch is _Touch.ERASES and self._velocity(cell):
            self._paint(cell, 0)

    def _decide(self, moved: QPointF) -> _Touch:
        """Return what a drag that began on a hit or beside one is for."""
        if max(abs(moved.x()), abs(moved.y())) < _MOVED_PX:
            return self._touch
        if abs(moved.y()) > abs(moved.x()):
            return _Touch.SETS_VELOCITY
        if self._touch is _Touch.PRESSED_EMPTY:
            return _Touch.PAINTS
        self._paint(self._pressed_cell, 0)
        return _Touch.ERASES

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._sight.take_release() or self._touch is _Touch.NONE:
            return
        if self._touch is _Touch.PRESSED_HIT:
            self._paint(self._pressed_cell, 0)
        self._touch = _Touch.NONE
        self.gestureEnded.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        cell = self.geometry_of_steps().at(event.position())
        if self._touch is not _Touch.NONE:
            event.ignore()
            return
        if cell is None or not self._velocity(cell) or event.angleDelta().x():
            if not self._sight.take_wheel(event):
                event.ignore()
            return
        self._change_velocity(cell, 4 if event.angleDelta().y() > 0 else -4)
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            own = event.key() in _OWN_KEYS and not event.modifiers()
            event.setAccepted(own)
            if own:
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        by = _FINE_KEY_VELOCITY if modifiers & Qt.KeyboardModifier.ShiftModifier else _KEY_VELOCITY
        if key in _KEYS and not (control and _KEYS[key][1]):
            steps = 4 if control and abs(_KEYS[key][0]) == 1 else 1
            self._move_cursor(_KEYS[key][0] * steps, _KEYS[key][1])
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
            self._once(self._cursor, 0 if self._velocity(self._cursor) else self._pen_velocity)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._once(self._cursor, 0)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) or (control and key == Qt.Key.Key_Up):
            self._change_velocity(self._cursor, by)
        elif key == Qt.Key.Key_Minus or (control and key == Qt.Key.Key_Down):
            self._change_velocity(self._cursor, -by)
        elif key == Qt.Key.Key_Home:
            self._set_cursor((0, self._cursor[1]))
        elif key == Qt.Key.Key_End:
            self._set_cursor((self._loop.steps - 1, self._cursor[1]))
        else:
            super().keyPressEvent(event)

    def _move_cursor(self, steps: int, voices: int) -> None:
        step, voice = self._cursor
        self._set_cursor(((step + steps) % self._loop.steps, min(VOICE_COUNT - 1, max(0, voice + voices))))

    def _set_cursor(self, cell: tuple[int, int]) -> None:
        self._cursor = cell
        self._sight.show(cell[0])
        self.update()
        self.cursorMoved.emit()
        accessible.announce(self)

    def _velocity(self, cell: tuple[int, int]) -> int:
        return int(self._loop.velocity[cell])

    def _paint(self, cell: tuple[int, int], velocity: int) -> None:
        timing = float(self._loop.microtiming[cell]) if velocity else 0.0
        self._loop = self._loop.with_hit(*cell, velocity, timing)
        self.update()
        self.hitPainted.emit(*cell, velocity)

    def _set_velocity(self, cell: tuple[int, int], velocity: int) -> None:
        velocity = min(127, max(1, velocity))
        if velocity != self._velocity(cell):
            self._pen_velocity = velocity
            self._paint(cell, velocity)
            self.cursorMoved.emit()

    def _change_velocity(self, cell: tuple[int, int], by: int) -> None:
        if self._velocity(cell):
            self._set_velocity(cell, self._velocity(cell) + by)
            accessible.announce(self)

    def _once(self, cell: tuple[int, int], velocity: int) -> None:
        self._paint(cell, velocity)
        self.cursorMoved.emit()
        accessible.announce(self)

    # -- for the screen reader ----------------------------------------------------------------------

    def accessible_text(self) -> str:
        """Return the cursor's place and what is there, in words."""
        step, voice = self._cursor
        velocity = self._velocity(self._cursor)
        place = f"{VOICES[voice]}, bar {step // STEPS_PER_BAR + 1}, step {step % STEPS_PER_BAR + 1}"
        return f"{place}, {f'velocity {velocity}' if velocity else 'no hit'}"

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return the velocity at the cursor, 0-127."""
        return float(self._velocity(self._cursor)), 0.0, 127.0, 1.0

    def set_accessible_number(self, value: float) -> None:
        """Set the velocity at the cursor to `value`, 1-127; 0 removes the hit."""
        self._once(self._cursor, min(127, max(0, round(value))))
