"""Real MIDI ports without hardware: a JACK server with its dummy driver, one for each test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from blender_app.core.notes import Note, Pattern
from blender_app.engine import messages as m
from blender_app.engine.host import EngineProcess
from blender_app.engine.midi_port import API_VARIABLE

WAIT_S = 40.0
NAMES = [f"loopweave-test-{number}" for number in range(4)]
"""JACK keeps eight names, and those of killed servers until they are used again: so always the same."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.jack)


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait for a condition that will come; fail, with `what`, if it does not."""
    end_s = time.monotonic() + WAIT_S
    while not (found := condition()):
        if time.monotonic() > end_s:
            pytest.fail(f"waited in vain for {what}")
        time.sleep(0.005)
    return found


class Jack:
    """A JACK server of its own, and what it said."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.rate, self.period = 48000, 1024  # long periods: a busy machine misses fewer of them
        self._log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Start the server, and return whether it takes clients; another one may have its name."""
        # A server that does not wait for its clients loses what they did not read in time on a busy machine.
        # One that does waits for ten times its time-out (JACK's DRIVER_TIMEOUT_FACTOR) when a client leaves
        # just as another one comes: 3 s, for it turns those away that come meanwhile when they have waited 5.
        command = ["jackd", "--no-realtime", "--no-mlock", "--sync", "--timeout", "300", "-n", self.name]
        command += ["-d", "dummy", "-r", str(self.rate), "-p", str(self.period)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        probe = [
            sys.executable,
            "-c",
            "import rtmidi; rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name='probe').delete()",
        ]
        end_s = time.monotonic() + WAIT_S
        while "already active" not in self.said() and self.process.poll() is None:
            if "server starting" in self.said() and self.socket.exists():  # else it is another one's
                tried = subprocess.run(probe, check=False, capture_output=True)
                if not tried.returncode:
                    return True
            if time.monotonic() > end_s:
                break
            time.sleep(0.05)
        self.clean()
        return False

    def said(self) -> str:
        return self._log.read_text()

    @property
    def socket(self) -> Path:
        return Path(f"/dev/shm/jack_{self.name}_{os.getuid()}_0")

    def kill(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.wait(WAIT_S)

    def clean(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)


@pytest.fixture
def jack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jack]:
    if shutil.which("jackd") is None:
        pytest.fail("jackd is not installed: `sudo apt install --no-install-recommends jackd2`")
    monkeypatch.setenv(API_VARIABLE, "jack")
    for name in NAMES:
        monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
        server = Jack(tmp_path, name)
        if server.start():
            break
    else:
        pytest.fail(f"jackd does not start:\n{server.said()}")
    yield server
    server.clean()


class Listener:
    """A MIDI input in a process of its own, which a dying server or a crash cannot take along."""

    def __init__(self, folder: Path, name: str, connect_to: str | None = None) -> None:
        self.name = name
        self._file = folder / f"{name.replace(' ', '_')}.midi"
        self._file.touch()
        code = textwrap.dedent("""
            import os, sys, time, rtmidi
            name, target, out = sys.argv[1:4]
            port = rtmidi.MidiIn(rtmidi.API_UNIX_JACK, name=name)
            port.ignore_types(False, False, False)
            file = open(out, "a", buffering=1)
            port.set_callback(lambda event, _: file.write(" ".join(map(str, event[0])) + "\\n"))
            if target:
                while not [n for n in port.get_ports() if target in n]:
                    time.sleep(0.01)
                port.open_port([i for i, n in enumerate(port.get_ports()) if target in n][0], "in")
            else:
                port.open_virtual_port("in")
            file.write("ready\\n")
            sys.stdin.read()
            port.close_port()  # a client that only vanishes costs the server seconds
            port.delete()
            os._exit(0)
        """)
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, name, connect_to or "", str(self._file)], stdin=subprocess.PIPE
        )
        if connect_to is None:
            until(self.ready, f"the listener {name}")

    @property
    def port(self) -> str:
        return f"{self.name}:in"

    def ready(self) -> bool:
        return "ready" in self._file.read_text()

    def messages(self) -> list[tuple[int, ...]]:
        lines = self._file.read_text().splitlines()
        return [tuple(map(int, line.split())) for line in lines if line != "ready"]

    def note_ons(self) -> list[tuple[int, ...]]:
        return [message for message in self.messages() if message[0] & 0xF0 == 0x90 and message[2]]

    def sounding(self) -> set[tuple[int, int]]:
        """Return the channels and keys whose note-off has not come."""
        left = set()
        for status, key, velocity in self.messages():
            if status & 0xF0 == 0x90 and velocity:
                left.add((status & 15, key))
            elif status & 0xF0 in (0x80, 0x90):
                left.discard((status & 15, key))
        return left

    def close(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def listen(jack: Jack, tmp_path: Path) -> Iterator[Callable[..., Listener]]:
    """Open listeners, by name."""
    made: list[Listener] = []

    def make(name: str = "synth", connect_to: str | None = None) -> Listener:
        made.append(Listener(tmp_path, name, connect_to))
        return made[-1]

    yield make
    for listener in made:
        listener.close()


class Keyboard:
    """A MIDI output in a process of its own, played from here."""

    def __init__(self, name: str) -> None:
        self.port = f"{name}:out"
        code = textwrap.dedent("""
            import os, sys, time, rtmidi
            port = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, name=sys.argv[1])
            port.open_virtual_port("out")
            print("ready", flush=True)
            for line in sys.stdin:
                now_s = time.monotonic()
                port.send_message([int(number) for number in line.split()])
                print(now_s, flush=True)
            port.close_port()
            port.delete()
            os._exit(0)
        """)
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.process.stdout.readline()

    def play(self, *message: int) -> float:
        """Send a message, and return the moment at which it was sent."""
        self.process.stdin.write(" ".join(map(str, message)) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(WAIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()


@pytest.fixture
def keyboard(jack: Jack) -> Iterator[Callable[[str], Keyboard]]:
    """Open keyboards, by name."""
    made: list[Keyboard] = []

    def make(name: str = "keys") -> Keyboard:
        made.append(Keyboard(name))
        return made[-1]

    yield make
    for each in made:
        each.close()


class Engine(EngineProcess):
    """An engine that remembers all its events."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[object] = []

    def of(self, kind: type) -> list[Any]:
        self.seen += self.poll()
        return [event for event in self.seen if isinstance(event, kind)]

    def wait_for(self, kind: type, **fields: object) -> Any:
        """Wait for an event with these fields, and forget it and those before."""
        return self._wait(
            lambda event: isinstance(event, kind) and all(getattr(event, k) == v for k, v in fields.items()),
            f"{kind.__name__} {fields}",
        )

    def wait_for_error(self, words: str) -> None:
        """Wait for an error that has these words; a busy machine may bring others before it."""
        self._wait(lambda event: isinstance(event, m.EngineError) and words in event.message, words)

    def _wait(self, is_it: Callable[[Any], bool], what: str) -> Any:
        def found() -> object:
            for index, event in enumerate(self.of(object)):
                if is_it(event):
                    del self.seen[: index + 1]
                    return event
            return None

        return until(found, what)


@pytest.fixture
def engine(jack: Jack) -> Iterator[Engine]:
    process = Engine()
    process.start()
    process.send(m.SetTrack(m.TrackSettings("drums", True, 128, channel=9)))
    yield process
    process.close()


@pytest.fixture
def held() -> Pattern:
    """Give a pattern of notes that would sound for minutes."""
    notes = tuple(Note(step, 40 + step, 50 + step, 9999.0) for step in range(4))
    return Pattern(1, notes, 16)
