"""The MIDI input that is wanted: opened when it is there, told of when it goes."""

from __future__ import annotations

from collections.abc import Callable

from blender_app.core.errors import PortError
from blender_app.engine import messages as m
from blender_app.engine.midi_port import MidiInput, MidiSystem, find_port


class InputManager:
    """Follows one MIDI input; belongs to the thread of the ports.

    Parameters
    ----------
    received
        Is given what is played, in a thread of the MIDI system: pitch, velocity, moment.
    closed
        Is told that an input has gone, so that nothing of it goes on sounding.
    emit
        Is given the events; must not block.
    """

    def __init__(
        self,
        received: Callable[[int, int, float], None],
        closed: Callable[[], None],
        emit: Callable[[m.Event], None],
    ) -> None:
        self._received = received
        self._closed = closed
        self._emit = emit
        self._wanted: str | None = None
        self._input: MidiInput | None = None
        self._told: m.InputsChanged | None = None
        self._due = False

    def want(self, name: str | None, alive: bool) -> None:
        """Let another input be the one to open; `look` opens it.

        Parameters
        ----------
        name
            As the system has it; None is none.
        alive
            Whether the MIDI system still runs: ports of a dead one cannot be closed.
        """
        self._wanted, self._due = name, name is not None
        before = self._input
        self._let_go(alive)
        if name is None and before is not None:
            self._emit(m.InputOpened(None))

    def look(self, system: MidiSystem | None) -> None:
        """See which inputs there are, whether ours still is, and open it where it has appeared.

        `system` tells; None while there is no MIDI system.
        """
        names = system.input_names() if system is not None else ()
        found = m.InputsChanged(names)
        if self._input is not None and find_port(self._input.name, list(names)) is None:
            self.lose(system is not None and system.alive)
        if found != self._told:
            self._told, self._due = found, True
            self._emit(found)
        if self._due and self._input is None and self._wanted is not None and system is not None:
            self._open(system, self._wanted, names)
        self._due = False

    def lose(self, alive: bool) -> None:
        """Tell that the input has gone; `alive` says whether its server runs and may be touched."""
        if self._input is not None:
            name = self._input.name
            self._let_go(alive)
            self._emit(m.InputLost(name))

    def close(self, alive: bool) -> None:
        """Let the input go and want none; `alive` as in `want`."""
        self._wanted = None
        self._let_go(alive)

    def _open(self, system: MidiSystem, name: str, names: tuple[str, ...]) -> None:
        if find_port(name, list(names)) is None:
            return
        try:
            self._input = system.open_input(name, self._received)
        except PortError as error:
            self._emit(m.EngineError(str(error)))
        else:
            self._emit(m.InputOpened(self._input.name))

    def _let_go(self, alive: bool) -> None:
        before, self._input = self._input, None
        if before is None:
            return
        if alive:
            before.close()
        else:
            before.abandon()
        self._closed()
