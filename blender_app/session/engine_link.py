"""The link to the engine's process: sends it patterns, and knows from its answers what sounds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from blender_app.core.errors import LoopweaveError
from blender_app.core.notes import Pattern
from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session.played import Played, PlayedPath, PlayedTrack
from blender_app.session.session import Loop

_log = logging.getLogger(__name__)


class Engine(Protocol):
    """What the session asks of the engine; see `blender_app.engine.host.EngineProcess`."""

    def start(self) -> None:
        """Start the process."""

    def send(self, command: m.Command) -> None:
        """Send `command`."""

    def poll(self) -> Sequence[m.Event]:
        """Return what happened since the last call, without waiting."""

    @property
    def alive(self) -> bool:
        """Whether the process runs."""

    def close(self, timeout_s: float) -> None:
        """End the process; it is killed if that takes longer than `timeout_s`."""


@dataclass(slots=True)
class Changes:
    """What a look at the engine found.

    Parameters
    ----------
    names
        Names of what changed.
    sounding
        Tracks of which something else sounds now.
    notes
        Notes that came from the MIDI input.
    messages
        Levels and texts for the musician.
    """

    names: set[str] = field(default_factory=set)
    sounding: set[str] = field(default_factory=set)
    notes: list[m.NoteReceived] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)

    def add(self, *names: str) -> None:
        """Add the `names` of what changed."""
        self.names.update(names)

    def warn(self, text: str | None) -> None:
        """Add a warning, if there is a `text`."""
        if text:
            self.messages.append(("warning", text))


class EngineLink:
    """Sends to the engine, and follows what it says.

    Patterns may be sent from any thread; what the engine says is polled by the window's.

    Parameters
    ----------
    make_engine
        Returns an engine that is not started yet; called again when one died.
    clock
        Monotonic seconds, the engine's clock.
    """

    def __init__(self, make_engine: Callable[[], Engine], clock: Callable[[], float]) -> None:
        self._make_engine = make_engine
        self._clock = clock
        self._engine: Engine | None = None
        self._lock = threading.RLock()
        """Held while patterns are sent and followed."""
        self._serial = 0
        self._tracks: dict[str, PlayedTrack] = {}
        self.playing = False
        self.timeline: Timeline | None = None
        self.ports: tuple[str, ...] = ()
        self.inputs: tuple[str, ...] = ()
        self.audio = m.AudioChanged(None, None, ())
        self.audio_known = False
        self.font: Path | None = None
        self.ports_message: str | None = None
        self._lost_midi = False
        self.open_port: str | None = None
        self.port_is_virtual = False
        self.open_input: str | None = None
        self.stats = m.Stats(0, 0.0, 0.0)

    # -- life -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start an engine, after forgetting what an earlier one had said."""
        with self._lock:
            for track in self._tracks.values():
                track.forget()
            self.audio_known = False
            self._engine = self._make_engine()
            self._engine.start()

    def close(self, timeout_s: float) -> None:
        """End the engine; it is killed if that takes longer than `timeout_s`."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close(timeout_s)
        self.playing = False
        self.open_port = self.open_input = None

    @property
    def started(self) -> bool:
        """Whether there is an engine."""
        return self._engine is not None

    @property
    def died(self) -> bool:
        """Whether the engine was started and has ended by itself."""
        return self._engine is not None and not self._engine.alive

    def send(self, command: m.Command) -> None:
        """Send `command`; one that a dead engine does not get is sent again after its restart."""
        engine = self._engine
        if engine is None:
            return
        try:
            engine.send(command)
        except (OSError, LoopweaveError):
            _log.warning("the engine did not take %s", type(command).__name__)

    # -- what plays -----------------------------------------------------------------------------

    def play(self, name: str, played: Played, change_at: m.ChangeAt) -> bool:
        """Send a pattern, unless the last one sent is the same; return whether it was sent.

        While the transport stands it counts as sounding at once, whatever the engine does.

        Parameters
        ----------
        name
            Of the track that plays it.
        played
            A loop, or a path with its loops.
        change_at
            Boundary on which it takes over.
        """
        with self._lock:
            track = self._tracks.setdefault(name, PlayedTrack())
            if not track.needs(played):
                return False
            self._serial += 1
            track.send(self._serial, played, waits=self.playing)
            self.send(m.SetPattern(name, played.pattern(self._serial), change_at))
            return True

    def remove(self, name: str) -> None:
        """End the track called `name`."""
        with self._lock:
            self._tracks.pop(name, None)
            self.send(m.RemoveTrack(name))

    def sounding(self, name: str) -> Loop | None:
        """Return the loop of track `name` that sounds, or would if the transport ran."""
        return self._of(name).loop

    def waiting(self, name: str) -> Loop | None:
        """Return the loop of track `name` that comes next, or None."""
        waiting = self._of(name).waiting
        return None if waiting is None else waiting.loop_at(self.step_now() or 0.0)

    def sounding_path(self, name: str) -> PlayedPath | None:
        """Return the path of track `name` that sounds, or None."""
        sounding = self._of(name).sounding
        return sounding if isinstance(sounding, PlayedPath) else None

    def sounding_rounds(self, name: str) -> Pattern | None:
        """Return the pattern of track `name` that sounds, without its notes, or None."""
        sounding = self._of(name).sounding
        return None if sounding is None else sounding.rounds()

    def current(self, name: str) -> Played | None:
        """Return what comes next on track `name`, or else sounds; None before anything does."""
        track = self._of(name)
        return track.waiting or track.sounding

    def current_path(self, name: str) -> PlayedPath | None:
        """Return the path that comes next on track `name`, or else sounds; None if a loop does."""
        current = self.current(name)
        return current if isinstance(current, PlayedPath) else None

    def _of(self, name: str) -> PlayedTrack:
        return self._tracks.get(name) or PlayedTrack()

    def step_now(self) -> float | None:
        """Return where the transport is in steps; None while it stands."""
        return self.step_at(self._clock())

    def step_at(self, now_s: float) -> float | None:
        """Return where the transport is at `now_s` of the monotonic clock; None while it stands."""
        if not self.playing or self.timeline is None:
            return None
        return self.timeline.step_at(now_s)

    def playhead_at(self, now_s: float) -> float | None:
        """Return which step, from 0 on, is heard at `now_s` (monotonic clock); None while it stands."""
        step = self.step_at(now_s)
        if step is None or self.timeline is None:
            return None
        return max(step, self.timeline.anchor_step, 0.0)  # "play" has a moment of delay

    # -- what the engine says -------------------------------------------------------------------

    def poll(self) -> Changes:
        """Take in what the engine said, and return what changed by it."""
        changes = Changes()
        with self._lock:
            if self._engine is not None:
                for event in self._engine.poll():
                    self._take(event, changes)
            changes.sounding.update(self._follow())
        return changes

    def _take(self, event: m.Event, changes: Changes) -> None:
        match event:
            case m.TransportChanged(playing, timeline):
                self.playing, self.timeline = playing, timeline
                changes.add("transport")
                if not playing:
                    changes.add("stopped")
            case m.PatternStarted(track=track, serial=serial):
                if self._of(track).start(serial):
                    changes.sounding.add(track)
            case m.AudioChanged(message=message):
                if message != self.audio.message:
                    changes.warn(message)
                self.audio, self.audio_known = event, True
                changes.add("kits", "status")
            case m.FontLoaded(path):
                self.font = path
                changes.add("font")
            case m.FontFailed(message=message) | m.EngineError(message=message):
                changes.messages.append(("error", message))
            case m.Stats():
                self.stats = event
                changes.add("status")
            case _:
                self._take_midi(event, changes)

    def _take_midi(self, event: m.Event, changes: Changes) -> None:
        """Take in what the engine says of MIDI ports."""
        match event:
            case m.PortsChanged(names, message):
                if message != self.ports_message:
                    changes.warn(message)
                self.ports, self.ports_message = names, message
                changes.add("ports", "status")
                if message is None and self._lost_midi:
                    changes.add("midi is back")
                self._lost_midi = message is not None
            case m.PortOpened(name, virtual, track):
                if track is None:
                    self.open_port, self.port_is_virtual = name, virtual
                changes.add("port", "status")
            case m.PortLost(name, track):
                if track is None:
                    self.open_port, self._lost_midi = None, True
                changes.add("status")
                changes.warn(f"The MIDI port {name} has vanished. It is opened again when it returns.")
            case _:
                self._take_input(event, changes)

    def _take_input(self, event: m.Event, changes: Changes) -> None:
        """Take in what comes from MIDI inputs."""
        match event:
            case m.InputsChanged(names):
                self.inputs = names
                changes.add("inputs")
            case m.InputOpened(opened):
                self.open_input = opened
                changes.add("inputs")
            case m.InputLost(lost):
                self.open_input = None
                changes.add("inputs")
                changes.warn(f"The MIDI input {lost} has vanished. It is opened again when it returns.")
            case m.NoteReceived():
                changes.notes.append(event)

    def _follow(self) -> set[str]:
        """Bring the sounding loops up to date; return the tracks in which it is another now."""
        step = self.step_now() or 0.0
        return {name for name, track in self._tracks.items() if track.follow(step)}
