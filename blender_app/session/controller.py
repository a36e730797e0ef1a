"""The controller: joins the session, the decode worker and the engine; knows no widgets."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from blender_app.core.drums import DrumLoop
from blender_app.core.errors import FileError
from blender_app.core.presets import PRESETS, DrumPreset
from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session import export
from blender_app.session.crossfade import CrossfadePalette
from blender_app.session.document import CORNER_COUNT, MidiSettings, Point, Session
from blender_app.session.filing import FilingEditor
from blender_app.session.path import PathPlan, next_boundary, position_at
from blender_app.session.playback import Changes, Engine, Playback, PlayedLoop, PlayedPath
from blender_app.session.settings import Settings
from blender_app.session.status import ModelState, Status, status_of
from blender_app.session.worker import (
    CornerResult,
    DecodeWorker,
    DiceRequest,
    DrumModel,
    LoopRequest,
    LoopResult,
    PaletteRequest,
    PaletteResult,
    PathRequest,
    PathResult,
    StoredPalette,
    VaryRequest,
)

POLL_EVERY_MS = 10
RESTART_ENGINE_AFTER_S = 30.0
"""An engine that dies sooner than this after a restart is not started again by itself."""
CLOSE_TIMEOUT_S = 5.0
VIRTUAL_PORT_NAME = "Loopweave"
SEEDS = 10_000

_log = logging.getLogger(__name__)


class Controller(FilingEditor):
    """Everything that the window needs: values to show, signals, and methods to call.

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
    Nothing runs before `start`; `close` ends all threads and the engine's process. The other
    signals are told in `SessionEditor` and `FilingEditor`.
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
        self._path_result: PathResult | None = None
        self._path_export: Path | None = None
        self._model_state = ModelState.LOADING
        self._model_hash = ""
        self._restarted_s: float | None = None
        self._running = False
        self._make_seed: Callable[[], int] = lambda: secrets.randbelow(SEEDS)
        self._status = self._make_status()
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
        self._running = True
        if self._session.midi.port is None and self._settings.last_port:
            port = MidiSettings(self._settings.last_port, note_map=self._session.midi.note_map)
            self.apply_values({"midi": port})
        self._playback.start()
        self._send_everything()
        self._worker.start()
        self._request_palette()
        self._poll_timer.start()

    def close(self, keep_unsaved: bool = False) -> None:
        """Stop the sound, end threads and process, and forget unsaved work unless told to keep it."""
        if self._running:
            self._running = False
            self._poll_timer.stop()
            self._playback.close(CLOSE_TIMEOUT_S)
            if not self._worker.close():
                _log.warning("the worker did not end in time")
        self._close_files(keep_unsaved)

    # -- reading --------------------------------------------------------------------------------

    @property
    def cells(self) -> list[list[DrumLoop]]:
        """Loops of the palette's cells, row by row; empty before the first palette."""
        return self._cells

    @property
    def held(self) -> tuple[float, ...] | None:
        """Share (0-1) of each corner's steps that the model says by itself; None without a model."""
        return self._held

    @property
    def sounding(self) -> DrumLoop:
        """The loop that sounds, or would if the transport ran."""
        return self._playback.sounding

    @property
    def waiting(self) -> DrumLoop | None:
        """The loop that comes next, None if nothing waits."""
        return self._playback.waiting

    @property
    def playing(self) -> bool:
        """Whether the transport runs."""
        return self._playback.playing

    @property
    def timeline(self) -> Timeline | None:
        """Where the transport is on the monotonic clock; None before the engine said so."""
        return self._playback.timeline

    @property
    def status(self) -> Status:
        """Devices and model."""
        return self._status

    @property
    def presets(self) -> tuple[DrumPreset, ...]:
        """The named grooves."""
        return PRESETS

    @property
    def kits(self) -> tuple[m.Kit, ...]:
        """The font's drum kits."""
        return self._playback.kits

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the MIDI ports that can be opened."""
        return self._playback.ports

    def playhead_step(self, now_s: float) -> float | None:
        """Return which row of the loop (0 up to 32) sounds at a moment; None while stopped."""
        return self._playback.row_at(now_s)

    def path_position(self, now_s: float) -> Point | None:
        """Return where the path's bead is at a moment; None if no path plays."""
        path = self._session.path
        if path is None or not path.playing:
            return None
        step, plan = self._playback.step_at(now_s), self._playback.sounding_path
        if step is None or plan is None:
            return position_at(path, 0.0)
        return position_at(path, max(step - plan.anchor_step, 0.0))

    # -- transport and devices ------------------------------------------------------------------

    def play(self) -> None:
        """Start from where the transport stands."""
        self._playback.send(m.Play())

    def stop(self) -> None:
        """Stop and go back to the beginning."""
        self._playback.send(m.Stop())

    def toggle_play(self) -> None:
        """Play if stopped, stop if playing."""
        if self.playing:
            self.stop()
        else:
            self.play()

    def panic(self) -> None:
        """Silence everything at once."""
        self._playback.send(m.Panic())

    def preview_hit(self, voice: int, velocity: int) -> None:
        """Sound one voice at once."""
        self._playback.send(m.Preview(voice, min(max(velocity, 1), 127)))

    def set_audio(self, enabled: bool) -> None:
        """Switch the built-in synthesizer on or off."""
        self.apply_values({"audio_enabled": enabled})

    def open_port(self, name: str | None) -> None:
        """Send notes to a MIDI port; None closes the one that is open."""
        self._settings.last_port = name
        self.apply_values({"midi": replace(self._session.midi, port=name, virtual=False)})

    def open_virtual_port(self, name: str = VIRTUAL_PORT_NAME) -> None:
        """Make a port that other programs can connect to, and send notes there."""
        self.apply_values({"midi": replace(self._session.midi, port=name, virtual=True)})

    def set_channel(self, channel: int) -> None:
        """Set the MIDI channel, 0-15."""
        self.edit("MIDI channel", midi=replace(self._session.midi, channel=channel))

    def set_note_map(self, notes: tuple[int, ...]) -> None:
        """Set the MIDI note of each of the nine voices."""
        self.edit("Note map", "note map", midi=replace(self._session.midi, note_map=notes))

    def restart_engine(self) -> None:
        """End the sound engine, if it still runs, and start another."""
        was_playing = self._playback.playing
        self._playback.close(CLOSE_TIMEOUT_S)
        self._playback.start()
        self._send_everything()
        self._request_sound(m.ChangeAt.STEP)
        if was_playing:
            self.play()
        self.transportChanged.emit()

    # -- corners out of the model, or out of files ----------------------------------------------

    def dice_corner(self, index: int) -> None:
        """Put a new loop from the model into a corner."""
        if self._has_model():
            self._worker.request(DiceRequest(index, self._make_seed()))

    def vary_corner(self, index: int, amount: float = 0.3) -> None:
        """Vary a corner's loop, the more the larger `amount` (0-1) is."""
        if self._has_model():
            loop = self._session.corners[index]
            self._worker.request(VaryRequest(index, loop, amount, self._make_seed()))

    def dice_all(self) -> None:
        """Put new loops from the model into all corners."""
        for index in range(CORNER_COUNT):
            self.dice_corner(index)

    def import_corner(self, index: int, path: str | Path) -> bool:
        """Put the first two bars of a MIDI file into a corner; return whether there were any."""
        try:
            loop = export.import_loop(Path(path))
        except FileError as error:
            self._tell_error(error)
            return False
        self.set_corner(index, loop, Path(path).stem, "Import MIDI file")
        return True

    # -- export ---------------------------------------------------------------------------------

    def export_cell(self, path: str | Path, row: int | None = None, col: int | None = None) -> bool:
        """Write a cell as a MIDI file; without row and column, what sounds at the puck."""
        if row is None or col is None:
            x, y = self._session.puck
            return self.export_loop(path, self.sounding, f"column {x:.2f}, row {y:.2f}")
        return self.export_loop(path, self._cells[row][col], f"row {row + 1}, column {col + 1}")

    def export_grid(self, path: str | Path) -> bool:
        """Write all cells as one MIDI file with markers."""
        return self.export_cells(path, self._cells)

    def export_path(self, path: str | Path) -> bool:
        """Write what the path plays as a MIDI file, once it is decoded."""
        drawn = self._session.path
        if drawn is None:
            self.messageShown.emit("warning", "There is no path to export: draw one on the palette.")
            return False
        self._path_export = Path(path)
        self._worker.request(PathRequest(PathPlan(drawn)))
        return True

    # -- from the session to engine and worker --------------------------------------------------

    def apply_values(self, values: dict[str, object]) -> None:  # type: ignore[override]
        """Make `values` the session's; the MIDI port stays what it is when an edit is undone."""
        super().apply_values(values)

    def _on_session_replaced(self, changed: frozenset[str]) -> None:
        if not self._running:
            return
        for command in self._commands(changed):
            self._playback.send(command)
        if changed & {"corners", "rows", "cols"}:
            self._request_palette()
        elif changed & {"puck", "path"}:
            self._request_sound(self._session.change_at)

    def _commands(self, changed: frozenset[str]) -> list[m.Command]:
        """Return what the engine must be told when the fields `changed` are new."""
        session, midi = self._session, self._session.midi
        table: list[tuple[str, m.Command]] = [
            ("tempo_bpm", m.SetTempo(session.tempo_bpm)),
            ("swing", m.SetSwing(session.swing)),
            ("feel", m.SetFeel(session.feel)),
            ("mix", m.SetMix(m.DRUM_TRACK, session.mix)),
            ("volume", m.SetGain(session.volume)),
            ("font", m.LoadFont(None if session.font is None else Path(session.font))),
            ("kit", m.SetKit(*session.kit)),
            ("audio_enabled", m.SetAudio(session.audio_enabled)),
            ("midi", m.SetRouting(midi.channel, midi.note_map)),
        ]
        return [command for name, command in table if name in changed]

    def _send_everything(self) -> None:
        """Tell a new engine all that it must know, but for the pattern."""

    # -- asking the worker ----------------------------------------------------------------------

    def _has_model(self) -> bool:
        raise NotImplementedError

    def _request_palette(self) -> None:
        session = self._session
        self._worker.request(PaletteRequest(session.corners, session.rows, session.cols))
