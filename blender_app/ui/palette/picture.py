"""The palette's cells on the screen: sharp on every screen, cross-fading where they changed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QRectF, QSize, QVariantAnimation, Signal, Slot
from PySide6.QtGui import QPainter, QPixmap, QRegion

from blender_app.ui.look.theme import Look
from blender_app.ui.palette.image import Cells, PaletteGeometry, PaletteImage

FADE_MS = 100
"""How long changed cells take to cross-fade."""
_MANY_CELLS = 40
PaintLines = Callable[[QPainter], None]


class PalettePicture(QObject):
    """Pixmaps of a palette, made when cells, colours, size or the lines over them change.

    Parameters
    ----------
    look
        Colours and motion.
    paint_lines
        Draws what lies still over the cells (the path), in the widget's coordinates.
    parent
        Qt parent.
    """

    needsPaint = Signal(QRegion)

    def __init__(self, look: Look, paint_lines: PaintLines, parent: QObject) -> None:
        super().__init__(parent)
        self._look, self._paint_lines = look, paint_lines
        self._image = PaletteImage()
        self._size, self._ratio = QSize(), 1.0
        self._geometry: PaletteGeometry | None = None
        self._cells_now, self._cells_before = QPixmap(), QPixmap()
        self._still: QPixmap | None = None
        self._changed: list[tuple[int, int]] = []
        self._fade = QVariantAnimation(self)
        self._fade.setStartValue(0.0)
        self._fade.setEndValue(1.0)
        self._fade.setDuration(FADE_MS)
        self._fade.setEasingCurve(QEasingCurve.Type.InOutQuad)
        self._fade.valueChanged.connect(self._on_fade_valueChanged)

    def draw(self, cells: Cells, size: QSize, ratio: float, fade: bool) -> None:
        """Draw what differs from the last call.

        Parameters
        ----------
        cells
            Loops, row by row.
        size
            Of the widget, in pixels.
        ratio
            Device pixels a pixel of its screen.
        fade
            Whether what differs cross-fades.
        """
        rows, cols = len(cells), len(cells[0])
        geometry = PaletteGeometry.fit(
            rows, cols, round(size.width() * ratio), round(size.height() * ratio), ratio
        )
        fade = fade and geometry == self._geometry and not self._look.reduced_motion
        self._size, self._ratio, self._geometry = size, ratio, geometry
        changed = self._image.draw(cells, self._look.blend_grid(rows, cols), geometry)
        if not changed and not self._cells_now.isNull() and self._cells_now.devicePixelRatioF() == ratio:
            return
        self._cells_before = self._cells_now if fade else QPixmap()
        self._cells_now = self._image.to_pixmap(ratio)
        self._changed, self._still = changed, None
        self._fade.stop()
        if fade:
            self._fade.start()
        else:
            self.needsPaint.emit(QRegion(self.field_rect().toAlignedRect()))

    def lines_changed(self) -> None:
        """Draw the lines over the cells again."""
        self._still = None
        self.needsPaint.emit(QRegion(self.field_rect().toAlignedRect()))

    def field_rect(self) -> QRectF:
        """Return where the cells lie in the widget, in pixels."""
        if self._geometry is None:
            return QRectF(QPointF(), self._size.toSizeF())
        side = self._geometry.side / self._ratio
        left, top = (self._size.width() - side) / 2, (self._size.height() - side) / 2
        return QRectF(round(left), round(top), side, side)

    def cell_size(self) -> tuple[float, float]:
        """Return width and height of a cell in pixels."""
        if self._geometry is None:
            return 40.0, 40.0
        width, height = self._geometry.cell_size
        return width / self._ratio, height / self._ratio

    def paint(self, painter: QPainter) -> None:
        """Draw cells and lines into the widget with its `painter`."""
        corner = self._on_whole_pixels(painter, self.field_rect().topLeft())
        fading = self._fade.state() == QVariantAnimation.State.Running and not self._cells_before.isNull()
        if not fading:
            painter.drawPixmap(corner, self._cells_and_lines())
            return
        painter.drawPixmap(corner, self._cells_before)
        painter.setOpacity(float(self._fade.currentValue() or 0.0))
        painter.drawPixmap(corner, self._cells_now)
        painter.setOpacity(1.0)
        self._paint_lines(painter)

    def _cells_and_lines(self) -> QPixmap:
        """Return all that lies still, drawn once, so that a moving path playhead costs no line."""
        if self._still is None:
            self._still = QPixmap(self._cells_now)
            if not self._still.isNull():
                painter = QPainter(self._still)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.translate(-self.field_rect().topLeft())
                self._paint_lines(painter)
                painter.end()
        return self._still

    def _on_whole_pixels(self, painter: QPainter, point: QPointF) -> QPointF:
        """Return the place nearest to `point` that lies on a whole pixel of the screen."""
        there = painter.deviceTransform().map(point)
        off = QPointF(round(there.x()) - there.x(), round(there.y()) - there.y())
        return point + off / self._ratio

    @Slot(object)
    def _on_fade_valueChanged(self, _value: object) -> None:
        self.needsPaint.emit(self._changed_region())

    def _changed_region(self) -> QRegion:
        field = self.field_rect()
        if self._geometry is None or len(self._changed) > _MANY_CELLS:
            return QRegion(field.toAlignedRect())
        region = QRegion()
        for row, col in self._changed:
            box, ratio = self._geometry.cell_rect(row, col), self._ratio
            rect = QRectF(box.x() / ratio, box.y() / ratio, box.width() / ratio, box.height() / ratio)
            region += rect.translated(field.topLeft()).toAlignedRect().adjusted(-1, -1, 1, 1)
        return region
