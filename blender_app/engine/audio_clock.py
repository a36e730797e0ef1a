"""Which frame of the sound card's stream belongs to which moment of the monotonic clock."""

from __future__ import annotations

import math

WINDOW_S = 1.0
SETTLE_S = 5.0
JUMP_S = 0.02


class AudioClock:
    """Follows how many frames have been rendered, and smooths it into a straight line.

    A driver renders in bursts of one period, so the count runs ahead of even time by up to a period
    just after a burst. The line is the upper edge of that staircase: a frame that it gives for a
    moment ahead has not been rendered yet.

    Parameters
    ----------
    rate_hz
        Frames a second.

    Notes
    -----
    The edge is taken from the best of each second and approached with a time constant of 5 s, so
    that the sound card's own clock (some 100 ppm off) is followed while two onsets a beat apart move
    by less than a frame or two. Only a break of more than 20 ms (the stream stalled) is followed at
    once.
    """

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self._offset_s = -math.inf  # stream time minus monotonic time, as used
        self._target_s = -math.inf  # the same, best of the last window
        self._best_s = -math.inf  # the same, best of the window that runs
        self._window_end_s = math.inf
        self._seen_s = 0.0

    @property
    def ready(self) -> bool:
        """Whether anything was observed yet."""
        return self._offset_s > -math.inf

    def observe(self, now_s: float, frames: int) -> None:
        """Take note that `frames` have been rendered by the moment `now_s`."""
        offset_s = frames / self.rate_hz - now_s
        self._best_s = max(self._best_s, offset_s)
        if self._target_s == -math.inf:  # the first window: take the best at once
            self._offset_s = self._best_s
            self._window_end_s = min(self._window_end_s, now_s + WINDOW_S)
        if now_s >= self._window_end_s:
            self._target_s, self._best_s = self._best_s, -math.inf
            self._window_end_s = now_s + WINDOW_S
        if self._target_s > -math.inf:
            self._approach(now_s - self._seen_s)
        self._seen_s = now_s

    def frame_at(self, moment_s: float) -> float:
        """Return the frame that sounds at `moment_s`."""
        return (moment_s + self._offset_s) * self.rate_hz

    def _approach(self, passed_s: float) -> None:
        error_s = self._target_s - self._offset_s
        if abs(error_s) > JUMP_S:
            self._offset_s = self._target_s
        else:
            self._offset_s += error_s * min(1.0, passed_s / SETTLE_S)
