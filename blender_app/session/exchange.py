"""Loops to and from MIDI and WAV files, for other programs.

Methods that take a track mean the one in front where none is given.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from blender_app.core.errors import FileError, LoopweaveError
from blender_app.core.time import DEFAULT_STEPS, STEPS_PER_BAR
from blender_app.session import export
from blender_app.session.document import Document
from blender_app.session.edits.corners import CornerEdits
from blender_app.session.messages import Messages
from blender_app.session.palettes import Palettes
from blender_app.session.path import PathPlan
from blender_app.session.performance import length_of
from blender_app.session.playback import Playback
from blender_app.session.requests import DecodeTarget, PathRequest, PathResult
from blender_app.session.session import DrawnPath, Loop, Session, Source, Track, TrackKind, new_track
from blender_app.session.worker import DecodeWorker

_log = logging.getLogger(__name__)


class Exchange(QObject):
    """Writes what a document plays as MIDI and WAV files, and reads loops.

    Parameters
    ----------
    document
        What is written.
    palettes
        Have the cells.
    playback
        Knows what sounds.
    worker
        Decodes paths.
    corners
        Take what is imported.
    messages
        Told what is written, and what fails.
    parent
        Qt parent.

    Notes
    -----
    Methods that write return whether the file was written or will be; a WAV file is rendered in a thread,
    which ends with `close`.
    """

    def __init__(
        self,
        document: Document,
        palettes: Palettes,
        playback: Playback,
        worker: DecodeWorker,
        corners: CornerEdits,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._palettes = palettes
        self._playback = playback
        self._worker = worker
        self._corners = corners
        self._messages = messages
        self._renderer: ThreadPoolExecutor | None = None
        worker.pathReady.connect(self._on_worker_pathReady)

    def close(self) -> None:
        """Let the file be finished that is being rendered, and give up those that wait."""
        if self._renderer is not None:
            self._renderer.shutdown(cancel_futures=True)

    # -- import ---------------------------------------------------------------------------------

    def import_corner(self, index: int, path: str | Path, track: str | None = None) -> bool:
        """Put the beginning of a MIDI file into a corner, as many bars as that has.

        Parameters
        ----------
        index
            The corner, 0-3.
        path
            The file.
        track
            Whose corner.

        Returns
        -------
        Whether there was anything for the track.
        """
        loop = self.read_loop(path, track, self._document.track(track).corners[index].steps)
        if loop is None:
            return False
        self._corners.put(index, loop, Path(path).stem, "Import MIDI file", track, user_edited=True)
        return True

    def read_loop(
        self, path: str | Path, track: str | None = None, steps: int = DEFAULT_STEPS
    ) -> Loop | None:
        """Return the beginning of a MIDI file for a track; if there are no notes for it, tell why.

        Parameters
        ----------
        path
            The file.
        track
            Whose kind of music is read.
        steps
            Length of the loop: 16, 32, 64, 128 or 256.
        """
        try:
            return export.import_loop(Path(path), self._document.track(track).kind, steps)
        except FileError as error:
            self._messages.error(error)
            return None

    # -- export ---------------------------------------------------------------------------------

    def export_cell(
        self, path: str | Path, row: int | None = None, col: int | None = None, track: str | None = None
    ) -> bool:
        """Write a cell as a MIDI or WAV file.

        Parameters
        ----------
        path
            The file; its ending says which.
        row, col
            The cell; without both it is what sounds.
        track
            Whose cell.
        """
        this = self._document.track(track)
        if row is None or col is None:
            x, y = this.place
            loop, name = self._playback.sounding_of(this.name), f"column {x:.2f}, row {y:.2f}"
        else:
            loop, name = self._palettes.cells_of(this.name)[row][col], f"row {row + 1}, column {col + 1}"
        return self._export(Path(path), export.loop_music(loop, name, this))

    def export_loop(self, path: str | Path, loop: Loop, kind: TrackKind) -> bool:
        """Write any `loop` as a MIDI or WAV file (`path`), sounding as a track of a `kind` does."""
        return self._export(Path(path), self._loop_music(path, loop, kind))

    def write_loop(self, path: str | Path, loop: Loop, kind: TrackKind) -> bool:
        """Write any loop as a MIDI file for another program, without a word when all is well.

        Parameters
        ----------
        path
            The file; whatever its ending, it becomes ".mid".
        loop, kind
            The loop, and the kind of track with whose sound it is written.
        """
        return self._export(Path(path).with_suffix(".mid"), self._loop_music(path, loop, kind), told=False)

    def export_band(self, path: str | Path) -> bool:
        """Write what all tracks play, once through the longest of them, to `path` (MIDI or WAV)."""
        parts = []
        for track in self._document.session.tracks:
            pattern = self._playback.pattern_from_start(track.name)
            if pattern is None:
                self._messages.warn(f"Nothing was exported: {track.name} is not ready yet.")
                return False
            parts.append((track, pattern))
        return self._export(Path(path), export.band_music(parts, length_of(parts) * STEPS_PER_BAR))

    def export_grid(self, path: str | Path, track: str | None = None) -> bool:
        """Write all cells of `track` to `path`, a MIDI file with markers or one WAV file."""
        this = self._document.track(track)
        return self._export(Path(path), export.grid_music(self._palettes.cells_of(this.name), this))

    def export_path(self, path: str | Path, track: str | None = None) -> bool:
        """Write what the path or sweep of `track` plays to `path` (MIDI or WAV), once it is decoded."""
        this = self._document.track(track)
        drawn = _drawn_path(this)
        if drawn is None:
            self._messages.warn("There is no path to export: draw one on the palette.")
            return False
        target = DecodeTarget(this.name, this.source)
        self._worker.request(PathRequest(target, PathPlan(drawn), file=Path(path)))
        return True

    def _loop_music(self, path: str | Path, loop: Loop, kind: TrackKind) -> export.Music:
        front = self._document.session.front_track
        others = (track for track in self._document.session.tracks if track.kind is kind)
        track = front if front.kind is kind else next(others, None) or new_track(kind)
        return export.loop_music(loop, Path(path).stem, track)

    @Slot(object)
    def _on_worker_pathReady(self, result: PathResult) -> None:
        request = result.request
        if request.file is not None and request.target.track in self._document.session.track_names:
            track = self._document.track(request.target.track)
            self._export(request.file, export.path_music(request.plan, result.loops, track))

    # -- to the disk ----------------------------------------------------------------------------

    def _export(self, path: Path, music: export.Music, told: bool = True) -> bool:
        """Write a MIDI file at once, a WAV file in a thread; return whether it was or will be."""
        path, session = export.with_suffix(path), self._document.session
        if not export.is_sound(path):
            return self._export_now(path, music, session, told)
        self._renderer = self._renderer or ThreadPoolExecutor(1, thread_name_prefix="render")
        self._messages.info(f"{path.name} is being rendered.")
        self._renderer.submit(self._export_now, path, music, session)
        return True

    def _export_now(self, path: Path, music: export.Music, session: Session, told: bool = True) -> bool:
        try:
            export.export_music(path, music, session)
        except LoopweaveError as error:
            self._messages.error(error)
            return False
        except Exception as error:  # noqa: BLE001 (the edge of the rendering thread)
            _log.exception("export failed")
            self._messages.error(f"{path.name} could not be written: {error}")
            return False
        if told:
            self._messages.info(f"{path.name} is written.")
        return True


def _drawn_path(track: Track) -> DrawnPath | None:
    """Return the path or the sweep of a track, whether it plays or not."""
    if track.source is Source.MORPH and track.morph is not None:
        return replace(track.morph, sweeping=True).sweep
    return track.path
