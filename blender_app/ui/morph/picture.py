"""The morph's steps as one picture, drawn when loops, colours or size change, never per frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEasingCurve, QObject, QPointF, QRectF, QVariantAnimation, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPixmap

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.ui.look.color import Floats, blend_corners
from blender_app.ui.look.theme import Look
from blender_app.ui.loops.coverage import to_qimage
from blender_app.ui.loops.pictures import common_pitches, render_pictures
from blender_app.ui.morph.step_row import StepRow
from blender_app.ui.palette.picture import FADE_MS

Loop = DrumLoop | MelodyLoop
_RADIUS_PX = 5.0


def step_labs(look: Look, steps: int) -> Floats:
    """Return the colours of `steps` from A's hue to B's, OKLab (steps, 3), as along a palette's edge.

    The hues are those of `look`.
    """
    return blend_corners(look.hues.labs, np.linspace(0.0, 1.0, steps), np.zeros(steps))


class MorphPicture(QObject):
    """Draws the boxes of all steps, and cross-fades when their loops change.

    Colours come from `look`.
    """

    needsPaint = Signal()

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self._row: StepRow | None = None
        self._now, self._before = QPixmap(), QPixmap()
        self._fade = QVariantAnimation(self)
        self._fade.setStartValue(0.0)
        self._fade.setEndValue(1.0)
        self._fade.setDuration(FADE_MS)
        self._fade.setEasingCurve(QEasingCurve.Type.InOutQuad)
        self._fade.valueChanged.connect(self._on_fade_valueChanged)

    def draw(self, loops: Sequence[Loop], row: StepRow, ratio: float, fade: bool) -> None:
        """Draw the boxes of all steps.

        Parameters
        ----------
        loops
            One a step.
        row
            Where the steps lie.
        ratio
            Device pixels a pixel of the screen.
        fade
            Whether what differs cross-fades.
        """
        fade = fade and row == self._row and not self._look.reduced_motion
        self._fade.stop()
        self._before = self._now if fade else QPixmap()
        self._now, self._row = self._drawn(loops, row, ratio), row
        if fade:
            self._fade.start()
        self.needsPaint.emit()

    def _drawn(self, loops: Sequence[Loop], row: StepRow, ratio: float) -> QPixmap:
        field = row.rect
        size = round(row.width * ratio), round(row.height * ratio)
        image = QImage(
            round(field.width() * ratio),
            round(field.height() * ratio),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.fill(0)
        boxes = render_pictures(
            loops, step_labs(self._look, row.steps), size, _RADIUS_PX * ratio, common_pitches(loops)
        )
        painter = QPainter(image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        for step, pixels in enumerate(boxes):
            corner = (row.box(step).topLeft() - field.topLeft()) * ratio
            painter.drawImage(QPointF(round(corner.x()), round(corner.y())), to_qimage(pixels))
        painter.end()
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def paint(self, painter: QPainter) -> None:
        """Draw the boxes into the widget with its `painter`."""
        if self._row is None:
            return
        corner = self._row.rect.topLeft()
        running = self._fade.state() == QVariantAnimation.State.Running and not self._before.isNull()
        if running:
            painter.drawPixmap(corner, self._before)
            painter.setOpacity(float(self._fade.currentValue() or 0.0))
        painter.drawPixmap(corner, self._now)
        painter.setOpacity(1.0)

    def box_pixmap(self, step: int) -> QPixmap:
        """Return what is drawn of `step`; nothing before anything is."""
        if self._row is None:
            return QPixmap()
        box, ratio = self._row.box(step).translated(-self._row.rect.topLeft()), self._now.devicePixelRatio()
        return self._now.copy(QRectF(box.topLeft() * ratio, box.size() * ratio).toRect())

    @Slot(object)
    def _on_fade_valueChanged(self, _value: object) -> None:
        self.needsPaint.emit()
