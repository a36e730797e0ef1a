"""The engine and the devices behind it: what is started and closed, which there are, what they say."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from blender_app.core.checks import clamp
from blender_app.core.errors import LoopweaveError
from blender_app.engine import messages as m
from blender_app.engine.midi_port import find_port
from blender_app.session import commands
from blender_app.session.document import Document
from blender_app.session.engine_link import Changes, EngineLink
from blender_app.session.messages import Messages
from blender_app.session.palettes import Palettes
from blender_app.session.remembered import remembered_values, routing_of
from blender_app.session.session import MAX_LATENCY_S, MIN_LATENCY_S, Session
from blender_app.session.settings import Settings
from blender_app.session.status import Status, needed_models, status_of

POLL_EVERY_MS = 10
RESTART_ENGINE_AFTER_S = 30.0
"""An engine that dies sooner than this after a restart is not started again by itself."""
CLOSE_TIMEOUT_S = 5.0
VIRTUAL_PORT_NAME = "Loopweave"

_log = logging.getLogger(__name__)


class Devices(QObject):
    """Runs the engine, and chooses its ports, inputs and sounds.

    Parameters
    ----------
    document
        Which devices are wanted, and what the engine is told of.
    link
        To the engine.
    palettes
        Know in which state the models are, for `status`.
    settings
        Where what was chosen last is remembered.
    messages
        Told what the engine says to the musician.
    clock
        Gives monotonic seconds.
    parent
        Qt parent.

    Notes
    -----
    Nothing runs before `start`; `close` ends the engine's process. `noteReceived` carries pitch,
    velocity (0 ends a note) and the moment in monotonic seconds.
    `engineStarted`, `engineRestarted` (with whether it was playing before), `engineEnded` (for good) and
    `engineTold` (with the changes that its news make) are for who plays on it.
    """

    statusChanged = Signal()
    portsChanged = Signal()
    inputsChanged = Signal()
    kitsChanged = Signal()
    noteReceived = Signal(int, int, float)
    engineStarted = Signal()
    engineRestarted = Signal(bool)
    engineEnded = Signal()
    engineTold = Signal(object)

    def __init__(
        self,
        document: Document,
        link: EngineLink,
        palettes: Palettes,
        settings: Settings,
        messages: Messages,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._link = link
        self._palettes = palettes
        self._settings = settings
        self._messages = messages
        self._clock = clock
        self._running = False
        self._restarted_s: float | None = None
        self._wanted_input: str | None = None
        self._thru: str | None = None
        self._status = Status()
        self._poll_timer = QTimer(self)
        self._poll_timer.setInterval(POLL_EVERY_MS)
        self._poll_timer.timeout.connect(self._on_poll_timer_timeout)
        palettes.modelsChanged.connect(self.update_status)
        document.edited.connect(self._on_document_edited)

    # -- reading --------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether they were started and are not closed."""
        return self._running

    @property
    def status(self) -> Status:
        """Devices and models."""
        return self._status

    @property
    def kits(self) -> tuple[m.Kit, ...]:
        """The font's drum kits."""
        return self._link.audio.kits

    @property
    def sounds(self) -> tuple[m.Kit, ...]:
        """The font's melodic sounds."""
        return self._link.audio.sounds

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of the MIDI ports that can be opened."""
        return self._link.ports

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the MIDI inputs that can be opened."""
        return self._link.inputs

    @property
    def input(self) -> str | None:
        """The MIDI input that notes are taken from, or None."""
        return self._link.open_input

    # -- life -----------------------------------------------------------------------------------

    def start(self, opened: bool) -> None:
        """Start the engine with the devices that were chosen last.

        Parameters
        ----------
        opened
            Whether the session was opened from a file: it has its own routing and font.
        """
        self._document.apply_values(remembered_values(self._document.session, self._settings, opened))
        self._running = True
        self._start_engine()
        self._poll_timer.start()
        self.update_status()

    def close(self) -> None:
        """Stop the sound and end the engine."""
        if self._running:
            self._running = False
            self._poll_timer.stop()
            self._link.close(CLOSE_TIMEOUT_S)

    def restart_engine(self) -> None:
        """End the sound engine, if it still runs, and start another that goes on with the music."""
        was_playing = self._link.playing
        self._link.close(CLOSE_TIMEOUT_S)
        self._start_engine()
        self.engineRestarted.emit(was_playing)
        self.update_status()

    def start_failed_engine(self) -> None:
        """Start the engine if it has ended for good."""
        if self._running and not self._link.started:
            self.restart_engine()

    def _start_engine(self) -> None:
        try:
            self._link.start()
        except (OSError, LoopweaveError) as error:
            _log.warning("the engine cannot be started", exc_info=True)
            self._messages.error(f"The sound engine cannot be started: {error}")
            return
        midi = self._document.session.midi
        told = commands.engine_commands(None, self._document.session)
        if midi.port is not None:
            told += commands.port_commands(midi, self._link.ports, self._link.open_port)
        if self._wanted_input is not None:
            told += [m.OpenInput(self._wanted_input), m.SetThru(self._thru)]
        for command in told:
            self._link.send(command)
        self.engineStarted.emit()

    # -- choosing devices -----------------------------------------------------------------------

    def set_audio(self, enabled: bool) -> None:
        """Switch the built-in synthesizer on (`enabled`) or off."""
        self._document.apply_values({"audio_enabled": enabled})

    def set_font(self, path: str | None) -> None:
        """Choose the SoundFont at `path`, now and for later sessions; None is the shipped one."""
        self._settings.remember_font(path)
        self._document.edit("SoundFont", font=path)

    def open_port(self, name: str | None) -> None:
        """Send notes to the MIDI port called `name`; None closes the one that is open."""
        self._use_port(name, virtual=False)

    def open_virtual_port(self, name: str = VIRTUAL_PORT_NAME) -> None:
        """Make a port, called `name`, that other programs can connect to; send notes there."""
        self._use_port(name, virtual=True)

    def _use_port(self, name: str | None, virtual: bool) -> None:
        self._settings.remember_port(name, virtual)
        midi = replace(self._document.session.midi, port=name, virtual=virtual)
        self._document.apply_values({"midi": midi})

    def set_latency(self, latency_s: float) -> None:
        """Send MIDI notes `latency_s` later than their time, brought into -0.02 to 0.5 seconds."""
        latency_s = clamp(latency_s, MIN_LATENCY_S, MAX_LATENCY_S)
        midi = replace(self._document.session.midi, latency_s=latency_s)
        self._document.edit("MIDI latency", "latency", midi=midi)

    def open_input(self, name: str | None) -> None:
        """Take notes from the MIDI input called `name`; None closes the one that is open."""
        self._wanted_input = name
        self._link.send(m.OpenInput(name))

    def set_thru(self, track: str | None) -> None:
        """Let what is played on the input sound on `track` at once; None on none."""
        self._thru = track
        self._link.send(m.SetThru(track))

    @Slot(object)
    def _on_document_edited(self, names: frozenset[str]) -> None:
        """Remember the routing of the drums for later sessions when it is set by hand."""
        routing = routing_of(self._document.session, names)
        if routing is not None:
            self._settings.remember_routing(routing)

    # -- from the session to the engine ---------------------------------------------------------

    def follow_session(self, before: Session) -> None:
        """Tell the engine what is otherwise than in the session `before`, but for tracks that have gone."""
        session = self._document.session
        told = commands.engine_commands(before, session)
        if (before.midi.port, before.midi.virtual) != (session.midi.port, session.midi.virtual):
            told += commands.port_commands(session.midi, self._link.ports, self._link.open_port)
        for command in told:
            self._link.send(command)

    # -- from the engine ------------------------------------------------------------------------

    @Slot()
    def _on_poll_timer_timeout(self) -> None:
        changes = self._link.poll()
        self.engineTold.emit(changes)
        if changes.names & {"ports", "port"}:
            self._follow_port(changes)
        self._tell_font(changes)
        for level, text in changes.messages:
            self._messages.tell(level, text)
        for name, signal in (
            ("ports", self.portsChanged),
            ("inputs", self.inputsChanged),
            ("kits", self.kitsChanged),
        ):
            if name in changes.names:
                signal.emit()
        for note in changes.notes:
            self.noteReceived.emit(note.pitch, note.velocity, note.time_s)
        if "status" in changes.names:
            self.update_status()
        if self._link.died:
            self._on_engine_died()

    def _tell_font(self, changes: Changes) -> None:
        font = self._document.session.font
        if "font" in changes.names and font is not None and Path(font) == self._link.font:
            self._messages.info(f"{Path(font).name} is loaded.")  # the shipped one goes without saying

    def _follow_port(self, changes: Changes) -> None:
        """Open the session's port when it appears, or appears again, perhaps under another number."""
        midi, opened = self._document.session.midi, self._link.open_port
        if midi.port is None:
            return
        if midi.virtual:
            if "midi is back" in changes.names:
                self._link.send(m.OpenVirtualPort(midi.port))
        elif opened is None or find_port(midi.port, [opened]) is None:
            if "ports" in changes.names and find_port(midi.port, list(self._link.ports)) is not None:
                self._link.send(m.OpenPort(midi.port))
        elif opened != midi.port:
            self._document.apply_values({"midi": replace(midi, port=opened)})

    def _on_engine_died(self) -> None:
        now_s, restarted_s = self._clock(), self._restarted_s
        self._restarted_s = now_s
        if restarted_s is None or now_s - restarted_s > RESTART_ENGINE_AFTER_S:
            self._messages.warn("The sound engine stopped by itself and was started again.")
            self.restart_engine()
            return
        self._link.close(CLOSE_TIMEOUT_S)
        self._messages.error(
            "The sound engine stopped again. Save your work; then play starts the engine once more."
        )
        self.engineEnded.emit()
        self.update_status()

    @Slot()
    def update_status(self) -> None:
        """Look at devices and models anew, and tell if anything is otherwise."""
        session = self._document.session
        models = needed_models(session, self._palettes.model_states)
        status = status_of(self._link, session.audio_enabled, models)
        if status != self._status:
            self._status = status
            self.statusChanged.emit()
