"""The clocks that drive the engine: the machine's monotonic one, and one that tests turn by hand."""

from __future__ import annotations

import threading
import time


class MonotonicClock:
    """The clock that every process of the machine shares, `time.monotonic`."""

    def now(self) -> float:
        """Return `time.monotonic()`."""
        return time.monotonic()

    def wait_until(self, moment_s: float, wake: threading.Event) -> None:
        """Sleep until `moment_s`, or until another thread sets `wake`."""
        delay_s = moment_s - time.monotonic()
        if delay_s > 0:
            wake.wait(delay_s)


class OfflineClock:
    """A clock that only moves when told to, so that tests assert exact moments without sleeping.

    It begins at `start_s`.
    """

    def __init__(self, start_s: float = 0.0) -> None:
        self._now_s = start_s

    def now(self) -> float:
        """Return the moment that the clock was last moved to."""
        return self._now_s

    def wait_until(self, moment_s: float, wake: threading.Event) -> None:  # noqa: ARG002
        """Move to `moment_s` at once, never back; `wake` is not waited for."""
        self._now_s = max(self._now_s, moment_s)
