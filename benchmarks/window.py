"""How fast the window is: time until it can be seen and heard, and painting while pucks are dragged.

All of it with a band of three tracks.

Run with ``python -m benchmarks.window`` or ``python benchmarks/window.py``; without a screen it uses
Qt's offscreen platform. Each start is a process of its own; the first one warms the disk's cache, and
compiles the program as its installation does, and does not count.
"""

# ruff: noqa: PLC0415 (imports are what is timed)

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blender_app.session.controller import Controller
    from blender_app.ui.window.main_window import MainWindow

ROOT = Path(__file__).resolve().parent.parent
STARTS, MOVES = 5, 600
WIDTH, HEIGHT = 1280, 800
SPAWNED_AT = "LOOPWEAVE_BENCH_SPAWNED_AT"
STAGES = ("visible", "cells", "sound", "model")
LIMITS_S = {"visible": 1.0, "cells": None, "sound": 1.5, "model": 5.0}
PAINT_LIMIT_MS = 8.0
MEMORY_LIMIT_MB = 900.0
PATIENCE_MS = 30_000


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; return 1 if one of them misses its limit.

    `argv` are the command's words; None takes those of this process.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=STARTS, help="how many starts to time")
    parser.add_argument("--moves", type=int, default=MOVES, help="how many moves of the mouse to time")
    parser.add_argument("--child", choices=("start", "drag"), help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.child == "start":
        return _time_start()
    if options.child == "drag":
        return _time_drag(options.moves)
    with tempfile.TemporaryDirectory() as bytecode:
        starts = [_child("start", options.moves, bytecode) for _ in range(options.starts + 1)][1:]
        drag = _child("drag", options.moves, bytecode)
    good = True
    for stage in STAGES:
        times = [start[stage] for start in starts if stage in start]
        limit = LIMITS_S[stage]
        good &= _tell(f"{stage}, s after the start of the process", times, limit)
    for what, limit_ms in (
        ("paint", PAINT_LIMIT_MS),
        ("paint while playing", PAINT_LIMIT_MS),
        ("paint while playing, melody in front, pucks linked", PAINT_LIMIT_MS),
        ("frame", None),
    ):
        p95 = statistics.quantiles(drag[what], n=20)[-1]
        good &= _tell(f"{what}, p95 ms a move of {len(drag[what])}", [p95], limit_ms)
    good &= _tell("memory at most, MB, window and engine", [drag["memory"]], MEMORY_LIMIT_MB)
    return 0 if good else 1


def _tell(what: str, values: list[float], limit: float | None) -> bool:
    middle = statistics.median(values) if values else float("inf")
    good = limit is None or middle <= limit
    bound = "" if limit is None else f"   limit {limit:g}   {'ok' if good else 'MISSED'}"
    sys.stdout.write(f"{what:45} {middle:8.2f}{bound}\n")
    return good


def _child(kind: str, moves: int, bytecode: str) -> dict[str, Any]:
    """Run this file in a fresh process with a home of its own, and return what it measured.

    What Python compiles goes to the folder `bytecode`: a checkout may have none, or may not keep it.
    """
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "QT_QPA_PLATFORM": "offscreen",
            **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            "PYTHONPYCACHEPREFIX": bytecode,
            "HOME": home,
            "XDG_CONFIG_HOME": home,
            "XDG_DATA_HOME": home,
            "PYTHONPATH": str(ROOT),
            SPAWNED_AT: repr(time.monotonic()),
        }
        command = [sys.executable, __file__, "--child", kind, "--moves", str(moves)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=180, check=True
        )
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _time_start() -> int:
    """Open the window as the program does, and print when its stages were reached."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    from blender_app import app
    from blender_app.session.status import ModelState

    spawned_s = float(os.environ[SPAWNED_AT])
    reached: dict[str, float] = {}

    def reach(stage: str) -> None:
        reached.setdefault(stage, time.monotonic() - spawned_s)

    class FirstPaint(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002, N802 (Qt calls it)
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, lambda: reach("visible"))
            return False

    watch: list[QObject] = []
    make_window = app.make_window

    def make(controller: Controller) -> MainWindow:
        window = make_window(controller)
        watch.append(FirstPaint())
        window.parts.stage.palette_view.installEventFilter(watch[0])
        controller.palettes.cellsChanged.connect(lambda: reach("cells"))
        controller.devices.kitsChanged.connect(lambda: reach("sound"))

        def follow() -> None:
            if controller.devices.status.model_state is not ModelState.LOADING:
                reach("model")
                window.close_without_asking()

        controller.devices.statusChanged.connect(follow)
        QTimer.singleShot(PATIENCE_MS, window.close_without_asking)
        return window

    app.make_window = make
    app.main()
    sys.stdout.write(json.dumps(reached) + "\n")
    return 0


def _time_drag(moves: int) -> int:
    """Drag the puck over the palette, and print how long painting takes, move by move."""
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    from blender_app import app
    from blender_app.engine.host import EngineProcess
    from blender_app.session.session import PuckCoupling

    spent = _time_painting()
    application = app.make_application()
    controller = app.make_controller(EngineProcess())
    window = app.make_window(controller)
    window.resize(WIDTH, HEIGHT)
    window.show()
    controller.start()
    tracks = controller.document.session.track_names
    _wait_until(lambda: all(controller.palettes.accuracy_of(name) is not None for name in tracks))
    palette = window.parts.stage.palette_view
    found: dict[str, list[float]] = {"frame": []}

    def send(kind: QMouseEvent.Type, point: QPointF) -> None:
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, point, palette.mapToGlobal(point), left, left, none)
        QApplication.sendEvent(palette, event)

    for name in ("paint", "paint while playing", "paint while playing, melody in front, pucks linked"):
        if name != "paint" and not controller.playback.playing:
            controller.playback.play()
            _wait_until(lambda: controller.playback.playing)
        if name.endswith("linked"):
            controller.tracks.set_front("melody")
            controller.place.set_coupling(PuckCoupling.SAME)
            application.processEvents()
        spent[:] = [0.0]
        send(QMouseEvent.Type.MouseButtonPress, palette.point_of((0.5, 0.5)))
        for place in _wandering(moves):
            spent.append(0.0)
            begun = time.perf_counter()
            send(QMouseEvent.Type.MouseMove, palette.point_of(place))
            application.processEvents()
            found["frame"].append((time.perf_counter() - begun) * 1000)
            time.sleep(0.004)  # a mouse tells about 125 to 250 moves a second
        send(QMouseEvent.Type.MouseButtonRelease, palette.point_of((0.5, 0.5)))
        found[name] = [one for one in spent if one > 0.0]
    window.close_without_asking()
    controller.close()
    sys.stdout.write(json.dumps({**found, "memory": _peak_mb()}) + "\n")
    return 0


def _peak_mb() -> float:
    """Return the most memory that this process and the largest it waited for ever held (not on Windows)."""
    import resource

    kilobytes = [
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    return sum(kilobytes) / (1024 if sys.platform == "linux" else 1024**2)


def _time_painting() -> list[float]:
    """Let every paint of our widgets, made from now on, add its time in ms to the list's last number."""
    from blender_app.ui.drums.pattern_view import PatternView
    from blender_app.ui.drums.step_grid import StepGrid
    from blender_app.ui.palette.corner_card import CornerCard
    from blender_app.ui.palette.mini_palette import MiniPalette
    from blender_app.ui.palette.view import PaletteView
    from blender_app.ui.roll.piano_roll import PianoRoll
    from blender_app.ui.roll.view import RollView
    from blender_app.ui.tracks.lane import TrackLane
    from blender_app.ui.tracks.tile import TrackTile

    spent = [0.0]

    def timed(paint: Callable[..., None]) -> Callable[..., None]:
        def paint_timed(widget: object, event: object) -> None:
            begun = time.perf_counter()
            paint(widget, event)
            spent[-1] += (time.perf_counter() - begun) * 1000

        return paint_timed

    large = (PaletteView, PatternView, StepGrid, CornerCard, RollView, PianoRoll)
    for kind in (*large, MiniPalette, TrackLane, TrackTile):
        kind.paintEvent = timed(kind.paintEvent)  # type: ignore[method-assign]
    return spent


def _wandering(count: int) -> list[tuple[float, float]]:
    """Return places of a hand that goes round and round over the whole palette."""
    from math import cos, sin

    return [(0.5 + 0.48 * sin(0.021 * i), 0.5 + 0.48 * cos(0.033 * i)) for i in range(count)]


def _wait_until(done: Callable[[], bool]) -> None:
    from PySide6.QtWidgets import QApplication

    end_s = time.monotonic() + PATIENCE_MS / 1000
    while not done():
        if time.monotonic() > end_s:
            raise TimeoutError("the instrument did not get ready")
        QApplication.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    raise SystemExit(main())
