"""How the keyboard beside a piano roll is painted: its keys, those of the scale, those that sound or type."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from blender_app.core.melody import OCTAVE
from blender_app.core.scales import Key, pitch_name
from blender_app.ui.look.theme import Theme
from blender_app.ui.roll.geometry import SHARPS, RollGeometry


def paint_keyboard(
    painter: QPainter, geometry: RollGeometry, theme: Theme, font: QFont, key: Key | None
) -> None:
    """Draw the keyboard: sharps are shorter, notes of the scale have a dot, each C its name.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Of the roll.
    theme
        Gives the keys' colours.
    font
        Of the names.
    key
        Whose scale is shown, if any.
    """
    box = geometry.keys
    light = theme.name == "light"
    natural = theme.color("panel") if light else theme.color("control_line").darker(125)
    sharp = theme.color("control_line").darker(125) if light else theme.color("window")
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(box, natural)
    for pitch in range(geometry.view.low, geometry.view.high + 1):
        row = QRectF(box.left(), geometry.y_of(pitch), box.width(), geometry.row_height)
        if pitch % OCTAVE in SHARPS:
            painter.fillRect(QRectF(row.left(), row.top(), row.width() * 0.6, row.height()), sharp)
            middle = QRectF(row.left(), round(row.center().y()), row.width(), 1.0)
            painter.fillRect(middle, sharp)
        elif pitch % OCTAVE in (0, 5):  # C and F have no sharp below them
            painter.fillRect(QRectF(row.left(), round(row.bottom()) - 1.0, row.width(), 1.0), sharp)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = theme.color("text")
    if key is not None:
        _paint_scale_dots(painter, geometry, key, ink)
    painter.setFont(font)
    painter.setPen(ink)
    for pitch in range(geometry.view.low, geometry.view.high + 1):
        if pitch % OCTAVE == 0:
            paint_key_name(painter, geometry, pitch)


def _paint_scale_dots(painter: QPainter, geometry: RollGeometry, key: Key, ink: QColor) -> None:
    radius = max(1.0, min(2.0, geometry.row_height * 0.2))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    for pitch in range(geometry.view.low, geometry.view.high + 1):
        if pitch % OCTAVE in key.pitch_classes:
            y = geometry.y_of(pitch) + geometry.row_height / 2
            tonic = pitch % OCTAVE == key.tonic
            size = radius * (1.6 if tonic else 1.0)
            painter.drawEllipse(QPointF(geometry.keys.right() - 5.0, y), size, size)


def paint_key_name(painter: QPainter, geometry: RollGeometry, pitch: int) -> None:
    """Write the name of `pitch` on its key in `geometry`, in the font and colour of `painter`."""
    height = painter.fontMetrics().height()
    middle = geometry.y_of(pitch) + geometry.row_height / 2
    top = min(max(middle - height / 2, geometry.keys.top() - 2.0), geometry.keys.bottom() - height + 2.0)
    rect = QRectF(geometry.keys.left(), top, geometry.keys.width() - 10.0, height)
    painter.drawText(
        rect, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), pitch_name(pitch)
    )


def paint_key_pressed(
    painter: QPainter, geometry: RollGeometry, pitch: int, color: QColor, ink: QColor
) -> None:
    """Mark a key, and name it.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Of the roll.
    pitch
        Of the key.
    color, ink
        Of the mark, and of the name on it.
    """
    box = geometry.keys
    height = max(geometry.row_height, float(painter.fontMetrics().height()) - 2.0)
    middle = geometry.y_of(pitch) + geometry.row_height / 2
    rect = QRectF(box.left(), middle - height / 2, box.width(), height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(rect, 2.0, 2.0)
    painter.setPen(ink)
    paint_key_name(painter, geometry, pitch)


def paint_letters(
    painter: QPainter, geometry: RollGeometry, letters: dict[int, str], theme: Theme, font: QFont
) -> None:
    """Write the computer keyboard's letters on the keys that they play.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Of the roll.
    letters
        By their pitches.
    theme
        Gives their colours.
    font
        Made to fit the rows.
    """
    font = QFont(font)
    pixels = min(QFontMetricsF(font).ascent() * 1.2, geometry.row_height * 1.1)
    font.setPixelSize(max(7, round(pixels)))
    painter.setFont(font)
    height, box = painter.fontMetrics().height(), geometry.keys
    on_sharp = theme.color("window" if theme.name == "light" else "text")
    for pitch, letter in letters.items():
        if not geometry.view.low <= pitch <= geometry.view.high:
            continue
        sharp = pitch % OCTAVE in SHARPS
        left = box.left() + (4.0 if sharp else box.width() * 0.36)
        middle = geometry.y_of(pitch) + geometry.row_height / 2
        painter.setPen(on_sharp if sharp else theme.color("text"))
        place = QRectF(left, middle - height / 2, box.width() * 0.3, height)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), letter)
