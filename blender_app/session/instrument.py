"""The session made audible: changes go to the decode worker and the engine, their answers come back."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import LoopweaveError
from blender_app.engine import messages as m
from blender_app.engine.midi_port import find_port
from blender_app.session import export
from blender_app.session.document import DrawnPath, MidiSettings, Point, Session
from blender_app.session.filing import FilingEditor
from blender_app.session.path import PathPlan, begins_anew, continued_anchor, next_boundary
from blender_app.session.playback import Changes, Engine, Playback, Played, PlayedLoop, PlayedPath
from blender_app.session.requests import (
    CornerResult,
    DiceRequest,
    LoopRequest,
    LoopResult,
    PaletteRequest,
    PaletteResult,
    PathRequest,
    PathResult,
)
from blender_app.session.settings import Settings
from blender_app.session.status import ModelState, Status, status_of
from blender_app.session.worker import DecodeWorker, DrumModel, StoredPalette

POLL_EVERY_MS = 10
RESTART_ENGINE_AFTER_S = 30.0
"""An engine that dies sooner than this after a restart is not started again by itself."""
CLOSE_TIMEOUT_S = 5.0
SEEDS = 10_000

_log = logging.getLogger(__name__)


class Instrument(FilingEditor):
    """A session that sounds.

    Parameters
    ----------
    make_engine
        Returns an engine that is not started yet.
    load_model
        Returns the model; called in a thread of the worker.
    load_stored
        Returns the palette that answers until the model is there, or None.
    settings, state_folder, session, clock, parent
        As in `FilingEditor`.

    Notes
    -----
    Nothing runs before `start`; `close` ends all threads and the engine's process.
    """

    cellsChanged = Signal()
    soundingChanged = Signal()
    transportChanged = Signal()
    statusChanged = Signal()
    portsChanged = Signal()
    kitsChanged = Signal()

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        load_model: Callable[[], DrumModel],
        load_stored: Callable[[], StoredPalette | None],
        settings: Settings,
        state_folder: Path,
        session: Session | None = None,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(settings, state_folder, session, clock, parent)
        self._playback = Playback(make_engine, clock)
        self._worker = DecodeWorker(load_model, load_stored, self)
        self._cells: list[list[DrumLoop]] = []
        self._held: tuple[float, ...] | None = None
        self._model_state = ModelState.LOADING
        self._model_hash = ""
        self._restarted_s: float | None = None
        self._played_at: Point | DrawnPath | None = None
        self._running = False
        self._make_seed: Callable[[], int] = lambda: secrets.randbelow(SEEDS)
        self._status = Status()
        self._poll_timer = QTimer(self)
        self._poll_timer.setInterval(POLL_EVERY_MS)
        self._poll_timer.timeout.connect(self._on_poll_timer_timeout)
        self._worker.paletteReady.connect(self._on_worker_paletteReady)
        self._worker.loopReady.connect(self._on_worker_loopReady)
        self._worker.pathReady.connect(self._on_worker_pathReady)
        self._worker.cornerReady.connect(self._on_worker_cornerReady)
        self._worker.modelReady.connect(self._on_worker_modelReady)
        self._worker.modelFailed.connect(self._on_worker_modelFailed)
        self._worker.failed.connect(self._on_worker_failed)

    # -- life -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the engine and the worker; ask for the first palette."""
        self._remember_devices()
        self._running = True
        self._start_engine()
        self._worker.start()
        self._request_palette()
        self._poll_timer.start()
        self._update_status()

    def _remember_devices(self) -> None:
        """Take MIDI port, routing and font as they were chosen last; an opened file has its own."""
        session, settings = self._session, self._settings
        midi = session.midi
        if self._file is None and midi == MidiSettings() and settings.routing:
            channel, *notes = settings.routing
            try:
                midi = MidiSettings(channel=channel, note_map=tuple(notes))
            except ValueError:
                _log.warning("the settings hold no routing: %s", settings.routing)
        if midi.port is None and settings.last_port:
            midi = replace(midi, port=settings.last_port, virtual=settings.last_port_is_own)
        self.apply_values({"midi": midi})
        if self._file is None and session.font is None and settings.font and Path(settings.font).is_file():
            self.apply_values({"font": settings.font})

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
        self._request_sound(m.ChangeAt.STEP)
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
        for command in self._commands(None):
            self._playback.send(command)

    # -- from the session to the engine and the worker ------------------------------------------

    def _on_session_replaced(self, before: Session, changed: frozenset[str]) -> None:
        if not self._running:
            return
        for command in self._commands(before):
            self._playback.send(command)
        if changed & {"corners", "rows", "cols"}:
            self._request_palette()
        if changed & {"puck", "path"}:
            self._request_sound(self._session.change_at)
        if "audio_enabled" in changed:
            self._update_status()

    def _commands(self, before: Session | None) -> list[m.Command]:
        """Return what the engine must be told after `before` became the session; None tells all."""
        session, midi = self._session, self._session.midi
        font = None if session.font is None else Path(session.font)
        table: list[tuple[object, object, m.Command]] = [
            (before and before.tempo_bpm, session.tempo_bpm, m.SetTempo(session.tempo_bpm)),
            (before and before.swing, session.swing, m.SetSwing(session.swing)),
            (before and before.feel, session.feel, m.SetFeel(session.feel)),
            (before and before.mix, session.mix, m.SetMix(m.DRUM_TRACK, session.mix)),
            (before and before.volume, session.volume, m.SetGain(session.volume)),
            (before and before.font, session.font, m.LoadFont(font)),
            (before and before.kit, session.kit, m.SetKit(*session.kit)),
            (before and before.audio_enabled, session.audio_enabled, m.SetAudio(session.audio_enabled)),
            (
                before and (before.midi.channel, before.midi.note_map),
                (midi.channel, midi.note_map),
                m.SetRouting(midi.channel, midi.note_map),
            ),
            (before and before.midi.latency_s, midi.latency_s, m.SetLatency(midi.latency_s)),
        ]
        commands = [command for old, new, command in table if old != new]
        old_port = (before.midi.port, before.midi.virtual) if before else (None, False)
        if old_port != (midi.port, midi.virtual):
            commands.extend(self._port_commands(midi))
        return commands

    def _port_commands(self, midi: MidiSettings) -> list[m.Command]:
        """Return what opens the session's port; one that is not there is opened when it appears."""
        if midi.port is not None and midi.virtual:
            return [m.OpenVirtualPort(midi.port)]
        if midi.port is None or find_port(midi.port, list(self._playback.ports)) is not None:
            return [m.OpenPort(midi.port)]
        return [m.OpenPort(None)] if self._playback.open_port is not None else []

    def _request_palette(self) -> None:
        session = self._session
        self._worker.request(PaletteRequest(session.corners, session.rows, session.cols))

    def _request_sound(self, change_at: m.ChangeAt) -> None:
        """Ask for what the path or else the puck plays."""
        path = self._session.path
        if path is not None and path.playing:
            self._worker.request(PathRequest(PathPlan(path), change_at))
        else:
            self._worker.request(LoopRequest(self._session.puck, change_at))

    def _request_sound_again(self) -> None:
        """Ask for what plays where we are, from another palette: at once, but what waits still waits."""
        session = self._session
        place = session.path if session.path_plays else session.puck
        moved = place != self._played_at or self._playback.waiting is not None
        self._request_sound(session.change_at if moved else m.ChangeAt.STEP)

    def _session_to_save(self) -> Session:
        if not self._model_hash:
            return self._session
        return replace(self._session, model_hash=self._model_hash)

    # -- from the worker ------------------------------------------------------------------------

    @Slot(object)
    def _on_worker_paletteReady(self, result: PaletteResult) -> None:
        request, session = result.request, self._session
        if (request.rows, request.cols) != (session.rows, session.cols) or not self._running:
            return
        self._cells, self._held = result.cells, result.held
        self.cellsChanged.emit()
        self._request_sound_again()  # even if it is no more the newest: a long drag would be silent

    @Slot(object)
    def _on_worker_loopReady(self, result: LoopResult) -> None:
        if not self._session.path_plays:
            self._played_at = result.request.point
            self._play(PlayedLoop(result.loop), result.request.change_at)

    @Slot(object)
    def _on_worker_pathReady(self, result: PathResult) -> None:
        plan, target = result.request.plan, result.request.target
        if target is not None:
            self._export(target, export.path_music(plan, result.loops))
        elif self._session.path_plays:  # even if a node has moved on: what is newer follows
            self._played_at = plan.path
            change_at = result.request.change_at
            anchored = replace(plan, anchor_step=self._path_anchor(plan, change_at))
            self._play(PlayedPath(anchored, result.loops), change_at)

    @Slot(object)
    def _on_worker_cornerReady(self, result: CornerResult) -> None:
        request = result.request
        drag, self._gesture_text = self._gesture_text, None  # what comes by itself is no part of a drag
        if isinstance(request, DiceRequest):
            self.set_corner(request.corner, result.loop, f"Dice {request.seed}", "Dice")
        else:
            name = self._session.corner_names[request.corner].removesuffix(" (varied)")
            self.set_corner(request.corner, result.loop, f"{name} (varied)", "Vary corner")
        self._gesture_text = drag

    @Slot(str, str)
    def _on_worker_modelReady(self, name: str, model_hash: str) -> None:
        _log.info("model %s %s is ready", name, model_hash)
        self._model_state, self._model_hash = ModelState.READY, model_hash
        self._compare_model()
        self._update_status()

    @Slot(str)
    def _on_worker_modelFailed(self, message: str) -> None:
        self._model_state = ModelState.FAILED
        self.messageShown.emit(
            "warning", f"{message} The corners play all the same; between them they are cross-faded."
        )
        self._update_status()

    @Slot(str)
    def _on_worker_failed(self, message: str) -> None:
        self.messageShown.emit("error", message)

    def _has_model(self) -> bool:
        """Say whether the dice can fall, now or once the model is loaded; tell if not."""
        if self._model_state is ModelState.FAILED:
            self.messageShown.emit("warning", "Dice and vary need the model, which could not be loaded.")
        elif self._model_state is ModelState.LOADING:
            self.messageShown.emit("info", "The dice fall as soon as the model is loaded.")
        return self._model_state is not ModelState.FAILED

    def _compare_model(self) -> None:
        made_with = self._session.model_hash
        if made_with and self._model_hash and made_with != self._model_hash:
            self.messageShown.emit(
                "warning",
                "This session was made with another version of the model: its corners are the same, "
                "what lies between them may differ.",
            )

    def _begin(self, session: Session, file: Path | None) -> None:
        midi, now = session.midi, self._session.midi
        if midi.port is None:  # then the one in use stays
            session = replace(session, midi=replace(midi, port=now.port, virtual=now.virtual))
        super()._begin(session, file)
        self._compare_model()

    # -- from and to the engine -----------------------------------------------------------------

    def _play(self, played: Played, change_at: m.ChangeAt) -> None:
        if self._playback.play(played, change_at):
            self.soundingChanged.emit()

    def _path_anchor(self, plan: PathPlan, change_at: m.ChangeAt) -> int:
        """Return the transport step on which a path's lap begins: it goes on where it is."""
        step, current = self._playback.step_now(), self._playback.current_path
        if step is None:
            return 0
        if current is not None and not begins_anew(current.plan, plan.path, step):
            return continued_anchor(current.plan, plan.path, step)
        return next_boundary(step, change_at)

    @Slot()
    def _on_poll_timer_timeout(self) -> None:
        changes = self._playback.poll()
        if "stopped" in changes.names:
            self._return_path_to_start()
        if changes.names & {"ports", "port"}:
            self._follow_port(changes)
        font = self._session.font
        if "font" in changes.names and font is not None and Path(font) == self._playback.font:
            self.messageShown.emit(
                "info", f"{Path(font).name} is loaded."
            )  # the shipped one goes without saying
        for level, text in changes.messages:
            self.messageShown.emit(level, text)
        for name, signal in (
            ("transport", self.transportChanged),
            ("sounding", self.soundingChanged),
            ("ports", self.portsChanged),
            ("kits", self.kitsChanged),
        ):
            if name in changes.names:
                signal.emit()
        if "status" in changes.names:
            self._update_status()
        if self._playback.died:
            self._on_engine_died()

    def _return_path_to_start(self) -> None:
        """Let a path begin its lap at step 0 again once the transport has stopped."""
        current = self._playback.current_path
        if current is not None and current.plan.anchor_step:
            self._play(replace(current, plan=replace(current.plan, anchor_step=0)), m.ChangeAt.STEP)

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

    def _update_status(self) -> None:
        session = self._session
        status = status_of(self._playback, session.audio_enabled, session.model_name, self._model_state)
        if status != self._status:
            self._status = status
            self.statusChanged.emit()
