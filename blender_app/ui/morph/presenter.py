"""The mixer and the shelf of clips in the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from blender_app.core.notes import Note
from blender_app.session import mixing
from blender_app.session.clips import fits
from blender_app.session.document import MAX_CLIPS, Clip, Mixer, Source, Track
from blender_app.ui.clips.library import ClipShelf
from blender_app.ui.loops.audition import Audition
from blender_app.ui.morph.panel import MixerPanel
from blender_app.ui.window.window_front import SHELF_KEY, changed_fields_of

if TYPE_CHECKING:
    from blender_app.ui.window.main_window import MainWindow


class WindowMixer(QObject):
    """Makes a window's mixer and shelf, and connects them with the controller's track in front."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._controller = window, window.controller
        self.panel, self.shelf = MixerPanel(window.look), ClipShelf(window.look)
        self.shelf.hide()
        window.place_mixer(self.panel, self.shelf)
        window.hints.set_name(self.panel.view, "mixer")
        window.hints.set_name(self.shelf.list, "shelf")
        self.audition = Audition(self._sound, self)
        self._connect_panel()
        self._connect_shelf()
        for widget in (self.panel, self.shelf):
            widget.set_midi_writer(self._write_dragged)
        self.show_all()

    def _connect_panel(self) -> None:
        c, panel = self._controller, self.panel
        panel.mixerEdited.connect(self._on_panel_mixerEdited)
        panel.stepClicked.connect(self._hear_step)
        panel.endEditAsked.connect(self._window.front.edit_end)
        panel.endDiced.connect(c.dice_end)
        panel.endVaried.connect(c.vary_end)
        panel.endImportAsked.connect(lambda end: self._window.files.import_end(end, self.import_end))
        panel.endFileDropped.connect(self.import_end)
        panel.stepToCorner.connect(self._put_step_into_corner)
        panel.stepToClip.connect(self._keep_step)
        panel.stepExportAsked.connect(self._export_step)
        panel.gestureStarted.connect(c.begin_gesture)
        panel.gestureEnded.connect(c.end_gesture)

    def _connect_shelf(self) -> None:
        shelf = self.shelf
        shelf.clipsEdited.connect(self._controller.set_clips)
        shelf.full.connect(self._on_shelf_full)
        shelf.keepAsked.connect(self.keep_sounding)
        shelf.auditionAsked.connect(lambda row: self._hear_clip(self._clip(row)))
        shelf.toCornerAsked.connect(lambda row, corner: self._window.front.put_clip(corner, self._clip(row)))
        shelf.toEndAsked.connect(lambda row, end: self._put_clip_at_end(self._clip(row), end))
        shelf.exportAsked.connect(lambda row: self._export_clip(self._clip(row)))

    def _clip(self, row: int) -> Clip:
        return self._controller.session.clips[row]

    @property
    def _track(self) -> Track:
        return self._controller.session.front_track

    # -- showing ------------------------------------------------------------------------------------

    def show_all(self) -> None:
        """Show the mixer of the track in front, and the shelf."""
        track = self._track
        self.panel.set_track(track)
        self._show_key()
        self.panel.set_loops(self._controller.mixer_loops_of(track.name))
        self.shelf.set_kind(track.kind)
        self.shelf.set_clips(self._controller.session.clips)
        self._show_playing()

    def show_changes(self, names: frozenset[str]) -> None:
        """Show what changed in the session, by the names that it told."""
        fields = changed_fields_of(names, self._track.name)
        if "front" in names:
            self.show_all()
        elif fields & {"mixer", "corners", "corner_names", "source"}:
            self.panel.set_track(self._track)
            self._show_playing()
        if "scale" in names or "scale_lock" in fields:
            self._show_key()
        if "clips" in names:
            self.shelf.set_clips(self._controller.session.clips)

    def _show_key(self) -> None:
        self.panel.set_in_key(self._controller.session.key_of(self._track) is not None)

    def show_loops(self, name: str) -> None:
        """Show the steps of a mixer that were decoded, if it is the one in front."""
        if name == self._track.name:
            self.panel.set_loops(self._controller.mixer_loops_of(name))
            self._window.front.show_edited()

    def show_playing(self) -> None:
        """Show whether the transport runs; it ends what is heard for itself."""
        if self._controller.playing:
            self.audition.stop()
        self._show_playing()

    def _show_playing(self) -> None:
        mixes = self._track.source is Source.MIXER
        self.panel.set_playing(self._controller.playing and mixes)
        bead = self._controller.path_position(self._window.now_s()) if mixes else None
        self.panel.set_bead(None if bead is None else bead[0])

    def show_frame(self, now_s: float, step: float | None) -> None:
        """Move playhead and bead to a moment."""
        mixes = self._track.source is Source.MIXER
        bead = self._controller.path_position(now_s) if mixes and step is not None else None
        self.panel.set_playhead(step if mixes else None)
        self.panel.set_bead(None if bead is None else bead[0])

    def show_shelf(self, shown: bool) -> None:
        """Show or hide the shelf, now and at the next start."""
        self.shelf.setVisible(shown)
        self._controller.settings.set_value(SHELF_KEY, "1" if shown else "0")

    # -- by hand ------------------------------------------------------------------------------------

    def move(self, name: str, x: float, y: float) -> None:
        """Move what a small palette moves: the puck of a track, or the slider of its mixer."""
        track = self._controller.session.track(name)
        if track.source is Source.MIXER and track.mixer is not None:
            moved = mixing.moved(track.mixer, x)
            self._controller.set_mixer(moved, "Glide", "mixer position", name)
        else:
            self._controller.move_puck(x, y, name)

    @Slot(object, str, str)
    def _on_panel_mixerEdited(self, mixer: Mixer, text: str, merge_key: str) -> None:
        self._controller.set_mixer(mixer, text, merge_key or None)

    @Slot(int, str)
    def import_end(self, end: int, path: str) -> None:
        """Put the first two bars of a MIDI file at an end of the mixer."""
        loop = self._controller.read_loop(path)
        if loop is not None:
            self._window.front.set_end(end, loop, Path(path).stem, "Import MIDI file", drawn=True)

    def _put_clip_at_end(self, clip: Clip, end: int) -> None:
        if self._track.mixer is None:
            self._controller.set_source(Source.MIXER)
        self.panel.put_clip(end, clip)

    def _put_step_into_corner(self, step: int, corner: int) -> None:
        clip = self.panel.step_clip(step)
        if clip is not None:
            self._controller.set_corner(corner, clip.loop, clip.name, "Step into corner")
            self._window.banner.show_message("info", f"{clip.name} is corner {corner + 1} now.")

    def _keep_step(self, step: int) -> None:
        clip = self.panel.step_clip(step)
        if clip is not None:
            self._keep(clip)

    @Slot()
    def keep_sounding(self) -> None:
        """Put what sounds on the track in front on the shelf."""
        track = self._track
        x, y = self._window.front.place()
        if track.source is Source.MIXER and track.mixer is not None:
            name = mixing.step_name(track.mixer, mixing.nearest_step(x, track.mixer.steps))
        else:
            name = f"{track.name} {x:.2f}, {y:.2f}"
        self._keep(Clip(name, track.kind, self._controller.sounding))

    def _keep(self, clip: Clip) -> None:
        self.shelf.add(clip)
        self._window.actions_by_name["shelf"].setChecked(True)

    @Slot()
    def _on_shelf_full(self) -> None:
        text = f"The shelf is full: it holds {MAX_CLIPS} clips. Remove one to keep another."
        self._window.banner.show_message("warning", text)

    # -- hearing and writing ------------------------------------------------------------------------

    def _hear_step(self, step: int) -> None:
        clip = self.panel.step_clip(step)
        if clip is not None and not self._controller.playing:
            self._hear_clip(clip)

    def _hear_clip(self, clip: Clip) -> None:
        if not fits(clip, self._track.kind):
            self._window.banner.show_message("info", f"{self._track.name} cannot play {clip.name}.")
        elif self._controller.playing:
            self._window.banner.show_message("info", "Stop to hear a clip, or drag it to a corner.")
        else:
            self.audition.hear(clip.loop, self._controller.session.tempo_bpm)

    def _sound(self, note: Note) -> None:
        if note.voice is None:
            self._controller.preview_note(note.pitch, note.velocity, length_steps=note.length_steps)
        else:
            self._controller.preview_hit(note.voice, note.velocity)

    def _export_step(self, step: int) -> None:
        clip = self.panel.step_clip(step)
        if clip is not None:
            self._export_clip(clip)

    def _export_clip(self, clip: Clip) -> None:
        self._window.files.export_clip(clip, self._write_clip)

    def _write_dragged(self, path: Path, clip: Clip) -> bool:
        """Write what a hand carries out of the window, without a word: it may come back."""
        return self._controller.write_loop(path, clip.loop, clip.kind)

    def _write_clip(self, path: Path, clip: Clip) -> bool:
        return self._controller.export_loop(path, clip.loop, clip.kind)
