"""Which bars of a long loop are in sight: a line under the beat numbers shows it, and is a scroll bar."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QWheelEvent

from blender_app.core.time import STEPS_PER_BAR
from blender_app.ui.loops.step_geometry import StepGeometry

_LINE_PX = 3.0
_ABOVE_STEPS_PX = 7.0
"""How far above the steps the line's upper edge is."""
_LEAST_THUMB_PX = 12.0
_WHEEL_TURN = 120
"""Qt's angle of one notch, in eighths of a degree."""


class StepSight:
    """Scrolls a large view of a loop by whole bars.

    Parameters
    ----------
    geometry
        Returns where the view's steps lie now.
    changed
        Called when other bars are in sight.
    """

    def __init__(self, geometry: Callable[[], StepGeometry], changed: Callable[[], None]) -> None:
        self._geometry, self._changed = geometry, changed
        self._grabbed = False
        self._wheel = 0
        self.first = 0
        """The first step that is to be in sight."""

    def scroll_to(self, first: int) -> None:
        """Bring the bar of step `first` to the view's beginning, as far as enough bars follow."""
        geometry = self._geometry()
        first = min(max(first, 0) // STEPS_PER_BAR * STEPS_PER_BAR, geometry.steps - geometry.shown)
        if first != self.first:
            self.first = first
            self._changed()

    def show(self, step: float) -> None:
        """Scroll as little as possible to bring `step` into sight."""
        geometry = self._geometry()
        if step < geometry.first:
            self.scroll_to(int(step))
        elif step >= geometry.end:
            self.scroll_to(int(step) // STEPS_PER_BAR * STEPS_PER_BAR + STEPS_PER_BAR - geometry.shown)

    def turn_to(self, step: float) -> None:
        """Turn pages until `step` is in sight: what is read goes on at the view's beginning."""
        geometry = self._geometry()
        if not geometry.shows(step):
            self.scroll_to(int(step) // geometry.shown * geometry.shown)

    # -- by hand ------------------------------------------------------------------------------------

    def take_press(self, event: QMouseEvent) -> bool:
        """Begin to scroll if the press `event` is on the beat numbers; return whether it is."""
        geometry = self._geometry()
        on_line = geometry.scrolls and event.position().y() < geometry.rect.top() - 3.0
        left, right = geometry.rect.left() - 4.0, geometry.rect.right() + 4.0
        self._grabbed = (
            on_line and left <= event.position().x() <= right and event.button() == Qt.MouseButton.LeftButton
        )
        return self.take_move(event.position())

    def take_move(self, point: QPointF) -> bool:
        """Let the bars in sight follow the hand at `point`; return whether it holds them."""
        if self._grabbed:
            geometry = self._geometry()
            share = (point.x() - geometry.rect.left()) / max(1.0, geometry.rect.width())
            self.scroll_to(round(share * geometry.steps - geometry.shown / 2 + STEPS_PER_BAR / 2))
        return self._grabbed

    def take_release(self) -> bool:
        """Let go; return whether the hand held the bars."""
        held, self._grabbed = self._grabbed, False
        return held

    def take_wheel(self, event: QWheelEvent) -> bool:
        """Scroll by a bar a notch of the wheel `event`; return whether there are bars out of sight."""
        geometry = self._geometry()
        if not geometry.scrolls:
            return False
        self._wheel += event.angleDelta().y() or event.angleDelta().x()
        turns = int(self._wheel / _WHEEL_TURN)
        self._wheel -= turns * _WHEEL_TURN
        self.scroll_to(geometry.first - turns * STEPS_PER_BAR)
        event.accept()
        return True


def paint_sight(painter: QPainter, geometry: StepGeometry, color: QColor) -> None:
    """Draw how much of a loop is in sight, and where, as a line under the beat numbers.

    Parameters
    ----------
    painter
        Of the view.
    geometry
        Where its steps lie; nothing is drawn where all are in sight.
    color
        Of the part in sight; that of the whole is paler.
    """
    if not geometry.scrolls:
        return
    rect = geometry.rect
    whole = QRectF(rect.left(), rect.top() - _ABOVE_STEPS_PX, rect.width(), _LINE_PX)
    pale = QColor(color)
    pale.setAlphaF(0.28)
    width = max(_LEAST_THUMB_PX, whole.width() * geometry.shown / geometry.steps)
    share = geometry.first / (geometry.steps - geometry.shown)
    part = QRectF(whole.left() + share * (whole.width() - width), whole.top(), width, _LINE_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    for box, ink in ((whole, pale), (part, color)):
        painter.setBrush(ink)
        painter.drawRoundedRect(box, 1.5, 1.5)
