"""What lies over and under the morph's steps: frames, the grip to drag by, the slider with its letters."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen, QPixmap

from blender_app.session.morphing import END_LETTERS
from blender_app.ui.look.color import Floats, to_qcolor
from blender_app.ui.look.theme import MARK, SMALL, Look
from blender_app.ui.morph.picture import step_labs

SLIDER_HEIGHT = 34.0
_GROOVE_HEIGHT = 12.0
_PUCK_REACH = 14.0
"""Room in pixels at the ends of the slider for half a puck."""
_GRADIENT_STOPS = 33
_GRIP_SIDE = 18.0
_LEAST_GRIP_BOX = 30.0
_SHADOW = QColor(0, 0, 0, 110)


def paint_step_frame(
    painter: QPainter, box: QRectF, color: QColor, near: float, playhead: float | None
) -> None:
    """Frame what is heard, the stronger the nearer.

    Parameters
    ----------
    painter
        Of the widget.
    box
        Of the step, in pixels.
    color
        Of the frame.
    near
        How near the slider is to the step, 0-1.
    playhead
        Where in the loop a line is drawn, 0-1; None is nowhere.
    """
    painter.setOpacity(math.sqrt(near))  # so that both can be seen from half way
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_SHADOW, 1.0))
    painter.drawRoundedRect(box.adjusted(3.5, 3.5, -3.5, -3.5), 2.5, 2.5)
    painter.drawRoundedRect(box.adjusted(-0.5, -0.5, 0.5, 0.5), 5.5, 5.5)  # white on a light window
    painter.setPen(QPen(color, 3.0))
    painter.drawRoundedRect(box.adjusted(1.5, 1.5, -1.5, -1.5), 4.0, 4.0)
    if playhead is not None:
        inset = box.width() * 0.06
        x = box.left() + inset + playhead * (box.width() - 2 * inset)
        painter.setPen(QPen(color, 1.5))
        painter.drawLine(QPointF(x, box.top() + 3), QPointF(x, box.bottom() - 3))
    painter.setOpacity(1.0)


def grip_rect(box: QRectF) -> QRectF:
    """Return where a step in `box` can be taken hold of to carry it away; nowhere in a tiny one."""
    if min(box.width(), box.height()) < _LEAST_GRIP_BOX:
        return QRectF()
    return QRectF(box.right() - _GRIP_SIDE - 5, box.top() + 5, _GRIP_SIDE, _GRIP_SIDE)


def paint_grip(painter: QPainter, box: QRectF) -> None:
    """Draw six dots on a dark patch of `box` with `painter`: here a step can be carried away."""
    grip = grip_rect(box)
    if grip.isEmpty():
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_SHADOW)
    painter.drawRoundedRect(grip, 4.0, 4.0)
    painter.setBrush(MARK)
    for across in (-2.5, 2.5):
        for down in (-5.0, 0.0, 5.0):
            painter.drawEllipse(grip.center() + QPointF(across, down), 1.4, 1.4)


def slider_positions(rect: QRectF, look: Look, positions: Iterable[float]) -> list[QPointF]:
    """Return the pixels of `positions` 0-1 on a slider that fills `rect`, between its two letters.

    `look` gives the letters' size.
    """
    inset = _PUCK_REACH + look.line_height(SMALL)
    width = rect.width() - 2 * inset
    return [QPointF(rect.left() + inset + one * width, rect.center().y()) for one in positions]


def slider_pixmap(rect: QRectF, look: Look, steps: int, ratio: float) -> QPixmap:
    """Return the slider's groove from A to B with a tick at each of `steps`, and the letters.

    It is as large as `rect`, for a screen with `ratio` device pixels a pixel.

    It has the colours of `look` and is as large as `rect`, for a screen with `ratio` device pixels a pixel.
    """
    pixmap = QPixmap((rect.size() * ratio).toSize())
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    here = QRectF(QPointF(), rect.size())
    _paint_letters(painter, here, look)
    ticks = slider_positions(here, look, np.linspace(0.0, 1.0, steps).tolist())
    _paint_groove(painter, ticks, step_labs(look, _GRADIENT_STOPS))
    painter.end()
    return pixmap


def _paint_letters(painter: QPainter, rect: QRectF, look: Look) -> None:
    """Write which end is where: here, since in a step a letter would hide notes."""
    side = float(look.line_height(SMALL))
    painter.setFont(look.font(SMALL, bold=True))
    painter.setPen(look.theme.color("muted"))
    for letter, left in zip(END_LETTERS, (rect.left(), rect.right() - side), strict=True):
        painter.drawText(
            QRectF(left, rect.top(), side, rect.height()), int(Qt.AlignmentFlag.AlignCenter), letter
        )


def _paint_groove(painter: QPainter, ticks: list[QPointF], labs: Floats) -> None:
    first, last = ticks[0], ticks[-1]
    gradient = QLinearGradient(first, last)
    for share, lab in zip(np.linspace(0.0, 1.0, len(labs)), labs, strict=True):
        gradient.setColorAt(float(share), to_qcolor(lab))
    half = _GROOVE_HEIGHT / 2
    groove = QRectF(first.x() - half, first.y() - half, last.x() - first.x() + 2 * half, 2 * half)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawRoundedRect(groove, half, half)
    painter.setBrush(QColor(255, 255, 255, 190))
    for point in ticks:
        painter.drawEllipse(point, 1.8, 1.8)
