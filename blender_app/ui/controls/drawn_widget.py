"""What custom-painted widgets share: when their picture is drawn anew, and the playhead over it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from blender_app.core.time import STRAIGHT_SWING
from blender_app.ui.controls import accessible
from blender_app.ui.look.theme import SMALL, Look


class DrawnWidget(QWidget):
    """A widget that is drawn once, and again for another size, another screen or another look.

    Parameters
    ----------
    look
        The look of the window.
    parent
        As in `QWidget`.
    """

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        look.changed.connect(self._on_look_changed)
        accessible.install()

    def _redraw(self) -> None:
        """Draw the picture anew."""
        raise NotImplementedError

    @Slot()
    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self._redraw()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._redraw()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._redraw()


class PlayedWidget(DrawnWidget):
    """The steps of a loop under their beat numbers, over which a playhead goes."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._playhead: float | None = None
        self._swing = STRAIGHT_SWING

    def set_swing(self, swing: float) -> None:
        """Know the swing (0.5-0.75), which delays every second step."""
        self._swing = swing

    def set_playhead(self, step: float | None) -> None:
        """Move the playhead to a position in steps, 0-32, or hide it; repaints only its surroundings."""
        for place in (self._playhead, step):
            if place is not None:
                self._update_round(place)
        self._playhead = step

    def _update_round(self, place: float) -> None:
        """Paint again what a playhead at a place covers and lights up."""
        raise NotImplementedError

    def ruler_height(self) -> int:
        """Return the height in pixels of the beat numbers."""
        return self._look.line_height(SMALL)
