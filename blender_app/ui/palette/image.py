"""The palette's cells as one image, redrawn only where a pattern or a colour changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPixmap

from blender_app.session.session import Loop
from blender_app.ui.look.color import Floats
from blender_app.ui.loops.coverage import Pixels, to_qimage
from blender_app.ui.loops.pictures import Pitches, common_pitches, render_pictures

Cells = Sequence[Sequence[Loop]]


@dataclass(frozen=True, slots=True)
class PaletteGeometry:
    """Where the cells lie, in device pixels: boxes on whole pixels, `gap` apart, that fill a square.

    What does not divide evenly makes some cells a pixel wider than others.

    Parameters
    ----------
    rows, cols
        How many cells there are.
    side
        Of the square, in device pixels.
    radius
        Of the cells' corners, in device pixels.
    """

    rows: int
    cols: int
    side: int
    gap: int
    radius: float

    @classmethod
    def fit(cls, rows: int, cols: int, width: int, height: int, scale: float) -> PaletteGeometry:
        """Return the largest square field of `rows` by `cols` in `width` by `height` device pixels.

        `scale` is how many of those make a pixel.
        """
        side = max(min(width, height), 2 * max(rows, cols))
        cell = side // max(rows, cols)
        gap = max(1, min(round(3 * scale), cell // 12))
        return cls(rows, cols, side, gap, min(cell * 0.09, 4 * scale))

    @property
    def cell_size(self) -> tuple[float, float]:
        """Width and height of a cell on average, without the gap."""
        return self._edge(1, self.cols) - self.gap, self._edge(1, self.rows) - self.gap

    def cell_rect(self, row: int, col: int) -> QRect:
        """Return the box of the cell at `row` and `col` in device pixels, from the field's corner."""
        left, right = round(self._edge(col, self.cols)), round(self._edge(col + 1, self.cols)) - self.gap
        top, bottom = round(self._edge(row, self.rows)), round(self._edge(row + 1, self.rows)) - self.gap
        return QRect(left, top, right - left, bottom - top)

    def _edge(self, index: int, count: int) -> float:
        return index * (self.side + self.gap) / count


class PaletteImage:
    """The drawn cells; `draw` updates the picture and says which cells changed."""

    def __init__(self) -> None:
        self._pixels: Pixels = np.zeros((1, 1, 4), np.uint8)
        self._cells: tuple[tuple[Loop, ...], ...] = ()
        self._geometry: PaletteGeometry | None = None
        self._labs: Floats = np.zeros((0, 0, 3))
        self._pitches: Pitches | None = None

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
        pitches = common_pitches([loop for row in cells for loop in row])
        fresh = (geometry, pitches) != (self._geometry, self._pitches) or not np.array_equal(labs, self._labs)
        if fresh:
            self._pixels = np.zeros((geometry.side, geometry.side, 4), np.uint8)
        changed = [
            (row, col)
            for row in range(geometry.rows)
            for col in range(geometry.cols)
            if fresh or cells[row][col] != self._cells[row][col]
        ]
        self._geometry, self._labs, self._pitches = geometry, labs, pitches
        self._cells = tuple(tuple(row) for row in cells)
        if changed:
            self._draw_cells(changed, geometry)
        return changed

    def _draw_cells(self, places: list[tuple[int, int]], geometry: PaletteGeometry) -> None:
        by_size: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for place in places:
            by_size[geometry.cell_rect(*place).size().toTuple()].append(place)
        for (width, height), equal in by_size.items():
            loops = [self._cells[row][col] for row, col in equal]
            labs = np.stack([self._labs[row, col] for row, col in equal])
            pictures = render_pictures(loops, labs, (width, height), geometry.radius, self._pitches)
            for place, pixels in zip(equal, pictures, strict=True):
                rect = geometry.cell_rect(*place)
                self._pixels[rect.top() : rect.bottom() + 1, rect.left() : rect.right() + 1] = pixels

    def to_qimage(self) -> QImage:
        """Return the picture as an image."""
        return to_qimage(self._pixels)

    def to_pixmap(self, ratio: float) -> QPixmap:
        """Return the picture for a screen with `ratio` device pixels a pixel."""
        pixmap = QPixmap.fromImage(self.to_qimage())
        pixmap.setDevicePixelRatio(ratio)
        return pixmap
