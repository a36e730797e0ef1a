"""Line icons from `resources/icons`, tinted with the theme's text colour."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_ICONS = Path(__file__).resolve().parent.parent.parent / "resources" / "icons"
_CACHE: dict[tuple[str, str], QIcon] = {}
_INK = b"currentColor"


class _TintedSvg(QIconEngine):
    """Draw one SVG at whatever size and resolution is asked for, in one colour."""

    def __init__(self, svg: bytes, color: QColor) -> None:
        super().__init__()
        self._svg, self._color = svg, QColor(color)
        self._renderer = QSvgRenderer(QByteArray(svg.replace(_INK, color.name().encode())))

    def paint(self, painter: QPainter, rect: object, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        painter.setOpacity(0.4 if mode == QIcon.Mode.Disabled else 1.0)
        self._renderer.render(painter, QRectF(rect))  # type: ignore[call-overload]
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter, image.rect(), mode, state)
        painter.end()
        return QPixmap.fromImage(image)

    def clone(self) -> QIconEngine:
        return _TintedSvg(self._svg, self._color)


def icon(name: str, color: QColor) -> QIcon:
    """Return the icon `name` (its file's stem) drawn in `color`."""
    key = name, color.name()
    if key not in _CACHE:
        _CACHE[key] = QIcon(_TintedSvg((_ICONS / f"{name}.svg").read_bytes(), color))
    return _CACHE[key]
