"""Tempo from taps."""

from __future__ import annotations

from statistics import median

from blender_app.core.time import MAX_TEMPO_BPM, MIN_TEMPO_BPM

_RESTART_AFTER_S = 60.0 / MIN_TEMPO_BPM
_MAX_TAPS = 9


class TempoTap:
    """Turns taps on the beat into a tempo: the median of the last eight intervals.

    A pause longer than the slowest beat (3 s) begins anew.
    """

    def __init__(self) -> None:
        self._taps_s: list[float] = []

    def tap(self, now_s: float) -> float | None:
        """Take a tap at `now_s` seconds; return the tempo in beats a minute, None on the first."""
        if self._taps_s and not 0 < now_s - self._taps_s[-1] <= _RESTART_AFTER_S:
            self._taps_s = []
        self._taps_s = [*self._taps_s, now_s][-_MAX_TAPS:]
        if len(self._taps_s) < 2:
            return None
        intervals = [later - earlier for earlier, later in zip(self._taps_s, self._taps_s[1:], strict=False)]
        return min(max(60.0 / median(intervals), MIN_TEMPO_BPM), MAX_TEMPO_BPM)
