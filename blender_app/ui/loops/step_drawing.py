"""A loop drawn large: its lanes, hits and ghosts, as far as they are in sight.

Shared by the view of what sounds and by the editor of a corner, so that the two line up.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from blender_app.core.drums import VOICE_COUNT, DrumLoop
from blender_app.core.lengths import resized
from blender_app.core.time import STEPS_PER_BAR, STEPS_PER_BEAT
from blender_app.ui.look.theme import MARK, SOUNDS
from blender_app.ui.loops.step_geometry import StepGeometry

NEW_TIP = "A dot marks what none of the loops around has: the model's own"
_LANE_LINE = QColor(0, 0, 0, 34)
_BEAT_SHADE = QColor(0, 0, 0, 26)
_PLAYHEAD_SHADOW = QColor(0, 0, 0, 90)
_SHADOW_LINE = QColor(0, 0, 0, 120)
_NEW = QColor(0, 0, 0, 170)


def paint_ground(painter: QPainter, geometry: StepGeometry, color: QColor, outer: QRectF) -> None:
    """Fill the picture with its colour, and draw lanes and beats into it.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Where steps and voices lie.
    color
        Of the loop's place on the palette.
    outer
        Box that is filled, in pixels.
    """
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(outer, 6.0, 6.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for beat in geometry.beats[1::2]:
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
    """Draw all hits white; those of muted voices only as outlines.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Where steps and voices lie.
    loop
        Whose hits.
    muted
        Voices that are not heard, 0-8.
    """
    for step, voice in _in_sight(geometry, loop.hits):
        rect = hit_rect_of(geometry, loop, step, voice)
        radius = min(2.0, rect.width() / 3)
        if voice in muted:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(255, 255, 255, 150), 1.0))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(MARK)
            painter.drawRoundedRect(rect, radius, radius)


def paint_new(painter: QPainter, geometry: StepGeometry, loop: DrumLoop, new: NDArray[np.bool_]) -> None:
    """Hollow out the hits that no loop around has: a small dark dot in each.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Where steps and voices lie.
    loop
        Whose hits.
    new
        Which of them, (steps, 9).
    """
    for step, voice in _in_sight(geometry, new):
        rect = hit_rect_of(geometry, loop, step, voice)
        paint_new_mark(painter, rect, rect.center())


def paint_new_mark(painter: QPainter, rect: QRectF, center: QPointF) -> None:
    """Draw with `painter` a dot at `center`, for what is new, as large as `rect` has room for."""
    radius = min(2.6, 0.24 * min(rect.width(), rect.height()) + 0.6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_NEW)
    painter.drawEllipse(center, radius, radius)


def paint_ghosts(painter: QPainter, geometry: StepGeometry, now: DrumLoop, following: DrumLoop) -> None:
    """Draw what comes next over what sounds: new hits as outlines, leaving hits crossed by a line.

    What comes next may be shorter, and is said again, or longer: then its beginning is shown.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Where steps and voices lie.
    now, following
        What sounds, and what comes next.
    """
    following = resized(following, now.steps)
    for step, voice in _in_sight(geometry, now.hits != following.hits):
        coming = bool(following.hits[step, voice])
        loop = following if coming else now
        rect = hit_rect_of(geometry, loop, step, voice)
        painter.setBrush(QColor(255, 255, 255, 60) if coming else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(MARK, 1.0) if coming else QPen(_SHADOW_LINE, 1.5))
        if coming:
            painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            painter.drawLine(rect.bottomLeft(), rect.topRight())


def _in_sight(geometry: StepGeometry, where: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield step and voice where an array (steps, 9) is true, of the steps in sight."""
    for step, voice in zip(*where[geometry.first : geometry.end].nonzero(), strict=True):
        yield geometry.first + int(step), int(voice)


def hit_rect_of(geometry: StepGeometry, loop: DrumLoop, step: int, voice: int) -> QRectF:
    """Return the mark in `geometry` of the hit that `loop` has on `step` of `voice`."""
    return geometry.hit_rect(
        step, voice, int(loop.velocity[step, voice]), float(loop.microtiming[step, voice])
    )


def paint_playhead(painter: QPainter, x: float, top: float, bottom: float) -> None:
    """Draw the playhead with `painter`, a line that is seen on every colour.

    It stands at `x`, from `top` to `bottom`, in pixels.
    """
    for color, width in ((_PLAYHEAD_SHADOW, 3.5), (SOUNDS, 1.6)):
        painter.fillRect(QRectF(x - width / 2, top, width, bottom - top), color)


def paint_ruler(painter: QPainter, geometry: StepGeometry, font: QFont, color: QColor, height: float) -> None:
    """Write numbers of beats above the picture, as bar.beat.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Where steps lie.
    font, color
        Of the numbers.
    height
        Of their line, in pixels.
    """
    painter.setFont(font)
    painter.setPen(color)
    room = STEPS_PER_BEAT * geometry.step_width
    every = 1 if painter.fontMetrics().horizontalAdvance(".4 ") < room else STEPS_PER_BAR // STEPS_PER_BEAT
    for beat in geometry.beats[::every]:
        left = geometry.x_of(beat * STEPS_PER_BEAT)
        rect = QRectF(left, geometry.rect.top() - height - 4, room, height)
        text = f"{beat // 4 + 1}" if beat % 4 == 0 else f".{beat % 4 + 1}"
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
