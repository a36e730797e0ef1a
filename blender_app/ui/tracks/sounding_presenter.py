"""What sounds on the track in front: shown, and mixed by hand."""

from __future__ import annotations

from PySide6.QtCore import Slot

from blender_app.core.origins import new_onsets
from blender_app.session.controller import Controller
from blender_app.ui.drums.voice_rows import HEARD_VELOCITY
from blender_app.ui.shell.presenter import Presenter, changed_fields_of
from blender_app.ui.shell.shell import Shell
from blender_app.ui.tracks.panel import panel_parameters
from blender_app.ui.tracks.sounding_panel import SoundingPanel
from blender_app.ui.tracks.strip import is_silent

_IN_HEADING = {"source", "mix", *(row.name for row in panel_parameters())}
"""What the panel shows of a track, besides the sound itself."""


class SoundingPresenter(Presenter):
    """Connects the panel of what sounds with the controller's track in front.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    panel
        The panel.
    """

    def __init__(self, shell: Shell, controller: Controller, panel: SoundingPanel) -> None:
        super().__init__(shell, controller)
        self._panel = panel
        c = self._controller
        panel.sourceChosen.connect(c.morph.set_source)
        panel.names.nameClicked.connect(self._on_names_nameClicked)
        panel.rows.mixChanged.connect(c.tracks.set_voice_mix)
        panel.rows.gestureStarted.connect(c.document.begin_gesture)
        panel.rows.gestureEnded.connect(c.document.end_gesture)

    def show_all(self) -> None:
        self._panel.show_track(self._front)
        self._show_key()
        self.show_sounding(self._front.name)

    def show_changes(self, names: frozenset[str]) -> None:
        if "front" in names:
            self.show_all()
            return
        fields = changed_fields_of(names, self._front.name)
        if fields & {"puck", "morph", "source"}:
            self._show_place()
        if fields & _IN_HEADING:
            self._panel.show_track(self._front)
        if "scale" in names or "scale_lock" in fields:
            self._show_key()
        if any(name.endswith((".mute", ".solo")) for name in names):
            self._show_heard()
        if "swing" in names:
            self._panel.set_swing(self._controller.document.session.swing)

    def show_sounding(self, track: str) -> None:
        """Show what sounds and what comes next, if `track` is in front."""
        if track != self._front.name:
            return
        self._show_loops()
        self._panel.set_swing(self._controller.document.session.swing)
        self._show_heard()
        self._show_place()

    def show_cells(self, track: str) -> None:
        if track == self._front.name:
            self._show_loops()

    def show_morph(self, track: str) -> None:
        self.show_cells(track)

    def _show_loops(self) -> None:
        playback, front = self._controller.playback, self._front
        around = self._controller.palettes.around(front.name, front.source)
        self._panel.set_loops(playback.sounding, playback.waiting, new_onsets(playback.sounding, around))

    def show_frame(self, now_s: float, step: float | None) -> None:
        self._panel.set_playhead(step)

    def show_look(self) -> None:
        self._show_place()

    def _show_heard(self) -> None:
        self._panel.set_heard(not is_silent(self._front, self._controller.document.session.tracks))

    def _show_key(self) -> None:
        self._panel.set_key(self._controller.document.session.key_of(self._front))

    def _show_place(self) -> None:
        """Say where we are, and show its colour."""
        x, y = self._heard_place()
        self._panel.set_color(self._shell.look.blend(x, y))
        waiting = self._controller.playback.waiting is not None
        self._panel.show_place(x, None if self._morphs else y, self._controller.playback.sounding, waiting)

    @Slot(int)
    def _on_names_nameClicked(self, voice: int) -> None:
        self._controller.playback.preview_hit(voice, HEARD_VELOCITY)
