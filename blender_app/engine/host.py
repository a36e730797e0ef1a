"""The engine's process as the window sees it."""

from __future__ import annotations

import collections
import contextlib
import multiprocessing
import queue
import threading
from multiprocessing.connection import Connection

from blender_app.core.kit import PITCH_TO_VOICE, VOICE_PITCHES
from blender_app.engine import messages as m
from blender_app.engine.entry import run_engine

CLOSE_S = 3.0
POLITE_S = 1.0
"""How long the process has for its note-offs after SIGTERM."""

DRUM_KEYS = {pitch: (voice, VOICE_PITCHES[voice]) for pitch, voice in PITCH_TO_VOICE.items()}
"""Voice and own key of the MIDI notes that are drums, for a process that does without numpy."""


class EngineProcess:
    """Starts the engine in a process of its own, sends it commands and collects its events.

    No method waits for the engine except `close`. When the engine's process ends by itself, `alive`
    becomes False and commands go nowhere; `start` begins anew.
    """

    def __init__(self) -> None:
        self._process: multiprocessing.process.BaseProcess | None = None
        self._commands: queue.SimpleQueue[m.Command | None] = queue.SimpleQueue()
        self._events: collections.deque[m.Event] = collections.deque()
        self._connection: Connection | None = None
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the process; commands may be sent at once.

        Notes
        -----
        With "spawn" the child imports the program's main module again: it must be light, and start
        nothing by itself (``if __name__ == "__main__":``).
        """
        if self.alive:
            return
        self.close(0.0)
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(
            target=run_engine, args=(theirs, DRUM_KEYS), name="loopweave engine", daemon=True
        )
        self._process.start()
        theirs.close()
        self._connection = ours
        self._commands, self._events = queue.SimpleQueue(), collections.deque()
        self._threads = [
            threading.Thread(target=_write, args=(ours, self._commands), name="engine commands", daemon=True),
            threading.Thread(target=_read, args=(ours, self._events), name="engine events", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._process.pid if self._process is not None else None

    def send(self, command: m.Command) -> None:
        """Send `command`; never blocks, and does nothing when the process has ended."""
        if self.alive:
            self._commands.put(command)

    def poll(self) -> list[m.Event]:
        """Return the events that came since the last call; never blocks."""
        events = []
        while self._events:
            events.append(self._events.popleft())
        return events

    def close(self, timeout_s: float = CLOSE_S) -> None:
        """End every note and the process; after `timeout_s` it is killed."""
        process = self._process
        if process is None:
            return
        self._commands.put(m.Quit())
        self._commands.put(None)
        process.join(timeout_s)
        if process.is_alive():
            process.terminate()
            process.join(POLITE_S)
        if process.is_alive():
            process.kill()
            process.join()
        for thread in self._threads:
            thread.join(CLOSE_S)
        if self._connection is not None:
            self._connection.close()
        process.close()
        self._process = self._connection = None


def _write(connection: Connection, commands: queue.SimpleQueue[m.Command | None]) -> None:
    """Send commands until None comes or nobody listens."""
    with contextlib.suppress(OSError):
        while (command := commands.get()) is not None:
            connection.send(command)


def _read(connection: Connection, events: collections.deque[m.Event]) -> None:
    """Collect events until the other side ends."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            events.append(connection.recv())
