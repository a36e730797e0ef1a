"""The controller: makes the parts of a running session and wires them; it knows no widgets."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Slot

from blender_app.core.checks import Point
from blender_app.session.devices import Devices
from blender_app.session.dice import Dice
from blender_app.session.document import Document
from blender_app.session.edits.band import BandEdits
from blender_app.session.edits.clips import ClipEdits
from blender_app.session.edits.corners import CornerEdits
from blender_app.session.edits.lengths import LengthEdits
from blender_app.session.edits.morph import MorphEdits
from blender_app.session.edits.place import PlaceEdits
from blender_app.session.edits.tracks import TrackEdits
from blender_app.session.engine_link import Engine, EngineLink
from blender_app.session.exchange import Exchange
from blender_app.session.filing import Files
from blender_app.session.messages import Messages
from blender_app.session.models import Model, ReadyPalette
from blender_app.session.palettes import Palettes, front_first
from blender_app.session.playback import Playback
from blender_app.session.session import Session
from blender_app.session.settings import Settings
from blender_app.session.worker import DecodeWorker


class Controller(QObject):
    """Everything that the window needs, in parts; each tells what it does and which signals it has.

    Parameters
    ----------
    make_engine
        Returns an engine that is not started yet.
    load_model
        Returns the model of a name; called in a thread of the worker.
    load_stored
        Returns the palette that answers for a kind of track until its model is there, or None.
    settings
        What is remembered between sessions.
    state_folder
        Where unsaved work is kept.
    session
        What to begin with; None is a new one.
    clock
        Gives monotonic seconds, of the engine's clock.
    parent
        Qt parent.

    Notes
    -----
    Nothing runs before `start`; `close` ends all threads and the engine's process.
    """

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        load_model: Callable[[str], Model],
        load_stored: Callable[[str], ReadyPalette | None],
        settings: Settings,
        state_folder: Path,
        session: Session | None = None,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._link = link = EngineLink(make_engine, clock)
        self._worker = worker = DecodeWorker(load_model, load_stored, self)
        messages, document = Messages(self), Document(session, clock, self)
        self.settings: Final = settings
        self.messages: Final = messages
        self.document: Final = document
        self.palettes: Final = Palettes(document, worker, messages, self)
        self.devices: Final = Devices(document, link, self.palettes, settings, messages, clock, self)
        self.playback: Final = Playback(document, link, worker, self.devices, self)
        self.band: Final = BandEdits(document, clock)
        self.tracks: Final = TrackEdits(document, messages)
        self.place: Final = PlaceEdits(document)
        self.corners: Final = CornerEdits(document, messages)
        self.morph: Final = MorphEdits(document, self._playhead)
        self.clips: Final = ClipEdits(document)
        self.lengths: Final = LengthEdits(document)
        self.dice: Final = Dice(
            document, worker, self.palettes, self.corners, self.morph, messages, parent=self
        )
        self.files: Final = Files(
            document, settings, state_folder, messages, lambda: self.palettes.model_hashes, self
        )
        self.exchange: Final = Exchange(
            document, self.palettes, self.playback, worker, self.corners, messages, self
        )
        document.sessionReplaced.connect(self._on_document_sessionReplaced)
        self.files.begun.connect(self.palettes.follow_new_session)

    def start(self) -> None:
        """Start the engine and the worker; ask for the first palettes."""
        self.devices.start(opened=self.files.file is not None)
        self.palettes.start()

    def close(self, keep_unsaved: bool = False) -> None:
        """Stop the sound, end threads and process; forget unsaved work unless `keep_unsaved`."""
        self.devices.close()
        self.palettes.close()
        self.files.close(keep_unsaved)
        self.exchange.close()

    def _playhead(self, track: str) -> Point | None:
        """Return where the path or sweep of a track is now; None if none plays."""
        return self.playback.path_position(self._clock(), track)

    @Slot(object, object)
    def _on_document_sessionReplaced(self, before: Session, changed: frozenset[str]) -> None:
        """Let engine and worker follow the session, in this order: what they are told depends on it."""
        if not self.devices.running:
            return
        session = self.document.session
        for gone in set(before.track_names) - set(session.track_names):
            self.playback.forget(gone)
            self.palettes.forget(gone)
        self.devices.follow_session(before)
        earlier = {track.name: track for track in before.tracks}
        for track in front_first(session):
            old = earlier.get(track.name)
            if track is not old or session.scale != before.scale:
                self.palettes.follow_track((before, old) if old else None, track)
                self.playback.follow_track(old, track)
        if changed & {"audio_enabled", "tracks"}:
            self.devices.update_status()
