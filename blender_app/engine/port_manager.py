"""The thread that opens, closes and watches MIDI ports, so that the engine's thread never waits."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable

from blender_app.core.errors import PortError
from blender_app.engine import messages as m
from blender_app.engine.input_manager import InputManager
from blender_app.engine.midi_port import MidiPort, MidiSystem, find_port
from blender_app.engine.output import Output, port_of

POLL_S = 0.5


class PortManager(threading.Thread):
    """Carries out what is about MIDI ports, and follows plugging and unplugging.

    The main port is opened when it is told to; a track's own port, and the input, whenever they are
    there. Where several tracks want the same port it is opened once.

    Parameters
    ----------
    attach
        Gives the engine's thread a port (or None) under a name and returns the one it had, silenced.
    inputs
        Follows the MIDI input.
    emit
        Is given the events; must not block.
    """

    def __init__(
        self,
        attach: Callable[[str, Output | None], Output | None],
        inputs: InputManager,
        emit: Callable[[m.Event], None],
    ) -> None:
        super().__init__(name="midi ports", daemon=True)
        self._attach = attach
        self._inputs = inputs
        self._emit = emit
        self._commands: queue.SimpleQueue[m.Command | Output] = queue.SimpleQueue()
        self._system: MidiSystem | None = None
        self._ports: dict[str | None, MidiPort] = {}  # by track; None is the main port
        self._wanted: dict[str, str] = {}  # track -> name of its own port
        self._asked: dict[str, str | None] = {}  # the same, as told and not yet carried out
        self._due: set[str] = set()  # tracks whose port is to be tried at the next look
        self._told: m.PortsChanged | None = None
        self._stalled = False

    def handle(self, command: m.Command) -> None:
        """Take a `command` about ports, inputs or tracks, or `Quit`; from one other thread."""
        if isinstance(command, m.SetTrack):  # mostly of a knob that is turned: no reason to look at ports
            settings = command.settings
            if self._asked.get(settings.track) == settings.port:
                return
            self._asked[settings.track] = settings.port
        elif isinstance(command, m.RemoveTrack):
            self._asked.pop(command.track, None)
        self._commands.put(command)

    def port_failed(self, port: Output) -> None:
        """Learn from the engine's thread that `port` takes no more notes."""
        self._commands.put(port)

    def run(self) -> None:
        """Work until `Quit`, then close all ports."""
        while True:
            if not self._see_stall():
                self._look()
            try:
                command = self._commands.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if isinstance(command, m.Quit):
                break
            self._carry_out(command)
        for track in list(self._ports):
            self._replace(track, None)
        self._inputs.close(self._touchable)
        if self._system is not None and not self._stalled:
            self._system.close()

    @property
    def _touchable(self) -> bool:
        """Whether ports can be closed: the server lives and does not stand still."""
        return self._system is not None and self._system.alive and not self._stalled

    def _carry_out(self, command: m.Command | Output) -> None:
        match command:
            case MidiPort():
                self._lose(command)
            case m.Panic():
                for port in set(self._ports.values()) if not self._stalled else ():
                    with contextlib.suppress(PortError):  # the engine's thread has told of it
                        port.panic_everywhere()
            case m.SetTrack(settings=settings):
                self._want(settings.track, settings.port)
            case m.RemoveTrack(track=track):
                self._want(track, None)
            case m.OpenInput(name=name):
                self._inputs.want(name, self._touchable)
            case m.OpenPort() | m.OpenVirtualPort() if self._stalled:  # it would wait for ever
                self._emit(m.EngineError("The JACK server stands still; ports cannot be opened now."))
            case m.OpenPort() | m.OpenVirtualPort():
                self._open_main(command)
            case _:
                raise TypeError(f"not a command about ports: {command}")

    # -- opening and letting go

    def _open_main(self, command: m.OpenPort | m.OpenVirtualPort) -> None:
        port = None
        try:
            if isinstance(command, m.OpenVirtualPort):
                port = self._find_system().open_virtual(command.name)
            elif command.name is not None:
                port = self._opened(command.name)
        except PortError as error:
            self._emit(m.EngineError(str(error)))
        self._replace(None, port)
        self._emit(m.PortOpened(port.name if port else None, virtual=bool(port and port.virtual)))

    def _want(self, track: str, name: str | None) -> None:
        """Let a track have a port of its own, from now on or as soon as it is there."""
        if self._wanted.get(track) == name:
            return
        if name is None:
            del self._wanted[track]
        else:
            self._wanted[track] = name
            self._due.add(track)
        self._replace(track, None)
        self._emit(m.PortOpened(None, track=track))

    def _open_due(self, names: tuple[str, ...]) -> None:
        """Open the tracks' own ports that have appeared or were asked for."""
        for track in sorted(self._due & self._wanted.keys() - self._ports.keys()):
            if find_port(self._wanted[track], list(names)) is None:
                continue
            try:
                port = self._opened(self._wanted[track])
            except PortError as error:
                self._emit(m.EngineError(str(error)))
            else:
                self._replace(track, port)
                self._emit(m.PortOpened(port.name, track=track))
        self._due.clear()

    def _opened(self, name: str) -> MidiPort:
        """Return the port of this name, which may be open already."""
        for port in self._ports.values():
            if not port.virtual and find_port(name, [port.name]) is not None:
                return port
        return self._find_system().open(name)

    def _replace(self, track: str | None, port: MidiPort | None) -> None:
        """Let the engine use `port` for a track, and close the one before if nobody else uses it."""
        before = self._ports.pop(track, None)
        if port is not None:
            self._ports[track] = port
        if before is None and port is None:
            return
        self._attach(port_of(track), port)
        if before is None or before in self._ports.values():
            return
        if self._touchable:
            before.close()
        else:
            before.abandon()

    def _lose(self, port: MidiPort) -> None:
        """Let go of a port that has vanished, whoever uses it."""
        for track in [track for track, used in self._ports.items() if used is port]:
            self._replace(track, None)
            self._emit(m.PortLost(port.name, track))

    # -- watching

    def _find_system(self) -> MidiSystem:
        if self._system is None:
            self._system = MidiSystem()
        return self._system

    def _look(self) -> None:
        """See what is plugged in, and whether our ports still are."""
        message = None
        names: tuple[str, ...] = ()
        if self._system is not None and not self._system.alive:
            for port in set(self._ports.values()):
                self._lose(port)
            self._inputs.lose(alive=False)
            self._system.close()
            self._system = None
        try:
            names = self._find_system().names()
        except PortError as error:
            message = str(error)
        for port in set(self._ports.values()):
            if not port.virtual and find_port(port.name, list(names)) is None:
                self._lose(port)
        found = m.PortsChanged(names, message)
        if found != self._told:
            self._told = found
            self._emit(found)
            self._due.update(self._wanted)
        self._open_due(names)
        self._inputs.look(self._system)

    def _see_stall(self) -> bool:
        """Keep notes from a MIDI server that stands still, and return whether it does."""
        stalled = self._system is not None and self._system.stalled()
        if stalled and not self._stalled:
            for track in self._ports:
                self._attach(port_of(track), None)
            self._emit(m.EngineError("The JACK server stands still; notes go out again when it goes on."))
        elif self._stalled and not stalled and self._system is not None and self._system.alive:
            for track, port in self._ports.items():
                self._attach(port_of(track), port)
        self._stalled = stalled
        return stalled
