"""What every test gets: folders of its own, no real dialog, no device, and nothing left running."""

from __future__ import annotations

import gc
import os

# Before anything imports Qt or a numeric library.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest
from PySide6 import QtWidgets
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from blender_app.core.time import Timeline
from blender_app.engine import messages as m

REPOSITORY = Path(__file__).resolve().parent.parent
WAIT_MS = int(os.environ.get("LOOPWEAVE_TEST_WAIT_MS", "40000"))
"""How long Qt's events may take to come on a busy machine; a test that is right waits far less."""

GRACE_S = 20.0
"""How long a thread or a process that was told to end may take."""

FULL_COLLECTION_EVERY = 40
"""Tests between two full collections, which take a tenth of a second each with torch loaded."""
_COUNTER = [0]

ENGINE_TEMPO_BPM, ENGINE_BAR_S = 120.0, 2.0

_BLOCKING = {
    QtWidgets.QColorDialog: ("getColor",),
    QtWidgets.QDialog: ("exec",),
    QtWidgets.QFileDialog: ("getExistingDirectory", "getOpenFileName", "getOpenFileNames", "getSaveFileName"),
    QtWidgets.QInputDialog: ("getDouble", "getInt", "getItem", "getMultiLineText", "getText"),
    QtWidgets.QMenu: ("exec",),
    QtWidgets.QMessageBox: ("about", "critical", "exec", "information", "question", "warning"),
}

hypothesis.settings.register_profile(
    "search",  # by chance: pytest --hypothesis-profile=search
    deadline=None,  # a busy machine is not a failure
    # The fixtures below are set up once for all examples, which is what they are meant for.
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
    max_examples=1000,
)
hypothesis.settings.register_profile(
    "loopweave",  # the same examples each time, so that what passed once passes again
    hypothesis.settings.get_profile("search"),
    derandomize=True,
    max_examples=100,
)
hypothesis.settings.load_profile("loopweave")


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the folder of the checkout."""
    return REPOSITORY


class FirstSignal(SignalBlocker):
    """Keeps what the first signal brought: those queued behind it come although it has disconnected."""

    def _quit_loop_by_signal(self, *args: object) -> None:
        if not self.signal_triggered:
            super()._quit_loop_by_signal(*args)


class PatientQtBot(QtBot):
    """Waits for as long as a busy machine may need."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        super().__init__(request)
        self._blockers: list[SignalBlocker] = []
        """Kept until the end of the test: what is queued for one that has gone would come to the next."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = WAIT_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitExposed(self, widget: QtWidgets.QWidget, *, timeout: int = WAIT_MS) -> None:
        with super().waitExposed(widget, timeout=timeout):
            pass  # which is when it waits

    def waitSignal(
        self,
        signal: object,
        *,
        timeout: int = WAIT_MS,
        raising: bool = True,
        check_params_cb: Callable[..., bool] | None = None,
    ) -> SignalBlocker:
        blocker = FirstSignal(timeout, raising, check_params_cb)
        self._blockers.append(blocker)
        blocker.connect(signal)
        return blocker

    def waitSignals(self, signals: Sequence[object], *, timeout: int = WAIT_MS) -> object:
        return super().waitSignals(signals, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QtWidgets.QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Return a bot that waits patiently."""
    return PatientQtBot(request)


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Send every path of the user (home, settings, data, state, cache) to a fresh folder."""
    home = tmp_path_factory.mktemp("home")
    runtime = home / "run"
    runtime.mkdir(mode=0o700)  # Qt and Wayland insist
    variables = {
        "HOME": home,
        "USERPROFILE": home,
        "APPDATA": home / "roaming",
        "LOCALAPPDATA": home / "local",
        "XDG_CACHE_HOME": home / "cache",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_DATA_HOME": home / "data",
        "XDG_DOCUMENTS_DIR": home / "documents",
        "XDG_RUNTIME_DIR": runtime,
        "XDG_STATE_HOME": home / "state",
    }
    for name, folder in variables.items():
        monkeypatch.setenv(name, str(folder))
    for kind in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):
        for scope in (QSettings.Scope.UserScope, QSettings.Scope.SystemScope):
            QSettings.setPath(kind, scope, str(home / "config"))
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    return home


@pytest.fixture(autouse=True)
def no_devices_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests away from a JACK server of the user, and from starting one by accident."""
    monkeypatch.delenv("JACK_DEFAULT_SERVER", raising=False)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")


@pytest.fixture(autouse=True)
def no_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail, instead of waiting for ever, where a dialog would wait for a person."""

    def refuse(name: str) -> Callable[..., NoReturn]:
        def refused(*_args: object, **_kwargs: object) -> NoReturn:
            pytest.fail(f"{name}() would wait for a person: replace it in this test with monkeypatch")

        return refused

    for owner, names in _BLOCKING.items():
        for name in names:
            monkeypatch.setattr(owner, name, refuse(f"{owner.__name__}.{name}"))


@pytest.fixture(autouse=True)
def garbage_between_tests() -> None:
    """Collect between tests only: a worker that destroys what is left of a window stands still for ever."""
    gc.disable()
    _COUNTER[0] += 1
    gc.collect(2 if _COUNTER[0] % FULL_COLLECTION_EVERY == 0 else 1)


@pytest.fixture(autouse=True)
def same_hooks() -> Iterator[None]:
    """Put back the hooks for uncaught exceptions, by which pytest itself learns of them."""
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


@pytest.fixture(autouse=True)
def nothing_left_running(own_folders: Path, no_dialogs: None, same_hooks: None) -> Iterator[None]:
    """Fail a test that leaves a thread or a child process running."""
    threads, children = _threads(), _children()
    yield
    end_s = time.monotonic() + GRACE_S
    while _threads() - threads or _children().keys() - children.keys():
        if time.monotonic() > end_s:
            left = [thread.name for thread in _threads() - threads]
            left += [text for pid, text in _children().items() if pid not in children]
            pytest.fail(f"left running: {', '.join(left)}")
        time.sleep(0.01)


def _threads() -> set[threading.Thread]:
    """Return the running threads, less those that Python only guesses at and tqdm's own."""
    return {
        thread
        for thread in threading.enumerate()
        if not isinstance(thread, threading._DummyThread) and type(thread).__name__ != "TMonitor"
    }


def _children() -> dict[int, str]:
    """Return the command lines of the running child processes (none where there is no /proc)."""
    found = {}
    for listed in Path("/proc/self/task").glob("*/children"):
        try:
            pids = listed.read_text().split()
        except OSError:  # that thread has just ended
            continue
        for pid in pids:
            command = _command(pid)
            # multiprocessing's tracker lives as long as this process does
            if command and "resource_tracker" not in command:
                found[int(pid)] = command
    return found


def _command(pid: str) -> str:
    """Return the command line of a process; nothing for one that has ended."""
    process = Path("/proc", pid)
    try:
        name, _, state = process.joinpath("stat").read_text().rpartition(") ")
        if state.startswith(("Z", "X")):
            return ""
        command = process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
    return command.strip() or name  # it has no command line while it is being started


class RecordingEngine:
    """Records commands, and answers as the engine would.

    Parameters
    ----------
    clock
        Gives monotonic seconds.
    greeting
        What it tells when it is started.
    """

    def __init__(self, clock: Callable[[], float], greeting: Sequence[m.Event] = ()) -> None:
        self.commands: list[m.Command] = []
        self.events: deque[m.Event] = deque()
        self.alive = False
        self.starts_patterns = True
        self._clock, self._greeting = clock, greeting
        self._playing = False

    def start(self) -> None:
        self.alive = True
        self.events.extend(self._greeting)

    def send(self, command: m.Command) -> None:
        self.commands.append(command)
        now_s = self._clock()
        if isinstance(command, m.Play | m.Stop):
            self._playing = isinstance(command, m.Play)
            begins_s = now_s + (ENGINE_BAR_S * command.count_in_bars if isinstance(command, m.Play) else 0.0)
            timeline = Timeline(begins_s, 0.0, ENGINE_TEMPO_BPM)
            self.events.append(m.TransportChanged(self._playing, timeline))
        if isinstance(command, m.SetPattern) and (self.starts_patterns or not self._playing):
            self.events.append(m.PatternStarted(command.track, command.pattern.serial, 0.0, now_s))
        if isinstance(command, m.OpenPort):
            self.events.append(m.PortOpened(command.name))
        if isinstance(command, m.OpenInput):
            self.events.append(m.InputOpened(command.name))

    def poll(self) -> Sequence[m.Event]:
        events = list(self.events)
        self.events.clear()
        return events

    def close(self, timeout_s: float) -> None:
        self.alive = False

    def sent(self, kind: type) -> list[m.Command]:
        """Return the commands of one kind."""
        return [command for command in self.commands if isinstance(command, kind)]


@pytest.fixture(scope="session")
def recording_engine() -> type[RecordingEngine]:
    """Return the double of the engine, for the rooms above it."""
    return RecordingEngine
