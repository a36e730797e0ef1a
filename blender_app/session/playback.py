"""The link to the engine's process: sends it patterns, and knows from its answers what sounds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from blender_app.core.drums import LOOP_STEPS, DrumLoop
from blender_app.core.errors import LoopweaveError
from blender_app.core.notes import Pattern
from blender_app.core.time import Timeline
from blender_app.engine import messages as m
from blender_app.session.path import PathPlan, loop_pattern

_log = logging.getLogger(__name__)


class Engine(Protocol):
    """What the session asks of the engine; see `blender_app.engine.host.EngineProcess`."""

    def start(self) -> None:
        """Start the process."""

    def send(self, command: m.Command) -> None:
        """Send a command."""

    def poll(self) -> Sequence[m.Event]:
        """Return what happened since the last call, without waiting."""

    @property
    def alive(self) -> bool:
        """Whether the process runs."""

    def close(self, timeout_s: float) -> None:
        """End the process."""


@dataclass(frozen=True, slots=True)
class PlayedLoop:
    """A loop that repeats."""

    loop: DrumLoop

    def pattern(self, serial: int) -> Pattern:
        """Return the pattern for the engine."""
        return loop_pattern(serial, self.loop)

    def loop_at(self, transport_step: float) -> DrumLoop:
        """Return the loop whose rows sound at a step of the transport."""
        del transport_step
        return self.loop


@dataclass(frozen=True, slots=True)
class PlayedPath:
    """A path, and the loops at its points."""

    plan: PathPlan
    loops: tuple[DrumLoop, ...]

    def pattern(self, serial: int) -> Pattern:
        """Return the pattern for the engine."""
        return self.plan.pattern(serial, self.loops)

    def loop_at(self, transport_step: float) -> DrumLoop:
        """Return the loop whose rows sound at a step of the transport."""
        step = max(int(transport_step) - self.plan.anchor_step, 0)
        return self.loops[self.plan.loop_index(step)]


Played = PlayedLoop | PlayedPath


@dataclass(slots=True)
class Changes:
    """What a look at the engine found: names of what changed, and messages for the musician."""

    names: set[str] = field(default_factory=set)
    messages: list[tuple[str, str]] = field(default_factory=list)

    def warn(self, text: str | None) -> None:
        """Add a warning, if there is a text."""
        if text:
            self.messages.append(("warning", text))


class Playback:
    """Follows the engine.

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
        self._serial = 0
        self._sent: dict[int, Played] = {}
        self._sounding: Played | None = None
        self._waiting: Played | None = None
        self._sounding_loop = DrumLoop.empty()
        self.playing = False
        self.timeline: Timeline | None = None
        self.ports: tuple[str, ...] = ()
        self.kits: tuple[m.Kit, ...] = ()
        self.audio = m.AudioChanged(None, None, ())
        self.audio_known = False
        self.font: Path | None = None
        self.ports_message: str | None = None
        self._lost_midi = False
        self.open_port: str | None = None
        self.port_is_virtual = False
        self.stats = m.Stats(0, 0.0, 0.0)

    # -- life -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start an engine, after forgetting what an earlier one had said."""
        self._sent.clear()
        self._sounding = self._waiting = None
        self.audio_known = False
        self._engine = self._make_engine()
        self._engine.start()

    def close(self, timeout_s: float) -> None:
        """End the engine."""
        if self._engine is not None:
            self._engine.close(timeout_s)
            self._engine = None
        self.playing = False
        self.open_port = None

    @property
    def started(self) -> bool:
        """Whether there is an engine."""
        return self._engine is not None

    @property
    def died(self) -> bool:
        """Whether the engine was started and has ended by itself."""
        return self._engine is not None and not self._engine.alive

    def send(self, command: m.Command) -> None:
        """Send a command; one that a dead engine does not get is sent again after its restart."""
        if self._engine is None:
            return
        try:
            self._engine.send(command)
        except (OSError, LoopweaveError):
            _log.warning("the engine did not take %s", type(command).__name__)

    # -- what plays -----------------------------------------------------------------------------

    def play(self, played: Played, change_at: m.ChangeAt) -> bool:
        """Send a pattern, unless the last one sent is the same; return whether it was sent.

        While the transport stands it counts as sounding at once, whatever the engine does.
        """
        if played == (self._waiting or self._sounding) and self._sent:
            return False
        self._serial += 1
        self._sent[self._serial] = played
        if self.playing:
            self._waiting = played
        else:
            self._sounding, self._waiting = played, None
        self.send(m.SetPattern(m.DRUM_TRACK, played.pattern(self._serial), change_at))
        return True

    @property
    def sounding(self) -> DrumLoop:
        """The loop that sounds; while the transport stands, the one that would."""
        return self._sounding_loop

    @property
    def waiting(self) -> DrumLoop | None:
        """The loop that comes next, or None."""
        return None if self._waiting is None else self._waiting.loop_at(self.step_now() or 0.0)

    @property
    def sounding_path(self) -> PathPlan | None:
        """The path that sounds, or None."""
        return self._sounding.plan if isinstance(self._sounding, PlayedPath) else None

    @property
    def current_path(self) -> PlayedPath | None:
        """The path that comes next, or else sounds; None if it is a loop."""
        current = self._waiting or self._sounding
        return current if isinstance(current, PlayedPath) else None

    def step_now(self) -> float | None:
        """Return where the transport is in steps; None while it stands."""
        return self.step_at(self._clock())

    def step_at(self, now_s: float) -> float | None:
        """Return where the transport is at a moment of the monotonic clock; None while it stands."""
        if not self.playing or self.timeline is None:
            return None
        return self.timeline.step_at(now_s)

    def row_at(self, now_s: float) -> float | None:
        """Return which row of the loop (0 up to 32) sounds at a moment; None while it stands."""
        step = self.step_at(now_s)
        if step is None or self.timeline is None:
            return None
        return max(step, self.timeline.anchor_step) % LOOP_STEPS  # "play" has a moment of delay

    # -- what the engine says -------------------------------------------------------------------

    def poll(self) -> Changes:
        """Take in what the engine said, and return what changed by it."""
        changes = Changes()
        if self._engine is not None:
            for event in self._engine.poll():
                self._take(event, changes)
        if self._follow():
            changes.names.add("sounding")
        return changes

    def _take(self, event: m.Event, changes: Changes) -> None:  # noqa: C901 (a table of events)
        match event:
            case m.TransportChanged(playing, timeline):
                self.playing, self.timeline = playing, timeline
                changes.names |= {"transport"} if playing else {"transport", "stopped"}
            case m.PatternStarted(serial=serial):
                self._start_pattern(serial)
                changes.names.add("sounding")
            case m.PortsChanged(names, message):
                if message != self.ports_message:
                    changes.warn(message)
                self.ports, self.ports_message = names, message
                changes.names |= {"ports", "status"}
                if message is None and self._lost_midi:
                    changes.names.add("midi is back")
                self._lost_midi = message is not None
            case m.PortOpened(name, virtual):
                self.open_port, self.port_is_virtual = name, virtual
                changes.names |= {"port", "status"}
            case m.PortLost(name):
                self.open_port, self._lost_midi = None, True
                changes.names |= {"status"}
                changes.warn(f"The MIDI port {name} has vanished. It is opened again when it returns.")
            case m.AudioChanged(kits=kits, message=message):
                if message != self.audio.message:
                    changes.warn(message)
                self.audio, self.kits, self.audio_known = event, kits, True
                changes.names |= {"kits", "status"}
            case m.FontLoaded(path):
                self.font = path
                changes.names.add("font")
            case m.FontFailed(message=message) | m.EngineError(message=message):
                changes.messages.append(("error", message))
            case m.Stats():
                self.stats = event
                changes.names.add("status")

    def _start_pattern(self, serial: int) -> None:
        played = self._sent.get(serial)
        if played is None:
            return
        self._sounding = played
        self._sent = {number: item for number, item in self._sent.items() if number >= serial}
        if serial == self._serial:
            self._waiting = None

    def _follow(self) -> bool:
        """Bring the sounding loop up to date; return whether it is another now."""
        if self._sounding is None:
            return False
        loop = self._sounding.loop_at(self.step_now() or 0.0)
        changed = loop is not self._sounding_loop and loop != self._sounding_loop
        self._sounding_loop = loop
        return changed
