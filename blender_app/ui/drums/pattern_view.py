"""What sounds now, large: the playhead by the engine's clock, lit hits, and what comes next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from blender_app.core.drums import DrumLoop
from blender_app.core.time import STRAIGHT_SWING, swing_delay_steps
from blender_app.ui.controls import accessible
from blender_app.ui.controls.playhead import Playhead
from blender_app.ui.controls.redraw_watch import RedrawWatch
from blender_app.ui.look.theme import SMALL, SOUNDS, Look
from blender_app.ui.loops.step_drawing import (
    NEW_TIP,
    hit_rect_of,
    paint_ghosts,
    paint_ground,
    paint_hits,
    paint_new,
    paint_playhead,
    paint_ruler,
)
from blender_app.ui.loops.step_geometry import StepGeometry
from blender_app.ui.loops.step_sight import StepSight, paint_sight

_LIT_STEPS = 1.25
"""How long a hit stays lit, in steps."""
_LIT_OUTLINE = QColor(40, 28, 0, 150)


class PatternView(QWidget):
    """The sounding loop; while playing only the columns round the playhead are repainted.

    Colours and fonts come from `look`.
    """

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._playhead, self._swing = Playhead(self._update_round), STRAIGHT_SWING
        RedrawWatch(self, look, self._redraw)
        self._loop = DrumLoop.empty()
        self._sight = StepSight(self.geometry_of_steps, self._redraw)
        self._new = np.zeros_like(self._loop.hits)
        self._waiting: DrumLoop | None = None
        self._silent: frozenset[int] = frozenset()
        self._color = QColor("gray")
        self._picture: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("What sounds now")

    def set_loops(
        self, sounding: DrumLoop, waiting: DrumLoop | None, new: NDArray[np.bool_] | None = None
    ) -> None:
        """Show what sounds, and what comes next.

        Parameters
        ----------
        sounding, waiting
            What sounds, and what is waiting to.
        new
            Hits (steps, 9) of what sounds that none of the loops around has; None if there are none.
        """
        self._loop, self._waiting = sounding, None if waiting == sounding else waiting
        self._new = np.zeros_like(sounding.hits) if new is None else new
        self.setToolTip(NEW_TIP if self._new.any() else "")
        self._redraw()
        accessible.announce(self)

    def set_color(self, color: QColor) -> None:
        """Show `color`, that of the place on the palette that sounds."""
        if color != self._color:
            self._color = color
            self._redraw()

    def set_silent(self, voices: frozenset[int]) -> None:
        """Show `voices` (muted, or not solo) as outlines only."""
        if voices != self._silent:
            self._silent = voices
            self._redraw()

    def set_swing(self, swing: float) -> None:
        """Know `swing` (0.5-0.75), which delays every second step."""
        self._swing = swing

    def set_playhead(self, step: float | None) -> None:
        """Move the playhead to `step` of the transport, or hide it; bars follow it into sight.

        Repaints only its surroundings.
        """
        place = None if step is None else step % self._loop.steps
        if place is not None:
            self._sight.turn_to(place)
        elif self._playhead.step is not None:
            self._sight.scroll_to(0)  # where it begins again
        self._playhead.move(place)

    def _update_round(self, place: float) -> None:
        self._update_columns(int(place) - 2, int(place) + 1)
        if place < 2:
            self._update_columns(self._loop.steps - 2, self._loop.steps - 1)

    def _update_columns(self, first: int, last: int) -> None:
        # The playhead and lit hits reach a little over the steps.
        geometry = self.geometry_of_steps()
        if first >= geometry.end or last < geometry.first:
            return
        rect = geometry.column_rect(first, last)
        self.update(rect.adjusted(-3.0, -6.0, 3.0, 6.0).toAlignedRect())

    def geometry_of_steps(self) -> StepGeometry:
        """Return where steps and voices lie."""
        ruler = self._look.line_height(SMALL)
        return StepGeometry.of(self.size(), ruler, self._loop.steps, self._sight.first)

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def _drawn(self) -> QPixmap:
        """Return everything but the playhead, drawn once for each change."""
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(self._look.theme.color("panel"))
            painter = QPainter(self._picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            geometry = self.geometry_of_steps()
            paint_ground(painter, geometry, self._color, geometry.rect.adjusted(-4, -3, 4, 3))
            muted = self._look.theme.color("muted")
            paint_ruler(painter, geometry, self._look.font(SMALL), muted, self._look.line_height(SMALL))
            paint_sight(painter, geometry, muted)
            paint_hits(painter, geometry, self._loop, self._silent)
            paint_new(painter, geometry, self._loop, self._new)
            if self._waiting is not None:
                paint_ghosts(painter, geometry, self._loop, self._waiting)
            painter.end()
        return self._picture

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.drawPixmap(0, 0, self._drawn())
        if self._playhead.step is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_playhead(painter, self._playhead.step)
        painter.end()

    def _paint_playhead(self, painter: QPainter, playhead: float) -> None:
        geometry, steps = self.geometry_of_steps(), self._loop.steps
        lit = QColor(SOUNDS)
        for back in range(3):
            step = (int(playhead) - back) % steps
            if not geometry.shows(step):
                continue
            for voice in self._loop.hits[step].nonzero()[0]:
                onset = (
                    step + float(self._loop.microtiming[step, voice]) + swing_delay_steps(step, self._swing)
                )
                age = (playhead - onset) % steps
                if age < _LIT_STEPS and int(voice) not in self._silent:
                    lit.setAlphaF(1.0 - (age / _LIT_STEPS) ** 2)
                    rect = hit_rect_of(geometry, self._loop, step, int(voice))
                    painter.setPen(QPen(_LIT_OUTLINE, 1.0))
                    painter.setBrush(lit)
                    painter.drawRoundedRect(rect.adjusted(-1.5, -1.5, 1.5, 1.5), 2.5, 2.5)
        rect = geometry.rect
        if geometry.shows(playhead):
            paint_playhead(painter, geometry.x_of(playhead), rect.top() - 3, rect.bottom() + 3)

    # -- scrolling ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._sight.take_press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._sight.take_move(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._sight.take_release()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self._sight.take_wheel(event):
            event.ignore()

    def sizeHint(self) -> QSize:
        return QSize(360, 250)

    def minimumSizeHint(self) -> QSize:
        return QSize(150, 100)

    # -- for the screen reader ----------------------------------------------------------------------

    def accessible_text(self) -> str:
        """Return the sounding pattern in words."""
        return accessible.describe_loop(self._loop) + accessible.describe_new(int(self._new.sum()))

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return the number of hits."""
        return float(self._loop.hit_count), 0.0, float(self._loop.hits.size), 1.0

    def set_accessible_number(self, value: float) -> None:
        """Do nothing with `value`: what sounds is changed by the palette."""
