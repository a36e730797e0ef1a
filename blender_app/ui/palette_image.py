"""The palette's cells as one image, redrawn only where a pattern or a colour changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPixmap

from blender_app.core.drums import DrumLoop
from blender_app.ui.color import Floats
from blender_app.ui.loop_image import Pixels, render_loops, to_qimage

Cells = Sequence[Sequence[DrumLoop]]


@dataclass(frozen=True, slots=True)
class PaletteGeometry:
    """Where the cells lie, in device pixels: equal boxes on whole pixels, `gap` apart."""

    rows: int
    cols: int
    cell_width: int
    cell_height: int
    gap: int
    radius: float

    @classmethod
    def fit(cls, rows: int, cols: int, width: int, height: int, scale: float) -> PaletteGeometry:
        """Return the largest field of square cells within `width` by `height` device pixels."""
        side = min((width) // cols, (height) // rows)
        gap = max(1, min(round(3 * scale), side // 12))
        side = max(2, min((width + gap) // cols, (height + gap) // rows) - gap)
        return cls(rows, cols, side, side, gap, min(side * 0.09, 4 * scale))

    @property
    def width(self) -> int:
        """Width of the whole field in device pixels."""
        return self.cols * (self.cell_width + self.gap) - self.gap

    @property
    def height(self) -> int:
        """Height of the whole field in device pixels."""
        return self.rows * (self.cell_height + self.gap) - self.gap

    def cell_rect(self, row: int, col: int) -> QRect:
        """Return the box of a cell in device pixels, from the field's top left."""
        return QRect(
            col * (self.cell_width + self.gap),
            row * (self.cell_height + self.gap),
            self.cell_width,
            self.cell_height,
        )


class PaletteImage:
    """The drawn cells; `draw` updates the picture and says which cells changed."""

    def __init__(self) -> None:
        self._pixels: Pixels = np.zeros((1, 1, 4), np.uint8)
        self._cells: tuple[tuple[DrumLoop, ...], ...] = ()
        self._geometry: PaletteGeometry | None = None
        self._labs: Floats = np.zeros((0, 0, 3))

    def draw(self, cells: Cells, labs: Floats, geometry: PaletteGeometry) -> list[tuple[int, int]]:
        """Draw what differs from the last call.

        Parameters
        ----------
        cells
            Rows of loops.
        labs
            Their colours in OKLab, shape (rows, cols, 3).
        geometry
            Where they go.

        Returns
        -------
        list
            (row, column) of the cells drawn anew.
        """
        fresh = geometry != self._geometry or not np.array_equal(labs, self._labs)
        if fresh:
            self._pixels = np.zeros((geometry.height, geometry.width, 4), np.uint8)
        changed = [
            (row, col)
            for row in range(geometry.rows)
            for col in range(geometry.cols)
            if fresh or cells[row][col] != self._cells[row][col]
        ]
        self._geometry, self._labs = geometry, labs
        self._cells = tuple(tuple(row) for row in cells)
        if changed:
            self._draw_cells(changed, geometry)
        return changed

    def _draw_cells(self, places: list[tuple[int, int]], geometry: PaletteGeometry) -> None:
        loops = [self._cells[row][col] for row, col in places]
        labs = np.stack([self._labs[row, col] for row, col in places])
        drawn = render_loops(loops, labs, geometry.cell_width, geometry.cell_height, geometry.radius)
        for (row, col), pixels in zip(places, drawn, strict=True):
            rect = geometry.cell_rect(row, col)
            self._pixels[rect.top() : rect.bottom() + 1, rect.left() : rect.right() + 1] = pixels

    def to_qimage(self) -> QImage:
        """Return the picture as an image."""
        return to_qimage(self._pixels)

    def to_pixmap(self, ratio: float) -> QPixmap:
        """Return the picture for a screen with `ratio` device pixels a pixel."""
        pixmap = QPixmap.fromImage(self.to_qimage())
        pixmap.setDevicePixelRatio(ratio)
        return pixmap
