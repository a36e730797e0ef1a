"""What lies over the palette's cells: puck, path, nodes and path playhead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

_SHADOW = QColor(0, 0, 0, 110)
_WHITE = QColor(255, 255, 255)
_NODE_RADIUS = 4.5


@dataclass(frozen=True, slots=True)
class OverlayStyle:
    """The `accent` for what sounds, and `puck_radius` in pixels."""

    accent: QColor
    puck_radius: float


def paint_puck(painter: QPainter, style: OverlayStyle, center: QPointF, sounds: bool, focused: bool) -> None:
    """Draw the puck: a white ring to see through, with an accent in the middle when it sounds.

    Parameters
    ----------
    painter
        Of the widget.
    style
        Accent, and radius in pixels.
    center
        Where it is, in pixels.
    sounds
        Whether it is heard.
    focused
        Whether a ring shows that keys move it.
    """
    radius = style.puck_radius
    painter.setBrush(QColor(255, 255, 255, 46))
    painter.setPen(QPen(_SHADOW, 6.0))
    painter.drawEllipse(center, radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_WHITE, 3.0))
    painter.drawEllipse(center, radius, radius)
    painter.setPen(QPen(_SHADOW, 1.5))
    painter.setBrush(style.accent if sounds else _WHITE)
    core = max(3.5, radius * 0.3)
    painter.drawEllipse(center, core, core)
    if focused:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(style.accent, 1.5))
        painter.drawEllipse(center, radius + 3.0, radius + 3.0)


def paint_path(
    painter: QPainter,
    style: OverlayStyle,
    line: Sequence[QPointF],
    nodes: Sequence[QPointF],
    selected: int | None,
) -> None:
    """Draw a path's line and, in draw mode, its nodes.

    Parameters
    ----------
    painter
        Of the widget.
    style
        Accent, and the puck's radius.
    line
        Smooth line, in pixels.
    nodes
        In pixels; none outside draw mode.
    selected
        Index of the node that keys move, if any.
    """
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if len(line) > 1:
        polygon = QPolygonF(line)
        for color, width in ((_SHADOW, 5.5), (_WHITE, 2.4)):
            pen = QPen(color, width)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPolyline(polygon)
    for index, node in enumerate(nodes):
        painter.setPen(QPen(_SHADOW, 2.0))
        painter.setBrush(style.accent if index == selected else _WHITE)
        radius = _NODE_RADIUS + (1.5 if index == selected else 0.0)
        painter.drawEllipse(node, radius, radius)


def paint_path_playhead(painter: QPainter, style: OverlayStyle, center: QPointF) -> None:
    """Draw with `painter` where the playing path is: at `center`, in a `style`."""
    radius = max(6.0, style.puck_radius * 0.5)
    painter.setPen(QPen(_SHADOW, 3.0))
    painter.setBrush(style.accent)
    painter.drawEllipse(center, radius, radius)
    painter.setPen(QPen(_WHITE, 2.0))
    painter.drawEllipse(center, radius - 1.0, radius - 1.0)
