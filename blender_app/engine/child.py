"""The engine's process from inside: one time-critical thread, and those that wait for others.

Notes
-----
`engine` decides and sends notes and waits for nothing else. The main thread reads commands,
`sound` and `midi ports` open devices, `events` writes to the window. When the window's process
ends, or SIGTERM or SIGINT arrives, every note is ended, ports are closed and the process ends.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import gc
import os
import queue
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait

from blender_app.engine import messages as m
from blender_app.engine.clock import MonotonicClock
from blender_app.engine.input_manager import InputManager
from blender_app.engine.output import SOUND, Output
from blender_app.engine.player import Player
from blender_app.engine.port_manager import PortManager
from blender_app.engine.sound_manager import SoundManager

FOLLOW_S = 0.02
STATS_S = 1.0
JOIN_S = 2.0
WRITE_S = 0.2
_SWITCH_INTERVAL_S = 0.0005
_MAX_WAITING_EVENTS = 4096
_ENGINE_PRIORITY, _OTHER_PRIORITY = 10, 9  # below audio servers, above everything usual
_NICENESS = -11
_PR_SET_TIMERSLACK = 29


class EngineThread(threading.Thread):
    """The time-critical thread: owns the `Player`, takes commands, and sleeps between notes.

    Parameters
    ----------
    drum_keys
        Voice and key of each drum note, by its pitch.
    emit
        Takes the events; called in this thread and must not block.
    """

    def __init__(self, drum_keys: Mapping[int, tuple[int, int]], emit: Callable[[m.Event], None]) -> None:
        super().__init__(name="engine", daemon=True)
        self._clock = MonotonicClock()
        self._emit = emit
        self._player = Player(self._clock.now, emit, drum_keys, self._tell_failure)
        self.port_failed: Callable[[Output], None] = lambda _output: None
        self._inbox: collections.deque[Callable[[], None]] = collections.deque()
        self._wake = threading.Event()
        self._stopping = False
        self._ended = threading.Event()
        self._stats_s = self._clock.now() + STATS_S
        self._cpu_s = time.process_time()

    def handles(self, command: m.Command) -> bool:
        """Return whether `command` is for this thread."""
        return self._player.handles(command)

    def handle(self, command: m.Command) -> None:
        """Take `command` from another thread."""
        self._post(lambda: self._player.handle(command))

    def attach(self, name: str, output: Output | None) -> Output | None:
        """Exchange `output` of that `name` from another thread; return the silenced one when free."""
        answer: queue.SimpleQueue[Output | None] = queue.SimpleQueue()
        self._post(lambda: answer.put(self._player.attach(name, output)))
        while True:
            try:
                return answer.get(timeout=0.1)
            except queue.Empty:
                if self._ended.is_set():
                    return None

    def receive(self, pitch: int, velocity: int, time_s: float) -> None:
        """Take a note from the MIDI system's thread; never blocks.

        `pitch` 0-127 begins at `time_s` of the monotonic clock, or ends at `velocity` 0.
        """
        self._post(lambda: self._player.receive(pitch, velocity, time_s))

    def input_closed(self) -> None:
        """Learn from another thread that no more notes come from the input."""
        self._post(self._player.end_thru)

    def stop(self) -> None:
        """Let the thread end every note and then itself."""
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        """Play until `stop`."""
        _favour_this_thread(_ENGINE_PRIORITY)
        try:
            while not self._stopping:
                self._turn()
        except Exception:  # noqa: BLE001 - the thread's edge: say it, silence what sounds, and end
            self._emit(m.EngineError(f"The engine has failed:\n{traceback.format_exc()}"))
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            self._player.close()
            while self._inbox:
                self._inbox.popleft()()
            self._ended.set()

    def _turn(self) -> None:
        self._wake.clear()
        while self._inbox:
            self._inbox.popleft()()
        next_s = self._player.advance()
        now_s = self._clock.now()
        if now_s >= self._stats_s:
            self._tell_stats(now_s)
        if not self._inbox and not self._stopping:
            idle_s = FOLLOW_S if self._player.follows else STATS_S
            self._clock.wait_until(min(next_s, now_s + idle_s), self._wake)

    def _post(self, action: Callable[[], None]) -> None:
        self._inbox.append(action)
        self._wake.set()

    def _tell_failure(self, name: str, output: Output) -> None:
        if name != SOUND:
            self.port_failed(output)

    def _tell_stats(self, now_s: float) -> None:
        cpu_s = time.process_time()
        share = (cpu_s - self._cpu_s) / (now_s - self._stats_s + STATS_S)
        late_events, worst_s = self._player.take_lateness()
        self._emit(m.Stats(late_events, worst_s, share))
        self._stats_s, self._cpu_s = now_s + STATS_S, cpu_s


class EventWriter(threading.Thread):
    """Writes events to the window's process; a window that does not read delays nobody.

    `connection` leads there.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(name="events", daemon=True)
        self._connection = connection
        self._events: queue.SimpleQueue[m.Event | None] = queue.SimpleQueue()

    def emit(self, event: m.Event) -> None:
        """Take `event` from any thread; with thousands unread, new ones are dropped."""
        if self._events.qsize() < _MAX_WAITING_EVENTS:
            self._events.put(event)

    def stop(self) -> None:
        """Let the thread end after what was emitted before."""
        self._events.put(None)

    def run(self) -> None:
        """Write until `stop`, or until nobody listens."""
        _favour_this_thread(_OTHER_PRIORITY)
        with contextlib.suppress(OSError):
            while (event := self._events.get()) is not None:
                self._connection.send(event)


def run_engine(connection: Connection, drum_keys: Mapping[int, tuple[int, int]]) -> None:
    """Be the engine's process: play until `Quit`, a signal, or the end of the other side.

    Parameters
    ----------
    connection
        Brings commands and takes events.
    drum_keys
        Voice and key of each drum note, by its pitch.
    """
    signalled = _catch_signals()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    writer = EventWriter(connection)
    engine = EngineThread(drum_keys, writer.emit)
    ports = PortManager(
        engine.attach, InputManager(engine.receive, engine.input_closed, writer.emit), writer.emit
    )
    managers = SoundManager(lambda output: engine.attach(SOUND, output), writer.emit), ports
    engine.port_failed = ports.port_failed
    gc.collect()
    gc.freeze()
    gc.disable()  # frozen values make no cycles; a collection would be a late note
    for thread in (writer, engine, *managers):
        thread.start()
    _favour_this_thread(_OTHER_PRIORITY)  # after the start: threads inherit it
    _read_commands(connection, signalled, engine, *managers)
    engine.stop()
    engine.join(JOIN_S)
    for manager in managers:
        manager.handle(m.Quit())
    end_s = time.monotonic() + JOIN_S
    for manager in managers:
        manager.join(max(0.0, end_s - time.monotonic()))
    writer.stop()
    writer.join(WRITE_S)
    os._exit(0)  # threads of drivers whose server died may never end, and destructors may crash


def _read_commands(
    connection: Connection,
    signalled: socket.socket,
    engine: EngineThread,
    sound: SoundManager,
    ports: PortManager,
) -> None:
    """Pass commands on until `Quit`, a signal, or the end of the other side."""
    while signalled not in wait([connection, signalled]):
        try:
            command: m.Command = connection.recv()
        except (EOFError, OSError):
            return
        if isinstance(command, m.Quit):
            return
        for part in _parts_for(command, engine, sound, ports):
            part.handle(command)


def _parts_for(
    command: m.Command, engine: EngineThread, sound: SoundManager, ports: PortManager
) -> tuple[EngineThread | SoundManager | PortManager, ...]:
    """Return who carries out a command; each takes what is its own of it."""
    match command:
        case m.SetTrack() | m.RemoveTrack():
            return engine, sound, ports
        case m.SetParameter():
            return engine, sound
        case m.OpenPort() | m.OpenVirtualPort() | m.OpenInput():
            return (ports,)
        case m.Panic():
            return engine, ports
        case m.LoadFont() | m.SetAudio():
            return (sound,)
    return (engine,)


def _catch_signals() -> socket.socket:
    """Return a socket that becomes readable when the process is told to end."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)

    def notified(_number: int, _frame: object) -> None:
        with contextlib.suppress(BlockingIOError):
            writer.send(b"x")

    signal.signal(signal.SIGTERM, notified)
    signal.signal(signal.SIGINT, notified)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, notified)
    return reader


def _favour_this_thread(priority: int) -> None:
    """Ask the system to run this thread soon after its moment; where it refuses, go on without.

    The threads that read and write get it too: while one of them holds Python's lock and is put
    aside for another program, the time-critical thread would wait for both.
    """
    if not sys.platform.startswith("linux"):
        return
    thread_id = threading.get_native_id()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_TIMERSLACK, 1000, 0, 0, 0)  # ns; 50000 is usual
    with contextlib.suppress(OSError):
        os.sched_setscheduler(thread_id, os.SCHED_FIFO, os.sched_param(priority))
        return
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, thread_id, _NICENESS)
