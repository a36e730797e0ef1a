"""What sounds now of a melodic track, large: the playhead, the note that sounds, what comes next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from blender_app.core.lengths import resized
from blender_app.core.melody import MelodyLoop
from blender_app.core.scales import pitch_name
from blender_app.core.time import bars_text
from blender_app.ui.controls import accessible
from blender_app.ui.look.theme import SMALL, Look
from blender_app.ui.loops.step_drawing import NEW_TIP
from blender_app.ui.roll.canvas import RollCanvas
from blender_app.ui.roll.geometry import PitchView
from blender_app.ui.roll.notes import Notes
from blender_app.ui.roll.painting import paint_coming, paint_lost, paint_new, paint_notes

_MOST_SPARE_ROWS = 14
"""So many more rows than needed are kept in sight before the view closes in."""


class RollView(RollCanvas):
    """The sounding melody; while playing only the surroundings of the playhead are repainted.

    Colours and fonts come from `look`.
    """

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._loop = MelodyLoop.empty()
        self._notes: Notes = ()
        self._new: frozenset[int] = frozenset()
        self._waiting: MelodyLoop | None = None
        self._silent = False
        self._picture: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("What sounds now")

    def set_loops(
        self, sounding: MelodyLoop, waiting: MelodyLoop | None, new: NDArray[np.bool_] | None = None
    ) -> None:
        """Show what sounds, and what comes next.

        Parameters
        ----------
        sounding, waiting
            What sounds, and what is waiting to.
        new
            Steps (steps,) where notes start that none of the loops around has; None if there are none.
        """
        waiting = None if waiting == sounding else waiting
        marked = frozenset[int]() if new is None else frozenset(new.nonzero()[0].tolist())
        if (sounding, waiting, marked) == (self._loop, self._waiting, self._new):
            return
        self._loop, self._waiting, self._new = sounding, waiting, marked
        self.setToolTip(NEW_TIP if marked else "")
        self._notes = sounding.to_notes()
        self.set_steps(sounding.steps)
        self._follow()
        self._redraw_notes()
        accessible.announce(self)

    def set_playhead(self, step: float | None) -> None:
        """Move the playhead to `step` of the transport, or hide it; bars follow it into sight."""
        if step is not None:
            self._sight.turn_to(step % self._loop.steps)
        elif self._playhead.step is not None:
            self._sight.scroll_to(0)  # where it begins again
        super().set_playhead(step)

    def set_silent(self, silent: bool) -> None:
        """Show the notes as outlines only if `silent`: muted, or another track is solo."""
        if silent != self._silent:
            self._silent = silent
            self._redraw_notes()

    def _follow(self) -> None:
        """Bring all notes into sight; the view widens at once, and closes in only when far too wide."""
        notes = self._notes + self._coming_notes()
        if not notes:
            return
        needed = PitchView.fit(notes)
        if not self._view.shows(notes) or self._view.rows > needed.rows + _MOST_SPARE_ROWS:
            self.set_pitch_view(needed)

    def _coming_notes(self) -> Notes:
        """Return the notes that come next, as far as what sounds is long; what is shorter is said again."""
        return resized(self._waiting, self._loop.steps).to_notes() if self._waiting else ()

    def _sounding_notes(self) -> Notes:
        return () if self._silent else self._notes

    def _redraw(self) -> None:
        super()._redraw()
        self._redraw_notes()

    def _redraw_notes(self) -> None:
        self._picture = None
        self.update()

    def _drawn(self) -> QPixmap:
        """Return everything but the colour and the playhead, drawn once for each change."""
        if self._picture is None:
            self._picture = self._rows().copy()
            painter = QPainter(self._picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            geometry, notes = self.roll_geometry(), self._notes
            painter.setClipRect(geometry.rect.adjusted(-4, -3, 4, 3))
            if self._silent:
                paint_lost(painter, geometry, notes)
            else:
                paint_notes(painter, geometry, notes, self._look.font(SMALL))
                paint_new(painter, geometry, notes, self._new)
            if self._waiting is not None:
                paint_coming(painter, geometry, notes, self._coming_notes())
            painter.end()
        return self._picture

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        self._paint_color(painter)
        painter.drawPixmap(0, 0, self._drawn())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_playhead(painter)
        painter.end()

    # -- scrolling ------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._sight.take_press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._sight.take_move(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._sight.take_release()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self._sight.take_wheel(event):
            event.ignore()

    # -- for the screen reader ------------------------------------------------------------------------

    def accessible_text(self) -> str:
        """Return the sounding melody in words."""
        return describe_melody(self._loop) + accessible.describe_new(len(self._new))

    def accessible_number(self) -> tuple[float, float, float, float]:
        """Return the number of notes."""
        return float(self._loop.note_count), 0.0, float(self._loop.steps), 1.0

    def set_accessible_number(self, value: float) -> None:
        """Do nothing with `value`: what sounds is changed by the palette."""


def describe_melody(loop: MelodyLoop) -> str:
    """Return how long `loop` is, how many notes it has, how far they reach and how it begins."""
    notes = loop.to_notes()
    bars = bars_text(loop.steps)
    if not notes:
        return f"{bars}, no notes"
    low, high = min(note.pitch for note in notes), max(note.pitch for note in notes)
    names = ", ".join(pitch_name(note.pitch) for note in notes[:4])
    count = f"{len(notes)} note{'s' * (len(notes) != 1)}"
    return f"{bars}, {count} from {pitch_name(low)} to {pitch_name(high)}, beginning {names}"
