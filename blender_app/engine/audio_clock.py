"""Which frame of the sound card's stream belongs to which moment of the monotonic clock."""

from __future__ import annotations

import collections
import math

WINDOW_S = 1.0
WINDOWS = 8
FIRST_S = 3.0
SETTLE_S = 40.0
JUMP_S = 0.02


class AudioClock:
    """Follows how many frames have been rendered, and smooths it into a straight line.

    A driver renders in bursts of one period, so the count runs ahead of even time by up to a period
    just after a burst, and behind it when the machine is busy. The line is the upper edge of that
    staircase: a frame that it gives for a moment ahead has not been rendered yet.

    Parameters
    ----------
    rate_hz
        Frames a second.

    Notes
    -----
    The edge is the best of the last eight seconds: a renderer can be late, never early. In the
    first three seconds it is taken at once; then it is approached with a time constant of 40 s, so
    that the sound card's own clock (some 100 ppm off) is followed while the onsets of many bars
    stay on one grid. Being off by a few ms costs nothing, as a look-ahead is much longer. Only a
    break of more than 20 ms (the stream stalled) is followed at once.
    """

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self._offset_s = -math.inf  # stream time minus monotonic time, as used
        self._best_s = -math.inf  # the same, best of the window that runs
        self._bests: collections.deque[float] = collections.deque(maxlen=WINDOWS)
        self._window_end_s = math.inf
        self._begin_s = math.inf
        self._seen_s = 0.0

    def observe(self, now_s: float, frames: int) -> None:
        """Take note that `frames` have been rendered by the moment `now_s`."""
        self._best_s = max(self._best_s, frames / self.rate_hz - now_s)
        if self._begin_s == math.inf:
            self._begin_s, self._window_end_s = now_s, now_s + WINDOW_S
        if now_s >= self._window_end_s:
            self._end_window(now_s)
        if now_s - self._begin_s < FIRST_S:
            self._offset_s = max(self._offset_s, self._best_s)
        elif self._bests:
            error_s = max(self._bests) - self._offset_s
            self._offset_s += error_s * min(1.0, (now_s - self._seen_s) / SETTLE_S)
        self._seen_s = now_s

    def frame_at(self, moment_s: float) -> float:
        """Return the frame that sounds at `moment_s`."""
        return (moment_s + self._offset_s) * self.rate_hz

    def _end_window(self, now_s: float) -> None:
        if abs(self._best_s - self._offset_s) > JUMP_S:
            self._bests.clear()
            self._offset_s = self._best_s
        self._bests.append(self._best_s)
        self._best_s = -math.inf
        self._window_end_s = now_s + WINDOW_S
