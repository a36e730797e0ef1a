"""Work that can wait until the window is seen, done a piece at a time while nothing else is to be done."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Slot

PAUSE_MS = 40
"""Between two pieces: more than a frame, so that no picture waits for both."""


class IdleTasks(QObject):
    """Does pieces of work one by one, with time for hand and screen between them.

    Parameters
    ----------
    pieces
        Does one piece each time it is asked for the next; each takes a frame, or little more.
    parent
        Qt parent; when it goes, the rest is not done.
    """

    def __init__(self, pieces: Iterator[object], parent: QObject) -> None:
        super().__init__(parent)
        self._pieces = pieces
        self.done = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self, delay_ms: int) -> None:
        """Begin in `delay_ms`, unless that was said before."""
        if not self.done and not self._timer.isActive():
            self._timer.start(delay_ms)

    @Slot()
    def _on_timer_timeout(self) -> None:
        self.done = next(self._pieces, self) is self
        self.start(PAUSE_MS)
