"""The window's program: start-up and wiring, the only place that sees everything.

Notes
-----
The order is that of what the musician waits for: the engine's process starts first and gets its sound
ready beside us; then the window is built and shown; the model, and with it torch, is loaded by the
worker when the window is there and plays a stored palette.
"""

# ruff: noqa: PLC0415 (the engine's process starts before Qt is imported, and haste is made before numpy is)

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from blender_app.engine.host import EngineProcess
    from blender_app.session.controller import Controller
    from blender_app.ui.look.theme import Look
    from blender_app.ui.window.main_window import MainWindow

WELCOME = "Drag the puck over the palette; below, click a track. Space plays, F1 lists every key."
"""Said once, at the first start."""
LOG_NAME = "loopweave.log"
_LOG_BYTES = 500_000
_LONGEST_UNSEEN_MS = 1000

_log = logging.getLogger(__name__)


def main(session: str | Path | None = None) -> int:
    """Open the window, with the file `session` if one is given, and return the exit code at its end."""
    multiprocessing.freeze_support()
    tune_startup()
    from blender_app.engine.host import EngineProcess

    engine = EngineProcess()
    engine.start()
    try:
        from blender_app.session.garbage import GarbageCollector

        app = make_application()
        _log_to_file()
        controller = make_controller(engine)
        window = make_window(controller)
        _catch_errors(window)
        install_signal_handlers(window)
        collector = GarbageCollector(app)
        _start_when_seen(window, session)
        window.show()
        code = app.exec()
        controller.close(keep_unsaved=window.ended_by_signal)
        collector.stop()
        window.deleteLater()
    finally:
        gc.enable()
        engine.close(0.0)
    return code


def tune_startup() -> None:
    """Leave out what only makes the start longer.

    Notes
    -----
    What is imported and built at the start lives on: looking through it again and again for garbage is
    an eighth of the work until the window is seen. `GarbageCollector` collects from then on.
    numpy's OpenBLAS starts a thread a core when it is imported; here nobody multiplies large matrices.
    """
    gc.disable()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def make_application() -> QApplication:
    """Return the application object, in the style that our themes are made for."""
    from PySide6.QtGui import QColor
    from PySide6.QtWidgets import QApplication

    from blender_app.ui.look.icons import icon

    app = cast("QApplication", QApplication.instance() or QApplication(sys.argv[:1]))
    app.setApplicationName("loopweave")
    app.setApplicationDisplayName("Loopweave")
    app.setDesktopFileName("loopweave")
    app.setStyle("Fusion")
    app.setWindowIcon(icon("loopweave", QColor("white")))
    return app


def make_controller(engine: EngineProcess) -> Controller:
    """Return the controller of a running program, round an `engine` that may have been started."""
    from blender_app.session import start

    return start.make_controller(engine)


def make_window(controller: Controller) -> MainWindow:
    """Return the window of `controller`, in the look that was chosen last."""
    from blender_app.ui.window.main_window import MainWindow

    return MainWindow(controller, remembered_look(controller))


def remembered_look(controller: Controller) -> Look:
    """Return the look that the settings of `controller` remember."""
    from blender_app.ui.look.theme import Look
    from blender_app.ui.window.look_presenter import STILL_KEY, TEXT_SIZE_KEY

    look, settings = Look(), controller.settings
    look.set_theme(settings.theme)
    look.set_hues(settings.palette_colours or "")
    try:
        look.set_text_scale(float(settings.value(TEXT_SIZE_KEY, "1")))
    except ValueError:
        _log.warning("the settings hold no text size")
    look.set_reduced_motion(settings.value(STILL_KEY, "0") == "1")
    return look


def _start_when_seen(window: MainWindow, session: str | Path | None) -> None:
    """Start the controller once the window's first picture is on the screen.

    Before, the worker's loading would take turns with the painting, and double its time. A window that
    nobody sees (it was started minimized) does not wait for long.
    """
    from PySide6.QtCore import QTimer

    timer = QTimer(window)
    timer.setSingleShot(True)

    def start() -> None:
        timer.stop()
        window.seen.disconnect(start)
        _start(window, session)

    window.seen.connect(start)
    timer.timeout.connect(start)
    timer.start(_LONGEST_UNSEEN_MS)


def _start(window: MainWindow, session: str | Path | None) -> None:
    controller = window.controller
    if session is not None:
        controller.files.open(session)
    controller.start()
    if not controller.settings.window_geometry:
        window.banner.show_message("info", WELCOME)
    found = controller.files.find_recoverable()
    if found is not None:
        window.files.ask_recovery(found)


def _log_to_file() -> None:
    """Write warnings and worse to a file beside the unsaved work, and to stderr."""
    from logging.handlers import RotatingFileHandler

    from blender_app.session.start import state_folder

    handlers: list[logging.Handler] = [logging.StreamHandler()]
    try:
        state_folder().mkdir(parents=True, exist_ok=True)
        path = state_folder() / LOG_NAME
        handlers.append(RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=1, delay=True))
    except OSError as error:
        handlers[0].handle(
            logging.makeLogRecord({"msg": f"no log file: {error}", "levelno": logging.WARNING})
        )
    level = os.environ.get("LOOPWEAVE_LOG", "WARNING").upper()
    logging.basicConfig(
        level=level if level in logging.getLevelNamesMapping() else "WARNING",
        format="%(asctime)s %(name)s %(levelname)s: %(message)s",
        handlers=handlers,
    )


def _catch_errors(window: MainWindow) -> None:
    """Log what nobody caught, and tell the musician; the music goes on."""

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.end_by_signal()
            return
        _log.error("not caught", exc_info=(kind, error, trace))
        window.banner.show_message(
            "error", f"Something went wrong: {error or kind.__name__}. It is in the log."
        )

    def caught_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            _log.error("not caught in a thread", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))

    sys.excepthook = caught
    threading.excepthook = caught_in_thread


def install_signal_handlers(window: MainWindow) -> None:
    """Close `window` when it is told to end, keeping unsaved work for the next start.

    SIGHUP, where there is one, comes when the terminal is closed that the program was started from.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        window.end_by_signal()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, end)
