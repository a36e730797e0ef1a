"""The steps of the morph in a row, and the slider under them.

The whole field is the slider: a tap on a step goes there, a drag glides between the steps. What is
heard is framed, and between two steps both are, each as strongly as it is near.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from blender_app.session.morphing import nearest_step, next_step
from blender_app.session.session import Loop
from blender_app.ui.controls import accessible
from blender_app.ui.controls.redraw_watch import RedrawWatch
from blender_app.ui.look.theme import KEYBOARD_REASONS, MARK, SOUNDS, Look
from blender_app.ui.loops.drag import far_enough
from blender_app.ui.morph.overlay import (
    SLIDER_HEIGHT,
    grip_rect,
    paint_grip,
    paint_step_frame,
    slider_pixmap,
    slider_positions,
)
from blender_app.ui.morph.picture import MorphPicture
from blender_app.ui.morph.step_row import StepRow
from blender_app.ui.palette.overlay import OverlayStyle, paint_path_playhead, paint_puck

FINE_KEY_STEP = 0.005
_GAP = 8.0
_PUCK_RADIUS = 11.0
_DRAG_PX = 4.0
_FRAME_REACH = 4


class MorphView(QWidget):
    """Steps and slider, touched by mouse and keys; colours and fonts come from `look`."""

    positionMoved = Signal(float)
    stepTapped = Signal(int)
    menuAsked = Signal(int, QPoint)
    dragStarted = Signal(int)
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        RedrawWatch(self, look, self._redraw)
        self._loops: tuple[Loop, ...] = ()
        self._steps = 0
        self._position = 0.0
        self._sweep_playhead: float | None = None
        self._playhead: float | None = None
        self._playing = self._by_keys = False
        self._hovered: int | None = None
        self._press: QPointF | None = None
        self._held_grip: int | None = None
        self._gliding = self._on_slider = False
        self._row: StepRow | None = None
        self._groove: QPixmap | None = None
        self._picture = MorphPicture(look, self)
        self._picture.needsPaint.connect(self.update)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAccessibleName("Morph")
        self.setAccessibleDescription(
            "Left and right go from step to step, with Shift in between; Home and End go to the ends"
        )

    # -- values -------------------------------------------------------------------------------------

    def set_loops(self, loops: Sequence[Loop]) -> None:
        """Show `loops`, one a step; those that differ cross-fade."""
        if tuple(loops) != self._loops:
            same_count = len(loops) == len(self._loops)
            self._loops = tuple(loops)
            self._draw(fade=same_count)
            accessible.announce(self)

    def set_steps(self, steps: int) -> None:
        """Show another number of `steps`; until their loops come, the nearest ones stand in."""
        if steps != self._steps:
            self._steps = steps
            self._hovered = None
            self._redraw()

    def set_position(self, position: float) -> None:
        """Show the slider at `position`, 0-1."""
        if position != self._position:
            self._update_place(self._position)
            self._position = position
            self._update_place(position)
            accessible.announce(self)

    def set_sweep_playhead(self, position: float | None) -> None:
        """Show that the sweep is at `position`, 0-1, or nothing."""
        if position != self._sweep_playhead:
            for one in (self._place(), position):
                if one is not None:
                    self._update_place(one)
            self._sweep_playhead = position
            self._update_place(self._place())

    def set_playing(self, playing: bool) -> None:
        """Mark what sounds if `playing`, or nothing while the transport stands."""
        if playing != self._playing:
            self._playing = playing
            self._update_place(self._place())

    def set_playhead(self, step: float | None) -> None:
        """Show the transport at `step` in the framed steps, in sixteenths from 0 on, or nothing."""
        if step != self._playhead:
            self._playhead = step
            self._update_frames(self._place())

    @property
    def step(self) -> int:
        """The step nearest to what is heard: to the slider, or to where the sweep is."""
        return nearest_step(self._place(), max(2, self._steps))

    def step_picture(self, step: int) -> QPixmap:
        """Return what is shown of `step`."""
        return self._picture.box_pixmap(step)

    def _place(self) -> float:
        """Return the position that is heard: the sweep's, or the slider's."""
        return self._position if self._sweep_playhead is None else self._sweep_playhead

    # -- places -------------------------------------------------------------------------------------

    def _boxes(self) -> StepRow:
        if self._row is None:
            self._row = StepRow.fit(max(2, self._steps), self._field(), self.devicePixelRatioF())
        return self._row

    def _field(self) -> QRectF:
        margin = float(_FRAME_REACH)
        below = SLIDER_HEIGHT + _GAP
        return QRectF(self.rect()).adjusted(margin, margin, -margin, -below)

    def box_of(self, step: int) -> QRectF:
        """Return where `step` is drawn, in pixels."""
        return self._boxes().box(step)

    def slider_rect(self) -> QRectF:
        """Return where the slider is, in pixels: directly under the steps."""
        field = self._boxes().rect
        top = min(field.bottom() + _GAP, self.height() - SLIDER_HEIGHT)
        return QRectF(_FRAME_REACH, top, self.width() - 2 * _FRAME_REACH, SLIDER_HEIGHT)

    def point_of(self, position: float) -> QPointF:
        """Return the pixel of a `position` 0-1 on the slider."""
        return slider_positions(self.slider_rect(), self._look, (position,))[0]

    def _position_at(self, point: QPointF) -> float:
        """Return the position that a point means: on the slider, or among the steps."""
        left, right = (one.x() for one in slider_positions(self.slider_rect(), self._look, (0.0, 1.0)))
        if self._on_slider:
            return min(max((point.x() - left) / max(1.0, right - left), 0.0), 1.0)
        return self._boxes().position_of(point)

    # -- drawing ------------------------------------------------------------------------------------

    def _shown(self) -> list[Loop]:
        """Return a loop for each step; while another number is on its way, the nearest ones."""
        last = len(self._loops) - 1
        return [self._loops[round(step * last / (self._steps - 1))] for step in range(self._steps)]

    def _redraw(self) -> None:
        self._draw(fade=False)

    def _draw(self, fade: bool) -> None:
        self._row = self._groove = None
        if self._loops and self._steps > 1 and self._field().height() >= 8 and self.width() >= 60:
            self._picture.draw(
                self._shown(), self._boxes(), self.devicePixelRatioF(), fade and self.isVisible()
            )
        self.update()

    def _update_place(self, position: float) -> None:
        self._update_frames(position)
        reach = _PUCK_RADIUS + 6.0
        center = self.point_of(position)
        self.update(QRectF(center.x() - reach, center.y() - reach, 2 * reach, 2 * reach).toAlignedRect())

    def _update_frames(self, position: float) -> None:
        for step in self._boxes().weights(position):
            self.update(self._framed(step))

    def _framed(self, step: int) -> QRect:
        return (
            self.box_of(step)
            .toAlignedRect()
            .adjusted(-_FRAME_REACH, -_FRAME_REACH, _FRAME_REACH, _FRAME_REACH)
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._loops and self._steps > 1:
            self._picture.paint(painter)
            self._paint_steps(painter)
        self._paint_slider(painter)
        painter.end()

    def _paint_steps(self, painter: QPainter) -> None:
        row, loops = self._boxes(), self._shown()
        for step, near in row.weights(self._place()).items():
            color, length = SOUNDS if self._playing else MARK, loops[step].steps
            playhead = self._playhead % length / length if self._playhead is not None else None
            paint_step_frame(painter, row.box(step), color, near, playhead)
        if self._hovered is not None:
            paint_grip(painter, row.box(self._hovered))

    def _paint_slider(self, painter: QPainter) -> None:
        rect = self.slider_rect()
        if self._groove is None:
            self._groove = slider_pixmap(rect, self._look, max(2, self._steps), self.devicePixelRatioF())
        painter.drawPixmap(rect.topLeft(), self._groove)
        style = OverlayStyle(SOUNDS, _PUCK_RADIUS)
        ring = self._by_keys and self.hasFocus()
        sounds = self._playing and self._sweep_playhead is None
        paint_puck(painter, style, self.point_of(self._position), sounds, ring)
        if self._sweep_playhead is not None:
            paint_path_playhead(painter, style, self.point_of(self._sweep_playhead))

    def sizeHint(self) -> QSize:
        return QSize(640, 360)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 120 + int(SLIDER_HEIGHT))

    # -- touching -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._steps < 2:
            return
        self._press, self._by_keys, self._gliding = event.position(), False, False
        self._on_slider = self.slider_rect().contains(event.position())
        self._held_grip = self._grip_at(event)
        if self._held_grip is None:
            self.gestureStarted.emit("Glide")
            if self._on_slider:
                self._gliding = True
                self._glide(self._position_at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            self._hover(self._boxes().step_at(event.position()))
            return
        distance = (event.position() - self._press).manhattanLength()
        if self._held_grip is not None:
            if far_enough(distance):
                step, self._held_grip, self._press = self._held_grip, None, None
                self._hover(None)  # while something is carried, no pointer leaves
                self.dragStarted.emit(step)
        elif self._gliding or distance >= _DRAG_PX:
            self._gliding = True
            self._glide(self._position_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._press is None:
            return
        press, self._press = self._press, None
        step = self._boxes().step_at(press)
        if self._held_grip is not None:
            self._held_grip = None
            self.gestureStarted.emit("Glide")
        if not self._gliding and step is not None:
            self._tap(step)
        self.gestureEnded.emit()

    def _grip_at(self, event: QMouseEvent) -> int | None:
        """Return the step that a press here would carry away: by its grip, or with Ctrl anywhere."""
        step = self._boxes().step_at(event.position())
        if step is None:
            return None
        by_key = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        return step if by_key or grip_rect(self.box_of(step)).contains(event.position()) else None

    def _hover(self, step: int | None) -> None:
        if step != self._hovered:
            for one in (self._hovered, step):
                if one is not None:
                    self.update(self._framed(one))
            self._hovered = step
        over = step is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def _glide(self, position: float) -> None:
        if position != self._position or self._sweep_playhead is not None:
            self.set_position(position)
            self.positionMoved.emit(position)

    def _tap(self, step: int) -> None:
        self._glide(step / (self._steps - 1))
        self.stepTapped.emit(step)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._steps < 2:
            return
        step, where = self._boxes().step_at(QPointF(event.pos())), event.globalPos()
        if step is None or event.reason() == QContextMenuEvent.Reason.Keyboard:
            step = self.step
            where = self.mapToGlobal(self.box_of(step).center().toPoint())
        self.menuAsked.emit(step, where)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._by_keys = True
        key = Qt.Key(event.key())
        if self._steps < 2 or not self._take_key(key, event.modifiers()):
            super().keyPressEvent(event)

    def _take_key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        forward = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        row = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(key)
        if forward is not None and modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._glide(min(max(round(self._place() + forward * FINE_KEY_STEP, 6), 0.0), 1.0))
        elif forward is not None:
            self._go_to(next_step(self._place(), self._steps, forward))
        elif row is not None:
            cols = self._boxes().cols
            self._go_to(self.step + row * (cols if cols < self._steps else 1))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go_to(0 if key == Qt.Key.Key_Home else self._steps - 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._tap(self.step)
        else:
            return False
        return True

    def _go_to(self, step: int) -> None:
        self._glide(min(max(step, 0), self._steps - 1) / (self._steps - 1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._by_keys = event.reason() in KEYBOARD_REASONS
        self._update_place(self._position)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._update_place(self._position)

    # -- for the screen reader ----------------------------------------------------------------------

    def accessible_text(self) -> str:
        """Return which step the slider is at and what is there, in words."""
        if not self._loops or self._steps < 2:
            return "nothing to mix yet"
        words = f"step {self.step + 1} of {self._steps}, {self._place():.0%} of the way from A to B"
        return f"{words}, {accessible.describe_loop(self._shown()[self.step])}"

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return the slider's position, 0-1."""
        return self._position, 0.0, 1.0, FINE_KEY_STEP

    def set_accessible_number(self, value: float) -> None:
        """Move the slider to `value`, a position 0-1."""
        self._glide(min(max(value, 0.0), 1.0))
