"""A track's palette, small: its cells, its puck to drag, and the playhead of its path or sweep."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from blender_app.session.session import Loop
from blender_app.ui.controls import accessible
from blender_app.ui.look.theme import SOUNDS, Look
from blender_app.ui.palette.image import Cells, PaletteGeometry, PaletteImage
from blender_app.ui.palette.path_editor import Place, clip_place
from blender_app.ui.palette.puck_field import ARROWS, FINE_KEY_STEP, KEY_STEP, OTHERS, PuckField

MOST_CELLS = 5
"""Cells in a row: of a finer palette only some are shown, large enough to be seen."""
_RADIUS, _PATH_PLAYHEAD_RADIUS = 6.0, 4.0
_SHADOW, _WHITE = QColor(0, 0, 0, 120), QColor(255, 255, 255)


def some_of(cells: Cells, most: int = MOST_CELLS) -> list[list[Loop]]:
    """Return at most `most` rows and columns of `cells`, evenly spread, the corners among them."""
    rows = np.linspace(0, len(cells) - 1, min(most, len(cells))).round().astype(int)
    cols = np.linspace(0, len(cells[0]) - 1, min(most, len(cells[0]))).round().astype(int)
    return [[cells[row][col] for col in cols] for row in rows]


class MiniPalette(PuckField):
    """A small field of cells whose whole area moves the puck; a morph is a field of one row.

    Colours and fonts come from `look`.
    """

    puckMoved = Signal(float, float)
    gestureStarted = Signal(str)
    gestureEnded = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._cells: Cells = ()
        self._loop: Loop | None = None
        self._sounds = False
        self._image, self._picture = PaletteImage(), QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleDescription("Arrow keys move the puck, with Shift in small steps")

    # -- values -------------------------------------------------------------------------------------

    def set_track(self, name: str) -> None:
        """Call the track `name` for the screen reader and in the tip."""
        self.setAccessibleName(f"Palette of {name}")
        self.setToolTip(f"Drag the puck of {name}")

    def set_cells(self, cells: Cells) -> None:
        """Show the loops of `cells`; a field of one row is a morph's."""
        if cells:
            self._cells = some_of(cells)
            self._redraw()

    def set_puck(self, place: Place) -> None:
        """Show the puck, or a morph's slider, at `place` (x, y), each 0-1."""
        self._show_puck(place)

    def set_sounding(self, loop: Loop, sounds: bool) -> None:
        """Know the `loop` that sounds here, for the screen reader.

        `sounds` says whether the puck is heard at all.
        """
        self._loop = loop
        if sounds != self._sounds:
            self._sounds = sounds
            self._update_discs(self._puck)
        accessible.announce(self)

    @property
    def is_row(self) -> bool:
        """Whether the field is one row, as a morph's."""
        return len(self._cells) == 1

    # -- places -------------------------------------------------------------------------------------

    def point_of(self, place: Place) -> QPointF:
        """Return the pixel of a `place` (x, y), each 0-1."""
        inner = self._inner_rect()
        y = 0.5 if self.is_row else place[1]
        return QPointF(inner.left() + place[0] * inner.width(), inner.top() + y * inner.height())

    def place_of(self, point: QPointF) -> Place:
        """Return the place nearest to the pixel `point`; in a row all heights are the same."""
        inner = self._inner_rect()
        x = (point.x() - inner.left()) / max(1.0, inner.width())
        y = (point.y() - inner.top()) / max(1.0, inner.height())
        return clip_place((x, self._puck[1] if self.is_row else y))

    def _inner_rect(self) -> QRectF:
        # The corners lie where the middles of the corner cells are, as on the large palette.
        rows, cols = (len(self._cells), len(self._cells[0])) if self._cells else (MOST_CELLS, MOST_CELLS)
        side_x, side_y = self.width() / cols / 2, self.height() / rows / 2
        return QRectF(self.rect()).adjusted(side_x, side_y, -side_x, -side_y)

    def _reach_px(self) -> float:
        return _RADIUS + 3.5

    # -- drawing ------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        if not self._cells or min(self.width(), self.height()) < 8:
            return
        ratio = self.devicePixelRatioF()
        rows, cols = len(self._cells), len(self._cells[0])
        width, height = round(self.width() * ratio), round(self.height() * ratio)
        geometry = PaletteGeometry.fit(rows, cols, width, height, ratio)
        labs = self._look.blend_grid(rows, cols)
        if self._image.draw(self._cells, labs, geometry) or self._picture.isNull():
            self._picture = self._image.to_pixmap(ratio)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.fillRect(event.rect(), self._look.theme.color("panel"))
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        heard = self._sounds and self._path_playhead is None
        self._paint_disc(painter, self.point_of(self._puck), _RADIUS, heard)
        if self._path_playhead is not None:
            self._paint_disc(painter, self.point_of(self._path_playhead), _PATH_PLAYHEAD_RADIUS, self._sounds)
        if self._by_keys and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(SOUNDS, 1.5))
            painter.drawEllipse(self.point_of(self._puck), _RADIUS + 2.2, _RADIUS + 2.2)
        painter.end()

    def _paint_disc(self, painter: QPainter, center: QPointF, radius: float, heard: bool) -> None:
        painter.setPen(QPen(_SHADOW, 3.5))
        painter.setBrush(SOUNDS if heard else QColor(255, 255, 255, 60))
        painter.drawEllipse(center, radius - 1.0, radius - 1.0)
        painter.setPen(QPen(_WHITE, 1.8))
        painter.drawEllipse(center, radius - 1.0, radius - 1.0)

    def sizeHint(self) -> QSize:
        return QSize(90, 90)

    # -- touching -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._by_keys = True, False
            self.gestureStarted.emit("Move slider" if self.is_row else "Move puck")
            self._move_puck(self.place_of(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed:
            self._move_puck(self.place_of(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._pressed:
            self._pressed = False
            self.gestureEnded.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = ARROWS.get(Qt.Key(event.key()))
        if direction is None or event.modifiers() & OTHERS:
            super().keyPressEvent(event)
            return
        self._by_keys = True
        by = FINE_KEY_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else KEY_STEP
        down = 0 if self.is_row else direction[1]
        self._move_puck(clip_place((self._puck[0] + direction[0] * by, self._puck[1] + down * by)))

    def _move_puck(self, place: Place) -> None:
        place = (round(place[0], 6), round(place[1], 6))
        if place != self._puck:
            self.set_puck(place)
            self.puckMoved.emit(*place)

    # -- for the screen reader ----------------------------------------------------------------------

    def accessible_text(self) -> str:
        """Return where the puck is and what sounds there, in words."""
        x, y = self._puck
        where = f"position {x:.2f}" if self.is_row else f"row {y:.2f}, column {x:.2f}"
        return where if self._loop is None else f"{where}, {accessible.describe_loop(self._loop)}"
