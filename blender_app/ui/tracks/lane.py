"""What sounds on a track, small: its hits or its contour, with the playhead."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from blender_app.core.drums import DrumLoop
from blender_app.session.session import Loop
from blender_app.ui.controls import accessible
from blender_app.ui.controls.playhead import Playhead
from blender_app.ui.controls.redraw_watch import RedrawWatch
from blender_app.ui.look.theme import KEYBOARD_REASONS, Look
from blender_app.ui.loops.pictures import picture
from blender_app.ui.loops.step_drawing import paint_playhead
from blender_app.ui.palette.path_editor import Place

_INSET_SHARE = 0.06
"""Margin of the pictures at either side, as a share of their width."""
_SILENT_OPACITY = 0.32
_RADIUS = 4.0
_BLACK = np.zeros(3)


class TrackLane(QWidget):
    """The sounding loop in one line; while playing only the surroundings of the playhead are painted.

    Colours come from `look`.
    """

    chosen = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        RedrawWatch(self, look, self._redraw)
        self._loop: Loop = DrumLoop.empty()
        self._place: Place = (0.5, 0.5)
        self._silent = self._by_keys = False
        self._playhead = Playhead(self._update_round)
        self._picture: QPixmap | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleDescription("Enter brings the track to the front")

    def set_track(self, name: str) -> None:
        """Call the track `name` for the screen reader."""
        self.setAccessibleName(f"What sounds on {name}")

    def set_loop(self, loop: Loop) -> None:
        """Show `loop`, which sounds."""
        if loop != self._loop:
            self._loop = loop
            self._redraw()
            accessible.announce(self)

    def set_place(self, place: Place) -> None:
        """Take the colour of a `place` (x, y) on the palette."""
        if place != self._place:
            self._place = place
            self.update()

    def set_silent(self, silent: bool) -> None:
        """Show that the track is not heard if `silent`: muted, or another one plays solo."""
        if silent != self._silent:
            self._silent = silent
            self.update()

    def set_playhead(self, step: float | None) -> None:
        """Move the playhead to `step`, a position of the transport, or hide it."""
        self._playhead.move(None if step is None else step % self._loop.steps)

    def _update_round(self, place: float) -> None:
        x = self._x_of(place)
        self.update(QRectF(x - 3.0, 0.0, 6.0, self.height()).toAlignedRect())

    def _x_of(self, step: float) -> float:
        inset = self.width() * _INSET_SHARE
        return inset + step / self._loop.steps * (self.width() - 2 * inset)

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def _drawn(self) -> QPixmap:
        """Return the marks, white on black: they outlast many colours."""
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            size = max(8, round(self.width() * ratio)), max(8, round(self.height() * ratio))
            self._picture = QPixmap.fromImage(picture(self._loop, _BLACK, size, 0.0))
            self._picture.setDevicePixelRatio(ratio)
        return self._picture

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.fillRect(event.rect(), self._look.theme.color("panel"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(_SILENT_OPACITY if self._silent else 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.blend(*self._place))
        painter.drawRoundedRect(self.rect(), _RADIUS, _RADIUS)
        # White adds up to white, and black to nothing.
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Screen)
        painter.drawPixmap(0, 0, self._drawn())
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setOpacity(1.0)
        if self._playhead.step is not None:
            paint_playhead(painter, self._x_of(self._playhead.step), 0.0, float(self.height()))
        if self._by_keys and self.hasFocus():
            painter.setPen(QPen(self._look.theme.color("accent"), 2.0))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4.0, 4.0)
        painter.end()

    def sizeHint(self) -> QSize:
        return QSize(160, 26)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 16)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keys = event.reason() in KEYBOARD_REASONS
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    # -- for the screen reader ----------------------------------------------------------------------

    def accessible_text(self) -> str:
        """Return the sounding loop in words."""
        return f"{'silent, ' if self._silent else ''}{accessible.describe_loop(self._loop)}"

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return the number of hits or notes."""
        if isinstance(self._loop, DrumLoop):
            return float(self._loop.hit_count), 0.0, float(self._loop.hits.size), 1.0
        return float(self._loop.note_count), 0.0, float(self._loop.steps), 1.0

    def set_accessible_number(self, value: float) -> None:
        """Do nothing with `value`: what sounds is changed by the palette."""
