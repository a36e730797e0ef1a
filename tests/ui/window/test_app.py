"""The program as a whole: it opens, tells what fails, ends cleanly, and keeps unsaved work."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blender_app import app
from blender_app.engine import host
from blender_app.session import start
from blender_app.session.controller import Controller
from blender_app.session.files import save_session
from blender_app.session.session import Session
from blender_app.ui.palette.view import PaletteView
from blender_app.ui.window.main_window import MainWindow

Script = Callable[[MainWindow], None]
PATIENCE_MS = 100_000
"""Then a window that its script did not close is closed."""


@pytest.fixture
def run(
    qtbot: QtBot, engine, monkeypatch: pytest.MonkeyPatch, same_hooks: None
) -> Iterator[Callable[..., int]]:
    """Return a function that runs the program with our engine and model, and a script for its window."""
    font, palette, style = QApplication.font(), QApplication.palette(), QApplication.style().name()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    logged = list(logging.getLogger().handlers)
    monkeypatch.setattr(host, "EngineProcess", lambda: engine)
    monkeypatch.setattr(start, "load_loop_model", lambda _name: _broken_model())

    begin = app._start

    def run(script: Script, session: Path | None = None) -> int:
        def begin_and_use(window: MainWindow, session: Path | None) -> None:
            begin(window, session)
            QTimer.singleShot(0, window, lambda: script(window))
            QTimer.singleShot(PATIENCE_MS, window, window.close_without_asking)

        monkeypatch.setattr(app, "_start", begin_and_use)
        return app.main(session)

    yield run
    QApplication.setStyle(style)
    QApplication.setFont(font)
    QApplication.setPalette(palette)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    for handler in [one for one in logging.getLogger().handlers if one not in logged]:
        logging.getLogger().removeHandler(handler)
        handler.close()


def _broken_model() -> object:
    from blender_app.core.errors import ModelError

    raise ModelError("The model is missing.")


def test_it_opens_and_ends(run, engine) -> None:
    seen: list[bool] = []

    def script(window: MainWindow) -> None:
        seen.append(window.isVisible() and engine.alive)
        window.close()

    assert run(script) == 0
    assert seen == [True]
    assert not engine.alive


def test_loading_waits_for_the_first_picture(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_LONGEST_UNSEEN_MS", 3_600_000)
    told: list[str] = []
    paint, start = PaletteView.paintEvent, Controller.start
    monkeypatch.setattr(PaletteView, "paintEvent", lambda *args: (told.append("picture"), paint(*args))[1])
    monkeypatch.setattr(Controller, "start", lambda self: (told.append("start"), start(self))[1])
    run(lambda window: window.close())
    assert told[0] == "picture"
    assert told.count("start") == 1


def test_a_window_that_nobody_sees_starts_all_the_same(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_LONGEST_UNSEEN_MS", 10)
    monkeypatch.setattr(MainWindow, "show", lambda _self: None)
    started: list[bool] = []

    def script(window: MainWindow) -> None:
        started.append(not window.isVisible())
        QApplication.quit()

    run(script)
    assert started == [True]


def test_it_opens_a_session(run, tmp_path: Path) -> None:
    path = tmp_path / "slow.blend.json"
    save_session(path, Session(tempo_bpm=61.0))
    tempos: list[float] = []

    def script(window: MainWindow) -> None:
        tempos.append(window.controller.document.session.tempo_bpm)
        window.close()

    run(script, path)
    assert tempos == [61.0]


def test_what_nobody_caught_is_logged_and_told(run, caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []

    def script(window: MainWindow) -> None:
        error = RuntimeError("a slip")
        sys.excepthook(RuntimeError, error, None)
        told.append(window.banner.text)
        window.close()

    run(script)
    assert "a slip" in told[0]
    assert "a slip" in caplog.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_closes_it_and_keeps_unsaved_work(run, number: signal.Signals) -> None:
    def work_and_end(window: MainWindow) -> None:
        window.controller.document.set_parameter("tempo_bpm", 173.0)
        signal.raise_signal(number)

    offered: list[object] = []

    def look_for_it(window: MainWindow) -> None:
        found = window.controller.files._recoverable
        offered.append(found.session.tempo_bpm if found else None)
        question = window.files.question
        button = next(one for one in question.buttons() if one.text() == "Recover")
        button.click()
        offered.append(window.controller.document.session.tempo_bpm)
        window.close_without_asking()

    assert run(work_and_end) == 0
    run(look_for_it)
    assert offered == [173.0, 173.0]


def test_the_look_is_remembered(run) -> None:
    def choose(window: MainWindow) -> None:
        window.look.set_text_scale(1.5)
        window.actions_by_name["theme"].trigger()
        window.close()

    looks: list[tuple[str, float]] = []

    def see(window: MainWindow) -> None:
        looks.append((window.look.theme.name, window.look.text_scale))
        window.close()

    run(choose)
    run(see)
    assert looks == [("light", 1.5)]
