"""What a stalled window does to sound: how long a change of the puck needs to reach the engine.

    python benchmarks/stall.py [--moves 40] [--stall 300]

A controller with the shipped models and the engine's process plays; a puck jumps from place to place.
After each jump the window's thread is quiet (it handles events), or it does nothing at all for `--stall`
milliseconds, as behind a file dialog that hangs. Printed is the time from the jump to the moment at which
its pattern is given to the engine's process, and how many notes the engine gave out late meanwhile.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication

from blender_app.engine import messages as m
from blender_app.engine.host import EngineProcess
from blender_app.session.controller import Controller
from blender_app.session.settings import Settings
from blender_app.session.start import load_loop_model, load_stored_palette

LOOK_AHEAD_MS = 40.0
PATIENCE_S = 60.0
SETTLE_S = 0.15
"""Between two jumps, so that each is answered before the next."""


class WatchedEngine(EngineProcess):
    """The engine's process, and the moments at which it was given patterns for the drums."""

    def __init__(self) -> None:
        super().__init__()
        self.given_s: list[float] = []
        self.late_events = 0

    def send(self, command: m.Command) -> None:
        """Pass `command` on, and remember when."""
        if isinstance(command, m.SetPattern) and command.track == "drums":
            self.given_s.append(time.monotonic())
        super().send(command)

    def poll(self) -> list[m.Event]:
        """Return what happened, and remember how many notes were late."""
        events = super().poll()
        for event in events:
            if isinstance(event, m.Stats):
                self.late_events = event.late_events
        return events


def main() -> int:
    """Print the figures; return 1 if a stalled window delays a change by more than one look-ahead."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--moves", type=int, default=40, help="jumps of the puck in each case")
    parser.add_argument("--stall", type=float, default=300.0, help="how long the window hangs, in ms")
    arguments = parser.parse_args()
    application = QCoreApplication.instance() or QCoreApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        engine = WatchedEngine()
        controller = Controller(
            make_engine=lambda: engine,
            load_model=load_loop_model,
            load_stored=load_stored_palette,
            settings=Settings(Path(folder) / "settings.ini"),
            state_folder=Path(folder),
        )
        controller.start()
        _run(
            application,
            lambda: (
                controller.palettes.accuracy is not None and controller.devices.status.audio != "starting"
            ),
        )
        controller.playback.play()
        _run(application, lambda: controller.playback.playing)
        quiet = _delays(application, controller, engine, arguments.moves, 0.0)
        stalled = _delays(application, controller, engine, arguments.moves, arguments.stall / 1000.0)
        late = engine.late_events
        controller.close()
    for name, delays in (("quiet", quiet), (f"stalled for {arguments.stall:.0f} ms", stalled)):
        print(
            f"window {name}: a jump of the puck is with the engine after {statistics.median(delays):.1f} ms "
            f"(median), {max(delays):.1f} ms at most; {len(delays)} jumps"
        )
    print(f"notes that left late: {late}")
    added = statistics.median(stalled) - statistics.median(quiet)
    print(f"the stall adds {added:.1f} ms (median); one look-ahead is {LOOK_AHEAD_MS:.0f} ms")
    return int(added > LOOK_AHEAD_MS)


def _delays(
    application: QCoreApplication, controller: Controller, engine: WatchedEngine, moves: int, stall_s: float
) -> list[float]:
    """Return how long each jump took to reach the engine, in milliseconds."""
    delays = []
    for index in range(moves):
        engine.given_s.clear()
        begun = time.monotonic()
        controller.place.move_puck(0.1 + 0.8 * (index % 2), 0.1 + 0.8 * (index * 0.37 % 1.0), "drums")
        time.sleep(stall_s)
        _run(application, lambda: bool(engine.given_s))
        delays.append((engine.given_s[0] - begun) * 1000.0)
        _run_for(application, SETTLE_S)
    return delays


def _run_for(application: QCoreApplication, seconds: float) -> None:
    """Handle events for some time."""
    until = time.monotonic() + seconds
    _run(application, lambda: time.monotonic() >= until)


def _run(application: QCoreApplication, done: Callable[[], bool]) -> None:
    """Handle events until something is so."""
    until = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > until:
            raise TimeoutError("the instrument does not answer")
        application.processEvents()
        time.sleep(0.001)


if __name__ == "__main__":
    sys.exit(main())
