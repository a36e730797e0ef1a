"""What can be done with a loop wherever it is shown as a clip: hear it, and write it as a file."""

from __future__ import annotations

from pathlib import Path

from blender_app.core.notes import Note
from blender_app.session.clips import fits
from blender_app.session.controller import Controller
from blender_app.session.session import Clip
from blender_app.ui.loops.audition import Audition
from blender_app.ui.shell.file_windows import FileWindows
from blender_app.ui.shell.presenter import Presenter
from blender_app.ui.shell.shell import Shell


class ClipPlayer(Presenter):
    """Lets a clip be heard while the transport stands, and be carried away.

    Parameters
    ----------
    shell, controller
        As in `Presenter`.
    files
        Asks where to write.
    """

    def __init__(self, shell: Shell, controller: Controller, files: FileWindows) -> None:
        super().__init__(shell, controller)
        self._files = files
        self.audition = Audition(self._sound, self)

    def _sound(self, note: Note) -> None:
        if note.voice is None:
            self._controller.playback.preview_note(note.pitch, note.velocity, length_steps=note.length_steps)
        else:
            self._controller.playback.preview_hit(note.voice, note.velocity)

    def hear(self, clip: Clip) -> None:
        """Let `clip` be heard on the track in front, or say why it cannot be."""
        if not fits(clip, self._front.kind):
            self._shell.tell("info", f"{self._front.name} cannot play {clip.name}.")
        elif self._controller.playback.playing:
            self._shell.tell("info", "Stop to hear a clip, or drag it to a corner.")
        else:
            self.audition.hear(clip.loop, self._controller.document.session.tempo_bpm)

    def export(self, clip: Clip) -> None:
        """Ask where to write `clip` as a MIDI file, or as sound."""
        self._files.export_clip(clip, self._write)

    def _write(self, path: Path, clip: Clip) -> bool:
        return self._controller.exchange.export_loop(path, clip.loop, clip.kind)

    def write_dragged(self, path: Path, clip: Clip) -> bool:
        """Write what a hand carries out of the window, without a word: it may come back.

        Parameters
        ----------
        path
            The file to write.
        clip
            What it is to hold.
        """
        return self._controller.exchange.write_loop(path, clip.loop, clip.kind)

    def show_playing(self) -> None:
        """End what is heard for itself when the transport runs."""
        if self._controller.playback.playing:
            self.audition.stop()

    def let_go(self) -> None:
        """Play no further note."""
        self.audition.stop()
