"""The band and its engine: what is started and closed, which devices there are, what they say."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from blender_app.core.drums import VOICE_PITCHES
from blender_app.core.errors import LoopweaveError
from blender_app.core.gm import DRUM_CHANNEL
from blender_app.engine import messages as m
from blender_app.engine.midi_port import find_port
from blender_app.session import commands
from blender_app.session.band import Band
from blender_app.session.document import Session
from blender_app.session.models import Model, StoredPalette
from blender_app.session.playback import Changes, Engine
from blender_app.session.settings import Settings
from blender_app.session.status import Status, needed_models, status_of
from blender_app.session.track import TrackKind
from blender_app.session.undo import track_field

POLL_EVERY_MS = 10
RESTART_ENGINE_AFTER_S = 30.0
"""An engine that dies sooner than this after a restart is not started again by itself."""
CLOSE_TIMEOUT_S = 5.0

_log = logging.getLogger(__name__)


class Instrument(Band):
    """A session that sounds.

    Parameters
    ----------
    make_engine
        Returns an engine that is not started yet.
    load_model, load_stored, settings, state_folder, session, clock, parent
        As in `Band`.

    Notes
    -----
    Nothing runs before `start`; `close` ends all threads and the engine's process. `noteReceived`
    carries pitch, velocity (0 ends a note) and the moment in monotonic seconds.
    """

    transportChanged = Signal()
    statusChanged = Signal()
    portsChanged = Signal()
    inputsChanged = Signal()
    kitsChanged = Signal()
    noteReceived = Signal(int, int, float)

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        load_model: Callable[[str], Model],
        load_stored: Callable[[str], StoredPalette | None],
        settings: Settings,
        state_folder: Path,
        session: Session | None = None,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(make_engine, load_model, load_stored, settings, state_folder, session, clock, parent)
        self._restarted_s: float | None = None
        self._wanted_input: str | None = None
        self._thru: str | None = None
        self._metronome = False
        self._status = Status()
        self._poll_timer = QTimer(self)
        self._poll_timer.setInterval(POLL_EVERY_MS)
        self._poll_timer.timeout.connect(self._on_poll_timer_timeout)

    # -- life -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the engine and the worker; ask for the first palettes."""
        self._remember_devices()
        self._running = True
        self._start_engine()
        self._follow_tracks(None)
        self._worker.start()
        self._poll_timer.start()
        self._update_status()

    def _remember_devices(self) -> None:
        """Take MIDI port, routing and font as they were chosen last; an opened file has its own."""
        session, settings = self._session, self._settings
        values: dict[str, object] = {}
        if self._file is None and settings.routing:
            values = self._remembered_routing(settings.routing)
        if session.midi.port is None and settings.last_port:
            values["midi"] = replace(session.midi, port=settings.last_port, virtual=settings.last_port_is_own)
        if self._file is None and session.font is None and settings.font and Path(settings.font).is_file():
            values["font"] = settings.font
        self.apply_values(values)

    def _remembered_routing(self, routing: tuple[int, ...]) -> dict[str, object]:
        """Return channel and notes of the drums as they were set last, unless they are set already."""
        name, (channel, *notes) = TrackKind.DRUMS.value, routing
        if name not in self._session.track_names:
            return {}
        now = self._session.track(name)
        if (now.channel, now.note_map) != (DRUM_CHANNEL, VOICE_PITCHES):
            return {}
        try:
            replace(now, channel=channel, note_map=tuple(notes))
        except ValueError:
            _log.warning("the settings hold no routing: %s", routing)
            return {}
        return {track_field(name, "channel"): channel, track_field(name, "note_map"): tuple(notes)}

    def close(self, keep_unsaved: bool = False) -> None:
        """Stop the sound, end threads and process; forget unsaved work unless told to keep it."""
        if self._running:
            self._running = False
            self._poll_timer.stop()
            self._playback.close(CLOSE_TIMEOUT_S)
            if not self._worker.close():
                _log.warning("the worker did not end in time")
        self._close_files(keep_unsaved)

    def restart_engine(self) -> None:
        """End the sound engine, if it still runs, and start another that goes on with the music."""
        was_playing = self._playback.playing
        self._playback.close(CLOSE_TIMEOUT_S)
        self._start_engine()
        for track in self._session.tracks:
            self._request_sound(track, m.ChangeAt.STEP)
        if was_playing:
            self._playback.send(m.Play())
        self.transportChanged.emit()
        self._update_status()

    def _start_engine(self) -> None:
        try:
            self._playback.start()
        except (OSError, LoopweaveError) as error:
            _log.warning("the engine cannot be started", exc_info=True)
            self.messageShown.emit("error", f"The sound engine cannot be started: {error}")
            return
        session = self._session
        midi = session.midi
        told = commands.engine_commands(None, session)
        if midi.port is not None:
            told += commands.port_commands(midi, self._playback.ports, self._playback.open_port)
        if self._wanted_input is not None:
            told += [m.OpenInput(self._wanted_input), m.SetThru(self._thru)]
        if self._metronome:
            told.append(m.SetMetronome(True))
        for command in told:
            self._playback.send(command)

    # -- from the session to the engine and the worker ------------------------------------------

    def _on_session_replaced(self, before: Session, changed: frozenset[str]) -> None:
        if not self._running:
            return
        session = self._session
        for gone in set(before.track_names) - set(session.track_names):
            self._forget(gone)
        told = commands.engine_commands(before, session)
        if (before.midi.port, before.midi.virtual) != (session.midi.port, session.midi.virtual):
            told += commands.port_commands(session.midi, self._playback.ports, self._playback.open_port)
        for command in told:
            self._playback.send(command)
        self._follow_tracks(before)
        if changed & {"audio_enabled", "tracks"}:
            self._update_status()

    # -- from and to the engine -----------------------------------------------------------------

    @Slot()
    def _on_poll_timer_timeout(self) -> None:
        changes = self._playback.poll()
        self._follow_engine(changes)
        for name, signal in (
            ("transport", self.transportChanged),
            ("ports", self.portsChanged),
            ("inputs", self.inputsChanged),
            ("kits", self.kitsChanged),
        ):
            if name in changes.names:
                signal.emit()
        for track in changes.sounding:
            self.soundingChanged.emit(track)
        for note in changes.notes:
            self.noteReceived.emit(note.pitch, note.velocity, note.time_s)
        if "status" in changes.names:
            self._update_status()
        if self._playback.died:
            self._on_engine_died()

    def _follow_engine(self, changes: Changes) -> None:
        """Do what the engine's news ask for, before others hear of them."""
        if "stopped" in changes.names:
            self._return_paths_to_start()
        if changes.names & {"ports", "port"}:
            self._follow_port(changes)
        font = self._session.font
        if "font" in changes.names and font is not None and Path(font) == self._playback.font:
            self.messageShown.emit(
                "info", f"{Path(font).name} is loaded."
            )  # the shipped one goes without saying
        for level, text in changes.messages:
            self.messageShown.emit(level, text)

    def _follow_port(self, changes: Changes) -> None:
        """Open the session's port when it appears, or appears again, perhaps under another number."""
        midi, opened = self._session.midi, self._playback.open_port
        if midi.port is None:
            return
        if midi.virtual:
            if "midi is back" in changes.names:
                self._playback.send(m.OpenVirtualPort(midi.port))
        elif opened is None or find_port(midi.port, [opened]) is None:
            if "ports" in changes.names and find_port(midi.port, list(self._playback.ports)) is not None:
                self._playback.send(m.OpenPort(midi.port))
        elif opened != midi.port:
            self.apply_values({"midi": replace(midi, port=opened)})

    def _on_engine_died(self) -> None:
        now_s, restarted_s = self._clock(), self._restarted_s
        self._restarted_s = now_s
        if restarted_s is None or now_s - restarted_s > RESTART_ENGINE_AFTER_S:
            self.messageShown.emit("warning", "The sound engine stopped by itself and was started again.")
            self.restart_engine()
            return
        self._playback.close(CLOSE_TIMEOUT_S)
        self.messageShown.emit(
            "error", "The sound engine stopped again. Save your work; then play starts the engine once more."
        )
        self.transportChanged.emit()
        self._update_status()

    def _on_models_changed(self) -> None:
        self._update_status()

    def _update_status(self) -> None:
        models = needed_models(self._session, self._model_states)
        status = status_of(self._playback, self._session.audio_enabled, models)
        if status != self._status:
            self._status = status
            self.statusChanged.emit()
