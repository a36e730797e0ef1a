"""What the large palette and a track's small one share: a puck, a path's playhead, and keys for both."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget

from blender_app.ui.controls.redraw_watch import RedrawWatch
from blender_app.ui.look.theme import KEYBOARD_REASONS, Look
from blender_app.ui.palette.path_editor import Place, clip_place

KEY_STEP, FINE_KEY_STEP = 0.05, 0.005
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
OTHERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
"""With these a key is for the window."""


class PuckField(QWidget):
    """A field on which a puck is moved; only what its discs uncover is painted again.

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
        RedrawWatch(self, look, self._redraw)
        self._puck: Place = (0.5, 0.5)
        self._path_playhead: Place | None = None
        self._pressed = self._by_keys = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # -- what a subclass says -----------------------------------------------------------------------

    def _redraw(self) -> None:
        """Draw the picture anew."""
        raise NotImplementedError

    def point_of(self, place: Place) -> QPointF:
        """Return the pixel of a `place` (x, y), each 0-1."""
        raise NotImplementedError

    def _reach_px(self) -> float:
        """Return how far from its middle a disc paints, in pixels."""
        raise NotImplementedError

    def _move_puck(self, place: Place) -> None:
        """Move the puck as the hand does, and tell."""
        raise NotImplementedError

    # -- the discs ----------------------------------------------------------------------------------

    def set_path_playhead(self, place: Place | None) -> None:
        """Show that the playing path or sweep is at `place`, or nothing."""
        if place != self._path_playhead:
            self._update_discs(self._path_playhead, place)
            self._path_playhead = place

    def _show_puck(self, place: Place) -> None:
        if place != self._puck:
            self._update_discs(self._puck, place)
            self._puck = place

    def _update_discs(self, *places: Place | None) -> None:
        for place in places:
            if place is not None:
                self.update(self._disc_rect(place))

    def _disc_rect(self, place: Place) -> QRect:
        center, reach = self.point_of(place), self._reach_px()
        return QRectF(center.x() - reach, center.y() - reach, 2 * reach, 2 * reach).toAlignedRect()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._by_keys = event.reason() in KEYBOARD_REASONS
        self._update_discs(self._puck)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._update_discs(self._puck)

    # -- for the screen reader ----------------------------------------------------------------------

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return the puck's column, 0-1; rows are reached by the arrow keys."""
        return self._puck[0], 0.0, 1.0, FINE_KEY_STEP

    def set_accessible_number(self, value: float) -> None:
        """Move the puck to the column at `value`, 0-1."""
        self._move_puck(clip_place((value, self._puck[1])))
