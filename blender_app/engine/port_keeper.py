"""The thread that opens, closes and watches MIDI ports, so that the engine's thread never waits."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable

from blender_app.core.errors import PortError
from blender_app.engine import messages as m
from blender_app.engine.midi_port import MidiPort, MidiSystem, find_port
from blender_app.engine.output import Output

POLL_S = 0.5


class PortKeeper(threading.Thread):
    """Carries out `OpenPort`, `OpenVirtualPort` and `Panic`, and follows plugging and unplugging.

    Parameters
    ----------
    attach
        Gives the engine's thread a port (or None) and returns the one it had, silenced.
    emit
        Is given the events; must not block.
    """

    def __init__(
        self, attach: Callable[[Output | None], Output | None], emit: Callable[[m.Event], None]
    ) -> None:
        super().__init__(name="midi ports", daemon=True)
        self._attach = attach
        self._emit = emit
        self._commands: queue.SimpleQueue[m.Command | Output] = queue.SimpleQueue()
        self._system: MidiSystem | None = None
        self._port: MidiPort | None = None
        self._told: m.PortsChanged | None = None
        self._stalled = False

    def handle(self, command: m.Command) -> None:
        """Take a command (those above, or `Quit`) from another thread."""
        self._commands.put(command)

    def port_failed(self, port: Output) -> None:
        """Learn from the engine's thread that a port takes no more notes."""
        self._commands.put(port)

    def run(self) -> None:
        """Work until `Quit`, then close the port."""
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
        self._replace(None)
        if self._system is not None and not self._stalled:
            self._system.close()

    def _carry_out(self, command: m.Command | Output) -> None:
        if isinstance(command, MidiPort):
            if command is self._port:
                self._lose_port()
        elif isinstance(command, m.Panic):
            if self._port is not None and not self._stalled:
                with contextlib.suppress(PortError):  # the engine's thread has told of it
                    self._port.panic_everywhere()
        elif self._stalled:  # it would wait for ever
            self._emit(m.EngineError("The JACK server stands still; ports cannot be opened now."))
        else:
            self._open(command)

    def _open(self, command: m.Command | Output) -> None:
        try:
            port = self._opened(command)
        except PortError as error:
            self._emit(m.EngineError(str(error)))
            port = None
        self._replace(port)
        self._emit(m.PortOpened(port.name if port else None, virtual=bool(port and port.virtual)))
        self._look()

    def _opened(self, command: m.Command | Output) -> MidiPort | None:
        match command:
            case m.OpenPort(name=None):
                return None
            case m.OpenPort(name=str(name)):
                return self._find_system().open(name)
            case m.OpenVirtualPort(name=name):
                return self._find_system().open_virtual(name)
        raise TypeError(f"not a command about ports: {command}")

    def _replace(self, port: MidiPort | None) -> None:
        """Let the engine use `port`, and close the one that it used."""
        self._attach(port)
        before, self._port = self._port, port
        if before is not None and self._system is not None:
            if self._system.alive and not self._stalled:
                before.close()
            else:
                before.abandon()

    def _find_system(self) -> MidiSystem:
        if self._system is None:
            self._system = MidiSystem()
        return self._system

    def _look(self) -> None:
        """See what is plugged in, and whether our port still is."""
        message = None
        names: tuple[str, ...] = ()
        if self._system is not None and not self._system.alive:
            self._lose_port()
            self._system.close()
            self._system = None
        try:
            names = self._find_system().names()
        except PortError as error:
            message = str(error)
        if (
            self._port is not None
            and not self._port.virtual
            and find_port(self._port.name, list(names)) is None
        ):
            self._lose_port()
        found = m.PortsChanged(names, message)
        if found != self._told:
            self._told = found
            self._emit(found)

    def _see_stall(self) -> bool:
        """Keep notes from a MIDI server that stands still, and return whether it does."""
        stalled = self._system is not None and self._system.stalled()
        if stalled and not self._stalled:
            self._attach(None)
            self._emit(m.EngineError("The JACK server stands still; notes go out again when it goes on."))
        elif self._stalled and not stalled and self._system is not None and self._system.alive:
            self._attach(self._port)
        self._stalled = stalled
        return stalled

    def _lose_port(self) -> None:
        if self._port is not None:
            name = self._port.name
            self._replace(None)
            self._emit(m.PortLost(name))
