"""How a piano roll is painted: its ground with the scale's rows lit, notes and velocities."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from blender_app.core.melody import OCTAVE
from blender_app.core.notes import Note
from blender_app.core.scales import Key, pitch_name
from blender_app.core.time import STEPS_PER_BEAT
from blender_app.ui.look.theme import MARK, SOUNDS
from blender_app.ui.loops.step_drawing import paint_new_mark
from blender_app.ui.roll.geometry import SHARPS, RollGeometry
from blender_app.ui.roll.notes import Chosen, Notes

_BEAT_SHADE = QColor(0, 0, 0, 26)
_SHARP_SHADE = QColor(0, 0, 0, 24)
_OFF_SCALE_SHADE = QColor(0, 0, 0, 64)
_ROW_LINE = QColor(0, 0, 0, 26)
_OCTAVE_LINE = QColor(255, 255, 255, 54)
_LANE_SHADE = QColor(0, 0, 0, 52)
_SHADOW = QColor(0, 0, 0, 130)
_NAME_INK = QColor(0, 0, 0, 165)
_GHOST = QColor(255, 255, 255, 150)
_ENTERED = QColor(255, 219, 122, 46)
_LEAST_ALPHA = 0.55
"""Of the softest note; the louder the whiter."""
_NAME_HEIGHT, _NAME_WIDTH = 10.0, 18.0
"""Least size in pixels of a bar that has room for its name."""


def roll_box(geometry: RollGeometry) -> QRectF:
    """Return the box that has the loop's colour: roll and lane of `geometry`, with a margin."""
    return geometry.rect.united(geometry.lane).adjusted(-4, -3, 4, 3)


def paint_roll_frame(painter: QPainter, geometry: RollGeometry, color: QColor, whole: QRectF) -> None:
    """Fill a widget, and leave out the roll's box with its rounded corners.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Of the roll.
    color
        Of what is filled.
    whole
        All of the widget, in pixels.
    """
    path = QPainterPath()
    path.addRect(whole)
    path.addRoundedRect(roll_box(geometry), 6.0, 6.0)  # odd-even: what is inside twice is outside
    painter.fillPath(path, color)


def paint_roll_rows(painter: QPainter, geometry: RollGeometry, key: Key | None) -> None:
    """Draw beats and rows over whatever colour; rows outside the scale (or of sharps) are darker.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Of the roll.
    key
        Whose scale is shown, if any.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for beat in geometry.steps.beats[1::2]:
        left, right = geometry.span(beat * STEPS_PER_BEAT, STEPS_PER_BEAT)
        painter.fillRect(QRectF(left, geometry.rect.top(), right - left, geometry.rect.height()), _BEAT_SHADE)
    if key is None:
        _shade_sharps(painter, geometry)
    else:
        _shade_off_scale(painter, geometry, key)
    tonic = 0 if key is None else key.tonic
    for pitch in range(geometry.view.low, geometry.view.high + 1):
        row = geometry.row_rect(pitch)
        if pitch > geometry.view.low:
            line = _OCTAVE_LINE if pitch % OCTAVE == tonic else _ROW_LINE
            painter.fillRect(QRectF(row.left(), round(row.bottom()) - 1.0, row.width(), 1.0), line)
    if geometry.lane.height() > 0:
        painter.fillRect(geometry.lane.adjusted(-4, -2, 4, 0), _LANE_SHADE)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _shade_sharps(painter: QPainter, geometry: RollGeometry) -> None:
    for pitch in range(geometry.view.low, geometry.view.high + 1):
        if pitch % OCTAVE in SHARPS:
            painter.fillRect(geometry.row_rect(pitch), _SHARP_SHADE)


def _shade_off_scale(painter: QPainter, geometry: RollGeometry, key: Key) -> None:
    """Darken, in each row, the runs of steps on which its pitch does not belong to the key."""
    steps = geometry.steps
    outside = ~key.allowed(steps.steps)[steps.first : steps.end]
    for pitch in range(geometry.view.low, geometry.view.high + 1):
        edges = np.flatnonzero(np.diff(np.pad(outside[:, pitch].astype(np.int8), 1))).tolist()
        for first, end in zip(edges[::2], edges[1::2], strict=True):
            left, right = geometry.span(steps.first + first, end - first)
            painter.fillRect(
                QRectF(left, geometry.y_of(pitch), right - left, geometry.row_height), _OFF_SCALE_SHADE
            )


def strength_of(velocity: int) -> float:
    """Return how white a note of a `velocity` 1-127 is, 0-1."""
    return _LEAST_ALPHA + (1.0 - _LEAST_ALPHA) * velocity / 127.0


def paint_notes(
    painter: QPainter,
    geometry: RollGeometry,
    notes: Notes,
    font: QFont,
    chosen: Chosen = frozenset(),
) -> None:
    """Draw notes as bars, the louder the whiter, with a mark where microtiming pulls them off the grid.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Of the roll.
    notes
        Of the loop; those out of sight are hinted at.
    font
        Of the pitch names on long bars.
    chosen
        Steps on which those start that are marked.
    """
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    notes = geometry.in_sight(notes)
    _paint_hidden(painter, geometry, notes)
    for note in notes:
        if not geometry.view.low <= note.pitch <= geometry.view.high:
            continue
        rect = geometry.note_rect(note)
        radius = min(2.5, rect.height() / 3)
        ink = QColor(MARK)
        ink.setAlphaF(strength_of(note.velocity))
        if note.step in chosen:
            painter.setPen(QPen(QColor(0, 0, 0, 210), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(-2.2, -2.2, 2.2, 2.2), radius + 2, radius + 2)
            painter.setPen(QPen(MARK, 1.6))
            painter.drawRoundedRect(rect.adjusted(-0.8, -0.8, 0.8, 0.8), radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(rect, radius, radius)
        if note.microtiming:
            _paint_grid_mark(painter, geometry, note, rect)
        name = pitch_name(note.pitch)
        fits = rect.height() >= max(_NAME_HEIGHT, metrics.ascent() * 0.9)
        if fits and rect.width() >= max(_NAME_WIDTH, metrics.horizontalAdvance(name) + 6):
            painter.setPen(_NAME_INK)
            painter.drawText(
                rect.adjusted(4, -2, 0, 2),
                int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
                name,
            )


def paint_new(painter: QPainter, geometry: RollGeometry, notes: Notes, new: Chosen) -> None:
    """Mark by a dot at their ends the notes that none of the loops around has.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Of the roll.
    notes
        Of the loop.
    new
        The steps on which those start.
    """
    for note in geometry.in_sight(notes):
        if note.step in new and geometry.view.low <= note.pitch <= geometry.view.high:
            rect = geometry.note_rect(note)
            paint_new_mark(
                painter, rect, QPointF(max(rect.right() - 4.0, rect.center().x()), rect.center().y())
            )


def _paint_grid_mark(painter: QPainter, geometry: RollGeometry, note: Note, rect: QRectF) -> None:
    """Draw where the note would stand on the grid, and the way from there."""
    x = geometry.steps.x_of(note.step)
    painter.setPen(QPen(_SHADOW, 1.0))
    painter.drawLine(QLineF(x, rect.top(), x, rect.bottom()))
    painter.drawLine(QLineF(x, rect.center().y(), rect.left(), rect.center().y()))


def paint_lane(painter: QPainter, geometry: RollGeometry, notes: Notes, chosen: Chosen = frozenset()) -> None:
    """Draw the velocities of `notes` as stems below the roll of `geometry`, with `painter`.

    Those that start on steps of `chosen` are marked.
    """
    for note in notes:
        if not geometry.steps.shows(note.step):
            continue
        rect = geometry.stem_rect(note)
        ink = QColor(MARK)
        ink.setAlphaF(1.0 if not chosen or note.step in chosen else 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(rect, min(2.0, rect.width() / 3), min(2.0, rect.width() / 3))


def paint_lost(painter: QPainter, geometry: RollGeometry, notes: Iterable[Note]) -> None:
    """Draw `notes` that are cut by others, or would be, as dashed outlines.

    `painter` draws where `geometry` has them.
    """
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_GHOST, 1.0, Qt.PenStyle.DashLine))
    for note in geometry.in_sight(notes):
        painter.drawRoundedRect(geometry.note_rect(note).adjusted(0.5, 0.5, -0.5, -0.5), 2.0, 2.0)


def paint_coming(painter: QPainter, geometry: RollGeometry, now: Notes, following: Notes) -> None:
    """Draw what comes next over what sounds: new notes as outlines, leaving ones crossed by a line.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Of the roll.
    now, following
        Notes of what sounds, and of what comes next.
    """
    now, following = geometry.in_sight(now), geometry.in_sight(following)
    same = {(note.step, note.pitch, note.length_steps) for note in now}
    coming = [note for note in following if (note.step, note.pitch, note.length_steps) not in same]
    stays = {(note.step, note.pitch, note.length_steps) for note in following}
    painter.setPen(QPen(_SHADOW, 1.5))
    for note in now:
        if (note.step, note.pitch, note.length_steps) not in stays:
            rect = geometry.note_rect(note)
            painter.drawLine(
                QPointF(rect.left(), rect.center().y()), QPointF(rect.right(), rect.center().y())
            )
    painter.setPen(QPen(MARK, 1.0))
    painter.setBrush(QColor(255, 255, 255, 50))
    for note in coming:
        painter.drawRect(geometry.note_rect(note).adjusted(0.5, 0.5, -0.5, -0.5))


def paint_sounding(painter: QPainter, geometry: RollGeometry, note: Note) -> None:
    """Light up the sounding `note` where `geometry` has it, with `painter`."""
    rect = geometry.note_rect(note)
    painter.setPen(QPen(QColor(40, 28, 0, 150), 1.0))
    painter.setBrush(SOUNDS)
    painter.drawRoundedRect(rect.adjusted(-1.0, -1.0, 1.0, 1.0), 2.5, 2.5)


def _paint_hidden(painter: QPainter, geometry: RollGeometry, notes: Notes) -> None:
    """Point at notes that lie above or below what is in sight."""
    painter.setPen(QPen(_SHADOW, 1.0))
    painter.setBrush(MARK)
    for note in notes:
        x = geometry.steps.x_of(note.step + 0.5)
        if note.pitch > geometry.view.high:
            _triangle(painter, QPointF(x, geometry.rect.top()), 5.0)
        elif note.pitch < geometry.view.low:
            _triangle(painter, QPointF(x, geometry.rect.bottom()), -5.0)


def _triangle(painter: QPainter, tip: QPointF, height: float) -> None:
    base = tip + QPointF(0.0, height)
    painter.drawPolygon(QPolygonF([tip, base + QPointF(4.0, 0.0), base - QPointF(4.0, 0.0)]))


def paint_cursor(
    painter: QPainter, geometry: RollGeometry, step: int, pitch: int, length: int, enters: bool
) -> None:
    """Draw the cursor round a cell; where notes are entered it is a column as wide as the next note.

    Parameters
    ----------
    painter
        Of the widget.
    geometry
        Of the roll.
    step, pitch
        The cell.
    length
        Of the next note, in steps.
    enters
        Whether letters and MIDI keyboards enter notes.
    """
    left, right = geometry.span(step, min(length, geometry.steps.steps - step))
    if enters:
        painter.fillRect(QRectF(left, geometry.rect.top(), right - left, geometry.rect.height()), _ENTERED)
    cell = QRectF(left, geometry.y_of(pitch), right - left, geometry.row_height).adjusted(-1, -1, 1, 1)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((QColor(0, 0, 0, 150), 4.0), (SOUNDS, 2.0)):
        painter.setPen(QPen(color, width))
        painter.drawRoundedRect(cell, 2.0, 2.0)


def paint_band(painter: QPainter, rect: QRectF) -> None:
    """Draw a rubber band round `rect` with `painter`."""
    painter.setPen(QPen(MARK, 1.0))
    painter.setBrush(QColor(255, 255, 255, 40))
    painter.drawRect(rect)


def paint_stroke(painter: QPainter, line: list[QPointF]) -> None:
    """Draw the `line` of a sketch with `painter`."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((QColor(0, 0, 0, 110), 4.0), (SOUNDS, 1.8)):
        painter.setPen(QPen(color, width, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(line)
