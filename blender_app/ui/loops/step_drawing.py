"""A loop drawn large: where its steps and voices lie, its lanes, hits and ghosts.

Shared by the view of what sounds and by the editor of a corner, so that the two line up.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from blender_app.core.drums import LOOP_STEPS, VOICE_COUNT, DrumLoop
from blender_app.core.time import STEPS_PER_BAR, STEPS_PER_BEAT
from blender_app.ui.look.theme import MARK, SOUNDS

_LANE_LINE = QColor(0, 0, 0, 34)
_BEAT_SHADE = QColor(0, 0, 0, 26)
_LEAST_HEIGHT = 0.22
_PLAYHEAD_SHADOW = QColor(0, 0, 0, 90)
_SHADOW_LINE = QColor(0, 0, 0, 120)


@dataclass(frozen=True, slots=True)
class StepGeometry:
    """Boxes of 32 steps by nine voices within `rect`; the kick at the bottom, a gap between bars."""

    rect: QRectF

    @classmethod
    def of(cls, size: QSize, ruler_height: float) -> StepGeometry:
        """Return the boxes within a widget of a size, below beat numbers of a height in pixels."""
        top = ruler_height + 4.0
        return cls(QRectF(4.0, top + 3.0, size.width() - 8.0, size.height() - top - 6.0))

    @property
    def _bar_gap(self) -> float:
        return min(6.0, self.rect.width() * 0.012)

    @property
    def step_width(self) -> float:
        """Width of a step in pixels."""
        return (self.rect.width() - self._bar_gap) / LOOP_STEPS

    @property
    def row_height(self) -> float:
        """Height of a voice's row in pixels."""
        return self.rect.height() / VOICE_COUNT

    def x_of(self, step: float) -> float:
        """Return the left edge in pixels of a position in steps, 0-32."""
        gap = self._bar_gap if step >= STEPS_PER_BAR else 0.0
        return self.rect.left() + step * self.step_width + gap

    def row_rect(self, voice: int) -> QRectF:
        """Return the box of a voice's whole row."""
        top = self.rect.top() + (VOICE_COUNT - 1 - voice) * self.row_height
        return QRectF(self.rect.left(), top, self.rect.width(), self.row_height)

    def cell_rect(self, step: int, voice: int) -> QRectF:
        """Return the box of one step of one voice."""
        row = self.row_rect(voice)
        return QRectF(self.x_of(step), row.top(), self.step_width, row.height())

    def column_rect(self, first: int, last: int) -> QRectF:
        """Return the box of the steps `first` to `last`, of all voices, with room for shifted hits."""
        left, right = self.x_of(max(0, first)), self.x_of(min(LOOP_STEPS - 1, last)) + self.step_width
        return QRectF(
            left - self.step_width, self.rect.top(), right - left + 2 * self.step_width, self.rect.height()
        )

    def hit_rect(self, step: int, voice: int, velocity: int, microtiming: float) -> QRectF:
        """Return the mark of a hit: velocity 1-127 is its height, microtiming shifts it."""
        cell = self.cell_rect(step, voice)
        room = cell.height() - 3.0
        height = max(2.0, room * (_LEAST_HEIGHT + (1.0 - _LEAST_HEIGHT) * velocity / 127.0))
        width = max(2.0, cell.width() - max(1.0, cell.width() * 0.16))
        left = cell.left() + (cell.width() - width) / 2 + microtiming * cell.width()
        return QRectF(left, cell.bottom() - 1.5 - height, width, height)

    def at(self, point: QPointF) -> tuple[int, int] | None:
        """Return (step, voice) under a pixel, or None outside."""
        if not self.rect.contains(point):
            return None
        return self.nearest(point)

    def nearest(self, point: QPointF) -> tuple[int, int]:
        """Return (step, voice) nearest to a pixel."""
        middle = self.x_of(STEPS_PER_BAR) - self._bar_gap / 2
        gap = self._bar_gap if point.x() >= middle else 0.0
        step = int((point.x() - gap - self.rect.left()) / self.step_width)
        row = int((point.y() - self.rect.top()) / self.row_height)
        return min(LOOP_STEPS - 1, max(0, step)), min(VOICE_COUNT - 1, max(0, VOICE_COUNT - 1 - row))


def paint_ground(painter: QPainter, geometry: StepGeometry, color: QColor, outer: QRectF) -> None:
    """Fill the picture with its colour, and draw lanes and beats into it."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(outer, 6.0, 6.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for beat in range(1, LOOP_STEPS // STEPS_PER_BEAT, 2):
        left = geometry.x_of(beat * STEPS_PER_BEAT)
        width = STEPS_PER_BEAT * geometry.step_width
        painter.fillRect(QRectF(left, geometry.rect.top(), width, geometry.rect.height()), _BEAT_SHADE)
    for voice in range(1, VOICE_COUNT):
        row = geometry.row_rect(voice)
        painter.fillRect(QRectF(row.left(), round(row.bottom()), row.width(), 1.0), _LANE_LINE)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def paint_hits(
    painter: QPainter, geometry: StepGeometry, loop: DrumLoop, muted: frozenset[int] = frozenset()
) -> None:
    """Draw all hits white; those of muted voices only as outlines."""
    for step, voice in zip(*loop.hits.nonzero(), strict=True):
        rect = hit_rect_of(geometry, loop, int(step), int(voice))
        radius = min(2.0, rect.width() / 3)
        if int(voice) in muted:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(255, 255, 255, 150), 1.0))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(MARK)
            painter.drawRoundedRect(rect, radius, radius)


def paint_ghosts(painter: QPainter, geometry: StepGeometry, now: DrumLoop, following: DrumLoop) -> None:
    """Draw what comes next over what sounds: new hits as outlines, leaving hits crossed by a line."""
    for step, voice in zip(*(now.hits != following.hits).nonzero(), strict=True):
        coming = bool(following.hits[step, voice])
        loop = following if coming else now
        rect = hit_rect_of(geometry, loop, int(step), int(voice))
        painter.setBrush(QColor(255, 255, 255, 60) if coming else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(MARK, 1.0) if coming else QPen(_SHADOW_LINE, 1.5))
        if coming:
            painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            painter.drawLine(rect.bottomLeft(), rect.topRight())


def hit_rect_of(geometry: StepGeometry, loop: DrumLoop, step: int, voice: int) -> QRectF:
    """Return the mark of the loop's hit on a step of a voice."""
    return geometry.hit_rect(
        step, voice, int(loop.velocity[step, voice]), float(loop.microtiming[step, voice])
    )


def paint_playhead(painter: QPainter, x: float, top: float, bottom: float) -> None:
    """Draw the playhead, a line that is seen on every colour."""
    for color, width in ((_PLAYHEAD_SHADOW, 3.5), (SOUNDS, 1.6)):
        painter.fillRect(QRectF(x - width / 2, top, width, bottom - top), color)


def paint_ruler(painter: QPainter, geometry: StepGeometry, font: QFont, color: QColor, height: float) -> None:
    """Write numbers of beats above the picture, as bar.beat."""
    painter.setFont(font)
    painter.setPen(color)
    room = STEPS_PER_BEAT * geometry.step_width
    every = 1 if painter.fontMetrics().horizontalAdvance(".4 ") < room else STEPS_PER_BAR // STEPS_PER_BEAT
    for beat in range(0, LOOP_STEPS // STEPS_PER_BEAT, every):
        left = geometry.x_of(beat * STEPS_PER_BEAT)
        rect = QRectF(left, geometry.rect.top() - height - 4, room, height)
        text = f"{beat // 4 + 1}" if beat % 4 == 0 else f".{beat % 4 + 1}"
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
