"""The morph of the track in front: a row of steps between two loops, made when it is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from blender_app.session.controller import Controller
from blender_app.session.session import Clip, Morph, Source
from blender_app.ui.loops.edited_loop import EditedLoop
from blender_app.ui.shell.clip_player import ClipPlayer
from blender_app.ui.shell.file_windows import FileWindows
from blender_app.ui.shell.length_presenter import LengthPresenter
from blender_app.ui.shell.presenter import Presenter, changed_fields_of
from blender_app.ui.shell.shell import Shell

if TYPE_CHECKING:
    from blender_app.ui.morph.panel import MorphPanel


class MorphPresenter(Presenter):
    """Makes the morph's panel, and connects it with the controller's track in front.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    edited
        Which loop is edited.
    files
        Asks for files to import.
    player
        Lets steps be heard, and writes them.
    lengths
        Makes ends longer or shorter.
    """

    clipMade = Signal(object)
    """A step, a `Clip`, is to be kept."""

    def __init__(
        self,
        shell: Shell,
        controller: Controller,
        edited: EditedLoop,
        files: FileWindows,
        player: ClipPlayer,
        lengths: LengthPresenter,
    ) -> None:
        super().__init__(shell, controller)
        self._edited, self._files, self._player = edited, files, player
        self._lengths = lengths
        edited.chosen.connect(self._show_edited)

    # -- the panel ----------------------------------------------------------------------------------

    @property
    def is_made(self) -> bool:
        """Whether the panel is there."""
        return "panel" in self.__dict__

    @cached_property
    def panel(self) -> MorphPanel:
        """The row of steps between its ends, made when it is asked for first."""
        from blender_app.ui.morph.panel import MorphPanel  # noqa: PLC0415 - the first picture needs none

        panel = MorphPanel(self._shell.look)
        self._shell.stage.addWidget(panel)
        self._shell.set_hint(panel.view, "morph")
        self._connect_panel(panel)
        panel.set_midi_writer(self._player.write_dragged)
        self._show_on(panel)
        return panel

    def _connect_panel(self, panel: MorphPanel) -> None:
        c, edited = self._controller, self._edited
        panel.morphEdited.connect(self._on_panel_morphEdited)
        panel.stepClicked.connect(self._hear_step)
        panel.endEditAsked.connect(edited.edit_end)
        panel.endDiced.connect(c.dice.roll_end)
        panel.endVaried.connect(c.dice.vary_end)
        panel.endImportAsked.connect(lambda end: self._files.import_end(end, edited.import_end))
        panel.endFileDropped.connect(edited.import_end)
        panel.endLengthChosen.connect(self._lengths.change_end)
        panel.stepToCorner.connect(self._put_step_into_corner)
        panel.stepToClip.connect(self._keep_step)
        panel.stepExportAsked.connect(self._export_step)
        panel.parameterTurned.connect(c.document.set_track_parameter)
        panel.gestureStarted.connect(c.document.begin_gesture)
        panel.gestureEnded.connect(c.document.end_gesture)

    def deferred_parts(self) -> Iterator[object]:
        yield import_module("blender_app.ui.morph.panel")
        yield self.panel

    # -- showing ------------------------------------------------------------------------------------

    def show_all(self) -> None:
        if self.is_made:
            self._show_on(self.panel)
        self._show_source()

    def _show_on(self, panel: MorphPanel) -> None:
        track = self._front
        panel.set_track(track)
        panel.set_in_key(self._edited.in_key)
        panel.set_loops(self._controller.palettes.morph_loops_of(track.name))
        self._show_playing_on(panel)

    def _show_source(self) -> None:
        """Put the morph on the stage, where it sounds."""
        if self._morphs:
            self._shell.stage.setCurrentWidget(self.panel)
            self._show_edited()

    def show_changes(self, names: frozenset[str]) -> None:
        if "front" in names:
            self.show_all()
            return
        fields = changed_fields_of(names, self._front.name)
        if self.is_made and fields & {"morph", "corners", "corner_names", "source", "wander"}:
            self.panel.set_track(self._front)
            self._show_playing_on(self.panel)
        if self.is_made and ("scale" in names or "scale_lock" in fields):
            self.panel.set_in_key(self._edited.in_key)
        if fields & {"source", "morph"}:
            self._show_source()

    def show_morph(self, track: str) -> None:
        if self.is_made and track == self._front.name:
            self.panel.set_loops(self._controller.palettes.morph_loops_of(track))

    def show_playing(self) -> None:
        if self.is_made:
            self._show_playing_on(self.panel)

    def _show_playing_on(self, panel: MorphPanel) -> None:
        panel.set_playing(self._controller.playback.playing and self._morphs)
        self._show_sweep_on(panel, self._shell.now_s())

    def show_frame(self, now_s: float, step: float | None) -> None:
        if self.is_made:
            self.panel.set_playhead(step if self._morphs else None)
            self._show_sweep_on(self.panel, None if step is None else now_s)

    def _show_sweep_on(self, panel: MorphPanel, now_s: float | None) -> None:
        """Show where the sweep is at a moment, or nothing."""
        swept = self._morphs and now_s is not None
        place = self._controller.playback.path_position(now_s) if swept and now_s is not None else None
        panel.set_sweep_playhead(None if place is None else place[0])

    @Slot()
    def _show_edited(self) -> None:
        """Mark the end that is edited."""
        if self._morphs:
            self.panel.set_selected_end(self._edited.end)

    def show_look(self) -> None:
        self._show_edited()

    # -- by hand ------------------------------------------------------------------------------------

    @Slot(object, str, str)
    def _on_panel_morphEdited(self, morph: Morph, text: str, merge_key: str) -> None:
        self._controller.morph.put(morph, text, merge_key or None)

    @Slot(object, int)
    def put_clip(self, clip: Clip, end: int) -> None:
        """Put a clip at an end; a track that had no morph sounds it from now on.

        Parameters
        ----------
        clip
            The clip.
        end
            The end, 0 or 1.
        """
        if self._front.morph is None:
            self._controller.morph.set_source(Source.MORPH)
        self.panel.put_clip(end, clip)

    def _put_step_into_corner(self, step: int, corner: int) -> None:
        clip = self.panel.step_clip(step)
        if clip is not None:
            self._controller.corners.put(corner, clip.loop, clip.name, "Step into corner")
            self._shell.tell("info", f"{clip.name} is corner {corner + 1} now.")

    def _keep_step(self, step: int) -> None:
        clip = self.panel.step_clip(step)
        if clip is not None:
            self.clipMade.emit(clip)

    def _hear_step(self, step: int) -> None:
        clip = self.panel.step_clip(step)
        if clip is not None and not self._controller.playback.playing:
            self._player.hear(clip)

    def _export_step(self, step: int) -> None:
        clip = self.panel.step_clip(step)
        if clip is not None:
            self._player.export(clip)
