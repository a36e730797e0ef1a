"""Collect cyclic garbage in the window's thread only.

Python collects wherever it happens to allocate. A collection in a worker would destroy Qt's objects
there, which Qt forbids: it waits for a lock that the window's thread holds, while that waits for
Python's, and both stand still for ever.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

TICK_MS = 250
YOUNG_OBJECTS = 700
"""New objects from which on a tick collects; Python's own threshold."""
FREEZE_AFTER_TICKS = 40
"""When all that start-up made, torch above all, is set aside: looking through it takes 100 ms."""
FULL_EVERY_TICKS = 120


class GarbageCollector(QObject):
    """Collects a little, often, instead of Python itself, until it is stopped.

    Parameters
    ----------
    parent
        A Qt object of the thread that collects.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._ticks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._timer.start()

    def stop(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        gc.enable()

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._ticks += 1
        if self._ticks == FREEZE_AFTER_TICKS:
            gc.freeze()
        if self._ticks % FULL_EVERY_TICKS == 0:
            gc.collect()
        elif gc.get_count()[0] > YOUNG_OBJECTS:
            gc.collect(1)
