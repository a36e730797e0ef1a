"""What sounds on the track in front: its pattern, how it is mixed, and where it comes from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QWidget

from blender_app.core.drums import DrumLoop
from blender_app.core.melody import MelodyLoop
from blender_app.core.scales import Key
from blender_app.session.session import Loop, Source, Track
from blender_app.ui.controls.actions import Actions
from blender_app.ui.controls.bars import Switch, action_button
from blender_app.ui.controls.headed_panel import HeadedPanel
from blender_app.ui.drums.lines import COLUMN_GAP, DrumLines, side_width
from blender_app.ui.drums.pattern_view import PatternView
from blender_app.ui.drums.voice_rows import VoiceRows, silent_voices
from blender_app.ui.look.theme import Look
from blender_app.ui.roll.view import RollView
from blender_app.ui.tracks.panel import TrackKnobs

_SOURCES = (
    (Source.PALETTE, "palette", "The palette sounds: a field between four corners  (X)"),
    (Source.MORPH, "morph", "The morph sounds: a row between two loops  (X)"),
)


class SoundingPanel(HeadedPanel):
    """The track in front: what sounds on it now, of palette or morph, and how it is mixed.

    Colours and fonts come from `look`, buttons from `actions`.
    """

    sourceChosen = Signal(object)

    def __init__(self, look: Look, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.source = Switch(look, "What sounds", _SOURCES, self)
        self.source.chosen.connect(self.sourceChosen)
        self.settings_button: QToolButton = action_button(actions["track_settings"], look, self)
        self.heading.insertWidget(1, self.source)
        self.heading.insertWidget(2, self.settings_button)
        self.rows, self.view = VoiceRows(look), PatternView(look)
        self.knobs, self.roll = TrackKnobs(look), RollView(look)
        self.stack = QStackedWidget(self)
        self._drums = DrumLines(look, self.rows, self.view, self.stack)
        self.names = self._drums.names
        self._melody = QWidget(self.stack)
        row = QHBoxLayout(self._melody)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(COLUMN_GAP)
        row.addWidget(self.knobs)
        row.addWidget(self.roll, 1)
        self.stack.addWidget(self._drums)
        self.stack.addWidget(self._melody)
        self.column.addWidget(self.stack, 1)
        self._on_look_changed()

    # -- values -------------------------------------------------------------------------------------

    def show_track(self, track: Track) -> None:
        """Show that this is the sound of `track`, and its settings."""
        self.title.set_text(track.name)
        self.source.show_value(track.source)
        self.stack.setCurrentWidget(self._melody if track.kind.is_melodic else self._drums)
        if track.kind.is_melodic:
            self.knobs.show_track(track)
        else:
            self.rows.set_mix(track.mix)
            self.view.set_silent(silent_voices(track.mix))

    def set_loops(self, sounding: Loop, waiting: Loop | None, new: NDArray[np.bool_] | None = None) -> None:
        """Show what sounds, and what comes next.

        Parameters
        ----------
        sounding, waiting
            What sounds, and what is waiting to.
        new
            Which onsets of what sounds none of the loops around has, as `core.origins.new_onsets` gives them.
        """
        if isinstance(sounding, DrumLoop):
            self.view.set_loops(sounding, waiting if isinstance(waiting, DrumLoop) else None, new)
        else:
            self.roll.set_loops(sounding, waiting if isinstance(waiting, MelodyLoop) else None, new)

    def set_key(self, key: Key | None) -> None:
        """Show by `key` which pitches a melody keeps to."""
        self.roll.set_key(key)

    def set_heard(self, heard: bool) -> None:
        """Show whether a melodic track is `heard` at all."""
        self.roll.set_silent(not heard)

    def set_swing(self, swing: float) -> None:
        """Know `swing` (0.5-0.75), which delays every second step."""
        self.view.set_swing(swing)
        self.roll.set_swing(swing)

    def set_color(self, color: QColor) -> None:
        """Show `color`, that of the place that sounds."""
        self.view.set_color(color)
        self.roll.set_color(color)

    def set_playhead(self, step: float | None) -> None:
        """Move the playhead to `step`, a position of the transport, or hide it."""
        shown = self.roll if self.stack.currentWidget() is self._melody else self.view
        for view in (self.view, self.roll):
            view.set_playhead(step if view is shown else None)

    def show_place(self, x: float, y: float | None, loop: Loop, waiting: bool) -> None:
        """Say in words where we are and how much sounds there.

        Parameters
        ----------
        x, y
            Where, each 0-1; on a morph there are no rows, and `y` is None.
        loop
            What sounds.
        waiting
            Whether something else comes next.
        """
        where = f"position {x:.2f}" if y is None else f"row {y:.2f}  column {x:.2f}"
        many = f"{loop.hit_count} hits" if isinstance(loop, DrumLoop) else f"{loop.note_count} notes"
        coming = "  changes next" if waiting else ""
        self.detail.set_text(f"{where}  {many}{coming}")

    @Slot()
    def _on_look_changed(self) -> None:
        super()._on_look_changed()
        self.knobs.setFixedWidth(side_width(self._look))
